"""“CI 7K2 M9Q”: a seat in a class by typing, by a link, in any spelling; and what is asked after it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.core.messages import Kind
from bot.core.vocabulary import AgeBand, Evidence, TrainingStatus, Use
from bot.locale import local_day, show_date
from bot.services import check_in, consents
from storage import attendances, people
from storage.attendances import Count, Seat
from storage.database import Unit
from storage.trainings import Training
from tests.class_school import DAY, School
from tests.clock import FixedClock
from tests.world import Person, World

UNKNOWN = "CI 7K2 M9Q"
SOON = timedelta(minutes=30)


@pytest.fixture
def school(world: World) -> School:
    return School(world.base, world.commune.id)


@pytest.fixture
def training(school: School) -> Training:
    """A class that begins in half an hour: its codes are good already."""
    return school.announces(begins=SOON)


@pytest.fixture
def tu(world: World) -> Person:
    person = world.person("bà Tư")
    person.says("menu")
    return person


def labels(person: Person) -> list[str]:
    return [choice.label for choice in person.prompt]


def count(world: World, training: Training) -> Count:
    return world.base.database.read(attendances.count, world.commune.id, training.id)


def seat(world: World, person: Person, training: Training) -> Seat | None:
    """The seat of a chat."""

    def read(unit: Unit) -> Seat | None:
        return check_in.seat_of(unit, world.commune.id, person.identity, training)

    return world.base.database.read(read)


def known(world: World, person: Person) -> bool:
    """Whether something says who is behind a chat."""

    def read(unit: Unit) -> bool:
        return people.find_person(unit, world.commune.id, person.identity) is not None

    return world.base.database.read(read)


def agreed(world: World, person: Person) -> bool:
    def read(unit: Unit) -> bool:
        subject = consents.of_chat(unit, world.commune.id, person.identity)
        return consents.find(unit, world.commune.id, subject, Use.ATTEND) is not None

    return world.base.database.read(read)


# ---- the code -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "spelling",
    [
        *("CI {0} {1}", "ci{0}{1}", "c.i: {0}-{1}", "Điểm danh {0}{1}", "diem danh {0} {1}"),
        *("dạ CI {0} {1} ạ", "check in {0}{1}", "mã điểm danh {0}{1}", "CI mã {0} {1}."),
        *("{0} {1}", "{0}{1}", "{0}-{1}", "mã {0} {1}"),
    ],
)
@pytest.mark.parametrize("is_lower", [True, False])
def test_a_code_takes_a_seat_in_any_spelling(
    world: World, tu: Person, school: School, training: Training, spelling: str, is_lower: bool
) -> None:
    code = school.screen(training)
    said = spelling.format(code[:3], code[3:])
    heard = tu.says(said.lower() if is_lower else said)
    assert "điểm danh rồi: Cài VNeID" in heard[0].text
    assert "góp ý" in heard[0].text
    assert count(world, training).by_evidence == {Evidence.SCREEN: 1}


def test_a_printed_code_is_weaker_evidence_told_in_the_same_words(
    world: World, tu: Person, school: School, training: Training
) -> None:
    heard = tu.says(f"CI {school.printed(training)}")
    assert "điểm danh rồi: Cài VNeID" in heard[0].text
    assert count(world, training).by_evidence == {Evidence.PRINTED: 1}


def test_a_link_brings_the_code_along_even_as_the_first_contact(
    world: World, school: School, training: Training
) -> None:
    somebody = world.person("chị Năm")
    heard = somebody.sends(Kind.START, f"c_{school.printed(training)}")
    assert "trợ lý tự động" in heard[0].text
    assert "điểm danh rồi" in heard[1].text
    assert count(world, training).seats == 1
    somebody.sends(Kind.START, f"c_{school.printed(training)}")
    assert "đã điểm danh lớp này rồi" in somebody.last
    assert count(world, training).seats == 1


@pytest.mark.parametrize("payload", ["c_", "c_X", "c_7K2M9Q", "c_chào", "c_7K2M9Q7K2M9Q", "c__"])
def test_a_link_with_a_wrong_code_is_told_kindly(tu: Person, payload: str) -> None:
    tu.sends(Kind.START, payload)
    assert "mã điểm danh này chưa đúng" in tu.last


@pytest.mark.parametrize(
    "said", ["điểm danh", "ci", "CI", "diem danh", "dạ điểm danh ạ", "/diemdanh"]
)
def test_without_a_code_one_is_told_how(tu: Person, said: str) -> None:
    tu.says(said)
    assert "coi mã trên màn hình" in tu.last


@pytest.mark.parametrize(
    "said", ["điểm danh 15 người", "điểm danh 5 bạn", "ci gì vậy", "chị 5 tuổi", "cinema 2026"]
)
def test_what_is_no_code_is_not_taken_for_one(tu: Person, said: str) -> None:
    tu.says(said)
    assert "mã điểm danh này chưa đúng" not in tu.last


def test_the_same_person_twice_has_one_seat(
    world: World, tu: Person, school: School, training: Training, clock: FixedClock
) -> None:
    tu.says(f"CI {school.screen(training)}")
    clock.passes(minutes=2)
    heard = tu.says(f"CI {school.screen(training)}")
    assert len(heard) == 1
    assert "đã điểm danh lớp này rồi" in heard[0].text
    assert count(world, training).seats == 1


def test_a_code_that_was_passed_on_and_expired_is_told_kindly_and_a_new_one_works(
    world: World, tu: Person, school: School, training: Training, clock: FixedClock
) -> None:
    old = school.screen(training)
    clock.passes(minutes=5)
    tu.says(f"CI {old}")
    assert "mã này đã đổi rồi" in tu.last
    assert count(world, training).seats == 0
    tu.says(f"CI {school.screen(training)}")
    assert count(world, training).seats == 1


def test_what_was_open_stays_open_under_a_wrong_code(tu: Person) -> None:
    tu.presses("VNeID, căn cước")
    tu.says(UNKNOWN)
    assert "chưa đúng" in tu.last
    tu.presses("Xem lại chỗ đang làm")
    assert "VNeID" in tu.last


def test_after_five_wrong_codes_an_hour_must_pass(
    world: World, tu: Person, school: School, training: Training, clock: FixedClock
) -> None:
    for _ in range(5):
        tu.says(UNKNOWN)
    tu.says(f"CI {school.screen(training)}")
    assert "chưa đúng mã mấy lần" in tu.last
    assert count(world, training).seats == 0
    clock.passes(minutes=61)
    tu.says(f"CI {school.screen(training)}")
    assert count(world, training).seats == 1


def test_guessing_without_the_word_before_is_counted_as_well(
    world: World, tu: Person, school: School, training: Training
) -> None:
    for _ in range(5):
        tu.says("7K2 M9Q")
    tu.says(school.screen(training))
    assert count(world, training).seats == 0


def test_early_one_is_shown_the_class_and_may_keep_a_place(
    world: World, tu: Person, school: School
) -> None:
    training = school.announces(begins=DAY)
    tu.says(f"CI {school.printed(training)}")
    assert "chưa tới giờ" in tu.last
    assert "Cài VNeID, 9 giờ ngày mai, Nhà văn hóa KP 3" in tu.last
    tu.presses("Giữ chỗ")
    tu.presses("Không cần nhắc")
    tu.says(f"CI {school.printed(training)}")
    assert "Giữ chỗ" not in labels(tu)
    assert count(world, training).seats == 0


def test_late_and_called_off_are_told(
    tu: Person, school: School, training: Training, clock: FixedClock
) -> None:
    off = school.announces("Bị hoãn", SOON)
    school.moves(off, TrainingStatus.CANCELLED)
    tu.says(f"CI {school.printed(off)}")
    assert "hoãn" in tu.last
    assert "Xem lớp học" in labels(tu)
    clock.passes(hours=4)
    tu.says(f"CI {school.printed(training)}")
    assert "lớp này đã xong" in tu.last


def test_a_code_that_joins_two_chats_is_not_stolen_while_a_class_goes_on(
    world: World, tu: Person, training: Training
) -> None:
    tu.says("nối máy")
    shown = tu.presses("Đồng ý")[-2].text.removeprefix("NỐI ")
    other = world.person("bà Tư", "zalo_oa")
    other.says("menu")
    heard = other.says(shown)
    assert "nối" in heard[-1].text
    assert "điểm danh" not in heard[0].text
    assert count(world, training).seats == 0


def test_signs_that_nobody_knows_are_asked_about_only_while_a_class_goes_on(
    tu: Person, training: Training, clock: FixedClock
) -> None:
    heard = tu.says("7K2 M9Q")
    assert "gõ CI trước mã" in heard[0].text
    clock.passes(hours=5)
    heard = tu.says("7K2 M9Q")
    assert len(heard) == 1


def test_a_member_checks_in_as_well_and_the_code_is_no_log_line(
    world: World, school: School, training: Training
) -> None:
    hanh = world.member()
    heard = hanh.says(f"ci {school.screen(training)}")
    assert "điểm danh rồi" in heard[0].text
    assert count(world, training).seats == 1


def test_a_code_is_for_us_also_while_a_neighbour_answers(
    world: World, school: School, training: Training
) -> None:
    hanh, tu = world.member(), world.person("bà Tư")
    tu.says("nhờ tổ")
    tu.presses("KP 3")
    tu.presses("Không cần gọi")
    hanh.says("nhận 1")
    hanh.says("nhắn 1")
    hanh.says("chào cô")
    for person in (tu, hanh):
        person.looks()
        heard = person.says(f"CI {school.screen(training)}")
        assert "điểm danh rồi" in heard[0].text
    assert count(world, training).seats == 2


# ---- what is asked after it ---------------------------------------------------------------------


def test_three_questions_come_one_after_the_other_and_make_the_seat_known(
    world: World, tu: Person, school: School, training: Training
) -> None:
    tu.says(f"CI {school.screen(training)}")
    assert labels(tu) == [
        *("Dưới 16 tuổi", "16 đến 34 tuổi", "35 đến 59 tuổi", "Từ 60 tuổi", "Bỏ qua", "Về đầu")
    ]
    tu.presses("Từ 60 tuổi")
    assert labels(tu) == ["Đồng ý", "Không đồng ý", "Về đầu"]
    tu.presses("Đồng ý")
    assert "khu phố" in tu.last
    tu.says("khu pho 3")
    assert "xong rồi" in tu.last
    found = seat(world, tu, training)
    assert found is not None
    assert found.age_band is AgeBand.FROM_60
    assert found.neighbourhood_id is not None
    assert found.person_id is not None
    assert agreed(world, tu)


def test_each_question_may_be_left_out(
    world: World, tu: Person, school: School, training: Training
) -> None:
    tu.says(f"CI {school.screen(training)}")
    tu.presses("Bỏ qua")
    tu.presses("Không đồng ý")
    tu.presses("Bỏ qua")
    assert "xong rồi" in tu.last
    found = seat(world, tu, training)
    assert found is not None
    assert (found.age_band, found.neighbourhood_id, found.person_id) == (None, None, None)
    assert not known(world, tu)


def test_who_is_under_16_is_never_asked_to_agree(
    world: World, tu: Person, school: School, training: Training
) -> None:
    tu.says(f"CI {school.screen(training)}")
    tu.presses("Dưới 16 tuổi")
    assert "khu phố" in tu.last
    tu.sends_action(f"cimay:{training.id}")
    assert "khu phố" in tu.last
    tu.sends_action(f"cimay:{training.id}:yes")
    assert not agreed(world, tu)


def test_a_child_on_a_known_phone_stays_nobody(
    world: World, tu: Person, school: School, training: Training
) -> None:
    tu.says(f"CI {school.screen(training)}")
    tu.presses("Bỏ qua")
    tu.presses("Đồng ý")
    tu.sends_action(f"ciage:{training.id}:duoi-16")
    found = seat(world, tu, training)
    assert found is not None
    assert found.person_id is None
    assert not agreed(world, tu)


def test_at_the_next_class_a_known_person_is_asked_nothing(
    world: World, tu: Person, school: School, training: Training, clock: FixedClock
) -> None:
    tu.says(f"CI {school.screen(training)}")
    tu.presses("35 đến 59 tuổi")
    tu.presses("Đồng ý")
    tu.presses("KP 2")
    clock.passes(days=7)
    second = school.announces("Trả tiền", SOON)
    heard = tu.says(f"CI {school.screen(second)}")
    assert len(heard) == 1
    first, next_one = seat(world, tu, training), seat(world, tu, second)
    assert first is not None
    assert next_one is not None
    assert next_one.age_band is AgeBand.TO_59
    assert next_one.neighbourhood_id == first.neighbourhood_id
    assert next_one.person_id == first.person_id


def test_two_messengers_of_one_person_are_one_after_linking(
    world: World, tu: Person, school: School, training: Training
) -> None:
    other = world.person("bà Tư", "zalo_oa")
    for person in (tu, other):
        person.says(f"CI {school.screen(training)}")
        person.presses("Bỏ qua")
        person.presses("Đồng ý")
    assert count(world, training).seats == 2
    tu.says("nối máy")
    code = tu.presses("Đồng ý")[-2].text
    other.says(code)
    assert count(world, training).seats == 1


def test_any_other_words_lead_out_of_the_row(
    world: World, tu: Person, school: School, training: Training
) -> None:
    tu.says(f"CI {school.screen(training)}")
    tu.presses("Từ 60 tuổi")
    tu.presses("Không đồng ý")
    tu.says("khu phố 99")
    assert "chưa thấy khu phố" in tu.last
    tu.says("quên mật khẩu vneid")
    assert "mật khẩu" in tu.last
    assert count(world, training).seats == 1


def test_an_old_button_still_works_until_the_class_is_closed(
    world: World, tu: Person, school: School, training: Training, clock: FixedClock
) -> None:
    tu.says(f"CI {school.screen(training)}")
    clock.passes(days=1)
    school.moves(training, TrainingStatus.HELD)
    tu.presses_earlier("16 đến 34 tuổi")
    found = seat(world, tu, training)
    assert found is not None
    assert found.age_band is AgeBand.TO_34
    school.moves(training, TrainingStatus.CLOSED)
    tu.sends_action(f"ciage:{training.id}:tu-60")
    assert "lớp cũ" in tu.last
    assert seat(world, tu, training) == found


@pytest.mark.parametrize("argument", ["", ":", ":0", ":x", ":1", ":99", ":1:x", ":1:p9", ":1:yes"])
@pytest.mark.parametrize("verb", ["ciage", "cimay", "ciat"])
def test_without_a_seat_no_button_tells_anything(
    world: World, tu: Person, training: Training, verb: str, argument: str
) -> None:
    tu.sends_action(f"{verb}{argument}")
    assert "lớp cũ" in tu.last
    assert not agreed(world, tu)


@pytest.mark.parametrize("argument", ["x", "p9", "p", "999999999", "yes", "²"])
def test_with_a_seat_a_made_up_answer_is_asked_again(
    tu: Person, school: School, training: Training, argument: str
) -> None:
    tu.says(f"CI {school.screen(training)}")
    for verb in ("ciage", "cimay", "ciat"):
        tu.sends_action(f"{verb}:{training.id}:{argument}")
        assert labels(tu)
        assert "lỗi" not in tu.last


# ---- taking it back -----------------------------------------------------------------------------


def test_withdrawn_nothing_says_any_more_whose_chat_it_is(
    world: World, tu: Person, school: School, training: Training
) -> None:
    tu.says(f"CI {school.screen(training)}")
    tu.presses("Bỏ qua")
    tu.presses("Đồng ý")
    assert known(world, tu)
    tu.says("rút đồng ý")
    tu.presses("Tính chung các lớp đã học")
    assert not agreed(world, tu)
    assert not known(world, tu)
    assert count(world, training).seats == 1


def test_withdrawn_in_one_of_two_linked_chats_both_stay_linked(
    world: World, tu: Person, school: School, training: Training
) -> None:
    tu.says(f"CI {school.screen(training)}")
    tu.presses("Bỏ qua")
    tu.presses("Đồng ý")
    tu.says("nối máy")
    code = tu.presses("Đồng ý")[-2].text
    other = world.person("bà Tư", "zalo_oa")
    other.says("menu")
    other.says(code)
    tu.says("rút đồng ý")
    tu.presses("Tính chung các lớp đã học")
    assert not agreed(world, tu)
    assert known(world, tu)
    tu.says("rút đồng ý")
    tu.presses("Nối hai khung chat")
    other.says("xem dữ liệu của tôi")
    assert count(world, training).seats == 1


def test_the_own_data_show_the_seat_and_what_was_told(
    world: World, tu: Person, school: School, training: Training
) -> None:
    tu.says(f"CI {school.screen(training)}")
    tu.presses("Từ 60 tuổi")
    tu.presses("Không đồng ý")
    tu.presses("KP 2")
    shown = "\n".join(message.text for message in tu.says("xem dữ liệu của tôi"))
    assert "Điểm danh lớp học: Cài VNeID" in shown
    assert "Đã trả lời: từ 60 tuổi, KP 2" in shown


def test_the_own_data_say_how_many_classes_are_counted_as_one_persons(
    world: World, tu: Person, school: School, training: Training
) -> None:
    tu.says(f"CI {school.screen(training)}")
    tu.presses("Từ 60 tuổi")
    tu.presses("Đồng ý")
    day = show_date(local_day(training.outline.starts_at))
    shown = "\n".join(message.text for message in tu.says("xem dữ liệu của tôi"))
    assert f"tính là của một người: 1 lớp, từ {day} đến {day}" in shown
    assert "30 ngày không nhắn thì xóa" in shown


def test_who_wants_to_hear_of_classes_sees_that_the_chat_is_kept_longer(
    world: World, tu: Person, training: Training
) -> None:
    tu.says("lớp học")
    tu.presses("Báo tôi khi có lớp")
    tu.presses("Đồng ý")
    shown = "\n".join(message.text for message in tu.says("xem dữ liệu của tôi"))
    assert "400 ngày không nhắn mới xóa" in shown
    assert "30 ngày không nhắn thì xóa" not in shown
