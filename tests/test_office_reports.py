"""The office's pages of reports: seen, closed, taken away, issued, reopened; and who may do what."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from datetime import date
from urllib.parse import quote

import docx
import pytest

from bot.core.vocabulary import Role, Topic
from bot.locale import load_sentences
from storage import audit
from tests.command_line import ROOT
from tests.office_browser import Answer, Browser
from tests.office_site import Site, open_site

SENTENCES = load_sentences(ROOT / "content")
REPORTS = "/office/reports"
CLOSE, FILE = f"{REPORTS}/close", f"{REPORTS}/file"
OCTOBER, NOVEMBER = "month:2026-10", "month:2026-11"
DAY = date(2026, 10, 7)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Each test has a commune, or a month, of its own."""
    with open_site(tmp_path_factory.mktemp("reports")) as opened:
        yield opened


def words(answer: Answer) -> str:
    return re.sub(r"\s+", " ", answer.page.words)


def one(browser: Browser, period: str) -> Answer:
    answer = browser.opens(f"{REPORTS}/one?period={quote(period)}")
    assert answer.status == 200, answer.text
    return answer


def file_of(browser: Browser, period: str, kind: str, slug: str = "ho-nai") -> bytes:
    answer = browser.opens(f"{FILE}?period={quote(period)}&format={kind}")
    assert answer.status == 200, answer.text
    assert f"bao-cao-{slug}-{period.replace(':', '-')}.{kind}" in str(
        answer.headers["Content-Disposition"]
    )
    return answer.body


def token(browser: Browser, period: str, path: str) -> str:
    shown = f"{CLOSE}?period={period}" if path == CLOSE else f"{REPORTS}/one?period={period}"
    return browser.opens(shown).page.tokens[path]


def closes(browser: Browser, period: str, **fields: str) -> Answer:
    given = {"form": token(browser, period, CLOSE), "period": period, **fields}
    return browser.posts(CLOSE, given)


def sends(browser: Browser, period: str, what: str, **fields: str) -> Answer:
    """Press a button of a closed period."""
    tokens = one(browser, period).page.tokens
    (path,) = [path for path in tokens if path.endswith(f"/{what}")]
    return browser.posts(path, {"form": tokens[path], "period": period, **fields})


def test_an_officer_closes_a_month_and_what_is_written_later_is_told_in_the_next(
    site: Site,
) -> None:
    officer = site.officer()
    site.helped("KP 3", Topic.VNEID, 3, DAY)
    assert SENTENCES["closing.state-nhap"] in words(officer.opens(REPORTS))
    asked = words(officer.opens(f"{CLOSE}?period={OCTOBER}"))
    assert "3 lượt giúp" in asked
    assert "16 trên 17 tổ chưa có phiếu nào" in asked
    done = closes(officer, OCTOBER)
    assert (done.status, done.location) == (
        303,
        f"{REPORTS}/one?period={OCTOBER}&done=closed",
    )
    assert SENTENCES["closing.done-closed"] in words(officer.opens(done.location or ""))
    before = {kind: file_of(officer, OCTOBER, kind) for kind in ("docx", "xlsx", "csv", "json")}
    site.helped("KP 5", Topic.VNEID, 2, DAY)
    assert {kind: file_of(officer, OCTOBER, kind) for kind in before} == before
    assert json.loads(before["json"])["period"]["closed"] is True
    assert SENTENCES["closing.state-trinh"] in words(officer.opens(REPORTS))
    table = one(officer, NOVEMBER).page.tables["adjustments"]
    assert [cell.text for cell in table.rows[1]] == [
        "Tháng 10/2026",
        "07/10/2026",
        "KP 5",
        "Lượt giúp",
        "+2",
    ]
    acts = site.ward.base.database.read(audit.list_acts, site.ward.commune().id)
    assert ("close-period", "closing:1") in [(a.act.action, a.act.object) for a in acts]
    assert "reports:month:2026-11" in [a.act.object for a in acts if a.act.action == "read"]


