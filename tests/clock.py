"""A clock that stands still until it is told to move: one of the two things that tests fake."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

START = datetime(2026, 11, 18, 2, 0, tzinfo=UTC)  # a Wednesday, 9 o'clock in Vietnam


class FixedClock:
    """Callable like the system clock."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        """The moment that was set."""
        return self.now

    def passes(self, **span: float) -> None:
        """Let time go by: ``clock.passes(hours=25)``."""
        self.now += timedelta(**span)
