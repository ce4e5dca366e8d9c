"""Whatever is logged, corrected, taken out, imported, repeated, merged and parted: the figures are a recount.

The recount is plain Python over what was done; of the product it knows nothing but the words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import astuple, dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import insert

from bot.core.errors import RuleError
from bot.core.periods import Period, parse
from bot.core.vocabulary import (
    UNSAID,
    Audience,
    Confirmation,
    FirstTime,
    Outcome,
    Place,
    Role,
    Service,
    Source,
    Subject,
    Topic,
)
from bot.library import Library
from bot.services import entries, help_log, stats
from storage import (
    communes,
    guided_figures,
    help_days,
    help_entries,
    mailbox,
    people,
    staff,
    team_days,
)
from storage import confirmations as asking
from storage.database import Unit
from storage.guided_figures import Matter
from storage.help_days import PARTS, TEAM, Total
from storage.help_days import WHOLE as WHOLE_DAY
from storage.help_entries import By, Help, NewEntry
from storage.mailbox import Worker
from storage.models_help import imports
from storage.team_days import TeamDay
from tests.storage_tools import ENGINES, NEW_YEAR, Shelf, open_office, open_shelf

TODAY = date(2026, 11, 18)
TEAMS = ("KP 1", "KP 2", "KP 10")
PERIODS = [parse(name) for name in ("week:2026-W46", "week:2026-W47", "2026-11-05..2026-11-18")]
WHOLE = PERIODS[-1]
CLIENTS, PEOPLE, CHATS = 10, 3, 5
"""Few of each, so that they meet: chats beyond the people are second chats of somebody."""


@dataclass(frozen=True)
class Said:
    """What a helper says of a help; ``person`` is a number of ours."""

    day: int
    topic: Topic
    visits: int
    person: int | None
    services: frozenset[Service]
    files: int | None
    outcome: Outcome | None
    place: Place | None
    subject: Subject | None
    first_time: FirstTime | None


@dataclass(frozen=True)
class Log:
    """A member of a team writes a help down; the same client id again changes nothing."""

    client: int
    team: int
    said: Said


@dataclass(frozen=True)
class Correct:
    client: int
    said: Said


@dataclass(frozen=True)
class Void:
    client: int


@dataclass(frozen=True)
class Import:
    """Rows of a sheet of paper, some of them known already."""

    rows: tuple[Log, ...]


@dataclass(frozen=True)
class Answer:
    """The helped person says whether it is true; None has been asked and says nothing."""

    client: int
    answer: Confirmation | None


@dataclass(frozen=True)
class Join:
    """Two chats turn out to be one person."""

    one: int
    other: int


@dataclass(frozen=True)
class Part:
    """A chat is a person of its own again."""

    chat: int


@dataclass(frozen=True)
class Share:
    """One more chat of somebody."""

    chat: int
    person: int


@dataclass(frozen=True)
class AddUp:
    """The job adds days up beforehand: one, or all that there are."""

    day: int | None


Act = Log | Correct | Void | Import | Answer | Join | Part | Share | AddUp

DAYS = st.sampled_from([0, 1, 2, 9, 10, 13])
SAID = st.builds(
    Said,
    day=DAYS,
    topic=st.sampled_from([Topic.VNEID, Topic.DVC, Topic.HOC_SO]),
    visits=st.integers(1, 4),
    person=st.integers(0, PEOPLE - 1) | st.integers(0, PEOPLE - 1) | st.none(),
    services=st.frozensets(st.sampled_from(list(Service)[:3]), max_size=2),
    files=st.none() | st.integers(0, 2),
    outcome=st.none() | st.sampled_from(Outcome),
    place=st.none() | st.sampled_from(list(Place)[:2]),
    subject=st.none() | st.sampled_from(Subject),
    first_time=st.none() | st.sampled_from(FirstTime),
)
CLIENT, CHAT = st.integers(0, CLIENTS - 1), st.integers(0, CHATS - 1)
LOG = st.builds(Log, CLIENT, st.integers(0, len(TEAMS) - 1), SAID)
ACTS = st.lists(
    LOG
    | LOG
    | LOG
    | st.builds(Correct, CLIENT, SAID)
    | st.builds(Void, CLIENT)
    | st.builds(Import, st.lists(LOG, max_size=4).map(tuple))
    | st.builds(Answer, CLIENT, st.none() | st.sampled_from(Confirmation))
    | st.builds(Join, CHAT, CHAT)
    | st.builds(Part, CHAT)
    | st.builds(Share, st.integers(PEOPLE, CHATS - 1), st.integers(0, PEOPLE - 1))
    | st.builds(AddUp, st.none() | DAYS),
    min_size=4,
    max_size=30,
)


# ---- the recount: plain Python ------------------------------------------------------------------


@dataclass
class Kept:
    """A help as the recount remembers it."""

    team: int
    said: Said
    is_out: bool = False
    answer: Confirmation | None = None


@dataclass
class Recount:
    """What should be true after the acts; ``groups`` says which people are one person."""

    kept: dict[int, Kept] = field(default_factory=dict)
    chats: dict[int, int] = field(default_factory=lambda: {n: n for n in range(PEOPLE)})
    groups: list[set[int]] = field(default_factory=lambda: [{n} for n in range(PEOPLE)])

    def does(self, act: Act) -> None:
        """The act, as anybody would explain it."""
        match act:
            case Log():
                self.kept.setdefault(act.client, Kept(act.team, act.said))
            case Import():
                for row in act.rows:
                    self.does(row)
            case Correct() if self._stands(act.client):
                self.kept[act.client].said = act.said
            case Void() if self._stands(act.client):
                self.kept[act.client].is_out = True
            case Answer() if act.client in self.kept:
                self.kept[act.client].answer = act.answer or self.kept[act.client].answer
            case Share() if act.chat not in self.chats:
                self.chats[act.chat] = act.person
            case Join() if {act.one, act.other} <= self.chats.keys():
                self._join(self.chats[act.one], self.chats[act.other])
            case Part() if act.chat in self.chats:
                self._part(act.chat)

    def _stands(self, client: int) -> bool:
        return client in self.kept and not self.kept[client].is_out

    def _group(self, person: int) -> set[int]:
        return next(group for group in self.groups if person in group)

    def _join(self, one: int, other: int) -> None:
        first, second = self._group(one), self._group(other)
        if first is not second:
            first |= second
            self.groups.remove(second)

    def _part(self, chat: int) -> None:
        person = self.chats[chat]
        if list(self.chats.values()).count(person) > 1:  # what was written stays with the others
            person = self.chats[chat] = max(max(group) for group in self.groups) + 1
            self.groups.append({person})
        elif len(group := self._group(person)) > 1:
            group.remove(person)
            self.groups.append({person})

    def is_known(self, period: Period) -> bool:
        """Before the first help that stands nobody knows; a log without one begins with this week."""
        days = [day_of(one) for one in self.kept.values() if not one.is_out]
        monday = TODAY - timedelta(days=TODAY.weekday())
        return min(days, default=monday) < period.end

    def figures(self, period: Period) -> dict[str, Any]:
        """The part ``help`` of the report."""
        found = self.counted(period)
        if self.is_known(period):
            return found
        return {key: [] if isinstance(value, list) else None for key, value in found.items()}

    def standing(self, period: Period) -> list[Kept]:
        """What was not taken out of the days of the period."""
        return [
            one for one in self.kept.values() if not one.is_out and period.contains(day_of(one))
        ]

    def guided(self, period: Period, matter: Matter) -> int | None:
        """People helped with one of these topics or services."""
        rows = [
            one
            for one in self.standing(period)
            if one.said.topic in matter.topics or one.said.services & matter.services
        ]
        return self._people(rows) or None

    def counted(self, period: Period) -> dict[str, Any]:
        rows = self.standing(period)
        files = [one.said.files for one in rows if one.said.files is not None]
        told = [one for one in rows if one.said.first_time is not None]
        new = [one for one in told if one.said.first_time == "moi"]
        return {
            "visits": visits_of(rows),
            "people": self._people(rows),
            "visits_without_person": visits_of(one for one in rows if one.said.person is None),
            "confirmed": visits_of(one for one in rows if one.answer == "dung"),
            "denied": visits_of(one for one in rows if one.answer == "khong"),
            "files": sum(files) if files or not rows else None,
            "new_declared": visits_of(new) if told or not rows else None,
            "by_topic": self._split("topic", rows, lambda one: {one.said.topic}, with_people=True),
            "by_team": self._split("team", rows, lambda one: {TEAMS[one.team]}, with_people=True),
            "by_place": self._split("place", rows, lambda one: {one.said.place}),
            "by_outcome": self._split("outcome", rows, lambda one: {one.said.outcome}),
            "by_service": self._split("service", rows, lambda one: one.said.services),
            "by_subject": self._split("subject", rows, lambda one: {one.said.subject}),
        }

    def _people(self, rows: Sequence[Kept]) -> int | None:
        known = [one.said.person for one in rows if one.said.person is not None]
        number = sum(any(person in group for person in known) for group in self.groups)
        return number if number or not rows else None

    def _split(
        self,
        name: str,
        rows: Sequence[Kept],
        words: Callable[[Kept], Any],
        *,
        with_people: bool = False,
    ) -> list[dict[str, Any]]:
        found = []
        for word in ORDER[name]:
            under = [one for one in rows if word in words(one)]
            if under:
                row = {name: word, "visits": visits_of(under)}
                found.append(row | ({"people": self._people(under)} if with_people else {}))
        return found


ORDER: dict[str, Sequence[str]] = {
    "topic": list(Topic),
    "team": TEAMS,
    "place": list(Place),
    "outcome": list(Outcome),
    "service": list(Service),
    "subject": list(Subject),
}


def day_of(one: Kept) -> date:
    return TODAY - timedelta(days=one.said.day)


def visits_of(rows: Any) -> int:
    return sum(one.said.visits for one in rows)


# ---- the product --------------------------------------------------------------------------------


class House:
    """A commune inside a unit where the same acts are done by the product's own functions."""

    def __init__(self, unit: Unit, library: Library) -> None:
        self.unit, self.plan = unit, library.plans["ho-nai"]
        self.office = open_office(unit)
        self.id = self.office.id
        communes.save_neighbourhoods(unit, self.id, TEAMS, NEW_YEAR)
        found = {team.name: team.id for team in communes.list_teams(unit, self.id, TODAY)}
        self.members, self.leaders = (
            [self._worker(role, name, found[name]) for name in TEAMS]
            for role in (Role.MEMBER, Role.TEAM_LEADER)
        )
        self.people = [self._person(number) for number in range(PEOPLE)]

    def _worker(self, role: Role, team: str, team_id: int) -> Worker:
        name = f"{role} {team}"
        return Worker(
            staff.add_member(self.unit, self.id, team_id, name, role), name, role, team_id, team
        )

    def _person(self, number: int) -> int:
        person = people.add_person(self.unit, self.id)
        people.name_chat(self.unit, self.id, self._chat(number), person)
        return person

    def _chat(self, number: int) -> Any:
        address = self.office.address(f"khung {number}")
        return mailbox.identity_of(self.unit.keys, self.id, address)

    def _help(self, said: Said) -> Help:
        same = {
            name: getattr(said, name)
            for name in Said.__dataclass_fields__
            if name not in ("day", "person")
        }
        person = None if said.person is None else self.people[said.person]
        return Help(TODAY - timedelta(days=said.day), person_id=person, **same)

    def does(self, act: Act) -> None:
        """The act, as a conversation or an import does it; what is refused changes nothing."""
        unit, commune = self.unit, self.id
        match act:
            case Log():
                done, member = self._help(act.said), self.members[act.team]
                help_log.log_help(unit, commune, member, done, f"c{act.client}")
            case Import():
                self._imports(act.rows)
            case Correct() | Void():
                self._changes(act)
            case Answer():
                self._answers(act)
            case Share():
                if people.find_person(unit, commune, self._chat(act.chat)) is None:
                    people.name_chat(unit, commune, self._chat(act.chat), self.people[act.person])
            case Join():
                self._joins(act)
            case Part():
                known = people.find_person(unit, commune, self._chat(act.chat))
                if known is not None and people.has_other_identity(unit, commune, known):
                    people.detach(unit, commune, known)
            case AddUp():
                days = range(14) if act.day is None else [act.day]
                for back in days:
                    help_days.make(unit, commune, TODAY - timedelta(days=back))

    def _imports(self, rows: Sequence[Log]) -> None:
        values = {"kind": "help", "file_hash": "x", "rows": len(rows), "added": 0, "actor": "x"}
        new = insert(imports).values(commune_id=self.id, at=self.unit.now, **values)
        sheet = self.unit.connection.execute(new.returning(imports.c.id)).scalar_one()
        for row in rows:
            team, client = self.members[row.team].team_id, f"c{row.client}"
            assert team is not None
            if help_entries.find(self.unit, self.id, client) is None:
                fresh = NewEntry(client, team, None, self._help(row.said), Source.PAPER, sheet)
                help_entries.add(self.unit, self.id, fresh, By())

    def _changes(self, act: Correct | Void) -> None:
        entry = help_entries.find(self.unit, self.id, f"c{act.client}")
        if entry is None:
            return
        leader = next(one for one in self.leaders if one.team_id == entry.team_id)
        refused = "correct.voided" if isinstance(act, Correct) else "undo.already"
        is_out = entry.voided_at is not None
        with pytest.raises(RuleError, match="đã bỏ") if is_out else nullcontext() as said:
            if isinstance(act, Void):
                help_log.undo_help(self.unit, self.id, leader, entry.id, "ghi nhầm")
            else:
                change = (self._help(act.said), "ghi nhầm")
                help_log.correct_help(self.unit, self.id, leader, entry.id, change)
        assert said is None or said.value.code == refused

    def _answers(self, act: Answer) -> None:
        entry = help_entries.find(self.unit, self.id, f"c{act.client}")
        if entry is None:
            return
        chat = self._chat(act.client)
        asking.add(self.unit, self.id, entry.id, chat)
        asked = asking.find(self.unit, self.id, chat, entry.id)
        assert asked is not None
        if act.answer is not None:
            assert asking.answer(self.unit, self.id, chat, asked, act.answer)

    def _joins(self, act: Join) -> None:
        pair = [
            people.find_person(self.unit, self.id, self._chat(chat))
            for chat in (act.one, act.other)
        ]
        roots = sorted({known.root for known in pair if known is not None})
        if None not in pair and len(roots) == 2:
            people.merge(self.unit, self.id, roots[1], roots[0])

    def report(self, period: Period) -> dict[str, Any]:
        """What ``report --format json`` prints."""
        commune = self.office.commune
        return stats.report(self.unit, commune, self.plan, period, Audience.INTERNAL)

    def added_up(self, period: Period, part: str) -> dict[str, Total]:
        """Totals by the key of a part; teams by their names."""
        found = help_days.count(self.unit, self.id, (period.start, period.end), part)
        if part != TEAM:
            return found
        names = {str(team.id): team.name for team in communes.list_teams(self.unit, self.id, TODAY)}
        return {names[key]: total for key, total in found.items()}

    def team(self, one: Kept) -> int:
        """The id of the team that helped."""
        found = self.members[one.team].team_id
        assert found is not None
        return found

    def by_team_and_day(self, rows: Sequence[Kept]) -> list[tuple[Any, ...]]:
        """Day, team, visits, files and confirmed visits, added up here."""
        found: dict[tuple[date, int], list[int]] = {}
        for one in rows:
            cell = found.setdefault((day_of(one), self.team(one)), [0, 0, 0])
            cell[0] += one.said.visits
            cell[1] += one.said.files or 0
            cell[2] += one.said.visits if one.answer is Confirmation.YES else 0
        return [(*key, *cell) for key, cell in sorted(found.items())]

    def sheet(self, **asked: str) -> entries.Sheet:
        """The rows behind a figure of the whole time."""
        heading = entries.find_heading(self.unit, self.id, asked)
        return entries.behind(self.unit, self.id, WHOLE, heading)


