"""Telephone numbers of people: read, counted once, kept only where that was agreed to."""

from __future__ import annotations

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat

from bot.core.vocabulary import CommuneId, Identity
from storage import mailbox, people, phones
from storage.database import Unit
from storage.phones import OnPhone as OnPhone  # conversations take it from here

HOME = "VN"
MOST_ON_PHONE = 9


def read_phone(text: str) -> str | None:
    """The number of a message that is one, as E.164 (``+84912345678``); None when it is not a valid one."""
    try:
        number = phonenumbers.parse(text, HOME)
    except NumberParseException:
        return None
    if not phonenumbers.is_valid_number_for_region(number, HOME):
        return None
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def show_phone(phone: str) -> str:
    """A number as people write it here: ``0912 345 678``."""
    number = phonenumbers.parse(phone, HOME)
    return phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)


def who_is_on(unit: Unit, commune: CommuneId, phone: str) -> list[OnPhone]:
    """Whom a number names already, by ordinal; several for a household's phone."""
    return phones.list_on_phone(unit, commune, phone)


def person_on(unit: Unit, commune: CommuneId, phone: str, ordinal: int = 1) -> int:
    """The person that a number names under this ordinal, made when there is none.

    The person itself, not who they count as: when two are parted again, what was written of each stays
    their own. Only after a consent: the caller has asked. ``ordinal`` is 1 unless somebody said “another
    person of the same phone”.
    """
    unit.begin_writing()
    mailbox.lock(unit, phones.phone_hash(unit.keys, commune, phone))  # or two would make two of one
    for known in phones.list_on_phone(unit, commune, phone):
        if known.ordinal == ordinal:
            return known.person
    person = people.add_person(unit, commune)
    phones.name_phone(unit, commune, phone, ordinal, person)
    return person


def person_of_chat(unit: Unit, commune: CommuneId, identity: Identity) -> int | None:
    """The person that a chat names, not who they count as; None where nothing was agreed to."""
    known = people.find_person(unit, commune, identity)
    return None if known is None else known.person
