"""The week beside the week before it: what the office reads is what the report says, and can be traced."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import insert, update

from bot.app.installation import Installation, open_installation
from bot.config import Settings
from bot.core.errors import NotFoundError
from bot.core.periods import Period, parse, week_of
from bot.core.vocabulary import (
    Audience,
    CommunicationKind,
    LearningStage,
    Outcome,
    Role,
    Topic,
    TrainingKind,
)
from bot.reports.weekly import TOP_QUESTIONS, Row, Weekly, compare
from bot.services import entries, stats
from bot.services.plans import find_commune
from storage import communes, help_entries, questions, staff
from storage.communes import Commune
from storage.database import Unit
from storage.help_entries import By, NewEntry
from storage.help_entries import Help as Done
from storage.models import teams as team_rows
from storage.models_help import help_entries as entry_rows
from storage.models_people import people
from tests import held_trainings as tools
from tests import shipped
from tests.clock import FixedClock
from tests.world import World

WEEK, BEFORE = parse("week:2026-W47"), parse("week:2026-W46")
TODAY = date(2026, 11, 18)
TOPICS = [topic.value for topic in Topic]
GUIDES = [f"bai-{number}" for number in range(TOP_QUESTIONS + 3)]
DECISIONS = ["answer", "choose", "unknown", "handed_over", "refuse"]
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Help:
    """One entry: when, by which team, about what, for how many, for whom, and whether it still stands."""

    day: int  # from the Monday of the week before the one before
    team: str
    topic: Topic
    visits: int
    person: int | None
    outcome: Outcome | None
    is_voided: bool


@dataclass(frozen=True)
class Asked:
    """Questions of one day that were decided alike."""

    day: int
    decision: str
    guide: str
    count: int


HELP = st.builds(
    Help,
    day=st.integers(0, 27),
    team=st.sampled_from(["KP 1", "KP 2", "KP 10", "KP 17"]),
    topic=st.sampled_from(Topic),
    visits=st.integers(1, 50),
    person=st.none() | st.integers(0, 2),
    outcome=st.none() | st.sampled_from(Outcome),
    is_voided=st.booleans(),
)
ASKED = st.builds(
    Asked,
    day=st.integers(0, 27),
    decision=st.sampled_from(DECISIONS),
    guide=st.sampled_from(GUIDES),
    count=st.integers(1, 3),
)


@contextmanager
def installed(folder: Path) -> Iterator[Installation]:
    """An installation on SQLite with a clock that stands still."""
    url = f"sqlite:///{folder / 'ban-so.db'}"
    given = {"database_url": url, "secret_key": "khóa", "var_dir": folder / "var"}
    opened = open_installation(
        Settings.model_validate(given), FixedClock(), library=shipped.library()
    )
    try:
        yield opened
    finally:
        opened.database.close()


class Week:
    """A commune inside one unit of work that is undone afterwards, and what its office reads."""

    def __init__(self, unit: Unit, base: Installation) -> None:
        self.unit, self.base = unit, base
        self.commune: Commune = find_commune(base.communes, "ho-nai")
        self._people: dict[int, int] = {}

    def writes(self, what: Help | Asked) -> None:
        """Log help, or count questions."""
        day = BEFORE.start - timedelta(days=7) + timedelta(days=what.day)
        if isinstance(what, Asked):
            guide = what.guide if what.decision == "answer" else ""
            for _ in range(what.count):
                questions.tally(self.unit, self.commune.id, day, what.decision, guide)
            return
        team = communes.find_team(self.unit, self.commune.id, what.team)
        assert team is not None
        new = NewEntry(f"c{next(_numbers)}", team.id, None, Done(day, what.topic, what.visits))
        entry = help_entries.add(self.unit, self.commune.id, new, By())
        more = {"person_id": self._person(what.person), "outcome": what.outcome}
        mine = update(entry_rows).where(entry_rows.c.id == entry.id)
        self.unit.connection.execute(mine.values(**more))
        if what.is_voided:
            help_entries.void(self.unit, self.commune.id, entry, By(), "nhầm")

    def _person(self, number: int | None) -> int | None:
        if number is None:
            return None
        if number not in self._people:
            new = insert(people).values(commune_id=self.commune.id, created_at=self.unit.now)
            made = self.unit.connection.execute(new.returning(people.c.id)).scalar_one()
            self._people[number] = made
        return self._people[number]

    def report(self, week: Period) -> dict[str, Any]:
        """What ``report --format json`` prints."""
        plan = self.base.library.plans[self.commune.slug]
        return stats.report(self.unit, self.commune, plan, week, Audience.INTERNAL)

    def reads(self, week: Period = WEEK, today: date = TODAY) -> Weekly:
        """What the office's page shows."""
        since = stats.known_since(self.unit, self.commune.id, today)
        before = week_of(week.start - timedelta(days=7))
        return compare(self.report(week), self.report(before), since, TOPICS)

    def sheet(self, week: Period, **asked: str) -> Any:
        """The rows behind a figure."""
        heading = entries.find_heading(self.unit, self.commune.id, asked)
        return entries.behind(self.unit, self.commune.id, week, heading)


