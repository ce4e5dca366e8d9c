"""Which week a page of the office is about, and what every page about a week says."""

from __future__ import annotations

from datetime import datetime, timedelta

from aiohttp import web

from bot.core.periods import Period, PeriodError, parse, today, week_of

WEEK = "/office"


def weeks(request: web.Request, now: datetime) -> tuple[Period, Period]:
    """The present week and the one asked for; one that is no week, or is to come, leads back."""
    this_week = week_of(today(now))
    if "week" not in request.query:
        return this_week, this_week
    try:
        week = parse(f"week:{request.query['week']}")
        week_of(week.start - timedelta(days=7))  # the calendar of periods has a first week
    except PeriodError:
        raise web.HTTPSeeOther(WEEK) from None
    if week.start > this_week.start:
        raise web.HTTPSeeOther(WEEK)
    return this_week, week


def about(week: Period) -> dict[str, object]:
    """What every page about a week says."""
    return {"week": week, "last_day": week.end - timedelta(days=1)}
