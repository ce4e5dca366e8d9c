"""An hour as people say it: “9h”, “2 giờ chiều”, “7 rưỡi tối”, “từ 8h tới 10h30”; found in a sentence, too.

Marks count: “tối” is the evening, “tới” leads to the end, and “toi” is whichever fits where it stands.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.core.text import normalise, spoken_number

HOUR = 60
NOON, MIDNIGHT = 12 * HOUR, 24 * HOUR
EARLIEST, LATEST = 5 * HOUR, 21 * HOUR
"""Between them something begins; an hour at night is taken for a slip."""
LONGEST_GUESS = 6 * HOUR
"""“8h tới 2h” ends in the afternoon; what would be longer is a slip."""
_ONES = "một|mot|hai|ba|bốn|bon|năm|nam|sáu|sau|bảy|bay|tám|tam|chín|chin"
_NUMBER = rf"\d{{1,2}}|(?:mười|muoi) (?:{_ONES})|mười|muoi|{_ONES}"
_PART = r"sáng|sang|trưa|trua|chiều|chieu|tối|toi|đêm|dem"
_MINUTES = (
    r"(?P<minutes>\d{1,2}(?!\d|/| ?(?:người|nguoi|ng\b|tiếng|tieng|giờ|gio|h\b))"
    r"|rưỡi|ruoi|ba mươi|ba muoi|mười lăm|muoi lam|bốn lăm|bon lam|bốn mươi lăm|bon muoi lam)"
)
_CLOCK = (
    rf"(?<!\w)(?:(?P<hour>{_NUMBER}) ?(?:giờ|gio|g|h)(?![^\W\d_])"
    rf"(?: ?(?P<less>kém|kem)? ?{_MINUTES}(?: ?(?:phút|phut|p)\b)?)?"
    r"|(?P<hour2>\d{1,2}):(?P<minutes2>\d{2})(?!\d)"
    rf"|(?P<hour3>{_NUMBER}) (?P<half>rưỡi|ruoi)(?!\w))"
    rf"(?: (?P<part>{_PART})(?!\w)(?! ?\d))?"
)
_AT = re.compile(_CLOCK)
_TO = re.compile(rf"\s*(?:-|–|đến|den|tới|toi|sang)\s*(?P<until>{_CLOCK})")
_FROM = re.compile(
    r"(?<![\w/])(?P<number>\d{1,2})"
    r"(?=\s*(?:-|–|đến|den|tới|toi)\s*\d{1,2} ?(?:giờ|gio|g|h)(?!\w))"
)
_LASTS = re.compile(
    rf"(?<!\w)(?:(?P<hours>\d|{_ONES}) ?(?:tiếng|tieng)(?P<half> (?:rưỡi|ruoi))?"
    r"|(?P<minutes>\d{2,3}) ?(?:phút|phut))(?!\w)"
)
_BARE = re.compile(rf"(?:lúc |luc |khoảng |khoang )?(?P<number>\d{{1,2}})(?: (?P<part>{_PART}))?")
_ANYWHERE = re.compile(r"(?<!\w)(?:sáng|trưa|chiều|tối|đêm|sang|trua|chieu|toi|dem)(?!\w)")
_HALVES = {"rưỡi": 30, "ruoi": 30, "ba mươi": 30, "ba muoi": 30, "mười lăm": 15, "muoi lam": 15}
_MARKED = {"sang": "sáng", "trua": "trưa", "chieu": "chiều", "toi": "tối", "dem": "đêm"}


@dataclass(frozen=True, slots=True)
class FoundHours:
    """What a text says of an hour, in minutes of the day: ``is_said`` without ``start`` is none that can be.

    ``lasts`` is None where nobody said how long. ``rest`` is the text without it, in lower case.
    """

    start: int | None
    lasts: int | None
    is_said: bool
    rest: str


def find_hours(text: str, *, is_asked: bool = False) -> FoundHours:
    """The hour that a text names, and until when; ``is_asked``: a bare number is one, too.

    >>> find_hours("chiều từ 2h tới 4 rưỡi ở chợ")
    FoundHours(start=840, lasts=150, is_said=True, rest='chiều từ   ở chợ')
    >>> find_hours("8 giờ 30, học 90 phút").lasts
    90
    """
    plain = normalise(text).lower()
    bare = _BARE.fullmatch(plain.strip(" .,!")) if is_asked else None
    if bare is not None:
        return _found(_minute(int(bare["number"]), 0, bare["part"] or ""), None, "")
    plain = _FROM.sub(r"\g<number>h", plain)
    clock = _AT.search(plain)
    if clock is None:
        return FoundHours(None, None, False, plain)
    until = _TO.match(plain, clock.end())
    end = until.end() if until else clock.end()
    rest = f"{plain[: clock.start()]} {plain[end:]}"
    lasting = _LASTS.search(rest)
    if lasting:
        rest = f"{rest[: lasting.start()]} {rest[lasting.end() :]}"
    start = _read(clock, clock["part"] or _part_of(rest) or (until["part"] if until else ""))
    lasts = _length(lasting) if lasting else _until(start, until) if until else None
    return _found(start, lasts, rest)


def _found(start: int, lasts: int | None, rest: str) -> FoundHours:
    if not EARLIEST <= start <= LATEST or (lasts is not None and lasts <= 0):
        return FoundHours(None, None, True, rest)
    return FoundHours(start, lasts, True, rest)


def _part_of(rest: str) -> str:
    """The part of the day that stands apart from the hour: “chiều thứ bảy 2h”."""
    found = _ANYWHERE.search(rest)
    return found[0] if found else ""


def _read(found: re.Match[str], part: str | None) -> int:
    hour = _number(found["hour"] or found["hour2"] or found["hour3"])
    said = found["minutes"] or found["minutes2"] or ("rưỡi" if found["half"] else "0")
    minutes = int(said) if said.isdecimal() else _HALVES.get(said, 45)
    if minutes >= HOUR:
        return -1
    return _minute(hour, -minutes if found["less"] else minutes, part or "")


def _minute(hour: int, minutes: int, part: str) -> int:
    """The minute of the day; without a word for it, 1 to 4 o'clock is in the afternoon."""
    part = _MARKED.get(part, part)
    if (hour, part) == (12, "đêm"):
        return -1
    is_late = {"chiều": hour < 12, "tối": hour < 12, "đêm": hour < 12, "trưa": hour < 4}
    if is_late.get(part, not part and 1 <= hour < 5):
        hour += 12
    return hour * HOUR + minutes if 0 <= hour < 24 else -1


def _until(start: int, until: re.Match[str]) -> int:
    end = _read(until, until["part"] or "sáng")
    later = end + NOON - start
    return later if end <= start and later <= LONGEST_GUESS else end - start


def _length(found: re.Match[str]) -> int:
    if found["minutes"]:
        return int(found["minutes"])
    return _number(found["hours"]) * HOUR + (HOUR // 2 if found["half"] else 0)


def _number(said: str) -> int:
    said = "năm" if said == "nam" else said
    return int(said) if said.isdecimal() else spoken_number(said) or 0
