"""What the database itself refuses: rows that point into another commune, a rewritten record, naive times."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError

from bot.core.vocabulary import Topic
from storage import audit
from storage.audit import Act, Recorded
from storage.database import Unit
from storage.models import audit_log, job_runs, members, metadata, neighbourhoods, teams
from storage.models_help import help_entries
from storage.models_people import people
from tests.storage_tools import ENGINES, Office, Shelf, open_office, open_shelf

DAY = date(2026, 11, 18)


@pytest.fixture(scope="module", params=ENGINES)
def shelf(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shelf]:
    with open_shelf(request, request.param, tmp_path_factory.mktemp("references")) as opened:
        yield opened


@dataclass(frozen=True)
class Two:
    """Two communes of one installation."""

    a: Office
    b: Office


@pytest.fixture
def two(shelf: Shelf) -> Two:
    return Two(shelf.write(open_office), shelf.write(open_office))


def add_entry(unit: Unit, office: Office, **changed: object) -> None:
    values = {
        "commune_id": office.id,
        "client_id": f"c{unit.connection.execute(select(func.count(help_entries.c.id))).scalar()}",
        "team_id": office.team,
        "member_id": office.member,
        "occurred_on": DAY,
        "topic": Topic.VNEID,
        "visits": 1,
        "source": "chat",
        "recorded_at": unit.now,
        "revision": 1,
    }
    unit.connection.execute(insert(help_entries).values(values | changed))


def test_a_help_entry_of_one_commune_cannot_point_to_a_team_of_another(
    shelf: Shelf, two: Two
) -> None:
    shelf.write(add_entry, two.a)
    with pytest.raises(IntegrityError):
        shelf.write(partial(add_entry, team_id=two.b.team, member_id=None), two.a)


def test_a_help_entry_of_one_commune_cannot_point_to_a_member_of_another(
    shelf: Shelf, two: Two
) -> None:
    shelf.write(partial(add_entry, member_id=None), two.a)
    with pytest.raises(IntegrityError):
        shelf.write(partial(add_entry, member_id=two.b.member), two.a)


def test_a_row_cannot_be_moved_into_another_commune_afterwards(shelf: Shelf, two: Two) -> None:
    moved = update(members).where(members.c.id == two.a.member).values(commune_id=two.b.id)
    with pytest.raises(IntegrityError):
        shelf.write(lambda unit: unit.connection.execute(moved))


def test_a_team_that_something_points_to_cannot_be_dropped(shelf: Shelf, two: Two) -> None:
    gone = delete(teams).where(teams.c.id == two.a.team)
    with pytest.raises(IntegrityError):
        shelf.write(lambda unit: unit.connection.execute(gone))


@pytest.mark.parametrize("table", [neighbourhoods, people], ids=lambda table: table.name)
def test_what_was_merged_was_merged_inside_its_commune(shelf: Shelf, two: Two, table: Any) -> None:
    values = {"name": "KP 9"} if table is neighbourhoods else {"created_at": shelf.clock.now}

    def add(unit: Unit, office: Office) -> int:
        new = insert(table).values(commune_id=office.id, **values).returning(table.c.id)
        return int(unit.connection.execute(new).scalar_one())

    mine, theirs = shelf.write(add, two.a), shelf.write(add, two.b)
    merged = update(table).where(table.c.id == mine)
    with pytest.raises(IntegrityError):
        shelf.write(lambda unit: unit.connection.execute(merged.values(merged_into=theirs)))
    shelf.write(lambda unit: unit.connection.execute(merged.values(merged_into=mine)))


def test_every_reference_between_things_of_a_commune_carries_the_commune() -> None:
    loose = [
        f"{table.name}.{', '.join(constraint.column_keys)}"
        for table in metadata.sorted_tables
        for constraint in table.foreign_key_constraints
        if "commune_id" in table.c
        and "commune_id" in constraint.referred_table.c
        and "commune_id" not in {key.column.name for key in constraint.elements}
    ]
    assert loose == []
    composite = [
        constraint
        for table in metadata.sorted_tables
        for constraint in table.foreign_key_constraints
        if len(constraint.elements) == 2
    ]
    assert len(composite) >= 15  # the check above has found something to check


def old_act(unit: Unit, office: Office, days: float) -> int:
    """A line of the record that is so old by the database's own clock; gives its id."""
    written = datetime.now(UTC) - timedelta(days=days)
    row = {"commune_id": office.id, "at": written, "actor": "a", "action": "b", "object": "c"}
    added = insert(audit_log).values(row).returning(audit_log.c.id)
    return int(unit.connection.execute(added).scalar_one())


def act_ids(unit: Unit, office: Office) -> list[int]:
    mine = select(audit_log.c.id).where(audit_log.c.commune_id == office.id)
    return list(unit.connection.execute(mine.order_by(audit_log.c.id)).scalars())


def test_the_audit_log_gives_back_what_was_recorded_in_order(shelf: Shelf, two: Two) -> None:
    first = Act("member:1", "help.create", "help:7", None, "f" * 64)
    second = Act("console", "invite", "invitation:3")
    shelf.write(audit.record, two.a.id, first)
    shelf.clock.passes(seconds=1)
    shelf.write(audit.record, two.a.id, second)
    now = shelf.clock.now
    both = [Recorded(now - timedelta(seconds=1), first), Recorded(now, second)]
    assert shelf.read(audit.list_acts, two.a.id) == both
    assert shelf.read(audit.list_acts, two.a.id, "help:7") == both[:1]
    assert shelf.read(audit.list_acts, two.b.id) == []


