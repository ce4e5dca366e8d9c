"""The rows under a report that leaves the office, kept with it when its period is closed.

Visits of a day, a team and a topic, and the trainings that were held: what the workbook's totals add up, so
that the same workbook can be made again whatever is written later. No row of a person is among them.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bot.core.periods import Period
from bot.core.vocabulary import CommuneId
from storage import report_rows
from storage.database import Unit
from storage.report_rows import Held


@dataclass(frozen=True, slots=True)
class Visits:
    """Visits of a day, a team and a topic, in words of the log."""

    occurred_on: date
    team: str
    topic: str
    visits: int
    person: None = None  # nobody can be told apart here


@dataclass(frozen=True, slots=True)
class Rows:
    """What one report adds up."""

    helps: Sequence[Visits]
    held: Sequence[Held]

    def to_bytes(self) -> bytes:
        """As it is stored; the same rows give the same bytes."""
        body = {
            "helps": [
                [one.occurred_on.isoformat(), one.team, one.topic, one.visits] for one in self.helps
            ],
            "held": [[one.team, one.kind, one.starts_at.isoformat()] for one in self.held],
        }
        return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()

    @classmethod
    def from_bytes(cls, stored: bytes) -> Rows:
        """What ``to_bytes`` gave."""
        body = json.loads(stored)
        return cls(
            [Visits(date.fromisoformat(day), *rest) for day, *rest in body["helps"]],
            [Held(team, kind, datetime.fromisoformat(at)) for team, kind, at in body["held"]],
        )


def read(unit: Unit, commune: CommuneId, period: Period) -> Rows:
    """The rows as they are now, by day."""
    visits: defaultdict[tuple[date, str, str], int] = defaultdict(int)
    for one in report_rows.each_help(unit, commune, (period.start, period.end)):
        visits[one.occurred_on, one.team, one.topic] += one.visits
    return Rows(
        [Visits(*key, many) for key, many in visits.items()],
        report_rows.list_held(unit, commune, (period.start_at, period.end_at)),
    )
