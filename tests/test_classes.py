"""“lớp học”: what is to come, a place kept and given back, being told of classes, and ending all that."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.core.vocabulary import TrainingAudience, TrainingStatus, Use
from bot.services import consents, sign_ups
from bot.services.sign_ups import Asker
from storage import sign_ups as stored
from storage.database import Unit
from storage.trainings import Training
from tests.class_school import DAY, School
from tests.clock import FixedClock
from tests.world import Person, World

LONGEST_TEXT = 300


@pytest.fixture
def school(world: World) -> School:
    return School(world.base, world.commune.id)


@pytest.fixture
def tu(world: World) -> Person:
    person = world.person("bà Tư")
    person.says("menu")
    return person


def labels(person: Person) -> list[str]:
    return [choice.label for choice in person.prompt]


def counted(world: World, training: Training) -> int:
    """How many places are kept."""
    return world.base.database.read(stored.count, world.commune.id, training.id)


def agreed(world: World, person: Person, use: Use = Use.REMIND) -> bool:
    """Whether a consent of this chat stands."""

    def read(unit: Unit) -> bool:
        subject = consents.of_chat(unit, world.commune.id, person.identity)
        return consents.find(unit, world.commune.id, subject, use) is not None

    return world.base.database.read(read)


@pytest.mark.parametrize(
    "said",
    ["lớp học", "lop hoc", "dạ có lớp nào không ạ", "lop hoc gan nha", "Lớp Học!", "/lophoc"],
)
def test_without_a_class_one_may_ask_to_be_told(tu: Person, said: str) -> None:
    tu.says(said)
    assert "chưa có lớp nào sắp mở" in tu.last
    assert labels(tu) == ["Báo tôi khi có lớp", "Tự học ở đây", "Về đầu"]


def test_the_learning_topic_leads_to_the_classes(tu: Person) -> None:
    tu.presses("Học dùng điện thoại")
    tu.presses("Lớp học gần nhà")
    assert "lớp" in tu.last


def test_classes_stand_in_the_order_of_their_days_and_only_announced_ones(
    tu: Person, school: School
) -> None:
    school.announces("Trả tiền", 3 * DAY)
    school.announces("Cài VNeID", DAY)
    school.plans("Chưa báo ai", DAY)
    school.moves(school.announces("Bị hoãn", DAY), TrainingStatus.CANCELLED)
    school.announces("Họp tổ", DAY, audience=TrainingAudience.TEAMS)
    tu.says("lớp học")
    assert labels(tu)[:2] == ["Cài VNeID, 9 giờ ngày mai", "Trả tiền, 9 giờ thứ Bảy 21/11"]
    assert "2 lớp" in tu.last


def test_who_works_for_a_team_sees_the_classes_for_teams(world: World, school: School) -> None:
    school.announces("Tập huấn tổ", DAY, audience=TrainingAudience.TEAMS)
    hanh = world.member()
    hanh.says("lớp học")
    assert "Tập huấn tổ" in hanh.last


def test_more_than_five_classes_are_shown_in_pages(tu: Person, school: School) -> None:
    for number in range(7):
        school.announces(f"Lớp thứ {number + 1}", (number + 1) * DAY)
    tu.says("lớp học")
    assert len(labels(tu)) == 6
    tu.presses("Xem thêm")
    assert [label.split(",")[0] for label in labels(tu)] == [
        *("Lớp thứ 5", "Lớp thứ 6", "Lớp thứ 7", "Báo tôi khi có lớp", "Về đầu")
    ]


def test_a_class_alone_is_opened_at_once_and_says_all_that_one_needs(
    tu: Person, school: School
) -> None:
    school.announces(partners=("VNPT", "Hội Phụ nữ"), seats=20, trainer="anh Minh")
    tu.says("lớp học")
    for told in (
        *("Cài VNeID", "thứ Năm 19/11/2026", "từ 9 giờ tới 11 giờ", "Nhà văn hóa KP 3"),
        *("miễn phí", "chỉ cần đem điện thoại", "cùng VNPT, Hội Phụ nữ", "Còn 20 chỗ"),
    ):
        assert told in tu.last
    assert "Minh" not in tu.last
    assert labels(tu) == ["Giữ chỗ", "Báo tôi khi có lớp", "Về đầu"]


def test_the_longest_card_is_told_in_messages_that_can_be_read(tu: Person, school: School) -> None:
    long = {"place_name": "nơi " * 29, "host": "hội " * 18, "partners": ("đơn vị " * 10,) * 2}
    school.announces("tên " * 29, seats=1, **long)
    heard = tu.says("lớp học")
    assert all(len(message.text) <= LONGEST_TEXT for message in heard)
    assert [bool(message.choices) for message in heard] == [False] * (len(heard) - 1) + [True]


def test_a_kept_place_is_asked_about_reminding_with_two_equal_answers(
    world: World, tu: Person, school: School
) -> None:
    training = school.announces()
    tu.says("lớp học")
    kept, asked = tu.presses("Giữ chỗ")
    assert "giữ chỗ cho cô/chú rồi: Cài VNeID, 9 giờ ngày mai" in kept.text
    assert "đồng ý không" in asked.text
    assert labels(tu) == ["Đồng ý", "Không cần nhắc", "Về đầu"]
    assert counted(world, training) == 1
    assert not agreed(world, tu)
    tu.presses("Đồng ý")
    assert agreed(world, tu)
    tu.says("lớp học")
    assert "đã giữ chỗ" in tu.last
    assert labels(tu) == ["Không đi được", "Về đầu"]


def test_who_needs_no_reminder_keeps_the_place_and_agrees_to_nothing(
    world: World, tu: Person, school: School
) -> None:
    training = school.announces()
    tu.says("lớp học")
    tu.presses("Giữ chỗ")
    tu.presses("Không cần nhắc")
    assert not agreed(world, tu)
    assert counted(world, training) == 1


def test_who_agreed_is_not_asked_again_and_keeping_twice_keeps_one(
    world: World, tu: Person, school: School
) -> None:
    training = school.announces()
    tu.says("lớp học")
    tu.presses("Báo tôi khi có lớp")
    tu.presses("Đồng ý")
    for _ in range(2):
        heard = tu.sends_action(f"clsin:{training.id}")
        assert len(heard) == 1
    assert counted(world, training) == 1
    tu.says("có lớp báo tôi")
    assert "có lớp thì trợ lý nhắn" in tu.last


def test_a_place_that_is_given_back_can_be_kept_again(
    world: World, tu: Person, school: School
) -> None:
    training = school.announces(seats=1)
    tu.says("lớp học")
    tu.presses("Giữ chỗ")
    tu.presses("Không cần nhắc")
    tu.says("lớp học")
    tu.presses("Không đi được")
    assert counted(world, training) == 0
    tu.sends_action(f"clsout:{training.id}")
    assert "chưa giữ chỗ" in tu.last
    tu.sends_action(f"clsin:{training.id}")
    assert counted(world, training) == 1


def test_a_full_class_says_so_and_offers_the_next_one(
    world: World, tu: Person, school: School
) -> None:
    full = school.announces(seats=1)
    school.announces("Trả tiền", 2 * DAY)
    world.person("ông Ba").sends_action(f"clsin:{full.id}")
    tu.says("lớp học")
    tu.presses("Cài VNeID, 9 giờ ngày mai")
    assert "đủ chỗ rồi" in tu.last
    assert labels(tu)[0] == "Trả tiền, 9 giờ thứ Sáu 20/11"
    tu.sends_action(f"clsin:{full.id}")  # an older button, from when there was room
    assert "đủ chỗ rồi" in tu.last
    assert counted(world, full) == 1


def test_old_buttons_of_classes_say_what_became_of_them(
    tu: Person, school: School, clock: FixedClock
) -> None:
    off, held, planned = school.announces(), school.announces(), school.plans()
    school.moves(off, TrainingStatus.CANCELLED)
    for verb in ("clsone", "clsin"):
        tu.sends_action(f"{verb}:{off.id}")
        assert "hoãn" in tu.last
        tu.sends_action(f"{verb}:{planned.id}")
        assert "không thấy lớp này" in tu.last
    clock.passes(days=2)
    tu.sends_action(f"clsin:{held.id}")
    assert "đã học rồi" in tu.last


@pytest.mark.parametrize("argument", ["", ":", ":0", ":x", ":999999999999", ":-1", ":1:2:3", ":²"])
@pytest.mark.parametrize("verb", ["cls", "clsone", "clsin", "clsout", "clstellok", "clstellno"])
def test_no_button_can_be_made_up_that_breaks_anything(
    tu: Person, school: School, verb: str, argument: str
) -> None:
    school.announces()
    tu.sends_action(f"{verb}{argument}")
    assert "lỗi" not in tu.last
    assert labels(tu)


def test_asking_for_quiet_ends_being_told_and_asking_to_be_told_ends_the_quiet(
    world: World, tu: Person, school: School
) -> None:
    school.announces()
    tu.sends_action("clstell")
    tu.presses("Đồng ý")
    tu.says("ngừng nhận tin")
    assert not agreed(world, tu)
    tu.says("lớp học")
    assert len(tu.presses("Giữ chỗ")) == 1  # who asked for quiet is not asked about reminders
    tu.sends_action("clstell")
    tu.presses("Đồng ý")
    assert agreed(world, tu)
    tu.says("quyền riêng tư")
    assert "Ngừng nhận tin" in labels(tu)


def test_being_told_can_be_withdrawn_alone(world: World, tu: Person) -> None:
    tu.sends_action("clstell")
    tu.presses("Đồng ý")
    tu.says("rút đồng ý")
    tu.presses("Nhắn về lớp học")
    assert not agreed(world, tu)


def test_two_who_want_the_last_place_get_one(world: World, school: School) -> None:
    training = school.announces(seats=1)
    people = [world.person(name) for name in ("bà Tư", "ông Ba", "chị Năm")]
    for person in people:
        person.sends_action(f"clsin:{training.id}")
    assert counted(world, training) == 1


def test_the_own_data_show_the_places_that_are_kept(
    world: World, tu: Person, school: School
) -> None:
    training = school.announces()
    tu.sends_action(f"clsin:{training.id}")
    shown = "\n".join(message.text for message in tu.says("xem dữ liệu của tôi"))
    assert "Giữ chỗ lớp học: Cài VNeID" in shown
    assert "Ngoài ra không có gì" not in shown
    other = world.person("ông Ba")
    other.says("menu")
    shown = "\n".join(message.text for message in other.says("xem dữ liệu của tôi"))
    assert "Cài VNeID" not in shown


def test_a_team_is_named_as_who_gives_the_class(world: World, school: School) -> None:
    host = school.announces(host="Hội Phụ nữ phường")

    def read(unit: Unit) -> str | None:
        return sign_ups.giver(unit, world.commune.id, host)

    assert world.base.database.read(read) == "Hội Phụ nữ phường"


def test_at_a_class_that_goes_on_one_checks_in_instead_of_keeping_a_place(
    tu: Person, school: School, clock: FixedClock
) -> None:
    school.announces(begins=timedelta(hours=1))
    clock.passes(hours=2)
    tu.says("lớp học")
    assert "Lớp đang học" in tu.last
    assert labels(tu) == ["Điểm danh", "Báo tôi khi có lớp", "Về đầu"]
    tu.presses("Điểm danh")
    assert "coi mã trên màn hình" in tu.last


def test_a_class_that_goes_on_can_still_be_found_and_one_that_is_over_not(
    world: World, school: School, clock: FixedClock
) -> None:
    training = school.announces(begins=timedelta(hours=1))
    asker = Asker(world.commune.id, world.person().identity, is_worker=False)
    clock.passes(hours=2)
    assert len(world.base.database.read(sign_ups.offers, asker)) == 1
    clock.passes(hours=1)
    assert not world.base.database.read(sign_ups.offers, asker)
    assert training.status is TrainingStatus.ANNOUNCED
