"""Events on their way to the bot: handed to whoever polls, posted to the webhook, or lost.

Unlike Telegram's, an update has no number and no offset, and nothing is kept for later.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import aiohttp

from tests.zalo_bot_world import Json, RefusedError, bad_request, is_reachable

SECRET_HEADER = "X-Bot-Api-Secret-Token"
SHORTEST_SECRET, LONGEST_SECRET = 8, 256
POLL_SECONDS = 30
PROBE_SECONDS = 60.0  # between two probes; the documents only say "too often"


@dataclass(frozen=True)
class Webhook:
    """What setWebhook said."""

    url: str
    secret: str


@dataclass(frozen=True)
class Attempt:
    """One delivery of an event to the webhook; no status where no answer came."""

    message_id: str
    status: int | None
    seconds: float


class Updates:
    """Gives every event away at once.

    Whether the platform repeats a delivery is undocumented: it does not, unless ``schedule`` holds pauses.
    ``second`` is how long a second of a long poll lasts here.
    """

    def __init__(self, clock: Callable[[], float], changed: Callable[[], None]) -> None:
        self.clock = clock
        self.changed = changed
        self.second = 0.01
        self.schedule: Sequence[float] = ()
        self.wrapped = True
        self.webhook_timeout = 10.0
        self.webhook: Webhook | None = None
        self.made: dict[str, Json] = {}
        self.lost: list[Json] = []
        self.attempts: list[Attempt] = []
        self.given_up: list[str] = []
        self.session: aiohttp.ClientSession | None = None
        self._set_at = 0
        self._probed_at: float | None = None
        self._polls: deque[asyncio.Future[Json]] = deque()
        self._lines: dict[str, asyncio.Lock] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self.table = {
            "getUpdates": self._get_updates,
            "setWebhook": self._set_webhook,
            "getWebhookInfo": self._get_webhook_info,
            "deleteWebhook": self._delete_webhook,
            "testWebhook": self._test_webhook,
        }

    async def stop(self) -> None:
        """Ends what is under way."""
        self._end_polls()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def is_delivering(self) -> bool:
        """True while an event is on its way to the webhook."""
        return bool(self._tasks)

    @property
    def polls(self) -> int:
        """How many polls wait for an event now."""
        return sum(not poll.done() for poll in self._polls)

    def add(self, event: str, message: Json) -> Json:
        """Makes an event and hands it over; it is lost where nobody takes it."""
        update: Json = json.loads(json.dumps({"event_name": event, "message": message}))
        self.made[message["message_id"]] = update
        waiting = next((poll for poll in self._polls if not poll.done()), None)
        if self.webhook is not None:
            task = asyncio.create_task(self._deliver(update))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        elif waiting is not None:
            waiting.set_result(update)
        else:
            self.lost.append(update)
        self.changed()
        return update

    # ---- polling ------------------------------------------------------------------------

    async def _get_updates(self, params: Json) -> Json:
        if self.webhook is not None:
            raise bad_request("can't use getUpdates while a webhook is set")
        seconds = _seconds_of(params.get("timeout", POLL_SECONDS))
        poll: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        self._polls.append(poll)
        self.changed()
        try:
            await asyncio.wait([poll], timeout=seconds * self.second)
        finally:
            self._polls.remove(poll)
        if not poll.done():
            raise RefusedError(408, "Request timeout")
        return poll.result()

    def _end_polls(self) -> None:
        for poll in self._polls:
            if not poll.done():
                poll.set_exception(RefusedError(408, "Request timeout"))

    # ---- the webhook --------------------------------------------------------------------

    def _set_webhook(self, params: Json) -> Json:
        url, secret = params.get("url"), params.get("secret_token")
        if not isinstance(url, str) or not is_reachable(url):
            raise bad_request("url must be https")
        if not isinstance(secret, str) or not SHORTEST_SECRET <= len(secret) <= LONGEST_SECRET:
            raise bad_request("secret_token must have 8 to 256 characters")
        self._end_polls()
        return self._remember(Webhook(url, secret))

    def _delete_webhook(self, params: Json) -> Json:
        return self._remember(None)

    def _get_webhook_info(self, params: Json) -> Json:
        return {"url": self.webhook.url if self.webhook else "", "updated_at": self._set_at}

    def _remember(self, webhook: Webhook | None) -> Json:
        self.webhook = webhook
        self._set_at = int(self.clock() * 1000)
        self.changed()
        return self._get_webhook_info({})

    async def _test_webhook(self, params: Json) -> Json:
        """One probe. What stands in its body is not documented: here an event that nobody knows."""
        if self.webhook is None:
            raise bad_request("no webhook is set")
        if self._probed_at is not None and self.clock() - self._probed_at < PROBE_SECONDS:
            raise RefusedError(426, "Too many webhook tests")
        self._probed_at = self.clock()
        status = await self._post({"event_name": "webhook.test"})
        is_good = status is not None and 200 <= status <= 299
        outcome = "ok" if is_good else "unreachable" if status is None else "bad_status"
        return {"ok": is_good, "outcome": outcome, "status_code": status or 0, "hint": ""}

    async def _deliver(self, update: Json) -> None:
        message_id, chat_id = update["message"]["message_id"], update["message"]["chat"]["id"]
        async with self._lines.setdefault(chat_id, asyncio.Lock()):
            for pause in (*self.schedule, None):
                status = await self.post(update)
                if status is not None and 200 <= status <= 299:
                    return
                if pause is not None:
                    await asyncio.sleep(pause)
            self.given_up.append(message_id)
            self.changed()

    async def post(self, update: Json) -> int | None:
        """One delivery; its status, None where no answer came."""
        begun = time.monotonic()
        status = await self._post(update)
        seconds = time.monotonic() - begun
        self.attempts.append(Attempt(update["message"]["message_id"], status, seconds))
        self.changed()
        return status

    async def _post(self, update: Json) -> int | None:
        assert self.session is not None, "not running"
        if self.webhook is None:
            return None
        body: Any = {"ok": True, "result": update} if self.wrapped else update
        headers = {SECRET_HEADER: self.webhook.secret}
        timeout = aiohttp.ClientTimeout(total=self.webhook_timeout)
        try:
            async with self.session.post(
                self.webhook.url, json=body, headers=headers, timeout=timeout
            ) as answer:
                await answer.read()
                return answer.status
        except (aiohttp.ClientError, TimeoutError):
            return None


def _seconds_of(value: Any) -> int:
    """How long to wait; the documents write the number as a string."""
    try:
        seconds = int(value)
    except (TypeError, ValueError):
        raise bad_request("timeout is not a number") from None
    if seconds < 0:
        raise bad_request("timeout is not a number")
    return seconds
