"""Who may use the team's corner: a handler for members is given the member, anybody else a kind word."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bot.conversation.router import Handler
from bot.conversation.turn import Reply, Say, Turn
from bot.core.messages import Kind
from bot.core.text import spoken_number
from bot.core.vocabulary import Role
from storage.mailbox import Worker as Worker  # handlers take it from here

MemberHandler = Callable[[Turn, Worker], Reply]
LONGEST_NUMBER = 18  # digits: any whole number that fits is a valid key on both engines


def for_members(handler: MemberHandler) -> Handler:
    """The handler for somebody of a team; anybody else is refused."""

    def answer(turn: Turn) -> Reply:
        worker = turn.worker
        if worker is None or worker.team_id is None:
            return not_for_you(turn)
        return handler(turn, worker)

    return answer


def for_leaders(handler: MemberHandler) -> Handler:
    """The handler for the leader of a team; a member hears that it is the leader's."""

    def answer(turn: Turn, worker: Worker) -> Reply:
        if worker.role is not Role.TEAM_LEADER:
            mine = turn.option("option.mine", "mine")
            return Reply((Say(turn.say("team.leader-only"), (mine,)),), outcome="refused")
        return handler(turn, worker)

    return for_members(answer)


def is_member(turn: Turn) -> bool:
    """True for somebody of a team."""
    return turn.worker is not None and turn.worker.team_id is not None


def not_for_you(turn: Turn) -> Reply:
    """Somebody outside a team pressed a button of the team."""
    person = turn.option("option.person", "person")
    return Reply((Say(turn.say("team.not-for-you"), (person,)),), outcome="refused")


def is_words_at(turn: Turn, at: str) -> bool:
    """True for words typed while that is waited for."""
    return turn.state.at == at and turn.action is None and turn.inbound.kind is Kind.TEXT


def written_count(text: str, heads: Sequence[str], nouns: Sequence[str]) -> int | None:
    """How many a message says, read past the words before (“khoảng”) and after (“người”); None for no number.

    ``heads`` and ``nouns`` are lower-case and taken off in their order, each once.
    """
    said = text.lower().strip(" .,!")
    for head in heads:
        said = said.removeprefix(f"{head} ")
    for noun in nouns:
        said = said.removesuffix(noun).strip()
    return int(said) if is_number(said) else spoken_number(said)


def is_number(text: str) -> bool:
    """True for what our own buttons carry: digits, and no more than a database key has."""
    return text.isascii() and text.isdecimal() and len(text) <= LONGEST_NUMBER
