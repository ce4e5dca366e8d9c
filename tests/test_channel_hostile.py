"""Nothing that a stranger can put into a request brings a channel down: ``ValueError`` or neutral events."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.conversation.intake import mask
from bot.core.messages import Inbound, Kind
from storage import mailbox
from storage.database import Database, Unit
from storage.mailbox import Arrival
from tests.channel_harness import HARNESSES, Harness
from tests.clock import START
from tests.storage_tools import Office, open_office

EVERY = pytest.mark.parametrize("harness", HARNESSES, ids=lambda harness: harness.name)
DEEP = b"[" * 200_000
FOREIGN = {
    "nothing": b"",
    "half": b'{"update_id": 1, "mess',
    "a list": b"[]",
    "null": b"null",
    "a word": b'"update"',
    "a number": b"7",
    "another object": b"{}",
    "a page": b"<html>Xin ch\xc3\xa0o</html>",
    "no UTF-8": b'{"id": "\xff\xfe"}',
    "a picture": b"\x89PNG\r\n\x1a\n\0\0\0",
    "deep lists": DEEP,
    "deep objects": b'{"id":' * 200_000,
    "a huge number": b'{"update_id": ' + b"9" * 5000 + b', "id": "e1"',
}
WRONG: list[Any] = [
    None,
    True,
    False,
    0,
    -1,
    2**31,
    2**63,
    10**30,
    10**300,
    1.5,
    float("inf"),
    float("nan"),
    "",
    "x",
    "7",
    "\0",
    "\ud83d",
    "/start",
    "x" * 200,
    [],
    [[]],
    [None],
    {},
    {"id": None},
    {"id": {"id": 7}},
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=4)
    ),
    max_leaves=12,
)


@cache
def bodies(harness: Harness) -> list[Any]:
    """Everything that the messenger is known to send, decoded."""
    known = [harness.body(kind, "xin chào", n) for n, kind in enumerate(harness.kinds, start=1)]
    return [json.loads(body) for body in (*known, *harness.meaningless())]


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where something stands in a JSON value, outermost first."""
    yield path
    if isinstance(value, dict | list):
        for name, one in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(one, (*path, name))


def put(document: Any, path: tuple[Any, ...], value: Any) -> Any:
    """A copy with another value at that place."""
    if not path:
        return value
    document = copy.deepcopy(document)
    holder = document
    for name in path[:-1]:
        holder = holder[name]
    holder[path[-1]] = value
    return document


def without(document: Any, path: tuple[Any, ...]) -> Any:
    """A copy that lacks what stands at that place."""
    document = copy.deepcopy(document)
    holder = document
    for name in path[:-1]:
        holder = holder[name]
    del holder[path[-1]]
    return document


def read(harness: Harness, document: Any) -> list[Inbound]:
    """What a fresh channel makes of it; no event where it says that this is not its messenger's."""
    try:
        events = channel_of(harness).parse(json.dumps(document).encode())
    except ValueError:
        return []
    for event in events:
        check(harness, event)
    return events


@cache
def channel_of(harness: Harness) -> Any:
    return harness.channel()


def check(harness: Harness, event: Inbound) -> None:
    """Neutral, and small enough for the columns that hold it."""
    assert isinstance(event.kind, Kind)
    assert event.at.tzinfo is not None
    assert (event.address.channel, event.address.account) == (harness.name, "ho-nai")
    assert 1 <= len(event.event_id) <= 80
    assert event.event_id.isprintable()
    for text in (event.address.chat, event.text):
        assert isinstance(text, str)
    for number in (event.reference.message, event.reference.press):
        assert number is None or (isinstance(number, str) and number)


@EVERY
@pytest.mark.parametrize("body", FOREIGN.values(), ids=FOREIGN)
def test_a_body_of_somebody_else_is_refused(harness: Harness, body: bytes) -> None:
    with pytest.raises(ValueError):
        harness.channel().parse(body)


@EVERY
@given(body=st.binary(max_size=60))
def test_random_bytes_are_refused(harness: Harness, body: bytes) -> None:
    with pytest.raises(ValueError):
        channel_of(harness).parse(body)


@EVERY
@given(document=JSON)
def test_random_json_is_refused_or_says_nothing(harness: Harness, document: Any) -> None:
    assert read(harness, document) == []


@EVERY
def test_a_wrong_value_in_any_field_does_no_harm(harness: Harness) -> None:
    tried = 0
    for document in bodies(harness):
        for path in places(document):
            for value in WRONG:
                read(harness, put(document, path, value))
                tried += 1
    assert tried > 500


@EVERY
def test_a_missing_field_does_no_harm(harness: Harness) -> None:
    tried = 0
    for document in bodies(harness):
        for path in list(places(document))[1:]:
            read(harness, without(document, path))
            tried += 1
    assert tried > 30


@EVERY
@given(data=st.data())
def test_several_wrong_values_at_once_do_no_harm(harness: Harness, data: st.DataObject) -> None:
    document = data.draw(st.sampled_from(bodies(harness)))
    for _ in range(data.draw(st.integers(1, 4))):
        path = data.draw(st.sampled_from(list(places(document))))
        document = put(document, path, data.draw(st.sampled_from(WRONG) | JSON))
    read(harness, document)


@EVERY
@given(body=st.data())
def test_a_body_cut_or_spoilt_anywhere_does_no_harm(harness: Harness, body: st.DataObject) -> None:
    raw = bytearray(json.dumps(body.draw(st.sampled_from(bodies(harness)))).encode())
    for _ in range(body.draw(st.integers(1, 3))):
        raw[body.draw(st.integers(0, len(raw) - 1))] = body.draw(st.integers(0, 255))
    raw = raw[: body.draw(st.integers(0, len(raw)))]
    try:
        events = channel_of(harness).parse(bytes(raw))
    except ValueError:
        return
    for event in events:
        check(harness, event)


@EVERY
def test_what_hostile_bodies_give_can_be_stored_and_read_again(
    harness: Harness, database: Database
) -> None:
    found: dict[str, Inbound] = {}
    for document in bodies(harness):
        for path in places(document):
            for value in WRONG:
                for event in read(harness, put(document, path, value)):
                    safe = mask(event)
                    found.setdefault(repr((replace(safe, at=START), path)), safe)
    office = database.write(open_office)
    events = list(found.values())
    assert len(events) > 40
    seen: set[str] = set()
    for number, event in enumerate(events):
        apart = replace(event, event_id=f"n{number}") if event.event_id in seen else event
        seen.add(event.event_id)
        kept = "" if event.kind is Kind.NOTED else event.text  # nobody will read those words
        assert database.write(stored, office, apart, number) == kept


def stored(unit: Unit, office: Office, event: Inbound, number: int) -> str:
    """The text of the event after the inbox has kept it, under an identity of its own."""
    identity = mailbox.identity_of(unit.keys, office.id, event.address)
    apart = type(identity)(number.to_bytes(4, "big") + identity[4:])
    mailbox.accept(unit, [Arrival(office.id, office.account.id, apart, event)])
    claimed = mailbox.claim(unit, apart)
    return "" if claimed is None else claimed.inbound.text
