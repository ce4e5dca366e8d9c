"""Forms filled in on paper: empty ones written, filled ones taken, a file taken back."""

from __future__ import annotations

from pathlib import Path

import click

from bot.app.ending import Misuse
from bot.app.installation import Installation
from bot.app.paper import NewForm, PaperRoom
from bot.commands.terminal import opened, say
from bot.config import Settings
from bot.core.errors import BotError, TableError, why
from bot.locale import ZONE, show_number
from bot.reports.reading import LARGEST_FILE, read_table
from bot.services import imports, sheets
from bot.services.import_rows import SHAPE
from bot.services.imports import CONSOLE, MOST_FAULTS, Draft
from bot.services.plans import find_commune
from storage.communes import Commune

CSV, XLSX = ".csv", ".xlsx"


class NotTakenError(BotError):
    """A file with faults; nothing of it was taken."""


@click.group("import")
def importing() -> None:
    """Nhập phiếu chép từ giấy."""


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
        draft = _look_at(installation, room, home, body)
        _say_draft(room, draft)
        if dry_run:
            say("Mới chỉ xem, chưa ghi gì.")
            return
        taken = installation.database.write(imports.take, room.house(home), draft, CONSOLE)
    if taken.import_id is None:
        say("Không có dòng nào mới, nên không ghi gì thêm.")
    else:
        added = show_number(taken.added)
        say(f"Đã nhập {added} phiếu từ giấy. Đây là lần nhập số {taken.import_id}.")


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
        say(f"{one.id}  {one.at.astimezone(ZONE):%d/%m/%Y %H:%M}  {one.added} phiếu, {state}")
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
        write = installation.database.write
        gone = write(imports.undo, home.id, number, reason, CONSOLE)
    say(f"Đã bỏ {gone} phiếu của lần nhập số {number}. Các mã của tệp đó dùng lại được.")


def _look_at(installation: Installation, room: PaperRoom, home: Commune, body: bytes) -> Draft:
    """The file as it was understood; with faults each is one line and the work has failed."""
    try:
        grid = read_table(body, SHAPE)
    except TableError as error:
        raise NotTakenError(room.texts.say(error.code, **error.values)) from None
    draft = installation.database.read(imports.draft, room.house(home), grid)
    for fault in draft.faults[:MOST_FAULTS]:
        click.echo(fault.line(room.texts), err=True)
    if draft.faults:
        count = show_number(len(draft.faults))
        raise NotTakenError(f"Tệp có {count} chỗ sai nên chưa nhập dòng nào: sửa rồi nhập lại.")
    return draft


def _say_draft(room: PaperRoom, draft: Draft) -> None:
    say(
        f"Tệp có {show_number(len(draft.rows))} dòng: {show_number(len(draft.fresh))} mới "
        f"({show_number(draft.visits)} lượt), {show_number(len(draft.known))} đã nhập trước đây, "
        f"{show_number(draft.blank)} dòng không dùng."
    )
    for number in draft.withdrawn:
        say(room.texts.say("import.withdrawn", row=number))
    for number in draft.alike:
        say(room.texts.say("import.alike", row=number))


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
