"""Heads of a priority group in a week, as a helper tells them: no person and no entry stands beside."""

from __future__ import annotations

from bot.core import periods
from bot.core.errors import NotAllowedError, RuleError
from bot.core.vocabulary import CommuneId, PriorityGroup
from bot.locale import local_day
from bot.services.teams import actor
from storage import audit, head_counts
from storage.audit import Act
from storage.database import Unit
from storage.head_counts import NewCount
from storage.mailbox import Worker

MOST_HEADS = 500


def tell(
    unit: Unit, commune: CommuneId, member: Worker, told: tuple[PriorityGroup, int, str]
) -> None:
    """How many of a group were helped this week; what the same member told before is out from now on."""
    group, heads, client_id = told
    if member.team_id is None:
        raise NotAllowedError("Chỉ tổ viên ghi nhóm ưu tiên.")
    if not 0 <= heads <= MOST_HEADS:
        raise RuleError("heads.cannot", f"Số người phải từ 0 đến {MOST_HEADS}.")
    monday = periods.week_of(local_day(unit.now)).start
    fresh = NewCount(client_id, member.team_id, member.id, monday, group, heads)
    number = head_counts.put(unit, commune, fresh)
    if number is not None:
        audit.record(unit, commune, Act(actor(member), "tell-heads", f"heads:{number}"))


def of_week(unit: Unit, commune: CommuneId, member: Worker) -> dict[PriorityGroup, int]:
    """What a member has told of this week; a group that they said nothing of is missing."""
    monday = periods.week_of(local_day(unit.now)).start
    return head_counts.of_member(unit, commune, (member.id, member.team_id or 0), monday)
