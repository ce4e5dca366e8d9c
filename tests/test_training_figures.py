"""Whatever is planned, held, called off, counted, sat through, taken out and merged: figures are a recount.

The recount is plain Python over what was done; of the product it knows nothing but the words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import insert, select

from bot.core.periods import Period, parse
from bot.core.vocabulary import (
    AgeBand,
    CommunicationKind,
    Evidence,
    Identity,
    LearningStage,
    Topic,
    TrainingKind,
    TrainingStatus,
)
from bot.library import Library
from bot.services import stats
from bot.services.training_stats import known_people
from storage import attendances, mailbox, people, training_figures, trainings
from storage.database import Unit
from storage.models import neighbourhoods
from storage.models_trainings import sign_ups
from storage.trainings import By, Training
from tests import held_trainings as tools
from tests.held_trainings import Sitter
from tests.storage_tools import ENGINES, Shelf, open_office, open_shelf
from tests.test_figures_property import CHATS, PEOPLE, TEAMS, TODAY, House, Join, Part, Share
from tests.test_figures_property import Recount as Crowd

MONDAY = datetime(2026, 11, 15, 17, tzinfo=UTC)  # midnight in Vietnam
PERIODS = [parse(name) for name in ("week:2026-W46", "week:2026-W47", "2026-11-05..2026-11-18")]
WHOLE = PERIODS[-1]
TRAININGS = 5
HELD = (TrainingStatus.HELD, TrainingStatus.CLOSED)


@dataclass(frozen=True)
class Plan:
    """A training is planned; ``hour`` is when it begins, from Monday's midnight."""

    number: int
    kind: TrainingKind
    topic: Topic
    hour: int


@dataclass(frozen=True)
class Move:
    number: int
    status: TrainingStatus


@dataclass(frozen=True)
class Heads:
    number: int
    heads: int | None


@dataclass(frozen=True)
class Sit:
    """A chat checks in, known by name or not; ``chat`` None is a line for somebody without a phone."""

    number: int
    chat: int | None
    is_known: bool
    evidence: Evidence
    age: AgeBand | None
    team: int | None  # number of the neighbourhood


@dataclass(frozen=True)
class TakeOut:
    """The seat that was taken so many seats ago does not count any more."""

    back: int


@dataclass(frozen=True)
class SignUp:
    number: int
    is_withdrawn: bool


Act = Plan | Move | Heads | Sit | TakeOut | SignUp | Join | Part | Share

NUMBER, CHAT = st.integers(0, TRAININGS - 1), st.integers(0, CHATS - 1)
PLAN = st.builds(
    Plan,
    NUMBER,
    st.sampled_from(TrainingKind),
    st.sampled_from([Topic.VNEID, Topic.AT]),
    st.sampled_from([-169, -168, -1, 0, 1, 80]),
)
SIT = st.builds(
    Sit,
    NUMBER,
    st.none() | CHAT | CHAT,
    st.booleans(),
    st.sampled_from(Evidence),
    st.none() | st.sampled_from(list(AgeBand)[1:3]),
    st.none() | st.integers(0, 1),
)
ACTS = st.lists(
    PLAN
    | st.builds(Move, NUMBER, st.just(TrainingStatus.HELD))
    | st.builds(Move, NUMBER, st.sampled_from(TrainingStatus))
    | st.builds(Heads, NUMBER, st.none() | st.integers(0, 40))
    | SIT
    | SIT
    | SIT
    | st.builds(TakeOut, st.integers(0, 4))
    | st.builds(SignUp, NUMBER, st.booleans())
    | st.builds(Join, CHAT, CHAT)
    | st.builds(Part, CHAT)
    | st.builds(Share, st.integers(PEOPLE, CHATS - 1), st.integers(0, PEOPLE - 1)),
    min_size=4,
    max_size=40,
)


# ---- the recount: plain Python ------------------------------------------------------------------


@dataclass
class Seat:
    said: Sit
    person: int | None
    is_out: bool = False


@dataclass
class Kept:
    """A training as the recount remembers it."""

    plan: Plan
    status: TrainingStatus = TrainingStatus.PLANNED
    heads: int | None = None
    signed_up: int = 0


