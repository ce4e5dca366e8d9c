"""Somebody of the office answers in the messenger itself: when the bot keeps still, and when it does not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.core.messages import Kind, Outbound
from bot.core.vocabulary import Role
from storage import fetching
from storage.database import Unit
from storage.models import chat_links, conversations, inbox
from storage.models_people import identities
from tests.clock import FixedClock
from tests.world import Person, World

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
URGENT = "step:at-da-bi-lua:ngung-chuyen"
pytestmark = SQLITE


def outcomes(world: World, person: Person) -> list[str]:
    """How each event of this chat ended."""
    mine = select(inbox.c.outcome).where(inbox.c.identity == person.identity).order_by(inbox.c.id)
    return world.base.database.read(lambda unit: list(unit.connection.execute(mine).scalars()))


def in_a_guide(world: World, name: str = "bà Tư") -> Person:
    """Somebody at the second step of a guide."""
    person = world.person(name)
    for said in ("quên mật khẩu vneid", "1", "1"):
        person.says(said)
    return person


def staff_writes(person: Person) -> None:
    assert person.sends(Kind.STAFF, "chào cô, phường đây") == []


def is_told_of_bot(said: list[Outbound]) -> bool:
    """True for the one sentence that says how the bot comes back."""
    return len(said) == 1 and "#bot" in said[0].text and not said[0].choices


def test_while_the_office_answers_nothing_is_answered_and_nothing_changes(
    world: World, clock: FixedClock
) -> None:
    person = in_a_guide(world)
    before = person.state
    staff_writes(person)
    clock.passes(minutes=9, seconds=59)
    said = ("1", "Xong", "menu", "trở lại", "nuôi heo", "079123456789", "dừng", "nối máy", "99")
    for text in said:
        assert person.says(text) == [], text
    for kind in (Kind.VOICE, Kind.PICTURE, Kind.START, Kind.EDITED):
        assert person.sends(kind) == [], kind
    assert person.sends_action("menu") == []
    until = person.state.staff_until
    assert replace(person.state, staff_until="") == before
    assert until
    assert set(outcomes(world, person)[3:]) == {"staff"}
    clock.passes(minutes=20)
    assert is_told_of_bot(person.says("1"))
    clock.passes(seconds=1)
    (shown,) = person.says("1")
    assert shown.text.startswith("**Bước 3/8.**")


def test_each_further_message_of_the_office_begins_the_half_hour_anew(
    world: World, clock: FixedClock
) -> None:
    person = in_a_guide(world)
    staff_writes(person)
    clock.passes(minutes=20)
    staff_writes(person)
    clock.passes(minutes=29)
    assert is_told_of_bot(person.says("1"))
    assert person.says("1") == []
    clock.passes(minutes=1)
    assert person.says("1")


def test_who_is_left_alone_for_ten_minutes_is_told_once_how_the_bot_comes_back(
    world: World, clock: FixedClock
) -> None:
    person = in_a_guide(world)
    place = person.state
    for _ in range(2):
        staff_writes(person)
        clock.passes(minutes=9, seconds=59)
        assert person.says("1") == []
        clock.passes(seconds=1)
        assert is_told_of_bot(person.says("có ai không"))
        for text in ("1", "menu", "alo"):
            assert person.says(text) == [], text
        assert replace(person.state, staff_until="", staff_hinted=False) == place
    (answer,) = person.says("#bot")
    assert answer.choices == place.choices


def test_what_is_only_noted_does_not_use_up_the_telling(world: World, clock: FixedClock) -> None:
    person = in_a_guide(world)
    staff_writes(person)
    clock.passes(minutes=10)
    assert person.sends(Kind.NOTED) == []
    assert is_told_of_bot(person.sends(Kind.VOICE))
    assert person.sends(Kind.NOTED) == []
    assert person.says("alo") == []


def test_the_office_gives_the_chat_back_at_once_and_nothing_is_said(
    world: World, clock: FixedClock
) -> None:
    person = in_a_guide(world)
    before = person.state
    staff_writes(person)
    clock.passes(minutes=1)
    assert person.sends(Kind.STAFF, "#bot") == []
    assert person.state == before
    assert "Bước 3/8" in person.says("1")[0].text
    staff_writes(person)
    assert person.says("1") == []


def test_giving_back_without_having_written_changes_nothing(world: World) -> None:
    person = in_a_guide(world)
    before = person.state
    assert person.sends(Kind.STAFF, "#bot") == []
    assert person.state == before


def test_a_giving_back_that_comes_late_does_not_end_what_began_after_it(
    world: World, clock: FixedClock
) -> None:
    person = in_a_guide(world)
    given_back = clock()
    clock.passes(minutes=1)
    staff_writes(person)
    assert person.does(Kind.STAFF, "#bot", given_back) == []
    assert person.says("1") == []


def test_the_half_hour_counts_from_the_message_not_from_when_we_heard_of_it(
    world: World, clock: FixedClock
) -> None:
    person = in_a_guide(world)
    begun = clock()
    clock.passes(minutes=25)
    assert person.does(Kind.STAFF, "", begun) == []
    clock.passes(minutes=4)
    assert is_told_of_bot(person.says("1"))
    clock.passes(minutes=1)
    assert person.says("1")


def test_an_echo_that_comes_late_shortens_nothing_and_a_clock_ahead_lengthens_nothing(
    world: World, clock: FixedClock
) -> None:
    person = in_a_guide(world)
    begun = clock()
    clock.passes(minutes=10)
    staff_writes(person)
    assert person.does(Kind.STAFF, "", begun) == []
    clock.passes(minutes=25)
    assert is_told_of_bot(person.says("1"))
    assert person.does(Kind.STAFF, "", clock() + timedelta(days=300)) == []
    clock.passes(minutes=30)
    assert person.says("1")


def test_what_was_written_meanwhile_and_is_taken_up_late_is_not_answered(
    world: World, clock: FixedClock
) -> None:
    person = in_a_guide(world)
    staff_writes(person)
    written = clock() + timedelta(minutes=5)
    clock.passes(hours=2)
    assert person.does(Kind.TEXT, "1", written) == []
    assert person.says("1")


@pytest.mark.parametrize(
    "said",
    ["#bot", "# bot", "#Bot", "#BOT ơi", "bot", "goi bot lai", "Gọi trợ lý", "dạ gọi bot nha"],
)
def test_the_bot_can_be_called_back_in_any_spelling(world: World, said: str) -> None:
    person = in_a_guide(world)
    place = person.state.choices
    staff_writes(person)
    (answer,) = person.says(said)
    assert answer.text.startswith("Dạ, trợ lý đây ạ.")
    assert answer.choices == place
    (next_step,) = person.says("1")
    assert next_step.text.startswith("**Bước 3/8.**")


@pytest.mark.parametrize("said", ["bớt chưa", "bột", "robot hút bụi", "gọi bố"])
def test_other_words_do_not_call_it(world: World, said: str) -> None:
    person = in_a_guide(world)
    staff_writes(person)
    assert person.says(said) == []


def test_who_tells_of_a_loss_gets_the_urgent_guide_and_is_led_to_its_end(world: World) -> None:
    for number, said in enumerate(["tui lỡ chuyển tiền cho tụi nó rồi", "bị lừa rồi", "bi lua"]):
        person = in_a_guide(world, f"bà {number}")
        staff_writes(person)
        assert person.says(said), said
        assert person.state.view == URGENT
        assert "Bước 2/5" in person.says("1")[0].text
        staff_writes(person)
        assert person.says("1") == []


def test_who_was_first_written_to_by_the_office_is_greeted_once_and_not_before(
    world: World, clock: FixedClock
) -> None:
    person = world.person()
    staff_writes(person)
    staff_writes(person)
    assert person.says("dạ") == []
    clock.passes(minutes=30)
    first = person.says("menu")
    assert [text.count("máy trả lời") for text in (message.text for message in first)] == [1, 0]
    assert not any("máy trả lời" in message.text for message in person.says("menu"))


def test_called_back_by_somebody_who_was_never_greeted_it_says_who_it_is(world: World) -> None:
    person = world.person()
    staff_writes(person)
    greeting, here = person.says("#bot")
    assert "máy trả lời" in greeting.text
    assert here.text.startswith("Dạ, trợ lý đây")


def test_who_blocked_us_first_is_greeted_when_they_come_back(world: World) -> None:
    person = world.person()
    assert person.sends(Kind.STOPPED) == []
    assert "máy trả lời" in person.says("menu")[0].text
    assert len(person.says("menu")) == 1


def test_a_quiet_person_stays_quiet_while_the_office_answers(
    world: World, clock: FixedClock
) -> None:
    person = in_a_guide(world)
    person.says("dừng")
    staff_writes(person)
    person.says("dạ")
    assert person.state.quiet
    person.says("#bot")
    assert person.state.quiet


def test_what_is_only_noted_is_neither_answered_nor_remembered(world: World) -> None:
    person = in_a_guide(world)
    before = person.state
    assert person.sends(Kind.NOTED) == []
    assert person.state == before
    assert outcomes(world, person)[-1] == "noted"


def test_the_office_writing_is_no_act_of_the_person(world: World, clock: FixedClock) -> None:
    """The messenger's window for answers counts from what the person did."""
    person = in_a_guide(world)
    acted = select(conversations.c.last_act_at).where(conversations.c.identity == person.identity)
    before = world.base.database.read(lambda unit: unit.connection.execute(acted).scalar_one())
    clock.passes(minutes=5)
    staff_writes(person)
    after = world.base.database.read(lambda unit: unit.connection.execute(acted).scalar_one())
    assert after == before


