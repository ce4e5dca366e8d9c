"""Taps that a help costs, from the home menu, the confirming tap included: four or less each way."""

from __future__ import annotations

import pytest

from bot.conversation.log_cards import FIRST_TOPICS, MORE_TOPICS
from bot.core.vocabulary import Topic
from tests.clock import FixedClock
from tests.world import Person, World

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

MOST_TAPS = 4
LOG, SAVE, OTHER = "Ghi việc đã giúp", "Đúng, ghi luôn", "Việc khác"


def taps(world: World, member: Person, *labels: str) -> int:
    """How many taps it took to press these, one after the other, from the home menu."""
    member.says("menu")
    before = member.actions
    for label in labels:
        member.presses(label)
    return member.actions - before


def label(world: World, topic: Topic) -> str:
    return world.base.sentences[f"topic.{topic}"]


@pytest.mark.parametrize("topic", Topic)
def test_one_person_helped_with_anything(world: World, topic: Topic) -> None:
    member = world.member()
    name = label(world, topic)
    way = (name, "1 người") if topic in FIRST_TOPICS else (OTHER, name)
    assert taps(world, member, LOG, *way, SAVE) <= MOST_TAPS
    assert f"Đã ghi: 1 lượt “{name}”" in member.last


@pytest.mark.parametrize("topic", FIRST_TOPICS)
@pytest.mark.parametrize("count", [2, 3, 4])
def test_a_few_people_helped_with_a_frequent_thing(world: World, topic: Topic, count: int) -> None:
    member = world.member()
    name = label(world, topic)
    assert taps(world, member, LOG, name, f"{count} người", SAVE) <= MOST_TAPS
    assert f"Đã ghi: {count} lượt “{name}”" in member.last


def test_whoever_has_logged_before_reaches_every_topic_in_as_many(world: World) -> None:
    member = world.member()
    taps(world, member, LOG, label(world, Topic.VNEID), "1 người", SAVE)
    for topic in (*FIRST_TOPICS[:3], *MORE_TOPICS):
        name = label(world, topic)
        way = (OTHER, name) if topic in MORE_TOPICS else (name, "1 người")
        assert taps(world, member, LOG, *way, SAVE) <= MOST_TAPS
        assert f"Đã ghi: 1 lượt “{name}”" in member.last
    assert {*FIRST_TOPICS[:3], *MORE_TOPICS} == set(Topic)


def test_the_same_as_yesterday_takes_three(world: World, clock: FixedClock) -> None:
    member = world.member()
    taps(world, member, LOG, label(world, Topic.DVC), "3 người", SAVE)
    clock.passes(days=1)
    assert taps(world, member, LOG, "Như hôm qua", SAVE) == 3
    assert "Đã ghi: 3 lượt “Làm giấy tờ trên mạng”, hôm nay 19/11" in member.last
    member.says("menu")
    before = member.actions
    member.says("như hôm qua")
    member.presses(SAVE)
    assert member.actions - before == 2
    clock.passes(days=8)
    taps(world, member, LOG)
    assert not any(choice.action == "loglast" for choice in member.prompt)


def test_a_line_and_one_tap_are_enough(world: World) -> None:
    member = world.member()
    before = member.actions
    member.says("giup ba Hai cai vneid tai nha")
    member.presses(SAVE)
    assert member.actions - before == 2
    assert "Đã ghi: 1 lượt" in member.last
