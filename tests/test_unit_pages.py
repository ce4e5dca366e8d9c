"""Units report by a one-use link: the form, what is wrong with it, the office's page, the print page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.core.periods import parse
from bot.core.vocabulary import Role
from storage import audit
from storage.database import Unit
from storage.models_plans import target_readings, task_states, unit_reports
from tests.office_browser import Browser, Page
from tests.office_site import Site
from tests.unit_site import PEOPLE_DESK, POLICE, Desk, open_units

PERIODS = iter(
    f"{kind}:{year}-{month:02}"
    for year in (2026, 2025)
    for kind in ("month", "reporting-month")
    for month in range(1, 10)
)
"""A month of its own for each test that changes something."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with open_units(tmp_path_factory.mktemp("units")) as opened:
        yield opened


@pytest.fixture(scope="module")
def desk(site: Site) -> Desk:
    return Desk(site.officer())


@pytest.fixture
def period(desk: Desk) -> str:
    """A month that has been opened."""
    name = next(PERIODS)
    assert desk.opens(name).location == f"/office/units?period={name}&done=opened#done"
    return name


def rows(site: Site, table: Any) -> list[Any]:
    return site.ward.base.database.read(
        lambda unit: unit.connection.execute(select(table).order_by(table.c.id)).all()
    )


def fields(page: Page, **typed: str) -> dict[str, str]:
    """The form as it stands, with what is typed over it."""
    names = ("revision", "as_of", "s.muc-2", "s.mo-hinh", "s.xep-loai")
    kept = {name: value for name, value in page.values.items() if name[:2] in ("f.", "g.")}
    kept |= {name: page.values[name] for name in names if name in page.values}
    return kept | {"sent_by": "chị Tư Công an", **typed}


def sends(browser: Browser, path: str, **typed: str) -> Any:
    page = browser.opens(path).page
    return browser.posts(path, fields(page, **typed))


def readings_of(site: Site, report: int) -> list[Any]:
    return [one for one in rows(site, target_readings) if one.unit_report_id == report]


def test_a_unit_is_asked_of_its_own_targets_and_tasks_and_nothing_else(
    site: Site, desk: Desk, period: str
) -> None:
    words = site.browser().opens(desk.link(POLICE, period)).page.words
    for own in ("Tỷ lệ có định danh mức 2", "≥ 80 %", "Xếp loại an toàn", "Ra quân làm định danh"):
        assert own in words, own
    assert "Lần trước: chưa có số" in words
    for other in ("Mô hình mới", "Số hóa hồ sơ", "Lượt giúp bà con"):
        assert other not in words, other
    assert "Mô hình mới" in site.browser().opens(desk.link(PEOPLE_DESK, period)).page.words


def test_what_is_sent_becomes_a_reading_with_its_source_and_day(
    site: Site, desk: Desk, period: str
) -> None:
    number, link = desk.number(POLICE, period), desk.link(POLICE, period)
    visitor = site.browser()
    answer = sends(
        visitor,
        link,
        **{
            "n.muc-2": "80,5",
            "l.xep-loai": "Mức Khá",
            "r.xep-loai": "yes",
            "t.ra-quan": "dang_lam",
            "y.ra-quan": "Đã làm 3 đợt\nCòn 1 đợt",
            "difficulties": "Máy cũ, gọi anh Ba 0912 345 678",
        },
    )
    assert (answer.status, answer.location) == (303, link)
    found = {one.target: one for one in readings_of(site, number)}
    assert set(found) == {"muc-2", "xep-loai"}
    assert (found["muc-2"].number, found["muc-2"].level) == (80.5, None)
    assert (found["xep-loai"].level, found["xep-loai"].is_reached) == ("Mức Khá", True)
    assert found["muc-2"].source == f"Báo cáo của {POLICE}, ngày 18/11/2026"
    assert found["muc-2"].as_of == parse(period).end - timedelta(days=1)
    (state,) = [one for one in rows(site, task_states) if one.unit_report_id == number]
    assert (state.status, state.result) == ("dang_lam", "Đã làm 3 đợt\nCòn 1 đợt")
    shown = visitor.opens(link).page.words
    assert "Đã gửi báo cáo" in shown
    assert "0912" not in shown
    assert "chị Tư Công an" in shown


