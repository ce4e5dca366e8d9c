"""The chat of the ward's own web site. Its page fetches; nothing can be pushed to it.

Wire format, promised in the manual: ``{"id", "commune", "session", "text" | "action"}`` in, and
``{"text", "marked", "choices": [{"n", "label", "action"}]}`` out. The session is the secret that stands
for the person: whoever has it reads the conversation, so it never reaches a log or a clear column.
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from bot.channels.wire import is_id, read_object
from bot.core.messages import (
    MEDIA_PATH,
    Address,
    Delivered,
    Delivery,
    Inbound,
    Kind,
    Limits,
    Outbound,
)
from bot.core.terms import ALWAYS_FREE

SESSION = re.compile(r"([a-z0-9-]{1,60})\.[A-Za-z0-9_-]{43}", re.ASCII)
SESSION_BYTES = 32
# 16 random bytes as our page writes them, or a random UUID (RFC 9562, version 4).
RANDOM_ID = re.compile(
    "[0-9a-f]{32}|[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
)
START = "start"

HandOver = Callable[[str, dict[str, Any]], None]


def first_secret(commune: str, number: str) -> str:
    """A session that nobody can guess, for somebody whose first message has this id.

    A random id gives the same one again: when the first answer was lost, the message is repeated without
    a session, and must not begin a second conversation.
    """
    seed = f"web chat\0{commune}\0{number}".encode()
    is_random = RANDOM_ID.fullmatch(number)
    raw = hashlib.sha256(seed).digest() if is_random else secrets.token_bytes(SESSION_BYTES)
    return f"{commune}.{base64.urlsafe_b64encode(raw).rstrip(b'=').decode()}"


def commune_of(session: object) -> str | None:
    """The commune of a session; None for what ``first_secret`` cannot have made."""
    found = SESSION.fullmatch(session) if isinstance(session, str) else None
    return found[1] if found else None


class WebChatChannel:
    """The chat of one commune; ``hand_over`` is given what a page shall show."""

    name = "web_chat"
    limits = Limits()
    terms = ALWAYS_FREE

    def __init__(self, account: str, hand_over: HandOver) -> None:
        self.account = account
        self._hand_over = hand_over

    def is_genuine(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Anybody may talk; the session in the body is what proves who goes on talking."""
        return True

    def parse(self, body: bytes) -> list[Inbound]:
        """What was typed or pressed; nothing for a body that holds neither, or both.

        A body without a session begins a new one. ``ValueError`` for what no page of ours sends: no id,
        another commune, a session that we did not make.
        """
        given = read_object(body)
        number, session = given.get("id"), given.get("session")
        if not is_id(number) or given.get("commune") != self.account:
            raise ValueError("not a message of this chat")
        if session is None:
            session = first_secret(self.account, number)
        elif commune_of(session) != self.account:
            raise ValueError("not a session of this chat")
        words = _read_words(given.get("text"), given.get("action"))
        if words is None:
            return []
        # The session must not stand in the clear column that keeps the ids of events apart.
        event = hashlib.sha256(f"{session}\0{number}".encode()).hexdigest()
        address = Address(self.name, self.account, session)
        return [Inbound(address, event, *words, datetime.now(UTC))]

    async def send(self, chat: str, message: Outbound) -> Delivery:
        """Hand it to the page."""
        self._hand_over(chat, as_json(message))
        return Delivered()

    async def close(self) -> None:
        """Nothing to free."""


def _read_words(text: object, action: object) -> tuple[Kind, str] | None:
    match text, action:
        case str(), None if text:
            return Kind.TEXT, text
        case None, str() if action:
            verb, _, payload = action.partition(":")
            return (Kind.START, payload) if verb == START else (Kind.ACTION, action)
        case _:
            return None


def as_json(message: Outbound) -> dict[str, Any]:
    """A message as the page gets it; ``marked`` keeps the ``**`` around names of buttons.

    ``media`` is null or ``{"kind", "src", "words", "width", "height"}``: an address on this site, and what
    it shows or is.
    """
    choices = [{"n": c.n, "label": c.label, "action": c.action} for c in message.choices]
    text, media = message.text.replace("**", ""), None
    if message.media:
        carried = message.media
        media = asdict(carried)
        media["src"] = f"{MEDIA_PATH}/{media.pop('key')}"
    return {"text": text, "marked": message.text, "choices": choices, "media": media}
