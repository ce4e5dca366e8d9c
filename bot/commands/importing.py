"""Forms filled in on paper: empty ones written, filled ones taken, a file taken back."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

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
from bot.services.imports import ATTENDANCE, CONSOLE, HELP, MOST_FAULTS, READINGS, Taken
from bot.services.plans import find_commune

R = TypeVar("R", bound=PaperRow)
CSV, XLSX = ".csv", ".xlsx"
BROUGHT = {HELP: "phiếu", ATTENDANCE: "chỗ dự lớp", READINGS: "số liệu chỉ tiêu"}
"""What a file of each kind brings."""


class NotTakenError(BotError):
    """A file with faults; nothing of it was taken."""


@click.group("import")
def importing() -> None:
    """Nhập phiếu, danh sách lớp chép từ giấy, số liệu chỉ tiêu."""


@importing.command("help")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--commune", help="Mã xã, phường; không ghi thì là BOT_COMMUNE.")
@click.option("--dry-run", is_flag=True, help="Chỉ xem tệp, không ghi gì.")
@click.option("--template", is_flag=True, help="Ghi mẫu trống vào FILE (.xlsx hoặc .csv).")
@click.option("--sheet", "sheet", multiple=True, help="Mẫu có sẵn mã dòng của tờ này.")
@click.option("--team", help="Mẫu có sẵn tên tổ này.")
@click.pass_obj
def import_help(
    settings: Settings,
    file: Path,
    commune: str | None,
    dry_run: bool,
    template: bool,
    sheet: tuple[str, ...],
    team: str | None,
) -> None:
    """Nhập phiếu hỗ trợ từ tệp .xlsx hoặc .csv; nhập lại cùng tệp thì không tính hai lần."""
    slug = commune or settings.commune
    if (sheet or team) and not template:
        raise Misuse("--sheet và --team chỉ đi với --template")
    body = b"" if template else _read(file)
    with opened(settings, slug) as installation:
        home, room = find_commune(installation.communes, slug), PaperRoom(installation)
        if template:
            form = NewForm(team, [_code(one) for one in sheet], _is_csv(file))
            _write(file, installation.database.read(room.form, home, form))
            say(f"Đã ghi mẫu vào {file}.")
            return
        grid = _table(room, body, SHAPE)
        draft = _faultless(room, installation.database.read(imports.draft, room.house(home), grid))
        _say_draft(room, draft, HELP)
        if dry_run:
            say("Mới chỉ xem, chưa ghi gì.")
            return
        taken = installation.database.write(imports.take, room.house(home), draft, CONSOLE)
    _say_taken(taken, "phiếu từ giấy")


@importing.command("attendance")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--commune", help="Mã xã, phường; không ghi thì là BOT_COMMUNE.")
@click.option("--dry-run", is_flag=True, help="Chỉ xem tệp, không ghi gì.")
@click.option("--template", is_flag=True, help="Ghi mẫu trống vào FILE (.xlsx hoặc .csv).")
@click.pass_obj
def import_attendance(
    settings: Settings, file: Path, commune: str | None, dry_run: bool, template: bool
) -> None:
    """Nhập danh sách lớp từ tệp .xlsx hoặc .csv; nhập lại cùng tệp thì không tính hai lần."""
    slug = commune or settings.commune
    body = b"" if template else _read(file)
    with opened(settings, slug) as installation:
        home, room = find_commune(installation.communes, slug), PaperRoom(installation)
        database, house = installation.database, room.house(home)
        if template:
            _write(file, database.read(room.class_form, home, _is_csv(file)))
            say(f"Đã ghi mẫu vào {file}.")
            return
        grid = _table(room, body, import_attendance_rows.SHAPE)
        draft = _faultless(room, database.read(attendance.draft, house, grid))
        _say_draft(room, draft, ATTENDANCE)
        if dry_run:
            say("Mới chỉ xem, chưa ghi gì.")
            return
        taken = database.write(attendance.take, house, draft, CONSOLE)
    _say_taken(taken, "chỗ dự lớp từ giấy")


@importing.command("readings")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--commune", help="Mã xã, phường; không ghi thì là BOT_COMMUNE.")
@click.option("--dry-run", is_flag=True, help="Chỉ xem tệp, không ghi gì.")
@click.option("--template", is_flag=True, help="Ghi mẫu có sẵn từng chỉ tiêu vào FILE.")
@click.pass_obj
def import_readings(
    settings: Settings, file: Path, commune: str | None, dry_run: bool, template: bool
) -> None:
    """Nhập số liệu chỉ tiêu từ tệp .xlsx hoặc .csv; nhập lại cùng tệp thì không tính hai lần."""
    slug = commune or settings.commune
    body = b"" if template else _read(file)
    with opened(settings, slug) as installation:
        home, room = find_commune(installation.communes, slug), PaperRoom(installation)
        database, house = installation.database, room.house(home)
        if template:
            _write(file, database.read(room.reading_form, home, _is_csv(file)))
            say(f"Đã ghi mẫu vào {file}.")
            return
        grid = _table(room, body, import_readings_rows.SHAPE)
        draft = _faultless(room, database.read(figures.draft, house, grid))
        _say_draft(room, draft, READINGS)
        if dry_run:
            say("Mới chỉ xem, chưa ghi gì.")
            return
        taken = database.write(figures.take, house, draft, CONSOLE)
    _say_taken(taken, "số liệu chỉ tiêu")


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


UNITS = {HELP: "lượt", ATTENDANCE: "chỗ", READINGS: "số"}


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
