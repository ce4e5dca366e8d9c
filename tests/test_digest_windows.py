"""With Zalo's window shut the digest neither goes nor is set aside: it waits, and words bring it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from bot.app.installation import Installation
from bot.core.vocabulary import DigestState, Role
from storage import digests, notices
from tests.clock import FixedClock
from tests.story_roads import SavingRoad

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def road(base: Installation, clock: FixedClock) -> Iterator[SavingRoad]:
    with closing(SavingRoad(base, "ho-nai", clock)) as opened:
        yield opened


def test_every_window_is_shut_and_the_digest_is_had_all_the_same(
    road: SavingRoad, clock: FixedClock
) -> None:
    base, commune = road.base, road.commune
    binh, ba, hanh = road.person("anh Bình"), road.person("chú Ba"), road.member()
    binh.says(f"vào tổ {road.invite(Role.OFFICER, None)}")
    ba.says(f"vào tổ {road.invite(Role.TEAM_LEADER, 'KP 3')}")
    hanh.says("ghi 3 người vneid")
    hanh.says("1")
    clock.passes(days=4, hours=22, minutes=30)  # Monday, half past seven
    road.does_by_the_clock()
    assert [one.text for person in (binh, ba, hanh) for one in person.looks()] == []
    assert base.database.read(notices.count_set_aside, commune.id) == 0
    made = base.database.read(digests.list_since, commune.id, "2026-W47")
    assert [(one.team, one.state) for one in made] == [
        (None, DigestState.WAITING),
        ("KP 3", DigestState.WAITING),
    ]
    assert "3 lượt giúp" in made[0].lines[0]
    assert "Tuần 47 (16/11–22/11): 3 lượt giúp" in "".join(
        one.text for one in binh.says("tuan roi")
    )
    assert "Tổ giúp 3 lượt" in "".join(one.text for one in ba.says("báo cáo tuần"))
    road.does_by_the_clock()  # who has read it is not sent it again
    assert [one.text for person in (binh, ba) for one in person.looks()] == []
    made = base.database.read(digests.list_since, commune.id, "2026-W47")
    assert [one.state for one in made] == [DigestState.SENT, DigestState.SENT]


def test_a_digest_that_waits_goes_when_its_reader_writes_again(
    road: SavingRoad, clock: FixedClock
) -> None:
    base, commune = road.base, road.commune
    binh, hanh = road.person("anh Bình"), road.member()
    binh.says(f"vào tổ {road.invite(Role.OFFICER, None)}")
    hanh.says("ghi 3 người vneid")
    hanh.says("1")
    clock.passes(days=4, hours=22, minutes=30)  # Monday, half past seven
    road.does_by_the_clock()
    assert binh.looks() == []
    clock.passes(hours=15)
    binh.says("chào")
    road.does_by_the_clock()
    assert binh.looks() == []  # half past ten in the evening
    clock.passes(hours=10)
    road.does_by_the_clock()
    (told,) = [one.text for one in binh.looks()]
    assert "3 lượt giúp" in told
    road.does_by_the_clock()
    assert binh.looks() == []
    made = base.database.read(digests.list_since, commune.id, "2026-W47")
    assert [(one.state, one.road) for one in made] == [(DigestState.SENT, "zalo_oa")]
