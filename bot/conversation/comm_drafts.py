"""A loudspeaker reading, an article, leaflets before they are saved: whole in every button, ≤ 52 bytes.

``b:g1a2b3c:3:20261121:0:17`` is three readings of a guide on that day under the key 17; ``x`` and 0 stand for
what is still to be asked. A guide is named by six signs of a hash: its id may be too long for a button.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from bot.conversation.members import is_number
from bot.conversation.turn import Turn
from bot.core.vocabulary import CommunicationKind, Topic
from bot.library import Guide
from bot.locale import show_day, show_number
from bot.services.communications import MOST, MOST_REACH, Piece

LETTERS = {
    "b": CommunicationKind.BROADCAST,
    "a": CommunicationKind.ARTICLE,
    "l": CommunicationKind.LEAFLET,
}
UNKNOWN = "x"
HASH_SIGNS = 6
FIRST_YEAR = 2000


@dataclass(frozen=True, slots=True)
class Subject:
    """What it was about: a guide of ours, or only its topic."""

    topic: Topic
    guide: Guide | None = None

    def __str__(self) -> str:
        return f"g{hash_of(self.guide.id)}" if self.guide else f"t{self.topic}"

    def title(self, turn: Turn) -> str:
        """Its title, else the words for the topic."""
        return self.guide.title if self.guide else turn.say(f"topic.{self.topic}")


@dataclass(frozen=True, slots=True)
class Draft:
    """What is known so far; None and 0 are still to be asked. ``key`` makes a second save harmless."""

    key: str
    kind: CommunicationKind | None = None
    subject: Subject | None = None
    amount: int = 0
    day: date | None = None
    reach: int = 0

    def __str__(self) -> str:
        letter = next((one for one, kind in LETTERS.items() if kind is self.kind), UNKNOWN)
        subject = str(self.subject) if self.subject else UNKNOWN
        day = f"{self.day:%Y%m%d}" if self.day else "0"
        return f"{letter}:{subject}:{self.amount}:{day}:{self.reach}:{self.key}"

    def having(self, **values: object) -> Draft:
        """The draft with other values."""
        return replace(self, **values)  # type: ignore[arg-type]  # names of its fields

    @property
    def lacks(self) -> str:
        """The part to ask for next: ``k``, ``s``, ``n`` or ``d``; empty when it is whole."""
        parts = (("k", self.kind), ("s", self.subject), ("n", self.amount), ("d", self.day))
        return next((name for name, value in parts if not value), "")


def read_draft(turn: Turn, args: Sequence[str]) -> Draft | None:
    """The draft of a button; None when it was tampered with or cut off."""
    letter, subject, amount, day, reach, key = (*args, *[""] * 6)[:6]
    if not all(map(is_number, (amount, day, reach, key))):
        return None
    kind = LETTERS.get(letter)
    found = find_subject(turn, subject)
    is_known = (kind or letter == UNKNOWN) and (found or subject == UNKNOWN)
    if not is_known or int(reach) > MOST_REACH or (kind and int(amount) > MOST[kind]):
        return None
    occurred_on = _day(day)
    if occurred_on is None and day != "0":
        return None
    return Draft(key, kind, found, int(amount), occurred_on, int(reach))


def find_subject(turn: Turn, written: str) -> Subject | None:
    """The subject of a button; None for one that is no more."""
    sign, rest = written[:1], written[1:]
    if sign == "t" and rest in set(Topic):
        return Subject(Topic(rest))
    guides = turn.library.guides.values() if sign == "g" else ()
    return next((Subject(one.topic, one) for one in guides if hash_of(one.id) == rest), None)


def subject_of(turn: Turn, piece: Piece) -> Subject:
    """What a piece that stands was about."""
    return Subject(piece.topic, turn.library.guides.get(piece.guide or ""))


def hash_of(guide: str) -> str:
    """The short name of a guide in a button."""
    return hashlib.sha256(guide.encode()).hexdigest()[:HASH_SIGNS]


def describe(turn: Turn, piece: Piece) -> str:
    """What was put out, in one line: “phát loa 3 lần, bài “…”, hôm qua 21/11”."""
    what = turn.say(
        f"comm.what-{piece.kind}",
        count=show_number(piece.amount),
        title=piece.title,
        day=show_day(piece.occurred_on, turn.today),
    )
    if piece.reach is None:
        return what
    return f"{what}, {turn.say('comm.reached', count=show_number(piece.reach))}"


def _day(written: str) -> date | None:
    if len(written) != len("20261121"):
        return None
    try:
        found = date.fromisoformat(written)
    except ValueError:
        return None
    return found if found.year >= FIRST_YEAR else None
