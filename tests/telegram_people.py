"""The other side of the emulator's chats: people and groups, what they do and what they see."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.telegram_rules import Json
from tests.telegram_text import Text, as_html
from tests.telegram_world import Chat, Press, Stored, Upload

if TYPE_CHECKING:
    from tests.telegram_emulator import TelegramEmulator

VOICE = Upload("voice.ogg", "audio/ogg", b"OggS made-up voice")
PICTURE = Upload("photo.jpg", "image/jpeg", b"\xff\xd8\xff made-up picture")


@dataclass(frozen=True)
class SeenMessage:
    """A message of the bot as a person sees it now."""

    message_id: int
    text: str  # plain, or the caption of a file
    html: str
    buttons: list[list[tuple[str, str]]]  # rows of (label, callback data or address)
    edited: bool
    silent: bool
    date: int
    file: Upload | None
    reply_to: int | None
    raw: Json  # the whole Message

    @property
    def labels(self) -> list[str]:
        """The words on its buttons, row by row."""
        return [label for row in self.buttons for label, _ in row]


def seen(stored: Stored) -> SeenMessage:
    """What a person sees of a stored message."""
    data: Json = json.loads(json.dumps(stored.data))
    text = data.get("text") or data.get("caption") or ""
    entities = data.get("entities") or data.get("caption_entities") or []
    rows = data.get("reply_markup", {}).get("inline_keyboard", [])
    return SeenMessage(
        message_id=data["message_id"],
        text=text,
        html=as_html(text, entities),
        buttons=[
            [(b["text"], b.get("callback_data") or b.get("url", "")) for b in r] for r in rows
        ],
        edited="edit_date" in data,
        silent=stored.silent,
        date=data["date"],
        file=stored.upload,
        reply_to=data.get("reply_to_message", {}).get("message_id"),
        raw=data,
    )


class Conversation:
    """A chat as seen from the people's side."""

    def __init__(self, emulator: TelegramEmulator, chat: Chat) -> None:
        self.emulator = emulator
        self.chat = chat

    @property
    def id(self) -> int:
        """The chat's id; in a private chat also the person's."""
        return self.chat.id

    @property
    def messages(self) -> list[SeenMessage]:
        """The bot's messages, oldest first, as they look now; deleted ones are gone."""
        return [seen(stored) for stored in self.chat.messages.values() if stored.by_bot]

    @property
    def actions(self) -> list[str]:
        """Every «is typing» and the like the bot has sent."""
        return list(self.chat.actions)

    async def waits_for(
        self, what: int | Callable[[SeenMessage], bool], seconds: float = 5.0
    ) -> SeenMessage:
        """Waits until the chat holds ``what`` bot messages, or one that fits; gives the newest.

        The count is of all bot messages that are in the chat at that moment. ``TimeoutError``
        tells what was seen instead.
        """

        def found() -> SeenMessage | None:
            messages = self.messages
            if isinstance(what, int):
                return messages[-1] if len(messages) >= what and messages else None
            return next((message for message in reversed(messages) if what(message)), None)

        try:
            return await self.emulator.until(found, seconds)
        except TimeoutError:
            texts = [message.text[:80] for message in self.messages]
            raise TimeoutError(f"waited {seconds} s; the chat shows {texts}") from None


class Group(Conversation):
    """A group with the bot in it; the bot reads everything, as an administrator would."""

    async def migrates(self, new_id: int | None = None) -> Group:
        """Becomes a supergroup: the old id is refused from now on, the new one told."""
        new_id = new_id if new_id is not None else -1_000_000_000_000 + self.id
        fields = {**self.chat.fields, "id": new_id, "type": "supergroup"}
        moved = self.emulator.world.add_chat(fields)
        moved.known = True
        system = {"id": 1087968824, "is_bot": True, "first_name": "Group"}
        world, updates = self.emulator.world, self.emulator.updates_queue
        notice = world.add(self.chat, system, {"migrate_to_chat_id": new_id})
        updates.add("message", notice.data)
        notice = world.add(moved, system, {"migrate_from_chat_id": self.id})
        updates.add("message", notice.data)
        self.chat.migrated_to = new_id
        return Group(self.emulator, moved)


