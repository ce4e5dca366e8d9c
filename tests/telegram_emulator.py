"""A stand-in for api.telegram.org on 127.0.0.1 that keeps Telegram's rules.

    async with TelegramEmulator() as emulator:
        bot = telegram.Bot(emulator.token, base_url=emulator.base_url)
        person = emulator.person(first_name="Lan")
        await person.starts()
        await bot.send_message(person.id, "Xin chào")
        await person.waits_for(1)

Errors carry Telegram's words and Telegram's HTTP status. By hand, with a person at the keyboard:

    python tests/telegram_emulator.py --port 8081 --token 700000999:made-up
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
from pathlib import Path
from typing import Any, Self, TypeVar

from aiohttp import web

if __name__ == "__main__":  # started by hand: the folder above holds the package
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.telegram_faults import Fault, Faults, failing
from tests.telegram_methods import Methods
from tests.telegram_people import Group, Person, SeenMessage
from tests.telegram_rules import Json, RefusedError, tidy
from tests.telegram_updates import Attempt, Updates
from tests.telegram_world import FloodControl, FloodLimit, Upload, World

__all__ = ["Answer", "FloodLimit", "Group", "Person", "SeenMessage", "TelegramEmulator", "Upload"]

TOKEN = "700000999:made-up"
BIGGEST_CALL = 64 << 20
T = TypeVar("T")


@dataclass(frozen=True)
class Answer:
    """What a call got: the method, the HTTP status and the body (none where it was dropped)."""

    method: str
    params: Json
    status: int
    body: Any


class TelegramEmulator:
    """Telegram's servers, one bot and the people who talk to it."""

    def __init__(
        self,
        token: str = TOKEN,
        *,
        port: int = 0,
        clock: Callable[[], float] = time.time,
        flood: FloodLimit | bool = False,
    ) -> None:
        self.token = token
        self.calls: list[tuple[str, Json]] = []
        self.answers: list[Answer] = []
        self.on_call: Callable[[str, Json], None] | None = None
        self._port = port
        self._change: asyncio.Event | None = None
        self._faults = Faults()
        self._people: dict[int, Person] = {}
        self._runner: web.AppRunner | None = None
        bot = {
            "id": int(token.partition(":")[0]),
            "is_bot": True,
            "first_name": "Bạn Số",
            "username": "made_up_bot",
        }
        self.world = World(bot, clock, self._changed)
        self.updates_queue = Updates(self._changed)
        self.updates_queue.on_answer = self._answered_by_webhook
        self.methods = Methods(self.world)
        self.methods.table |= {
            "getUpdates": self.updates_queue.get_updates,
            "setWebhook": self.updates_queue.set_webhook,
            "deleteWebhook": self.updates_queue.delete_webhook,
            "getWebhookInfo": self.updates_queue.get_webhook_info,
        }
        self._names = {name.lower(): name for name in self.methods.table}
        self.limit(flood)

    # ---- the server ---------------------------------------------------------------------

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Listens; after ``stop`` again on the same port and with everything remembered."""
        app = web.Application(client_max_size=BIGGEST_CALL)
        app.router.add_route("*", "/bot{token:[^/]*}/{method}", self._serve)
        app.router.add_route("*", "/{rest:.*}", self._not_found)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port, reuse_address=True)
        await site.start()
        self._port = int(self._runner.addresses[0][1])
        await self.updates_queue.start()

    async def stop(self) -> None:
        """Stops listening: an outage, or the end."""
        await self.updates_queue.stop()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    @property
    def root_url(self) -> str:
        """The server's address."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def base_url(self) -> str:
        """What ``telegram.Bot(base_url=…)`` takes."""
        return f"{self.root_url}/bot"

    async def _not_found(self, request: web.Request) -> web.Response:
        return web.json_response(RefusedError(404, "Not Found").body(), status=404)

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        if request.match_info["token"] != self.token:
            return web.json_response(RefusedError(401, "Unauthorized").body(), status=401)
        given = request.match_info["method"]
        method = self._names.get(given.lower(), given)
        raw = await _read(request)
        params, unreadable = raw, None
        try:
            params = tidy(raw)
        except RefusedError as refused:
            unreadable = refused
        self.calls.append((method, params))
        self._changed()
        fault = self._faults.take(method)
        if fault and fault.drop == "before":
            return await self._hang_up(request, method, params)
        if fault and not fault.drop:
            status, body, headers = fault.status, fault.body, fault.headers
        else:
            status, body, headers = await self._take(method, params, unreadable)
        await asyncio.sleep(self._faults.delay_of(method))
        if fault and fault.drop == "after":
            return await self._hang_up(request, method, params)
        self.answers.append(Answer(method, params, status, body))
        self._changed()
        if isinstance(body, str):
            return web.Response(text=body, status=status, headers=headers)
        return web.json_response(body, status=status, headers=headers)

    async def _take(
        self, method: str, params: Json, unreadable: RefusedError | None = None
    ) -> tuple[int, Json, dict[str, str] | None]:
        try:
            if unreadable is not None:
                raise unreadable
            function = self.methods.table.get(method)
            if function is None:
                raise RefusedError(404, "Not Found")
            result = function(params)
            if isinstance(result, Awaitable):
                result = await result
        except RefusedError as refused:
            wait = refused.parameters.get("retry_after")
            headers = {"Retry-After": str(wait)} if wait else None
            return refused.status, refused.body(), headers
        answer = {"ok": True, "result": json.loads(json.dumps(result))}
        if self.on_call is not None:
            self.on_call(method, params)
        return 200, answer, None

    async def _answered_by_webhook(self, method: str, params: Json) -> None:
        method = self._names.get(method.lower(), method)
        params = tidy(params)
        self.calls.append((method, params))
        status, body, _ = await self._take(method, params)
        self.answers.append(Answer(method, params, status, body))

    async def _hang_up(self, request: web.Request, method: str, params: Json) -> web.Response:
        self.answers.append(Answer(method, params, 0, None))
        self._changed()
        if request.transport is not None:
            request.transport.abort()
        return web.Response()

    # ---- people -------------------------------------------------------------------------

    def person(
        self, id: int | None = None, first_name: str = "Lan", **more: Any
    ) -> Person:  # `id` as Telegram names it
        """The person with this id; ``more`` are fields of a User, such as ``language_code``."""
        id = id if id is not None else 700_000_001 + len(self._people)
        if id not in self._people:
            user = {"id": id, "is_bot": False, "first_name": first_name, "language_code": "vi"}
            user |= more
            shown = ("id", "first_name", "last_name", "username")
            fields = {name: user[name] for name in shown if name in user}
            chat = self.world.add_chat(fields | {"type": "private"})
            self._people[id] = Person(self, chat, user)
        return self._people[id]

    def group(self, title: str = "Tổ dân phố", id: int = -4_000_000_001) -> Group:
        """A group with the bot in it; ``person.says(…, chat=group)`` speaks there."""
        chat = self.world.add_chat({"id": id, "title": title, "type": "group"})
        chat.known = True
        return Group(self, chat)

    def publish(self, kind: str, payload: Json) -> Json:
        """Makes an update of any kind, such as ``poll``."""
        return self.updates_queue.add(kind, payload)

    # ---- watching -----------------------------------------------------------------------

    @property
    def updates(self) -> list[Json]:
        """Every update made so far."""
        return list(self.updates_queue.made.values())

    @property
    def pending(self) -> list[Json]:
        """The updates the bot has not taken yet."""
        return list(self.updates_queue.pending.values())

    @property
    def attempts(self) -> list[Attempt]:
        """Every delivery to the webhook, with its status and the seconds it took."""
        return list(self.updates_queue.attempts)

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

    async def settles(self, seconds: float = 5.0) -> None:
        """Waits until the bot has taken every update (or it has been given up)."""
        await self.until(lambda: not self.updates_queue.pending, seconds)

    async def deliver_again(
        self, update_id: int, times: int = 1, at_once: bool = True
    ) -> list[int | None]:
        """Posts a former update again; the statuses, ``None`` where no answer came."""
        update = self.updates_queue.made[update_id]
        if at_once:
            posts = (self.updates_queue.post(update) for _ in range(times))
            return list(await asyncio.gather(*posts))
        return [await self.updates_queue.post(update) for _ in range(times)]

    def _changed(self) -> None:
        if self._change is not None:
            self._change.set()
            self._change = None

    # ---- trouble ------------------------------------------------------------------------

    def limit(self, flood: FloodLimit | bool = True) -> None:
        """Turns flood control on (with Telegram's usual limits or own ones) or off."""
        limit = FloodLimit() if flood is True else flood
        self.world.flood = FloodControl(limit, self.world.clock) if limit else None

    def repeat_after(self, *pauses: float) -> None:
        """The pauses before a webhook delivery is repeated; after the last it is given up."""
        self.updates_queue.schedule = pauses

    def fail_next(
        self,
        method: str = "*",
        times: int = 1,
        status: int | None = None,
        body: Any = None,
        retry_after: int | None = None,
    ) -> None:
        """Refuses the next calls without taking them; ``body`` may be JSON or any text."""
        self._faults.add(failing(method, times, status, body, retry_after))

    def drop_next(self, method: str = "*", times: int = 1, after_taking: bool = True) -> None:
        """Closes the connection without an answer, the call having been taken or not."""
        self._faults.add(Fault(method, times, drop="after" if after_taking else "before"))

    def forget_files(self) -> None:
        """No ``file_id`` of before is known any more: their owner has become another bot."""
        self.world.files.clear()

    def delay(self, method: str = "*", seconds: float = 0.0) -> None:
        """Takes every call of the method at once but answers it late, until set to 0."""
        self._faults.delays[method] = seconds


