"""What is kept of who was in a class goes when it is asked, or by itself, and the counts stay true."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import func, select

from bot.core.vocabulary import CommuneId, Identity, Use
from bot.services import people, privacy, retention
from storage import attendances, sign_ups
from storage import people as stored
from storage.database import Unit
from storage.models_people import identities
from storage.models_trainings import attendances as rows
from storage.trainings import Training
from tests.class_room import Room
from tests.storage_tools import ENGINES, Shelf, open_office, open_shelf


@pytest.fixture(scope="module", params=ENGINES)
def shelf(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shelf]:
    with open_shelf(request, request.param, tmp_path_factory.mktemp("class-privacy")) as opened:
        yield opened


@pytest.fixture
def room(shelf: Shelf) -> Room:
    return Room(shelf, shelf.write(open_office))


def a_class(room: Room, client_id: str = "t1") -> Training:
    """One that began half an hour ago."""
    training = room.announced(client_id=client_id)
    room.shelf.clock.passes(minutes=90)
    return training


def sits(room: Room, chat: Identity, training: Training) -> int:
    """The chat takes its seat and agrees to be known; gives who that is."""
    return room.agree(chat, room.enter(chat, room.screen(training)))


def seats_named(room: Room) -> int:
    def count(unit: Unit) -> int:
        mine = (rows.c.commune_id == room.office.id, rows.c.seat.is_not(None))
        counted = select(func.count()).select_from(rows).where(*mine)
        return int(unit.connection.execute(counted).scalar_one())

    return room.shelf.read(count)


def chats_named(unit: Unit, commune: CommuneId) -> int:
    mine = (identities.c.commune_id == commune, identities.c.kind == "chat")
    counted = select(func.count()).select_from(identities).where(*mine)
    return int(unit.connection.execute(counted).scalar_one())


def count(room: Room, training: Training) -> tuple[int, int, int]:
    found = room.shelf.read(attendances.count, room.office.id, training.id)
    return found.seats, found.people, found.without_person


def test_whoever_is_erased_still_counts_as_somebody_nothing_leads_to(room: Room) -> None:
    training, chat = a_class(room), room.chat("bà Tư")
    person = sits(room, chat, training)
    room.shelf.write(privacy.erase, room.office.commune, chat)
    assert count(room, training) == (1, 1, 0)
    (seat,) = room.shelf.read(attendances.list_of, room.office.id, training.id)
    assert seat.person_id is not None
    assert seat.person_id < 0 != person
    assert seats_named(room) == 0
    assert room.shelf.read(stored.find_person, room.office.id, chat) is None


def test_a_seat_without_a_consent_is_erased_too(room: Room) -> None:
    training, chat = a_class(room), room.chat("ông Năm")
    room.enter(chat, room.screen(training))
    coming = room.announced(client_id="t2")
    seat = attendances.seat_hash(room.shelf.database.keys, room.office.id, coming.id, chat)
    room.shelf.write(sign_ups.put, room.office.id, coming.id, seat)
    room.shelf.write(privacy.erase, room.office.commune, chat)
    assert seats_named(room) == 0
    assert room.shelf.read(sign_ups.count, room.office.id, coming.id) == 0
    assert count(room, training) == (1, 0, 1)


def test_nothing_of_another_chat_goes_with_it(room: Room) -> None:
    training, tu, nam = a_class(room), room.chat("bà Tư"), room.chat("ông Năm")
    person = sits(room, nam, training)
    room.enter(tu, room.screen(training))
    room.shelf.write(privacy.erase, room.office.commune, tu)
    known = room.shelf.read(stored.find_person, room.office.id, nam)
    assert known is not None
    assert known.person == person
    assert seats_named(room) == 1


def test_who_withdraws_is_of_nobody_known_in_the_next_class(room: Room) -> None:
    first, chat = a_class(room), room.chat("bà Tư")
    sits(room, chat, first)
    gone = room.shelf.write(privacy.withdraw_uses, room.office.commune, chat, [Use.ATTEND])
    assert gone == [Use.ATTEND]
    assert room.shelf.read(stored.find_person, room.office.id, chat) is None
    second = a_class(room, "t2")
    assert room.enter(chat, room.screen(second)).seat.person_id is None
    assert count(room, first) == (1, 1, 0), "what was counted stays"


def test_who_withdraws_that_stays_joined_to_the_other_chat(room: Room) -> None:
    training, phone, tablet = a_class(room), room.chat("bà Tư"), room.chat("bà Tư, máy kia")
    sits(room, phone, training)

    def join(unit: Unit) -> None:
        code = people.new_code(unit, room.office.commune, phone, "k")
        people.link(unit, room.office.commune, tablet, None, code)

    room.shelf.write(join)
    room.shelf.write(privacy.withdraw_uses, room.office.commune, phone, [Use.ATTEND])
    assert room.shelf.read(stored.find_person, room.office.id, phone) is not None
    second = a_class(room, "t2")
    assert room.enter(phone, room.screen(second)).seat.person_id is None


def test_hashes_of_seats_go_a_month_after_the_class_and_the_counts_stay(room: Room) -> None:
    training, chat = a_class(room), room.chat("bà Tư")
    sits(room, chat, training)
    room.enter(room.chat("ông Năm"), room.screen(training))
    room.shelf.clock.passes(days=30)
    room.shelf.write(retention.purge)
    assert seats_named(room) == 2, (
        "the class ended an hour and a half later than the seats were taken"
    )
    room.shelf.clock.passes(hours=2)
    room.shelf.write(retention.purge)
    assert seats_named(room) == 0
    assert count(room, training) == (2, 1, 1)


def test_a_chat_is_known_from_class_to_class_for_two_years_after_the_last(room: Room) -> None:
    chat = room.chat("bà Tư")
    person = sits(room, chat, a_class(room))
    room.shelf.clock.passes(days=400)
    room.shelf.write(retention.purge)
    assert sits(room, chat, a_class(room, "t2")) == person
    room.shelf.clock.passes(days=500)
    room.shelf.write(retention.purge)
    assert room.shelf.read(chats_named, room.office.id) == 1, (
        "two years after the last, not the first"
    )
    room.shelf.clock.passes(days=231)
    room.shelf.write(retention.purge)
    assert room.shelf.read(chats_named, room.office.id) == 0


def test_chats_that_are_joined_stay_joined_however_long(room: Room) -> None:
    phone, tablet = room.chat("bà Tư"), room.chat("bà Tư, máy kia")

    def join(unit: Unit) -> None:
        code = people.new_code(unit, room.office.commune, phone, "k")
        people.link(unit, room.office.commune, tablet, None, code)

    room.shelf.write(join)
    room.shelf.clock.passes(days=1000)
    room.shelf.write(retention.purge)
    assert room.shelf.read(chats_named, room.office.id) == 2
