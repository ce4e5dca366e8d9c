"""A team plans and runs a class from its chat: seven answers or one line, the card, the roll, rights."""

from __future__ import annotations

import re
from contextlib import closing
from typing import Any

import pytest
from sqlalchemy import select

from bot.app.installation import Installation
from bot.core.periods import ZONE
from bot.core.vocabulary import Evidence, Place, Role, Topic, TrainingKind, TrainingStatus
from bot.services import check_in, team_classes, trainings
from storage import attendances, audit
from storage.models_trainings import training_events
from storage.models_trainings import trainings as rows
from storage.trainings import Training
from tests.clock import FixedClock
from tests.world import Person, World

LINE = "mở lớp vneid thứ bảy 9h nhà văn hóa"


def leader(world: World, team: str = "KP 3", name: str = "anh Ba") -> Person:
    person = world.person(name)
    person.says(f"vào tổ {world.invite(Role.TEAM_LEADER, team)}")
    person.says(name)
    return person


def read(world: World, statement: Any) -> list[Any]:
    return world.base.database.read(lambda u: u.connection.execute(statement).all())


def all_classes(world: World) -> list[Training]:
    def work(unit: Any) -> list[Training]:
        ids = unit.connection.execute(select(rows.c.id).order_by(rows.c.id)).scalars().all()
        hand = trainings.Hand(trainings.By(staff_id=1), "test", teams=None, led=None)
        return [trainings.look(unit, world.commune.id, hand, one) for one in ids]

    return world.base.database.read(work)


def labels(person: Person) -> list[str]:
    return [choice.label for choice in person.prompt]


def planned(world: World, person: Person, line: str = LINE) -> Training:
    person.says(line)
    person.presses("Lưu")
    return all_classes(world)[-1]


def seats(world: World, training: Training) -> attendances.Count:
    return world.base.database.read(attendances.count, world.commune.id, training.id)


def opens(person: Person) -> None:
    """The card of the class that comes next."""
    person.says("lớp của tổ")
    person.says("1")


# ---- planning -----------------------------------------------------------------------------------


def test_seven_answers_plan_a_class_and_nothing_is_written_before_the_last(world: World) -> None:
    member = world.member()
    member.says("menu")
    before = member.actions
    for answer in ("mở lớp", "Lớp tập huấn", "VNeID, căn cước", "thứ bảy", "9", "Nhà văn hóa"):
        assert all_classes(world) == []
        member.says(answer)
    assert "Thứ Bảy 21/11/2026, từ 9 giờ tới 11 giờ" in member.last
    assert labels(member) == ["Lưu", "Sửa", "Thôi, không lưu", "Về đầu"]
    assert all_classes(world) == []
    member.says("1")
    assert member.actions - before == 7
    (made,) = all_classes(world)
    outline = made.outline
    assert (made.status, outline.kind) == (TrainingStatus.PLANNED, TrainingKind.CLASS)
    assert (outline.topic, outline.place) == (Topic.VNEID, Place.CULTURE_HOUSE)
    assert outline.starts_at.isoformat() == "2026-11-21T02:00:00+00:00"
    assert (outline.ends_at - outline.starts_at).total_seconds() == 7200
    assert outline.team_id is not None
    assert outline.neighbourhood_id is not None
    assert 1 < len(outline.guides) <= 5
    assert not any(guide.startswith("to-") for guide in outline.guides)
    assert "Bà con chưa biết lớp này" in member.last


def test_saving_twice_makes_one_class(world: World) -> None:
    member = world.member()
    planned(world, member)
    member.presses_earlier("Lưu")
    assert "đã lưu rồi" in member.last
    assert len(all_classes(world)) == 1


def test_nothing_stays_of_a_plan_that_was_dropped(world: World) -> None:
    member = world.member()
    member.says(LINE)
    member.says("thôi")
    assert "không ghi gì hết" in member.last
    assert all_classes(world) == []
    assert member.state.data == {}


