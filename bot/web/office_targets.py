"""How the targets of the plan are shown: a sign and a number, a word and a shape, and what is still to do."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from bot.core.vocabulary import TargetStatus
from bot.locale import Texts, show_number
from bot.services.target_stats import Gap
from bot.web.office_tables import HELD

SHAPES = {
    TargetStatus.REACHED: "✔",
    TargetStatus.ON_TRACK: "●",
    TargetStatus.BEHIND: "▼",
    TargetStatus.TOO_LITTLE_KNOWN: "○",
    TargetStatus.NOT_YET: "◇",
}
"""One shape each: what is printed in grey has no colour."""
GAPS = {
    Gap.NOT_WRITTEN: "figures.target-not-written",
    Gap.NO_SEAT: "figures.target-no-seat",
    Gap.NO_PERSON: "figures.target-no-person",
    Gap.NO_WHOLE: "figures.target-no-whole",
}
"""The sentence that says why nobody can tell."""
SIGNS = {">=": "≥", "<=": "≤"}
WEEK_DAYS = 7
SHARE = "%"


@dataclass(frozen=True, slots=True)
class TargetRow:
    """A target as a row of the page; ``href`` leads to the rows that ``done`` counts."""

    title: str
    source: str
    aim: str
    done: str | None
    percent: float | None
    status: str
    shape: str
    rest: str
    href: str | None


def list_rows(
    texts: Texts, week: str, targets: Sequence[Mapping[str, Any]], traced: AbstractSet[str]
) -> list[TargetRow]:
    """Targets of the report in the order of the plan; of those that are ``traced`` the rows can be seen."""
    return [
        TargetRow(
            title=one["title"],
            source=one["source"],
            aim=_aim(texts, one),
            done=_done(texts, one),
            percent=one["percent"],
            status=one["status"].replace("_", "-"),
            shape=SHAPES[TargetStatus(one["status"])],
            rest=_rest(texts, one),
            href=f"{HELD}?{urlencode({'week': week, 'target': one['id']})}"
            if one["id"] in traced
            else None,
        )
        for one in targets
    ]


def _done(texts: Texts, target: Mapping[str, Any]) -> str | None:
    """How many; with what it is of where the plan asks for a share."""
    number = target["done"]
    if number is None:
        return None
    is_share = target["unit"] == SHARE
    return (
        texts.say("figures.target-people", count=show_number(number))
        if is_share
        else show_number(number)
    )


def _aim(texts: Texts, target: Mapping[str, Any]) -> str:
    if target.get("value") is None:
        return str(target.get("level", "—"))
    low = show_number(target["value"])
    number = f"{low}–{show_number(target['value_to'])}" if "value_to" in target else low
    sign = "" if "value_to" in target else SIGNS.get(target["op"], target["op"]) + " "
    aim = f"{sign}{number} {target['unit']}"
    return texts.say(f"figures.target-per-{target['per']}", aim=aim) if "per" in target else aim


def _rest(texts: Texts, target: Mapping[str, Any]) -> str:
    """What is missing, in whole weeks; why nothing can be said where nothing can."""
    status = TargetStatus(target["status"])
    if status is TargetStatus.TOO_LITTLE_KNOWN:
        return texts.say(GAPS[Gap(target["gap"] or Gap.NOT_WRITTEN)])
    if target["rest"] is None:
        return ""
    missing = f"{show_number(target['rest'])} {target['unit']}"
    days = target["days_left"] or 0
    if not days:
        return texts.say("figures.target-missed", missing=missing)
    if days < WEEK_DAYS:
        return texts.say("figures.target-days-left", missing=missing, days=days)
    weeks, need = days // WEEK_DAYS, target["need_per_week"]
    if need is None or need <= 1:
        return texts.say("figures.target-weeks-left", missing=missing, weeks=weeks)
    each = show_number(math.ceil(need))
    return texts.say("figures.target-each-week", missing=missing, weeks=weeks, number=each)
