"""Telegram Bot API (10.0, read 2026-11): parse updates, render and send, all on ``telegram.Bot``.

Unsafe ground: answers to a press older than some minutes are refused, an edit that changes nothing is an
error, a group may move, and a person may block us at any moment.
"""

from __future__ import annotations

import hmac
import html
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions
from telegram.constants import ParseMode
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)
from telegram.request import HTTPXRequest

from bot.core.messages import (
    Address,
    Choice,
    Delivered,
    Delivery,
    Inbound,
    Kind,
    Limits,
    Moved,
    Outbound,
    Rate,
    Reference,
    Rejected,
    Retry,
    Unreachable,
)
from bot.core.text import split

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 – the name of a header
TEXT_LIMIT = 4096
LONGEST_ACTION_BYTES = 64
SHORT_LABEL = 20  # buttons up to this length stand two in a row
UPDATES = ["message", "edited_message", "callback_query", "my_chat_member"]
BOLD = re.compile(r"\*\*(.+?)\*\*", re.DOTALL)
GONE = ("chat not found", "user is deactivated", "peer_id_invalid", "bot was kicked")
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


class TelegramChannel:
    """One bot of one commune."""

    name = "telegram"
    # Published for bots: about 30 messages a second in all, one a second in a chat with short bursts.
    limits = Limits(account=Rate(per_second=30, burst=30), chat=Rate(per_second=1, burst=4))

    def __init__(self, account: str, token: str, secret: str, api_base: str) -> None:
        self.account = account
        self.secret = secret
        request = HTTPXRequest(connection_pool_size=32, connect_timeout=5, read_timeout=15)
        self.bot = Bot(token, base_url=f"{api_base}/bot", request=request)

    def is_genuine(self, headers: Mapping[str, str], body: bytes) -> bool:
        """The secret header that we asked Telegram to send, compared in constant time."""
        given = headers.get(SECRET_HEADER, "")
        return bool(self.secret) and hmac.compare_digest(given.encode(), self.secret.encode())

    def parse(self, body: bytes) -> list[Inbound]:
        """The event of one update; ``ValueError`` when the body is not an update."""
        update = json.loads(body)
        if not isinstance(update, dict) or not isinstance(update.get("update_id"), int):
            raise ValueError("not an update")
        return self.read(update)

    def read(self, update: Mapping[str, Any]) -> list[Inbound]:
        """The event of an update already decoded; groups and channels are not answered."""
        event = _read_event(update)
        if event is None:
            return []
        chat, kind, text, reference, at = event
        address = Address(self.name, self.account, chat)
        return [Inbound(address, str(update["update_id"]), kind, text, at, reference)]

    async def send(self, chat: str, message: Outbound) -> Delivery:
        """Acknowledge the press, change the old message in place or send a new one."""
        try:
            if message.press:
                await self._acknowledge(message.press)
            if message.replaces and await self._edit(chat, message):
                return Delivered(message.replaces)
            return await self._send_new(chat, message)
        except ChatMigrated as moved:
            return Moved(str(moved.new_chat_id))
        except RetryAfter as wait:
            return Retry(_seconds(wait), "429", whole_account=True)
        except Forbidden as blocked:
            return Unreachable(blocked.message)
        except (InvalidToken, TimedOut) as error:
            return Retry(None, type(error).__name__, whole_account=isinstance(error, InvalidToken))
        except BadRequest as refused:
            reason = refused.message.lower()
            gone = any(sign in reason for sign in GONE)
            return Unreachable(refused.message) if gone else Rejected(refused.message)
        except (NetworkError, TelegramError) as error:
            return Retry(None, type(error).__name__)

    async def _acknowledge(self, press: str) -> None:
        """End the spinner of a button; too late is no harm."""
        try:
            await self.bot.answer_callback_query(press)
        except BadRequest:
            return

    async def _edit(self, chat: str, message: Outbound) -> bool:
        """True when the old message now reads so; False when it cannot be changed any more."""
        try:
            await self.bot.edit_message_text(
                _as_html(message.text),
                chat_id=chat,
                message_id=int(message.replaces or 0),
                parse_mode=ParseMode.HTML,
                reply_markup=_keyboard(message.choices),
                link_preview_options=LinkPreviewOptions(is_disabled=True),
            )
        except BadRequest as refused:
            return "not modified" in refused.message.lower()
        return True

    async def _send_new(self, chat: str, message: Outbound) -> Delivery:
        pieces = split(message.text, TEXT_LIMIT)
        sent = None
        for number, piece in enumerate(pieces, start=1):
            sent = await self.bot.send_message(
                chat,
                _as_html(piece),
                parse_mode=ParseMode.HTML,
                reply_markup=_keyboard(message.choices) if number == len(pieces) else None,
                link_preview_options=LinkPreviewOptions(is_disabled=True),
            )
        return Delivered(str(sent.message_id) if sent else None)

    async def close(self) -> None:
        """Close the connections."""
        await self.bot.shutdown()


