"""The team's corner: join by code, log a help in four taps, take it back, see the own week."""

from __future__ import annotations

from datetime import date

from bot.conversation.turn import HOME, Action, Option, Reply, Say, Turn, reply
from bot.core.errors import RuleError
from bot.core.messages import Kind
from bot.core.text import fold, spoken_number
from bot.core.vocabulary import Role, Topic
from bot.locale import show_day
from bot.services import help_log, teams
from bot.services.help_log import Help

FIRST_TOPICS = (Topic.VNEID, Topic.DVC, Topic.TT, Topic.AT)
MORE_TOPICS = (Topic.CKS, Topic.HOC_SO)
MOST_BY_TAP = 4
MOST_TRIES = 5
LONGEST_NUMBER = 18  # digits: any whole number that fits is a valid key on both engines
JOIN_WORDS = ("vao to", "vo to", "tham gia", "ma moi", "start j")
AT_COUNT = "log.count"
AT_NAME = "team.name"
HEADS = ("khoảng", "khoang", "chừng", "chung", "được", "duoc", "tới", "toi")
NOUNS = ("người", "nguoi", "lượt", "luot", "bà con", "ba con")


def written_code(turn: Turn) -> str | None:
    """An invitation code typed as a whole message, after “vào tổ”, or carried by a deep link.

    Empty for what was meant as a code and cannot be one; None for anything else.
    """
    text = turn.inbound.text
    if turn.inbound.kind is Kind.START:
        is_code = text.startswith(teams.DEEP_LINK_PREFIX)
        return teams.read_code(text.removeprefix(teams.DEEP_LINK_PREFIX)) if is_code else None
    if turn.inbound.kind is not Kind.TEXT or turn.action is not None:
        return None
    said = fold(text)
    for word in JOIN_WORDS:
        if said.startswith(f"{word} "):
            rest = said.removeprefix(word)
            return teams.read_code(rest) or ("" if teams.looks_like_code(rest) else None)
    code = teams.read_code(text)
    has_digit_and_letter = code and not code.isdecimal() and not code.isalpha()
    return code if has_digit_and_letter or (code and "-" in text) else None


def join(turn: Turn) -> Reply:
    """Spend the code; wrong ones are counted, and after five the person is told whom to ask."""
    person = turn.option("option.person", "person")
    tries = int(turn.state.data.get("tries", "0"))
    if tries >= MOST_TRIES:
        text = turn.say("join.too-many")
        return Reply((Say(text, (person,)),), data=turn.state.data, outcome="refused")
    try:
        worker = teams.join(turn.unit, turn.commune, turn.identity, written_code(turn) or "")
    except RuleError as refusal:
        return _refuse_code(turn, refusal.code, tries)
    welcome = turn.say("join.welcome", where=_where(turn, worker.role, worker.team))
    if worker.role.in_team:
        welcome = f"{welcome} {turn.say('join.can-log')}"
    if worker.name:
        return Reply((Say(f"{worker.name}: {welcome}"),), here=HOME, outcome="joined")
    later = turn.option("option.later", HOME)
    ask = Say(f"{welcome}\n{turn.say('join.ask-name')}", zero=later)
    return Reply((ask,), here=HOME, at=AT_NAME, outcome="joined")


def _refuse_code(turn: Turn, why: str, tries: int) -> Reply:
    """Why the code did not work; who is in already hears that, whatever became of the code."""
    if turn.worker is not None:
        where = _where(turn, turn.worker.role, turn.worker.team)
        return reply(turn.say("join.already", where=where))
    person = turn.option("option.person", "person")
    data = {"tries": str(tries + 1)}
    return Reply((Say(turn.say(why), (person,)),), data=data, outcome="refused")


def _where(turn: Turn, role: Role, team: str | None) -> str:
    """What somebody belongs to, as a sentence says it."""
    return turn.say("role.in-team", team=team) if team else turn.say(f"role.{role}")


def ask_code(turn: Turn) -> Reply:
    """“vào tổ” without a code: how to write it."""
    return reply(turn.say("join.how"), turn.option("option.person", "person"))


def ask_name(turn: Turn) -> Reply:
    """The name is typed again."""
    if turn.worker is None:
        return not_for_you(turn)
    later = turn.option("option.later", HOME)
    return Reply((Say(turn.say("join.ask-name"), zero=later),), at=AT_NAME)


def take_name(turn: Turn) -> Reply:
    """The name that the team will see."""
    if turn.worker is None:
        return not_for_you(turn)
    if not any(letter.isalpha() for letter in turn.inbound.text):
        return ask_name(turn)
    name = teams.rename(turn.unit, turn.commune, turn.worker, turn.inbound.text)
    options = [turn.option("option.change-name", "name")]
    if _is_member(turn):
        options.insert(0, turn.option("option.log", "log"))
    return reply(turn.say("join.named", name=name), *options, here=HOME)


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
    message = Say(text, tuple(options))
    data = {"topic": str(topic)}
    return Reply((message,), here=f"logt:{topic}", at=AT_COUNT, data=data, in_place=True)


def ask_count(turn: Turn) -> Reply:
    """More than four: the number is typed."""
    topic = _topic(turn.args[:1])
    if not _is_member(turn) or topic is None:
        return not_for_you(turn) if topic else choose_topic(turn)
    message = Say(turn.say("log.type-count"))
    data = {"topic": str(topic), "typed": "1"}
    return Reply((message,), here=f"logmany:{topic}", at=AT_COUNT, data=data)


