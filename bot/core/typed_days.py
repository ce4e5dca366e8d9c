"""A day as a form brings it: how browsers send their day field, or as people write it by hand."""

from __future__ import annotations

from datetime import date, datetime

FORMS = ("%Y-%m-%d", "%d/%m/%Y")


def read_day(text: str) -> date | None:
    """The day that is written there, the year in four digits; None for anything else.

    >>> read_day("2026-11-19") == read_day(" 19/11/2026 ") == date(2026, 11, 19)
    True
    >>> read_day("31/11/2026"), read_day("19/11"), read_day("")
    (None, None, None)
    """
    for form in FORMS:
        try:
            return datetime.strptime(text.strip(), form).date()  # noqa: DTZ007 – a day has no zone
        except ValueError:
            continue
    return None
