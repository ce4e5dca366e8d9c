"""What the office types into its reports, kept row by row, and the page where it is typed."""

from __future__ import annotations

import io
from collections.abc import Iterator

import docx as library
import pytest
from sqlalchemy import insert

from bot.core.errors import NotAllowedError, RuleError
from bot.core.periods import Period, parse
from bot.core.vocabulary import Audience, ClosingStatus, NotePart, Role
from bot.services import period_notes, period_report, report_drafts
from bot.services.access import Officer
from bot.services.period_notes import LONGEST_PROSE
from storage import audit, staff
from storage.database import Unit
from storage.models_plans import closings
from storage.models_plans import period_notes as note_rows
from tests import shipped, small_content
from tests.browser_server import running
from tests.office_browser import Answer, Browser
from tests.office_site import Site
from tests.storage_tools import ENGINES, Office, Shelf, open_office, open_shelf
from tests.test_report_template import paper

PAGE = "/office/report-words"
OCTOBER, NOVEMBER = parse("month:2026-10"), parse("month:2026-11")
PLAN = shipped.library().plans["ho-nai"]
TARGET, OTHER = PLAN.targets[0].id, PLAN.targets[1].id
DIRECTION, NEXT = NotePart.DIRECTION, NotePart.NEXT


@pytest.fixture(scope="module", params=ENGINES)
def shelf(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shelf]:
    with open_shelf(request, request.param, tmp_path_factory.mktemp("words")) as found:
        yield found


def officer_of(unit: Unit, office: Office, role: Role = Role.OFFICER) -> Officer:
    number = staff.add_staff(unit, office.id, "chị Lan", role)
    return Officer(number, "chị Lan", role, office.commune)


def note(unit: Unit, officer: Officer, period: Period, text: str, estimate: str = "") -> None:
    period_notes.keep_of_target(unit, officer, (PLAN, period, TARGET), text, estimate)


def close(unit: Unit, office: Office, period: Period) -> None:
    """A period as closing leaves it."""
    unit.connection.execute(
        insert(closings).values(
            commune_id=office.id,
            period_kind=period.kind,
            period_key=period.key,
            starts_on=period.start,
            ends_on=period.end,
            status=ClosingStatus.SUBMITTED,
            closed_at=unit.now,
            data_hash="sha256:0",
            software="1",
            **dict.fromkeys(("internal", "outgoing", "docx", "xlsx", "basis", "rows"), b""),
        )
    )


def test_prose_is_of_its_period_and_earlier_words_stay(shelf: Shelf) -> None:
    def work(unit: Unit) -> None:
        officer = officer_of(unit, open_office(unit))
        typed = {DIRECTION: "Họp  giao ban.\r\n\n - Phân công. ", NEXT: "Mở lớp."}
        period_notes.keep_prose(unit, officer, NOVEMBER, typed)
        period_notes.keep_prose(unit, officer, NOVEMBER, typed | {NEXT: ""})
        found = period_notes.read(unit, officer, NOVEMBER)
        assert found.texts == {DIRECTION: "Họp giao ban.\n- Phân công."}
        assert [(one.part, one.text) for one in found.earlier] == [(NEXT, "Mở lớp.")]
        assert found.earlier[0].replaced_at is not None
        assert period_notes.read(unit, officer, OCTOBER).texts == {}
        rows = unit.connection.execute(
            note_rows.select().where(note_rows.c.commune_id == officer.commune.id)
        ).all()
        assert len(rows) == 3  # what did not change is not written again

    shelf.write(work)


def test_a_note_stays_in_later_reports_until_it_is_replaced(shelf: Shelf) -> None:
    def seen(unit: Unit, officer: Officer, name: str) -> str | None:
        found = period_notes.read(unit, officer, parse(name)).notes.get(TARGET)
        return found.text if found else None

    def work(unit: Unit) -> None:
        officer = officer_of(unit, open_office(unit))
        note(unit, officer, OCTOBER, "Chờ giáo viên.")
        assert seen(unit, officer, "month:2026-09") is None
        assert seen(unit, officer, "month:2026-11") == "Chờ giáo viên"
        assert seen(unit, officer, "quarter:2026-Q4") == "Chờ giáo viên"
        note(unit, officer, NOVEMBER, "Đã có giáo viên")
        assert seen(unit, officer, "month:2026-10") == "Chờ giáo viên"
        assert seen(unit, officer, "month:2026-12") == "Đã có giáo viên"
        note(unit, officer, parse("week:2026-W49"), "Tuần này dạy")
        assert seen(unit, officer, "month:2026-11") == "Đã có giáo viên"
        assert seen(unit, officer, "month:2026-12") == "Tuần này dạy"
        note(unit, officer, parse("year:2026"), "")
        assert seen(unit, officer, "year:2026") is None
        assert seen(unit, officer, "month:2027-01") is None
        assert seen(unit, officer, "month:2026-11") == "Đã có giáo viên"

    shelf.write(work)


