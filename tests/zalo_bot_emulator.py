"""A stand-in for the Zalo Bot Platform on 127.0.0.1 that keeps its rules.

    async with ZaloBotEmulator() as emulator:
        channel = ZaloBotChannel("ho-nai", emulator.token, SECRET, emulator.root_url, "")
        person = emulator.person("Lan")
        await person.says("Xin chào")
        await channel.send(person.id, Outbound("Dạ chào cô"))
        await person.waits_for(1)

By hand, with a person at the keyboard:

    python tests/zalo_bot_emulator.py --port 8082 --token 271828182:made-up
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import threading
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any, Self, TypeVar

import aiohttp
from aiohttp import web

if __name__ == "__main__":  # started by hand: the folder above holds the package
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.telegram_faults import Fault, Faults
from tests.zalo_bot_people import Person, SeenMessage
from tests.zalo_bot_updates import Attempt, Updates
from tests.zalo_bot_world import Json, Picture, RefusedError, World, bad_request

__all__ = ["Answer", "Attempt", "Person", "Picture", "SeenMessage", "ZaloBotEmulator"]

TOKEN = "271828182:made-up"
WORDS = {401: "Unauthorized", 403: "Forbidden", 408: "Request timeout", 429: "Quota exceeded"}
FETCH_SECONDS = 5.0
T = TypeVar("T")


@dataclass(frozen=True)
class Answer:
    """What a call got: the method, the HTTP status and the body (none where it was dropped)."""

    method: str
    params: Json
    status: int
    body: Any


class ZaloBotEmulator:
    """Zalo's servers, one bot and the people who talk to it.

    ``hides_status`` answers refusals with HTTP 200, ``empty_poll_status`` is the HTTP status of a poll that
    found nothing: working clients were written against either.
    """

    def __init__(
        self, token: str = TOKEN, *, port: int = 0, clock: Callable[[], float] = time.time
    ) -> None:
        self.token = token
        self.calls: list[tuple[str, Json]] = []
        self.answers: list[Answer] = []
        self.turned_away: list[str] = []  # ids of people for whom the bot had no room
        self.on_call: Callable[[str, Json], None] | None = None
        self.hides_status = False
        self.empty_poll_status = 408
        self.photo_field = "photo_url"  # as code has it; the documents write ``photo``
        self._port = port
        self._change: asyncio.Event | None = None
        self._faults = Faults()
        self._people: dict[str, Person] = {}
        self._runner: web.AppRunner | None = None
        self.world = World(clock, self._changed)
        self.updates = Updates(clock, self._changed)
        self._table = self.world.table | self.updates.table

    # ---- the server ---------------------------------------------------------------------

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Listens; after ``stop`` again on the same port and with everything remembered."""
        timeout = aiohttp.ClientTimeout(total=FETCH_SECONDS)
        self.world.session = self.updates.session = aiohttp.ClientSession(timeout=timeout)
        app = web.Application()
        app.router.add_route("GET", "/bot{token:[^/]*}/{method}", self._serve)
        app.router.add_route("POST", "/bot{token:[^/]*}/{method}", self._serve)
        app.router.add_route("*", "/{rest:.*}", self._not_found)
        # A poll whose client has gone must not take an event with it.
        self._runner = web.AppRunner(
            app, access_log=None, shutdown_timeout=0.2, handler_cancellation=True
        )
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port, reuse_address=True)
        await site.start()
        self._port = int(self._runner.addresses[0][1])

    async def stop(self) -> None:
        """Stops listening: an outage, or the end."""
        await self.updates.stop()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None
        if self.world.session is not None:
            await self.world.session.close()
            self.world.session = self.updates.session = None

    @property
    def root_url(self) -> str:
        """What the channel takes as ``api_base``."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def connections(self) -> int:
        """How many connections are open, by the server's own count."""
        server = self._runner.server if self._runner else None
        return len(server.connections) if server else 0

    async def _not_found(self, request: web.Request) -> web.Response:
        return web.json_response(RefusedError(404, "Not found").body(), status=404)

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        if request.match_info["token"] != self.token:
            return web.json_response(RefusedError(401, WORDS[401]).body(), status=401)
        method = request.match_info["method"]
        params = await _read(request)
        self.calls.append((method, params or {}))
        self._changed()
        fault = self._faults.take(method)
        if fault and fault.drop == "before":
            return self._hang_up(request, method, params or {})
        if fault and not fault.drop:
            status, body, headers = fault.status, fault.body, fault.headers
        else:
            (status, body), headers = await self._take(method, params), None
        await asyncio.sleep(self._faults.delay_of(method))
        if fault and fault.drop == "after":
            return self._hang_up(request, method, params or {})
        self.answers.append(Answer(method, params or {}, status, body))
        self._changed()
        if isinstance(body, str):
            return web.Response(text=body, status=status, headers=headers, content_type="text/html")
        return web.json_response(body, status=status, headers=headers)

    async def _take(self, method: str, params: Json | None) -> tuple[int, Json]:
        try:
            function = self._table.get(method)
            if function is None:
                raise RefusedError(404, "Not found")
            if params is None:
                raise bad_request("the body cannot be read")
            result = function(params)
            if isinstance(result, Awaitable):
                result = await result
        except RefusedError as refused:
            status = refused.code if refused.code != 408 else self.empty_poll_status
            return 200 if self.hides_status else status, refused.body()
        answer: Json = {"ok": True}
        if result is not None:
            answer["result"] = json.loads(json.dumps(result))
        if self.on_call is not None:
            self.on_call(method, params)
        return 200, answer

    def _hang_up(self, request: web.Request, method: str, params: Json) -> web.Response:
        self.answers.append(Answer(method, params, 0, None))
        self._changed()
        if request.transport is not None:
            request.transport.abort()
        return web.Response()

    # ---- people and watching ------------------------------------------------------------

    def person(self, name: str = "Nguyễn Văn Mẫu", id: str | None = None) -> Person:
        """The person with this id, or somebody new."""
        chat = self.world.add_chat(name, id)
        return self._people.setdefault(chat.id, Person(self, chat))

    def calls_of(self, method: str) -> list[Json]:
        """The parameters of every call of one method."""
        return [params for name, params in self.calls if name == method]

    async def until(self, found: Callable[[], T | None], seconds: float = 5.0) -> T:
        """Waits until ``found`` gives something that is neither ``None`` nor false."""
        async with asyncio.timeout(seconds):
            while not (result := found()):
                self._change = self._change or asyncio.Event()
                await self._change.wait()
            return result

    async def is_polled(self, seconds: float = 5.0) -> None:
        """Waits until a poll waits: what is said before that is lost."""
        await self.until(lambda: self.updates.polls, seconds)

    async def deliver_again(self, update: Json | None, times: int = 1) -> list[int | None]:
        """Posts a former event to the webhook again, so many at once; the statuses."""
        assert update is not None, "it was never made"
        return list(await asyncio.gather(*(self.updates.post(update) for _ in range(times))))

    def _changed(self) -> None:
        if self._change is not None:
            self._change.set()
            self._change = None

    # ---- trouble ------------------------------------------------------------------------

    def fail_next(
        self,
        method: str = "*",
        times: int = 1,
        status: int | None = None,
        body: Any = None,
        retry_after: int | None = None,
    ) -> None:
        """Refuses the next calls without taking them; ``body`` may be JSON or any text."""
        status = status if status is not None else (429 if retry_after else 500)
        if body is None:
            words = WORDS.get(status, HTTPStatus(status).phrase)
            body = RefusedError(status, words, retry_after).body()
        self._faults.add(Fault(method, times, status, body))

    def drop_next(self, method: str = "*", times: int = 1, after_taking: bool = True) -> None:
        """Closes the connection without an answer, the call having been taken or not."""
        self._faults.add(Fault(method, times, drop="after" if after_taking else "before"))

    def delay(self, method: str = "*", seconds: float = 0.0) -> None:
        """Takes every call of the method at once but answers it late, until set to 0."""
        self._faults.delays[method] = seconds


