"""While a class goes on: the text for the Zalo group, the code of the minute, lines for others, heads."""

from __future__ import annotations

from bot.conversation.class_cards import Case, card, is_open, with_class
from bot.conversation.members import MemberHandler, Worker, is_number, is_words_at, written_count
from bot.conversation.turn import Reply, Say, Turn
from bot.core.errors import RuleError
from bot.core.vocabulary import TrainingStatus
from bot.locale import show_clock
from bot.services import check_in, class_words, roll, team_classes, trainings

AT_LINES, AT_HEADS = "trn.lines", "trn.heads"
MOST_BY_TAP = 5
NOUNS = ("người", "nguoi", "cô bác", "bà con", "đầu người", "dau nguoi")
HEADS = ("khoảng", "khoang", "chừng", "chung", "được", "duoc", "ghi hộ", "ghi ho", "có", "co")


def show_group_text(turn: Turn, worker: Worker) -> Reply:
    """A message of its own that can be copied whole; below it what to do with it."""
    return with_class(turn, worker, _group_text)


def _group_text(turn: Turn, case: Case) -> Reply:
    unit, training = turn.unit, case.training
    if training.status not in trainings.COMING:
        return card(turn, case)
    code = check_in.invitation_code(unit.keys, turn.commune.id, training.id)
    name = turn.say(f"kind.{turn.commune.kind}", name=turn.commune.name)
    way = turn.say("lesson.way", commune=name)
    if class_words.is_reachable(turn.shelf.site):
        # Without its scheme the web chat makes no button of it, which would be lost when the text is copied.
        address = turn.shelf.site.split("://")[-1]
        way = turn.say("lesson.way-link", commune=name, link=f"{address}/c/{code}")
    text = class_words.for_group(turn.texts, training, way)
    options = [turn.option("option.class-card", f"trn:{training.id}")]
    is_planned = training.status is TrainingStatus.PLANNED
    if is_planned:
        verb = f"trngo:{training.id}:{TrainingStatus.ANNOUNCED}"
        options.insert(0, turn.option("option.class-announce", verb))
    hint = turn.say("lesson.group-planned" if is_planned else "lesson.group")
    messages = (Say(text, home=False), Say(hint, tuple(options)))
    return Reply(messages, here=f"trngrp:{training.id}")


def show_code(turn: Turn, worker: Worker) -> Reply:
    """The code of this minute, how long it is good, and the screen that changes it by itself."""
    return with_class(turn, worker, _code)


def _code(turn: Turn, case: Case) -> Reply:
    unit, commune, training = turn.unit, turn.commune, case.training
    if not is_open(turn, training):
        opens, closes = check_in.opening(training)
        values = {"opens": show_clock(opens, unit.now), "closes": show_clock(closes, unit.now)}
        return card(turn, case, turn.say("lesson.code-closed", **values))
    code = check_in.show_code(check_in.screen_code(unit.keys, commune.id, training.id, unit.now))
    good_for = check_in.seconds_left(unit.now) + check_in.TOLERANCE * check_in.WINDOW.seconds
    path = check_in.screen_path(unit.keys, commune.slug, commune.id, training.id)
    seats = team_classes.figures_of(unit, commune.id, training).seats.seats
    lines = [
        turn.say("lesson.code", code=code, seconds=good_for),
        turn.say("lesson.code-screen", link=f"{turn.shelf.site}{path}"),
        turn.say("lesson.code-seats", count=seats),
    ]
    options = [turn.option("option.class-code-anew", f"trnci:{training.id}")]
    if training.outline.starts_at <= unit.now:
        options.append(turn.option("option.class-lines", f"trnadd:{training.id}"))
    options.append(turn.option("option.class-card", f"trn:{training.id}"))
    say = Say("\n".join(lines), tuple(options))
    return Reply((say,), here=f"trnci:{training.id}", in_place=True)


# ---- people without a phone ---------------------------------------------------------------------


def ask_lines(turn: Turn, worker: Worker) -> Reply:
    """How many people without a phone are there; nobody's name is asked for."""
    return with_class(turn, worker, lambda t, case: _asking_lines(t, case, ""))


