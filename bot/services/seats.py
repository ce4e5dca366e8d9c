"""What may be told of a seat once it is taken: an age as a band, a khu phố, whose several seats are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.core.vocabulary import AgeBand, CommuneId, Identity, TrainingStatus, Use
from bot.services import check_in, consents, sign_ups
from bot.services.consents import Proof
from bot.services.people import RESIDENT
from storage import attendances, audit, erasing, people, trainings
from storage import consents as agreed
from storage import seats as left
from storage.attendances import Seat
from storage.audit import Act
from storage.database import Unit
from storage.trainings import Training

OVER = (TrainingStatus.CLOSED, TrainingStatus.CANCELLED)


@dataclass(frozen=True, slots=True)
class Sitting:
    """A seat of a chat, and the class that it is in."""

    training: Training
    seat: Seat


def find(unit: Unit, commune: CommuneId, identity: Identity, number: int) -> Sitting | None:
    """The seat of a chat in that class; None when there is none, or nothing can be told of it any more."""
    training = trainings.find(unit, commune, number)
    if training is None or training.status in OVER:
        return None
    seat = check_in.seat_of(unit, commune, identity, training)
    return None if seat is None or seat.voided_at is not None else Sitting(training, seat)


def recall(unit: Unit, commune: CommuneId, sitting: Sitting) -> Sitting:
    """What the same person told at an earlier class is not asked for again."""
    seat = sitting.seat
    if seat.person_id is None:
        return sitting
    group = erasing.find_group(unit, commune, [seat.person_id])
    earlier = attendances.list_of_people(unit, commune, group)
    ages = [one.age_band for one in earlier if one.age_band is not None]
    homes = [one.neighbourhood_id for one in earlier if one.neighbourhood_id is not None]
    return _tell(
        unit,
        commune,
        sitting,
        replace(
            seat,
            age_band=seat.age_band or (ages[-1] if ages else None),
            neighbourhood_id=seat.neighbourhood_id or (homes[-1] if homes else None),
        ),
    )


def tell_age(
    unit: Unit, commune: CommuneId, identity: Identity, sitting: Sitting, band: AgeBand
) -> Sitting:
    """How old they are; a child's seat is nobody's that is known, whoever's phone it is.

    A child cannot have agreed. Where a grown-up told their age before, it is their chat that a child holds.
    """
    person = sitting.seat.person_id
    if band is AgeBand.UNDER_16 and person is not None:
        group = erasing.find_group(unit, commune, [person])
        is_grown_up = _has_grown_up(unit, commune, sitting, group)
        attendances.unname(unit, commune, sitting.seat.id)
        sitting = replace(sitting, seat=replace(sitting.seat, person_id=None))
        if not is_grown_up:
            subjects = consents.subjects_of_chat(unit, commune, identity)
            agreed.withdraw(unit, commune, subjects, Use.ATTEND)
            part(unit, commune, identity, group)
            audit.record(unit, commune, Act(RESIDENT, "data-withdraw", str(Use.ATTEND)))
    return _tell(unit, commune, sitting, replace(sitting.seat, age_band=band))


def _has_grown_up(unit: Unit, commune: CommuneId, sitting: Sitting, group: Sequence[int]) -> bool:
    told = attendances.list_of_people(unit, commune, group)
    ages = {sitting.seat.age_band, *(one.age_band for one in told)}
    return bool(ages - {None, AgeBand.UNDER_16})


def part(unit: Unit, commune: CommuneId, identity: Identity, group: Sequence[int]) -> None:
    """No chat leads to the seats of these people any more; nor does this one to who it is.

    Where it is joined to another chat it stays so: that was agreed to apart.
    """
    left.drop_seats(unit, commune, group)
    known = people.find_person(unit, commune, identity)
    if known is not None and not people.has_other_identity(unit, commune, known):
        people.drop_chats(unit, [(commune, identity)])


def tell_home(unit: Unit, commune: CommuneId, sitting: Sitting, neighbourhood: int) -> Sitting:
    """Which khu phố or ấp they are from."""
    return _tell(unit, commune, sitting, replace(sitting.seat, neighbourhood_id=neighbourhood))


def agree(
    unit: Unit, commune: CommuneId, identity: Identity, sitting: Sitting, proof: Proof
) -> Sitting:
    """From now on all classes of this chat are one person's."""
    seat = check_in.agree(unit, commune, identity, sitting.seat, proof)
    return recall(unit, commune, replace(sitting, seat=seat))


def list_of_chat(unit: Unit, commune: CommuneId, identity: Identity) -> list[Sitting]:
    """Seats that this chat took of late, the earliest first."""
    found = (
        (one, check_in.seat_of(unit, commune, identity, one))
        for one in sign_ups.of_late(unit, commune)
    )
    return [Sitting(one, seat) for one, seat in found if seat and seat.voided_at is None]


def _tell(unit: Unit, commune: CommuneId, sitting: Sitting, told: Seat) -> Sitting:
    if told != sitting.seat:
        attendances.describe(
            unit,
            commune,
            told.id,
            age_band=told.age_band,
            neighbourhood_id=told.neighbourhood_id,
        )
    return replace(sitting, seat=told)