@dataclass
class Recount:
    """What should be true after the acts."""

    crowd: Crowd = field(default_factory=Crowd)
    kept: dict[int, Kept] = field(default_factory=dict)
    seats: list[Seat] = field(default_factory=list)

    def does(self, act: Act) -> None:
        """The act, as anybody would explain it; what is said of no training is nothing."""
        match act:
            case Plan():
                self.kept.setdefault(act.number, Kept(act))
            case Join() | Part() | Share():
                self.crowd.does(act)
            case TakeOut():
                if act.back < len(self.seats):
                    self.seats[-1 - act.back].is_out = True
            case _ if act.number not in self.kept:
                pass
            case Move():
                self.kept[act.number].status = act.status
            case Heads():
                self.kept[act.number].heads = act.heads
            case SignUp():
                self.kept[act.number].signed_up += not act.is_withdrawn
            case Sit():
                self._sits(act)

    def _sits(self, act: Sit) -> None:
        mine = (act.number, act.chat)
        if act.chat is not None and mine in {
            (one.said.number, one.said.chat) for one in self.seats
        }:
            return
        knows = act.is_known and act.chat is not None
        self.seats.append(Seat(act, self.crowd.chats.get(act.chat) if knows else None))  # type: ignore[arg-type]  # looked up only where there is a chat

    def figures(self, period: Period) -> dict[str, Any]:
        """The part ``trainings`` of the report."""
        held = {
            number: one
            for number, one in self.kept.items()
            if one.status in HELD and period.start_at <= starts(one.plan) < period.end_at
        }
        told = [one.heads for one in held.values() if one.heads is not None]
        sittings = self._sittings(held)
        return {
            **self._count(held),
            "heads": sum(told) if told or not held else None,
            "heads_of": len(told),
            "signed_up": sum(one.signed_up for one in held.values()),
            "by_kind": self._by("kind", TrainingKind, held, lambda one: one.plan.kind),
            "by_topic": self._by("topic", Topic, held, lambda one: one.plan.topic),
            "by_age": split("age_band", AgeBand, sittings, lambda seat: seat.age),
            "by_neighbourhood": split(
                "neighbourhood",
                TEAMS,
                sittings,
                lambda seat: None if seat.team is None else TEAMS[seat.team],
            ),
            "by_evidence": split(
                "evidence", Evidence, sittings, lambda seat: seat.evidence, strongest=True
            ),
        }

    def _sittings(self, held: Any) -> list[tuple[int, int | None, list[Sit]]]:
        """Each attendance: its training, whose it is, and its seats in the order they were taken."""
        groups = {
            person: number for number, group in enumerate(self.crowd.groups) for person in group
        }
        alone, together = [], dict[tuple[int, int], list[Sit]]()
        for one in self.seats:
            if one.is_out or one.said.number not in held:
                continue
            if one.person is None:
                alone.append((one.said.number, None, [one.said]))
            else:
                key = (one.said.number, groups[one.person])
                together.setdefault(key, []).append(one.said)
        return alone + [(number, group, seats) for (number, group), seats in together.items()]

    def _count(self, held: Any) -> dict[str, Any]:
        sittings = self._sittings(held)
        known = {group for _, group, _ in sittings if group is not None}
        if held and not sittings:  # nobody wrote down who came
            who = dict.fromkeys(("attendances", "people", "attendances_without_person"))
            return {"held": len(held), **who}
        return {
            "held": len(held),
            "attendances": len(sittings),
            "people": len(known) if known or not sittings else None,
            "attendances_without_person": sum(group is None for _, group, _ in sittings),
        }

    def _by(
        self, name: str, words: Any, held: dict[int, Kept], key: Callable[[Kept], str]
    ) -> list[dict[str, Any]]:
        rows = []
        for word in words:
            under = {number: one for number, one in held.items() if key(one) == word}
            if under:
                rows.append({name: word, **self._count(under)})
        return rows


def split(
    name: str,
    words: Any,
    sittings: Any,
    key: Callable[[Sit], str | None],
    *,
    strongest: bool = False,
) -> list[dict[str, Any]]:
    found: Counter[str] = Counter()
    for _, _, seats in sittings:
        said = [word for word in map(key, seats) if word is not None]
        if said:
            found[min(said, key=list(words).index) if strongest else said[0]] += 1
    return [{name: word, "attendances": found[word]} for word in words if word in found]


def starts(plan: Plan) -> datetime:
    return MONDAY + timedelta(hours=plan.hour)


# ---- the product --------------------------------------------------------------------------------


