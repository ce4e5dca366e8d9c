"""“báo cáo tháng”: a leader's month, filled in from the logs: send it, mend a figure, or nothing to tell."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from bot.conversation.members import MemberHandler, Worker, is_words_at
from bot.conversation.turn import HOME, Option, Reply, Say, Turn, reply
from bot.core.errors import NotFoundError, RuleError
from bot.core.text import shorten, spoken_number
from bot.locale import show_number
from bot.services import unit_months, unit_periods
from bot.services.understanding import Decision
from bot.services.unit_months import Month
from bot.services.unit_reports import FIGURES, Figure, Here

AT_NUMBER, AT_REASON = "unit.ask-number", "unit.ask-reason"
LONGEST_WISH, LONGEST_TEAM = 90, 24
NUMBER = re.compile(r"\d{1,3}(?:\.\d{3})+|\d{1,7}", re.ASCII)
NOUNS = ("lượt", "luot", "người", "nguoi", "lớp", "lop", "buổi", "buoi", "lần", "lan")
_Then = Callable[[Turn, Worker, Month], Reply]


def show(turn: Turn, worker: Worker) -> Reply:
    """The month as it would be sent, or as it was."""
    return _with_month(turn, worker, ":".join(turn.args[:2]), _shown)


def _shown(turn: Turn, worker: Worker, month: Month) -> Reply:
    key = f"{month.period.kind}:{month.period.key}"
    text, options = _words(turn, worker, month), _options(turn, month, key)
    return Reply((Say(text, tuple(options)),), here=f"unit:{key}")


def _words(turn: Turn, worker: Worker, month: Month) -> str:
    values = {"period": _title(turn, month), "team": shorten(worker.team or "", LONGEST_TEAM)}
    figures, tail = month.figures, turn.say("unitmonth.ask")
    if month.is_sent and month.said is not None:
        figures = month.said.figures or month.figures
        head = "unitmonth.head-accepted" if month.is_accepted else "unitmonth.head-sent"
        tail = "" if month.is_accepted else turn.say("unitmonth.sent-more")
        if _has_moved(month) and not month.is_accepted:
            tail = turn.say("unitmonth.moved")
    elif month.wish:
        head, values["wish"] = "unitmonth.head-wish", shorten(month.wish, LONGEST_WISH)
    else:
        head = "unitmonth.head-open" if month.is_open else "unitmonth.head"
    return _told(turn, turn.say(head, **values), figures, tail)


def _told(turn: Turn, head: str, figures: Sequence[Figure], tail: str) -> str:
    unknown = any(one.told is None for one in figures)
    more = [turn.say("unitmonth.unknown")] if unknown else []
    line = ", ".join(_figure(turn, one) for one in figures)
    return "\n".join(part for part in (head, f"{line}.", *more, tail) if part)


def _figure(turn: Turn, one: Figure) -> str:
    figure = turn.say(f"unitmonth.{one.name}", number=_number(one.told))
    if not one.is_corrected:
        return figure
    return turn.say("unitmonth.corrected", figure=figure, logged=_number(one.logged))


def _number(number: int | None) -> str:
    return "—" if number is None else show_number(number)


def _has_moved(month: Month) -> bool:
    """True where the logs hold something else than when it was sent."""
    said = month.said.figures if month.said else ()
    return [one.logged for one in said] != [one.logged for one in month.figures]


def _title(turn: Turn, month: Month) -> str:
    return unit_periods.title(turn.texts, month.period)


def _options(turn: Turn, month: Month, key: str) -> list[Option]:
    fix = turn.option("option.unit-fix", f"unitfix:{key}")
    if month.is_sent:
        send = turn.option("option.unit-send", f"unitok:{key}")
        moved = [send] if _has_moved(month) else []
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
        text = f"{head} {turn.say('unitmonth.is-nothing')}"
    else:
        text = _told(turn, head, said.figures if said else (), turn.say("unitmonth.sent-more"))
    fix = turn.option("option.unit-fix", f"unitfix:{month.period.kind}:{month.period.key}")
    return Reply((Say(text, (fix,)),), here=HOME, outcome="unit-sent")


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
    """What the right number is."""
    name = (*turn.args, "", "", "")[2]
    return _with_month(turn, worker, ":".join(turn.args[:2]), _asking(name, 0))


def _asking(name: str, misses: int) -> _Then:
    def then(turn: Turn, worker: Worker, month: Month) -> Reply:
        found = [one for one in month.figures if one.name == name]
        if not found or (month.is_sent and month.is_accepted):
            return _which(turn, worker, month)
        figure = turn.say(f"unitmonth.{name}", number=_number(found[0].told))
        sentence = "unitmonth.wrong-number" if misses else "unitmonth.ask-number"
        key = f"{month.period.kind}:{month.period.key}"
        data = {"unit": key, "figure": name}
        say = Say(turn.say(sentence, figure=figure))
        here = f"unitnum:{key}:{name}"
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
    number, name = _typed(turn), turn.state.data.get("figure", "")

    def then(turn: Turn, worker: Worker, month: Month) -> Reply:
        logged = {one.name: one.logged for one in month.figures}
        if name not in FIGURES or number is None:
            return _asking(name, 1)(turn, worker, month)
        if logged[name] == number:
            text = f"{turn.say('unitmonth.same')}\n{_words(turn, worker, month)}"
            options = _options(turn, month, turn.state.data["unit"])
            return Reply((Say(text, tuple(options)),), here=f"unit:{turn.state.data['unit']}")
        return _ask_reason(turn, (logged[name], number))

    return _with_month(turn, worker, turn.state.data.get("unit", ""), then)


def _ask_reason(turn: Turn, numbers: tuple[int | None, int]) -> Reply:
    logged, told = numbers
    key, name = turn.state.data["unit"], turn.state.data["figure"]
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


def _drafted(turn: Turn, worker: Worker, month: Month) -> Reply:
    """The month with the corrected figure, still to be sent."""
    key = f"{month.period.kind}:{month.period.key}"
    values = {"period": _title(turn, month), "team": shorten(worker.team or "", LONGEST_TEAM)}
    head = turn.say("unitmonth.head-open" if month.is_open else "unitmonth.head", **values)
    text = _told(turn, head, month.figures, turn.say("unitmonth.ask"))
    send = turn.option("option.unit-send", f"unitok:{key}")
    fix = turn.option("option.unit-fix", f"unitfix:{key}")
    return Reply((Say(text, (send, fix)),), here=f"unit:{key}")


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
