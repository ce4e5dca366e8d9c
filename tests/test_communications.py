"""What is put out besides sessions: rules, figures by kind, and how a member writes it down in five taps."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from bot.app.installation import Installation
from bot.core.errors import NotAllowedError, RuleError
from bot.core.vocabulary import CommunicationKind, Role, Topic
from bot.services import communications
from bot.services.communication_lines import read_line
from bot.services.communications import Amount, Communication, Piece
from bot.services.trainings import Hand
from storage import audit, duty, memberships
from storage.database import Unit
from storage.help_entries import By
from tests.world import Person, World

TODAY = date(2026, 11, 18)  # of the clock
YESTERDAY = TODAY - timedelta(days=1)
LOUD, ARTICLE, LEAFLET = CommunicationKind
NOVEMBER = (date(2026, 11, 1), date(2026, 12, 1))


@pytest.fixture
def world(base: Installation) -> Iterator[World]:
    with closing(World(base)) as opened:
        yield opened


def piece(kind: CommunicationKind = LOUD, amount: int = 3, **values: Any) -> Piece:
    """What was put out today by the office."""
    return replace(Piece(kind, "Mã OTP", Topic.AT, TODAY, amount), **values)


@pytest.fixture
def office(world: World) -> Hand:
    """An officer's."""
    person = world.person("chị Lan")
    person.says(f"vào tổ {world.invite(Role.OFFICER, None)}")
    return Hand(By(staff_id=1), "staff:1", teams=None, led=None)


class Shop:
    """The services as somebody of the office calls them."""

    def __init__(self, world: World, hand: Hand) -> None:
        self._world, self._hand = world, hand
        self._commune = world.commune.id

    def does(self, work: Any, *args: Any) -> Any:
        """A piece of work in a unit of its own."""
        return self._world.base.database.write(
            lambda unit: work(unit, self._commune, self._hand, *args)
        )

    def writes(self, what: Piece, key: str = "k1") -> Communication:
        """A line."""
        line: Communication = self.does(communications.write_down, what, key)[0]
        return line

    def figures(self, window: tuple[date, date] = NOVEMBER) -> Any:
        """What stands in a window, by kind."""
        return self._world.base.database.read(communications.figures, self._commune, window)

    def acts(self) -> list[str]:
        """What the audit log says of lines."""
        found = self._world.base.database.read(audit.list_acts, self._commune)
        return [one.act.action for one in found if one.act.object.startswith("communication:")]


@pytest.fixture
def shop(world: World, office: Hand) -> Shop:
    return Shop(world, office)


def refused(shop: Shop, what: Piece) -> str:
    with pytest.raises(RuleError) as caught:
        shop.writes(what)
    return caught.value.code


def test_each_kind_is_summed_alone_and_a_kind_nobody_wrote_is_missing(shop: Shop) -> None:
    assert shop.figures() == {}
    shop.writes(piece(amount=3, reach=100), "a")
    shop.writes(piece(amount=2), "b")
    shop.writes(piece(LEAFLET, 200, reach=None), "c")
    assert shop.figures() == {LOUD: Amount(2, 5, 100), LEAFLET: Amount(1, 200, None)}


def test_the_window_is_half_open_and_only_of_its_days(shop: Shop) -> None:
    shop.writes(piece(occurred_on=date(2026, 11, 1)), "first")
    shop.writes(piece(occurred_on=date(2026, 10, 31)), "before")
    assert shop.figures()[LOUD].times == 1
    assert shop.figures((date(2026, 10, 1), date(2026, 11, 1)))[LOUD].times == 1
    assert shop.figures((date(2026, 11, 2), date(2026, 12, 1))) == {}