@pytest.fixture(scope="module", params=ENGINES)
def shelf(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shelf]:
    with open_shelf(request, request.param, tmp_path_factory.mktemp("figures")) as opened:
        yield opened


def after(shelf: Shelf, library: Library, acts: Sequence[Act]) -> Iterator[tuple[House, Recount]]:
    """Both, after the same acts, in a unit that is undone."""
    with shelf.database.unit() as unit:
        try:
            house, recount = House(unit, library), Recount()
            for act in acts:
                house.does(act)
                recount.does(act)
            yield house, recount
        finally:
            transaction = unit.connection.get_transaction()
            assert transaction is not None
            transaction.rollback()


PLAIN = Said(0, Topic.VNEID, 2, 0, frozenset(), None, None, None, None, None)
OTHER = replace(PLAIN, person=1, visits=3, services=frozenset(list(Service)[:2]), files=0)


@given(acts=ACTS)
@example(acts=[])
@example(acts=[Log(0, 0, PLAIN), Log(0, 1, OTHER), Log(1, 1, OTHER), Join(0, 1), Part(0)])
@example(acts=[Log(0, 0, PLAIN), Log(1, 1, OTHER), Join(0, 1)])
@example(acts=[Log(0, 0, PLAIN), Share(3, 0), Join(0, 1), Log(1, 0, OTHER), Part(3), Part(0)])
@example(acts=[Log(0, 0, OTHER), Correct(0, replace(PLAIN, day=13)), Void(0), Correct(0, OTHER)])
@example(acts=[Import((Log(0, 0, OTHER), Log(1, 2, PLAIN))), Import((Log(0, 1, PLAIN),)), Void(1)])
def test_figures_after_any_acts_are_a_recount_in_plain_python(
    shelf: Shelf, library: Library, acts: list[Act]
) -> None:
    for house, recount in after(shelf, library, acts):
        for period in PERIODS:
            report, expected = house.report(period), recount.figures(period)
            assert report["help"] == expected
            reported = len(expected["by_team"]) if recount.is_known(period) else None
            assert report["teams"]["reported"] == reported


