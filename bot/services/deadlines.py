"""The reporting calendar of a commune: what its plan says, the days that its office gave, and its days off.

A clause of the plan that names no day stays a question until the office answers it; nothing is guessed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from bot.core.deadlines import EVERY_MONTH, Due, Rule, list_due
from bot.core.errors import NotAllowedError, NotFoundError, RuleError
from bot.core.periods import Period
from bot.core.vocabulary import CommuneId, DayKind, Role
from bot.core.working_days import WorkingDays
from bot.library import Plan
from bot.library.reporting import COMPILER, Deadline, Reporter
from bot.locale import local_day
from bot.services import access
from bot.services.access import Officer
from bot.services.help_log import kept_note, kept_reason
from storage import calendar_days, deadline_rules
from storage.calendar_days import CalendarDay as CalendarDay  # pages take it from here
from storage.calendar_days import NewDay as NewDay
from storage.database import Unit

SHORTEST_NOTE, LONGEST_NOTE = 3, 120
FARTHEST = timedelta(days=800)
"""Days further away than this are typing errors."""
WINDOWS = ("month", "quarter", "half", "year")
REPORTING = "reporting-"
LAST_DAY = 31
A_YEAR = 2026
"""Any year: which months have the same window is the same in all."""


@dataclass(frozen=True, slots=True)
class Clause:
    """A deadline of the plan, who sends, and its rule: of the plan, of the office, or None so far."""

    deadline: Deadline
    reporters: tuple[Reporter, ...]  # without the compiler
    senders: tuple[str, ...]
    rule: Rule | None

    @property
    def is_asked(self) -> bool:
        """True where the plan names no day, so that the office has to."""
        return self.deadline.before is None

    @property
    def is_of_compiler(self) -> bool:
        """True where the office that compiles sends it itself."""
        return COMPILER in self.deadline.senders


@dataclass(frozen=True, slots=True)
class Entry:
    """One date of the calendar."""

    clause: Clause
    due: Due


@dataclass(frozen=True, slots=True)
class Calendar:
    """Every clause on reporting, in the order of the plan, and the working days of the office."""

    clauses: tuple[Clause, ...]
    days: WorkingDays

    @property
    def questions(self) -> tuple[Clause, ...]:
        """Clauses without a day."""
        return tuple(one for one in self.clauses if one.rule is None)

    def of_year(self, year: int) -> list[Entry]:
        """The dates whose named day lies in that year, the earliest to send first."""
        found = [
            Entry(clause, due)
            for clause in self.clauses
            if clause.rule is not None
            for due in list_due(clause.rule, year, self.days)
        ]
        return sorted(found, key=lambda one: (one.due.send_by, one.due.due))

    def of_window(self, window: Period) -> list[Entry]:
        """The dates on which a report about that period is due: who sends it, until when it is counted."""
        years = range(window.start.year, window.last_day.year + 2)
        return [one for year in years for one in self.of_year(year) if one.due.window == window]

    def ahead(self, today: date) -> list[Entry]:
        """Those that can still be sent in time, of this year and the next, the nearest first."""
        years = (today.year, today.year + 1)
        return [one for year in years for one in self.of_year(year) if one.due.send_by >= today]


# ---- read


def of_file(plan: Plan) -> Calendar:
    """What the plan's file alone says, with the calendar of the country."""
    return Calendar(_clauses(plan, {}), WorkingDays())


def read(unit: Unit, commune: CommuneId, plan: Plan) -> Calendar:
    """The same with what the office wrote down."""
    rules = {
        one.deadline: _rule_of(one.content) for one in deadline_rules.list_standing(unit, commune)
    }
    return Calendar(_clauses(plan, rules), working_days(unit, commune))


def working_days(unit: Unit, commune: CommuneId) -> WorkingDays:
    """The working days of the commune's office."""
    days = calendar_days.list_standing(unit, commune)
    return WorkingDays(
        frozenset(one.day for one in days if one.kind is DayKind.OFF),
        frozenset(one.day for one in days if one.kind is DayKind.WORK),
    )


def as_json(calendar: Calendar, year: int) -> list[dict[str, object]]:
    """As ``plan show --json`` promises: each sender by itself; a clause without a day has nothing due."""
    return [
        {
            "sender": sender,
            "receiver": clause.deadline.receiver,
            "period": clause.deadline.period,
            "due": [
                {"due": due.due.isoformat(), "send_by": due.send_by.isoformat()}
                for due in (list_due(clause.rule, year, calendar.days) if clause.rule else ())
            ],
        }
        for clause in calendar.clauses
        for sender in clause.senders
    ]


def _clauses(plan: Plan, rules: Mapping[str, Rule]) -> tuple[Clause, ...]:
    known = {one.id: one for one in plan.reporters}
    return tuple(
        Clause(
            deadline,
            tuple(known[name] for name in deadline.senders if name in known),
            tuple(_name(plan, known, name) for name in deadline.senders),
            _of_plan(deadline) if deadline.before else rules.get(deadline.id),
        )
        for deadline in plan.deadlines
    )


def _name(plan: Plan, known: Mapping[str, Reporter], sender: str) -> str:
    return plan.report.compiler if sender == COMPILER else known[sender].name


