"""The five lines of a week, made from its report and a few facts beside it; nothing is counted here.

What nobody knows is “—”. A message holds at most ``LONGEST`` signs, so the lines go as one or as two.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from bot.core.text import shorten
from bot.core.vocabulary import TargetStatus, TrainingKind
from bot.locale import Texts, show_number

LONGEST = 300
FIRST_PART = 2
"""How many lines the first of two messages has."""
LONGEST_TITLE, LONGEST_UNIT, LONGEST_NAME, LONGEST_QUESTION = 34, 12, 18, 48
MOST_BEHIND, MOST_NAMES = 2, 3
Report = Mapping[str, Any]
"""A report in the shape of ``report --format json``."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The question that is asked most and has no guide: how often, masked."""

    text: str
    count: int


@dataclass(frozen=True, slots=True)
class TeamFacts:
    """What a report does not say of one team: its classes of the week, and who waits for it now."""

    team: str
    classes: int
    waiting: int


def show(number: float | None) -> str:
    """A number as people write it; “—” for what is unknown."""
    return "—" if number is None else show_number(number)


def messages(lines: Sequence[str]) -> tuple[str, ...]:
    """The lines as one message where they fit in one, else as two."""
    whole = "\n".join(lines)
    if len(whole) <= LONGEST:
        return (whole,)
    return "\n".join(lines[:FIRST_PART]), "\n".join(lines[FIRST_PART:])


def of_office(texts: Texts, report: Report, asked: Asked | None, *, quotes: bool) -> list[str]:
    """Done, behind, silent, asked, to do. ``quotes`` is whether the question is told in its words.

    Those are dropped after thirty days, so that what is kept for longer does without them.
    """
    return [
        _done(texts, report),
        _behind(texts, report),
        _silent(texts, report),
        _asked(texts, asked, quotes=quotes),
        _to_do(texts, report, asked),
    ]


def of_team(texts: Texts, report: Report, facts: TeamFacts) -> list[str]:
    """The same week for the leader of one team: what it did, who waits, what to do."""
    row = next((one for one in report["help"]["by_team"] if one["team"] == facts.team), None)
    team = shorten(facts.team, LONGEST_NAME)
    lines = [_head(texts, "digest.team-head", report, team=team)]
    if row is None:
        lines.append(texts.say("digest.team-silent"))
    else:
        values = {"visits": show(row["visits"]), "people": show(row["people"])}
        lines.append(texts.say("digest.team-done", **values, classes=show(facts.classes)))
    if facts.waiting:
        lines.append(texts.say("digest.team-waiting", count=facts.waiting))
    else:
        lines.append(texts.say("digest.team-nobody-waits"))
    if facts.waiting:
        lines.append(texts.say("digest.team-do-requests"))
    elif row is None:
        lines.append(texts.say("digest.team-do-log"))
    else:
        lines.append(texts.say("digest.team-do-thank"))
    return lines


def classes_held(report: Report) -> int | None:
    """How many classes took place; other gatherings are none. None while nobody told of any."""
    trainings = report["trainings"]
    if trainings["held"] is None:
        return None
    kinds = trainings["by_kind"]
    return sum(row["held"] or 0 for row in kinds if row["kind"] == TrainingKind.CLASS)


def list_behind(report: Report) -> list[Mapping[str, Any]]:
    """Targets that are behind, those about our own work first; a clause that was set aside is none."""
    found = [
        one
        for one in report["targets"]
        if one["status"] == TargetStatus.BEHIND and not one.get("set_aside")
    ]
    return sorted(found, key=lambda one: not one.get("focus", True))


def week_days(report: Report) -> tuple[date, date]:
    """The first and the last day of its period."""
    period = report["period"]
    first, end = (date.fromisoformat(period[key]) for key in ("from", "to"))
    return first, end - timedelta(days=1)


def named(texts: Texts, names: Sequence[str], most: int) -> str:
    """Some of these names, and how many there are besides; one more is named rather than counted."""
    most += len(names) == most + 1
    shown = ", ".join(shorten(name, LONGEST_NAME) for name in names[:most])
    rest = len(names) - most
    return texts.say("digest.and-teams", names=shown, count=rest) if rest > 0 else shown


def _head(texts: Texts, sentence: str, report: Report, **values: object) -> str:
    first, last = (f"{day.day}/{day.month}" for day in week_days(report))
    week = int(report["period"]["key"].rpartition("W")[2])
    return texts.say(sentence, week=week, first=first, last=last, **values)


def _done(texts: Texts, report: Report) -> str:
    found = report["help"]
    values = {"visits": show(found["visits"]), "people": show(found["people"])}
    return _head(texts, "digest.done", report, **values, classes=show(classes_held(report)))


def _behind(texts: Texts, report: Report) -> str:
    behind = list_behind(report)
    if not behind:
        unclear = sum(one["status"] == TargetStatus.TOO_LITTLE_KNOWN for one in report["targets"])
        if unclear:
            return texts.say("digest.none-behind-unclear", count=unclear)
        return texts.say("digest.none-behind")
    told = "; ".join(_need(texts, one) for one in behind[:MOST_BEHIND])
    rest = len(behind) - MOST_BEHIND
    if rest > 0:
        return texts.say("digest.behind-more", targets=told, count=rest)
    return texts.say("digest.behind", targets=told)


def _need(texts: Texts, target: Mapping[str, Any]) -> str:
    title, unit = shorten(target["title"], LONGEST_TITLE), shorten(target["unit"], LONGEST_UNIT)
    need, rest = target["need_per_week"], target["rest"]
    if need is not None:
        return texts.say("digest.need-week", title=title, count=show(need), unit=unit)
    if rest is not None:
        return texts.say("digest.need-rest", title=title, count=show(rest), unit=unit)
    return f"“{title}”"


def _silent(texts: Texts, report: Report) -> str:
    teams = report["teams"]
    silent, total = teams["silent"], show(teams["total"])
    if not silent:
        if not teams["reported"]:
            return texts.say("digest.no-teams")
        return texts.say("digest.all-reported", total=total)
    names = named(texts, silent, MOST_NAMES)
    return texts.say("digest.silent", names=names, count=len(silent), total=total)


def _asked(texts: Texts, asked: Asked | None, *, quotes: bool) -> str:
    if asked is None:
        return texts.say("digest.no-question")
    if not quotes:
        return texts.say("digest.question-kept", count=asked.count)
    words = shorten(" ".join(asked.text.replace("*", "").split()), LONGEST_QUESTION)
    return texts.say("digest.question", words=words, count=asked.count)


def _to_do(texts: Texts, report: Report, asked: Asked | None) -> str:
    """One thing: who waits for help comes first, then what time runs out for."""
    waiting, behind = report["requests"]["open_now"], list_behind(report)
    if waiting:
        return texts.say("digest.do-requests", count=waiting)
    if behind:
        return texts.say("digest.do-target", title=shorten(behind[0]["title"], LONGEST_TITLE))
    silent = report["teams"]["silent"]
    if silent:  # another one each week
        team = silent[week_days(report)[0].isocalendar().week % len(silent)]
        return texts.say("digest.do-silent", team=shorten(team, LONGEST_NAME))
    return texts.say("digest.do-question" if asked else "digest.do-nothing")
