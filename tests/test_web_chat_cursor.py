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
from tests.chat_site import Got, Site, open_base, open_site, with_settings
from tests.storage_tools import ENGINES

SAID = st.sampled_from(["menu", "quen mat khau vneid", "1", "dừng", "người", "0"])
OLD = st.integers(0, 9)
STEPS = st.one_of(
    *(st.tuples(st.just(name), SAID) for name in ("post", "post hastily", "post, hang up")),
    *(st.tuples(st.just(name), OLD) for name in ("repeat", "repeat hastily", "repeat, hang up")),
    *(st.tuples(st.just(name), OLD) for name in ("poll", "poll, hang up", "poll + repeat")),
    *(st.tuples(st.just(name), SAID) for name in ("post + poll", "poll + post hastily")),
)
_numbers = itertools.count(1)


@pytest.fixture(scope="module", params=ENGINES)
def base(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    with open_base(request, request.param, tmp_path_factory.mktemp("cursor")) as opened:
        yield with_settings(opened, proxies=1)


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
