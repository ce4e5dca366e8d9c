"""What no guide answers: kept masked and of nobody, shown once two ask alike, gone after thirty days."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from bot.conversation.jobs import purge_once_a_day
from bot.core.redaction import MASKS, PHONE_MASK
from bot.services import questions, troubles
from bot.services.questions import Group
from storage import questions as kept_questions
from storage.database import Unit
from storage.models import unanswered_questions
from storage.questions import Unanswered
from tests.clock import FixedClock
from tests.small_library import GLOSSARY
from tests.world import World

DAY = date(2026, 11, 20)


def shown(world: World) -> list[Group]:
    """What the office would read."""
    return world.base.database.write(
        questions.list_unanswered, world.commune.id, world.base.library.glossary
    )


def kept(world: World) -> list[str]:
    """The texts in the table."""
    with world.base.database.unit() as unit:
        return list(unit.connection.execute(select(unanswered_questions.c.text)).scalars())


def test_questions_that_sound_alike_are_one_group_with_its_shortest_form() -> None:
    asked = [
        Unanswered(DAY, "giá heo hơi hôm nay bao nhiêu vậy con"),
        Unanswered(DAY, "gia heo hoi"),
        Unanswered(date(2026, 11, 22), "thuê xe cẩu ở đâu"),
        Unanswered(date(2026, 11, 22), "heo hơi giá nhiêu"),
    ]
    groups = questions.group(asked, GLOSSARY)
    assert [one.count for one in groups] == [3, 1]
    assert groups[0] == Group("gia heo hoi", 3, DAY, date(2026, 11, 22))


def test_groups_do_not_depend_on_words_that_say_little() -> None:
    asked = [Unanswered(DAY, f"{start} thuê xe cẩu") for start in ("dạ cho tui hỏi", "con ơi", "")]
    assert [one.count for one in questions.group(asked, GLOSSARY)] == [3]


@pytest.mark.parametrize("mask", [PHONE_MASK, *MASKS.values()])
def test_what_was_masked_makes_no_questions_alike_and_none_different(mask: str) -> None:
    asked = ["thuê xe cẩu", f"bán heo {mask}", f"thuê xe cẩu, gọi {mask}", f"mua gà {mask} {mask}"]
    groups = questions.group([Unanswered(DAY, text) for text in asked], GLOSSARY)
    assert [one.count for one in groups] == [2, 1, 1]
    assert groups[0].text == "thuê xe cẩu"


SYLLABLES = st.lists(st.sampled_from(["heo", "gà", "bò", "dê", "xe", "cẩu", "nhà"]), max_size=8)


@given(asked=st.lists(SYLLABLES.map(" ".join), max_size=14))
def test_a_question_joins_the_first_group_whose_first_question_is_alike(asked: list[str]) -> None:
    """As one would do it by hand, comparing with every group."""
    groups: list[list[str]] = []
    for text in asked:
        said = troubles.content(text, GLOSSARY)
        firsts = [troubles.content(group[0], GLOSSARY) for group in groups]
        alike = [bool(said) and 2 * len(said & first) >= len(said | first) for first in firsts]
        if True in alike:
            groups[alike.index(True)].append(text)
        else:
            groups.append([text])
    wanted = sorted(((min(one, key=len), len(one)) for one in groups), key=lambda one: -one[1])
    found = questions.group([Unanswered(DAY, text) for text in asked], GLOSSARY)
    assert [(one.text, one.count) for one in found] == wanted


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_only_so_many_of_the_newest_are_put_together(world: World) -> None:
    """Strangers can ask as much as they like; the office's page must not hold up the chat."""

    def keep(unit: Unit) -> None:
        for number in range(questions.MOST_READ):
            text = "thuê xe cẩu" if number < 2 else "bán heo con"
            kept_questions.keep_unanswered(unit, world.commune.id, Unanswered(DAY, text))

    world.base.database.write(keep)
    assert [one.count for one in shown(world)] == [questions.MOST_READ - 2, 2]
    world.person().says("thuê xe cẩu dỡ nhà")
    world.person().says("thuê xe cẩu dỡ nhà")
    assert [one.count for one in shown(world)] == [questions.MOST_READ - 2, 2]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_question_is_shown_once_two_have_asked_it(world: World) -> None:
    world.person("bà Tư").says("thuê xe cẩu dỡ nhà")
    assert shown(world) == []
    world.person("ông Năm").says("dạ thuê xe cẩu dỡ nhà")
    assert [(one.text, one.count) for one in shown(world)] == [("thuê xe cẩu dỡ nhà", 2)]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_is_kept_holds_no_number_of_a_person(world: World) -> None:
    world.person().says("thuê xe cẩu dỡ nhà gọi 0912 345 678")
    assert len(kept(world)) == 1
    assert "345" not in kept(world)[0]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("said", ["quên mật khẩu vneid", "cho tôi hỏi", "menu", "mã otp là 482913"])
def test_only_what_no_guide_is_about_is_kept(world: World, said: str) -> None:
    world.person().says(said)
    assert kept(world) == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_after_thirty_days_it_is_gone(world: World, clock: FixedClock) -> None:
    for name in ("bà Tư", "ông Năm"):
        world.person(name).says("thuê xe cẩu dỡ nhà")
    clock.passes(days=30)
    world.base.database.write(purge_once_a_day)
    assert len(shown(world)) == 1
    clock.passes(days=1)
    assert shown(world) == []
    world.base.database.write(purge_once_a_day)
    assert kept(world) == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_was_too_vague_is_counted_apart_among_what_was_not_understood(world: World) -> None:
    world.person().says("cho tôi hỏi")
    world.person().says("thuê xe cẩu dỡ nhà")
    asked = world.report("week:2026-W47")["questions"]
    assert isinstance(asked, dict)
    assert (asked["asked"], asked["unknown"], asked["too_vague"]) == (2, 2, 1)


# ---- what is said of a matter that has no guide --------------------------------------------------


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_who_asks_of_a_known_matter_without_a_guide_hears_who_can_help(world: World) -> None:
    matters = world.base.library.elsewhere.matters
    for number, matter in enumerate(matters):
        person = world.person(f"người {number}")
        said = person.says(matter.phrases[0])[-1]
        answer = world.base.texts(world.commune).fill(matter.answer)
        assert said.text == answer, matter.phrases[0]
        assert {"person", "menu"} < {choice.action for choice in said.choices}
        again = person.says(matter.phrases[1])[-1]
        assert again.text != said.text
        assert "person" in [choice.action for choice in again.choices]
