"""A computer that many use: the chat is forgotten at once when told so, or when its page is gone."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from bot.app.installation import Installation
from bot.core.vocabulary import Role
from bot.services import teams
from bot.services.plans import find_commune
from tests.chat_site import AT_ONCE, FORGET, OTHER, SLUG, Page, Site, open_base, plays
from tests.storage_tools import ENGINES, rows_of


@pytest.fixture(scope="module", params=ENGINES)
def base(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    with open_base(request, request.param, tmp_path_factory.mktemp("forgetting")) as opened:
        yield opened


def clock_of(base: Installation) -> Any:
    return base.database.clock


async def talk(page: Page) -> dict[str, int]:
    """Some steps; gives how many rows there are about the page."""
    await page.opens()
    await page.says("quen mat khau vneid")
    await page.says("1")
    return page.site.rows_about(page.session or "")


async def forget(page: Page) -> None:
    got = await page.site.posts({"session": page.session}, FORGET)
    assert got.json == {"forgotten": True}


def test_a_forgotten_chat_leaves_no_row_and_what_was_counted_stays(base: Installation) -> None:
    commune = find_commune(base.communes, SLUG)
    code = base.database.write(teams.invite, commune, Role.MEMBER, "KP 3", None).code

    async def scene(site: Site) -> None:
        other, there, page = site.page(), site.page(OTHER), site.page()
        about_others = [await talk(other), await talk(there)]
        before = base.database.read(rows_of)
        await page.presses(f"start:j_{code}")
        for said in ("chị Hạnh", "menu", "1", "1", "1", "1"):
            await page.says(said)
        await talk(page)
        about = site.rows_about(page.session or "")
        assert set(about) == {"inbox", "outbox", "conversations", "chat_links"}
        await forget(page)
        assert site.rows_about(page.session or "") == {}
        after = base.database.read(rows_of)
        grown = {name for name in after if len(after[name]) > len(before[name])}
        assert {"members", "help_entries"} <= grown
        assert after["question_tallies"] != before["question_tallies"]
        for name in ("inbox", "outbox", "conversations", "chat_links"):
            assert after[name] == before[name]
        assert [site.rows_about(one.session or "") for one in (other, there)] == about_others
        await forget(page)  # nothing is left to forget
        assert (await page.polls()) == []
        greeting = [message["text"] for message in other.shown[:2]]
        page.after = 0
        assert await page.opens() == greeting  # the same session begins anew

    plays(base, scene, poll_seconds=AT_ONCE)


def test_a_shared_chat_is_forgotten_two_minutes_after_its_last_message(base: Installation) -> None:
    clock = clock_of(base)

    async def scene(site: Site) -> None:
        shared, own = site.page(shared=True), site.page(shared=False)
        await own.opens()
        for said in ("menu", "quen mat khau vneid"):
            assert await shared.says(said)
            clock.passes(seconds=119)
            await site.app.jobs.run_due()
            assert site.rows_about(shared.session or "")["conversations"] == 1
        tallied = site.rows("question_tallies")
        clock.passes(seconds=1)
        await site.app.jobs.run_due()
        assert site.rows_about(shared.session or "") == {}
        assert site.rows_about(own.session or "")["conversations"] == 1
        assert site.rows("question_tallies") == tallied != []

    plays(base, scene)


def test_as_long_as_its_page_asks_for_more_a_shared_chat_is_kept(base: Installation) -> None:
    clock = clock_of(base)

    async def scene(site: Site) -> None:
        shared, own = site.page(shared=True), site.page()
        await shared.opens()
        await own.opens()
        for _ in range(5):
            clock.passes(seconds=119)
            await shared.polls()
            await own.polls()
            await site.app.jobs.run_due()
            assert site.rows_about(shared.session or "")
        clock.passes(seconds=120)
        await site.app.jobs.run_due()
        assert site.rows_about(shared.session or "") == {}
        assert site.rows_about(own.session or "")

    plays(base, scene, poll_seconds=AT_ONCE)


def test_the_poll_says_it_too_where_the_first_answer_came_late(base: Installation) -> None:
    clock = clock_of(base)

    async def scene(site: Site) -> None:
        page = site.page(shared=True)
        assert await page.opens() == []  # nothing yet that could remember the moment
        site.app.engine.start()
        while not await page.polls():
            pass
        await page.polls(shared="1")
        clock.passes(seconds=120)
        await site.app.jobs.run_due()
        assert site.rows_about(page.session or "") == {}

    plays(base, scene, works=False, answer_seconds=AT_ONCE, poll_seconds=AT_ONCE)


def test_a_message_that_nobody_has_answered_is_forgotten_with_the_chat(base: Installation) -> None:
    async def scene(site: Site) -> None:
        page = site.page()
        assert await page.opens() == []
        assert site.rows_about(page.session or "") == {"inbox": 1}
        await forget(page)
        assert site.rows_about(page.session or "") == {}
        site.app.engine.start()
        await asyncio.gather(*(site.page().opens() for _ in range(3)))
        assert site.rows_about(page.session or "") == {}

    plays(base, scene, works=False, answer_seconds=AT_ONCE)


class Held:
    """An observer that stops a turn in the middle, inside its transaction, until it may go on."""

    def __init__(self) -> None:
        self.is_on = False
        self.reached, self.may_go_on = threading.Event(), threading.Event()

    def __call__(self, point: str) -> None:
        if point == "turn" and self.is_on:
            self.reached.set()
            assert self.may_go_on.wait(20)


def test_a_chat_that_is_forgotten_while_its_turn_runs_leaves_nothing(base: Installation) -> None:
    held = Held()

    async def scene(site: Site) -> None:
        page = site.page(shared=True)
        await talk(page)
        held.is_on = True
        answer = asyncio.create_task(site.posts(page.letter(text="menu")))
        assert await asyncio.to_thread(held.reached.wait, 20)
        gone = asyncio.create_task(forget(page))
        done, _ = await asyncio.wait([gone], timeout=AT_ONCE)
        # On SQLite a turn that has written nothing keeps nobody waiting; it is undone instead.
        assert bool(done) == base.database.is_sqlite
        held.is_on = False
        held.may_go_on.set()
        await gone
        assert (await answer).status == 200
        assert site.rows_about(page.session or "") == {}

    try:
        plays(base, scene, observe=held, answer_seconds=1.0)
    finally:
        held.may_go_on.set()


def test_polls_messages_and_forgetting_at_one_moment_do_not_get_in_each_others_way(
    base: Installation,
) -> None:
    async def scene(site: Site) -> None:
        for _ in range(10):
            pages = [site.page(shared=True) for _ in range(4)]
            await asyncio.gather(*(page.opens() for page in pages))
            sessions = [page.session for page in pages]
            got = await asyncio.gather(
                *(site.polls(page.session, page.after) for page in pages for _ in range(3)),
                *(site.posts({"session": session}, FORGET) for session in sessions),
                *(site.posts(page.letter(text="menu")) for page in pages[:2]),
            )
            assert {one.status for one in got} == {200}
            assert [site.rows_about(session or "") for session in sessions[2:]] == [{}, {}]

    plays(base, scene, poll_seconds=0.0, answer_seconds=AT_ONCE)