def test_an_estimate_is_of_one_period_and_one_target(shelf: Shelf) -> None:
    def work(unit: Unit) -> None:
        officer = officer_of(unit, open_office(unit))
        note(unit, officer, NOVEMBER, "", "1.234,5")
        assert period_notes.read(unit, officer, NOVEMBER).estimates == {TARGET: 1234.5}
        assert period_notes.read(unit, officer, parse("month:2026-12")).estimates == {}
        note(unit, officer, NOVEMBER, "", "0")
        assert period_notes.read(unit, officer, NOVEMBER).estimates == {TARGET: 0}
        note(unit, officer, NOVEMBER, "", "")
        assert period_notes.read(unit, officer, NOVEMBER).estimates == {}

    shelf.write(work)


@pytest.mark.parametrize("wrong", ["1.5", "1,234.5", "mười", "-3", "1e9", "١٢", "99.999.999.999"])
def test_a_number_that_could_mean_two_things_is_refused(shelf: Shelf, wrong: str) -> None:
    def work(unit: Unit) -> str:
        officer = officer_of(unit, open_office(unit))
        with pytest.raises(RuleError) as refused:
            note(unit, officer, NOVEMBER, "Ghi chú", wrong)
        assert period_notes.read(unit, officer, NOVEMBER).notes == {}
        return refused.value.code

    assert shelf.write(work) == "words-page.number"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Bà Tư, CCCD 079304001234, cần giúp", "personal"),
        ("Gọi 0912 345 678", "personal"),
        ("a" * (LONGEST_PROSE + 1), "long"),
    ],
)
def test_what_must_not_be_signed_is_refused_and_nothing_is_masked(
    shelf: Shelf, text: str, code: str
) -> None:
    def work(unit: Unit) -> str:
        officer = officer_of(unit, open_office(unit))
        with pytest.raises(RuleError) as refused:
            period_notes.keep_prose(unit, officer, NOVEMBER, {DIRECTION: "Tốt.", NEXT: text})
        assert period_notes.read(unit, officer, NOVEMBER).texts == {}
        return refused.value.code

    assert shelf.write(work) == f"words-page.{code}"


def test_figures_of_offices_are_no_numbers_of_people(shelf: Shelf) -> None:
    text = "Kinh phí 120.000.000 đồng; Công văn 2312/UBND-VX ngày 21/5/2026; đường dây 1022."

    def work(unit: Unit) -> str:
        officer = officer_of(unit, open_office(unit))
        period_notes.keep_prose(unit, officer, NOVEMBER, {DIRECTION: text})
        return period_notes.read(unit, officer, NOVEMBER).texts[DIRECTION]

    assert shelf.write(work) == text


def test_of_a_closed_period_nothing_can_be_typed(shelf: Shelf) -> None:
    def work(unit: Unit) -> None:
        office = open_office(unit)
        officer = officer_of(unit, office)
        close(unit, office, NOVEMBER)
        assert period_notes.read(unit, officer, NOVEMBER).is_frozen
        for act in (
            lambda: period_notes.keep_prose(unit, officer, NOVEMBER, {DIRECTION: "Muộn."}),
            lambda: note(unit, officer, NOVEMBER, "Muộn"),
        ):
            with pytest.raises(RuleError) as refused:
                act()
            assert refused.value.code == "words-page.frozen"
        period_notes.keep_prose(unit, officer, OCTOBER, {DIRECTION: "Còn mở."})

    shelf.write(work)


def test_only_an_officer_types_and_an_operator_sees_nothing(shelf: Shelf) -> None:
    def work(unit: Unit) -> None:
        office = open_office(unit)
        leader = officer_of(unit, office, Role.LEADER)
        assert period_notes.read(unit, leader, NOVEMBER).texts == {}
        for act in (
            lambda: period_notes.keep_prose(unit, leader, NOVEMBER, {DIRECTION: "x"}),
            lambda: note(unit, leader, NOVEMBER, "x"),
            lambda: report_drafts.keep_template(unit, leader, "ubnd", ("a", b"x")),
            lambda: report_drafts.drop_template(unit, leader, "ubnd"),
            lambda: period_notes.read(unit, officer_of(unit, office, Role.OPERATOR), NOVEMBER),
        ):
            with pytest.raises(NotAllowedError):
                act()

    shelf.write(work)


