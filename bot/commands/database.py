"""The database: upgraded, backed up, restored, purged, looked at."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import click

from bot.app.installation import bring_up_to_date, key_ring, open_database, open_existing
from bot.commands.terminal import say
from bot.config import Settings
from bot.conversation.jobs import purge_expired
from bot.core.errors import StorageError
from bot.services.inspection import look
from storage import migrate, transfer


@click.group()
def db() -> None:
    """Cơ sở dữ liệu."""


@db.command("migrate")
@click.pass_obj
def db_migrate(settings: Settings) -> None:
    """Nâng cấp cơ sở dữ liệu lên phiên bản của chương trình."""
    with closing(open_database(settings)) as database:
        bring_up_to_date(database)
    say(f"Cơ sở dữ liệu ở phiên bản {migrate.newest_version()}.")


@db.command("backup")
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_obj
def db_backup(settings: Settings, file: Path) -> None:
    """Ghi bản lưu đã mã hóa."""
    with closing(open_existing(settings)) as database:
        rows = transfer.backup(database, file)
    say(f"Đã lưu {rows} dòng vào {file}. Cất tệp khóa riêng, ở chỗ khác.")


@db.command("restore")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Ghi đè dữ liệu đang có.")
@click.pass_obj
def db_restore(settings: Settings, file: Path, force: bool) -> None:
    """Phục hồi từ bản lưu, SQLite hay PostgreSQL đều được."""
    transfer.check_backup(key_ring(settings), file)
    with closing(open_database(settings, make_key=False, any_key=force)) as database:
        migrate.migrate(database)
        rows = transfer.restore(database, file, force=force)
        database.write(migrate.check_key)
    say(f"Đã phục hồi {rows} dòng.")


@db.command("purge")
@click.pass_obj
def db_purge(settings: Settings) -> None:
    """Xóa ngay những gì đã hết hạn giữ."""
    with closing(open_existing(settings)) as database:
        rows = database.write(purge_expired)
    say(f"Đã xóa {rows} dòng hết hạn giữ.")


@db.command("check")
@click.pass_obj
def db_check(settings: Settings) -> None:
    """Xem cơ sở dữ liệu có nguyên vẹn, đúng phiên bản, đúng khóa; có yêu cầu nào quá hạn không."""
    with closing(open_existing(settings)) as database:
        found = database.read(look)
    if found.broken:
        raise StorageError(" ".join(found.broken))
    say("Tốt: mở được, đúng phiên bản, đúng khóa, không hỏng.")
    for fact in found.facts:
        say(fact)
    for advice in found.advice:
        say(f"Nên làm: {advice}")
