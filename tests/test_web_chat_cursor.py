"""A page that keeps its cursor sees every answer once, in order, whatever is lost, repeated or mixed up."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import select

from bot.app.installation import Installation
from storage import fetching
from storage.database import Unit
from storage.models import inbox, outbox
from tests.channel_harness import eventually
from tests.chat_site import AT_ONCE, SLUG, Got, Site, open_base, open_site, plays, with_settings
from tests.storage_tools import ENGINES

_numbers = itertools.count(1)


@pytest.fixture(scope="module", params=ENGINES)
def base(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    with open_base(request, request.param, tmp_path_factory.mktemp("cursor")) as opened:
        yield with_settings(opened, proxies=1)


# ---- the cursor ---------------------------------------------------------------------------------


def test_an_answer_that_was_lost_is_fetched_again(base: Installation) -> None:
    async def scene(site: Site) -> None:
        page = site.page()
        await page.opens()
        lost = await site.posts(page.letter(text="quen mat khau vneid"))
        assert await page.polls() == lost.texts != []
        lost = await site.posts(page.letter(text="1"))
        later = await page.says("menu")
        assert later[: len(lost.texts)] == lost.texts
        assert len(later) > len(lost.texts)

    plays(base, scene)


def test_without_a_cursor_only_the_own_answers_come_and_with_it_all_that_is_new(
    base: Installation,
) -> None:
    async def scene(site: Site) -> None:
        page = site.page()
        await page.opens()
        lost = await site.posts(page.letter(text="quen mat khau vneid"))
        bare = page.letter(text="menu")
        del bare["after"]
        own = await site.posts(bare)
        assert own.texts != lost.texts
        assert len(own.texts) == 1
        everything = await site.posts(bare | {"after": page.after})
        assert everything.texts == lost.texts + own.texts
        assert everything.json["after"] == own.json["after"] > lost.json["after"]
        assert (await site.posts(bare | {"after": lost.json["after"]})).texts == own.texts
        assert (await site.posts(bare | {"after": own.json["after"]})).texts == []

    plays(base, scene)


def test_a_poll_gives_what_is_behind_the_cursor_and_keeps_what_was_not_acknowledged(
    base: Installation,
) -> None:
    async def scene(site: Site) -> None:
        page = site.page()
        first = await site.posts(page.letter(text="menu"))
        session, after = first.json["session"], first.json["after"]
        for cursor in (None, 0, ""):
            assert (await site.polls(session, cursor)).texts == first.texts
        assert (await site.polls(session, after - 1)).texts == first.texts[-1:]
        assert (await site.polls(session, 0)).texts == first.texts[-1:]  # the others have arrived
        assert (await site.polls(session, after)).json == {
            "session": session,
            "out": [],
            "after": after,
        }
        assert (await site.polls(session, 0)).json["after"] == 0

    plays(base, scene, poll_seconds=AT_ONCE)


def test_a_page_that_is_ahead_of_a_restored_backup_is_answered_all_the_same(
    base: Installation,
) -> None:
    async def scene(site: Site) -> None:
        page = site.page()
        await page.opens()
        ahead = page.letter(text="quen mat khau vneid", after=page.after + 1_000_000)
        got = await site.posts(ahead)
        assert got.texts
        page.takes(got)
        assert await page.says("1") != []

    plays(base, scene)


# ---- later --------------------------------------------------------------------------------------


def test_a_poll_wakes_at_once_for_what_another_turn_posts(base: Installation) -> None:
    async def scene(site: Site) -> None:
        site.app.pickup._look_every = 600.0  # what is found was heard
        page = site.page()
        await page.opens()
        for said in ("quen mat khau vneid", "1", "menu"):
            poll = asyncio.create_task(site.polls(page.session, page.after))
            await eventually(lambda: is_waited_for(site, page.identity))
            assert not poll.done()
            elsewhere = await site.posts(page.letter(text=said))
            got = await poll
            assert got.json["out"] == elsewhere.json["out"] != []
            page.takes(got)

    plays(base, scene, poll_seconds=600.0)


def is_waited_for(site: Site, identity: bytes) -> bool:
    """Whether a request has come in that waits for this person."""
    return identity in site.app.pickup._bell._listening


def test_a_poll_ends_empty_after_its_time_with_the_cursor_as_it_was(base: Installation) -> None:
    async def scene(site: Site) -> None:
        page = site.page()
        await page.opens()
        loop = asyncio.get_running_loop()
        begun = loop.time()
        got = await site.polls(page.session, page.after)
        assert loop.time() - begun >= 0.2
        assert got.json == {"session": page.session, "out": [], "after": page.after}

    plays(base, scene, poll_seconds=0.2)


def test_answers_that_take_longer_than_the_patience_come_by_the_poll(base: Installation) -> None:
    async def scene(site: Site) -> None:
        page = site.page()
        got = await site.posts(page.letter(text="menu"))
        assert got.json["out"] == []
        assert got.json["after"] == 0
        assert page.takes(got) == []
        poll = asyncio.create_task(page.polls())
        site.app.engine.start()  # only now somebody answers
        assert len(await poll) == 2
        assert await page.says("menu") in ([page.shown[-1]["text"]], [])

    plays(base, scene, works=False, answer_seconds=AT_ONCE)


def test_a_server_that_stops_answers_the_polls_that_are_open_and_does_not_wait(
    base: Installation,
) -> None:
    async def scene(site: Site) -> None:
        page = site.page()
        await page.opens()
        poll = asyncio.create_task(site.polls(page.session, page.after))
        await eventually(lambda: is_waited_for(site, page.identity))
        await site.runner.cleanup()
        assert (await poll).json["out"] == []

    plays(base, scene, poll_seconds=600.0)


def test_a_server_that_stops_still_gives_the_answer_to_a_message_that_has_come_in(
    base: Installation,
) -> None:
    async def scene(site: Site) -> None:
        page = site.page()
        page.session = f"{SLUG}." + "0" * 43
        answer = asyncio.create_task(page.opens())
        await eventually(lambda: is_waited_for(site, page.identity))
        stop = asyncio.create_task(site.runner.cleanup())
        await asyncio.wait([stop], timeout=AT_ONCE)
        assert not stop.done()
        site.app.engine.start()
        assert len(await answer) == 2
        await stop

    plays(base, scene, works=False, answer_seconds=600.0)


# ---- whatever happens ------------------------------------------------------------------------


SAID = st.sampled_from(["menu", "quen mat khau vneid", "1", "dừng", "người", "0"])
OLD = st.integers(0, 9)
STEPS = st.one_of(
    *(st.tuples(st.just(name), SAID) for name in ("post", "post hastily", "post, hang up")),
    *(st.tuples(st.just(name), OLD) for name in ("repeat", "repeat hastily", "repeat, hang up")),
    *(st.tuples(st.just(name), OLD) for name in ("poll", "poll, hang up", "poll + repeat")),
    *(st.tuples(st.just(name), SAID) for name in ("post + poll", "poll + post hastily")),
)


class Talk:
    """One page in front of two processes: one waits for its turns, the other never does."""

    def __init__(self, patient: Site, hasty: Site) -> None:
        self.patient, self.hasty = patient, hasty
        self.page = patient.page()
        self.posted = [self.page.letter(action="start")]
        self.written: dict[int, str] = {}
        number = next(_numbers)
        self.headers = {"X-Forwarded-For": f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"}

    async def begins(self, lost: int) -> None:
        """The first message goes again and again until its answer, with the session, has arrived."""
        for _ in range(lost):
            await self.hasty.posts(self.posted[0], **self.headers)
        self.page.takes(await self.patient.posts(self.posted[0], **self.headers))
        self.looks()

    async def plays(self, step: str, what: Any) -> None:
        """One step. An answer counts only for the cursor it was asked with, as for any careful page."""
        asked_with = self.page.after
        for got in await asyncio.gather(*(self.asks(one, what) for one in step.split(" + "))):
            assert got.status == 200, got.text
            if "hang up" not in step and self.page.after == asked_with:
                self.page.takes(got)
        self.looks()

    async def asks(self, step: str, what: Any) -> Got:
        """One request of it."""
        if step.startswith("poll"):
            query = {"session": str(self.page.session), "after": str(self.page.after)}
            return await self.patient.asks(
                "GET", "/chat/api/messages", params=query, headers=self.headers
            )
        if step.startswith("post"):
            self.posted.append(self.page.letter(text=what))
            letter = self.posted[-1]
        else:
            letter = self.posted[-1 - what % len(self.posted)] | {"after": self.page.after}
        site = self.hasty if "hastily" in step else self.patient
        return await site.posts(letter, **self.headers)

    def looks(self) -> None:
        """Reads what waits; nothing new is dropped before a later request says that it has arrived."""
        waiting = self.patient.base.database.read(fetching.waiting, self.page.identity)
        self.written |= {letter.id: letter.message.text for letter in waiting}

    async def ends(self) -> None:
        """Everything is answered, and the page asks until nothing more comes."""
        await eventually(lambda: all(self.column(inbox.c.done_at)))
        self.looks()
        while self.page.takes(await self.asks("poll", 0)):
            pass

    def column(self, column: Any) -> list[Any]:
        """Values of a column in the rows of this person, oldest first."""
        table, who = column.table, self.page.identity

        def read(unit: Unit) -> list[Any]:
            rows = select(column).where(table.c.identity == who).order_by(table.c.id)
            return list(unit.connection.execute(rows).scalars())

        return self.patient.base.database.read(read)


def test_nothing_is_lost_and_nothing_comes_twice(base: Installation) -> None:
    with asyncio.Runner() as runner:
        opened = [
            open_site(base, poll_seconds=0.0, answer_seconds=seconds) for seconds in (20.0, 0.0)
        ]
        sites = [runner.run(one.__aenter__()) for one in opened]

        @given(lost=st.integers(0, 2), steps=st.lists(STEPS, max_size=10))
        @example(2, [("post, hang up", "menu"), ("repeat", 0), ("poll + repeat", 0)])
        @example(1, [("post hastily", "menu"), ("post", "1"), ("poll, hang up", 0), ("poll", 0)])
        def check(lost: int, steps: list[tuple[str, Any]]) -> None:
            talk = Talk(*sites)
            runner.run(talk.begins(lost))
            for step in steps:
                runner.run(talk.plays(*step))
            runner.run(talk.ends())
            assert len(talk.column(inbox.c.id)) == len(talk.posted)
            assert talk.column(outbox.c.id) == sorted(talk.written)
            assert [one["marked"] for one in talk.page.shown] == [
                talk.written[number] for number in sorted(talk.written)
            ]
            assert len(talk.page.shown) > 1

        try:
            check()
        finally:
            for one in reversed(opened):
                runner.run(one.__aexit__(None, None, None))
