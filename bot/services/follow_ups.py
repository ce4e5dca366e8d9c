"""What is asked about the guide at hand: “tốn bao nhiêu tiền”, “bước 3 không thấy nút”, “con nít thì sao”.

A message is about the guide at hand when nothing in it tells of something else: take away how the part is
asked for and the words that say little, and no word is left.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.core.text import fold, normalise, spoken_number, words
from bot.library import Glossary, Guide

LONGEST_NUMBER = 2
SHORT = 6
BEGINS_ANOTHER = re.compile(r"(?:dạ |vậy |thế |rồi )*(?:còn|nếu|lỡ như) ")
ENDS_ANOTHER = re.compile(r" thi (?:sao|the nao|lam sao)(?: con| em| chau| ban| a| vay| ha)*$")
"""How people ask about another case of the same thing: “còn con nít thì sao”."""


@dataclass(frozen=True, slots=True)
class StepAsked:
    """The number of a step, and whether more was said than the number."""

    number: int
    has_more: bool


def part_asked(said: str, glossary: Glossary) -> str | None:
    """The part of a guide that the message asks for and nothing else; None when it tells more."""
    spoken = tuple(glossary.expand(words(said)))
    best, longest = None, 0
    for part, phrases in glossary.parts.items():
        ways = [tuple(glossary.expand(words(phrase))) for phrase in phrases]
        length = max((len(way) for way in ways if _holds(spoken, way)), default=0)
        if length > longest:
            little = glossary.stop.union(glossary.filling, *ways)
            best, longest = (part if little.issuperset(spoken) else None), length
    return best


def step_asked(said: str) -> StepAsked | None:
    """The step that a message begins with: “bước 3”, “bước ba không thấy nút đó”."""
    spoken = words(said)
    if spoken[:1] != ("buoc",):
        return None
    typed = said.split()
    for length in range(min(LONGEST_NUMBER, len(typed) - 1), 0, -1):
        number = spoken_number(" ".join(typed[1 : 1 + length]))
        if number is not None:
            return StepAsked(number, len(typed) > 1 + length)
    return None


def other_case(said: str, guide: Guide) -> str | None:
    """The whole question when the message names only what is different from the guide at hand."""
    begins = BEGINS_ANOTHER.match(normalise(said).lower())
    ends = ENDS_ANOTHER.search(fold(said))
    return f"{said} {guide.title}" if ends and (begins or len(words(said)) <= SHORT) else None


def _holds(spoken: Sequence[str], asked: Sequence[str]) -> bool:
    size = len(asked)
    return any(tuple(spoken[at : at + size]) == asked for at in range(len(spoken) - size + 1))
