"""“phiên trực”: a member agrees that residents who wait see the own number, or takes that back."""

from __future__ import annotations

from bot.conversation.helping import asker_of
from bot.conversation.turn import HOME, Reply, Say, Turn, reply
from bot.core.vocabulary import Use
from bot.services import consents, duty, phones

AT_PHONE = "duty.phone"


def show(turn: Turn) -> Reply:
    """What is shown now; without a consent its text comes first."""
    worker = turn.worker
    if worker is None or not worker.role.in_team:
        return _not_for_you(turn)
    phone = duty.own_phone(turn.unit, turn.commune.id, worker)
    if phone is None:
        agree, disagree = ("option.agree", "dutyok"), ("option.disagree", HOME)
        return reply(_consent(turn), turn.option(*agree), turn.option(*disagree), here="duty")
    options = (
        turn.option("option.other-phone", "dutyok"),
        turn.option("option.hide-phone", "dutyoff"),
    )
    return reply(turn.say("on-duty.shown", phone=phones.show_phone(phone)), *options, here="duty")


def _consent(turn: Turn) -> str:
    name = turn.say(f"kind.{turn.commune.kind}", name=turn.commune.name)
    return turn.say(consents.sentence_of(Use.SHOW_PHONE), commune=name)


def agree(turn: Turn) -> Reply:
    """“Đồng ý”: written down with the text that was shown; now the number."""
    if turn.worker is None or not turn.worker.role.in_team:
        return _not_for_you(turn)
    duty.agree_to_show(turn.unit, turn.commune.id, turn.worker, asker_of(turn), _consent(turn))
    return _ask(turn, "on-duty.which-phone")


def _ask(turn: Turn, sentence: str, misses: int = 0) -> Reply:
    later = turn.option("option.later", HOME)
    return Reply((Say(turn.say(sentence), zero=later),), at=AT_PHONE, misses=misses)


def take_phone(turn: Turn) -> Reply:
    """The number that residents see from now on."""
    worker = turn.worker
    if worker is None or not worker.role.in_team:
        return _not_for_you(turn)
    phone = phones.read_phone(turn.inbound.text)
    if phone is None:
        misses = turn.state.misses + 1
        sentence = "requests.phone-wrong" if misses % 2 else "requests.phone-still-wrong"
        return _ask(turn, sentence, misses)
    if not duty.show_phone(turn.unit, turn.commune.id, worker, turn.identity, phone):
        return show(turn)  # withdrawn while we waited
    text = turn.say("on-duty.kept", phone=phones.show_phone(phone))
    return reply(text, turn.option("option.hide-phone", "dutyoff"), here="duty")


def hide(turn: Turn) -> Reply:
    """Nobody sees it any more."""
    worker = turn.worker
    if worker is None or not worker.role.in_team:
        return _not_for_you(turn)
    duty.hide_phone(turn.unit, turn.commune.id, worker, turn.identity)
    return reply(turn.say("on-duty.hidden"), turn.option("option.show-phone", "duty"))


def _not_for_you(turn: Turn) -> Reply:
    person = turn.option("option.person", "person")
    return Reply((Say(turn.say("team.not-for-you"), (person,)),), outcome="refused")
