"""“nối máy”: one person in two chats, by a code; and how to undo it."""

from __future__ import annotations

from dataclasses import replace

from bot.conversation.prompts import keep_waiting, way_back
from bot.conversation.turn import HOME, Reply, Say, State, Turn, reply
from bot.core.errors import RuleError
from bot.core.messages import Kind
from bot.core.vocabulary import Use
from bot.services import consents, people
from bot.services.consents import Proof

LATER = "later"


def explain(turn: Turn) -> Reply:
    """What is kept and what is not, before anything is."""
    choices = (turn.option("option.agree", "linkok"), turn.option("option.disagree", HOME))
    if turn.worker:
        return reply(turn.say("link.ask-worker"), *choices, here="link")
    return reply(_asked(turn), *choices, here="link")


def _asked(turn: Turn) -> str:
    """What a resident agrees to."""
    name = turn.say(f"kind.{turn.commune.kind}", name=turn.commune.name)
    return turn.say("consent.link", commune=name)


def give_code(turn: Turn) -> Reply:
    """The code alone in a message, so that it can be passed on as it stands; below it how."""
    if turn.worker is None:
        subject = consents.of_chat(turn.unit, turn.commune.id, turn.identity)
        proof = Proof(_asked(turn), turn.inbound.address.channel)
        consents.give(turn.unit, turn.commune.id, subject, Use.LINK, proof)
    code = people.new_code(turn.unit, turn.commune, turn.identity, turn.key)
    shown = Say(people.show_code(code), home=False)
    return Reply((shown, Say(turn.say("link.code"), (turn.option("option.new-code", "linkok"),))))


def written_code(turn: Turn) -> str | None:
    """A code typed as a whole message; empty for what was meant as one, None for anything else."""
    is_words = turn.inbound.kind is Kind.TEXT and turn.action is None
    return people.read_code(turn.inbound.text) if is_words else None


def join(turn: Turn) -> Reply:
    """Both chats are one person; the place in a guide comes along where there was none."""
    code = written_code(turn) or ""
    try:
        linked = people.link(turn.unit, turn.commune, turn.identity, turn.worker, code)
    except RuleError as refusal:
        options = (turn.option("option.link-anew", "link"), turn.option("option.person", "person"))
        return keep_waiting(turn, Say(turn.say(refusal.code), options), "refused")
    people.tell_other(turn.unit, linked, turn.say("link.told"))
    text = turn.say("link.joined")
    there = replace(turn, state=replace(turn.state, bookmark=_bookmark(linked.state)))
    if turn.place is not None or there.place is None:
        return keep_waiting(turn, Say(text, way_back(turn)), "joined")
    guide, way, index = there.place
    total = len(way.steps)
    along = turn.say("link.place", title=guide.title, number=index + 1, total=total)
    go_on = turn.option("option.go-on", there.state.bookmark)
    said = Say(f"{text}\n{along}", (go_on,))
    return Reply((said,), bookmark=there.state.bookmark, outcome="joined")


def _bookmark(stored: str) -> str:
    """The place in a guide that another chat has; nothing where its state cannot be read any more."""
    try:
        return State.from_json(stored).bookmark
    except (ValueError, TypeError):
        return ""


def ask_unlink(turn: Turn) -> Reply:
    """What undoing changes, before it is done."""
    if not people.is_linked(turn.unit, turn.commune, turn.identity, turn.worker):
        return _alone(turn)
    own = turn.option("option.unlink", "unlinkok")
    if turn.worker is None:
        return reply(turn.say("unlink.ask"), own, here="unlink")
    later = (turn.option("option.unlink-later", f"unlinkok:{LATER}"),)
    is_first = people.has_later_chat(turn.unit, turn.commune, turn.identity, turn.worker)
    said = turn.say("unlink.ask-worker")
    return reply(said, own, *(later if is_first else ()), here="unlink")


def unlink(turn: Turn) -> Reply:
    """This chat stands alone again; or, for somebody of a team, the chats that were joined to it later go."""
    chat = (turn.unit, turn.commune, turn.identity)
    if turn.args[:1] == (LATER,) and turn.worker is not None:
        if not people.unlink_later(*chat, turn.worker):
            return _alone(turn)
        return reply(turn.say("unlink.done-later"))
    if not people.unlink(*chat, turn.worker):
        return _alone(turn)
    return reply(turn.say("unlink.done"), turn.option("option.link-anew", "link"))


def _alone(turn: Turn) -> Reply:
    return reply(turn.say("unlink.alone"), turn.option("option.link", "link"))
