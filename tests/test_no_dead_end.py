"""From every step of every guide there is a way on, a way back, a way home and a person, on every channel."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import pytest

from bot.conversation.turn import HOME, State
from bot.core.messages import Kind, Outbound
from tests import depth
from tests.channel_harness import HARNESSES, Harness, class_of
from tests.walker import Seen, Walker

EVERY = pytest.mark.parametrize("harness", HARNESSES, ids=lambda harness: harness.name)

A_CHAT = 300
"""So many messages go into one chat of the test's messenger."""

pytestmark = pytest.mark.xdist_group("no-dead-end")


@dataclass(frozen=True)
class Place:
    """A step of a guide as it is shown, and what “Bị kẹt” shows there."""

    action: str
    seen: Seen
    stuck: Seen


@pytest.fixture(scope="module")
def places(walker: Walker) -> list[Place]:
    """Every step of every guide."""
    found = []
    for guide in walker.script.library.guides.values():
        for way in guide.ways:
            for step in way.steps:
                action = f"step:{guide.id}:{step.id}"
                seen = walker.take(State(), action, Kind.ACTION)
                stuck = walker.take(seen.state, f"stuck:{guide.id}:{step.id}", Kind.ACTION)
                found.append(Place(action, seen, stuck))
    return found


def _actions(seen: Seen) -> list[str]:
    return [choice.action for choice in seen.choices]


def test_every_step_leads_on_back_home_and_to_help(walker: Walker, places: list[Place]) -> None:
    steps = sum(len(way.steps) for g in walker.script.library.guides.values() for way in g.ways)
    assert len(places) == steps > 500
    for place in places:
        assert place.seen.state.bookmark == place.action
        assert HOME in _actions(place.seen), place.action
        assert "person" in _actions(place.stuck), place.action
        assert HOME in _actions(place.stuck), place.action
        assert place.action in _actions(place.stuck), place.action
        assert len(place.seen.choices) >= 4, place.action  # done, stuck, back, home


def test_no_choice_at_a_step_leads_to_a_screen_without_choices(
    walker: Walker, places: list[Place]
) -> None:
    for place in places:
        for screen in (place.seen, place.stuck):
            for choice in screen.choices:
                there = walker.take(screen.state, choice.action, Kind.ACTION)
                assert there.outcome in ("answered", "finished"), (place.action, choice)
                assert there.messages, (place.action, choice)
                assert there.choices, (place.action, choice)


def test_done_at_every_step_ends_every_way(walker: Walker) -> None:
    for guide in walker.script.library.guides.values():
        for way in guide.ways:
            seen = walker.take(State(), f"step:{guide.id}:{way.steps[0].id}", Kind.ACTION)
            for _ in way.steps:
                assert seen.labels()[0] == "Xong"
                seen = walker.take(seen.state, "1")
            assert seen.outcome == "finished", guide.id


def _prompts(places: list[Place]) -> list[Outbound]:
    prompts = (screen.messages[-1] for place in places for screen in (place.seen, place.stuck))
    return list(dict.fromkeys(prompts))


@EVERY
def test_every_prompt_at_a_step_reaches_the_person_whole_with_all_its_choices(
    harness: Harness, places: list[Place]
) -> None:
    prompts = depth.PROMPTS.of(_prompts(places), HARNESSES.index(harness))

    async def play(some: list[Outbound]) -> None:
        async with harness.wire() as wire:
            for prompt in some:
                outcome = await wire.channel.send(wire.chat, prompt)
                if class_of(outcome) == "retry":  # a slow machine; the sender would try again, too
                    outcome = await wire.channel.send(wire.chat, prompt)
                assert class_of(outcome) == "delivered"
            shown = wire.shown()
        assert [one.choices for one in shown] == [
            tuple((choice.n, choice.label) for choice in prompt.choices) for prompt in some
        ]
        for prompt, one in zip(some, shown, strict=True):
            assert prompt.text.replace("**", "") in one.text.replace("**", "")

    for start in range(0, len(prompts), A_CHAT):
        asyncio.run(play(prompts[start : start + A_CHAT]))


@EVERY
def test_every_choice_at_a_step_can_be_made_on_the_channel(
    harness: Harness, places: list[Place]
) -> None:
    channel = harness.channel()
    actions = {choice.action for prompt in _prompts(places) for choice in prompt.choices}
    digits = {str(choice.n) for prompt in _prompts(places) for choice in prompt.choices}
    made = [(Kind.TEXT, digit) for digit in sorted(digits)]
    if Kind.ACTION in harness.kinds:
        made += [(Kind.ACTION, action) for action in sorted(actions)]
    for kind, text in made:
        [inbound] = channel.parse(harness.body(kind, text))
        assert (inbound.kind, inbound.text) == (kind, text)
