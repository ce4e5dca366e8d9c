"""Who was helped: a number agreed to aloud names one person, whoever types it, and is itself kept nowhere."""

from __future__ import annotations

import hashlib
import logging
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.core.messages import Kind
from bot.core.vocabulary import CommuneId, Role, Use
from bot.services import consents, helped, phones
from bot.services.consents import Proof
from storage import audit, staff
from storage.database import Unit
from storage.mailbox import Worker
from storage.models import conversations, inbox, outbox
from storage.models_help import help_entry_revisions
from storage.models_people import consents as consents_table
from storage.models_people import identities, people
from tests.storage_tools import together
from tests.world import Person, World

PHONE = "0912 345 678"
DIGITS = ("0912345678", "912345678", "0912 345 678", "345 678")
SAVE = "Đúng, ghi luôn"
WEEK = "week:2026-W47"


def up_to_phone(member: Person, line: str = "giúp bà Hai cài vneid") -> None:
    """A draft, the consent read out and agreed to."""
    member.says(line)
    member.presses("Thêm chi tiết")
    member.presses("Xem thêm")
    member.presses("Số điện thoại người được giúp")
    member.presses("Đã được đồng ý trực tiếp")


def figures(world: World) -> tuple[object, object, object]:
    found = world.report(WEEK)["help"]
    assert isinstance(found, dict)
    return found["visits"], found["people"], found["visits_without_person"]


def test_the_same_phone_by_three_helpers_is_one_person_and_three_visits(world: World) -> None:
    for number, written in enumerate((PHONE, "+84 912 345 678", "0912.345.678")):
        member = world.member(f"tổ viên {number}", f"KP {number + 1}")
        up_to_phone(member)
        member.says(written)
        if number:
            member.presses("Cùng người đó")
            assert "có thể đã được ghi" in member.last
            member.presses("Vẫn ghi")
        member.presses(SAVE)
        said = "số người không tăng" if number else "thêm 1 người"
        assert said in member.last
    assert figures(world) == (3, 1, 0)


def test_another_person_of_the_house_is_another_person(world: World) -> None:
    member = world.member()
    up_to_phone(member)
    member.says(PHONE)
    member.presses(SAVE)
    up_to_phone(member)
    member.says(PHONE)
    other = next(c.action for c in member.prompt if c.label == "Người khác trong nhà")
    member.sends_action(other)
    member.presses(SAVE)
    assert figures(world) == (2, 2, 0)
    # The same button again is the same person again.
    member.sends_action(other)
    rows = select(people.c.id)
    found = world.base.database.read(lambda unit: unit.connection.execute(rows).all())
    assert len(found) == 2
    up_to_phone(member)
    member.says(PHONE)
    assert [c.label for c in member.prompt][:3] == [
        "Người thứ 1",
        "Người thứ 2",
        "Người khác trong nhà",
    ]


def test_nothing_is_saved_when_it_was_written_down_today_already_and_one_stops(
    world: World,
) -> None:
    member = world.member()
    up_to_phone(member)
    member.says(PHONE)
    member.presses(SAVE)
    up_to_phone(member)
    member.says(PHONE)
    member.presses("Cùng người đó")
    member.presses("Thôi, không ghi")
    assert figures(world) == (1, 1, 0)


def test_without_a_yes_no_number_is_asked_for(world: World) -> None:
    member = world.member()
    member.says("giúp bà Hai cài vneid")
    member.presses("Thêm chi tiết")
    member.presses("Xem thêm")
    member.presses("Số điện thoại người được giúp")
    assert "**rút đồng ý**" in member.last
    member.presses("Người ta không chịu")
    member.presses(SAVE)
    rows = select(consents_table.c.id)
    assert not world.base.database.read(lambda unit: unit.connection.execute(rows).all())
    assert figures(world) == (1, None, 1)


def test_several_people_have_no_one_number(world: World) -> None:
    member = world.member()
    member.says("giúp 3 người cài vneid")
    member.presses("Thêm chi tiết")
    member.presses("Xem thêm")
    assert "Số điện thoại người được giúp" not in [choice.label for choice in member.prompt]


