"""The office's pages of rights over data and of who counts as whom: officers only, every look recorded."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.core.vocabulary import Evidence, Place, Role, Topic, TrainingKind, Use
from bot.locale import load_sentences
from bot.services import consents, phones
from bot.services.consents import Proof
from bot.services.retention import TABLE
from storage import attendances, audit, communes, help_entries, help_figures, trainings
from storage.attendances import NewSeat
from storage.database import Unit
from storage.help_entries import By, Help, NewEntry
from storage.trainings import Outline
from tests import small_content
from tests.browser_server import running
from tests.command_line import ROOT
from tests.office_browser import Answer, Browser
from tests.office_site import MONDAY, Site

SENTENCES = load_sentences(ROOT / "content")
PRIVACY, PEOPLE = "/office/privacy", "/office/people"
PHONE, TYPED = "+84912345678", "0912 345 678"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with running(tmp_path, content_dir=small_content.shared()) as ward:
        yield Site(ward)


def helped(site: Site, ordinal: int = 1, slug: str = "ho-nai") -> int:
    """Somebody of that number agreed to be counted and was helped; gives the person."""
    commune = site.ward.commune(slug)

    def log(unit: Unit) -> int:
        team = communes.list_teams(unit, commune.id, MONDAY)[0].id
        person = phones.person_on(unit, commune.id, PHONE, ordinal)
        subject = consents.of_phone(unit, commune.id, PHONE)
        proof = Proof("lời", "paper", "member", person_id=person)
        consents.give(unit, commune.id, subject, Use.COUNT_ONCE, proof)
        new = NewEntry(f"c{ordinal}", team, None, Help(MONDAY, Topic.VNEID, 2, person_id=person))
        help_entries.add(unit, commune.id, new, By())
        return person

    return site.ward.base.database.write(log)


def posts(browser: Browser, path: str, **fields: object) -> Answer:
    """Send a form of the office."""
    token = browser.token("/office/sign-out")
    return browser.posts(path, {"form": token} | {k: str(v) for k, v in fields.items()})


def acts(site: Site) -> list[tuple[str, str]]:
    found = site.ward.base.database.read(audit.list_acts, site.ward.commune("ho-nai").id)
    return [(one.act.action, one.act.object) for one in found]


def counts(site: Site) -> tuple[int, int]:
    window = (MONDAY, MONDAY + timedelta(days=7))
    commune = site.ward.commune("ho-nai").id
    whole = site.ward.base.database.read(help_figures.count, commune, window)
    return whole.visits, whole.people


def said(sentence: str, **values: object) -> str:
    return SENTENCES[sentence].format(**values)


def words(answer: Answer) -> str:
    assert answer.page.scripts == []
    return " ".join(answer.page.words.split())


# ---- who may ------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [Role.LEADER, Role.OPERATOR])
def test_neither_a_leader_nor_an_operator_sees_residents_data(site: Site, role: Role) -> None:
    browser = site.officer(role=role)
    assert PRIVACY not in browser.opens("/office/teams").page.links
    for path in (PRIVACY, PEOPLE):
        answer = browser.opens(path)
        assert answer.status == 403
        assert said("rights.officers-only") in answer.text
    for path, fields in (
        (PRIVACY, {"phone": TYPED}),
        (f"{PRIVACY}/export", {"phone": TYPED}),
        (f"{PRIVACY}/erase", {"phone": TYPED, "ordinal": 1}),
        (f"{PRIVACY}/request", {"kind": "erase", "note": ""}),
        (f"{PRIVACY}/1/done", {}),
        (f"{PRIVACY}/1/later", {"reason": "chờ giấy"}),
        (PEOPLE, {"phone": TYPED}),
        (f"{PEOPLE}/merge", {"first": 1, "second": 2, "reason": "cùng người"}),
        (f"{PEOPLE}/1/undo", {"reason": "nhầm người"}),
    ):
        assert posts(browser, path, **fields).status == 403, path


def test_nobody_comes_in_without_signing_in_or_with_a_form_of_another(site: Site) -> None:
    stranger = site.browser()
    for path in (PRIVACY, PEOPLE):
        assert stranger.opens(path).location == "/office/sign-in"
    browser = site.officer()
    browser.opens(PRIVACY)
    assert browser.posts(f"{PRIVACY}/erase", {"form": "x" * 43, "phone": TYPED}).status == 403


# ---- by number ----------------------------------------------------------------------------------


def test_what_is_kept_of_a_number_is_shown_and_the_look_recorded(site: Site) -> None:
    person = helped(site)
    browser = site.officer()
    assert PRIVACY in browser.opens("/office/teams").page.links
    browser.opens(PRIVACY)
    answer = posts(browser, PRIVACY, phone=TYPED)
    shown = words(answer)
    assert said("rights.person", number=1) in shown
    assert "2 lượt giúp" in shown
    assert said("rights.found-no-number") in shown
    assert said("option.use-count-once") in shown
    assert ("look-up-phone", f"person:{person}") in acts(site)
    assert answer.headers["Cache-Control"] == "no-store"
    assert not any("912345678" in one for pair in acts(site) for one in pair)


def test_a_number_that_names_nobody_or_is_none_is_said_so(site: Site) -> None:
    browser = site.officer()
    browser.opens(PRIVACY)
    assert said("rights.nobody-found") in words(posts(browser, PRIVACY, phone="0987 654 321"))
    wrong = posts(browser, PRIVACY, phone="0912")
    assert wrong.status == 422
    assert said("rights.phone") in words(wrong)


def test_erasing_at_the_counter_takes_one_of_a_household_and_keeps_the_figures(
    site: Site,
) -> None:
    for ordinal in (1, 2):
        helped(site, ordinal)
    assert counts(site) == (4, 2)
    browser = site.officer()
    browser.opens(PRIVACY)
    answer = posts(browser, f"{PRIVACY}/erase", phone=PHONE, ordinal=1)
    assert re.search(r"BN-\w{4}-\w{4}", words(answer))
    assert counts(site) == (4, 2)
    commune = site.ward.commune("ho-nai").id
    left = site.ward.base.database.write(phones.who_is_on, commune, PHONE)
    assert [one.ordinal for one in left] == [2]
    again = posts(browser, f"{PRIVACY}/erase", phone=PHONE, ordinal=1)
    assert again.status == 422
    assert said("rights.nobody") in words(again)
    assert [act for act, _ in acts(site)].count("data-erase") == 1


def test_a_file_is_given_out_and_stands_in_the_register(site: Site) -> None:
    helped(site)
    browser = site.officer()
    browser.opens(PRIVACY)
    answer = posts(browser, f"{PRIVACY}/export", phone=TYPED)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="du-lieu.json"'
    known = json.loads(answer.text)
    assert known["phone"] == PHONE
    (person,) = known["people"]
    assert person["help"] == {"visits": 2, "first": "2026-11-16", "last": "2026-11-16"}
    assert [one["use"] for one in person["consents"]] == ["count_once"]
    assert said("rights.kind-view") in words(browser.opens(PRIVACY))


# ---- the register -------------------------------------------------------------------------------


def test_a_request_on_paper_has_a_receipt_a_clock_and_one_extension(site: Site) -> None:
    browser = site.officer()
    browser.opens(PRIVACY)
    answer = posts(browser, f"{PRIVACY}/request", kind="erase", note="gọi lại số 0912345678 nha")
    shown = words(answer)
    assert re.search(r"BN-\w{4}-\w{4}", shown)
    assert "Hạn chót 09:00 08/12/2026" in shown
    assert "0912345678" not in shown
    site.ward.clock.passes(days=20, minutes=1)
    browser = site.officer(name="anh Bình")
    shown = words(browser.opens(PRIVACY))
    assert "Quá hạn từ 09:00 08/12/2026" in shown
    late = posts(browser, f"{PRIVACY}/1/later", reason="chờ hồ sơ giấy")
    assert late.location == f"{PRIVACY}?done=later#done"
    shown = words(browser.opens(PRIVACY))
    assert "Hạn chót 09:00 28/12/2026" in shown
    assert "Gia hạn: chờ hồ sơ giấy" in shown
    twice = posts(browser, f"{PRIVACY}/1/later", reason="lần nữa")
    assert twice.location == f"{PRIVACY}?done=gone#done"
    assert posts(browser, f"{PRIVACY}/1/later", reason=" ").status == 422
    done = posts(browser, f"{PRIVACY}/1/done")
    assert done.location == f"{PRIVACY}?done=done#done"
    shown = words(browser.opens(PRIVACY))
    assert said("rights.none-open") in shown
    assert posts(browser, f"{PRIVACY}/1/done").location == f"{PRIVACY}?done=gone#done"
    wanted = ["data-request", "data-request-later", "data-request-done"]
    assert [act for act, _ in acts(site) if act in wanted] == wanted


def test_a_kind_that_is_none_is_refused(site: Site) -> None:
    browser = site.officer()
    browser.opens(PRIVACY)
    answer = posts(browser, f"{PRIVACY}/request", kind="khac", note="")
    assert answer.status == 422
    assert said("rights.kind") in words(answer)


def test_what_was_asked_in_a_chat_stands_in_the_register_as_done(site: Site) -> None:
    resident = site.resident()
    resident.says("xem dữ liệu của tôi")
    rows = site.officer().opens(PRIVACY).page.tables["register"].rows
    assert [cell.text for cell in rows[1]][:2] == [
        said("rights.kind-view"),
        said("rights.way-chat"),
    ]


def test_texts_with_their_version_and_how_long_things_are_kept_stand_there(site: Site) -> None:
    page = site.officer().opens(PRIVACY).page
    shown = " ".join(page.words.split())
    for use in Use:
        assert said(f"option.use-{use.replace('_', '-')}") in shown
    assert "phường Hố Nai giữ số điện thoại" in shown
    assert shown.count("Bản 2026-11") == len(Use)
    days = {name: cells[0].text for name, cells in page.tables["retention"].body.items()}
    assert days == {said(f"retention.{name}"): str(kept.days) for name, kept in TABLE.items()}


# ---- who counts as whom -------------------------------------------------------------------------


def test_two_of_a_number_are_merged_and_parted_again(site: Site) -> None:
    one, other = helped(site, 1), helped(site, 2)
    browser = site.officer()
    browser.opens(PEOPLE)
    assert said("people.merge") in words(posts(browser, PEOPLE, phone=TYPED))
    merged = posts(browser, f"{PEOPLE}/merge", first=one, second=other, reason="cùng một bà")
    assert merged.location == f"{PEOPLE}?done=merged#done"
    assert counts(site) == (4, 1)
    shown = words(browser.opens(PEOPLE))
    assert "cùng một bà" in shown
    assert said("people.alone") in words(posts(browser, PEOPLE, phone=TYPED))
    same = posts(browser, f"{PEOPLE}/merge", first=one, second=other, reason="lần nữa")
    assert (same.status, said("people.same") in words(same)) == (422, True)
    parted = posts(browser, f"{PEOPLE}/1/undo", reason="hai người thật")
    assert parted.location == f"{PEOPLE}?done=split#done"
    assert counts(site) == (4, 2)
    assert "hai người thật" in words(browser.opens(PEOPLE))


def test_people_of_another_commune_are_neither_found_nor_merged(site: Site) -> None:
    there_id = site.ward.commune("phuoc-tan").id
    mine, theirs = helped(site), site.ward.base.database.write(phones.person_on, there_id, PHONE)
    browser = site.officer()
    browser.opens(PEOPLE)
    answer = posts(browser, f"{PEOPLE}/merge", first=mine, second=theirs, reason="cùng người")
    assert (answer.status, said("people.unknown") in words(answer)) == (422, True)
    there = site.officer("phuoc-binh")
    there.opens(PRIVACY)
    assert said("rights.nobody-found") in words(posts(there, PRIVACY, phone=TYPED))


def test_classes_that_are_counted_as_theirs_are_shown_and_stand_in_the_file(site: Site) -> None:
    person, commune = helped(site), site.ward.commune("ho-nai").id

    def sit(unit: Unit) -> None:
        starts = datetime(2026, 11, 14, 18, tzinfo=UTC)  # 1 o'clock at night of the 15th
        outline = Outline(
            *(TrainingKind.CLASS, "Cài VNeID", Topic.VNEID),
            *(starts, starts + timedelta(hours=1), Place.CULTURE_HOUSE, ""),
        )
        training = trainings.add_once(unit, commune, "c1", outline, By())[0]
        seat = NewSeat("s1", training.id, Evidence.SCREEN, person_id=person)
        attendances.take(unit, commune, seat)
        proof = Proof("lời", "console", person_id=person)
        consents.give(unit, commune, b"a chat", Use.ATTEND, proof)

    browser = site.officer()
    browser.opens(PRIVACY)
    assert "lớp đã dự" not in words(posts(browser, PRIVACY, phone=TYPED))
    site.ward.base.database.write(sit)
    assert "1 lớp đã dự, từ 15/11/2026 đến 15/11/2026" in words(
        posts(browser, PRIVACY, phone=TYPED)
    )
    (known,) = json.loads(posts(browser, f"{PRIVACY}/export", phone=TYPED).text)["people"]
    assert known["classes"] == {"classes": 1, "first": "2026-11-15", "last": "2026-11-15"}
