"""What Telegram's servers remember for the emulator: chats, messages, presses, files, limits."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.telegram_rules import Json, RefusedError, bad_request, too_many


@dataclass(frozen=True)
class Upload:
    """A file that came with a call."""

    name: str
    content_type: str
    data: bytes = field(repr=False)

    @property
    def size(self) -> int:
        """Its length in bytes."""
        return len(self.data)


@dataclass
class Stored:
    """A message as the server keeps it: the JSON everyone gets, and what only the server knows."""

    data: Json
    by_bot: bool
    silent: bool = False
    editable: bool = True
    upload: Upload | None = None


@dataclass
class Press:
    """A button press that waits for ``answerCallbackQuery``."""

    by: int
    at: float
    answered: bool = False


@dataclass
class Chat:
    """One chat and everything in it."""

    fields: Json
    messages: dict[int, Stored] = field(default_factory=dict)
    known: bool = False  # the bot may write here
    blocked: bool = False
    deactivated: bool = False
    migrated_to: int | None = None
    keyboard: Json | None = None  # the reply keyboard below the entry field
    actions: list[str] = field(default_factory=list)
    last_own_id: int = 0

    @property
    def id(self) -> int:
        """Telegram's id of the chat: a person's own id, or negative for a group."""
        return int(self.fields["id"])

    @property
    def private(self) -> bool:
        """Whether it is a chat with one person."""
        return bool(self.fields["type"] == "private")


@dataclass(frozen=True)
class FloodLimit:
    """How fast a bot may send: per second in all and to one chat, with a small burst."""

    per_second: float = 30
    burst: int = 30
    chat_per_second: float = 1
    chat_burst: int = 3


class FloodControl:
    """Token buckets; a refusal costs nothing, so waiting as long as told always helps."""

    def __init__(self, limit: FloodLimit, clock: Callable[[], float]) -> None:
        self.limit = limit
        self._clock = clock
        self._buckets: dict[int | None, tuple[float, float]] = {}

    def take(self, chat_id: int) -> None:
        """Takes one message from the bot's and the chat's bucket, or refuses with 429."""
        now = self._clock()
        limit = self.limit
        bot = self._level(None, now, limit.per_second, limit.burst)
        chat = self._level(chat_id, now, limit.chat_per_second, limit.chat_burst)
        wait = max((1 - bot) / limit.per_second, (1 - chat) / limit.chat_per_second)
        if wait > 0:
            raise too_many(max(1, math.ceil(wait)))
        self._buckets[None] = (bot - 1, now)
        self._buckets[chat_id] = (chat - 1, now)

    def _level(self, key: int | None, now: float, rate: float, burst: int) -> float:
        level, since = self._buckets.get(key, (float(burst), now))
        return min(float(burst), level + (now - since) * rate)


class World:
    """All state behind the Bot API but the queue of updates."""

    def __init__(self, bot: Json, clock: Callable[[], float], changed: Callable[[], None]) -> None:
        self.bot = bot
        self.clock = clock
        self.changed = changed
        self.chats: dict[int, Chat] = {}
        self.presses: dict[str, Press] = {}
        self.notices: list[tuple[int, str, bool]] = []  # person, text, as an alert
        self.commands: dict[tuple[str, str], list[Json]] = {}
        self.files: dict[str, Upload | None] = {}
        self.kinds: dict[str, str] = {}  # as what the bot may send a file again, by its id
        self.audios: dict[str, Json] = {}  # what is known of a sound, by its id
        self._files_made = 0
        self.flood: FloodControl | None = None
        self.press_lifetime = 60.0
        self._last_message_id = 10

    def now(self) -> int:
        """The date of a message: whole seconds."""
        return int(self.clock())

    def add_chat(self, fields: Json) -> Chat:
        """The chat with these fields, made on first sight."""
        return self.chats.setdefault(int(fields["id"]), Chat(fields))

    def next_message_id(self, chat: Chat) -> int:
        """Counted for the whole account, but for each supergroup on its own."""
        if chat.fields["type"] == "supergroup":
            chat.last_own_id += 1
            return chat.last_own_id
        self._last_message_id += 1
        return self._last_message_id

    def add(self, chat: Chat, sender: Json, content: Json, **kept: Any) -> Stored:
        """A new message in the chat."""
        data: Json = {
            "message_id": self.next_message_id(chat),
            "from": sender,
            "chat": chat.fields,
            "date": self.now(),
            **content,
        }
        stored = Stored(data, by_bot=sender is self.bot, **kept)
        chat.messages[data["message_id"]] = stored
        self.changed()
        return stored

    def add_file(self, upload: Upload | None = None, kind: str = "") -> Json:
        """The two ids under which a file is known from now on."""
        self._files_made += 1
        number = self._files_made
        file_id = f"AgACAgUAAxkBAAI{number:05d}made-up"
        self.files[file_id] = upload
        if kind:
            self.kinds[file_id] = kind
        ids: Json = {"file_id": file_id, "file_unique_id": f"AQAD{number:05d}"}
        return ids | ({"file_size": upload.size} if upload else {})

    # ---- which chat a call may touch ----------------------------------------------------

    def chat_of(self, params: Json) -> Chat:
        """The chat a call names, if the bot may touch it."""
        chat_id = params.get("chat_id")
        if chat_id in (None, ""):
            raise bad_request("chat_id is empty")
        chat = self.chats.get(chat_id) if isinstance(chat_id, int) else self._named(str(chat_id))
        if chat is None or not chat.known:
            raise bad_request("chat not found")
        if chat.deactivated:
            raise RefusedError(403, "Forbidden: user is deactivated")
        if chat.migrated_to is not None:
            raise bad_request(
                "group chat was upgraded to a supergroup chat",
                migrate_to_chat_id=chat.migrated_to,
            )
        return chat

    def _named(self, name: str) -> Chat | None:
        for chat in self.chats.values():
            if not chat.private and f"@{chat.fields.get('username')}" == name:
                return chat
        return None

    def refuse_if_blocked(self, chat: Chat) -> None:
        """The last check of a call that would reach a person."""
        if not chat.blocked:
            return
        if chat.private:
            raise RefusedError(403, "Forbidden: bot was blocked by the user")
        raise RefusedError(403, f"Forbidden: bot was kicked from the {chat.fields['type']} chat")

    def spend(self, chat: Chat) -> None:
        """Counts one message against the flood limit, if there is one."""
        if self.flood is not None:
            self.flood.take(chat.id)