@pytest.mark.parametrize(
    "change",
    [
        update(audit_log).values(actor="somebody else"),
        update(audit_log).values(at=datetime(2020, 1, 1, tzinfo=UTC)),
        delete(audit_log),
        text("UPDATE audit_log SET action = action"),
        text("DELETE FROM audit_log WHERE 1 = 1"),
    ],
    ids=["update", "update-time", "delete", "no-change", "raw-delete"],
)
def test_the_database_refuses_to_rewrite_the_audit_log(shelf: Shelf, two: Two, change: Any) -> None:
    shelf.write(old_act, two.a, 1)
    before = shelf.read(act_ids, two.a)
    with pytest.raises(DBAPIError, match="append-only"):
        shelf.write(lambda unit: unit.connection.execute(change))
    assert shelf.read(act_ids, two.a) == before


def test_the_database_refuses_to_empty_or_replace_the_audit_log(shelf: Shelf, two: Two) -> None:
    line = shelf.write(old_act, two.a, 400)  # old enough to be dropped, never to be rewritten
    if shelf.database.is_sqlite:
        change = f"""INSERT OR REPLACE INTO audit_log (id, commune_id, at, actor, action, object)
            SELECT {line}, commune_id, at, 'x', action, object FROM audit_log"""
    else:
        change = "TRUNCATE audit_log"
    with pytest.raises(DBAPIError, match="append-only"):
        shelf.write(lambda unit: unit.connection.execute(text(change)))
    (kept,) = shelf.read(audit.list_acts, two.a.id)
    assert kept.act.actor == "a"


def test_lines_of_the_audit_log_may_go_after_a_year_and_not_before(shelf: Shelf, two: Two) -> None:
    older, younger = (shelf.write(old_act, two.a, days) for days in (366.1, 365.9))

    def drop(line: int) -> None:
        gone = delete(audit_log).where(audit_log.c.id == line)
        shelf.write(lambda unit: unit.connection.execute(gone))

    drop(older)
    with pytest.raises(DBAPIError, match="append-only"):
        drop(younger)
    assert shelf.read(act_ids, two.a) == [younger]
    changed = update(audit_log).where(audit_log.c.id == younger).values(actor="x")
    with pytest.raises(DBAPIError, match="append-only"):
        shelf.write(lambda unit: unit.connection.execute(changed))


def keep_moment(unit: Unit, period: str, moment: datetime) -> datetime:
    """Store a moment and read it back."""
    row = {"job": "moment", "period": period, "ran_at": moment}
    unit.connection.execute(delete(job_runs).where(job_runs.c.job == "moment"))
    unit.connection.execute(insert(job_runs).values(row))
    found = select(job_runs.c.ran_at).where(job_runs.c.period == period)
    return unit.connection.execute(found).scalar_one()


OFFSETS = st.integers(-18 * 60, 18 * 60).map(lambda m: timezone(timedelta(minutes=m)))
ZONES = st.timezones() | OFFSETS
MOMENTS = st.datetimes(datetime(1900, 1, 2), datetime(2200, 1, 1), timezones=ZONES)  # noqa: DTZ001 – Hypothesis adds the zone
SAIGON = ZoneInfo("Asia/Ho_Chi_Minh")


@given(moment=MOMENTS)
@example(datetime(2026, 11, 18, 9, 0, 0, 0, SAIGON))
@example(datetime(2026, 11, 18, 9, 0, 0, 1, SAIGON))
@example(datetime(2026, 12, 31, 23, 59, 59, 999_999, UTC))
@example(datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Berlin"), fold=1))
def test_a_moment_comes_back_exact_to_the_microsecond_and_in_utc(
    shelf: Shelf, moment: datetime
) -> None:
    kept = shelf.write(keep_moment, "p", moment)
    assert kept == moment.astimezone(UTC)
    assert kept.utcoffset() == timedelta(0)
    assert kept.tzinfo is UTC


@given(moment=st.datetimes(datetime(1900, 1, 2), datetime(2200, 1, 1)))  # noqa: DTZ001 – without one, on purpose
def test_a_moment_without_a_zone_is_refused(shelf: Shelf, moment: datetime) -> None:
    with pytest.raises(StatementError, match="a moment needs a time zone"):
        shelf.write(keep_moment, "p", moment)


@given(first=MOMENTS, second=MOMENTS)
@example(
    datetime(2026, 11, 18, 9, 0, 0, 0, SAIGON), datetime(2026, 11, 18, 2, 0, 0, 1, UTC)
)  # SQLite compares text: a moment without a fraction must not sort behind one with
def test_the_database_orders_moments_as_time_does(
    shelf: Shelf, first: datetime, second: datetime
) -> None:
    def earlier(unit: Unit) -> bool:
        keep_moment(unit, "p", first)
        before = select(func.count()).where(job_runs.c.job == "moment", job_runs.c.ran_at < second)
        return unit.connection.execute(before).scalar_one() == 1

    assert shelf.write(earlier) == (first.astimezone(UTC) < second.astimezone(UTC))
