"""Text as it is read aloud: numbers, dates and what is written short in words; nothing is guessed.

What cannot be said stays as it is, and ``is_sayable`` is False for it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

ONES = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
LARGEST = 9999
_DATE = re.compile(r"(?<![\d/])(\d{1,2})/(\d{1,2})/(\d{4})(?![\d/])")
_MONTH = re.compile(r"(?<![\d/])(\d{1,2})/(\d{4})(?![\d/])")
_NUMBER = re.compile(r"(?<![\w.,/])\d+(?![\w/]|[.,]\d)")
_LEFT_OVER = re.compile(r"\d|[A-ZĐ]{2}|[a-zđ][A-ZĐ]|[/@*_{}\[\]()<>%+=]|\w\.\w|https?:")


def say_digits(number: str) -> str:
    """A number to ring, digit by digit.

    >>> say_digits("1022")
    'một không hai hai'
    """
    return " ".join(ONES[int(digit)] for digit in number if digit.isdecimal())


def say_number(number: int) -> str:
    """A quantity as the South says it; ``ValueError`` for one below 0 or above 9999.

    >>> [say_number(n) for n in (0, 5, 15, 21, 24, 105, 2026)][3:]
    ['hai mươi mốt', 'hai mươi bốn', 'một trăm lẻ năm', 'hai ngàn không trăm hai mươi sáu']
    """
    if not 0 <= number <= LARGEST:
        raise ValueError(number)
    thousands, rest = divmod(number, 1000)
    parts = [ONES[thousands], "ngàn"] if thousands else []
    hundreds, rest_of_hundred = divmod(rest, 100)
    if hundreds or (thousands and rest):
        parts += [ONES[hundreds], "trăm"]
    if rest_of_hundred or not parts:
        parts.append(_below_hundred(rest_of_hundred, is_tail=bool(parts)))
    return " ".join(parts)


def _below_hundred(number: int, *, is_tail: bool) -> str:
    tens, ones = divmod(number, 10)
    if not tens:
        return f"lẻ {ONES[ones]}" if is_tail else ONES[ones]
    head = "mười" if tens == 1 else f"{ONES[tens]} mươi"
    if not ones:
        return head
    tail = {1: "mốt" if tens > 1 else "một", 5: "lăm"}.get(ones, ONES[ones])
    return f"{head} {tail}"


def say_aloud(text: str, forms: Mapping[str, str], calls: Collection[str]) -> str:
    """The text with its short forms written out, dates and quantities in words, ``calls`` digit by digit.

    >>> say_aloud("Gọi 156 trước 1/7/2026, đủ 18 tuổi", {}, {"156"})
    'Gọi một năm sáu trước ngày một tháng bảy năm hai ngàn không trăm hai mươi sáu, đủ mười tám tuổi'
    """
    for written in sorted(forms, key=len, reverse=True):
        text = re.sub(rf"(?<![\w.-]){re.escape(written)}(?![\w-]|\.\w)", forms[written], text)
    text = _DATE.sub(_said_date, text)
    text = _MONTH.sub(lambda m: f"{say_number(int(m[1]))} năm {say_number(int(m[2]))}", text)
    return _NUMBER.sub(lambda found: _said(found[0], calls), text)


def is_sayable(text: str) -> bool:
    """False while something in it is for the eye: a digit, an abbreviation, an address, a bracket."""
    return _LEFT_OVER.search(text) is None


def _said_date(found: re.Match[str]) -> str:
    day, month, year = (say_number(int(part)) for part in found.groups())
    return f"ngày {day} tháng {month} năm {year}"


def _said(number: str, calls: Collection[str]) -> str:
    if number in calls:
        return say_digits(number)
    is_quantity = not number.startswith("0") or number == "0"
    return say_number(int(number)) if is_quantity and int(number) <= LARGEST else number
