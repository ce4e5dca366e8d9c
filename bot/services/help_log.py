"""The help log: written once, corrected with a reason, undone within a day, every revision kept."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta

from bot.core import periods
from bot.core.errors import NotAllowedError, RuleError
from bot.core.redaction import mask_phones, redact
from bot.core.vocabulary import CommuneId, Role, Topic
from bot.locale import local_day
from bot.services.teams import actor
from storage import audit, help_entries, phones, staff, team_series
from storage.audit import Act
from storage.database import Unit
from storage.help_entries import By, NewEntry, Revision
from storage.help_entries import Entry as Entry  # conversations take it from here
from storage.help_entries import Help as Help  # conversations take it from here
from storage.mailbox import Worker

UNDO_WITHIN = timedelta(hours=24)
MOST_VISITS = 50
MOST_FILES = 50
OLDEST_DAYS = 31
LONGEST_NOTE = 200
SHORTEST_REASON, LONGEST_REASON = 3, 200
OF_LATE = timedelta(days=7)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Seen:
    """An entry as somebody read it, perhaps minutes ago: whoever changed it since is not overwritten."""

    id: int
    revision: int


def log_help(
    unit: Unit, commune: CommuneId, member: Worker, done: Help, client_id: str
) -> tuple[Entry, bool]:
    """Write down what was done; the same ``client_id`` again gives the first entry and False."""
    if member.team_id is None:
        raise NotAllowedError("Chỉ tổ viên ghi phiếu hỗ trợ.")
    done = checked(unit, done)
    known = help_entries.find(unit, commune, client_id)
    if known is not None:
        return known, False
    is_known = done.person_id and phones.root_of(unit, commune, done.person_id)
    if not is_known:  # who was forgotten since the draft was made is left out
        done = replace(done, person_id=None)
    fresh = NewEntry(client_id, member.team_id, member.id, done)
    return add_once(unit, commune, fresh, member)


def add(unit: Unit, commune: CommuneId, fresh: NewEntry, member: Worker) -> Entry:
    """Write an entry that was checked, and the line of the audit log that belongs to it."""
    return add_once(unit, commune, fresh, member)[0]


def add_once(unit: Unit, commune: CommuneId, fresh: NewEntry, member: Worker) -> tuple[Entry, bool]:
    """``add``, and whether it was written now: its client id may have been used a moment ago."""
    entry, is_new = help_entries.add_once(unit, commune, fresh, by_of(member))
    if is_new:
        act = Act(actor(member), "help.create", f"help:{entry.id}", None, fingerprint(entry))
        audit.record(unit, commune, act)
    return entry, is_new


def checked(unit: Unit, done: Help) -> Help:
    """The help as it may be kept; ``RuleError`` (``log.…``) for a number or a day that cannot be."""
    today = local_day(unit.now)
    if not 1 <= done.visits <= MOST_VISITS:
        raise RuleError("log.visits", f"Số lượt phải từ 1 đến {MOST_VISITS}.")
    if not may_be_logged(done.occurred_on, today):
        raise RuleError("log.day", f"Ngày ghi phải trong {OLDEST_DAYS} ngày gần đây.")
    if done.files is not None and not 0 <= done.files <= MOST_FILES:
        raise RuleError("log.files", f"Số hồ sơ phải từ 0 đến {MOST_FILES}.")
    return replace(done, note=kept_note(done.note))


def may_be_logged(day: date, today: date) -> bool:
    """True for a day that is not too long ago, and not still to come."""
    return today - timedelta(days=OLDEST_DAYS) <= day <= today


def newest(unit: Unit, commune: CommuneId, member: Worker) -> Entry | None:
    """The entry that a member wrote last, of a day of the last week; None where there is none."""
    entries = own_entries(unit, commune, member, OF_LATE)
    return entries[0] if entries else None


def own_entries(unit: Unit, commune: CommuneId, member: Worker, back: timedelta) -> list[Entry]:
    """A member's entries that count, of the days up to so long ago, the newest first."""
    today = local_day(unit.now)
    window = (today - back, today + DAY)
    entries = help_entries.list_of_member(unit, commune, member.id, window)
    return sorted(entries, key=lambda one: (one.recorded_at, one.id), reverse=True)


@dataclass(frozen=True, slots=True)
class OfMember:
    """An entry with the name of who wrote it."""

    entry: Entry
    member: str


def team_entries(unit: Unit, commune: CommuneId, leader: Worker, back: timedelta) -> list[OfMember]:
    """What counts of a leader's team, of the days up to so long ago, the newest first."""
    if leader.role is not Role.TEAM_LEADER or leader.team_id is None:
        raise NotAllowedError("Chỉ tổ trưởng xem phiếu của tổ.")
    today = local_day(unit.now)
    window = (today - back, today + DAY)
    entries: list[Entry] = []
    names: dict[int, str] = {}
    for team in _teams_of(unit, commune, leader):
        entries += help_entries.list_of_team(unit, commune, team, window)
        names |= staff.names_of_team(unit, commune, team)
    newest_first = sorted(entries, key=lambda one: (one.recorded_at, one.id), reverse=True)
    return [OfMember(one, names.get(one.member_id or 0, "")) for one in newest_first]


def again(before: Entry, today: date) -> Help:
    """The same kind of help today; who it was for and how it ended are of that day alone."""
    done = before.help
    kind = Help(today, done.topic, done.visits, services=done.services, place=done.place)
    return replace(kind, subject=done.subject)


def counted_before(unit: Unit, commune: CommuneId, entry: Entry) -> date | None:
    """The day of this year on which the entry's person was counted already; None when they count anew."""
    done = entry.help
    if done.person_id is None:
        return None
    year = (date(done.occurred_on.year, 1, 1), date(done.occurred_on.year + 1, 1, 1))
    others = help_entries.list_of_person(unit, commune, done.person_id, year)
    return next((one.help.occurred_on for one in others if one.id != entry.id), None)


