"""Days on which nobody expects work on a plan: the fortnight of Tết, and breaks that a plan declares.

They weigh nothing in the line of a target and in the weeks that are left (``bot/core/progress.py``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from functools import lru_cache

import holidays

Days = tuple[date, date]
"""From the first day up to, not including, the second."""

BEFORE_TET, AFTER_TET = timedelta(days=7), timedelta(days=7)
"""Fourteen days: from about 23 tháng Chạp (ông Công ông Táo) to the end of mùng 7 (khai hạ)."""
_FIRST_DAY = "Tết Nguyên Đán"


@lru_cache(maxsize=64)
def tet_of(year: int) -> Days | None:
    """The fourteen days around mùng 1 tháng Giêng of that year; None where the library knows of none.

    >>> tet_of(2026)
    (datetime.date(2026, 2, 10), datetime.date(2026, 2, 24))
    """
    listed = holidays.country_holidays("VN", years=year, language="vi")
    first = min(listed.get_named(_FIRST_DAY, lookup="startswith"), default=None)
    return (first - BEFORE_TET, first + AFTER_TET) if first is not None else None


def breaks_in(start: date, end: date, declared: Iterable[Days] = ()) -> tuple[Days, ...]:
    """Every Tết that touches the days before ``end``, and what is declared, in order and without overlaps."""
    found = [*filter(None, map(tet_of, range(start.year, end.year + 1))), *declared]
    return tuple(_merged(sorted(one for one in found if one[0] < end and one[1] > start)))


def _merged(found: Iterable[Days]) -> Iterator[Days]:
    begins: date | None = None
    ends = date.min
    for first, last in found:
        if begins is not None and first > ends:
            yield begins, ends
            begins = None
        begins, ends = begins or first, max(ends, last)
    if begins is not None:
        yield begins, ends
