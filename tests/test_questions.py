"""What no guide answers: kept masked and of nobody, shown once two ask alike, gone after thirty days."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from bot.conversation.jobs import purge_once_a_day
from bot.services import questions
from bot.services.questions import Group
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
