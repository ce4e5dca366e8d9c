"""The page for the meeting: read aloud in two minutes, then talked about; figures are those of the report.

Inside the office it thanks by name and tells the question in its words. What goes to a Zalo group has
neither, and the calls only where they are asked for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from bot.core.errors import NotAllowedError
from bot.core.periods import Period, week_of
from bot.core.text import shorten
from bot.core.vocabulary import Audience, Role, TargetStatus, TrainingKind
from bot.locale import Texts, show_date
from bot.reports.meeting import MeetingPage, Part
from bot.services import digest_lines, period_report, questions, spot_checks
from bot.services.access import Officer
from bot.services.digest_lines import Asked, Report, classes_held, list_behind, show, week_days
from bot.services.digests import Ground
from bot.services.trainings import COUNTING
from storage import spot_checks as checks
from storage import team_lines, team_series, trainings
from storage.spot_checks import Result

MOST_GOOD, MOST_BEHIND, MOST_SILENT = 3, 3, 12
LONGEST_TITLE, LONGEST_QUESTION, LONGEST_NAME = 90, 90, 30
EVENTS = {"lớp", "buổi", "cuộc thi"}
"""Units of what can be put on a calendar."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the reports do not say: who can be thanked in a team, who gave classes, calls, a question.

    ``names`` are by team; inside the office only. ``calls`` are (rung, right), None while there are none.
    """

    names: Mapping[str, str]
    taught: Sequence[str]
    calls: tuple[int, int] | None
    asked: Asked | None


@dataclass(frozen=True, slots=True)
class Wish:
    """For whom the page is, and whether the calls are told outside the office."""

    audience: Audience
    calls: bool = False


def require_reader(officer: Officer) -> None:
    """``NotAllowedError`` for who runs the machine only."""
    if officer.role is Role.OPERATOR:
        raise NotAllowedError("Người quản trị không xem trang này.")


def make(ground: Ground, week: Period, wish: Wish) -> MeetingPage:
    """The page of a week; writes nothing."""
    before = week_of(week.start - timedelta(days=7))
    now, then = (
        period_report.find(ground.unit, ground.commune, ground.plan, period, wish.audience)
        for period in (week, before)
    )
    name = ground.texts.say(f"kind.{ground.commune.kind}", name=ground.commune.name)
    facts = read_facts(ground, week, wish)
    return lay_out(ground.texts, (now, then), facts, (wish, name))


def read_facts(ground: Ground, week: Period, wish: Wish) -> Facts:
    """What stands beside the report of that week."""
    unit, commune = ground.unit, ground.commune.id
    lines = {one.id: one.name for one in team_lines.list_lines(unit, commune)}
    window = (week.start_at, week.end_at)
    held = trainings.list_between(unit, commune, window, COUNTING)
    taught = [
        lines[one.outline.team_id]
        for one in held
        if one.outline.kind is TrainingKind.CLASS and one.outline.team_id in lines
    ]
    names: dict[str, str] = {}
    if wish.audience is Audience.INTERNAL:
        for number, name in lines.items():
            logged = team_series.list_logged(unit, commune, [number], (week.start, week.end))
            named = [one.name for one in logged if one.name]
            if named:  # another one each week: thanks are no prize for the most
                names[name] = named[week.start.isocalendar().week % len(named)]
    results = checks.list_newest_calls(unit, commune, spot_checks.LOT)
    calls = (len(results), results.count(Result.RIGHT)) if results else None
    groups = questions.list_unanswered(unit, commune, ground.glossary)
    asked = next((one for one in groups if one.last >= week.start), None)
    return Facts(
        names, list(dict.fromkeys(taught)), calls, Asked(asked.text, asked.count) if asked else None
    )


def lay_out(
    texts: Texts,
    reports: tuple[Report, Report],
    facts: Facts,
    of: tuple[Wish, str],
) -> MeetingPage:
    """The page from the reports of the week and of the one before; ``of`` ends with the commune's name."""
    wish, commune = of
    now = reports[0]
    first, last = week_days(now)
    parts = [
        Part("good", texts.say("meeting.good"), _good(texts, reports, facts)),
        Part("behind", texts.say("meeting.behind"), _behind(texts, now)),
        Part("silent", texts.say("meeting.silent"), (_silent(texts, now),)),
    ]
    is_inside = wish.audience is Audience.INTERNAL
    if is_inside or wish.calls:
        parts.append(Part("calls", texts.say("meeting.calls"), (_calls(texts, facts),)))
    question = _question(texts, facts.asked, quotes=is_inside)
    parts.append(Part("question", texts.say("meeting.question"), (question,)))
    week = int(now["period"]["key"].rpartition("W")[2])
    return MeetingPage(
        owner=texts.say("office.body-name", commune=commune),
        title=texts.say("meeting.title", week=week, year=first.isocalendar().year),
        window=texts.say("meeting.window", first=show_date(first), last=show_date(last)),
        parts=parts,
        foot=texts.say("meeting.foot", hash=now["data_hash"].rpartition(":")[2][:8]),
    )


# ---- good news


def _good(texts: Texts, reports: tuple[Report, Report], facts: Facts) -> tuple[str, ...]:
    now = reports[0]
    found = [
        *_whole(texts, reports, facts),
        *_taught(texts, now, facts),
        *_grown(texts, reports, facts),
        *_reached(texts, now),
    ]
    return tuple(found[:MOST_GOOD]) or (texts.say("meeting.good-none"),)


