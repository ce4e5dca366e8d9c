"""Messages as every room but the channels sees them: small, frozen, the same for each messenger.

A channel turns wire bytes into ``Inbound`` and ``Outbound`` into wire bytes. Nobody else knows a wire.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from bot.core.terms import Terms


class Kind(StrEnum):
    """What a person did, as far as the conversation cares."""

    TEXT = "text"
    ACTION = "action"  # a button: ``text`` holds the action
    START = "start"  # opened the chat; ``text`` holds the payload of a deep link, or nothing
    VOICE = "voice"
    PICTURE = "picture"
    STICKER = "sticker"
    LOCATION = "location"
    CONTACT = "contact"
    FILE = "file"
    EDITED = "edited"  # an earlier message was changed; ``text`` holds the new wording
    STOPPED = "stopped"  # blocked or left the bot: no answer can reach them
    OTHER = "other"
    WITHDREW = "withdrew"  # asks that all of them be forgotten
    STAFF = "staff"  # a person of the office answers in the messenger's own manager: the bot keeps still
    NOTED = "noted"  # kept as having come, nothing to answer


ACTS = frozenset(Kind) - {Kind.STOPPED, Kind.WITHDREW, Kind.STAFF, Kind.NOTED}
"""Kinds by which a person shows that she is there: a messenger lets us answer for some time after one."""

GIVES_BACK = "#bot"
"""The only text of a ``STAFF`` event that a channel passes on: the office is done, the bot answers again."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where an answer goes: one chat of one messenger account.

    ``account`` is the public name of the account row (it stands in webhook paths);
    ``chat`` is the messenger's own id and never reaches a log or a clear column.
    """

    channel: str
    account: str
    chat: str


@dataclass(frozen=True, slots=True)
class Reference:
    """What a button press points back to: the message that carried it, and the press to acknowledge."""

    message: str | None = None
    press: str | None = None


@dataclass(frozen=True, slots=True)
class Inbound:
    """One thing a person did. ``event_id`` is the messenger's, unique per account; repeats keep it."""

    address: Address
    event_id: str
    kind: Kind
    text: str
    at: datetime
    reference: Reference = Reference()
    redacted: bool = False

    def with_text(self, text: str, *, redacted: bool) -> Inbound:
        """The same event with other words; used when personal numbers were masked."""
        return replace(self, text=text, redacted=redacted)


@dataclass(frozen=True, slots=True)
class Choice:
    """One numbered answer. The digit, the label and the action all do the same, on every channel."""

    n: int
    label: str
    action: str


MEDIA_PATH = "/media"
"""Where this site gives what a message carries: the key comes after it."""


class MediaKind(StrEnum):
    """What goes beside the words of a message."""

    PICTURE = "picture"  # PNG or JPEG
    SOUND = "sound"  # MP3
    FILE = "file"  # PDF or DOCX, for the office


@dataclass(frozen=True, slots=True)
class Media:
    """A picture or a sound, by the key that its bytes are kept under, and the same in words.

    The words of a picture stand for it where it cannot be seen; those of a sound name it. The key is made
    from the content and ends like the name of a file: another content has another key. ``width`` and
    ``height`` are a picture's in pixels, 0 where they are not known: what stands below it need not move.
    """

    kind: MediaKind
    key: str
    words: str
    width: int = 0
    height: int = 0


class Gallery(Protocol):
    """Where channels find what a message carries."""

    async def bytes_of(self, key: str) -> bytes | None:
        """The content; None when it is gone since (a changed guide), and the message goes without."""

    def is_own(self, key: str) -> bool:
        """True for a file of the ward, which may be taken away: nobody should keep a copy."""


@dataclass(frozen=True, slots=True)
class Form:
    """A messenger's own form for a name and a phone: title ≤ 100 signs, what it is for ≤ 500."""

    title: str
    purpose: str


@dataclass(frozen=True, slots=True)
class Outbound:
    """One message to a person; ``**bold**`` marks names of buttons and is rendered or dropped.

    ``replaces`` is the messenger's id of a message of ours to change in place where the channel can.
    Nothing that must be known stands in ``media`` alone; a ``form`` is offered besides the words where the
    messenger has one, and left out elsewhere.
    """

    text: str
    choices: tuple[Choice, ...] = ()
    replaces: str | None = None
    press: str | None = None
    media: Media | None = None
    form: Form | None = None


@dataclass(frozen=True, slots=True)
class Delivered:
    """The messenger took it; ``message`` is its id there, when it has one."""

    message: str | None = None


@dataclass(frozen=True, slots=True)
class Retry:
    """Not now: try again after so many seconds, None leaves it to the sender.

    ``whole_account`` when the messenger throttles all of it; ``maybe_taken`` when the answer was lost, so
    the next send may be a second one; ``alert`` when nothing goes until a person mends the account.
    """

    seconds: float | None
    reason: str
    whole_account: bool = False
    maybe_taken: bool = False
    alert: bool = False


@dataclass(frozen=True, slots=True)
class Unreachable:
    """The person blocked us or is gone; nothing more goes there until they write again."""

    reason: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """The messenger will never take this message; ``alert`` when a person should look at the account."""

    reason: str
    alert: bool = False


@dataclass(frozen=True, slots=True)
class Moved:
    """The chat has a new id there; the same message should go to it."""

    chat: str


Delivery = Delivered | Retry | Unreachable | Rejected | Moved


@dataclass(frozen=True, slots=True)
class Rate:
    """A token bucket: at most ``burst`` at once, refilled at ``per_second``."""

    per_second: float
    burst: int


@dataclass(frozen=True, slots=True)
class Limits:
    """What a messenger allows: the account as a whole, and each chat. None means no limit."""

    account: Rate | None = None
    chat: Rate | None = None


class Channel(Protocol):
    """One messenger account in one process. Parses and sends, nothing else."""

    name: str
    account: str
    limits: Limits
    terms: Terms

    def is_genuine(self, headers: Mapping[str, str], body: bytes) -> bool:
        """True when the request proves that the messenger sent it (compared in constant time)."""

    def parse(self, body: bytes) -> list[Inbound]:
        """Neutral events of one request; an event that means nothing to us gives none. Never raises on
        unknown fields; raises ``ValueError`` only for a body that is not the messenger's at all."""

    async def send(self, chat: str, message: Outbound) -> Delivery:
        """Render and send one message; every answer of the wire becomes one of the five outcomes."""

    async def close(self) -> None:
        """Free the connection."""
