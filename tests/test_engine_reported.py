"""REPORTED: faults in rooms that others are working on. Each test fails until its fault is mended.

Then it belongs in the file that the line above it names.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import update

from bot.app.installation import Installation
from storage.models import conversations
from tests.channel_floor import Floor, plays
from tests.channel_harness import eventually
from tests.channel_server import Town, Way, stage, two_ways

# bot/conversation/engine.py – test_engine.py


@pytest.mark.parametrize("state", ["{", '{"choices": [[1]]}'])
def test_a_state_that_cannot_be_read_stops_nobody_else(base: Installation, state: str) -> None:
    async def scene(made: Floor) -> None:
        await made.hears("bà Tư", "menu")
        await made.rests()
        spoil = update(conversations).values(state=state)
        made.base.database.write(lambda unit: unit.connection.execute(spoil))
        await made.hears("bà Tư", "menu", "again")
        for _ in range(2 * base.database.turn_workers):  # a chance for every worker to fall over it
            made.engine.notify(made.identity("bà Tư"))
            await asyncio.sleep(0.02)
        for number in range(9):
            await made.hears(f"người {number}", "menu")
        await eventually(lambda: all(made.outcomes(f"người {n}") == ["answered"] for n in range(9)))

    plays(base, scene)


# bot/core/messages.py (Retry), storage/outbox.py – test_telegram_trouble.py


@two_ways
def test_a_message_that_goes_again_because_its_answer_was_lost_is_marked(
    request: pytest.FixtureRequest, way: Way, tmp_path: Path
) -> None:
    """Telegram took it and hung up: it arrives twice, and the outbox calls it a first try."""

    async def scene(place: Town) -> None:
        person = place.emulator.person()
        await person.starts()
        await place.rests()
        before = len(person.messages)
        place.emulator.drop_next("sendMessage", after_taking=True)
        await person.says("menu")
        await place.rests()
        assert len(person.messages) == before + 2
        assert place.server.letters[-1].second_try

    with stage(request, way, tmp_path) as on:
        on.plays(scene)
