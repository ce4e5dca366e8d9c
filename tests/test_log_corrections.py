"""Mending what was written: by whom, with which reason, and what is left of the reading before."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from bot.core.vocabulary import Role
from storage import help_entries
from storage.database import Unit
from storage.models_help import help_entries as table
from tests.clock import FixedClock
from tests.world import Person, World

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

SAVE = "Đúng, ghi luôn"
WEEK = "week:2026-W47"


def log(member: Person, line: str = "ghi 3 người vneid") -> int:
    """An entry; gives its id."""
    member.says(line)
    member.presses(SAVE)
    return int(next(c.action for c in member.prompt if c.label == "Sửa phiếu").split(":")[1])


def leader(world: World, team: str = "KP 3") -> Person:
    person = world.person(f"tổ trưởng {team}")
    person.says(f"vào tổ {world.invite(Role.TEAM_LEADER, team)}")
    person.says("chú Ba")
    return person


def visits(world: World) -> object:
    found = world.report(WEEK)["help"]
    assert isinstance(found, dict)
    return found["visits"]


def revisions(world: World, number: int) -> list[Any]:
    found = world.base.database.read(help_entries.list_revisions, world.commune.id, number)
    return [(one.change, one.reason, one.content["visits"]) for one in found]


def mend(member: Person, number: int, *labels: str) -> None:
    member.sends_action(f"logfx:{number}")
    for label in labels:
        member.presses(label)


def test_a_number_is_mended_with_a_reason_and_the_reading_before_stays(world: World) -> None:
    member = world.member()
    number = log(member)
    mend(member, number, "Sai số người", "2 người", "Bấm nhầm")
    assert "Đã sửa phiếu" in member.last
    assert visits(world) == 2
    assert revisions(world, number) == [("create", None, 3), ("correct", "Bấm nhầm", 2)]


def test_typed_numbers_and_days_are_taken_and_those_that_cannot_be_are_not(world: World) -> None:
    member = world.member()
    number = log(member)
    mend(member, number, "Sai số người")
    member.says("7 người")
    member.presses("Thiếu hoặc dư người")
    assert visits(world) == 7
    mend(member, number, "Sai số người")
    member.says("70")
    assert "không được" in member.last
    mend(member, number, "Sai ngày")
    member.says("1/9")
    assert "không được" in member.last
    mend(member, number, "Sai ngày")
    member.says("thứ hai")
    member.presses("Bấm nhầm")
    assert "16/11/2026" in member.last
    assert [change for change, _, _ in revisions(world, number)] == ["create"] + ["correct"] * 2


def test_a_typed_reason_is_masked_and_needs_some_letters(world: World) -> None:
    member = world.member()
    number = log(member)
    mend(member, number, "Kết quả đã khác", "Xong", "Lý do khác")
    member.says("12")
    assert "ngắn quá" in member.last
    member.says("bữa sau làm xong, gọi 0912345678")
    (_, correct) = revisions(world, number)
    assert correct[1] == "bữa sau làm xong, gọi [số điện thoại]"
    assert "0912345678" not in member.state.to_json()


def test_a_button_of_an_earlier_reading_changes_nothing(world: World) -> None:
    member = world.member()
    number = log(member)
    mend(member, number, "Sai số người", "2 người")
    stale = next(c.action for c in member.prompt if c.label == "Bấm nhầm")
    member.sends_action(stale)
    mend(member, number, "Sai số người", "4 người", "Bấm nhầm")
    member.sends_action(stale)
    assert "nút cũ không dùng nữa" in member.last
    assert visits(world) == 4
    assert len(revisions(world, number)) == 3


def test_what_reads_so_already_is_not_written_again(world: World) -> None:
    member = world.member()
    number = log(member)
    mend(member, number, "Sai số người", "3 người")
    assert "đúng như vậy rồi" in member.last
    assert len(revisions(world, number)) == 1


def test_an_entry_is_taken_out_alone_for_a_day_and_then_by_the_leader(
    world: World, clock: FixedClock
) -> None:
    member = world.member()
    number = log(member)
    clock.passes(hours=25)
    mend(member, number, "Bỏ phiếu này", "Ghi trùng")
    assert "quá 24 giờ" in member.last
    assert visits(world) == 3
    head = leader(world)
    head.says("phiếu của tổ")
    assert any("chị Hạnh" in choice.label for choice in head.prompt)
    head.says("1")
    head.presses("Bỏ phiếu này")
    head.presses("Ghi trùng")
    assert "Đã hủy phiếu" in head.last
    assert visits(world) == 0
    assert revisions(world, number)[-1][:2] == ("void", "Ghi trùng")
    mend(member, number)
    assert "bỏ rồi" in member.last


def test_nobody_else_sees_or_mends_an_entry(world: World) -> None:
    member = world.member()
    number = log(member)
    others = (world.member("anh Bình"), world.member("cô Lan", "KP 5"), leader(world, "KP 5"))
    stem = f"{number}:1"
    for other in others:
        for action in (
            f"logfx:{number}",
            f"logfxa:{stem}:v",
            f"logfxw:{stem}:v2",
            f"logfxr:{stem}:v2",
            f"logfxk:{stem}:v2:1",
            f"logfxk:{stem}:x:1",
            f"undo:{number}",
        ):
            other.sends_action(action)
            assert "của người khác" in other.last, action
            assert "VNeID" not in other.last
        other.says("sửa phiếu")
        assert "chưa có phiếu" in other.last
    assert revisions(world, number) == [("create", None, 3)]


def test_only_the_leader_sees_the_teams_entries(world: World) -> None:
    member = world.member()
    log(member)
    member.says("phiếu của tổ")
    assert "dành cho tổ trưởng" in member.last
    other = leader(world, "KP 5")
    other.says("phiếu của tổ")
    assert "chưa có phiếu" in other.last
    for stranger in (world.person("bà Tư"), officer(world)):
        for said in ("phiếu của tổ", "sửa phiếu", "như hôm qua", "nhắc tôi", "nhóm ưu tiên"):
            stranger.says(said)
            assert "dành cho Tổ công nghệ số" in stranger.last, said


def officer(world: World) -> Person:
    person = world.person("cô Mai")
    person.says(f"vào tổ {world.invite(Role.OFFICER, None)}")
    person.says("cô Mai")
    return person


def test_older_entries_come_page_by_page(world: World, clock: FixedClock) -> None:
    member = world.member()
    for _ in range(3):
        log(member)
    clock.passes(days=10)
    for _ in range(5):
        log(member)
    member.says("menu")
    member.says("sửa phiếu")
    seen = [c.label for c in member.prompt if c.action.startswith("logfx:")]
    assert len(seen) == 4
    member.presses("Phiếu cũ hơn")
    seen += [c.label for c in member.prompt if c.action.startswith("logfx:")]
    assert len(seen) == len(set(seen)) == 8
    assert [c.label for c in member.prompt][-1] == "Về đầu"


def test_a_draft_is_mended_before_it_is_saved(world: World) -> None:
    member = world.member()
    member.says("giúp bà Hai cài vneid tại nhà")
    member.presses("Sửa")
    member.presses("Sửa việc")
    member.presses("Việc khác")
    member.presses("Học dùng điện thoại")
    member.presses("Sửa")
    member.presses("Sửa số người")
    member.says("12 người")
    assert "12 lượt “Học dùng điện thoại”" in member.last
    assert "Nơi giúp: Tại nhà" in member.last
    member.presses(SAVE)

    def stored(unit: Unit) -> Any:
        columns = (table.c.topic, table.c.visits, table.c.place)
        return unit.connection.execute(select(*columns)).one()

    assert tuple(world.base.database.read(stored)) == ("hoc-so", 12, "tai_nha")
