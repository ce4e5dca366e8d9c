"""What is not words: voice, pictures, places; and words that hold numbers which must not be sent."""

from __future__ import annotations

from dataclasses import replace

from bot.conversation.prompts import keep_prompt, keep_waiting, way_back
from bot.conversation.turn import HOME, Reply, Say, Turn
from bot.core.messages import Kind
from bot.services import questions


def sensitive(turn: Turn) -> Reply:
    """A CCCD or card number, an OTP, a password: it was not kept; say so and what to do."""
    questions.tally_refusal(turn.unit, turn.commune.id)
    options = (*way_back(turn), turn.option("option.tricked", f"guide:{turn.library.menu.urgent}"))
    return keep_waiting(turn, Say(turn.say("sensitive.warning"), options), "refused")


def media(turn: Turn) -> Reply:
    """A voice message, picture, sticker, place, contact or file: a useful word and the way on.

    Who speaks instead of typing is offered a person first. Nothing that was sent is kept.
    """
    sentence = f"media.{turn.inbound.kind}"
    if turn.inbound.kind is Kind.VOICE:
        options = (turn.option("option.call-team", "ask"), *way_back(turn))
    else:
        options = (*way_back(turn), turn.option("option.person", "person"))
    return keep_waiting(turn, Say(turn.say(sentence), options), "media")


def edited(turn: Turn) -> Reply:
    """An earlier message was changed: we have answered it already, so ask for the change anew."""
    return media(turn)


def thanks(turn: Turn) -> Reply:
    """“cảm ơn”, “dạ”, “ok”: a kind word, and the way on."""
    return keep_waiting(turn, Say(turn.say("thanks.welcome"), way_back(turn)), "answered")


def about(turn: Turn) -> Reply:
    """“ai vậy?”: a machine, whose it is, and what it never asks."""
    name = turn.say(f"kind.{turn.commune.kind}", name=turn.commune.name)
    text = turn.say("greeting.first", commune=name)
    options = (*way_back(turn), turn.option("option.person", "person"))
    return keep_waiting(turn, Say(text, options), "answered")


def wrong_digit(turn: Turn) -> Reply:
    """A digit that the open prompt does not have: the prompt again, in other words."""
    state = turn.state
    if not any(choice.n == 0 for choice in state.choices):
        return Reply((Say(turn.say("digit.none"), (turn.option("option.menu", HOME),)),))
    digits = ", ".join(str(choice.n) for choice in state.choices if choice.n)
    text = turn.say("digit.wrong", digits=digits) if digits else turn.say("digit.only-zero")
    if state.misses % 2:
        text = turn.say("digit.still-wrong")
    return replace(keep_prompt(turn, text), misses=state.misses + 1)


def unknown_action(turn: Turn) -> Reply:
    """A button of another version that means nothing any more: say so and show the way."""
    return keep_waiting(turn, Say(turn.say("button.old"), way_back(turn)), "answered")


KINDS = (
    Kind.VOICE,
    Kind.PICTURE,
    Kind.STICKER,
    Kind.LOCATION,
    Kind.CONTACT,
    Kind.FILE,
    Kind.EDITED,
    Kind.OTHER,
)
