"""A day as people say it: “hôm kia”, “thứ hai”, “3 ngày trước”, “18/11”; found inside a sentence, too.

What was done is of the last day that fits, what is planned of the next one.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum, auto

from bot.core.text import fold, normalise, spoken_number

DAY = timedelta(days=1)
WEEK = timedelta(days=7)
LONG_PAST = 400
JUST_PAST = timedelta(days=31)
"""A date without a year that went by no longer ago is not one of next year, even in a plan."""
SATURDAY = 5
DECEMBER = 12
_DASHED = re.compile(
    r"(?<![\w/.-])(?P<day>\d{1,2})-(?P<month>\d{1,2})(?![\w/.-])"
    r"(?! (?:h|g|giờ|gio|người|nguoi|bạn|ban|bác|bac|sáng|sang|trưa|trua|chiều|chieu|tối|toi)(?!\w))"
)
_LUNAR = re.compile(
    r"(?<!\w)(?:(?:âm|am) ?(?:lịch|lich)|rằm|(?:mùng|mồng|mung|mong) \d{1,2})(?!\w)"
    r"|\d ?[/-] ?\d{1,2} ?\(?(?:âm|am|al)(?!\w)"
)
_NUMBER = r"(\d{1,3}|mot|hai|ba|bon|nam|sau|bay|tam|chin|muoi)"
_WEEKDAYS = {"hai": 0, "2": 0, "ba": 1, "3": 1, "tu": 2, "4": 2, "nam": 3, "5": 3}
_WEEKDAYS |= {"sau": 4, "6": 4, "bay": 5, "7": 5, "cn": 6}
_LAST_WEEK = r"(?P<last> tuan (?:truoc|roi|qua))?"
_DATE = re.compile(r"(?<![\d/])(\d{1,2}) ?/ ?(\d{1,2})(?: ?/ ?(\d{4}|\d{2}))?(?![\d/])")
_FULL_DATE = re.compile(r"(?<!\d)(\d{1,2})[.-](\d{1,2})[.-](\d{4})(?!\d)")
_DISTANT = re.compile("(?:hôm|bữa) k[ìi]a k[ìi]a|(?:hôm|bữa) kìa")
_AFTER_TOMORROW = re.compile(r"(?<!mươi )(?<!mai )(?<!\w)(?:(?:ngày|bữa|hôm) )?mốt(?!\w)")
_Spoken = tuple[re.Pattern[str], Callable[[re.Match[str], date], date | None]]


class Doubt(Enum):
    """Why a day that was said has to be asked for again."""

    GONE = auto()  # of this week, and gone by
    CLASH = auto()  # weekday and date are two days
    LUNAR = auto()


@dataclass(frozen=True, slots=True)
class FoundDay:
    """What a text says of a day: ``is_said`` without ``day`` is one in ``doubt``, or that no calendar has.

    ``rest`` is the text without it, in lower case.
    """

    day: date | None
    is_said: bool
    rest: str
    doubt: Doubt | None = None


def find_day(text: str, today: date) -> FoundDay:
    """The day that a text names, the last one that fits: “thứ hai” is the one just gone.

    >>> find_day("Giúp 3 người thứ hai ở chợ", date(2026, 11, 18)).day
    datetime.date(2026, 11, 16)
    """
    return _find(text, today, _BEFORE)


def find_day_ahead(text: str, today: date) -> FoundDay:
    """The same for what is planned, the next day that fits; what surely is of the past stays so.

    >>> found = find_day_ahead("mở lớp tối thứ bảy", date(2026, 11, 18))
    >>> found.day, found.rest
    (datetime.date(2026, 11, 21), 'mở lớp tối  ')
    >>> find_day_ahead("tuần sau thứ năm", date(2026, 11, 18)).day
    datetime.date(2026, 11, 26)
    """
    plain = normalise(text).lower()
    if _LUNAR.search(plain):
        return FoundDay(None, True, plain, Doubt.LUNAR)
    if _is_gone(plain, today):
        return FoundDay(None, True, plain, Doubt.GONE)
    found = _find(_slashed(plain), today, _AHEAD)
    named = _BESIDE.search(_folded(found.rest)[0])
    if found.day is None or named is None or not _is_date(plain):
        return found
    if _weekday_of(named) != found.day.weekday():
        return FoundDay(None, True, found.rest, Doubt.CLASH)
    start, end = _span(found.rest, named)
    return FoundDay(found.day, True, f"{found.rest[:start]} {found.rest[end:]}")


def _is_gone(plain: str, today: date) -> bool:
    """True for “thứ hai tuần này” on a Wednesday: nobody plans for it, whichever Monday is meant."""
    found = _THIS_WEEK.search(_folded(plain)[0])
    return found is not None and _weekday_of(found) < today.weekday()


def _slashed(plain: str) -> str:
    """“28-11” written as “28/11”; “8-10” beside a weekday are hours as well and stay."""
    found = _DASHED.search(plain)
    if found is None or _FULL_DATE.search(plain):
        return plain
    day, month = int(found["day"]), int(found["month"])
    is_hours = day < month and _BESIDE.search(_folded(plain)[0]) is not None
    if is_hours or not (0 < month <= DECEMBER and 0 < day <= JUST_PAST.days):
        return plain
    return f"{plain[: found.start()]}{day}/{month}{plain[found.end() :]}"


def _is_date(plain: str) -> bool:
    """True where the day was given by its number."""
    folded = _folded(plain)[0]
    numbered = (_DATE, _FULL_DATE, _DASHED)
    return any(one.search(plain) for one in numbered) or any(
        _whole(one).search(folded) for one in _DAY_OF_MONTH
    )


def _span(plain: str, found: re.Match[str]) -> tuple[int, int]:
    """Where that, found in the folded text, stands in the text itself."""
    places = _folded(plain)[1]
    return places[found.start()], places[found.end() - 1] + 1


def _find(text: str, today: date, readings: _Readings) -> FoundDay:
    plain = normalise(text).lower()
    for pattern in (_DATE, _FULL_DATE):
        if found := pattern.search(plain):
            rest = f"{plain[: found.start()]} {plain[found.end() :]}"
            year = int(found[3]) if found[3] else None
            if year is not None and year < 100:
                year += 2000
            day = readings.nearest(today, int(found[1]), int(found[2]), year)
            return FoundDay(day, True, _without_head(rest))
    for marked, days in readings.marked:
        if found := marked.search(plain):
            rest = f"{plain[: found.start()]} {plain[found.end() :]}"
            return FoundDay(today + days * DAY, True, rest)
    folded, places = _folded(plain)
    for spoken, read in readings.spoken:
        if found := spoken.search(folded):
            start, end = places[found.start()], places[found.end() - 1] + 1
            return FoundDay(read(found, today), True, f"{plain[:start]} {plain[end:]}")
    return FoundDay(None, False, plain)


def read_weekday(text: str) -> int | None:
    """The weekday that a text names, Monday is 0.

    >>> read_weekday("chủ nhật 19 giờ")
    6
    """
    found = _WEEKDAY.search(_folded(normalise(text).lower())[0])
    return _weekday_of(found) if found else None


def _folded(plain: str) -> tuple[str, list[int]]:
    """The text without marks, sign for sign as words allow, and where each sign stood."""
    folded: list[str] = []
    places: list[int] = []
    for word in re.finditer(r"\w+|\W+", plain):
        bare = fold(word[0]) if word[0][0].isalnum() else " "
        folded.append(bare)
        places += [min(word.start() + at, word.end() - 1) for at in range(len(bare))]
        if bare:  # the last sign of a word stands for its end
            places[-1] = word.end() - 1
    return "".join(folded), places


def _without_head(rest: str) -> str:
    return re.sub(r"\bng[àa]y\s*$|\bng[àa]y(?=\s\s)", " ", rest)


def _nearest(today: date, day: int, month: int, year: int | None) -> date | None:
    """Without a year that of today, or the one before where it was December and is January."""
    try:
        meant = date(year or today.year, month, day)
        if year is None and meant > today and (meant - today).days > LONG_PAST // 2:
            meant = date(today.year - 1, month, day)
    except ValueError:
        return None
    return meant


def _next(today: date, day: int, month: int, year: int | None) -> date | None:
    """Without a year the first one that is still to come, or went by not long ago."""
    years = (today.year - 1, today.year, today.year + 1) if year is None else (year,)
    try:
        meant = [date(one, month, day) for one in years if one % 4 == 0 or (day, month) != (29, 2)]
    except ValueError:
        return None
    return next((one for one in meant if year or one >= today - JUST_PAST), None)


def _named_day(found: re.Match[str], today: date) -> date | None:
    """“ngày 18 tháng 11”, and “ngày 18”, which is of this month or, still to come, of the last."""
    month = int(found["month"]) if found["month"] else None
    day = int(found["day"])
    if month is not None:
        return _nearest(today, day, month, int(found["year"]) if found["year"] else None)
    first = today.replace(day=1)
    if day > today.day:
        first = (first - DAY).replace(day=1)
    try:
        return first.replace(day=day)
    except ValueError:
        return None


def _named_day_ahead(found: re.Match[str], today: date) -> date | None:
    """“ngày 28 tháng 11”, “28 tháng 11”; “ngày 5” is of this month or, gone by, of the next."""
    day, month = int(found["day"]), found["month"]
    if month is not None:
        return _next(today, day, int(month), int(found["year"]) if found["year"] else None)
    first = today.replace(day=1)
    if day < today.day:
        first = (first + JUST_PAST).replace(day=1)
    try:
        return first.replace(day=day)
    except ValueError:
        return None


def _weekday_of(found: re.Match[str]) -> int:
    short = found.groupdict().get("short")
    return _WEEKDAYS[found["day"] or short or "cn"]


def _weekday(found: re.Match[str], today: date) -> date:
    back = (today.weekday() - _weekday_of(found)) % 7
    if found["last"]:
        monday = today - today.weekday() * DAY - WEEK
        return monday + _weekday_of(found) * DAY
    return today - back * DAY


def _weekday_ahead(found: re.Match[str], today: date) -> date:
    """“thứ năm” may be today; “thứ năm tới” is none of today, “tuần sau” begins on Monday."""
    number = _weekday_of(found) if found["which"] else SATURDAY
    week, after = (
        found["week"] or found["head"],
        found["nua"] or found["headnua"] or found["nextnua"],
    )
    if found["next"] and not found["which"]:
        week = "sau"
    if week in ("sau", "toi"):
        monday = today - today.weekday() * DAY + WEEK + (WEEK if after else 0 * DAY)
        return monday + number * DAY
    if week == "nay":
        return today + (number - today.weekday()) * DAY
    ahead = (number - today.weekday()) % 7
    if not ahead and found["next"]:
        ahead = 7
    return today + ahead * DAY + (WEEK if after else 0 * DAY)


def _from_now(found: re.Match[str], today: date) -> date:
    said = "năm" if found[1] == "nam" else found[1]
    number = int(said) if said.isdecimal() else spoken_number(said) or 0
    return today + min(number * (7 if found["unit"] == "tuan" else 1), LONG_PAST) * DAY


def _days_ago(found: re.Match[str], today: date) -> date:
    said = "năm" if found[1] == "nam" else found[1]
    number = int(said) if said.isdecimal() else spoken_number(said) or 0
    return today - min(number, LONG_PAST) * DAY


def _off(days: int) -> Callable[[re.Match[str], date], date]:
    return lambda _, today: today + days * DAY


def _ago(days: int) -> Callable[[re.Match[str], date], date]:
    return lambda _, today: today - days * DAY


def _whole(words: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![a-z0-9])(?:{words})(?![a-z0-9])")


_WEEKDAY = _whole(rf"(?:thu (?P<day>hai|ba|tu|nam|sau|bay|[2-7])|chu nhat|cn){_LAST_WEEK}")
_SPOKEN: tuple[_Spoken, ...] = (
    (
        _whole(r"ngay (?P<day>\d{1,2})(?: thang (?P<month>\d{1,2})(?: nam (?P<year>\d{4}))?)?"),
        _named_day,
    ),
    (_whole(rf"(?:cach day )?{_NUMBER} (?:ngay|bua|hom) truoc"), _days_ago),
    (_whole(rf"cach day {_NUMBER} (?:ngay|bua|hom)"), _days_ago),
    (_whole("(?:sang |trua |chieu |toi |dem |hoi )?(?:ngay )?(?:hom|bua) kia"), _ago(2)),
    (_whole("(?:sang |trua |chieu |toi |dem |hoi )?(?:ngay )?(?:hom|bua) qua"), _ago(1)),
    (_whole("(?:sang|trua|chieu|toi|dem) qua"), _ago(1)),
    (_WEEKDAY, _weekday),
    (_whole("(?:ngay )?(?:hom|bua|sang|trua|chieu|toi) nay"), _ago(0)),
    (_whole("hoi (?:sang|trua|chieu|toi|nay)(?: nay)?|nay gio|moi day"), _ago(0)),
)
_WHICH = r"(?P<which>thu (?P<day>hai|ba|tu|nam|sau|bay|[2-7])|t ?(?P<short>[2-7])|chu nhat|cn)"
_BESIDE = _whole(_WHICH)
_THIS_WEEK = _whole(rf"{_WHICH} tuan nay")
_NAMES = "".join(f"(?<!{one} )" for one in ("chi", "co", "ba", "em", "di", "ong", "ban", "bac"))
_DAY_OF_MONTH = (
    r"ngay (?P<day>\d{1,2})(?: thang (?P<month>\d{1,2})(?: nam (?P<year>\d{4}))?)?",
    r"(?P<day>\d{1,2}) thang (?P<month>\d{1,2})(?: nam (?P<year>\d{4}))?",
)
_WEEK_BEFORE = r"(?:tuan (?P<head>sau|toi|nay)(?P<headnua> nua)?(?: vao)? )?"
_WEEK_AFTER = (
    r"(?: tuan (?P<week>sau|toi|nay)(?P<nua> nua)?"
    r"|(?P<next> (?:toi|sau)(?! \d)(?P<nextnua> nua)?)| nay)?"
)
_AHEAD_SPOKEN: tuple[_Spoken, ...] = (
    *((_whole(one), _named_day_ahead) for one in _DAY_OF_MONTH),
    (_whole(rf"{_NUMBER} (?:ngay|bua|hom|(?P<unit>tuan)) nua"), _from_now),
    (
        _whole(rf"{_WEEK_BEFORE}(?:{_WHICH}|cuoi tuan)(?! tuan (?:truoc|roi|qua)){_WEEK_AFTER}"),
        _weekday_ahead,
    ),
    (_whole(r"(?:ngay|bua|hom) mot"), _off(2)),
    (_whole(r"ngay kia"), _off(2)),
    (_whole(rf"{_NAMES}(?:ngay )?mai(?! mot)"), _off(1)),
    # What part of the day it is stays in the rest: the hour needs it.
    (_whole("(?:ngay|hom|bua) nay"), _off(0)),
    (_whole("(?<=sang )nay|(?<=trua )nay|(?<=chieu )nay|(?<=toi )nay"), _off(0)),
    *(one for one in _SPOKEN if one[1] is not _weekday),
    (_WEEKDAY, _weekday),
)


@dataclass(frozen=True, slots=True)
class _Readings:
    """How days are read: which date without a year is meant, and the phrases in their order."""

    nearest: Callable[[date, int, int, int | None], date | None]
    marked: tuple[tuple[re.Pattern[str], int], ...]
    spoken: tuple[_Spoken, ...]


_BEFORE = _Readings(_nearest, ((_DISTANT, -3),), _SPOKEN)
_AHEAD = _Readings(_next, ((_DISTANT, -3), (_AFTER_TOMORROW, 2)), _AHEAD_SPOKEN)
