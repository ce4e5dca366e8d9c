"""What is kept of who was in a class goes when it is asked, or by itself, and the counts stay true."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import func, select, update

from bot.conversation.jobs import purge_expired
from bot.core.vocabulary import AgeBand, CommuneId, Identity, LearningStage, Use
from bot.services import after_class, consents, learning, people, privacy, retention, seats
from storage import attendances, sign_ups
from storage import people as stored
from storage.database import Unit
from storage.models import conversations
from storage.models_people import identities
from storage.models_trainings import attendances as rows
from storage.models_trainings import training_feedback
from storage.trainings import Training
from tests.class_room import PROOF, Room
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


def join(room: Room, phone: Identity, tablet: Identity) -> None:
    def work(unit: Unit) -> None:
        code = people.new_code(unit, room.office.commune, phone, "k")
        people.link(unit, room.office.commune, tablet, None, code)

    room.shelf.write(work)


def test_who_withdraws_that_stays_joined_to_the_other_chat(room: Room) -> None:
    training, phone, tablet = a_class(room), room.chat("bà Tư"), room.chat("bà Tư, máy kia")
    sits(room, phone, training)
    join(room, phone, tablet)
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
    join(room, phone, tablet)
    room.shelf.clock.passes(days=1000)
    room.shelf.write(retention.purge)
    assert room.shelf.read(chats_named, room.office.id) == 2


def test_no_hash_of_a_chat_stands_in_the_id_of_its_seat(room: Room) -> None:
    training, chat = a_class(room), room.chat("bà Tư")
    room.enter(chat, room.screen(training))
    room.enter(chat, room.screen(training))
    of_chat = attendances.seat_hash(room.shelf.database.keys, room.office.id, training.id, chat)

    def ids(unit: Unit) -> list[str]:
        mine = select(rows.c.client_id).where(rows.c.training_id == training.id)
        return list(unit.connection.execute(mine).scalars())

    (standing,) = room.shelf.read(ids)
    assert of_chat.hex() not in standing


def test_what_was_said_of_a_class_cannot_be_joined_to_who_sat_there(room: Room) -> None:
    training, chat = a_class(room), room.chat("bà Tư")
    sits(room, chat, training)
    place = (room.office.id, chat, training)
    room.shelf.write(after_class.answer, *place, ("clear", 3))

    def hashes(unit: Unit) -> set[bytes | None]:
        own = [
            select(table.c.seat).where(table.c.commune_id == room.office.id)
            for table in (rows, training_feedback)
        ]
        return {
            one and bytes(one) for each in own for one in unit.connection.execute(each).scalars()
        }

    assert len(room.shelf.read(hashes)) == 2
    answers = room.shelf.read(after_class.answers_of, *place)
    assert answers is not None
    assert answers.clear == 3
    room.shelf.write(privacy.erase, room.office.commune, chat)
    assert room.shelf.read(hashes) == {None}


@pytest.mark.parametrize("how", ["withdraws", "erases"])
def test_no_seat_of_a_person_of_two_chats_leads_back_to_either(room: Room, how: str) -> None:
    training, phone, tablet = a_class(room), room.chat("bà Tư"), room.chat("bà Tư, máy kia")
    sits(room, phone, training)
    join(room, phone, tablet)
    sits(room, tablet, training)
    assert seats_named(room) == 2
    if how == "withdraws":
        room.shelf.write(privacy.withdraw_uses, room.office.commune, tablet, [Use.ATTEND])
    else:
        room.shelf.write(privacy.erase, room.office.commune, tablet)
    assert seats_named(room) == 0
    assert count(room, training) == (1, 1, 0)


def tells_age(room: Room, chat: Identity, training: Training, band: AgeBand) -> None:
    def tell(unit: Unit) -> None:
        sitting = seats.find(unit, room.office.id, chat, training.id)
        assert sitting is not None
        seats.tell_age(unit, room.office.id, chat, sitting, band)

    room.shelf.write(tell)


def test_a_child_that_has_agreed_has_not(room: Room) -> None:
    first, chat = a_class(room), room.chat("bé Na")
    sits(room, chat, first)
    second = a_class(room, "t2")
    assert room.enter(chat, room.screen(second)).seat.person_id is not None
    tells_age(room, chat, second, AgeBand.UNDER_16)
    assert room.shelf.read(privacy.list_uses, room.office.commune, chat) == []
    assert room.shelf.read(stored.find_person, room.office.id, chat) is None
    assert seats_named(room) == 1, "the seat of today, so that it is not taken twice"
    assert count(room, second) == (1, 0, 1)
    assert count(room, first) == (1, 1, 0), "what was counted stays"


def test_a_child_on_the_phone_of_a_grown_up_takes_nothing_from_them(room: Room) -> None:
    first, chat = a_class(room), room.chat("bà Tư")
    person = sits(room, chat, first)
    tells_age(room, chat, first, AgeBand.FROM_60)
    second = a_class(room, "t2")
    room.enter(chat, room.screen(second))
    tells_age(room, chat, second, AgeBand.UNDER_16)
    assert room.shelf.read(privacy.list_uses, room.office.commune, chat) == [Use.ATTEND]
    known = room.shelf.read(stored.find_person, room.office.id, chat)
    assert known is not None
    assert known.person == person
    assert count(room, second) == (1, 0, 1)


def test_who_asks_sees_how_many_classes_are_counted_as_theirs(room: Room) -> None:
    first, chat = a_class(room), room.chat("bà Tư")
    sits(room, chat, first)
    room.shelf.clock.passes(days=40)
    second = a_class(room, "t2")
    room.enter(chat, room.screen(second))
    room.shelf.clock.passes(days=40)
    room.shelf.write(retention.purge)
    sat = room.shelf.write(privacy.look, room.office.commune, chat).sat
    assert sat is not None
    assert (sat.classes, sat.first, sat.last) == (
        2,
        first.outline.starts_at,
        second.outline.starts_at,
    )
    room.shelf.write(privacy.withdraw_uses, room.office.commune, chat, [Use.ATTEND])
    assert room.shelf.write(privacy.look, room.office.commune, chat).sat is None


def agrees_to_hear(room: Room, chat: Identity) -> None:
    def agree(unit: Unit) -> None:
        subject = consents.of_chat(unit, room.office.id, chat)
        consents.give(unit, room.office.id, subject, Use.REMIND, PROOF)

    room.shelf.write(agree)


def cannot_be_reached(unit: Unit, chat: Identity) -> None:
    lost = update(conversations).where(conversations.c.identity == chat)
    unit.connection.execute(lost.values(reachable=False))


def chats_left(room: Room) -> set[Identity]:
    def left(unit: Unit) -> set[Identity]:
        mine = select(conversations.c.identity).where(conversations.c.commune_id == room.office.id)
        return {Identity(bytes(one)) for one in unit.connection.execute(mine).scalars()}

    return room.shelf.read(left)


def test_who_wants_to_hear_of_classes_is_kept_for_400_days_without_a_word(room: Room) -> None:
    tu, nam, ba = (room.chat(name) for name in ("bà Tư", "ông Năm", "cô Ba"))
    away = room.chat("bác Sáu")
    for chat in (tu, ba, away):
        agrees_to_hear(room, chat)
    room.shelf.write(cannot_be_reached, away)
    assert room.shelf.write(privacy.look, room.office.commune, tu).is_asked
    assert not room.shelf.write(privacy.look, room.office.commune, nam).is_asked
    room.shelf.clock.passes(days=31)
    room.shelf.write(purge_expired)
    assert chats_left(room) == {tu, ba}
    room.shelf.write(privacy.withdraw_uses, room.office.commune, ba, [Use.REMIND])
    room.shelf.write(purge_expired)
    assert chats_left(room) == {tu}
    room.shelf.clock.passes(days=369)
    room.shelf.write(purge_expired)
    assert chats_left(room) == {tu}
    room.shelf.clock.passes(minutes=1)
    room.shelf.write(purge_expired)
    assert chats_left(room) == set()


def test_what_was_learned_counts_once_however_often_it_is_said_within_a_year(room: Room) -> None:
    chat, what = room.chat("bà Tư"), (LearningStage.SELF_REPORTED, "kns-nd")

    def says(key: str) -> bool:
        return room.shelf.write(learning.note_of_chat, room.office.id, chat, what, key)

    assert says("1")
    room.shelf.clock.passes(days=365)
    room.shelf.write(retention.purge)
    assert not says("2")
    room.shelf.clock.passes(minutes=1)
    room.shelf.write(retention.purge)
    assert says("3")
