"""The pages of tasks: by who leads them, what is overdue, what is written and taken back, who may what."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.core.vocabulary import Role
from tests import small_content
from tests.browser_server import running
from tests.office_browser import Answer, Browser
from tests.office_site import BAD, Site

PAGE = "/office/tasks"
CONTEST = f"{PAGE}/to-chuc-cuoc-thi-cong-dan-so"  # of Phước Bình, due in the second quarter
PLAN = f"{PAGE}/cap-nhat-ke-hoach"  # of no focus, due in the first


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A ward with its office; its clock stands on 18/11/2026."""
    folder = tmp_path_factory.mktemp("tasks-page")
    with running(folder, content_dir=small_content.shared()) as ward:
        yield Site(ward)


def send(browser: Browser, path: str, **fields: str) -> Answer:
    return browser.posts(path, {"form": browser.token("/office/sign-out"), **fields})


def has(answer: Answer, *said: str) -> bool:
    words = "".join(answer.page.words.split())
    return all("".join(one.split()) in words for one in said)


def number_of(page: Answer) -> str:
    """The id of the newest line of the history."""
    return page.text.split('id="state-')[1].split('"')[0]


def test_tasks_stand_by_who_leads_them_and_those_about_our_work_are_open(site: Site) -> None:
    page = site.officer("ho-nai").opens(PAGE)
    assert page.status == 200
    assert has(page, "Tất cả nhiệm vụ 23", "Chưa có thông tin 23", "Việc khác: 2")

    def is_folded(name: str) -> bool:
        place = page.text.index(f"{PAGE}/{name}")
        return page.text.rfind("<details", 0, place) > page.text.rfind("</details>", 0, place)

    assert not is_folded("van-dong-nguoi-dan")
    assert is_folded("co-so-du-lieu-tthc")
    assert "Quá hạn" not in page.text  # section V names no day


def test_what_is_overdue_stands_first_with_its_mark(site: Site) -> None:
    page = site.officer("phuoc-binh").opens(PAGE)
    assert has(page, "▲ Quá hạn: 4 nhiệm vụ", "Quá hạn 141 ngày (hạn: Quý II/2026)", "▲ 3 quá hạn")
    assert page.text.index(CONTEST) < page.text.index(PLAN)


def test_where_a_task_stands_is_written_shown_and_taken_back(site: Site) -> None:
    officer = site.officer("phuoc-binh")
    assert has(officer.opens(CONTEST), "Chưa ai ghi gì về nhiệm vụ này.", "? Chưa có thông tin")
    done = {"status": "da_xong", "result": "312 người dự thi", "day": "2026-06-20"}
    assert send(officer, CONTEST, **done).location == f"{CONTEST}?done=kept#done"
    page = officer.opens(CONTEST)
    assert has(page, "● Đã xong · Tới ngày 20/06/2026", "Kết quả 312 người dự thi")
    assert has(page, "20/06/2026: Đã xong")
    assert has(officer.opens(PAGE), "Quá hạn: 3 nhiệm vụ", "Kết quả: 312 người dự thi")
    assert send(officer, CONTEST, **done).location == f"{CONTEST}?done=same#done"
    gone = f"{CONTEST}/states/{number_of(page)}/gone"
    without = send(officer, gone, reason="")
    assert (without.status, has(without, "Cần ghi vì sao bỏ")) == (422, True)
    assert send(officer, gone, reason="ghi nhầm năm").location == f"{CONTEST}?done=gone#done"
    assert send(officer, gone, reason="ghi nhầm năm").location == f"{CONTEST}?done=late#done"
    page = officer.opens(CONTEST)
    assert has(page, "Lý do: ghi nhầm năm", "? Chưa có thông tin")
    assert has(officer.opens(PAGE), "Quá hạn: 4 nhiệm vụ")


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"status": ""}, "Chưa chọn tình trạng"),
        ({"status": "xong"}, "Chưa chọn tình trạng"),
        ({"day": "hôm qua"}, "Ngày không đọc được"),
        ({"day": "2027-01-01"}, "Ngày này chưa tới"),
        ({"day": "31/12/2025"}, "trước năm của kế hoạch"),
        ({"result": "a" * 1001}, "Kết quả dài quá"),
        ({"status": "khong_lam", "result": " "}, "phải ghi vì sao"),
    ],
)
def test_a_wrong_word_is_explained_and_stays_typed(
    site: Site, typed: dict[str, str], says: str
) -> None:
    usual = {"status": "dang_lam", "result": "Đang soạn " + BAD, "day": "2026-11-18"}
    form = usual | typed
    refused = send(site.officer("phuoc-binh"), PLAN, **form)
    assert (refused.status, has(refused, says)) == (422, True)
    assert f'value="{form["day"]}"' in refused.text
    assert "<script>alert" not in refused.text
    if "status" not in typed:
        assert '<option value="dang_lam" selected>' in refused.text
    if "result" not in typed:
        assert "Đang soạn" in refused.text


def test_a_task_of_another_commune_or_none_is_not_found(site: Site) -> None:
    officer = site.officer("phuoc-binh")
    form = {"status": "dang_lam", "result": "", "day": "2026-11-18"}
    for name in ("van-dong-nguoi-dan", "khong-co"):
        assert officer.opens(f"{PAGE}/{name}").status == 404
        assert send(officer, f"{PAGE}/{name}", **form).status == 404


def test_a_leader_reads_without_forms_and_an_operator_is_told_why_not(site: Site) -> None:
    leader = site.officer("phuoc-binh", role=Role.LEADER)
    for path in (PAGE, CONTEST):
        page = leader.opens(path)
        assert page.status == 200
        assert 'action="/office/tasks' not in page.text
    operator = site.officer("phuoc-binh", role=Role.OPERATOR).opens(PAGE)
    assert (operator.status, has(operator, "việc của cán bộ và lãnh đạo")) == (403, True)
