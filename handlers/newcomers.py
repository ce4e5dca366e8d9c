"""Into a team by a code: one more hat, or a name that waits for the yes of the leader or the office."""

from __future__ import annotations

import re
from collections.abc import Callable

from bot.conversation.turn import HOME, Option, Reply, Say, Turn, reply
from bot.core.errors import NotAllowedError, RuleError
from bot.core.messages import Kind
from bot.core.text import fold, shorten
from bot.locale import local_day, show_day
from bot.services import joining
from bot.services.joining import Invitee, Waiting, Worker

AT_NAME = "newcomer.name"
LONGEST_NUMBER = 9
LONGEST_LABEL = 20
VERDICT = re.compile(
    r"(?:da )?(duyet|dong y|tu choi|khong duyet)(?: so)? (\d{1,9})(?: (?:nha|nhe|a|di|em|con|giup))*"
)
REFUSES = ("tu choi", "khong duyet")

Handler = Callable[[Turn], Reply]


def by_code(read: Callable[[Turn], str | None], otherwise: Handler) -> Handler:
    """A handler of codes: open ones and those of who is in already here, all others as before."""

    def join(turn: Turn) -> Reply:
        invitee = joining.look_at(turn.unit, turn.commune, read(turn) or "")
        if invitee is None or (turn.worker is None and not invitee.is_open):
            return otherwise(turn)
        if turn.worker is None:
            return _ask_name(turn, invitee)
        if not turn.worker.role.in_team:
            return reply(turn.say("join.of-team"))
        return _take_hat(turn, turn.worker, invitee)

    return join


def _take_hat(turn: Turn, member: Worker, invitee: Invitee) -> Reply:
    """One more team for a member; at once by a one-use code, by an open one after a yes."""
    if joining.is_in(turn.unit, turn.commune.id, member, invitee):
        where = turn.say("role.in-team", team=invitee.team.name)
        return reply(turn.say("join.already", where=where))
    if invitee.is_open:
        return _wait(turn, invitee, member.name) if member.name else _ask_name(turn, invitee)
    try:
        joining.add_hat(turn.unit, turn.commune.id, member, invitee)
    except RuleError as refusal:
        return reply(turn.say(refusal.code))
    if invitee.team.id == member.team_id:
        return reply(turn.say("hats.promoted", team=invitee.team.name), here=HOME)
    new, old = invitee.team, member.team_id
    here, there = (shorten(name, LONGEST_LABEL) for name in (member.team or "", new.name))
    options = [turn.option("option.wear", f"wear:{new.id}", team=there)]
    options.append(turn.option("option.move-over", f"moved:{old}:{new.id}", team=here))
    return reply(turn.say("hats.added", team=new.name, old=member.team), *options, here=HOME)


def _ask_name(turn: Turn, invitee: Invitee) -> Reply:
    """The leader has to know who asks; the code itself is not kept."""
    if joining.find_waiting(turn.unit, turn.commune.id, turn.identity) is not None:
        return reply(turn.say("newcomer.waits"))
    ask = Say(turn.say("newcomer.ask-name", team=invitee.team.name))
    return Reply((ask,), at=AT_NAME, data={"invitation": str(invitee.invitation)})


def take_name(turn: Turn) -> Reply:
    """The name by which the leader knows who asks."""
    number = turn.state.data.get("invitation", "")
    try:
        invitee = joining.look_again(turn.unit, turn.commune, int(number or 0))
    except RuleError as refusal:
        return reply(turn.say(refusal.code))
    if not any(letter.isalpha() for letter in turn.inbound.text):
        return _ask_name(turn, invitee)
    return _wait(turn, invitee, turn.inbound.text)


def _wait(turn: Turn, invitee: Invitee, name: str) -> Reply:
    if joining.find_waiting(turn.unit, turn.commune.id, turn.identity) is not None:
        return reply(turn.say("newcomer.waits"))
    chat = (turn.inbound.address, turn.identity)
    kept = joining.ask_in(turn.unit, turn.commune, chat, (invitee, name), turn.texts)
    text = turn.say("newcomer.asked", name=kept, team=invitee.team.name)
    return Reply((Say(text),), here=HOME, outcome="asked")


