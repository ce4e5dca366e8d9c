"""Targets of a report as sentences: how much is done of what, and what it still takes.

Only targets of focus are told here, all stand in the annex. Outside nothing is called late: what is done and
what it still takes is said instead.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.core.vocabulary import Audience, TargetStatus
from bot.reports.cells import formal_day
from bot.reports.document import Line, Sentence
from bot.services.period_names import until_end
from bot.services.report_telling import Clause, Teller
from bot.services.report_words import counts_people
from bot.services.standing import SHARE

FLOORS = (">=", "=")
AIMS = {
    ">=": "prose.aim-from",
    ">": "prose.aim-above",
    "<=": "prose.aim-most",
    "<": "prose.aim-below",
}
GOING = (TargetStatus.ON_TRACK, TargetStatus.BEHIND)


@dataclass(frozen=True, slots=True)
class LetOut:
    """What is told beside the figures, whether tables follow, and only what moved is told."""

    forecast: bool
    confirmed: bool
    has_annex: bool
    only_moved: bool


def targets(teller: Teller, let_out: LetOut) -> Iterator[Sentence]:
    """A line for each target of focus that counts; a rule set aside for another is in the annex only."""
    shown = [one for one in teller.body["targets"] if one.get("focus", True)]
    is_left = len(shown) < len(teller.body["targets"])
    for target in shown:
        if target.get("set_aside"):
            continue
        if let_out.has_annex and _is_bare(target):
            continue
        if let_out.only_moved and not _has_moved(teller, target):
            is_left = True
            continue
        path = f"targets[{target['id']}]"
        told = _told(teller, path) + _standing(teller, path)
        if let_out.confirmed and target.get("confirmed") is not None:
            told += teller.part("prose.target-confirmed", count=f"{path}.confirmed")
        if let_out.forecast and target.get("forecast"):
            ends = {end: f"{path}.forecast.{end}" for end in ("low", "mid", "high")}
            told += teller.part("prose.target-forecast", **ends)
        yield (told + Clause(".") + _beside(teller, path)).as_line(Line.ITEM)
    if let_out.has_annex and any(_is_bare(one) for one in shown):
        yield teller.line(Line.TEXT, "prose.targets-unknown")
    if let_out.has_annex and is_left:
        yield teller.line(Line.TEXT, "prose.targets-rest")


def needs(teller: Teller, let_out: LetOut, *, inside: bool) -> Iterator[Sentence]:
    """What the targets still take, each that goes on; how much a week is for the office to know."""
    is_left = False
    for target in teller.body["targets"]:
        path = f"targets[{target['id']}]"
        is_going = target["status"] in GOING and target.get("days_left")
        if not target.get("focus", True) or target.get("set_aside") or not is_going:
            continue
        if target.get("rest") is None:
            continue
        if let_out.only_moved and not _has_moved(teller, target):
            is_left = True
            continue
        told = teller.part(
            "prose.need",
            {"unit": _missing(teller, path)},
            title=f"{path}.title|words",
            rest=f"{path}.rest",
        )
        if inside and target.get("need_per_week") is not None:
            told += teller.part(
                "prose.need-week",
                {"unit": _missing(teller, path)},
                need=f"{path}.need_per_week|least",
            )
        yield (told + Clause(".")).as_line(Line.ITEM)
    if is_left:
        yield teller.line(Line.ITEM, "prose.needs-rest")


def _has_moved(teller: Teller, target: Mapping[str, Any]) -> bool:
    """True for what our own logs count, what was read in the period, and what the office wrote to it."""
    if target.get("kind", "computed") == "computed" or target.get("note"):
        return True
    if target.get("estimate") is not None:
        return True
    read = (target.get("reading") or {}).get("as_of")
    period = teller.body["period"]
    return read is not None and period["from"] <= read < period["to"]


def _is_bare(target: Mapping[str, Any]) -> bool:
    """True where there is nothing to tell of it: the annex has its line."""
    said = ("done", "reading", "note", "estimate", "guided")
    return all(target.get(one) is None for one in said) and not target.get("set_aside")


def _told(teller: Teller, path: str) -> Clause:
    """``Title: trong kỳ 1 lớp; luỹ kế đến hết tháng 6: 3/5 lớp, đạt 60 %``."""
    target = teller.get(path)
    told = teller.figure(f"{path}.title|words") + Clause(": ")
    if target.get("in_period") is not None:
        unit = {"unit": _unit(teller, path)}
        told += teller.part("prose.target-period", unit, count=f"{path}.in_period") + Clause("; ")
    told += _done(teller, path)
    if target.get("percent") is not None:
        sentence = "prose.target-percent" if _is_plain(target) else "prose.target-percent-of"
        told += teller.part(sentence, percent=f"{path}.percent|percent")
    return told


def _done(teller: Teller, path: str) -> Clause:
    target, reading = teller.get(path), teller.get(f"{path}.reading") or {}
    if target.get("done") is None and not reading.get("level"):
        return teller.part("prose.target-unknown", aim=_aim(teller, path))
    return _when(teller, path) + Clause(" ") + _so_much(teller, path)


def _when(teller: Teller, path: str) -> Clause:
    """Up to which day: a figure from outside has a day and a source of its own."""
    if teller.get(f"{path}.reading.as_of") is None:
        return teller.part("prose.target-since", {"until": _until(teller)})
    return teller.part(
        "prose.target-read",
        day=f"{path}.reading.as_of|day",
        source=f"{path}.reading.source|words",
    )


def _so_much(teller: Teller, path: str) -> Clause:
    target, reading = teller.get(path), teller.get(f"{path}.reading") or {}
    unit = {"unit": _unit(teller, path)}
    if target.get("done") is None:
        level = f"{path}.reading.level|words"
        return teller.part("prose.target-level", level=level, aim=_aim(teller, path))
    if _is_plain(target):
        return teller.part("prose.target-of", unit, done=f"{path}.done", value=f"{path}.value")
    told: dict[str, str | Clause] = {"done": f"{path}.done", "aim": _aim(teller, path)}
    if reading.get("part") is not None and reading.get("whole") is not None:
        parts = {name: f"{path}.reading.{name}" for name in ("part", "whole")}
        return teller.part(
            "prose.target-part", **(told | {"done": f"{path}.done|percent"}), **parts
        )
    if teller.get(f"{path}.denominator.number") is not None and target["unit"] == SHARE:
        whole = f"{path}.denominator.number"
        return teller.part("prose.target-share", unit, **told, whole=whole)
    return teller.part("prose.target-aim", unit, **told)


def _is_plain(target: Mapping[str, Any]) -> bool:
    """True for so many of so many things."""
    is_range = target.get("value") is None or target.get("value_to") is not None
    return target["op"] in FLOORS and not is_range and target["unit"] != SHARE


def _aim(teller: Teller, path: str) -> Clause:
    """What the plan asks for, in words."""
    target = teller.get(path)
    if target.get("value") is None:
        return teller.figure(f"{path}.level|words")
    words = {"unit": str(target["unit"])}
    if target.get("value_to") is not None:
        ends = {"low": f"{path}.value", "high": f"{path}.value_to"}
        return teller.part("prose.aim-range", words, **ends)
    sentence = AIMS.get(target["op"], "prose.aim-just")
    return teller.part(sentence, words, value=f"{path}.value")


def _standing(teller: Teller, path: str) -> Clause:
    """How it stands, in the words of its audience; nothing where nobody can tell."""
    target = teller.get(path)
    status = TargetStatus(target["status"])
    if teller.body["audience"] == Audience.INTERNAL or status not in GOING:
        if status is TargetStatus.TOO_LITTLE_KNOWN and target.get("done") is None:
            return Clause("")
        return Clause("; " + teller.texts.say(f"prose.status-{status.value.replace('_', '-')}"))
    if target.get("rest") is None:
        return teller.part("prose.status-doing")
    sentence = "prose.status-missed" if target.get("days_left") == 0 else "prose.status-needs"
    return teller.part(sentence, {"unit": _missing(teller, path)}, rest=f"{path}.rest")


def _beside(teller: Teller, path: str) -> Clause:
    """Sentences of their own: what was carried over, an estimate, what we guided, a note."""
    target = teller.get(path)
    unit, told = {"unit": _unit(teller, path)}, []
    if target.get("opening") is not None:
        day = {"day": f"{path}.opening_on|day"} if target.get("opening_on") else {}
        sentence = "prose.target-opening-on" if day else "prose.target-opening"
        told.append(teller.part(sentence, unit, opening=f"{path}.opening", **day))
    if target.get("guided") is not None:
        is_alone = target.get("done") is None  # no number that it could be added to
        sentence = "prose.target-guided-alone" if is_alone else "prose.target-guided"
        told.append(teller.part(sentence, guided=f"{path}.guided"))
    if target.get("estimate") is not None:
        asked = {"unit": str(target["unit"])}  # as the page asks for it
        told.append(teller.part("prose.target-estimate", asked, estimate=f"{path}.estimate"))
    if target.get("note"):
        told.append(teller.part("prose.target-note", note=f"{path}.note|words"))
    return sum((Clause(" ") + one for one in told), Clause(""))


def _until(teller: Teller) -> str:
    """Up to when it is counted: the end of the period, or the day that the figures go to."""
    until = teller.get("period.until")
    if until is not None:
        shown = date.fromisoformat(until)
        return teller.texts.say("prose.until-to", day=formal_day(shown))
    return until_end(teller.texts, date.fromisoformat(teller.get("period.to")))


def _unit(teller: Teller, path: str) -> str:
    """What is counted: of a share that our own logs give it is people."""
    target = teller.get(path)
    if counts_people(target):
        return teller.texts.say("prose.unit-people")
    return str(target["unit"])


def _missing(teller: Teller, path: str) -> str:
    """What is still to come: between two shares lie points, not percents."""
    unit = _unit(teller, path)
    return teller.texts.say("prose.unit-points") if unit == SHARE else unit
