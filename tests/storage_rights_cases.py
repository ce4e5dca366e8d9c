"""What is asked of storage about consents, numbers, merges and requests, for the test of isolation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot.core.vocabulary import Use
from storage import consents, erasing, merges, notices, people, petitions, phones
from storage.consents import NewConsent
from storage.database import Unit
from storage.merges import Why
from storage.petitions import NewPetition
from tests.storage_twins import Home

PHONE = "+84912345678"
WHY = Why("staff:1", "nhầm")
RECEIPT = b"r" * 32
SUBJECT = b"s" * 32


def agree(unit: Unit, home: Home, person: int | None = None) -> int:
    """A consent under a hash of its own."""
    fresh = NewConsent(Use.CALL_BACK, "1", "0" * 64, "console", "chat", person)
    return consents.add(unit, home.id, SUBJECT, fresh)


def known(unit: Unit, home: Home) -> int:
    """Somebody whom the number and bà Tư's chat name, who agreed to be called."""
    person = people.add_person(unit, home.id)
    phones.name_phone(unit, home.id, PHONE, 1, person)
    people.name_chat(unit, home.id, home.tu, person)
    phones.keep_number(unit, home.id, person, PHONE, agree(unit, home, person))
    return person


def shown(unit: Unit, home: Home) -> list[Any]:
    """What is known of the number and the hash, without ids: they differ from call to call."""
    on_phone = phones.list_on_phone(unit, home.id, PHONE)
    given = consents.list_of(unit, home.id, [SUBJECT])
    return [
        [one.ordinal for one in on_phone],
        [one.withdrawn_at is None for one in given],
        [phones.find_number(unit, home.id, one.person) for one in on_phone],
        len(merges.list_merges(unit, home.id)),
        people.find_person(unit, home.id, home.tu) is None,
    ]


Case = Callable[[Unit, Home], Any]


def of_known(work: Callable[[Unit, Home, int], object]) -> Case:
    """The same for somebody known, and what is known of her afterwards."""

    def case(unit: Unit, home: Home) -> Any:
        work(unit, home, known(unit, home))
        return shown(unit, home)

    return case


def of_merged(work: Callable[[Unit, Home, int, int], object]) -> Case:
    """The same for two who count as one: the person, and the number of the merge."""

    def case(unit: Unit, home: Home) -> Any:
        person, other = known(unit, home), people.add_person(unit, home.id)
        number = people.merge(unit, home.id, other, person)
        assert number is not None
        work(unit, home, person, number)
        return [*shown(unit, home), len(merges.list_counted(unit, home.id, person))]

    return case


def requested(work: Callable[[Unit, Home, int], object]) -> Case:
    """The same for a request of the register."""

    def case(unit: Unit, home: Home) -> Any:
        number = ask(unit, home)
        assert number is not None
        work(unit, home, number)
        found = petitions.find(unit, home.id, RECEIPT)
        assert found is not None
        return [found.due_at, found.done_at, found.note]

    return case


def ask(unit: Unit, home: Home) -> int | None:
    return petitions.add(unit, home.id, RECEIPT, NewPetition("erase", "paper", unit.now))


def silent(unit: Unit, home: Home) -> bool:
    notices.set_silent(unit, home.tu, unit.now)
    return notices.is_silent(unit, home.tu)


def put_off(unit: Unit, home: Home, number: int) -> None:
    later = unit.now.replace(year=unit.now.year + 1)
    assert petitions.extend(unit, home.id, number, later, "chờ giấy")