def test_what_stays_in_the_office_goes_out_when_it_is_ticked(site: Site) -> None:
    officer, slug = site.officer("phuoc-binh"), "phuoc-binh"
    site.helped("KP 3", Topic.VNEID, 3, DAY, slug)
    address = f"{FILE}?period={quote(OCTOBER)}&format=csv"
    label = SENTENCES["report.name-help-confirmed"]
    assert label not in officer.opens(address).text
    assert label in officer.opens(f"{address}&with-confirmed=yes").text
    assert label not in officer.opens(f"{address}&with-confirmed=no&with-all=yes").text
    shown = officer.opens(f"{CLOSE}?period={OCTOBER}").page
    assert {"with-forecast", "with-confirmed", "with-spot_checks"} <= set(shown.values)
    closes(officer, OCTOBER, **{"with-confirmed": "yes", "with-anything": "yes"})
    assert json.loads(file_of(officer, OCTOBER, "json", slug))["extras"] == ["confirmed"]
    assert "Tệp gửi đi có thêm: Phần đã được xác nhận." in words(one(officer, OCTOBER))


def test_units_that_sent_nothing_are_counted_and_named_in_one_line(site: Site) -> None:
    answer = site.officer().opens(f"{CLOSE}?period=month:2026-09")
    assert "Đơn vị chưa gửi báo cáo: 22" in words(answer)
    assert "Trạm Y tế phường; Các trường học Mầm non, Tiểu học, THCS; Khu phố 1" in words(answer)
    assert "<li>Trạm Y tế phường" not in answer.text


def test_two_who_close_are_told_so_and_one_who_comes_too_early_says_until_when(site: Site) -> None:
    officer, other = site.officer("phuoc-tan"), site.officer("phuoc-tan", name="anh Bình")
    form = token(other, OCTOBER, CLOSE)
    assert closes(officer, OCTOBER).status == 303
    late = other.posts(CLOSE, {"form": form, "period": OCTOBER})
    assert late.status == 422
    assert SENTENCES["closing.already"] in words(late)
    refused = closes(officer, NOVEMBER)
    assert refused.status == 422
    assert SENTENCES["closing.not-over"] in words(refused)
    wrong = closes(officer, NOVEMBER, until="2026-12-24")
    assert SENTENCES["closing.until-wrong"] in words(wrong)
    assert wrong.page.values["until"] == "2026-12-24"
    assert closes(officer, NOVEMBER, until="2026-11-17").status == 303
    assert "Số liệu tính đến hết ngày 17/11/2026" in words(one(officer, NOVEMBER))


def test_a_closed_month_is_reopened_with_a_reason_until_it_is_issued(site: Site) -> None:
    officer = site.officer("xuan-hoa")
    closes(officer, OCTOBER)
    refused = sends(officer, OCTOBER, "reopen", reason=" ")
    assert refused.status == 422
    assert SENTENCES["closing.reason-wrong"] in words(refused)
    assert sends(officer, OCTOBER, "reopen", reason="thiếu phiếu KP 2").status == 303
    assert "Mở lại: thiếu phiếu KP 2" in words(one(officer, OCTOBER))
    closes(officer, OCTOBER)
    wrong = sends(officer, OCTOBER, "issue", document="chưa có")
    assert SENTENCES["closing.document-wrong"] in words(wrong)
    assert wrong.page.values["document"] == "chưa có"
    assert sends(officer, OCTOBER, "issue", document="05/BC-UBND").status == 303
    page = one(officer, OCTOBER)
    assert "số 05/BC-UBND" in words(page)
    assert not [path for path in page.page.tokens if path.endswith("/reopen")]
    fields = {"document": "06/BC-UBND", "reason": "văn thư cấp lại"}
    assert sends(officer, OCTOBER, "issue", **fields).status == 303
    assert "số 06/BC-UBND" in words(one(officer, OCTOBER))


def test_a_leader_sees_and_takes_away_and_changes_nothing(site: Site) -> None:
    officer = site.officer("phu-lam")
    leader = site.officer("phu-lam", role=Role.LEADER, name="ông Phó")
    closes(officer, OCTOBER)
    stored = file_of(officer, OCTOBER, "docx", "phu-lam")
    assert file_of(leader, OCTOBER, "docx", "phu-lam") == stored
    page = one(leader, OCTOBER)
    assert [path for path in page.page.tokens if "sign-out" not in path] == []
    assert CLOSE not in leader.opens(REPORTS).text
    assert leader.opens(f"{CLOSE}?period={NOVEMBER}").status == 403