LINES: dict[str, tuple[str, Topic, str, int, str]] = {
    "mở lớp vneid thứ bảy 9h nhà văn hóa": ("class", Topic.VNEID, "21/11/2026", 120, "nhà văn hóa"),
    "mo lop vneid thu bay 9h nha van hoa": ("class", Topic.VNEID, "21/11/2026", 120, "nha van hoa"),
    "dạ em mở lớp chữ ký số 28/11 từ 14h tới 17h tại nhà thờ Bùi Chu": (
        *("class", Topic.CKS, "28/11/2026", 180),
        "nhà thờ bùi chu",
    ),
    "mở buổi tuyên truyền chống lừa đảo tối mai 7 rưỡi ở hội trường khu phố 3": (
        *("outreach", Topic.AT, "19/11/2026", 120),
        "hội trường khu phố 3",
    ),
    "lập lớp quét mã hôm qua 8h-10h ở chợ": ("class", Topic.TT, "17/11/2026", 120, "chợ"),
}


@pytest.mark.parametrize("line", LINES)
def test_one_line_says_it_all(world: World, line: str) -> None:
    member = world.member()
    kind, topic, day, minutes, place = LINES[line]
    member.says(line)
    assert day in member.last
    outline = planned(world, member, line).outline
    assert (outline.kind, outline.topic) == (TrainingKind(kind), topic)
    assert (outline.ends_at - outline.starts_at).total_seconds() == minutes * 60
    named = outline.place_name or member_says(world, outline.place)
    assert named.lower() in (place, "nhà văn hóa")


def member_says(world: World, place: Place) -> str:
    return world.base.sentences[f"place.{place}"]


def test_what_a_line_lacks_is_asked_for(world: World) -> None:
    member = world.member()
    member.says("mở lớp vneid")
    assert "học ngày nào" in member.last
    member.says("thứ năm tuần sau 2 giờ chiều")  # a day and an hour in one answer
    assert "học ở đâu" in member.last
    member.says("hội trường khu phố 3")
    assert "Thứ Năm 26/11/2026, từ 14 giờ tới 16 giờ" in member.last


@pytest.mark.parametrize(
    "said",
    ["mở lớp cần chuẩn bị gì", "mở lớp ở ấp phải xin phép phòng văn hóa không", "lớp vắng hoe"],
)
def test_a_question_about_classes_stays_a_question(world: World, said: str) -> None:
    member = world.member()
    member.says(said)
    assert "trnok" not in " ".join(choice.action for choice in member.prompt)
    assert not member.state.at.startswith("trn")


def test_one_guide_is_taught_where_one_was_named(world: World) -> None:
    member = world.member()
    for said in ("mở lớp", "1", "quên mật khẩu vneid", "28/11", "8 sáng", "1", "Lưu"):
        member.says(said)
    (made,) = all_classes(world)
    assert made.outline.guides == ("vneid-quen-mat-khau",)
    assert "Quên mật khẩu" in made.outline.title


def test_what_was_used_last_stands_first(world: World) -> None:
    member = world.member()
    planned(world, member, "mở lớp chữ ký số thứ bảy 15h30 tại trường Lê Lợi")
    member.says("mở lớp")
    member.says("1")
    assert labels(member)[0] == "Chữ ký số"
    member.says("1")
    member.says("28/11")
    assert labels(member)[0] == "15 giờ 30"
    member.says("1")
    assert labels(member)[0] == "Trường lê lợi"
    assert len(labels(member)) <= 6
    member.says("1")
    assert "Chỗ học: trường lê lợi" in member.last


def test_what_cannot_be_is_asked_for_anew_never_twice_in_the_same_words(world: World) -> None:
    member = world.member()
    for said in ("mở lớp", "1", "1"):
        member.says(said)
    assert "lịch không có ngày đó" in member.says("mở lớp vneid 31/2")[-1].text
    first = member.says("bữa nào cũng được")[-1].text
    assert member.says("bữa nào cũng được")[-1].text != first
    member.says("1")
    first = member.says("nửa đêm")[-1].text
    assert member.says("31h")[-1].text != first
    member.says("19h")
    member.says("nhà ông Bảy")
    member.presses("Sửa")
    member.presses("Ngày")
    member.says("ngày 1/3/2031")
    assert "ngày này xa quá" in member.last
    assert "Ngày mai 19/11" in labels(member)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("thứ bảy 27/11", "không trùng nhau"),
        ("24/12 âm lịch", "ngày dương"),
        ("thứ hai tuần này", "qua rồi"),
    ],
)
def test_a_day_in_doubt_is_asked_for_with_its_reason(world: World, said: str, why: str) -> None:
    member = world.member()
    member.says(f"mở lớp vneid {said} 9h nhà văn hóa")
    assert why in member.last
    first = member.last
    assert member.says(said)[-1].text != first
    assert why in member.says(said)[-1].text
    member.says("t7 tuần sau")
    member.presses("Lưu")
    assert all_classes(world)[0].outline.starts_at.astimezone(ZONE).day == 28


