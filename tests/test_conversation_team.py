"""The team's corner: joining, logging in four taps, taking back, and who may not."""

from __future__ import annotations

from itertools import pairwise

import pytest

from bot.core.messages import Kind
from bot.core.vocabulary import Role, Topic
from bot.services import teams
from tests.clock import FixedClock
from tests.world import Person, World

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

THIS_WEEK = "week:2026-W47"
VNEID = "VNeID, căn cước"


def _visits(world: World, topic: Topic) -> int:
    help_ = world.report(THIS_WEEK)["help"]
    assert isinstance(help_, dict)
    return sum(row["visits"] for row in help_["by_topic"] if row["topic"] == topic)


def _taps(member: Person, *digits: str) -> int:
    """How many taps it took, from the home menu; a digit is typed, a label is pressed."""
    member.says("menu")
    before = member.actions
    for one in digits:
        if one.isdecimal():
            member.says(one)
        else:
            member.presses(one)
    return member.actions - before


def test_the_number_of_people_can_be_typed_instead_of_tapped(world: World) -> None:
    member = world.member()
    typed = {"7": 7, "7 người": 7, "bảy": 7, "khoảng 12 người": 12, "50": 50, "ba nguoi": 3}
    for said, visits in typed.items():
        before = _visits(world, Topic.VNEID)
        _taps(member, "1", VNEID)
        member.says(said)
        member.says("1")
        assert _visits(world, Topic.VNEID) == before + visits, said


def test_yes_in_any_words_confirms_what_was_read_back(world: World) -> None:
    member = world.member()
    for said in ("đúng", "dung", "Đúng rồi", "ok", "ừ", "dạ", "ghi đi", "dạ đúng rồi nha"):
        before = _visits(world, Topic.VNEID)
        _taps(member, "1", VNEID, "1")
        member.says(said)
        assert _visits(world, Topic.VNEID) == before + 1, said


def test_no_in_any_words_saves_nothing(world: World) -> None:
    member = world.member()
    for said in ("sai", "không", "nhầm", "ko", "dừng"):
        _taps(member, "1", VNEID, "1")
        member.says(said)
        assert _visits(world, Topic.VNEID) == 0, said


def test_what_is_no_number_is_asked_for_again_in_other_words(world: World) -> None:
    member = world.member()
    _taps(member, "1", "2", "5")
    answers = [member.says(said)[0].text for said in ("nhiều lắm", "đông", "0 người", "51", "120")]
    assert all(one != other for one, other in pairwise(answers))
    member.says("9")
    assert "9 lượt" in member.last


def test_a_question_in_the_middle_of_logging_is_answered(world: World) -> None:
    member = world.member()
    _taps(member, "1", VNEID)
    member.says("quên mật khẩu vneid")
    assert "Quên mật khẩu" in member.last


def test_a_save_button_counts_once_however_often_and_late_it_is_pressed(
    world: World, clock: FixedClock
) -> None:
    member = world.member()
    _taps(member, "1", VNEID, "2")
    save = next(c.action for c in member.prompt if c.label == "Đúng, ghi luôn")
    member.sends_action(save)
    member.sends_action(save)
    assert "Phiếu này ghi rồi" in member.last
    clock.passes(weeks=3)
    member.sends_action(save)
    assert "Phiếu này ghi rồi" in member.last
    assert _visits(world, Topic.VNEID) == 2


def test_a_save_button_of_long_ago_is_too_old_to_be_pressed_first(
    world: World, clock: FixedClock
) -> None:
    member = world.member()
    _taps(member, "1", VNEID, "2")
    clock.passes(days=32)
    member.presses("Đúng, ghi luôn")
    assert "chưa ghi" in member.last
    assert _visits(world, Topic.VNEID) == 0


def test_an_entry_taken_back_stays_away_when_its_save_button_is_pressed_again(
    world: World,
) -> None:
    member = world.member()
    _taps(member, "1", VNEID, "2")
    save = next(c.action for c in member.prompt if c.label == "Đúng, ghi luôn")
    member.sends_action(save)
    member.presses("Hủy phiếu này")
    member.sends_action(save)
    assert "đã hủy rồi" in member.last
    assert _visits(world, Topic.VNEID) == 0


def test_an_entry_can_be_taken_back_for_a_day(world: World, clock: FixedClock) -> None:
    member = world.member()
    _taps(member, "1", VNEID, "1", "1")
    undo = next(c.action for c in member.prompt if c.label == "Hủy phiếu này")
    clock.passes(hours=23)
    member.says("của tôi tuần này")
    assert any(choice.label == "Hủy phiếu mới nhất" for choice in member.prompt)
    clock.passes(hours=2)
    member.says("cua toi tuan nay")
    assert not any(choice.label == "Hủy phiếu mới nhất" for choice in member.prompt)
    member.sends_action(undo)
    assert "quá 24 giờ" in member.last
    assert _visits(world, Topic.VNEID) == 1


