"""A chat that is known under two old keys at once: an old key was left out for a while, then put back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.core.keys import KeyRing
from storage import mailbox, rekeying
from storage.database import Database, Unit
from tests.storage_tools import (
    ENGINES,
    KEY,
    Office,
    Shelf,
    arrival,
    open_office,
    open_shelf,
    post,
)


@pytest.fixture(scope="module", params=ENGINES)
def shelf(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shelf]:
    with open_shelf(request, request.param, tmp_path_factory.mktemp("reported")) as opened:
        yield opened


def known_again(unit: Unit, office: Office, chat: str) -> mailbox.Claimed:
    """A new event of the chat, claimed as the engine does."""
    event = arrival(unit, office, chat, f"again {chat}")
    mailbox.accept(unit, [event])
    claimed = mailbox.claim(unit, event.identity)
    assert claimed is not None
    if claimed.state is None and rekeying.recognise(unit, claimed):
        claimed = mailbox.claim(unit, event.identity)
        assert claimed is not None
    return claimed


def test_a_chat_that_is_known_under_two_old_keys_is_recognised(shelf: Shelf) -> None:
    """The oldest key was left out for a while, so the person began anew under the second one."""
    office = shelf.write(open_office)
    shelf.write(post, office, "bà Tư", "under the first key")
    second = Database(shelf.url, KeyRing("second"), shelf.clock)
    second.write(post, office, "bà Tư", "under the second key")
    second.close()
    third = Database(shelf.url, KeyRing("third", ("second", KEY)), shelf.clock)
    try:
        assert third.write(known_again, office, "bà Tư").state is not None
    finally:
        third.close()
