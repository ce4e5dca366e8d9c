"""Joining a team or the office by a code, and the name that others see."""

from __future__ import annotations

from bot.conversation.members import is_member, not_for_you
from bot.conversation.turn import HOME, Reply, Say, Turn, reply
from bot.core.errors import RuleError
from bot.core.messages import Kind
from bot.core.text import fold
from bot.core.vocabulary import Role
from bot.services import teams

MOST_TRIES = 5
JOIN_WORDS = ("vao to", "vo to", "tham gia", "ma moi", "start j")
AT_NAME = "team.name"


def written_code(turn: Turn) -> str | None:
    """An invitation code typed as a whole message, after “vào tổ”, or carried by a deep link.

    Empty for what was meant as a code and cannot be one; None for anything else.
    """
    text = turn.inbound.text
    if turn.inbound.kind is Kind.START:
        is_code = text.startswith(teams.DEEP_LINK_PREFIX)
        return teams.read_code(text.removeprefix(teams.DEEP_LINK_PREFIX)) if is_code else None
    if turn.inbound.kind is not Kind.TEXT or turn.action is not None:
        return None
    said = fold(text)
    for word in JOIN_WORDS:
        if said.startswith(f"{word} "):
            rest = said.removeprefix(word)
            return teams.read_code(rest) or ("" if teams.looks_like_code(rest) else None)
    code = teams.read_code(text)
    has_digit_and_letter = code and not code.isdecimal() and not code.isalpha()
    return code if has_digit_and_letter or (code and "-" in text) else None


def join(turn: Turn) -> Reply:
    """Spend the code; wrong ones are counted, and after five the person is told whom to ask."""
    person = turn.option("option.person", "person")
    tries = int(turn.state.data.get("tries", "0"))
    if tries >= MOST_TRIES:
        text = turn.say("join.too-many")
        return Reply((Say(text, (person,)),), data=turn.state.data, outcome="refused")
    try:
        worker = teams.join(turn.unit, turn.commune, turn.identity, written_code(turn) or "")
    except RuleError as refusal:
        return _refuse_code(turn, refusal.code, tries)
    welcome = turn.say("join.welcome", where=_where(turn, worker.role, worker.team))
    if worker.role.in_team:
        welcome = f"{welcome} {turn.say('join.can-log')}"
    if worker.name:
        return Reply((Say(f"{worker.name}: {welcome}"),), here=HOME, outcome="joined")
    later = turn.option("option.later", HOME)
    ask = Say(f"{welcome}\n{turn.say('join.ask-name')}", zero=later)
    return Reply((ask,), here=HOME, at=AT_NAME, outcome="joined")


def _refuse_code(turn: Turn, why: str, tries: int) -> Reply:
    """Why the code did not work; who is in already hears that, whatever became of the code."""
    if turn.worker is not None:
        where = _where(turn, turn.worker.role, turn.worker.team)
        return reply(turn.say("join.already", where=where))
    person = turn.option("option.person", "person")
    data = {"tries": str(tries + 1)}
    return Reply((Say(turn.say(why), (person,)),), data=data, outcome="refused")


def _where(turn: Turn, role: Role, team: str | None) -> str:
    """What somebody belongs to, as a sentence says it."""
    return turn.say("role.in-team", team=team) if team else turn.say(f"role.{role}")


def ask_code(turn: Turn) -> Reply:
    """“vào tổ” without a code: how to write it."""
    return reply(turn.say("join.how"), turn.option("option.person", "person"))


def ask_name(turn: Turn) -> Reply:
    """The name is typed again."""
    if turn.worker is None:
        return not_for_you(turn)
    later = turn.option("option.later", HOME)
    return Reply((Say(turn.say("join.ask-name"), zero=later),), at=AT_NAME)


def take_name(turn: Turn) -> Reply:
    """The name that the team will see."""
    if turn.worker is None:
        return not_for_you(turn)
    if not any(letter.isalpha() for letter in turn.inbound.text):
        return ask_name(turn)
    name = teams.rename(turn.unit, turn.commune, turn.worker, turn.inbound.text)
    options = [turn.option("option.change-name", "name")]
    if is_member(turn):
        options.insert(0, turn.option("option.log", "log"))
    return reply(turn.say("join.named", name=name), *options, here=HOME)
