"""Updates on their way to the bot: the queue, the long poll and the webhook with its repeats."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from tests.telegram_rules import Json, RefusedError, bad_request

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
LONGEST_POLL = 50
LEFT_OUT = {"chat_member", "message_reaction", "message_reaction_count"}
KINDS = {
    "message",
    "edited_message",
    "channel_post",
    "edited_channel_post",
    "inline_query",
    "chosen_inline_result",
    "callback_query",
    "shipping_query",
    "pre_checkout_query",
    "poll",
    "poll_answer",
    "my_chat_member",
    "chat_member",
    "chat_join_request",
    "chat_boost",
    "removed_chat_boost",
    "message_reaction",
    "message_reaction_count",
    "business_connection",
    "business_message",
    "edited_business_message",
    "deleted_business_messages",
    "purchased_paid_media",
}


@dataclass(frozen=True)
class Webhook:
    """What setWebhook said."""

    url: str
    secret: str
    max_connections: int


@dataclass(frozen=True)
class Attempt:
    """One delivery of an update to the webhook; no status where no answer came."""

    update_id: int
    status: int | None
    seconds: float


class Updates:
    """Keeps every update until the bot has taken it, the way Telegram does.

    Updates of one chat go to the webhook one after the other, those of different chats side by
    side. Telegram repeats for up to a day; here ``schedule`` holds the pauses, and after the last
    repeat the update is given up.
    """

    def __init__(self, changed: Callable[[], None], first_id: int = 910_000_001) -> None:
        self.changed = changed
        self.schedule: Sequence[float] = (0.05, 0.1, 0.2, 0.4, 0.8)
        self.webhook_timeout = 10.0
        self.made: dict[int, Json] = {}
        self.pending: dict[int, Json] = {}
        self.unasked: list[Json] = []  # left out because of allowed_updates
        self.attempts: list[Attempt] = []
        self.given_up: list[int] = []
        self.webhook: Webhook | None = None
        self.on_answer: Callable[[str, Json], Awaitable[object]] | None = None
        self._allowed: set[str] | None = None
        self._next_id = first_id
        self._waiter: asyncio.Future[None] | None = None
        self._lines: dict[int, asyncio.Task[None]] = {}
        self._session: aiohttp.ClientSession | None = None
        self._last_error: tuple[int, str] | None = None
        self._gate = asyncio.Semaphore(40)

    async def start(self) -> None:
        """Opens the client that posts to the webhook."""
        self._session = aiohttp.ClientSession()
        self._kick()

    async def stop(self) -> None:
        """Stops posting and ends a waiting poll; what is pending stays."""
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
        for task in self._lines.values():
            task.cancel()
        await asyncio.gather(*self._lines.values(), return_exceptions=True)
        self._lines.clear()
        if self._session is not None:
            await self._session.close()
            self._session = None

    def add(self, kind: str, payload: Json) -> Json:
        """Makes an update; one the bot did not ask for gets no number and goes nowhere."""
        copy = json.loads(json.dumps(payload))
        allowed = KINDS - LEFT_OUT if self._allowed is None else self._allowed
        if kind not in allowed:
            self.unasked.append({kind: copy})
            return {kind: copy}
        update = {"update_id": self._next_id, kind: copy}
        self._next_id += 1
        self.made[update["update_id"]] = update
        self.pending[update["update_id"]] = update
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
        self._kick()
        return update

    # ---- getUpdates ---------------------------------------------------------------------

    async def get_updates(self, params: Json) -> list[Json]:
        """What waits from ``offset`` on; everything before it is dropped for good."""
        if self.webhook is not None:
            raise _conflict(
                "can't use getUpdates method while webhook is active; "
                "use deleteWebhook to delete the webhook first"
            )
        self._allow(params)
        self._confirm(params.get("offset", 0))
        seconds = min(max(params.get("timeout", 0), 0), LONGEST_POLL)
        if seconds and not self.pending:
            await self._wait(seconds)
        limit = min(max(params.get("limit", 100), 1), 100)
        return list(self.pending.values())[:limit]

    def _confirm(self, offset: int) -> None:
        ids = list(self.pending)
        taken = ids[:offset] if offset < 0 else [one for one in ids if one < offset]
        for update_id in taken:
            del self.pending[update_id]
        self.changed()

    async def _wait(self, seconds: int) -> None:
        self._end_poll(
            "terminated by other getUpdates request; "
            "make sure that only one bot instance is running"
        )
        waiter = self._waiter = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(seconds):
                await waiter
        except TimeoutError:
            pass
        finally:
            if self._waiter is waiter:
                self._waiter = None

    def _end_poll(self, words: str) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(_conflict(words))

    def _allow(self, params: Json) -> None:
        names = params.get("allowed_updates")
        if isinstance(names, list):
            self._allowed = ({str(name).lower() for name in names} & KINDS) or None

    # ---- setWebhook ---------------------------------------------------------------------

    def set_webhook(self, params: Json) -> bool:
        """Turns the webhook on, or off where the address is empty."""
        url = str(params.get("url") or "")
        if not url:
            return self.delete_webhook(params)
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise bad_request("invalid webhook URL specified")
        secret = str(params.get("secret_token") or "")
        if len(secret) > 256:
            raise bad_request("secret token is too long")
        if not re.fullmatch(r"[A-Za-z0-9_-]*", secret):
            raise bad_request("secret token contains unallowed characters")
        if params.get("drop_pending_updates"):
            self.pending.clear()
        self._end_poll("terminated by setWebhook request")
        self._allow(params)
        most = min(max(params.get("max_connections", 0) or 40, 1), 100)
        self.webhook = Webhook(url, secret, most)
        self._gate = asyncio.Semaphore(most)
        self._last_error = None
        self._kick()
        return True

    def delete_webhook(self, params: Json) -> bool:
        """Back to getUpdates; what is pending stays unless it is to be dropped."""
        if params.get("drop_pending_updates"):
            self.pending.clear()
        self.webhook = None
        self._last_error = None
        self.changed()
        return True

    def get_webhook_info(self, params: Json) -> Json:
        """The webhook as Telegram tells it; never its secret."""
        info: Json = {
            "url": self.webhook.url if self.webhook else "",
            "has_custom_certificate": False,
            "pending_update_count": len(self.pending),
        }
        if self._last_error:
            info["last_error_date"], info["last_error_message"] = self._last_error
        if self.webhook:
            info["max_connections"] = self.webhook.max_connections
            info["ip_address"] = "127.0.0.1"
        if self._allowed is not None:
            info["allowed_updates"] = sorted(self._allowed)
        return info

    # ---- delivery -----------------------------------------------------------------------

    def _kick(self) -> None:
        self.changed()
        if self.webhook is None or self._session is None:
            return
        for line in {_line(update) for update in self.pending.values()}:
            task = self._lines.get(line)
            if task is None or task.done():
                self._lines[line] = asyncio.create_task(self._serve(line))

    async def _serve(self, line: int) -> None:
        while self.webhook is not None:
            update = next((u for u in self.pending.values() if _line(u) == line), None)
            if update is None:
                return
            await self._deliver(update)

    async def _deliver(self, update: Json) -> None:
        update_id = update["update_id"]
        for pause in (*self.schedule, None):
            if self.webhook is None or update_id not in self.pending:
                return
            async with self._gate:
                status = await self.post(update)
            if status is not None and 200 <= status <= 299:
                break
            if pause is None:
                self.given_up.append(update_id)
                break
            await asyncio.sleep(pause)
        self.pending.pop(update_id, None)
        self.changed()

    async def post(self, update: Json) -> int | None:
        """Posts an update once, whatever became of it before; the status, if an answer came."""
        if self.webhook is None or self._session is None:
            raise RuntimeError("no webhook is set")
        headers = {"Content-Type": "application/json"}
        if self.webhook.secret:
            headers[SECRET_HEADER] = self.webhook.secret
        begun = time.monotonic()
        status: int | None = None
        try:
            async with self._session.post(
                self.webhook.url,
                data=json.dumps(update).encode(),
                headers=headers,
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(total=self.webhook_timeout),
            ) as response:
                body = await response.read()
                status = response.status
                problem = f"Wrong response from the webhook: {status} {response.reason}"
        except TimeoutError:
            problem, body = "Read timeout expired", b""
        except (aiohttp.ClientError, OSError):
            problem, body = "Connection failed", b""
        self.attempts.append(Attempt(update["update_id"], status, time.monotonic() - begun))
        if status is not None and 200 <= status <= 299:
            await self._take_answer(body)
        else:
            self._last_error = int(time.time()), problem
        self.changed()
        return status

    async def _take_answer(self, body: bytes) -> None:
        """A webhook may answer with one method call; nobody learns what became of it."""
        try:
            answer: Any = json.loads(body)
        except ValueError:
            return
        if isinstance(answer, dict) and self.on_answer and isinstance(answer.get("method"), str):
            method = answer.pop("method")
            if not method.lower().startswith("get"):
                await self.on_answer(method, answer)


def _conflict(words: str) -> RefusedError:
    return RefusedError(409, f"Conflict: {words}")


def _line(update: Json) -> int:
    """The chat an update belongs to, or else its person."""
    payload = next(value for name, value in update.items() if name != "update_id")
    holder = payload.get("message", payload)
    owner = holder.get("chat") or payload.get("from") or {}
    return int(owner.get("id", 0))