def test_a_link_is_good_for_one_sending(site: Site, desk: Desk, period: str) -> None:
    number, link = desk.number(POLICE, period), desk.link(POLICE, period)
    visitor = site.browser()
    form = fields(visitor.opens(link).page, **{"n.muc-2": "70"})
    assert visitor.posts(link, form).status == 303
    assert visitor.posts(link, form).status == 303  # the button was tapped twice
    late = visitor.posts(link, form | {"n.muc-2": "99", "o.muc-2": "số của anh Năm"})
    assert late.status == 409
    assert "chưa gửi được" in late.page.words
    assert "muc-2: 99" in late.page.words
    assert "muc-2: số của anh Năm" in late.page.words
    assert [one.number for one in readings_of(site, number)] == [70.0]
    assert "revision" not in visitor.opens(link).page.values


def test_a_new_link_makes_the_old_one_dead(site: Site, desk: Desk, period: str) -> None:
    old, new = desk.link(POLICE, period), desk.link(POLICE, period)
    visitor = site.browser()
    gone = visitor.opens(old)
    assert gone.status == 404
    assert "không dùng được nữa" in gone.page.words
    assert visitor.opens(new).status == 200


def test_what_was_typed_behind_a_link_that_was_replaced_meanwhile_is_shown_to_be_copied(
    site: Site, desk: Desk, period: str
) -> None:
    old, visitor = desk.link(POLICE, period), site.browser()
    form = fields(visitor.opens(old).page, **{"n.muc-2": "70", "difficulties": "Máy <b> cũ"})
    desk.link(POLICE, period)
    late = visitor.posts(old, form)
    assert late.status == 404
    assert "muc-2: 70" in late.page.words
    assert "Máy <b> cũ" in late.page.words
    assert "<b>" not in late.text


def test_a_form_filled_in_while_the_report_changed_comes_back_filled_in_and_can_be_sent(
    site: Site, desk: Desk, period: str
) -> None:
    number, link = desk.number(POLICE, period), desk.link(POLICE, period)
    path = f"/office/units/{number}/enter"
    page, visitor = desk.browser.opens(path).page, site.browser()
    stale = fields(visitor.opens(link).page, **{"n.muc-2": "70"})
    told = fields(page, **{"n.muc-2": "8", "form": page.tokens[path]})
    assert desk.browser.posts(path, told).status == 303
    again = desk.browser.posts(path, told | {"n.muc-2": "9"})
    assert again.status == 422
    assert "có thay đổi" in again.page.words
    assert again.page.values["n.muc-2"] == "9"
    sure = told | {"n.muc-2": "9", "revision": again.page.values["revision"]}
    assert desk.browser.posts(path, sure).status == 303
    desk.sends(f"/{number}/judge", what="mend", words="xem lại", revision=desk.revision(number))
    fresh = desk.link(POLICE, period)
    late = visitor.posts(fresh, stale)
    assert late.status == 422
    assert late.page.values["n.muc-2"] == "70"
    sure = stale | {"revision": late.page.values["revision"]}
    assert visitor.posts(fresh, sure).status == 303
    assert readings_of(site, number)[-1].number == 70.0


def test_a_link_runs_out(site: Site, desk: Desk, period: str) -> None:
    link = desk.link(POLICE, period)
    site.ward.clock.passes(days=31)
    try:
        assert site.browser().opens(link).status == 404
    finally:
        site.ward.clock.passes(days=-31)


