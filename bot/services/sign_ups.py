"""Classes as a resident finds them: what is to come, a place kept or given back, notices of classes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.core.errors import RuleError
from bot.core.keys import Purpose
from bot.core.vocabulary import CommuneId, Identity, TrainingAudience, TrainingStatus, Use
from bot.locale import local_day
from bot.services import consents, trainings
from bot.services.consents import Proof
from storage import attendances, duty, mailbox, sign_ups
from storage import trainings as stored
from storage.database import Unit
from storage.trainings import Training

AT_WORK = frozenset({TrainingAudience.OFFICIALS, TrainingAudience.TEAMS})
"""Whom classes are for that residents are not told of."""
KEPT = timedelta(days=60)
"""How long ago a class may have begun for which a chat is still asked after."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A class as this chat may take it. ``left`` is None where nobody said how many places there are."""

    training: Training
    is_mine: bool
    left: int | None

    @property
    def is_full(self) -> bool:
        """True when every place is somebody else's."""
        return self.left == 0 and not self.is_mine


@dataclass(frozen=True, slots=True)
class Asker:
    """Whose chat it is, and whether they work for a team or the office: those have classes of their own."""

    commune: CommuneId
    identity: Identity
    is_worker: bool


def offers(unit: Unit, asker: Asker) -> list[Offer]:
    """What is announced and still to come, or going on, for who asks; the earliest first."""
    coming = trainings.coming(unit, asker.commune)
    return [_offer(unit, asker, one) for one in coming if _is_for(asker, one)]


def find(unit: Unit, asker: Asker, number: int) -> Offer:
    """The class with that id; ``RuleError`` says why nobody can come: ``class.gone``, ``.off``, ``.past``."""
    found = stored.find(unit, asker.commune, number)
    if found is None or not _is_for(asker, found) or found.announced_at is None:
        raise RuleError("class.gone", "Không có lớp này.")
    if found.status is TrainingStatus.CANCELLED:
        raise RuleError("class.off", "Lớp này đã hoãn.")
    if found.status is not TrainingStatus.ANNOUNCED:
        is_planned = found.status is TrainingStatus.PLANNED
        raise RuleError("class.gone" if is_planned else "class.past", "Lớp này đã học rồi.")
    if found.outline.ends_at <= unit.now:
        raise RuleError("class.past", "Lớp này đã học rồi.")
    return _offer(unit, asker, found)


def keep(unit: Unit, asker: Asker, number: int) -> Offer:
    """Keep a place; one that is kept stays so. ``RuleError``: as ``find``, and ``class.full``."""
    # Of two who want the last place at once, the second one finds it taken.
    mailbox.lock(unit, unit.keys.hash(Purpose.PERSON, str(asker.commune), f"places:{number}"))
    offer = find(unit, asker, number)
    if offer.is_mine:
        return offer
    if offer.is_full:
        raise RuleError("class.full", "Lớp này đã đủ chỗ.")
    seat = attendances.seat_hash(unit.keys, asker.commune, number, asker.identity)
    sign_ups.put(unit, asker.commune, number, seat)
    return _offer(unit, asker, offer.training)


def give_back(unit: Unit, asker: Asker, number: int) -> bool:
    """They will not come; False when no place was kept for them."""
    return sign_ups.cancel(unit, asker.commune, number, _seats(unit, asker, number))


def next_free(unit: Unit, asker: Asker, after: Training) -> Offer | None:
    """The next class after this one that has room for who asks and is not theirs yet; None for none."""
    begins = (after.outline.starts_at, after.id)
    later = (
        one
        for one in offers(unit, asker)
        if (one.training.outline.starts_at, one.training.id) > begins
    )
    return next((one for one in later if not (one.is_full or one.is_mine)), None)


def giver(unit: Unit, commune: CommuneId, training: Training) -> str | None:
    """Who gives it: who invites, else the team; None for the office. No trainer is named."""
    outline = training.outline
    if outline.host or outline.team_id is None:
        return outline.host
    teams = duty.list_teams(unit, commune, local_day(outline.starts_at))
    return next((team.name for team in teams if team.id == outline.team_id), None)


def is_told(unit: Unit, asker: Asker) -> bool:
    """True for who has asked to be told of classes."""
    subject = consents.of_chat(unit, asker.commune, asker.identity)
    return consents.find(unit, asker.commune, subject, Use.REMIND) is not None


def ask_to_be_told(unit: Unit, asker: Asker, proof: Proof) -> None:
    """From now on they hear of classes."""
    subject = consents.of_chat(unit, asker.commune, asker.identity)
    consents.give(unit, asker.commune, subject, Use.REMIND, proof)


def list_of_chat(unit: Unit, commune: CommuneId, identity: Identity) -> list[Training]:
    """Classes of late and to come for which this chat keeps a place, the earliest first."""
    asker = Asker(commune, identity, is_worker=True)
    return [one for one in of_late(unit, commune) if _is_mine(unit, asker, one.id)]


def of_late(unit: Unit, commune: CommuneId) -> Sequence[Training]:
    """All classes that a chat can still be found in."""
    window = (unit.now - KEPT, unit.now + trainings.FARTHEST)
    return stored.list_between(unit, commune, window)


def _offer(unit: Unit, asker: Asker, training: Training) -> Offer:
    seats, is_mine = training.outline.seats, _is_mine(unit, asker, training.id)
    if seats is None:
        return Offer(training, is_mine, None)
    taken = sign_ups.count(unit, asker.commune, training.id)
    return Offer(training, is_mine, max(0, seats - taken))


def _is_mine(unit: Unit, asker: Asker, number: int) -> bool:
    return sign_ups.is_in(unit, asker.commune, number, _seats(unit, asker, number))


def _seats(unit: Unit, asker: Asker, number: int) -> tuple[bytes, ...]:
    return attendances.seat_hashes(unit.keys, asker.commune, number, asker.identity)


def _is_for(asker: Asker, training: Training) -> bool:
    return asker.is_worker or training.outline.audience not in AT_WORK