def test_an_hour_of_today_that_is_over_is_asked_for_again_unless_it_is_meant(
    world: World, clock: FixedClock
) -> None:
    assert clock.now.astimezone(ZONE).hour == 9
    member = world.member()
    member.says("mở lớp vneid hôm nay 8h nhà văn hóa")
    assert "giờ này qua rồi" in member.last
    assert labels(member)[:3] == ["Đã học rồi", "2 giờ chiều", "7 giờ tối"]
    member.says("7h sáng")
    assert "giờ này qua rồi" in member.last
    member.presses("2 giờ chiều")
    assert "từ 14 giờ" in member.last
    member.presses_earlier("Đã học rồi")
    assert "Giờ này qua rồi: lưu để ghi lại buổi đã học" in member.last
    shown = member.last
    assert member.says("nhắc lại")[-1].text == shown
    member.presses("Lưu")
    assert all_classes(world)[0].outline.starts_at < clock.now
    member.says("mở lớp vneid hồi sáng nay 8h nhà văn hóa")
    assert "Lưu" in labels(member), "who says that it was, is not asked again"
    member.says("mở lớp vneid hôm qua 8h nhà văn hóa")
    assert "Lưu" in labels(member)


def test_a_place_that_was_typed_belongs_to_its_own_button(world: World) -> None:
    member = world.member()
    member.says("mở lớp vneid thứ bảy 9h tại chùa Long Phước")
    first = next(choice.action for choice in member.prompt if choice.label == "Lưu")
    member.says("mở lớp vneid thứ bảy 9h tại chợ Sặt")
    member.sends_action(first)  # its place is not known any more: never the other one
    assert "học ở đâu" in member.last
    assert all_classes(world) == []
    member.says("chùa Long Phước")
    member.presses("Lưu")
    assert all_classes(world)[0].outline.place_name.lower() == "chùa long phước"


def test_a_telephone_in_the_name_of_a_place_is_masked(world: World) -> None:
    member = world.member()
    for said in ("mở lớp", "1", "1", "mai", "9h", "nhà cô Bảy 0912345678"):
        member.says(said)
    assert "0912345678" not in member.last
    assert "0912345678" not in str(member.state)
    member.presses("Lưu")
    assert "0912345678" not in str(read(world, select(rows)) + read(world, select(training_events)))


# ---- going on -----------------------------------------------------------------------------------


def test_a_class_goes_from_planned_to_closed(world: World, clock: FixedClock) -> None:
    ba, member = leader(world), world.member()
    made = planned(world, member)
    member.presses("Báo lớp")
    assert "đã báo lớp" in member.last
    assert all_classes(world)[0].status is TrainingStatus.ANNOUNCED
    clock.passes(days=3)  # Saturday, 9 o'clock
    opens(member)
    assert labels(member)[:4] == ["Điểm danh", "Ghi hộ", "Đếm đầu người", "Lớp đã xong"]
    member.presses("Lớp đã xong")
    assert "Chốt lớp" in labels(member)
    member.presses("Chốt lớp")
    assert all_classes(world)[0].status is TrainingStatus.CLOSED
    assert "Mở lại lớp" not in labels(member)
    member.sends_action(f"trnwhy:b:{made.id}:{all_classes(world)[0].revision}")
    member.presses("Bấm nhầm")
    assert "việc của tổ trưởng" in member.last
    opens(ba)
    ba.presses("Mở lại lớp")
    ba.presses("Còn thiếu người")
    assert all_classes(world)[0].status is TrainingStatus.HELD