def test_only_the_hash_of_a_link_is_stored(site: Site, desk: Desk, period: str) -> None:
    token = desk.link(POLICE, period).removeprefix("/u/")
    assert all(token not in str(row) for row in rows(site, unit_reports))

    def acts(unit: Unit) -> str:
        return str(audit.list_acts(unit, site.ward.commune().id))

    assert token not in site.ward.base.database.read(acts)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"n.muc-2": "80.5"}, "số lẻ viết dấu phẩy (80,5)"),
        ({"n.muc-2": "tám mươi"}, "không rõ là số nào"),
        ({"n.muc-2": "1,234"}, "không rõ là số nào"),
        ({"n.muc-2": "-3"}, "không rõ là số nào"),
        ({"p.muc-2": "80"}, "Mới có một trong hai số"),
        ({"p.muc-2": "120", "w.muc-2": "100"}, "Số đạt lớn hơn tổng số"),
        ({"p.muc-2": "80", "w.muc-2": "100", "n.muc-2": "85"}, "ra 80 %"),
        ({"n.muc-2": "100,5"}, "ghi số từ 0 đến 100."),
        ({"p.muc-2": "99.999.999.999", "w.muc-2": "100"}, "từ 0 đến 100.000.000."),
        ({"l.xep-loai": "Mức Khá"}, "chọn một trong hai"),
        ({"r.xep-loai": "yes"}, "ghi mức đã đạt"),
        ({"y.ra-quan": "đã làm"}, "chưa chọn tình trạng"),
        ({"n.muc-2": "80", "sent_by": " "}, "ghi họ tên"),
        ({"n.muc-2": "80", "as_of": "2027-01-01"}, "chọn một ngày từ"),
        ({"n.muc-2": "80", "nothing": "yes"}, "bỏ một trong hai"),
        ({}, "điền ít nhất một số"),
    ],
    ids=str,
)
def test_a_fault_is_said_once_and_what_was_typed_stays(
    site: Site, desk: Desk, typed: dict[str, str], sentence: str
) -> None:
    desk.opens("month:2026-10")
    link = desk.link(POLICE)
    answer = sends(site.browser(), link, **{"o.muc-2": "ghi chú của tôi", **typed} if typed else {})
    assert answer.status == 422
    assert sentence in answer.page.words
    assert answer.page.words.count("Chưa gửi được, còn 1 chỗ") == 1
    for name, value in typed.items():
        assert (
            name[:2] in ("y.", "r.")
            or name == "nothing"
            or answer.page.values[name] == value.strip()
            or value in answer.text
        )
    if typed:
        assert answer.page.values["o.muc-2"] == "ghi chú của tôi"


def test_the_day_is_chosen_from_a_calendar_that_knows_the_period(site: Site, desk: Desk) -> None:
    desk.opens("month:2026-10")
    text = site.browser().opens(desk.link(POLICE)).text
    field = re.search(r'<input type="date" id="as_of"[^>]*>', text)
    assert field is not None
    for part in ('value="2026-10-31"', 'min="2026-10-01"', 'max="2026-10-31"'):
        assert part in field[0], part


def test_a_share_is_worked_out_of_its_two_numbers(site: Site, desk: Desk, period: str) -> None:
    number, link = desk.number(POLICE, period), desk.link(POLICE, period)
    answer = sends(site.browser(), link, **{"p.muc-2": "1.234", "w.muc-2": "2.000"})
    assert answer.status == 303, answer.text
    (kept,) = readings_of(site, number)
    assert (kept.number, kept.part, kept.whole) == (61.7, 1234, 2000)


def test_what_one_neighbourhood_says_is_no_figure_of_the_commune(
    site: Site, desk: Desk, period: str
) -> None:
    for name, told in (("Khu phố 1", "2"), ("Khu phố 2", "3")):
        figures = {
            f"f.{one}": "0" for one in ("visits", "people", "classes", "sessions", "broadcasts")
        }
        answer = sends(site.browser(), desk.link(name, period), **figures, **{"n.mo-hinh": told})
        assert answer.status == 303, answer.text
        assert readings_of(site, desk.number(name, period)) == []
    page = desk.browser.opens(f"/office/units?period={period}").page
    (table,) = [one for one in page.tables.values() if one.id.startswith("sum-")]
    assert {who: cells[0].text for who, cells in table.body.items()} == {
        "Khu phố 1": "2",
        "Khu phố 2": "3",
        "Cộng": "5",
    }


