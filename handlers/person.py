"""A human: whom to call and where to go, from any state."""

from __future__ import annotations

from bot.conversation.turn import Reply, Turn, reply
from bot.services import duty, questions


def offer(turn: Turn) -> Reply:
    """The ward's own number where the plan file has one; otherwise the city's line, which is sure."""
    questions.tally_hand_over(turn.unit, turn.commune.id)
    office = turn.plan.office
    name = turn.say(f"kind.{turn.commune.kind}", name=turn.commune.name)
    if office.phone:
        hours = office.hours or turn.say("person.hours")
        values = {"commune": name, "office": office.name, "phone": office.phone, "hours": hours}
        text = turn.say("person.phone", **values)
    else:
        text = turn.say("person.visit", commune=name)
    options = [turn.option("option.tricked", f"guide:{turn.library.menu.urgent}")]
    if duty.homes(turn.unit, turn.commune):
        options.insert(0, turn.option("option.ask-team", "ask"))
    if turn.state.bookmark:
        options.insert(0, turn.option("option.go-on", turn.state.bookmark))
    return reply(text, *options, here="person")
