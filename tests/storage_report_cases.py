"""What is asked of storage about typed reports and their letter paper, for the test of isolation."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from bot.core.periods import parse
from bot.core.vocabulary import CommuneId, NotePart
from storage import period_notes, report_templates
from storage.database import Unit
from storage.period_notes import NewNote

if TYPE_CHECKING:
    from tests.storage_twins import Home

MONTH = parse("month:2026-11")
TYPED = (
    NewNote(NotePart.DIRECTION, "Họp giao ban."),
    NewNote(NotePart.NOTE, "Còn hai buổi", target="lop"),
)


def furnish(unit: Unit, commune: CommuneId, staff: int) -> None:
    """A text and a note that were typed twice, and letter paper."""
    for _ in range(2):
        period_notes.keep(unit, commune, MONTH, TYPED, staff)
    report_templates.keep(unit, commune, "ubnd", ("cũ.docx", b"old"), staff)


def type_in(unit: Unit, home: Home) -> None:
    period_notes.keep(unit, home.id, MONTH, TYPED, home.officer.id)


def typed(unit: Unit, home: Home, ask: Callable[[], Any]) -> Any:
    type_in(unit, home)
    type_in(unit, home)
    return ask()


def sent(unit: Unit, home: Home, ask: Callable[[], Any]) -> Any:
    report_templates.keep(unit, home.id, "ubnd", ("mau.docx", b"docx"), home.officer.id)
    return ask()


CASES: dict[str, Callable[[Unit, Home], Any]] = {
    "period_notes.keep": type_in,
    "period_notes.list_of": lambda u, h: typed(u, h, lambda: period_notes.list_of(u, h.id, MONTH)),
    "period_notes.list_earlier": lambda u, h: typed(
        u, h, lambda: period_notes.list_earlier(u, h.id, MONTH, 9)
    ),
    "period_notes.list_notes": lambda u, h: typed(
        u, h, lambda: period_notes.list_notes(u, h.id, MONTH)
    ),
    "period_notes.is_frozen": lambda u, h: period_notes.is_frozen(u, h.id, MONTH),
    "report_templates.keep": lambda u, h: sent(u, h, lambda: None),
    "report_templates.list_used": lambda u, h: sent(
        u, h, lambda: report_templates.list_used(u, h.id)
    ),
    "report_templates.find": lambda u, h: sent(
        u, h, lambda: report_templates.find(u, h.id, "ubnd")
    ),
    "report_templates.drop": lambda u, h: sent(
        u, h, lambda: report_templates.drop(u, h.id, "ubnd")
    ),
}

STRANGE: dict[str, Callable[[Unit, Home, Home], Any]] = {
    "period_notes.keep: staff": lambda u, a, b: period_notes.keep(
        u, a.id, MONTH, TYPED, b.officer.id
    ),
    "report_templates.keep: staff": lambda u, a, b: report_templates.keep(
        u, a.id, "ubnd", ("mau.docx", b"docx"), b.officer.id
    ),
}
