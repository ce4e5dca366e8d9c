"""How the targets of the plan are shown: a sign and a number, a word and a shape, and what is still to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from bot.core.forecast import GENEROUS
from bot.core.progress import worse
from bot.core.vocabulary import TargetStatus
from bot.locale import Texts, show_number
from bot.services.report_words import amount, each_week, full_aim, gap, missing
from bot.services.standing import SHARE
from bot.web.office_tables import HELD

SHAPES = {
    TargetStatus.REACHED: "✔",
    TargetStatus.ON_TRACK: "●",
    TargetStatus.BEHIND: "▼",
    TargetStatus.TOO_LITTLE_KNOWN: "○",
    TargetStatus.NOT_YET: "◇",
}
"""One shape each: what is printed in grey has no colour."""
WEEK_DAYS = 7


@dataclass(frozen=True, slots=True)
class Word:
    """A status as a word and a shape; ``of`` says by which lines, where those do not say the same."""

    status: str
    shape: str
    of: str | None = None


@dataclass(frozen=True, slots=True)
class TargetRow:
    """A target as a row of the page; ``href`` leads to the rows that ``done`` counts."""

    title: str
    source: str
    aim: str
    done: str | None
    percent: float | None
    statuses: Sequence[Word]
    rest: str
    notes: Sequence[str]
    href: str | None


def list_rows(
    texts: Texts, week: str, targets: Sequence[Mapping[str, Any]], traced: AbstractSet[str]
) -> list[TargetRow]:
    """Targets of the report in the order of the plan; of those that are ``traced`` the rows can be seen."""
    return [
        TargetRow(
            title=one["title"],
            source=one["source"],
            aim=full_aim(texts, one),
            done=done_of(texts, one),
            percent=one["percent"],
            statuses=statuses_of(texts, one),
            rest=rest_of(texts, one),
            notes=notes_of(texts, one),
            href=f"{HELD}?{urlencode({'week': week, 'target': one['id']})}"
            if one["id"] in traced
            else None,
        )
        for one in targets
    ]


def statuses_of(texts: Texts, target: Mapping[str, Any]) -> list[Word]:
    """By all lines; where those that are confirmed say something else, both, the worse one first."""
    by_all = TargetStatus(target["status"])
    sure = TargetStatus(target.get("status_confirmed") or by_all)
    if sure is by_all:
        return [_word(by_all)]
    both = [
        _word(by_all, texts.say("figures.target-all-lines")),
        _word(sure, texts.say("figures.target-sure", count=show_number(target["confirmed"]))),
    ]
    return both if worse(by_all, sure) is by_all else both[::-1]


def _word(status: TargetStatus, of: str | None = None) -> Word:
    return Word(status.value.replace("_", "-"), SHAPES[status], of)


def notes_of(texts: Texts, target: Mapping[str, Any]) -> list[str]:
    """The forecast with its footnote, and why the status changed."""
    found, flip = [], target.get("flip")
    if target["forecast"]:
        ends = {name: show_number(end) for name, end in target["forecast"].items()}
        found += [texts.say("figures.target-forecast", **ends), texts.say(GENEROUS)]
    return [*found, texts.say(flip)] if flip else found


def done_of(texts: Texts, target: Mapping[str, Any]) -> str | None:
    """How many people, where our logs count towards a share; the number alone otherwise, or the level.

    None while nothing is known.
    """
    number, reading = target["done"], target["reading"]
    if number is None:
        return reading["level"] if reading is not None else None
    if target["unit"] != SHARE:
        return show_number(number)
    if target["kind"] == "entered":
        return f"{show_number(number)} %"
    return str(amount(texts, target, number))


def rest_of(texts: Texts, target: Mapping[str, Any]) -> str:
    """What is missing, in whole weeks; why nothing can be said where nothing can."""
    status = TargetStatus(target["status"])
    if status is TargetStatus.TOO_LITTLE_KNOWN:
        return gap(texts, target)
    rest = missing(texts, target)
    if rest is None:
        return ""
    days = target["days_left"] or 0
    if not days:
        return texts.say("figures.target-missed", missing=rest)
    if days < WEEK_DAYS:
        return texts.say("figures.target-days-left", missing=rest, days=days)
    weeks, each = days // WEEK_DAYS, each_week(target)
    if each is None or each <= 1:
        return texts.say("figures.target-weeks-left", missing=rest, weeks=weeks)
    return texts.say(
        "figures.target-each-week", missing=rest, weeks=weeks, number=show_number(each)
    )
