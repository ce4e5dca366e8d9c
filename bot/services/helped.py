"""The one person that a help was for: named by a number after a consent given aloud, and counted once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from bot.core.vocabulary import CommuneId, Use
from bot.services import consents, phones
from bot.services.consents import Proof
from bot.services.phones import OnPhone as OnPhone  # conversations take it from here
from bot.services.teams import actor
from storage import audit, help_entries, mailbox
from storage import phones as numbers
from storage.audit import Act
from storage.database import Unit
from storage.mailbox import Worker


@dataclass(frozen=True, slots=True)
class Beside:
    """A place on the number that names ``person``: the first free one, where nobody was faster."""

    person: int
    ordinal: int


def who_is_on(unit: Unit, commune: CommuneId, phone: str) -> list[OnPhone]:
    """Whom a number names already; until the turn ends nobody else can name somebody by it."""
    mailbox.lock(unit, consents.of_phone(unit, commune, phone))
    return phones.who_is_on(unit, commune, phone)


def name(unit: Unit, commune: CommuneId, member: Worker, agreed: tuple[str, Proof]) -> int:
    """The person of a number (E.164) that named nobody; made here, with the consent."""
    phone, proof = agreed
    person = phones.person_on(unit, commune, phone)
    subject = consents.of_phone(unit, commune, phone)
    _give(unit, commune, member, (subject, replace(proof, person_id=person)))
    return person


def same(unit: Unit, commune: CommuneId, member: Worker, agreed: tuple[int, Proof]) -> int | None:
    """A person with a number, agreed to anew; None for one who has been forgotten."""
    person, proof = agreed
    number = numbers.key_of(unit, commune, person)
    if number is None:
        return None
    _give(unit, commune, member, (number[0], replace(proof, person_id=person)))
    return person


def other(
    unit: Unit, commune: CommuneId, member: Worker, agreed: tuple[Beside, Proof]
) -> int | None:
    """Another person on the number that names one already; the same button again gives the same person.

    None when that one has been forgotten, or for a place that no button of ours had.
    """
    place, proof = agreed
    number = numbers.key_of(unit, commune, place.person)
    if number is None or not 1 < place.ordinal <= phones.MOST_ON_PHONE:
        return None
    mailbox.lock(unit, number[0])
    person = numbers.person_at(unit, commune, number, place.ordinal)
    _give(unit, commune, member, (number[0], replace(proof, person_id=person)))
    return person


def is_logged_on(unit: Unit, commune: CommuneId, person: int, day: date) -> bool:
    """True when somebody, of whatever team, has written down a help of this person on that day."""
    window = (day, day + timedelta(days=1))
    return bool(help_entries.list_of_person(unit, commune, person, window))


def _give(unit: Unit, commune: CommuneId, member: Worker, agreed: tuple[bytes, Proof]) -> None:
    subject, proof = agreed
    given = consents.give(unit, commune, subject, Use.COUNT_ONCE, proof)
    audit.record(unit, commune, Act(actor(member), "give-consent", f"consent:{given}"))
