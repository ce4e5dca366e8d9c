"""Correcting an entry with a reason: the own ones, and for the leader those of the team."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from bot.conversation.corrections import TAKEN_OUT, Correction, read_correction
from bot.conversation.drafts import describe, describe_whole
from bot.conversation.log_cards import FIRST_TOPICS, MORE_TOPICS
from bot.conversation.members import MemberHandler, Worker, is_number, is_words_at
from bot.conversation.turn import HOME, Option, Reply, Say, Turn, reply
from bot.core.errors import RuleError
from bot.core.spoken_days import find_day
from bot.core.text import shorten, spoken_number
from bot.services import help_log
from bot.services.help_log import Entry, OfMember

AT_COUNT = "correct.ask-count"
AT_DAY = "correct.ask-day"
AT_REASON = "correct.ask-reason"
A_PAGE = 4
AT_MOST = timedelta(days=help_log.OLDEST_DAYS)
MOST_BY_TAP = 4
LONGEST_NAME = 24
REASONS = {
    "1": "option.reason-slip",
    "2": "option.reason-twice",
    "3": "option.reason-missing",
}
Then = Callable[[Turn, Entry], Reply]
CHANGES = {"o1": "outcome.xong", "o2": "outcome.chua_xong", "o3": "outcome.chuyen_tiep"}


def list_own(turn: Turn, worker: Worker) -> Reply:
    """“Sửa phiếu”: the own entries, those written last first, four at a time."""
    entries = help_log.own_entries(turn.unit, turn.commune.id, worker, AT_MOST)
    if not entries:
        return _nothing(turn)
    labels = [(one.id, _label(turn, one)) for one in entries]
    return _listed(turn, (turn.say("correct.which"), "logfxs"), labels)


def list_of_team(turn: Turn, worker: Worker) -> Reply:
    """“phiếu của tổ”: the newest entries of the team, for its leader; who wrote each stands before it."""
    entries = help_log.team_entries(turn.unit, turn.commune.id, worker, AT_MOST)
    labels = [(one.entry.id, _label_of_member(turn, one)) for one in entries]
    if not labels:
        return _nothing(turn)
    text = turn.say("correct.which-of-team", team=worker.team or "")
    return _listed(turn, (text, "logteam"), labels)


def _listed(turn: Turn, screen: tuple[str, str], labels: list[tuple[int, str]]) -> Reply:
    """A page of entries; ``screen`` is what is said above and the verb of the list."""
    text, verb = screen
    first = _page(turn) * A_PAGE
    if first >= len(labels):
        first = 0
    options = [Option(label, f"logfx:{number}") for number, label in labels[first : first + A_PAGE]]
    if first + A_PAGE < len(labels):
        options.append(turn.option("option.older", f"{verb}:{first // A_PAGE + 1}"))
    here = f"{verb}:{first // A_PAGE}"
    return Reply((Say(text, tuple(options)),), here=here, in_place=True)


def _nothing(turn: Turn) -> Reply:
    return reply(turn.say("correct.nothing"), turn.option("option.log", "log"))


def _label(turn: Turn, entry: Entry) -> str:
    return turn.say("correct.line", number=entry.id, what=describe(turn, entry.help))


def _label_of_member(turn: Turn, one: OfMember) -> str:
    """The line with the name before it, where one was told; short enough for a button."""
    line = _label(turn, one.entry)
    if not one.member:
        return line
    return turn.say("correct.of-member", name=shorten(one.member, LONGEST_NAME), what=line)


def _page(turn: Turn) -> int:
    page = (*turn.args, "")[0]
    return int(page) if is_number(page) and len(page) <= 3 else 0


def show(turn: Turn, worker: Worker) -> Reply:
    """One entry as it stands, and what may be wrong with it."""
    number = (*turn.args, "")[0]
    if not is_number(number):
        return _nothing(turn)
    return _with_entry(turn, worker, int(number), _shown)


def _shown(turn: Turn, entry: Entry) -> Reply:
    stem = f"{entry.id}:{entry.revision}"
    options = (
        turn.option("option.wrong-count", f"logfxa:{stem}:v"),
        turn.option("option.wrong-topic", f"logfxa:{stem}:t"),
        turn.option("option.wrong-day", f"logfxa:{stem}:d"),
        turn.option("option.wrong-outcome", f"logfxa:{stem}:o"),
        turn.option("option.take-out", f"logfxw:{stem}:{TAKEN_OUT}"),
    )
    text = turn.say("correct.what", number=entry.id, what=describe_whole(turn, entry.help))
    return reply(text, *options, here=f"logfx:{entry.id}")


def ask_value(turn: Turn, worker: Worker) -> Reply:
    """How it should read: number, topic, day or outcome."""
    found = read_correction(turn.args)
    if found is None or found.change[:1] not in "vtdo":
        return _nothing(turn)
    return _with_entry(turn, worker, found.entry_id, lambda t, entry: _asking(t, entry, found))


def _asking(turn: Turn, entry: Entry, found: Correction) -> Reply:
    if entry.revision != found.revision:
        return _changed_since(turn, entry)
    stem, kind = f"{entry.id}:{entry.revision}", found.change[:1]
    here = f"logfxa:{stem}:{found.change[:2]}"
    data = {"fix": stem}
    what = describe(turn, entry.help)
    match kind:
        case "v":
            options = [
                turn.option("option.people", f"logfxw:{stem}:v{count}", count=count)
                for count in range(1, MOST_BY_TAP + 1)
            ]
            say = Say(turn.say("correct.ask-count", what=what), tuple(options))
            return Reply((say,), here=here, at=AT_COUNT, data=data)
        case "d":
            days = [("option.today", 0), ("option.yesterday", 1), ("option.day-before", 2)]
            options = [
                turn.option(name, f"logfxw:{stem}:d{turn.today - timedelta(days=back):%Y%m%d}")
                for name, back in days
            ]
            say = Say(turn.say("correct.ask-day", what=what), tuple(options))
            return Reply((say,), here=here, at=AT_DAY, data=data)
        case "o":
            options = [Option(turn.say(CHANGES[one]), f"logfxw:{stem}:{one}") for one in CHANGES]
            return reply(turn.say("correct.ask-outcome", what=what), *options, here=here)
    return _asking_topic(turn, entry, found)


def _asking_topic(turn: Turn, entry: Entry, found: Correction) -> Reply:
    stem = f"{entry.id}:{entry.revision}"
    is_first = found.change[1:2] != "2"
    topics = FIRST_TOPICS if is_first else MORE_TOPICS
    options = [Option(turn.say(f"topic.{one}"), f"logfxw:{stem}:t{one}") for one in topics]
    if is_first:
        options.append(turn.option("option.other-help", f"logfxa:{stem}:t2"))
    here = f"logfxa:{stem}:t" if is_first else f"logfxa:{stem}:t2"
    text = turn.say("correct.ask-topic", what=describe(turn, entry.help))
    return reply(text, *options, here=here)


def is_value(turn: Turn) -> bool:
    """True for a number or a day typed while it is waited for."""
    if is_words_at(turn, AT_COUNT):
        return _typed_count(turn) is not None
    return is_words_at(turn, AT_DAY) and find_day(turn.inbound.text, turn.today).is_said


def take_value(turn: Turn, worker: Worker) -> Reply:
    """The typed number or day; one that cannot be is asked for anew."""
    stem = turn.state.data.get("fix", "")
    found = read_correction((*stem.split(":"), "v"))
    if found is None:
        return _nothing(turn)
    if turn.state.at == AT_COUNT:
        return ask_reason(turn.doing(f"logfxw:{stem}:v{_typed_count(turn)}"), worker)
    day = find_day(turn.inbound.text, turn.today).day
    if day is None:
        return ask_value(turn.doing(f"logfxa:{stem}:d"), worker)
    return ask_reason(turn.doing(f"logfxw:{stem}:d{day:%Y%m%d}"), worker)


def _typed_count(turn: Turn) -> int | None:
    said = turn.inbound.text.lower().strip(" .,!")
    for noun in ("người", "nguoi", "lượt", "luot"):
        said = said.removesuffix(noun).strip()
    return int(said) if is_number(said) else spoken_number(said)


def ask_reason(turn: Turn, worker: Worker) -> Reply:
    """Why: one tap for what happens most, or a few words."""
    found = read_correction(turn.args)
    if found is None:
        return _nothing(turn)
    return _with_entry(turn, worker, found.entry_id, lambda t, entry: _asking_why(t, entry, found))


def _asking_why(turn: Turn, entry: Entry, found: Correction) -> Reply:
    if entry.revision != found.revision:
        return _changed_since(turn, entry)
    after = entry.help if found.takes_out else found.applied(entry)
    if after is None or not help_log.may_be_logged(after.occurred_on, turn.today):
        back = turn.option("option.correct-on", f"logfx:{entry.id}")
        most, days = help_log.MOST_VISITS, help_log.OLDEST_DAYS
        return reply(turn.say("correct.cannot", most=most, days=days), back)
    if after == entry.help and not found.takes_out:
        back = turn.option("option.correct-on", f"logfx:{entry.id}")
        return reply(turn.say("correct.same", what=describe(turn, after)), back)
    options = [turn.option(REASONS[one], f"logfxk:{found}:{one}") for one in REASONS]
    options.append(turn.option("option.reason-other", f"logfxr:{found}"))
    what = describe(turn, entry.help)
    if found.takes_out:
        text = turn.say("correct.why-out", what=what)
    else:
        text = turn.say("correct.why", what=what, after=describe_whole(turn, after))
    return reply(text, *options, here=f"logfxw:{found}")


def ask_words(turn: Turn, worker: Worker) -> Reply:
    """Another reason is typed."""
    found = read_correction(turn.args)
    if found is None:
        return _nothing(turn)
    return _with_entry(turn, worker, found.entry_id, lambda t, entry: _in_words(t, entry, found))


def _in_words(turn: Turn, entry: Entry, found: Correction) -> Reply:
    # Only what means something is remembered: an action can be typed, and hold anything.
    if not found.takes_out and found.applied(entry) is None:
        return _nothing(turn)
    say = Say(turn.say("correct.ask-reason"))
    return Reply((say,), here=f"logfxr:{found}", at=AT_REASON, data={"fix": str(found)})


def is_reason(turn: Turn) -> bool:
    """True for a few words typed while a reason is waited for."""
    return is_words_at(turn, AT_REASON)


def take_reason(turn: Turn, worker: Worker) -> Reply:
    """The typed reason; personal numbers in it are masked before it is kept."""
    found = read_correction(tuple(turn.state.data.get("fix", "").split(":")))
    if found is None:
        return _nothing(turn)
    if sum(sign.isalpha() for sign in turn.inbound.text) < help_log.SHORTEST_REASON:
        again = Say(turn.say("correct.reason"))
        return Reply((again,), at=AT_REASON, data=turn.state.data)
    return _change(turn, worker, found, turn.inbound.text)


def take_tapped(turn: Turn, worker: Worker) -> Reply:
    """The reason that was tapped."""
    found = read_correction(turn.args)
    reason = (*turn.args, "", "", "", "")[3]
    if found is None or reason not in REASONS:
        return _nothing(turn)
    return _change(turn, worker, found, turn.say(REASONS[reason]))


def _change(turn: Turn, worker: Worker, found: Correction, reason: str) -> Reply:
    """Write it: the reading before stays as a revision."""
    return _with_entry(
        turn, worker, found.entry_id, lambda t, entry: _written(t, worker, (entry, found, reason))
    )


def _written(turn: Turn, worker: Worker, what: tuple[Entry, Correction, str]) -> Reply:
    entry, found, reason = what
    if entry.revision != found.revision:
        return _changed_since(turn, entry)
    is_own = entry.member_id == worker.id
    again = turn.option("option.correct-other", "logfxs" if is_own else "logteam")
    log = turn.option("option.log", "log")
    if found.takes_out:
        gone = help_log.undo_help(turn.unit, turn.commune.id, worker, entry.id, reason)
        text = turn.say("undo.done", what=describe(turn, gone.help))
        return Reply((Say(text, (log, again)),), here=HOME, outcome="undone")
    fresh = found.applied(entry)
    if fresh is None:
        return _nothing(turn)
    after = help_log.correct_help(turn.unit, turn.commune.id, worker, entry.id, (fresh, reason))
    text = turn.say("correct.done", number=after.id, what=describe_whole(turn, after.help))
    return Reply((Say(text, (log, again)),), here=HOME, outcome="corrected")


def _with_entry(turn: Turn, worker: Worker, number: int, then: Then) -> Reply:
    """What follows for an entry that this member may change; the refusal where they may not."""
    try:
        entry = help_log.find_changeable(turn.unit, turn.commune.id, worker, number)
        if entry.voided_at is not None:
            raise RuleError("correct.voided", "Phiếu này đã bỏ rồi.")
        return then(turn, entry)
    except RuleError as refusal:
        mine = turn.option("option.mine", "mine")
        return reply(turn.say(refusal.code), turn.option("option.log", "log"), mine)


def _changed_since(turn: Turn, entry: Entry) -> Reply:
    """A button of an earlier reading: it changes nothing and shows the present one."""
    present = _shown(turn, entry)
    (say,) = present.messages
    text = f"{turn.say('correct.changed')}\n{say.text}"
    return Reply((Say(text, say.options),), here=present.here)


ACTIONS: dict[str, MemberHandler] = {
    "logfxs": list_own,
    "logfx": show,
    "logfxa": ask_value,
    "logfxw": ask_reason,
    "logfxr": ask_words,
    "logfxk": take_tapped,
}
LEADER_ACTIONS: dict[str, MemberHandler] = {"logteam": list_of_team}