@given(acts=ACTS)
@example(acts=[Log(0, 0, PLAIN), AddUp(None), Log(1, 1, OTHER), Join(0, 1), Part(0)])
@example(acts=[Log(0, 0, PLAIN), AddUp(0), Answer(0, Confirmation.YES), Correct(0, OTHER)])
@example(acts=[Import((Log(0, 0, OTHER),)), AddUp(None), Void(0), Import((Log(1, 1, PLAIN),))])
def test_days_added_up_beforehand_say_what_a_recount_says(
    shelf: Shelf, library: Library, acts: list[Act]
) -> None:
    for house, recount in after(shelf, library, acts):
        for period in PERIODS:
            expected = recount.counted(period)
            for part in PARTS:
                found = house.added_up(period, part)
                rows = [expected] if part == WHOLE_DAY else expected[f"by_{part}"]
                for row in rows:
                    total = found.pop("" if part == WHOLE_DAY else row[part], Total.nothing())
                    assert total.sums.visits == row["visits"]
                    assert "people" not in row or total.people_count == (row["people"] or 0)
                assert not any(one.sums.visits for one in found.values())
            year = house.report(period)["cumulative"]["help"]
            so_far = recount.figures(Period("custom", "", date(2026, 1, 1), period.end))
            assert year == {key: so_far[key] for key in year}
            whole = house.added_up(period, WHOLE_DAY).get("", Total.nothing()).sums
            assert whole.without_person == expected["visits_without_person"]
            assert (whole.confirmed, whole.denied) == (expected["confirmed"], expected["denied"])
            assert whole.files == (expected["files"] if whole.visits else None)
            assert whole.new == (expected["new_declared"] or 0)


