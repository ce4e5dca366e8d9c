"""What nobody can know of a period: figures of a log that had not begun when it was over are null, not 0."""

from __future__ import annotations

from datetime import date
from typing import Any

from bot.core.periods import Period
from bot.reports.weekly import CONFIRMED, Since

KEPT = {"learning": (CONFIRMED, "confirmed_on", "confirmed_source"), "teams": ("total",)}
"""Figures that do not come from the log of their part."""


def blank(body: dict[str, Any], period: Period, since: Since) -> dict[str, Any]:
    """The report with the parts unknown whose logs began after the period and hold nothing of it."""
    begun = {
        "help": since.help,
        "teams": since.help,
        "requests": since.requests,
        "questions": since.questions,
        "trainings": since.trainings,
        "communication": since.communication or since.trainings,
        "learning": since.learning,
    }
    return body | {
        part: _blank(part, body[part])
        for part, first in begun.items()
        if not _is_kept(first, period) and not _holds_anything(part, body[part])
    }


def _is_kept(first: date | None, period: Period) -> bool:
    return first is not None and first < period.end


def _holds_anything(part: str, found: dict[str, Any]) -> bool:
    own = (value for key, value in found.items() if key not in KEPT.get(part, ()))
    if part == "teams":
        return bool(found["reported"])
    return any(bool(value) for value in own)


def _blank(part: str, found: dict[str, Any]) -> dict[str, Any]:
    kept = KEPT.get(part, ())
    return {
        key: value if key in kept else [] if isinstance(value, list) else None
        for key, value in found.items()
    }
