"""What an update of Telegram says, in neutral words; nothing in it is trusted to be of its right type."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bot.channels.wire import is_id
from bot.core.messages import Kind, Reference

LAST_SECOND = 253402300800  # the end of the year 9999
MEDIA = {
    "voice": Kind.VOICE,
    "audio": Kind.VOICE,
    "video_note": Kind.VOICE,
    "photo": Kind.PICTURE,
    "video": Kind.PICTURE,
    "animation": Kind.PICTURE,
    "sticker": Kind.STICKER,
    "location": Kind.LOCATION,
    "venue": Kind.LOCATION,
    "contact": Kind.CONTACT,
    "document": Kind.FILE,
}
# Telegram's own notes in a private chat: nobody said anything to us.
NOTES = {
    "pinned_message",
    "message_auto_delete_timer_changed",
    "write_access_allowed",
    "chat_background_set",
    "connected_website",
    "users_shared",
    "chat_shared",
    "boost_added",
    "proximity_alert_triggered",
}

Event = tuple[str, Kind, str, Reference, datetime]


def read_update(update: Mapping[str, Any]) -> Event | None:
    """(chat, kind, text, reference, moment) of an update of a private chat."""
    for field, read in (
        ("message", _read_message),
        ("edited_message", _read_edited),
        ("callback_query", _read_press),
        ("my_chat_member", _read_membership),
    ):
        part = update.get(field)
        if isinstance(part, dict):
            return read(part)
    return None


def _read_message(message: Mapping[str, Any]) -> Event | None:
    chat = _private_chat(message)
    if chat is None or not NOTES.isdisjoint(message):
        return None
    at = _moment(message)
    text = message.get("text")
    if isinstance(text, str):
        command, _, payload = text.partition(" ")
        if command == "/start":
            return chat, Kind.START, payload.strip(), Reference(), at
        return chat, Kind.TEXT, text, Reference(), at
    kind = next((kind for field, kind in MEDIA.items() if field in message), Kind.OTHER)
    return chat, kind, "", Reference(), at


def _read_edited(message: Mapping[str, Any]) -> Event | None:
    """New words only: a place that is shared live is edited every few seconds."""
    chat, text = _private_chat(message), message.get("text")
    if chat is None or not isinstance(text, str):
        return None
    return chat, Kind.EDITED, text, Reference(), _moment(message)


def _read_press(query: Mapping[str, Any]) -> Event | None:
    origin, sender = query.get("message"), query.get("from")
    if isinstance(origin, dict):
        chat, number = _private_chat(origin), number_of(origin.get("message_id"))
    else:
        chat, number = number_of(sender.get("id")) if isinstance(sender, dict) else None, None
    if chat is None:
        return None
    press, data = query.get("id"), query.get("data")
    reference = Reference(number, press if is_id(press) else None)
    action = data if isinstance(data, str) else ""
    return chat, Kind.ACTION, action, reference, datetime.now(UTC)


def _read_membership(change: Mapping[str, Any]) -> Event | None:
    chat, member = _private_chat(change), change.get("new_chat_member")
    status = member.get("status") if isinstance(member, dict) else None
    if chat is None or status not in ("kicked", "left"):
        return None
    return chat, Kind.STOPPED, "", Reference(), _moment(change)


def _private_chat(part: Mapping[str, Any]) -> str | None:
    chat = part.get("chat")
    if not isinstance(chat, dict) or chat.get("type") != "private":
        return None
    return number_of(chat.get("id"))


def number_of(value: object) -> str | None:
    """An id as it is kept; None when it is none. JSON's true is no number, though Python's is."""
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return str(value) if value.bit_length() <= 63 else None


def _moment(part: Mapping[str, Any]) -> datetime:
    date = part.get("date")
    if isinstance(date, int) and 0 < date < LAST_SECOND:
        return datetime.fromtimestamp(date, UTC)
    return datetime.now(UTC)
