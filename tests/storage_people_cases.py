"""What is asked of storage about people and the chats they are known in, for the test of isolation."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from bot.core.vocabulary import Identity, PriorityGroup
from storage import head_counts, people, phones, reminders, staff
from storage.database import Unit
from storage.head_counts import NewCount
from tests.storage_twins import DAY, Home

HASH = b"c" * 32
WEEK = timedelta(days=7)
OTHER = Identity(b"another chat of the same person!")


def found(unit: Unit, home: Home) -> list[Any]:
    """Whether somebody was found, and what, without ids: they differ from call to call."""
    known = people.find_person(unit, home.id, home.tu)
    return [known is not None, known is not None and known.person == known.root]


def two_people(unit: Unit, home: Home) -> tuple[int, int]:
    """The person behind bà Tư's chat, and one behind another chat, who count as one."""
    first, second = people.add_person(unit, home.id), people.add_person(unit, home.id)
    people.name_chat(unit, home.id, home.tu, first)
    people.name_chat(unit, home.id, OTHER, second)
    people.merge(unit, home.id, second, first)
    return first, second


def linked(work: Callable[[Unit, Home], object]) -> Callable[[Unit, Home], Any]:
    """The same for somebody with two chats, and what is known of her afterwards."""

    def case(unit: Unit, home: Home) -> Any:
        two_people(unit, home)
        work(unit, home)
        return found(unit, home)

    return case


def known(unit: Unit, home: Home) -> people.Known:
    one = people.find_person(unit, home.id, home.tu)
    assert one is not None
    return one


def add_code(unit: Unit, home: Home) -> bool:
    return people.add_code(unit, home.id, home.tu, HASH, unit.now)


def find_code(unit: Unit, home: Home) -> list[Any]:
    add_code(unit, home)
    one = people.find_code(unit, home.id, HASH)
    assert one is not None
    return [one.identity, one.used, one.expired]


def use_code(unit: Unit, home: Home) -> bool:
    add_code(unit, home)
    one = people.find_code(unit, home.id, HASH)
    assert one is not None
    return people.use_code(unit, home.id, one.id)


def link_of(home: Home) -> staff.Link:
    return home.office.member, None


PHONE = "+84912345678"


def on_phone(work: Callable[[Unit, Home, int], object]) -> Callable[[Unit, Home], Any]:
    """The same for somebody whom a number names, and under which ordinals it names whom afterwards."""

    def case(unit: Unit, home: Home) -> Any:
        person = people.add_person(unit, home.id)
        phones.name_phone(unit, home.id, PHONE, 1, person)
        work(unit, home, person)
        return [one.ordinal for one in phones.list_on_phone(unit, home.id, PHONE)]

    return case


def beside(unit: Unit, home: Home, person: int) -> int:
    number = phones.key_of(unit, home.id, person)
    assert number is not None
    return phones.person_at(unit, home.id, number, 2)


def put_heads(unit: Unit, home: Home) -> bool:
    office = home.office
    told = NewCount("h2", office.team, office.member, DAY, PriorityGroup.FROM_60, 4)
    return head_counts.put(unit, home.id, told) is not None


def chosen_hour(unit: Unit, home: Home) -> str | None:
    reminders.set_hour(unit, home.id, home.office.member, "4-19")
    return reminders.find_hour(unit, home.id, home.office.member)


def chats(unit: Unit, home: Home) -> list[Any]:
    return [one.channel for one in reminders.chats_of(unit, home.id, home.office.member)]


CASES: dict[str, Callable[[Unit, Home], Any]] = {
    "people.add_code": add_code,
    "people.end_codes": lambda u, h: people.end_codes(u, h.id, h.tu),
    "people.find_code": find_code,
    "people.use_code": use_code,
    "people.find_conversation": lambda u, h: people.find_conversation(u, h.id, h.tu),
    "people.chat_hash": lambda u, h: people.chat_hash(u.keys, h.id, h.tu),
    "people.find_person": linked(lambda u, h: None),
    "people.add_person": linked(lambda u, h: people.add_person(u, h.id)),
    "people.name_chat": linked(lambda u, h: None),
    "people.merge": linked(lambda u, h: people.merge(u, h.id, *two_new(u, h))),
    "people.has_other_identity": linked(
        lambda u, h: people.has_other_identity(u, h.id, known(u, h))
    ),
    "people.detach": linked(lambda u, h: people.detach(u, h.id, known(u, h))),
    "people.move_chat": linked(lambda u, h: people.move_chat(u, h.id, h.tu, OTHER)),
    "people.drop_chats": linked(lambda u, h: people.drop_chats(u, [(h.id, h.tu)])),
    "phones.root_of": on_phone(lambda u, h, p: phones.root_of(u, h.id, p)),
    "phones.key_of": on_phone(lambda u, h, p: phones.key_of(u, h.id, p)),
    "phones.person_at": on_phone(beside),
    "head_counts.put": put_heads,
    "head_counts.of_member": lambda u, h: head_counts.of_member(
        u, h.id, (h.office.member, h.office.team), DAY
    ),
    "head_counts.sums": lambda u, h: head_counts.sums(u, h.id, (DAY, DAY + WEEK)),
    "reminders.set_hour": chosen_hour,
    "reminders.find_hour": chosen_hour,
    "reminders.chats_of": chats,
    "staff.names_of_team": lambda u, h: list(staff.names_of_team(u, h.id, h.office.team).values()),
    "staff.find_link": lambda u, h: staff.find_link(u, h.id, h.tu),
    "staff.count_chats": lambda u, h: staff.count_chats(u, h.id, link_of(h)),
    "staff.list_later_chats": lambda u, h: staff.list_later_chats(u, h.id, h.tu, link_of(h)),
    "staff.unlink_chat": lambda u, h: staff.unlink_chat(u, h.id, h.tu),
}


def two_new(unit: Unit, home: Home) -> tuple[int, int]:
    """Two people nobody knows anything of."""
    return people.add_person(unit, home.id), people.add_person(unit, home.id)