class Office:
    """One installation for all tests of this file: each undoes what it writes."""

    def __init__(self, base: Installation) -> None:
        self.base = base

    @contextmanager
    def week(self) -> Iterator[Week]:
        """A commune where nothing was ever written, and nothing will have been."""
        with self.base.database.unit() as unit:
            try:
                yield Week(unit, self.base)
            finally:
                unit.connection.get_transaction().rollback()


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with installed(tmp_path_factory.mktemp("weekly")) as base:
        yield Office(base)


@pytest.fixture
def week(office: Office) -> Iterator[Week]:
    with office.week() as opened:
        yield opened


def every_row(shown: Weekly) -> list[Row]:
    parts = (shown.summary, shown.topics, shown.teams, shown.requests, shown.questions)
    return [row for part in (*parts, *shown.splits.values()) for row in part]


def by_key(rows: tuple[Row, ...]) -> dict[str, tuple[float | None, float | None]]:
    return {row.key: (row.now, row.before) for row in rows}


def counted(report: dict[str, Any], split: str) -> dict[str, int]:
    return {row[split]: row["visits"] for row in report["help"][f"by_{split}"]}


# ---- the page and the report --------------------------------------------------------------------


def as_reported(report: dict[str, Any], key: str) -> int | None:
    """A figure of the summary, read from the report."""
    figure: int | None = report["teams" if key == "reported" else "help"][key]
    return figure


@given(what=st.lists(HELP | ASKED, min_size=1, max_size=25))
@example(what=[Help(7, "KP 1", Topic.AT, 1, None, None, False)])
@example(what=[Help(20, "KP 1", Topic.AT, 2, 0, None, False)])
def test_every_figure_of_the_page_is_the_one_of_the_report(
    office: Office, what: list[Help | Asked]
) -> None:
    with office.week() as week:
        for one in what:
            week.writes(one)
        shown, since = week.reads(), stats.known_since(week.unit, week.commune.id, TODAY)
        now, before = (
            week.report(period) if since.help < period.end else None for period in (WEEK, BEFORE)
        )
        asked, asked_before = (
            week.report(period) if since.questions < period.end else None
            for period in (WEEK, BEFORE)
        )
    for row in shown.summary:
        assert row.now == (now and as_reported(now, row.key)), row
        assert row.before == (before and as_reported(before, row.key)), row
    for split, rows in (("topic", shown.topics), ("team", shown.teams)):
        for row in rows:
            assert row.now == (now and counted(now, split).get(row.key, 0)), row
            assert row.before == (before and counted(before, split).get(row.key, 0)), row
    for row in shown.questions:
        assert row.now == (asked and asked["questions"][row.key]), row
        assert row.before == (asked_before and asked_before["questions"][row.key]), row
    top = {row["guide"]: row["count"] for row in asked["questions"]["top"]} if asked else {}
    assert {row.key: row.now for row in shown.guides} == top
    assert list(shown.silent) == (now["teams"]["silent"] if now else [])
    assert shown.team_count == 17


