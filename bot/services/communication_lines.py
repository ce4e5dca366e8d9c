"""One line of a team, “phát loa 3 lần bài lừa đảo hôm qua”, understood into what was put out; or left alone.

A question is never taken for a line that tells: “phát loa làm sao” asks.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from bot.core.spoken_days import FoundDay, find_day, find_day_ahead
from bot.core.text import fold, normalise, spoken_number
from bot.core.vocabulary import CommunicationKind

LONGEST_LINE = 30
"""Words; more is a story, not a line."""
KINDS: tuple[tuple[CommunicationKind, tuple[str, ...]], ...] = (
    (CommunicationKind.BROADCAST, ("phat loa", "doc loa", "phat thanh", "mo loa")),
    (CommunicationKind.LEAFLET, ("phat to roi", "to roi", "to gap")),
    (CommunicationKind.ARTICLE, ("tin bai", "bai viet", "dang bai", "dang tin", "viet bai")),
)
OPENINGS = frozenset(
    [
        "phat",
        "doc",
        "dang",
        "viet",
        "mo",
        "da",
        "ghi",
        "moi",
        "vua",
        "hom",
        "sang",
        "chieu",
        "toi",
        "ngay",
    ]
)
"""With one of these a line that tells begins."""
UNITS = frozenset(["lan", "luot", "to", "ban", "bai", "tin", "cai"])
SMALL = frozenset(
    [
        *("da", "em", "chi", "anh", "to", "minh", "ghi", "moi", "vua", "phat", "dang"),
        *("viet", "doc", "mo", "bai", "tin", "ve", "duoc", "noi", "dung"),
    ]
)
"""Words around what it was about."""
ASKING = (
    "lam sao",
    "the nao",
    "ra sao",
    "o dau",
    "khi nao",
    "bao gio",
    "bao nhieu",
    "may lan",
    "cach",
)
ENDS_A_QUESTION = frozenset(["khong", "ko", "k", "hong", "hok", "dau", "gi", "sao"])
_TO_COME = re.compile(
    r"(?<!\w)(?:tuan|thu (?:hai|ba|tu|nam|sau|bay|[2-7])|chu nhat|cn) (?:sau|toi)(?!\w)"
)


@dataclass(frozen=True, slots=True)
class Told:
    """What a line tells; 0 and None where it does not say, ``about`` the words that are left."""

    kind: CommunicationKind
    amount: int
    day: date | None
    about: str


def find_told_day(text: str, today: date) -> FoundDay:
    """The day that a line tells of; one to come is understood too, so that it can be refused as such."""
    told, ahead = find_day(text, today), find_day_ahead(text, today)
    is_to_come = ahead.day is not None and ahead.day > today
    return ahead if is_to_come and (not told.is_said or _TO_COME.search(fold(text))) else told


def read_line(text: str, today: date, calls: Collection[str] = ()) -> Told | None:
    """What a line tells of something put out; None for all other words. ``calls`` are numbers to ring.

    >>> told = read_line("phát loa 3 lần bài lừa đảo hôm qua", date(2026, 11, 22))
    >>> told.amount, told.about, told.day.day
    (3, 'lừa đảo', 21)
    """
    clean = normalise(text).lower()
    if "?" in clean or not clean or fold(clean).split()[:1] == []:
        return None
    folded = fold(clean)
    if folded.split()[0] not in OPENINGS or folded.split()[-1] in ENDS_A_QUESTION:
        return None
    if any(f" {one}" in f" {folded}" for one in ASKING):
        return None
    said = find_told_day(clean, today)
    typed = [word.strip('.,:;!()"“”') for word in said.rest.split()]
    typed = [word for word in typed if word]
    if len(typed) > LONGEST_LINE or (said.is_said and said.day is None):
        return None
    return _read([(word, fold(word)) for word in typed], said.day, calls)


def _read(words: list[tuple[str, str]], day: date | None, calls: Collection[str]) -> Told | None:
    amount, words = _amount(words, calls)
    kind, words = _kind(words)
    if kind is None:
        return None
    about = " ".join(word for word, _ in _bare(words))
    is_read_out = (
        kind is CommunicationKind.BROADCAST
    )  # “đăng bài hôm qua bị lừa” tells something else
    if not amount and not (is_read_out and (day or about)):
        return None
    return Told(kind, amount, day, about)


def _amount(
    words: list[tuple[str, str]], calls: Collection[str]
) -> tuple[int, list[tuple[str, str]]]:
    """The number before a unit, or the first in digits that nobody rings; and the words without it."""
    for at, (word, _) in enumerate(words[:-1]):
        if (number := _number(word)) and words[at + 1][1] in UNITS:
            is_leaflet = words[at + 1][1] == "to"  # “200 tờ rơi”: the unit is a part of the kind
            return number, words[:at] + words[at + (1 if is_leaflet else 2) :]
    for at, (word, _) in enumerate(words):
        if word.isdecimal() and word not in calls and (number := _number(word)):
            return number, words[:at] + words[at + 1 :]
    return 0, words


def _number(word: str) -> int:
    if word.isascii() and word.isdecimal() and len(word) <= 6:
        return int(word)
    return spoken_number(word) or 0


def _kind(
    words: list[tuple[str, str]],
) -> tuple[CommunicationKind | None, list[tuple[str, str]]]:
    folded = [plain for _, plain in words]
    for kind, phrases in KINDS:
        for phrase in phrases:
            size = len(phrase.split())
            for at in range(len(folded) - size + 1):
                if folded[at : at + size] == phrase.split():
                    return kind, words[:at] + words[at + size :]
    return None, words


def _bare(words: Sequence[tuple[str, str]]) -> Sequence[tuple[str, str]]:
    """Without the small words at both ends."""
    first, last = 0, len(words)
    while first < last and words[first][1] in SMALL:
        first += 1
    while last > first and words[last - 1][1] in SMALL:
        last -= 1
    return words[first:last]
