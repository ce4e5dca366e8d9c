"""Classes, outreach sessions and contests from planning to closing; whoever may plan one may also mend it.

planned → announced → held → closed, or cancelled with a reason. Only held and closed ones count. Every step
back needs a reason too, and nothing that was written is lost.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.core.errors import NotAllowedError, RuleError
from bot.core.redaction import mask_phones, redact
from bot.core.vocabulary import CommuneId, Role, TrainingStatus
from bot.services.help_log import kept_note, kept_reason
from storage import audit, duty, team_series, trainings
from storage.audit import Act
from storage.database import Unit
from storage.mailbox import Worker
from storage.trainings import By, Training
from storage.trainings import Outline as Outline  # conversations and pages take it from here

SHORTEST_TITLE, LONGEST_TITLE = 3, 120
LONGEST_PLACE = 120
LONGEST_NAME = 80
LONGEST = timedelta(hours=12)
OLDEST = {True: timedelta(days=31), False: timedelta(days=400)}
"""How long ago a training may have begun that is written down now: by a team, by the office."""
FARTHEST = timedelta(days=400)
MOST_HEADS = 5000

ONWARD = {
    TrainingStatus.PLANNED: {
        TrainingStatus.ANNOUNCED,
        TrainingStatus.HELD,
        TrainingStatus.CANCELLED,
    },
    TrainingStatus.ANNOUNCED: {TrainingStatus.HELD, TrainingStatus.CANCELLED},
    TrainingStatus.HELD: {TrainingStatus.CLOSED},
}
BACK = {
    TrainingStatus.HELD: {TrainingStatus.ANNOUNCED},
    TrainingStatus.CLOSED: {TrainingStatus.HELD},
    TrainingStatus.CANCELLED: {TrainingStatus.PLANNED},
}
"""Steps that take something back; each needs a reason."""
COUNTING = (TrainingStatus.HELD, TrainingStatus.CLOSED)
"""What stands so took place and counts."""
COMING = (TrainingStatus.PLANNED, TrainingStatus.ANNOUNCED)
TO_COME = (TrainingStatus.ANNOUNCED,)
"""What residents are told of."""


@dataclass(frozen=True, slots=True)
class Hand:
    """Whose hand it is: for which teams they may act, and which they lead; None for all of the commune.

    They lead the team whose hat they wear now, with those that merged into it.
    """

    by: By
    actor: str
    teams: frozenset[int] | None
    led: frozenset[int] | None

    def may_touch(self, training: Training) -> bool:
        """True for a training of one of their teams; the office's own ones are the office's."""
        return self.teams is None or training.outline.team_id in self.teams

    def may_take_back(self, team: int | None) -> bool:
        """True for what is of a team that they lead: a step back there, a line of another member."""
        return self.led is None or team in self.led


def hand_of(unit: Unit, commune: CommuneId, worker: Worker) -> Hand:
    """A member acts for every team of theirs, somebody of the office for the commune.

    Raises ``NotAllowedError`` for who only reads.
    """
    if worker.role.in_team:
        teams = frozenset(duty.teams_of(unit, commune, worker.id))
        leads = worker.role is Role.TEAM_LEADER and worker.team_id is not None
        led = team_series.family(unit, commune, worker.team_id or 0) if leads else ()
        by, actor = By(member_id=worker.id), f"member:{worker.id}"
        return Hand(by, actor, teams, teams.intersection(led))
    return hand_of_staff(worker.id, worker.role)


def hand_of_staff(staff_id: int, role: Role) -> Hand:
    """Somebody of the office; raises ``NotAllowedError`` for who only reads."""
    if role is not Role.OFFICER:
        raise NotAllowedError("Chỉ cán bộ phụ trách sửa được lớp, buổi.")
    return Hand(By(staff_id=staff_id), f"staff:{staff_id}", teams=None, led=None)


def plan(
    unit: Unit, commune: CommuneId, hand: Hand, outline: Outline, client_id: str
) -> tuple[Training, bool]:
    """Plan a training; the same ``client_id`` again gives the first one and False.

    ``RuleError`` (``training.…``) for what cannot be.
    """
    outline = checked(unit, hand, outline)
    written, is_new = trainings.add_once(unit, commune, client_id, outline, hand.by)
    if not hand.may_touch(written):
        raise NotAllowedError("Lớp này của tổ khác.")
    if is_new:
        act = Act(hand.actor, "training.plan", _name(written), None, fingerprint(written))
        audit.record(unit, commune, act)
    return written, is_new


def look(unit: Unit, commune: CommuneId, hand: Hand, number: int) -> Training:
    """A training that this hand may work with; ``RuleError`` when there is none, else not allowed."""
    found = trainings.find(unit, commune, number)
    if found is None:
        raise RuleError("training.gone", "Không có lớp, buổi này.")
    if not hand.may_touch(found):
        raise NotAllowedError("Lớp này của tổ khác.")
    return found


def revise(
    unit: Unit, commune: CommuneId, hand: Hand, seen: Training, change: tuple[Outline, str | None]
) -> Training:
    """It is to be something else; a reason is needed once people were told of it.

    ``RuleError`` (``training.…``): also where one that took place would begin after now.
    """
    outline, reason = change
    _check_touch(hand, seen)
    if seen.status not in COMING:
        kept: str | None = kept_reason(reason or "")
    else:
        is_told = seen.status is TrainingStatus.ANNOUNCED
        kept = kept_reason(reason or "") if is_told else kept_note(reason)
    outline = checked(unit, hand, outline)
    if seen.status in COUNTING and outline.starts_at > unit.now:
        raise RuleError("training.too-early", "Lớp đã học không dời tới ngày chưa tới được.")
    fresh = trainings.revise(unit, commune, seen, outline, (hand.by, kept))
    return _written(unit, commune, (hand, "revise"), seen, fresh)


def move(
    unit: Unit,
    commune: CommuneId,
    hand: Hand,
    seen: Training,
    step: tuple[TrainingStatus, str | None],
) -> Training:
    """On to where it stands next; cancelling, and every step back, needs a reason.

    ``RuleError``: ``training.step`` (not from here), ``training.too-early`` (held before it began),
    ``training.changed`` (somebody was faster), ``correct.reason``. Steps back are the leader's or office's.
    """
    status, reason = step
    _check_touch(hand, seen)
    is_back = status in BACK.get(seen.status, ())
    if not is_back and status not in ONWARD.get(seen.status, ()):
        raise RuleError("training.step", "Lớp không chuyển sang bước đó được.")
    if is_back and not hand.may_take_back(seen.outline.team_id):
        raise NotAllowedError("Chỉ tổ trưởng hay phường, xã mở lại được.")
    if status is TrainingStatus.HELD and seen.outline.starts_at > unit.now:
        raise RuleError("training.too-early", "Lớp chưa tới giờ.")
    needs_reason = is_back or status is TrainingStatus.CANCELLED
    kept = kept_reason(reason or "") if needs_reason else kept_note(reason)
    fresh = trainings.move(unit, commune, seen, status, (hand.by, kept))
    return _written(unit, commune, (hand, status.value), seen, fresh)


def tell_heads(
    unit: Unit, commune: CommuneId, hand: Hand, seen: Training, told: tuple[int | None, str | None]
) -> Training:
    """How many were there, as the trainer counted; a number that was told before is replaced.

    ``RuleError``: ``roll.closed`` (called off too), ``training.heads``, ``training.too-early``.
    """
    heads, reason = told
    _check_touch(hand, seen)
    if seen.status in (TrainingStatus.CLOSED, TrainingStatus.CANCELLED):
        raise RuleError("roll.closed", "Lớp đã chốt hay đã hủy.")
    if heads is not None and not 0 <= heads <= MOST_HEADS:
        raise RuleError("training.heads", f"Số người phải từ 0 đến {MOST_HEADS}.")
    if seen.outline.starts_at > unit.now:
        raise RuleError("training.too-early", "Lớp chưa tới giờ.")
    fresh = trainings.set_heads(unit, commune, seen, heads, (hand.by, kept_note(reason)))
    return _written(unit, commune, (hand, "heads"), seen, fresh)


def checked(unit: Unit, hand: Hand, outline: Outline) -> Outline:
    """The outline as it may be kept; ``RuleError`` (``training.…``) says what cannot be."""
    title, place = kept_line(outline.title), kept_line(outline.place_name)
    if not SHORTEST_TITLE <= len(title) <= LONGEST_TITLE:
        raise RuleError("training.title", "Tên lớp từ 3 đến 120 chữ.")
    if len(place) > LONGEST_PLACE:
        raise RuleError("training.place", "Tên nơi học dài quá.")
    lasts = outline.ends_at - outline.starts_at
    if not timedelta() < lasts <= LONGEST:
        raise RuleError("training.hours", "Giờ kết thúc phải sau giờ bắt đầu, trong 12 giờ.")
    of_team = hand.teams is not None
    if not unit.now - OLDEST[of_team] <= outline.starts_at <= unit.now + FARTHEST:
        raise RuleError("training.day", "Ngày học xa quá.")
    if hand.teams is not None and outline.team_id not in hand.teams:
        raise NotAllowedError("Chỉ lập lớp cho tổ của mình.")
    if outline.seats is not None and not 1 <= outline.seats <= MOST_HEADS:
        raise RuleError("training.seats", f"Số chỗ phải từ 1 đến {MOST_HEADS}.")
    names = {name: _kept_name(getattr(outline, name)) for name in ("host", "trainer")}
    partners = tuple(kept for one in outline.partners if (kept := kept_line(one.replace(";", ","))))
    return replace(
        outline,
        title=title,
        place_name=place,
        partners=partners,
        host=names["host"],
        trainer=names["trainer"],
        note=kept_note(outline.note),
    )


def kept_line(text: str) -> str:
    """What somebody wrote of a training, in one line and without personal numbers."""
    return " ".join(mask_phones(redact(text).text).split())


def _kept_name(name: str | None) -> str | None:
    return kept_line(name)[:LONGEST_NAME] or None if name else None


def coming(
    unit: Unit, commune: CommuneId, hand: Hand | None = None, back: timedelta = timedelta()
) -> list[Training]:
    """What is still to come or going on, the earliest first: of a hand all of theirs, else what is announced.

    ``back`` also takes those that began so long ago.
    """
    statuses = TO_COME if hand is None else tuple(TrainingStatus)
    window = (unit.now - LONGEST - back, unit.now + FARTHEST)
    found = trainings.list_between(unit, commune, window, statuses)
    return [
        one
        for one in found
        if (hand is None or hand.may_touch(one)) and one.outline.ends_at + back > unit.now
    ]


def fingerprint(written: Training) -> str:
    """A hash of how a training stands, for the audit log."""
    return hashlib.sha256(trainings.content_of(written).encode()).hexdigest()[:16]


def _check_touch(hand: Hand, seen: Training) -> None:
    if not hand.may_touch(seen):
        raise NotAllowedError("Lớp này của tổ khác.")


def _written(
    unit: Unit, commune: CommuneId, act: tuple[Hand, str], seen: Training, fresh: Training | None
) -> Training:
    if fresh is None:
        raise RuleError("training.changed", "Có người vừa sửa lớp này.")
    hand, what = act
    hashes = fingerprint(seen), fingerprint(fresh)
    audit.record(unit, commune, Act(hand.actor, f"training.{what}", _name(fresh), *hashes))
    return fresh


def _name(training: Training) -> str:
    return f"training:{training.id}"
