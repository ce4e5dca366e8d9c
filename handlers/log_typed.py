"""One line typed anywhere, “giup ba Hai cai vneid tai nha”: read back as a draft; names in it are dropped."""

from __future__ import annotations

from dataclasses import replace

from bot.conversation.drafts import Draft
from bot.conversation.log_cards import ask_count_of, gone, read_back
from bot.conversation.members import Worker, is_member
from bot.conversation.turn import Reply, Turn
from bot.core.messages import Kind
from bot.core.vocabulary import Topic
from bot.services import help_log
from bot.services.shorthand import Told, read_line
from bot.services.understanding import Decision

ELSEWHERE = ("scam", "duty", "newcomer", "request")
"""Beginnings of the states in which other words are waited for."""


def is_log(turn: Turn) -> bool:
    """True for a line of a member that tells of a help; a question stays a question."""
    is_words = turn.action is None and turn.inbound.kind is Kind.TEXT
    waits = turn.state.at.startswith(ELSEWHERE)
    return is_words and not waits and is_member(turn) and _told(turn) is not None


def take(turn: Turn, worker: Worker) -> Reply:
    """What was understood, read back; what is missing or cannot be is asked for alone."""
    told = _told(turn)
    if told is None:
        return gone(turn)
    most = help_log.MOST_VISITS
    fits = 1 <= told.done.visits <= most and (told.done.files or 0) <= help_log.MOST_FILES
    done = told.done if fits else replace(told.done, visits=1, files=None)
    draft = Draft(done, turn.key, lacks_topic=not told.has_topic)
    if not fits:
        return ask_count_of(turn, draft, turn.say("log.count-wrong", most=most))
    return read_back(turn, draft, turn.say("log.understood"))


def _told(turn: Turn) -> Told | None:
    return read_line(
        turn.inbound.text, turn.library.shorthand, turn.today, lambda t: _topic(turn, t)
    )


def _topic(turn: Turn, text: str) -> Topic | None:
    """What other words are about, where one guide surely answers them."""
    understood = turn.understanding.understand(text)
    if understood.decision is not Decision.ANSWER:
        return None
    return turn.library.guides[understood.guides[0].id].topic
