"""“góp ý”: three questions, the short quiz and the note, of a class in which this chat has a seat."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot.core.vocabulary import TrainingKind, TrainingStatus
from bot.services import after_class
from bot.services.after_class import Summary
from bot.services.trainings import Training
from storage import attendances, feedback, seats
from storage.database import Unit
from storage.feedback import Answers, Tally
from storage.models_trainings import quiz_tallies, training_feedback
from tests.class_tools import TITLE, hold, move
from tests.clock import FixedClock
from tests.world import Person, World

FEEDBACK = ["Dễ hiểu", "Tạm được", "Khó hiểu", "Bỏ qua câu này", "Về đầu"]
AT_ONCE = 300


@pytest.fixture
def tu(world: World) -> Person:
    """Somebody who has said something already."""
    return resident(world, "bà Tư")


def resident(world: World, name: str) -> Person:
    person = world.person(name)
    person.says("menu")
    return person


def labels(person: Person) -> list[str]:
    return [choice.label for choice in person.prompt]


def says(person: Person, *texts: str) -> None:
    for text in texts:
        person.says(text)


def answers(world: World, held: Training) -> list[Answers]:
    return world.base.database.read(feedback.list_of, world.commune.id, held.id)


def tallies(world: World, held: Training) -> list[Tally]:
    return world.base.database.read(feedback.list_tallies, world.commune.id, held.id)


def summary(world: World, held: Training) -> Summary:
    return world.base.database.read(after_class.summary, world.commune.id, held)


# ---- three questions


def test_three_digits_are_three_answers(world: World, tu: Person) -> None:
    held = hold(world, tu)
    tu.says("góp ý")
    assert f"{TITLE}, thứ Tư 18/11/2026" in tu.last
    assert "**Câu 1/3.**" in tu.last
    assert labels(tu) == FEEDBACK
    says(tu, "1", "2", "3")
    assert answers(world, held) == [Answers(1, 2, 3)]
    assert "Câu đố 1/3" in tu.last


def test_the_row_is_there_after_the_first_answer(world: World, tu: Person) -> None:
    held = hold(world, tu)
    tu.says("góp ý")
    assert answers(world, held) == []
    tu.says("3")
    assert answers(world, held) == [Answers(clear=3)]


def test_every_question_can_be_passed_over(world: World, tu: Person) -> None:
    held = hold(world, tu)
    says(tu, "góp ý", "Bỏ qua câu này", "2", "4")
    assert answers(world, held) == [Answers(able=2)]
    assert "Câu đố" in tu.last


def test_an_answer_of_an_earlier_button_replaces_what_was_said(world: World, tu: Person) -> None:
    held = hold(world, tu)
    says(tu, "góp ý", "1", "1", "1")
    tu.presses_earlier("Khó hiểu")
    assert answers(world, held) == [Answers(3, 1, 1)]


def test_who_stopped_in_the_middle_goes_on_there(world: World, tu: Person) -> None:
    hold(world, tu)
    says(tu, "góp ý", "1", "menu", "góp ý")
    assert "**Câu 2/3.**" in tu.last


def test_who_has_answered_all_can_say_it_anew(world: World, tu: Person) -> None:
    held = hold(world, tu)
    says(tu, "góp ý", "1", "1", "1", "góp ý")
    assert labels(tu) == ["Góp ý lại", "Làm câu đố ngắn", "Lấy bài về coi", "Về đầu"]
    says(tu, "1", "2")
    assert answers(world, held) == [Answers(2, 1, 1)]


def test_who_has_no_seat_hears_it_kindly(world: World, tu: Person) -> None:
    held = hold(world)
    tu.says("góp ý")
    assert "chưa thấy" in tu.last
    for action in (
        f"after:{held.id}:1:1",
        f"quiz:{held.id}:1:1",
        f"afternote:{held.id}",
        "after:x",
    ):
        tu.sends_action(action)
        assert "chưa thấy" in tu.last, action
    assert answers(world, held) == []
    assert tallies(world, held) == []


def test_a_seat_that_was_taken_out_gives_no_say(world: World, tu: Person) -> None:
    held = hold(world, tu)

    def take_out(unit: Unit) -> None:
        (seat,) = attendances.list_of(unit, world.commune.id, held.id)
        attendances.void(unit, world.commune.id, seat.id, "nhầm")

    world.base.database.write(take_out)
    tu.says("góp ý")
    assert "chưa thấy" in tu.last


def test_the_newest_class_of_seven_days_is_meant(
    world: World, tu: Person, clock: FixedClock
) -> None:
    hold(world, tu, title="Lớp trước")
    clock.passes(days=1)
    hold(world, tu, title="Lớp sau")
    hold(world, title="Lớp của người khác")
    tu.says("góp ý")
    assert "Lớp sau" in tu.last
    clock.passes(days=6, hours=23)
    tu.says("góp ý")
    assert "chưa thấy" in tu.last


def test_a_class_that_was_called_off_after_all_is_not_meant(world: World, tu: Person) -> None:
    held = hold(world, tu)
    move(world, held, TrainingStatus.ANNOUNCED)
    move(world, held, TrainingStatus.CANCELLED)
    tu.says("góp ý")
    assert "chưa thấy" in tu.last


def test_once_the_class_is_closed_nothing_changes_and_the_guides_are_still_there(
    world: World, tu: Person
) -> None:
    held = hold(world, tu)
    says(tu, "góp ý", "1", "1", "1", "1")
    before = answers(world, held), tallies(world, held)
    move(world, held, TrainingStatus.CLOSED)
    tu.presses_earlier("Khó hiểu")
    assert "đã chốt" in tu.heard[-2].text
    assert "Học tiếp trên trang chính thức" in labels(tu)
    tu.sends_action(f"quiz:{held.id}:2:1")
    assert (answers(world, held), tallies(world, held)) == before


def test_two_chats_are_two_rows_and_no_row_names_one(world: World, tu: Person) -> None:
    nam = resident(world, "ông Năm")
    held = hold(world, tu, nam)
    for person in (tu, nam, tu):
        says(person, "góp ý", "1", "1", "1")
    rows = world.base.database.read(
        lambda u: u.connection.execute(select(training_feedback)).mappings().all()
    )
    assert len(rows) == 2
    assert answers(world, held) == [Answers(1, 1, 1)] * 2
    kept = b"".join(bytes(row["seat"]) for row in rows)
    assert tu.identity not in kept
    assert set(rows[0]) == {
        "id", "commune_id", "training_id", "seat", "at", "clear", "able", "again",
    }  # fmt: skip


def test_a_chat_that_is_forgotten_leaves_its_answers_and_no_seat(world: World, tu: Person) -> None:
    nam = resident(world, "ông Năm")
    held = hold(world, tu, nam)
    for person in (tu, nam):
        says(person, "góp ý", "1")
    world.base.database.write(seats.drop_chat, world.commune.id, tu.identity)
    count = select(func.count()).where(training_feedback.c.seat.is_(None))
    assert world.base.database.read(lambda u: u.connection.execute(count).scalar_one()) == 1
    assert len(answers(world, held)) == 2


# ---- the quiz


def play(person: Person, *digits: str) -> None:
    says(person, "góp ý", "4", "4", "4", *digits)


def test_a_right_answer_is_greeted_and_a_wrong_one_explained(world: World, tu: Person) -> None:
    hold(world, tu)
    play(tu, "2")
    assert tu.last.startswith("Đúng rồi ạ. Chỉ có một app VNeID")
    assert "**Câu đố 2/3.**" in tu.last
    tu.says("2")
    assert tu.last.startswith("Dạ, câu này hay nhầm lắm. Mức 2 làm ở công an")


def test_nobody_is_given_a_score(world: World, tu: Person) -> None:
    hold(world, tu)
    play(tu, "1", "2", "1")
    said = " ".join(message.text for message in tu.heard[-6:])
    for word in ("sai", "điểm", "/3 câu", "rớt"):
        assert word not in said.replace("điểm danh", "")


def test_answers_are_counted_and_only_the_first_of_a_chat(world: World, tu: Person) -> None:
    nam = resident(world, "ông Năm")
    held = hold(world, tu, nam)
    play(tu, "2", "2", "2")
    play(nam, "1")
    tu.presses_earlier("Công an phường, xã")
    says(tu, "góp ý", "4", "4", "4")
    tu.sends_action(f"quiz:{held.id}:1:1")
    assert tallies(world, held) == [
        Tally("vneid.may-may", 1, 1),
        Tally("vneid.muc-2", 1, 0),
        Tally("vneid.tai-o-dau", 2, 1),
    ]


def test_the_tallies_know_no_chat(world: World) -> None:
    assert {column.name for column in quiz_tallies.columns} == {
        "id", "commune_id", "training_id", "question", "answered", "right",
    }  # fmt: skip


def test_what_was_answered_is_not_asked_again(world: World, tu: Person) -> None:
    held = hold(world, tu)
    play(tu, "2", "menu")
    tu.sends_action(f"quiz:{held.id}")
    assert "**Câu đố 2/3.**" in tu.last
    says(tu, "1", "2")
    tu.sends_action(f"quiz:{held.id}")
    assert "đã được hướng dẫn" in tu.last


def test_the_quiz_of_another_class_is_another_one(
    world: World, tu: Person, clock: FixedClock
) -> None:
    first = hold(world, tu, title="Lớp trước")
    play(tu, "2", "1", "2")
    clock.passes(days=1)
    second = hold(world, tu, title="Lớp sau")
    play(tu, "2", "1", "2")
    assert [one.answered for one in tallies(world, first)] == [1, 1, 1]
    assert [one.answered for one in tallies(world, second)] == [1, 1, 1]


# ---- the note


def test_the_note_names_the_class_and_is_no_certificate(world: World, tu: Person) -> None:
    hold(world, tu)
    play(tu, "Thôi, lấy bài về coi")
    assert f"đã được hướng dẫn: {TITLE}, thứ Tư 18/11/2026" in tu.last
    assert "lời ghi nhận của Tổ, không phải giấy chứng nhận" in tu.last


def test_a_class_of_the_office_is_not_the_teams(world: World, tu: Person) -> None:
    hold(world, tu, team_id=None)
    play(tu, "Thôi, lấy bài về coi")
    assert "lời ghi nhận của phường, xã" in tu.last


def test_who_took_part_in_a_contest_was_not_taught(world: World, tu: Person) -> None:
    hold(world, tu, kind=TrainingKind.CONTEST)
    play(tu, "Thôi, lấy bài về coi")
    assert "đã tham gia" in tu.last
    assert "được hướng dẫn" not in tu.last


def test_the_guides_of_the_class_come_three_at_a_time(world: World, tu: Person) -> None:
    guides = ("vneid-kich-hoat", "khong-con", "vneid-gplx", "vneid-bhyt", "vneid-cai-dat")
    hold(world, tu, guides=guides)
    play(tu, "Thôi, lấy bài về coi")
    titles = [world.base.library.guides[name].title for name in guides if name != "khong-con"]
    assert labels(tu)[:4] == [*titles[:3], "Xem thêm"]
    assert "Học tiếp trên trang chính thức" in labels(tu)
    tu.says("Xem thêm")
    assert labels(tu) == [titles[3], "Về đầu"]
    tu.says("1")
    assert titles[3] in tu.last


def test_a_class_that_names_no_guide_sends_three_of_its_topic(world: World, tu: Person) -> None:
    hold(world, tu)
    play(tu, "Thôi, lấy bài về coi")
    guides = [one.action for one in tu.prompt if one.action.startswith("guide:")]
    assert len(guides) == 3
    assert all(name.startswith("guide:vneid") for name in guides)


@pytest.mark.parametrize(("able", "is_offered"), [("1", False), ("2", True), ("3", True)])
def test_who_cannot_do_it_alone_is_offered_a_neighbour(
    world: World, tu: Person, able: str, is_offered: bool
) -> None:
    hold(world, tu)
    says(tu, "góp ý", "1", able, "1", "Thôi, lấy bài về coi")
    assert ("Nhờ Tổ giúp" in labels(tu)) == is_offered


def test_the_longest_title_still_fits_into_a_message(world: World, tu: Person) -> None:
    hold(world, tu, title="Lớp " + "dài " * 28)
    says(tu, "góp ý", "1", "1", "1", "2", "1", "2")
    assert max(len(message.text) for message in tu.heard) <= AT_ONCE


# ---- what came of it


def tell(world: World, held: Training, number: int, value: int) -> Callable[[Unit], None]:
    """Somebody says the same of all three questions."""
    commune = world.commune.id

    def work(unit: Unit) -> None:
        for question in feedback.QUESTIONS:
            feedback.put(unit, commune, held.id, [bytes([number]) * 32], (question, value))
        feedback.count_answer(unit, commune, held.id, "vneid.muc-2", is_right=value == 1)

    return work


def test_fewer_than_five_answers_are_not_split(world: World) -> None:
    held = hold(world)
    assert summary(world, held).answered == 0
    for number in range(4):
        world.base.database.write(tell(world, held, number, 1))
    few = summary(world, held)
    assert few.answered == 4
    assert [(one.counts, one.mean, one.is_few) for one in few.questions] == [(None, None, True)] * 3
    assert [(one.answered, one.right, one.is_few) for one in few.quiz] == [(4, None, True)]


def test_five_answers_are_told_with_their_number(world: World) -> None:
    held = hold(world)
    for number, value in enumerate((1, 1, 2, 2, 3)):
        world.base.database.write(tell(world, held, number, value))
    told = summary(world, held)
    assert [one.question for one in told.questions] == ["clear", "able", "again"]
    assert told.questions[0].counts == {1: 2, 2: 2, 3: 1}
    assert told.questions[0].mean == pytest.approx(1.8)
    assert [(one.question, one.answered, one.right) for one in told.quiz] == [("vneid.muc-2", 5, 2)]


def test_a_class_still_to_come_cannot_be_spoken_of(world: World, tu: Person) -> None:
    held = hold(world, tu)
    find = after_class.find
    commune = world.commune.id
    assert world.base.database.read(find, commune, tu.identity, held.id) is not None
    begins = held.outline.starts_at
    world.base.database.clock = lambda: begins - timedelta(minutes=1)
    assert world.base.database.read(find, commune, tu.identity, held.id) is None
