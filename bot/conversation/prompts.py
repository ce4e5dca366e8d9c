"""Words that come between without taking away what was asked: the open prompt stays open under them."""

from __future__ import annotations

from bot.conversation.turn import HOME, OVER, Option, Reply, Say, Turn
from bot.core.messages import Media


def keep_prompt(turn: Turn, text: str, media: Media | None = None) -> Reply:
    """The words, below them the same choices as before; what was waited for is still waited for."""
    state = turn.state
    options = tuple(Option(choice.label, choice.action) for choice in state.choices if choice.n)
    zero = next((Option(c.label, c.action) for c in state.choices if c.n == 0), None)
    say = Say(text, options, home=zero is None, zero=zero, media=media)
    here = "" if OVER in state.data else state.view
    return Reply((say,), here=here, at=state.at, data=state.data, misses=state.misses)


def keep_waiting(turn: Turn, message: Say, outcome: str) -> Reply:
    """A message with choices of its own; what was waited for is still waited for."""
    state = turn.state
    return Reply((message,), at=state.at, data=state.data, misses=state.misses, outcome=outcome)


def way_back(turn: Turn) -> tuple[Option, ...]:
    """Back to what was on the screen; nothing more than digit 0 when that was home."""
    present = turn.state.present
    return () if present == HOME else (turn.option("option.present", present),)
