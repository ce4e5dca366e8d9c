"""What the guides lack, as the office reads it: a review that is overdue, and questions that none answers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.core.redaction import PHONE_MASK
from bot.core.vocabulary import Role
from bot.library import load, sort_reviews
from bot.locale import load_sentences, local_day, show_date
from storage import audit
from storage.database import Unit
from tests.browser_server import running
from tests.command_line import ROOT, Ended, Terminal
from tests.freshness_content import (
    EARLY,
    FAR,
    LAST_DAY,
    NEXT,
    REVIEWED,
    copy_content,
    line_of_review,
    title_of,
)
from tests.office_browser import SIGN_IN, Page
from tests.office_site import Site

SENTENCES = load_sentences(ROOT / "content")
GUIDES, WEEK = "/office/guides", "/office"
STALE = SENTENCES["guide.stale"].partition("{")[0]
CRANE, PIGS = "thuê xe cẩu dỡ nhà", "giá heo hơi hôm nay"
GUIDE_COUNT = len(list((ROOT / "content" / "guides").glob("*.md")))


@pytest.fixture
def content(tmp_path: Path) -> Path:
    return copy_content(tmp_path)


@pytest.fixture
def site(tmp_path: Path, content: Path) -> Iterator[Site]:
    """Wednesday 18 November 2026, 9 o'clock, in a ward that nobody has used."""
    with running(tmp_path, content_dir=content) as ward:
        yield Site(ward)


def go_to(site: Site, day: date) -> None:
    """The clock moves on to that day, and nothing else happens."""
    clock = site.ward.clock
    clock.passes(days=(day - local_day(clock())).days)
    assert local_day(clock()) == day


def read(site: Site, path: str = GUIDES, slug: str = "ho-nai") -> Page:
    """The page as somebody of that office reads it who has just signed in."""
    answer = site.officer(slug).opens(path)
    assert answer.status == 200, answer.location
    assert answer.page.scripts == []
    return answer.page


def rows(page: Page, table: str) -> list[list[str]]:
    """The words of a table without its head; none where there is no such table."""
    found = page.tables[table].rows[1:] if table in page.tables else []
    return [[cell.text for cell in row] for row in found]


def checks(site: Site, tmp_path: Path) -> Ended:
    """``python -m bot check``, by the clock of the ward."""
    terminal = Terminal(tmp_path / "terminal", site.ward.clock)
    ended = terminal.types("check", BOT_CONTENT_DIR=str(site.ward.settings.content_dir))
    assert ended.code == 0, ended.err  # an old guide is better than none
    return ended


# ---- a review that is overdue -------------------------------------------------------------------


def test_a_guide_is_fresh_on_its_last_day_and_old_on_the_next_wherever_one_looks(
    site: Site, content: Path, tmp_path: Path
) -> None:
    files = {path: path.read_bytes() for path in content.rglob("*") if path.is_file()}
    overdue = SENTENCES["office.overdue"].format(count=1)

    go_to(site, LAST_DAY[EARLY])
    assert STALE not in site.resident().opens(EARLY)
    assert checks(site, tmp_path).err == ""
    assert rows(read(site), "overdue") == []
    assert SENTENCES["office.no-overdue"] in read(site).words
    assert overdue not in read(site, WEEK).words
    assert SENTENCES["office.see-overdue"] not in read(site, WEEK).words

    go_to(site, LAST_DAY[EARLY] + timedelta(days=1))
    assert STALE in site.resident().opens(EARLY)
    assert STALE not in site.resident().opens(NEXT)
    (line,) = checks(site, tmp_path).err.splitlines()
    assert f"content/guides/{EARLY}.md:{line_of_review(content, EARLY)}: quá hạn xem lại" in line
    ((named, _),) = rows(read(site), "overdue")
    assert named.startswith(title_of(EARLY))
    assert SENTENCES["office.no-overdue"] not in read(site).words
    assert overdue in read(site, WEEK).words
    assert SENTENCES["office.see-overdue"] in read(site, WEEK).words
    assert {path: path.read_bytes() for path in files} == files