class Person(Conversation):
    """A person with a private chat; each act makes one update and returns it.

    An update the bot did not ask for (``allowed_updates``) comes back without ``update_id``.
    """

    def __init__(self, emulator: TelegramEmulator, chat: Chat, user: Json) -> None:
        super().__init__(emulator, chat)
        self.user = user

    # ---- what they see ------------------------------------------------------------------

    @property
    def notices(self) -> list[tuple[str, bool]]:
        """Answers to this person's presses: (text, shown as an alert); often an empty text."""
        return [(text, alert) for by, text, alert in self.emulator.world.notices if by == self.id]

    @property
    def spinning(self) -> int:
        """How many presses of this person the bot has not answered."""
        presses = self.emulator.world.presses.values()
        return sum(1 for press in presses if press.by == self.id and not press.answered)

    @property
    def keyboard(self) -> list[list[str]]:
        """The labels of the reply keyboard, row by row; none when it was taken away."""
        return [[_label(button) for button in row] for row in self._reply_rows()]

    def _reply_rows(self) -> list[list[Any]]:
        rows: list[list[Any]] = (self.chat.keyboard or {}).get("keyboard", [])
        return rows

    # ---- what they say ------------------------------------------------------------------

    async def starts(self, payload: str = "") -> Json:
        """Presses Start, or Restart after blocking; a deep link gives the payload."""
        if not re.fullmatch(r"[A-Za-z0-9_-]{0,64}", payload):
            raise ValueError("a deep link carries at most 64 of A-Za-z0-9_-")
        if self.chat.blocked:
            await self.unblocks()
        return await self.says(f"/start {payload}".strip())

    async def says(self, text: str, *, chat: Group | None = None, reply_to: int = 0) -> Json:
        """Sends a text, here or in a group."""
        return await self.sends(
            **Text(text).trimmed().detected().fields(), chat=chat, reply_to=reply_to
        )

    async def sends(self, *, chat: Group | None = None, reply_to: int = 0, **content: Any) -> Json:
        """Sends any content: the fields of a Message beside its sender, chat and date."""
        place = chat.chat if chat else self.chat
        if place.blocked:
            raise RuntimeError("the bot is blocked here; nobody writes to it")
        if reply_to:
            content["reply_to_message"] = place.messages[reply_to].data
        place.known = True
        stored = self.emulator.world.add(place, self.user, content)
        return self.emulator.updates_queue.add("message", stored.data)

    async def sends_voice(self, seconds: int = 4, data: bytes = VOICE.data) -> Json:
        """Sends a voice message."""
        upload = Upload(VOICE.name, VOICE.content_type, data)
        ids = self.emulator.world.add_file(upload)
        return await self.sends(voice={"duration": seconds, "mime_type": "audio/ogg", **ids})

    async def sends_photo(self, caption: str = "", data: bytes = PICTURE.data) -> Json:
        """Sends a picture in two sizes, with a caption if given."""
        upload = Upload(PICTURE.name, PICTURE.content_type, data)
        sizes = [
            {**self.emulator.world.add_file(upload), "width": width, "height": width * 3 // 4}
            for width in (90, 1280)
        ]
        fields = Text(caption).trimmed().detected().fields("caption")
        return await self.sends(photo=sizes, **fields)

    async def sends_sticker(self, emoji: str = "👍") -> Json:
        """Sends a still sticker."""
        kind = {"type": "regular", "is_animated": False, "is_video": False}
        sticker = {"width": 512, "height": 512, "emoji": emoji, **kind}
        return await self.sends(sticker=sticker | self.emulator.world.add_file())

    async def sends_location(self, latitude: float = 10.776889, longitude: float = 106.7) -> Json:
        """Sends a place."""
        place = {"latitude": latitude, "longitude": longitude, "horizontal_accuracy": 20.0}
        return await self.sends(location=place)

    async def sends_contact(self, phone: str = "84900000123", *, own: bool = True) -> Json:
        """Sends a contact: their own, as the button asks for, or somebody else's."""
        contact: Json = {"phone_number": phone, "first_name": self.user["first_name"]}
        return await self.sends(contact=contact | ({"user_id": self.id} if own else {}))

    async def sends_document(
        self, name: str = "don.pdf", mime: str = "application/pdf", data: bytes = b"%PDF made-up"
    ) -> Json:
        """Sends a file."""
        ids = self.emulator.world.add_file(Upload(name, mime, data))
        return await self.sends(document={"file_name": name, "mime_type": mime, **ids})

    async def edits(self, message_id: int, text: str) -> Json:
        """Changes an own message."""
        stored = self.chat.messages[message_id]
        if stored.by_bot or "text" not in stored.data:
            raise ValueError("people edit their own texts only")
        stored.data = {name: v for name, v in stored.data.items() if name != "entities"}
        stored.data |= {"edit_date": self.emulator.world.now()}
        stored.data |= Text(text).trimmed().detected().fields()
        return self.emulator.updates_queue.add("edited_message", stored.data)

    # ---- what they press ----------------------------------------------------------------

    async def presses(
        self,
        label_or_data: str,
        message: SeenMessage | int | None = None,
        *,
        forged: bool = False,
        chat: Group | None = None,
    ) -> Json:
        """Presses the button on the newest message that has it, or on the one given.

        A button of the reply keyboard sends its label, the contact or the place. ``forged``
        sends any data for any message, as an altered client could.
        """
        place = chat.chat if chat else self.chat
        message_id = message.message_id if isinstance(message, SeenMessage) else message
        if forged:
            shown = place.messages.get(message_id or 0)
            return self._press(place, label_or_data, shown, message_id or 0)
        own = [stored for stored in place.messages.values() if stored.by_bot]
        for stored in reversed(own):
            if message_id in (None, stored.data["message_id"]):
                data = _data_of(stored, label_or_data)
                if data is not None:
                    return self._press(place, data, stored, stored.data["message_id"])
        if message_id is None:
            for button in (button for row in self._reply_rows() for button in row):
                if _label(button) == label_or_data:
                    return await self._presses_reply(button)
        there = [label for stored in own for label in seen(stored).labels]
        raise LookupError(f"no button {label_or_data!r}; there are {there} and {self.keyboard}")

    def _press(self, place: Chat, data: str, stored: Stored | None, message_id: int) -> Json:
        emulator = self.emulator
        query_id = str(3_006_477_000_000_000_001 + len(emulator.world.presses))
        emulator.world.presses[query_id] = Press(self.id, emulator.world.clock())
        lost = {"chat": place.fields, "message_id": message_id, "date": 0}
        query = {
            "id": query_id,
            "from": self.user,
            "message": stored.data if stored else lost,
            "chat_instance": _chat_instance(place),
            "data": data,
        }
        return emulator.updates_queue.add("callback_query", query)

    async def _presses_reply(self, button: Any) -> Json:
        if isinstance(button, dict) and button.get("request_contact"):
            return await self.sends_contact()
        if isinstance(button, dict) and button.get("request_location"):
            return await self.sends_location()
        return await self.says(_label(button))

    # ---- how they leave -----------------------------------------------------------------

    async def blocks(self) -> Json:
        """Blocks the bot."""
        self.chat.blocked = True
        return self._membership("member", "kicked")

    async def unblocks(self) -> Json:
        """Lets the bot write again."""
        self.chat.blocked = False
        return self._membership("kicked", "member")

    def deactivates(self) -> None:
        """Deletes the account; Telegram tells the bot nothing but 403."""
        self.chat.deactivated = True

    def _membership(self, old: str, new: str) -> Json:
        def member(status: str) -> Json:
            until = {"until_date": 0} if status == "kicked" else {}
            return {"user": self.emulator.world.bot, "status": status, **until}

        change = {
            "chat": self.chat.fields,
            "from": self.user,
            "date": self.emulator.world.now(),
            "old_chat_member": member(old),
            "new_chat_member": member(new),
        }
        return self.emulator.updates_queue.add("my_chat_member", change)


def _label(button: Any) -> str:
    return str(button["text"] if isinstance(button, dict) else button)


def _data_of(stored: Stored, label_or_data: str) -> str | None:
    for row in stored.data.get("reply_markup", {}).get("inline_keyboard", []):
        for button in row:
            if label_or_data not in (button["text"], button.get("callback_data")):
                continue
            if "callback_data" not in button:
                raise LookupError(f"{label_or_data!r} opens a page; the bot hears nothing of it")
            return str(button["callback_data"])
    return None


def _chat_instance(chat: Chat) -> str:
    digest = hashlib.sha256(str(chat.id).encode()).digest()
    return str(int.from_bytes(digest[:8], "big", signed=True))
