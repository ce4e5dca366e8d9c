"""The office's side of classes: which there are, all that is known of one, writing down, changing, the roll.

Officers change, leaders read. Who runs the machine sees nothing of who was where. The office sees numbers
as they are, and of nobody who took a seat more than an age band and a neighbourhood.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.core import periods
from bot.core.errors import NotAllowedError, NotFoundError, RuleError
from bot.core.periods import ZONE
from bot.core.vocabulary import AgeBand, CommuneId, Role, TrainingKind, TrainingStatus
from bot.services import after_class, roll, training_links, trainings
from bot.services.access import Officer
from bot.services.after_class import Summary
from bot.services.training_links import Links, Voice
from bot.services.trainings import BACK, FARTHEST, LONGEST, ONWARD, Hand, Outline
from storage import attendances, duty, imports, sign_ins, sign_ups, team_lines, training_figures
from storage import trainings as stored
from storage.attendances import Count, Seat
from storage.communes import Team
from storage.database import Unit
from storage.trainings import By
from storage.trainings import Training as Training  # pages take it from here

READS = frozenset({Role.OFFICER, Role.LEADER})
LATELY = timedelta(days=60)
OF_OFFICE = 0
"""Stands for a team where the office itself gives a class."""
LONGEST_PARTNERS, LONGEST_GUIDES, LONGEST_SKILLS = 200, 400, 80
"""Letters that a row has room for, with what stands between."""
KEY = 40


class Span(StrEnum):
    """Which classes a list shows."""

    COMING = "coming"
    LATELY = "lately"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list is narrowed down to; None is everything."""

    span: Span = Span.COMING
    kind: TrainingKind | None = None
    team: int | None = None
    status: TrainingStatus | None = None

    def fits(self, training: Training) -> bool:
        """True for a class that belongs into the list."""
        outline = training.outline
        return (
            self.kind in (None, outline.kind)
            and self.team in (None, outline.team_id or OF_OFFICE)
            and self.status in (None, training.status)
        )


@dataclass(frozen=True, slots=True)
class Listed:
    """A class in a list; ``team`` is None for one of the office."""

    training: Training
    team: str | None
    signed_up: int
    count: Count


@dataclass(frozen=True, slots=True)
class Choices:
    """Teams and neighbourhoods of today, for forms."""

    teams: Sequence[Team]
    neighbourhoods: Sequence[Team]

    def has(self, outline: Outline, before: Outline | None) -> bool:
        """True when the outline names only what can be chosen, or what stood there before."""
        teams = {None, *(one.id for one in self.teams), before.team_id if before else None}
        places = {None, *(one.id for one in self.neighbourhoods)}
        places |= {before.neighbourhood_id if before else None}
        return outline.team_id in teams and outline.neighbourhood_id in places


@dataclass(frozen=True, slots=True)
class Change:
    """A line of the history; ``who`` is a member or an officer, never a resident."""

    at: datetime
    what: str
    who: str | None
    reason: str | None
    heads: int | None


@dataclass(frozen=True, slots=True)
class Roll:
    """Who was there, as numbers; the seats are here to be taken out, and say nothing of anybody."""

    count: Count
    seats: Sequence[Seat]
    ages: Sequence[tuple[AgeBand | None, int]]
    places: Sequence[tuple[str | None, int]]


@dataclass(frozen=True, slots=True)
class Shown:
    """All that is known of one class, and where it may go on to."""

    training: Training
    team: str | None
    neighbourhood: str | None
    signed_up: int
    roll: Roll
    history: Sequence[Change]
    onward: Sequence[TrainingStatus]
    back: Sequence[TrainingStatus]
    has_begun: bool
    places: dict[int, str]
    links: Links
    feedback: Summary
    asks: Mapping[str, str]


def require_reader(officer: Officer) -> None:
    """``NotAllowedError`` for who may see nothing of who was where."""
    if officer.role not in READS:
        raise NotAllowedError("Chỉ cán bộ và lãnh đạo xem được lớp, buổi.")


