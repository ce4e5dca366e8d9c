"""Numbers as people write them in Vietnamese, read strictly: what could mean two things is asked about.

A comma stands before decimals, a point or a space between thousands. “1.5” is refused: it is one and a half
to some programs and a slip to everybody else; so is “1,234”, which an English spreadsheet writes for 1234.
"""

from __future__ import annotations

import re
from decimal import Decimal

_SPACES = str.maketrans("\u00a0\u202f", "  ")
_WRITTEN = re.compile(
    r"(?P<whole>0|[1-9][0-9]{0,2}(?:\.[0-9]{3})+|[1-9][0-9]{0,2}(?: [0-9]{3})+|[1-9][0-9]*)"
    r"(?:,(?P<decimals>[0-9]{1,2}))?"
)
_POINTED = re.compile(r"[0-9]+\.[0-9]+")
_THOUSANDS = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")
MOST_DIGITS = 12


class NumberError(ValueError):
    """A text that is no number, or one of two numbers; ``code`` is the catalogue id of the sentence."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def read_number(text: str) -> Decimal:
    """The number that is written there, never below 0; raises ``NumberError``.

    >>> read_number("80,5"), read_number("1.234"), read_number("1 234,25")
    (Decimal('80.5'), Decimal('1234'), Decimal('1234.25'))
    """
    bare = text.translate(_SPACES).strip()
    found = _WRITTEN.fullmatch(bare)
    if found is None:
        raise NumberError(_why(bare))
    whole = re.sub("[. ]", "", found["whole"])
    if len(whole) > MOST_DIGITS:
        raise NumberError("number.large")
    return Decimal(f"{whole}.{found['decimals']}" if found["decimals"] else whole)


def read_whole(text: str) -> int:
    """The same for what is counted one by one; raises ``NumberError`` for decimals, too.

    >>> read_whole("12.000")
    12000
    """
    number = read_number(text)
    if number != number.to_integral_value():
        raise NumberError("number.not-whole")
    return int(number)


def plain(number: Decimal | float) -> int | float:
    """As JSON writes it: 7 and not 7.0."""
    return int(number) if number == int(number) else float(number)


def _why(bare: str) -> str:
    if not bare:
        return "number.missing"
    if _THOUSANDS.fullmatch(bare):
        return "number.comma"
    return "number.point" if _POINTED.fullmatch(bare) else "number.wrong"
