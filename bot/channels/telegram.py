"""Telegram Bot API (10.0, read 2026-11): parse updates, render and send, all over ``telegram.Bot``'s wire.

Unsafe ground: answers to a press older than some minutes are refused, an edit that changes nothing is an
error, a group may move, and a person may block us at any moment.
"""

from __future__ import annotations

import hmac
import html
import json
import os
import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import cache
from ssl import SSLContext
from typing import Any
from urllib.parse import urlencode

from httpx import create_ssl_context
from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    Message,
)
from telegram.constants import ParseMode
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)
from telegram.request import HTTPXRequest

from bot.channels.telegram_reading import number_of, read_update
from bot.channels.wire import file_name, read_object
from bot.core.messages import (
    Address,
    Choice,
    Delivered,
    Delivery,
    Gallery,
    Inbound,
    Limits,
    Media,
    MediaKind,
    Moved,
    Outbound,
    Rate,
    Rejected,
    Retry,
    Unreachable,
)
from bot.core.terms import ALWAYS_FREE
from bot.core.text import split

os.environ.setdefault("PTB_TIMEDELTA", "true")  # PTB warns at every 429 until this is chosen

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 – the name of a header
TEXT_LIMIT = 4096  # UTF-16 units: the stricter of two readings
CAPTION_LIMIT = 1024
LONGEST_ACTION_BYTES = 64
MOST_KEPT = 1000
NEVER_CONNECTED = {"ConnectError", "ConnectTimeout", "PoolTimeout"}
SHORT_LABEL = 20  # buttons up to this length stand two in a row
UPDATES = ["message", "edited_message", "callback_query", "my_chat_member"]
BOLD = re.compile(r"\*\*(.+?)\*\*", re.DOTALL)
TOO_LARGE = "request entity too large"
GONE = ("chat not found", "user is deactivated", "peer_id_invalid", "bot was kicked")


class _Wire(HTTPXRequest):
    """PTB's transport, but an answer that is not Telegram's is not logged: it may hold words of a person."""

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """The answer; ``TelegramError`` when it is none."""
        try:
            answer = read_object(payload)
        except ValueError:
            raise TelegramError("not an answer of Telegram") from None
        if answer.get("ok") and "result" not in answer:
            raise TelegramError("an answer without a result")
        return answer


@cache
def _authorities() -> SSLContext:
    """Whom https is believed; read once, since reading them costs more than all else of a channel."""
    return create_ssl_context()


