"""The other side of the emulator's chats: residents, the office's staff, what they do and see."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.zalo_oa_rules import Json, Upload
from tests.zalo_oa_world import Chat, Entry

if TYPE_CHECKING:
    from tests.zalo_oa_emulator import ZaloOAEmulator

CDN = "https://photo-stal-00.zdn.vn/example"
PAYLOADS: dict[str, Json] = {
    "image": {"thumbnail": f"{CDN}/thumb.jpg", "url": f"{CDN}/full.jpg"},
    "gif": {"thumbnail": f"{CDN}/g-thumb.jpg", "url": f"{CDN}/g.gif"},
    "link": {
        "thumbnail": "https://example.org/t.jpg",
        "description": "Cổng thông tin phường",
        "url": "https://example.org/tin-tuc/1",
    },
    "audio": {"url": "https://voice-stal-00.zdn.vn/example/a.amr"},
    "video": {
        "thumbnail": "https://video-stal-00.zdn.vn/example/v.jpg",
        "description": "",
        "url": "https://video-stal-00.zdn.vn/example/v.mp4",
    },
    "sticker": {
        "id": "3b9f51d7aa04c26e8812",
        "url": "https://zalo-api.zadn.vn/example/sticker.png",
    },
    "location": {"coordinates": {"latitude": "10.776889", "longitude": "106.700806"}},
    "file": {
        "url": "https://file-stal-00.zdn.vn/example/don.pdf",
        "size": "48213",
        "name": "don-xin-xac-nhan.pdf",
        "checksum": "9e107d9d372bb6826bd81d3542a419d6",
        "type": "pdf",
    },
    "business_card": {
        "thumbnail": "https://s120-ava-talk.zadn.vn/example.jpg",
        "description": '{"phone":"84900000123"}',
        "url": "https://zalo.me/84900000123",
    },
}
"""What each kind of message carries beside its words, as in the samples."""

TYPES = {"business_card": "link"}  # attachments whose type differs from the event's name
LISTED = {"image": "photo", "gif": "GIF", "audio": "voice", "business_card": "link"}


@dataclass(frozen=True)
class Form:
    """Zalo's own form that asks a person for their details."""

    title: str
    subtitle: str
    image_url: str


@dataclass(frozen=True)
class SeenMessage:
    """A message of the account as a person sees it."""

    message_id: str
    text: str
    buttons: list[tuple[str, str, Any]]  # label, type, payload
    image: bytes | None  # of a picture that was uploaded or could be fetched
    image_url: str
    file: Upload | None
    form: Form | None
    sticker: str
    quotes: str  # the message it answers
    by_staff: bool
    quota: str  # what it was taken from; empty where it cost money
    at: int
    raw: Json  # the message as the API was given it

    @property
    def labels(self) -> list[str]:
        """The words on its buttons."""
        return [label for label, _, _ in self.buttons]


def seen(entry: Entry) -> SeenMessage:
    """What a person sees of a message."""
    message: Json = json.loads(json.dumps(entry.message))
    payload = message.get("attachment", {}).get("payload", {})
    element = (payload.get("elements") or [{}])[0]
    is_form = payload.get("template_type") == "request_user_info"
    sticker = element.get("media_type") == "sticker"
    return SeenMessage(
        message_id=entry.message_id,
        text=entry.text,
        buttons=[(one["title"], one["type"], one["payload"]) for one in payload.get("buttons", [])],
        image=entry.picture.data if entry.picture else None,
        image_url=element.get("url", ""),
        file=entry.file,
        form=Form(element["title"], element["subtitle"], element["image_url"]) if is_form else None,
        sticker=element["attachment_id"] if sticker else "",
        quotes=message.get("quote_message_id", ""),
        by_staff=bool(entry.admin_id),
        quota=(entry.quota or {}).get("quota_type", ""),
        at=entry.at,
        raw=message,
    )