def test_the_office_asks_to_mend_and_what_was_sent_before_counts_no_more(
    site: Site, desk: Desk, period: str
) -> None:
    number, link = desk.number(POLICE, period), desk.link(POLICE, period)
    sends(site.browser(), link, **{"n.muc-2": "8"})
    refused = desk.sends(f"/{number}/link")
    assert refused.status == 422
    assert "đã gửi rồi" in refused.page.words
    asked = desk.sends(
        f"/{number}/judge", what="mend", words="8 hay 80?", revision=desk.revision(number)
    )
    assert asked.location == f"/office/units/{number}?done=mend#done"
    assert "Cần sửa" in desk.page(f"?period={period}")
    assert site.browser().opens(link).status == 404
    fresh = desk.link(POLICE, period)
    page = site.browser().opens(fresh).page
    assert "8 hay 80?" in page.words
    assert page.values["n.muc-2"] == "8"
    assert sends(site.browser(), fresh, **{"n.muc-2": "80"}).status == 303
    found = [(one.number, one.reason) for one in readings_of(site, number)]
    assert found == [(8.0, "8 hay 80?"), (80.0, None)]


def test_the_office_accepts_takes_back_and_enters_itself(
    site: Site, desk: Desk, period: str
) -> None:
    number = desk.number(POLICE, period)
    page = desk.browser.opens(f"/office/units/{number}/enter").page
    typed = fields(page, **{"n.muc-2": "81", "form": page.tokens[f"/office/units/{number}/enter"]})
    assert desk.browser.posts(f"/office/units/{number}/enter", typed).location == (
        f"/office/units/{number}?done=entered#done"
    )
    seen = desk.revision(number)
    assert desk.sends(f"/{number}/judge", what="accept", words="", revision=seen).status == 303
    assert "Phòng đã nhận" in desk.page(f"/{number}")
    late = desk.sends(f"/{number}/judge", what="accept", words="", revision=seen)
    assert "vừa có thay đổi" in late.page.words
    empty = desk.sends(f"/{number}/judge", what="back", words="x", revision=desk.revision(number))
    assert (empty.status, "Ghi ít nhất 3 chữ" in empty.page.words) == (422, True)
    back = desk.sends(
        f"/{number}/judge", what="back", words="nhầm đơn vị", revision=desk.revision(number)
    )
    assert back.status == 303
    assert [(one.number, one.reason) for one in readings_of(site, number)] == [
        (81.0, "nhầm đơn vị")
    ]
    assert "Chưa gửi" in desk.page(f"/{number}")


def test_the_page_says_who_has_not_sent_and_gives_the_words_for_the_group(desk: Desk) -> None:
    words = desk.page("?period=month:2026-11")
    assert "Đã gửi 0/19 đơn vị" in words
    assert "Gửi chậm nhất ngày 04/12/2026." in words
    text = desk.browser.opens("/office/units?period=month:2026-11").text
    paste = text.split('id="paste-words">')[1].split("<")[0]
    assert len(paste) <= 500
    assert "tháng 11/2026" in paste
    assert "Xin gửi chậm nhất ngày 04/12/2026." in paste
    assert "Khu phố 1," in paste


def test_links_for_all_are_made_in_one_click_and_shown_once(desk: Desk, period: str) -> None:
    made = desk.sends("/links", period=period)
    assert made.text.count("/u/") >= 19
    page = desk.browser.opens(f"/office/units?period={period}")
    assert "/u/" not in page.text
    assert "cũng đã có đường dẫn" in page.page.words


