"""What an event of the Zalo Bot Platform says, in neutral words; no value is trusted to be of its type."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from bot.channels.wire import is_id, text_or_number
from bot.core.messages import Kind

LAST_MILLISECOND = 253402300800_000  # the end of the year 9999
KINDS = {
    "message.text.received": Kind.TEXT,
    "message.image.received": Kind.PICTURE,
    "message.sticker.received": Kind.STICKER,
    "message.voice.received": Kind.VOICE,
    # Other kinds, or a sender whose content is protected.
    "message.unsupported.received": Kind.OTHER,
}


class Event(NamedTuple):
    """One thing that a person did in a private chat."""

    number: str
    chat: str
    kind: Kind
    text: str
    at: datetime


def unwrap(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """The event of a body; ``ValueError`` for what is none.

    The documents show it inside an envelope, working code takes it bare as well.
    """
    result = body.get("result")
    if isinstance(result, dict):
        return result
    if "ok" in body or "event_name" in body:
        return body
    raise ValueError("not an event")


def read_event(event: Mapping[str, Any]) -> Event | None:
    """What was done; None for groups, for what bots say, and for events that nobody knows."""
    name, message = event.get("event_name"), event.get("message")
    kind = KINDS.get(name) if isinstance(name, str) else None
    if kind is None or not isinstance(message, dict):
        return None
    number = text_or_number(message.get("message_id"))
    chat, sender = _private_chat(message), message.get("from")
    is_bot = isinstance(sender, dict) and sender.get("is_bot") is True
    if chat is None or is_bot or not is_id(number):
        return None
    kind, text = _read_words(kind, message.get("text"))
    return Event(number, chat, kind, text, _moment(message))


def _read_words(kind: Kind, text: object) -> tuple[Kind, str]:
    if kind is not Kind.TEXT:
        return kind, ""
    if not isinstance(text, str):
        return Kind.OTHER, ""
    command, _, payload = text.partition(" ")
    return (Kind.START, payload.strip()) if command == "/start" else (kind, text)


def _private_chat(message: Mapping[str, Any]) -> str | None:
    chat = message.get("chat")
    if not isinstance(chat, dict) or text_or_number(chat.get("chat_type")).casefold() != "private":
        return None
    number = text_or_number(chat.get("id"))
    return number if is_id(number) else None


def _moment(message: Mapping[str, Any]) -> datetime:
    date = message.get("date")
    if isinstance(date, int) and 0 < date < LAST_MILLISECOND:
        return datetime.fromtimestamp(date / 1000, UTC)
    return datetime.now(UTC)
