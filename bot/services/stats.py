"""Every figure has its one definition here; chat, web, JSON and files call it.

visits (lượt) are summed, people (người) are counted by distinct key; a visit without a key stays in visits
and is shown as such. What nobody knows is None, never 0; what each figure means stands in docs/figures.md.
"""

from __future__ import annotations

import hashlib
import json
from datetime import date, timedelta
from statistics import median
from typing import Any

from bot.core.periods import Period, today, week_of
from bot.core.text import natural_order
from bot.core.vocabulary import (
    Audience,
    ClosingStatus,
    CommuneId,
    Confirmation,
    Topic,
    TrainingKind,
)
from bot.library import Plan
from bot.locale import local_day
from bot.reports.weekly import TOP_QUESTIONS, WORDS, Since, people_known
from bot.services import (
    cumulative,
    log_starts,
    outgoing,
    outreach_stats,
    period_notes,
    target_stats,
    tasks,
    training_stats,
    unknown,
)
from storage import communes, help_figures, questions, request_figures, training_figures
from storage.communes import Commune
from storage.database import Unit
from storage.help_figures import Count, Figures

TOPIC_ORDER = {topic.value: place for place, topic in enumerate(Topic)}


def report(
    unit: Unit, commune: Commune, plan: Plan, period: Period, audience: Audience
) -> dict[str, Any]:
    """The report of a period in the promised JSON shape, with the hash of all that it says."""
    window = (period.start, period.end)
    found = help_figures.count(unit, commune.id, window)
    held = training_stats.in_json(unit, commune.id, period)
    sessions = training_stats.held_of(held, TrainingKind.OUTREACH)
    since = known_since(unit, commune.id, today(unit.now))
    body: dict[str, Any] = {
        "commune": commune.slug,
        "period": {
            "kind": period.kind,
            "key": period.key,
            "from": period.start.isoformat(),
            "to": period.end.isoformat(),
            "until": today(unit.now).isoformat() if period.contains(today(unit.now)) else None,
            "closed": False,
            "status": ClosingStatus.DRAFT.value,
        },
        "help": _help(found),
        "requests": _requests(unit, commune.id, period),
        "trainings": held,
        "communication": outreach_stats.communication(unit, commune.id, window, sessions),
        "learning": outreach_stats.learned(unit, commune.id, window),
        "questions": _questions(unit, commune.id, window),
        "teams": _teams(unit, (commune, plan, period), {one.key for one in found.teams}),
        **cumulative.in_json(unit, commune.id, period, since),
        "targets": target_stats.in_json(unit, (commune.id, plan), period),
        "tasks": tasks.in_json(unit, commune.id, plan, period),
        "adjustments": [],
        "hidden": [],
        "audience": audience.value,
    }
    body = unknown.blank(body, period, since)
    body = period_notes.put_into(unit, commune.id, period, body)
    if audience is Audience.OUTGOING:
        body = outgoing.hide(body, plan)
    return body | {"data_hash": data_hash(body)}


def first_day(unit: Unit, commune: CommuneId) -> date | None:
    """The first day of which anything is recorded; before it every figure is unknown. None: nothing yet."""
    asked = request_figures.first_moment(unit, commune)
    taught = training_figures.first_moment(unit, commune)
    days = (
        help_figures.first_day(unit, commune),
        questions.first_day(unit, commune),
        local_day(asked) if asked else None,
        local_day(taught) if taught else None,
        training_figures.first_day_beside(unit, commune),
    )
    return min((day for day in days if day is not None), default=None)


def known_since(unit: Unit, commune: CommuneId, today: date) -> Since:
    """The day from which each log is known; one that fills itself begins with the first line of any."""
    asked, begun = request_figures.first_moment(unit, commune), log_starts.find(unit, commune)
    monday = week_of(today).start  # of what nobody ever wrote, this week at the latest
    seen = (local_day(asked) if asked else None, questions.first_day(unit, commune))
    lines = (begun.help, begun.trainings, begun.communications, begun.learning, *seen)
    first = min((day for day in lines if day is not None), default=monday)
    return Since(
        help=help_figures.first_day(unit, commune) or monday,
        requests=first,
        questions=first,
        trainings=begun.trainings,
        communication=begun.communications,
        learning=begun.learning or monday,
        teams=[one.name for one in communes.list_teams(unit, commune, today)],
    )


