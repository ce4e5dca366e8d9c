"""Which week or period a page of the office is about, and what every page about one says."""

from __future__ import annotations

from datetime import datetime, timedelta

from aiohttp import web

from bot.core.periods import Period, PeriodError, parse, today, week_of

WEEK, FIGURE = "/office", "/office/figure"


def weeks(request: web.Request, now: datetime) -> tuple[Period, Period]:
    """The present week and the one asked for; ``HTTPSeeOther`` for one that is no week, or is to come."""
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


def period_asked(request: web.Request, now: datetime) -> Period:
    """The period of ``?period=month:2026-11`` where one is named, else the week; as ``weeks`` otherwise."""
    if "period" not in request.query:
        return weeks(request, now)[1]
    try:
        period = parse(request.query["period"])
    except PeriodError:
        raise web.HTTPSeeOther(WEEK) from None
    if period.start > today(now):
        raise web.HTTPSeeOther(WEEK)
    return period


def named(period: Period) -> str:
    """The name of a period as addresses say it."""
    return period.key if period.kind == "custom" else f"{period.kind}:{period.key}"


def about(week: Period) -> dict[str, object]:
    """What every page about a week or another period says."""
    last_day = week.end - timedelta(days=1)
    is_week = week.kind == "week"
    back = f"{WEEK}?week={week.key}" if is_week else f"{FIGURE}?period={named(week)}"
    return {"week": week, "last_day": last_day, "is_week": is_week, "back": back}
