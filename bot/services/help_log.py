"""The help log: written once, undone within a day, every revision and every hand on it kept."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import asdict
from datetime import date, timedelta

from bot.core import periods
from bot.core.errors import NotAllowedError, RuleError
from bot.core.vocabulary import CommuneId, Topic
from bot.locale import local_day
from bot.services.teams import actor
from storage import audit, help_entries
from storage.audit import Act
from storage.database import Unit
from storage.help_entries import Entry, NewEntry
from storage.mailbox import Worker

UNDO_WITHIN = timedelta(hours=24)
MOST_VISITS = 50
OLDEST_DAYS = 31


def log_help(
    unit: Unit, commune: CommuneId, member: Worker, what: tuple[Topic, int, date], client_id: str
) -> tuple[Entry, bool]:
    """Write down (topic, visits, day); the same ``client_id`` again gives the first entry and False."""
    if member.team_id is None:
        raise NotAllowedError("Chỉ tổ viên ghi phiếu hỗ trợ.")
    topic, visits, day = what
    today = local_day(unit.now)
    if not 1 <= visits <= MOST_VISITS:
        raise RuleError("log.visits", f"Số lượt phải từ 1 đến {MOST_VISITS}.")
    if not today - timedelta(days=OLDEST_DAYS) <= day <= today:
        raise RuleError("log.day", "Ngày ghi không hợp lệ.")
    known = help_entries.find(unit, commune, client_id)
    if known is not None:
        return known, False
    entry = help_entries.add(
        unit,
        commune,
        NewEntry(client_id, member.team_id, member.id, day, topic, visits),
    )
    audit.record(
        unit,
        commune,
        Act(actor(member), "help.create", f"help:{entry.id}", None, fingerprint(entry)),
    )
    return entry, True


def undo_help(unit: Unit, commune: CommuneId, member: Worker, entry_id: int) -> Entry:
    """Take back an own entry within 24 hours; raises ``RuleError`` (``undo.…``) when it may not be."""
    try:
        entry = help_entries.get(unit, commune, entry_id)
    except LookupError:
        raise RuleError("undo.unknown", "Không có phiếu này.") from None
    if member.team_id is None or entry.member_id != member.id:
        raise RuleError("undo.not-yours", "Phiếu này của người khác.")
    if entry.voided_at is not None:
        raise RuleError("undo.already", "Phiếu này đã bỏ rồi.")
    if unit.now - entry.recorded_at > UNDO_WITHIN:
        raise RuleError("undo.late", "Đã quá 24 giờ.")
    if not help_entries.void(unit, commune, entry, member.id, "hoàn tác trong 24 giờ"):
        raise RuleError("undo.already", "Phiếu này đã bỏ rồi.")
    after = help_entries.get(unit, commune, entry_id)
    audit.record(
        unit,
        commune,
        Act(actor(member), "help.void", f"help:{entry_id}", fingerprint(entry), fingerprint(after)),
    )
    return after


def my_week(unit: Unit, commune: CommuneId, member: Worker) -> tuple[Counter[Topic], list[Entry]]:
    """Visits by topic of the member's present ISO week, and the entries that they come from."""
    week = periods.week_of(local_day(unit.now))
    entries = help_entries.list_of_member(unit, commune, member.id, (week.start, week.end))
    visits: Counter[Topic] = Counter()
    for entry in entries:
        visits[entry.topic] += entry.visits
    return visits, entries


def fingerprint(entry: Entry) -> str:
    """SHA-256 of what an entry says, for the audit log."""
    return hashlib.sha256(repr(sorted(asdict(entry).items())).encode()).hexdigest()
