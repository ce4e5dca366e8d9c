"""The known troubles of a guide: which are likely at a step or after some words, and their stable names."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable

from bot.core.text import fold, words
from bot.library import Glossary, Guide, Trouble

KEY_LENGTH = 6
FEWEST_SHARED, MOST_OF = 2, 0.6


def likely(errors: Iterable[Trouble], about: str, glossary: Glossary) -> list[Trouble]:
    """The errors, those first that share most with the text, rarer words first; else in their order."""
    found = list(errors)
    signs = {error.sign: content(error.sign, glossary) for error in found}
    users = Counter(word for sign in signs.values() for word in sign)
    wanted = content(about, glossary)

    def nearness(error: Trouble) -> float:
        return sum(1 / users[word] for word in sorted(wanted & signs[error.sign]))

    return sorted(found, key=nearness, reverse=True)


def tells_of_one(errors: Iterable[Trouble], said: str, glossary: Glossary) -> bool:
    """True when most of what is said stands in the sign of one of the errors."""
    told = content(said, glossary)
    shared = max((len(told & content(error.sign, glossary)) for error in errors), default=0)
    return shared >= FEWEST_SHARED and shared >= MOST_OF * len(told)


def content(text: str, glossary: Glossary) -> set[str]:
    """The words of a text that say something, abbreviations written out."""
    return set(glossary.expand(words(text))) - glossary.stop


def key(error: Trouble) -> str:
    """A stable short name of an error: a button keeps its meaning when errors change places."""
    return hashlib.sha256(fold(error.sign).encode()).hexdigest()[:KEY_LENGTH]


def find(guide: Guide, wanted: str) -> Trouble | None:
    """The error of that name; None when the guide no longer has it."""
    return next((error for error in guide.errors if key(error) == wanted), None)
