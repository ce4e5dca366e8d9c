"""Figures that the office enters: read from outside, carried over, and what shares are of.

A target is computed from our logs or entered, never both: a computed one takes no reading, only an opening
of what was done before our own count begins; an entered one takes readings and no opening.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import TypeVar

from bot.core.errors import NotAllowedError, NotFoundError, RuleError
from bot.core.numbers import NumberError, read_number, read_whole
from bot.core.vocabulary import CommuneId, ReadingKind, Role
from bot.library import Plan
from bot.library.plans import Formula, Target
from bot.locale import local_day
from bot.services import access, targets
from bot.services.access import Officer
from bot.services.help_log import kept_note, kept_reason
from bot.services.reading_standing import SHARE
from storage import denominators, target_readings
from storage.database import Unit
from storage.denominators import Denominator as Denominator  # pages take it from here
from storage.denominators import NewDenominator
from storage.target_readings import Figure as Figure  # imports take it from here
from storage.target_readings import NewReading
from storage.target_readings import Reading as Reading  # pages take it from here

N = TypeVar("N", int, Decimal)
EARLIEST = date(2020, 1, 1)
MOST = 10**9
WHOLE_SHARE = 100
LONGEST_LEVEL = 80
SHORTEST_SOURCE = 3
APART = Decimal("0.1")
"""How far a share may be from its two numbers: it was rounded somewhere."""
HUNDREDTH = Decimal("0.01")
DAY = timedelta(days=1)
YES, NO = "co", "khong"


class FigureError(RuleError):
    """What was typed is no figure of that target; ``column`` is the field that is wrong."""

    def __init__(self, column: str, code: str) -> None:
        super().__init__(code, "Số liệu chưa đúng.")
        self.column = column


@dataclass(frozen=True, slots=True)
class Typed:
    """A figure as it was typed; empty where nothing was."""

    number: str = ""
    part: str = ""
    whole: str = ""
    level: str = ""
    reached: str = ""


def kind_of(target: Target) -> ReadingKind:
    """What can be entered for a target."""
    return ReadingKind.OPENING if target.kind == "computed" else ReadingKind.READING


def read_figure(target: Target, typed: Typed) -> Figure:
    """The figure; ``FigureError`` for what is none of this target."""
    if target.kind == "computed":
        return _opening(target, typed)
    if target.value is None:
        return _level(typed)
    for column in ("level", "reached"):
        if getattr(typed, column):
            raise FigureError(column, "reading.no-level")
    if typed.part or typed.whole:
        return _share(target, typed)
    number = _read("number", typed.number, read_number)
    if target.unit == SHARE and number > WHOLE_SHARE:
        raise FigureError("number", "reading.share-high")
    if number > MOST:
        raise FigureError("number", "number.large")
    return Figure(number=float(number))


def check_day(target: Target, as_of: date, today: date) -> None:
    """``FigureError`` for a day that no such figure can be of."""
    if as_of > today:
        raise FigureError("as_of", "reading.day-to-come")
    if as_of < EARLIEST:
        raise FigureError("as_of", "reading.day-early")
    if target.kind == "computed" and not target.starts_on <= as_of <= target.ends_on:
        raise FigureError("as_of", "reading.day-outside")


def kept_source(source: str) -> str:
    """A source as it is kept; ``FigureError`` for one that says nothing."""
    kept = kept_note(source) or ""
    if len(kept) < SHORTEST_SOURCE:
        raise FigureError("source", "reading.source")
    return kept


def keep(
    unit: Unit, officer: Officer, plan: Plan, name: str, entered: tuple[Typed, date, str, str]
) -> tuple[Reading, bool]:
    """Keep (figure, day, source, client id) of the target with that name; the same id again changes nothing.

    Gives what stands now, and True where it is new. ``RuleError`` (``reading.…``, ``number.…``) for what
    cannot be, ``reading.same-day`` where that day has one: it is taken out first. ``NotFoundError`` where
    no such target is in force.
    """
    check_officer(officer)
    commune, today = officer.commune.id, local_day(unit.now)
    target = find_target(unit, commune, plan, name)
    typed, as_of, source, client_id = entered
    figure = read_figure(target, typed)
    check_day(target, as_of, today)
    kept = kept_source(source)
    fresh = NewReading(client_id, name, kind_of(target), figure, as_of, kept, officer.id)
    known = target_readings.list_of(unit, commune, name)
    if any(is_same_day(one, fresh) for one in known):
        raise FigureError("as_of", "reading.same-day")
    written, is_new = target_readings.add_once(unit, commune, fresh)
    if is_new:
        access.note_change(unit, officer, f"keep-{fresh.kind}", _name(written))
    return written, is_new


def is_same_day(one: Reading, fresh: NewReading) -> bool:
    """True for another figure that counts, of the same target and day."""
    mine = (one.target, one.kind, one.as_of) == (fresh.target, fresh.kind, fresh.as_of)
    return mine and one.voided_at is None and one.client_id != fresh.client_id


def take_out(unit: Unit, officer: Officer, name: str, number: int, reason: str) -> bool:
    """A figure of that target counts no more, for a reason; False when it is out already or gone.

    ``RuleError``: ``correct.reason`` for one that says nothing.
    """
    check_officer(officer)
    kept, commune = kept_reason(reason), officer.commune.id
    try:
        written = target_readings.get(unit, commune, number)
    except LookupError:
        return False
    if written.target != name or not target_readings.void(unit, commune, number, kept):
        return False
    access.note_change(unit, officer, f"take-out-{written.kind}", _name(written))
    return True


def find_target(unit: Unit, commune: CommuneId, plan: Plan, name: str) -> Target:
    """The target with that name as it reads today; ``NotFoundError`` where there is none."""
    for target, _ in targets.of_day(unit, commune, plan, local_day(unit.now)):
        if target.id == name:
            return target
    raise NotFoundError("Không có chỉ tiêu này.")


# ---- what shares are of


def keep_denominator(
    unit: Unit, officer: Officer, plan: Plan, name: str, entered: tuple[str, date, str]
) -> Denominator:
    """Keep (number, day, source) of the denominator with that name.

    ``RuleError`` as for readings; ``NotFoundError`` where the plan has no such denominator.
    """
    check_officer(officer)
    if name not in {one.id for one in plan.denominators}:
        raise NotFoundError("Không có mẫu số này.")
    said, as_of, source = entered
    number = _read("number", said, read_whole)
    if not 1 <= number <= MOST:
        raise FigureError("number", "reading.whole-low" if number < 1 else "number.large")
    if as_of > local_day(unit.now):
        raise FigureError("as_of", "reading.day-to-come")
    if as_of < EARLIEST:
        raise FigureError("as_of", "reading.day-early")
    commune = officer.commune.id
    for one in denominators.list_all(unit, commune):
        if (one.name, one.as_of) == (name, as_of) and one.voided_at is None:
            raise FigureError("as_of", "reading.same-day")
    fresh = NewDenominator(name, number, as_of, kept_source(source), officer.id)
    written = denominators.add(unit, commune, fresh)
    access.note_change(unit, officer, "keep-denominator", f"denominator:{written.id}")
    return written


def take_out_denominator(unit: Unit, officer: Officer, number: int, reason: str) -> bool:
    """It counts no more, for a reason; False when it is out already or gone."""
    check_officer(officer)
    kept = kept_reason(reason)
    if not denominators.void(unit, officer.commune.id, number, kept):
        return False
    access.note_change(unit, officer, "take-out-denominator", f"denominator:{number}")
    return True


def check_officer(officer: Officer) -> None:
    """``NotAllowedError`` for whoever does not enter figures."""
    if officer.role is not Role.OFFICER:
        raise NotAllowedError("Chỉ cán bộ phụ trách ghi được số liệu.")


# ---- what the fields may hold


def _opening(target: Target, typed: Typed) -> Figure:
    if target.formula is Formula.TEAMS_ACTIVE:
        raise FigureError("target", "reading.no-opening")
    for column in ("part", "whole", "level", "reached"):
        if getattr(typed, column):
            raise FigureError(column, "reading.opening-only-number")
    number = _read("number", typed.number, read_whole)
    if number > MOST:
        raise FigureError("number", "number.large")
    return Figure(number=float(number))


def _level(typed: Typed) -> Figure:
    for column in ("number", "part", "whole"):
        if getattr(typed, column):
            raise FigureError(column, "reading.only-level")
    level = kept_note(typed.level) or ""
    if not 1 <= len(level) <= LONGEST_LEVEL:
        raise FigureError("level", "reading.level")
    if typed.reached not in (YES, NO):
        raise FigureError("reached", "reading.reached")
    return Figure(level=level, is_reached=typed.reached == YES)


def _share(target: Target, typed: Typed) -> Figure:
    """Both numbers of a share; its percentage follows from them, whoever typed it too."""
    if target.unit != SHARE:
        raise FigureError("part" if typed.part else "whole", "reading.no-parts")
    part = _read("part", typed.part, read_whole)
    whole = _read("whole", typed.whole, read_whole)
    if not 1 <= whole <= MOST:
        raise FigureError("whole", "reading.whole-low" if whole < 1 else "number.large")
    if part > whole:
        raise FigureError("part", "reading.part-high")
    exact = Decimal(part) * WHOLE_SHARE / Decimal(whole)
    if typed.number and abs(_read("number", typed.number, read_number) - exact) > APART:
        raise FigureError("number", "reading.parts-differ")
    number = float(exact.quantize(HUNDREDTH, ROUND_HALF_UP))
    return Figure(number=number, part=part, whole=whole)


def _read(column: str, text: str, read: Callable[[str], N]) -> N:
    try:
        return read(text)
    except NumberError as error:
        raise FigureError(column, error.code) from None


def _name(reading: Reading) -> str:
    return f"reading:{reading.id}"
