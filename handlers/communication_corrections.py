"""What was put out, seen again: the lines of one's teams; one corrected, or taken out, with a reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from bot.conversation.comm_drafts import describe
from bot.conversation.members import MemberHandler, Worker, is_number, is_words_at
from bot.conversation.turn import HOME, Option, Reply, Say, Turn, reply
from bot.core.errors import NotAllowedError, RuleError
from bot.core.spoken_days import find_day
from bot.core.text import shorten, spoken_number
from bot.services import communications
from bot.services.communications import Communication, Piece
from bot.services.trainings import Hand, hand_of

AT_VALUE = "comm.ask-value"
AT_REASON = "comm.ask-reason"
A_PAGE = 4
LONGEST_LABEL = 90
TAPS = (1, 2, 3, 4)
TAKEN_OUT = "x"
REASONS = {"1": "option.reason-slip", "2": "option.reason-twice"}
DAYS = ("option.today", "option.yesterday", "option.day-before")


def show_list(turn: Turn, worker: Worker) -> Reply:
    """“tuyên truyền của tổ”: the lines of the last 31 days, those written last first."""
    hand = _hand(turn, worker)
    lines = communications.of_late(turn.unit, turn.commune.id, hand)
    if not lines:
        return reply(
            turn.say("comm.nothing"), turn.option("option.comm-more", "com"), here="comlist"
        )
    page = (*turn.args, "")[0]
    first = int(page) * A_PAGE if is_number(page) and len(page) <= 3 else 0
    first = first if first < len(lines) else 0
    options = [_option(turn, line) for line in lines[first : first + A_PAGE]]
    if first + A_PAGE < len(lines):
        options.append(turn.option("option.comm-older", f"comlist:{first // A_PAGE + 1}"))
    here = f"comlist:{first // A_PAGE}" if first else "comlist"
    return Reply((Say(turn.say("comm.which"), tuple(options)),), here=here, in_place=True)


def _option(turn: Turn, line: Communication) -> Option:
    return Option(shorten(_first_up(describe(turn, line.piece)), LONGEST_LABEL), f"comfx:{line.id}")


def show(turn: Turn, worker: Worker) -> Reply:
    """One line as it stands, and what may be wrong with it."""
    found = _found(turn, worker, (*turn.args, "")[0])
    return found if isinstance(found, Reply) else _shown(turn, worker, found)


def _shown(turn: Turn, worker: Worker, line: Communication, note: str = "") -> Reply:
    stem = f"{line.id}:{line.revision}"
    may_correct, may_take_out = communications.is_changeable(turn.unit, _hand(turn, worker), line)
    options = []
    if may_correct:
        options.append(turn.option("option.comm-wrong-count", f"comfa:{stem}:n"))
        options.append(turn.option("option.wrong-day", f"comfa:{stem}:d"))
    if may_take_out:
        options.append(turn.option("option.comm-take-out", f"comfw:{stem}:{TAKEN_OUT}"))
    options.append(turn.option("option.comm-list", "comlist"))
    sentence = "comm.line" if may_correct else "comm.line-read"
    text = turn.say(sentence, what=_first_up(describe(turn, line.piece)))
    return reply(f"{note}\n{text}" if note else text, *options, here=f"comfx:{line.id}")


def ask_value(turn: Turn, worker: Worker) -> Reply:
    """How it should read: the number, or the day."""
    found = _found_as_seen(turn, worker, turn.args)
    if isinstance(found, Reply):
        return found
    line, part = found
    stem = f"{line.id}:{line.revision}"
    if part == "n":
        label = f"option.comm-count-{line.piece.kind}"
        options = [turn.option(label, f"comfw:{stem}:n{count}", count=count) for count in TAPS]
        text = turn.say(f"comm.ask-amount-{line.piece.kind}")
    else:
        days = [(label, turn.today - timedelta(days=back)) for back, label in enumerate(DAYS)]
        options = [turn.option(label, f"comfw:{stem}:d{day:%Y%m%d}") for label, day in days]
        text, part = turn.say("comm.ask-day"), "d"
    data = {"fix": f"{stem}:{part}"}
    return Reply((Say(text, tuple(options)),), here=f"comfa:{stem}:{part}", at=AT_VALUE, data=data)


def is_value(turn: Turn) -> bool:
    """True for a number or a day typed while it is waited for."""
    return is_words_at(turn, AT_VALUE) and bool(_value(turn))


def take_value(turn: Turn, worker: Worker) -> Reply:
    """The typed number or day."""
    number, revision, _ = (*turn.state.data.get("fix", "").split(":"), "", "", "")[:3]
    return ask_reason(turn.doing(f"comfw:{number}:{revision}:{_value(turn)}"), worker)


def _value(turn: Turn) -> str:
    """What was typed, as a button carries it; empty when it says nothing."""
    if turn.state.data.get("fix", "").endswith(":n"):
        said = turn.inbound.text.lower().replace(".", "").strip(" ,!")
        for noun in ("lần", "lượt", "tờ", "bài", "tin"):
            said = said.removesuffix(noun).strip()
        number = int(said) if is_number(said) else spoken_number(said)
        return f"n{number}" if number else ""
    day = find_day(turn.inbound.text, turn.today).day
    return f"d{day:%Y%m%d}" if day else ""


def ask_reason(turn: Turn, worker: Worker) -> Reply:
    """Why: one tap for what happens most, or a few words."""
    found = _found_as_seen(turn, worker, turn.args)
    if isinstance(found, Reply):
        return found
    line, change = found
    fresh = line.piece if change == TAKEN_OUT else _applied(line.piece, change)
    if fresh is None or (fresh == line.piece and change != TAKEN_OUT):
        return _shown(turn, worker, line, turn.say("comm.same"))
    stem = f"{line.id}:{line.revision}:{change}"
    options = [turn.option(REASONS[one], f"comfk:{stem}:{one}") for one in REASONS]
    sentence = "comm.why-out" if change == TAKEN_OUT else "comm.why"
    text = turn.say(sentence, what=describe(turn, line.piece), after=describe(turn, fresh))
    message = Say(text, tuple(options))
    return Reply((message,), here=f"comfw:{stem}", at=AT_REASON, data={"fix": stem})


def is_reason(turn: Turn) -> bool:
    """True for a few words typed while a reason is waited for."""
    return is_words_at(turn, AT_REASON)


def take_reason(turn: Turn, worker: Worker) -> Reply:
    """The typed reason; personal numbers in it are masked before it is kept."""
    stem = turn.state.data.get("fix", "")
    return _change(turn, worker, (tuple(stem.split(":")), turn.inbound.text))


def take_tapped(turn: Turn, worker: Worker) -> Reply:
    """The reason that was tapped."""
    reason = (*turn.args, "", "", "", "")[3]
    if reason not in REASONS:
        return _gone(turn)
    return _change(turn, worker, (turn.args, turn.say(REASONS[reason])))


def _change(turn: Turn, worker: Worker, asked: tuple[tuple[str, ...], str]) -> Reply:
    """Write it: how it stood before stays as an event."""
    args, reason = asked
    found = _found_as_seen(turn, worker, args)
    if isinstance(found, Reply):
        return found
    line, change = found
    commune, hand = turn.commune.id, _hand(turn, worker)
    ways = (turn.option("option.comm-list", "comlist"), turn.option("option.comm-more", "com"))
    try:
        if change == TAKEN_OUT:
            after = communications.take_back(turn.unit, commune, hand, line, reason)
            text = turn.say("comm.undone", what=describe(turn, after.piece))
            return Reply((Say(text, ways),), here=HOME, outcome="undone")
        fresh = _applied(line.piece, change)
        if fresh is None:
            return _gone(turn)
        after = communications.correct(turn.unit, commune, hand, line, (fresh, reason))
    except RuleError as refusal:
        if refusal.code == "correct.reason":
            data = {"fix": f"{line.id}:{line.revision}:{change}"}
            return Reply((Say(turn.say(refusal.code)),), at=AT_REASON, data=data)
        return _refused(turn, refusal)
    text = turn.say("comm.corrected", what=describe(turn, after.piece))
    return Reply((Say(text, ways),), here=HOME, outcome="corrected")


def _applied(piece: Piece, change: str) -> Piece | None:
    """How it reads then; None for a change that means nothing."""
    kind, value = change[:1], change[1:]
    if kind == "n" and is_number(value) and 1 <= int(value) <= communications.MOST[piece.kind]:
        return replace(piece, amount=int(value))
    if kind == "d" and is_number(value) and len(value) == len("20261121"):
        try:
            return replace(piece, occurred_on=date.fromisoformat(value))
        except ValueError:
            return None
    return None


def _found(turn: Turn, worker: Worker, number: str) -> Communication | Reply:
    """The line, or what is said where there is none for this member."""
    if not is_number(number):
        return _gone(turn)
    try:
        line = communications.look(turn.unit, turn.commune.id, _hand(turn, worker), int(number))
    except (RuleError, NotAllowedError):
        return _gone(turn)
    if line.voided_at is not None:
        return reply(turn.say("comm.undone-already"), turn.option("option.comm-list", "comlist"))
    return line


def _found_as_seen(
    turn: Turn, worker: Worker, args: tuple[str, ...]
) -> tuple[Communication, str] | Reply:
    """The line and the change of a button; shown anew where somebody changed it since."""
    number, revision, change = (*args, "", "", "")[:3]
    found = _found(turn, worker, number)
    if isinstance(found, Reply):
        return found
    if revision != str(found.revision):
        return _shown(turn, worker, found, turn.say("comm.changed"))
    may_correct, may_take_out = communications.is_changeable(turn.unit, _hand(turn, worker), found)
    if not (may_take_out if change == TAKEN_OUT else may_correct):
        return _shown(turn, worker, found, turn.say("comm.not-yours"))
    return found, change


def _hand(turn: Turn, worker: Worker) -> Hand:
    return hand_of(turn.unit, turn.commune.id, worker)


def _gone(turn: Turn) -> Reply:
    return reply(turn.say("comm.gone"), turn.option("option.comm-list", "comlist"))


def _refused(turn: Turn, refusal: RuleError) -> Reply:
    return reply(turn.say(refusal.code), turn.option("option.comm-list", "comlist"))


def _first_up(text: str) -> str:
    return text[:1].upper() + text[1:]


ACTIONS: dict[str, MemberHandler] = {
    "comlist": show_list,
    "comfx": show,
    "comfa": ask_value,
    "comfw": ask_reason,
    "comfk": take_tapped,
}
