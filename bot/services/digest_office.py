"""What the office reads of its digests and settles about them; and those that go by e-mail.

A letter is sent outside of any unit of work: a try is claimed before it, what came of it is written after.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core.errors import NotAllowedError, RuleError
from bot.core.periods import today
from bot.core.vocabulary import CommuneId, DigestState, Role
from bot.services import access, digests
from bot.services.access import Officer
from bot.services.digests import EARLIEST, LATEST, ROADS, Digest, Ground
from storage import digests as kept
from storage import jobs
from storage.database import Unit
from storage.digests import MAIL as MAIL  # the page's desk takes it from here
from storage.digests import Habit as Habit  # pages take it from here

WEEKS = 8
"""How many weeks the page shows."""
LONGEST_ADDRESS = 120
ADDRESS = re.compile(
    r"[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]{2,24}"
)
TRY_EVERY = timedelta(minutes=10)
MOST_TRIES = 6
GIVEN_UP = "late"
"""The fault of a letter that was not tried to the end: the program was off."""
LONGEST_FAULT = 120


@dataclass(frozen=True, slots=True)
class WeekSent:
    """All digests of one week; ``office`` is None where only teams had one."""

    key: str
    office: Digest | None
    teams: Sequence[Digest]

    @property
    def waiting(self) -> list[Digest]:
        """Those of teams whose leader could not be reached."""
        return [one for one in self.teams if one.state is not DigestState.SENT]


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the page shows: the lines of the week that ended, what went, what is settled, and what is next."""

    week: str
    lines: Sequence[str]
    weeks: Sequence[WeekSent]
    habit: Habit
    next_at: datetime | None


def read_sheet(ground: Ground, officer: Officer) -> Sheet:
    """All of it; ``NotAllowedError`` for who runs the machine."""
    require_reader(officer)
    unit, commune = ground.unit, ground.commune.id
    week = digests.last_week(unit.now)
    lines = digests.draft_office(ground, week)
    keys = kept.list_weeks(unit, commune, WEEKS)
    made = kept.list_since(unit, commune, keys[-1]) if keys else []
    weeks = [_week(key, [one for one in made if one.week == key]) for key in keys]
    habit = digests.habit_of(unit, commune)
    return Sheet(week.key, lines, weeks, habit, _next_at(unit, commune, habit))


def _week(key: str, made: Sequence[Digest]) -> WeekSent:
    office = next((one for one in made if one.team is None), None)
    return WeekSent(key, office, [one for one in made if one.team is not None])


def _next_at(unit: Unit, commune: CommuneId, habit: Habit) -> datetime | None:
    """When the next one goes; None while they are off."""
    if not habit.is_on:
        return None
    this = digests.due_at(habit, today(unit.now))
    is_told = kept.is_made(unit, commune, digests.last_week(unit.now).key)
    return this + digests.WEEK if is_told or unit.now >= this else this


def require_reader(officer: Officer) -> None:
    """``NotAllowedError`` for who runs the machine only."""
    if officer.role is Role.OPERATOR:
        raise NotAllowedError("Người quản trị không xem bản tin này.")


def _require_officer(officer: Officer) -> None:
    if officer.role is not Role.OFFICER:
        raise NotAllowedError("Chỉ cán bộ phụ trách đổi được.")


def settle(unit: Unit, officer: Officer, habit: Habit) -> None:
    """From now on so; ``RuleError`` with the sentence of what is wrong with it."""
    _require_officer(officer)
    if not (1 <= habit.weekday <= 7 and EARLIEST <= habit.hour <= LATEST):
        raise RuleError("digest.wrong-hour", "Ngày giờ không đúng.")
    if habit.next_road not in ROADS:
        raise RuleError("digest.wrong-road", "Đường gửi không đúng.")
    if habit.mail is not None and not is_address(habit.mail):
        raise RuleError("digest.wrong-mail", "Địa chỉ e-mail không đúng.")
    if habit.next_road == MAIL and habit.mail is None:
        raise RuleError("digest.no-mail", "Chưa có địa chỉ e-mail.")
    kept.save_habit(unit, officer.commune.id, habit, officer.id)
    access.note_change(unit, officer, "settle-digest", f"digest:{officer.commune.id}")


def is_address(text: str) -> bool:
    """True for one plain e-mail address."""
    return len(text) <= LONGEST_ADDRESS and ADDRESS.fullmatch(text) is not None


def address_to_try(unit: Unit, officer: Officer) -> str:
    """Where a letter for trying goes: the address that was settled; ``RuleError`` ``digest.no-mail``."""
    _require_officer(officer)
    mail = digests.habit_of(unit, officer.commune.id).mail
    if mail is None:
        raise RuleError("digest.no-mail", "Chưa có địa chỉ e-mail.")
    access.note_change(unit, officer, "try-mail", f"digest:{officer.commune.id}")
    return mail


# ---- by e-mail


@dataclass(frozen=True, slots=True)
class Due:
    """A letter whose turn has come; ``repr`` leaves the address out."""

    number: int
    week: str
    to: str
    lines: tuple[str, ...]
    is_last: bool

    def __repr__(self) -> str:
        return f"Due({self.number})"


def is_any_to_mail(unit: Unit, commune: CommuneId) -> bool:
    """True while some digest waits for its letter."""
    return bool(kept.list_to_mail(unit, commune))


def claim_letters(unit: Unit, commune: CommuneId) -> list[Due]:
    """Letters to be tried now, each once in ten minutes whoever asks; what is too old is given up."""
    habit = digests.habit_of(unit, commune)
    found = []
    for one in kept.list_to_mail(unit, commune):
        slot = (unit.now - one.made_at) // TRY_EVERY
        if slot >= MOST_TRIES or habit.mail is None:
            kept.settle(unit, commune, one.id, DigestState.FAILED, GIVEN_UP)
        elif jobs.begin(unit, f"digest-mail:{one.id}", str(slot)):
            found.append(Due(one.id, one.week, habit.mail, one.lines, slot == MOST_TRIES - 1))
    return found


def note_letter(unit: Unit, commune: CommuneId, due: Due, fault: tuple[str, bool] | None) -> None:
    """What came of a try: gone, or (why not, whether trying again is useless)."""
    if fault is None:
        kept.settle(unit, commune, due.number, DigestState.SENT)
    elif fault[1] or due.is_last:
        kept.settle(unit, commune, due.number, DigestState.FAILED, fault[0][:LONGEST_FAULT])


def text_of(lines: Sequence[str]) -> str:
    """The lines as a letter or a paste has them: without the marks of bold."""
    return "\n".join(line.replace("**", "") for line in lines)
