"""Requests of a window: a recount in plain Python, and what is unknown is not 0."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import insert

from bot.core.periods import Period, parse
from bot.core.vocabulary import Audience
from bot.library import Library
from bot.services import stats
from storage import request_figures
from storage.database import Unit
from storage.models_help import help_requests
from tests.storage_tools import ENGINES, Office, Shelf, open_office, open_shelf

NOW = datetime(2026, 11, 18, 2, tzinfo=UTC)  # of the clock: Wednesday, 9 o'clock
MONDAY = datetime(2026, 11, 15, 17, tzinfo=UTC)  # midnight in Vietnam
WEEK, BEFORE, NEXT = (parse(f"week:2026-W{number}") for number in (47, 46, 48))
HOURS = st.integers(-240, 57)
"""From Monday's midnight: the ten days before, up to the hour of the clock."""


@pytest.fixture(scope="module", params=ENGINES)
def shelf(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shelf]:
    with open_shelf(request, request.param, tmp_path_factory.mktemp("requests")) as opened:
        yield opened


@st.composite
def lives(draw: st.DrawFn) -> tuple[datetime, datetime | None, datetime | None]:
    """When a request was opened, first taken and closed, in that order."""
    opened, *later = sorted(MONDAY + timedelta(hours=draw(HOURS)) for _ in range(3))
    taken = later[0] if draw(st.booleans()) else None
    return opened, taken, later[1] if draw(st.booleans()) else None


Life = tuple[datetime, datetime | None, datetime | None]


def add(unit: Unit, office: Office, life: Life) -> None:
    opened, taken, closed = life
    row = {
        "commune_id": office.id,
        "account_id": office.account.id,
        "team_id": office.team,
        "status": "closed" if closed else "claimed" if taken else "open",
        "opened_at": opened,
        "claim_by": opened,
        "help_by": opened,
        "first_claimed_at": taken,
        "claimed_at": taken,
        "closed_at": closed,
    }
    unit.connection.execute(insert(help_requests).values(**row))


def recount(lives: list[Life], period: Period) -> dict[str, Any]:
    def within(moment: datetime | None) -> bool:
        return moment is not None and period.start_at <= moment < period.end_at

    waits = [
        (taken - opened).total_seconds() / 3600
        for opened, taken, _ in lives
        if taken is not None and within(taken)
    ]
    still_open = [
        (opened, closed)
        for opened, _, closed in lives
        if opened < period.end_at and (closed is None or closed >= period.end_at)
    ]
    return {
        "opened": sum(within(opened) for opened, _, _ in lives),
        "closed": sum(within(closed) for _, _, closed in lives),
        "open_now": len(still_open),
        "median_hours_to_claim": round(median(waits), 2) if waits else None,
    }


@given(lived=st.lists(lives(), max_size=8))
@example(lived=[(MONDAY, MONDAY, MONDAY)])
@example(lived=[(MONDAY - timedelta(seconds=1), None, None), (NOW, None, NOW)])
def test_each_request_counts_in_the_week_of_what_happened_to_it(
    shelf: Shelf, library: Library, lived: list[Life]
) -> None:
    with shelf.database.unit() as unit:
        office, neighbour = open_office(unit), open_office(unit)
        for life in lived:
            add(unit, office, life)
            add(unit, neighbour, life)
        plan = library.plans["ho-nai"]
        for period in (BEFORE, WEEK, NEXT):
            report = stats.report(unit, office.commune, plan, period, Audience.INTERNAL)
            told, opened = recount(lived, period), [life[0] for life in lived]
            is_known = any(told.values()) or min(opened, default=NOW) < period.end_at
            assert report["requests"] == (told if is_known else dict.fromkeys(told))
        first = min((opened for opened, _, _ in lived), default=None)
        assert request_figures.first_moment(unit, office.id) == first
        transaction = unit.connection.get_transaction()
        assert transaction is not None
        transaction.rollback()


def test_the_first_request_is_the_first_day_of_which_anything_is_known(shelf: Shelf) -> None:
    with shelf.database.unit() as unit:
        office = open_office(unit)
        assert stats.first_day(unit, office.id) is None
        add(unit, office, (MONDAY, None, None))
        assert stats.first_day(unit, office.id) == WEEK.start  # its day in Vietnam, not in UTC