def test_the_same_key_writes_once_and_is_audited_once(shop: Shop) -> None:
    first = shop.writes(piece())
    again, is_new = shop.does(communications.write_down, piece(amount=9), "k1")
    assert (again, is_new) == (first, False)
    assert shop.acts() == ["communication.write"]


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"amount": 0}, "comm.amount"),
        ({"amount": 201}, "comm.amount"),
        ({"reach": -1}, "comm.reach"),
        ({"reach": 200_001}, "comm.reach"),
        ({"occurred_on": TODAY + timedelta(days=1)}, "comm.day-to-come"),
        ({"occurred_on": TODAY - timedelta(days=401)}, "comm.day"),
        ({"title": "ab"}, "comm.title"),
        ({"link": "http://zalo.me/x"}, "comm.link"),
        ({"link": "javascript:alert(1)"}, "comm.link"),
        ({"link": "https://ai@zalo.me/x"}, "comm.link"),
        ({"link": "https://zalo"}, "comm.link"),
        ({"link": "https://zalo.me/a b"}, "comm.link"),
        ({"link": "https://[zalo"}, "comm.link"),
        ({"link": f"https://zalo.me/{'a' * 300}"}, "comm.link"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(
    shop: Shop, values: dict[str, object], code: str
) -> None:
    assert refused(shop, piece(**values)) == code
    assert shop.figures() == {}


def test_leaflets_may_be_many_and_an_estimate_of_nobody_is_one(shop: Shop) -> None:
    line = shop.writes(piece(LEAFLET, 50_000, reach=0))
    assert line.piece.reach == 0
    assert shop.figures()[LEAFLET] == Amount(1, 50_000, 0)


def test_personal_numbers_in_title_and_note_are_masked(shop: Shop) -> None:
    line = shop.writes(piece(title="Loa gọi 0912345678", note="hỏi chị Ba 0912 345 678"))
    assert "0912" not in f"{line.piece.title}{line.piece.note}".replace(" ", "")


def test_a_correction_needs_a_reason_and_keeps_how_it_stood(shop: Shop) -> None:
    line = shop.writes(piece())
    fresh = replace(line.piece, amount=4)
    with pytest.raises(RuleError) as caught:
        shop.does(communications.correct, line, (fresh, "x"))
    assert caught.value.code == "correct.reason"
    after = shop.does(communications.correct, line, (fresh, "đếm thiếu một lần"))
    assert (after.piece.amount, after.revision) == (4, 2)
    events = shop.does(lambda unit, commune, _: communications.events(unit, commune, line.id))
    assert [one.what for one in events] == ["write", "correct"]
    assert '"amount": 3' in events[0].content
    assert events[1].reason == "đếm thiếu một lần"
    assert shop.acts() == ["communication.write", "communication.correct"]


def test_who_was_slower_changes_nothing(shop: Shop) -> None:
    line = shop.writes(piece())
    shop.does(communications.correct, line, (replace(line.piece, amount=4), "đếm thiếu"))
    with pytest.raises(RuleError) as caught:
        shop.does(communications.correct, line, (replace(line.piece, amount=5), "đếm thiếu"))
    assert caught.value.code == "comm.changed"
    assert shop.figures()[LOUD].amount == 4


def test_what_was_taken_back_counts_no_more_and_cannot_be_changed(shop: Shop) -> None:
    line = shop.writes(piece())
    gone = shop.does(communications.take_back, line, "ghi trùng")
    assert shop.figures() == {}
    for work in (
        lambda: shop.does(communications.take_back, gone, "lần nữa"),
        lambda: shop.does(communications.correct, gone, (replace(gone.piece, amount=9), "nhầm")),
    ):
        with pytest.raises(RuleError) as caught:
            work()
        assert caught.value.code == "comm.undone-already"


def test_a_correction_leaves_the_photo_and_only_an_agreed_one_may_leave_the_office(
    shop: Shop,
) -> None:
    line = shop.writes(piece())
    kept = shop.does(communications.set_photo, line, ("1-aa.jpg", False))
    assert not communications.may_leave(kept.piece)
    changed = replace(kept.piece, amount=5, photo=None, photo_agreed=None)
    after = shop.does(communications.correct, kept, (changed, "đếm thiếu"))
    assert (after.piece.amount, after.piece.photo) == (5, "1-aa.jpg")
    agreed = shop.does(communications.set_photo, after, ("1-bb.jpg", True))
    assert communications.may_leave(agreed.piece)
    gone = shop.does(communications.take_back, agreed, "ghi trùng")
    assert (gone.piece.photo, communications.may_leave(gone.piece)) == (None, False)


def test_a_line_with_a_photo_is_taken_back_by_the_office_so_that_the_file_goes_too(
    world: World, shop: Shop
) -> None:
    member = world.member()
    wrote(member, "phát loa 1 lần bài mã otp", "lưu")
    shop.does(communications.set_photo, only(world), ("1-aa.jpg", False))
    member.presses_earlier("Hủy dòng này")
    assert "văn phòng đã kèm hình" in member.last
    assert only(world).voided_at is None
    assert shop.does(communications.take_back, only(world), "ghi trùng").voided_at is not None


# --- In the chat of a team


def lines(world: World) -> list[Communication]:
    """Everything that was written down, the newest day first."""

    def read(unit: Unit) -> list[Communication]:
        window = (date(2026, 1, 1), date(2027, 1, 1))
        return communications.list_between(unit, world.commune.id, window, with_voided=True)

    return world.base.database.read(read)


def only(world: World) -> Communication:
    (line,) = lines(world)
    return line


def wrote(person: Person, *said: str) -> None:
    for one in said:
        person.says(one)


def test_five_taps_write_it_down(world: World) -> None:
    member = world.member()
    member.says("ghi tuyên truyền")
    for label in ("Tờ rơi", "An toàn, nghi bị lừa", "200 tờ", "Hôm qua", "Lưu"):
        member.presses(label)
    line = only(world)
    assert line.piece.kind is LEAFLET
    assert (line.piece.amount, line.piece.occurred_on) == (200, TODAY - timedelta(days=1))
    assert (line.piece.topic, line.piece.guide, line.piece.reach) == (Topic.AT, None, None)
    assert line.piece.team_id is not None
    assert "Đã ghi: 200 tờ rơi về “An toàn, nghi bị lừa”, hôm qua 17/11." in member.last


def test_one_line_says_it_all(world: World) -> None:
    member = world.member()
    wrote(member, "phát loa 3 lần bài mã otp hôm qua", "lưu")
    piece = only(world).piece
    assert (piece.kind, piece.amount, piece.guide) == (LOUD, 3, "at-otp")
    assert piece.occurred_on == TODAY - timedelta(days=1)


@pytest.mark.parametrize(
    ("said", "kind", "amount", "about"),
    [
        ("phat loa 2 lan bai otp", LOUD, 2, "otp"),
        ("hôm qua phát loa ba lần", LOUD, 3, ""),
        ("phát 200 tờ rơi VNeID", LEAFLET, 200, "vneid"),
        ("đã đăng 1 tin bài về chuyển khoản", ARTICLE, 1, "chuyển khoản"),
        ("phát loa bài điện lực giả", LOUD, 0, "điện lực giả"),
    ],
)
def test_lines_are_read_as_they_are_typed(
    said: str, kind: CommunicationKind, amount: int, about: str
) -> None:
    told = read_line(said, TODAY)
    assert told is not None
    assert (told.kind, told.amount, told.about) == (kind, amount, about)


def test_a_number_to_ring_is_no_amount(world: World) -> None:
    told = read_line("phát loa hôm qua gọi 156 báo lừa đảo", TODAY, ("156",))
    assert told is not None
    assert (told.amount, told.day, told.about) == (0, YESTERDAY, "gọi 156 báo lừa đảo")
    assert getattr(read_line("phát loa 111 lần", TODAY, ("111",)), "amount", 0) == 111
    member = world.member()
    member.says("phát loa hôm qua gọi 156 báo lừa đảo")
    assert "156 lần" not in member.last
    assert lines(world) == []


@pytest.mark.parametrize(
    "said", ["mai", "ngày mai", "thứ bảy tuần sau", "2 ngày nữa", "thứ sáu tới", "20/11"]
)
def test_what_is_still_to_come_is_refused_in_one_sentence(world: World, said: str) -> None:
    member = world.member()
    member.says(f"phát loa 3 lần bài mã otp {said}")
    assert "chưa tới" in member.last
    member.says(said)
    assert "chưa tới" in member.last
    wrote(member, "hôm qua", "lưu")
    assert only(world).piece.occurred_on == YESTERDAY


@pytest.mark.parametrize(
    "said",
    [
        "phát loa làm sao",
        "phát loa mấy lần",
        "phát tờ rơi ở đâu?",
        "giúp 3 người cài vneid",
        "đăng bài bán hàng hôm qua bị lừa",
        "loa phường nói VNeID",
        "phát loa 31/2",
        "",
        "?",
    ],
)
def test_questions_and_other_words_are_no_lines(said: str) -> None:
    assert read_line(said, TODAY) is None


def test_what_a_line_leaves_out_is_asked_for_alone(world: World) -> None:
    member = world.member()
    member.says("phát loa bài điện lực giả")
    assert "Phát mấy lần" in member.last
    wrote(member, "7", "lưu")
    assert only(world).piece.amount == 7
    assert only(world).piece.guide == "at-gia-dien-luc"


def test_a_resident_who_types_it_writes_nothing(world: World) -> None:
    wrote(world.person(), "phát loa", "phát loa 3 lần bài mã otp hôm qua", "lưu")
    assert lines(world) == []


def test_the_last_subject_is_offered_first(world: World) -> None:
    member = world.member()
    wrote(member, "phát loa 1 lần bài mã otp", "lưu", "phát loa")
    assert member.prompt[0].label == "Mã OTP, ai hỏi cũng đừng đọc"


def test_the_card_takes_an_estimate_which_is_called_one(world: World) -> None:
    member = world.member()
    wrote(member, "phát loa 1 lần bài mã otp", "thêm số người ước khoảng", "khoảng 180 người")
    assert "ước khoảng 180 người" in member.last
    member.says("lưu")
    assert only(world).piece.reach == 180


def test_a_second_tap_on_save_writes_no_second_line(world: World) -> None:
    member = world.member()
    wrote(member, "phát loa 1 lần bài mã otp", "lưu")
    member.presses_earlier("Lưu")
    assert len(lines(world)) == 1
    assert "đã ghi rồi" in member.last


def test_days_too_old_and_still_to_come_are_refused_with_the_reason(world: World) -> None:
    member = world.member()
    member.says("phát loa 2 lần bài mã otp 1/1")
    assert "lâu quá" in member.last
    member.says("31/12")
    assert "chưa tới" in member.last
    wrote(member, "hôm kia", "lưu")
    assert only(world).piece.occurred_on == TODAY - timedelta(days=2)


def test_undone_within_a_day_and_refused_later(world: World) -> None:
    member = world.member()
    wrote(member, "phát loa 1 lần bài mã otp", "lưu")
    member.presses("Hủy dòng này")
    assert only(world).voided_at is not None
    wrote(member, "phát loa 2 lần bài mã otp", "lưu")
    world.base.database.clock.passes(hours=25)  # type: ignore[attr-defined]  # the clock of the tests
    member.presses("Hủy dòng này")
    assert "quá 24 giờ" in member.last
    assert [line.voided_at is None for line in lines(world)].count(True) == 1


def test_saving_again_what_was_taken_back_says_so_and_asks_anew(world: World) -> None:
    member = world.member()
    wrote(member, "phát loa 1 lần bài mã otp", "lưu", "hủy dòng này")
    member.presses_earlier("Lưu")
    assert "ghi rồi mà đã bỏ" in member.last
    assert [one.voided_at is None for one in lines(world)] == [False]
    member.presses("Ghi lại dòng này")
    assert "Đúng chưa" in member.last
    member.presses("Lưu")
    assert sorted(one.voided_at is None for one in lines(world)) == [False, True]


def test_a_line_of_another_team_is_refused_kindly(world: World) -> None:
    member, stranger = world.member(), world.member("chị Tư", team="KP 5")
    wrote(member, "phát loa 1 lần bài mã otp", "lưu")
    stranger.sends_action(f"comundo:{only(world).id}")
    assert "của tổ khác" in stranger.last
    assert only(world).voided_at is None


def test_saved_once_for_the_team_before_the_button_writes_nothing_for_the_next(
    world: World,
) -> None:
    member = world.member()
    wrote(member, "phát loa 1 lần bài mã otp", "lưu")

    def move(unit: Unit) -> None:
        (row,) = memberships.list_members(unit, world.commune.id)
        teams = duty.list_teams(unit, world.commune.id, TODAY)
        other = next(one.id for one in teams if one.name == "KP 5")
        memberships.take_off(unit, world.commune.id, row.id)
        memberships.put_on(unit, world.commune.id, row.id, (other, Role.MEMBER))
        memberships.wear(unit, world.commune.id, row.id, (other, Role.MEMBER))

    world.base.database.write(move)
    member.presses_earlier("Lưu")
    assert "của tổ khác" in member.last
    assert len(lines(world)) == 1


def test_a_leader_leads_the_team_whose_hat_they_wear_and_no_other(shop: Shop, world: World) -> None:
    def teams(unit: Unit) -> list[int]:
        return [one.id for one in duty.list_teams(unit, world.commune.id, TODAY)]

    led, other = world.base.database.read(teams)[:2]
    mine = shop.writes(piece(team_id=led), "a")
    theirs = shop.writes(piece(team_id=other), "b")
    hand = Hand(By(member_id=1), "member:1", frozenset({led, other}), led=frozenset({led}))
    for line, is_led in ((mine, True), (theirs, False)):
        may = world.base.database.read(communications.is_changeable, hand, line)
        assert may == (is_led, is_led)
    leader = Shop(world, hand)
    with pytest.raises(RuleError):
        leader.does(communications.take_back, theirs, "ghi trùng")
    with pytest.raises(RuleError):
        leader.does(communications.correct, theirs, (theirs.piece, "ghi trùng"))


def test_a_correction_in_the_chat_asks_for_a_reason(world: World) -> None:
    member = world.member()
    wrote(member, "phát loa 1 lần bài mã otp", "lưu", "tuyên truyền của tổ", "1", "Sai số lượng")
    wrote(member, "4")
    assert "Vì sao sửa" in member.last
    member.says("x")
    assert "lý do ngắn quá" in member.last
    member.says("quên đếm buổi chiều")
    line = only(world)
    assert (line.piece.amount, line.revision) == (4, 2)
    member.says("tuyên truyền của tổ")
    wrote(member, "1", "Sai ngày", "16/11", "Bấm nhầm")
    assert only(world).piece.occurred_on == date(2026, 11, 16)


def test_another_member_of_the_team_reads_it_and_another_team_does_not(world: World) -> None:
    member, other = world.member(), world.member("anh Nam")
    stranger = world.member("chị Tư", team="KP 5")
    wrote(member, "phát loa 1 lần bài mã otp", "lưu")
    wrote(other, "tuyên truyền của tổ", "1")
    assert "chỉ coi được" in other.last
    number = only(world).id
    other.sends_action(f"comfk:{number}:1:x:1")
    stranger.sends_action(f"comfk:{number}:1:x:1")
    stranger.sends_action(f"comundo:{number}")
    assert only(world).voided_at is None
    stranger.says("tuyên truyền của tổ")
    assert "chưa ghi" in stranger.last


def test_the_leader_takes_a_line_of_the_team_out_with_a_reason(world: World) -> None:
    member = world.member()
    wrote(member, "phát loa 1 lần bài mã otp", "lưu")
    leader = world.person("chú Năm")
    leader.says(f"vào tổ {world.invite(Role.TEAM_LEADER)}")
    wrote(leader, "chú Năm", "tuyên truyền của tổ", "1", "Bỏ dòng này", "Ghi trùng")
    assert only(world).voided_at is not None


def test_a_button_of_an_earlier_reading_changes_nothing(world: World) -> None:
    member = world.member()
    wrote(member, "phát loa 1 lần bài mã otp", "lưu")
    number = only(world).id
    member.sends_action(f"comfk:{number}:1:n2:1")
    member.sends_action(f"comfk:{number}:1:n3:1")
    assert "vừa có người khác sửa" in member.last
    assert only(world).piece.amount == 2


@pytest.mark.parametrize(
    "action",
    [
        "comd:b:gzzzzzz:3:20261118:0:1",
        "comd:b:tat:999:20261118:0:1",
        "comd:q:tat:1:20261118:0:1",
        "comd:b:tat:1:20261399:0:1",
        "comok:b:tat:1",
        "comok",
        "comask:z",
        "comundo:abc",
        "comfx:99",
        "comfa:1:1:n",
        "comfw::",
        "comfk:1:1:n2:9",
    ],
)
def test_a_button_that_was_tampered_with_writes_nothing(world: World, action: str) -> None:
    member = world.member()
    member.sends_action(action)
    assert lines(world) == []
    assert member.last


def test_every_button_of_a_draft_fits_the_wire(world: World) -> None:
    member = world.member()
    longest = max(world.base.library.guides, key=len)
    title = world.base.library.guides[longest].title
    wrote(member, f"phát loa 199 lần bài {title} hôm qua", "thêm số người ước khoảng", "200000")
    for message in member.heard:
        assert all(len(choice.action.encode()) <= 64 for choice in message.choices)


def test_a_team_writes_only_for_itself(world: World) -> None:
    hand = Hand(By(member_id=1), "member:1", frozenset({1}), led=frozenset())
    shop = Shop(world, hand)
    with pytest.raises(NotAllowedError):
        shop.writes(piece(team_id=None))
