"""Telephone numbers in a message that somebody was sent: reported fakes, foreign ones, known offices."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.core.text import fold, words
from bot.library import NumberKind, Scams

SHORTEST_FOREIGN = 8
LONGEST_SHORT_NUMBER = 4
FEW_WORDS = 5
"""A message of so few words is about its number alone."""

_NUMBER = re.compile(
    r"(?<![\w/.,])(?:(?P<plus>\+\s?)|(?=\(?\d\D{0,2}\d\D{0,2}\d))"
    r"\(?(?P<digits>\d(?:[ .()-]{0,2}\d){0,15})(?![\w/]|[.,]\d)"
)
_AMOUNT = re.compile(r"[1-9]\d{0,2}(?:[.,]\d{3})+")
_CALLED = re.compile(
    r"(?:goi|tong dai|hotline|dau so|gui|nhan (?:tin|toi|den)|lien he|bam|sms|soan|tu so)(?: \w+){0,2}$"
)
_NAMED = re.compile(r"(?:so|may|goi|hien|hien len|dau|ma vung|dien thoai)(?: \w+){0,2}$")
_CALLS = re.compile(r"(?:goi|nhan|bao|nhac|lien he)\b")
_CONTEXT = 40
_HOME = "84"


@dataclass(frozen=True, slots=True)
class SeenNumber:
    """What one number is, and whose it is said to be. The number itself is not kept."""

    kind: NumberKind
    owner: str = ""


def find_numbers(text: str, scams: Scams) -> list[SeenNumber]:
    """What is known of the numbers in a text; nothing for most."""
    known = {one.digits: (NumberKind.OFFICIAL, one.owner) for one in scams.numbers.official}
    known |= {one.digits: (NumberKind.FAKED, one.owner) for one in scams.numbers.faked}
    return list(dict.fromkeys(_judge_all(text, known)))


def has_number(text: str) -> bool:
    """True when something stands there that may be a telephone number."""
    return any(len(_digits(match)) > LONGEST_SHORT_NUMBER for match in _NUMBER.finditer(text))


def _judge_all(text: str, known: dict[str, tuple[NumberKind, str]]) -> Iterator[SeenNumber]:
    for match in _NUMBER.finditer(text):
        digits, plus = _digits(match), bool(match["plus"])
        if digits in known:
            if len(digits) > LONGEST_SHORT_NUMBER or _is_called(text, match):
                yield SeenNumber(*known[digits])
        elif _is_foreign(
            digits, plus, bool(_NAMED.search(_before(text, match)))
        ) and not _AMOUNT.fullmatch(match["digits"]):
            yield SeenNumber(NumberKind.FOREIGN)


def _digits(match: re.Match[str]) -> str:
    return re.sub(r"\D", "", match["digits"])


def _is_foreign(digits: str, has_plus: bool, is_named: bool) -> bool:
    """A number behind “+” or “00” of another country; “số +375” tells only where it comes from."""
    if has_plus:
        is_long = len(digits) >= SHORTEST_FOREIGN or is_named
        return is_long and not digits.startswith(_HOME)
    is_long = len(digits) >= SHORTEST_FOREIGN + 2
    is_dialled_abroad = digits.startswith("00") and (is_long or is_named)
    return is_dialled_abroad and not digits.startswith(f"00{_HOME}")


def _is_called(text: str, match: re.Match[str]) -> bool:
    """A short number only where one calls or writes to it: “156” may be a house."""
    if len(words(text)) <= FEW_WORDS:
        return True
    after = fold(text[match.end() : match.end() + _CONTEXT])
    return bool(_CALLED.search(_before(text, match)) or _CALLS.match(after))


def _before(text: str, match: re.Match[str]) -> str:
    return fold(text[max(match.start() - _CONTEXT, 0) : match.start()])
