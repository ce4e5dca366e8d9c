"""A stand-in for Zalo's OA servers (oauth, openapi, the webhook) that keeps Zalo's rules.

    async with ZaloOAEmulator() as zalo:
        zalo.set_webhook("http://127.0.0.1:8080/webhooks/zalo")
        pair = zalo.tokens.new_pair()  # the bot's first pair, from the console
        person = zalo.person("Nguyễn Thị Lan")
        await person.says("xin chào")
        await person.waits_for(1)
        await person.presses("Hướng dẫn")

Both hosts are ``root_url``. Every refusal is an HTTP 200 with a number in the body. What the
documents leave open stands as a settable attribute on ``world``, ``tokens`` or ``events``. By hand:

    python tests/zalo_oa_emulator.py --port 8082 --webhook http://127.0.0.1:8080/webhooks/zalo
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Self, TypeVar
from urllib.parse import urlencode, urlsplit

import aiohttp
from aiohttp import web

if __name__ == "__main__":  # started by hand: the folder above holds the package
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.zalo_oa_events import LADDER, Attempt, Events
from tests.zalo_oa_faults import PAGE, Fault, Faults, refusal
from tests.zalo_oa_methods import Methods
from tests.zalo_oa_people import Person, SeenMessage, Staff
from tests.zalo_oa_rules import Json, NoGrantError, RefusedError, Upload, invalid
from tests.zalo_oa_tokens import OfficialAccount, Pair, Tokens
from tests.zalo_oa_wire import read_call, reply
from tests.zalo_oa_world import Call, World

__all__ = [
    "LADDER",
    "PAGE",
    "Answer",
    "Call",
    "OfficialAccount",
    "Pair",
    "Person",
    "SeenMessage",
    "Staff",
    "ZaloOAEmulator",
]

BIGGEST_CALL = 64 << 20
FIRST_USER = 6_801_357_924_680_135_792
T = TypeVar("T")


@dataclass(frozen=True)
class Answer:
    """What a call got: the HTTP status and the body (none where it was dropped)."""

    call: Call
    status: int
    body: Any


class ZaloOAEmulator:
    """Zalo's servers, one app with one Official Account, and the people who talk to it."""

    def __init__(
        self,
        account: OfficialAccount | None = None,
        *,
        port: int = 0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.account = account or OfficialAccount()
        self.calls: list[Call] = []
        self.answers: list[Answer] = []
        self.hosts: dict[str, str] = {}  # where an address in a message is served in the test
        self.world = World(self.account, clock, self._changed)
        self.tokens = Tokens(self.account, self.world.now)
        self.events = Events(self.world)
        self.methods = Methods(self.world, self.tokens, self.events, self._fetch)
        self._port = port
        self._change: asyncio.Event | None = None
        self._faults = Faults()
        self._people: dict[str, Person] = {}
        self._runner: web.AppRunner | None = None

    # ---- the server ---------------------------------------------------------------------

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Listens; after ``stop`` again on the same port and with everything remembered."""
        app = web.Application(client_max_size=BIGGEST_CALL)
        app.router.add_get("/v4/permission/error", self._permission_error)
        app.router.add_route("*", "/{path:.*}", self._serve)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port, reuse_address=True)
        await site.start()
        self._port = int(self._runner.addresses[0][1])
        await self.events.start()

    async def stop(self) -> None:
        """Stops listening: connections are refused, and events on their way are lost."""
        await self.events.stop()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    @property
    def root_url(self) -> str:
        """In place of both ``https://oauth.zaloapp.com`` and ``https://openapi.zalo.me``."""
        return f"http://127.0.0.1:{self._port}"

    async def _permission_error(self, request: web.Request) -> web.Response:
        code = int(request.query.get("error_code", "0"))
        return web.json_response(NoGrantError(code, "consent was not possible").body())

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        call, unreadable = await read_call(request)
        self.calls.append(call)
        self._changed()
        fault = self._faults.take(call.name)
        headers = self.world.count_call() if call.name != "permission" else {}
        status, body = 200, None
        if fault is None or fault.takes or (fault.body is None and not fault.drop):
            status, body = await self._take(call, unreadable)
        if fault is not None and fault.body is not None:
            status, body = fault.status, fault.body
        await asyncio.sleep(self._faults.delay_of(call.name))
        if fault is not None and fault.drop:
            return self._hang_up(request, call)
        self.answers.append(Answer(call, status, body))
        self._changed()
        if status == 302:
            return web.Response(status=302, headers={"Location": str(body)})
        return await reply(request, status, body, headers, fault.slow if fault else 0.0)

    async def _take(self, call: Call, unreadable: RefusedError | None) -> tuple[int, Any]:
        try:
            if call.path == "/v4/oa/permission":
                return 302, self._consent(call.query)
            if call.path == "/v4/oa/access_token":
                return 200, self._grant(call)
            if unreadable is not None:
                raise unreadable
            return 200, json.loads(json.dumps(await self.methods.take(call)))
        except RefusedError as refused:
            return 200, refused.body()

    def _consent(self, params: Json) -> str:
        """Where the administrator's browser goes next: to the callback, or to Zalo's error page."""
        try:
            code = self.tokens.consent(params)
        except NoGrantError as refused:
            return f"/v4/permission/error?error_code={refused.code}"
        given = {"code": code, "oa_id": self.account.oa_id}
        given |= {"state": params["state"]} if "state" in params else {}
        target = str(params["redirect_uri"])
        return f"{target}{'&' if urlsplit(target).query else '?'}{urlencode(given)}"

    def _grant(self, call: Call) -> Json:
        kind = call.headers.get("content-type", "")
        if call.method != "POST" or "application/x-www-form-urlencoded" not in kind:
            raise NoGrantError(-14002, "the request must be a POST of a form")
        try:
            self.world.check_rate()
        except RefusedError as refused:
            raise NoGrantError(refused.code, str(refused)) from None
        pair = self.tokens.grant(call.params, call.headers.get("secret_key", ""))
        return pair.body()

    def _hang_up(self, request: web.Request, call: Call) -> web.Response:
        self.answers.append(Answer(call, 0, None))
        self._changed()
        if request.transport is not None:
            request.transport.abort()
        return web.Response()

    async def _fetch(self, url: str) -> Upload | None:
        """What lies at the address of a picture; none where it is beyond the test."""
        parts = urlsplit(url)
        base = self.hosts.get(f"{parts.scheme}://{parts.netloc}", "")
        if not base and parts.hostname not in ("127.0.0.1", "localhost"):
            return None
        target = base + url.removeprefix(f"{parts.scheme}://{parts.netloc}") if base else url
        limit = aiohttp.ClientTimeout(total=5)
        try:
            async with (
                aiohttp.ClientSession(timeout=limit) as session,
                session.get(target) as response,
            ):
                if response.status != 200:
                    raise invalid("element.url cannot be fetched")
                name = parts.path.rpartition("/")[2]
                return Upload(name, response.content_type, await response.read())
        except aiohttp.ClientError:
            raise invalid("element.url cannot be fetched") from None

    # ---- people -------------------------------------------------------------------------

    def person(self, name: str = "Nguyễn Thị Lan", user_id: str = "") -> Person:
        """The person with this id, made on first sight; nobody may write to them yet."""
        user_id = user_id or str(FIRST_USER + 1_000_003 * len(self._people))
        if user_id not in self._people:
            self._people[user_id] = Person(self, self.world.add_chat(user_id, name))
        return self._people[user_id]

    def staff(self, admin_id: str = "4420918273645510928") -> Staff:
        """Somebody of the office, in Zalo's own manager of the account."""
        return Staff(self, admin_id)

    # ---- watching -----------------------------------------------------------------------

    @property
    def refreshes(self) -> int:
        """How many refresh tokens were taken and answered with a successor."""
        return self.tokens.refreshes

    @property
    def attempts(self) -> list[Attempt]:
        """Every delivery to the webhook, with its status and the seconds it took."""
        return list(self.events.attempts)

    def calls_of(self, name: str) -> list[Call]:
        """Every call of one name: ``access_token``, ``message/cs``, ``upload/image``, …"""
        return [call for call in self.calls if call.name == name]

    async def until(self, found: Callable[[], T | None], seconds: float = 5.0) -> T:
        """Waits until ``found`` gives something that is neither ``None`` nor false."""
        async with asyncio.timeout(seconds):
            while not (result := found()):
                self._change = self._change or asyncio.Event()
                await self._change.wait()
            return result

    async def settles(self, seconds: float = 5.0) -> None:
        """Waits until the webhook has taken every event (or it has been given up)."""
        await self.until(lambda: not self.events.pending, seconds)

    def _changed(self) -> None:
        if self._change is not None:
            self._change.set()
            self._change = None

    def passes(self, **span: float) -> None:
        """Lets time go by on Zalo's side: ``zalo.passes(hours=25)``."""
        self.world.passes(timedelta(**span))

    # ---- the webhook --------------------------------------------------------------------

    def set_webhook(self, url: str) -> None:
        """Saves the address in the console; an empty one switches the webhook off."""
        self.events.url = url

    def repeat_after(self, *pauses: float) -> None:
        """The pauses before a delivery is repeated; after the last the webhook is switched off."""
        self.events.schedule = pauses

    async def deliver_again(
        self, event: Json, times: int = 1, at_once: bool = True
    ) -> list[int | None]:
        """Posts a former event again; the statuses, ``None`` where no answer came."""
        if at_once:
            posts = (self.events.post(event) for _ in range(times))
            return list(await asyncio.gather(*posts))
        return [await self.events.post(event) for _ in range(times)]

    async def tests_webhook(self) -> int | None:
        """Presses the console's test button: a text whose ids belong to nobody."""
        event = {
            "app_id": self.account.app_id,
            "sender": {"id": "1000000000000000001"},
            "user_id_by_app": "1000000000000000002",
            "recipient": {"id": "1000000000000000003"},
            "event_name": "user_send_text",
            "message": {"text": "This is testing message", "msg_id": "This is message id"},
            "timestamp": str(self.world.stamp()),
        }
        return await self.events.post(event)

    # ---- trouble ------------------------------------------------------------------------

    def fail_next(
        self,
        name: str = "*",
        times: int = 1,
        *,
        code: int = -200,
        status: int = 200,
        body: Any = None,
        taking: bool = False,
    ) -> None:
        """Answers the next calls with a refusal, or with a status and any JSON, text or bytes.

        ``taking`` lets the call do its work before its answer goes wrong.
        """
        body = refusal(name, code) if body is None else body
        self._faults.add(Fault(name, times, status, body, taking))

    def drop_next(self, name: str = "*", times: int = 1, *, after_taking: bool = True) -> None:
        """Closes the connection without an answer, the call having been taken or not."""
        self._faults.add(Fault(name, times, takes=after_taking, drop=True))

    def slow_next(self, name: str = "*", times: int = 1, *, seconds: float = 1.0) -> None:
        """Takes the next calls and lets their answers dribble over this time."""
        self._faults.add(Fault(name, times, slow=seconds))

    def delay(self, name: str = "*", seconds: float = 0.0) -> None:
        """Takes every call of the name at once but answers it late, until set to 0."""
        self._faults.delays[name] = seconds


# ---- by hand --------------------------------------------------------------------------------


def _tell(words: str) -> None:
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


async def _by_hand(port: int, webhook: str) -> None:
    async with ZaloOAEmulator(port=port) as zalo:
        zalo.set_webhook(webhook)
        person, shown = zalo.person("Bà Lan"), 0
        lines: asyncio.Queue[str] = asyncio.Queue()
        loop = asyncio.get_running_loop()

        def hear() -> None:
            for line in sys.stdin:
                loop.call_soon_threadsafe(lines.put_nowait, line.strip())

        threading.Thread(target=hear, daemon=True).start()
        _tell(f"{zalo.root_url}; {zalo.account}; {zalo.tokens.new_pair()}; a text or !button")
        while True:
            for message in person.messages[shown:]:
                _tell(f"OA> {message.text}  {message.labels or ''}")
            shown = len(person.messages)
            await asyncio.sleep(0.1)
            while not lines.empty():
                line = lines.get_nowait()
                act = person.presses(line[1:]) if line.startswith("!") else person.says(line)
                try:
                    await act
                except LookupError as missing:
                    _tell(str(missing))


def main() -> None:
    """Serves until interrupted."""
    parser = argparse.ArgumentParser(description="A Zalo OA for trying the bot by hand")
    parser.add_argument("--port", type=int, default=8082)
    parser.add_argument("--webhook", default="")
    given = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_by_hand(given.port, given.webhook))


if __name__ == "__main__":
    main()