@pytest.mark.parametrize(
    ("query", "period"),
    [
        ("kind=month&day=2026-09-05", "month:2026-09"),
        ("kind=reporting-month&day=2026-09-15", "reporting-month:2026-10"),
        ("kind=week&day=05/11/2026", "week:2026-W45"),
        ("kind=reporting-quarter&day=2026-12-20", "reporting-quarter:2027-Q1"),
        ("kind=half&day=2026-07-01", "half:2026-H2"),
        ("kind=custom&day=2026-11-01&last=2026-11-15", "custom:2026-11-01..2026-11-15"),
    ],
)
def test_any_period_can_be_chosen_by_a_day(site: Site, query: str, period: str) -> None:
    officer = site.officer()
    answer = officer.opens(f"{REPORTS}?{query}")
    assert (answer.status, answer.location) == (
        303,
        f"{REPORTS}/one?period={period}",
    )
    assert one(officer, period)


def test_an_address_of_nothing_leads_back_or_is_not_found(site: Site) -> None:
    officer = site.officer()
    for path in (
        f"{REPORTS}/one",
        f"{CLOSE}?period=x",
        FILE,
        f"{REPORTS}/one?period=week:2026-W99",
    ):
        assert officer.opens(path).location == REPORTS
    assert officer.opens(f"{FILE}?period={OCTOBER}&format=exe").status == 404
    for query in (
        "kind=custom&day=2026-11-15&last=2026-11-01",
        "kind=x&day=2026-11-15",
        "kind=week&day=",
    ):
        answer = officer.opens(f"{REPORTS}?{query}")
        assert answer.status == 422
        assert SENTENCES["closing.choose-wrong"] in words(answer)


def test_a_closed_month_of_another_commune_is_nobodys(site: Site) -> None:
    officer, stranger = site.officer(), site.officer("phuoc-binh")
    august = "month:2026-08"
    closes(officer, august)
    (path,) = [path for path in one(officer, august).page.tokens if path.endswith("/reopen")]
    assert SENTENCES["closing.state-nhap"] in words(one(stranger, august))
    fields = {"form": token(stranger, august, CLOSE), "period": august, "reason": "xin mở lại"}
    refused = stranger.posts(path, fields)
    assert refused.status == 422
    assert SENTENCES["closing.gone"] in words(refused)
    assert SENTENCES["closing.state-trinh"] in words(one(officer, august))


def test_a_year_closed_for_its_deadline_says_until_when_and_what_was_estimated(site: Site) -> None:
    """Hố Nai reports of its year before 05/12: what is typed is in the signed file, word for word."""
    officer, year = site.officer(name="chị Cúc"), "year:2026"
    library = site.ward.base.library
    target = next(one for one in library.plans["ho-nai"].targets if one.kind == "computed")
    typed = {"period": year, "target": target.id, "note": "", "estimate": "14"}
    form = {"form": officer.token("/office/sign-out"), **typed}
    assert officer.posts("/office/report-words/targets", form).status == 303
    led = officer.opens("/office/calendar").page.links
    assert f"{REPORTS}/one?period={quote('month:2026-11')}" in led
    draft = officer.opens(f"/office/report-words/du-thao.docx?period={year}&header=ubnd")
    document = docx.Document(io.BytesIO(draft.body))
    text = "\n".join(one.text for one in document.paragraphs)
    assert "thực hiện đến ngày 18 tháng 11 năm 2026; số ghi “ước cả kỳ” là số ước" in text
    assert f"Ước cả kỳ: 14 {target.unit}." in text
    cells = {cell.text for table in document.tables for row in table.rows for cell in row.cells}
    assert any("Ước cả kỳ: 14" in cell for cell in cells), sorted(cells)
    asked = officer.opens(f"{CLOSE}?period={year}").page
    assert asked.values["until"] == "2026-11-18"
    assert closes(officer, year, until="2026-11-17").status == 303
    told = json.loads(file_of(officer, year, "json"))
    assert told["period"]["until"] == "2026-11-17"
    assert {one["id"]: one["estimate"] for one in told["targets"]}[target.id] == 14
