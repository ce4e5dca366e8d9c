"""Zalo Bot Platform (documents read 2026-09): parse events, render and send.

It has no buttons, so choices are numbered lines; no message can be changed or taken back; a picture goes
by its address, which Zalo fetches, and a sound as a link. The free plan ends at 50 people and 3000
messages a month, and says then neither whose fault it is nor when it is over.
"""

from __future__ import annotations

import hmac
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.channels.wire import is_id, read_object
from bot.channels.zalo_bot_reading import read_event, unwrap
from bot.channels.zalo_bot_wire import ZaloBotError, ZaloBotWire
from bot.core.messages import (
    MEDIA_PATH,
    Address,
    Delivered,
    Delivery,
    Gallery,
    Inbound,
    Limits,
    Media,
    MediaKind,
    Outbound,
    Rate,
    Rejected,
    Retry,
    Unreachable,
)
from bot.core.terms import ALWAYS_FREE, Terms
from bot.core.text import split

SECRET_HEADER = "X-Bot-Api-Secret-Token"  # noqa: S105 – the name of a header
TEXT_LIMIT = 1900  # 2000 are allowed, of a text and of a caption; how they are counted is not said
LINE_ROOM = 200  # kept free in each piece for what stands for a picture or a sound
MOST_KEPT = 1000
POLL_PATIENCE = 10.0  # how much later than asked for an empty answer may come
WRONG_ACCOUNT_SECONDS = 600.0
NOTHING_NEW = 408


@dataclass(frozen=True, slots=True)
class Access:
    """The two secrets of a bot, Zalo's and ours, and where Zalo's servers are."""

    token: str = field(repr=False)
    secret: str = field(repr=False)
    api_base: str = "https://bot-api.zaloplatforms.com"


@dataclass(frozen=True, slots=True)
class _Piece:
    """What one message says; with ``photo`` the address of a picture above it.

    ``instead`` is what is said where Zalo does not take the picture.
    """

    text: str
    photo: str = ""
    instead: str = ""


