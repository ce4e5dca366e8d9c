"""How periods are called, in one place; days half-open in JSON are said with both days in.

Long in a văn bản (“tháng 11 năm 2026”), short in other sentences (“tháng 11/2026”), with a capital in a list.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from bot.core.named_periods import REPORTING
from bot.core.periods import Period
from bot.locale import Texts, show_date
from bot.reports.cells import formal_day

DAY = timedelta(days=1)
ROMAN = ("I", "II", "III", "IV")


def period_of(body: Mapping[str, Any]) -> Period:
    """The period that a report is about."""
    said = body["period"]
    first, end = (date.fromisoformat(said[name]) for name in ("from", "to"))
    return Period(said["kind"], said["key"], first, end)


def name_period(texts: Texts, period: Period) -> str:
    """``tháng 11 năm 2026``, ``6 tháng đầu năm 2026``, or its days where it has no name."""
    kind = period.kind.removeprefix(REPORTING)
    year, number = _parts(period)
    if kind == "year":
        return texts.say("prose.period-year", year=year)
    if kind == "half":
        return texts.say(f"prose.period-half-{number}", year=year)
    if kind in ("week", "month", "quarter"):
        shown = ROMAN[number - 1] if kind == "quarter" else number
        return texts.say(f"prose.period-{kind}", number=shown, year=year)
    return texts.say("prose.period-days", **_days(period))


def name_shortly(texts: Texts, period: Period) -> str:
    """``tháng 11/2026``, ``quý IV/2026``; a reporting month like that of the calendar."""
    name = _say_short(texts, period, period.kind.removeprefix(REPORTING))
    return name[0].lower() + name[1:]


def name_in_list(texts: Texts, period: Period) -> str:
    """``Tháng 11/2026``, ``Tháng báo cáo 11/2026``: for lists, where both kinds stand."""
    return _say_short(texts, period, period.kind)


def _say_short(texts: Texts, period: Period, kind: str) -> str:
    year, number = _parts(period)
    shown: object = number
    if kind.endswith("quarter"):
        shown = ROMAN[number - 1]
    elif kind.endswith("half"):
        shown = texts.say(f"closing.half-{number}")
    return texts.say(f"closing.period-{kind}", year=year, number=shown, **_days(period))


def _parts(period: Period) -> tuple[str, int]:
    """Its year, and which one of the year it is; 0 for what has no number."""
    year, _, rest = period.key.partition("-")
    return year, int(re.sub(r"\D", "", rest) or 0)


def _days(period: Period) -> dict[str, str]:
    return {"first": show_date(period.start), "last": show_date(period.end - DAY)}


def until_end(texts: Texts, end: date) -> str:
    """``đến hết tháng 6`` where the day before ``end`` ends a month, else ``đến hết ngày 14 tháng 6 …``."""
    if end.day == 1:
        return texts.say("prose.until-month", month=(end - DAY).month, year=(end - DAY).year)
    return texts.say("prose.until-day", day=formal_day(end - DAY))
