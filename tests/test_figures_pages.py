"""What helpers and helped people say of the visits, on the office's pages: each figure with its rows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import insert

from bot.core.vocabulary import (
    Confirmation,
    FirstTime,
    Outcome,
    Place,
    Service,
    Source,
    Subject,
    Topic,
)
from bot.locale import load_sentences
from storage import communes, help_entries, people
from storage.database import Unit
from storage.help_entries import By, Help, NewEntry
from storage.models_help import confirmations, help_requests
from tests.command_line import ROOT
from tests.office_browser import Browser, Cell, Page
from tests.office_site import MONDAY, Site, open_site
from tests.test_office_pages import number, read, total

SENTENCES = load_sentences(ROOT / "content")
SPLITS = ("service", "place", "outcome", "subject")
LAST_WEEK = timedelta(days=7)
REASON = "ghi nhầm nơi giúp"


def furnish(unit: Unit, site: Site) -> None:
    """Entries that say much, entries that say little, one corrected, one on paper; and requests."""
    commune = site.ward.commune("ho-nai").id
    team = communes.find_team(unit, commune, "KP 3")
    assert team is not None
    known = people.add_person(unit, commune)
    level, done, told = Service.ACTIVATE_LEVEL_2, Outcome.DONE, FirstTime.NEW
    full = {"services": frozenset({Service.INSTALL_VNEID, level}), "files": 2, "outcome": done}
    home, shop = Place.AT_HOME, Subject.BUSINESS_HOUSEHOLD
    helps = [
        Help(MONDAY, Topic.VNEID, 3, person_id=known, place=home, first_time=told, **full),  # type: ignore[arg-type]  # names of its fields
        Help(MONDAY, Topic.DVC, 4, person_id=known, place=Place.ONLINE, subject=shop),
        Help(MONDAY, Topic.TT, 5, services=frozenset({level}), first_time=FirstTime.KNOWN),
        Help(MONDAY, Topic.AT, 2),
        Help(MONDAY - LAST_WEEK, Topic.AT, 6, place=home, outcome=Outcome.NOT_DONE),
    ]
    made = []
    for count, done_ in enumerate(helps):
        source = Source.PAPER if count == 1 else Source.CHAT
        new = NewEntry(f"f{count}", team.id, None, done_, source)
        made.append(help_entries.add(unit, commune, new, By()))
    fresh = Help(MONDAY, Topic.TT, 5, place=Place.MOBILE, services=frozenset({level}))
    assert help_entries.correct(unit, commune, made[2], fresh, (By(), REASON))
    for entry, answer in zip(made, (Confirmation.YES, Confirmation.NO, None), strict=False):
        asked = {"commune_id": commune, "entry_id": entry.id, "asked_at": unit.now}
        unit.connection.execute(insert(confirmations).values(**asked, answer=answer))
    account = communes.save_account(unit, site.ward.commune("ho-nai"), "console", "f", {})
    for hours in (1, 2, None):
        opened = unit.now - timedelta(hours=5)
        taken = opened + timedelta(hours=hours) if hours else None
        request = {
            "commune_id": commune,
            "account_id": account.id,
            "team_id": team.id,
            "status": "claimed" if taken else "open",
            "opened_at": opened,
            "claim_by": opened,
            "help_by": opened,
            "first_claimed_at": taken,
            "closed_at": unit.now if hours == 1 else None,
        }
        unit.connection.execute(insert(help_requests).values(**request))


@pytest.fixture(scope="module")
def officer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with open_site(tmp_path_factory.mktemp("figures")) as site:
        site.ward.base.database.write(furnish, site)
        yield site.officer("ho-nai")


def shown(page: Page, table: str) -> dict[str, list[str]]:
    return {name: [cell.text for cell in row] for name, row in page.tables[table].body.items()}


def word(split: str, key: str) -> str:
    return SENTENCES[f"figures.word-{split}-{key}"]


def test_each_split_shows_the_words_of_either_week_and_what_is_not_said(officer: Browser) -> None:
    page = read(officer)
    assert shown(page, "by-service") == {
        word("service", "cai_vneid"): ["3", "0", "+3"],
        word("service", "kich_hoat_muc_2"): ["8", "0", "+8"],
    }
    assert shown(page, "by-place") == {
        word("place", "tai_nha"): ["3", "6", "−3"],
        word("place", "truc_tuyen"): ["4", "0", "+4"],
        word("place", "luu_dong"): ["5", "0", "+5"],
        word("place", "chua_ghi"): ["2", "0", "+2"],
    }
    assert shown(page, "by-outcome") == {
        word("outcome", "xong"): ["3", "0", "+3"],
        word("outcome", "chua_xong"): ["0", "6", "−6"],
        word("outcome", "chua_ghi"): ["11", "0", "+11"],
    }
    assert list(shown(page, "by-subject")) == [
        word("subject", "ho_kinh_doanh"),
        word("subject", "chua_ghi"),
    ]


def test_every_number_of_a_split_leads_to_the_rows_that_it_is_the_sum_of(officer: Browser) -> None:
    page, followed = read(officer), 0
    for split in SPLITS:
        for cells in page.tables[f"by-{split}"].body.values():
            for cell in cells[:2]:
                assert cell.href is not None
                assert total(read(officer, cell.href)) == number(cell), (split, cell)
                followed += 1
    assert followed == 2 * (2 + 4 + 3 + 2)


@pytest.mark.parametrize(
    ("figure", "value", "address", "visits"),
    [
        ("visits", 14, "", 14),
        ("people", 1, "&person=co", 7),
        ("visits_without_person", 7, "&person=chua_ghi", 7),
        ("reported", 1, "", 14),
        ("new_declared", 3, "&first_time=moi", 3),
        ("confirmed", 3, "&answer=dung", 3),
        ("denied", 4, "&answer=khong", 4),
        ("files", 2, "&files=co", 3),
    ],
)
def test_each_figure_of_the_summary_leads_to_its_rows(
    officer: Browser, figure: str, value: int, address: str, visits: int
) -> None:
    page = read(officer)
    label = re.escape(SENTENCES[f"office.sum-{figure}"])
    assert re.search(rf"{label}\s+{value}\b", page.words)
    link = f"/office/entries?week=2026-W47{address}"
    assert link in page.links
    sheet = read(officer, link)
    assert total(sheet) == visits
    if figure == "files":
        assert number(sheet.tables["entries"].rows[-1][-2]) == value


def test_a_row_says_what_was_done_where_by_what_way_it_came_and_why_it_was_corrected(
    officer: Browser,
) -> None:
    head, *rows = read(officer, "/office/entries").tables["entries"].rows
    about, place, outcome, person, recorded, files = range(3, 9)
    by_topic = {row[about].text.partition(" ")[0]: row for row in rows[:-1]}
    first = by_topic["VNeID,"]
    assert first[about].text.endswith("Cài VNeID; Kích hoạt mức 2")
    assert by_topic["Làm"][about].text.endswith(word("subject", "ho_kinh_doanh"))
    assert first[outcome].text == "Xong Người được giúp nói đúng"
    assert (first[person].text, first[files].text) == ("1 Mới (tổ khai)", "2")
    paper = next(row for row in rows if "Từ giấy" in row[recorded].text)
    assert paper[place].text == word("place", "truc_tuyen")
    assert paper[person].text == "1"
    changed = next(row for row in rows if REASON in row[recorded].text)
    assert "Đã sửa 1 lần" in changed[recorded].text
    assert not changed[-1].is_struck
    assert changed[place].text == word("place", "luu_dong")
    assert len(head) == 10


def test_requests_stand_beside_the_help_with_how_long_they_waited(officer: Browser) -> None:
    def cells(row: str) -> list[str]:
        return shown(read(officer), "requests")[SENTENCES[f"figures.requests-{row}"]]

    assert cells("opened") == ["3", "—", "—"]  # the first ones came this week
    assert cells("closed") == ["1", "—", "—"]
    assert cells("open_now") == ["2", "—", "—"]
    assert cells("median_hours_to_claim") == ["1,5", "—", "—"]


def test_what_no_entry_says_is_a_dash_and_has_no_rows(officer: Browser) -> None:
    page = read(officer, "/office?week=2026-W46")
    for figure in ("people", "new_declared", "files"):
        label = re.escape(SENTENCES[f"office.sum-{figure}"])
        assert re.search(rf"{label}\s+—", page.words), figure
    assert "&person=co" not in " ".join(page.links)


def test_cells_of_unknown_weeks_lead_nowhere(officer: Browser) -> None:
    page = read(officer, "/office?week=2026-W46")
    before: list[Cell] = [row[1] for row in page.tables["by-place"].body.values()]
    assert {(cell.text, cell.href) for cell in before} == {("—", None)}
