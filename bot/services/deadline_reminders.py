"""Reminders before a report is due: three working days ahead and on the last day, once each, never at night.

To officers of the commune; where the khu phố or ấp must report also to the leaders of teams that have not
sent. That a month can be sent they hear when it is opened (``unit_notices``), so not ahead a second time.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, time

from bot.core.messages import Outbound
from bot.core.periods import ZONE
from bot.core.vocabulary import CommuneId, Role, TeamKind, UnitReportStatus
from bot.library import Plan
from bot.locale import Texts, local_day
from bot.services import deadline_words as words
from bot.services import deadlines
from bot.services.deadlines import Calendar, Entry
from bot.services.period_names import name_shortly
from bot.services.reminders import Mail, tell_member
from bot.services.unit_months import MONTHS
from storage import jobs, memberships, notices, unit_reports
from storage.database import Unit
from storage.notices import Chat

EARLIEST, LATEST = time(7, 30), time(20)
"""Local hours; the last one is not among them."""
DAYS_AHEAD = 3
AHEAD, TODAY = "ahead", "today"
LONGEST_NAME = 20


def remind_due(unit: Unit, mail: Mail, plans: Mapping[CommuneId, Plan]) -> int:
    """Everything that is due now in every commune; gives how many messages that were. Harmless twice."""
    if not EARLIEST <= unit.now.astimezone(ZONE).time() < LATEST:
        return 0
    return sum(_remind(unit, mail, commune, plan) for commune, plan in plans.items())


def _remind(unit: Unit, mail: Mail, commune: CommuneId, plan: Plan) -> int:
    today, texts, sent = local_day(unit.now), mail.texts[commune], 0
    fresh: defaultdict[tuple[str, date, str], list[Entry]] = defaultdict(list)
    for entry, stage in list_near(deadlines.read(unit, commune, plan), today):
        if not _begin(unit, commune, entry, stage):
            continue
        key = f"deadline:{entry.clause.deadline.id}:{entry.due.due}:{stage}"
        officers = notices.staff_chats(unit, commune, (Role.OFFICER,))
        sent += _post(unit, officers, key, to_office(texts, entry, stage))
        is_opened = stage == AHEAD and entry.due.window.kind in MONTHS
        if _asks_neighbourhoods(entry) and not is_opened:
            fresh[stage, entry.due.send_by, entry.clause.deadline.receiver].append(entry)
    for (stage, day, _), entries in fresh.items():
        for member, missing in _list_late(unit, commune, entries):
            key = f"deadline:leader:{day}:{stage}:{missing[0].clause.deadline.id}"
            notice = (key, to_leaders(texts, missing, stage))
            sent += tell_member(unit, mail, (commune, member), notice)
    return sent


def list_near(calendar: Calendar, today: date) -> Iterator[tuple[Entry, str]]:
    """What has to be told of on that day, and whether it is ahead or on the day itself."""
    for entry in calendar.ahead(today):
        if entry.due.send_by == today:
            yield entry, TODAY
        elif calendar.days.before(entry.due.send_by, DAYS_AHEAD) <= today:
            yield entry, AHEAD


def to_office(texts: Texts, entry: Entry, stage: str) -> str:
    """What an officer reads: what they send themselves, or what they have to be sent."""
    clause = entry.clause
    who = "own" if clause.is_of_compiler else "units"
    told = texts.say(
        f"calendar.remind-{who}-{stage}",
        senders=words.senders(texts, clause),
        receiver=clause.deadline.receiver,
        day=words.day_in_words(entry.due.send_by),
        period=name_shortly(texts, entry.due.window),
    )
    return " ".join([told, *words.remarks(texts, entry.due)[:1]])


def to_leaders(texts: Texts, entries: Sequence[Entry], stage: str) -> str:
    """What the leader of a team reads of reports that are due on one day at one place."""
    first = entries[0]
    return texts.say(
        f"calendar.remind-team-{stage}",
        receiver=first.clause.deadline.receiver,
        day=words.day_in_words(first.due.send_by),
        period=", ".join(name_shortly(texts, one.due.window) for one in entries),
    )


def _asks_neighbourhoods(entry: Entry) -> bool:
    return any(one.kind == "neighbourhoods" for one in entry.clause.reporters)


def _list_late(
    unit: Unit, commune: CommuneId, entries: Sequence[Entry]
) -> Iterator[tuple[int, list[Entry]]]:
    """Who leads the team of a khu phố or ấp that has not sent all of them, each once, and what is missing."""
    missing: defaultdict[int, list[Entry]] = defaultdict(list)
    people = memberships.list_members(unit, commune)
    for entry in entries:
        window = (entry.due.window.kind, entry.due.window.key)
        told = unit_reports.list_of_period(unit, commune, window)
        sent = {one.sender.team_id for one in told if one.status is UnitReportStatus.SENT}
        for one in people:
            is_leader = one.hat.role is Role.TEAM_LEADER
            is_asked = is_leader and one.hat.kind is TeamKind.NEIGHBOURHOOD
            if is_asked and one.hat.team_id not in sent and entry not in missing[one.id]:
                missing[one.id].append(entry)
    yield from ((member, left) for member, left in sorted(missing.items()) if left)


def _begin(unit: Unit, commune: CommuneId, entry: Entry, stage: str) -> bool:
    """Once each; by a short name, since the column is."""
    name = hashlib.sha256(entry.clause.deadline.id.encode()).hexdigest()[:LONGEST_NAME]
    return jobs.begin(unit, f"deadline:{name}", f"{commune} {entry.due.due} {stage}")


def _post(unit: Unit, chats: list[Chat], key: str, text: str) -> int:
    return sum(notices.post(unit, chat, key, Outbound(text)) for chat in chats)
