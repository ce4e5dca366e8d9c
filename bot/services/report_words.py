"""How a report says what it shows, in one place: its window, an aim, how a target stands, here and outside.

A target is a row of the report, or dumped from the plan: what is read of it stands under the same keys.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from bot.core.vocabulary import Audience, Extra, TargetStatus
from bot.library import Plan
from bot.locale import Texts, show_date, show_number
from bot.services.period_names import period_of as period_of  # who tells a report takes it here
from bot.services.standing import SHARE, Gap

Body = Mapping[str, Any]
SIGNS = {">=": "≥", "<=": "≤"}
SHORT = frozenset(("week", "office-week", "month", "reporting-month", "custom"))
"""Kinds of periods whose reports are for reading at once: what stands still is told in longer ones."""
GAPS = {
    Gap.NOT_WRITTEN: "figures.target-not-written",
    Gap.NO_SEAT: "figures.target-no-seat",
    Gap.NO_PERSON: "figures.target-no-person",
    Gap.NO_WHOLE: "figures.target-no-whole",
    Gap.NOT_READ: "plan.target-not-read",
    Gap.FEW_WEEKS: "figures.target-few-weeks",
    Gap.FEW_TEAMS: "figures.target-few-teams",
}
"""The sentence that says why nobody can tell."""


@dataclass(frozen=True, slots=True)
class Telling:
    """What a report is told with: words, the plan, titles of guides; ``as_of`` is when its counting ends."""

    texts: Texts
    plan: Plan
    titles: Mapping[str, str]
    version: str
    as_of: datetime


def lets_out(body: Body, extra: Extra) -> bool:
    """True where the readers of the report see it: inside always, outside when it was ticked."""
    return body["audience"] == Audience.INTERNAL or extra in body["extras"]


def is_short(body: Body) -> bool:
    """True for the report of a week, a month or single days."""
    return body["period"]["kind"] in SHORT


def show_window(texts: Texts, body: Body) -> str:
    """Both days of the period, and the last one that is counted where it is not over."""
    period = period_of(body)
    last = period.end - timedelta(days=1)
    window = texts.say("report.window", first=show_date(period.start), last=show_date(last))
    until = body["period"].get("until")
    if until is None:
        return window
    return f"{window}. {texts.say('report.until', day=show_date(date.fromisoformat(until)))}"


def aim(target: Mapping[str, Any]) -> tuple[str, float | None]:
    """What the plan asks for in signs and digits, and the number behind it where it is one."""
    value = target.get("value")
    if value is None:
        return str(target.get("level") or "—"), None
    if target.get("value_to") is not None:
        return f"{show_number(value)}–{show_number(target['value_to'])}", None
    return f"{SIGNS.get(target['op'], target['op'])} {show_number(value)}", value


def full_aim(texts: Texts, target: Mapping[str, Any]) -> str:
    """The same with its unit: ``≥ 12 buổi mỗi năm``, ``1–2 mô hình``, ``Mức Khá``."""
    asked, _ = aim(target)
    if target.get("value") is None:
        return asked
    asked, per = f"{asked} {target['unit']}", target.get("per")
    return texts.say(f"figures.target-per-{per}", aim=asked) if per else asked


def counts_people(target: Mapping[str, Any]) -> bool:
    """True for a share that our logs give: what is done is a number of people, the aim a percentage."""
    return bool(target["unit"] == SHARE and target.get("kind", "computed") == "computed")


def unit_of(texts: Texts, target: Mapping[str, Any]) -> str:
    """What is counted: of a share that our logs give it is people."""
    return texts.say("report.unit-nguoi") if counts_people(target) else str(target["unit"])


def amount(texts: Texts, target: Mapping[str, Any], number: float | None) -> str | float | None:
    """So much of a target; a share that is counted by heads says so."""
    if number is None or not counts_people(target):
        return number
    return f"{show_number(number)} {unit_of(texts, target)}"


def missing(texts: Texts, target: Mapping[str, Any]) -> str | None:
    """What it still takes: ``2 lớp``, ``5 người``; None where nobody can say."""
    if target.get("rest") is None:
        return None
    is_share = target["unit"] == SHARE and not counts_people(target)
    unit = texts.say("report.unit-points") if is_share else unit_of(texts, target)
    return f"{show_number(target['rest'])} {unit}"


def gap(texts: Texts, target: Mapping[str, Any]) -> str:
    """Why nobody can tell how it stands."""
    return texts.say(GAPS[Gap(target.get("gap") or Gap.NOT_WRITTEN)])


def inside(texts: Texts, target: Mapping[str, Any]) -> str:
    """How it stands, as the office says it."""
    status = str(target["status"]).replace("_", "-")
    return texts.say(f"figures.target-{status}")


def outside(texts: Texts, target: Mapping[str, Any]) -> str:
    """How it stands, as others are told: what is being done and what it still takes, never “chậm”."""
    status, rest = TargetStatus(target["status"]), missing(texts, target)
    if status is TargetStatus.REACHED:
        return texts.say("report.out-done")
    if status is TargetStatus.NOT_YET:
        return texts.say("report.out-not-yet")
    if status is TargetStatus.TOO_LITTLE_KNOWN:
        return texts.say("report.out-unknown")
    if rest is None:
        return texts.say("report.out-doing")
    is_over = target.get("days_left") == 0
    return texts.say("report.out-missed" if is_over else "report.out-needs", missing=rest)


def each_week(target: Mapping[str, Any]) -> int | None:
    """How much a week is needed, in whole things; None when it is done, over or unknown."""
    need = target.get("need_per_week")
    return None if need is None else math.ceil(need)


def show_forecast(target: Mapping[str, Any]) -> str | None:
    """Low, middle and high; None where nobody forecasts."""
    found = target.get("forecast")
    if found is None:
        return None
    return " – ".join(show_number(found[key]) for key in ("low", "mid", "high"))
