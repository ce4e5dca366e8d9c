"""The weekly reminder: once, at the chosen hour, where a window is open; and the heads of priority groups."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from bot.app.wiring import build
from bot.core.messages import Outbound
from bot.core.vocabulary import PriorityGroup
from bot.services.reminders import Hour, read_hour, spoken_hour
from storage import audit, head_counts
from storage.database import Unit
from storage.models import outbox
from storage.models_help import head_counts as heads_table
from tests.clock import FixedClock
from tests.world import Person, World

FRIDAY_AT_19 = timedelta(days=2, hours=10)  # from Wednesday 9 o'clock


def due(world: World) -> None:
    """What the clock says is done, as it is every minute."""
    for act in build(world.base, ()).jobs.acts:
        world.base.database.write(act)


def heard(person: Person) -> list[str]:
    return [message.text for message in person.looks()]


def choose(member: Person, said: str = "thứ sáu 19 giờ") -> None:
    member.says("nhắc tôi")
    member.says(said)
    assert "mỗi tuần trợ lý nhắc một lần" in member.last


def test_a_member_is_reminded_once_at_the_hour_of_their_choice(
    world: World, clock: FixedClock
) -> None:
    member, other = world.member(), world.member("anh Bình")
    choose(member)
    due(world)
    assert heard(member) == []
    clock.passes(seconds=FRIDAY_AT_19.total_seconds())
    due(world)
    due(world)
    (text,) = heard(member)
    assert "chưa ghi lượt nào" in text
    assert "thôi nhắc" in text
    assert heard(other) == []
    member.says("ghi 3 người vneid")
    member.presses("Đúng, ghi luôn")
    clock.passes(days=7)
    due(world)
    (text,) = heard(member)
    assert "chưa ghi" in text
    clock.passes(hours=3)
    due(world)
    assert heard(member) == []


def test_who_wants_no_more_is_left_alone(world: World, clock: FixedClock) -> None:
    member = world.member()
    choose(member)
    member.says("thôi nhắc")
    assert "không nhắc nữa" in member.last
    clock.passes(seconds=FRIDAY_AT_19.total_seconds())
    due(world)
    assert heard(member) == []


def test_whoever_said_stop_is_not_written_to(world: World, clock: FixedClock) -> None:
    member = world.member()
    choose(member)
    member.says("dừng")
    clock.passes(seconds=FRIDAY_AT_19.total_seconds())
    due(world)
    assert heard(member) == []


def test_an_hour_that_went_by_this_week_is_not_made_up_for(world: World, clock: FixedClock) -> None:
    member = world.member()
    choose(member, "thứ hai 19 giờ")
    due(world)
    assert heard(member) == []
    choose(member, "thứ tư 8 giờ")
    due(world)
    assert heard(member) == []
    clock.passes(days=7)
    due(world)
    assert len(heard(member)) == 1


def test_a_program_that_was_off_reminds_late_but_not_at_night(
    world: World, clock: FixedClock
) -> None:
    member = world.member()
    choose(member)
    clock.passes(seconds=(FRIDAY_AT_19 + timedelta(hours=7)).total_seconds())
    due(world)
    assert heard(member) == []


def test_where_a_message_would_cost_or_cannot_go_nothing_is_put_out(
    world: World, clock: FixedClock
) -> None:
    member = world.person("chị Hạnh", "zalo_oa")
    member.says(f"vào tổ {world.invite()}")
    member.says("chị Hạnh")
    choose(member)
    clock.passes(seconds=FRIDAY_AT_19.total_seconds())  # 58 hours of silence
    notices = select(outbox.c.id).where(outbox.c.key.startswith("notice:"))

    def count(unit: Unit) -> int:
        return len(unit.connection.execute(notices).all())

    due(world)
    assert world.base.database.read(count) == 0
    clock.passes(days=6)
    member.says("menu")
    clock.passes(days=1)
    due(world)
    assert world.base.database.read(count) == 1


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("thứ sáu 19 giờ", "4-19"),
        ("chủ nhật 7h tối", "6-19"),
        ("thu bay 8h", "5-8"),
        ("thứ 2 20g", "0-20"),
        ("thứ hai 23 giờ", None),
        ("nửa đêm", None),
        ("19 giờ", None),
    ],
)
def test_an_hour_is_read_as_it_is_said(said: str, written: str | None) -> None:
    hour = spoken_hour(said)
    assert (str(hour) if hour else None) == written


def test_what_a_button_carries_is_checked() -> None:
    assert read_hour("4-19") == Hour(4, 19)
    assert [read_hour(one) for one in ("7-19", "4-3", "4-22", "x", "", "4-٣")] == [None] * 6


def told(world: World) -> dict[PriorityGroup, int]:
    weeks = (date(2026, 11, 16), date(2026, 11, 23))
    return world.base.database.read(head_counts.sums, world.commune.id, weeks)


def tell(member: Person, group: str, count: str) -> list[Outbound]:
    member.says("nhóm ưu tiên")
    member.says(group)
    return member.says(count)


def test_heads_are_told_by_week_and_group_and_told_again_replaced(world: World) -> None:
    member, other = world.member(), world.member("anh Bình", "KP 5")
    tell(member, "1", "3 người")
    tell(member, "1", "5 người")
    tell(member, "3", "hai")
    tell(other, "1", "4 người")
    assert told(world) == {PriorityGroup.FROM_60: 9, PriorityGroup.POOR: 2}

    def rows(unit: Unit) -> int:
        return len(unit.connection.execute(select(heads_table.c.id)).all())

    assert world.base.database.read(rows) == 4  # the first one is kept, taken out
    acts = world.base.database.read(audit.list_acts, world.commune.id)
    assert [line.act.action for line in acts].count("tell-heads") == 4


def test_none_is_a_number_and_too_many_is_none(world: World) -> None:
    member = world.member()
    tell(member, "2", "0 người")
    assert told(world) == {PriorityGroup.DISABLED: 0}
    messages = tell(member, "4", "900")
    assert "từ 0 đến 500" in messages[0].text
    member.says("12")
    assert told(world)[PriorityGroup.MINORITY] == 12


def test_a_new_week_begins_with_nothing(world: World, clock: FixedClock) -> None:
    member = world.member()
    tell(member, "1", "3 người")
    clock.passes(days=7)
    member.says("nhóm ưu tiên")
    assert next(choice.label for choice in member.prompt) == "Từ 60 tuổi"