def test_a_class_cannot_be_over_before_it_began(world: World) -> None:
    member = world.member()
    made = planned(world, member)
    assert "Lớp đã xong" not in labels(member)
    member.sends_action(f"trngo:{made.id}:held")
    assert "chưa tới giờ" in member.last
    member.sends_action(f"trngo:{made.id}:closed")
    assert "đang ở bước khác" in member.last
    assert all_classes(world)[0].status is TrainingStatus.PLANNED


def test_the_text_for_the_group_is_a_message_of_its_own(world: World) -> None:
    member = world.member()
    planned(world, member)
    member.presses("Báo lớp")
    text, hint = member.presses("Chữ dán vô nhóm")
    assert not text.choices
    assert "\nThứ Bảy 21/11/2026, từ 9 giờ" in text.text
    assert "127.0.0.1" not in text.text, "no phone could open it"
    assert "sao chép" in hint.text


def test_the_text_for_the_group_leads_to_the_page_where_the_site_has_an_address(
    base: Installation,
) -> None:
    base.settings.__dict__["base_url"] = "https://honai.example.vn"
    with closing(World(base)) as world:
        member = world.member()
        made = planned(world, member)
        member.presses("Báo lớp")
        text, _ = member.presses("Chữ dán vô nhóm")
    code = check_in.invitation_code(base.database.keys, world.commune.id, made.id)
    assert f" honai.example.vn/c/{code}" in text.text  # with a scheme it would turn into a button


def test_the_code_of_the_minute_is_one_that_is_taken(world: World, clock: FixedClock) -> None:
    member = world.member()
    made = planned(world, member)
    member.sends_action(f"trnci:{made.id}")
    assert "điểm danh mở từ 8 giờ thứ Bảy 21/11" in member.last
    clock.passes(days=2, hours=23, seconds=20)
    opens(member)
    member.presses("Điểm danh")
    shown = re.search(r"CI \w{3} \w{3}", member.last)
    assert shown
    assert "100 giây" in member.last
    assert f"/c/man-hinh/ho-nai/{made.id}/" in member.last
    code = check_in.read_code(shown[0])
    found = world.base.database.read(check_in.find, world.commune.id, code, clock.now)
    assert (found.training.id, found.evidence) == (made.id, Evidence.SCREEN)
    clock.passes(minutes=1)
    member.presses("Mã mới")
    assert shown[0] not in member.last


def test_lines_for_others_and_heads_stay_apart(world: World, clock: FixedClock) -> None:
    member = world.member()
    made = planned(world, member)
    clock.passes(days=3, minutes=10)
    opens(member)
    member.presses("Ghi hộ")
    member.presses("3 người")
    member.presses_earlier("3 người")  # the same button twice counts once
    assert seats(world, made).seats == 3
    clock.passes(minutes=1)
    member.presses("Ghi hộ")
    member.says("khoảng 12 người")
    assert seats(world, made).by_evidence == {Evidence.PROXY: 15}
    member.presses("Đếm đầu người")
    member.says("40 người")
    assert "Điểm danh: 15 lượt (ghi hộ 15)\nĐếm đầu người: 40." in member.last
    assert (seats(world, made).seats, all_classes(world)[0].heads) == (15, 40)
    assert "từ 1 đến 100" in _adds(member, "500")
    assert seats(world, made).seats == 15


def _adds(member: Person, said: str) -> str:
    member.presses("Ghi hộ")
    return member.says(said)[-1].text


def test_what_is_closed_takes_no_more_people(world: World, clock: FixedClock) -> None:
    member = world.member()
    made = planned(world, member)
    clock.passes(days=3, minutes=10)
    opens(member)
    member.presses("Ghi hộ")
    waiting = member.prompt[0].action
    member.sends_action(f"trnhd:{made.id}")
    member.sends_action(f"trngo:{made.id}:held")
    assert "Chưa ghi người nào" in member.last
    member.presses("Chốt lớp")
    for action in (waiting, f"trnhd:{made.id}"):
        assert "chốt rồi" in member.sends_action(action)[-1].text
    assert (seats(world, made).seats, all_classes(world)[0].heads) == (0, None)
    member.sends_action(f"trngrp:{made.id}")
    assert "MỜI BÀ CON" not in member.last


