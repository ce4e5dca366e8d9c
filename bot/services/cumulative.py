"""Luỹ kế and cùng kỳ: what has come together since 1 January, and what the same period gave a year before.

People of the year are counted once each; they are no sum of the people of its months.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from bot.core.periods import Period, PeriodError, parse, today
from bot.core.vocabulary import CommuneId, TrainingKind
from bot.reports.weekly import Since, people_known
from bot.services import outreach_stats, training_stats
from storage import help_days, help_figures, questions
from storage.database import Unit
from storage.help_days import WHOLE, Total

DAY = timedelta(days=1)
KEEP_UP_FROM = 6
"""How many years back days are added up beforehand: those of a plan of five years, and the one before."""
MOST_DAYS = 5
"""How many days are added up in one unit: on SQLite nobody else writes meanwhile."""
WEEKS = ("week", "office-week")
"""Kinds that are compared weekday by weekday."""
ANSWERED = ("answer", "choose")
ASKED = (*ANSWERED, "unknown", "too_vague", "refuse")


def year_to(period: Period) -> Period:
    """The days from 1 January of the year of the period's last day to its end, to its hour if any."""
    first = date(period.last_day.year, 1, 1)
    return Period("custom", "", first, period.end, period.cut, opens_whole=True)


def year_before(period: Period) -> Period | None:
    """The same period a year before; None where that year has none, as of week 53."""
    if period.kind == "office-week":
        return parse(f"office-week:{date.fromisoformat(period.key) - timedelta(weeks=52)}")
    if period.kind == "custom":
        first, last = _year_earlier(period.start), _year_earlier(period.end - DAY)
        return parse(f"{first}..{last}") if first and last else None
    year, rest = period.key[:4], period.key[4:]
    try:
        return parse(f"{period.kind}:{int(year) - 1:04}{rest}")
    except PeriodError:
        return None


def in_json(unit: Unit, commune: CommuneId, period: Period, since: Since) -> dict[str, Any]:
    """The parts ``cumulative`` and ``last_year`` of the report."""
    window, before = year_to(period), _same_days_before(period, today(unit.now))
    is_known = before is not None and since.help <= before.start
    return {
        "cumulative": _figures(unit, commune, window, since),
        "last_year": _figures(unit, commune, before, since) if before and is_known else None,
    }


def add_days_up(unit: Unit, commune: CommuneId) -> int:
    """Add some past days up that are not yet, the newest first; gives how many."""
    now = today(unit.now)
    first = help_figures.first_day(unit, commune)
    if first is None:
        return 0
    window = (max(first, date(now.year - KEEP_UP_FROM + 1, 1, 1)), now)
    due = help_days.list_due(unit, commune, window, MOST_DAYS)
    for day in due:
        help_days.make(unit, commune, day)
    return len(due)


def _figures(unit: Unit, commune: CommuneId, window: Period, since: Since) -> dict[str, Any]:
    days = (window.start, window.end)
    held = training_stats.in_json(unit, commune, window)
    sessions = training_stats.held_of(held, TrainingKind.OUTREACH)
    begun = since.trainings is not None and since.trainings < window.end
    taught = {key: held[key] for key in ("held", "attendances", "people")}
    put_out = outreach_stats.communication(unit, commune, days, sessions)
    return {
        "from": window.start.isoformat(),
        "to": window.end.isoformat(),
        "help": _help(unit, commune, window, since),
        "trainings": taught if begun or held["held"] else dict.fromkeys(taught),
        "communication": {"sessions": put_out["sessions"] if begun or held["held"] else None},
        "questions": _questions(unit, commune, days, since),
    }


def _help(unit: Unit, commune: CommuneId, window: Period, since: Since) -> dict[str, Any]:
    found = help_days.count(unit, commune, (window.start, window.end), WHOLE)
    total = found.get("", Total.nothing())
    sums = total.sums
    if not sums.visits and since.help >= window.end:
        return dict.fromkeys(("visits", "people", "visits_without_person", "confirmed", "files"))
    return {
        "visits": sums.visits,
        "people": people_known(total.people_count, sums.without_person),
        "visits_without_person": sums.without_person,
        "confirmed": sums.confirmed,
        "files": sums.files if sums.visits else 0,
    }


def _questions(
    unit: Unit, commune: CommuneId, days: tuple[date, date], since: Since
) -> dict[str, Any]:
    if since.questions >= days[1]:
        return {"asked": None, "answered": None}
    tallies = questions.list_tallies(unit, commune, days)
    asked, answered = (
        sum(one.count for one in tallies if one.decision in decisions)
        for decisions in (ASKED, ANSWERED)
    )
    return {"asked": asked, "answered": answered}


def _same_days_before(period: Period, day: date) -> Period | None:
    """The year before to the day that this one counts to: today while it runs, or where it was cut short."""
    before = year_before(period)
    if before is None:
        return None
    end = min(period.end, day + DAY) if period.contains(day) else period.end
    whole = period if period.kind == "custom" else parse(f"{period.kind}:{period.key}")
    if end < whole.end:
        last = end - DAY
        if period.kind in WEEKS:
            end = before.start + (end - period.start)
        else:
            end = (_year_earlier(last) or last.replace(year=last.year - 1, day=28)) + DAY
        before = replace(before, end=min(before.end, end))
    return replace(before, cut=period.cut)


def _year_earlier(day: date) -> date | None:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:  # 29 February
        return None