class Person:
    """A resident with a chat; each act makes one event and returns it."""

    def __init__(self, emulator: ZaloOAEmulator, chat: Chat) -> None:
        self.emulator = emulator
        self.chat = chat
        self.opened: list[tuple[str, Any]] = []  # pages, diallers and SMS of pressed buttons

    @property
    def id(self) -> str:
        """The person's id for this account."""
        return self.chat.user_id

    # ---- what they see ------------------------------------------------------------------

    @property
    def messages(self) -> list[SeenMessage]:
        """The account's messages, oldest first, its staff's among them."""
        return [seen(entry) for entry in self.chat.entries if entry.by_oa]

    async def waits_for(
        self, what: int | Callable[[SeenMessage], bool], seconds: float = 5.0
    ) -> SeenMessage:
        """Waits until the chat holds ``what`` of the account's messages, or one that fits.

        ``TimeoutError`` tells what was seen instead.
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

    # ---- what they say ------------------------------------------------------------------

    async def says(self, text: str, quoting: str = "") -> Json:
        """Sends a text, perhaps as an answer to an earlier message."""
        quote = {"quote_msg_id": quoting} if quoting else {}
        return self._sends("text", {"text": text}, after=quote)

    async def sends(self, kind: str, text: str = "", **payload: Any) -> Json:
        """Sends a picture, a voice note and so on; ``payload`` changes what it carries."""
        carried = {**PAYLOADS[kind], **payload}
        attachment = {"payload": carried, "type": TYPES.get(kind, kind)}
        message: Json = {"attachments": [attachment]}
        return self._sends(kind, message | ({"text": text} if text else {}))

    def _sends(
        self, kind: str, message: Json, *, after: Json | None = None, hidden: bool = False
    ) -> Json:
        world = self.emulator.world
        at, message_id = world.stamp(), world.new_id()
        said = {**message, "msg_id": message_id, **(after or {})}
        listed, text = LISTED.get(kind, kind), str(message.get("text", ""))
        world.add(self.chat, Entry(message_id, False, at, listed, text, said, hidden=hidden))
        events = self.emulator.events
        return events.publish(events.from_person(f"user_send_{kind}", self.chat, said, at))

    async def presses(self, label: str, message: SeenMessage | None = None) -> Json | None:
        """Presses a button of the newest message that has it, or of the one given.

        A query sends its payload as the person's text, and nothing tells that it was a button;
        a page, a dialler or an SMS only opens on the phone.
        """
        for shown in [message] if message else reversed(self.messages):
            for title, kind, payload in shown.buttons:
                if title != label:
                    continue
                if kind.startswith("oa.open."):
                    self.opened.append((kind, payload))
                    return None
                hidden = kind == "oa.query.hide"
                return self._sends("text", {"text": payload}, hidden=hidden)
        there = [label for shown in self.messages for label in shown.labels]
        raise LookupError(f"no button {label!r}; there are {there}")

    # ---- how they come and go -----------------------------------------------------------

    async def follows(self, source: str = "oa_profile") -> Json:
        """Follows the account."""
        self.chat.follows = True
        self._interacts()
        return self._tells("follow", {"follower": {"id": self.id}, "source": source})

    async def unfollows(self, source: str = "oa_profile") -> Json:
        """Leaves the account; what was said within seven days may still be answered."""
        self.chat.follows = False
        return self._tells("unfollow", {"follower": {"id": self.id}, "source": source})

    async def clicks_chatnow(self) -> Json:
        """Opens the chat with the button of the account's page."""
        self._interacts()
        return self._tells("user_click_chatnow", {"user_id": self.id})

    async def withdraws(self) -> Json:
        """Asks that their data be deleted."""
        return self._tells("user_withdraw", {"user_id": self.id})

    def refuses(self, code: int) -> None:
        """From now on every message to them is refused: -213, -227, -244; 0 ends it."""
        self.chat.refusal = code

    def _interacts(self) -> None:
        self.chat.last_interaction = self.emulator.world.now()

    def _tells(self, name: str, more: Json) -> Json:
        events = self.emulator.events
        return events.publish(events.about(name, self.chat, more))

    # ---- forms and receipts -------------------------------------------------------------

    async def submits_info(self, *, old: bool = False, **info: Any) -> Json:
        """Fills in Zalo's form; ``old`` is the shape before the provinces were merged."""
        given: Json = {"name": self.chat.name, "phone": "84900000123", **info}
        if old:
            given = {"address": "12 Đường Mẫu", "city": "Đồng Nai", "district": "", **given}
        else:
            given.setdefault("user_dob", "01/01/1960")
            given.setdefault("gender", "1")
            place = {"user_city": "Đồng Nai", "user_ward": "Phường Mẫu", "user_address": "12"}
            given.setdefault("full_address", place)
        self.chat.shared |= {"name": given["name"], "phone": given["phone"]}
        events = self.emulator.events
        event = events.from_person("user_submit_info", self.chat, {}, self.emulator.world.stamp())
        del event["message"]
        return events.publish({**event, "info": given})

    async def receives(self, message: SeenMessage | None = None) -> Json:
        """The phone tells that a message has come, the newest unless one is given."""
        message = message or self.messages[-1]
        return self._receipt("user_received_message", {"msg_id": message.message_id})

    async def sees(self, *messages: SeenMessage) -> Json:
        """The person has read these messages, or all of them."""
        ids = [one.message_id for one in messages or self.messages]
        return self._receipt("user_seen_message", {"msg_ids": ids})

    def _receipt(self, name: str, message: Json) -> Json:
        events = self.emulator.events
        at = self.emulator.world.stamp()
        return events.publish(events.from_oa(name, self.chat, message, at))

    async def reacts(self, icon: str = "/-strong", message: SeenMessage | None = None) -> Json:
        """Puts a sign on a message."""
        message = message or self.messages[-1]
        said = {"msg_id": message.message_id, "react_icon": icon}
        events, at = self.emulator.events, self.emulator.world.stamp()
        return events.publish(events.from_person("user_reacted_message", self.chat, said, at))


@dataclass(frozen=True)
class Staff:
    """Somebody of the office who answers in Zalo's own manager of the account."""

    emulator: ZaloOAEmulator
    admin_id: str = "4420918273645510928"

    async def answers(self, person: Person, text: str) -> Json:
        """Writes into a chat; the webhook hears of it with the id of the administrator."""
        world, events = self.emulator.world, self.emulator.events
        at, message_id = world.stamp(), world.new_id()
        message = {"text": text}
        entry = Entry(message_id, True, at, "text", text, message, admin_id=self.admin_id)
        world.add(person.chat, entry)
        said = {**message, "msg_id": message_id}
        return events.publish(events.from_oa("oa_send_text", person.chat, said, at, self.admin_id))
