"""The help entries behind a figure: whoever reads a number can see the rows that it is the sum of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.core.errors import NotFoundError
from bot.core.periods import Period
from bot.core.vocabulary import (
    SAID,
    UNSAID,
    CommuneId,
    Confirmation,
    FirstTime,
    Outcome,
    Place,
    Service,
    Subject,
    Topic,
)
from bot.reports.weekly import people_known
from storage import communes, help_figures
from storage.communes import Team
from storage.database import Unit
from storage.help_figures import Line as Line  # pages take it from here

KEYS: dict[str, frozenset[str]] = {
    "topic": frozenset(Topic),
    "place": frozenset(Place) | {UNSAID},
    "outcome": frozenset(Outcome) | {UNSAID},
    "subject": frozenset(Subject) | {UNSAID},
    "service": frozenset(Service) | {UNSAID},
    "first_time": frozenset(FirstTime) | {UNSAID},
    "answer": frozenset(Confirmation),
    "person": frozenset({SAID, UNSAID}),
    "files": frozenset({SAID, UNSAID}),
}
"""What entries can be asked for by, and the words of each; a team is asked for by its name."""


@dataclass(frozen=True, slots=True)
class Heading:
    """Which figure of a week: the visits under a word of a split, those of a team, or all of them."""

    split: str | None = None
    key: str = ""
    team: Team | None = None

    @property
    def mark(self) -> str:
        """How the audit log names it: ids, never names."""
        if self.team is not None:
            return f":team:{self.team.id}"
        return f":{self.split}:{self.key}" if self.split is not None else ""

    @property
    def under(self) -> tuple[str, str] | None:
        """The split of the figures and the key in it."""
        return (self.split, self.key) if self.split is not None else None


@dataclass(frozen=True, slots=True)
class Sheet:
    """All entries of a heading, those taken out among them, and the figures that the others make.

    ``people`` numbers who was helped, from 1 in the order of the sheet: a number says that two rows are
    the same person and nothing else.
    """

    lines: tuple[Line, ...]
    people: dict[int, int]  # by id of the entry
    visits: int
    files: int | None
    people_count: int | None
    visits_without_person: int
    team_count: int

    @property
    def voided_count(self) -> int:
        """How many entries were taken out."""
        return sum(line.voided_at is not None for line in self.lines)


def find_heading(unit: Unit, commune: CommuneId, asked: Mapping[str, str]) -> Heading:
    """The heading that an address names; raises ``NotFoundError`` when the commune has no such thing."""
    named = {split: key for split, key in asked.items() if split in KEYS or split == "team"}
    if not named:
        return Heading()
    if len(named) > 1:
        raise NotFoundError("Chỉ xem theo một cách chia.")
    ((split, key),) = named.items()
    if split == "team":
        team = communes.find_team(unit, commune, key)
        if team is None:
            raise NotFoundError("Không có tổ này.")
        return Heading(split, key, team)
    if key not in KEYS[split]:
        raise NotFoundError("Không có mục này.")
    return Heading(split, key)


def behind(unit: Unit, commune: CommuneId, week: Period, heading: Heading) -> Sheet:
    """The entries behind the figure of that heading; their sum is the figure of ``stats.report``."""
    lines = help_figures.list_behind(unit, commune, (week.start, week.end), heading.under)
    counted = [line for line in lines if line.voided_at is None]
    people = _numbered(counted)
    without = sum(line.visits for line in counted if line.person_id is None)
    said = [line.files for line in counted if line.files is not None]
    return Sheet(
        lines=tuple(lines),
        people=people,
        visits=sum(line.visits for line in counted),
        files=sum(said) if said or not counted else None,
        people_count=people_known(len(set(people.values())), without),
        visits_without_person=without,
        team_count=len({line.team for line in counted}),
    )


def _numbered(lines: Sequence[Line]) -> dict[int, int]:
    numbers: dict[int, int] = {}
    return {
        line.id: numbers.setdefault(line.person_id, len(numbers) + 1)
        for line in lines
        if line.person_id is not None
    }