def test_nobody_takes_back_the_entry_of_another(world: World) -> None:
    member, other = world.member("chị Hạnh"), world.member("anh Bình")
    _taps(member, "1", VNEID, "1", "1")
    undo = next(c.action for c in member.prompt if c.label == "Hủy phiếu này")
    other.sends_action(undo)
    assert "của người khác" in other.last
    assert _visits(world, Topic.VNEID) == 1


def test_the_week_of_a_member_is_theirs_alone(world: World) -> None:
    member, other = world.member("chị Hạnh"), world.member("anh Bình")
    _taps(member, "1", VNEID, "3", "1")
    _taps(member, "1", "Trả tiền bằng điện thoại", "1", "1")
    member.says("của tôi tuần này")
    assert "4 lượt" in member.last
    assert "VNeID, căn cước: 3 lượt" in member.last
    other.says("của tôi tuần này")
    assert "chưa ghi lượt nào" in other.last


def test_an_invitation_code_is_taken_however_it_is_typed(world: World) -> None:
    for number, dressed in enumerate(("{}", "vào tổ {}", "vo to {}", "VÀO TỔ {}.", "mã mời {}")):
        for change in (str, str.lower, lambda code: code.replace("-", " ")):
            code = change(world.invite())
            if dressed == "{}" and " " in code and not set(code) & set("23456789"):
                continue  # letters alone without a hyphen may be words
            person = world.person(f"{number} {code}")
            person.says(dressed.format(code))
            assert "Chào mừng" in person.last, (dressed, code)


def test_a_deep_link_brings_its_code_along(world: World) -> None:
    code = world.invite().replace("-", "")
    person = world.person()
    person.sends(Kind.START, f"{teams.DEEP_LINK_PREFIX}{code}")
    assert "Chào mừng" in person.last


def test_a_code_with_a_slip_is_called_a_wrong_code(world: World) -> None:
    for typed in ("vào tổ ABCD-234", "vào tổ O0O0-1111", "vao to bcgh2345x"):
        person = world.person(typed)
        person.says(typed)
        assert "mã này không đúng" in person.last


def test_a_question_about_joining_is_not_taken_for_a_code(world: World) -> None:
    for typed in ("vào tổ công nghệ số ở đâu", "tham gia tổ 3", "vào tổ khu phố 3"):
        person = world.person(typed)
        person.says(typed)
        assert "mã này không đúng" not in person.last


def test_after_five_wrong_codes_the_sixth_is_not_even_tried(world: World) -> None:
    person, right = world.person(), world.invite()
    for _ in range(5):
        person.says("vào tổ BCGH-2345")
        assert "không đúng" in person.last
    person.says(f"vào tổ {right}")
    assert "nhiều lần" in person.last
    person.says("menu")
    person.says(f"vào tổ {right}")
    assert "Chào mừng" in person.last


def test_a_code_is_good_for_one_person_and_two_weeks(world: World, clock: FixedClock) -> None:
    used, old = world.invite(), world.invite()
    world.person("người thứ nhất").says(f"vào tổ {used}")
    second = world.person("người thứ hai")
    second.says(f"vào tổ {used}")
    assert "xài rồi" in second.last
    clock.passes(days=15)
    second.says(f"vào tổ {old}")
    assert "hết hạn" in second.last


def test_who_sends_the_code_twice_hears_that_they_are_in(world: World) -> None:
    person, code = world.person(), world.invite()
    person.says(f"vào tổ {code}")
    person.says("Để sau")
    person.says(f"vào tổ {code}")
    assert "đang ở trong Tổ công nghệ số KP 3" in person.last


def test_a_name_can_be_told_later_and_mended(world: World) -> None:
    person = world.person()
    person.says(f"vào tổ {world.invite()}")
    person.says("chị Hạn")
    assert "chị Hạn." in person.last
    person.presses("Sửa tên")
    person.says("123")
    assert "tên gì" in person.last
    person.says("chị Hạnh")
    assert "chị Hạnh" in person.last


def test_a_resident_who_presses_buttons_of_the_team_is_told_whose_they_are(world: World) -> None:
    resident, member = world.person(), world.member()
    _taps(member, "1", VNEID, "1")
    for action in ("log", "logmore", "logt:vneid", "logn:vneid:1", "mine", member.prompt[0].action):
        resident.sends_action(action)
        assert "dành cho Tổ công nghệ số" in resident.last
    assert _visits(world, Topic.VNEID) == 0


def test_an_officer_joins_without_a_log_of_help(world: World) -> None:
    officer = world.person()
    officer.says(f"vào tổ {world.invite(Role.OFFICER, None)}")
    assert "phòng Văn hóa - Xã hội" in officer.last
    assert "ghi việc" not in officer.last
    officer.says("cô Lan")
    assert [choice.label for choice in officer.prompt] == ["Sửa tên", "Về đầu"]
    officer.says("menu")
    assert not any(choice.action == "log" for choice in officer.prompt)
    officer.says("ghi việc")
    assert "dành cho Tổ công nghệ số" in officer.last
