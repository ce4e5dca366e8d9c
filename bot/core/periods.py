"""Windows of time that figures are counted in: half-open, in days of Asia/Ho_Chi_Minh."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, timezone

from bot.core.errors import BotError
from bot.core.text import shorten

# Seven hours all year since 1975: a fixed offset needs no time zone files on the machine.
ZONE = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")
DAY = timedelta(days=1)
WEEK_DAYS = 7


class PeriodError(BotError):
    """The name of a period cannot be understood."""


@dataclass(frozen=True, slots=True)
class Period:
    """The days from ``start`` up to, not including, ``end``; ``kind:key`` is its name for ``parse``.

    With an hour in ``cut`` it ends at that hour of its last day, and begins at the same hour of the last day
    before it; one that ``opens_whole`` begins at midnight all the same. What is known by its day alone counts
    with the whole day, so it stands in one period only.
    """

    kind: str
    key: str
    start: date
    end: date
    cut: time | None = None
    opens_whole: bool = False

    @property
    def last_day(self) -> date:
        """The last day inside."""
        return self.end - DAY

    @property
    def start_at(self) -> datetime:
        """The first moment, in UTC: local midnight, or the hour of the cut."""
        return _midnight(self.start) if self.opens_whole else self._moment(self.start)

    @property
    def end_at(self) -> datetime:
        """The first moment outside, in UTC."""
        return self._moment(self.end)

    def _moment(self, day: date) -> datetime:
        if self.cut is None:
            return _midnight(day)
        return datetime.combine(day - DAY, self.cut, ZONE).astimezone(UTC)

    def contains(self, day: date) -> bool:
        """True when the day lies inside."""
        return self.start <= day < self.end


def parse(text: str) -> Period:
    """The period of a name such as ``week:2026-W47`` or ``2026-11-01..2026-11-15`` (both days in).

    Raises ``PeriodError`` for anything else, weeks and days that do not exist included.

    >>> parse("reporting-quarter:2026-Q4").start
    datetime.date(2026, 9, 15)
    """
    name = text.strip()
    kind, _, key = name.partition(":") if ":" in name else ("custom", "", name)
    if kind not in _EXAMPLES or (kind == "custom" and ".." not in key):
        raise PeriodError(_UNKNOWN.format(shorten(name, 40), **_EXAMPLES))
    window = _WINDOWS.get(kind, _months)
    return Period(kind, key, *window(kind, key))


def week_of(day: date) -> Period:
    """The ISO week, Monday to Sunday, that the day lies in."""
    year, week, _ = day.isocalendar()
    return parse(f"week:{year:04}-W{week:02}")


def containing(kind: str, day: date) -> Period:
    """The month, quarter, half, year, or reporting one of these, that the day lies in.

    >>> containing("reporting-quarter", date(2026, 12, 15)).key
    '2027-Q1'
    """
    length = _LENGTHS[kind.removeprefix("reporting-")][0]
    months = day.year * 12 + day.month - 1
    if kind.startswith("reporting-") and day.day >= _REPORTING_DAY:
        months += 1
    year, number = divmod(months // length, 12 // length)
    mark = {1: f"-{number + 1:02}", 3: f"-Q{number + 1}", 6: f"-H{number + 1}", 12: ""}[length]
    return parse(f"{kind}:{year:04}{mark}")


def preceding(period: Period) -> Period:
    """The one just before a period that ``containing`` gives."""
    return containing(period.kind, period.start - DAY)


def office_week(moment: datetime, last_weekday: int, cut: time | None = None) -> Period:
    """The week of an office that an aware moment lies in: it ends on an ISO weekday, at that hour if any.

    >>> noon = datetime(2026, 11, 19, 12, tzinfo=ZONE)
    >>> office_week(noon, 4).key, office_week(noon, 4, time(11)).key
    ('2026-11-19', '2026-11-26')
    """
    local = moment.astimezone(ZONE)
    left = (last_weekday - local.isoweekday()) % WEEK_DAYS
    if left == 0 and cut is not None and local.time() >= cut:
        left = WEEK_DAYS
    return replace(parse(f"office-week:{local.date() + timedelta(days=left)}"), cut=cut)


def today(now: datetime) -> date:
    """The local date at an aware moment; raises ``ValueError`` for a naive one."""
    if now.tzinfo is None:
        raise ValueError("a moment without a time zone has no local date")
    return now.astimezone(ZONE).date()


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), ZONE).astimezone(UTC)


_EXAMPLES = {
    "week": "week:2026-W47",
    "month": "month:2026-11",
    "reporting-month": "reporting-month:2026-11",
    "office-week": "office-week:2026-11-20",
    "quarter": "quarter:2026-Q4",
    "half": "half:2026-H2",
    "year": "year:2026",
    "reporting-quarter": "reporting-quarter:2026-Q4",
    "reporting-half": "reporting-half:2026-H1",
    "reporting-year": "reporting-year:2026",
    "custom": "2026-11-01..2026-11-15",
}
_UNKNOWN = "“{}” không phải là tên một kỳ; hãy viết ví dụ {week}, {month} hoặc {custom}."
_REPORTING_DAY = 15
_CENTURY = "((?:19|20|21)[0-9]{2})"
_WEEK = re.compile(rf"{_CENTURY}-W([0-9]{{2}})")
_DAY = re.compile(rf"{_CENTURY}-[0-9]{{2}}-[0-9]{{2}}")
# How many months each kind lasts, how a person calls it, and how its number in the year is written.
_LENGTHS = {
    "month": (1, "tháng", "-(0[1-9]|1[0-2])"),
    "quarter": (3, "quý", "-Q([1-4])"),
    "half": (6, "nửa năm", "-H([12])"),
    "year": (12, "năm", "()"),
}


def _wrong(kind: str, what: str) -> PeriodError:
    return PeriodError(f"{what}; ví dụ đúng: {_EXAMPLES[kind]}.")


def _not_a(noun: str, kind: str, key: str) -> PeriodError:
    return _wrong(kind, f"“{shorten(key, 40)}” không phải là {noun} hợp lệ")


def _months(kind: str, key: str) -> tuple[date, date]:
    """Whole months, or for reporting the 15th before to the 14th (Nghị định 09/2019/NĐ-CP, Điều 12)."""
    length, noun, number = _LENGTHS[kind.removeprefix("reporting-")]
    found = re.fullmatch(_CENTURY + number, key)
    if not found:
        raise _not_a(noun, kind, key)
    early, day = (1, _REPORTING_DAY) if kind.startswith("reporting-") else (0, 1)
    first = int(found[1]) * 12 + (int(found[2] or 1) - 1) * length - early
    return _nth_month(first, day), _nth_month(first + length, day)


def _nth_month(months: int, day: int) -> date:
    return date(months // 12, months % 12 + 1, day)


def _week(kind: str, key: str) -> tuple[date, date]:
    found = _WEEK.fullmatch(key)
    if not found:
        raise _not_a("tuần", kind, key)
    try:
        monday = date.fromisocalendar(int(found[1]), int(found[2]), 1)
    except ValueError:
        raise _wrong(kind, f"Năm {found[1]} không có tuần {found[2]}") from None
    return monday, monday + timedelta(days=7)


def _office_week(kind: str, key: str) -> tuple[date, date]:
    """The seven days that end with the given one."""
    end = _day(kind, key) + timedelta(days=1)
    return end - timedelta(days=7), end


def _custom(kind: str, key: str) -> tuple[date, date]:
    first, _, last = key.partition("..")
    start, final = _day(kind, first), _day(kind, last)
    if final < start:
        raise _wrong(kind, f"Ngày đầu {start} đứng sau ngày cuối {final}")
    return start, final + timedelta(days=1)


def _day(kind: str, key: str) -> date:
    if _DAY.fullmatch(key):
        with suppress(ValueError):
            return date.fromisoformat(key)
    raise _not_a("ngày", kind, key)


_WINDOWS: dict[str, Callable[[str, str], tuple[date, date]]] = {
    "week": _week,
    "office-week": _office_week,
    "custom": _custom,
}