def test_check_says_since_when_how_to_mend_it_and_what_is_due_soon(
    site: Site, content: Path, tmp_path: Path
) -> None:
    def last_words() -> str:
        return checks(site, tmp_path).out.partition(" câu.")[2].strip()

    go_to(site, LAST_DAY[EARLY] - timedelta(days=31))
    assert last_words() == ""
    go_to(site, LAST_DAY[EARLY] - timedelta(days=30))
    assert last_words() == "Tới hạn xem lại trong 30 ngày: 1 bài."
    go_to(site, LAST_DAY[EARLY] + timedelta(days=7))
    assert last_words() == "Quá hạn xem lại: 1 bài. Tới hạn xem lại trong 30 ngày: 1 bài."
    (line,) = checks(site, tmp_path).err.splitlines()
    assert line.startswith(f"nên sửa: {content.name}/guides/{EARLY}.md:")
    assert f"7 ngày (hạn {show_date(LAST_DAY[EARLY])})" in line
    assert "reviewed_on" in line
    assert "review_by" in line


def test_the_page_tells_the_old_from_the_nearly_old_and_counts_the_rest(site: Site) -> None:
    go_to(site, LAST_DAY[NEXT] - timedelta(days=30))
    page = read(site)
    reviewed = SENTENCES["office.reviewed-on"].format(day=show_date(REVIEWED))
    last = {name: show_date(day) for name, day in LAST_DAY.items()}
    vneid, tt = SENTENCES["topic.vneid"], SENTENCES["topic.tt"]
    over = SENTENCES["office.days-over"].format(days=1)
    left = SENTENCES["office.days-left"].format(days=30)
    assert rows(page, "overdue") == [
        [f"{title_of(EARLY)} {vneid} · {EARLY}.md {reviewed}", f"{last[EARLY]} {over}"]
    ]
    assert rows(page, "due-soon") == [
        [f"{title_of(NEXT)} {tt} · {NEXT}.md {reviewed}", f"{last[NEXT]} {left}"]
    ]
    rest = SENTENCES["office.due-later"].format(count=GUIDE_COUNT - 2, days=30)
    assert rest in page.words
    go_to(site, LAST_DAY[NEXT])
    ((_, day),) = rows(read(site), "due-soon")
    assert day == f"{last[NEXT]} {SENTENCES['office.due-today']}"


def test_who_edits_the_guides_is_said(site: Site) -> None:
    words = read(site).words
    for sentence in ("do-who", "do-review", "do-write", "do-check"):
        assert SENTENCES[f"office.{sentence}"] in words
    assert "content/guides/" in words


def test_when_every_guide_is_old_the_oldest_stand_first(site: Site) -> None:
    go_to(site, FAR + timedelta(days=1))
    page = read(site)
    shown = [row[0] for row in rows(page, "overdue")]
    assert len(shown) == GUIDE_COUNT
    for named, guide in zip(shown, LAST_DAY, strict=False):
        assert f" · {guide}.md " in named
    assert rows(page, "due-soon") == []
    assert SENTENCES["office.overdue"].format(count=GUIDE_COUNT) in read(site, WEEK).words


def test_the_days_on_which_a_guide_changes_its_place(content: Path) -> None:
    guides = [load(content).guides[name] for name in LAST_DAY]
    early, late = LAST_DAY.values()

    def places(today: date) -> tuple[int, int, int]:
        reviews = sort_reviews(guides, today)
        return len(reviews.overdue), len(reviews.due_soon), reviews.later_count

    assert places(early - timedelta(days=31)) == (0, 0, 2)
    assert places(early - timedelta(days=30)) == (0, 1, 1)
    assert places(early) == (0, 1, 1)
    assert places(early + timedelta(days=1)) == (1, 1, 0)
    assert places(late) == (1, 1, 0)
    assert places(late + timedelta(days=1)) == (2, 0, 0)


# ---- what no guide answers ----------------------------------------------------------------------


