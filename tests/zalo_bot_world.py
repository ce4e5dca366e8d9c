"""What the stand-in for the Zalo Bot Platform remembers, and the rules by which it takes a message.

Only what is documented or seen in working code; where both are silent the stand-in is strict, and says so.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any, TypeAlias
from urllib.parse import urlsplit

import aiohttp

Json: TypeAlias = dict[str, Any]
Method: TypeAlias = Callable[[Json], Json | Awaitable[Json | None] | None]

VIETNAM = timezone(timedelta(hours=7))
LONGEST_TEXT = 2000
STYLES = {"markdown", "html"}
BOT = {
    "id": "2718281828459045235",
    "account_name": "bot.MadeUp",
    "account_type": "BASIC",
    "can_join_groups": False,
}
FIRST_PERSON, FIRST_SAID, FIRST_SENT = (
    0x7C1D9AB04E5F6A21,
    0x9F2C0A7BE1D34C55A1,
    0x7A10C3E5F2B94D6608E1,
)


class RefusedError(Exception):
    """A call that is refused: the code, the words, and how long to wait if that is told."""

    def __init__(self, code: int, description: str, retry_after: int | None = None) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.retry_after = retry_after

    def body(self) -> Json:
        """The JSON body of the refusal."""
        answer: Json = {"ok": False, "description": self.description, "error_code": self.code}
        if self.retry_after is not None:
            answer["parameters"] = {"retry_after": self.retry_after}
        return answer


def bad_request(words: str) -> RefusedError:
    """A refusal of a parameter."""
    return RefusedError(400, f"Bad request: {words}")


@dataclass(frozen=True)
class Picture:
    """What was at the address of a photo when it was sent."""

    url: str
    content_type: str
    data: bytes = field(repr=False)


@dataclass(frozen=True)
class Stored:
    """One message of the bot: how it was sent, what it says, and the picture with it."""

    message_id: str
    date: int  # milliseconds
    method: str
    text: str
    params: Json
    picture: Picture | None = None


@dataclass
class Chat:
    """A private chat; its id is the person's."""

    id: str
    name: str
    messages: list[Stored] = field(default_factory=list)
    actions: list[str] = field(default_factory=list)
    has_written: bool = False
    blocks: bool = False


@dataclass
class Plan:
    """What the free plan allows."""

    people: int = 50
    messages: int = 3000  # a month


