"""What the office types into a report: prose of a period, notes on targets, estimates of the whole period.

A note on a target is typed once and stands in the reports that follow until another one takes its place;
prose and estimates are of their period alone. Of a closed period nothing can be typed: its report is made.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.core.errors import NotAllowedError, RuleError
from bot.core.periods import Period
from bot.core.redaction import mask_phones, redact
from bot.core.text import normalise
from bot.core.vocabulary import CommuneId, NotePart, Role
from bot.library import Plan
from bot.services import access
from bot.services.access import Officer
from storage import period_notes
from storage.database import Unit
from storage.period_notes import NewNote
from storage.period_notes import Note as Note  # pages take it from here

PROSE = (NotePart.DIRECTION, NotePart.DIFFICULTIES, NotePart.NEXT, NotePart.PROPOSALS)
LONGEST_PROSE, LONGEST_NOTE = 4_000, 400
MOST_ESTIMATED = 1_000_000_000
MOST_EARLIER = 20
NUMBER = re.compile(r"[0-9]{1,3}(?:\.[0-9]{3})+(?:,[0-9]+)?|[0-9]{1,10}(?:,[0-9]+)?")
READERS = (Role.OFFICER, Role.LEADER)


@dataclass(frozen=True, slots=True)
class Written:
    """What stands for a period: notes and estimates by target, and texts that were replaced."""

    texts: Mapping[NotePart, str]
    notes: Mapping[str, Note]
    estimates: Mapping[str, float]
    earlier: Sequence[Note]
    is_frozen: bool


def put_into(
    unit: Unit, commune: CommuneId, period: Period, body: dict[str, Any]
) -> dict[str, Any]:
    """The report with ``texts``, and ``note`` and ``estimate`` of each target; null where none was typed."""
    found = _standing(unit, commune, period)
    targets = [
        one
        | {
            "note": note.text if (note := found.notes.get(one["id"])) else None,
            "estimate": found.estimates.get(one["id"]),
        }
        for one in body["targets"]
    ]
    texts = {part.value: found.texts.get(part) for part in PROSE}
    return body | {"texts": texts, "targets": targets}


def read(unit: Unit, officer: Officer, period: Period) -> Written:
    """What stands for the period; ``NotAllowedError`` for who has no business with it."""
    require_reader(officer)
    return _standing(unit, officer.commune.id, period)


def require_reader(officer: Officer) -> None:
    """``NotAllowedError`` for who runs the machine: reports are for the office and its leaders."""
    if officer.role not in READERS:
        raise NotAllowedError("Trang này của cán bộ và lãnh đạo phường, xã.")


def keep_prose(unit: Unit, officer: Officer, period: Period, typed: Mapping[NotePart, str]) -> None:
    """The parts of the body, each in the place of what stood there; an empty one says nothing any more.

    ``RuleError`` with the sentence of what is wrong; then none of them is kept.
    """
    require_open(unit, officer, period)
    said = {part: _prose(typed.get(part, "")) for part in PROSE}
    stands = _standing(unit, officer.commune.id, period).texts
    fresh = [NewNote(part, text) for part, text in said.items() if text != stands.get(part)]
    if fresh:
        _keep(unit, officer, period, fresh)


def keep_of_target(
    unit: Unit, officer: Officer, of: tuple[Plan, Period, str], note: str, estimate: str
) -> None:
    """A note and an estimate of one target of the plan, as they were typed; ``RuleError`` for a wrong one."""
    plan, period, target = of
    require_open(unit, officer, period)
    if target not in {one.id for one in plan.targets}:
        raise RuleError("words-page.no-target", "Kế hoạch không có chỉ tiêu này.")
    text, number = _note(note), _number(estimate)
    stands = _standing(unit, officer.commune.id, period)
    fresh = []
    before = stands.notes.get(target)
    if text != (before.text if before else None):
        fresh.append(NewNote(NotePart.NOTE, text=text, target=target))
    if number != stands.estimates.get(target):
        fresh.append(NewNote(NotePart.ESTIMATE, number=number, target=target))
    if fresh:
        _keep(unit, officer, period, fresh)


def _keep(unit: Unit, officer: Officer, period: Period, fresh: Sequence[NewNote]) -> None:
    period_notes.keep(unit, officer.commune.id, period, fresh, officer.id)
    about = ",".join(f"{one.part}/{one.target}" if one.target else one.part for one in fresh)
    name = f"{period.kind}:{period.key}"
    access.note_change(unit, officer, "type-report", f"{name}:{about}"[:60])


def _standing(unit: Unit, commune: CommuneId, period: Period) -> Written:
    own = period_notes.list_of(unit, commune, period)
    notes = period_notes.list_notes(unit, commune, period)
    return Written(
        texts={one.part: one.text for one in own if one.target is None and one.text},
        notes={one.target: one for one in notes if one.target and one.text},
        estimates={
            one.target: one.number
            for one in own
            if one.part is NotePart.ESTIMATE and one.target and one.number is not None
        },
        earlier=[
            one
            for one in period_notes.list_earlier(unit, commune, period, MOST_EARLIER)
            if one.text and one.target is None
        ],
        is_frozen=period_notes.is_frozen(unit, commune, period),
    )


def require_writer(officer: Officer) -> None:
    """``NotAllowedError`` for anybody but an officer of the commune."""
    if officer.role is not Role.OFFICER:
        raise NotAllowedError("Lãnh đạo chỉ xem, cán bộ mới ghi được.")


def require_open(unit: Unit, officer: Officer, period: Period) -> None:
    """The same, and ``RuleError`` (``words-page.frozen``) once the period is closed."""
    require_writer(officer)
    if period_notes.is_frozen(unit, officer.commune.id, period):
        raise RuleError("words-page.frozen", "Kỳ này đã chốt.")


def _prose(text: str) -> str | None:
    """Prose as it is kept: paragraphs stay, spaces around them go."""
    lines = (" ".join(line.split()) for line in normalise(text).splitlines())
    kept = "\n".join(line for line in lines if line)
    if len(kept) > LONGEST_PROSE:
        raise RuleError("words-page.long", "Đoạn này dài quá.")
    return _without_numbers_of_people(kept)


def _note(text: str) -> str | None:
    kept = " ".join(normalise(text).split())
    if len(kept) > LONGEST_NOTE:
        raise RuleError("words-page.note-long", "Ghi chú dài quá.")
    return _without_numbers_of_people(kept.rstrip("."))


def _without_numbers_of_people(text: str) -> str | None:
    """Refused and not masked: what is signed must not differ from what was typed without a word."""
    if mask_phones(redact(text).text) != text:
        raise RuleError("words-page.personal", "Có số giống số giấy tờ hoặc điện thoại.")
    return text or None


def _number(text: str) -> float | None:
    """A number in Vietnamese writing; ``1.5`` is refused, since nobody can tell what it means."""
    said = text.strip()
    if not said:
        return None
    if not NUMBER.fullmatch(said):
        raise RuleError("words-page.number", "Số ước không đúng.")
    number = float(said.replace(".", "").replace(",", "."))
    if number > MOST_ESTIMATED:
        raise RuleError("words-page.number", "Số ước không đúng.")
    return int(number) if number.is_integer() else number
