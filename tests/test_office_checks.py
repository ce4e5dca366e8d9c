"""The office's page of entries to ask about again: who sees the number, who acts, what each press leaves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.core.vocabulary import Role
from bot.locale import load_sentences
from storage.spot_checks import Way
from tests import small_content
from tests.browser_server import running
from tests.command_line import ROOT
from tests.office_browser import SIGN_IN, Answer, Browser
from tests.office_checks_site import CHECKS, PHONE, Log
from tests.office_site import Site

SENTENCES = load_sentences(ROOT / "content")


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """Wednesday 18 November 2026, 9 o'clock."""
    with running(tmp_path, content_dir=small_content.shared()) as ward:
        yield Site(ward)


@pytest.fixture
def log(site: Site) -> Log:
    return Log(site.ward)


def said(sentence: str, **values: object) -> str:
    return SENTENCES[sentence].format(**values)


def words(answer: Answer) -> str:
    assert answer.status == 200, answer.text
    return " ".join(answer.page.words.split())


def press(browser: Browser, number: int, act: str, **fields: str) -> Answer:
    form = browser.token("/office/sign-out")
    return browser.posts(f"{CHECKS}/{number}/{act}", {"form": form, **fields})


def drawn_call(log: Log) -> tuple[int, int]:
    """The number of the check and of its entry, one with a telephone."""
    log.logs(phone="+84912340001")
    log.week_goes_by()
    (call,) = log.checks(Way.CALL)
    return call.id, call.entry


def test_before_anything_was_drawn_the_page_says_so(site: Site) -> None:
    page = words(site.officer().opens(CHECKS))
    assert said("checks.lot-none") in page
    assert said("checks.no-calls") in page
    assert said("checks.how") not in page


def test_an_officer_takes_a_call_reads_the_number_and_writes_the_result(
    site: Site, log: Log
) -> None:
    check, entry = drawn_call(log)
    officer = site.officer()
    page = words(officer.opens(CHECKS))
    assert said("checks.entry", number=entry) in page
    assert PHONE not in page
    assert said("checks.not-taken") in page
    taken = press(officer, check, "take", week="2026-W47")
    assert (taken.status, taken.location) == (303, f"{CHECKS}?week=2026-W47&done=taken#done")
    page = words(officer.opens(taken.location or ""))
    assert said("checks.done-taken") in page
    assert PHONE in page
    done = press(officer, check, "result", week="2026-W47", result="dung")
    page = words(officer.opens(done.location or ""))
    assert said("checks.done-recorded") in page
    assert PHONE not in page
    assert said("checks.lot-line", calls=1, right=1) in page
    assert said("checks.lot-few", lot=19) in page
    assert log.acts() == [
        ("read", "checks:2026-W47"),
        ("take-check", f"check:{check}"),
        ("read", "checks:2026-W47"),
        ("read", f"phone:check:{check}"),
        ("record-check", f"check:{check}"),
        ("read", "checks:2026-W47"),
    ]


def test_the_seed_the_hash_and_the_numbers_of_the_draw_stand_on_the_page(
    site: Site, log: Log
) -> None:
    entries = [log.logs() for _ in range(8)]
    log.week_goes_by()
    page = words(site.officer().opens(CHECKS))
    assert " ".join(map(str, entries)) in page
    assert "sha256:" in page
    assert "Mầm: " in page


def test_a_denied_entry_is_the_leaders_for_three_days_and_then_the_offices(
    site: Site, log: Log
) -> None:
    entry = log.logs()
    log.denies(entry)
    officer = site.officer()
    assert said("checks.denied") not in words(officer.opens(CHECKS))
    site.ward.clock.passes(days=3)
    page = words(site.officer().opens(CHECKS))
    assert said("checks.denied") in page
    assert said("checks.entry", number=entry) in page
    site.takes_back(entry, "nhầm người")
    assert said("checks.denied") not in words(site.officer().opens(CHECKS))


def test_another_officer_sees_no_number_and_can_take_the_call_over(site: Site, log: Log) -> None:
    check, _ = drawn_call(log)
    lan, mai = site.officer(), site.officer(name="chị Mai")
    press(lan, check, "take")
    page = words(mai.opens(CHECKS))
    assert PHONE not in page
    assert said("checks.taken-by", name="chị Lan") in page
    late = press(mai, check, "result", result="dung")
    assert late.location == f"{CHECKS}?done=gone#done"
    press(mai, check, "take")
    assert PHONE in words(mai.opens(CHECKS))
    assert PHONE not in words(lan.opens(CHECKS))


def test_a_leader_reads_without_numbers_and_without_buttons(site: Site, log: Log) -> None:
    check, entry = drawn_call(log)
    press(site.officer(), check, "take")
    leader = site.officer(role=Role.LEADER)
    answer = leader.opens(CHECKS)
    page = words(answer)
    assert said("checks.entry", number=entry) in page
    assert said("checks.read-only") in page
    assert PHONE not in page
    assert set(answer.page.tokens) == {"/office/sign-out"}
    for act, fields in (("take", {}), ("result", {"result": "dung"})):
        refused = press(leader, check, act, **fields)
        assert refused.status == 403
        assert said("checks.read-only") in refused.text


def test_who_runs_the_machine_reads_nothing_of_residents(site: Site, log: Log) -> None:
    check, _ = drawn_call(log)
    operator = site.officer(role=Role.OPERATOR)
    refused = operator.opens(CHECKS)
    assert refused.status == 403
    assert said("checks.not-for-operator") in refused.text
    assert "/office/requests" not in operator.opens("/office").page.links  # the whole group
    assert CHECKS in site.officer().opens("/office/requests").page.links
    for act, fields in (("take", {}), ("result", {"result": "dung"})):
        assert press(operator, check, act, **fields).status == 403
    assert [act for act in log.acts() if act[0] != "read"] == []


def test_another_commune_neither_reads_nor_writes_it(site: Site, log: Log) -> None:
    check, entry = drawn_call(log)
    other = site.officer("phuoc-tan")
    assert said("checks.entry", number=entry) not in words(other.opens(CHECKS))
    for act, fields in (("take", {}), ("result", {"result": "dung"})):
        assert press(other, check, act, **fields).location == f"{CHECKS}?done=gone#done"
    assert log.checks(Way.CALL)[0].staff_id is None


def test_without_a_sign_in_or_with_a_foreign_form_nothing_happens(site: Site, log: Log) -> None:
    check, _ = drawn_call(log)
    stranger = site.browser()
    assert stranger.opens(CHECKS).location == SIGN_IN
    assert stranger.posts(f"{CHECKS}/{check}/take", {"form": "x"}).location == SIGN_IN
    officer = site.officer()
    assert officer.posts(f"{CHECKS}/{check}/take", {"form": "x"}).status == 403
    assert press(officer, check, "result", result="maybe").status == 400
    assert log.checks(Way.CALL)[0].staff_id is None


@pytest.mark.parametrize("week", ["2026-W99", "x", "2027-W02", "2026-W47"])
def test_a_week_that_is_none_or_not_over_leads_back(site: Site, week: str) -> None:
    answer = site.officer().opens(f"{CHECKS}?week={week}")
    assert (answer.status, answer.location) == (303, CHECKS)


def test_an_earlier_week_can_be_read(site: Site, log: Log) -> None:
    _, entry = drawn_call(log)
    site.ward.clock.passes(days=7)
    officer = site.officer()
    assert said("checks.entry", number=entry) not in words(officer.opens(CHECKS))
    assert said("checks.entry", number=entry) in words(officer.opens(f"{CHECKS}?week=2026-W47"))
