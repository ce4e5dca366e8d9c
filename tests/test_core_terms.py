"""Whether a message may go, and for how much: free, then paid if the ward pays, then not at all."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.terms import ALWAYS_FREE, Passage, Tariff, Terms, passage

NOW = datetime(2026, 11, 18, 2, 0, tzinfo=UTC)
TARIFF = Tariff(date(2026, 1, 1), timedelta(hours=48), timedelta(days=7), 55)
PAYS = Terms((TARIFF,), may_pay=True)
PAYS_NOT = Terms((TARIFF,))
TICK = timedelta(microseconds=1)
ORDER = {Passage.FREE: 0, Passage.PAID: 1, Passage.UNPAID: 1, Passage.SHUT: 2}

moments = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 – the strategy wants naive bounds
silences = st.timedeltas(timedelta(0), timedelta(days=40))
tariffs = st.builds(
    Tariff,
    st.dates(date(2019, 1, 1), date(2036, 1, 1)),
    st.timedeltas(timedelta(0), timedelta(days=3)),
    st.timedeltas(timedelta(0), timedelta(days=30)),
    st.integers(0, 500),
)
all_terms = st.builds(Terms, st.lists(tariffs, max_size=4).map(tuple), st.booleans())


@pytest.mark.parametrize(
    ("silence", "paying", "saving"),
    [
        (timedelta(0), (Passage.FREE, 0), (Passage.FREE, 0)),
        (timedelta(hours=48) - TICK, (Passage.FREE, 0), (Passage.FREE, 0)),
        (timedelta(hours=48), (Passage.PAID, 55), (Passage.UNPAID, 0)),
        (timedelta(days=7) - TICK, (Passage.PAID, 55), (Passage.UNPAID, 0)),
        (timedelta(days=7), (Passage.SHUT, 0), (Passage.SHUT, 0)),
        (timedelta(days=400), (Passage.SHUT, 0), (Passage.SHUT, 0)),
    ],
)
def test_free_for_48_hours_then_paid_then_shut_after_seven_days(
    silence: timedelta, paying: tuple[Passage, int], saving: tuple[Passage, int]
) -> None:
    assert passage(PAYS, NOW - silence, NOW) == paying
    assert passage(PAYS_NOT, NOW - silence, NOW) == saving


def test_who_was_never_heard_of_is_outside_every_window() -> None:
    assert passage(PAYS, None, NOW) == (Passage.SHUT, 0)
    assert passage(ALWAYS_FREE, None, NOW) == (Passage.FREE, 0)


def test_an_act_by_a_clock_that_is_ahead_of_ours_counts_as_now() -> None:
    assert passage(PAYS_NOT, NOW + timedelta(hours=1), NOW) == (Passage.FREE, 0)


def test_a_new_tariff_rules_from_midnight_in_vietnam() -> None:
    later = Tariff(date(2027, 1, 1), timedelta(hours=24), timedelta(days=7), 80)
    for order in ((TARIFF, later), (later, TARIFF)):
        terms = Terms(order, may_pay=True)
        midnight = datetime(2026, 12, 31, 17, 0, tzinfo=UTC)  # 0 o'clock of 1 January there
        heard = midnight - timedelta(hours=30)
        assert passage(terms, heard, midnight - TICK) == (Passage.FREE, 0)
        assert passage(terms, heard, midnight) == (Passage.PAID, 80)


def test_before_the_first_tariff_everything_is_free() -> None:
    assert passage(PAYS_NOT, None, datetime(2025, 12, 31, 16, 59, tzinfo=UTC)) == (Passage.FREE, 0)


def test_only_where_a_message_costs_or_counts_is_it_worth_saving() -> None:
    assert not ALWAYS_FREE.is_scarce
    assert PAYS.is_scarce
    assert Terms(monthly=3000).is_scarce
    assert not Terms(people=50).is_scarce


@given(all_terms, moments, silences, silences)
def test_longer_silence_never_makes_it_easier_or_cheaper(
    terms: Terms, now: datetime, one: timedelta, other: timedelta
) -> None:
    shorter, longer = (passage(terms, now - silence, now) for silence in sorted((one, other)))
    assert ORDER[shorter[0]] <= ORDER[longer[0]]
    if longer[0] is not Passage.SHUT:
        assert shorter[1] <= longer[1]


@given(all_terms, moments, st.none() | silences)
def test_nothing_is_ever_paid_without_the_wards_word_and_a_price_means_paid(
    terms: Terms, now: datetime, silence: timedelta | None
) -> None:
    way, price = passage(terms, None if silence is None else now - silence, now)
    assert (way is Passage.PAID) == (price > 0)
    assert terms.may_pay or way is not Passage.PAID
    assert not (terms.may_pay and way is Passage.UNPAID)
