"""Sends a message to a chat of a Zalo Official Account, part by part, and says what became of it.

A picture or file goes first, the words after it, a form last. No key would stop Zalo from taking the same
message twice: a try that ended half way goes on from there, as long as this process lives.
Source: docs.zaloplatforms.com/docs/OA (tin-tu-van), as quoted in September 2026.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from bot.channels.zalo_oa_calls import Calls, HeldError
from bot.channels.zalo_oa_errors import ATTACHMENT_LOST, SENDING_FAILED, delivery_of, reason_of
from bot.channels.zalo_oa_rendering import Json, asking, carrying, words_of
from bot.channels.zalo_oa_uploads import Uploads
from bot.channels.zalo_oa_wire import Answer, NoAnswerError
from bot.core.errors import BotError
from bot.core.messages import (
    MEDIA_PATH,
    Delivered,
    Delivery,
    Gallery,
    Media,
    MediaKind,
    Outbound,
    Rejected,
    Retry,
)

log = logging.getLogger(__name__)

MESSAGE_PATH = "/v3.0/oa/message/cs"
FORM_PICTURE = "/static/form.png"
MOST_KEPT = 1000
NOTHING = Rejected("nothing to say")


@dataclass(frozen=True, slots=True)
class Site:
    """What of ours can be reached from a resident's phone; nothing where we have no public address."""

    url: str
    gallery: Gallery | None

    @property
    def is_public(self) -> bool:
        """Plain HTTP is for tests on one machine."""
        return self.url.startswith(("https://", "http://127.0.0.1:"))

    async def heard_at(self, media: Media | None) -> str | None:
        """The address of a sound that is there."""
        if media is None or media.kind is not MediaKind.SOUND or self.gallery is None:
            return None
        if not self.is_public or not await self.gallery.bytes_of(media.key):
            return None
        return f"{self.url}{MEDIA_PATH}/{media.key}"


class _Part(NamedTuple):
    """One call: a body, or what is uploaded first; ``is_extra`` where the message goes without it too."""

    body: Json
    media: Media | None = None
    is_extra: bool = False


def _refusal(outcome: Delivery) -> str | None:
    """Why a part will not be taken; whether that holds for the whole account, the words will tell."""
    if isinstance(outcome, Rejected) or (isinstance(outcome, Retry) and outcome.alert):
        return outcome.reason
    return None


class Postman:
    """Sends for one account."""

    def __init__(
        self, calls: Calls, uploads: Uploads, site: Site, clock: Callable[[], datetime]
    ) -> None:
        self._calls = calls
        self._uploads = uploads
        self._site = site
        self._clock = clock
        self._begun: dict[int, int] = {}  # messages sent in part, and how many parts of each
        self._failed: dict[int, int] = {}  # parts that Zalo failed to send before

    async def send(self, chat: str, message: Outbound) -> Delivery:
        """All parts that have not gone yet."""
        parts = await self._parts(message)
        return await self._send_parts(chat, parts, hash((chat, message))) if parts else NOTHING

    async def _parts(self, message: Outbound) -> list[_Part]:
        words = words_of(message, await self._site.heard_at(message.media))
        if not words:
            return []
        parts = [_Part(body) for body in words]
        if message.media and message.media.kind is not MediaKind.SOUND:
            parts.insert(0, _Part({}, message.media, is_extra=True))
        if message.form and self._site.is_public:
            body = asking(message.form, self._site.url + FORM_PICTURE)
            parts.append(_Part(body, is_extra=True))
        return parts

    async def _send_parts(self, chat: str, parts: Sequence[_Part], message: int) -> Delivery:
        """What became of the message; its id is that of its last words."""
        done, sent = self._begun.pop(message, 0), None
        for place in range(done, len(parts)):
            part = parts[place]
            held, outcome = await self._attempt(chat, part)
            outcome = self._patient(outcome, hash((message, place)))
            if part.is_extra and not held and (reason := _refusal(outcome)):
                log.warning("a message went without its extra part: %s", reason)
                continue
            if not isinstance(outcome, Delivered):
                if isinstance(outcome, Retry) and done:
                    _keep(self._begun, message, done)
                return outcome
            done = place + 1
            sent = outcome if sent is None or not part.is_extra else sent
        return sent or Delivered()

    async def _attempt(self, chat: str, part: _Part) -> tuple[bool, Delivery]:
        """Whether it could not even be asked for, and what became of it."""
        try:
            if part.media is None:
                answer = await self._post(chat, part.body)
            else:
                carried = await self._post_media(chat, part.media)
                if carried is None:
                    return False, NOTHING
                answer = carried
        except HeldError as held:
            return True, held.outcome
        except NoAnswerError as silent:
            return False, Retry(None, silent.reason, maybe_taken=silent.maybe_taken)
        except BotError as error:  # our own database is busy; it is asked before Zalo is
            return True, Retry(None, type(error).__name__)
        return False, delivery_of(answer, self._clock())

    async def _post_media(self, chat: str, media: Media) -> Answer | None:
        """By the id that Zalo knows it by; one that Zalo has lost is uploaded again, once."""
        uploaded = await self._uploads.provide(media)
        if uploaded is None:
            return None
        answer = await self._post(chat, carrying(media.kind, uploaded.reference))
        if answer.error != ATTACHMENT_LOST or uploaded.is_new:
            return answer
        again = await self._uploads.provide(media, lost=uploaded.reference)
        if again is None:
            return None
        return await self._post(chat, carrying(media.kind, again.reference))

    async def _post(self, chat: str, message: Json) -> Answer:
        body = {"recipient": {"user_id": chat}, "message": message}
        return await self._calls.post(MESSAGE_PATH, body)

    def _patient(self, outcome: Delivery, part: int) -> Delivery:
        """The same, but that Zalo may fail to send a part only once."""
        has_failed = part in self._failed
        self._failed.pop(part, None)
        if not isinstance(outcome, Retry) or outcome.reason != reason_of(SENDING_FAILED):
            return outcome
        if has_failed:
            return Rejected(outcome.reason)
        _keep(self._failed, part, 1)
        return outcome


def _keep(kept: dict[int, int], key: int, value: int) -> None:
    """Memory of a long life stays small."""
    kept[key] = value
    if len(kept) > MOST_KEPT:
        del kept[next(iter(kept))]
