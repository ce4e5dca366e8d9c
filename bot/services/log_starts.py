"""Since when each log is kept: before that, nothing written down means that nobody knows.

Classes and what is put out may be written down months later, so their logs begin on the day of the first
writing: one class of March that was written down in November says nothing of the summer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.core.vocabulary import CommuneId, CommunicationUnit
from bot.locale import local_day
from storage import help_figures, training_figures
from storage.database import Unit

AT_FIRST = timedelta(days=28)
"""Logs that began so soon after a span did know that nothing was done; later ones do not."""
AT_ONCE = timedelta(days=2)
"""The same of a period that is reported by itself: a month without its first 28 days is not known."""


@dataclass(frozen=True, slots=True)
class Starts:
    """The day on which the first line of each log was written; None where nobody ever wrote one."""

    help: date | None
    trainings: date | None
    communications: date | None
    learning: date | None

    def of_units(self, counts: Sequence[CommunicationUnit]) -> date | None:
        """Of what a plan counts as a session: the earlier one where it counts from two logs."""
        found = {
            self.trainings if one is CommunicationUnit.SESSION else self.communications
            for one in counts
        }
        return min((day for day in found if day is not None), default=None)

    @property
    def of_teams(self) -> date | None:
        """Of what teams do."""
        return min((day for day in (self.help, self.trainings) if day is not None), default=None)


def find(unit: Unit, commune: CommuneId) -> Starts:
    """The first days of all logs."""
    begun = training_figures.first_written(unit, commune)
    return Starts(
        help=_day(help_figures.first_written(unit, commune)),
        trainings=_day(begun.trainings),
        communications=_day(begun.communications),
        learning=_day(begun.learning),
    )


def is_kept(since: date | None, days: tuple[date, date], late: timedelta = AT_FIRST) -> bool:
    """True when a log that began then was kept all these days, or nearly: what is not there was not."""
    start, end = days
    return since is not None and since < end and since <= start + late


def _day(moment: datetime | None) -> date | None:
    return local_day(moment) if moment is not None else None
