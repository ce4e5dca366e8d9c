"""content/spoken.yaml: how what is written short is said, and which sentences are for the eye alone."""

from __future__ import annotations

from functools import cached_property
from typing import Annotated

from pydantic import Field

from bot.library.source import Record

FILE = "spoken.yaml"


class Spoken(Record):
    """The file as it stands: ``forms`` as written → as read, ``calls`` are numbers to ring.

    ``first`` and ``whom`` are by id of a guide: what its loudspeaker text begins with, and for whom it is.
    """

    forms: dict[str, str]
    calls: Annotated[tuple[str, ...], Field(min_length=1)]
    by_eye: tuple[str, ...]
    first: dict[str, str] = Field(default_factory=dict)
    whom: dict[str, str] = Field(default_factory=dict)

    @cached_property
    def to_see(self) -> tuple[str, ...]:
        """What only who looks at a screen can follow, in lower case."""
        return tuple(word.lower() for word in self.by_eye)
