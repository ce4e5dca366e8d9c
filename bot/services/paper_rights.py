"""Rights of people without a smartphone: an officer sees and erases by the number somebody comes with."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from bot.core.errors import RuleError
from bot.core.vocabulary import CommuneId, Use
from bot.locale import local_day
from bot.services import petitions
from bot.services.merging import check_officer, find_on_phone
from bot.services.petitions import Kind
from storage import audit, consents, erasing, phones
from storage.audit import Act
from storage.consents import Consent
from storage.database import Unit
from storage.erasing import Helped, Sat
from storage.phones import OnPhone
from storage.sign_ins import Officer


@dataclass(frozen=True, slots=True)
class Known:
    """One person whom a number names, and what is kept of them."""

    ordinal: int
    person: int
    root: int
    agreed: tuple[Consent, ...]
    helped: Helped | None
    sat: Sat | None
    has_number: bool
    chats: int


@dataclass(frozen=True, slots=True)
class Found:
    """Whom a number names."""

    phone: str
    people: tuple[Known, ...]


def look_up(unit: Unit, officer: Officer, typed: str) -> Found:
    """Whom the number names and what is kept of each; the look stands in the audit log."""
    phone, found = find_on_phone(unit, officer, typed)
    commune = officer.commune.id
    return Found(phone, tuple(_known(unit, commune, phone, (one, found)) for one in found))


def _known(
    unit: Unit, commune: CommuneId, phone: str, among: tuple[OnPhone, Sequence[OnPhone]]
) -> Known:
    one, found = among
    group = erasing.find_group(unit, commune, [one.root])
    agreed = consents.list_standing(unit, commune, _subjects(unit, commune, phone, found), group)
    given = {one.use for one in agreed}
    return Known(
        ordinal=one.ordinal,
        person=one.person,
        root=one.root,
        agreed=tuple(agreed),
        helped=erasing.find_helped(unit, commune, group),
        sat=erasing.find_sat(unit, commune, group) if Use.ATTEND in given else None,
        has_number=bool(erasing.list_numbers(unit, commune, [given.id for given in agreed])),
        chats=erasing.count_names(unit, commune, group).get("chat", 0),
    )


def _subjects(
    unit: Unit, commune: CommuneId, phone: str, found: Sequence[OnPhone]
) -> tuple[bytes, ...]:
    """The number itself has agreed only where it is of one person."""
    is_shared = len({one.root for one in found}) > 1
    return () if is_shared else phones.live_hashes(unit.keys, commune, phone)


def export(unit: Unit, officer: Officer, typed: str) -> dict[str, Any]:
    """What is kept of whom a number names, for the file that is given to them; a request in the register."""
    found = look_up(unit, officer, typed)
    receipt = _done(unit, officer, Kind.VIEW)
    people = [
        {
            "ordinal": one.ordinal,
            "consents": [
                {"use": str(given.use), "version": given.version, "way": given.way}
                | {"channel": given.channel, "given_at": given.given_at.isoformat()}
                for given in one.agreed
            ],
            "help": _shown(one.helped),
            "classes": _shown_classes(one.sat),
            "number_kept": one.has_number,
            "chats": one.chats,
        }
        for one in found.people
    ]
    moment: datetime = unit.now
    return {"receipt": receipt, "at": moment.isoformat(), "phone": found.phone, "people": people}


def _shown(helped: Helped | None) -> dict[str, Any] | None:
    if helped is None:
        return None
    days: tuple[date, date] = (helped.first, helped.last)
    return {"visits": helped.visits, "first": days[0].isoformat(), "last": days[1].isoformat()}


def _shown_classes(sat: Sat | None) -> dict[str, Any] | None:
    if sat is None:
        return None
    first, last = local_day(sat.first), local_day(sat.last)
    return {"classes": sat.classes, "first": first.isoformat(), "last": last.isoformat()}


def erase(unit: Unit, officer: Officer, typed: str, ordinal: int) -> str:
    """Erase the one whom the number names under this ordinal; gives the receipt.

    ``RuleError`` when it names nobody so.
    """
    phone, found = find_on_phone(unit, officer, typed)
    one = next((known for known in found if known.ordinal == ordinal), None)
    if one is None:
        raise RuleError("rights.nobody", "Số này không còn của ai.")
    commune = officer.commune.id
    group = erasing.find_group(unit, commune, [one.root])
    subjects = _subjects(unit, commune, phone, found)
    standing = consents.list_standing(unit, commune, subjects, group)
    numbers = [given.id for given in standing]
    consents.withdraw_these(unit, commune, numbers)
    erasing.drop_numbers_of(unit, commune, numbers)
    erasing.swap(unit, commune, group)
    return _done(unit, officer, Kind.ERASE)


def take_in(unit: Unit, officer: Officer, kind: str, note: str) -> str:
    """Write down what somebody asks for on paper; gives the receipt."""
    check_officer(officer)
    if kind not in list(Kind):
        raise RuleError("rights.kind", "Chọn một loại yêu cầu.")
    key = secrets.token_hex(16)
    receipt, number = petitions.take_in(unit, officer.commune.id, Kind(kind), key, note)
    _record(unit, officer, "data-request", number)
    return receipt


def _done(unit: Unit, officer: Officer, kind: Kind) -> str:
    key = secrets.token_hex(16)
    receipt, number = petitions.take_in(unit, officer.commune.id, kind, key, "")
    petitions.finish(unit, officer.commune.id, f"staff:{officer.id}", number)
    _record(unit, officer, f"data-{kind}", number)
    return receipt


def _record(unit: Unit, officer: Officer, action: str, number: int) -> None:
    act = Act(f"staff:{officer.id}", action, f"data-request:{number}")
    audit.record(unit, officer.commune.id, act)
