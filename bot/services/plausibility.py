"""Signs that a day's log may hold a slip: told to the volunteer first, in friendship. Nothing blocks.

Judged by the day of the help, never by the hour of the typing: twelve helps entered at 21:00 are an evening's
work. Each sign can be explained in one sentence, which stands in the catalogue as ``sign.…``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from bot.core.vocabulary import CommuneId
from storage import help_entries
from storage.database import Unit
from storage.help_entries import Entry, Help
from storage.mailbox import Worker

MOST_VISITS_A_DAY = 30
MOST_FOR_ONE_PERSON = 3
MOST_ALIKE, MOST_PLACES = 6, 3
EVEN_DAYS, FEWEST_A_DAY = 10, 2


class Sign(StrEnum):
    """What is unusual."""

    MANY = "many"  # more than 30 visits of one member on one day
    SAME_PERSON = "same-person"  # the same person more than three times on one day
    ALIKE = "alike"  # six entries or more alike, at three places or more on one day
    EVEN = "even"  # the same number on each of the last ten days that have any

    @property
    def sentence(self) -> str:
        """What the volunteer reads."""
        return _SENTENCES[self][0]

    @property
    def for_leader(self) -> str:
        """What the leader of the team reads in the week's message."""
        return _SENTENCES[self][1]


_SENTENCES = {
    Sign.MANY: ("sign.many", "sign.leader-many"),
    Sign.SAME_PERSON: ("sign.same-person", "sign.leader-same-person"),
    Sign.ALIKE: ("sign.alike", "sign.leader-alike"),
    Sign.EVEN: ("sign.even", "sign.leader-even"),
}


@dataclass(frozen=True, slots=True)
class Seen:
    """A sign, and the day of the help that it is of."""

    day: date
    sign: Sign


def signs(entries_of_day: Sequence[Entry]) -> tuple[Sign, ...]:
    """What is unusual in one member's entries of one day; entries that were taken out count for nothing."""
    done = [entry.help for entry in entries_of_day if entry.voided_at is None]
    checks = {
        Sign.MANY: sum(one.visits for one in done) > MOST_VISITS_A_DAY,
        Sign.SAME_PERSON: _most_often(one.person_id for one in done) > MOST_FOR_ONE_PERSON,
        Sign.ALIKE: _are_alike(done),
    }
    return tuple(sign for sign, holds in checks.items() if holds)


def _most_often(values: Iterable[int | None]) -> int:
    counts = Counter(value for value in values if value is not None)
    return max(counts.values(), default=0)


def _are_alike(done: Sequence[Help]) -> bool:
    """A class at one place gives many entries alike; so many at several places in a day are seldom."""
    places: dict[object, list[str]] = {}
    for one in done:
        if one.place is not None:
            content = (one.topic, one.guide, one.services, one.visits, one.outcome, one.files)
            places.setdefault(content, []).append(one.place)
    return any(
        len(all_) >= MOST_ALIKE and len(set(all_)) >= MOST_PLACES for all_ in places.values()
    )


def is_even(entries: Sequence[Entry], until: date) -> bool:
    """True when each of the last ten days with entries, up to that one, has the same number of visits.

    One visit a day is nothing unusual.
    """
    visits: Counter[date] = Counter()
    for entry in entries:
        if entry.voided_at is None and entry.help.occurred_on <= until:
            visits[entry.help.occurred_on] += entry.help.visits
    newest = [visits[day] for day in sorted(visits)[-EVEN_DAYS:]]
    return len(newest) == EVEN_DAYS and len(set(newest)) == 1 and newest[0] >= FEWEST_A_DAY


def after_saving(unit: Unit, commune: CommuneId, member: Worker, entry: Entry) -> tuple[str, ...]:
    """Catalogue ids of what this entry has made unusual; what was so before it is not said again."""
    day = entry.help.occurred_on
    window = (day - timedelta(days=31), day + timedelta(days=1))
    entries = help_entries.list_of_member(unit, commune, member.id, window)
    of_day = [one for one in entries if one.help.occurred_on == day]
    before = signs([one for one in of_day if one.id != entry.id])
    found = [sign for sign in signs(of_day) if sign not in before]
    if is_even(entries, day) and not is_even(entries, day - timedelta(days=1)):
        found.append(Sign.EVEN)
    return tuple(sign.sentence for sign in found)


def of_week(
    unit: Unit, commune: CommuneId, member_id: int, week: tuple[date, date]
) -> tuple[Seen, ...]:
    """What is unusual in a member's half-open week of days, day by day: for the leader's message."""
    window = (week[0] - timedelta(days=31), week[1])
    entries = help_entries.list_of_member(unit, commune, member_id, window)
    days = sorted({one.help.occurred_on for one in entries if one.help.occurred_on >= week[0]})
    found: list[Seen] = []
    for day in days:
        of_day = [one for one in entries if one.help.occurred_on == day]
        found += [Seen(day, sign) for sign in signs(of_day)]
    if days and is_even(entries, days[-1]):
        found.append(Seen(days[-1], Sign.EVEN))
    return tuple(found)
