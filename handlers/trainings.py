"""“lớp của tổ”: the team's classes, each with its card; a class goes on from planned to closed."""

from __future__ import annotations

from bot.conversation.class_cards import MORE, Case, card, rarer, with_class
from bot.conversation.members import MemberHandler, Worker, is_number
from bot.conversation.turn import Option, Reply, Say, Turn, reply
from bot.core.errors import RuleError
from bot.core.text import shorten
from bot.core.vocabulary import TrainingStatus
from bot.locale import show_clock
from bot.services import team_classes, trainings
from bot.services.trainings import ONWARD

MOST_OPTIONS = 5
A_PAGE = 4
LONGEST_LABEL = 60
DONE = {
    TrainingStatus.ANNOUNCED: "lesson.done-announce",
    TrainingStatus.HELD: "lesson.done-held",
    TrainingStatus.CLOSED: "lesson.done-close",
}
"""What is said after a step that needs no reason."""


def show_list(turn: Turn, worker: Worker) -> Reply:
    """To come, going on, or over not long ago, the next one first."""
    hand = trainings.hand_of(turn.unit, turn.commune.id, worker)
    found = team_classes.list_of_team(turn.unit, turn.commune.id, hand)
    plan = turn.option("option.plan-class", "trnnew")
    if not found:
        return reply(turn.say("lesson.none"), plan, here="trns:0")
    page = (*turn.args, "")[0]
    size = MOST_OPTIONS if len(found) == MOST_OPTIONS else A_PAGE
    number = int(page) if is_number(page) and int(page) * size < len(found) else 0
    shown = found[number * size : (number + 1) * size]
    options = [Option(_label(turn, one), f"trn:{one.id}") for one in shown]
    if (number + 1) * size < len(found):
        options.append(turn.option("option.more", f"trns:{number + 1}"))
    elif len(options) < MOST_OPTIONS:
        options.append(plan)
    say = Say(turn.say("lesson.which", team=worker.team or ""), tuple(options))
    return Reply((say,), here=f"trns:{number}", in_place=True)


def _label(turn: Turn, one: team_classes.Training) -> str:
    when = show_clock(one.outline.starts_at, turn.unit.now)
    values = {"number": one.id, "when": when, "title": one.outline.title}
    is_off = one.status is TrainingStatus.CANCELLED
    line = turn.say("lesson.line-off" if is_off else "lesson.line", **values)
    return shorten(line, LONGEST_LABEL)


def show(turn: Turn, worker: Worker) -> Reply:
    """One class; its second page has what is needed less."""
    return with_class(turn, worker, rarer if turn.args[1:] == (MORE,) else card)


def go(turn: Turn, worker: Worker) -> Reply:
    """Announced, held, closed: a button of a step that was taken already shows how it stands."""
    return with_class(turn, worker, _go)


def _go(turn: Turn, case: Case) -> Reply:
    wanted = (*turn.args, "", "")[1]
    status = next((one for one in DONE if one == wanted), None)
    training = case.training
    if status is None or training.status is status:
        return card(turn, case)
    if status not in ONWARD.get(training.status, ()):
        return card(turn, case, turn.say("training.step"))
    try:
        step = (status, None)
        fresh = trainings.move(turn.unit, turn.commune.id, case.hand, training, step)
    except RuleError as refusal:
        return card(turn, case, turn.say(refusal.code))
    return card(turn, Case(case.worker, case.hand, fresh), turn.say(DONE[status]))


ACTIONS: dict[str, MemberHandler] = {"trns": show_list, "trn": show, "trngo": go}
