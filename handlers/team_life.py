"""Life in a team: which hat is worn, moving house, leaving, and the leader's week."""

from __future__ import annotations

from bot.conversation.turn import HOME, Option, Reply, Say, Turn, reply
from bot.core.errors import RuleError
from bot.core.text import shorten
from bot.services import team_classes, team_life, trainings
from bot.services.team_life import TeamWeek, Worker
from bot.services.teams import actor

LONGEST_NUMBER = 9
LONGEST_LABEL = 30
LONGEST_NAME = 20
MOST_NAMES = 3
ALL = "all"


# ---- hats ---------------------------------------------------------------------------------------


def hats(turn: Turn) -> Reply:
    """“đổi tổ”: the other teams that the member is in."""
    worker = _member(turn)
    if worker is None:
        return _not_for_you(turn)
    others = _other_hats(turn, worker)
    if not others:
        return reply(turn.say("hats.one", team=worker.team), here="hats")
    return reply(turn.say("hats.choose", team=worker.team), *others, here="hats")


def _other_hats(turn: Turn, worker: Worker) -> list[Option]:
    known = team_life.list_hats(turn.unit, turn.commune.id, worker)
    return [
        Option(shorten(hat.team, LONGEST_LABEL), f"wear:{hat.team_id}")
        for hat in known
        if hat.team_id != worker.team_id
    ]


def wear(turn: Turn) -> Reply:
    """What is logged counts for that team from now on."""
    worker, team = _member(turn), _numbers(turn)[:1]
    if worker is None:
        return _not_for_you(turn)
    try:
        hat = team_life.wear(turn.unit, turn.commune.id, worker, team[0] if team else 0)
    except RuleError as refusal:
        return reply(turn.say(refusal.code), turn.option("option.hats", "hats"), here=HOME)
    log = turn.option("option.log", "log")
    return reply(turn.say("hats.worn", team=hat.team), log, here=HOME)


# ---- moving and leaving -------------------------------------------------------------------------


def moving(turn: Turn) -> Reply:
    """“chuyển tổ”: by a code of the new team, or by somebody who may."""
    worker = _member(turn)
    if worker is None:
        return _not_for_you(turn)
    return reply(turn.say("moving.how", team=worker.team), here="moving")


def move_over(turn: Turn) -> Reply:
    """The new team alone: the old one ends."""
    worker, both = _member(turn), _numbers(turn)
    if worker is None:
        return _not_for_you(turn)
    if len(both) != 2:
        return hats(turn)
    try:
        hat = team_life.move_over(turn.unit, turn.commune.id, worker, (both[0], both[1]))
    except RuleError as refusal:
        return reply(turn.say(refusal.code), turn.option("option.hats", "hats"), here=HOME)
    log = turn.option("option.log", "log")
    return reply(turn.say("moving.done", team=hat.team), log, here=HOME)


def ask_leave(turn: Turn) -> Reply:
    """“rời tổ”: what leaving means, before it is done."""
    worker = _member(turn)
    if worker is None:
        return _not_for_you(turn)
    team = shorten(worker.team or "", LONGEST_NAME)
    own = turn.option("option.leave", f"leaveok:{worker.team_id}", team=team)
    if not _other_hats(turn, worker):
        return reply(turn.say("leave.ask", team=worker.team), own, here="leave")
    every = turn.option("option.leave-all", f"leaveok:{ALL}")
    return reply(turn.say("leave.ask-which", team=worker.team), own, every, here="leave")


def leave(turn: Turn) -> Reply:
    """Out of one team, or of all of them."""
    worker, team = _member(turn), _numbers(turn)[:1]
    if worker is None:
        return _not_for_you(turn)
    unit, commune, who = turn.unit, turn.commune.id, actor(worker)
    if not team and turn.args != (ALL,):
        return ask_leave(turn)
    try:
        is_gone = True
        if team:
            is_gone = team_life.leave_team(unit, commune, who, worker.id, team[0])
        else:
            team_life.leave(unit, commune, who, worker.id)
    except RuleError as refusal:
        return reply(turn.say(refusal.code), here=HOME)
    text = turn.say("leave.done") if is_gone else turn.say("leave.done-one")
    return Reply((Say(text),), here=HOME, outcome="left")


# ---- the leader's week --------------------------------------------------------------------------


def week(turn: Turn) -> Reply:
    """“tuần của tổ”: all that the leader needs for the talk with the team, in one message."""
    worker = _member(turn)
    if worker is None:
        return _not_for_you(turn)
    try:
        found = team_life.team_week(turn.unit, turn.commune.id, worker)
    except RuleError as refusal:
        mine = turn.option("option.mine", "mine")
        return Reply((Say(turn.say(refusal.code), (mine,)),), outcome="refused")
    about = (_head, _silent, _cases)
    parts = (*(say(turn, found) for say in about), _classes(turn, worker), _thanks(turn, found))
    text = "\n".join(part for part in parts if part)
    classes = turn.option("option.team-classes", "trns")
    month = turn.option("option.unit-month", "unit")
    return reply(text, turn.option("option.log", "log"), classes, month, here="week")


def _head(turn: Turn, found: TeamWeek) -> str:
    values = {"team": shorten(found.team, LONGEST_LABEL), "visits": found.visits}
    if found.last_week is None:
        return turn.say("week.head-first", **values)
    return turn.say("week.head", last=found.last_week, **values)


def _silent(turn: Turn, found: TeamWeek) -> str:
    if not found.silent:
        return turn.say("week.all-logged")
    named = [shorten(name, LONGEST_NAME) for name in found.silent if name][:MOST_NAMES]
    rest = len(found.silent) - len(named)
    if not named:
        return turn.say("week.silent-unnamed", count=rest)
    if rest:
        return turn.say("week.silent-more", names=", ".join(named), count=rest)
    return turn.say("week.silent", names=", ".join(named))


def _cases(turn: Turn, found: TeamWeek) -> str:
    lines = []
    for case in found.cases:
        topic, day = (
            turn.say(f"topic.{case.topic}"),
            f"{case.occurred_on.day}/{case.occurred_on.month}",
        )
        if case.member:
            name = shorten(case.member, LONGEST_NAME)
            lines.append(turn.say("week.case", topic=topic, day=day, name=name))
        else:
            lines.append(turn.say("week.case-unnamed", topic=topic, day=day))
    return "\n".join([turn.say("week.cases"), *lines]) if lines else ""


def _classes(turn: Turn, leader: Worker) -> str:
    hand = trainings.hand_of(turn.unit, turn.commune.id, leader)
    count = team_classes.count_waiting(turn.unit, turn.commune.id, hand)
    return turn.say("week.classes-waiting", count=count) if count else ""


def _thanks(turn: Turn, found: TeamWeek) -> str:
    if found.thanks is None:
        return ""
    name = shorten(found.thanks.name, LONGEST_NAME)
    return turn.say("week.thanks", name=name, topic=turn.say(f"topic.{found.thanks.topic}"))


def _member(turn: Turn) -> Worker | None:
    """Who is talking, when it is somebody of a team."""
    worker = turn.worker
    return worker if worker is not None and worker.role.in_team else None


def _numbers(turn: Turn) -> list[int]:
    """The numbers that the action carries, as far as they are some."""
    found = []
    for text in turn.args:
        if not (text.isascii() and text.isdecimal() and len(text) <= LONGEST_NUMBER):
            break
        found.append(int(text))
    return found


def _not_for_you(turn: Turn) -> Reply:
    person = turn.option("option.person", "person")
    return Reply((Say(turn.say("team.not-for-you"), (person,)),), outcome="refused")