MATTERS = (
    Matter(frozenset({Topic.VNEID})),
    Matter(frozenset({Topic.VNEID, Topic.DVC})),
    Matter(frozenset(), frozenset(list(Service)[:1])),
    Matter(frozenset({Topic.HOC_SO}), frozenset(list(Service)[1:3])),
)


def first_days(days: Sequence[TeamDay], team: int) -> tuple[date, date | None]:
    """A team's first day of help, and of help that was confirmed."""
    of_team = [one for one in days if one.team_id == team]
    confirmed = [one.day for one in of_team if one.confirmed]
    return min(one.day for one in of_team), min(confirmed, default=None)


@given(acts=ACTS)
@example(acts=[Log(0, 0, PLAIN), AddUp(None), Log(1, 1, OTHER), Join(0, 1)])
@example(acts=[Log(0, 0, OTHER), AddUp(0), Correct(0, PLAIN), AddUp(1), Share(3, 0), Part(3)])
def test_what_targets_ask_of_days_is_a_recount_whichever_of_them_are_added_up(
    shelf: Shelf, library: Library, acts: list[Act]
) -> None:
    for house, recount in after(shelf, library, acts):
        for period in PERIODS:
            days = (period.start, period.end)
            guided = guided_figures.count_people(house.unit, house.id, days, MATTERS)
            assert guided == {one: recount.guided(period, one) for one in MATTERS}
            rows = recount.standing(period)
            found = team_days.list_team_days(house.unit, house.id, days)
            assert [astuple(one) for one in found] == house.by_team_and_day(rows)
            firsts = team_days.find_first_days(house.unit, house.id, days)
            assert firsts == {team: first_days(found, team) for team in {o.team_id for o in found}}
            teams = {house.team(one) for one in rows}
            assert team_days.find_teams(house.unit, house.id, days) == teams


