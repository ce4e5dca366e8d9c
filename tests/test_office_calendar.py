"""The office's reporting calendar as a page: what is next, questions answered, days off, who may what."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.core.vocabulary import Role
from tests import small_content
from tests.browser_server import running
from tests.office_browser import Answer, Browser
from tests.office_site import Site

PAGE = "/office/calendar"
RULE = f"{PAGE}/rules/quy-cua-phong"
DAYS = f"{PAGE}/days"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A ward with its office; its clock stands on 18/11/2026."""
    folder = tmp_path_factory.mktemp("calendar-page")
    with running(folder, content_dir=small_content.shared()) as ward:
        yield Site(ward)


def send(browser: Browser, path: str, **fields: str) -> Answer:
    return browser.posts(path, {"form": browser.token("/office/sign-out"), **fields})


def has(answer: Answer, *said: str) -> bool:
    words = "".join(answer.page.words.split())
    return all("".join(one.split()) in words for one in said)


def test_the_page_says_what_is_next_to_whom_and_until_when(site: Site) -> None:
    page = site.officer().opens(PAGE)
    assert page.status == 200
    assert has(
        page,
        "Chậm nhất thứ Sáu 04/12/2026",
        "Báo cáo tháng 11/2026, từ 01/11/2026 đến 30/11/2026",
        "6 đơn vị → Phòng Văn hóa - Xã hội",
        "Ban điều hành các khu phố",
        "Lúc gửi kỳ chưa hết: ghi “thực hiện đến ngày 02/12/2026” và ước cả kỳ.",
        "Căn cứ 002 · V.1: “định kỳ hàng quý báo cáo Ủy ban nhân dân phường",
    )
    assert 'href="/office/reports/one?period=year%3A2026"' in page.text
    assert "thứ Sáu 02/01/2026" in page.text


def test_another_year_is_shown_and_what_is_no_year_is_this_one(site: Site) -> None:
    officer = site.officer()
    page = officer.opens(f"{PAGE}?year=2028")
    assert "thứ Hai 03/04/2028" in page.text  # the 4th is Giỗ Tổ
    for said in ("", "x", "12026", "20%EF%BC%92%EF%BC%98"):
        assert has(officer.opens(f"{PAGE}?year={said}"), "Lịch báo cáo năm 2026")


def test_a_question_is_answered_changed_and_asked_again(site: Site) -> None:
    officer = site.officer()
    rule = {"day": "10", "months": "1, 4,7,10", "window": "quarter", "of": "previous"}
    kept = send(officer, RULE, **rule)
    assert kept.location == f"{PAGE}?done=rule#done"
    page = officer.opens(PAGE)
    assert has(page, "Đang tính: trước ngày 10 các tháng 1, 4, 7, 10.", "Ngày do phường, xã điền")
    assert "thứ Sáu 09/10/2026" in page.text
    without = send(officer, f"{RULE}/gone", reason="")
    assert (without.status, has(without, "Cần ghi vì sao bỏ")) == (422, True)
    gone = send(officer, f"{RULE}/gone", reason="chưa thống nhất")
    assert gone.location == f"{PAGE}?done=asked#done"
    assert "thứ Sáu 09/10/2026" not in officer.opens(PAGE).text
    late = send(officer, f"{RULE}/gone", reason="chưa thống nhất")
    assert late.location == f"{PAGE}?done=late#done"


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"day": "mười"}, "Ngày phải là số từ 1 đến 31."),
        ({"day": "40"}, "Ngày phải là số từ 1 đến 31."),
        ({"months": "ba, sáu"}, "Các tháng chưa đúng"),
        ({"months": ""}, "Các tháng chưa đúng"),
        ({"window": "month"}, "Kỳ số liệu không khớp"),
        ({"window": "<b>"}, "Kỳ số liệu không khớp"),
    ],
)
def test_a_wrong_answer_is_explained_and_stays_typed(
    site: Site, typed: dict[str, str], says: str
) -> None:
    rule = {"day": "10", "months": "3, 6, 9, 12", "window": "quarter", "of": "this"} | typed
    refused = send(site.officer(), RULE, **rule)
    assert refused.status == 422
    assert has(refused, says)
    assert f'value="{rule["day"]}"' in refused.text
    assert 'value="this" selected' in refused.text


def test_a_clause_that_is_not_asked_has_no_form(site: Site) -> None:
    rule = {"day": "10", "months": "", "window": "month", "of": "previous"}
    for name in ("tien-do-thang", "khong-co"):
        assert send(site.officer(), f"{PAGE}/rules/{name}", **rule).status == 404


def test_a_day_off_moves_the_deadline_until_it_is_taken_out(site: Site) -> None:
    officer = site.officer()
    off = {"day": "04/12/2026", "kind": "off", "note": "mất điện, CV 12/UBND"}
    assert send(officer, DAYS, **off).location == f"{PAGE}?done=day#done"
    page = officer.opens(PAGE)
    assert has(page, "Nghỉ thứ Sáu 04/12/2026: mất điện, CV 12/UBND")
    assert has(page, "Chậm nhất thứ Năm 03/12/2026")
    again = send(officer, DAYS, **off)
    assert (again.status, has(again, "Ngày này đã có trong lịch")) == (422, True)
    assert 'value="mất điện, CV 12/UBND"' in again.text
    number = page.text.split('id="day-')[1].split('"')[0]
    gone = send(officer, f"{DAYS}/{number}/gone", reason="điện có lại")
    assert gone.location == f"{PAGE}?done=gone#done"
    page = officer.opens(PAGE)
    assert has(page, "Lý do: điện có lại", "Chậm nhất thứ Sáu 04/12/2026")
    unread = send(officer, DAYS, day="hôm kia", kind="off", note="nghỉ bù")
    assert (unread.status, has(unread, "Ngày không đọc được")) == (422, True)


def test_a_leader_reads_without_forms_and_an_operator_is_told_why_not(site: Site) -> None:
    leader = site.officer(role=Role.LEADER)
    page = leader.opens(PAGE)
    assert page.status == 200
    assert "/office/calendar/rules/" not in page.text
    assert "/office/calendar/days" not in page.text
    operator = site.officer(role=Role.OPERATOR).opens(PAGE)
    assert (operator.status, has(operator, "Lịch báo cáo là việc của cán bộ")) == (403, True)


def test_a_plan_without_days_shows_its_questions_first(site: Site) -> None:
    page = site.officer("phuoc-tan").opens(PAGE)
    assert has(page, "Chưa có hạn nào trong lịch.", "Báo cáo định kỳ: 3 đơn vị → Văn phòng HĐND")
