"""The real application on a free port, and pages that talk to its web chat as a browser would."""

from __future__ import annotations

import asyncio
import json
import re
import uuid
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from yarl import URL

from bot.app.bookcase import open_bookcase
from bot.app.front import open_front
from bot.app.installation import Installation, open_installation
from bot.app.lobby import open_lobby
from bot.app.office import OfficeDesk
from bot.app.wiring import Application, build
from bot.app.zalo import ZaloOa
from bot.app.zalo_consent import ConsentDesk
from bot.config import Settings
from bot.conversation.engine import Observer, unobserved
from bot.core.vocabulary import Identity
from bot.web.chat import Lobby
from bot.web.server import Parts, build_server
from tests import shipped
from tests.clock import FixedClock
from tests.storage_tools import empty_database, rows_of

KEY = "khóa của các kiểm tra khung chat"
API, FORGET = "/chat/api/messages", "/chat/api/forget"
SLUG, OTHER = "ho-nai", "xuan-hoa"
AT_ONCE = 0.05  # the patience of who is to wait in vain
HERE = f"{SLUG}." + "x" * 43
GOOD: dict[str, Any] = {"id": "e1", "commune": SLUG, "session": HERE, "text": "menu"}
VIETNAMESE = re.compile(r"[A-ZĐ].*[ăâđêôơưáàảãạếệộốồớờợứừữíìịọụúùý].*[.!]")


def new_id() -> str:
    """An id as the page makes it."""
    return uuid.uuid4().hex


