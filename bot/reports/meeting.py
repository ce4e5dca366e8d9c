"""One page for the meeting as neutral parts: the page and the picture show these words and add none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Part:
    """A heading and what is read aloud under it."""

    key: str
    heading: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MeetingPage:
    """All of it, from the top down."""

    owner: str
    title: str
    window: str
    parts: Sequence[Part]
    foot: str

    @property
    def words(self) -> tuple[str, ...]:
        """Everything that it says, in order."""
        parts = [word for part in self.parts for word in (part.heading, *part.lines)]
        return (self.owner, self.title, self.window, *parts, self.foot)
