"""The team's corner: join by code, log a help in four taps, take it back, see the own week."""

from __future__ import annotations

from datetime import date

from bot.conversation.turn import Action, Option, Reply, Say, Turn, reply
from bot.core.errors import RuleError
from bot.core.messages import Kind
from bot.core.text import fold, spoken_number
from bot.core.vocabulary import Topic
from bot.locale import show_day
from bot.services import help_log, teams

FIRST_TOPICS = (Topic.VNEID, Topic.DVC, Topic.TT, Topic.AT)
MORE_TOPICS = (Topic.CKS, Topic.HOC_SO)
MOST_BY_TAP = 4
MOST_TRIES = 5
JOIN_WORDS = ("vao to", "tham gia", "ma moi", "start j")
AT_COUNT = "log.count"
AT_NAME = "team.name"


def written_code(turn: Turn) -> str | None:
    """An invitation code typed as a whole message, after “vào tổ”, or carried by a deep link."""
    text = turn.inbound.text
    if turn.inbound.kind is Kind.START:
        return (
            teams.read_code(text.removeprefix(teams.DEEP_LINK_PREFIX))
            if text.startswith(teams.DEEP_LINK_PREFIX)
            else None
        )
    if turn.inbound.kind is not Kind.TEXT or turn.action is not None:
        return None
    said = fold(text)
    for word in JOIN_WORDS:
        if said.startswith(f"{word} "):
            return teams.read_code(said.removeprefix(word))
    code = teams.read_code(text)
    has_digit_and_letter = code and not code.isdecimal() and not code.isalpha()
    return code if has_digit_and_letter or (code and "-" in text) else None


def join(turn: Turn) -> Reply:
    """Spend the code; wrong ones are counted, and after five the person is told whom to ask."""
    code = written_code(turn) or ""
    tries = int(turn.state.data.get("tries", "0"))
    if tries >= MOST_TRIES:
        return Reply((Say(turn.say("join.too-many")),), data=turn.state.data, outcome="refused")
    try:
        worker = teams.join(turn.unit, turn.commune, turn.identity, code)
    except RuleError as refusal:
        data = {"tries": str(tries + 1)}
        return Reply((Say(turn.say(refusal.code)),), data=data, outcome="refused")
    where = worker.team or turn.say(f"role.{worker.role}")
    welcome = turn.say("join.welcome", where=where)
    if worker.name:
        return Reply((Say(f"{worker.name}: {welcome}"),), outcome="joined")
    later = turn.option("option.later", "menu")
    ask = Say(f"{welcome}\n{turn.say('join.ask-name')}", (later,), home=False)
    return Reply((ask,), at=AT_NAME, outcome="joined")


def take_name(turn: Turn) -> Reply:
    """The name that the team will see."""
    if turn.worker is None:
        return not_for_you(turn)
    name = teams.rename(turn.unit, turn.commune, turn.worker, turn.inbound.text)
    return reply(turn.say("join.named", name=name), turn.option("option.log", "log"))


def not_for_you(turn: Turn) -> Reply:
    """Somebody outside a team pressed a button of the team."""
    person = turn.option("option.person", "person")
    return Reply((Say(turn.say("team.not-for-you"), (person,)),), outcome="refused")


def choose_topic(turn: Turn) -> Reply:
    """First tap: what the help was about."""
    if not _is_member(turn):
        return not_for_you(turn)
    options = [_topic_option(turn, topic) for topic in FIRST_TOPICS]
    options.append(turn.option("option.other-help", "logmore"))
    return Reply((Say(turn.say("log.topic"), tuple(options)),), here="log", in_place=True)


def choose_rarer_topic(turn: Turn) -> Reply:
    """The other topics go straight to the read-back with one person: still four taps."""
    if not _is_member(turn):
        return not_for_you(turn)
    options = tuple(Option(turn.say(f"topic.{topic}"), f"logn:{topic}:1") for topic in MORE_TOPICS)
    return Reply((Say(turn.say("log.topic"), options),), here="logmore", in_place=True)


def choose_count(turn: Turn) -> Reply:
    """Second tap: how many people; the digit is the number."""
    topic = _topic(turn.args[:1])
    if not _is_member(turn) or topic is None:
        return not_for_you(turn) if topic else choose_topic(turn)
    options = [
        turn.option("option.people", f"logn:{topic}:{count}", count=count)
        for count in range(1, MOST_BY_TAP + 1)
    ]
    options.append(turn.option("option.more-people", f"logmany:{topic}"))
    text = turn.say("log.count", topic=turn.say(f"topic.{topic}"))
    return Reply((Say(text, tuple(options)),), here=f"logt:{topic}", in_place=True)


def ask_count(turn: Turn) -> Reply:
    """More than four: the number is typed."""
    topic = _topic(turn.args[:1])
    if not _is_member(turn) or topic is None:
        return not_for_you(turn)
    return Reply((Say(turn.say("log.type-count")),), at=AT_COUNT, data={"topic": topic})


