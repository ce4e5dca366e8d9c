"""Weeks of a commune at random, rich enough that some numbers of people are small and others are not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from bot.core.periods import Period, parse
from bot.core.vocabulary import Audience, CommunicationKind, ReadingKind, Topic, TrainingKind
from bot.library import Library
from bot.reports.tables import Book, ReportTables, Table
from bot.services import period_report, report_book, report_drafts, report_tables, targets
from bot.services.readings import kind_of
from bot.services.report_annex import annex_of
from bot.services.report_document import Wish
from bot.services.report_drafts import Draft
from bot.services.report_words import Telling
from storage import communes, help_entries, people, target_readings
from storage.communes import Commune
from storage.database import Unit
from storage.help_entries import By, Help, NewEntry
from storage.target_readings import Figure, NewReading
from tests import held_trainings as tools
from tests.report_world import NOW, TEXTS
from tests.storage_tools import Shelf
from tests.test_figures_property import ACTS, TEAMS, TODAY, Act, House

WEEK, YEAR = parse("week:2026-W47"), parse("year:2026")
CROWD = 16
"""How many people there are besides those that acts tell of."""


@dataclass(frozen=True)
class Crowd:
    """Neighbours who came to a team together, each helped once; those ``without`` stay unknown."""

    team: int
    topic: Topic
    first: int
    size: int
    without: int = 0
    day: int = 0


@dataclass(frozen=True)
class Held:
    """A training and who sat in it."""

    kind: TrainingKind
    topic: Topic
    first: int
    size: int
    without: int = 0
    day: int = 0


@dataclass(frozen=True)
class Read:
    """A figure that the office entered for the target of that place in the plan."""

    target: int
    number: int


@dataclass(frozen=True)
class Story:
    """What happened; ``plan`` is the commune whose plan it is measured by."""

    plan: str
    acts: Sequence[Act] = ()
    crowds: Sequence[Crowd] = ()
    held: Sequence[Held] = ()
    readings: Sequence[Read] = ()
    put_out: Sequence[int] = field(default=())


DAYS = st.sampled_from([0, 1, 2, 20])
WHO = {
    "first": st.integers(0, CROWD - 1),
    "size": st.integers(0, 4) | st.integers(5, 12),
    "without": st.sampled_from([0, 0, 1, 3]),
    "day": DAYS,
}
SOME = st.sampled_from([Topic.VNEID, Topic.DVC, Topic.AT, Topic.TT])
STORIES = st.builds(
    Story,
    plan=st.sampled_from(["phuoc-binh", "xuan-hoa", "ho-nai"]),
    acts=ACTS,
    crowds=st.lists(
        st.builds(Crowd, team=st.integers(0, len(TEAMS) - 1), topic=SOME, **WHO), max_size=6
    ),
    held=st.lists(
        st.builds(Held, kind=st.sampled_from(TrainingKind), topic=SOME, **WHO), max_size=5
    ),
    readings=st.lists(st.builds(Read, st.integers(0, 40), st.integers(0, 99)), max_size=4),
    put_out=st.lists(st.integers(1, 400), max_size=2),
)
RICH = Story(
    plan="phuoc-binh",
    crowds=(
        Crowd(0, Topic.VNEID, 0, 9, 2),
        Crowd(1, Topic.DVC, 3, 7),
        Crowd(2, Topic.AT, 12, 3),
        Crowd(1, Topic.VNEID, 0, 12, day=20),
    ),
    held=(
        Held(TrainingKind.CLASS, Topic.VNEID, 0, 11, 1),
        Held(TrainingKind.OUTREACH, Topic.AT, 5, 8),
        Held(TrainingKind.CONTEST, Topic.HOC_SO, 2, 3),
        Held(TrainingKind.CLASS, Topic.DVC, 2, 6, day=20),
    ),
    readings=tuple(Read(place, 7 * place + 3) for place in range(24)),
    put_out=(6, 300),
)
TOLD = Story(
    plan="xuan-hoa",  # it has a target of people trained in classes, all year
    held=(
        Held(TrainingKind.CLASS, Topic.VNEID, 0, 3),
        Held(TrainingKind.OUTREACH, Topic.AT, 3, 8),
        Held(TrainingKind.CONTEST, Topic.HOC_SO, 2, 9),
    ),
)
"""A target says the one small number of a split."""


class World(House):
    """A commune with all of that inside a unit."""

    def __init__(self, unit: Unit, library: Library, story: Story) -> None:
        super().__init__(unit, library)
        self.plan = library.plans[story.plan]
        self.story = story
        self.crowd = [people.add_person(unit, self.id) for _ in range(CROWD)]
        targets.load(unit, self.commune, self.plan)
        for act in story.acts:
            self.does(act)
        for number, crowd in enumerate(story.crowds):
            self._helps(number, crowd)
        for held in story.held:
            self._holds(held)
        for number, amount in enumerate(story.put_out):
            kind = list(CommunicationKind)[1 + number]
            tools.put_out(unit, self.id, kind, TODAY, amount)
        for read in story.readings:
            self._reads(read)

    @property
    def commune(self) -> Commune:
        """Whose report it is."""
        return self.office.commune

    def _who(self, of: Crowd | Held) -> list[int | None]:
        known = [self.crowd[(of.first + ahead) % CROWD] for ahead in range(of.size)]
        return [*known, *[None] * of.without]

    def _helps(self, number: int, crowd: Crowd) -> None:
        team = communes.find_team(self.unit, self.id, TEAMS[crowd.team])
        assert team is not None
        day = TODAY - timedelta(days=crowd.day)
        for place, person in enumerate(self._who(crowd)):
            help_ = Help(day, crowd.topic, 1 + place % 2, person_id=person)
            new = NewEntry(f"w{number}-{place}", team.id, None, help_)
            help_entries.add(self.unit, self.id, new, By())

    def _holds(self, held: Held) -> None:
        team = communes.find_team(self.unit, self.id, TEAMS[0])
        assert team is not None
        day = TODAY - timedelta(days=held.day)
        said = {"topic": held.topic, "team_id": team.id}
        made = tools.hold(self.unit, self.id, held.kind, day, **said)
        tools.fill(self.unit, self.id, made, *self._who(held))

    def _reads(self, read: Read) -> None:
        target = self.plan.targets[read.target % len(self.plan.targets)]
        figure = Figure(number=float(read.number)) if target.value else Figure(level="Khá")
        kind = kind_of(target)
        if kind is ReadingKind.OPENING and target.value is None:
            return
        name, day = f"r{read.target}-{read.number}", TODAY - timedelta(days=9)
        new = NewReading(name, target.id, kind, figure, day, "Công an phường")
        target_readings.add_once(self.unit, self.id, new)

    # ---- surfaces

    def body(self, period: Period, audience: Audience) -> dict[str, Any]:
        """The JSON of the report."""
        return period_report.find(self.unit, self.commune, self.plan, period, audience)

    def told(self) -> Telling:
        """What it is told with."""
        return Telling(TEXTS, self.plan, {}, "0.1.0", NOW)

    def tables(self, body: dict[str, Any]) -> ReportTables:
        """Its tables."""
        return report_tables.build(body, self.told())

    def book(self, body: dict[str, Any]) -> Book:
        """Its workbook."""
        return report_book.gather(self.unit, self.id, body, self.told())

    def draft(self, body: dict[str, Any]) -> tuple[Draft, list[Table]]:
        """Its văn bản, and the tables of the annex."""
        annex = annex_of(self.tables(body), body, self.told())
        of, how = (self.commune, self.plan), (TEXTS, Wish())
        return report_drafts.from_body(self.unit, of, how, body, annex), annex


@contextmanager
def lived(shelf: Shelf, library: Library, story: Story) -> Iterator[World]:
    """The story in a unit that leaves nothing behind."""
    with shelf.database.unit() as unit:
        try:
            yield World(unit, library, story)
        finally:
            transaction = unit.connection.get_transaction()
            assert transaction is not None
            transaction.rollback()
