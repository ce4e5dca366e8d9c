"""The command line: ``python -m bot COMMAND``. Faults are one Vietnamese line on stderr.

Exit codes: 0 done, 1 the work failed, 2 wrong usage.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import click

from bot.app.base import open_base, open_database
from bot.app.talk import Talk
from bot.channels.console import as_lines
from bot.config import Settings, load_settings
from bot.conversation.jobs import KEEP_CONVERSATIONS
from bot.core import periods
from bot.core.errors import BotError, ContentError, NotFoundError
from bot.core.messages import Outbound
from bot.core.vocabulary import Audience, Role
from bot.library import check as check_content
from bot.library import load, plan_as_json
from bot.locale import load_sentences
from bot.services import stats, teams
from bot.services.plans import find_commune
from bot.services.understanding import PhraseSearch, Understood
from storage import migrate, transfer
from storage.database import Database
from storage.mailbox import purge

ROLES = click.Choice([role.value for role in Role])


def say(text: str) -> None:
    """One line for the person at the terminal."""
    click.echo(text)


@click.group(context_settings={"max_content_width": 100})
@click.pass_context
def main(context: click.Context) -> None:
    """Bạn Số: trợ lý "Bình dân học vụ số" của xã, phường."""
    if context.obj is None:
        context.obj = load_settings(os.environ)


@main.command()
@click.option("--no-jobs", is_flag=True, help="Không chạy việc theo giờ (dùng cho bản sao).")
@click.option("--no-sender", is_flag=True, help="Không gửi tin (dùng cho bản sao).")
@click.pass_obj
def run(settings: Settings, no_jobs: bool, no_sender: bool) -> None:
    """Chạy máy chủ web, các kênh, việc gửi tin và việc theo giờ."""
    base = open_base(settings)
    from bot.app.serve import Options, serve  # only this command pays for the web server

    asyncio.run(serve(base, Options(jobs=not no_jobs, sender=not no_sender), say))


@main.command()
@click.argument("question", required=False)
@click.option(
    "--file", "file", type=click.Path(path_type=Path), help="Tệp UTF-8, mỗi dòng một câu."
)
@click.option("--json", "as_json", is_flag=True, help="In JSON.")
@click.pass_obj
def ask(settings: Settings, question: str | None, file: Path | None, as_json: bool) -> None:
    """Hỏi một câu, xem trợ lý hiểu là bài nào."""
    if (question is None) == (file is None):
        raise click.UsageError("Cần một câu hỏi trong ngoặc kép, hoặc --file với tên tệp.")
    library = load(settings.content_dir)
    search = PhraseSearch(library.guides, library.glossary)
    for line in _questions(question, file):
        understood = search.understand(line)
        if as_json or file:
            say(json.dumps(understood_as_json(understood), ensure_ascii=False))
        else:
            say(_in_words(understood))


def _questions(question: str | None, file: Path | None) -> list[str]:
    if file is None:
        return [question or ""]
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except OSError as error:
        raise NotFoundError(f"Không đọc được tệp {file}: kiểm tra tên tệp và quyền đọc.") from error
    except UnicodeDecodeError as error:
        raise NotFoundError(f"Tệp {file} không phải UTF-8: lưu lại với bảng mã UTF-8.") from error
    return [line for line in lines if line.strip()]


def understood_as_json(understood: Understood) -> dict[str, object]:
    """The promised shape of ``ask --json``."""
    return {
        "question": understood.question,
        "decision": understood.decision,
        "reason": understood.reason,
        "guides": [{"id": m.id, "title": m.title, "score": m.score} for m in understood.guides],
    }


def _in_words(understood: Understood) -> str:
    found = [f"{match.score:.2f}  {match.id}  {match.title}" for match in understood.guides]
    return "\n".join([str(understood.reason or understood.decision), *found])


@main.command()
@click.option("--commune", help="Mã xã, phường, ví dụ ho-nai.")
@click.option("--as", "name", help="Nói chuyện với tư cách tổ viên hay cán bộ có tên này.")
@click.option("--json", "as_json", is_flag=True, help="Đọc mỗi dòng một tin, in mỗi lượt một JSON.")
@click.pass_obj
def chat(settings: Settings, commune: str | None, name: str | None, as_json: bool) -> None:
    """Nói chuyện với trợ lý ngay trên màn hình này."""
    base = open_base(settings)
    talk = Talk(base, commune or settings.commune, name)
    asyncio.run(talk.run(sys.stdin, _print_json if as_json else _print_lines))


def _print_json(line: str, shown: Sequence[Outbound]) -> None:
    out = [
        {
            "text": message.text.replace("**", ""),
            "choices": [{"n": c.n, "label": c.label, "action": c.action} for c in message.choices],
        }
        for message in shown
    ]
    say(json.dumps({"in": line, "out": out}, ensure_ascii=False))


def _print_lines(_: str, shown: Sequence[Outbound]) -> None:
    for message in shown:
        say(as_lines(message) + "\n")


@main.command()
@click.pass_obj
def check(settings: Settings) -> None:
    """Kiểm tra mọi bài, kế hoạch và câu chữ trong content/."""
    faults, warnings = check_content(settings.content_dir)
    for warning in warnings:
        click.echo(f"nên sửa: {warning}", err=True)
    if faults:
        raise ContentError(faults)
    sentences = load_sentences(settings.content_dir)
    library = load(settings.content_dir)
    say(f"Tốt: {len(library.guides)} bài, {len(library.plans)} kế hoạch, {len(sentences)} câu.")


@main.group()
def plan() -> None:
    """Kế hoạch của các xã, phường."""


@plan.command("list")
@click.pass_obj
def plan_list(settings: Settings) -> None:
    """Liệt kê các kế hoạch."""
    for one in load(settings.content_dir).plans.values():
        say(f"{one.slug}  {one.name}  {len(one.targets)} chỉ tiêu")


@plan.command("load")
@click.pass_obj
def plan_load(settings: Settings) -> None:
    """Nạp các kế hoạch vào cơ sở dữ liệu."""
    base = open_base(settings)
    say(f"Đã nạp: {', '.join(commune.slug for commune in base.communes)}.")
    base.database.close()


@plan.command("show")
@click.argument("slug")
@click.option("--json", "as_json", is_flag=True, help="In JSON.")
@click.pass_obj
def plan_show(settings: Settings, slug: str, as_json: bool) -> None:
    """Xem kế hoạch của một xã, phường."""
    plans = load(settings.content_dir).plans
    if slug not in plans:
        raise NotFoundError(f"Không có kế hoạch “{slug}”. Đang có: {', '.join(plans)}.")
    if as_json:
        say(json.dumps(plan_as_json(plans[slug]), ensure_ascii=False, indent=2))
        return
    say(f"{plans[slug].name}: {plans[slug].plan.title}")
    for target in plans[slug].targets:
        say(f"  {target.source:<16} {target.title}")


@main.group()
def staff() -> None:
    """Tổ viên và cán bộ."""


@staff.command("invite")
@click.option("--commune", required=True, help="Mã xã, phường.")
@click.option("--role", required=True, type=ROLES, help="Vai trò.")
@click.option("--team", help="Tên tổ, cần cho tổ viên và tổ trưởng.")
@click.option("--name", help="Tên người được mời, nếu đã biết.")
@click.pass_obj
def staff_invite(
    settings: Settings, commune: str, role: str, team: str | None, name: str | None
) -> None:
    """Tạo mã mời dùng một lần."""
    base = open_base(settings)
    home = find_commune(base.communes, commune)
    invited = base.database.write(teams.invite, home, Role(role), team, name)
    base.database.close()
    say(f"Mã mời: {invited.code}")
    say(f"Người nhận nhắn cho trợ lý: vào tổ {invited.code}")
    if settings.telegram_username:
        say(f"Hoặc bấm: {teams.deep_link(settings.telegram_username, invited.code)}")
    say(f"Dùng một lần, trong {teams.VALID_FOR.days} ngày.")


@main.command()
@click.option("--commune", required=True, help="Mã xã, phường.")
@click.option("--period", required=True, help="Kỳ, ví dụ week:2026-W47.")
@click.option("--format", "kind", type=click.Choice(["json"]), default="json", help="Dạng tệp.")
@click.option(
    "--audience", type=click.Choice([a.value for a in Audience]), default="internal", help="Ai đọc."
)
@click.option("--out", type=click.Path(path_type=Path), help="Ghi ra tệp thay vì màn hình.")
@click.pass_obj
def report(
    settings: Settings, commune: str, period: str, kind: str, audience: str, out: Path | None
) -> None:
    """Số liệu của một kỳ."""
    window = periods.parse(period)
    base = open_base(settings)
    home = find_commune(base.communes, commune)
    body = base.database.read(
        stats.report, home, base.library.plans[home.slug], window, Audience(audience)
    )
    base.database.close()
    text = json.dumps(body, ensure_ascii=False, indent=2)
    if out is None:
        say(text)
        return
    try:
        out.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise BotError(f"Không ghi được tệp {out}: {error.strerror}.") from error


@main.group()
def db() -> None:
    """Cơ sở dữ liệu."""


@db.command("migrate")
@click.pass_obj
def db_migrate(settings: Settings) -> None:
    """Nâng cấp cơ sở dữ liệu lên phiên bản của chương trình."""
    database = open_database(settings)
    migrate.migrate(database)
    database.write(migrate.check_key)
    database.close()
    say(f"Cơ sở dữ liệu ở phiên bản {migrate.newest_version()}.")


@db.command("backup")
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_obj
def db_backup(settings: Settings, file: Path) -> None:
    """Ghi bản lưu đã mã hóa."""
    database = _checked_database(settings)
    rows = transfer.backup(database, file)
    database.close()
    say(f"Đã lưu {rows} dòng vào {file}. Cất tệp khóa riêng, ở chỗ khác.")


@db.command("restore")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Ghi đè dữ liệu đang có.")
@click.pass_obj
def db_restore(settings: Settings, file: Path, force: bool) -> None:
    """Phục hồi từ bản lưu, SQLite hay PostgreSQL đều được."""
    database = open_database(settings)
    migrate.migrate(database)
    rows = transfer.restore(database, file, force=force)
    database.write(migrate.check_key)
    database.close()
    say(f"Đã phục hồi {rows} dòng.")


@db.command("purge")
@click.pass_obj
def db_purge(settings: Settings) -> None:
    """Xóa ngay những gì đã hết hạn giữ."""
    database = _checked_database(settings)
    rows = database.write(purge, KEEP_CONVERSATIONS)
    database.close()
    say(f"Đã xóa {rows} dòng hết hạn giữ.")


@db.command("check")
@click.pass_obj
def db_check(settings: Settings) -> None:
    """Xem cơ sở dữ liệu có mở được, đúng phiên bản, đúng khóa không."""
    _checked_database(settings).close()
    say("Tốt: mở được, đúng phiên bản, đúng khóa.")


def _checked_database(settings: Settings) -> Database:
    database = open_database(settings)
    migrate.check_version(database)
    database.write(migrate.check_key)
    return database


@main.command()
@click.argument("fixture", type=click.Path(path_type=Path))
@click.option(
    "--channel", "channel_name", required=True, type=click.Choice(["console", "telegram"])
)
@click.option("--commune", help="Mã xã, phường.")
@click.pass_obj
def replay(settings: Settings, fixture: Path, channel_name: str, commune: str | None) -> None:
    """Cho một gói tin đã ghi lại đi qua con đường thật, xem trợ lý trả lời gì."""
    base = open_base(settings)
    try:
        body = fixture.read_bytes()
    except OSError as error:
        raise NotFoundError(f"Không đọc được tệp {fixture}: {error.strerror}.") from error
    talk = Talk(base, commune or settings.commune, None)
    asyncio.run(talk.replay(channel_name, body, _print_lines))


def usage(error: click.UsageError) -> str:
    """Wrong usage in one Vietnamese line."""
    name = error.ctx.command_path if error.ctx else "python -m bot"
    match error:
        case click.NoSuchOption():
            what = f"không có tùy chọn {error.option_name}"
        case click.MissingParameter():
            what = f"thiếu {error.param.opts[0] if error.param else 'tham số'}"
        case click.BadParameter():
            given = error.param.opts[0] if error.param else "tham số"
            what = f"{given} không đúng: {_allowed(error.param)}"
        case _:
            what = error.message
    return f"Sai cách dùng: {what.rstrip('.')}. Xem: {name} --help"


def _allowed(parameter: click.Parameter | None) -> str:
    kind = parameter.type if parameter else None
    if isinstance(kind, click.Choice):
        return f"chọn một trong {', '.join(str(choice) for choice in kind.choices)}"
    return "xem lại giá trị"


def command(
    arguments: list[str] | None = None, exit_with: Callable[[int], object] = sys.exit
) -> None:
    """Run the command line and end with its exit code."""
    try:
        code = main.main(arguments, prog_name="python -m bot", standalone_mode=False)
        exit_with(code if isinstance(code, int) else 0)
    except click.UsageError as error:
        click.echo(usage(error), err=True)
        exit_with(2)
    except (click.Abort, KeyboardInterrupt):
        exit_with(130)
    except BotError as error:
        click.echo(str(error), err=True)
        exit_with(1)


if __name__ == "__main__":
    command()
