"""A month of a leader of a team in Hố Nai by the clock: nothing comes at night, nothing comes twice."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta

import pytest

from bot.app.installation import Installation
from bot.core.periods import ZONE
from bot.core.vocabulary import Role
from tests.clock import FixedClock
from tests.world import Person, World

OPENED, LAST_DAY = "tới lúc gửi báo cáo", "nhắc tổ trưởng"
Heard = list[tuple[datetime, str]]


@pytest.fixture
def world(base: Installation) -> Iterator[World]:
    with closing(World(base)) as made:
        yield made


@pytest.fixture
def leader(world: World) -> Person:
    """Somebody who leads KP 3."""
    person = world.person("anh Ba")
    person.says(f"vào tổ {world.invite(Role.TEAM_LEADER)}")
    person.says("anh Ba")
    return person


def goes_by(world: World, clock: FixedClock, leader: Person, days: int) -> Heard:
    """Look every hour and a half; gives what came, and when."""
    heard: Heard = []
    end = clock.now + timedelta(days=days)
    while clock.now < end:
        clock.passes(minutes=90)
        world.does_by_the_clock()
        at = clock.now.astimezone(ZONE)
        heard += [(at, message.text) for message in leader.looks()]
    return heard


def of(heard: Heard, words: str) -> list[str]:
    return [f"{at:%d/%m}" for at, text in heard if words in text]


def test_a_month_by_the_clock_tells_a_leader_nothing_twice_and_nothing_at_night(
    world: World, leader: Person, clock: FixedClock
) -> None:
    heard = goes_by(world, clock, leader, 32)  # 18 November to 20 December
    texts = [text for _, text in heard]
    assert len(texts) == len(set(texts))
    assert all(7 <= at.hour < 20 for at, _ in heard)
    assert of(heard, OPENED) == ["01/12"]
    ahead, last_day = [text for text in texts if LAST_DAY in text]
    assert "báo cáo năm 2026" in ahead  # the month was told of when it was opened
    assert "tháng 11/2026" not in ahead
    assert "báo cáo tháng 11/2026, năm 2026" in last_day
    assert of(heard, LAST_DAY) == ["01/12", "04/12"]


def test_who_has_sent_hears_no_more_of_that_month(
    world: World, leader: Person, clock: FixedClock
) -> None:
    goes_by(world, clock, leader, 14)
    leader.says("báo cáo tháng")
    leader.says("3")
    assert "đã gửi báo cáo tháng 11/2026" in leader.last
    heard = goes_by(world, clock, leader, 6)
    assert not any("tháng 11/2026" in text for _, text in heard if LAST_DAY in text)
    assert len(of(heard, LAST_DAY)) == 1  # the year
