"""Trainings and targets on the office's first page: each number leads to the trainings that it counts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from bot.core.vocabulary import CommunicationKind, LearningStage, Topic, TrainingKind
from bot.locale import load_sentences
from storage import audit, communes, people, trainings
from storage.database import Unit
from storage.trainings import By
from tests import held_trainings as tools
from tests.command_line import ROOT
from tests.office_browser import Browser, Page
from tests.office_site import BAD, MONDAY, Site, open_site
from tests.test_office_pages import read

SENTENCES = load_sentences(ROOT / "content")
LAST_WEEK = MONDAY - timedelta(days=3)
TARGET = "truyen-thong-ky-nang-so"


def furnish(unit: Unit, site: Site) -> None:
    """Two classes of this week and one of the last, eight sessions of the year; another commune has more."""
    for slug, more in (("ho-nai", 0), ("phuoc-binh", 100)):
        commune = site.ward.commune(slug).id
        team = communes.find_team(unit, commune, "KP 3")
        assert team is not None
        one, other = (people.add_person(unit, commune) for _ in range(2))
        for title, day in (("Lớp một", MONDAY), (BAD, MONDAY), ("Lớp cũ", LAST_WEEK)):
            held = tools.hold(unit, commune, TrainingKind.CLASS, day, title=title, team_id=team.id)
            tools.fill(unit, commune, held, one, other, None, *[None] * more)
            assert trainings.set_heads(unit, commune, held, 20, (By(), None)) is not None
        for week in range(8):
            day = date(2026, 2, 3) + timedelta(days=21 * week)
            tools.hold(unit, commune, TrainingKind.OUTREACH, day, title="Ở chợ", topic=Topic.AT)
        tools.put_out(unit, commune, CommunicationKind.BROADCAST, MONDAY, 6 + more)
        tools.learned(unit, commune, LearningStage.INTRODUCED, MONDAY, 12 + more)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with open_site(tmp_path_factory.mktemp("held")) as opened:
        opened.ward.base.database.write(furnish, opened)
        yield opened


@pytest.fixture(scope="module")
def officer(site: Site) -> Browser:
    return site.officer("ho-nai")


def row(page: Page, table: str, name: str) -> list[str]:
    label = SENTENCES[f"figures.{table}-{name}"]
    return [cell.text for cell in page.tables[table].body[label]]


def summed(sheet: Page, figure: str) -> str:
    """What stands behind that word below the list."""
    label = re.escape(SENTENCES[f"figures.held-{figure}"])
    found = re.findall(rf"{label}\s*([\d.]+|—)", sheet.words)
    assert found
    return str(found[-1])


def test_trainings_stand_beside_the_week_before(officer: Browser) -> None:
    page = read(officer)
    assert row(page, "trainings", "class") == ["2", "1", "+1"]
    assert row(page, "trainings", "outreach") == ["0", "0", "0"]
    assert row(page, "trainings", "attendances") == ["6", "3", "+3"]
    assert row(page, "trainings", "people") == ["2", "2", "0"]
    assert row(page, "trainings", "attendances-without-person") == ["2", "1", "+1"]
    assert row(page, "trainings", "heads") == ["40", "20", "+20"]
    assert row(page, "communication", "phat-loa") == ["6", "—", "—"]  # first written this week
    assert row(page, "learning", "introduced")[0] == "12"


def test_every_number_of_trainings_leads_to_the_trainings_behind_it(officer: Browser) -> None:
    page, followed = read(officer), 0
    for name, counted in (
        ("class", "count"),
        ("outreach", "count"),
        ("attendances", "attendances"),
    ):
        cells = page.tables["trainings"].body[SENTENCES[f"figures.trainings-{name}"]]
        for cell in cells[:2]:
            assert cell.href is not None
            assert cell.href.startswith("/office/held?week=2026-W4")
            sheet = read(officer, cell.href)
            assert summed(sheet, counted) == cell.text
            followed += 1
    assert followed == 6


def test_the_sheet_names_each_training_and_nobody_who_was_there(officer: Browser) -> None:
    sheet = read(officer, "/office/held?kind=class")
    head, *rows = sheet.tables["held"].rows
    assert [one[1].text.partition(" Lớp tập huấn")[0] for one in rows] == ["Lớp một", BAD]
    assert [one[2].text for one in rows] == ["KP 3", "KP 3"]
    assert [[cell.text for cell in one[-2:]] for one in rows] == [["20", "3"], ["20", "3"]]
    assert len(head) == 6
    assert summed(sheet, "people") == "2"


def test_a_target_says_how_it_stands_in_words_and_leads_to_its_sessions(officer: Browser) -> None:
    page = read(officer)
    (cells,) = page.tables["targets"].body.values()
    said = [cell.text for cell in cells]
    stands = "Phần đã xác nhận (0): ▼ Chậm Tính hết: ● Đúng tiến độ"  # the worse one first
    assert said == ["≥ 10 buổi mỗi năm", "8", "80", stands, "Còn 2 buổi trong 6 tuần"]
    href = next(link for link in page.links if "target=" in link)
    assert href == f"/office/held?week=2026-W47&target={TARGET}"
    sheet = read(officer, href)
    assert len(sheet.tables["held"].rows) == 1 + 8
    assert "002 · II.2.4" in sheet.words
    assert "Từ 01/01/2026 đến hết 22/11/2026" in sheet.words


def test_targets_that_others_have_to_enter_are_named_without_a_figure(officer: Browser) -> None:
    page = read(officer)
    assert "17 chỉ tiêu khác chờ nhập số" in page.words
    assert "vneid-muc-2" not in page.words


@pytest.mark.parametrize(
    "query", ["kind=lop", "kind=", "target=vneid-muc-2", "target=x", "target=lop-tap-huan"]
)
def test_what_there_is_not_is_not_found(officer: Browser, query: str) -> None:
    assert officer.opens(f"/office/held?{query}").status == 404


def test_a_week_without_any_says_so_and_one_before_the_first_record_is_unknown(
    officer: Browser,
) -> None:
    empty = read(officer, "/office/held?week=2026-W47&kind=contest")
    assert SENTENCES["figures.held-none"] in empty.words
    assert summed(empty, "count") == "0"
    for week in ("2026-W03", "2026-W40"):  # the log was begun in the week 47
        before = read(officer, f"/office/held?week={week}&kind=contest")
        assert summed(before, "count") == "—"


def test_sessions_where_nobody_wrote_down_who_came_have_no_attendances(officer: Browser) -> None:
    sheet = read(officer, f"/office/held?target={TARGET}")
    assert {one[-1].text for one in sheet.tables["held"].rows[1:]} == {"—"}
    assert summed(sheet, "count") == "8"
    assert summed(sheet, "attendances") == summed(sheet, "people") == "—"


def test_the_look_is_in_the_audit_log(site: Site, officer: Browser) -> None:
    read(officer, f"/office/held?week=2026-W46&target={TARGET}")
    acts = site.ward.base.database.read(audit.list_acts, site.ward.commune("ho-nai").id)
    assert any(f"held:2026-W46:target:{TARGET}" in str(act) for act in acts)