def test_a_wrong_number_is_taken_back_with_a_reason(world: World, clock: FixedClock) -> None:
    member, other = world.member(), world.member("chú Tám")
    made = planned(world, member)
    clock.passes(days=3, minutes=10)
    for person, count in ((other, "2"), (member, "3"), (member, "12")):
        opens(person)
        person.presses("Ghi hộ")
        person.says(count)
        clock.passes(minutes=1)
    member.presses("Xem thêm")
    member.presses("Bỏ số ghi hộ lần chót")
    member.presses("Ghi nhầm")
    assert "đã bỏ 12 người" in member.last
    assert seats(world, made).seats == 5
    member.presses_earlier("Ghi nhầm")  # an old button takes nothing more out
    assert seats(world, made).seats == 5
    acts = world.base.database.read(audit.list_acts, world.commune.id)
    assert sum(one.act.action == "roll.take-out" for one in acts) == 12


def test_a_change_that_people_were_told_of_needs_a_reason(world: World) -> None:
    member = world.member()
    planned(world, member)
    member.presses("Sửa lớp")
    member.presses("Giờ")
    member.says("2 giờ chiều")
    member.presses("Lưu")
    assert "đã sửa" in member.last
    member.presses("Báo lớp")
    member.presses("Sửa lớp")
    member.presses("Chỗ học")
    member.says("trường Lê Lợi")
    old = next(choice.action for choice in member.prompt if choice.label == "Lưu")
    member.presses("Lưu")
    assert "Vì sao sửa" in member.last
    member.presses("Lý do khác")
    member.says("x")
    member.says("nhà văn hóa đang sửa mái")
    (made,) = all_classes(world)
    assert made.outline.place_name == "trường Lê Lợi"
    assert made.outline.starts_at.isoformat() == "2026-11-21T07:00:00+00:00"
    reasons = [row[0] for row in read(world, select(training_events.c.reason))]
    assert reasons[-1] == "nhà văn hóa đang sửa mái"
    member.sends_action(old)
    assert "vừa có người khác sửa" in member.last


def test_a_class_that_is_called_off_keeps_its_reason(world: World) -> None:
    ba = leader(world)
    planned(world, ba)
    ba.presses("Hủy lớp")
    ba.presses("Mưa gió")
    (made,) = all_classes(world)
    assert (made.status, made.reason) == (TrainingStatus.CANCELLED, "Mưa gió")
    assert "Lý do: Mưa gió" in ba.last
    ba.presses("Mở lại lớp")
    ba.presses("Bấm nhầm")
    assert all_classes(world)[0].status is TrainingStatus.PLANNED


# ---- the list, and who may what -----------------------------------------------------------------


def test_the_list_has_what_is_to_come_first_and_pages(world: World, clock: FixedClock) -> None:
    member = world.member()
    assert "chưa có lớp nào" in member.says("lớp của tổ")[-1].text
    planned(world, member, "mở lớp vneid hôm qua 9h nhà văn hóa")
    for day in ("28/11", "21/11", "24/11", "1/12", "2/12"):
        planned(world, member, f"mở lớp vneid {day} 9h nhà văn hóa")
    member.says("lớp của tổ")
    assert [label.split(":")[0] for label in labels(member)] == [
        *("Số 3", "Số 4", "Số 2", "Số 5"),
        *("Xem thêm", "Về đầu"),
    ]
    member.presses("Xem thêm")
    assert [label.split(":")[0] for label in labels(member)][:3] == ["Số 6", "Số 1", "Mở lớp"]
    member.says("nhắc lại")
    assert labels(member)[0].startswith("Số 6")


def test_a_class_written_down_afterwards_says_that_it_does_not_count_yet(
    world: World, clock: FixedClock
) -> None:
    ba, member = leader(world), world.member()
    planned(world, member, "mở lớp vneid hôm qua 9h nhà văn hóa")
    assert "đã lưu" in member.last
    assert "chưa tính. Đã học rồi thì cô/chú bấm **Lớp đã xong**" in member.last
    assert "Lớp đã xong" in labels(member)
    assert "1 lớp đã qua giờ" in ba.says("tuần của tổ")[-1].text
    clock.passes(days=28)
    opens(member)
    member.presses("Lớp đã xong")
    assert "lớp đã qua giờ" not in ba.says("tuần của tổ")[-1].text
    assert "chưa có lớp nào" in member.says("lớp của tổ")[-1].text, "of what was held 14 days"


