"""Zalo's webhook: events on their way, signed, repeated, given up, and doubled on demand."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass

import aiohttp

from tests.zalo_oa_rules import Json, mac
from tests.zalo_oa_world import Chat, World

SIGNATURE = "X-ZEvent-Signature"
LADDER = (30, 300, 900, 1800, 3600)
"""The pauses that Zalo makes, in seconds: what ``repeat_after(*LADDER)`` asks for."""


@dataclass(frozen=True)
class Attempt:
    """One delivery of an event; no status where no answer came."""

    event: Json
    number: int  # 0, or the repeat it is
    status: int | None
    seconds: float


class Events:
    """Posts every event to the webhook, the first time in the order of one person's doings.

    What is refused or not answered within two seconds is repeated by ``schedule``, beside what
    comes after it; when the last repeat fails too, the webhook is switched off, as Zalo does, and
    what happens from then on is lost. The pauses stand for Zalo's ``LADDER``, only shorter.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.schedule: Sequence[float] = (0.05, 0.1, 0.2, 0.4, 0.8)
        self.timeout = 2.0
        self.repeats_refused = True  # undocumented; a cut connection is always repeated
        self.switches_off = True
        self.unticked: set[str] = set()  # events not asked for in the console
        self.url = ""
        self.made: list[Json] = []
        self.lost: list[Json] = []
        self.given_up: list[Json] = []
        self.attempts: list[Attempt] = []
        self.pending: list[Json] = []
        self._held: list[Json] | None = None
        self._lines: dict[str, asyncio.Task[None]] = {}
        self._waiting: dict[str, list[Json]] = {}
        self._repeats: set[asyncio.Task[None]] = set()
        self._session: aiohttp.ClientSession | None = None

    async def start(self) -> None:
        """Opens the client that posts to the webhook."""
        self._session = aiohttp.ClientSession()

    async def stop(self) -> None:
        """Stops posting; what was on its way is lost."""
        tasks = [*self._lines.values(), *self._repeats]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._lines.clear()
        self._waiting.clear()
        self.lost += self.pending
        self.pending.clear()
        if self._session is not None:
            await self._session.close()
            self._session = None

    # ---- the shapes ---------------------------------------------------------------------

    def from_person(self, name: str, chat: Chat, message: Json, at: int) -> Json:
        """A message of a person."""
        ends = {"sender": chat.user_id, "recipient": self.world.account.oa_id}
        return self._message(name, chat, ends, message, at)

    def from_oa(self, name: str, chat: Chat, message: Json, at: int, admin_id: str = "") -> Json:
        """A message of the account, or a receipt for one; an administrator's shows their id."""
        ends = {"sender": self.world.account.oa_id, "recipient": chat.user_id}
        event = self._message(name, chat, ends, message, at)
        if admin_id:
            event["sender"]["admin_id"] = admin_id
        return event

    def _message(self, name: str, chat: Chat, ends: Json, message: Json, at: int) -> Json:
        return {
            "app_id": self.world.account.app_id,
            "sender": {"id": ends["sender"]},
            **_by_app(chat),
            "recipient": {"id": ends["recipient"]},
            "event_name": name,
            "message": message,
            "timestamp": str(at),
        }

    def about(self, name: str, chat: Chat, more: Json) -> Json:
        """An event that is no message: the account and the person stand at the top."""
        return {
            "oa_id": self.world.account.oa_id,
            **more,
            **_by_app(chat),
            "event_name": name,
            "app_id": self.world.account.app_id,
            "timestamp": str(self.world.stamp()),
        }

    # ---- delivery -----------------------------------------------------------------------

    def publish(self, event: Json) -> Json:
        """Sends an event on its way, unless nobody asked for it or no webhook is on."""
        self.made.append(event)
        if not self.url or self._session is None or event["event_name"] in self.unticked:
            self.lost.append(event)
        elif self._held is not None:
            self._held.append(event)
        else:
            self._send(event)
        self.world.changed()
        return event

    def _send(self, event: Json) -> None:
        self.pending.append(event)
        line = self._line(event)
        self._waiting.setdefault(line, []).append(event)
        task = self._lines.get(line)
        if task is None or task.done():
            self._lines[line] = asyncio.create_task(self._serve(line))

    def _line(self, event: Json) -> str:
        ends = [event.get(end, {}).get("id", "") for end in ("sender", "recipient", "follower")]
        people = {*ends, event.get("user_id", "")} - {self.world.account.oa_id, ""}
        return " ".join(sorted(people))

    async def _serve(self, line: str) -> None:
        while self._waiting[line]:
            event = self._waiting[line].pop(0)
            if self._is_over(await self.post(event)):
                self._done(event)
            else:
                self._later(self._repeat(event))

    def _later(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._repeats.add(task)
        task.add_done_callback(self._repeats.discard)

    async def _repeat(self, event: Json) -> None:
        for number, pause in enumerate(self.schedule, 1):
            await asyncio.sleep(pause)
            if not self.url:
                break
            if self._is_over(await self.post(event, number)):
                self._done(event)
                return
        self.given_up.append(event)
        if self.switches_off:
            self.url = ""
        self._done(event)

    def _is_over(self, status: int | None) -> bool:
        return status == 200 or (status is not None and not self.repeats_refused)

    def _done(self, event: Json) -> None:
        self.pending = [one for one in self.pending if one is not event]
        self.world.changed()

    async def post(self, event: Json, number: int = 0, secret: str | None = None) -> int | None:
        """Posts an event once, whatever became of it before; the status, if an answer came.

        Another ``secret`` makes the signature of a stranger.
        """
        raw = json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()
        secret = self.world.account.oa_secret if secret is None else secret
        signed = mac(str(event.get("app_id", "")), raw, str(event.get("timestamp", "")), secret)
        headers = {SIGNATURE: f"mac={signed}"} | ({"num_retry": str(number)} if number else {})
        begun = time.monotonic()
        status = await self.post_raw(raw, headers)
        self.attempts.append(Attempt(event, number, status, time.monotonic() - begun))
        self.world.changed()
        return status

    async def post_raw(self, raw: bytes, headers: dict[str, str]) -> int | None:
        """Posts any bytes with any headers, as anybody could; the status, if an answer came."""
        if not self.url or self._session is None:
            raise RuntimeError("no webhook is on")
        try:
            async with self._session.post(
                self.url,
                data=raw,
                headers={"Content-Type": "application/json", **headers},
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(total=self.timeout),
            ) as response:
                await response.read()
                return response.status
        except (aiohttp.ClientError, TimeoutError, OSError):
            return None

    # ---- disorder on demand -------------------------------------------------------------

    def hold(self) -> None:
        """Keeps back what happens from now on, until ``release``."""
        self._held = self._held if self._held is not None else []

    async def release(self, order: Sequence[int] | None = None, times: int = 1) -> list[int | None]:
        """Posts what was held back, each event ``times`` times, all at once; the statuses.

        ``order`` holds the places of the events as they are to come, one after the other:
        ``[2, 0, 1]``; without it they go at once. These posts are not repeated.
        """
        held, self._held = self._held or [], None
        if order is None:
            posts = (self.post(event) for event in held for _ in range(times))
            return list(await asyncio.gather(*posts))
        return [await self.post(held[place]) for place in order for _ in range(times)]


def _by_app(chat: Chat) -> Json:
    return {"user_id_by_app": chat.user_id_by_app} if chat.user_id_by_app else {}