def is_count(turn: Turn) -> bool:
    """True for what is typed when a number was asked for, and for a number typed instead of a tap."""
    waits = turn.state.at == AT_COUNT and turn.inbound.kind is Kind.TEXT and turn.action is None
    return waits and ("typed" in turn.state.data or _written_count(turn) is not None)


def take_count(turn: Turn) -> Reply:
    """The typed number of people."""
    number = _written_count(turn)
    topic = _topic((turn.state.data.get("topic", ""),))
    if not _is_member(turn):
        return not_for_you(turn)
    if topic is None:
        return choose_topic(turn)
    if number is None or not 1 <= number <= help_log.MOST_VISITS:
        misses = turn.state.misses + 1
        sentence = "log.count-wrong" if misses % 2 else "log.count-still-wrong"
        again = Say(turn.say(sentence, most=help_log.MOST_VISITS))
        return Reply((again,), at=AT_COUNT, data=turn.state.data, misses=misses)
    return _read_back(turn, topic, number)


def _written_count(turn: Turn) -> int | None:
    """“7”, “bảy người”, “khoảng 120”: the number, None when there is none."""
    said = turn.inbound.text.lower().strip(" .,!")
    for head in HEADS:
        said = said.removeprefix(f"{head} ")
    for noun in NOUNS:
        said = said.removesuffix(noun).strip()
    return int(said) if said.isdecimal() else spoken_number(said)


def read_back(turn: Turn) -> Reply:
    """Third tap leads here: what will be written, in one line."""
    topic, count = _topic(turn.args[:1]), (*turn.args, "", "")[1]
    if not _is_member(turn) or topic is None:
        return not_for_you(turn) if topic else choose_topic(turn)
    if not count.isdecimal() or not 1 <= int(count) <= help_log.MOST_VISITS:
        return ask_count(turn)
    return _read_back(turn, topic, int(count))


def _read_back(turn: Turn, topic: Topic, count: int) -> Reply:
    # The draft travels in the button: pressed twice, or next month, it still means what was read.
    save = f"logok:{topic}:{count}:{turn.today:%Y%m%d}:{turn.key}"
    text = turn.say("log.read-back", what=_describe(turn, topic, count, turn.today))
    options = (turn.option("option.right", save), turn.option("option.change", "log"))
    return Reply((Say(text, options),), here=f"logn:{topic}:{count}", in_place=True)


def save(turn: Turn) -> Reply:
    """Fourth tap: written down, with the way to take it back."""
    worker = turn.worker
    draft = _read_draft(turn.action)
    if worker is None or not _is_member(turn):
        return not_for_you(turn)
    if draft is None:
        return choose_topic(turn)
    topic, count, day, key = draft
    client_id = f"chat:{worker.id}:{key}"
    log = turn.option("option.log", "log")
    try:
        entry, is_new = help_log.log_help(
            turn.unit, turn.commune.id, worker, Help(day, topic, count), client_id
        )
    except RuleError as refusal:
        return Reply((Say(turn.say(refusal.code), (log,)),), here=HOME, outcome="refused")
    if entry.voided_at is not None:
        return reply(turn.say("undo.already"), log, here=HOME)
    what = _describe(turn, entry.help.topic, entry.help.visits, entry.help.occurred_on)
    options = [turn.option("option.log-more", "log")]
    if turn.unit.now - entry.recorded_at <= help_log.UNDO_WITHIN:
        options.append(turn.option("option.undo", f"undo:{entry.id}"))
    text = turn.say("log.saved-before", what=what)
    if is_new:
        visits, _ = help_log.my_week(turn.unit, turn.commune.id, worker)
        text = turn.say("log.saved", what=what, week=sum(visits.values()))
    return Reply((Say(text, tuple(options)),), here=HOME, in_place=True, outcome="logged")


def undo(turn: Turn) -> Reply:
    """Take an own entry back within a day."""
    worker, number = turn.worker, (*turn.args, "")[0]
    log, mine = turn.option("option.log", "log"), turn.option("option.mine", "mine")
    if worker is None or not _is_member(turn):
        return not_for_you(turn)
    if not _is_number(number):
        return reply(turn.say("undo.unknown"), mine)
    try:
        entry = help_log.undo_help(turn.unit, turn.commune.id, worker, int(number))
    except RuleError as refusal:
        return reply(turn.say(refusal.code), log, mine, here=HOME)
    what = _describe(turn, entry.help.topic, entry.help.visits, entry.help.occurred_on)
    message = Say(turn.say("undo.done", what=what), (log, mine))
    return Reply((message,), here=HOME, outcome="undone")


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
    newest = max(entries, key=lambda entry: (entry.recorded_at, entry.id))
    if turn.unit.now - newest.recorded_at > help_log.UNDO_WITHIN:
        return reply(text, log, here="mine")
    what = _describe(turn, newest.help.topic, newest.help.visits, newest.help.occurred_on)
    undo_it = turn.option("option.undo-newest", f"undo:{newest.id}")
    return reply(f"{text}\n{turn.say('mine.newest', what=what)}", log, undo_it, here="mine")


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
    is_whole = all(map(_is_number, (count, day, key))) and len(day) == len("20261121")
    if known is None or not is_whole:
        return None
    try:
        return known, int(count), date.fromisoformat(day), key
    except ValueError:
        return None


def _is_number(text: str) -> bool:
    """True for what our own buttons carry: digits, and no more than a database key has."""
    return text.isascii() and text.isdecimal() and len(text) <= LONGEST_NUMBER


def _describe(turn: Turn, topic: Topic, count: int, day: date) -> str:
    return turn.say(
        "log.what", count=count, topic=turn.say(f"topic.{topic}"), day=show_day(day, turn.today)
    )
