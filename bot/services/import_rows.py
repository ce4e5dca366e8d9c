"""Rows of a form into help entries: what each cell may hold, and the one line that says what is wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypeVar

from bot.core.text import fold, shorten
from bot.core.vocabulary import AgeBand, FirstTime, Outcome, Place, Service, Subject, Topic
from bot.locale import Texts, show_date
from bot.reports.reading import Cell, Grid, Line, Shape
from bot.services.help_log import LONGEST_NOTE, MOST_FILES, MOST_VISITS, Help, kept_note
from bot.services.import_words import YES, Words
from bot.services.phones import read_phone
from bot.services.sheets import SHEET_ROW, read_code, row_id
from storage.communes import Team

T = TypeVar("T")
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
ID = re.compile(r"[^\W_][\w.:/-]{0,39}")
ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?: 00:00(?::00)?)?", re.ASCII)
DAY_FIRST = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", re.ASCII)
WHOLE = re.compile(r"\d{1,4}", re.ASCII)
ROUNDED = re.compile(r"\d([.,]\d+)?[eE]\+?\d+", re.ASCII)
LONGEST_SHOWN = 40

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
class RowFault:
    """One thing wrong in one cell; ``code`` and ``values`` make the sentence."""

    row: int
    column: str
    code: str
    values: Mapping[str, object]

    def say(self, texts: Texts) -> str:
        """What is wrong and what to do, without the place."""
        return texts.say(self.code, **self.values)

    def line(self, texts: Texts) -> str:
        """Row, column, what."""
        place = texts.say("import.place", row=self.row, column=self.column)
        return f"{place} {self.say(texts)}"


@dataclass(frozen=True, slots=True)
class Row:
    """A row as it was understood; ``phone`` (E.164) only where somebody agreed to it."""

    number: int
    id: str
    team: Team
    member: tuple[int, str] | None
    help: Help
    phone: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Known:
    """What the cells are compared with."""

    first: date
    today: date
    teams: Mapping[str, Team | str]  # name as written → team, or why it is none
    members: Mapping[int, Mapping[str, tuple[int, ...]]]  # team → folded name → ids
    words: Words


class _CellError(ValueError):
    """A cell that cannot be understood."""

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(code)
        self.code, self.values = code, values


def team_names(grid: Grid) -> set[str]:
    """The teams that the rows name, as they are written."""
    return {text for line in grid.lines if (text := _text(line.cells.get("team")))}


def understand(grid: Grid, known: Known) -> tuple[list[Row], list[RowFault], int]:
    """The rows that are right, everything that is wrong with the others, and how many were not used."""
    rows: list[Row] = []
    faults: list[RowFault] = []
    blank = 0
    seen: dict[str, int] = {}
    for line in grid.lines:
        if line.cells.keys() <= FILLED_BEFORE:
            blank += 1
            continue
        reader = _Reader(line, known)
        row = reader.row()
        first = seen.setdefault(row.id, line.number) if row else line.number
        if first != line.number:
            reader.wrong("id", "import.id-twice", row=first)
        faults += reader.faults
        if row and not reader.faults:
            rows.append(row)
    return rows, faults, blank


class _Reader:
    """Reads one row and keeps what is wrong with it, so that all of it is said at once."""

    def __init__(self, line: Line, known: Known) -> None:
        self._line, self._known = line, known
        self.faults: list[RowFault] = []

    def wrong(self, column: str, code: str, **values: object) -> None:
        """Keep a fault of this row."""
        self.faults.append(RowFault(self._line.number, column, code, values))

    def row(self) -> Row | None:
        """The row as far as it can be understood; None when it has no id to be known by."""
        name = self._read("id", _id)
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

    def _read(self, column: str, read: Callable[[Cell], T]) -> T | None:
        """What a cell says; None, with a fault where it has to be there or cannot be understood."""
        cell = self._line.cells.get(column)
        try:
            if cell is None:
                if column in SHAPE.required:
                    raise _CellError(f"import.missing-{MISSING[column]}")
                return None
            if isinstance(cell, str) and cell.startswith("=") and column not in WRITTEN:
                raise _CellError("import.formula")
            return read(cell)
        except _CellError as wrong:
            self.wrong(column, wrong.code, **wrong.values)
            return None

    def _team(self, cell: Cell) -> Team:
        found = self._known.teams[_text(cell)]
        if isinstance(found, str):
            raise _CellError("import.team-unknown", why=found)
        return found

    def _member(self, team: Team | None, cell: Cell) -> tuple[int, str] | None:
        name = _text(cell)
        if team is None:  # is a fault already
            return None
        ids = self._known.members.get(team.id, {}).get(fold(name), ())
        if not ids:
            raise _CellError("import.member-unknown", name=_shown(name), team=team.name)
        if len(ids) > 1:
            raise _CellError("import.member-two", name=_shown(name), team=team.name)
        return ids[0], name

    def _services(self, cell: Cell) -> tuple[Service, ...]:
        written = [part.strip() for part in re.split(r"[;\n]", _text(cell)) if part.strip()]
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
        text = _text(cell)
        found = self._known.words.topics.get(fold(text))
        if found is None:
            allowed = self._known.words.allowed("topic")
            raise _CellError("import.topic-unknown", written=_shown(text), allowed=allowed)
        return found

    def _code(self, column: str, kind: Callable[[str], T]) -> T | None:
        return self._read(column, lambda cell: kind(self._word(column, _text(cell))))

    def _word(self, column: str, text: str) -> str:
        code = self._known.words.read(column, text)
        if code is None:
            allowed = self._known.words.allowed(column)
            raise _CellError("import.word-unknown", written=_shown(text), allowed=allowed)
        return code

    def _count(self, column: str, low: int, high: int) -> int | None:
        return self._read(column, lambda cell: _whole(cell, low, high))

    def _phone(self) -> str | None:
        """A number that somebody agreed to; without that it is not even looked at."""
        agreed = self._read("consent", lambda cell: self._word("consent", _text(cell)))
        return self._read("phone", _number) if agreed == YES else None


MISSING = {"id": "id", "occurred_on": "day", "team": "team"}


def _text(cell: Cell) -> str:
    """A cell as it reads: a number without the point that spreadsheets keep, a day as a day."""
    if cell is None or isinstance(cell, bool):
        return "" if cell is None else str(cell)
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, date):
        return show_date(cell)
    return str(cell)


def _id(cell: Cell) -> str:
    if isinstance(cell, date):
        raise _CellError("import.id-day")
    text = _text(cell).removeprefix("'")
    of_sheet = SHEET_ROW.fullmatch(text.upper())
    if of_sheet and read_code(of_sheet[1]):  # a stamped number is none
        return row_id(of_sheet[1], int(of_sheet[2]))
    if ID.fullmatch(text) is None:
        raise _CellError("import.id-wrong", written=_shown(text))
    return text


def _day(cell: Cell, known: Known) -> date:
    day = _written_day(cell)
    if day > known.today:
        raise _CellError("import.day-to-come", day=show_date(day))
    if day < known.first:
        raise _CellError("import.day-early", day=show_date(day), first=show_date(known.first))
    return day


def _written_day(cell: Cell) -> date:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    text = _text(cell)
    iso, ours = ISO.fullmatch(text), DAY_FIRST.fullmatch(text)
    parts = iso.groups() if iso else ours.groups()[::-1] if ours else ()
    try:
        year, month, day = map(int, parts)
        return date(year, month, day)
    except ValueError:
        raise _CellError("import.day-wrong", written=_shown(text)) from None


def _whole(cell: Cell, low: int, high: int) -> int:
    """A whole number: what spreadsheets keep as 2.0 is one, what somebody writes as “2.0” is none."""
    text = _text(cell)
    if isinstance(cell, bool) or WHOLE.fullmatch(text) is None or not low <= int(text) <= high:
        raise _CellError("import.number-wrong", written=_shown(text), low=low, high=high)
    return int(text)


def _number(cell: Cell) -> str:
    """A telephone number, also one that a spreadsheet took the first 0 from."""
    text = _text(cell)
    if ROUNDED.fullmatch(text):
        raise _CellError("import.phone-rounded")
    phone = read_phone(text)
    if phone is None:
        raise _CellError("import.phone-wrong")
    return phone


def _note(cell: Cell) -> str | None:
    text = _text(cell)
    if len(text) > LONGEST_NOTE:
        raise _CellError("import.note-long", most=LONGEST_NOTE)
    return kept_note(text)


def _shown(text: str) -> str:
    return shorten(text, LONGEST_SHOWN)
