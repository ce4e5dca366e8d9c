"""A person of the office answers in the messenger's own manager: the bot keeps still until they are done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from bot.conversation.prompts import keep_prompt
from bot.conversation.turn import Action, Reply, Say, Turn
from bot.core.messages import GIVES_BACK

STILL_FOR = timedelta(minutes=30)
AWAY_AFTER = timedelta(minutes=10)
OUTCOME = "staff"


def keep_still(turn: Turn) -> Reply:
    """The office has written: still for half an hour from then, or at an end by “#bot”.

    An older echo shortens nothing.
    """
    until = _moment(turn) + STILL_FOR
    earlier = _until(turn)
    longest = until if earlier is None else max(until, earlier)
    gives_back = turn.inbound.text == GIVES_BACK and longest == until
    kept = "" if gives_back else longest.isoformat()
    return Reply((), is_still=True, staff_until=kept, staff_hinted=False, outcome=OUTCOME)


def is_still(turn: Turn) -> bool:
    """True for whatever was done while somebody of the office answers; they read it themselves."""
    until = _until(turn)
    return until is not None and _moment(turn) < until


def hold(turn: Turn) -> Reply:
    """No answer, and the open prompt stays as it is; who waits long is told once how to call the bot."""
    if turn.state.staff_hinted or not _is_away(turn):
        return Reply((), is_still=True, outcome=OUTCOME)
    name = turn.say(f"kind.{turn.commune.kind}", name=turn.commune.name)
    hint = Say(turn.say("handover.away", commune=name), home=False)
    return Reply((hint,), is_still=True, staff_hinted=True, outcome=OUTCOME)


def note(turn: Turn) -> Reply:
    """Nothing that anybody waits to have answered."""
    return Reply((), is_still=True, outcome="noted")


def wake(turn: Turn) -> Reply:
    """“#bot”: here again, with what was open before."""
    said = replace(keep_prompt(turn, turn.say("handover.awake")), staff_until="")
    return replace(said, quiet=turn.state.quiet)


def is_tricked(turn: Turn) -> bool:
    """True for a command or button that tells of a loss while somebody of the office answers."""
    return is_still(turn) and turn.action == Action("guide", (turn.library.menu.urgent,))


def waking(handler: Callable[[Turn], Reply]) -> Callable[[Turn], Reply]:
    """A handler for what cannot wait: after its answer the bot goes on answering, step by step."""
    return lambda turn: replace(handler(turn), staff_until="")


def _until(turn: Turn) -> datetime | None:
    written = turn.state.staff_until
    return datetime.fromisoformat(written) if written else None


def _is_away(turn: Turn) -> bool:
    until = _until(turn)
    return until is not None and _moment(turn) >= until - STILL_FOR + AWAY_AFTER


def _moment(turn: Turn) -> datetime:
    """When it was done, by the messenger's clock, which may be wrong, but not ahead of ours."""
    return min(turn.inbound.at, turn.unit.now)
