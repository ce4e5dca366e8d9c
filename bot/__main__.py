"""The command line: ``python -m bot COMMAND``. Faults are one Vietnamese line on stderr.

Exit codes: 0 done, 1 the work failed, 2 wrong usage.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict
from io import TextIOWrapper
from pathlib import Path

import click

from bot.app.ending import Misuse, run_to_end
from bot.app.installation import (
    Installation,
    bring_up_to_date,
    key_ring,
    open_database,
    open_existing,
    open_installation,
)
from bot.app.lobby import chat_url, join_url
from bot.app.logs import set_up_logging
from bot.app.talk import Talk
from bot.channels.console import as_lines
from bot.config import Settings, load_settings
from bot.conversation.jobs import KEEP_CONVERSATIONS
from bot.core import periods
from bot.core.errors import BotError, ContentError, NotFoundError, why
from bot.core.messages import Outbound
from bot.core.vocabulary import Audience, Role
from bot.library import check as check_content
from bot.library import load, plan_as_json
from bot.locale import load_sentences
from bot.services import stats, teams
from bot.services.plans import find_commune, unknown_commune
from bot.services.understanding import Reader, Understood
from storage import migrate, transfer
from storage.mailbox import purge

ROLES = click.Choice([role.value for role in Role])


def say(text: str) -> None:
    """One line for the person at the terminal."""
    click.echo(text)


def _as_json(body: object) -> str:
    return json.dumps(body, ensure_ascii=False, indent=2)


def _say_json(body: object) -> None:
    say(_as_json(body))


@contextmanager
def _opened(settings: Settings, commune: str | None = None) -> Iterator[Installation]:
    """The installation, its database closed at the end."""
    installation = open_installation(settings, commune=commune)
    with closing(installation.database):
        yield installation


@click.group(context_settings={"max_content_width": 100})
@click.pass_context
def main(context: click.Context) -> None:
    """Bạn Số: trợ lý "Bình dân học vụ số" của xã, phường."""
    if context.obj is None:
        context.obj = load_settings(os.environ)
    set_up_logging(context.obj.log_level)


@main.command()
@click.option("--no-jobs", is_flag=True, help="Không chạy việc theo giờ (dùng cho bản sao).")
@click.option("--no-sender", is_flag=True, help="Không gửi tin (dùng cho bản sao).")
@click.pass_obj
def run(settings: Settings, no_jobs: bool, no_sender: bool) -> None:
    """Chạy máy chủ web, các kênh, việc gửi tin và việc theo giờ."""
    installation = open_installation(settings, commune=settings.commune)
    from bot.app.serve import Options, serve  # only this command pays for the web server

    asyncio.run(serve(installation, Options(jobs=not no_jobs, sender=not no_sender), say))


@main.command()
@click.argument("question", required=False)
@click.option(
    "--file", "file", type=click.Path(path_type=Path), help="Tệp UTF-8, mỗi dòng một câu."
)
@click.option("--json", "as_json", is_flag=True, help="In JSON.")
@click.option("--explain", is_flag=True, help="Nói thêm: chữ nào trong câu dẫn tới bài đó.")
@click.pass_obj
def ask(
    settings: Settings, question: str | None, file: Path | None, as_json: bool, explain: bool
) -> None:
    """Hỏi một câu, xem trợ lý hiểu là bài nào."""
    if (question is None) == (file is None):
        raise Misuse("Cần một câu hỏi trong ngoặc kép, hoặc --file với tên tệp.")
    library = load(settings.content_dir)
    reader = Reader(library.guides, library.glossary)
    for line in _questions(question, file):
        understood = reader.understand(line)
        because = [asdict(one) for one in reader.explain(line)] if explain else []
        if as_json or file:
            answer = understood_as_json(understood) | ({"because": because} if explain else {})
            say(json.dumps(answer, ensure_ascii=False))
        else:
            evidence = [f"      {one['share']:+.2f}  {one['typed']}" for one in because]
            say("\n".join([_in_words(understood), *evidence]))


def _questions(question: str | None, file: Path | None) -> list[str]:
    if file is None:
        return [question or ""]
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except OSError as error:
        raise NotFoundError(f"Không đọc được tệp {file}: {why(error)}.") from error
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
    slug = commune or settings.commune
    talk = Talk(open_installation(settings, commune=slug), slug, name)
    if isinstance(
        sys.stdin, TextIOWrapper
    ):  # bytes that are not UTF-8 become a sign, never a fault
        sys.stdin.reconfigure(encoding="utf-8", errors="replace")
    talk.run(sys.stdin, _print_json if as_json else _print_lines)


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


def _print_replayed(line: str, shown: Sequence[Outbound]) -> None:
    _print_lines(line, shown)
    if not shown:
        say(
            "Không có câu trả lời: gói tin này đã nhận rồi (không làm lần nữa), hoặc báo người đã rời đi."
        )


@main.command()
@click.pass_obj
def check(settings: Settings) -> None:
    """Kiểm tra mọi bài, kế hoạch và câu chữ trong content/."""
    faults, warnings = check_content(settings.content_dir)
    sentences: dict[str, str] = {}
    try:
        sentences = load_sentences(settings.content_dir)
    except ContentError as error:
        faults.extend(error.faults)
    for warning in warnings:
        click.echo(f"nên sửa: {warning}", err=True)
    if faults:
        raise ContentError(faults)
    library = load(settings.content_dir)
    say(f"Tốt: {len(library.guides)} bài, {len(library.plans)} kế hoạch, {len(sentences)} câu.")


@main.group()
def plan() -> None:
    """Kế hoạch của các xã, phường."""


@plan.command("list")
@click.option("--json", "as_json", is_flag=True, help="In JSON.")
@click.pass_obj
def plan_list(settings: Settings, as_json: bool) -> None:
    """Liệt kê các kế hoạch."""
    plans = load(settings.content_dir).plans
    if as_json:
        _say_json([plan_as_json(one) for one in plans.values()])
        return
    for one in plans.values():
        say(f"{one.slug}  {one.name}  {len(one.targets)} chỉ tiêu")


@plan.command("load")
@click.option("--json", "as_json", is_flag=True, help="In JSON.")
@click.pass_obj
def plan_load(settings: Settings, as_json: bool) -> None:
    """Nạp các kế hoạch vào cơ sở dữ liệu."""
    with _opened(settings) as installation:
        slugs = [commune.slug for commune in installation.communes]
        if as_json:
            _say_json([plan_as_json(installation.library.plans[slug]) for slug in slugs])
        else:
            say(f"Đã nạp: {', '.join(slugs) or 'chưa có kế hoạch nào'}.")


@plan.command("show")
@click.argument("slug")
@click.option("--json", "as_json", is_flag=True, help="In JSON.")
@click.pass_obj
def plan_show(settings: Settings, slug: str, as_json: bool) -> None:
    """Xem kế hoạch của một xã, phường."""
    plans = load(settings.content_dir).plans
    if slug not in plans:
        raise unknown_commune(slug, plans)
    if as_json:
        _say_json(plan_as_json(plans[slug]))
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
    with _opened(settings, commune) as installation:
        home = find_commune(installation.communes, commune)
        invited = installation.database.write(teams.invite, home, Role(role), team, name)
    say(f"Mã mời: {invited.code}")
    if not invited.role.in_team:
        say(f"Vào trang văn phòng: {join_url(settings, invited.code)}")
    say(f"Khung chat trên web: {chat_url(settings, home, invited.code)}")
    say(f"Hoặc người nhận nhắn cho trợ lý: vào tổ {invited.code}")
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
    with _opened(settings, commune) as installation:
        home = find_commune(installation.communes, commune)
        plan_of_home = installation.library.plans[home.slug]
        body = installation.database.read(
            stats.report, home, plan_of_home, window, Audience(audience)
        )
    if out is None:
        _say_json(body)
        return
    try:
        out.write_text(_as_json(body) + "\n", encoding="utf-8")
    except OSError as error:
        raise BotError(f"Không ghi được tệp {out}: {why(error)}.") from error


@main.group()
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
        rows = database.write(purge, KEEP_CONVERSATIONS)
    say(f"Đã xóa {rows} dòng hết hạn giữ.")


@db.command("check")
@click.pass_obj
def db_check(settings: Settings) -> None:
    """Xem cơ sở dữ liệu có mở được, đúng phiên bản, đúng khóa không."""
    open_existing(settings).close()
    say("Tốt: mở được, đúng phiên bản, đúng khóa.")


@main.command()
@click.argument("fixture", type=click.Path(path_type=Path))
@click.option(
    "--channel",
    "channel_name",
    required=True,
    type=click.Choice(["console", "telegram"]),
    help="Kênh mà gói tin thuộc về.",
)
@click.option("--commune", help="Mã xã, phường.")
@click.pass_obj
def replay(settings: Settings, fixture: Path, channel_name: str, commune: str | None) -> None:
    """Cho một gói tin đã ghi lại đi qua con đường thật, xem trợ lý trả lời gì."""
    try:
        body = fixture.read_bytes()
    except OSError as error:
        raise NotFoundError(f"Không đọc được tệp {fixture}: {why(error)}.") from error
    slug = commune or settings.commune
    talk = Talk(open_installation(settings, commune=slug), slug, None)
    if not asyncio.run(talk.replay(channel_name, body, _print_replayed)):
        say("Gói tin này không phải của một cuộc nói chuyện riêng, không có gì để trả lời.")


def command(
    arguments: list[str] | None = None, exit_with: Callable[[int], object] = sys.exit
) -> None:
    """Run the command line and end with its exit code."""
    run_to_end(main, arguments, exit_with)


if __name__ == "__main__":
    command()
