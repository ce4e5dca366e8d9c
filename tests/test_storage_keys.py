"""Keys: one for each purpose, sealed bytes that cannot be changed, and a change of key that loses nobody."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr
from sqlalchemy import delete, select

from bot.app.installation import open_installation
from bot.config import Settings
from bot.core.errors import WrongKeyError
from bot.core.keys import KeyRing, Purpose, derive
from bot.core.vocabulary import Role
from storage import communes, mailbox, migrate, staff
from storage import outbox as sending
from storage.database import Database, Unit
from storage.models import accounts, canary, chat_links, conversations
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
    together,
)
from tests.world import World

NEW_KEY = "khóa mới"
RING = KeyRing(KEY)
PURPOSES = st.sampled_from(list(Purpose))


def test_each_purpose_has_a_key_of_its_own_and_none_is_the_root() -> None:
    keys = {derive(b"root", purpose) for purpose in Purpose}
    assert len(keys) == len(Purpose) >= 9
    assert {len(key) for key in keys} == {32}
    assert b"root" not in keys
    assert keys.isdisjoint(derive(b"another root", purpose) for purpose in Purpose)


@given(purpose=PURPOSES, plain=st.binary(max_size=200))
def test_what_was_sealed_opens_with_the_same_key_and_purpose_only(
    purpose: Purpose, plain: bytes
) -> None:
    sealed = RING.seal(purpose, plain)
    assert KeyRing(KEY).open(purpose, sealed) == plain
    assert RING.seal(purpose, plain) != sealed  # the same text twice does not look the same
    assert len(plain) < 8 or plain not in sealed
    for other in set(Purpose) - {purpose}:
        with pytest.raises(WrongKeyError):
            RING.open(other, sealed)
    with pytest.raises(WrongKeyError):
        KeyRing(NEW_KEY).open(purpose, sealed)
    assert KeyRing(NEW_KEY, ("unused", KEY)).open(purpose, sealed) == plain


@given(plain=st.binary(max_size=60), data=st.data())
def test_a_changed_bit_anywhere_in_sealed_bytes_is_refused(
    plain: bytes, data: st.DataObject
) -> None:
    sealed = bytearray(RING.seal(Purpose.MESSAGE, plain))
    place = data.draw(st.integers(0, len(sealed) - 1))
    sealed[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(WrongKeyError):
        RING.open(Purpose.MESSAGE, bytes(sealed))


@given(parts=st.lists(st.text(max_size=4), max_size=4), other=st.lists(st.text(max_size=4)))
def test_hashes_are_equal_only_for_equal_parts_keys_and_purposes(
    parts: list[str], other: list[str]
) -> None:
    mine = RING.hash(Purpose.CHAT, *parts)
    assert KeyRing(KEY).hash(Purpose.CHAT, *parts) == mine
    assert (RING.hash(Purpose.CHAT, *other) == mine) == (other == parts)
    assert RING.hash(Purpose.PERSON, *parts) != mine
    assert KeyRing(NEW_KEY).hash(Purpose.CHAT, *parts) != mine
    assert KeyRing(NEW_KEY, (KEY,)).older_hashes(Purpose.CHAT, *parts) == (mine,)


def test_a_key_ring_shows_no_secret() -> None:
    assert KEY not in repr(KeyRing(KEY, (NEW_KEY,)))
    assert NEW_KEY not in repr(KeyRing(KEY, (NEW_KEY,)))


def test_a_database_that_another_key_wrote_is_refused_in_one_sentence(shelf: Shelf) -> None:
    shelf.write(migrate.check_key)
    wrong = Database(shelf.url, KeyRing(NEW_KEY), shelf.clock)
    with pytest.raises(WrongKeyError) as refused:
        wrong.write(migrate.check_key)
    wrong.close()
    assert "BOT_SECRET_KEY" in str(refused.value)
    assert "\n" not in str(refused.value)
    shelf.write(migrate.check_key)


def test_a_start_with_another_key_is_refused(tmp_path: Path, clock: FixedClock) -> None:
    given = {"database_url": f"sqlite:///{tmp_path / 'x.db'}", "var_dir": tmp_path}
    settings = Settings.model_validate(given | {"secret_key": KEY})
    open_installation(settings, clock).database.close()
    with pytest.raises(WrongKeyError):
        open_installation(Settings.model_validate(given | {"secret_key": NEW_KEY}), clock)
    open_installation(settings, clock).database.close()


def test_the_canary_is_written_once(database: Database) -> None:
    def sealed(unit: Unit) -> list[bytes]:
        return [bytes(row) for row in unit.connection.execute(select(canary.c.sealed)).scalars()]

    assert database.read(sealed) == []
    database.write(migrate.check_key)
    (first,) = database.read(sealed)
    database.write(migrate.check_key)
    assert database.read(sealed) == [first]


def test_of_processes_that_start_at_once_one_writes_the_canary_and_all_agree(shelf: Shelf) -> None:
    for _ in range(10):
        shelf.write(lambda unit: unit.connection.execute(delete(canary)))
        start = partial(shelf.write, migrate.check_key)
        assert together(start, start, start) == [None, None, None]
        shelf.write(migrate.check_key)


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
    with open_shelf(request, request.param, tmp_path_factory.mktemp("keys")) as opened:
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


def come_again(unit: Unit, office: Office, chat: str) -> mailbox.Claimed:
    """A new event of the chat, claimed as the engine does."""
    event = arrival(unit, office, chat, f"again {chat}")
    mailbox.accept(unit, [event])
    claimed = mailbox.claim(unit, event.identity)
    assert claimed is not None
    assert claimed.state is None
    assert mailbox.recognise(unit, claimed)
    found = mailbox.claim(unit, event.identity)
    assert found is not None
    return found


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
    claimed = rekeyed.after.write(come_again, office, "chị Hạnh")
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
        return mailbox.recognise(unit, claimed)

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
    for work in (migrate.check_key, partial(sending.take_own, identity=identity)):
        with pytest.raises(WrongKeyError):
            forgot.write(work)
    forgot.close()


def test_secrets_of_an_account_are_sealed_and_stay_when_none_are_given(shelf: Shelf) -> None:
    office = shelf.write(open_office)

    def save(unit: Unit, secrets: dict[str, str]) -> tuple[int, bytes]:
        given = (office.commune, "telegram", f"bot-{office.id}", secrets)
        account = communes.save_account(unit, *given)
        held = select(accounts.c.secrets).where(accounts.c.id == account.id)
        return account.id, bytes(unit.connection.execute(held).scalar_one())

    first, sealed = shelf.write(save, {"token": "123:ABC"})
    assert b"123:ABC" not in sealed
    assert shelf.database.keys.open(Purpose.ACCOUNT, sealed) == b'{"token": "123:ABC"}'
    assert shelf.write(save, {}) == (first, sealed)
    again, renewed = shelf.write(save, {"token": "new"})
    assert again == first
    assert shelf.database.keys.open(Purpose.ACCOUNT, renewed) == b'{"token": "new"}'


def test_a_conversation_goes_on_after_a_change_of_key(
    settings: Settings, clock: FixedClock
) -> None:
    first = open_installation(settings, clock)
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
    second = open_installation(settings.model_copy(update=change), clock)
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


def test_the_identity_of_a_chat_differs_by_commune_account_channel_and_key(shelf: Shelf) -> None:
    a, b = shelf.write(open_office), shelf.write(open_office)
    addresses = [a.address("x"), b.address("x"), a.address("y")]
    addresses.append(mailbox.Address("telegram", a.account.name, "x"))
    found = {mailbox.identity_of(KeyRing(key), a.id, at) for at in addresses for key in (KEY, "k")}
    found.add(mailbox.identity_of(KeyRing(KEY), b.id, a.address("x")))
    assert len(found) == 9
    assert {len(identity) for identity in found} == {32}