def _whole(texts: Texts, reports: tuple[Report, Report], facts: Facts) -> list[str]:
    """What all teams did together, with thanks to one of them; another one each week."""
    now, then = (report["help"] for report in reports)
    rows = [row for row in now["by_team"] if row["visits"]]
    if not now["visits"] or not rows:
        return []
    first, _ = week_days(reports[0])
    team = rows[first.isocalendar().week % len(rows)]["team"]
    people = (
        texts.say("meeting.people-unknown")
        if now["people"] is None
        else texts.say("meeting.people", count=show(now["people"]))
    )
    values = {"visits": show(now["visits"]), "people": people}
    more = then["visits"] is not None and now["visits"] > then["visits"]
    sentence = "meeting.good-more" if more else "meeting.good-visits"
    if more:
        values["before"] = show(then["visits"])
    return [texts.say(sentence, thanks=_thanks(texts, [team], facts), **values)]


def _taught(texts: Texts, now: Report, facts: Facts) -> list[str]:
    held = classes_held(now)
    if not held:
        return []
    seats = sum(
        row["attendances"] or 0
        for row in now["trainings"]["by_kind"]
        if row["kind"] == TrainingKind.CLASS
    )
    thanks = _thanks(texts, facts.taught[:2], facts) if facts.taught else ""
    said = (
        texts.say("meeting.good-classes", count=held, seats=show(seats))
        if seats
        else texts.say("meeting.good-classes-only", count=held)
    )
    return [f"{said} {thanks}".strip()]


def _grown(texts: Texts, reports: tuple[Report, Report], facts: Facts) -> list[str]:
    """A team that did more than it did the week before, beside itself and no other; one in turn."""
    before = {row["team"]: row["visits"] for row in reports[1]["help"]["by_team"]}
    grown = [
        row
        for row in reports[0]["help"]["by_team"]
        if before.get(row["team"]) and (row["visits"] or 0) > before[row["team"]]
    ]
    if not grown:
        return []
    first, _ = week_days(reports[0])
    row = grown[(first.isocalendar().week + 1) % len(grown)]
    team, visits, then = row["team"], show(row["visits"]), show(before[row["team"]])
    thanks = _thanks(texts, [team], facts)
    name = shorten(team, LONGEST_NAME)
    return [texts.say("meeting.good-team", team=name, visits=visits, before=then, thanks=thanks)]


def _reached(texts: Texts, now: Report) -> list[str]:
    return [
        texts.say(
            "meeting.good-target",
            title=shorten(one["title"], LONGEST_TITLE),
            done=show(one["done"]),
            unit=one["unit"],
        )
        for one in now["targets"]
        if one["status"] == TargetStatus.REACHED
        and one["done"] is not None
        and one.get("focus", True)
        and not one.get("set_aside")
    ]


def _thanks(texts: Texts, teams: Sequence[str], facts: Facts) -> str:
    """Thanks to these teams; inside the office to somebody of them by name, where one is known."""
    named = [
        texts.say("meeting.name-of-team", name=shorten(facts.names[one], LONGEST_NAME), team=team)
        if one in facts.names
        else team
        for one in teams
        for team in (shorten(one, LONGEST_NAME),)
    ]
    return texts.say("meeting.thanks", names=", ".join(named))


# ---- what needs work


def _behind(texts: Texts, now: Report) -> tuple[str, ...]:
    behind = list_behind(now)
    if not behind:
        unclear = sum(one["status"] == TargetStatus.TOO_LITTLE_KNOWN for one in now["targets"])
        if unclear:
            return (texts.say("meeting.behind-unclear", count=unclear),)
        return (texts.say("meeting.behind-none"),)
    found = [_target(texts, one) for one in behind[:MOST_BEHIND]]
    if len(behind) > MOST_BEHIND:
        found.append(texts.say("meeting.behind-more", count=len(behind) - MOST_BEHIND))
    return tuple(found)


def _target(texts: Texts, target: Mapping[str, Any]) -> str:
    """“Đang thực hiện – cần thêm 2 lớp”: what is missing, how much a week, and a next step."""
    rest, need, unit = target["rest"], target["need_per_week"], target["unit"]
    parts = [texts.say("meeting.target", title=shorten(target["title"], LONGEST_TITLE))]
    if rest is not None and need is not None:
        values = {"rest": show(rest), "need": show(need), "unit": unit}
        parts.append(texts.say("meeting.target-week", **values))
    elif rest is not None:
        parts.append(texts.say("meeting.target-rest", rest=show(rest), unit=unit))
    else:
        parts.append(texts.say("meeting.target-open"))
    is_event = unit in EVENTS
    parts.append(texts.say("meeting.step-event" if is_event else "meeting.step-owner"))
    return " ".join(parts)


def _silent(texts: Texts, now: Report) -> str:
    teams = now["teams"]
    if not teams["silent"]:
        return texts.say("meeting.silent-none" if teams["reported"] else "meeting.silent-unknown")
    names = digest_lines.named(texts, teams["silent"], MOST_SILENT)
    count, total = len(teams["silent"]), show(teams["total"])
    return texts.say("meeting.silent-teams", names=names, count=count, total=total)


def _calls(texts: Texts, facts: Facts) -> str:
    if facts.calls is None:
        return texts.say("meeting.calls-none")
    return texts.say("meeting.calls-right", calls=facts.calls[0], right=facts.calls[1])


def _question(texts: Texts, asked: Asked | None, *, quotes: bool) -> str:
    if asked is None:
        return texts.say("meeting.question-none")
    if not quotes:
        return texts.say("meeting.question-kept", count=asked.count)
    words = shorten(" ".join(asked.text.replace("*", "").split()), LONGEST_QUESTION)
    return texts.say("meeting.question-asked", words=words, count=asked.count)
