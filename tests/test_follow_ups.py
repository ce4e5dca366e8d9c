"""Follow-ups: what is about the guide at hand, which part is meant, and what is a question of its own."""

from __future__ import annotations

import pytest

from bot.conversation.turn import State
from bot.core.messages import Kind
from bot.core.text import fold
from bot.services.follow_ups import StepAsked, other_case, part_asked, step_asked
from tests import shipped
from tests.small_library import GUIDES
from tests.walker import Walker

GLOSSARY = shipped.library().glossary
GUIDE = "vneid-quen-mat-khau"


@pytest.mark.parametrize(
    ("said", "part"),
    [
        ("tốn bao nhiêu tiền vậy con", "fee"),
        ("lệ phí nhiêu", "fee"),
        ("cần giấy gì", "needs"),
        ("cần mang theo giấy tờ gì hả con", "needs"),
        ("làm ở đâu vậy", "place"),
        ("mất bao lâu", "time"),
        ("có phải lên phường không", "counter"),
        ("tui hổng có điện thoại thông minh", "no-smartphone"),
        ("mấy tuổi được làm", "who"),
    ],
)
def test_a_part_is_asked_for_with_marks_and_without(said: str, part: str) -> None:
    assert part_asked(said, GLOSSARY) == part
    assert part_asked(fold(said), GLOSSARY) == part


@pytest.mark.parametrize(
    "said", ["làm hộ chiếu tốn bao nhiêu tiền", "bán xe cũ ở đâu", "vâng", "", "heo giá bao nhiêu"]
)
def test_who_names_another_thing_asks_a_question_of_its_own(said: str) -> None:
    assert part_asked(said, GLOSSARY) is None


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("bước 3", StepAsked(3, has_more=False)),
        ("Bước ba không thấy nút đó", StepAsked(3, has_more=True)),
        ("buoc 12 bi loi", StepAsked(12, has_more=True)),
        ("bước đi", None),
        ("bước", None),
        ("làm bước 3", None),
    ],
)
def test_a_step_is_called_by_its_number(said: str, asked: StepAsked | None) -> None:
    assert step_asked(said) == asked


def test_another_case_is_asked_about_the_guide_at_hand() -> None:
    guide = GUIDES[GUIDE]
    for said in ("còn con nít thì sao", "con nit thi sao", "vậy còn người già thì sao con"):
        assert other_case(said, guide) == f"{said} {guide.title}"
    assert other_case("con ơi quên mật khẩu rồi giờ làm lại thì làm sao con", guide) is None
    assert other_case("quên mật khẩu", guide) is None


def test_every_part_of_every_guide_is_answered_and_leads_back_to_it(walker: Walker) -> None:
    for guide in walker.script.library.guides:
        if guide == walker.script.library.menu.urgent:
            continue
        opened = walker.take(State(), f"guide:{guide}", Kind.ACTION)
        for said in ("tốn bao nhiêu tiền", "cần giấy gì", "làm ở đâu", "mất bao lâu"):
            seen = walker.take(opened.state, said)
            assert seen.state.view.startswith(f"part:{guide}:"), said
            assert "Quay lại bài này" in seen.labels()
            assert walker.take(seen.state, "Quay lại bài này").state.view == f"guide:{guide}"


def test_trouble_at_a_named_step_leads_to_that_step(walker: Walker) -> None:
    state = walker.take(State(), f"guide:{GUIDE}", Kind.ACTION).state
    state = walker.take(state, "1").state
    seen = walker.take(state, "bước 3 không thấy nút đó")
    assert "Gặp người giúp" in seen.labels()
    assert walker.take(seen.state, "Làm lại bước này").state.view == f"step:{GUIDE}:dien-hai-so"