def overview(unit: Unit, officer: Officer, wanted: Wanted) -> list[Listed]:
    """What a list shows: to come with the next one first, else the newest first."""
    require_reader(officer)
    commune = officer.commune.id
    found = [
        one
        for one in stored.list_between(unit, commune, _window(unit.now, wanted.span))
        if wanted.fits(one) and (wanted.span is not Span.COMING or one.outline.ends_at > unit.now)
    ]
    names = team_names(unit, commune)
    ordered = found if wanted.span is Span.COMING else found[::-1]
    return [
        Listed(
            one,
            names.get(one.outline.team_id or OF_OFFICE),
            sign_ups.count(unit, commune, one.id),
            attendances.count(unit, commune, one.id),
        )
        for one in ordered
    ]


def _window(now: datetime, span: Span) -> tuple[datetime, datetime]:
    if span is Span.COMING:
        return now - LONGEST, now + FARTHEST
    if span is Span.LATELY:
        return now - LATELY, now
    year = periods.today(now).year
    return datetime(year, 1, 1, tzinfo=ZONE), datetime(year + 1, 1, 1, tzinfo=ZONE)


def team_names(unit: Unit, commune: CommuneId) -> dict[int, str]:
    """What each team is or was called."""
    return {line.id: line.bare for line in team_lines.list_lines(unit, commune)}


def choices(unit: Unit, officer: Officer) -> Choices:
    """What a form offers."""
    today, commune = periods.today(unit.now), officer.commune.id
    teams = [Team(one.id, one.name) for one in duty.list_teams(unit, commune, today)]
    places = duty.list_neighbourhoods(unit, commune, today)
    return Choices(teams, [Team(one.id, one.name) for one in places if one.is_valid])


def find(unit: Unit, officer: Officer, number: int) -> Training:
    """A class of the officer's commune; ``NotFoundError`` when there is none."""
    require_reader(officer)
    found = stored.find(unit, officer.commune.id, number)
    if found is None:
        raise NotFoundError("Không có lớp, buổi này.")
    return found


def show(unit: Unit, officer: Officer, number: int, voice: Voice, asks: Mapping[str, str]) -> Shown:
    """All that is known of one class; ``asks`` are the questions of quizzes by name."""
    training = find(unit, officer, number)
    commune, outline = officer.commune.id, training.outline
    known = duty.list_neighbourhoods(unit, commune, periods.today(unit.now))
    places = {one.id: one.name for one in known}
    return Shown(
        training=training,
        team=team_names(unit, commune).get(outline.team_id or OF_OFFICE),
        neighbourhood=places.get(outline.neighbourhood_id or 0),
        signed_up=sign_ups.count(unit, commune, number),
        roll=_roll(unit, commune, number, places),
        history=_history(unit, commune, number),
        onward=[one for one in TrainingStatus if one in ONWARD.get(training.status, ())],
        back=[one for one in TrainingStatus if one in BACK.get(training.status, ())],
        has_begun=outline.starts_at <= unit.now,
        places=places,
        links=training_links.links(unit, officer.commune, training, voice),
        feedback=after_class.summary(unit, commune, training),
        asks=asks,
    )


def _roll(unit: Unit, commune: CommuneId, number: int, places: dict[int, str]) -> Roll:
    seats = attendances.list_of(unit, commune, number)
    said, lived = training_figures.split_of(unit, commune, number)
    ages = {AgeBand(band) if band else None: many for band, many in said.items()}
    by_place: Counter[str | None] = Counter()
    for place, many in lived.items():
        by_place[places.get(place or 0)] += many
    known = [(name, by_place[name]) for name in places.values() if name in by_place]
    return Roll(
        count=attendances.count(unit, commune, number),
        seats=seats,
        ages=[(band, ages[band]) for band in (*AgeBand, None) if band in ages],
        places=[*known, *([(None, by_place[None])] if None in by_place else [])],
    )


