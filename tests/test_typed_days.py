"""A day that was typed into a form, and that there is one place that reads it."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.typed_days import read_day

ROOT = Path(__file__).parent.parent
PRODUCT = ("bot", "handlers", "storage")


@pytest.mark.parametrize(
    "typed",
    ["2026-11-09", "09/11/2026", "9/11/2026", "  09/11/2026\t", "2026-11-9"],
)
def test_a_day_is_read_as_browsers_send_it_and_as_people_write_it(typed: str) -> None:
    assert read_day(typed) == date(2026, 11, 9)


@given(st.dates())
def test_every_day_is_read_back_from_both_ways_of_writing_it(day: date) -> None:
    assert read_day(day.isoformat()) == day
    assert read_day(f"{day.day:02}/{day.month:02}/{day.year:04}") == day


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "hôm nay",
        "31/11/2026",
        "29/02/2026",
        "11/19/2026",
        "2026-13-01",
        "19/11",
        "19/11/26",
        "19-11-2026",
        "2026/11/19",
        "2026-11-19T00:00",
        "19/11/2026 và 20/11/2026",
        "0000-01-01",
    ],
)
def test_what_is_no_day_is_none(typed: str) -> None:
    assert read_day(typed) is None


@given(st.text(max_size=30))
def test_no_text_makes_it_stumble(typed: str) -> None:
    assert read_day(typed) is None or isinstance(read_day(typed), date)


def test_no_other_place_reads_a_day_by_a_pattern_of_its_own() -> None:
    files = [file for room in PRODUCT for file in (ROOT / room).rglob("*.py")]
    readers = {file.name for file in files if "strptime(" in file.read_text("utf-8")}
    assert readers == {"typed_days.py"}