# ---- somebody who asks to be forgotten ----------------------------------------------------------


def rows_about(world: World, person: Person) -> dict[str, int]:
    """Rows that name this chat, by table."""
    tables = (inbox, conversations, chat_links)

    def count(unit: Unit) -> dict[str, int]:
        found = {
            table.name: len(
                unit.connection.execute(
                    select(table.c.id).where(table.c.identity == person.identity)
                ).all()
            )
            for table in tables
        }
        found["identities"] = len(unit.connection.execute(select(identities.c.id)).all())
        return {name: number for name, number in found.items() if number}

    return world.base.database.read(count)


def joined(world: World) -> tuple[Person, Person]:
    """One person with two chats."""
    one, other = world.person("bà Tư"), world.person("bà Tư", "zalo_oa")
    one.says("nối máy")
    other.says(one.says("1")[0].text)
    return one, other


def test_who_withdraws_is_told_so_and_forgotten_with_the_next_look_of_the_jobs(
    world: World,
) -> None:
    _, other = joined(world)
    other.says("quên mật khẩu vneid")
    (said,) = other.sends(Kind.WITHDREW)
    assert said.text.startswith("Dạ, trợ lý xóa hết")
    assert said.choices == ()
    assert other.state.bookmark == ""
    assert rows_about(world, other)["identities"] == 1
    assert world.base.database.write(fetching.forget_due) == 1
    assert rows_about(world, other) == {"identities": 1}  # the other chat's own
    assert "máy trả lời" in other.says("menu")[0].text


def test_a_member_who_withdraws_is_nobody_of_the_team_from_that_moment(world: World) -> None:
    hanh = world.member()
    hanh.sends(Kind.WITHDREW)
    assert "Tổ công nghệ số KP 3" not in hanh.says("menu")[-1].text
    assert "chat_links" not in rows_about(world, hanh)


def test_of_somebody_who_withdraws_without_ever_having_written_nothing_stays(
    world: World,
) -> None:
    person = world.person()
    assert person.sends(Kind.WITHDREW) == []
    assert world.base.database.write(fetching.forget_due) == 1
    assert rows_about(world, person) == {}


def test_who_withdraws_while_the_office_answers_is_forgotten_all_the_same(world: World) -> None:
    person = in_a_guide(world)
    staff_writes(person)
    assert person.sends(Kind.WITHDREW)
    assert world.base.database.write(fetching.forget_due) == 1
    assert rows_about(world, person) == {}


def test_an_officer_keeps_still_like_everybody(world: World) -> None:
    person = world.person("chị Lan")
    person.says(f"vào tổ {world.invite(Role.OFFICER, None)}")
    staff_writes(person)
    assert person.says("menu") == []
