"""“Có giúp không ạ?”: what the helped person answers, by button, digit or word; and the end of it.

The question is no answer to anything, so the prompt that was open before stays open under it.
"""

from __future__ import annotations

from bot.conversation.prompts import keep_waiting, way_back
from bot.conversation.router import choice_typed
from bot.conversation.turn import Action, Option, Reply, Say, Turn
from bot.core.errors import RuleError
from bot.core.vocabulary import Confirmation
from bot.services import confirmations

VERB = confirmations.VERB
LONGEST_NUMBER = 9
SAID = {argument: said for said, argument in confirmations.ARGUMENTS.items()}
THANKS = {
    Confirmation.YES: "confirm.thanks-yes",
    Confirmation.NO: "confirm.thanks-no",
    Confirmation.FORGOT: "confirm.thanks-forgot",
}


def is_answer(turn: Turn) -> bool:
    """True for an answer that was typed while the question is the newest message of the chat.

    What one types belongs to what one sees last: the words and digits of an older prompt mean that prompt
    again as soon as anything else was said. A text that is waited for is never taken for an answer.
    """
    return _typed(turn) is not None


def _typed(turn: Turn) -> Action | None:
    if turn.state.at:
        return None
    choice = choice_typed(turn, confirmations.choices(turn.texts, 0))
    if choice is None:
        return None
    entry = confirmations.find_waiting(turn.unit, turn.commune.id, turn.identity)
    *_, said = Action.parse(choice.action).args
    return None if entry is None else Action(VERB, (str(entry), said))


def take(turn: Turn) -> Reply:
    """The typed answer, as if its button had been pressed."""
    action = _typed(turn)
    return answer(turn if action is None else turn.doing(str(action)))


def answer(turn: Turn) -> Reply:
    """A thank-you for any answer, and the way to take back a slip."""
    number, argument = (*turn.args, "", "")[:2]
    said = SAID.get(argument)
    stop = turn.option("option.unask", "unask")
    if said is None or not _is_number(number):
        return _over(turn, "confirm.unknown")
    chat = (turn.unit, turn.commune.id, turn.identity)
    try:
        confirmations.answer(*chat, (int(number), said), turn.texts)
    except RuleError as refusal:
        return _over(turn, refusal.code)
    options = (*_other(turn, number, said), stop, *way_back(turn))
    return keep_waiting(turn, Say(turn.say(THANKS[said]), options), "confirmed")


def _other(turn: Turn, number: str, said: Confirmation) -> tuple[Option, ...]:
    """The opposite, for who pressed the wrong button; a person, for who was not helped."""
    match said:
        case Confirmation.YES:
            return (turn.option("option.conf-slip-no", f"{VERB}:{number}:khong"),)
        case Confirmation.NO:
            slip = turn.option("option.conf-slip-yes", f"{VERB}:{number}:dung")
            return slip, turn.option("option.person", "person")
        case Confirmation.FORGOT:
            return ()


def stop(turn: Turn) -> Reply:
    """“ngừng hỏi”: no such question any more, and how to allow it again."""
    confirmations.stop_asking(turn.unit, turn.commune.id, turn.identity)
    options = (turn.option("option.reask", "reask"), *way_back(turn))
    return keep_waiting(turn, Say(turn.say("confirm.stopped"), options), "stopped")


def resume(turn: Turn) -> Reply:
    """“cho hỏi lại”: how often, and how to stop it."""
    confirmations.ask_again(turn.unit, turn.commune.id, turn.identity)
    return keep_waiting(turn, Say(turn.say("confirm.resumed"), way_back(turn)), "answered")


def _over(turn: Turn, sentence: str) -> Reply:
    return keep_waiting(turn, Say(turn.say(sentence), way_back(turn)), "refused")


def _is_number(text: str) -> bool:
    """True for what our own buttons carry."""
    return text.isascii() and text.isdecimal() and len(text) <= LONGEST_NUMBER
