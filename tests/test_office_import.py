"""The office's pages of paper: who may do what, what a file says before it comes in, sheets."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from openpyxl import load_workbook

from bot.core.vocabulary import Role
from bot.locale import load_sentences
from bot.services import sheets
from storage import audit
from tests import small_content
from tests.browser_server import running
from tests.command_line import ROOT
from tests.office_browser import Answer, Browser
from tests.office_site import BAD, Site
from tests.paper_files import PHONE, SHEET, Paper, as_csv, as_xlsx

SENTENCES = load_sentences(ROOT / "content")
IMPORT, LOOK, PRINT = "/office/import", "/office/import/look", "/office/sheet"
ANY_FORM = "/office/sign-out"
"""A form of every page: what it carries is good for all."""


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """Wednesday 18 November 2026; nothing came in yet."""
    with running(tmp_path, content_dir=small_content.shared()) as ward:
        yield Site(ward)


@pytest.fixture
def paper(site: Site) -> Paper:
    return Paper(site.ward.base)


def said(sentence: str, **values: object) -> str:
    return SENTENCES[sentence].format(**values)


def words_of(answer: Answer) -> str:
    assert answer.page.scripts == []
    return " ".join(answer.page.words.split())


def look(browser: Browser, body: bytes) -> Answer:
    """Choose a file and press “Xem trước”."""
    return browser.uploads(LOOK, {"form": browser.token(ANY_FORM)}, body)


def take(browser: Browser, looked: Answer, body: bytes) -> Answer:
    """Press “Nhập”, with the file chosen once more."""
    values = looked.page.values
    fields = {"form": looked.page.tokens[IMPORT], "hash": values["hash"]}
    return browser.uploads(IMPORT, fields, body)


def acts(site: Site, slug: str = "ho-nai") -> list[tuple[str, str]]:
    found = site.ward.base.database.read(audit.list_acts, site.ward.commune(slug).id)
    return [(one.act.action, one.act.object) for one in found]


# ---- the file


@pytest.mark.parametrize("kind", [as_csv, as_xlsx])
def test_a_file_is_looked_at_and_then_taken(site: Site, paper: Paper, kind: object) -> None:
    officer = site.officer()
    rows = [SHEET[0] | {"phone": PHONE, "consent": "co", "note": BAD}, SHEET[1]]
    body = kind(rows)  # type: ignore[operator]  # as_csv or as_xlsx
    looked = look(officer, body)
    assert looked.status == 200
    shown = looked.page.tables["preview"].rows
    assert [cell.text for cell in shown[1]][:5] == [
        "2",
        "7K2M-01",
        "18/11/2026",
        "KP 3",
        f"VNeID, căn cước {BAD}",
    ]
    assert [cell.text for cell in shown[1]][5:] == [
        "Cài VNeID; Kích hoạt mức 2",
        "1",
        "Theo số …678",
        "Mới",
    ]
    assert "912345" not in looked.text.replace(" ", "")
    assert paper.counts()["entries"] == 0, "only looked at"
    done = take(officer, looked, body)
    assert (done.status, done.location) == (303, f"{IMPORT}?done=taken&count=2#done")
    assert paper.figures() == (3, 1, 2)
    page = words_of(officer.opens(f"{IMPORT}?done=taken&count=2"))
    assert said("import.done-taken", count=2) in page
    assert f"{said('import.one', number=1)} 09:00 18/11/2026 · chị Lan" in page
    assert ("import", "import:1") in acts(site)


def test_the_same_file_again_brings_nothing_and_says_so(site: Site, paper: Paper) -> None:
    officer, body = site.officer(), as_csv(SHEET)
    take(officer, look(officer, body), body)
    again = look(officer, body)
    assert said("import.nothing-new") in words_of(again)
    assert IMPORT not in again.page.tokens, "no button"
    assert paper.figures() == (3, 0, 3)


def test_a_file_with_faults_shows_each_by_row_and_column_and_has_no_button(
    site: Site, paper: Paper
) -> None:
    officer = site.officer()
    looked = look(officer, as_csv([*SHEET, SHEET[0] | {"id": "x", "team": BAD, "visits": "1.5"}]))
    assert looked.status == 422
    assert looked.page.scripts == []
    rows = [[cell.text for cell in row] for row in looked.page.tables["faults"].rows[1:]]
    assert [row[:2] for row in rows] == [["4", "team"], ["4", "visits"]]
    assert rows[1][2] == "“1.5” không được. Ghi số nguyên từ 1 đến 50."
    assert IMPORT not in looked.page.tokens
    assert paper.counts()["entries"] == 0


def test_a_file_with_faults_is_not_taken_even_by_who_sends_it_straight(
    site: Site, paper: Paper
) -> None:
    officer = site.officer()
    good, bad = as_csv(SHEET), as_csv([*SHEET, SHEET[0] | {"visits": "0"}])
    looked = look(officer, good)
    answer = take(officer, looked, bad)
    assert answer.status == 422
    assert said("import.other-file") in words_of(answer)
    assert paper.counts()["entries"] == 0


def test_another_file_than_the_one_looked_at_is_looked_at_first(site: Site, paper: Paper) -> None:
    officer = site.officer()
    looked = look(officer, as_csv(SHEET[:1]))
    answer = take(officer, looked, as_csv(SHEET))
    assert (answer.status, said("import.other-file") in words_of(answer)) == (422, True)
    assert paper.counts()["entries"] == 0
    assert take(officer, answer, as_csv(SHEET)).status == 303
    assert paper.figures() == (3, 0, 3)


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"", "import.file-none"),
        (b"\xd0\xcf\x11\xe0", "import.file-old"),
        (b"PK\x03\x04", "import.file-broken"),
        (bytes(5 * 1024 * 1024 + 1), "import.file-too-large"),
    ],
)
def test_what_is_no_table_is_answered_with_what_to_do(
    site: Site, body: bytes, sentence: str
) -> None:
    answer = look(site.officer(), body)
    assert (answer.status, said(sentence) in words_of(answer)) == (422, True)


def test_an_address_that_says_what_was_done_says_only_that(site: Site) -> None:
    officer = site.officer()
    for query in ("done=taken&count=<b>", "done=x&count=1", "done=taken&count=99999999"):
        answer = officer.opens(f"{IMPORT}?{query}")
        assert answer.status == 200
        assert 'id="done"' not in answer.text
    assert officer.opens(LOOK).location == IMPORT


# ---- taking back


def undo(browser: Browser, number: int, reason: str) -> Answer:
    return browser.posts(
        f"{IMPORT}/{number}/undo", {"form": browser.token(ANY_FORM), "reason": reason}
    )


def test_an_officer_takes_a_file_back_with_a_reason(site: Site, paper: Paper) -> None:
    officer, body = site.officer(), as_csv(SHEET)
    take(officer, look(officer, body), body)
    refused = undo(officer, 1, " ")
    assert (refused.status, said("import.reason") in words_of(refused)) == (422, True)
    done = undo(officer, 1, "nhầm tổ")
    assert (done.status, done.location) == (303, f"{IMPORT}?done=undone&count=2#done")
    assert paper.figures() == (0, 0, 0)
    assert undo(officer, 1, "lần nữa").status == 422
    assert undo(officer, 99, "không có").status == 404
    assert said("import.gone") in words_of(officer.opens(IMPORT))


def test_a_file_of_another_commune_is_none(site: Site, paper: Paper) -> None:
    officer, body = site.officer(), as_csv(SHEET)
    take(officer, look(officer, body), body)
    stranger = site.officer("phuoc-tan")
    assert undo(stranger, 1, "nhầm tổ").status == 404
    assert said("import.no-files") in words_of(stranger.opens(IMPORT))
    assert paper.figures() == (3, 0, 3)


# ---- who may


def test_a_leader_reads_and_changes_nothing(site: Site, paper: Paper) -> None:
    officer, leader, body = site.officer(), site.officer(role=Role.LEADER), as_csv(SHEET)
    take(officer, look(officer, body), body)
    page = leader.opens(IMPORT)
    assert page.status == 200
    assert said("import.one", number=1) in words_of(page)
    assert [path for path in page.page.tokens if path.startswith(IMPORT)] == []
    for answer in (
        look(leader, body),
        leader.uploads(IMPORT, {"form": leader.token(ANY_FORM), "hash": "x"}, body),
        undo(leader, 1, "nhầm tổ"),
        leader.posts(PRINT, {"form": leader.token(ANY_FORM), "team": "KP 3", "count": "1"}),
    ):
        assert answer.status == 403
    assert paper.figures() == (3, 0, 3)


def test_who_runs_the_machine_sees_nothing_of_paper(site: Site) -> None:
    operator = site.officer(role=Role.OPERATOR)
    assert IMPORT not in operator.opens("/office").page.links
    for path in (IMPORT, PRINT, f"{IMPORT}/mau.xlsx", f"{PRINT}?team=KP+3&ma=7K2M"):
        assert operator.opens(path).status == 403
    assert operator.opens(f"{PRINT}/phieu.xlsx?team=KP+3&ma=7K2M").status == 403
    assert look(operator, as_csv(SHEET)).status == 403


def test_nobody_comes_in_without_signing_in_or_from_another_site(site: Site, paper: Paper) -> None:
    stranger = site.browser()
    for path in (IMPORT, PRINT, f"{IMPORT}/mau.xlsx", f"{PRINT}/phieu.xlsx?team=KP+3&ma=7K2M"):
        assert stranger.opens(path).location == "/office/sign-in"
    officer = site.officer()
    fields = {"form": officer.token(ANY_FORM)}
    forged = officer.uploads(LOOK, fields, as_csv(SHEET), Origin="https://evil.example")
    assert forged.status == 403
    assert officer.uploads(LOOK, {"form": "x"}, as_csv(SHEET)).status == 403
    assert paper.counts()["entries"] == 0


def test_every_look_at_what_came_in_stands_in_the_audit_log(site: Site) -> None:
    officer = site.officer()
    officer.opens(IMPORT)
    assert ("read", "imports") in acts(site)


# ---- sheets


def make_sheets(browser: Browser, team: str = "KP 3", count: str = "2") -> str:
    token = browser.token(ANY_FORM)
    made = browser.posts(PRINT, {"form": token, "team": team, "count": count})
    assert made.status == 303, made.text
    return made.location or ""


def test_new_sheets_have_codes_of_their_own_a_row_for_each_id_and_the_words_of_consent(
    site: Site, paper: Paper
) -> None:
    officer = site.officer()
    page = officer.opens(make_sheets(officer))
    codes = re.findall(r'class="big"[^>]*>([^<]+)<', page.text)
    assert len(set(codes)) == 2
    assert page.text.count("<svg") == 2
    assert page.text.count('<th scope="row"') == 2 * sheets.ROWS
    assert paper.house.agreed in words_of(page)
    assert f"{codes[0]}-01 tới {codes[0]}-20" in words_of(page)
    assert [act for act in acts(site) if act[0] == "print-sheet"] == [
        ("print-sheet", f"sheet:{code}") for code in codes
    ]


def test_the_file_of_a_sheet_has_its_ids_and_comes_in_when_it_is_filled(
    site: Site, paper: Paper
) -> None:
    officer = site.officer()
    page = officer.opens(make_sheets(officer, count="1"))
    (link,) = [link for link in page.page.links if "phieu.xlsx" in link]
    answer = officer.opens(link)
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="phieu-')
    book = load_workbook(io.BytesIO(answer.body))
    sheet = book["Phiếu"]
    assert (sheet.max_row, sheet["C21"].value) == (21, "KP 3")
    sheet["B4"], sheet["J4"], sheet["G4"], sheet["H4"] = "18/11/2026", "1", PHONE, "Có"
    out = io.BytesIO()
    book.save(out)
    looked = look(officer, out.getvalue())
    assert looked.page.tables["preview"].rows[1][1].text == sheet["A4"].value
    assert take(officer, looked, out.getvalue()).status == 303
    assert paper.figures() == (1, 1, 0)


def test_an_address_of_a_sheet_shows_that_one_again_and_makes_none(site: Site) -> None:
    officer = site.officer()
    before = len(acts(site))
    page = officer.opens(f"{PRINT}?team=kp+3&ma=7k2m&ma=7K2M&ma=%3Cb%3E")
    assert re.findall(r'class="big"[^>]*>([^<]+)<', page.text) == ["7K2M"]
    assert [act for act in acts(site)[before:] if act[0] == "print-sheet"] == []
    for path in (f"{PRINT}?team=KP+99&ma=7K2M", f"{PRINT}/phieu.xlsx?team=KP+3"):
        assert officer.opens(path).status == 404
    form = {"form": officer.token(ANY_FORM), "team": "KP 99", "count": "1"}
    assert officer.posts(PRINT, form).status == 404


@pytest.mark.parametrize(("count", "made"), [("10", 10), ("99", 10), ("0", 1), ("-1", 1), ("x", 1)])
def test_so_many_sheets_are_made_and_never_more_than_ten(site: Site, count: str, made: int) -> None:
    assert make_sheets(site.officer(), count=count).count("ma=") == made
