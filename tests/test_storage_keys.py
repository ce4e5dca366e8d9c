"""Keys: one for each purpose, sealed bytes that cannot be changed, and a change of key that loses nobody."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, select

from bot.app.installation import open_installation
from bot.config import Settings
from bot.core.errors import WrongKeyError
from bot.core.keys import KeyRing, Purpose, derive
from storage import communes, mailbox, migrate
from storage.database import Database, Unit
from storage.models import canary
from storage.models_accounts import accounts
from tests.clock import FixedClock
from tests.storage_tools import (
    ENGINES,
    KEY,
    Shelf,
    open_office,
    open_shelf,
    together,
)

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


@pytest.fixture(scope="module", params=ENGINES)
def shelf(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shelf]:
    with open_shelf(request, request.param, tmp_path_factory.mktemp("keys")) as opened:
        yield opened


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


def test_the_identity_of_a_chat_differs_by_commune_account_channel_and_key(shelf: Shelf) -> None:
    a, b = shelf.write(open_office), shelf.write(open_office)
    addresses = [a.address("x"), b.address("x"), a.address("y")]
    addresses.append(mailbox.Address("telegram", a.account.name, "x"))
    found = {mailbox.identity_of(KeyRing(key), a.id, at) for at in addresses for key in (KEY, "k")}
    found.add(mailbox.identity_of(KeyRing(KEY), b.id, a.address("x")))
    assert len(found) == 9
    assert {len(identity) for identity in found} == {32}


def test_sealed_bytes_that_were_cut_anywhere_are_refused() -> None:
    ring = KeyRing(KEY)
    sealed = ring.seal(Purpose.MESSAGE, b"x" * 13)
    for length in range(len(sealed)):
        with pytest.raises(WrongKeyError):
            ring.open(Purpose.MESSAGE, sealed[:length])


REFUSED_START = """
import gc, os
from bot.app.installation import open_installation
from bot.config import load_settings
from bot.core.errors import WrongKeyError
try:
    open_installation(load_settings(os.environ))
except WrongKeyError:
    print("refused")
gc.collect()
"""


def test_a_start_that_is_refused_leaves_no_connection_behind(
    request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """psycopg complains of a connection that nobody closed; a process of its own hears it."""
    with open_shelf(request, "postgres", tmp_path) as shelf:
        shelf.write(migrate.check_key)
        done = subprocess.run(
            [sys.executable, "-W", "always::ResourceWarning", "-c", REFUSED_START],
            env=os.environ | {"BOT_DATABASE_URL": shelf.url, "BOT_SECRET_KEY": NEW_KEY},
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
    assert (done.stdout, done.stderr) == ("refused\n", "")