async def _read(request: web.Request) -> Json | None:
    """The parameters from the address and the body, in any encoding; None for what cannot be read."""
    params: Json = dict(request.query)
    if request.content_type == "application/json":
        raw = await request.read()
        try:
            body = json.loads(raw) if raw else {}
        except ValueError:
            return None
        return params | body if isinstance(body, dict) else None
    form = await request.post()
    return params | {name: value for name, value in form.items() if isinstance(value, str)}


# ---- by hand --------------------------------------------------------------------------------


def _tell(words: str) -> None:
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


async def _by_hand(port: int, token: str) -> None:
    async with ZaloBotEmulator(token, port=port) as emulator:
        emulator.updates.second = 1.0
        person, shown = emulator.person("You"), 0
        lines: asyncio.Queue[str] = asyncio.Queue()
        hear = partial(_hear, asyncio.get_running_loop(), lines)
        threading.Thread(target=hear, daemon=True).start()
        _tell(f"listening on {emulator.root_url}; type a text or a digit")
        while True:
            for message in person.messages[shown:]:
                shown += 1
                _tell(f"bot> {message.text}" + (" [picture]" if message.picture else ""))
            await asyncio.sleep(0.1)
            while not lines.empty():
                lost = len(emulator.updates.lost)
                await person.says(lines.get_nowait())
                if len(emulator.updates.lost) > lost:
                    _tell("(lost: nobody polls and no webhook is set)")


def _hear(loop: asyncio.AbstractEventLoop, lines: asyncio.Queue[str]) -> None:
    for line in sys.stdin:
        if line.strip():
            loop.call_soon_threadsafe(lines.put_nowait, line.strip())


def main() -> None:
    """Serves until interrupted."""
    parser = argparse.ArgumentParser(description="A Zalo Bot Platform for trying the bot by hand")
    parser.add_argument("--port", type=int, default=8082)
    parser.add_argument("--token", default=TOKEN)
    given = parser.parse_args()
    try:
        asyncio.run(_by_hand(given.port, given.token))
    except KeyboardInterrupt:
        sys.stdout.write("\n")


if __name__ == "__main__":
    main()