@dataclass(frozen=True)
class Got:
    """What the server answered."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def json(self) -> Any:
        """The body, decoded."""
        assert self.headers["Content-Type"] == "application/json; charset=utf-8", self.text[:200]
        return json.loads(self.text)

    @property
    def texts(self) -> list[str]:
        """What is to be shown."""
        assert self.status == 200, self.text
        return [message["text"] for message in self.json["out"]]

    @property
    def refusal(self) -> tuple[int, str]:
        """The status and the one sentence that goes with it."""
        assert list(self.json) == ["error"]
        return self.status, self.json["error"]


def assert_refused(got: Got, *status: int) -> None:
    """One Vietnamese sentence, nothing of what was sent, nothing that a browser may keep."""
    code, sentence = got.refusal
    assert code in status, got
    assert VIETNAMESE.fullmatch(sentence), sentence
    assert got.headers["Cache-Control"] == "no-store"
    assert got.headers["X-Content-Type-Options"] == "nosniff"


class Site:
    """A running server, seen from outside; and its database."""

    def __init__(
        self, app: Application, lobby: Lobby, runner: web.AppRunner, http: aiohttp.ClientSession
    ) -> None:
        self.app, self.lobby, self.runner, self.http = app, lobby, runner, http

    @property
    def base(self) -> Installation:
        """What the server stands on."""
        return self.app.installation

    async def asks(self, method: str, path: str | URL, **how: Any) -> Got:
        """Any request; redirects are not followed."""
        async with self.http.request(method, path, allow_redirects=False, **how) as response:
            return Got(response.status, response.headers, await response.text())

    async def posts(self, given: Any = None, path: str = API, **headers: str) -> Got:
        """Bytes, or what becomes JSON."""
        body = given if isinstance(given, bytes) else json.dumps(given).encode()
        return await self.asks("POST", path, data=body, headers=headers)

    async def polls(self, session: object, after: object = None, **more: str) -> Got:
        """The long poll; without a cursor where none is given."""
        query = {"session": str(session), **more}
        return await self.asks(
            "GET", API, params=query if after is None else {**query, "after": str(after)}
        )

    def page(self, slug: str = SLUG, **always: object) -> Page:
        """A page of somebody new, which adds these fields to all it posts."""
        return Page(self, slug, always)

    def identity(self, session: str) -> Identity:
        """Who has that session, to the database."""
        return self.lobby.rooms[session.split(".")[0]].identify(session)

    def rows_about(self, session: str) -> dict[str, int]:
        """How many rows of each table name the person; tables without one are left out."""
        who = bytes(self.identity(session))
        rows = self.base.database.read(rows_of)
        found = {name: sum(who in row for row in held) for name, held in rows.items()}
        return {name: count for name, count in found.items() if count}

    def rows(self, table: str) -> list[tuple[object, ...]]:
        """All rows of a table."""
        return self.base.database.read(rows_of)[table]


class Page:
    """Keeps its session and its cursor, as chat.js does: what is not newer than the cursor is not shown."""

    def __init__(self, site: Site, slug: str, always: dict[str, object]) -> None:
        self.site, self.slug, self.always = site, slug, always
        self.session: str | None = None
        self.after = 0
        self.shown: list[dict[str, Any]] = []

    def letter(self, number: str = "", **said: object) -> dict[str, object]:
        """What the page would post now."""
        known = {"commune": self.slug, "session": self.session, "after": self.after}
        return {"id": number or new_id(), **known, **self.always, **said}

    async def posts(self, number: str = "", **said: object) -> list[str]:
        """Post it and show what comes; gives the new texts."""
        return self.takes(await self.site.posts(self.letter(number, **said)))

    async def opens(self) -> list[str]:
        """What the page does first."""
        return await self.posts(action="start")

    async def says(self, text: str) -> list[str]:
        """Type."""
        return await self.posts(text=text)

    async def presses(self, action: str) -> list[str]:
        """Press a button."""
        return await self.posts(action=action)

    async def polls(self, **more: str) -> list[str]:
        """Ask once for what comes later."""
        return self.takes(await self.site.polls(self.session, self.after, **more))

    def takes(self, got: Got) -> list[str]:
        """Show an answer that has arrived."""
        assert got.status == 200, got.text
        self.session = got.json["session"]
        if got.json["after"] <= self.after:
            return []
        self.after = got.json["after"]
        self.shown += got.json["out"]
        return got.texts

    @property
    def choices(self) -> list[dict[str, Any]]:
        """The newest buttons."""
        return next(one["choices"] for one in reversed(self.shown) if one["choices"])

    @property
    def identity(self) -> Identity:
        """Who this is, to the database."""
        assert self.session is not None
        return self.site.identity(self.session)


@contextmanager
def open_base(
    request: pytest.FixtureRequest, engine: str, folder: Path, **settings: object
) -> Iterator[Installation]:
    """An installation of its own, with a clock that stands still."""
    with empty_database(request, engine, folder) as url:
        given = {"database_url": url, "secret_key": KEY, "var_dir": folder / "var", **settings}
        base = open_installation(
            Settings.model_validate(given), FixedClock(), library=shipped.library()
        )
        try:
            yield base
        finally:
            base.database.close()


def with_settings(base: Installation, **changes: object) -> Installation:
    """The same database under other settings."""
    return replace(base, settings=base.settings.model_copy(update=changes))


@asynccontextmanager
async def open_site(
    base: Installation,
    *,
    works: bool = True,
    observe: Observer = unobserved,
    oa: ZaloOa | None = None,
    port: int = 0,
    **changes: Any,
) -> AsyncIterator[Site]:
    """The server, put together as ``run`` does it; ``changes`` are fields of the lobby."""
    app = build(base, (), observe)
    lobby = replace(open_lobby(app), **changes)

    async def is_ready() -> bool:
        return True

    bookcase = open_bookcase(base, app.media, lobby.visitors)
    finish = {oa.account.name: ConsentDesk(base, oa, "web").finish} if oa else {}
    front = open_front(base, lobby.visitors, finish)
    parts = Parts({}, is_ready, lobby, OfficeDesk(base, app.media), bookcase, front)
    runner = web.AppRunner(build_server(parts), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    if works:
        app.engine.start()
    try:
        url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        async with aiohttp.ClientSession(url) as http:
            yield Site(app, lobby, runner, http)
    finally:
        await runner.cleanup()
        await app.intake.settle()
        await app.engine.stop()


Scene = Callable[[Site], Coroutine[Any, Any, None]]


def plays(base: Installation, scene: Scene, **how: Any) -> None:
    """Runs a scene on a server of its own; whatever takes minutes is broken."""

    async def play() -> None:
        async with asyncio.timeout(60), open_site(base, **how) as site:
            await scene(site)

    asyncio.run(play())
