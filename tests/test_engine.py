"""The engine: one event at a time for each person, all or nothing, and no fault that stops the others.

Faults come from routes put first: a route table is data.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from bot.app.installation import Installation, open_installation
from bot.app.wiring import make_script
from bot.conversation.engine import take_turn, unobserved
from bot.conversation.intake import Intake
from bot.conversation.turn import Option, Reply, Turn, reply
from bot.core.errors import BusyError, StorageError
from bot.core.vocabulary import Role
from bot.services import teams
from storage.database import Unit
from storage.models import conversations, inbox
from storage.models import outbox as outbox_rows
from tests.channel_floor import Floor, floor, plays, when
from tests.channel_harness import eventually
from tests.channel_logs import heard
from tests.storage_tools import rows_of

MAIL = {"inbox", "outbox", "conversations"}


# ---- faults ----------------------------------------------------------------------------------


def breaks_after_writing(turn: Turn) -> Reply:
    """Writes an invitation, then fails with the person's words in the error."""
    teams.invite(turn.unit, turn.commune, Role.OFFICER, None, None)
    raise ValueError(turn.inbound.text)


def test_a_handler_that_fails_apologises_and_leaves_nothing_half_written(
    base: Installation,
) -> None:
    async def scene(made: Floor) -> None:
        await made.hears("bà Tư", "menu")
        await made.rests()
        before = made.base.database.read(rows_of)
        [state] = [row.state for row in made.rows(conversations)]
        await made.hears("bà Tư", "hỏng rồi bí mật")
        await made.rests()
        after = made.base.database.read(rows_of)
        assert {n: rows for n, rows in after.items() if n not in MAIL} == {
            n: rows for n, rows in before.items() if n not in MAIL
        }
        assert made.outcomes("bà Tư") == ["answered", "failed"]
        assert all(row.body is None for row in made.rows(inbox))
        sorry = made.base.sentences["error.sorry"]
        assert made.answers("bà Tư")[-1][:12] == sorry[:12]
        assert [row.state for row in made.rows(conversations)] != [state]  # the way on is numbered
        await made.hears("bà Tư", "menu", "later")
        await made.rests()
        assert made.outcomes("bà Tư")[-1] == "answered"

    with heard() as lines:
        plays(base, scene, when("hỏng", breaks_after_writing))
    told = "\n".join(lines)
    assert "a turn failed: ValueError at" in told
    assert "test_engine.py" in told
    assert "bí mật" not in told
    assert "bà Tư" not in told


def test_a_foreign_link_in_an_answer_is_taken_out_whoever_put_it_there(
    base: Installation,
) -> None:
    def lured(_: Turn) -> Reply:
        return reply("Mở http://vneid-gov.com ngay", Option("xem vneid.xyz", "menu"))

    async def scene(made: Floor) -> None:
        await made.hears("bà Tư", "mồi")
        await made.rests()
        assert made.answers("bà Tư")[-1] == "Mở (Trợ lý đã bỏ một liên kết lạ.) ngay"
        assert "vneid.xyz" not in "".join(row.state for row in made.rows(conversations))

    with heard() as lines:
        plays(base, scene, when("mồi", lured))
    assert "a link that is not official was taken out of an answer" in "\n".join(lines)


def test_a_failing_first_contact_still_greets(base: Installation) -> None:
    async def scene(made: Floor) -> None:
        await made.hears("bà Tư", "hỏng")
        await made.rests()
        assert made.outcomes("bà Tư") == ["failed"]
        assert len(made.answers("bà Tư")) == 2

    plays(base, scene, when("hỏng", breaks_after_writing))


def test_a_busy_database_is_tried_again_until_it_goes_through_once(base: Installation) -> None:
    tries = Counter[str]()

    def busy(turn: Turn) -> Reply:
        tries[turn.inbound.text] += 1
        teams.invite(turn.unit, turn.commune, Role.OFFICER, None, None)
        if tries[turn.inbound.text] < 4:
            raise BusyError("bận")
        return reply("Xong")

    async def scene(made: Floor) -> None:
        invited = len(made.base.database.read(rows_of)["invitations"])
        await made.hears("bà Tư", "bận 1")
        await made.hears("bà Tư", "bận 2")
        await made.hears("ông Năm", "menu")
        await made.rests()
        assert tries == {"bận 1": 4, "bận 2": 4}
        assert made.answers("bà Tư")[-2:] == ["Xong", "Xong"]
        assert len(made.base.database.read(rows_of)["invitations"]) == invited + 2
        assert set(made.outcomes("bà Tư") + made.outcomes("ông Năm")) == {"answered"}

    plays(base, scene, when("bận", busy))


def test_an_event_that_found_no_database_is_taken_up_again_later(base: Installation) -> None:
    tries = Counter[str]()

    def lost(turn: Turn) -> Reply:
        tries[turn.inbound.text] += 1
        if tries[turn.inbound.text] == 1:
            raise StorageError("mất")
        return reply("Xong")

    async def scene(made: Floor) -> None:
        await made.hears("bà Tư", "mất")
        await made.rests()
        assert made.answers("bà Tư")[-1] == "Xong"

    plays(base, scene, when("mất", lost))


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
        await made.rests()
        assert made.outcomes("bà Tư") == ["answered", "answered"]

    plays(base, scene)


