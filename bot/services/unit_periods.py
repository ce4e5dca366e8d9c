"""Which period the report of a unit is about, and by which day the plan wants it."""

from __future__ import annotations

from datetime import date, timedelta

from bot.core.deadlines import Due
from bot.core.errors import NotFoundError
from bot.core.named_periods import REPORTING as EARLY
from bot.core.named_periods import before
from bot.core.named_periods import holding as around
from bot.core.periods import Period, PeriodError, parse
from bot.locale import Texts, show_date
from bot.services.deadlines import Calendar, Clause
from bot.services.period_names import name_shortly

DAY = timedelta(days=1)
LATE_UNTIL = 10
"""So many days a report that was due is still asked for; without a day of the plan from the first on."""
LENGTHS = ("month", "quarter", "half", "year")
SHOWN_BACK = 4


def read(name: str) -> Period:
    """The period of an address; ``NotFoundError`` for what units do not report of."""
    try:
        period = parse(name)
    except PeriodError:
        raise NotFoundError("Không có kỳ này.") from None
    if period.kind.removeprefix(EARLY) not in LENGTHS:
        raise NotFoundError("Không có kỳ này.")
    return period


def clauses_of(calendar: Calendar, reporter: str) -> list[Clause]:
    """What the plan wants of a unit, in its order."""
    return [one for one in calendar.clauses if any(unit.id == reporter for unit in one.reporters)]


def due_of(calendar: Calendar, reporter: str, period: Period) -> Due | None:
    """By when a unit reports of a period; None where neither the plan nor the office names a day."""
    for entry in calendar.of_window(period):
        if any(unit.id == reporter for unit in entry.clause.reporters):
            return entry.due
    return None


def is_asked(clause: Clause, period: Period) -> bool | None:
    """True where a clause wants a report of such a period; None where it does not say of which."""
    if clause.rule is not None:
        return clause.rule.window == period.kind
    if clause.deadline.period is not None:
        return clause.deadline.period == period.kind.removeprefix(EARLY)
    return None


def month_of(calendar: Calendar, reporter: str, day: date) -> Period:
    """The month that a unit reports of on a day: the one that is due next, or was a few days ago."""
    for clause in clauses_of(calendar, reporter):
        if clause.rule is not None and clause.rule.window.removeprefix(EARLY) == "month":
            holding = around(clause.rule.window, day)
            due = due_of(calendar, reporter, before(holding))
            is_late = due is None or day > due.due + LATE_UNTIL * DAY
            return holding if is_late or not clause.rule.is_of_previous else before(holding)
    this = around("month", day)
    return before(this) if day.day <= LATE_UNTIL else this


def choices(calendar: Calendar, day: date) -> list[Period]:
    """The periods that the office chooses among, those that units are asked of first, each newest first."""
    asked = [one.rule.window for one in calendar.clauses if one.rule is not None and one.reporters]
    kinds = list(dict.fromkeys([*asked, "month", "quarter", "half", "year"]))
    found = []
    for kind in kinds:
        period = around(kind, day)
        for _ in range(SHOWN_BACK if kind.endswith("month") else 2):
            found.append(period)
            period = before(period)
    return found


def title(texts: Texts, period: Period) -> str:
    """How a period is called: “tháng 11/2026”, “quý IV/2026”, “6 tháng đầu năm 2026”."""
    name = name_shortly(texts, period)
    if not period.kind.startswith(EARLY):
        return name
    return texts.say("units.period-early", name=name, days=days(texts, period))


def days(texts: Texts, period: Period) -> str:
    """“01/11/2026 – 30/11/2026”."""
    return f"{show_date(period.start)} – {show_date(period.end - DAY)}"