def _of_plan(deadline: Deadline) -> Rule | None:
    if deadline.before is None or deadline.window is None:
        return None
    before = deadline.before
    return Rule(before.day, before.months, deadline.window, deadline.of == "previous")


# ---- what the office writes down


def add_day(unit: Unit, officer: Officer, fresh: NewDay) -> int:
    """A day off, or one that is made up for.

    ``RuleError``: ``calendar.far`` (years away), ``.same-day`` (one stands already), ``.off-already`` and
    ``.work-already`` (the calendar says so anyway), ``.note`` (does not say why).
    """
    _check_officer(officer)
    commune = officer.commune.id
    if abs(fresh.day - local_day(unit.now)) > FARTHEST:
        raise RuleError("calendar.far", "Ngày này xa quá.")
    if any(one.day == fresh.day for one in calendar_days.list_standing(unit, commune)):
        raise RuleError("calendar.same-day", "Ngày này đã ghi.")
    if WorkingDays().is_working(fresh.day) == (fresh.kind is DayKind.WORK):
        code = "calendar.work-already" if fresh.kind is DayKind.WORK else "calendar.off-already"
        raise RuleError(code, "Lịch chung đã như vậy.")
    note = (kept_note(fresh.note) or "")[:LONGEST_NOTE]
    if len(note) < SHORTEST_NOTE:
        raise RuleError("calendar.note", "Cần ghi vì sao.")
    number = calendar_days.add(unit, commune, NewDay(fresh.day, fresh.kind, note), officer.id)
    access.note_change(unit, officer, "add-calendar-day", f"calendar-day:{number}")
    return number


def drop_day(unit: Unit, officer: Officer, number: int, reason: str) -> bool:
    """A day was written down by mistake; False when it is out already or gone. ``RuleError``: no reason."""
    _check_officer(officer)
    if not calendar_days.void(unit, officer.commune.id, number, kept_reason(reason)):
        return False
    access.note_change(unit, officer, "drop-calendar-day", f"calendar-day:{number}")
    return True


def set_rule(unit: Unit, officer: Officer, of: tuple[Plan, str], rule: Rule) -> None:
    """The day of a clause of (plan, id) that names none; the one before it is replaced.

    ``NotFoundError`` for a clause that is not there or has its day. ``RuleError``: ``calendar.rule-day``,
    ``.rule-window`` (no period, or not the plan's), ``.rule-months`` (no month, or two in the same period).
    """
    _check_officer(officer)
    plan, name = of
    deadline = _asked(plan, name)
    if not 1 <= rule.day <= LAST_DAY:
        raise RuleError("calendar.rule-day", "Ngày không đúng.")
    length = rule.window.removeprefix(REPORTING)
    if length not in WINDOWS or deadline.period not in (None, length):
        raise RuleError("calendar.rule-window", "Kỳ không đúng.")
    if not set(rule.months) <= set(EVERY_MONTH) or _has_twins(rule):
        raise RuleError("calendar.rule-months", "Tháng không đúng.")
    deadline_rules.replace(unit, officer.commune.id, (name, _content_of(rule)), officer.id)
    access.note_change(unit, officer, "set-deadline", f"deadline:{name}")


def drop_rule(unit: Unit, officer: Officer, deadline: str, reason: str) -> bool:
    """The clause is a question again; False when it is one already. ``RuleError``: no reason."""
    _check_officer(officer)
    kept = kept_reason(reason)
    if not deadline_rules.take_back(unit, officer.commune.id, deadline, kept):
        return False
    access.note_change(unit, officer, "drop-deadline", f"deadline:{deadline}")
    return True


def require_reader(officer: Officer) -> None:
    """``NotAllowedError`` for who runs the machine only."""
    if officer.role is Role.OPERATOR:
        raise NotAllowedError("Người quản trị không xem lịch báo cáo.")


def list_days(unit: Unit, commune: CommuneId, year: int) -> Iterable[CalendarDay]:
    """What was written down of a year, also what was taken out."""
    return calendar_days.list_between(unit, commune, (date(year, 1, 1), date(year + 1, 1, 1)))


def _check_officer(officer: Officer) -> None:
    if officer.role is not Role.OFFICER:
        raise NotAllowedError("Chỉ cán bộ phụ trách sửa được lịch.")


def _asked(plan: Plan, name: str) -> Deadline:
    found = next((one for one in plan.deadlines if one.id == name and one.before is None), None)
    if found is None:
        raise NotFoundError(f"Kế hoạch không hỏi ngày của “{name}”.")
    return found


def _has_twins(rule: Rule) -> bool:
    """True when two of its dates are about the same period."""
    windows = [due.window for due in list_due(rule, A_YEAR, WorkingDays())]
    return len(set(windows)) < len(windows)


def _content_of(rule: Rule) -> str:
    return json.dumps(
        {
            "day": rule.day,
            "months": sorted(set(rule.months)),
            "window": rule.window,
            "of": "previous" if rule.is_of_previous else "this",
        }
    )


def _rule_of(content: str) -> Rule:
    kept = json.loads(content)
    return Rule(kept["day"], tuple(kept["months"]), kept["window"], kept["of"] == "previous")
