"""The roll of a class as the trainer keeps it: lines for people without a phone, seats taken out again."""

from __future__ import annotations

from bot.core.errors import RuleError
from bot.core.vocabulary import CommuneId, Evidence, TrainingStatus
from bot.services.help_log import kept_reason
from bot.services.trainings import Hand
from storage import attendances, audit
from storage.attendances import Count as Count  # conversations and pages take it from here
from storage.attendances import NewSeat, Seat
from storage.audit import Act
from storage.database import Unit
from storage.trainings import Training

MOST_LINES = 100
CLOSED = (TrainingStatus.CLOSED, TrainingStatus.CANCELLED)


def add_lines(
    unit: Unit, commune: CommuneId, hand: Hand, training: Training, lines: tuple[int, str]
) -> int:
    """Seats for so many people without a phone, each known only as having been there; gives how many are new.

    ``lines`` is the number and a client id that makes a repeat harmless. ``RuleError``: ``roll.lines`` (not 1
    to 100), ``roll.closed``, ``training.too-early``.
    """
    number, client_id = lines
    if not hand.may_touch(training) or training.status in CLOSED:
        raise RuleError("roll.closed", "Lớp đã chốt rồi.")
    if not 1 <= number <= MOST_LINES:
        raise RuleError("roll.lines", f"Mỗi lần ghi từ 1 đến {MOST_LINES} người.")
    if training.outline.starts_at > unit.now:
        raise RuleError("training.too-early", "Lớp chưa tới giờ.")
    new = 0
    for line in range(number):
        fresh = NewSeat(f"{client_id}:{line}", training.id, Evidence.PROXY, by=hand.by)
        new += attendances.take(unit, commune, fresh)[1]
    if new:
        act = Act(hand.actor, "roll.lines", f"training:{training.id}")
        audit.record(unit, commune, act)
    return new


def take_out(
    unit: Unit, commune: CommuneId, hand: Hand, training: Training, out: tuple[Seat, str]
) -> None:
    """A seat does not count any more, for a reason; ``RuleError``: ``roll.closed``, ``roll.gone``."""
    seat, reason = out
    if not hand.may_touch(training) or training.status in CLOSED:
        raise RuleError("roll.closed", "Lớp đã chốt rồi.")
    kept = kept_reason(reason)
    if seat.training_id != training.id or not attendances.void(unit, commune, seat.id, kept):
        raise RuleError("roll.gone", "Chỗ này đã được gỡ rồi.")
    audit.record(unit, commune, Act(hand.actor, "roll.take-out", f"seat:{seat.id}"))
