"""What needs a reason: calling a class off, a step back, a change that people know of, lines taken out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.conversation.class_cards import Case, card, with_class
from bot.conversation.class_drafts import lacks, outline_of, read_draft
from bot.conversation.class_questions import go_on
from bot.conversation.class_reasons import AT_REASON, REASONS, ask_why, ask_words, gone
from bot.conversation.members import MemberHandler, Worker, is_number, is_words_at
from bot.conversation.turn import Reply, Say, Turn
from bot.core.vocabulary import TrainingStatus
from bot.services import help_log, team_classes, trainings
from bot.services.trainings import BACK


@dataclass(frozen=True, slots=True)
class Deed:
    """What is to be done, of which class, as it was read; ``subject`` is how the button writes it."""

    what: str
    subject: str

    @property
    def args(self) -> list[str]:
        """The parts of the subject."""
        return self.subject.split(":")


Done = Callable[[Turn, Case, Deed, str], Reply]


def _deed(args: tuple[str, ...]) -> Deed | None:
    what, subject = (*args, "")[0], ":".join(args[1:])
    return Deed(what, subject) if what in REASONS and subject else None


def _number(turn: Turn, deed: Deed) -> str:
    """The class that it is about."""
    if deed.what != "e":
        return deed.args[0]
    draft = read_draft(turn, deed.args)
    return str(draft.edits[0]) if draft and draft.edits else ""


def ask(turn: Turn, worker: Worker) -> Reply:
    """The reasons that there mostly are."""
    deed = _deed(turn.args)
    return _asked(turn, worker, deed, ask_why) if deed else gone(turn)


def ask_other(turn: Turn, worker: Worker) -> Reply:
    """Another one is typed."""
    deed = _deed(turn.args)
    return _asked(turn, worker, deed, ask_words) if deed else gone(turn)


def _asked(
    turn: Turn, worker: Worker, deed: Deed, how: Callable[[Turn, str, str, dict[str, str]], Reply]
) -> Reply:
    # Only what means something is remembered: an action can be typed, and hold anything.
    def asked(turn: Turn, case: Case) -> Reply:
        if not _is_fresh(turn, case, deed):
            return card(turn, case, turn.say("training.changed"))
        draft = read_draft(turn, deed.args) if deed.what == "e" else None
        subject = str(draft) if draft else deed.subject
        return how(turn, deed.what, subject, draft.data if draft else {})

    return with_class(turn, worker, asked, _number(turn, deed))


def _is_fresh(turn: Turn, case: Case, deed: Deed) -> bool:
    """False for a button of an earlier reading: it would do something else than it said."""
    if deed.what == "e":
        draft = read_draft(turn, deed.args)
        return draft is not None and draft.edits == (case.training.id, case.training.revision)
    written = (*deed.args, "", "")[1]
    if not is_number(written) or len(deed.args) != 2:
        return False
    if deed.what == "o":
        lines = team_classes.newest_lines(turn.unit, turn.commune.id, case.hand, case.training)
        return bool(lines) and lines[-1].id == int(written)
    return case.training.revision == int(written)


def take_tapped(turn: Turn, worker: Worker) -> Reply:
    """The reason that was tapped."""
    what, number = (*turn.args, "", "")[:2]
    deed = _deed((what, *turn.args[2:]))
    reasons = REASONS.get(what, ())
    if deed is None or not is_number(number) or not 1 <= int(number) <= len(reasons):
        return gone(turn)
    return _do(turn, worker, deed, turn.say(reasons[int(number) - 1]))


def is_reason(turn: Turn) -> bool:
    """True for a few words typed while a reason is waited for."""
    return is_words_at(turn, AT_REASON)


def take_words(turn: Turn, worker: Worker) -> Reply:
    """The typed reason; personal numbers in it are masked before it is kept."""
    deed = _deed(tuple(turn.state.data.get("why", "").split(":")))
    if deed is None:
        return gone(turn)
    if sum(sign.isalpha() for sign in turn.inbound.text) < help_log.SHORTEST_REASON:
        again = Say(turn.say("correct.reason"))
        return Reply((again,), at=AT_REASON, data=turn.state.data)
    return _do(turn, worker, deed, turn.inbound.text)


def _do(turn: Turn, worker: Worker, deed: Deed, reason: str) -> Reply:
    def done(turn: Turn, case: Case) -> Reply:
        if not _is_fresh(turn, case, deed):
            return card(turn, case, turn.say("training.changed"))
        return _DEEDS[deed.what](turn, case, deed, reason)

    return with_class(turn, worker, done, _number(turn, deed))


def _cancel(turn: Turn, case: Case, deed: Deed, reason: str) -> Reply:
    was_told = case.training.status is TrainingStatus.ANNOUNCED
    lead = turn.say("lesson.done-cancel-told" if was_told else "lesson.done-cancel")
    return _moved(turn, case, (TrainingStatus.CANCELLED, reason), lead)


def _back(turn: Turn, case: Case, deed: Deed, reason: str) -> Reply:
    before = BACK.get(case.training.status)
    if not before:
        return card(turn, case)
    if not case.hand.may_take_back(case.training.outline.team_id):
        return Reply((Say(turn.say("lesson.leader-only")),), outcome="refused")
    (status,) = before
    return _moved(turn, case, (status, reason), turn.say("lesson.done-back"))


def _moved(turn: Turn, case: Case, step: tuple[TrainingStatus, str], lead: str) -> Reply:
    fresh = trainings.move(turn.unit, turn.commune.id, case.hand, case.training, step)
    return card(turn, Case(case.worker, case.hand, fresh), lead)


def _undo(turn: Turn, case: Case, deed: Deed, reason: str) -> Reply:
    unit, commune = turn.unit, turn.commune.id
    lines = team_classes.newest_lines(unit, commune, case.hand, case.training)
    team_classes.take_back(unit, commune, case.hand, case.training, (lines, reason))
    return card(turn, case, turn.say("lesson.done-undo", count=len(lines)))


def _revise(turn: Turn, case: Case, deed: Deed, reason: str) -> Reply:
    draft = read_draft(turn, deed.args)
    if draft is None:
        return gone(turn)
    if lacks(turn, case.worker, draft) is not None:
        return go_on(turn, case.worker, draft)
    change = (outline_of(turn, case.worker, draft), reason)
    fresh = trainings.revise(turn.unit, turn.commune.id, case.hand, case.training, change)
    return card(turn, Case(case.worker, case.hand, fresh), turn.say("planning.changed-told"))


_DEEDS: dict[str, Done] = {"x": _cancel, "b": _back, "o": _undo, "e": _revise}
ACTIONS: dict[str, MemberHandler] = {"trnwhy": ask, "trnsay": ask_other, "trndo": take_tapped}
