"""Targets of a plan as versions: what the file says, what the office changed, what was in force on a day.

A file that did not change since it was read last says nothing new, so it never undoes what the office wrote
in between. Of two versions the one whose days begin later is in force, of one day the one written last.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

from bot.core.keys import Purpose
from bot.core.vocabulary import CommuneId
from bot.library import Plan
from bot.library.plans import Target
from bot.locale import local_day
from storage import mailbox, target_versions
from storage.communes import Commune
from storage.database import Unit
from storage.target_versions import FILE, NewVersion, Version
from storage.target_versions import OFFICE as OFFICE  # changes by the office take it from here

STEP = 1_000
"""How far apart targets of a new plan stand: what is put between two later has room."""


class InForce(NamedTuple):
    """A target as it read on a day, and the version that says so; None where the database has none."""

    target: Target
    version: Version | None

    @property
    def is_set_aside(self) -> bool:
        """True while the office follows the other clause."""
        return self.version is not None and self.version.is_set_aside


def load(unit: Unit, commune: Commune, plan: Plan) -> None:
    """A version for each target that reads otherwise than the file did last; nothing where none does."""
    mailbox.lock(unit, unit.keys.hash(Purpose.CODE, "targets", str(commune.id)))
    known = _by_target(target_versions.list_all(unit, commune.id))
    today = local_day(unit.now)
    places = _places(plan, known)
    fresh = []
    for target in plan.targets:
        versions = known.get(target.id, [])
        last = _newest([one for one in versions if one.origin == FILE])
        content = as_content(target)
        if last is not None and last.content == content and not last.is_withdrawn:
            continue
        # What is new in a plan that was known already was not asked for before.
        since = target.since or today if known else None
        now = find_current(versions, since or today)
        fresh.append(
            NewVersion(
                target.id,
                content,
                places[target.id],
                valid_from=since,
                is_set_aside=now is not None and now.is_set_aside,
            )
        )
    fresh += _withdrawals(plan, known, today)
    target_versions.add_all(unit, commune.id, fresh)


def in_force(unit: Unit, commune: CommuneId, day: date) -> list[InForce]:
    """The targets as they read on that day, in the order of the plan; empty where no plan was loaded."""
    known = _by_target(target_versions.list_all(unit, commune))
    return _of_day(known, day)


def of_day(unit: Unit, commune: CommuneId, plan: Plan, day: date) -> list[InForce]:
    """The same; a target that the database does not know at all reads as the file has it."""
    known = _by_target(target_versions.list_all(unit, commune))
    unknown = [InForce(one, None) for one in plan.targets if one.id not in known]
    return [*_of_day(known, day), *unknown]


def find_current(versions: Iterable[Version], day: date) -> Version | None:
    """Of versions of one target the one in force on that day; None before the first."""
    begun = [one for one in versions if one.valid_from is None or one.valid_from <= day]
    return max(begun, key=_begin, default=None)


def list_to_come(versions: Iterable[Version], day: date) -> list[Version]:
    """The versions that will come into force after that day, one for each day that one does."""
    later = {one.valid_from: one for one in sorted(versions, key=_begin) if _begin(one)[0] > day}
    return list(later.values())


def as_content(target: Target) -> str:
    """A target as it is kept. What stands at its default is left out: a new field changes no old target."""
    kept = target.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude={"since"})
    return json.dumps(kept, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def read_content(version: Version) -> Target:
    """The target that a version says."""
    return Target.model_validate_json(version.content)


def follows(found: InForce) -> NewVersion:
    """A version like the one in force, to be changed and written by the office."""
    target, version = found
    if version is None:
        return NewVersion(target.id, as_content(target), 0, origin=OFFICE)
    return _like(version)


@dataclass(frozen=True, slots=True)
class Clash:
    """Two clauses that disagree, by the ids of their targets; ``chosen`` is the one that counts."""

    ids: tuple[str, str]
    chosen: str | None


def list_clashes(found: Sequence[InForce]) -> list[Clash]:
    """The pairs of targets of which one names the other, each once, in the order of the plan."""
    there = {one.target.id: one for one in found}
    pairs: dict[frozenset[str], tuple[str, str]] = {}
    for name, one in there.items():
        other = one.target.conflicts_with
        if other is not None and other in there and other != name:
            first, second = sorted((name, other), key=list(there).index)
            pairs.setdefault(frozenset((name, other)), (first, second))
    order = list(there)
    ids = sorted(pairs.values(), key=lambda pair: (order.index(pair[0]), order.index(pair[1])))
    return [Clash(pair, _chosen([there[name] for name in pair])) for pair in ids]


def _chosen(pair: Sequence[InForce]) -> str | None:
    left = [one.target.id for one in pair if not one.is_set_aside]
    return left[0] if len(left) == 1 else None


def set_aside(
    unit: Unit, commune: CommuneId, name: str, of: tuple[bool, int, str]
) -> Sequence[NewVersion]:
    """Write that a target is, or is no longer, set aside: (which, by whom of the office, why), from today.

    What is to come into force later is set aside as well. Gives what was written: nothing where it stands so.
    """
    is_aside, staff_id, reason = of
    today = local_day(unit.now)
    versions = target_versions.list_of(unit, commune, name)
    now = find_current(versions, today)
    if now is None or now.is_withdrawn or now.is_set_aside == is_aside:
        return ()
    made = [
        replace(_like(one), valid_from=day, is_set_aside=is_aside, staff_id=staff_id, reason=reason)
        for one, day in [
            (now, today),
            *((one, one.valid_from) for one in list_to_come(versions, today)),
        ]
    ]
    target_versions.add_all(unit, commune, made)
    return made


def _like(version: Version) -> NewVersion:
    return NewVersion(
        version.target,
        version.content,
        version.place,
        version.valid_from,
        OFFICE,
        version.is_withdrawn,
        version.is_set_aside,
    )


def _withdrawals(
    plan: Plan, known: Mapping[str, Sequence[Version]], today: date
) -> list[NewVersion]:
    """What stood in the file when it was read last, and does so no more."""
    there = {one.id for one in plan.targets}
    gone = []
    for name, versions in known.items():
        last = _newest([one for one in versions if one.origin == FILE])
        if name in there or last is None or last.is_withdrawn:
            continue
        out = NewVersion(name, last.content, last.place, today, is_withdrawn=True)
        gone.append(out)
    return gone


def _places(plan: Plan, known: Mapping[str, Sequence[Version]]) -> dict[str, int]:
    """Where each target stands: as before, and what is new between its neighbours of the file."""
    places = {name: versions[-1].place for name, versions in known.items()}
    before = 0
    for target in plan.targets:
        if target.id not in places:
            after = min((one for one in places.values() if one > before), default=None)
            places[target.id] = before + STEP if after is None else (before + after) // 2
        before = places[target.id]
    return places


def _of_day(known: Mapping[str, Sequence[Version]], day: date) -> list[InForce]:
    current = (find_current(versions, day) for versions in known.values())
    there = [one for one in current if one is not None and not one.is_withdrawn]
    there.sort(key=lambda one: (one.place, one.id))
    return [InForce(read_content(one), one) for one in there]


def _by_target(versions: Iterable[Version]) -> dict[str, list[Version]]:
    found: defaultdict[str, list[Version]] = defaultdict(list)
    for one in versions:
        found[one.target].append(one)
    return dict(found)


def _newest(versions: Sequence[Version]) -> Version | None:
    return versions[-1] if versions else None


def _begin(version: Version) -> tuple[date, int]:
    return version.valid_from or date.min, version.number
