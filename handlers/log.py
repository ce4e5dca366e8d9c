"""The log in four taps: topic, how many, read-back, saved; and taking the newest entry back."""

from __future__ import annotations

from bot.conversation.drafts import Draft, describe, read_draft
from bot.conversation.log_cards import (
    AT_COUNT,
    FIRST_TOPICS,
    MORE_TOPICS,
    MOST_BY_TAP,
    ask_count_of,
    choose_topic_of,
    of_count,
    read_back,
)
from bot.conversation.members import MemberHandler, Worker, is_number, is_words_at, written_count
from bot.conversation.turn import HOME, Option, Reply, Say, Turn, reply
from bot.core.errors import RuleError
from bot.core.vocabulary import Topic
from bot.locale import show_day
from bot.services import help_log, plausibility
from bot.services.help_log import Entry, Help

HEADS = ("khoảng", "khoang", "chừng", "chung", "được", "duoc", "tới", "toi")
NOUNS = ("người", "nguoi", "lượt", "luot", "bà con", "ba con")


def choose_topic(turn: Turn, worker: Worker) -> Reply:
    """First tap: what the help was about; whoever logged of late may say “the same again”."""
    before = help_log.newest(turn.unit, turn.commune.id, worker)
    topics = FIRST_TOPICS[:-1] if before else FIRST_TOPICS
    options = [Option(turn.say(f"topic.{topic}"), f"logt:{topic}") for topic in topics]
    if before is not None:
        is_yesterday = (turn.today - before.help.occurred_on).days == 1
        label = "option.as-yesterday" if is_yesterday else "option.as-before"
        options.insert(0, turn.option(label, "loglast"))
    options.append(turn.option("option.other-help", "logmore"))
    return Reply((Say(turn.say("log.topic"), tuple(options)),), here="log", in_place=True)


def choose_rarer_topic(turn: Turn, worker: Worker) -> Reply:
    """The other topics go straight to the read-back with one person: still four taps."""
    options = tuple(Option(turn.say(f"topic.{topic}"), f"logn:{topic}:1") for topic in MORE_TOPICS)
    return Reply((Say(turn.say("log.topic"), options),), here="logmore", in_place=True)


def repeat(turn: Turn, worker: Worker) -> Reply:
    """“như hôm qua”: the newest own entry of these days again, with the day of today."""
    before = help_log.newest(turn.unit, turn.commune.id, worker)
    if before is None:
        return reply(turn.say("log.nothing-before"), turn.option("option.log", "log"))
    return read_back(turn, Draft(help_log.again(before, turn.today), turn.key))


def choose_count(turn: Turn, worker: Worker) -> Reply:
    """Second tap: how many people; the digit is the number."""
    topic = _topic(turn.args[:1])
    if topic is None:
        return choose_topic(turn, worker)
    options = [
        turn.option("option.people", f"logn:{topic}:{count}", count=count)
        for count in range(1, MOST_BY_TAP + 1)
    ]
    options.append(turn.option("option.more-people", f"logmany:{topic}"))
    text = turn.say("log.count", topic=turn.say(f"topic.{topic}"))
    data = {"topic": str(topic)}
    message = Say(text, tuple(options))
    return Reply((message,), here=f"logt:{topic}", at=AT_COUNT, data=data, in_place=True)


def ask_count(turn: Turn, worker: Worker) -> Reply:
    """More than four: the number is typed."""
    topic = _topic(turn.args[:1])
    if topic is None:
        return choose_topic(turn, worker)
    data = {"topic": str(topic), "typed": "1"}
    message = Say(turn.say("log.type-count"))
    return Reply((message,), here=f"logmany:{topic}", at=AT_COUNT, data=data)


def change(turn: Turn, worker: Worker) -> Reply:
    """“Sửa” under a read-back: one thing is asked for again, the rest stays."""
    draft = read_draft(turn.args)
    if draft is None:
        return choose_topic(turn, worker)
    options = (
        turn.option("option.change-topic", f"logft:{draft}"),
        turn.option("option.change-count", f"logfc:{draft}"),
        turn.option("option.other-day", f"logday:{draft}"),
        turn.option("option.log-anew", "log"),
    )
    text = turn.say("log.change", what=describe(turn, draft.done))
    return Reply((Say(text, options),), here=f"logfix:{draft}", in_place=True)


def change_topic(turn: Turn, worker: Worker) -> Reply:
    """Another topic for a draft."""
    draft = read_draft(turn.args)
    return choose_topic_of(turn, draft) if draft else choose_topic(turn, worker)


def change_topic_more(turn: Turn, worker: Worker) -> Reply:
    """The rarer topics for a draft."""
    draft = read_draft(turn.args)
    return choose_topic_of(turn, draft, MORE_TOPICS) if draft else choose_topic(turn, worker)


def change_count(turn: Turn, worker: Worker) -> Reply:
    """Another number for a draft; tapped or typed."""
    draft = read_draft(turn.args)
    if draft is None:
        return choose_topic(turn, worker)
    return ask_count_of(turn, draft, turn.say("log.other-count"))


def is_count(turn: Turn) -> bool:
    """True for what is typed when a number was asked for, and for a number typed instead of a tap."""
    if not is_words_at(turn, AT_COUNT):
        return False
    return "typed" in turn.state.data or _written_count(turn) is not None


