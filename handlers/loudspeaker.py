"""“bản đọc loa”: the guide at hand as a text to be read over the loudspeaker, in pieces and as a page."""

from __future__ import annotations

import re

from bot.conversation.comm_drafts import Draft, Subject
from bot.conversation.members import MemberHandler, Worker, is_member
from bot.conversation.turn import IN_GUIDE, Action, Option, Reply, Say, Turn, reply
from bot.core.messages import Kind
from bot.core.text import fold
from bot.core.vocabulary import CommunicationKind, Topic
from bot.library import Guide
from bot.services import loudspeaker
from bot.services.loudspeaker import Stand, is_read_out
from bot.services.understanding import Decision

LONGEST_PIECE = 300
MOST_OFFERED = 4
_ASKED = re.compile(r"(?:ban doc loa|bai doc loa|loi doc loa)(?: cua| ve)?(?: bai)? (?P<about>.+)")


def show(turn: Turn, worker: Worker) -> Reply:
    """The text of a guide: the one named, else the one at hand, else some to choose from."""
    guide = turn.library.guides.get((*turn.args, "")[0]) or _at_hand(turn)
    if guide is None or not is_read_out(guide):
        return _choose(turn)
    phone = turn.plan.office.phone
    name = turn.say(f"kind.{turn.commune.kind}", name=turn.commune.name)
    script = loudspeaker.write_script(guide, turn.library.spoken, Stand(turn.texts, name, phone))
    head = Say(turn.say("loa.here", title=guide.title, seconds=script.seconds), home=False)
    pieces = loudspeaker.pieces(script.paragraphs, LONGEST_PIECE)
    page = f"{turn.shelf.page(guide).replace('?', '/loa?')}"
    draft = Draft(turn.key, CommunicationKind.BROADCAST, Subject(guide.topic, guide))
    options = (
        turn.option("option.loa-done", f"comd:{draft}"),
        turn.option("option.open-guide", f"guide:{guide.id}"),
    )
    last = Say(turn.say("loa.page", link=page), options)
    middle = (Say(piece, home=False) for piece in pieces)
    return Reply((head, *middle, last), here=f"loa:{guide.id}")


def is_asked(turn: Turn) -> bool:
    """True for “bản đọc loa bài lừa đảo” of a member."""
    is_words = turn.action is None and turn.inbound.kind is Kind.TEXT and not turn.state.at
    return is_words and is_member(turn) and _ASKED.fullmatch(fold(turn.inbound.text)) is not None


def take(turn: Turn, worker: Worker) -> Reply:
    """The guide that the words are about, or those that they may be about."""
    found = _ASKED.fullmatch(fold(turn.inbound.text))
    understood = turn.understanding.understand(found["about"] if found else "")
    guides = [turn.library.guides[one.id] for one in understood.guides]
    guides = [guide for guide in guides if is_read_out(guide)]
    if understood.decision is Decision.ANSWER and guides:
        return show(turn.doing(f"loa:{guides[0].id}"), worker)
    return _choose(turn, guides if understood.decision is Decision.CHOOSE else [])


def _choose(turn: Turn, guides: list[Guide] | None = None) -> Reply:
    """Which guide: those that were meant, else the first of what residents are warned of."""
    if not guides:
        under = turn.library.menu.guides_under(turn.library.guides, Topic.AT)
        guides = [guide for guide in under if is_read_out(guide)]
    options = [Option(guide.title, f"loa:{guide.id}") for guide in guides[:MOST_OFFERED]]
    return reply(turn.say("loa.which"), *options, here="loa")


def _at_hand(turn: Turn) -> Guide | None:
    view = Action.parse(turn.state.view)
    return turn.library.guides.get((*view.args, "")[0]) if view.verb in {*IN_GUIDE, "loa"} else None


ACTIONS: dict[str, MemberHandler] = {"loa": show}
