"""What a team needs to run a class from its chat: the figures of the roll, own lines, where it met before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core.vocabulary import CommuneId, Evidence, Place
from bot.locale import local_day
from bot.services import roll, trainings
from bot.services.trainings import Hand
from storage import attendances, duty, sign_ups
from storage.attendances import Count, Seat
from storage.database import Unit
from storage.trainings import Training as Training  # conversations take it from here

LISTED_FOR = timedelta(days=14)
"""How long after its end a class stands in the team's list."""
AWAITED = timedelta(days=31)
"""The same for one of which nobody said yet that it was held: it does not count before."""
REMEMBERED = timedelta(days=400)
MOST_PLACES = 3


@dataclass(frozen=True, slots=True)
class Figures:
    """What is known of who came: seats that were taken, and how many had signed up before."""

    seats: Count
    signed_up: int


def figures_of(unit: Unit, commune: CommuneId, training: Training) -> Figures:
    """The figures of one class as they stand; its head count is another figure and stays apart."""
    seats = attendances.count(unit, commune, training.id)
    return Figures(seats, sign_ups.count(unit, commune, training.id))


def list_of_team(unit: Unit, commune: CommuneId, hand: Hand) -> list[Training]:
    """What is to come or going on, the earliest first; then what is over, the newest first.

    Of what is over those stand first of which nobody said yet that they were held.
    """
    found = trainings.coming(unit, commune, hand, AWAITED)
    over = [one for one in reversed(found) if one.outline.ends_at <= unit.now]
    waiting = [one for one in over if _waits(unit, one)]
    late = unit.now - LISTED_FOR
    others = [one for one in over if not _waits(unit, one) and one.outline.ends_at > late]
    return [one for one in found if one.outline.ends_at > unit.now] + waiting + others


def count_waiting(unit: Unit, commune: CommuneId, hand: Hand) -> int:
    """Classes of the teams that they lead which are over and of which nobody said that they were held."""
    found = trainings.coming(unit, commune, hand, AWAITED)
    led = (one for one in found if hand.may_take_back(one.outline.team_id))
    return sum(_waits(unit, one) for one in led)


def _waits(unit: Unit, training: Training) -> bool:
    return training.status in trainings.COMING and training.outline.ends_at <= unit.now


def planned_before(unit: Unit, commune: CommuneId, hand: Hand) -> list[Training]:
    """Classes of the team in the last year and to come, those written down last first."""
    found = trainings.coming(unit, commune, hand, REMEMBERED)
    return sorted(found, key=lambda one: one.id, reverse=True)


def places_of(before: Sequence[Training]) -> list[Training]:
    """A class for each of the places used last."""
    by_place: dict[tuple[Place, str], Training] = {}
    for one in before:
        by_place.setdefault((one.outline.place, one.outline.place_name.lower()), one)
    return list(by_place.values())[:MOST_PLACES]


def neighbourhood_of(unit: Unit, commune: CommuneId, team_id: int | None) -> int | None:
    """The khu phố or ấp of a team; None for one of the whole commune."""
    known = duty.list_teams(unit, commune, local_day(unit.now))
    return next((one.neighbourhood_id for one in known if one.id == team_id), None)


def newest_lines(unit: Unit, commune: CommuneId, hand: Hand, training: Training) -> list[Seat]:
    """The lines that this hand wrote last for people without a phone, all of one go."""
    lines = [
        seat
        for seat in attendances.list_of(unit, commune, training.id)
        if seat.evidence is Evidence.PROXY and seat.by == hand.by
    ]
    newest: datetime | None = max((seat.at for seat in lines), default=None)
    return [seat for seat in lines if seat.at == newest]


def take_back(
    unit: Unit, commune: CommuneId, hand: Hand, training: Training, lines: tuple[list[Seat], str]
) -> None:
    """Lines do not count any more, for a reason; ``RuleError`` as ``roll.take_out`` says."""
    seats, reason = lines
    for seat in seats:
        roll.take_out(unit, commune, hand, training, (seat, reason))