def _history(unit: Unit, commune: CommuneId, number: int) -> list[Change]:
    members = {one.id: one.name for one in imports.list_members(unit, commune)}
    officers = {one.id: one.name for one in sign_ins.list_officers(unit, commune)}

    def who(by: By) -> str | None:
        if by.staff_id is not None:
            return officers.get(by.staff_id)
        return members.get(by.member_id) if by.member_id is not None else None

    return [
        Change(one.at, one.what, who(one.by), one.reason, json.loads(one.content)["heads"])
        for one in stored.list_events(unit, commune, number)
    ]


# ---- what an officer does


def write_down(
    unit: Unit, officer: Officer, outline: Outline, how: tuple[str, bool]
) -> tuple[Training, bool]:
    """Plan a class, or write down one that took place; the same key again gives the first one and False.

    ``how`` is the key of the form, and whether it was held already. ``RuleError`` (``training.…``).
    """
    key, is_held = how
    hand, commune = _hand(officer), officer.commune.id
    _check(unit, officer, outline, None)
    client_id = f"office:{officer.id}:{key[:KEY]}"
    written, is_new = trainings.plan(unit, commune, hand, outline, client_id)
    if is_new and is_held:
        step = (TrainingStatus.HELD, None)
        written = trainings.move(unit, commune, hand, written, step)
    return written, is_new


def revise(
    unit: Unit, officer: Officer, seen: tuple[int, int], change: tuple[Outline, str]
) -> Training:
    """The class is to be something else; ``seen`` is its number and how often it had been changed."""
    hand, training = _begin(unit, officer, seen)
    _check(unit, officer, change[0], training.outline)
    return trainings.revise(unit, officer.commune.id, hand, training, change)


def move(
    unit: Unit, officer: Officer, seen: tuple[int, int], step: tuple[TrainingStatus, str]
) -> Training:
    """On to where it stands next, or back."""
    hand, training = _begin(unit, officer, seen)
    return trainings.move(unit, officer.commune.id, hand, training, step)


def tell_heads(
    unit: Unit, officer: Officer, seen: tuple[int, int], told: tuple[int | None, str]
) -> Training:
    """How many were there, as the trainer counted."""
    hand, training = _begin(unit, officer, seen)
    return trainings.tell_heads(unit, officer.commune.id, hand, training, told)


def add_lines(unit: Unit, officer: Officer, number: int, lines: tuple[int, str]) -> int:
    """Seats for people without a phone; gives how many are new."""
    hand, training = _hand(officer), find(unit, officer, number)
    told = (lines[0], f"office:{officer.id}:{number}:{lines[1][:KEY]}")
    return roll.add_lines(unit, officer.commune.id, hand, training, told)


def take_out(unit: Unit, officer: Officer, number: int, out: tuple[int, str]) -> None:
    """A seat does not count any more; ``RuleError`` (``roll.gone``) when it does not count already."""
    hand, training = _hand(officer), find(unit, officer, number)
    seats = attendances.list_of(unit, officer.commune.id, number)
    seat = next((one for one in seats if one.id == out[0]), None)
    if seat is None:
        raise RuleError("roll.gone", "Chỗ này đã được gỡ rồi.")
    roll.take_out(unit, officer.commune.id, hand, training, (seat, out[1]))


def _hand(officer: Officer) -> Hand:
    return trainings.hand_of_staff(officer.id, officer.role)


def _begin(unit: Unit, officer: Officer, seen: tuple[int, int]) -> tuple[Hand, Training]:
    """Who acts, on the class as it was seen; ``RuleError`` when somebody has changed it since."""
    number, revision = seen
    hand, training = _hand(officer), find(unit, officer, number)
    if training.revision != revision:
        raise RuleError("training.changed", "Có người vừa sửa lớp này.")
    return hand, training


def _check(unit: Unit, officer: Officer, outline: Outline, before: Outline | None) -> None:
    if not choices(unit, officer).has(outline, before):
        raise RuleError("trainings-page.choice", "Tổ hay khu phố này không còn.")
    for parts, longest in (
        (outline.partners, LONGEST_PARTNERS),
        (outline.guides, LONGEST_GUIDES),
        (outline.skills, LONGEST_SKILLS),
    ):
        if len(stored.SEPARATOR.join(parts)) > longest:
            raise RuleError("trainings-page.long", "Chọn nhiều quá.")
