"""“nhắc tôi”: one reminder a week to write down what was done, at an hour of one's choice; stoppable."""

from __future__ import annotations

from bot.conversation.members import MemberHandler, Worker, is_words_at
from bot.conversation.turn import HOME, Reply, Say, Turn
from bot.locale import show_weekday
from bot.services import reminders
from bot.services.reminders import Hour
from bot.services.understanding import Decision

AT_HOUR = "remind.ask"
OFFERED = (Hour(4, 19), Hour(5, 8), Hour(6, 19))
"""Friday evening, Saturday morning, Sunday evening: when helpers sit down."""


def ask(turn: Turn, worker: Worker) -> Reply:
    """When; what was chosen before stands above, with the way to end it."""
    chosen = reminders.chosen(turn.unit, turn.commune.id, worker)
    if chosen is None:
        return _asking(turn, turn.say("remind.ask"), chosen, 0)
    return _asking(turn, turn.say("remind.chosen", when=_name(turn, chosen)), chosen, 0)


def _asking(turn: Turn, text: str, chosen: Hour | None, misses: int) -> Reply:
    options = [
        turn.option(
            "remind.at", f"logremindok:{one}", weekday=show_weekday(one.weekday), hour=one.hour
        )
        for one in OFFERED
        if one != chosen
    ]
    if chosen is not None:
        options.append(turn.option("option.no-reminder", "logremindno"))
    say = Say(text, tuple(options))
    return Reply((say,), here="logremind", at=AT_HOUR, misses=misses)


def choose(turn: Turn, worker: Worker) -> Reply:
    """An hour that was offered."""
    hour = reminders.read_hour((*turn.args, "")[0])
    return ask(turn, worker) if hour is None else _chosen(turn, worker, hour)


def is_hour(turn: Turn) -> bool:
    """True for words typed while an hour is waited for, unless they surely ask something else."""
    if not is_words_at(turn, AT_HOUR):
        return False
    if reminders.spoken_hour(turn.inbound.text) is not None:
        return True
    return turn.understanding.understand(turn.inbound.text).decision is not Decision.ANSWER


def take(turn: Turn, worker: Worker) -> Reply:
    """The typed weekday and hour; night is left alone."""
    hour = reminders.spoken_hour(turn.inbound.text)
    if hour is None:
        chosen = reminders.chosen(turn.unit, turn.commune.id, worker)
        misses = turn.state.misses + 1
        sentence = "remind.unclear" if misses % 2 else "remind.still-unclear"
        return _asking(turn, turn.say(sentence), chosen, misses)
    return _chosen(turn, worker, hour)


def _chosen(turn: Turn, worker: Worker, hour: Hour) -> Reply:
    reminders.choose(turn.unit, turn.commune.id, worker, hour)
    text = turn.say("remind.done", when=_name(turn, hour))
    stop = turn.option("option.no-reminder", "logremindno")
    return Reply((Say(text, (turn.option("option.log", "log"), stop)),), here=HOME)


def stop(turn: Turn, worker: Worker) -> Reply:
    """“thôi nhắc”."""
    reminders.choose(turn.unit, turn.commune.id, worker, None)
    again = turn.option("option.remind", "logremind")
    return Reply((Say(turn.say("remind.stopped"), (again,)),), here=HOME)


def _name(turn: Turn, hour: Hour) -> str:
    return turn.say("remind.at", weekday=show_weekday(hour.weekday), hour=hour.hour)


ACTIONS: dict[str, MemberHandler] = {
    "logremind": ask,
    "logremindok": choose,
    "logremindno": stop,
}
