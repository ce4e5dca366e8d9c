"""“mở lớp”: a class in seven answers at most, or in one line; the same screens change one that stands."""

from __future__ import annotations

import re

from bot.conversation.class_cards import Case, card, with_class
from bot.conversation.class_drafts import FOR_TEAMS, Draft, draft_of, lacks, outline_of, read_draft
from bot.conversation.class_lines import (
    placed,
    read_line,
    read_moment,
    read_topic,
    read_topic_loosely,
)
from bot.conversation.class_questions import (
    AT,
    HELD,
    MORE,
    ask,
    go_on,
    go_on_after_all,
    gone,
    new_draft,
    present_draft,
    which_part,
)
from bot.conversation.class_reasons import ask_why
from bot.conversation.members import MemberHandler, Worker, is_member
from bot.conversation.turn import HOME, Option, Reply, Say, Turn, reply
from bot.core.errors import NotAllowedError, RuleError
from bot.core.messages import Kind
from bot.core.spoken_days import Doubt, find_day_ahead
from bot.core.spoken_hours import find_hours
from bot.core.text import fold
from bot.core.vocabulary import TrainingStatus
from bot.library import Guide
from bot.services import trainings
from bot.services.trainings import COMING, LONGEST_PLACE
from bot.services.understanding import Decision

ELSEWHERE = ("scam", "duty", "newcomer", "request", "ask", "trn.reason")
"""Beginnings of the states in which other words are waited for."""
PARTS = {"kind", MORE, *AT}
DOUBTS = {
    Doubt.GONE: "planning.day-gone",
    Doubt.CLASH: "planning.day-clash",
    Doubt.LUNAR: "planning.day-lunar",
}
_ON_PURPOSE = re.compile(r"(?<!\w)(?:hồi|hoi|nãy|đã|vừa|rồi|xong)(?!\w)")
"""Who writes a line so wants to write down what took place."""
PLACE_WORDS = """
    nhà trường chùa đình chợ hội trụ văn quán khu sân ấp tổ ủy trung công xưởng phòng thư giáo miếu tiệm kp
"""
_PLACES = frozenset(fold(PLACE_WORDS).split())


def begin(turn: Turn, worker: Worker) -> Reply:
    """“mở lớp”, and every answer that was tapped: the next question, or the read-back."""
    if not turn.args:
        return go_on(turn, worker, new_draft(turn))
    draft = read_draft(turn, turn.args)
    return go_on(turn, worker, draft) if draft else gone(turn)


def ask_part(turn: Turn, worker: Worker) -> Reply:
    """One part is asked for again."""
    part, draft = (*turn.args, "")[0], read_draft(turn, turn.args[1:])
    if draft and part == HELD:
        return go_on_after_all(turn, worker, draft)
    return ask(turn, (draft, part)) if draft and part in PARTS else gone(turn)


def change(turn: Turn, worker: Worker) -> Reply:
    """“Sửa” under the read-back."""
    draft = read_draft(turn, turn.args)
    return which_part(turn, worker, draft) if draft else gone(turn)


def drop(turn: Turn, worker: Worker) -> Reply:
    """“Thôi”: nothing was written, nothing is kept."""
    options = turn.option("option.plan-class", "trnnew"), turn.option("option.team-classes", "trns")
    return reply(turn.say("planning.dropped"), *options, here=HOME)


def change_standing(turn: Turn, worker: Worker) -> Reply:
    """“Sửa lớp”: the class that stands, as a draft."""
    return with_class(turn, worker, _as_draft)


def _as_draft(turn: Turn, case: Case) -> Reply:
    if case.training.status not in COMING:
        return card(turn, case)
    return which_part(turn, case.worker, draft_of(case.training))


def save(turn: Turn, worker: Worker) -> Reply:
    """“Lưu”: planned, or changed; once people were told of a class a change needs its reason."""
    draft = read_draft(turn, turn.args)
    if draft is None:
        return gone(turn)
    if draft.edits is not None:
        number = str(draft.edits[0])
        return with_class(turn, worker, lambda t, case: _revise(t, case, draft), number)
    if lacks(turn, worker, draft) is not None:
        return go_on(turn, worker, draft)
    return _plan(turn, worker, draft)


def _plan(turn: Turn, worker: Worker, draft: Draft) -> Reply:
    unit, commune = turn.unit, turn.commune.id
    try:
        hand = trainings.hand_of(unit, commune, worker)
        outline = outline_of(turn, worker, draft)
        client_id = f"chat:{worker.id}:{draft.key}"
        written, is_new = trainings.plan(unit, commune, hand, outline, client_id)
    except RuleError as refusal:
        again = turn.option("option.plan-class", "trnnew")
        return Reply((Say(turn.say(refusal.code), (again,)),), here=HOME, outcome="refused")
    except NotAllowedError:
        return Reply((Say(turn.say("lesson.not-yours")),), here=HOME, outcome="refused")
    lead = turn.say("planning.saved" if is_new else "planning.saved-before")
    return card(turn, Case(worker, hand, written), lead)


def _revise(turn: Turn, case: Case, draft: Draft) -> Reply:
    training = case.training
    if draft.edits != (training.id, training.revision):
        return card(turn, case, turn.say("training.changed"))
    if lacks(turn, case.worker, draft) is not None:
        return go_on(turn, case.worker, draft)
    if training.status is not TrainingStatus.PLANNED:
        return ask_why(turn, "e", str(draft), draft.data)
    outline = outline_of(turn, case.worker, draft)
    fresh = trainings.revise(turn.unit, turn.commune.id, case.hand, training, (outline, None))
    lead = turn.say("planning.changed")
    return card(turn, Case(case.worker, case.hand, fresh), lead)