@given(what=st.lists(HELP, max_size=25))
def test_topics_and_teams_add_up_to_the_total_and_the_rows_behind_each_to_its_figure(
    office: Office, what: list[Help]
) -> None:
    with office.week() as week:
        for one in what:
            week.writes(one)
        shown = week.reads()
        for period, side in ((WEEK, "now"), (BEFORE, "before")):
            figures = {row.key: getattr(row, side) for row in shown.summary}
            sheet = week.sheet(period)
            if figures["visits"] is None:
                assert sheet.visits == 0
                continue
            assert sheet.visits == figures["visits"]
            assert sheet.people_count == figures["people"]
            assert sheet.visits_without_person == figures["visits_without_person"]
            assert sheet.team_count == figures["reported"]
            for split, rows in (("topic", shown.topics), ("team", shown.teams)):
                parts = {row.key: getattr(row, side) for row in rows}
                assert sum(parts.values()) == figures["visits"]
                idle = next((key for key, visits in parts.items() if not visits), None)
                for key in [key for key, visits in parts.items() if visits or key == idle]:
                    assert week.sheet(period, **{split: key}).visits == parts[key]
        if shown.summary[3].now is not None:
            assert shown.summary[3].now + len(shown.silent) == shown.team_count


# ---- unknown is not zero ------------------------------------------------------------------------


def test_before_the_first_record_everything_is_unknown(week: Week) -> None:
    week.writes(Help(16, "KP 3", Topic.VNEID, 4, None, None, False))  # Wednesday of the week
    shown = week.reads()
    assert {row.now for row in shown.topics} == {0, 4}
    for row in every_row(shown):
        assert row.before is None, row.key
        assert row.change is None
    earlier = week.reads(BEFORE)
    rows = every_row(earlier)
    assert len(rows) == 8 + 6 + 17 + 4 + 6
    assert {(row.now, row.before) for row in rows} == {(None, None)}
    assert (earlier.guides, earlier.silent) == ((), ())


def test_a_question_makes_its_week_known_for_what_fills_itself_and_for_nothing_else(
    week: Week,
) -> None:
    week.writes(Asked(13, "unknown", "", 1))  # Sunday of the week before
    shown = week.reads()
    assert by_key(shown.summary)["visits"] == (0, None)  # no log of help was kept by then
    assert by_key(shown.requests)["opened"] == (
        0,
        0,
    )  # whoever could ask could have wished for help
    assert by_key(shown.questions)["asked"] == (0, 1)


def test_in_a_house_where_nothing_was_ever_recorded_this_week_begins_at_zero(week: Week) -> None:
    shown = week.reads()
    assert by_key(shown.summary)["visits"] == (0, None)
    assert len(shown.silent) == 17
    later = week.reads(WEEK, TODAY + timedelta(days=7))
    assert by_key(later.summary)["visits"] == (None, None)


def test_a_class_written_down_months_later_makes_no_other_week_known(week: Week) -> None:
    before = by_key(week.reads().trainings)
    assert set(before.values()) == {(None, None)}  # nobody ever wrote one
    tools.hold(week.unit, week.commune.id, TrainingKind.CLASS, BEFORE.start)
    week.writes(Help(14, "KP 1", Topic.AT, 1, None, None, False))
    shown = week.reads()
    assert by_key(shown.summary)["visits"] == (1, None)
    assert by_key(shown.trainings)["class"] == (0, 1)
    assert by_key(shown.trainings)["attendances"] == (0, None)  # nobody wrote down who came
    earlier = week.reads(parse("week:2026-W45"))
    assert set(by_key(earlier.trainings).values()) == {(None, None)}


def test_readings_articles_and_leaflets_are_unknown_until_the_first_is_written(
    week: Week,
) -> None:
    tools.hold(week.unit, week.commune.id, TrainingKind.OUTREACH, WEEK.start)
    shown = by_key(week.reads().communication)
    assert shown.pop("sessions") == (1, None)
    assert set(shown.values()) == {(None, None)}
    tools.put_out(week.unit, week.commune.id, CommunicationKind.LEAFLET, BEFORE.start, 50)
    shown = by_key(week.reads().communication)
    assert (shown["to_roi"], shown["phat_loa"]) == ((0, 50), (0, 0))
    read = LearningStage.CONFIRMED
    tools.learned(week.unit, week.commune.id, read, BEFORE.start, 400, source="cổng tỉnh")
    assert by_key(week.reads().learning)["confirmed"] == (400, 400)