def test_links_for_all_leave_alone_the_link_that_somebody_has_already(
    site: Site, desk: Desk, period: str
) -> None:
    link = desk.link(POLICE, period)
    assert "cho 18 đơn vị" in desk.page(f"?period={period}")
    assert POLICE not in desk.sends("/links", period=period).page.words
    assert site.browser().opens(link).status == 200
    site.ward.clock.passes(days=31)
    try:
        # 31 days later the officer has to sign in anew.
        assert "cho 19 đơn vị" in Desk(site.officer()).page(f"?period={period}")
    finally:
        site.ward.clock.passes(days=-31)


@pytest.mark.parametrize("what", ["mend", "back"])
def test_a_verdict_whose_words_say_nothing_comes_back_in_its_own_form(
    site: Site, desk: Desk, period: str, what: str
) -> None:
    number, link = desk.number(POLICE, period), desk.link(POLICE, period)
    sends(site.browser(), link, **{"n.muc-2": "8"})
    asked = desk.sends(f"/{number}/judge", what=what, words="?", revision=desk.revision(number))
    assert asked.status == 422
    opened = asked.text.split("<details open>")[1].split("</details>")[0]
    assert f'name="what" value="{what}"' in opened
    assert 'value="?"' in opened
    assert asked.text.count("<details open>") == 1


def test_every_fault_in_the_list_leads_to_its_field(site: Site, desk: Desk, period: str) -> None:
    link = desk.link(POLICE, period)
    wrong = {"n.muc-2": "x", "l.xep-loai": "Khá", "nothing": "yes", "sent_by": ""}
    answer = sends(site.browser(), link, **wrong)
    links = [one.removeprefix("#") for one in answer.page.links if one.startswith("#")]
    assert {"n.muc-2", "r.xep-loai", "nothing", "sent_by"} <= set(links)
    for name in links:
        assert f'id="{name}"' in answer.text, name


def test_a_period_that_has_not_begun_is_not_opened(desk: Desk) -> None:
    assert desk.opens("month:2027-03").status == 422
    assert desk.opens("week:2026-W40").status == 404


def test_the_public_page_leaks_nothing(site: Site, desk: Desk, period: str) -> None:
    answer = site.browser().opens(desk.link(POLICE, period))
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "noindex" in answer.headers["X-Robots-Tag"]
    assert answer.cookies == []
    assert answer.page.scripts == []


def test_five_wrong_links_and_the_door_is_shut_for_a_minute(site: Site) -> None:
    stranger = site.browser()
    statuses = [stranger.opens(f"/u/{n:043}").status for n in range(6)]
    assert statuses == [404] * 5 + [429]


def test_another_site_cannot_send_the_form(site: Site, desk: Desk, period: str) -> None:
    link, visitor = desk.link(POLICE, period), site.browser()
    form = fields(visitor.opens(link).page, **{"n.muc-2": "70"})
    assert visitor.posts(link, form, Origin="https://elsewhere.example").status == 403
    hidden = {"Origin": "null", "Sec-Fetch-Site": "cross-site"}
    assert visitor.posts(link, form, **hidden).status == 403
    assert visitor.posts(link, form | {"o.muc-2": "x" * 70_000}).status == 413
    own = {"Origin": "null", "Sec-Fetch-Site": "same-origin"}
    assert visitor.posts(link, form, **own).status == 303


def test_the_print_page_holds_what_was_sent_and_lines_to_sign(
    site: Site, desk: Desk, period: str
) -> None:
    link = desk.link(POLICE, period)
    assert "NGƯỜI LẬP" in site.browser().opens(f"{link}/print").page.words
    sends(site.browser(), link, **{"n.muc-2": "80,5"})
    for words in (
        site.browser().opens(f"{link}/print").page.words,
        desk.page(f"/{desk.number(POLICE, period)}/print"),
    ):
        assert "80,5" in words
        assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in words
        assert POLICE.upper() in words


def test_a_leader_of_the_commune_reads_and_changes_nothing(site: Site, desk: Desk) -> None:
    desk.opens("month:2026-10")
    leader = Desk(site.officer(role=Role.LEADER))
    number = leader.number(POLICE)
    assert "Tạo đường dẫn" not in leader.page(f"/{number}")
    assert leader.opens("month:2026-09").status == 403
