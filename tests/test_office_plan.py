"""The office's pages of the plan: our work first, figures and changes entered, faults said in place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.core.vocabulary import Role
from storage import audit
from tests import small_content
from tests.browser_server import running
from tests.office_browser import SIGN_OUT, Answer, Browser
from tests.office_site import BAD, Site

PAGE = "/office/plan"
COMPUTED, ENTERED, WHOLE = "truyen-thong-ky-nang-so", "vneid-muc-2", "nguoi-lon"
SOURCE = "Công an phường, báo cáo 45"
PART = f"""denominators:
  - {{id: {WHOLE}, title: Người trưởng thành, unit: người, source: 002 · II.2.4}}

targets:"""


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    content = small_content.make(tmp_path / "content")
    plan = content / "plans" / "ho-nai.yaml"
    text = plan.read_text(encoding="utf-8")
    text = text.replace(
        f"  - id: {COMPUTED}\n", f"  - id: {COMPUTED}\n    conflicts_with: {ENTERED}\n"
    )
    text = re.sub("(?m)^targets:", PART, text, count=1)
    plan.write_text(text, encoding="utf-8")
    with running(tmp_path, content_dir=content) as ward:
        yield Site(ward)


@pytest.fixture
def officer(site: Site) -> Browser:
    return site.officer()


def post(browser: Browser, path: str, **fields: str) -> Answer:
    return browser.posts(f"{path}", {"form": browser.token(SIGN_OUT), **fields})


def enters(browser: Browser, name: str = ENTERED, **fields: str) -> Answer:
    said = {"number": "80,5", "day": "2026-10-31", "source": SOURCE, "once": "0123456789ab"}
    return post(browser, f"{PAGE}/{name}/figure", **said | fields)


def words(answer: Answer) -> str:
    assert answer.page.scripts == []
    return " ".join(answer.page.words.split())


def acts(site: Site) -> list[str]:
    commune = site.ward.commune("ho-nai").id
    found = site.ward.base.database.read(audit.list_acts, commune)
    return [one.act.action for one in found if one.act.object.split(":")[0] != "staff"]


def test_our_work_stands_first_and_the_rest_is_folded(site: Site, officer: Browser) -> None:
    answer = officer.opens(PAGE)
    said = words(answer)
    assert said.index("Chỉ tiêu gắn với việc của mình") < said.index("Chỉ tiêu khác")
    assert f"{PAGE}/{COMPUTED}" in answer.page.links
    folded = answer.text[answer.text.index('<details class="topic" id="others">') :]
    assert COMPUTED not in folded
    assert "Chưa nhập số từ nơi phụ trách" in said
    assert "read" in acts(site)[-1]


def test_a_figure_is_entered_shown_with_its_source_and_taken_out(
    site: Site, officer: Browser
) -> None:
    answer = enters(officer)
    assert (answer.status, answer.location) == (303, f"{PAGE}/{ENTERED}?done=kept#done")
    enters(officer)  # the same form sent twice
    target = officer.opens(f"{PAGE}/{ENTERED}?done=kept")
    said = words(target)
    assert said.count("80,5 %") >= 2
    assert f"Số đến 31/10/2026. Nguồn: {SOURCE}" in said
    assert f"Số đến 31/10/2026. Nguồn: {SOURCE}" in words(officer.opens(PAGE))
    (gone,) = re.findall(rf"{PAGE}/{ENTERED}/figure/\d+/gone", target.text)
    assert "Cần ghi lý do" in words(post(officer, gone, reason="x"))
    assert post(officer, gone, reason="nhập nhầm").location == f"{PAGE}/{ENTERED}?done=gone#done"
    assert post(officer, gone, reason="nhập nhầm").location == f"{PAGE}/{ENTERED}?done=late#done"
    said = words(officer.opens(f"{PAGE}/{ENTERED}"))
    assert "Lý do: nhập nhầm" in said
    assert "Chưa nhập số từ nơi phụ trách" in said


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"number": "1.5"}, "Số lẻ viết dấu phẩy"),
        ({"number": ""}, "Chưa ghi số"),
        ({"number": "805"}, "Tỷ lệ không quá 100"),
        ({"day": "2026-11-19"}, "Ngày này chưa tới"),
        ({"day": "mai"}, "Ngày không đúng"),
        ({"source": "x"}, "Cần ghi nguồn"),
    ],
)
def test_what_is_wrong_is_said_in_place_and_what_was_typed_stays(
    officer: Browser, fields: dict[str, str], sentence: str
) -> None:
    answer = enters(officer, **{"source": SOURCE, **fields})
    assert answer.status == 422
    assert sentence in words(answer)
    if "source" not in fields:
        assert f'value="{SOURCE}"' in answer.text


def test_an_opening_has_its_own_column(officer: Browser) -> None:
    assert enters(officer, COMPUTED, number="7").status == 303
    row = next(
        cells
        for title, cells in officer.opens(PAGE).page.tables["focus"].body.items()
        if "Mang sang đến hết 31/10/2026" in title
    )
    assert [cell.text.strip() for cell in row[1:4]] == ["7", "7", "70"]
    said = words(officer.opens(f"{PAGE}/{COMPUTED}"))
    assert "Trong đó mang sang 7, đến ngày 31/10/2026" in said


def test_a_change_is_a_version_more_and_an_earlier_one_may_be_used_again(
    site: Site, officer: Browser
) -> None:
    page = f"{PAGE}/{COMPUTED}"
    form = officer.opens(page).page.values
    fields = {name: form[name] for name in ("title", "unit", "source", "from", "to")}
    fields |= {"op": ">=", "value": "12", "valid_from": "2026-06-01", "reason": "Nghị quyết 5"}
    wrong = post(officer, f"{page}/change", **fields | {"value": "1.5", "title": BAD})
    assert wrong.status == 422
    assert "Số lẻ viết dấu phẩy" in words(wrong)
    assert wrong.page.values["title"] == BAD
    assert post(officer, f"{page}/change", **fields).location == f"{page}?done=changed#done"
    said = words(officer.opens(page))
    assert "Bản 2 · từ ngày 01/06/2026" in said
    assert "Lý do: Nghị quyết 5" in said
    assert "≥ 12 buổi" in said
    back = post(officer, f"{page}/again/1", valid_from="2026-06-01", reason="sửa nhầm")
    assert back.location == f"{page}?done=changed#done"
    assert "Bản 3 · từ ngày 01/06/2026" in words(officer.opens(page))
    assert acts(site).count("change-target") == 2
    assert post(officer, f"{page}/again/9", valid_from="2026-06-01", reason="xx x").status == 404


def test_clauses_that_disagree_stand_side_by_side_and_one_is_chosen(officer: Browser) -> None:
    said = words(officer.opens(PAGE))
    assert "Hai điều khoản không khớp nhau" in said
    assert said.count("Theo điều khoản này, gác điều khoản kia") == 2
    answer = post(officer, f"{PAGE}/{COMPUTED}/follow", reason="công văn 9")
    assert answer.location == f"{PAGE}?done=followed#done"
    said = words(officer.opens(PAGE))
    assert "Đang theo điều khoản này" in said
    assert "Gác lại: đang theo điều khoản kia" in said
    assert "Cần ghi lý do" in words(post(officer, f"{PAGE}/{COMPUTED}/both", reason=""))
    answer = post(officer, f"{PAGE}/{COMPUTED}/both", reason="chưa chắc")
    assert answer.location == f"{PAGE}?done=both#done"
    assert "Gác lại" not in words(officer.opens(PAGE))


def test_what_shares_are_of_is_entered_with_its_day_and_source(officer: Browser) -> None:
    path = f"/office/denominators/{WHOLE}"
    assert "Chưa có số, nên chưa tính được tỷ lệ" in words(officer.opens(PAGE))
    wrong = post(officer, path, number="12,5", day="2026-06-30", source=SOURCE)
    assert "không có số lẻ" in words(wrong)
    kept = post(officer, path, number="12.000", day="2026-06-30", source=SOURCE)
    assert kept.location == f"{PAGE}?done=kept#done"
    page = officer.opens(PAGE)
    assert "12.000 người · Số đến 30/06/2026" in words(page)
    (gone,) = re.findall(rf"{path}/\d+/gone", page.text)
    assert post(officer, gone, reason="nhập nhầm").location == f"{PAGE}?done=gone#done"
    assert "Chưa có số, nên chưa tính được tỷ lệ" in words(officer.opens(PAGE))


def test_a_leader_reads_and_finds_no_form(site: Site, officer: Browser) -> None:
    enters(officer)
    leader = site.officer(role=Role.LEADER)
    for path in (PAGE, f"{PAGE}/{ENTERED}"):
        page = leader.opens(path)
        assert page.status == 200
        assert set(page.page.tokens) == {SIGN_OUT}


def test_what_there_is_not_is_not_found(officer: Browser) -> None:
    assert officer.opens(f"{PAGE}/khong-co").status == 404
    assert enters(officer, "khong-co").status == 404
    assert (
        post(
            officer, "/office/denominators/khong-co", number="1", day="2026-01-01", source=SOURCE
        ).status
        == 404
    )
