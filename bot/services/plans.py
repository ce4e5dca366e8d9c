"""Plan files into the database: communes, neighbourhoods, teams, versions of targets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from bot.core.errors import NotFoundError
from bot.library import Plan
from bot.services import targets
from storage import communes
from storage.communes import Commune
from storage.database import Unit


def load_plans(unit: Unit, plans: Mapping[str, Plan]) -> list[Commune]:
    """Every commune of the plan files, brought up to date; loading twice changes nothing."""
    loaded = []
    for plan in plans.values():
        commune = communes.save_commune(unit, plan.slug, plan.name, plan.kind)
        names = plan.neighbourhoods.names
        communes.save_neighbourhoods(unit, commune.id, names, date(plan.plan.year, 1, 1))
        targets.load(unit, commune, plan)
        loaded.append(commune)
    return loaded


def find_commune(loaded: list[Commune], slug: str) -> Commune:
    """The commune with that slug; raises ``NotFoundError`` with the slugs there are."""
    for commune in loaded:
        if commune.slug == slug:
            return commune
    raise unknown_commune(slug, (commune.slug for commune in loaded))


def unknown_commune(slug: str, known: Iterable[str]) -> NotFoundError:
    """The refusal of a slug, with the slugs there are."""
    there = ", ".join(known) or "chưa có xã, phường nào"
    return NotFoundError(f"Không có xã, phường “{slug}”. Đang có: {there}.")