async def _read(request: web.Request) -> Json:
    """The parameters of a call from its address and body, in any of the three encodings."""
    params: Json = dict(request.query)
    if request.content_type == "application/json":
        try:
            body = await request.json()
        except ValueError:
            body = None
        return params | body if isinstance(body, dict) else params
    for name, value in (await request.post()).items():
        if isinstance(value, web.FileField):
            with value.file as file:
                params[name] = Upload(value.filename, value.content_type, file.read())
        else:
            params[name] = value
    return params


# ---- by hand --------------------------------------------------------------------------------


def _tell(words: str) -> None:
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


async def _by_hand(port: int, token: str) -> None:
    async with TelegramEmulator(token, port=port) as emulator:
        person = emulator.person(first_name="You")
        shown: dict[int, SeenMessage] = {}
        lines: asyncio.Queue[str] = asyncio.Queue()
        hear = partial(_hear, asyncio.get_running_loop(), lines)
        threading.Thread(target=hear, daemon=True).start()
        _tell(f"listening on {emulator.root_url}; type a text, /start or !button")
        while True:
            for message in person.messages:
                if shown.get(message.message_id) != message:
                    shown[message.message_id] = message
                    _tell(f"bot> {message.text}  {message.labels or ''}")
            await asyncio.sleep(0.1)
            while not lines.empty():
                await _act(person, lines.get_nowait())


def _hear(loop: asyncio.AbstractEventLoop, lines: asyncio.Queue[str]) -> None:
    for line in sys.stdin:
        if line.strip():
            loop.call_soon_threadsafe(lines.put_nowait, line.strip())


async def _act(person: Person, line: str) -> None:
    try:
        if line.startswith("!"):
            await person.presses(line[1:].strip())
        else:
            await person.says(line)
    except LookupError as missing:
        _tell(str(missing))


def main() -> None:
    """Serves until interrupted."""
    parser = argparse.ArgumentParser(description="A Telegram for trying the bot by hand")
    parser.add_argument("--port", type=int, default=8081)
    parser.add_argument("--token", default=TOKEN)
    given = parser.parse_args()
    try:
        asyncio.run(_by_hand(given.port, given.token))
    except KeyboardInterrupt:
        sys.stdout.write("\n")


if __name__ == "__main__":
    main()
