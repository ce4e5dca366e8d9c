"""What a guide says of its needs, fee, time, place, sources: the parts that can be asked for by name."""

from __future__ import annotations

from bot.conversation.turn import Turn
from bot.library import Confidence, Guide
from bot.locale import show_date

MOST_SOURCES = 3
LONGEST = 500


def say_part(turn: Turn, guide: Guide, part: str) -> str:
    """One part as it is said; a part that the guide does not have says who knows."""
    fill = turn.texts.fill
    if part == "needs":
        return _needs(turn, guide)
    if part == "sources":
        return _sources(turn, guide)
    if part == "fee" and guide.fee:
        return turn.say("guide.fee", fee=fill(guide.fee.text), day=show_date(guide.fee.as_of))
    known = {"fee": None, "time": guide.time, "place": guide.place, "who": guide.who}
    known |= {"no-smartphone": guide.no_smartphone}
    text = known.get(part, guide.counter)
    return fill(text) if text else turn.say("guide.part-unknown")


def _needs(turn: Turn, guide: Guide) -> str:
    """What to have at hand, with the fee, and the time where there is room for it."""
    if guide.needs:
        needs = (f"• {turn.texts.fill(need)}" for need in guide.needs)
        lines = [turn.say("guide.needs"), *needs]
    else:
        lines = [turn.say("guide.needs-nothing")]
    if guide.fee:
        lines.append(say_part(turn, guide, "fee"))
    text = "\n".join(lines)
    if guide.time is None:
        return text
    with_time = f"{text}\n{turn.say('guide.time', time=turn.texts.fill(guide.time))}"
    return with_time if len(with_time) <= LONGEST else text


def _sources(turn: Turn, guide: Guide) -> str:
    """Where it stands, the surest and newest first, and when somebody looked at the guide last."""
    reviewed = turn.say("guide.sources", day=show_date(guide.reviewed_on))
    ordered = sorted(
        guide.sources, key=lambda one: (one.confidence != Confidence.SURE, -one.date.toordinal())
    )
    lines = [f"• {one.title} ({show_date(one.date)})" for one in ordered[:MOST_SOURCES]]
    return "\n".join([reviewed, *lines])