class Ward:
    """A commune inside a unit where the same acts are done by the product's own functions."""

    def __init__(self, unit: Unit, library: Library) -> None:
        self.unit, self.house = unit, House(unit, library)
        self.id = self.house.id
        self.kept: dict[int, Training] = {}
        self.seats: list[attendances.Seat] = []
        rows = neighbourhoods.c
        found = unit.connection.execute(
            select(rows.name, rows.id).where(rows.commune_id == self.id)
        )
        places = {row.name: row.id for row in found}
        self.places = [places[name] for name in TEAMS]

    def does(self, act: Act) -> None:
        """The act, as storage does it; the rules of the services are stricter."""
        match act:
            case Plan():
                if act.number not in self.kept:
                    shape = tools.outline(act.kind, TODAY, topic=act.topic, starts_at=starts(act))
                    self.kept[act.number] = tools.plan(self.unit, self.id, shape)
            case Join() | Part() | Share():
                self.house.does(act)
            case TakeOut():
                if act.back < len(self.seats):
                    seat = self.seats[-1 - act.back]
                    attendances.void(self.unit, self.id, seat.id, "ghi nhầm")
            case _ if act.number not in self.kept:
                pass
            case Move():
                self._changes(act.number, lambda one: self._moved(one, act.status))
            case Heads():
                self._changes(act.number, lambda one: self._counted(one, act.heads))
            case SignUp():
                self._signs_up(act)
            case Sit():
                self._sits(act)

    def _changes(self, number: int, change: Callable[[Training], Training | None]) -> None:
        changed = change(self.kept[number])
        assert changed is not None
        self.kept[number] = changed

    def _moved(self, training: Training, status: TrainingStatus) -> Training | None:
        return trainings.move(self.unit, self.id, training, status, (By(), "x"))

    def _counted(self, training: Training, heads: int | None) -> Training | None:
        return trainings.set_heads(self.unit, self.id, training, heads, (By(), None))

    def _signs_up(self, act: SignUp) -> None:
        row = {
            "commune_id": self.id,
            "training_id": self.kept[act.number].id,
            "at": self.unit.now,
            "cancelled_at": self.unit.now if act.is_withdrawn else None,
        }
        self.unit.connection.execute(insert(sign_ups).values(**row))

    def _sits(self, act: Sit) -> None:
        chat = None if act.chat is None else self._chat(act.chat)
        known = people.find_person(self.unit, self.id, chat) if chat and act.is_known else None
        sitter = Sitter(chat, known.person if known else None, act.evidence)
        more = {
            "age_band": act.age,
            "neighbourhood_id": None if act.team is None else self.places[act.team],
        }
        seat, is_new = tools.seat(self.unit, self.id, self.kept[act.number], sitter, **more)
        if is_new:
            self.seats.append(seat)

    def _chat(self, number: int) -> Identity:
        address = self.house.office.address(f"khung {number}")
        return mailbox.identity_of(self.unit.keys, self.id, address)

    def report(self, period: Period) -> dict[str, Any]:
        """What ``report --format json`` prints."""
        return self.house.report(period)


@pytest.fixture(scope="module", params=ENGINES)
def shelf(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shelf]:
    with open_shelf(request, request.param, tmp_path_factory.mktemp("trainings")) as opened:
        yield opened


@contextmanager
def undone(shelf: Shelf) -> Iterator[Unit]:
    """A unit whose work is taken back at its end."""
    with shelf.database.unit() as unit:
        try:
            yield unit
        finally:
            transaction = unit.connection.get_transaction()
            assert transaction is not None
            transaction.rollback()


CLASS = Plan(0, TrainingKind.CLASS, Topic.VNEID, 0)
DONE = Move(0, TrainingStatus.HELD)
HERE = Sit(0, 0, True, Evidence.PRINTED, None, 1)
THERE = Sit(0, 1, True, Evidence.SCREEN, AgeBand.TO_34, 0)


@given(acts=ACTS)
@example(acts=[])
@example(acts=[CLASS, HERE, THERE, DONE, Join(0, 1)])
@example(acts=[CLASS, HERE, HERE, THERE, DONE, Join(0, 1), Part(0), TakeOut(0)])
@example(acts=[CLASS, DONE, Sit(0, None, True, Evidence.PROXY, None, None)])
@example(acts=[CLASS, DONE, Sit(0, 2, False, Evidence.SCREEN, None, None), Heads(0, 0)])
@example(acts=[CLASS, DONE, SignUp(0, is_withdrawn=True), SignUp(0, is_withdrawn=False)])
@example(acts=[CLASS, DONE, HERE, Move(0, TrainingStatus.CANCELLED)])
@example(acts=[replace(CLASS, hour=-1), DONE, HERE, Move(0, TrainingStatus.CLOSED)])
def test_figures_after_any_acts_are_a_recount_in_plain_python(
    shelf: Shelf, library: Library, acts: list[Act]
) -> None:
    with undone(shelf) as unit:
        ward, recount = Ward(unit, library), Recount()
        for act in acts:
            ward.does(act)
            recount.does(act)
        for period in PERIODS:
            report, expected = ward.report(period), recount.figures(period)
            sessions = [row["held"] for row in expected["by_kind"] if row["kind"] == "outreach"]
            is_kept = bool(recount.kept) and period.end > TODAY  # all is written down today
            if not is_kept and not any(expected.values()):
                expected = {
                    key: [] if isinstance(value, list) else None for key, value in expected.items()
                }
            assert report["trainings"] == expected
            told = sum(sessions) if is_kept or sum(sessions) else None
            assert report["communication"]["sessions"] == told