def data_hash(body: dict[str, Any]) -> str:
    """SHA-256 over the canonical JSON: same figures, same hash.

    Whether a report is issued already, and the day on which a draft was looked at, is no figure.
    """
    beside = {"status"} if body["period"]["closed"] else {"status", "until"}
    period = {key: value for key, value in body["period"].items() if key not in beside}
    told = body | {"period": period}
    text = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


Window = tuple[Any, Any]


def _help(found: Figures) -> dict[str, Any]:
    topics = sorted(found.topics, key=lambda one: TOPIC_ORDER.get(one.key, len(TOPIC_ORDER)))
    teams = sorted(found.teams, key=lambda one: natural_order(one.key))
    answers = found.splits["answer"]
    return {
        "visits": found.visits,
        "people": people_known(found.people, found.without_person),
        "visits_without_person": found.without_person,
        "confirmed": answers.get(Confirmation.YES, 0),
        "denied": answers.get(Confirmation.NO, 0),
        "files": _known(found.files, found),
        "new_declared": _known(found.new if found.told else None, found),
        "by_topic": [_count("topic", one) for one in topics],
        "by_team": [_count("team", one) for one in teams],
        **{f"by_{split}": _split(split, found) for split in WORDS},
    }


def _known(figure: int | None, found: Figures) -> int | None:
    """What no entry says is unknown; of no entry at all it is 0."""
    return figure if found.visits else 0


def _count(split: str, one: Count) -> dict[str, Any]:
    people = people_known(one.people, one.without_person)
    return {split: one.key, "visits": one.visits, "people": people}


def _split(split: str, found: Figures) -> list[dict[str, Any]]:
    """In the order of the words; an entry that does not say it is in none of them."""
    visits, order = found.splits[split], list(WORDS[split])
    return [{split: word.value, "visits": visits[word]} for word in order if word in visits]


def _requests(unit: Unit, commune: CommuneId, period: Period) -> dict[str, Any]:
    found = request_figures.count(unit, commune, (period.start_at, period.end_at))
    hours = [wait / timedelta(hours=1) for wait in found.waits]
    return {
        "opened": found.opened,
        "closed": found.closed,
        "open_now": found.open_now,
        "median_hours_to_claim": round(median(hours), 2) if hours else None,
    }


def _questions(unit: Unit, commune: CommuneId, window: Window) -> dict[str, Any]:
    tallies = questions.list_tallies(unit, commune, window)

    def total(*decisions: str) -> int:
        return sum(t.count for t in tallies if t.decision in decisions)

    found = sorted(
        (t for t in tallies if t.decision == "answer"), key=lambda t: (-t.count, t.guide)
    )
    return {
        "asked": total("answer", "choose", "unknown", "too_vague", "refuse"),
        "answered": total("answer", "choose"),
        "unknown": total("unknown", "too_vague"),
        "too_vague": total("too_vague"),
        "handed_over": total("handed_over"),
        "refused": total("refuse"),
        "top": [{"guide": t.guide, "count": t.count} for t in found[:TOP_QUESTIONS]],
    }


def _teams(unit: Unit, of: tuple[Commune, Plan, Period], active: set[str]) -> dict[str, Any]:
    """Teams of the period: there on its first or last day, or at work in it; reported + silent = total."""
    commune, plan, period = of
    ends = (period.start, period.end - timedelta(days=1))
    there = {team.name for day in ends for team in communes.list_teams(unit, commune.id, day)}
    silent = sorted(there - active, key=natural_order)
    total = len(there | active) if there else plan.teams.count
    return {"total": total, "reported": len(active), "silent": silent}
