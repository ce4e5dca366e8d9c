"""Which guides somebody should review: those past their day, and those whose day is near."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from bot.library.guides import Guide

SOON = dt.timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Reviews:
    """Guides past their day of review, and due within thirty days, the earliest first; the rest counted."""

    overdue: tuple[Guide, ...]
    due_soon: tuple[Guide, ...]
    later_count: int


def sort_reviews(guides: Iterable[Guide], today: dt.date) -> Reviews:
    """The guides by what is to be done about them on that day."""
    by_day = sorted(guides, key=lambda guide: (guide.review_by, guide.id))
    overdue = tuple(guide for guide in by_day if guide.is_stale(today))
    due = tuple(guide for guide in by_day if guide.review_by <= today + SOON)
    return Reviews(overdue, due[len(overdue) :], len(by_day) - len(due))
