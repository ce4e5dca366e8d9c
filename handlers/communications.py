"""Writing down what was put out: kind, what about, how many, which day, read-back; five taps at most."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from bot.conversation.comm_drafts import (
    LETTERS,
    Draft,
    Subject,
    describe,
    read_draft,
    subject_of,
)
from bot.conversation.members import MemberHandler, Worker, is_member, is_number, is_words_at
from bot.conversation.turn import HOME, Option, Reply, Say, Turn, reply
from bot.core.errors import NotAllowedError, RuleError
from bot.core.messages import Kind
from bot.core.text import fold, shorten, spoken_number
from bot.core.vocabulary import CommunicationKind, Topic
from bot.library import Guide
from bot.locale import show_number
from bot.services import communications
from bot.services.communication_lines import Told, find_told_day, read_line
from bot.services.communications import MOST, MOST_REACH, OLDEST_DAYS, Piece
from bot.services.help_log import UNDO_WITHIN
from bot.services.trainings import hand_of
from bot.services.understanding import Decision

AT = {"s": "comm.subject", "n": "comm.amount", "d": "comm.day", "r": "comm.reach"}
"""What is waited for while a part is asked."""
TAPS = {
    CommunicationKind.BROADCAST: (1, 2, 3, 4),
    CommunicationKind.ARTICLE: (1, 2, 3, 4),
    CommunicationKind.LEAFLET: (50, 100, 200, 500),
}
STILL = {
    "comm.subject-unclear": "comm.subject-unclear-still",
    "comm.number-wrong": "comm.number-wrong-still",
    "comm.day-unclear": "comm.day-unclear-still",
}
"""What is said instead every second time."""
REACHES = (50, 100, 300)
FIRST_TOPICS = (Topic.AT, Topic.VNEID, Topic.DVC)
MORE_TOPICS = (Topic.TT, Topic.CKS, Topic.HOC_SO)
LAST_SUBJECTS = 2
MOST_CANDIDATES = 4
LONGEST_LABEL = 60
DAYS = ("option.today", "option.yesterday", "option.day-before")


def begin(turn: Turn, worker: Worker) -> Reply:
    """“phát loa”, “ghi tuyên truyền”: what was put out; the command may have said it."""
    kind = LETTERS.get((*turn.args, "")[0])
    return _go_on(turn, worker, Draft(turn.key, kind))


def take_up(turn: Turn, worker: Worker) -> Reply:
    """The next thing to ask of a draft, or the read-back when it is whole."""
    draft = read_draft(turn, turn.args)
    return _go_on(turn, worker, draft) if draft else _anew(turn)


def ask_again(turn: Turn, worker: Worker) -> Reply:
    """One part of a draft is asked for again, the rest stays."""
    part, *rest = (*turn.args, "")
    draft = read_draft(turn, rest)
    return _ask(turn, worker, draft, part) if draft else _anew(turn)


def change(turn: Turn, worker: Worker) -> Reply:
    """“Sửa” under the read-back."""
    draft = read_draft(turn, turn.args)
    if draft is None:
        return _anew(turn)
    parts = ("k", "s", "n", "d")
    options = [turn.option(f"option.comm-change-{one}", f"comask:{one}:{draft}") for one in parts]
    return reply(turn.say("comm.change"), *options, here=f"comfix:{draft}")


def save(turn: Turn, worker: Worker) -> Reply:
    """Written down, with the ways to take it back and to correct it."""
    draft = read_draft(turn, turn.args)
    if draft is None:
        return _anew(turn)
    if draft.lacks:
        return _go_on(turn, worker, draft)
    commune, hand = turn.commune.id, hand_of(turn.unit, turn.commune.id, worker)
    client_id = f"chat:{worker.id}:{draft.key}"
    try:
        piece = _piece(turn, worker, draft)
        written, is_new = communications.write_down(turn.unit, commune, hand, piece, client_id)
    except RuleError as refusal:
        return Reply((Say(turn.say(refusal.code), _ways_on(turn)),), here=HOME, outcome="refused")
    except NotAllowedError:
        return _not_yours(turn)
    if written.voided_at is not None:
        # The key of this draft is spent: a line that is to be written after all needs one of its own.
        again = turn.option("option.comm-again", f"comd:{draft.having(key=turn.key)}")
        text = turn.say("comm.saved-undone", what=describe(turn, written.piece))
        return reply(text, again, *_ways_on(turn), here=HOME)
    options = [turn.option("option.comm-more", "com")]
    if turn.unit.now - written.recorded_at <= UNDO_WITHIN:
        options.append(turn.option("option.comm-undo", f"comundo:{written.id}"))
    options.append(turn.option("option.comm-correct", f"comfx:{written.id}"))
    sentence = "comm.saved" if is_new else "comm.saved-before"
    text = turn.say(sentence, what=describe(turn, written.piece))
    return Reply((Say(text, tuple(options)),), here=HOME, in_place=True, outcome="logged")


def undo(turn: Turn, worker: Worker) -> Reply:
    """Take an own line back within a day."""
    number = (*turn.args, "")[0]
    if not is_number(number):
        return _anew(turn)
    commune, hand = turn.commune.id, hand_of(turn.unit, turn.commune.id, worker)
    try:
        seen = communications.look(turn.unit, commune, hand, int(number))
        gone = communications.take_back(turn.unit, commune, hand, seen)
    except RuleError as refusal:
        code = "comm.undo-late" if refusal.code == "correct.reason" else refusal.code
        return reply(turn.say(code), *_ways_on(turn), here=HOME)
    except NotAllowedError:
        return _not_yours(turn)
    text = turn.say("comm.undone", what=describe(turn, gone.piece))
    return Reply((Say(text, _ways_on(turn)),), here=HOME, outcome="undone")


def is_line(turn: Turn) -> bool:
    """True for a line of a member that tells of something put out; a question stays a question."""
    is_words = turn.action is None and turn.inbound.kind is Kind.TEXT
    is_free = not turn.state.at or turn.state.at.startswith("comm.")
    return is_words and is_free and is_member(turn) and _told(turn) is not None


def take_line(turn: Turn, worker: Worker) -> Reply:
    """What was understood; what is missing is asked for alone."""
    told = _told(turn)
    if told is None:
        return _anew(turn)
    subject = _subject_named(turn, told.about)
    amount = told.amount if told.amount <= MOST[told.kind] else 0
    draft = Draft(turn.key, told.kind, subject, amount, told.day or turn.today)
    if refusal := _why_not(turn, draft.day or turn.today):
        return _ask(turn, worker, draft.having(day=None), "d", refusal)
    return _go_on(turn, worker, draft)


def is_typed(turn: Turn) -> bool:
    """True for words typed while a part of a draft is waited for, unless they surely ask something else."""
    part = next((name for name, at in AT.items() if is_words_at(turn, at)), "")
    if not part or not is_member(turn):
        return False
    said = turn.inbound.text
    is_day = part == "d" and find_told_day(said, turn.today).is_said
    if part == "s" or is_day or (part in "nr" and _number(said) is not None):
        return True
    return turn.understanding.understand(said).decision is not Decision.ANSWER


def take_typed(turn: Turn, worker: Worker) -> Reply:
    """The typed subject, number or day."""
    draft = read_draft(turn, turn.state.data.get("draft", "").split(":"))
    if draft is None:
        return _anew(turn)
    part = next(name for name, at in AT.items() if at == turn.state.at)
    if part == "s":
        return _take_subject(turn, worker, draft)
    if part == "d":
        return _take_day(turn, worker, draft)
    most = MOST_REACH if part == "r" else MOST[draft.kind or CommunicationKind.BROADCAST]
    number = _number(turn.inbound.text)
    if number is None or not 1 <= number <= most:
        return _again(turn, worker, draft, part, "comm.number-wrong", most=show_number(most))
    name = "reach" if part == "r" else "amount"
    return _go_on(turn, worker, draft.having(**{name: number}))


def _go_on(turn: Turn, worker: Worker, draft: Draft) -> Reply:
    return (
        _ask(turn, worker, draft, draft.lacks) if draft.lacks else _read_back(turn, worker, draft)
    )


def _read_back(turn: Turn, worker: Worker, draft: Draft) -> Reply:
    if refusal := _why_not(turn, draft.day or turn.today):
        return _ask(turn, worker, draft, "d", refusal)
    text = turn.say("comm.read-back", what=describe(turn, _piece(turn, worker, draft)))
    options = (
        turn.option("option.comm-save", f"comok:{draft}"),
        turn.option("option.comm-reach", f"comask:r:{draft}"),
        turn.option("option.comm-change", f"comfix:{draft}"),
    )
    return Reply((Say(text, options),), here=f"comd:{draft}", in_place=True)


def _ask(turn: Turn, worker: Worker, draft: Draft, part: str, note: str = "") -> Reply:
    """One part of the draft; tapped or typed."""
    asking = {"k": _kinds, "s": _subjects, "s2": _more_subjects, "n": _amounts, "r": _reaches}
    text, options = asking.get(part, _days)(turn, worker, draft)
    part = part[:1] if part[:1] in "ksnr" and part else "d"
    here = f"comask:{part}:{draft}"
    message = Say(note or text, tuple(options))
    data = {"draft": str(draft)}
    return Reply((message,), here=here, at=AT.get(part, ""), data=data, in_place=not note)


def _again(turn: Turn, worker: Worker, draft: Draft, part: str, why: str, **of: object) -> Reply:
    """The same once more, in other words every second time."""
    misses = turn.state.misses + 1
    note = turn.say(why if misses % 2 else STILL[why], **of)
    return replace(_ask(turn, worker, draft, part, note), misses=misses)


Asking = tuple[str, list[Option]]


def _kinds(turn: Turn, worker: Worker, draft: Draft) -> Asking:
    options = [
        turn.option(f"comm.kind-{kind}", f"comd:{draft.having(kind=kind, amount=0)}")
        for kind in CommunicationKind
    ]
    return turn.say("comm.ask-kind"), [*options, turn.option("option.comm-list", "comlist")]


def _subjects(turn: Turn, worker: Worker, draft: Draft) -> Asking:
    """The last subjects first, then topics; the name of a guide may be typed."""
    hand = hand_of(turn.unit, turn.commune.id, worker)
    found = communications.of_late(turn.unit, turn.commune.id, hand)
    last = {str(one): one for one in (subject_of(turn, line.piece) for line in found)}
    room = [*last.values()][:LAST_SUBJECTS]
    topics = [Subject(topic) for topic in FIRST_TOPICS if str(Subject(topic)) not in last]
    options = [_of_subject(turn, draft, one) for one in [*room, *topics][:MOST_CANDIDATES]]
    options.append(turn.option("option.comm-other-topic", f"comask:s2:{draft}"))
    return turn.say("comm.ask-subject"), options


def _more_subjects(turn: Turn, worker: Worker, draft: Draft) -> Asking:
    topics = [Subject(topic) for topic in (*MORE_TOPICS, *FIRST_TOPICS[1:])]
    return turn.say("comm.ask-subject"), [_of_subject(turn, draft, one) for one in topics]


def _of_subject(turn: Turn, draft: Draft, subject: Subject) -> Option:
    label = shorten(subject.title(turn), LONGEST_LABEL)
    return Option(label, f"comd:{draft.having(subject=subject)}")


def _amounts(turn: Turn, worker: Worker, draft: Draft) -> Asking:
    kind = draft.kind or CommunicationKind.BROADCAST
    label = f"option.comm-count-{kind}"
    options = [
        turn.option(label, f"comd:{draft.having(amount=count)}", count=count)
        for count in TAPS[kind]
    ]
    return turn.say(f"comm.ask-amount-{kind}"), options


def _reaches(turn: Turn, worker: Worker, draft: Draft) -> Asking:
    options = [
        turn.option("option.comm-about", f"comd:{draft.having(reach=count)}", count=count)
        for count in REACHES
    ]
    options.append(turn.option("option.comm-no-reach", f"comd:{draft.having(reach=0)}"))
    return turn.say("comm.ask-reach"), options


def _days(turn: Turn, worker: Worker, draft: Draft) -> Asking:
    options = [
        turn.option(label, f"comd:{draft.having(day=turn.today - timedelta(days=back))}")
        for back, label in enumerate(DAYS)
    ]
    return turn.say("comm.ask-day"), options


def _take_subject(turn: Turn, worker: Worker, draft: Draft) -> Reply:
    subject = _subject_named(turn, turn.inbound.text)
    if subject is not None:
        return _go_on(turn, worker, draft.having(subject=subject))
    guides = _guides_about(turn, turn.inbound.text)
    if not guides:
        return _again(turn, worker, draft, "s", "comm.subject-unclear")
    options = [_of_subject(turn, draft, Subject(one.topic, one)) for one in guides]
    options.append(turn.option("option.comm-other-topic", f"comask:s2:{draft}"))
    data = {"draft": str(draft)}
    message = Say(turn.say("comm.which-subject"), tuple(options))
    return Reply((message,), here=f"comask:s:{draft}", at=AT["s"], data=data)


def _take_day(turn: Turn, worker: Worker, draft: Draft) -> Reply:
    day = find_told_day(turn.inbound.text, turn.today).day
    if day is None:
        return _again(turn, worker, draft, "d", "comm.day-unclear")
    if refusal := _why_not(turn, day):
        return _ask(turn, worker, draft, "d", refusal)
    return _go_on(turn, worker, draft.having(day=day))


def _why_not(turn: Turn, day: date) -> str:
    """Why nothing of that day can be written down by a team; empty when it can."""
    if day > turn.today:
        return turn.say("comm.day-to-come")
    if day < turn.today - timedelta(days=OLDEST_DAYS[True]):
        return turn.say("comm.day")
    return ""


def _piece(turn: Turn, worker: Worker, draft: Draft) -> Piece:
    """What a whole draft says."""
    subject = draft.subject or Subject(Topic.AT)
    return Piece(
        kind=draft.kind or CommunicationKind.BROADCAST,
        title=subject.title(turn),
        topic=subject.topic,
        occurred_on=draft.day or turn.today,
        amount=draft.amount,
        guide=subject.guide.id if subject.guide else None,
        team_id=worker.team_id,
        reach=draft.reach or None,
    )


def _told(turn: Turn) -> Told | None:
    return read_line(turn.inbound.text, turn.today, turn.library.spoken.calls)


def _subject_named(turn: Turn, text: str) -> Subject | None:
    """A topic by one of its names, or the one guide that words surely mean."""
    said = fold(text)
    for topic, names in turn.library.shorthand.topics.items():
        if any(fold(name) == said for name in names):
            return Subject(topic)
    guides = _guides_about(turn, text)
    return Subject(guides[0].topic, guides[0]) if len(guides) == 1 else None


def _guides_about(turn: Turn, text: str) -> list[Guide]:
    """The guide that words surely mean, or those that they may mean."""
    understood = turn.understanding.understand(text)
    if understood.decision not in (Decision.ANSWER, Decision.CHOOSE):
        return []
    most = 1 if understood.decision is Decision.ANSWER else MOST_CANDIDATES
    return [turn.library.guides[one.id] for one in understood.guides[:most]]


def _number(text: str) -> int | None:
    said = text.lower().replace(".", "").strip(" ,!")
    for noun in ("người nghe", "người", "lần", "lượt", "tờ", "bài", "tin"):
        said = said.removesuffix(noun).strip()
    said = said.removeprefix("khoảng").strip()
    return int(said) if is_number(said) else spoken_number(said)


def _ways_on(turn: Turn) -> tuple[Option, ...]:
    return turn.option("option.comm-more", "com"), turn.option("option.comm-list", "comlist")


def _not_yours(turn: Turn) -> Reply:
    text = turn.say("comm.of-other-team")
    return Reply((Say(text, _ways_on(turn)),), here=HOME, outcome="refused")


def _anew(turn: Turn) -> Reply:
    """A button that was cut off or tampered with: nothing was written."""
    return reply(turn.say("comm.draft-gone"), turn.option("option.comm-more", "com"))


ACTIONS: dict[str, MemberHandler] = {
    "com": begin,
    "comd": take_up,
    "comask": ask_again,
    "comfix": change,
    "comok": save,
    "comundo": undo,
}