def take_count(turn: Turn, worker: Worker) -> Reply:
    """The typed number of people."""
    number, data = _written_count(turn), turn.state.data
    draft = read_draft(data.get("draft", "").split(":"))
    topic = _topic((data.get("topic", ""),))
    if topic is None and draft is None:
        return choose_topic(turn, worker)
    if number is None or not 1 <= number <= help_log.MOST_VISITS:
        misses = turn.state.misses + 1
        sentence = "log.count-wrong" if misses % 2 else "log.count-still-wrong"
        again = Say(turn.say(sentence, most=help_log.MOST_VISITS))
        return Reply((again,), at=AT_COUNT, data=data, misses=misses)
    if draft is not None:
        return read_back(turn, of_count(draft, number))
    return read_back(turn, _fresh(turn, topic or Topic.VNEID, number))


def _written_count(turn: Turn) -> int | None:
    """“7”, “bảy người”, “khoảng 120”: the number, None when there is none."""
    return written_count(turn.inbound.text, HEADS, NOUNS)


def show_read_back(turn: Turn, worker: Worker) -> Reply:
    """Third tap leads here: what will be written, in one line."""
    draft = read_draft(turn.args)
    if draft is not None:
        return read_back(turn, draft)
    topic, count = _topic(turn.args[:1]), (*turn.args, "", "")[1]
    if topic is None:
        return choose_topic(turn, worker)
    if len(turn.args) > 2 or not is_number(count) or not 1 <= int(count) <= help_log.MOST_VISITS:
        return ask_count(turn, worker)
    return read_back(turn, _fresh(turn, topic, int(count)))


def _fresh(turn: Turn, topic: Topic, count: int) -> Draft:
    return Draft(Help(turn.today, topic, count), turn.key)


def save(turn: Turn, worker: Worker) -> Reply:
    """Fourth tap: written down, with the way to take it back."""
    draft = read_draft(turn.args)
    if draft is None or draft.lacks_topic:
        return choose_topic_of(turn, draft) if draft else choose_topic(turn, worker)
    log = turn.option("option.log", "log")
    client_id = f"chat:{worker.id}:{draft.key}"
    try:
        entry, is_new = help_log.log_help(turn.unit, turn.commune.id, worker, draft.done, client_id)
    except RuleError as refusal:
        return Reply((Say(turn.say(refusal.code), (log,)),), here=HOME, outcome="refused")
    if entry.voided_at is not None:
        return reply(turn.say("undo.already"), log, here=HOME)
    options = [turn.option("option.log-more", "log")]
    if turn.unit.now - entry.recorded_at <= help_log.UNDO_WITHIN:
        options.append(turn.option("option.undo", f"undo:{entry.id}"))
    options.append(turn.option("option.correct", f"logfx:{entry.id}"))
    lines = [_saved(turn, worker, entry)] if is_new else [_saved_before(turn, entry)]
    if is_new:
        lines += _counts(turn, draft, entry)
        signs = plausibility.after_saving(turn.unit, turn.commune.id, worker, entry)
        lines += [turn.say(sign) for sign in signs]
    message = Say("\n".join(lines), tuple(options))
    return Reply((message,), here=HOME, in_place=True, outcome="logged")


def _saved(turn: Turn, worker: Worker, entry: Entry) -> str:
    visits, _ = help_log.my_week(turn.unit, turn.commune.id, worker)
    what = describe(turn, entry.help)
    return turn.say("log.saved", what=what, week=sum(visits.values()))


def _saved_before(turn: Turn, entry: Entry) -> str:
    return turn.say("log.saved-before", what=describe(turn, entry.help))


def _counts(turn: Turn, draft: Draft, entry: Entry) -> list[str]:
    """Whether the person counts anew, told at once: a refusal that stays hidden discourages."""
    if entry.help.person_id is None:
        return [turn.say("log.person-gone")] if draft.done.person_id is not None else []
    before = help_log.counted_before(turn.unit, turn.commune.id, entry)
    if before is None:
        return [turn.say("log.counts-anew")]
    return [turn.say("log.counted-before", day=show_day(before, turn.today))]


def undo(turn: Turn, worker: Worker) -> Reply:
    """Take an own entry back within a day."""
    number = (*turn.args, "")[0]
    log, mine = turn.option("option.log", "log"), turn.option("option.mine", "mine")
    if not is_number(number):
        return reply(turn.say("undo.unknown"), mine)
    try:
        entry = help_log.undo_help(turn.unit, turn.commune.id, worker, int(number))
    except RuleError as refusal:
        return reply(turn.say(refusal.code), log, mine, here=HOME)
    message = Say(turn.say("undo.done", what=describe(turn, entry.help)), (log, mine))
    return Reply((message,), here=HOME, outcome="undone")


def _topic(args: tuple[str, ...]) -> Topic | None:
    return Topic(args[0]) if args and args[0] in set(Topic) else None


ACTIONS: dict[str, MemberHandler] = {
    "log": choose_topic,
    "logmore": choose_rarer_topic,
    "loglast": repeat,
    "logt": choose_count,
    "logmany": ask_count,
    "logn": show_read_back,
    "logfix": change,
    "logft": change_topic,
    "logfu": change_topic_more,
    "logfc": change_count,
    "logok": save,
    "undo": undo,
}
