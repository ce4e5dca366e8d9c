"""Forms filled in on paper: empty ones written, filled ones taken, a file taken back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypedDict, TypeVar, Unpack

import click

from bot.app.ending import Misuse
from bot.app.paper import NewForm, PaperRoom
from bot.commands.terminal import opened, say
from bot.config import Settings
from bot.core.errors import BotError, TableError, why
from bot.locale import ZONE, show_number
from bot.reports.reading import LARGEST_FILE, Grid, Shape, read_table
from bot.services import import_attendance as attendance
from bot.services import import_attendance_rows, import_readings_rows, imports, sheets
from bot.services import import_readings as figures
from bot.services.import_people import AnyDraft, PaperRow
from bot.services.import_rows import SHAPE
from bot.services.imports import (
    ATTENDANCE,
    CONSOLE,
    HELP,
    MOST_FAULTS,
    READINGS,
    Hand,
    House,
    Taken,
)
from bot.services.plans import find_commune
from storage.communes import Commune
from storage.database import Unit

R = TypeVar("R", bound=PaperRow)
C = TypeVar("C", bound=Callable[..., object])
CSV, XLSX = ".csv", ".xlsx"
BROUGHT = {HELP: "phiếu", ATTENDANCE: "chỗ dự lớp", READINGS: "số liệu chỉ tiêu"}
"""What a file of each kind brings."""
TAKEN = {HELP: "phiếu từ giấy", ATTENDANCE: "chỗ dự lớp từ giấy", READINGS: "số liệu chỉ tiêu"}
"""The same, as it is said once it is in."""
UNITS = {HELP: "lượt", ATTENDANCE: "chỗ", READINGS: "số"}
"""What the rows of each kind are counted in."""


class Asked(TypedDict):
    """What every command that takes a file is called with."""

    file: Path
    commune: str | None
    dry_run: bool
    template: bool


@dataclass(frozen=True, slots=True)
class Kind(Generic[R]):
    """How a kind of file is read, understood and taken, and how its empty form is made (True for CSV)."""

    name: str
    shape: Shape
    draft: Callable[[Unit, House, Grid], AnyDraft[R]]
    take: Callable[[Unit, House, AnyDraft[R], Hand], Taken]
    form: Callable[[PaperRoom, Unit, Commune, bool], bytes]


class NotTakenError(BotError):
    """A file with faults; nothing of it was taken."""


@click.group("import")
def importing() -> None:
    """Nhập phiếu, danh sách lớp chép từ giấy, số liệu chỉ tiêu."""


def _takes_file(template: str) -> Callable[[C], C]:
    """The file and the options of a command that takes one in; ``template`` says what an empty one holds."""
    options = (
        click.argument("file", type=click.Path(path_type=Path)),
        click.option("--commune", help="Mã xã, phường; không ghi thì là BOT_COMMUNE."),
        click.option("--dry-run", is_flag=True, help="Chỉ xem tệp, không ghi gì."),
        click.option("--template", is_flag=True, help=template),
    )

    def add(command: C) -> C:
        for option in reversed(options):
            command = option(command)
        return command

    return add


@importing.command("help")
@_takes_file("Ghi mẫu trống vào FILE (.xlsx hoặc .csv).")
@click.option("--sheet", "sheet", multiple=True, help="Mẫu có sẵn mã dòng của tờ này.")
@click.option("--team", help="Mẫu có sẵn tên tổ này.")
@click.pass_obj
def import_help(
    settings: Settings, sheet: tuple[str, ...], team: str | None, **asked: Unpack[Asked]
) -> None:
    """Nhập phiếu hỗ trợ từ tệp .xlsx hoặc .csv; nhập lại cùng tệp thì không tính hai lần."""
    if (sheet or team) and not asked["template"]:
        raise Misuse("--sheet và --team chỉ đi với --template")

    def form(room: PaperRoom, unit: Unit, home: Commune, as_csv: bool) -> bytes:
        return room.form(unit, home, NewForm(team, [_code(one) for one in sheet], as_csv))

    _import(settings, asked, Kind(HELP, SHAPE, imports.draft, imports.take, form))


@importing.command("attendance")
@_takes_file("Ghi mẫu trống vào FILE (.xlsx hoặc .csv).")
@click.pass_obj
def import_attendance(settings: Settings, **asked: Unpack[Asked]) -> None:
    """Nhập danh sách lớp từ tệp .xlsx hoặc .csv; nhập lại cùng tệp thì không tính hai lần."""
    shape = import_attendance_rows.SHAPE
    seats = Kind(ATTENDANCE, shape, attendance.draft, attendance.take, PaperRoom.class_form)
    _import(settings, asked, seats)


@importing.command("readings")
@_takes_file("Ghi mẫu có sẵn từng chỉ tiêu vào FILE.")
@click.pass_obj
def import_readings(settings: Settings, **asked: Unpack[Asked]) -> None:
    """Nhập số liệu chỉ tiêu từ tệp .xlsx hoặc .csv; nhập lại cùng tệp thì không tính hai lần."""
    shape = import_readings_rows.SHAPE
    told = Kind(READINGS, shape, figures.draft, figures.take, PaperRoom.reading_form)
    _import(settings, asked, told)


def _import(settings: Settings, asked: Asked, kind: Kind[R]) -> None:
    """Write the empty form, or take the file in; both by the commune's own plan and words."""
    file, slug = asked["file"], asked["commune"] or settings.commune
    body = b"" if asked["template"] else _read(file)
    with opened(settings, slug) as installation:
        home, room = find_commune(installation.communes, slug), PaperRoom(installation)
        database, house = installation.database, room.house(home)
        if asked["template"]:
            as_csv = _is_csv(file)
            _write(file, database.read(lambda unit: kind.form(room, unit, home, as_csv)))
            say(f"Đã ghi mẫu vào {file}.")
            return
        grid = _table(room, body, kind.shape)
        draft = _faultless(room, database.read(kind.draft, house, grid))
        _say_draft(room, draft, kind.name)
        if asked["dry_run"]:
            say("Mới chỉ xem, chưa ghi gì.")
            return
        taken = database.write(kind.take, house, draft, CONSOLE)
    _say_taken(taken, TAKEN[kind.name])