def test_a_target_that_the_plan_has_not_takes_no_note(shelf: Shelf) -> None:
    def work(unit: Unit) -> str:
        officer = officer_of(unit, open_office(unit))
        with pytest.raises(RuleError) as refused:
            period_notes.keep_of_target(unit, officer, (PLAN, NOVEMBER, "khong-co"), "x", "")
        return refused.value.code

    assert shelf.write(work) == "words-page.no-target"


def test_the_report_carries_what_was_typed_and_null_elsewhere(shelf: Shelf) -> None:
    def work(unit: Unit) -> None:
        office = open_office(unit)
        officer = officer_of(unit, office)
        of = office.commune, PLAN, NOVEMBER, Audience.INTERNAL
        before = period_report.find(unit, *of)
        period_notes.keep_prose(unit, officer, NOVEMBER, {DIRECTION: "Họp."})
        note(unit, officer, NOVEMBER, "Chờ", "7")
        after = period_report.find(unit, *of)
        assert set(before["texts"].values()) == {None}
        assert after["texts"] == before["texts"] | {"chi_dao": "Họp."}
        found = {one["id"]: (one["note"], one["estimate"]) for one in after["targets"]}
        assert (found[TARGET], found[OTHER]) == (("Chờ", 7), (None, None))
        assert after["data_hash"] != before["data_hash"]

    shelf.write(work)


def test_letter_paper_is_in_use_until_it_is_dropped(shelf: Shelf) -> None:
    def work(unit: Unit) -> None:
        officer = officer_of(unit, open_office(unit))
        assert report_drafts.find_template(unit, officer, "ubnd") is None
        for content in (b"one", b"two"):
            report_drafts.keep_template(unit, officer, "ubnd", ("mẫu.docx", content))
        assert report_drafts.find_template(unit, officer, "ubnd") == b"two"
        assert report_drafts.find_template(unit, officer, "phong") is None
        assert list(report_drafts.list_templates(unit, officer)) == ["ubnd"]
        assert report_drafts.drop_template(unit, officer, "ubnd")
        assert report_drafts.find_template(unit, officer, "ubnd") is None
        assert not report_drafts.drop_template(unit, officer, "ubnd")
        acts = [one.act for one in audit.list_acts(unit, officer.commune.id)]
        assert [one.action for one in acts if "template" in one.action].count("drop-template") == 1

    shelf.write(work)


