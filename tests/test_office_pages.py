"""The week and the rows behind it, as the office reads them: one commune, real figures, words only."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from sqlalchemy import insert

from bot.core.vocabulary import Role, Topic
from bot.locale import load_sentences
from storage import audit
from storage.database import Unit
from storage.models import teams
from tests.browser_server import KEY
from tests.command_line import ROOT, Terminal
from tests.office_browser import Browser, Cell, Page
from tests.office_site import BAD, BAD_GUIDE, MONDAY, Site, open_site

SENTENCES = load_sentences(ROOT / "content")
WEEK, WEEK_BEFORE = "2026-W47", "2026-W46"
SUNDAY_BEFORE = MONDAY - timedelta(days=1)
FACTORS = {"ho-nai": 1, "phuoc-binh": 1000}
"""Both communes did the very same things; the second a thousand times as often."""
BAD_TEAM = f"KP 99 {BAD}"
TAKEN_BACK, REASON = 7, f"nhầm {BAD}"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with open_site(tmp_path_factory.mktemp("pages")) as opened:
        for slug, factor in FACTORS.items():
            add_team(opened, slug, BAD_TEAM)
            for number, topic in enumerate(Topic):
                for team in ["KP 10", "KP 2", BAD_TEAM][: 1 + number % 3]:
                    opened.helped(team, topic, factor * (1 + number), MONDAY, slug)
                    opened.helped(team, topic, factor * (2 + number), SUNDAY_BEFORE, slug)
            mistake = opened.helped("KP 2", Topic.VNEID, factor * TAKEN_BACK, MONDAY, slug)
            opened.takes_back(mistake, REASON, slug)
            opened.asked(BAD_GUIDE, slug)
            opened.asked(BAD, slug)  # a guide that was taken away since
        yield opened


def add_team(site: Site, slug: str, name: str) -> None:
    commune = site.ward.commune(slug).id
    new = insert(teams).values(
        commune_id=commune, name=name, kind="khu_pho", valid_from=date(2026, 1, 1)
    )
    site.ward.base.database.write(lambda unit: unit.connection.execute(new))


@pytest.fixture(scope="module", params=list(FACTORS))
def slug(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def officers(site: Site) -> dict[str, Browser]:
    return {slug: site.officer(slug, name=BAD) for slug in FACTORS}


@pytest.fixture
def officer(officers: dict[str, Browser], slug: str) -> Browser:
    return officers[slug]


@pytest.fixture(scope="module")
def reported(site: Site, slug: str) -> dict[str, dict[str, Any]]:
    """What the command line says of both weeks."""
    settings = site.ward.settings
    terminal = Terminal(settings.var_dir.parent)
    more = {
        "BOT_DATABASE_URL": settings.database_url,
        "BOT_SECRET_KEY": KEY,
        "BOT_CONTENT_DIR": str(settings.content_dir),
    }
    words = ("report", "--commune", slug, "--format", "json", "--period")
    return {key: terminal.types(*words, f"week:{key}", **more).json for key in (WEEK, WEEK_BEFORE)}


def read(browser: Browser, path: str = "/office") -> Page:
    answer = browser.opens(path)
    assert answer.status == 200, (path, answer.location)
    assert "<script>alert" not in answer.text
    page = answer.page
    assert page.scripts == []
    return page


def number(cell: Cell) -> int:
    return int(cell.text.replace(".", "").replace("+", "").replace("−", "-"))


def numbers(page: Page, table: str) -> dict[str, tuple[int, ...]]:
    return {name: tuple(map(number, row)) for name, row in page.tables[table].body.items()}


# ---- figures ------------------------------------------------------------------------------------


def test_the_page_shows_what_the_command_line_reports(
    officer: Browser, reported: dict[str, dict[str, Any]]
) -> None:
    page = read(officer)
    now, before = (reported[key]["help"] for key in (WEEK, WEEK_BEFORE))
    total = SENTENCES["office.total"]
    whole = (now["visits"], before["visits"], now["visits"] - before["visits"])
    for table, split in (("by-topic", "topic"), ("by-team", "team")):
        shown = numbers(page, table)
        assert shown.pop(total) == whole
        assert [sum(column) for column in zip(*shown.values(), strict=True)] == list(whole)
        for row in now[f"by_{split}"]:
            name = SENTENCES[f"topic.{row['topic']}"] if split == "topic" else row["team"]
            assert shown.pop(name)[0] == row["visits"]
        assert set(shown.values()) <= {(0, 0, 0)}
    assert reported[WEEK]["data_hash"][7:19] in page.words
    assert reported[WEEK]["questions"]["asked"] == 2
    asked = page.tables["questions"].body[SENTENCES["office.q-asked"]]
    assert [cell.text for cell in asked] == ["2", "—", "—"], (
        "before the first question nobody knows"
    )


UNWRITTEN = {
    *("questions", "guides", "targets", "learning", "trainings", "communication", "requests"),
}
"""Tables of logs in which nothing stands here that could be told apart."""


def test_a_page_of_one_commune_never_shows_a_figure_of_another(
    officers: dict[str, Browser], site: Site
) -> None:
    paths = ["/office", f"/office?week={WEEK_BEFORE}", "/office/entries", "/office?commune=ho-nai"]
    paths += ["/office/entries?topic=vneid", "/office/entries?team=KP+2&commune=phuoc-binh"]
    for path in paths:
        small, large = (read(officers[slug], path) for slug in FACTORS)
        assert small.tables.keys() == large.tables.keys()
        for table in small.tables.keys() - UNWRITTEN:
            for page, is_theirs in ((small, below_thousand), (large, whole_thousands)):
                rows = page.tables[table].rows[1:]
                found = [cell.text for row in rows for cell in row[-3:] if is_number(cell)]
                assert found
                assert [text for text in found if not is_theirs(text)] == []
        for page, name in ((small, "Hố Nai"), (large, "Phước Bình")):
            other = {"Hố Nai": "Phước Bình", "Phước Bình": "Hố Nai"}[name]
            assert name in page.words
            assert other not in page.words
    assert officers["ho-nai"].opens("/office/entries?team=KP+18").status == 404
    assert officers["phuoc-binh"].opens("/office/entries?team=KP+18").status == 200


def is_number(cell: Cell) -> bool:
    return re.fullmatch(r"[+−]?[\d.]+", cell.text) is not None


def below_thousand(text: str) -> bool:
    return "." not in text


def whole_thousands(text: str) -> bool:
    return text == "0" or text.endswith(".000")


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.OFFICER, Role.LEADER])
def test_who_runs_works_in_or_leads_the_office_may_read(site: Site, role: Role) -> None:
    browser = site.officer("ho-nai", role, "cô Sáu")
    entries = () if role is Role.OPERATOR else ("/office/entries",)  # see tests/test_roles.py
    for path in ("/office", *entries, "/office/guides"):
        assert f"cô Sáu · {SENTENCES[f'role.{role}']}" in read(browser, path).words


# ---- the rows behind a figure -------------------------------------------------------------------


def test_every_number_leads_to_the_rows_that_it_is_the_sum_of(officer: Browser) -> None:
    page, followed = read(officer), 0
    for table in ("by-topic", "by-team", "by-outcome"):
        for cells in page.tables[table].body.values():
            for cell in cells[:2]:
                assert cell.href is not None
                assert total(read(officer, cell.href)) == number(cell), cell
                followed += 1
            assert cells[2].href is None
    assert followed > 40
    summary = f"/office/entries?week={WEEK}"
    assert page.links.count(summary) == 2 + 2  # each total, visits and teams of the summary
    for table in ("questions", "guides", "requests"):
        hrefs = {cell.href for row in page.tables[table].rows for cell in row}
        assert all(one is None or one.startswith("/office/figure?") for one in hrefs)  # no rows


def total(page: Page) -> int:
    """The sum at the end; 0 where there is no row at all."""
    if "entries" not in page.tables:
        assert SENTENCES["office.no-entries"] in page.words
        return 0
    rows = page.tables["entries"].rows
    foot = rows.pop()
    counted = [number(row[-1]) for row in rows[1:] if not row[-1].is_struck]
    assert foot[0].text == SENTENCES["office.total"]
    assert number(foot[-1]) == sum(counted)
    return number(foot[-1])


def test_a_row_says_when_where_who_what_how_it_ended_and_when_it_was_recorded(
    officers: dict[str, Browser],
) -> None:
    page = read(officers["ho-nai"], f"/office/entries?week={WEEK}&team=KP+2")
    head, first, *_ = page.tables["entries"].rows
    heads = ["day", "by", "about", "outcome", "person", "recorded", "visits"]
    wanted = [SENTENCES[f"office.entry-{name}"] for name in heads]
    wanted.insert(1, SENTENCES["office.team"])
    wanted.insert(4, SENTENCES["figures.split-place"])
    wanted.insert(8, SENTENCES["figures.entry-files"])
    assert [cell.text for cell in head] == wanted
    assert [cell.text for cell in first] == [
        "16/11/2026",
        "KP 2",
        "chị KP 2",
        SENTENCES["topic.dvc"],
        "—",
        SENTENCES["figures.word-outcome-chuyen_tiep"],
        "—",
        "09:00 18/11/2026",
        "—",
        "2",
    ]
    assert "Tổ: KP 2" in page.words
    assert f"/office?week={WEEK}" in page.links


def test_what_was_taken_back_is_struck_through_with_its_reason_and_not_counted(
    officers: dict[str, Browser],
) -> None:
    page = read(officers["ho-nai"], "/office/entries?topic=vneid")
    rows = page.tables["entries"].rows[1:-1]
    struck = [row for row in rows if row[-1].is_struck]
    assert [[cell.is_struck for cell in row] for row in rows].count([True] * 10) == len(struck) == 1
    assert number(struck[0][-1]) == TAKEN_BACK
    assert f"Lý do: {REASON}" in struck[0][-3].text
    assert total(page) == 1
    assert "1 phiếu gạch ngang" in page.words


def test_the_page_can_be_printed_without_what_is_only_for_the_screen(officer: Browser) -> None:
    style = officer.opens("/static/office.css").text
    assert ".no-print { display: none" in style.partition("@media print")[2]
    for path in ("/office", "/office/entries", "/office/guides"):
        html = officer.opens(path).text
        assert 'id="print"' in html
        for part in ('class="bar no-print"', 'class="weeks no-print"'):
            assert part in html


def test_every_look_stands_in_the_audit_log_and_a_refusal_does_not(site: Site) -> None:
    browser, commune = site.officer(), site.ward.commune().id

    def looks(unit: Unit) -> list[str]:
        acts = [one.act for one in audit.list_acts(unit, commune)]
        return [act.object for act in acts if act.action == "read" and act.actor == acts[-1].actor]

    for path in ("/office", f"/office?week={WEEK_BEFORE}", "/office/entries?topic=at"):
        read(browser, path)
    for path in ("/office/entries?topic=x", "/office/entries?team=x", "/office?week=x"):
        assert browser.opens(path).status in (303, 404)
    seen = site.ward.base.database.read(looks)
    assert seen == [f"week:{WEEK}", f"week:{WEEK_BEFORE}", f"entries:{WEEK}:topic:at"]


# ---- what is asked for --------------------------------------------------------------------------

BAD_WEEKS = [
    "2026-W99",
    "2026-W00",
    "2026-W54",
    "2026-W7",
    "",
    " ",
    "x" * 4000,
    BAD,
    "{you}",
    "%s%n",
    "2026-W47..2026-W48",
    "month:2026-11",
    "٢٠٢٦-W٤٧",
    "\x00",
    "\r\nSet-Cookie: a=b",
    "1900-W01",
    "0001-W01",
    "9999-W52",
    "2199-W52",
    "2026-W48",
    "-2026-W47",
]


def test_a_week_that_is_none_or_is_to_come_leads_to_this_week(officer: Browser) -> None:
    for key in BAD_WEEKS:
        for path in ("/office", "/office/entries"):
            answer = officer.opens(f"{path}?{urlencode({'week': key})}")
            assert (answer.status, answer.location) == (303, "/office"), key
    for raw in ("week=%FF%FE", "week=%ED%A0%80", "week", "week=&week=2026-W47", "week=%"):
        assert officer.opens(f"/office?{raw}").status == 303, raw


@pytest.mark.parametrize("key", ["1900-W02", "1970-W01", "2020-W53", "2026-W01"])
def test_a_week_before_the_first_record_is_a_page_of_unknowns(officer: Browser, key: str) -> None:
    page = read(officer, f"/office?week={key}")
    for table in ("by-topic", "questions"):
        for cells in page.tables[table].body.values():
            assert [cell.text for cell in cells] == ["—"] * 3
            assert {cell.href for cell in cells} == {None}
    assert "15/11/2026" in page.words  # since when there are records
    assert read(officer, f"/office/entries?week={key}").tables == {}


def test_a_figure_that_there_is_not_is_not_found(officer: Browser) -> None:
    for query in (
        "topic=no-such",
        "topic=",
        "team=",
        "team=KP+99",
        "topic=vneid&team=KP+2",
        urlencode({"topic": BAD}),
        urlencode({"team": BAD}),
        urlencode({"team": "Gọi ngay 0900 000 000 để nhận quà"}),
        "team=%00",
        "team=%FF",
        "team=" + "x" * 5000,
        "team=' OR 1=1 --",
    ):
        answer = officer.opens(f"/office/entries?week={WEEK}&{query.replace(' ', '+')}")
        assert answer.status == 404, query
        assert SENTENCES["web.error-404"] in answer.page.words
        assert "0900" not in answer.page.words


def test_names_that_try_to_be_more_than_words_stay_words(officer: Browser) -> None:
    page = read(officer)
    assert f"{BAD} · " in page.words  # the officer
    assert BAD_TEAM in page.tables["by-team"].body
    assert {row[0].text for row in page.tables["guides"].rows[1:]} == {BAD}  # title, and lost title
    sheet = read(officer, f"/office/entries?{urlencode({'team': BAD_TEAM})}")
    assert f"Tổ: {BAD_TEAM}" in sheet.words
    assert {row[2].text for row in sheet.tables["entries"].rows[1:-1]} == {f"chị {BAD_TEAM}"}
