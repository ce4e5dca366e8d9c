"""A change of the secret key: nobody is forgotten, nothing that waited is lost."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import pytest
from pydantic import SecretStr
from sqlalchemy import insert, select

from bot.app.installation import open_installation
from bot.config import Settings
from bot.core.errors import WrongKeyError
from bot.core.keys import KeyRing, Purpose
from bot.core.vocabulary import LearningStage, Role
from bot.services import after_class, check_in, learning, privacy
from storage import (
    attendances,
    fetching,
    mailbox,
    migrate,
    rekeying,
    seats,
    sign_ups,
    staff,
    tokens,
)
from storage.database import Database, Unit
from storage.models import chat_links, conversations, link_codes
from storage.tokens import Tokens
from tests import shipped
from tests.class_room import Room
from tests.clock import FixedClock
from tests.storage_tools import (
    ENGINES,
    KEY,
    Office,
    Shelf,
    answer,
    arrival,
    open_office,
    open_shelf,
    post,
    take,
)
from tests.world import World

NEW_KEY = "khóa mới"


@dataclass(frozen=True)
class Rekeyed:
    """One database before and after a change of its key."""

    before: Shelf
    after: Database
    office: Office


@pytest.fixture(scope="module", params=ENGINES)
def shelf(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shelf]:
    with open_shelf(request, request.param, tmp_path_factory.mktemp("rekeying")) as opened:
        yield opened


@pytest.fixture
def rekeyed(shelf: Shelf) -> Iterator[Rekeyed]:
    after = Database(shelf.url, KeyRing(NEW_KEY, ("even older", KEY)), shelf.clock)
    yield Rekeyed(shelf, after, shelf.write(open_office))
    after.close()


def known_as(unit: Unit, office: Office, chat: str) -> tuple[bool, bool]:
    """Whether the conversation and the membership stand under the present hash of the chat."""
    identity = mailbox.identity_of(unit.keys, office.id, office.address(chat))
    found = (
        unit.connection.execute(select(table.c.id).where(table.c.identity == identity)).first()
        for table in (conversations, chat_links)
    )
    conversation, link = (row is not None for row in found)
    return conversation, link


def known_again(unit: Unit, office: Office, chat: str) -> mailbox.Claimed:
    """A new event, claimed as the engine does."""
    event = arrival(unit, office, chat, f"again {chat}")
    mailbox.accept(unit, [event])
    claimed = mailbox.claim(unit, event.identity)
    assert claimed is not None
    if claimed.state is None and rekeying.recognise(unit, claimed):
        claimed = mailbox.claim(unit, event.identity)
        assert claimed is not None
    return claimed


def test_after_a_change_of_key_a_person_is_recognised_with_state_and_membership(
    rekeyed: Rekeyed,
) -> None:
    office = rekeyed.office

    def before(unit: Unit) -> None:
        event = arrival(unit, office, "chị Hạnh", "e1")
        mailbox.accept(unit, [event])
        answer(unit, event.identity, state='{"at":"bước 2"}')
        staff.link_chat(unit, office.id, event.identity, (office.member, None))

    rekeyed.before.write(before)
    assert rekeyed.before.read(known_as, office, "chị Hạnh") == (True, True)
    claimed = rekeyed.after.write(known_again, office, "chị Hạnh")
    assert claimed.state == '{"at":"bước 2"}'
    assert claimed.worker is not None
    assert (claimed.worker.id, claimed.worker.role) == (office.member, Role.MEMBER)
    assert rekeyed.after.read(known_as, office, "chị Hạnh") == (True, True)
    assert rekeyed.before.read(known_as, office, "chị Hạnh") == (False, False)


def test_a_stranger_is_not_recognised_after_a_change_of_key(rekeyed: Rekeyed) -> None:
    office = rekeyed.office
    rekeyed.before.write(post, office, "bà Tư", "chào")

    def work(unit: Unit) -> bool:
        event = arrival(unit, office, "ông Năm", "e1")
        mailbox.accept(unit, [event])
        claimed = mailbox.claim(unit, event.identity)
        assert claimed is not None
        return rekeying.recognise(unit, claimed)

    assert not rekeyed.after.write(work)
    assert rekeyed.before.read(known_as, office, "bà Tư") == (True, False)


def test_letters_and_events_of_the_old_key_are_still_opened(rekeyed: Rekeyed) -> None:
    office = rekeyed.office
    identity = rekeyed.before.write(post, office, "bà Tư", "trước khi đổi khóa")
    rekeyed.before.write(
        lambda unit: mailbox.accept(unit, [arrival(unit, office, "bà Tư", "open", "còn mở")])
    )
    assert identity in rekeyed.after.read(mailbox.waiting_people)
    claimed = rekeyed.after.write(mailbox.claim, identity)
    assert claimed is not None
    assert claimed.inbound.text == "còn mở"
    (letter,) = rekeyed.after.write(take, office)
    assert (letter.chat, letter.message.text) == ("bà Tư", "trước khi đổi khóa")


def test_without_the_old_key_nothing_of_it_opens(rekeyed: Rekeyed) -> None:
    office = rekeyed.office
    identity = rekeyed.before.write(post, office, "bà Tư", "trước khi đổi khóa")
    forgot = Database(rekeyed.before.url, KeyRing(NEW_KEY), rekeyed.before.clock)
    rekeyed.before.write(migrate.check_key)
    for work in (migrate.check_key, partial(fetching.waiting, identity=identity)):
        with pytest.raises(WrongKeyError):
            forgot.write(work)
    forgot.close()


def test_a_conversation_goes_on_after_a_change_of_key(
    settings: Settings, clock: FixedClock
) -> None:
    first = open_installation(settings, clock, library=shipped.library())
    world = World(first)
    resident = world.person("bà Tư")
    resident.says("quen mat khau vneid")
    resident.says("1")
    assert "Bước 1/" in resident.last
    world.member("chị Hạnh", "KP 3")
    world.close()
    first.database.close()

    old = settings.secret_key.get_secret_value()
    change = {"secret_key": SecretStr(NEW_KEY), "secret_key_old": SecretStr(old)}
    second = open_installation(settings.model_copy(update=change), clock, library=shipped.library())
    world = World(second)
    for _ in itertools.repeat(None, 100):  # ids that the first world has used
        world.next_event()
    resident = world.person("bà Tư")
    resident.says("1")
    assert "Bước 2/" in resident.last
    member = world.person("chị Hạnh")
    member.says("menu")
    assert any("phiếu" in choice.label.lower() or "Ghi" in choice.label for choice in member.prompt)
    world.close()
    second.database.close()


def test_letters_that_wait_at_a_change_of_key_are_still_sent_after_the_person_wrote(
    rekeyed: Rekeyed,
) -> None:
    rekeyed.before.write(post, rekeyed.office, "bà Tư", "waits")
    rekeyed.after.write(known_again, rekeyed.office, "bà Tư")
    letters = rekeyed.after.write(take, rekeyed.office)
    assert [letter.message.text for letter in letters] == ["waits"]


def test_events_that_are_open_at_a_change_of_key_come_first_and_from_the_same_person(
    rekeyed: Rekeyed,
) -> None:
    office = rekeyed.office
    identity = rekeyed.before.write(post, office, "chị Hạnh", "x")
    rekeyed.before.write(staff.link_chat, office.id, identity, (office.member, None))
    before = rekeyed.before.write(arrival, office, "chị Hạnh", "before", "trước")
    rekeyed.before.write(mailbox.accept, [before])
    first = rekeyed.after.write(known_again, office, "chị Hạnh")
    assert first.inbound.text == "trước"
    assert first.worker is not None


def test_a_membership_without_a_conversation_is_known_at_once_after_a_change_of_key(
    rekeyed: Rekeyed,
) -> None:
    """As ``chat --as`` links it."""
    office = rekeyed.office

    def link(unit: Unit) -> None:
        identity = mailbox.identity_of(unit.keys, office.id, office.address("as:chị Hạnh"))
        staff.link_chat(unit, office.id, identity, (office.member, None))

    rekeyed.before.write(link)
    claimed = rekeyed.after.write(known_again, office, "as:chị Hạnh")
    assert claimed.worker is not None


def test_tokens_a_consent_that_began_and_a_code_to_join_chats_outlive_a_change_of_key(
    rekeyed: Rekeyed,
) -> None:
    office = rekeyed.office
    identity = rekeyed.before.write(post, office, "chị Hạnh", "x")

    def before(unit: Unit) -> None:
        account, now = office.account.id, unit.now
        tokens.begin_anew(unit, account, Tokens("access", "refresh", now, now))
        tokens.begin_authorization(unit, account, "state", "verifier")
        code_hash = unit.keys.hash(Purpose.CODE, office.account.name)
        asked = {"code_hash": code_hash, "identity": identity, "expires_at": now}
        unit.connection.execute(insert(link_codes).values(commune_id=office.id, **asked))

    rekeyed.before.write(before)
    pair = rekeyed.after.read(tokens.read, office.account.id)
    assert pair is not None
    assert (pair.tokens.access, pair.tokens.refresh) == ("access", "refresh")
    given = office.account.id, "state"
    assert rekeyed.after.write(tokens.end_authorization, *given) == "verifier"
    assert rekeyed.after.write(tokens.end_authorization, *given) is None
    present = rekeyed.after.write(known_again, office, "chị Hạnh").identity
    asked = select(link_codes.c.identity).where(link_codes.c.commune_id == office.id)
    held = rekeyed.after.read(lambda unit: unit.connection.execute(asked).scalar_one())
    assert bytes(held) == present


def test_seats_and_what_was_said_stay_of_their_chat_after_a_change_of_key(rekeyed: Rekeyed) -> None:
    room, course = Room(rekeyed.before, rekeyed.office), (LearningStage.SELF_REPORTED, "kns-nd")
    commune, training, chat = rekeyed.office.id, room.announced(), room.chat("bà Tư")
    rekeyed.before.clock.passes(minutes=90)
    room.enter(chat, room.screen(training))

    def before(unit: Unit) -> None:
        after_class.answer(unit, commune, chat, training, ("clear", 1))
        seat = attendances.seat_hash(unit.keys, commune, training.id, chat)
        sign_ups.put(unit, commune, training.id, seat)
        learning.note_of_chat(unit, commune, chat, course, "1")

    rekeyed.before.write(before)
    present = rekeyed.after.write(known_again, rekeyed.office, "bà Tư").identity
    assert present != chat
    place = (commune, present, training)
    code = check_in.screen_code(rekeyed.after.keys, commune, training.id, rekeyed.before.clock.now)

    def after(unit: Unit) -> tuple[bool, bool, bool]:
        seats = attendances.seat_hashes(unit.keys, commune, training.id, present)
        again = check_in.check_in(unit, commune, present, (code, unit.now))
        said = learning.note_of_chat(unit, commune, present, course, "2")
        return again.is_new, sign_ups.is_in(unit, commune, training.id, seats), said

    assert rekeyed.after.write(after) == (False, True, False)
    answers = rekeyed.after.read(after_class.answers_of, *place)
    assert answers is not None
    assert answers.clear == 1
    assert rekeyed.after.read(attendances.count, commune, training.id).seats == 1
    assert rekeyed.after.read(sign_ups.count, commune, training.id) == 1
    rekeyed.after.write(privacy.erase, rekeyed.office.commune, present)
    assert rekeyed.after.read(attendances.list_seats, commune, training.id) == frozenset()


def test_of_two_seats_under_an_old_and_the_present_key_the_present_one_leads_to_the_chat(
    rekeyed: Rekeyed,
) -> None:
    room, commune = Room(rekeyed.before, rekeyed.office), rekeyed.office.id
    training, chat = room.announced(), room.chat("bà Tư")
    rekeyed.before.clock.passes(minutes=90)
    old = room.enter(chat, room.screen(training)).seat.id
    address = rekeyed.office.address("bà Tư")
    present = mailbox.identity_of(rekeyed.after.keys, commune, address)
    code = check_in.screen_code(rekeyed.after.keys, commune, training.id, rekeyed.before.clock.now)

    def sit(unit: Unit) -> int:
        return check_in.check_in(unit, commune, present, (code, unit.now)).seat.id

    new = rekeyed.after.write(sit)
    assert new != old
    rekeyed.after.write(seats.move_chat, commune, chat, present)
    assert rekeyed.after.write(sit) == new
    assert len(rekeyed.after.read(attendances.list_seats, commune, training.id)) == 1
