"""Cells of neutral tables in words, as văn bản and pages write them."""

from __future__ import annotations

from datetime import date

from bot.locale import show_date, show_number
from bot.reports.tables import Kind, Value

UNKNOWN = "—"
NO_BREAK = "\u00a0"


def show_cell(value: Value, kind: Kind) -> str:
    """``1.234,5``, ``42,7 %``, ``21/11/2026``; what nobody knows is “—”."""
    if value is None:
        return UNKNOWN
    if isinstance(value, date):
        return show_date(value)
    if isinstance(value, str):
        return value
    shown = show_number(value)
    return f"{shown}{NO_BREAK}%" if kind is Kind.PERCENT else shown


def formal_day(day: date) -> str:
    """``ngày 05 tháng 3 năm 2026``: the day in two digits, of the months only January and February.

    Nghị định 30/2020/NĐ-CP, Phụ lục I.

    >>> formal_day(date(2026, 3, 5)), formal_day(date(2026, 2, 15))
    ('ngày 05 tháng 3 năm 2026', 'ngày 15 tháng 02 năm 2026')
    """
    month = f"{day.month:02}" if day.month < 3 else str(day.month)
    return f"ngày {day.day:02} tháng {month} năm {day.year}"
