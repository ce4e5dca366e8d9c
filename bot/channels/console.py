"""The conversation on a terminal: for trying, demos, and the tests that every channel must pass.

Wire format: one JSON object a line, ``{"id", "chat"?, "text"?, "kind"?}``, all of them strings.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from bot.channels.wire import is_id, read_object
from bot.core.messages import Address, Delivered, Delivery, Inbound, Kind, Limits, Outbound
from bot.core.terms import ALWAYS_FREE

Show = Callable[[str, Outbound], None]


class ConsoleChannel:
    """Shows messages by the function it is given."""

    name = "console"
    limits = Limits()
    terms = ALWAYS_FREE

    def __init__(self, account: str, show: Show) -> None:
        self.account = account
        self._show = show

    def is_genuine(self, headers: Mapping[str, str], body: bytes) -> bool:
        """A terminal is its user's own."""
        return True

    def parse(self, body: bytes) -> list[Inbound]:
        """One line typed, or one event of another kind."""
        event = read_object(body)
        number, kind = event.get("id"), event.get("kind", Kind.TEXT)
        if not is_id(number):
            raise ValueError("not a console event")
        chat, text = event.get("chat", ""), event.get("text", "")
        if kind not in list(Kind) or not isinstance(text, str) or not (chat == "" or is_id(chat)):
            return []
        address = Address(self.name, self.account, chat)
        return [Inbound(address, number, Kind(kind), text, datetime.now(UTC))]

    async def send(self, chat: str, message: Outbound) -> Delivery:
        """Show it."""
        self._show(chat, message)
        return Delivered()

    async def close(self) -> None:
        """Nothing to free."""


def as_lines(message: Outbound) -> str:
    """A message with its numbered choices, as a person reads it on a terminal: pictures in words."""
    lines = [message.text.replace("**", "")]
    if message.media:
        lines.append(f"  [{message.media.words}]")
    lines += [f"  {choice.n}  {choice.label}" for choice in message.choices]
    return "\n".join(lines)