# ---- what is typed ------------------------------------------------------------------------------


def is_line(turn: Turn) -> bool:
    """True for a line of a member that plans a class; a question stays a question."""
    is_words = turn.action is None and turn.inbound.kind is Kind.TEXT
    waits = turn.state.at.startswith(ELSEWHERE)
    return is_words and not waits and is_member(turn) and read_line(turn) is not None


def take_line(turn: Turn, worker: Worker) -> Reply:
    """What was found in the line is filled in, the rest is asked for."""
    line = read_line(turn)
    if line is None:
        return gone(turn)
    if line.lost_day:
        note = DOUBTS[line.doubt] if line.doubt else "planning.no-such-day"
        return ask(turn, (line.draft, "day"), turn.say(note), misses=1)
    if _ON_PURPOSE.search(turn.inbound.text.lower()):
        return go_on_after_all(turn, worker, line.draft)
    return go_on(turn, worker, line.draft)


def is_part(turn: Turn) -> bool:
    """True for words typed while a part is waited for, unless they surely ask something else."""
    is_words = turn.action is None and turn.inbound.kind is Kind.TEXT
    if not is_words or turn.state.at not in AT.values():
        return False
    said = turn.inbound.text
    if turn.state.at == AT["topic"]:
        return True
    if turn.state.at == AT["day"] and find_day_ahead(said, turn.today).is_said:
        return True
    if turn.state.at == AT["hour"] and find_hours(said, is_asked=True).is_said:
        return True
    if turn.state.at == AT["place"] and _is_place(turn):
        return True
    return turn.understanding.understand(said).decision is not Decision.ANSWER


def _is_place(turn: Turn) -> bool:
    said = turn.inbound.text
    first = (*fold(said).split(), "")[0]
    names = turn.library.shorthand.find("place", said) is not None or first in _PLACES
    return names and "?" not in said


def take_part(turn: Turn, worker: Worker) -> Reply:
    """A typed topic, day, hour or place; one that was not understood is asked for anew."""
    draft = present_draft(turn)
    if draft is None:
        return gone(turn)
    part = next(name for name, at in AT.items() if at == turn.state.at)
    take = {"topic": _take_topic, "day": _take_day, "hour": _take_hour, "place": _take_place}
    return take[part](turn, worker, draft)


def _take_topic(turn: Turn, worker: Worker, draft: Draft) -> Reply:
    said = turn.inbound.text
    found = read_topic(turn, said) or (None if _guides(turn) else read_topic_loosely(turn, said))
    if found is not None:
        return go_on(turn, worker, draft.having(topic=found[0], guide=found[1]))
    if guides := _guides(turn):
        options = tuple(
            Option(guide.title, f"trnnew:{draft.having(topic=guide.topic, guide=guide.id)}")
            for guide in guides
        )
        data = {**draft.data, "draft": str(draft)}
        message = Say(turn.say("planning.which-guide"), options)
        return Reply((message,), here=f"trnask:topic:{draft}", at=AT["topic"], data=data)
    return _again(turn, draft, "topic", ("planning.topic-unclear", "planning.topic-still-unclear"))


def _guides(turn: Turn) -> list[Guide]:
    """The guides that the typed words may mean, where they may mean several."""
    understood = turn.understanding.understand(turn.inbound.text)
    if understood.decision is not Decision.CHOOSE:
        return []
    found = (turn.library.guides[one.id] for one in understood.guides)
    return [guide for guide in found if not guide.id.startswith(FOR_TEAMS)]


def _take_day(turn: Turn, worker: Worker, draft: Draft) -> Reply:
    told, found = read_moment(turn.inbound.text, turn.today, draft)
    if found.day is not None:
        return go_on(turn, worker, told)
    note = DOUBTS[found.doubt] if found.doubt else "planning.day-unclear"
    return _again(turn, draft, "day", (note, "planning.day-still-unclear"))


def _take_hour(turn: Turn, worker: Worker, draft: Draft) -> Reply:
    hours = find_hours(turn.inbound.text, is_asked=True)
    if hours.start is not None:
        lasts = hours.lasts or draft.lasts
        return go_on(turn, worker, draft.having(start=hours.start, lasts=lasts))
    return _again(turn, draft, "hour", ("planning.hour-unclear", "planning.hour-still-unclear"))


def _take_place(turn: Turn, worker: Worker, draft: Draft) -> Reply:
    if len(turn.inbound.text) > LONGEST_PLACE:
        return ask(turn, (draft, "place"), turn.say("training.place"))
    told = placed(turn, draft, turn.inbound.text)
    if told is draft:
        return _again(turn, draft, "place", ("planning.ask-place", "planning.place-unclear"))
    return go_on(turn, worker, told)


def _again(turn: Turn, draft: Draft, part: str, notes: tuple[str, str]) -> Reply:
    """Asked anew, never twice in the same words."""
    note = notes[turn.state.misses % 2]
    return ask(turn, (draft, part), turn.say(note), turn.state.misses + 1)


ACTIONS: dict[str, MemberHandler] = {
    "trnnew": begin,
    "trnask": ask_part,
    "trnfix": change,
    "trndrop": drop,
    "trnok": save,
    "trned": change_standing,
}
