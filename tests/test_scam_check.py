"""“Có phải lừa đảo không?” in the chat: what it answers, what it never says, and that it keeps nothing."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.conversation.turn import HOME, State
from bot.core.messages import Kind
from bot.core.text import fold
from bot.core.vocabulary import Role, Topic
from storage.database import Unit
from storage.models import conversations, metadata
from tests.test_privacy import everything_kept
from tests.walker import Seen, Walker
from tests.world import Person, World

AT = "scam.text"
URGENT = "step:at-da-bi-lua:ngung-chuyen"
SCAM = (
    "Cong an phuong thong bao: ba co ten trong duong day rua tien. Yeu cau chuyen tien vao tai khoan tam giu "
    "trong 2h, khong duoc noi voi ai. Xem lenh bat tai http://bocongan-vn.top/lenh"
)
HARMLESS = "Con ơi chiều nay má nấu canh chua, con nhớ về ăn cơm với cả nhà cho vui nha"
NEVER = (
    "an toàn",
    "yên tâm",
    "không phải lừa",
    "không sao",
    "không có gì lo",
    "đáng tin",
    "tin được",
)
PASTED = (
    *(SCAM, HARMLESS, "vneid-gov.com", "https://dichvucong.gov.vn", "https://bocongan.gov.vn/a"),
    *("bit.ly/abc", "http://103.1.2.3/a", "vneid.apk", "1900 0368", "0912345678", "1900.292900"),
    *("+44 20 7946 0958", "gọi 156 hay 113", "ừ", "cái này nè", "?", "🙂", "tài khoản an toàn"),
    "Anh chuyển tiền qua tài khoản an toàn của viện kiểm sát cho yên tâm, không sao đâu",
    "Đọc mã OTP 482913 cho em, số thẻ 4111 1111 1111 1111 nha chị",
)


@pytest.fixture
def waiting(walker: Walker) -> State:
    """The state of somebody who was asked to paste."""
    return walker.take(State(), "scam", Kind.ACTION).state


def test_the_tool_stands_first_under_its_topic(walker: Walker) -> None:
    shown = walker.take(State(), f"topic:{Topic.AT}", Kind.ACTION)
    assert shown.choices[0].action == "scam"
    asked = walker.take(shown.state, "1")
    assert asked.state.at == AT
    assert "không lưu" in asked.texts
    assert "OTP" in asked.texts


@pytest.mark.parametrize(
    "said",
    ["kiểm tra lừa đảo", "có phải lừa đảo không", "co phai lua khong", "dạ tin này thật không ạ"],
)
def test_it_is_reached_by_words(walker: Walker, said: str) -> None:
    assert walker.take(State(), said).state.at == AT


def test_the_answer_names_the_weightiest_signs_and_what_to_do(
    walker: Walker, waiting: State
) -> None:
    seen = walker.take(waiting, SCAM)
    assert "6 dấu hiệu lừa đảo" in seen.texts
    named = [line for line in seen.texts.splitlines() if line.startswith("• ")]
    assert len(named) == 4
    assert "Và 2 dấu hiệu nữa" in seen.texts
    assert named[0] == "• Đòi chuyển tiền, đặt cọc, đóng phí trước"
    for what in ("156", "5656", "sau thẻ", "Công an phường, xã", "đừng bấm", "Chặn số"):
        assert what in seen.texts
    assert [choice.action for choice in seen.choices] == [
        *("guide:at-gia-cong-an", "guide:at-da-bi-lua", "scam", "person", HOME)
    ]
    assert (seen.state.at, seen.state.data) == (AT, {"seen": "1"})  # the next one is looked at, too


def test_a_second_message_is_looked_at_without_asking(walker: Walker, waiting: State) -> None:
    first = walker.take(waiting, PLAIN)
    second = walker.take(
        first.state, "Cong an: anh lien quan vu rua tien, chuyen tien vao tai khoan tam giu"
    )
    assert "dấu hiệu lừa đảo" in second.texts


def test_after_a_verdict_a_question_of_ones_own_opens_its_guide(
    walker: Walker, waiting: State
) -> None:
    seen = walker.take(walker.take(waiting, PLAIN).state, "quen mat khau vneid")
    assert seen.state.view == "guide:vneid-quen-mat-khau"


def test_nothing_seen_is_not_a_promise(walker: Walker, waiting: State) -> None:
    seen = walker.take(waiting, HARMLESS)
    assert "chưa chắc" in seen.texts
    assert "số chính thức" in seen.texts
    assert {"guide:at-da-bi-lua", "scam", "person"} <= {choice.action for choice in seen.choices}


@pytest.mark.parametrize("pasted", PASTED)
def test_no_answer_says_that_it_is_fine_or_repeats_what_was_pasted(
    walker: Walker, waiting: State, pasted: str
) -> None:
    seen = walker.take(waiting, pasted)
    for text in (*(message.text for message in seen.messages), *seen.labels()):
        assert len(text) <= 300, text
        assert [word for word in NEVER if word in text.lower()] == [], text
    shown = "\n".join((seen.texts, *seen.labels()))
    for word in ("bocongan-vn", "vneid-gov", "bit.ly", "103.1", ".apk", "http", "292900", "0912"):
        assert word not in shown


def test_no_sentence_of_the_tool_says_that_it_is_fine(walker: Walker) -> None:
    sentences = walker.installation.sentences
    said = [text for name, text in sentences.items() if name.startswith("scam.")]
    said += [sentences[name] for name in ("option.scam", "option.scam-again", "option.followed")]
    assert len(said) > 15
    assert [text for text in said for word in NEVER if word in text.lower()] == []


def test_what_is_official_is_named_but_never_trusted(walker: Walker, waiting: State) -> None:
    for pasted, owner in (
        ("1900 0368", "tổng đài VNeID"),
        ("https://dichvucong.gov.vn/a", "Cổng Dịch vụ công quốc gia"),
    ):
        seen = walker.take(waiting, pasted)
        assert owner in seen.texts
        assert "kẻ gian giả" in seen.texts or "giả được" in seen.texts
        assert "chưa chắc" in seen.texts


@pytest.mark.parametrize(
    ("said", "view"),
    [("menu", HOME), ("0", HOME), ("người", "person"), ("trở lại", HOME), ("bị lừa", URGENT)],
)
def test_commands_work_while_it_waits(walker: Walker, waiting: State, said: str, view: str) -> None:
    seen = walker.take(waiting, said)
    assert (seen.state.view, seen.state.at) == (view, "")


def test_stop_works_while_it_waits(walker: Walker, waiting: State) -> None:
    assert walker.take(waiting, "dừng").outcome == "stopped"


def test_a_long_message_full_of_digits_is_no_command(walker: Walker, waiting: State) -> None:
    text = f"1. menu 2. dừng 0. người {SCAM} 1 2 3 tiếp tục " * 5
    assert len(text) > 1000
    seen = walker.take(waiting, text)
    assert "dấu hiệu lừa đảo" in seen.texts


def test_a_message_with_masked_numbers_is_looked_at(walker: Walker, waiting: State) -> None:
    text = "Em bên ngân hàng, chị đọc mã OTP 482913 cho em, thẻ 4111 1111 1111 1111 bị khóa"
    for state in (waiting, State()):
        seen = walker.take(state, text)
        assert "3 dấu hiệu lừa đảo" in seen.texts
        assert seen.texts.count("không lưu") == 1


def test_a_private_number_alone_is_refused_and_the_place_kept(
    walker: Walker, waiting: State
) -> None:
    for typed in ("079123456789", "mật khẩu của tôi là Hoa@1957x"):
        seen = walker.take(waiting, typed)
        assert (seen.outcome, seen.state.at) == ("refused", AT)


def test_what_holds_nothing_is_asked_for_again_in_other_words(
    walker: Walker, waiting: State
) -> None:
    before, state = "", waiting
    for said in ("ủa", "ừm cái này", "sao nữa ta", "hả"):
        seen = walker.take(state, said)
        assert seen.state.at == AT
        assert seen.texts != before
        before, state = seen.texts, seen.state


def test_a_question_typed_in_place_of_a_message_finds_its_guide(
    walker: Walker, waiting: State
) -> None:
    seen = walker.take(waiting, "quên mật khẩu vneid thì làm sao")
    assert seen.choices[0].action == "guide:vneid-quen-mat-khau"
    assert "chưa chắc" in seen.texts


def test_a_link_of_strangers_is_looked_at_wherever_it_is_sent(walker: Walker) -> None:
    step = walker.take(State(), "step:vneid-quen-mat-khau:bam-quen-mk", Kind.ACTION).state
    for state in (State(), step):
        seen = walker.take(state, "VNeID sap het han, cap nhat tai vneid-capnhat.com mat tien")
        assert "dấu hiệu lừa đảo" in seen.texts
        assert seen.state.bookmark == state.bookmark


# --- From any state to the guide for those who were tricked


def _at_name(walker: Walker) -> tuple[Walker, State]:
    member = walker.join(Role.MEMBER, "KP 3")
    return member, member.take(State(), "name", Kind.ACTION).state


def _at_count(walker: Walker) -> tuple[Walker, State]:
    member = walker.join(Role.MEMBER, "KP 3")
    return member, member.take(State(), "logmany:vneid", Kind.ACTION).state


def _at(action: str) -> Callable[[Walker], tuple[Walker, State]]:
    return lambda walker: (walker, walker.take(State(), action, Kind.ACTION).state)


STATES = {
    "menu": _at(HOME),
    "topic": _at("topic:at"),
    "guide": _at("guide:vneid-quen-mat-khau"),
    "step": _at("step:vneid-quen-mat-khau:bam-quen-mk"),
    "stuck": _at("stuck:vneid-quen-mat-khau:bam-quen-mk"),
    "code": _at("join"),
    "check": _at("scam"),
    "name": _at_name,
    "count": _at_count,
}


@pytest.mark.parametrize("place", STATES)
@pytest.mark.parametrize(
    "said",
    [
        *("bị lừa", "mất tiền", "chuyển tiền cho công an", "tui bị gạt rồi", "lỡ đọc otp rồi"),
        *(
            "lỡ chuyển tiền cho công an",
            "bị lừa mất hết tiền",
            "trời ơi tui bị tụi nó gạt sạch tiền",
        ),
    ],
)
def test_a_loss_leads_to_help_from_every_state(walker: Walker, place: str, said: str) -> None:
    with walker.undone():
        who, state = STATES[place](walker)
        assert (place in ("name", "count", "check")) == bool(state.at)
        for typed in (said, fold(said)):
            seen = who.take(state, typed)
            assert (seen.state.view, seen.state.at) == (URGENT, ""), typed


@pytest.mark.parametrize("place", STATES)
@pytest.mark.parametrize("said", ["kích hoạt VNeID có mất tiền không", "làm sao để khỏi bị lừa"])
def test_a_question_does_not_lead_there(walker: Walker, place: str, said: str) -> None:
    with walker.undone():
        who, state = STATES[place](walker)
        for typed in (said, fold(said)):
            assert who.take(state, typed).state.view != URGENT


def test_who_tells_the_code_as_well_is_warned_and_helped(walker: Walker) -> None:
    seen: Seen = walker.take(State(), "tui lỡ đọc mã otp 482913 cho nó rồi")
    assert seen.state.view == URGENT
    assert "không lưu" in seen.texts


# --- Nothing is kept


NEEDLES = ("zorbavia", "kwontessa", "0987612345", "9704361234567890", "zorbavia-vn.top")
PRIVATE_SCAM = (
    "Cong an Zorbavia thong bao ba Kwontessa lien quan rua tien, chuyen tien gap vao tai khoan "
    "9704361234567890, goi 0987612345, xem http://zorbavia-vn.top/lenh"
)
PLAIN = "Zorbavia ơi Kwontessa nè chiều nay về nhà ngoại ăn giỗ nha gọi 0987612345"


def _waits(world: World) -> Person:
    person = world.person()
    person.says("kiểm tra lừa đảo")
    return person


def _elsewhere(world: World) -> Person:
    person = world.person()
    person.says("menu")
    return person


@pytest.mark.parametrize("begin", [_waits, _elsewhere])
def test_nothing_of_a_pasted_message_is_kept(
    begin: Callable[[World], Person],
    world: World,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    for name in (None, "sqlalchemy"):
        caplog.set_level(logging.DEBUG, name)
    person = begin(world)
    before = world.base.database.read(_asked)
    assert "dấu hiệu lừa đảo" in "\n".join(one.text for one in person.says(PRIVATE_SCAM))
    if begin is _waits:
        person.says(PRIVATE_SCAM)  # the next one, without asking for it
        assert "chưa chắc" in "\n".join(one.text for one in person.says(PLAIN))
    assert world.base.database.read(_asked) == before
    [state] = world.base.database.read(_states)
    assert state["data"] in ({}, {"seen": "1"}, {"over": "1"})
    kept = everything_kept(world.base, tmp_path).lower()
    logged = "\n".join(record.getMessage() for record in caplog.records).lower()
    assert len(kept) > 5_000
    assert len(logged) > 10_000
    for needle in NEEDLES:
        assert needle.encode() not in kept
        assert needle not in logged
        assert all(needle not in message.text.lower() for message in person.heard)


def _asked(unit: Unit) -> list[object]:
    """What is counted and kept of questions."""
    tables = [table for table in metadata.sorted_tables if "question" in table.name]
    assert tables
    return [tuple(row) for table in tables for row in unit.connection.execute(select(table))]


def _states(unit: Unit) -> list[dict[str, object]]:
    found = unit.connection.execute(select(conversations.c.state)).scalars()
    return [json.loads(one) for one in found]