CASES: dict[str, Case] = {
    "consents.add": of_known(lambda u, h, p: None),
    "consents.list_of": of_known(lambda u, h, p: None),
    "consents.withdraw": of_known(lambda u, h, p: consents.withdraw(u, h.id, [SUBJECT])),
    "consents.rename": of_known(lambda u, h, p: consents.rename(u, h.id, [SUBJECT], b"t" * 32)),
    "consents.list_standing": of_known(lambda u, h, p: standing(u, h, p)),
    "consents.withdraw_these": of_known(
        lambda u, h, p: consents.withdraw_these(u, h.id, standing(u, h, p))
    ),
    "phones.phone_hash": lambda u, h: phones.phone_hash(u.keys, h.id, PHONE),
    "phones.live_hashes": lambda u, h: phones.live_hashes(u.keys, h.id, PHONE),
    "phones.list_on_phone": of_known(lambda u, h, p: None),
    "phones.name_phone": of_known(lambda u, h, p: phones.name_phone(u, h.id, PHONE, 2, p)),
    "phones.keep_number": of_known(lambda u, h, p: None),
    "phones.find_number": of_known(lambda u, h, p: None),
    "phones.drop_numbers": of_known(lambda u, h, p: phones.drop_numbers(u, h.id, p)),
    "people.live_hashes": lambda u, h: people.live_hashes(u.keys, h.id, h.tu),
    "merges.record": of_merged(lambda u, h, p, m: None),
    "merges.list_counted": of_merged(lambda u, h, p, m: None),
    "merges.find_root": of_merged(lambda u, h, p, m: merges.find_root(u, h.id, p)),
    "merges.list_merges": of_merged(lambda u, h, p, m: None),
    "merges.undo": of_merged(lambda u, h, p, m: merges.undo(u, h.id, m, WHY)),
    "merges.part": of_merged(lambda u, h, p, m: merges.part(u, h.id, p, WHY)),
    "merges.count_anew": of_merged(lambda u, h, p, m: merges.count_anew(u, h.id, [p])),
    "merges.drop_of": of_merged(lambda u, h, p, m: merges.drop_of(u, h.id, [p])),
    "erasing.find_group": of_merged(lambda u, h, p, m: erasing.find_group(u, h.id, [p])),
    "erasing.list_led_to": lambda u, h: len(erasing.list_led_to(u, h.id, h.tu, [SUBJECT])),
    "erasing.is_of_another_chat": of_known(
        lambda u, h, p: erasing.is_of_another_chat(u, h.id, [p], [SUBJECT])
    ),
    "erasing.find_helped": lambda u, h: erasing.find_helped(u, h.id, [known(u, h)]),
    "erasing.list_numbers": lambda u, h: [
        one.phone for one in erasing.list_numbers(u, h.id, standing(u, h, known(u, h)))
    ],
    "erasing.count_names": lambda u, h: erasing.count_names(u, h.id, [known(u, h)]),
    "erasing.list_open_requests": lambda u, h: erasing.list_open_requests(u, h.id, h.tu),
    "erasing.drop_numbers_of": of_known(
        lambda u, h, p: erasing.drop_numbers_of(u, h.id, standing(u, h, p))
    ),
    "erasing.drop_phone_names": of_known(lambda u, h, p: erasing.drop_phone_names(u, h.id, [p])),
    "erasing.drop_member_phone": lambda u, h: erasing.drop_member_phone(u, h.id, h.office.member),
    "erasing.swap": of_merged(lambda u, h, p, m: erasing.swap(u, h.id, [p])),
    "erasing.drop_consented": of_known(lambda u, h, p: erasing.drop_consented(u, h.id, [SUBJECT])),
    "erasing.drop_chat": of_known(lambda u, h, p: erasing.drop_chat(u, h.id, h.tu)),
    "erasing.drop_marks": of_known(lambda u, h, p: erasing.drop_marks(u, [h.tu])),
    "petitions.add": requested(lambda u, h, n: None),
    "petitions.list_petitions": lambda u, h: [
        (one.kind, one.way) for one in petitions.list_petitions(u, h.id)
    ],
    "petitions.find": requested(lambda u, h, n: None),
    "petitions.finish": requested(lambda u, h, n: petitions.finish(u, h.id, n)),
    "petitions.extend": requested(put_off),
    "notices.is_silent": silent,
    "notices.set_silent": silent,
}


def standing(unit: Unit, home: Home, person: int) -> list[int]:
    """Ids of what stands for her."""
    return [one.id for one in consents.list_standing(unit, home.id, [SUBJECT], [person])]


STRANGE: dict[str, Callable[[Unit, Home, Home], Any]] = {
    "people.merge": lambda u, a, b: people.merge(u, a.id, of(u, b), of(u, a)),
    "merges.find_root": lambda u, a, b: merges.find_root(u, a.id, of(u, b)),
    "merges.undo": lambda u, a, b: merges.undo(u, a.id, merge_of(u, b), WHY),
    "merges.part": lambda u, a, b: merges.part(u, a.id, of(u, b), WHY),
    "erasing.find_group": lambda u, a, b: erasing.find_group(u, a.id, [of(u, b)]),
    "erasing.find_helped": lambda u, a, b: erasing.find_helped(u, a.id, [of(u, b)]),
    "erasing.swap": lambda u, a, b: erasing.swap(u, a.id, [of(u, b)]),
    "erasing.drop_phone_names": lambda u, a, b: erasing.drop_phone_names(u, a.id, [of(u, b)]),
    "erasing.drop_member_phone": lambda u, a, b: erasing.drop_member_phone(
        u, a.id, b.office.member
    ),
    "consents.withdraw_these": lambda u, a, b: consents.withdraw_these(u, a.id, consents_of(u, b)),
    "erasing.drop_numbers_of": lambda u, a, b: erasing.drop_numbers_of(u, a.id, consents_of(u, b)),
    "erasing.list_numbers": lambda u, a, b: erasing.list_numbers(u, a.id, consents_of(u, b)),
    "petitions.finish": lambda u, a, b: petitions.finish(u, a.id, request_of(u, b)),
    "petitions.extend": lambda u, a, b: petitions.extend(
        u, a.id, request_of(u, b), u.now.replace(year=2030), "x"
    ),
}


def of(unit: Unit, home: Home) -> int:
    """Somebody of the commune who is known by a number."""
    found = merges.list_merges(unit, home.id)
    return found[0].person


def merge_of(unit: Unit, home: Home) -> int:
    return merges.list_merges(unit, home.id)[0].id


def consents_of(unit: Unit, home: Home) -> list[int]:
    chat = home.tu
    return [one.id for one in consents.list_standing(unit, home.id, [chat], [of(unit, home)])]


def request_of(unit: Unit, home: Home) -> int:
    return petitions.list_petitions(unit, home.id)[0].id
