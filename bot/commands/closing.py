"""Closing a period at the terminal: freeze, reopen, issue, prove."""

from __future__ import annotations

from datetime import date

import click

from bot.app.closing import Closer, renderer_of
from bot.app.ending import Misuse
from bot.commands.terminal import opened, say
from bot.config import Settings
from bot.core import periods
from bot.core.errors import BotError, NotFoundError
from bot.core.periods import Period
from bot.core.vocabulary import CommuneId, Extra
from bot.locale import show_date
from bot.services import closings
from bot.services.closing_check import Proof, Value
from bot.services.closings import Closing, Hand
from bot.services.period_report import Asked
from bot.services.plans import find_commune
from storage.database import Database

MOST_OTHERS = 20


@click.command("close")
@click.option("--commune", required=True, help="Mã xã, phường.")
@click.option("--period", required=True, help="Kỳ, ví dụ month:2026-11.")
@click.option("--until", help="Chốt khi kỳ chưa hết: thực hiện đến hết ngày nào, ví dụ 2026-11-19.")
@click.option(
    "--with",
    "extras",
    multiple=True,
    type=click.Choice([one.value for one in Extra]),
    help="Chốt: tệp gửi đi có thêm phần thường để trong phòng.",
)
@click.option("--check", is_flag=True, help="Dựng lại, so từng byte, đếm lại; không đổi gì.")
@click.option("--reopen", is_flag=True, help="Mở lại kỳ đã chốt mà chưa ban hành.")
@click.option("--reason", default="", help="Lý do mở lại, hoặc sửa số văn bản.")
@click.option("--issue", help="Đã ban hành: số, ký hiệu văn thư cấp, ví dụ 05/BC-UBND.")
@click.pass_obj
def close(
    settings: Settings,
    commune: str,
    period: str,
    until: str | None,
    extras: tuple[str, ...],
    check: bool,
    reopen: bool,
    reason: str,
    issue: str | None,
) -> None:
    """Chốt số liệu của một kỳ; mở lại, ghi đã ban hành, hoặc kiểm lại kỳ đã chốt."""
    if sum((check, reopen, issue is not None, until is not None)) > 1:
        raise Misuse("Chỉ dùng một trong --check, --reopen, --issue, --until.")
    window, last = periods.parse(period), _read_day(until)
    with opened(settings, commune) as installation:
        home, database = find_commune(installation.communes, commune), installation.database
        asked = Asked(
            home, installation.library.plans[home.slug], window, last, frozenset(map(Extra, extras))
        )
        closer = Closer(database, renderer_of(installation, home))
        if check:
            _tell(closer.prove(asked), window)
        elif reopen:
            number = _number_of(database, home.id, window)
            database.write(closings.reopen, home.id, number, Hand(), reason)
            say(f"Đã mở lại kỳ {_name(window)}; số liệu lại được đếm theo sổ hiện tại.")
        elif issue is not None:
            number = _number_of(database, home.id, window)
            done = database.write(closings.issue, home.id, number, Hand(), (issue, reason))
            say(f"Kỳ {_name(window)} đã ban hành, số {done.document}; không mở lại được nữa.")
        else:
            _tell_closed(closer.close(asked, Hand()), last)


def _number_of(database: Database, commune: CommuneId, period: Period) -> int:
    found = database.read(closings.find, commune, period)
    if found is None:
        raise NotFoundError(f"Kỳ {_name(period)} chưa chốt.")
    return found.id


def _tell_closed(closing: Closing, until: date | None) -> None:
    days = f"{show_date(closing.starts_on)} – {show_date(closing.ends_on)}"
    early = f", thực hiện đến ngày {show_date(until)}" if until is not None else ""
    say(f"Đã chốt kỳ {closing.name} ({days}{early}). Mã băm: {closing.data_hash}")


def _tell(proof: Proof, period: Period) -> None:
    say(f"Kỳ {_name(period)}")
    say(f"Mã băm: {_word(proof.is_hash_right)}")
    say(f"DOCX dựng lại: {_word(proof.is_docx_same)}")
    say(f"XLSX dựng lại: {_word(proof.is_xlsx_same)}")
    if not proof.is_same_version:
        say("Kỳ này chốt bằng phiên bản khác của chương trình nên tệp dựng lại có thể khác.")
    if proof.is_count_same:
        say("Đếm lại: khớp")
    else:
        say(f"Đếm lại: có {len(proof.changes)} điều chỉnh từ lúc chốt")
    for one in proof.changes:
        kind = f" ({one['kind']})" if one["kind"] else ""
        team = one["team"] or "văn phòng"
        day = show_date(date.fromisoformat(one["on"]))
        say(f"  {one['figure']}{kind} · {team} · {day}: {one['change']:+d}")
    for path, then, now in proof.others[:MOST_OTHERS]:
        say(f"  {path}: {_shown(then)} → {_shown(now)}")
    if len(proof.others) > MOST_OTHERS:
        say(f"  … và {len(proof.others) - MOST_OTHERS} chỗ nữa")
    if not proof.is_sound:
        raise BotError(
            f"Kỳ {_name(period)} không khớp với lúc chốt: phục hồi từ bản lưu, hoặc báo người quản trị."
        )


def _word(is_same: bool) -> str:
    return "khớp" if is_same else "KHÁC"


def _shown(value: Value) -> str:
    return "—" if value is None else str(value)


def _name(period: Period) -> str:
    return f"{period.kind}:{period.key}"


def _read_day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text.strip()) if text is not None else None
    except ValueError:
        raise Misuse(f"“{text}” không phải một ngày; viết như 2026-11-19.") from None