@given(acts=ACTS)
def test_the_rows_behind_each_figure_add_up_to_it(
    shelf: Shelf, library: Library, acts: list[Act]
) -> None:
    for house, recount in after(shelf, library, acts):
        expected = recount.figures(WHOLE)
        whole = house.sheet()
        assert (whole.visits, whole.files) == (expected["visits"], expected["files"])
        assert whole.people_count == expected["people"]
        assert whole.visits_without_person == expected["visits_without_person"]
        assert whole.voided_count == sum(one.is_out for one in recount.kept.values())
        assert house.sheet(person=UNSAID).visits == expected["visits_without_person"]
        assert house.sheet(answer="dung").visits == expected["confirmed"]
        assert house.sheet(answer="khong").visits == expected["denied"]
        assert house.sheet(first_time="moi").visits == (expected["new_declared"] or 0)
        assert house.sheet(files="co").files == (expected["files"] or 0)
        for split in ORDER:
            for row in expected[f"by_{split}"]:
                sheet = house.sheet(**{split: row[split]})
                assert sheet.visits == row["visits"]
                assert sheet.people_count == row.get("people", sheet.people_count)
        done = Counter(
            (line.visits, line.services) for line in whole.lines if line.voided_at is None
        )
        told = (one.said for one in recount.kept.values() if not one.is_out)
        order = list(Service).index
        assert done == Counter(
            (said.visits, tuple(sorted(said.services, key=order))) for said in told
        )


@given(acts=ACTS)
def test_every_reading_of_an_entry_can_be_read_again(
    shelf: Shelf, library: Library, acts: list[Act]
) -> None:
    for house, recount in after(shelf, library, acts):
        for client, kept in recount.kept.items():
            entry = help_entries.find(house.unit, house.id, f"c{client}")
            assert entry is not None
            found = help_entries.list_revisions(house.unit, house.id, entry.id)
            assert [one.number for one in found] == list(range(1, entry.revision + 1))
            assert found[0].change == "create"
            assert found[-1].content["visits"] == kept.said.visits
            assert found[-1].content["voided"] is kept.is_out