def test_the_consent_says_what_was_read_out_to_whom_and_by_whom(world: World) -> None:
    member = world.member()
    up_to_phone(member)
    shown = next(m.text for m in reversed(member.heard) if "đếm" in m.text)
    member.says(PHONE)

    def look(unit: Unit) -> consents.Consent | None:
        subject = consents.of_phone(unit, world.commune.id, "+84912345678")
        return consents.find(unit, world.commune.id, subject, Use.COUNT_ONCE)

    given = world.base.database.read(look)
    assert given is not None
    assert given.text_hash == hashlib.sha256(shown.encode()).hexdigest()
    assert (given.way, given.channel) == ("member", "console")
    assert given.member_id is not None
    assert given.person_id is not None
    acts = world.base.database.read(audit.list_acts, world.commune.id, f"consent:{given.id}")
    assert [line.act.action for line in acts] == ["give-consent"]


@pytest.mark.parametrize("wrong", ["0912", "123 456 7890", "0123456789", "000"])
def test_a_wrong_number_is_asked_for_in_other_words(world: World, wrong: str) -> None:
    member = world.member()
    up_to_phone(member)
    first = member.says(wrong)[0].text
    second = member.says(wrong)[0].text
    assert first != second
    member.says(PHONE)
    assert "Đã có mã" in member.last


def test_a_person_forgotten_since_is_left_out_and_said_so(world: World) -> None:
    member = world.member()
    up_to_phone(member)
    member.says(PHONE)
    save = next(c.action for c in member.prompt if c.label == SAVE)
    person = int(save.rpartition("p")[2])
    member.sends_action(save.replace(f"p{person}", f"p{person + 77}"))
    assert "không ghi người" in member.last
    assert figures(world) == (1, None, 1)


def test_the_number_is_in_no_row_no_file_and_no_log(
    world: World, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    member, other = world.member("chị Hạnh"), world.member("anh Bình")
    for who in (member, other):
        up_to_phone(who)
        who.says(PHONE)
        if who is other:
            who.presses("Cùng người đó")
            who.presses("Vẫn ghi")
        who.presses(SAVE)
        who.says("giúp bà Tư 0912345678 cài vneid")
        who.presses(SAVE)
    up_to_phone(member)
    member.sends(Kind.TEXT, "0912345678 nha em")

    def texts(unit: Unit) -> list[str]:
        columns = (
            conversations.c.state,
            help_entry_revisions.c.content,
            inbox.c.outcome,
            outbox.c.key,
        )
        found = [unit.connection.execute(select(one)).scalars() for one in columns]
        return [str(value) for values in found for value in values]

    stored = world.base.database.read(texts)
    assert stored
    heard = [message.text for who in (member, other) for message in who.heard]
    actions = [c.action for who in (member, other) for m in who.heard for c in m.choices]
    for digits in DIGITS:
        assert not [one for one in (*stored, *heard, *actions) if digits in one]
        assert digits not in caplog.text
        for file in (path for path in tmp_path.rglob("*") if path.is_file()):
            assert digits.encode() not in file.read_bytes(), file
    assert any(tmp_path.rglob("*.db-wal")) or "sqlite" not in world.base.settings.database_url


def test_two_who_type_the_same_new_number_at_once_name_one_person(world: World) -> None:
    commune = world.commune.id
    member = world.member()
    worker = _worker(world, member)
    proof = Proof("đọc cho nghe", "console", way="member", member_id=worker.id)

    def name(unit: Unit, commune_id: CommuneId) -> int:
        known = helped.who_is_on(unit, commune_id, "+84912345678")
        if known:
            return known[0].root
        return helped.name(unit, commune_id, worker, ("+84912345678", proof))

    found = together(*[lambda: world.base.database.write(name, commune)] * 8)
    assert len(set(found)) == 1
    rows = select(identities.c.id)
    assert len(world.base.database.read(lambda u: u.connection.execute(rows).all())) == 1
    assert len(world.base.database.read(phones.who_is_on, commune, "+84912345678")) == 1


def _worker(world: World, member: Person) -> Worker:
    def find(unit: Unit) -> tuple[int | None, int | None] | None:
        return staff.find_link(unit, world.commune.id, member.identity)

    link = world.base.database.read(find)
    assert link is not None
    assert link[0] is not None
    return Worker(link[0], "chị Hạnh", Role.MEMBER, 1, "KP 3")
