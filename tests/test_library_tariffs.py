"""content/tariffs.yaml: what is shipped, what an account is told, and what a wrong entry is answered."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.config import Settings
from bot.core.errors import ContentError
from bot.core.terms import Tariff
from bot.library.tariffs import FILE, load_tariffs

SHIPPED = (Settings().content_dir / FILE).read_text(encoding="utf-8")
LATER_WINDOW = """  - since: 2027-01-01
    free_hours: 24
    open_days: 7
    price: 80
    source: thử
"""


def load_text(folder: Path, text: str) -> None:
    (folder / FILE).write_text(text, encoding="utf-8")
    load_tariffs(folder)


def test_the_shipped_file_says_48_hours_seven_days_and_55_dong() -> None:
    tariffs = load_tariffs(Settings().content_dir)
    window = Tariff(date(2026, 1, 1), timedelta(hours=48), timedelta(days=7), 55)
    assert tariffs.of_account(may_pay=False).tariffs == (window,)
    assert [tariffs.of_account(may_pay=pays).may_pay for pays in (False, True)] == [False, True]


def test_a_bot_is_told_its_people_and_messages_of_that_day(tmp_path: Path) -> None:
    later = "  - {since: 2027-01-01, people: 80, messages: 5000, source: thử}\n"
    (tmp_path / FILE).write_text(SHIPPED + later, encoding="utf-8")
    tariffs = load_tariffs(tmp_path)
    for day, people, messages in (
        (date(2025, 6, 1), 50, 3000),  # before the first entry as it says
        (date(2026, 12, 31), 50, 3000),
        (date(2027, 1, 1), 80, 5000),
    ):
        terms = tariffs.of_bot(day)
        assert (terms.people, terms.monthly, terms.tariffs) == (people, messages, ())


def test_entries_may_stand_in_any_order(tmp_path: Path) -> None:
    text = SHIPPED.replace("zalo_oa:\n", f"zalo_oa:\n{LATER_WINDOW}", 1)
    (tmp_path / FILE).write_text(text, encoding="utf-8")
    days = [one.since for one in load_tariffs(tmp_path).of_account(may_pay=True).tariffs]
    assert days == [date(2027, 1, 1), date(2026, 1, 1)]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("price: 55", "price: -1"),
        ("price: 55", "price: năm mươi"),
        ("free_hours: 48", "free_hours: 99999"),
        ("people: 50", "people: 0"),
        ("    source: bot", "    cost: 3\n    source: bot"),
        ("since: 2026-01-01", "since: đầu năm"),
    ],
)
def test_a_wrong_entry_is_refused_with_its_line(tmp_path: Path, old: str, new: str) -> None:
    assert old in SHIPPED
    text = SHIPPED.replace(old, new, 1)
    with pytest.raises(ContentError) as caught:
        load_text(tmp_path, text)
    (fault,) = caught.value.faults
    line = 1 + text[: text.index(new)].count("\n")
    assert fault.line == line
    assert fault.file.endswith(FILE)


def test_two_entries_of_one_day_are_refused(tmp_path: Path) -> None:
    twice = LATER_WINDOW.replace("2027-01-01", "2026-01-01")
    with pytest.raises(ContentError, match="2026-01-01"):
        load_text(tmp_path, SHIPPED.replace("zalo_oa:\n", f"zalo_oa:\n{twice}", 1))


def test_a_list_without_an_entry_is_refused(tmp_path: Path) -> None:
    head, _, _ = SHIPPED.partition("zalo_bot:")
    with pytest.raises(ContentError):
        load_text(tmp_path, head + "zalo_bot: []\n")