_Event = tuple[str, Kind, str, Reference, datetime]


def _read_event(update: Mapping[str, Any]) -> _Event | None:
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


def _read_message(message: Mapping[str, Any]) -> _Event | None:
    chat = _private_chat(message)
    if chat is None:
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


def _read_edited(message: Mapping[str, Any]) -> _Event | None:
    chat = _private_chat(message)
    if chat is None:
        return None
    return chat, Kind.EDITED, str(message.get("text") or ""), Reference(), _moment(message)


def _read_press(query: Mapping[str, Any]) -> _Event | None:
    message = query.get("message")
    origin = message if isinstance(message, dict) else {}
    chat = _private_chat(origin) if origin else str(query.get("from", {}).get("id", "")) or None
    if chat is None:
        return None
    number = origin.get("message_id")
    reference = Reference(str(number) if number else None, str(query.get("id", "")) or None)
    return chat, Kind.ACTION, str(query.get("data") or ""), reference, datetime.now(UTC)


def _read_membership(change: Mapping[str, Any]) -> _Event | None:
    chat = _private_chat(change)
    status = change.get("new_chat_member", {}).get("status")
    if chat is None or status not in ("kicked", "left"):
        return None
    return chat, Kind.STOPPED, "", Reference(), _moment(change)


def _private_chat(part: Mapping[str, Any]) -> str | None:
    chat = part.get("chat")
    if not isinstance(chat, dict) or chat.get("type") != "private":
        return None
    return str(chat["id"]) if "id" in chat else None


def _moment(part: Mapping[str, Any]) -> datetime:
    date = part.get("date")
    return datetime.fromtimestamp(date, UTC) if isinstance(date, int) else datetime.now(UTC)


def _seconds(wait: RetryAfter) -> float:
    after = wait.retry_after
    return float(after) if isinstance(after, int) else after.total_seconds()


def _as_html(text: str) -> str:
    return BOLD.sub(r"<b>\1</b>", html.escape(text, quote=False))


def _keyboard(choices: tuple[Choice, ...]) -> InlineKeyboardMarkup | None:
    """Buttons that carry their digit; short ones stand two in a row."""
    if not choices:
        return None
    rows: list[list[InlineKeyboardButton]] = []
    for choice in choices:
        label = f"{choice.n}. {choice.label}"
        button = InlineKeyboardButton(label, callback_data=_within_limit(choice.action))
        fits = rows and len(rows[-1]) == 1 and len(rows[-1][0].text) <= SHORT_LABEL
        if fits and len(label) <= SHORT_LABEL:
            rows[-1].append(button)
        else:
            rows.append([button])
    return InlineKeyboardMarkup(rows)


def _within_limit(action: str) -> str:
    if len(action.encode()) > LONGEST_ACTION_BYTES:
        raise ValueError(f"an action longer than {LONGEST_ACTION_BYTES} bytes: {action}")
    return action
