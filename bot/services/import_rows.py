"""Rows of a form into help entries: what each cell may hold, and the one line that says what is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from bot.core.text import fold
from bot.core.vocabulary import AgeBand, FirstTime, Outcome, Place, Service, Subject, Topic
from bot.locale import show_date
from bot.reports.reading import Cell, Grid, Line, Shape
from bot.services.help_log import LONGEST_NOTE, MOST_FILES, MOST_VISITS, Help, kept_note
from bot.services.import_cells import (
    CellError,
    CellReader,
    RowFault,
    gather,
    id_of,
    shown,
    text_of,
    written_day,
)
from bot.services.import_words import Words
from storage.communes import Team

COLUMNS = (
    "id",
    "occurred_on",
    "team",
    "member",
    "topic",
    "visits",
    "phone",
    "consent",
    "outcome",
    "services",
    "subject",
    "files",
    "first_time",
    "age_band",
    "place",
    "note",
)
SHAPE = Shape(COLUMNS, ("id", "occurred_on", "team"))
FILLED_BEFORE = {"id", "team"}
"""What an empty form says already: a row with nothing else was not used."""
WRITTEN = {"id", "team", "member", "note"}
"""Columns of free words: what begins with = + - @ is text there like any other."""
MISSING = {"id": "id", "occurred_on": "day", "team": "team"}

TOPIC_OF = {
    Service.INSTALL_VNEID: Topic.VNEID,
    Service.ACTIVATE_LEVEL_2: Topic.VNEID,
    Service.HEALTH_BOOK: Topic.VNEID,
    Service.FILE_ONLINE: Topic.DVC,
    Service.ACCOUNT_QR: Topic.TT,
    Service.SIGNATURE: Topic.CKS,
    Service.SAFETY: Topic.AT,
    Service.E_COMMERCE: Topic.HOC_SO,
}
"""Under which topic a help stands whose row names only what was done; as the guides are filed."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row as it was understood; ``phone`` (E.164) only where somebody agreed to it."""

    number: int
    id: str
    team: Team
    member: tuple[int, str] | None
    help: Help
    phone: str | None = field(repr=False)

    @property
    def visits(self) -> int:
        """How many visits it stands for."""
        return self.help.visits

    @property
    def day(self) -> date:
        """When it was."""
        return self.help.occurred_on

    @property
    def by(self) -> int | None:
        """The member who wrote it on the paper."""
        return self.member[0] if self.member else None


@dataclass(frozen=True, slots=True)
class Known:
    """What the cells are compared with."""

    first: date
    today: date
    teams: Mapping[str, Team | str]  # name as written → team, or why it is none
    members: Mapping[int, Mapping[str, tuple[int, ...]]]  # team → folded name → ids
    words: Words


def team_names(grid: Grid) -> set[str]:
    """The teams that the rows name, as they are written."""
    return {text for line in grid.lines if (text := text_of(line.cells.get("team")))}


def understand(grid: Grid, known: Known) -> tuple[list[Row], list[RowFault], int]:
    """The rows that are right, everything that is wrong with the others, and how many were not used."""
    return gather(grid, FILLED_BEFORE, lambda line: _Reader(line, known))


class _Reader(CellReader):
    """Reads one row of help."""

    missing = MISSING
    written = WRITTEN

    def __init__(self, line: Line, known: Known) -> None:
        super().__init__(line, known.words)
        self._known = known

    def row(self) -> Row | None:
        """The row as far as it can be understood; None when it has no id to be known by."""
        name = self._read("id", id_of)
        day = self._read("occurred_on", lambda cell: _day(cell, self._known))
        team = self._read("team", self._team)
        member = self._read("member", lambda cell: self._member(team, cell))
        services = self._read("services", self._services) or ()
        topic = self._topic(services)
        done = Help(
            occurred_on=day or self._known.today,
            topic=topic[0] if topic else Topic.VNEID,
            guide=topic[1] if topic else None,
            visits=self._count("visits", 1, MOST_VISITS) or 1,
            services=frozenset(services),
            files=self._count("files", 0, MOST_FILES),
            outcome=self._code("outcome", Outcome),
            place=self._code("place", Place),
            subject=self._code("subject", Subject),
            first_time=self._code("first_time", FirstTime),
            age_band=self._code("age_band", AgeBand),
            note=self._read("note", _note),
        )
        phone = self._phone()
        if name is None:
            return None
        return Row(self._line.number, name, team or Team(0, ""), member, done, phone)

    def _team(self, cell: Cell) -> Team:
        found = self._known.teams[text_of(cell)]
        if isinstance(found, str):
            raise CellError("import.team-unknown", why=found)
        return found

    def _member(self, team: Team | None, cell: Cell) -> tuple[int, str] | None:
        name = text_of(cell)
        if team is None:  # is a fault already
            return None
        ids = self._known.members.get(team.id, {}).get(fold(name), ())
        if not ids:
            raise CellError("import.member-unknown", name=shown(name), team=team.name)
        if len(ids) > 1:
            raise CellError("import.member-two", name=shown(name), team=team.name)
        return ids[0], name

    def _services(self, cell: Cell) -> tuple[Service, ...]:
        written = [part.strip() for part in re.split(r"[;\n]", text_of(cell)) if part.strip()]
        return tuple(Service(self._word("services", part)) for part in written)

    def _topic(self, services: Iterable[Service]) -> tuple[Topic, str | None] | None:
        """The topic that is written, else the one that the first service stands under."""
        if self._line.cells.get("topic") is not None:
            return self._read("topic", self._written_topic)
        found = next((TOPIC_OF[one] for one in services if one in TOPIC_OF), None)
        if found is None:
            allowed = self._known.words.allowed("topic")
            self.wrong("topic", "import.topic-missing", allowed=allowed)
        return (found, None) if found else None

    def _written_topic(self, cell: Cell) -> tuple[Topic, str | None]:
        text = text_of(cell)
        found = self._known.words.topics.get(fold(text))
        if found is None:
            allowed = self._known.words.allowed("topic")
            raise CellError("import.topic-unknown", written=shown(text), allowed=allowed)
        return found


def _day(cell: Cell, known: Known) -> date:
    day = written_day(cell)
    if day > known.today:
        raise CellError("import.day-to-come", day=show_date(day))
    if day < known.first:
        raise CellError("import.day-early", day=show_date(day), first=show_date(known.first))
    return day


def _note(cell: Cell) -> str | None:
    text = text_of(cell)
    if len(text) > LONGEST_NOTE:
        raise CellError("import.note-long", most=LONGEST_NOTE)
    return kept_note(text)