# ---- the page


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A ward with its office."""
    folder = tmp_path_factory.mktemp("words-page")
    with running(folder, content_dir=small_content.shared()) as ward:
        yield Site(ward)


def send(browser: Browser, path: str = "", **fields: str) -> Answer:
    form = {"form": browser.token("/office/sign-out"), "period": "month:2026-10", **fields}
    return browser.posts(PAGE + path, form)


def lines_of(answer: Answer) -> list[str]:
    assert answer.status == 200
    assert "attachment" in answer.headers["Content-Disposition"]
    return [one.text for one in library.Document(io.BytesIO(answer.body)).paragraphs]


def test_what_is_typed_stands_in_the_page_and_in_the_draft(site: Site) -> None:
    officer = site.officer()
    kept = send(officer, chi_dao="Họp giao ban.\r\n- Phân công từng tổ.", ky_toi="Mở lớp.")
    assert kept.location == f"{PAGE}?period=month:2026-10&done=kept#done"
    page = officer.opens(f"{PAGE}?period=month:2026-10")
    assert page.page.scripts == []
    assert ">Họp giao ban.\n- Phân công từng tổ.</textarea>" in page.text
    address = f"{PAGE}/du-thao.docx?period=month:2026-10&header=phong"
    draft = officer.opens(address)
    assert "du-thao-bao-cao-ho-nai-month-2026-10-phong.docx" in draft.headers["Content-Disposition"]
    lines = lines_of(draft)
    assert lines[lines.index("I. TÌNH HÌNH CHỈ ĐẠO, TRIỂN KHAI") + 1 :][:2] == [
        "Họp giao ban.",
        "- Phân công từng tổ.",
    ]
    assert lines.count("(Đơn vị bổ sung.)") == 2


def test_a_note_and_an_estimate_are_kept_with_their_target(site: Site) -> None:
    officer = site.officer("phuoc-tan")
    target = shipped.library().plans["phuoc-tan"].targets[0].id
    kept = send(officer, "/targets", target=target, note="Chờ số của công an", estimate="1.250")
    assert kept.location == f"{PAGE}?period=month:2026-10&done=noted#target-{target}"
    text = officer.opens(f"{PAGE}?period=month:2026-10").text
    assert "Ghi chú: Chờ số của công an" in text
    assert "Ước cả kỳ: 1.250" in text
    later = officer.opens(f"{PAGE}?period=month:2026-11").text
    assert "(viết ở kỳ trước)" in later
    assert "Ước cả kỳ: 1.250" not in later
    wrong = send(officer, "/targets", target=target, note="Mới", estimate="1.5")
    assert wrong.status == 422
    assert "Số ước chưa đúng" in wrong.text
    assert 'value="1.5"' in wrong.text
    assert 'value="Mới"' in wrong.text


def test_what_is_refused_stays_in_its_field(site: Site) -> None:
    answer = send(site.officer(), chi_dao="Bà Tư <b>CCCD 079304001234", kho_khan="Sóng yếu.")
    assert answer.status == 422
    assert "số giống số giấy tờ" in answer.text
    assert "Bà Tư &lt;b&gt;CCCD 079304001234</textarea>" in answer.text
    assert ">Sóng yếu.</textarea>" in answer.text


def test_no_name_of_a_period_is_told_in_words(site: Site) -> None:
    officer = site.officer()
    answer = officer.opens(f"{PAGE}?period=thang-muoi")
    assert answer.status == 422
    assert "Tên kỳ chưa đúng" in answer.text
    assert officer.opens(f"{PAGE}/du-thao.docx?period=thang-muoi").status == 400
    assert send(officer, period="thang-muoi").status == 400


def test_own_paper_is_looked_at_used_and_dropped(site: Site) -> None:
    officer = site.officer("phuoc-binh")
    form = {"form": officer.token("/office/sign-out")}
    address = f"{PAGE}/ubnd/template"
    wrong = officer.uploads(address, form, paper("{{ noi_dung }}", "{{ giam_doc }}"))
    assert wrong.status == 422
    assert "Mẫu có chỗ điền lạ: giam_doc. Các chỗ điền dùng được: co_quan_chu_quan" in wrong.text
    large = officer.uploads(address, form, bytes(3 * 1024**2))
    assert (large.status, "Tệp lớn quá" in large.text) == (422, True)
    assert officer.opens(f"{PAGE}/ubnd/mau.docx").status == 404
    mine = paper("MẪU RIÊNG", "{{ noi_dung }}")
    assert officer.uploads(address, form, mine).location.endswith("done=paper#done")
    assert officer.opens(f"{PAGE}/ubnd/mau.docx").body == mine
    assert lines_of(officer.opens(f"{PAGE}/du-thao.docx?header=ubnd"))[0] == "MẪU RIÊNG"
    assert lines_of(officer.opens(f"{PAGE}/du-thao.docx?header=phong"))[0] != "MẪU RIÊNG"
    assert officer.posts(f"{PAGE}/ubnd/gone", form).location.endswith("done=dropped#done")
    assert officer.posts(f"{PAGE}/ubnd/gone", form).location.endswith("done=nothing#done")
    example = officer.opens(f"{PAGE}/phong/vi-du.docx")
    assert "{{ noi_dung }}" in lines_of(example)
    assert officer.uploads(f"{PAGE}/phong/template", form, example.body).status == 303


def test_a_leader_reads_and_has_no_form(site: Site) -> None:
    page = site.officer(role=Role.LEADER).opens(PAGE)
    assert page.status == 200
    assert "<textarea" not in page.text
    assert "Gửi mẫu riêng" not in page.text


def test_the_record_tells_who_typed_where_and_not_what(site: Site) -> None:
    officer = site.officer("xuan-hoa")
    send(officer, chi_dao="Lời riêng của xã.")
    officer.opens(PAGE)
    found = site.ward.base.database.read(audit.list_acts, site.ward.commune("xuan-hoa").id)
    lines = [(one.act.action, one.act.object) for one in found]
    assert ("type-report", "month:2026-10:chi_dao") in lines
    assert ("read", "words:month:2026-10") in lines
    assert not any("riêng" in str(one.act) for one in found)
