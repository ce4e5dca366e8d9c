"""Names of teams and neighbourhoods as people type them: “khu pho 2”, “kp2”, “KP.02” are one place.

Nothing is guessed: the strictest reading that fits any name wins, and it may fit several.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from bot.core.text import fold, spoken_number

_HEAD = re.compile(r"(?:to (?:cong nghe so |cnsc?d? )(?:cong dong )?|to (?=kp|khu|ap\b|thon|khom))")
_KINDS = {
    "khu pho": "kp",
    "khupho": "kp",
    "k p": "kp",
    "kp": "kp",
    "ap": "ap",
    "thon": "thon",
    "khom": "khom",
    "to dan pho": "tdp",
    "tdp": "tdp",
}
_KIND = re.compile(rf"({'|'.join(_KINDS)})\b ?")
_PUT_ASIDE = re.compile(r" \((?:cũ|bỏ)(?: \d+)?\)$")
FORMER, UNDONE = "cũ", "bỏ"
"""Marks of a name that another team bears now, and of a team that was made by mistake."""

Key = tuple[str, str]


def bare_name(name: str) -> str:
    """The name as it was before somebody else got it: ``KP 2 (cũ)`` was ``KP 2``."""
    return _PUT_ASIDE.sub("", name)


def put_aside(name: str, mark: str, taken: Sequence[str]) -> str:
    """A name like this one that nobody bears: ``KP 2 (cũ)``, else ``KP 2 (cũ 2)``."""
    bare = bare_name(name)
    tries = (f"{bare} ({mark})", *(f"{bare} ({mark} {n})" for n in range(2, len(taken) + 3)))
    return next(one for one in tries if one not in taken)


def _key(name: str) -> Key:
    """(kind of place, the rest): ``Khu phố 02`` and ``kp2`` are both ``("kp", "2")``."""
    said = re.sub(r"(?<=[a-z])(?=\d)", " ", fold(bare_name(name)))
    said = _HEAD.sub("", re.sub(r"\b0+(?=\d)", "", said), count=1)
    kind = _KIND.match(said)
    return (_KINDS[kind[1]], said[kind.end() :]) if kind else ("", said)


def is_place(name: str) -> bool:
    """True for what reads as a khu phố, an ấp or the like: ``kp 2``."""
    kind, rest = _key(name)
    return bool(kind and rest)


def _number(name: str) -> str:
    """The number of a place, also one in words; empty when it has none."""
    number = spoken_number(_key(name)[1])
    return "" if number is None else str(number)


READINGS: tuple[Callable[[str], object], ...] = (
    lambda name: fold(bare_name(name)),
    _key,
    lambda name: _key(name)[1],
    _number,
)
"""From the strictest to the loosest: as written; kind and number; what stands behind the kind; a number."""


def matches(typed: str, names: Sequence[str], reading: Callable[[str], object]) -> list[int]:
    """Places of the names that read the same as what was typed; none for what reads as nothing."""
    meant = reading(typed)
    if not meant or meant == ("", ""):
        return []
    return [place for place, name in enumerate(names) if reading(name) == meant]