@importing.command("list")
@click.option("--commune", help="Mã xã, phường; không ghi thì là BOT_COMMUNE.")
@click.pass_obj
def import_list(settings: Settings, commune: str | None) -> None:
    """Các lần nhập, mới nhất trước."""
    slug = commune or settings.commune
    with opened(settings, slug) as installation:
        home = find_commune(installation.communes, slug)
        found = installation.database.read(imports.list_newest, home.id)
    for one in found:
        state = f"còn tính {one.standing}" if one.standing else "đã bỏ"
        what = f"{one.added} {BROUGHT[one.kind]}"
        say(f"{one.id}  {one.at.astimezone(ZONE):%d/%m/%Y %H:%M}  {what}, {state}")
    if not found:
        say("Chưa nhập lần nào.")


@importing.command("undo")
@click.argument("number", type=int)
@click.option("--reason", required=True, help="Vì sao bỏ; được giữ lại trong sổ.")
@click.option("--commune", help="Mã xã, phường; không ghi thì là BOT_COMMUNE.")
@click.pass_obj
def import_undo(settings: Settings, number: int, reason: str, commune: str | None) -> None:
    """Bỏ cả một lần nhập; phiếu vẫn còn trong sổ, có lý do, và không tính nữa."""
    slug = commune or settings.commune
    with opened(settings, slug) as installation:
        home = find_commune(installation.communes, slug)
        found = installation.database.read(imports.find, home.id, number)
        write = installation.database.write
        gone = write(imports.undo, home.id, number, reason, CONSOLE)
    what = BROUGHT[found.kind]
    say(f"Đã bỏ {gone} {what} của lần nhập số {number}. Các mã của tệp đó dùng lại được.")


def _table(room: PaperRoom, body: bytes, shape: Shape) -> Grid:
    try:
        return read_table(body, shape)
    except TableError as error:
        raise NotTakenError(room.texts.say(error.code, **error.values)) from None


def _faultless(room: PaperRoom, draft: AnyDraft[R]) -> AnyDraft[R]:
    """The file as it was understood; with faults each is one line and the work has failed."""
    for fault in draft.faults[:MOST_FAULTS]:
        click.echo(fault.line(room.texts), err=True)
    if draft.faults:
        count = show_number(len(draft.faults))
        raise NotTakenError(f"Tệp có {count} chỗ sai nên chưa nhập dòng nào: sửa rồi nhập lại.")
    return draft


def _say_draft(room: PaperRoom, draft: AnyDraft[R], kind: str) -> None:
    say(
        f"Tệp có {show_number(len(draft.rows))} dòng: {show_number(len(draft.fresh))} mới "
        f"({show_number(draft.visits)} {UNITS[kind]}), {show_number(len(draft.known))} đã nhập "
        f"trước đây, {show_number(draft.blank)} dòng không dùng."
    )
    for number in draft.withdrawn:
        say(room.texts.say("import.withdrawn", row=number))
    for number in draft.alike:
        say(room.texts.say("import.alike", row=number))


def _say_taken(taken: Taken, what: str) -> None:
    if taken.import_id is None:
        say("Không có dòng nào mới, nên không ghi gì thêm.")
        return
    say(f"Đã nhập {show_number(taken.added)} {what}. Đây là lần nhập số {taken.import_id}.")


def _read(file: Path) -> bytes:
    try:
        if file.stat().st_size > LARGEST_FILE:
            return bytes(LARGEST_FILE + 1)
        return file.read_bytes()
    except OSError as error:
        raise BotError(f"Không đọc được tệp {file}: {why(error)}.") from error


def _write(file: Path, body: bytes) -> None:
    try:
        file.write_bytes(body)
    except OSError as error:
        raise BotError(f"Không ghi được tệp {file}: {why(error)}.") from error


def _is_csv(file: Path) -> bool:
    kind = file.suffix.casefold()
    if kind not in (CSV, XLSX):
        raise Misuse(f"mẫu cần tên tệp kết thúc là {XLSX} hoặc {CSV}")
    return kind == CSV


def _code(text: str) -> str:
    code = sheets.read_code(text)
    if code is None:
        raise Misuse(f"mã tờ giấy “{text[:20]}” không đúng: bốn chữ như in trên giấy, ví dụ 7K2M")
    return code