def kept_note(note: str | None) -> str | None:
    """A note as it is kept: one line, no personal number in it."""
    if note is None:
        return None
    return " ".join(mask_phones(redact(note).text).split())[:LONGEST_NOTE] or None


def correct_help(
    unit: Unit, commune: CommuneId, member: Worker, seen: Seen | int, change: tuple[Help, str]
) -> Entry:
    """Write an entry anew for a reason; an own one, or as the team's leader any of the team.

    ``RuleError`` (``correct.…``, ``log.…``) when it may not be, ``correct.changed`` when it is not as it
    was seen (a bare id is seen now); nothing of the earlier reading is lost.
    """
    fresh, reason = change
    entry = find_changeable(unit, commune, member, seen.id if isinstance(seen, Seen) else seen)
    if entry.voided_at is not None:
        raise RuleError("correct.voided", "Phiếu này đã bỏ rồi.")
    if isinstance(seen, Seen) and seen.revision != entry.revision:
        raise _changed()
    kept = kept_reason(reason)
    if fresh.occurred_on != entry.help.occurred_on or fresh.visits != entry.help.visits:
        fresh = checked(unit, fresh)
    after = help_entries.correct(unit, commune, entry, fresh, (by_of(member), kept))
    if after is None:
        raise _changed()
    _note_change(unit, commune, member, ("help.correct", entry, after))
    return after


def _changed() -> RuleError:
    return RuleError("correct.changed", "Phiếu này vừa được sửa ở chỗ khác.")


def undo_help(
    unit: Unit, commune: CommuneId, member: Worker, entry_id: int, reason: str = ""
) -> Entry:
    """Take an entry out: an own one within 24 hours alone; later, or of another, the leader with a reason.

    ``RuleError`` (``undo.…``) when it may not be.
    """
    entry = find_changeable(unit, commune, member, entry_id)
    if entry.voided_at is not None:
        raise RuleError("undo.already", "Phiếu này đã bỏ rồi.")
    is_fresh = unit.now - entry.recorded_at <= UNDO_WITHIN
    is_own = entry.member_id == member.id
    if not (is_own and is_fresh):
        if member.role is not Role.TEAM_LEADER:
            raise RuleError("undo.late", "Đã quá 24 giờ.")
        kept = kept_reason(reason)
    else:
        kept = kept_reason(reason) if reason else "hoàn tác trong 24 giờ"
    if not help_entries.void(unit, commune, entry, by_of(member), kept):
        raise RuleError("undo.already", "Phiếu này đã bỏ rồi.")
    after = help_entries.get(unit, commune, entry_id)
    _note_change(unit, commune, member, ("help.void", entry, after))
    return after


def find_changeable(unit: Unit, commune: CommuneId, member: Worker, entry_id: int) -> Entry:
    """The entry, when it is this member's own or of the team that they lead; else ``RuleError``."""
    try:
        entry = help_entries.get(unit, commune, entry_id)
    except LookupError:
        raise RuleError("undo.unknown", "Không có phiếu này.") from None
    is_own = member.role.in_team and entry.member_id == member.id
    leads = member.role is Role.TEAM_LEADER and entry.team_id in _teams_of(unit, commune, member)
    if not (is_own or leads):
        raise RuleError("undo.not-yours", "Phiếu này của người khác.")
    return entry


def _teams_of(unit: Unit, commune: CommuneId, member: Worker) -> list[int]:
    """The member's team, and those that merged into it: their entries keep the team of their day."""
    return [] if member.team_id is None else team_series.family(unit, commune, member.team_id)


def kept_reason(reason: str) -> str:
    """A reason as it is kept; ``RuleError`` for one that says nothing."""
    kept = kept_note(reason) or ""
    if len(kept) < SHORTEST_REASON:
        raise RuleError("correct.reason", "Cần ghi lý do.")
    return kept[:LONGEST_REASON]


def revisions(unit: Unit, commune: CommuneId, member: Worker, entry_id: int) -> list[Revision]:
    """All readings of an entry that this member may see, the first one first."""
    find_changeable(unit, commune, member, entry_id)
    return help_entries.list_revisions(unit, commune, entry_id)


def my_week(unit: Unit, commune: CommuneId, member: Worker) -> tuple[Counter[Topic], list[Entry]]:
    """Visits by topic of the member's present ISO week, and the entries that they come from."""
    week = periods.week_of(local_day(unit.now))
    entries = help_entries.list_of_member(unit, commune, member.id, (week.start, week.end))
    visits: Counter[Topic] = Counter()
    for entry in entries:
        visits[entry.help.topic] += entry.help.visits
    return visits, entries


def by_of(worker: Worker) -> By:
    """Whose hand this is."""
    return By(member_id=worker.id) if worker.role.in_team else By(staff_id=worker.id)


def fingerprint(entry: Entry) -> str:
    """SHA-256 of what an entry says, for the audit log."""
    said = {one.name: getattr(entry, one.name) for one in fields(entry)}  # asdict copies it all
    parts = sorted((one.name, getattr(entry.help, one.name)) for one in fields(entry.help))
    said["help"] = [
        (name, sorted(value) if isinstance(value, frozenset) else value) for name, value in parts
    ]
    return hashlib.sha256(repr(sorted(said.items())).encode()).hexdigest()


def _note_change(
    unit: Unit, commune: CommuneId, member: Worker, change: tuple[str, Entry, Entry]
) -> None:
    what, before, after = change
    act = Act(actor(member), what, f"help:{before.id}", fingerprint(before), fingerprint(after))
    audit.record(unit, commune, act)