@given(acts=ACTS)
def test_the_trainings_behind_a_figure_add_up_to_it(
    shelf: Shelf, library: Library, acts: list[Act]
) -> None:
    with undone(shelf) as unit:
        ward, recount = Ward(unit, library), Recount()
        for act in acts:
            ward.does(act)
            recount.does(act)
        found = recount.figures(WHOLE)
        for kinds, row in [(tuple(TrainingKind), found)] + [
            ((TrainingKind(row["kind"]),), row) for row in found["by_kind"]
        ]:
            window = (WHOLE.start_at, WHOLE.end_at)
            lines, whole = training_figures.list_behind(unit, ward.id, window, kinds)
            assert len(lines) == whole.held == row["held"]
            assert sum(line.count.attendances for line in lines) == (row["attendances"] or 0)
            assert whole.attendances == (row["attendances"] or 0)
            assert whole.is_told == (row["attendances"] is not None)
            assert known_people(whole) == row["people"]
            assert [line.starts_at for line in lines] == sorted(line.starts_at for line in lines)


# ---- since when anything is known ---------------------------------------------------------------


def test_a_class_that_was_held_makes_its_day_known_and_a_planned_one_does_not(shelf: Shelf) -> None:
    with undone(shelf) as unit:
        office = open_office(unit)
        day = date(2026, 11, 2)
        tools.plan(unit, office.id, tools.outline(TrainingKind.CLASS, day - timedelta(days=3)))
        assert stats.first_day(unit, office.id) is None
        tools.hold(unit, office.id, TrainingKind.OUTREACH, day, starts_at=tools.local(day, 0))
        assert stats.first_day(unit, office.id) == day  # its day in Vietnam, not in UTC


def test_what_is_put_out_or_told_of_learning_makes_its_day_known(shelf: Shelf) -> None:
    with undone(shelf) as unit:
        office = open_office(unit)
        days = [date(2026, 11, number) for number in (9, 7, 5, 3)]
        read = LearningStage.CONFIRMED
        tools.learned(unit, office.id, read, days[3], 900, source="cổng tỉnh")
        assert stats.first_day(unit, office.id) is None  # of our own log it says nothing
        tools.put_out(unit, office.id, CommunicationKind.ARTICLE, days[0], 1)
        assert stats.first_day(unit, office.id) == days[0]
        tools.learned(unit, office.id, LearningStage.INTRODUCED, days[1], 4)
        assert stats.first_day(unit, office.id) == days[1]
        gone = {"voided_at": unit.now}
        tools.put_out(unit, office.id, CommunicationKind.ARTICLE, days[2], 1, **gone)
        tools.learned(unit, office.id, LearningStage.SELF_REPORTED, days[2], 1, **gone)
        assert stats.first_day(unit, office.id) == days[1]


# ---- communication and learning stand beside each other -----------------------------------------


def test_readings_articles_and_leaflets_stand_kind_by_kind_and_are_in_no_sum(
    shelf: Shelf, library: Library
) -> None:
    with undone(shelf) as unit:
        house = House(unit, library)
        monday = date(2026, 11, 16)
        tools.hold(unit, house.id, TrainingKind.OUTREACH, monday)
        tools.put_out(unit, house.id, CommunicationKind.LEAFLET, monday, 300, reach=200)
        tools.put_out(unit, house.id, CommunicationKind.BROADCAST, monday, 3)
        tools.put_out(unit, house.id, CommunicationKind.BROADCAST, TODAY, 2)
        tools.put_out(unit, house.id, CommunicationKind.BROADCAST, monday - timedelta(days=1), 9)
        found = house.report(PERIODS[1])["communication"]
        assert found == {
            "sessions": 1,
            "by_kind": [
                {"kind": "phat_loa", "times": 2, "amount": 5, "reach": None},
                {"kind": "to_roi", "times": 1, "amount": 300, "reach": 200},
            ],
        }


def test_three_figures_of_learning_are_three_figures(shelf: Shelf, library: Library) -> None:
    with undone(shelf) as unit:
        house = House(unit, library)
        monday = date(2026, 11, 16)
        tools.learned(unit, house.id, LearningStage.INTRODUCED, monday, 12)
        tools.learned(unit, house.id, LearningStage.SELF_REPORTED, monday, 3)
        read = LearningStage.CONFIRMED
        tools.learned(unit, house.id, read, date(2026, 10, 31), 410, source="cổng tỉnh")
        assert house.report(PERIODS[1])["learning"] == {
            "introduced": 12,
            "self_reported": 3,
            "confirmed": 410,
            "confirmed_on": "2026-10-31",
            "confirmed_source": "cổng tỉnh",
        }