class World:
    """Chats, the quota of the month, and the methods that send."""

    def __init__(self, clock: Callable[[], float], changed: Callable[[], None]) -> None:
        self.clock = clock
        self.changed = changed
        self.plan = Plan()
        self.chats: dict[str, Chat] = {}
        self.sites: dict[str, str] = {}  # where the https addresses of a test really are
        self._admitted: set[str] = set()
        self._spent: dict[tuple[int, int], int] = {}
        self._numbers = {"said": FIRST_SAID, "sent": FIRST_SENT}
        self.session: aiohttp.ClientSession | None = None
        self.table: dict[str, Method] = {
            "getMe": lambda params: dict(BOT),
            "sendMessage": self._send_message,
            "sendPhoto": self._send_photo,
            "sendSticker": self._send_sticker,
            "sendVoice": self._send_voice,
            "sendChatAction": self._send_chat_action,
        }

    def now(self) -> int:
        """The moment in milliseconds, as every date here."""
        return int(self.clock() * 1000)

    def next_id(self, what: str) -> str:
        """The id of a message that was ``said`` to the bot or ``sent`` by it."""
        number = self._numbers[what]
        self._numbers[what] += 1
        return f"{number:x}"

    def add_chat(self, name: str, chat_id: str | None = None) -> Chat:
        """The chat with this id, made on first sight."""
        chat_id = chat_id or f"{FIRST_PERSON + len(self.chats):x}"
        return self.chats.setdefault(chat_id, Chat(chat_id, name))

    # ---- the plan -----------------------------------------------------------------------

    def admits(self, chat: Chat) -> bool:
        """Whether the bot has room for this person: the first so many who write, for good."""
        if chat.id not in self._admitted and len(self._admitted) >= self.plan.people:
            return False
        self._admitted.add(chat.id)
        chat.has_written = True
        return True

    @property
    def month(self) -> tuple[int, int]:
        """Year and month in Vietnam."""
        today = datetime.fromtimestamp(self.clock(), VIETNAM)
        return today.year, today.month

    @property
    def spent(self) -> int:
        """Messages of this month."""
        return self._spent.get(self.month, 0)

    def spend(self, messages: int = 1) -> None:
        """Takes so many from the quota of the month; refused, without a word of when, when it is used up."""
        if self.spent + messages > self.plan.messages:
            raise RefusedError(429, "Quota exceeded")
        self._spent[self.month] = self.spent + messages

    # ---- sending ------------------------------------------------------------------------

    def _chat_of(self, params: Json) -> Chat:
        """The chat that a call names. That a stranger and a blocker give 403 is an inference."""
        chat_id = str(params.get("chat_id") or "")
        if not chat_id:
            raise bad_request("chat_id is required")
        chat = self.chats.get(chat_id)
        if chat is None or not chat.has_written or chat.blocks:
            raise RefusedError(403, "Forbidden")
        return chat

    def _add(
        self, chat: Chat, method: str, text: str, params: Json, picture: Picture | None = None
    ) -> Json:
        self.spend()
        sent = Stored(self.next_id("sent"), self.now(), method, text, params, picture)
        chat.messages.append(sent)
        self.changed()
        return {"message_id": sent.message_id, "date": sent.date}

    def _send_message(self, params: Json) -> Json:
        text = _text_of(params, "text")
        if not text.strip():
            raise bad_request("text is required")
        _check_style(params)
        return self._add(self._chat_of(params), "sendMessage", text, params)

    async def _send_photo(self, params: Json) -> Json:
        caption = _text_of(params, "caption")
        url = _url_of(params, "photo")
        chat = self._chat_of(params)
        return self._add(chat, "sendPhoto", caption, params, await self._fetch(url))

    def _send_sticker(self, params: Json) -> Json:
        sticker = params.get("sticker")
        if not isinstance(sticker, str) or not sticker:
            raise bad_request("sticker is required")
        return self._add(self._chat_of(params), "sendSticker", "", params)

    def _send_voice(self, params: Json) -> Json:
        url = _url_of(params, "voice_url")
        if not urlsplit(url).path.endswith(".aac"):
            raise bad_request("voice_url must be an aac file")
        return self._add(self._chat_of(params), "sendVoice", "", params)

    def _send_chat_action(self, params: Json) -> None:
        if params.get("action") != "typing":
            raise bad_request("action is invalid")
        self._chat_of(params).actions.append("typing")
        self.changed()

    async def _fetch(self, url: str) -> Picture:
        """The picture at that address, or a refusal."""
        assert self.session is not None, "not running"
        parts = urlsplit(url)
        site = f"{parts.scheme}://{parts.netloc}"
        place = self.sites.get(site, site) + url.removeprefix(site)
        try:
            async with self.session.get(place) as answer:
                data = await answer.read()
                kind = answer.content_type
                is_there = answer.status == 200 and kind.startswith("image/") and data
        except (aiohttp.ClientError, TimeoutError, ValueError):
            is_there = False
        if not is_there:
            raise bad_request("photo cannot be fetched")
        return Picture(url, kind, data)


def _text_of(params: Json, name: str) -> str:
    text = params.get(name, "")
    if not isinstance(text, str):
        raise bad_request(f"{name} must be a string")
    if len(text) > LONGEST_TEXT:
        raise bad_request(f"{name} is too long")
    return text


def _url_of(params: Json, name: str) -> str:
    url = params.get(name)
    if not isinstance(url, str) or not is_reachable(url):
        raise bad_request(f"{name} is not a public address")
    return url


def _check_style(params: Json) -> None:
    if params.get("parse_mode") not in (None, "", *STYLES):
        raise bad_request("parse_mode is invalid")


def is_reachable(url: str) -> bool:
    """True for https, and for what runs on the machine of a test."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return bool(parts.hostname) and (
        parts.scheme == "https" or (parts.scheme == "http" and parts.hostname == "127.0.0.1")
    )