class TelegramChannel:
    """One bot of one commune."""

    name = "telegram"
    # Published for bots: about 30 messages a second in all, one a second in a chat with short bursts.
    limits = Limits(account=Rate(per_second=30, burst=30), chat=Rate(per_second=1, burst=4))
    terms = ALWAYS_FREE
    connect_seconds = 5.0
    read_seconds = 15.0

    def __init__(
        self, account: str, token: str, secret: str, api_base: str, gallery: Gallery | None = None
    ) -> None:
        self.account = account
        self.secret = secret
        self._gallery = gallery  # without one messages go without pictures and sounds
        self._files: dict[str, str] = {}  # Telegram's own ids of what it has been sent before
        self._begun: dict[int, int] = {}  # messages sent in part, and how many pieces of each
        self._updates_url = f"{api_base}/bot{token}/getUpdates"
        self._sending = self._open(connections=32)
        self._polling = self._open(connections=1)
        self.bot = Bot(
            token,
            base_url=f"{api_base}/bot",
            request=self._sending,
            get_updates_request=self._polling,
        )

    def _open(self, connections: int) -> _Wire:
        return _Wire(
            connection_pool_size=connections,
            connect_timeout=self.connect_seconds,
            read_timeout=self.read_seconds,
            httpx_kwargs={"verify": _authorities()},
        )

    def is_genuine(self, headers: Mapping[str, str], body: bytes) -> bool:
        """The secret header that we asked Telegram to send, compared in constant time."""
        given = headers.get(SECRET_HEADER, "").encode(errors="surrogatepass")
        return bool(self.secret) and hmac.compare_digest(given, self.secret.encode())

    def parse(self, body: bytes) -> list[Inbound]:
        """The event of one update; ``ValueError`` when the body is not an update."""
        update = read_object(body)
        if number_of(update.get("update_id")) is None:
            raise ValueError("not an update")
        return self.read(update)

    def read(self, update: Mapping[str, Any]) -> list[Inbound]:
        """The event of an update already decoded; groups and channels are not answered."""
        event = read_update(update)
        if event is None:
            return []
        chat, kind, text, reference, at = event
        address = Address(self.name, self.account, chat)
        return [Inbound(address, str(update["update_id"]), kind, text, at, reference)]

    async def fetch(self, offset: int | None, seconds: int) -> list[dict[str, Any]]:
        """Updates from ``offset`` on, as the wire gives them; waits so long for the first one.

        PTB's own ``get_updates`` logs a whole update when one of them does not fit its models.
        """
        asked = {"timeout": seconds, "allowed_updates": json.dumps(UPDATES)}
        if offset is not None:
            asked["offset"] = offset
        url = f"{self._updates_url}?{urlencode(asked)}"
        updates = await self._polling.post(url, read_timeout=seconds + self.read_seconds)
        if not isinstance(updates, list) or not all(map(_is_update, updates)):
            raise TelegramError("not a list of updates")
        return updates

    async def send(self, chat: str, message: Outbound) -> Delivery:
        """Acknowledge the press, change the old message in place or send a new one."""
        try:
            if message.press:
                await self._acknowledge(message.press)
            text, buttons = _render(message)
            # A picture does not fit into a message of words: what carries one is a new message.
            old = message.replaces if message.media is None else None
            if old and await self._edit(chat, old, text, buttons):
                return Delivered(old)
            if message.media and _units(text) <= CAPTION_LIMIT:
                carried = await self._send_media(chat, message.media, text, buttons)
                if carried is not None:
                    return carried
            return await self._send_new(chat, text, buttons)
        except ChatMigrated as moved:
            return Moved(str(moved.new_chat_id))
        except RetryAfter as wait:
            return Retry(seconds_of(wait), "429", whole_account=True)
        except Forbidden as blocked:
            return Unreachable(blocked.message)
        except BadRequest as refused:
            reason = refused.message.lower()
            gone = any(sign in reason for sign in GONE)
            return Unreachable(refused.message) if gone else Rejected(refused.message)
        except TelegramError as error:
            whole, unsent = _is_of_account(error), _is_unsent(error)
            reason = type(error).__name__
            return Retry(None, reason, whole_account=whole, maybe_taken=not (whole or unsent))

    async def _acknowledge(self, press: str) -> None:
        """End the spinner of a button; too late is no harm."""
        try:
            await self.bot.answer_callback_query(press)
        except BadRequest:
            return

    async def _edit(self, chat: str, number: str, text: str, buttons: _Buttons) -> bool:
        """True when the old message now reads so; False when it cannot be changed any more."""
        try:
            await self.bot.edit_message_text(
                _as_html(text),
                chat_id=chat,
                message_id=int(number),
                parse_mode=ParseMode.HTML,
                reply_markup=buttons,
                link_preview_options=LinkPreviewOptions(is_disabled=True),
            )
        except BadRequest as refused:
            return "not modified" in refused.message.lower()
        return True

    async def _send_media(
        self, chat: str, media: Media, text: str, buttons: _Buttons
    ) -> Delivered | None:
        """What it carries with the words under it; None when Telegram does not take it: words go alone.

        What was sent once goes by Telegram's id of it, but for what may be taken away meanwhile.
        """
        is_own = self._gallery is not None and self._gallery.is_own(media.key)
        known = None if is_own else self._files.get(media.key)
        sent = await self._try_media(chat, media, known, text, buttons) if known else None
        if sent is None and self._gallery is not None:
            content = await self._gallery.bytes_of(media.key)
            sent = await self._try_media(chat, media, content, text, buttons) if content else None
        if sent is None:
            return None
        named = sent.document if media.kind is MediaKind.FILE else sent.audio
        file = sent.photo[-1] if sent.photo else named
        if file is not None:
            self._files.pop(media.key, None)  # the newest stands last
            self._files[media.key] = file.file_id
            _forget_oldest(self._files)
        return Delivered(str(sent.message_id))

    async def _try_media(
        self, chat: str, media: Media, file: bytes | str, text: str, buttons: _Buttons
    ) -> Message | None:
        caption, mode = _as_html(text), ParseMode.HTML
        try:
            if media.kind is MediaKind.PICTURE:
                return await self.bot.send_photo(
                    chat, file, caption, reply_markup=buttons, parse_mode=mode, filename=media.key
                )
            if media.kind is MediaKind.FILE:
                return await self.bot.send_document(
                    chat,
                    file,
                    caption,
                    reply_markup=buttons,
                    parse_mode=mode,
                    filename=file_name(media),
                )
            return await self.bot.send_audio(
                chat,
                file,
                caption=caption,
                title=media.words,
                reply_markup=buttons,
                parse_mode=mode,
                filename=media.key,
            )
        except NetworkError as refused:
            is_too_large = TOO_LARGE in refused.message.lower()
            if is_too_large or isinstance(refused, BadRequest):
                return None  # whether it is the file or the chat, the words alone will tell
            raise

    async def _send_new(self, chat: str, text: str, buttons: _Buttons) -> Delivery:
        """All pieces; where a try stopped halfway, the next one goes on from there."""
        sent: Delivery = Rejected("nothing to say")
        pieces, message = _pieces(text), hash((chat, text))
        for number in range(self._begun.pop(message, 0), len(pieces)):
            try:
                sent = await self._send_piece(
                    chat, pieces[number], buttons if number + 1 == len(pieces) else None
                )
            except TelegramError:
                if number:
                    self._remember(message, number)
                raise
        return sent

    async def _send_piece(self, chat: str, text: str, buttons: _Buttons) -> Delivered:
        message = await self.bot.send_message(
            chat,
            _as_html(text),
            parse_mode=ParseMode.HTML,
            reply_markup=buttons,
            link_preview_options=LinkPreviewOptions(is_disabled=True),
        )
        return Delivered(str(message.message_id))

    def _remember(self, message: int, pieces: int) -> None:
        self._begun[message] = pieces
        _forget_oldest(self._begun)

    async def close(self) -> None:
        """Close the connections."""
        await self._sending.shutdown()
        await self._polling.shutdown()


