"""Figures of a period: as JSON, as a workbook, as a table, as the draft of a report."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import click

from bot.app import rendering
from bot.app.installation import Installation
from bot.app.report_files import ReportRoom
from bot.commands.terminal import as_json, opened, say, say_json
from bot.config import Settings
from bot.core import periods
from bot.core.errors import BotError, NotFoundError, why
from bot.core.vocabulary import Audience
from bot.reports.tables import Book
from bot.services.plans import find_commune
from bot.services.report_letter import HEADERS
from storage.communes import Commune

SUMMARY = "summary"
FORMATS = ("json", "xlsx", "docx", "csv")


@dataclass(frozen=True, slots=True)
class Form:
    """What kind of file is wanted, and how."""

    kind: str
    table: str
    header: str | None
    audience: Audience


@click.command()
@click.option("--commune", required=True, help="Mã xã, phường.")
@click.option("--period", required=True, help="Kỳ, ví dụ week:2026-W47.")
@click.option("--format", "kind", type=click.Choice(FORMATS), default="json", help="Dạng tệp.")
@click.option("--table", default=SUMMARY, help="Bảng của tệp csv, ví dụ by_team, targets, copy.")
@click.option(
    "--header", type=click.Choice(HEADERS), help="Đầu đề của docx; bỏ trống: theo kế hoạch."
)
@click.option(
    "--audience", type=click.Choice([a.value for a in Audience]), default="internal", help="Ai đọc."
)
@click.option("--out", type=click.Path(path_type=Path), help="Ghi ra tệp thay vì màn hình.")
@click.pass_obj
def report(settings: Settings, /, out: Path | None, **asked: str) -> None:
    """Số liệu của một kỳ; docx là dự thảo báo cáo, không số, không chữ ký."""
    period = periods.parse(asked["period"])
    form = Form(asked["kind"], asked["table"], asked["header"], Audience(asked["audience"]))
    if form.kind == "xlsx" and out is None and sys.stdout.isatty():
        raise BotError("Tệp xlsx không in ra màn hình được: thêm --out tên-tệp.xlsx.")
    with opened(settings, asked["commune"]) as installation:
        home = find_commune(installation.communes, asked["commune"])
        room = ReportRoom(installation)
        body = installation.database.read(room.body, home, period, form.audience)
        if form.kind == "json":
            made, name = f"{as_json(body)}\n".encode(), None
        else:
            made, name = _file(installation, room, (home, body), form)
    place = out / name if name and out and out.is_dir() else out
    if place is None and form.kind == "docx" and name:
        place = Path(name)  # a draft is told so by its name
    if place is None:
        say_json(body) if form.kind == "json" else click.echo(made, nl=False)
        return
    _keep(place, made)
    if place != out:
        say(str(place))


def _file(
    installation: Installation,
    room: ReportRoom,
    of: tuple[Commune, dict[str, object]],
    form: Form,
) -> tuple[bytes, str | None]:
    """The file, and its name where that says something."""
    home, body = of
    if form.kind == "docx":
        draft = installation.database.read(room.draft, home, body, form.header)
        return rendering.render("docx", draft), draft.name
    book = installation.database.read(room.book, home, body)
    return rendering.xlsx(book) if form.kind == "xlsx" else _csv(book, form.table), None


def _csv(book: Book, name: str) -> bytes:
    """One table of the report."""
    try:
        return rendering.as_csv(book.tables.table(name))
    except KeyError:
        there = ", ".join(one.key for one in book.tables.tables)
        raise NotFoundError(f"Không có bảng “{name}”. Đang có: {there}.") from None


def _keep(out: Path, body: bytes) -> None:
    try:
        out.write_bytes(body)
    except OSError as error:
        raise BotError(f"Không ghi được tệp {out}: {why(error)}.") from error
