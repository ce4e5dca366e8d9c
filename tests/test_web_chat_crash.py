"""kill -9 while a page waits for its answer: it repeats the message, and there is one answer."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.channel_server import Stage, Town, Way, by_webhook, stage
from tests.chat_site import API, SLUG, new_id
from tests.crash_server import Driver, driving, mortal

pytestmark = pytest.mark.crash
ACCEPTED, TURN = "accepted", "turn"


@pytest.fixture(scope="module")
def driver() -> Iterator[Driver]:
    """The process that forks servers."""
    with driving() as started:
        yield started


@pytest.fixture
def on(request: pytest.FixtureRequest, way: Way, tmp_path: Path) -> Iterator[Stage]:
    """The stage of a test."""
    with stage(request, way, tmp_path) as made:
        yield made


async def posts(place: Town, letter: dict[str, Any]) -> Any:
    """The answer, or None where the connection broke."""
    try:
        async with place.http.post(place.server.url + API, json=letter) as response:
            assert response.status == 200, await response.text()
            return await response.json()
    except aiohttp.ClientError:
        return None


def first_letter() -> dict[str, Any]:
    return {"id": new_id(), "commune": SLUG, "session": None, "after": 0, "text": "menu"}


def texts(answer: Any) -> list[str]:
    return [message["text"] for message in answer["out"]]


@by_webhook
def test_a_message_whose_server_was_killed_has_one_effect_and_one_answer(
    on: Stage, driver: Driver, way: Way
) -> None:
    """The first one too, which is repeated without the session that its lost answer held."""
    first = first_letter()
    points = (ACCEPTED, TURN) if way.engine == "sqlite" else (TURN, ACCEPTED)

    async def scene(place: Town) -> None:
        async with mortal(driver, place, points[0]) as server:
            assert await posts(place, first) is None
            assert await server.dies() == signal.SIGKILL
        async with mortal(driver, place, points[1], 2) as server:
            greeted = await posts(place, first)
            assert len(texts(greeted)) == 2
            known = {"session": greeted["session"], "after": greeted["after"]}
            second = first | known | {"id": new_id(), "text": "quen mat khau vneid"}
            assert await posts(place, second) is None
            assert await server.dies() == signal.SIGKILL
        await place.server.start()
        answer = await posts(place, second)
        assert len(texts(answer)) == 1
        assert await posts(place, second) == answer
        assert (len(place.server.conversations), len(place.server.events)) == (1, 2)
        assert {event.outcome for event in place.server.events} == {"answered"}
        assert [letter.status for letter in place.server.letters] == ["delivered"] * 2 + ["waiting"]

    on.plays(scene, begin=False)
