"""Deadlines of reports: “trước ngày 05” is the 4th at the latest, or the working day before where it is off.

Pure calendar. Between the last day that is counted and the day of sending there has to be a working day
(Nghị định 09/2019/NĐ-CP, Điều 8 khoản 5 điểm b).
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from bot.core.periods import DAY, Period, containing, preceding
from bot.core.working_days import WorkingDays

EVERY_MONTH = tuple(range(1, 13))


@dataclass(frozen=True, slots=True)
class Rule:
    """Before which day of which months, and of which period: the one that day lies in, or the one before."""

    day: int
    months: tuple[int, ...]  # empty: every month
    window: str  # a kind of period
    is_of_previous: bool


@dataclass(frozen=True, slots=True)
class Due:
    """One date of a rule. ``due`` is the day that the plan names, ``send_by`` the last day to send on.

    ``cut_off`` is the last day that can be counted with a working day left before sending.
    """

    due: date
    send_by: date
    window: Period
    cut_off: date

    @property
    def until(self) -> date | None:
        """“Thực hiện đến ngày”: the last day counted, where sending comes before the window is over."""
        return self.cut_off if self.send_by < self.window.end else None

    @property
    def needs_estimate(self) -> bool:
        """True where the whole period has to be estimated (ước cả kỳ)."""
        return self.until is not None

    @property
    def is_tight(self) -> bool:
        """True where the window is over, but no working day is left to put the figures together."""
        return self.until is None and self.cut_off < self.window.last_day


def list_due(rule: Rule, year: int, days: WorkingDays) -> Iterator[Due]:
    """The dates of a rule whose named day lies in that year, in order."""
    for month in sorted(rule.months or EVERY_MONTH):
        last = calendar.monthrange(year, month)[1]
        named = date(year, month, min(rule.day, last))
        send_by = days.last_by(named - DAY)
        inside = containing(rule.window, named)
        window = preceding(inside) if rule.is_of_previous else inside
        latest = days.before(send_by) - DAY
        yield Due(named, send_by, window, min(latest, window.last_day))
