"""One class as its team sees it: how it stands, what happens next, and the buttons for that."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.conversation.members import Worker, is_number
from bot.conversation.turn import Option, Reply, Say, Turn, reply
from bot.core.errors import NotAllowedError, RuleError
from bot.core.vocabulary import Evidence, TrainingStatus
from bot.services import check_in, class_words, team_classes, trainings
from bot.services.team_classes import Figures
from bot.services.trainings import COMING, COUNTING, Hand
from storage.trainings import Training

MORE = "m"
NOT_KNOWN = "—"


@dataclass(frozen=True, slots=True)
class Case:
    """A member, for whom they may act, and a class of theirs."""

    worker: Worker
    hand: Hand
    training: Training


Then = Callable[[Turn, Case], Reply]


def with_class(turn: Turn, worker: Worker, then: Then, number: str | None = None) -> Reply:
    """What follows for the class that the action names; the refusal where it is none of theirs."""
    written = (*turn.args, "")[0] if number is None else number
    unit, commune = turn.unit, turn.commune.id
    hand = trainings.hand_of(unit, commune, worker)
    listed = turn.option("option.team-classes", "trns")
    try:
        wanted = int(written) if is_number(written) else 0
        case = Case(worker, hand, trainings.look(unit, commune, hand, wanted))
        return then(turn, case)
    except NotAllowedError:
        return Reply((Say(turn.say("lesson.not-yours"), (listed,)),), outcome="refused")
    except RuleError as refusal:
        return reply(turn.say(refusal.code), listed)


def card(turn: Turn, case: Case, lead: str = "") -> Reply:
    """How the class stands; ``lead`` says what was just done."""
    training = case.training
    figures = team_classes.figures_of(turn.unit, turn.commune.id, training)
    lines = [lead] if lead else []
    lines += [_head(turn, training), *_standing(turn, training, figures)]
    options = _options(turn, case)
    return Reply((Say("\n".join(lines), tuple(options)),), here=f"trn:{training.id}")


def rarer(turn: Turn, case: Case) -> Reply:
    """“Xem thêm”: what is needed less while a class goes on."""
    number = case.training.id
    options = [
        turn.option("option.class-group", f"trngrp:{number}"),
        turn.option("option.class-change", f"trned:{number}"),
        turn.option("option.class-cancel", f"trnwhy:x:{_stem(case)}"),
        *_undo(turn, case),
        turn.option("option.class-card", f"trn:{number}"),
    ]
    is_coming = case.training.status in COMING
    return (
        reply(_head(turn, case.training), *options, here=f"trn:{number}:{MORE}")
        if is_coming
        else card(turn, case)
    )


def _stem(case: Case) -> str:
    """The class and its revision: a button of an earlier reading changes nothing."""
    return f"{case.training.id}:{case.training.revision}"


def _head(turn: Turn, training: Training) -> str:
    outline = training.outline
    day = class_words.day(outline.starts_at)
    return turn.say(
        "lesson.head",
        number=training.id,
        title=outline.title,
        day=day[0].upper() + day[1:],
        begin=class_words.clock(outline.starts_at),
        end=class_words.clock(outline.ends_at),
        place=class_words.place(turn.texts, training),
    )


def is_open(turn: Turn, training: Training) -> bool:
    """True while codes of it are taken."""
    opens, closes = check_in.opening(training)
    is_standing = training.status not in (TrainingStatus.CANCELLED, TrainingStatus.CLOSED)
    return is_standing and opens <= turn.unit.now <= closes


def has_begun(turn: Turn, training: Training) -> bool:
    """True from its first minute on."""
    return training.outline.starts_at <= turn.unit.now


def _standing(turn: Turn, training: Training, figures: Figures) -> list[str]:
    """How it stands, and in one sentence what comes next."""
    status = training.status
    if status is TrainingStatus.CANCELLED:
        return [turn.say("lesson.cancelled", reason=training.reason or NOT_KNOWN)]
    if status in COUNTING:
        is_held = status is TrainingStatus.HELD
        is_empty = not figures.seats.seats and training.heads is None
        next_one = turn.say("lesson.held" if is_held else "lesson.closed")
        if is_held and is_empty:
            next_one = turn.say("lesson.held-empty")
        return [*_roll(turn, training, figures), next_one]
    if has_begun(turn, training):
        is_over = training.outline.ends_at <= turn.unit.now
        next_one = turn.say("lesson.not-counted" if is_over else "lesson.going-on")
        return [*_roll(turn, training, figures), next_one]
    if status is TrainingStatus.PLANNED:
        return [turn.say("lesson.planned")]
    signed_up = turn.say("lesson.signed-up", count=figures.signed_up)
    return [signed_up, turn.say("lesson.open" if is_open(turn, training) else "lesson.announced")]


def _roll(turn: Turn, training: Training, figures: Figures) -> list[str]:
    """Seats, who is known of them, and the heads, which are never added up."""
    seats, heads = figures.seats, training.heads
    by_way = [
        f"{turn.say(f'evidence.{one}').lower()} {seats.by_evidence[one]}"
        for one in Evidence
        if one in seats.by_evidence
    ]
    taken = turn.say("lesson.seats", count=seats.seats)
    if by_way:
        taken = turn.say("lesson.seats-by", count=seats.seats, ways=", ".join(by_way))
    known: object = seats.people or NOT_KNOWN
    if seats.people and seats.without_person:
        known = turn.say("lesson.people", people=seats.people, others=seats.without_person)
    told = NOT_KNOWN if heads is None else heads
    return [taken, turn.say("lesson.heads", heads=told, people=known)]


def _options(turn: Turn, case: Case) -> list[Option]:
    training, number = case.training, case.training.id
    listed = turn.option("option.team-classes", "trns")
    if training.status is TrainingStatus.HELD:
        close = turn.option("option.class-close", f"trngo:{number}:{TrainingStatus.CLOSED}")
        return [close, *_counting(turn, number), *_undo(turn, case), *_reopen(turn, case)]
    if training.status not in COMING:
        return [*_reopen(turn, case), listed]
    if has_begun(turn, training):
        code = [turn.option("option.class-code", f"trnci:{number}")]
        return [
            *(code if is_open(turn, training) else []),
            *_counting(turn, number),
            turn.option("option.class-held", f"trngo:{number}:{TrainingStatus.HELD}"),
            turn.option("option.more", f"trn:{number}:{MORE}"),
        ]
    if training.status is TrainingStatus.PLANNED:
        verb = f"trngo:{number}:{TrainingStatus.ANNOUNCED}"
        options = [turn.option("option.class-announce", verb)]
    else:
        options = [turn.option("option.class-group", f"trngrp:{number}")]
    if is_open(turn, training):
        options.insert(0, turn.option("option.class-code", f"trnci:{number}"))
    return [
        *options,
        turn.option("option.class-change", f"trned:{number}"),
        turn.option("option.class-cancel", f"trnwhy:x:{_stem(case)}"),
        listed,
    ]


def _counting(turn: Turn, number: int) -> list[Option]:
    return [
        turn.option("option.class-lines", f"trnadd:{number}"),
        turn.option("option.class-heads", f"trnhd:{number}"),
    ]


def _undo(turn: Turn, case: Case) -> list[Option]:
    """The lines that this member wrote last can be taken out, as long as the roll is open."""
    lines = team_classes.newest_lines(turn.unit, turn.commune.id, case.hand, case.training)
    if not lines:
        return []
    action = f"trnwhy:o:{case.training.id}:{lines[-1].id}"
    return [turn.option("option.class-undo", action)]


def _reopen(turn: Turn, case: Case) -> list[Option]:
    """Steps back are the leader's."""
    if not case.hand.may_take_back(case.training.outline.team_id):
        return []
    return [turn.option("option.class-reopen", f"trnwhy:b:{_stem(case)}")]
