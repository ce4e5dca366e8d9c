"""What conversations about requests for help share: the ground they stand on, numbers, the guide at hand."""

from __future__ import annotations

from bot.conversation.router import WRONG_DIGIT
from bot.conversation.turn import IN_GUIDE, IN_STEPS, Action, Turn
from bot.core.messages import Kind
from bot.services.request_words import Ground
from bot.services.requests import About, Asker
from bot.services.scam_check import find_signs, is_pasted

LONGEST_NUMBER = 9
SOFT = frozenset({"thanks", "hello", "about", "resume", "again", "which", WRONG_DIGIT})
"""Commands that are also what one says to a neighbour: “dạ”, “a lô”, “3”."""
ENOUGH = frozenset({"xong", "xong roi", "het roi", "thoi", "thoi nhan"})
"""What ends the words that go to and fro."""
HELPERS_SAY = frozenset({"cai-app"})
"""Signs in what a neighbour may well say: “cô tải app VNeID nha”."""


def ground_of(turn: Turn) -> Ground:
    """The commune of a turn, as the services of requests need it."""
    return Ground(turn.unit, turn.commune, turn.plan, turn.texts, turn.library, turn.key)


def asker_of(turn: Turn) -> Asker:
    """Whose chat this is, and on which account."""
    address = turn.inbound.address
    return Asker(turn.identity, address.channel, address.account)


def number_in(text: str) -> int | None:
    """The number of a request as our own buttons and words carry it; None for anything else."""
    is_one = text.isascii() and text.isdecimal() and len(text) <= LONGEST_NUMBER
    return int(text) if is_one else None


def about_of(turn: Turn) -> About:
    """The guide that was read since the person was last at home, and its step, as far as there is one."""
    for view in reversed(turn.state.trail):
        action = Action.parse(view)
        guide = turn.library.guides.get((*action.args, "")[0]) if action.verb in IN_GUIDE else None
        if guide is None:
            continue
        step = (*action.args, "", "")[1]
        if action.verb in IN_STEPS and guide.step(step) is not None:
            return About(guide.topic, guide.id, step)
        if turn.place is not None and turn.place[0] is guide:
            return About(guide.topic, guide.id, Action.parse(turn.state.bookmark).args[1])
        return About(guide.topic, guide.id)
    return About()


def is_said(turn: Turn) -> bool:
    """True for words that may be meant for a person: no button, no command that leads elsewhere."""
    inbound, action = turn.inbound, turn.action
    is_words = inbound.kind is Kind.TEXT and not inbound.redacted and bool(inbound.text.strip())
    return is_words and (action is None or action.verb in SOFT)


def has_strange_link(turn: Turn) -> bool:
    """True for words with a link that is not official: it is passed on to nobody."""
    library, text = turn.library, turn.inbound.text
    is_changed = library.domains.without_foreign(text, "") != text
    return is_changed or is_pasted(text, library.domains)


def sounds_like_scam(turn: Turn) -> bool:
    """True for words that ask for what nobody of a team ever asks for: codes, passwords, money."""
    found = find_signs(turn.inbound.text, turn.library.scams, turn.library.domains)
    return any(sign.id not in HELPERS_SAY for sign in found.signs)