def take_count(turn: Turn) -> Reply:
    """The typed number of people."""
    number = spoken_number(turn.inbound.text)
    topic = _topic((turn.state.data.get("topic", ""),))
    if number == 0:
        return choose_topic(turn)
    if number is None or topic is None or number > help_log.MOST_VISITS:
        again = Say(turn.say("log.count-wrong", most=help_log.MOST_VISITS))
        return Reply((again,), at=AT_COUNT, data=turn.state.data)
    return _read_back(turn, topic, number)


def read_back(turn: Turn) -> Reply:
    """Third tap leads here: what will be written, in one line."""
    topic, count = _topic(turn.args[:1]), (*turn.args, "", "")[1]
    if not _is_member(turn) or topic is None or not count.isdecimal():
        return not_for_you(turn)
    return _read_back(turn, topic, int(count))


def _read_back(turn: Turn, topic: Topic, count: int) -> Reply:
    # The draft travels in the button: pressed twice, or next month, it still means what was read.
    save = f"logok:{topic}:{count}:{turn.today:%Y%m%d}:{turn.key}"
    text = turn.say("log.read-back", what=_describe(turn, topic, count, turn.today))
    options = (turn.option("option.right", save), turn.option("option.change", "log"))
    return Reply((Say(text, options),), in_place=True)


def save(turn: Turn) -> Reply:
    """Fourth tap: written down, with the way to take it back."""
    worker = turn.worker
    draft = _read_draft(turn.action)
    if worker is None or not _is_member(turn) or draft is None:
        return not_for_you(turn)
    topic, count, day, key = draft
    client_id = f"chat:{worker.id}:{key}"
    try:
        entry, is_new = help_log.log_help(
            turn.unit, turn.commune.id, worker, (topic, count, day), client_id
        )
    except RuleError as refusal:
        return Reply((Say(turn.say(refusal.code)),), outcome="refused")
    if entry.voided_at is not None:
        return reply(turn.say("undo.already"), turn.option("option.log", "log"))
    visits, _ = help_log.my_week(turn.unit, turn.commune.id, worker)
    what = _describe(turn, entry.topic, entry.visits, entry.occurred_on)
    sentence = "log.saved" if is_new else "log.saved-before"
    text = turn.say(sentence, what=what, week=sum(visits.values()))
    options = (
        turn.option("option.log-more", "log"),
        turn.option("option.undo", f"undo:{entry.id}"),
    )
    return Reply((Say(text, options),), in_place=True, outcome="logged")


def undo(turn: Turn) -> Reply:
    """Take an own entry back within a day."""
    worker, number = turn.worker, (*turn.args, "")[0]
    if worker is None or not _is_member(turn) or not number.isdecimal():
        return not_for_you(turn)
    try:
        entry = help_log.undo_help(turn.unit, turn.commune.id, worker, int(number))
    except RuleError as refusal:
        return reply(turn.say(refusal.code), turn.option("option.mine", "mine"))
    what = _describe(turn, entry.topic, entry.visits, entry.occurred_on)
    log, mine = turn.option("option.log", "log"), turn.option("option.mine", "mine")
    return Reply((Say(turn.say("undo.done", what=what), (log, mine)),), outcome="undone")


def my_week(turn: Turn) -> Reply:
    """“của tôi tuần này”: the own figures, and the newest entry to take back."""
    worker = turn.worker
    if worker is None or not _is_member(turn):
        return not_for_you(turn)
    visits, entries = help_log.my_week(turn.unit, turn.commune.id, worker)
    log = turn.option("option.log", "log")
    if not entries:
        return reply(turn.say("mine.none"), log, here="mine")
    lines = [
        turn.say("mine.line", topic=turn.say(f"topic.{topic}"), visits=visits[topic])
        for topic in Topic
        if visits[topic]
    ]
    text = turn.say("mine.week", total=sum(visits.values()), lines="\n".join(lines))
    newest = max(entries, key=lambda entry: entry.recorded_at)
    what = _describe(turn, newest.topic, newest.visits, newest.occurred_on)
    undo_it = turn.option("option.undo-this", f"undo:{newest.id}", what=what)
    can_undo = turn.unit.now - newest.recorded_at <= help_log.UNDO_WITHIN
    return reply(text, log, *((undo_it,) if can_undo else ()), here="mine")


def _is_member(turn: Turn) -> bool:
    return turn.worker is not None and turn.worker.team_id is not None


def _topic_option(turn: Turn, topic: Topic) -> Option:
    return Option(turn.say(f"topic.{topic}"), f"logt:{topic}")


def _topic(args: tuple[str, ...]) -> Topic | None:
    return Topic(args[0]) if args and args[0] in set(Topic) else None


def _read_draft(action: Action | None) -> tuple[Topic, int, date, str] | None:
    """(topic, visits, day, key) of a save button; None when it was tampered with."""
    topic, count, day, key = ((*action.args, "", "", "", "") if action else ("",) * 4)[:4]
    known = _topic((topic,))
    if known is None or not (count.isdecimal() and day.isdecimal() and len(day) == len("20261121")):
        return None
    try:
        return known, int(count), date.fromisoformat(day), key
    except ValueError:
        return None


def _describe(turn: Turn, topic: Topic, count: int, day: date) -> str:
    return turn.say(
        "log.what", count=count, topic=turn.say(f"topic.{topic}"), day=show_day(day, turn.today)
    )
