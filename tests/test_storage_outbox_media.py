"""What a message carries, on its way through the outbox; and rows that an older version left there."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from sqlalchemy import select, update

from bot.core.keys import Purpose
from bot.core.messages import Choice, Delivered, Media, MediaKind, Outbound, Retry
from storage import fetching, mailbox
from storage.database import Unit
from storage.mailbox import Finished
from storage.models import outbox
from tests.storage_tools import (
    ENGINES,
    Office,
    Shelf,
    arrival,
    letters_of,
    open_office,
    open_shelf,
    post,
    record,
    take,
)

PICTURE = Media(MediaKind.PICTURE, "0123456789abcdef0123.png", "Hình minh họa: «Bấm» “đây”")
SOUND = Media(MediaKind.SOUND, "0123456789abcdef0123.mp3", "Giọng máy đọc")
CHOICES = (Choice(1, "Xong", "done:vneid"), Choice(0, "Về đầu", "menu"))
MESSAGES = (
    Outbound("Bước 1/8 🌾", CHOICES, media=PICTURE),
    Outbound("Dạ, bấm vô để nghe", CHOICES, "message 5", "press 7", SOUND),
    Outbound("Chỉ có lời", CHOICES),
)
OLD: tuple[list[object], ...] = (
    ["Bấm **Đồng ý** 🌾", [[1, "Đồng ý", "ok:1"], [0, "Về đầu", "menu"]], "message 5", "press 7"],
    ["Chào", [], None, None],
    ["Bước 1/8", [], None, None, ["picture", PICTURE.key, PICTURE.words]],
)
"""Four parts: before messages could carry anything. Five: what they carry as it was first written."""


@pytest.fixture(scope="module", params=ENGINES)
def shelf(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shelf]:
    with open_shelf(request, request.param, tmp_path_factory.mktemp("outbox-media")) as opened:
        yield opened


@pytest.fixture
def office(shelf: Shelf) -> Office:
    return shelf.write(open_office)


def answer(unit: Unit, office: Office, chat: str, *messages: Outbound) -> bytes:
    event = arrival(unit, office, chat, f"asks {chat}")
    mailbox.accept(unit, [event])
    claimed = mailbox.claim(unit, event.identity)
    assert claimed is not None
    mailbox.finish(unit, claimed, Finished("answered", "{}", messages))
    return event.identity


def test_what_a_message_carries_is_sent_as_it_was_written(shelf: Shelf, office: Office) -> None:
    shelf.write(answer, office, "bà Tư", *MESSAGES)
    for row in shelf.read(letters_of, office.account.id):
        for word in (PICTURE.key, "Giọng", "Hình"):
            assert word.encode() not in bytes(row.body)
    for message in MESSAGES:
        [letter] = shelf.write(take, office)
        assert letter.message == message
        shelf.write(record, office, letter, Delivered())
    assert shelf.write(take, office) == ()


def test_it_is_still_there_at_the_second_try(shelf: Shelf, office: Office) -> None:
    shelf.write(answer, office, "ông Năm", MESSAGES[0])
    [first] = shelf.write(take, office)
    shelf.write(record, office, first, Retry(0.0, "busy", maybe_taken=True))
    [second] = shelf.write(take, office)
    assert second.message == MESSAGES[0]
    assert second.second_try


def test_it_is_fetched_as_it_was_written(shelf: Shelf, office: Office) -> None:
    identity = shelf.write(answer, office, "cô Ba", *MESSAGES)
    waiting = shelf.read(fetching.waiting, identity)
    assert tuple(letter.message for letter in waiting) == MESSAGES
    own = shelf.read(fetching.answers, identity, office.account.id, "asks cô Ba")
    assert tuple(letter.message for letter in own or ()) == MESSAGES


def write_old(unit: Unit, office: Office, chat: str) -> bytes:
    """Rows of an older version: written over what stands in the outbox for that chat."""
    identity = post(unit, office, chat, *("x" for _ in OLD))
    ids = unit.connection.execute(
        select(outbox.c.id).where(outbox.c.identity == identity).order_by(outbox.c.id)
    ).scalars()
    for number, old in zip(list(ids), OLD, strict=True):
        body = unit.keys.seal(Purpose.MESSAGE, json.dumps(old, ensure_ascii=False).encode())
        unit.connection.execute(update(outbox).where(outbox.c.id == number).values(body=body))
    return identity


def test_a_row_of_an_older_version_is_still_read(shelf: Shelf, office: Office) -> None:
    identity = shelf.write(write_old, office, "bà Sáu")
    expected = [
        Outbound(
            "Bấm **Đồng ý** 🌾",
            (Choice(1, "Đồng ý", "ok:1"), Choice(0, "Về đầu", "menu")),
            "message 5",
            "press 7",
        ),
        Outbound("Chào"),
        Outbound("Bước 1/8", media=PICTURE),
    ]
    assert [one.message for one in shelf.read(fetching.waiting, identity)] == expected
    for message in expected:
        [letter] = shelf.write(take, office)
        assert letter.message == message
        shelf.write(record, office, letter, Delivered())
