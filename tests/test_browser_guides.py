"""What the guides lack, in a real browser: which are old, what none answers, on phones, desks and paper."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from bot.locale import local_day
from storage import questions
from storage.database import Unit
from storage.questions import Unanswered
from tests.browser_server import Ward, running
from tests.browser_visits import (
    DESK,
    PHONE,
    SMALL_PHONE,
    Device,
    assert_accessible,
    assert_fits,
    devices,
    visit,
)
from tests.freshness_content import EARLY, LAST_DAY, NEXT, copy_content, title_of
from tests.test_browser_office import join, legibility

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-guides")]

HEADING = "Bài hướng dẫn và câu hỏi chưa có bài"
WITHOUT_BLANKS = "https://" + "a" * 280


@pytest.fixture(scope="module")
def neglected(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ward]:
    """One guide is old, one is due soon, and two things are asked in vain."""
    folder = tmp_path_factory.mktemp("neglected")
    with running(folder, content_dir=copy_content(folder)) as ward:
        day = LAST_DAY[NEXT] - timedelta(days=8)
        ward.clock.passes(days=(day - local_day(ward.clock())).days)
        asked = [
            Unanswered(day - timedelta(days=20), "thuê xe cẩu dỡ nhà giùm tui"),
            Unanswered(day, "thuê xe cẩu dỡ nhà"),
            *[Unanswered(day, WITHOUT_BLANKS)] * 2,
        ]

        def keep(unit: Unit) -> None:
            for one in asked:
                questions.keep_unanswered(unit, ward.commune().id, one)

        ward.base.database.write(keep)
        yield ward


def open_guides(page: Page, ward: Ward, login: str) -> None:
    join(page, ward, login)
    page.get_by_role("link", name="Tổ, bài, kênh").click()
    page.get_by_role("link", name="Bài, câu hỏi").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(HEADING)


@devices
def test_an_officer_sees_what_is_old_and_what_is_asked_in_vain(
    browser: Browser, neglected: Ward, device: Device
) -> None:
    with visit(browser, device) as (page, _):
        join(page, neglected, f"lan.{device['viewport']['width']}")
        alarm = page.get_by_text("Quá hạn xem lại: 1 bài hướng dẫn.")
        expect(alarm).to_be_in_viewport()
        assert_fits(page)
        page.get_by_role("link", name="Xem là bài nào").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(HEADING)
        old = page.get_by_role("table", name="Quá hạn xem lại").get_by_role("row")
        expect(old.last).to_contain_text(title_of(EARLY))
        expect(old.last).to_contain_text("Quá 23 ngày")
        soon = page.get_by_role("table", name="Tới hạn trong 30 ngày").get_by_role("row")
        expect(soon.last).to_contain_text(title_of(NEXT))
        expect(soon.last).to_contain_text("Còn 8 ngày")
        asked = page.get_by_role("table", name="Điều bà con hỏi mà chưa có bài")
        cells = asked.get_by_role("row", name=re.compile("xe cẩu")).get_by_role("cell")
        assert cells.all_inner_texts() == ["2", "23/12/2026 – 12/01/2027"]
        assert_fits(page)
        assert_accessible(page, "guides")
        page.get_by_role("link", name="Số liệu", exact=True).click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("tuần 02")


def test_red_is_not_the_only_sign_and_can_be_read(browser: Browser, neglected: Ward) -> None:
    with visit(browser, SMALL_PHONE, forced_colors="active") as (page, _):
        join(page, neglected, "khong.mau")
        expect(page.get_by_text("Quá hạn xem lại: 1 bài hướng dẫn.")).to_be_visible()
        assert_accessible(page, "week with an alarm, without colours")
    with visit(browser, PHONE) as (page, _):
        join(page, neglected, "co.mau")
        alarm = page.locator("main .fault")
        red, green, blue = colours(alarm.evaluate("(one) => getComputedStyle(one).color"))
        assert red > 100 > max(green, blue)
        assert_accessible(page, "week with an alarm")


def colours(style: str) -> list[int]:
    return [int(part) for part in re.findall(r"\d+", style)[:3]]


def test_the_questions_are_one_press_away_however_many_guides_are_old(
    browser: Browser, neglected: Ward
) -> None:
    with visit(browser, PHONE) as (page, _):
        join(page, neglected, "mai.vhxh")
        page.get_by_role("link", name="Điều bà con hỏi mà chưa có bài").click()
        expect(page.get_by_role("heading", name="Điều bà con hỏi")).to_be_in_viewport()
        page.evaluate("scrollTo(0, 0)")
        page.get_by_role("link", name="Câu hỏi chưa có bài").click()
        expect(page.get_by_role("heading", name="Điều bà con hỏi")).to_be_in_viewport()


def test_the_list_prints_black_and_whole(browser: Browser, neglected: Ward) -> None:
    with visit(browser, DESK) as (page, _):
        page.add_init_script("window.print = () => { window.printed = true; };")
        open_guides(page, neglected, "in.vhxh")
        page.get_by_role("button", name="In trang này").click()
        assert page.evaluate("window.printed")
        page.emulate_media(media="print")
        page.set_viewport_size({"width": 661, "height": 1000})  # 175 mm, between the margins
        assert page.locator("button:visible, nav:visible, main a:visible").count() == 0
        assert_fits(page)
        assert legibility(page) == []
        page.goto(f"{neglected.url}/office")
        assert page.locator("main .fault:visible").count() == 0  # the week's sheet is of figures
