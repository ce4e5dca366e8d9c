"""Signs of a slip: judged by the day of the help, said once, each with a sentence; nothing is blocked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.vocabulary import AddressForm, Place, Role, Source, Topic
from bot.locale import Texts, load_sentences, local_day
from bot.services import help_log, plausibility
from bot.services.help_log import Help
from bot.services.plausibility import Sign, is_even, signs
from storage.help_entries import Entry
from storage.mailbox import Worker
from tests.clock import START
from tests.command_line import ROOT
from tests.storage_tools import ENGINES, Office, Shelf, open_office, open_shelf

DAY = date(2026, 11, 18)
TEXTS = Texts(load_sentences(ROOT / "content"), AddressForm.CO_CHU.words)


def entry(number: int = 1, day: date = DAY, **changed: Any) -> Entry:
    done = replace(Help(day, Topic.VNEID, 1), **changed)
    return Entry(number, f"c{number}", 1, 1, done, Source.CHAT, None, START, None, 1)


@pytest.fixture(scope="module", params=ENGINES)
def shelf(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shelf]:
    with open_shelf(request, request.param, tmp_path_factory.mktemp("signs")) as opened:
        yield opened


@pytest.fixture
def office(shelf: Shelf) -> Office:
    return shelf.write(open_office)


def member_of(office: Office) -> Worker:
    return Worker(office.member, "chị Hạnh", Role.MEMBER, office.team, "KP 1")


def logs(shelf: Shelf, office: Office, name: str, done: Help) -> tuple[str, ...]:
    """Log it, and hear what is unusual since."""
    member = member_of(office)
    written, _ = shelf.write(help_log.log_help, office.id, member, done, name)
    return shelf.read(plausibility.after_saving, office.id, member, written)


# ---- the signs ----------------------------------------------------------------------------------


def test_twelve_helps_entered_at_nine_in_the_evening_are_nothing_unusual() -> None:
    assert signs([entry(number) for number in range(12)]) == ()


def test_thirty_visits_a_day_are_not_many_and_thirty_one_are() -> None:
    assert signs([entry(1, visits=15), entry(2, visits=15)]) == ()
    assert signs([entry(1, visits=15), entry(2, visits=16)]) == (Sign.MANY,)


def test_the_same_person_three_times_is_nothing_and_four_times_is_said() -> None:
    assert signs([entry(number, person_id=7) for number in range(3)]) == ()
    assert signs([entry(number, person_id=7) for number in range(4)]) == (Sign.SAME_PERSON,)
    assert signs([entry(number) for number in range(4)]) == ()  # nobody known is nobody the same


def test_entries_alike_are_unusual_only_at_several_places() -> None:
    places = [Place.AT_HOME, Place.CULTURE_HOUSE, Place.ONE_STOP]
    at = [entry(number, place=places[number % 3]) for number in range(6)]
    assert signs(at) == (Sign.ALIKE,)
    assert signs(at[:5]) == ()
    assert signs([entry(number, place=Place.CULTURE_HOUSE) for number in range(6)]) == ()
    assert signs([replace(one, help=replace(one.help, place=None)) for one in at]) == ()
    other = [replace(one, help=replace(one.help, visits=one.id % 6 + 1)) for one in at]
    assert signs(other) == ()


def test_what_was_taken_out_counts_for_nothing() -> None:
    gone = [replace(entry(number, visits=20), voided_at=START) for number in range(2)]
    assert signs(gone) == ()


@given(st.lists(st.integers(1, 50), max_size=8))
def test_the_order_of_entries_and_the_moment_of_typing_change_nothing(visits: list[int]) -> None:
    entries = [entry(number, visits=count) for number, count in enumerate(visits)]
    later = [replace(one, recorded_at=START + timedelta(hours=12)) for one in reversed(entries)]
    assert signs(entries) == signs(later)
    assert (Sign.MANY in signs(entries)) == (sum(visits) > 30)


def test_the_same_number_on_ten_days_is_even_and_one_visit_a_day_is_nothing() -> None:
    days = [DAY - timedelta(days=number) for number in range(10)]
    assert is_even([entry(n, day, visits=3) for n, day in enumerate(days)], DAY)
    assert not is_even([entry(n, day, visits=3) for n, day in enumerate(days[1:])], DAY)
    assert not is_even([entry(n, day) for n, day in enumerate(days)], DAY)
    assert not is_even([entry(n, day, visits=3 + n % 2) for n, day in enumerate(days)], DAY)


@pytest.mark.parametrize("sign", list(Sign))
def test_every_sign_has_a_kind_sentence_with_its_limit_and_accuses_nobody(sign: Sign) -> None:
    limits = {Sign.MANY: "30", Sign.SAME_PERSON: "3", Sign.ALIKE: "nhiều", Sign.EVEN: "10"}
    for sentence in (TEXTS.say(sign.sentence), TEXTS.say(sign.for_leader)):
        assert limits[sign] in sentence.lower()
        for word in ("gian", "khai khống", "bịa", "sai phạm", "vi phạm", "nghi ngờ"):
            assert word not in sentence


# ---- after saving, and in the week --------------------------------------------------------------


def test_a_sign_is_said_by_the_entry_that_makes_it_and_not_again(
    shelf: Shelf, office: Office
) -> None:
    today = local_day(shelf.clock())
    assert logs(shelf, office, "1", Help(today, Topic.VNEID, 30)) == ()
    assert logs(shelf, office, "2", Help(today, Topic.VNEID, 1)) == ("sign.many",)
    assert logs(shelf, office, "3", Help(today, Topic.VNEID, 1)) == ()
    yesterday = today - timedelta(days=1)
    assert logs(shelf, office, "4", Help(yesterday, Topic.VNEID, 5)) == ()


def test_an_even_log_is_said_once(shelf: Shelf, office: Office) -> None:
    today = local_day(shelf.clock())
    heard = [
        logs(shelf, office, f"{ago}", Help(today - timedelta(days=ago), Topic.DVC, 4))
        for ago in range(12, -1, -1)
    ]
    assert [said for said in heard if said] == [("sign.even",)]
    assert heard[9] == ("sign.even",)


def test_the_leader_reads_the_days_of_the_week_that_are_unusual(
    shelf: Shelf, office: Office
) -> None:
    today = local_day(shelf.clock())
    logs(shelf, office, "1", Help(today, Topic.VNEID, 31))
    week = (today - timedelta(days=6), today + timedelta(days=1))
    seen = shelf.read(plausibility.of_week, office.id, office.member, week)
    assert [(one.day, one.sign) for one in seen] == [(today, Sign.MANY)]
    before = (today - timedelta(days=13), today - timedelta(days=6))
    assert shelf.read(plausibility.of_week, office.id, office.member, before) == ()