def test_a_body_that_cannot_be_opened_stops_nobody_else(base: Installation) -> None:
    spoil = update(inbox).values(body=b"\x00" * 40)

    async def scene(made: Floor) -> None:
        await made.hears("bà Tư", "giữ lại")
        for number in range(9):
            await made.hears(f"người {number}", "menu")
        await eventually(lambda: all(made.outcomes(f"người {n}") == ["answered"] for n in range(9)))
        assert made.outcomes("bà Tư") == [None]

    def hold(turn: Turn) -> Reply:
        raise StorageError("chưa")

    async def prepare(made: Floor) -> None:
        await made.hears("bà Tư", "giữ lại")
        await asyncio.to_thread(made.base.database.write, lambda u: u.connection.execute(spoil))

    plays(base, prepare, when("giữ", hold))
    plays(base, scene, when("giữ", hold))


# ---- order -----------------------------------------------------------------------------------


def test_many_people_at_once_each_get_their_answers_in_order(base: Installation) -> None:
    people = [f"người {number}" for number in range(20)]
    running = Counter[bytes]()
    overlaps: list[bytes] = []

    def echo(turn: Turn) -> Reply:
        running[turn.identity] += 1
        if running[turn.identity] > 1:
            overlaps.append(turn.identity)
        time.sleep(0.001)  # long enough for a second turn of the same person to be seen
        running[turn.identity] -= 1
        return reply(turn.inbound.text)

    async def scene(made: Floor) -> None:
        async def talk(name: str) -> None:
            for number in range(10):
                await made.hears(name, f"số: {number}")

        await asyncio.gather(*(talk(name) for name in people))
        await made.rests()
        for name in people:
            assert made.answers(name)[1:] == [f"số: {number}" for number in range(10)]
            assert made.outcomes(name) == ["answered"] * 10

    plays(base, scene, when("số:", echo))
    assert overlaps == []


def test_different_people_are_answered_side_by_side_where_the_database_can(
    base: Installation,
) -> None:
    side_by_side = base.database.turn_workers
    meeting = threading.Barrier(min(side_by_side, 4))

    def meet(turn: Turn) -> Reply:
        meeting.wait(timeout=20)
        return reply("Gặp rồi")

    async def scene(made: Floor) -> None:
        names = [f"người {number}" for number in range(meeting.parties)]
        await asyncio.gather(*(made.hears(name, "hẹn") for name in names))
        await made.rests()
        assert {outcome for name in names for outcome in made.outcomes(name)} == {"answered"}

    plays(base, scene, when("hẹn", meet))


def test_two_processes_on_one_database_answer_each_event_once(base: Installation) -> None:
    taken = Counter[str]()

    def count(turn: Turn) -> Reply:
        taken[turn.inbound.event_id] += 1
        return reply(turn.inbound.text)

    async def scene() -> None:
        second = await asyncio.to_thread(open_installation, base.settings, base.database.clock)
        route = when("số:", count)
        async with floor(base, route) as one, floor(second, route) as other:
            names = [f"người {number}" for number in range(6)]
            for number in range(10):
                for name in names:
                    await (one, other)[number % 2].hears(name, f"số: {number}")
                    one.engine.notify(one.identity(name))
                    other.engine.notify(other.identity(name))
            await one.rests()
            for name in names:
                assert one.answers(name)[1:] == [f"số: {number}" for number in range(10)]
        second.database.close()

    asyncio.run(scene())
    assert len(taken) == 60
    if not base.database.is_sqlite:  # there both may begin, and one of them is undone
        assert set(taken.values()) == {1}


@pytest.mark.parametrize("times", [10])
def test_the_same_event_many_times_at_once_is_one_event(base: Installation, times: int) -> None:
    async def scene(made: Floor) -> None:
        await asyncio.gather(*(made.hears("bà Tư", "menu", "e1") for _ in range(times)))
        await made.rests()
        await made.hears("bà Tư", "menu", "e1")
        await made.rests()
        assert made.outcomes("bà Tư") == ["answered"]
        assert len(made.rows(outbox_rows)) == 2  # the greeting and the menu

    plays(base, scene)


def test_what_a_dead_process_has_left_open_is_taken_up(base: Installation) -> None:
    async def store() -> None:
        made = Floor(base, Any, Intake(base.database, lambda _: None, unobserved))
        for number in range(5):
            await made.hears(f"người {number}", "menu")

    asyncio.run(store())

    async def scene(made: Floor) -> None:
        await made.rests()
        assert [made.outcomes(f"người {n}") for n in range(5)] == [["answered"]] * 5

    plays(base, scene)


def test_a_repeat_that_comes_after_the_answer_changes_nothing(base: Installation) -> None:
    async def scene(made: Floor) -> None:
        await made.hears("bà Tư", "menu", "e1")
        await made.rests()
        before: Sequence[Any] = made.rows(outbox_rows)
        for _ in range(3):
            await made.hears("bà Tư", "dừng", "e1")
        await made.rests()
        assert made.rows(outbox_rows) == before

    plays(base, scene)


def test_a_turn_is_never_before_the_event_that_it_answers(base: Installation) -> None:
    async def scene(made: Floor) -> None:
        await made.hears("bà Tư", "menu")
        await made.rests()
        script, identity = make_script(made.base), made.identity("bà Tư")
        await made.engine.stop()
        await made.hears("bà Tư", "menu", "later")
        came = max(row.received_at for row in made.rows(inbox))

        def late(unit: Unit) -> None:
            waited = replace(unit, now=came - timedelta(seconds=3))  # before the event came in
            take_turn(waited, script, identity, unobserved)

        made.base.database.write(late)
        [row] = made.rows(conversations)
        assert row.last_used_at == came

    plays(base, scene)