def _asking_lines(turn: Turn, case: Case, note: str) -> Reply:
    number = case.training.id
    options = tuple(
        turn.option("option.people", f"trnaddn:{number}:{count}:{turn.key}", count=count)
        for count in range(1, MOST_BY_TAP + 1)
    )
    say = Say(note or turn.say("lesson.ask-lines"), options)
    data = {"class": str(number)}
    misses = turn.state.misses + 1 if note else 0
    return Reply((say,), here=f"trnadd:{number}", at=AT_LINES, data=data, misses=misses)


def add_lines(turn: Turn, worker: Worker) -> Reply:
    """A number that was tapped; the same button twice counts once."""
    count, key = (*turn.args, "", "", "")[1:3]
    if not is_number(count) or not is_number(key):
        return ask_lines(turn, worker)
    return with_class(turn, worker, lambda t, case: _add(t, case, (int(count), key)))


def _add(turn: Turn, case: Case, told: tuple[int, str]) -> Reply:
    count, key = told
    unit, commune = turn.unit, turn.commune.id
    client_id = f"lines:{case.worker.id}:{key}"
    try:
        new = roll.add_lines(unit, commune, case.hand, case.training, (count, client_id))
    except RuleError as refusal:
        if refusal.code == "roll.lines":
            return _asking_lines(turn, case, turn.say(refusal.code))
        return card(turn, case, turn.say(refusal.code))
    return card(turn, case, turn.say("lesson.lines-added", count=new) if new else "")


# ---- the head count -----------------------------------------------------------------------------


def ask_heads(turn: Turn, worker: Worker) -> Reply:
    """How many were there, as somebody counted."""
    return with_class(turn, worker, lambda t, case: _asking_heads(t, case, ""))


def _asking_heads(turn: Turn, case: Case, note: str) -> Reply:
    if case.training.status in roll.CLOSED:
        return card(turn, case, turn.say("roll.closed"))
    data = {"class": str(case.training.id)}
    misses = turn.state.misses + 1 if note else 0
    say = Say(note or turn.say("lesson.ask-heads"))
    here = f"trnhd:{case.training.id}"
    return Reply((say,), here=here, at=AT_HEADS, data=data, misses=misses)


def is_count(turn: Turn) -> bool:
    """True for a number typed while one is waited for."""
    is_waiting = is_words_at(turn, AT_LINES) or is_words_at(turn, AT_HEADS)
    return is_waiting and _written(turn) is not None


def _written(turn: Turn) -> int | None:
    """“12”, “12 người”, “khoảng mười hai”, “không” is no number."""
    return written_count(turn.inbound.text, HEADS, NOUNS)


def take_count(turn: Turn, worker: Worker) -> Reply:
    """The typed number of lines or of heads."""
    number = turn.state.data.get("class", "")
    count = _written(turn) or 0
    if turn.state.at == AT_LINES:
        return with_class(turn, worker, lambda t, case: _add(t, case, (count, t.key)), number)
    return with_class(turn, worker, lambda t, case: _tell_heads(t, case, count), number)


def _tell_heads(turn: Turn, case: Case, count: int) -> Reply:
    unit, commune = turn.unit, turn.commune.id
    if case.training.status in roll.CLOSED:
        return card(turn, case, turn.say("roll.closed"))
    try:
        fresh = trainings.tell_heads(unit, commune, case.hand, case.training, (count, None))
    except RuleError as refusal:
        if refusal.code == "training.heads":
            return _asking_heads(turn, case, turn.say(refusal.code))
        return card(turn, case, turn.say(refusal.code))
    lead = turn.say("lesson.heads-told", count=count)
    return card(turn, Case(case.worker, case.hand, fresh), lead)


ACTIONS: dict[str, MemberHandler] = {
    "trngrp": show_group_text,
    "trnci": show_code,
    "trnadd": ask_lines,
    "trnaddn": add_lines,
    "trnhd": ask_heads,
}