def test_what_was_asked_once_is_shown_to_nobody_and_twice_alike_with_its_count(site: Site) -> None:
    none = SENTENCES["office.no-unanswered"].format(days=30)
    assert none in read(site).words
    site.resident().says(f"{CRANE} giùm tui")
    page = read(site)
    assert rows(page, "unanswered") == []
    assert "xe cẩu" not in page.words
    assert none in page.words
    site.ward.clock.passes(days=2)
    site.resident().says(f"dạ {CRANE}")
    page = read(site)
    assert rows(page, "unanswered") == [[f"dạ {CRANE}", "2", "18/11/2026 – 20/11/2026"]]
    assert none not in page.words
    assert SENTENCES["office.unanswered-what"].format(days=30) in page.words


def test_the_most_asked_stands_first(site: Site) -> None:
    for _ in range(2):
        site.resident().says(CRANE)
    for _ in range(3):
        site.resident().says(PIGS)
    today = show_date(local_day(site.ward.clock()))
    assert rows(read(site), "unanswered") == [[PIGS, "3", today], [CRANE, "2", today]]


def test_what_another_commune_asks_is_never_shown(site: Site) -> None:
    for slug, asked in (("ho-nai", CRANE), ("phuoc-binh", PIGS)):
        for _ in range(2):
            site.resident(slug).says(asked)
    for slug, ours, theirs in (("ho-nai", "xe cẩu", "heo"), ("phuoc-binh", "heo", "xe cẩu")):
        for path in (GUIDES, f"{GUIDES}?commune=ho-nai", f"{GUIDES}?commune=phuoc-binh"):
            page = read(site, path, slug)
            assert [row[1] for row in rows(page, "unanswered")] == ["2"]
            assert ours in page.words
            assert theirs not in page.words
    site.resident("xuan-hoa").says(CRANE)  # two ask alike, in two communes
    assert rows(read(site, slug="xuan-hoa"), "unanswered") == []


def test_a_number_to_call_back_is_masked(site: Site) -> None:
    for number in ("0912 345 678", "0912345678", "+84 912.345.678"):
        site.resident().says(f"{CRANE}, gọi {number}")
    page = read(site)
    today = show_date(local_day(site.ward.clock()))
    assert rows(page, "unanswered") == [[f"{CRANE}, gọi {PHONE_MASK}", "3", today]]
    assert not re.search(r"345|678", page.words)


def test_after_thirty_days_it_is_gone(site: Site) -> None:
    for _ in range(2):
        site.resident().says(CRANE)
    site.ward.clock.passes(days=30)
    assert len(rows(read(site), "unanswered")) == 1
    site.ward.clock.passes(days=1)
    assert rows(read(site), "unanswered") == []


def test_words_that_try_to_be_more_than_words_stay_words(site: Site) -> None:
    bad = f'<img src=x onerror="alert(1)"></td> {CRANE}'
    for _ in range(2):
        site.resident().says(bad)
    ((text, *_),) = rows(read(site), "unanswered")
    assert text == bad


# ---- who reads it -------------------------------------------------------------------------------


def test_the_page_is_for_who_is_signed_in_and_every_look_stands_in_the_audit_log(
    site: Site,
) -> None:
    nobody = site.browser().opens(GUIDES)
    assert (nobody.status, nobody.location) == (303, SIGN_IN)
    commune = site.ward.commune().id

    def looks(unit: Unit) -> list[str]:
        acts = [one.act for one in audit.list_acts(unit, commune)]
        return [act.object for act in acts if act.action == "read"]

    for role in (Role.OPERATOR, Role.OFFICER, Role.LEADER):
        assert site.officer(role=role).opens(GUIDES).status == 200
    assert site.ward.base.database.read(looks) == ["guides"] * 3


def test_the_way_there_stands_in_the_bar_of_its_group_and_beside_the_questions(
    site: Site,
) -> None:
    for path in (WEEK, "/office/entries", GUIDES):
        assert {WEEK, "/office/teams"} <= set(read(site, path).links)
    assert GUIDES in read(site, "/office/teams").links
    assert f"{GUIDES}#unanswered" in read(site, WEEK).links
    html = site.officer().opens(GUIDES).text
    assert 'id="unanswered"' in html
    assert html.count('aria-current="page"') == 1
