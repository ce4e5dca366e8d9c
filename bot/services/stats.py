"""Every figure has its one definition here; chat, web, JSON and files call it.

visits (lượt) are summed, people (người) are counted by distinct key; a visit without a key stays in visits
and is shown as such. What no part of the product counts yet is None, never 0.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from bot.core.periods import Period, week_of
from bot.core.text import natural_order
from bot.core.vocabulary import Audience, CommuneId, Topic
from bot.library import Plan, plan_as_json
from bot.reports.weekly import TOP_QUESTIONS
from storage import communes, help_figures, questions
from storage.communes import Commune
from storage.database import Unit
from storage.help_figures import Count

TOPIC_ORDER = {topic.value: place for place, topic in enumerate(Topic)}


def report(
    unit: Unit, commune: Commune, plan: Plan, period: Period, audience: Audience
) -> dict[str, Any]:
    """The report of a period in the promised JSON shape, with the hash of all that it says."""
    window = (period.start, period.end)
    body: dict[str, Any] = {
        "commune": commune.slug,
        "period": {
            "kind": period.kind,
            "key": period.key,
            "from": period.start.isoformat(),
            "to": period.end.isoformat(),
            "closed": False,
        },
        "help": _help(unit, commune.id, window),
        "requests": dict.fromkeys(("opened", "closed", "open_now", "median_hours_to_claim")),
        "trainings": {"held": None, "attendances": None, "people": None, "by_kind": []},
        "questions": _questions(unit, commune.id, window),
        "teams": _teams(unit, commune, plan, period),
        "targets": [_target(target) for target in _in_json(plan)],
        "adjustments": [],
        "hidden": [],
        "audience": audience.value,
    }
    return body | {"data_hash": data_hash(body)}


def first_day(unit: Unit, commune: CommuneId) -> date | None:
    """The first day of which anything is recorded; before it every figure is unknown. None: nothing yet."""
    days = (help_figures.first_day(unit, commune), questions.first_day(unit, commune))
    return min((day for day in days if day is not None), default=None)


def known_since(unit: Unit, commune: CommuneId, today: date) -> date:
    """The day from which a figure is known: the first that is recorded, else the Monday of this week."""
    return first_day(unit, commune) or week_of(today).start


def data_hash(body: dict[str, Any]) -> str:
    """SHA-256 over the canonical JSON: same figures, same hash."""
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


Window = tuple[Any, Any]


def _help(unit: Unit, commune: CommuneId, window: Window) -> dict[str, Any]:
    def split(by: str | None) -> Sequence[Count]:
        return help_figures.count_by(unit, commune, window, by)

    whole = next(iter(split(None)), Count("", 0, 0, 0))
    topics = sorted(split("topic"), key=lambda count: TOPIC_ORDER.get(count.key, len(TOPIC_ORDER)))
    return {
        "visits": whole.visits,
        "people": whole.people,
        "visits_without_person": whole.without_person,
        "confirmed": None,
        "denied": None,
        "files": None,
        "new_declared": None,
        "by_topic": [{"topic": c.key, "visits": c.visits, "people": c.people} for c in topics],
        "by_team": [
            {"team": c.key, "visits": c.visits, "people": c.people}
            for c in sorted(split("team"), key=lambda count: natural_order(count.key))
        ],
        "by_place": [
            {"place": c.key, "visits": c.visits} for c in sorted(split("place"), key=_by_key)
        ],
        "by_outcome": [
            {"outcome": c.key, "visits": c.visits} for c in sorted(split("outcome"), key=_by_key)
        ],
        "by_service": [
            {"service": c.key, "visits": c.visits} for c in sorted(split("service"), key=_by_key)
        ],
        "by_subject": [
            {"subject": c.key, "visits": c.visits} for c in sorted(split("subject"), key=_by_key)
        ],
    }


def _by_key(count: Count) -> str:
    return count.key


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


def _teams(unit: Unit, commune: Commune, plan: Plan, period: Period) -> dict[str, Any]:
    """Teams of the period: there on its first or last day, or at work in it; reported + silent = total."""
    window = (period.start, period.end)
    active = {count.key for count in help_figures.count_by(unit, commune.id, window, "team")}
    ends = (period.start, period.end - timedelta(days=1))
    there = {team.name for day in ends for team in communes.list_teams(unit, commune.id, day)}
    silent = sorted(there - active, key=natural_order)
    total = len(there | active) if there else plan.teams.count
    return {"total": total, "reported": len(active), "silent": silent}


def _in_json(plan: Plan) -> Sequence[dict[str, Any]]:
    found = plan_as_json(plan)["targets"]
    if not isinstance(found, list):
        raise TypeError("a plan's targets are a list")
    return found


def _target(target: dict[str, Any]) -> dict[str, Any]:
    """A target with its progress: not computed by this version, so nothing is claimed."""
    kept = ("id", "title", "unit", "op", "value", "value_to", "level", "per")
    progress = {
        "opening": None,
        "done": None,
        "percent": None,
        "status": "chua_du_du_lieu",
        "need_per_week": None,
        "forecast": None,
    }
    return (
        {key: target[key] for key in kept if key in target}
        | progress
        | {"source": target["source"]}
    )