def test_the_list_lets_nothing_go_for_which_somebody_still_has_to_say_that_it_was_held(
    world: World, clock: FixedClock
) -> None:
    member = world.member()
    for day in ("hôm qua", "hôm kia", "3 ngày trước", "4 ngày trước", "5 ngày trước"):
        planned(world, member, f"mở lớp vneid {day} 9h nhà văn hóa")
    member.says("lớp của tổ")
    assert [label.split(":")[0] for label in labels(member)][:5] == [
        f"Số {number}" for number in range(1, 6)
    ]
    opens(member)
    member.presses("Lớp đã xong")
    member.says("lớp của tổ")
    assert labels(member)[0].startswith("Số 2"), "what waits stands before what was held"
    assert labels(member)[4].startswith("Số 1")
    clock.passes(days=20)
    member.says("lớp của tổ")
    assert [label.split(":")[0] for label in labels(member)][:4] == [
        f"Số {number}" for number in range(2, 6)
    ]
    clock.passes(days=11)
    assert "chưa có lớp nào" in member.says("lớp của tổ")[-1].text


def test_another_team_and_residents_are_refused_kindly(world: World) -> None:
    member, other, resident = (
        world.member(),
        world.member("cô Út", team="KP 4"),
        world.person("bà Tư"),
    )
    made = planned(world, member)
    before = all_classes(world)
    verbs = ("trn", "trned", "trngrp", "trnci", "trnadd", "trnhd")
    for action in (*(f"{verb}:{made.id}" for verb in verbs), f"trngo:{made.id}:announced"):
        assert "của tổ khác" in other.sends_action(action)[-1].text
        assert "dành cho Tổ công nghệ số" in resident.sends_action(action)[-1].text
    other.sends_action(f"trndo:x:1:{made.id}:1")
    other.sends_action(f"trnok:cad20261121h0900m120pb:{made.id}r1")
    assert "của tổ khác" in other.last
    resident.says(LINE)
    assert all_classes(world) == before
    assert "chưa có lớp nào" in other.says("lớp của tổ")[-1].text


def test_buttons_that_were_tampered_with_write_nothing(world: World) -> None:
    member = world.member()
    made = planned(world, member)
    before = all_classes(world)
    draft = "cad20261121h0900m120pb"
    for action in (
        "trnok:x",
        "trnok:cad20269999h0900m120pb:5",
        "trnok:cad20261121h2561m120pb:5",
        "trnok:cad20261121h0900m000pb:5",
        f"trnok:{draft}:x",
        f"trnask:x:{draft}:5",
        "trngo:1:planned",
        f"trndo:x:9:{made.id}:1",
        f"trndo:x:1:{made.id}:7",
        f"trndo:o:1:{made.id}:1",
        f"trnwhy:z:{made.id}:1",
        f"trnsay:e:{draft}:5",
        f"trnaddn:{made.id}:3:x",
        "trn:" + "9" * 30,
    ):
        member.sends_action(action)
        assert member.last, action
    assert all_classes(world) == before


def test_every_button_fits_even_with_the_longest_keys(world: World) -> None:
    member = world.member()
    planned(world, member, "mở lớp quên mật khẩu vneid thứ bảy 9h tại hội trường khu phố 3")
    assert all_classes(world)[0].outline.guides == ("vneid-quen-mat-khau",)
    member.says("mở lớp quên mật khẩu vneid thứ bảy 9h tại hội trường khu phố 4")
    member.presses("Sửa")
    word = member.prompt[0].action.rsplit(":", 1)[0]
    assert len(f"{word}:{'9' * 15}") <= 64
    member.says("menu")
    assert "Lớp của tổ" in labels(member)


def test_the_figures_of_a_class_are_what_was_taken(world: World, clock: FixedClock) -> None:
    member = world.member()
    made = planned(world, member)
    clock.passes(days=3, minutes=10)
    opens(member)
    _adds(member, "2")
    figures = world.base.database.read(team_classes.figures_of, world.commune.id, made)
    assert (figures.seats.seats, figures.seats.people, figures.signed_up) == (2, 0, 0)