def test_people_are_unknown_when_nobody_could_be_told_apart(week: Week) -> None:
    assert by_key(week.reads().summary)["people"] == (0, None)
    week.writes(Help(7, "KP 1", Topic.AT, 2, 1, None, False))
    week.writes(Help(14, "KP 1", Topic.AT, 3, None, None, False))
    assert by_key(week.reads().summary)["people"] == (None, 1)
    week.writes(Help(15, "KP 2", Topic.AT, 3, 1, None, False))
    week.writes(Help(16, "KP 2", Topic.DVC, 1, 1, None, False))
    shown = by_key(week.reads().summary)
    assert shown["people"] == (1, 1)
    assert shown["visits_without_person"] == (3, 0)


def test_a_guide_that_the_week_before_had_no_room_for_is_unknown_there(week: Week) -> None:
    for guide in GUIDES[:TOP_QUESTIONS]:
        week.writes(Asked(7, "answer", guide, 2))
    week.writes(Asked(7, "answer", GUIDES[-1], 1))
    week.writes(Asked(14, "answer", GUIDES[-1], 1))
    week.writes(Asked(14, "answer", GUIDES[0], 1))
    assert by_key(week.reads().guides) == {GUIDES[-1]: (1, None), GUIDES[0]: (1, 2)}


# ---- teams --------------------------------------------------------------------------------------


def team_of_days(week: Week, name: str, first: date | None, end: date | None) -> None:
    values = {"name": name, "kind": "khu_pho", "valid_from": first, "valid_to": end}
    new = insert(team_rows).values(commune_id=week.commune.id, **values)
    week.unit.connection.execute(new)


def test_a_team_that_exists_in_one_of_both_weeks_has_a_row_and_its_total_is_true(
    week: Week,
) -> None:
    tuesday, thursday = (WEEK.start + timedelta(days=days) for days in (1, 3))
    team_of_days(week, "KP 0", None, WEEK.start)
    team_of_days(week, "KP 18", tuesday, None)
    team_of_days(week, "KP 19", tuesday, None)
    team_of_days(week, "KP 20", tuesday, thursday)
    team_of_days(week, "KP 100", None, BEFORE.start)
    week.writes(Help(7, "KP 0", Topic.AT, 2, None, None, False))
    week.writes(Help(17, "KP 18", Topic.AT, 3, None, None, False))
    week.writes(Help(15, "KP 20", Topic.AT, 4, None, None, False))
    shown = week.reads()
    teams = by_key(shown.teams)
    assert teams["KP 0"] == (0, 2)
    assert teams["KP 18"] == (3, 0)
    assert teams["KP 19"] == (0, 0)
    assert teams["KP 20"] == (4, 0)
    assert "KP 100" not in teams
    now, before = week.report(WEEK)["teams"], week.report(BEFORE)["teams"]
    assert (now["total"], now["reported"], len(now["silent"])) == (17 + 3, 2, 17 + 1)
    assert (before["total"], before["reported"], len(before["silent"])) == (17 + 1, 1, 17)
    assert shown.silent[-1] == "KP 19"
    assert "KP 0" not in shown.silent


def test_teams_stand_as_people_count_them(week: Week) -> None:
    names = [row.key for row in week.reads().teams]
    assert names == [f"KP {number}" for number in range(1, 18)]
    assert list(week.reads().silent) == names
    week.writes(Help(14, "KP 10", Topic.AT, 1, None, None, False))
    week.writes(Help(14, "KP 2", Topic.AT, 1, None, None, False))
    assert [row["team"] for row in week.report(WEEK)["help"]["by_team"]] == ["KP 2", "KP 10"]


# ---- what counts --------------------------------------------------------------------------------


def test_an_entry_that_was_taken_back_is_shown_with_its_reason_and_not_counted(week: Week) -> None:
    week.writes(Help(14, "KP 3", Topic.AT, 5, 0, Outcome.DONE, False))
    week.writes(Help(14, "KP 3", Topic.AT, 7, 1, None, True))
    assert by_key(week.reads().summary)["visits"] == (5, None)
    sheet = week.sheet(WEEK, team="KP 3")
    said = [(line.visits, line.change, line.reason) for line in sheet.lines]
    assert said == [(5, "create", None), (7, "void", "nhầm")]
    assert sheet.lines[1].voided_at == week.unit.now
    assert (sheet.visits, sheet.people_count, sheet.voided_count) == (5, 1, 1)
    assert sheet.people == {sheet.lines[0].id: 1}


