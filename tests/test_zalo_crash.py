"""kill -9 on the road of a Zalo message: what was answered 200 is done once, and sent."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.channel_server import Way, all_ways
from tests.crash_server import Driver, driving, mortal
from tests.zalo_oa_emulator import Person
from tests.zalo_server import ZaloStage, ZaloTown, presses, shows, zalo_stage

pytestmark = pytest.mark.crash
POINTS = (
    "accepted",
    "turn",
    "sent",
)  # after the 200, before the turn's commit, before «sent» is noted


@pytest.fixture(scope="module")
def driver() -> Iterator[Driver]:
    """The process that forks servers."""
    with driving() as started:
        yield started


@pytest.fixture
def on(request: pytest.FixtureRequest, way: Way, tmp_path: Path) -> Iterator[ZaloStage]:
    """The stage of a test."""
    with zalo_stage(request, way, tmp_path) as made:
        yield made


async def at_the_last_tap(place: ZaloTown) -> Person:
    """A member whose card shows the save button; the server is stopped again."""
    await place.starts()
    member = await place.member()
    for verb in ("log", "logt", "logn"):
        await presses(member, verb)
    await shows(member, "logok")
    await place.rests()
    await place.server.stop()
    return member


@all_ways
@pytest.mark.parametrize("point", POINTS)
def test_a_saved_help_survives_a_kill_and_is_counted_once(
    on: ZaloStage, driver: Driver, point: str
) -> None:
    async def scene(place: ZaloTown) -> None:
        member = await at_the_last_tap(place)
        before = len(member.messages)
        async with mortal(driver, place, point) as server:
            await presses(member, "logok")
            assert await server.dies() == signal.SIGKILL
        await member.says("menu")  # while nobody listens
        await place.starts()
        await shows(member, "undo")
        await member.waits_for(before + 2, 20)
        await place.rests()
        assert place.server.visits() == 1
        doubled = int(point == "sent")
        assert len(member.messages) == before + 2 + doubled
        assert [one.second_try for one in place.letters(member)[-2:]] == [bool(doubled), False]
        assert {letter.status for letter in place.server.letters} == {"delivered"}
        assert {event.outcome for event in place.server.events}.isdisjoint({"failed", None})

    on.plays(scene, begin=False)
