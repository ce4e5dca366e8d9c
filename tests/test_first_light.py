"""The whole road once: a resident is helped, a volunteer logs it, the office reads it."""

from __future__ import annotations

from tests.world import World


def test_a_resident_is_helped_a_volunteer_logs_it_and_the_office_reads_it(world: World) -> None:
    resident = world.person("bà Tư")
    resident.says("quen mat khau vneid")
    resident.says("1")
    assert "Bước 1/8" in resident.last

    member = world.member("chị Hạnh", "KP 3")
    for digits in ("1111", "1211"):  # after the first one “như lần trước” stands before the topics
        member.says("menu")
        for digit in digits:
            member.says(digit)
    assert "Đã ghi: 1 lượt" in member.last
    assert world.report("week:2026-W47")["help"]["visits"] == 2

    member.presses("Hủy phiếu này")
    assert world.report("week:2026-W47")["help"]["visits"] == 1
