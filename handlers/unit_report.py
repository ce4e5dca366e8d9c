"""“báo cáo tháng”: a leader's month, filled in from the logs: send it, mend a figure, or nothing to tell."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from bot.conversation.members import MemberHandler, Worker, is_words_at
from bot.conversation.turn import HOME, Option, Reply, Say, Turn, packed, reply
from bot.core.errors import NotFoundError, RuleError
from bot.core.text import shorten, spoken_number
from bot.locale import show_number
from bot.services import unit_months, unit_periods
from bot.services.understanding import Decision
from bot.services.unit_months import Month
from bot.services.unit_reports import FIGURES, Figure, Here

AT_NUMBER, AT_REASON = "unit.ask-number", "unit.ask-reason"
LONGEST_WISH, LONGEST_TEAM = 90, 24
NONE = "0"
NUMBER = re.compile(r"\d{1,3}(?:\.\d{3})+|\d{1,7}", re.ASCII)
NOUNS = ("lượt", "luot", "người", "nguoi", "lớp", "lop", "buổi", "buoi", "lần", "lan")
_Then = Callable[[Turn, Worker, Month], Reply]


def show(turn: Turn, worker: Worker) -> Reply:
    """The month as it would be sent, or as it was."""
    return _with_month(turn, worker, ":".join(turn.args[:2]), _shown)


def _shown(turn: Turn, worker: Worker, month: Month) -> Reply:
    key = f"{month.period.kind}:{month.period.key}"
    lines, options = _words(turn, worker, month), _options(turn, month, key)
    return Reply(packed(lines, options), here=f"unit:{key}")


def _words(turn: Turn, worker: Worker, month: Month) -> list[str]:
    values = {"period": _title(turn, month), "team": shorten(worker.team or "", LONGEST_TEAM)}
    figures, tail = month.figures, turn.say("unitmonth.ask")
    if month.is_sent and month.said is not None:
        figures = month.said.figures or month.figures
        head = "unitmonth.head-accepted" if month.is_accepted else "unitmonth.head-sent"
        tail = "" if month.is_accepted else turn.say("unitmonth.sent-more")
        if not month.is_accepted and (sentence := _unsent(month)):
            tail = turn.say(sentence)
    elif month.wish:
        head, values["wish"] = "unitmonth.head-wish", shorten(month.wish, LONGEST_WISH)
    else:
        head = "unitmonth.head-open" if month.is_open else "unitmonth.head"
    return _told(turn, turn.say(head, **values), figures, tail)


def _told(turn: Turn, head: str, figures: Sequence[Figure], tail: str) -> list[str]:
    unknown = any(one.told is None for one in figures)
    more = [turn.say("unitmonth.unknown")] if unknown else []
    line = ", ".join(_figure(turn, one) for one in figures)
    return [part for part in (head, f"{line}.", *more, tail) if part]


def _figure(turn: Turn, one: Figure) -> str:
    figure = turn.say(f"unitmonth.{one.name}", number=_number(one.told))
    if not one.is_corrected:
        return figure
    return turn.say("unitmonth.corrected", figure=figure, logged=_number(one.logged))


def _number(number: int | None) -> str:
    return "—" if number is None else show_number(number)


def _unsent(month: Month) -> str:
    """What has changed since it was sent: the logs, or a figure that was corrected and not sent yet."""
    said = month.said.figures if month.said else ()
    if [one.logged for one in said] != [one.logged for one in month.figures]:
        return "unitmonth.moved"
    is_nothing = month.said is not None and month.said.is_nothing
    is_corrected = any(one.is_corrected for one in month.figures)
    if month.is_same or (is_nothing and not is_corrected):
        return ""
    return "unitmonth.drafted"


def _title(turn: Turn, month: Month) -> str:
    return unit_periods.title(turn.texts, month.period)


def _options(turn: Turn, month: Month, key: str) -> list[Option]:
    fix = turn.option("option.unit-fix", f"unitfix:{key}")
    if month.is_sent:
        send = turn.option("option.unit-send", f"unitok:{key}")
        moved = [send] if _unsent(month) else []
        return [] if month.is_accepted else [*moved, fix]
    send = turn.option("option.unit-send", f"unitok:{key}")
    nothing = turn.option("option.unit-nothing", f"unitno:{key}")
    return [send, fix, nothing]


# ---- sending


def send(turn: Turn, worker: Worker) -> Reply:
    """“Gửi”: the same figures twice are sent once."""
    return _with_month(turn, worker, ":".join(turn.args[:2]), _sent)


def _sent(turn: Turn, worker: Worker, month: Month) -> Reply:
    after = unit_months.send(_here(turn), worker, month)
    return _done(turn, worker, after)


def send_nothing(turn: Turn, worker: Worker) -> Reply:
    """“Không phát sinh”: a true zero, said by the leader."""

    def then(turn: Turn, worker: Worker, month: Month) -> Reply:
        after = unit_months.send(_here(turn), worker, month, is_nothing=True)
        return _done(turn, worker, after)

    return _with_month(turn, worker, ":".join(turn.args[:2]), then)


def _done(turn: Turn, worker: Worker, month: Month) -> Reply:
    values = {"period": _title(turn, month), "team": shorten(worker.team or "", LONGEST_TEAM)}
    head = turn.say("unitmonth.head-now", **values)
    said = month.said
    if said is not None and said.is_nothing:
        lines = [f"{head} {turn.say('unitmonth.is-nothing')}"]
    else:
        lines = _told(turn, head, said.figures if said else (), turn.say("unitmonth.sent-more"))
    fix = turn.option("option.unit-fix", f"unitfix:{month.period.kind}:{month.period.key}")
    return Reply(packed(lines, [fix]), here=HOME, outcome="unit-sent")


# ---- correcting a figure


def fix(turn: Turn, worker: Worker) -> Reply:
    """“Sửa”: which figure."""
    return _with_month(turn, worker, ":".join(turn.args[:2]), _which)


def _which(turn: Turn, worker: Worker, month: Month) -> Reply:
    if month.is_sent and month.is_accepted:
        return reply(turn.say("unitmonth.accepted"), here=HOME)
    key = f"{month.period.kind}:{month.period.key}"
    options = [Option(_figure(turn, one), f"unitnum:{key}:{one.name}") for one in month.figures]
    return reply(turn.say("unitmonth.which"), *options, here=f"unitfix:{key}")


def ask_number(turn: Turn, worker: Worker) -> Reply:
    """What the right number is; digit 0 is the number 0, so its button says “không có”."""
    name, told = (*turn.args, "", "", "", "")[2:4]
    then = _taken(name, 0) if told == NONE else _asking(name, 0)
    return _with_month(turn, worker, ":".join(turn.args[:2]), then)


def _asking(name: str, misses: int) -> _Then:
    def then(turn: Turn, worker: Worker, month: Month) -> Reply:
        found = [one for one in month.figures if one.name == name]
        if not found or (month.is_sent and month.is_accepted):
            return _which(turn, worker, month)
        figure = turn.say(f"unitmonth.{name}", number=_number(found[0].told))
        sentence = "unitmonth.wrong-number" if misses else "unitmonth.ask-number"
        key = f"{month.period.kind}:{month.period.key}"
        data = {"unit": key, "figure": name}
        here = f"unitnum:{key}:{name}"
        none = turn.option("option.unit-none", f"{here}:{NONE}")
        say = Say(turn.say(sentence, figure=figure), zero=none)
        return Reply((say,), here=here, at=AT_NUMBER, data=data, misses=misses)

    return then


def is_number(turn: Turn) -> bool:
    """True for words typed while a number is waited for, unless they surely ask something else."""
    if not is_words_at(turn, AT_NUMBER):
        return False
    if _typed(turn) is not None:
        return True
    return turn.understanding.understand(turn.inbound.text).decision is not Decision.ANSWER


def _typed(turn: Turn) -> int | None:
    said = turn.inbound.text.lower().strip(" .,!")
    for noun in NOUNS:
        said = said.removesuffix(noun).strip()
    return int(said.replace(".", "")) if NUMBER.fullmatch(said) else spoken_number(said)


def take_number(turn: Turn, worker: Worker) -> Reply:
    """The typed number; then why it is not the one of the logs."""
    known = turn.state.data
    then = _taken(known.get("figure", ""), _typed(turn))
    return _with_month(turn, worker, known.get("unit", ""), then)


def _taken(name: str, number: int | None) -> _Then:
    """What follows a number: the reason for it, or back to the month where the logs say the same."""

    def then(turn: Turn, worker: Worker, month: Month) -> Reply:
        logged = {one.name: one.logged for one in month.figures}
        is_closed = month.is_sent and month.is_accepted
        if name not in FIGURES or number is None or is_closed:
            return _asking(name, 1)(turn, worker, month)
        key = f"{month.period.kind}:{month.period.key}"
        if logged[name] != number:
            return _ask_reason(turn, (key, name), (logged[name], number))
        after = unit_months.keep_logged(_here(turn), worker, month, name)
        if after.figures != month.figures:
            return _drafted(turn, worker, after, turn.say("unitmonth.logged-again"))
        lines = [turn.say("unitmonth.same"), *_words(turn, worker, month)]
        return Reply(packed(lines, _options(turn, month, key)), here=f"unit:{key}")

    return then


def _ask_reason(turn: Turn, of: tuple[str, str], numbers: tuple[int | None, int]) -> Reply:
    (key, name), (logged, told) = of, numbers
    text = turn.say("unitmonth.ask-reason", logged=_number(logged), told=_number(told))
    data = {"unit": key, "figure": name, "told": str(told)}
    return Reply((Say(text),), here=f"unitnum:{key}:{name}", at=AT_REASON, data=data)


def is_reason(turn: Turn) -> bool:
    """True for a few words typed while a reason is waited for."""
    return is_words_at(turn, AT_REASON)


def take_reason(turn: Turn, worker: Worker) -> Reply:
    """The typed reason: the figure is corrected in the draft, and the month is shown anew."""
    known = turn.state.data
    told = int(known.get("told") or "-1")

    def then(turn: Turn, worker: Worker, month: Month) -> Reply:
        correction = (known.get("figure", ""), told, turn.inbound.text)
        try:
            after = unit_months.correct(_here(turn), worker, month, correction)
        except RuleError as refusal:
            if refusal.code != "unitmonth.reason":
                raise
            return Reply((Say(turn.say(refusal.code)),), at=AT_REASON, data=known)
        return _drafted(turn, worker, after)

    return _with_month(turn, worker, known.get("unit", ""), then)


def _drafted(turn: Turn, worker: Worker, month: Month, *before: str) -> Reply:
    """The month with the corrected figure, still to be sent."""
    key = f"{month.period.kind}:{month.period.key}"
    values = {"period": _title(turn, month), "team": shorten(worker.team or "", LONGEST_TEAM)}
    head = turn.say("unitmonth.head-open" if month.is_open else "unitmonth.head", **values)
    lines = [*before, *_told(turn, head, month.figures, turn.say("unitmonth.ask"))]
    send = turn.option("option.unit-send", f"unitok:{key}")
    fix = turn.option("option.unit-fix", f"unitfix:{key}")
    return Reply(packed(lines, (send, fix)), here=f"unit:{key}")


# ---- what all of them share


def _here(turn: Turn) -> Here:
    return Here(turn.unit, turn.commune, turn.plan)


def _month(turn: Turn, worker: Worker, name: str) -> Month:
    """The month of a button; one that is none leads to the month that is wanted now."""
    try:
        return unit_months.find(_here(turn), worker, name)
    except NotFoundError:
        return unit_months.find(_here(turn), worker)


def _with_month(turn: Turn, worker: Worker, name: str, then: _Then) -> Reply:
    """What follows for the month; the refusal where this is not the leader's to do."""
    try:
        return then(turn, worker, _month(turn, worker, name))
    except RuleError as refusal:
        code = refusal.code
        sentence = "unitmonth.not-nothing" if code == "units.not-nothing" else code
        options = [turn.option("option.log", "log")]
        if code == "units.not-nothing":
            options = [
                turn.option("option.unit-send", f"unitok:{name}"),
                turn.option("option.unit-fix", f"unitfix:{name}"),
            ]
        return reply(turn.say(sentence), *options)


ACTIONS: dict[str, MemberHandler] = {
    "unit": show,
    "unitok": send,
    "unitno": send_nothing,
    "unitfix": fix,
    "unitnum": ask_number,
}