def test_the_rows_behind_a_figure_say_who_what_when_and_for_whom(week: Week) -> None:
    commune = week.commune.id
    team = communes.find_team(week.unit, commune, "KP 3")
    assert team is not None
    hanh = staff.add_member(week.unit, commune, team.id, "chị Hạnh", Role.MEMBER)
    week.writes(Help(7, "KP 3", Topic.CKS, 1, 9, None, False))  # somebody else, a week ago
    for number, person in enumerate((5, 5, None, 2)):
        week.writes(Help(14 + number, "KP 3", Topic.CKS, 1 + number, person, Outcome.DONE, False))
    new = NewEntry("by-hanh", team.id, hanh, Done(WEEK.start, Topic.VNEID, 2))
    help_entries.add(week.unit, commune, new, By(hanh))
    sheet = week.sheet(WEEK)
    days = [line.occurred_on for line in sheet.lines]
    assert days == sorted(days)
    assert [line.member for line in sheet.lines].count("chị Hạnh") == 1
    assert {line.team for line in sheet.lines} == {"KP 3"}
    about = [sheet.people.get(line.id) for line in sheet.lines if line.topic == "cks"]
    assert about == [1, 1, None, 2]  # the same person twice, one unknown, another one
    assert {line.outcome for line in sheet.lines} == {"xong", None}


@pytest.mark.parametrize(
    "asked",
    [
        {"topic": "x"},
        {"topic": "AT"},
        {"team": "KP 99"},
        {"team": ""},
        {"topic": "at", "team": "KP 3"},
        {"place": "o_dau"},
        {"place": ""},
        {"service": "cai_vneid", "place": "tai_nha"},
        {"answer": "chua_ghi"},
        {"person": "7"},
        {"files": "2"},
    ],
)
def test_a_heading_that_the_commune_has_not_is_refused(week: Week, asked: dict[str, str]) -> None:
    with pytest.raises(NotFoundError):
        week.sheet(WEEK, **asked)


# ---- the borders of a week ----------------------------------------------------------------------


KEYS = ["2026-W46", "2026-W47", "2026-W48", "2026-W53", "2027-W01"]


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ((2026, 11, 15, 16, 59, 59), "2026-W46"),  # Sunday 23:59:59 in Vietnam
        ((2026, 11, 15, 17, 0, 0), "2026-W47"),  # Monday 00:00
        ((2026, 11, 22, 16, 59, 59), "2026-W47"),
        ((2026, 11, 22, 17, 0, 0), "2026-W48"),
        ((2026, 12, 31, 17, 0, 0), "2026-W53"),  # Friday, New Year in Vietnam
        ((2027, 1, 3, 17, 0, 0), "2027-W01"),
    ],
)
def test_what_is_logged_at_the_border_of_a_week_counts_in_the_week_of_vietnam(
    edge: World, at: tuple[int, ...], expected: str
) -> None:
    clock = edge.base.database.clock
    assert isinstance(clock, FixedClock)
    before = {key: figures(edge, key) for key in KEYS}
    clock.now = datetime(*at, tzinfo=UTC)  # type: ignore[misc]  # the numbers of a moment
    member = edge.member(f"chị {at}")
    member.says("menu")
    for digit in "1111":
        member.says(digit)
    assert "Đã ghi: 1 lượt" in member.last
    edge.person("bà Tư").says("quên mật khẩu vneid")
    for key in KEYS:
        visits, asked = before[key]
        more = int(key == expected)
        assert figures(edge, key) == (visits + more, asked + more), key


def figures(world: World, key: str) -> tuple[int, int]:
    """Visits and questions of a week."""
    report: Any = world.report(f"week:{key}")
    return report["help"]["visits"] or 0, report["questions"]["asked"] or 0


@pytest.fixture(scope="module")
def edge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """People who talk while the clock goes over the borders."""
    with installed(tmp_path_factory.mktemp("edge")) as base:
        made = World(base)
        yield made
        made.close()
