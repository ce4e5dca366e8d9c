"""A help of another day: yesterday, the day before, or a day that is typed, up to 31 days back."""

from __future__ import annotations

from bot.conversation.drafts import describe, read_draft
from bot.conversation.log_cards import AT_DAY, ask_day_of, gone, read_back, why_not_that_day
from bot.conversation.members import MemberHandler, Worker, is_words_at
from bot.conversation.turn import Reply, Turn
from bot.core.spoken_days import find_day
from bot.services.understanding import Decision


def ask(turn: Turn, worker: Worker) -> Reply:
    """Which day it was."""
    draft = read_draft(turn.args)
    if draft is None:
        return gone(turn)
    return ask_day_of(turn, draft, turn.say("log.ask-day", what=describe(turn, draft.done)))


def is_day(turn: Turn) -> bool:
    """True for words typed while a day is waited for, unless they surely ask something else."""
    if not is_words_at(turn, AT_DAY):
        return False
    if find_day(turn.inbound.text, turn.today).is_said:
        return True
    return turn.understanding.understand(turn.inbound.text).decision is not Decision.ANSWER


def take(turn: Turn, worker: Worker) -> Reply:
    """The typed day; one that is too old or still to come is refused with the reason."""
    draft = read_draft(turn.state.data.get("draft", "").split(":"))
    if draft is None:
        return gone(turn)
    day = find_day(turn.inbound.text, turn.today).day
    misses = turn.state.misses + 1
    if day is None:
        sentence = "log.day-unclear" if misses % 2 else "log.day-still-unclear"
        return ask_day_of(turn, draft, turn.say(sentence), misses)
    if refusal := why_not_that_day(turn, day):
        return ask_day_of(turn, draft, refusal, misses)
    return read_back(turn, draft.having(occurred_on=day))


ACTIONS: dict[str, MemberHandler] = {"logday": ask}