class ZaloBotChannel:
    """One bot of one commune."""

    name = "zalo_bot"
    # No rate is documented: what nobody would call a flood.
    limits = Limits(account=Rate(per_second=10, burst=20), chat=Rate(per_second=1, burst=2))
    connect_seconds = 5.0
    total_seconds = 15.0

    def __init__(
        self,
        account: str,
        access: Access,
        public_url: str,
        gallery: Gallery | None = None,
        terms: Terms = ALWAYS_FREE,
    ) -> None:
        self.account = account
        self.terms = terms
        self.secret = access.secret
        self._gallery = gallery  # without one it is not known what is gone since
        self._site = public_url.rstrip("/") if public_url.startswith("https://") else ""
        self._begun: dict[int, int] = {}  # messages sent in part, and how many pieces of each
        self._wire = ZaloBotWire(access.token, access.api_base, self.connect_seconds)

    # ---- what arrives -------------------------------------------------------------------

    def is_genuine(self, headers: Mapping[str, str], body: bytes) -> bool:
        """The secret header that we asked Zalo to send, compared in constant time."""
        given = headers.get(SECRET_HEADER, "").encode(errors="surrogatepass")
        return bool(self.secret) and hmac.compare_digest(given, self.secret.encode())

    def parse(self, body: bytes) -> list[Inbound]:
        """The event of one request; ``ValueError`` when the body is not an event."""
        return self.read(unwrap(read_object(body)))

    def read(self, update: Mapping[str, Any]) -> list[Inbound]:
        """The same of an event already decoded; groups are not answered."""
        event = read_event(update)
        if event is None:
            return []
        address = Address(self.name, self.account, event.chat)
        return [Inbound(address, event.number, event.kind, event.text, event.at)]

    async def fetch(self, seconds: int) -> list[dict[str, Any]]:
        """The next event as the wire gives it, waiting so long for it; what is given is not kept there."""
        asked = {"timeout": str(seconds)}  # a number in quotes, as the documents write it
        try:
            update = await self._wire.call("getUpdates", asked, seconds + POLL_PATIENCE)
        except ZaloBotError as error:
            if error.code == NOTHING_NEW:
                return []
            raise
        if not isinstance(update, dict):
            raise ZaloBotError("not an event")
        return [update]

    async def set_webhook(self, url: str) -> None:
        """Ask Zalo to post events there; ``ZaloBotError`` when it does not take it."""
        given = {"url": url, "secret_token": self.secret}
        await self._wire.call("setWebhook", given, self.total_seconds)

    async def delete_webhook(self) -> None:
        """Ask Zalo to post no more: as long as it does, nothing can be fetched."""
        await self._wire.call("deleteWebhook", {}, self.total_seconds)

    # ---- what is sent -------------------------------------------------------------------

    async def send(self, chat: str, message: Outbound) -> Delivery:
        """Send a new message, in pieces where it is long; where a try stopped, the next one goes on."""
        photo, line = await self._carried(message.media)
        pieces = _pieces(message, photo, line)
        number, sent = hash((chat, *pieces)), None
        for place in range(self._begun.pop(number, 0), len(pieces)):
            try:
                sent = await self._send_piece(chat, pieces[place])
            except ZaloBotError as error:
                if place:
                    self._remember(number, place)
                return _outcome(error)
        return sent or Rejected("nothing to say")

    async def _carried(self, media: Media | None) -> tuple[str, str]:
        """The address of a picture that Zalo can fetch, and a line that stands for what cannot be seen.

        Both are empty for what is gone since.
        """
        if media is None or await self._is_gone(media):
            return "", ""
        address = f"{self._site}{MEDIA_PATH}/{media.key}" if self._site else ""
        named = f"[{' '.join(media.words.split())}]"
        if media.kind is MediaKind.PICTURE:
            return address, named
        return "", f"{named} {address}".rstrip()

    async def _is_gone(self, media: Media) -> bool:
        """Asking also makes the content ready, before Zalo comes for it."""
        return self._gallery is not None and not await self._gallery.bytes_of(media.key)

    async def _send_piece(self, chat: str, piece: _Piece) -> Delivered:
        if piece.photo:
            given = {"photo": piece.photo, "caption": piece.text}
            try:
                return await self._call("sendPhoto", chat, given)
            except ZaloBotError as error:
                if error.code != 400:
                    raise
                # Whether it is the picture or the chat, the words alone will tell.
        return await self._call("sendMessage", chat, {"text": piece.instead or piece.text})

    async def _call(self, method: str, chat: str, given: Mapping[str, str]) -> Delivered:
        result = await self._wire.call(method, {"chat_id": chat, **given}, self.total_seconds)
        number = result.get("message_id") if isinstance(result, dict) else None
        return Delivered(number if is_id(number) else None)

    def _remember(self, number: int, pieces: int) -> None:
        self._begun[number] = pieces
        if len(self._begun) > MOST_KEPT:
            del self._begun[next(iter(self._begun))]

    async def close(self) -> None:
        """Close the connections."""
        await self._wire.close()


def _outcome(error: ZaloBotError) -> Delivery:
    match error.code:
        case 429:
            return Retry(error.retry_after, error.reason, whole_account=True)
        case 401 | 404:  # the token is wrong or was replaced: nothing goes until somebody mends it
            return Retry(WRONG_ACCOUNT_SECONDS, error.reason, whole_account=True, alert=True)
        case 403:
            return Unreachable(error.reason)
        case 400:
            return Rejected(error.reason)
    return Retry(None, error.reason, maybe_taken=not error.is_unsent)


def _pieces(message: Outbound, photo: str, line: str) -> list[_Piece]:
    """All that is to be sent, choices and picture with the last piece; the words are cut alike without it."""
    offer = "\n".join(_plain(f"{choice.n}. {choice.label}") for choice in message.choices)
    line = _plain(line)
    *before, last = _parts(message.text, offer) or [""]
    whole = _joined(last, offer)
    told = _joined(f"{last}\n{line}".strip(), offer) if line else whole
    if photo and len(whole) <= TEXT_LIMIT:
        end = [_Piece(whole, photo, told if len(told) <= TEXT_LIMIT else whole)]
    elif len(told) <= TEXT_LIMIT:
        end = [_Piece(told)]
    else:  # what belongs below has no room there
        end = [*map(_Piece, (last, *split(_joined(line, offer), TEXT_LIMIT)))]
    return [piece for piece in (*map(_Piece, before), *end) if piece.text or piece.photo]


def _parts(text: str, offer: str) -> Sequence[str]:
    """The words in parts that leave room below each of them."""
    room = max(TEXT_LIMIT - LINE_ROOM - len(offer), TEXT_LIMIT // 2)
    return [plain for part in split(text, room) if (plain := _plain(part).strip())]


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text).replace("**", "")


def _joined(words: str, offer: str) -> str:
    return "\n\n".join(part for part in (words, offer) if part)
