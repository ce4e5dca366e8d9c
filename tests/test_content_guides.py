"""The guides that are shipped: checked without a warning, and as they reach a person in the chat."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from bot.core.text import fold
from bot.core.vocabulary import AddressForm
from bot.library import Confidence, Guide, check
from bot.library.guides import at_longest
from bot.locale import local_day
from tests import shipped
from tests.clock import FixedClock
from tests.world import World

CONTENT = Path(__file__).parent.parent / "content"
LIBRARY = shipped.library()
GUIDES, URGENT = LIBRARY.guides, LIBRARY.menu.urgent

guides = pytest.mark.parametrize("guide", GUIDES.values(), ids=GUIDES.keys())


def test_all_of_content_is_without_fault_and_without_warning() -> None:
    faults, warnings = check(CONTENT)
    assert [str(fault) for fault in faults] == []
    assert [str(warning) for warning in warnings] == []


@guides
def test_a_step_begins_with_what_to_do_and_fits_a_small_screen(guide: Guide) -> None:
    for way in guide.ways:
        for step in way.steps:
            assert step.text.count("\n") == 0, step.id
            assert len(f"Bước 12/12. {at_longest(step.text)}") <= 330, step.id
            assert re.match(r"\{You\} [a-zđ]|[A-ZĐ]", step.text), step.id


@guides
def test_a_guide_has_the_parts_that_its_screens_need(guide: Guide) -> None:
    assert guide.errors, "kẹt thì xem gì?"
    signs = [fold(error.sign) for error in guide.errors]
    assert len(set(signs)) == len(signs)
    for way in guide.ways:
        labels = [fold(step.label) for step in way.steps]
        assert len(set(labels)) == len(labels)
    assert len(guide.ways) == 1 or (guide.ask or "").count("?") == 1


@guides
def test_what_is_shown_at_once_is_short(guide: Guide) -> None:
    needs = "\n".join(f"• {need}" for need in guide.needs)
    for text in (guide.counter, guide.no_smartphone, *guide.warnings, guide.ask or "", needs):
        assert len(at_longest(text)) <= 300, text
    for error in guide.errors:
        assert len(at_longest(error.fix)) <= 300, error.sign


@guides
def test_who_types_a_secret_is_told_to_keep_it_from_others(guide: Guide) -> None:
    for way in guide.ways:
        for step in way.steps:
            if step.text.startswith("Nhập mã OTP"):
                assert "Đừng đọc" in step.text, step.id
    spoken = " ".join(guide.warnings)
    assert "OTP" in spoken
    assert "gửi vào đây" in spoken


@guides
def test_abbreviations_are_explained_where_they_are_first_met_in_a_way(guide: Guide) -> None:
    explained = {"OTP": r"OTP \(", "BHYT": r"BHYT là|BHYT \(", "ANTT": r"ANTT\*\* \("}
    for way in guide.ways:
        text = " ".join(step.text for step in way.steps)
        for short, how in explained.items():
            if short in text:
                assert re.search(how, text), f"{way.id}: {short}"


@guides
def test_phrases_are_many_all_different_and_some_typed_without_accents(guide: Guide) -> None:
    bare = [phrase for phrase in guide.phrases if phrase == fold(phrase)]
    assert len(guide.phrases) >= 10
    assert len(bare) >= len(guide.phrases) // 4
    assert len({fold(phrase) for phrase in guide.phrases}) == len(guide.phrases)


@guides
def test_a_guide_rests_on_a_source_that_is_sure(guide: Guide) -> None:
    assert any(source.confidence is Confidence.SURE for source in guide.sources)
    assert guide.review_by - guide.reviewed_on <= timedelta(days=190)
    assert all(source.date <= guide.reviewed_on for source in guide.sources)


@guides
def test_sums_of_money_carry_their_day(guide: Guide) -> None:
    for way in guide.ways:
        for step in way.steps:
            assert not re.search(r"\d (?:đồng|đ|triệu|nghìn|ngàn)\b", step.text), step.id
    if guide.fee:
        assert guide.fee.as_of <= guide.reviewed_on


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_guide_says_so_when_its_review_is_overdue(world: World, clock: FixedClock) -> None:
    person = world.person()
    for guide in sorted(GUIDES.values(), key=lambda guide: guide.review_by):
        if guide.id == URGENT:
            continue  # who was robbed a minute ago reads no introduction
        clock.passes(days=(guide.review_by - local_day(clock.now)).days)
        person.sends_action(f"guide:{guide.id}")
        assert "lâu chưa xem lại" not in person.last
        clock.passes(days=1)
        person.sends_action(f"guide:{guide.id}")
        assert "lâu chưa xem lại" in person.last
        assert len(person.last) <= 500


@pytest.mark.parametrize("form", list(AddressForm))
def test_no_guide_grows_too_long_with_any_form_of_address(form: AddressForm) -> None:
    for guide in GUIDES.values():
        for way in guide.ways:
            for step in way.steps:
                filled = step.text.format(you=form.words, You=form.words.capitalize())
                assert len(filled) <= 300, step.id