# ---- who decides --------------------------------------------------------------------------------


def is_verdict(turn: Turn) -> bool:
    """True for “duyệt 12” or “từ chối 12” of somebody who decides about newcomers."""
    if turn.action is not None or turn.inbound.kind is not Kind.TEXT:
        return False
    is_said = VERDICT.fullmatch(fold(turn.inbound.text)) is not None
    return is_said and joining.decides(turn.unit, turn.commune.id, turn.worker)


def take_verdict(turn: Turn) -> Reply:
    """“duyệt 12”: the number stands in the notice."""
    said = VERDICT.fullmatch(fold(turn.inbound.text))
    if said is None:
        return show(turn)
    return _decide(turn, int(said[2]), is_yes=said[1] not in REFUSES)


def admit(turn: Turn) -> Reply:
    """The button “Duyệt”."""
    return _decide(turn, _number(turn), is_yes=True)


def refuse(turn: Turn) -> Reply:
    """The button “Không duyệt”."""
    return _decide(turn, _number(turn), is_yes=False)


def _decide(turn: Turn, number: int, *, is_yes: bool) -> Reply:
    worker = turn.worker
    if worker is None or not joining.decides(turn.unit, turn.commune.id, worker):
        return _not_for_you(turn)
    decision = (number, is_yes)
    try:
        verdict = joining.decide(turn.unit, turn.commune, worker, decision, turn.texts)
    except RuleError as refusal:
        return reply(turn.say(refusal.code), *_more(turn, worker), here=HOME)
    except NotAllowedError:
        return reply(turn.say("newcomer.not-yours"), *_more(turn, worker), here=HOME)
    values = {"name": verdict.name, "team": verdict.team.name}
    if verdict.is_in:
        text = turn.say("newcomer.let-in", **values)
    else:
        text = turn.say("newcomer.turned-away", **values)
    return reply(text, *_more(turn, worker), here=HOME)


def _more(turn: Turn, worker: Worker) -> tuple[Option, ...]:
    left = len(joining.list_waiting(turn.unit, turn.commune.id, worker))
    return (turn.option("option.newcomers", "newcomers", count=left),) if left else ()


def show(turn: Turn) -> Reply:
    """Who waits, one after the other: ``newcomers:12`` is the one behind number 12."""
    worker = turn.worker
    if worker is None or not joining.decides(turn.unit, turn.commune.id, worker):
        return _not_for_you(turn)
    waiting = joining.list_waiting(turn.unit, turn.commune.id, worker)
    behind = [one for one in waiting if one.id > _number(turn)]
    if not behind:
        return reply(turn.say("newcomer.none"), here=HOME)
    return _card(turn, behind[0], has_more=len(behind) > 1)


def _card(turn: Turn, one: Waiting, *, has_more: bool) -> Reply:
    day = show_day(local_day(one.asked_at), turn.today)
    text = turn.say("newcomer.card", name=one.name, team=one.team, day=day)
    options = [turn.option("option.admit", f"admit:{one.id}")]
    options.append(turn.option("option.refuse", f"refuse:{one.id}"))
    if has_more:
        options.append(turn.option("option.next-newcomer", f"newcomers:{one.id}"))
    return reply(text, *options, here=f"newcomers:{one.id - 1}")


def _number(turn: Turn) -> int:
    """The number that the action carries; 0 for none."""
    text = (*turn.args, "")[0]
    is_number = text.isascii() and text.isdecimal() and len(text) <= LONGEST_NUMBER
    return int(text) if is_number else 0


def _not_for_you(turn: Turn) -> Reply:
    person = turn.option("option.person", "person")
    return Reply((Say(turn.say("team.not-for-you"), (person,)),), outcome="refused")