_Buttons = InlineKeyboardMarkup | None


def _forget_oldest(kept: dict[Any, Any]) -> None:
    """Memory of a long life stays small."""
    if len(kept) > MOST_KEPT:
        del kept[next(iter(kept))]


def _is_update(update: object) -> bool:
    return isinstance(update, dict) and number_of(update.get("update_id")) is not None


def seconds_of(wait: RetryAfter) -> float:
    """How long Telegram asks us to wait."""
    after = wait.retry_after
    return after.total_seconds() if isinstance(after, timedelta) else float(after)


def _is_of_account(error: TelegramError) -> bool:
    """True when no other message of this bot would fare better now."""
    return isinstance(error, InvalidToken) or "too many requests" in error.message.lower()


def _is_unsent(error: TelegramError) -> bool:
    """True when no connection came about: nothing can have been taken."""
    return type(error.__cause__).__name__ in NEVER_CONNECTED


def _render(message: Outbound) -> tuple[str, _Buttons]:
    """The text and the buttons; a choice that fits no button stands in the text with its digit."""
    fits = [1 <= len(c.action.encode()) <= LONGEST_ACTION_BYTES for c in message.choices]
    lines = [f"{c.n}. {c.label}" for c, fit in zip(message.choices, fits, strict=True) if not fit]
    buttons = _keyboard([c for c, fit in zip(message.choices, fits, strict=True) if fit])
    return "\n".join([message.text, *lines]), buttons


def _pieces(text: str) -> list[str]:
    """Parts that fit even where every sign counts twice."""
    return [
        part
        for piece in split(text, TEXT_LIMIT)
        for part in ([piece] if _units(piece) <= TEXT_LIMIT else split(piece, TEXT_LIMIT // 2))
    ]


def _units(text: str) -> int:
    return len(text) + sum(sign > "\uffff" for sign in text)


def _as_html(text: str) -> str:
    return BOLD.sub(r"<b>\1</b>", html.escape(text, quote=False)).replace("**", "")


def _keyboard(choices: Sequence[Choice]) -> _Buttons:
    """Buttons that carry their digit; short ones stand two in a row."""
    if not choices:
        return None
    rows: list[list[InlineKeyboardButton]] = []
    for choice in choices:
        label = f"{choice.n}. {choice.label}"
        button = InlineKeyboardButton(label, callback_data=choice.action)
        fits = rows and len(rows[-1]) == 1 and len(rows[-1][0].text) <= SHORT_LABEL
        if fits and len(label) <= SHORT_LABEL:
            rows[-1].append(button)
        else:
            rows.append([button])
    return InlineKeyboardMarkup(rows)
