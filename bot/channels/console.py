"""The conversation on a terminal: for trying, demos, and the tests that every channel must pass.

Wire format: one JSON object a line, ``{"id", "chat", "text", "kind"?}``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from bot.core.messages import Address, Delivered, Delivery, Inbound, Kind, Limits, Outbound

Show = Callable[[str, Outbound], None]


class ConsoleChannel:
    """Shows messages by the function it is given."""

    name = "console"
    limits = Limits()

    def __init__(self, account: str, show: Show) -> None:
        self.account = account
        self._show = show

    def is_genuine(self, headers: Mapping[str, str], body: bytes) -> bool:
        """A terminal is its user's own."""
        return True

    def parse(self, body: bytes) -> list[Inbound]:
        """One line typed, or one event of another kind."""
        event = json.loads(body)
        if not isinstance(event, dict) or "id" not in event:
            raise ValueError("not a console event")
        address = Address(self.name, self.account, str(event.get("chat", "")))
        kind = Kind(event.get("kind", Kind.TEXT))
        text = str(event.get("text", ""))
        return [Inbound(address, str(event["id"]), kind, text, datetime.now(UTC))]

    async def send(self, chat: str, message: Outbound) -> Delivery:
        """Show it."""
        self._show(chat, message)
        return Delivered()

    async def close(self) -> None:
        """Nothing to free."""


def as_lines(message: Outbound) -> str:
    """A message with its numbered choices, as a person reads it on a terminal."""
    lines = [message.text.replace("**", "")]
    lines += [f"  {choice.n}  {choice.label}" for choice in message.choices]
    return "\n".join(lines)
