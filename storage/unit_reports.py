"""Reports of units: where each stands, its one link, and every change of it.

The secret of a link is kept nowhere: only its keyed hash is, and the next one takes its place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, insert, select, update

from bot.core.vocabulary import CommuneId, UnitReportStatus
from storage.database import INSERTS, Unit
from storage.help_entries import By as By  # services take it from here
from storage.models_plans import unit_report_events, unit_reports

OPENED, LINKED, DRAFTED, SENT = "open", "link", "draft", "send"
ACCEPTED, MEND, BACK = "accept", "mend", "back"
JUDGED = (SENT, ACCEPTED, MEND, BACK)
"""Of these the newest says how the office took what was sent last."""
NOBODY = By()


@dataclass(frozen=True, slots=True)
class Sender:
    """Who is to report: the id in the plan, how it is called, its team where it is a neighbourhood.

    ``listed_id`` is its number in the office's list, where the plan names many in one.
    """

    reporter: str
    whose: str
    team_id: int | None = None
    listed_id: int | None = None

    @property
    def is_one_of_many(self) -> bool:
        """True for whom the plan asks together with others: what it says is no figure of the commune."""
        return self.team_id is not None or self.listed_id is not None


@dataclass(frozen=True, slots=True)
class UnitReport:
    """A report as it stands. ``content`` is the JSON that was sent last; ``has_link`` says nothing of whether
    the link is still good."""

    id: int
    sender: Sender
    period_kind: str
    period_key: str
    status: UnitReportStatus
    has_link: bool
    link_until: datetime | None
    content: str | None
    sent_at: datetime | None
    sent_by: str | None
    by: By
    wish: str | None
    revision: int


@dataclass(frozen=True, slots=True)
class Event:
    """A change of a report, or a draft of one."""

    at: datetime
    what: str
    by: By
    reason: str | None
    content: str | None


@dataclass(frozen=True, slots=True)
class Sent:
    """What is sent: the content as JSON, the typed name of who sends, whose hand, and why it is sent anew."""

    content: str
    sent_by: str | None
    by: By = NOBODY
    reason: str | None = None


def add_once(
    unit: Unit, commune: CommuneId, sender: Sender, period: tuple[str, str], by: By
) -> tuple[UnitReport, bool]:
    """The report of a sender for a period (kind, key); True where it was not there before."""
    kind, key = period
    new = INSERTS[unit.dialect](unit_reports).values(
        commune_id=commune,
        reporter=sender.reporter,
        team_id=sender.team_id,
        reporting_unit_id=sender.listed_id,
        whose=sender.whose,
        period_kind=kind,
        period_key=key,
        status=UnitReportStatus.WAITING,
        revision=0,
    )
    made = unit.connection.execute(
        new.on_conflict_do_nothing().returning(unit_reports.c.id)
    ).scalar_one_or_none()
    if made is not None:
        note(unit, commune, made, (OPENED, by, None, None))
        return get(unit, commune, made), True
    row = unit_reports.c
    same = (row.reporter == sender.reporter, row.whose == sender.whose)
    found = _list(unit, commune, row.period_kind == kind, row.period_key == key, *same)
    return found[0], False


def find(unit: Unit, commune: CommuneId, number: int) -> UnitReport | None:
    """The report with this id; None when the commune has none."""
    found = _list(unit, commune, unit_reports.c.id == number)
    return found[0] if found else None


def get(unit: Unit, commune: CommuneId, number: int) -> UnitReport:
    """The same; ``LookupError`` when there is none."""
    found = find(unit, commune, number)
    if found is None:
        raise LookupError(number)
    return found


def list_of_period(unit: Unit, commune: CommuneId, period: tuple[str, str]) -> list[UnitReport]:
    """All reports of a period (kind, key), in the order they were opened."""
    row = unit_reports.c
    return _list(unit, commune, row.period_kind == period[0], row.period_key == period[1])


def list_of_team(unit: Unit, commune: CommuneId, team_id: int) -> list[UnitReport]:
    """All reports of a team, the oldest first."""
    return _list(unit, commune, unit_reports.c.team_id == team_id)


def list_of_sender(unit: Unit, commune: CommuneId, sender: Sender) -> list[UnitReport]:
    """What a sender has sent for any period, that sent last at the end."""
    row = unit_reports.c
    same = (row.reporter == sender.reporter, row.whose == sender.whose)
    found = _list(unit, commune, *same, row.sent_at.is_not(None))
    return sorted(found, key=lambda one: (one.sent_at or unit.now, one.id))


def set_link(
    unit: Unit, commune: CommuneId, number: int, link: tuple[bytes, datetime], by: By
) -> bool:
    """From now on only this link (hash, until) leads to the report; False when there is no such report."""
    changed = unit.connection.execute(
        update(unit_reports)
        .where(unit_reports.c.commune_id == commune, unit_reports.c.id == number)
        .values(link_hash=link[0], link_until=link[1])
    )
    if changed.rowcount == 0:
        return False
    note(unit, commune, number, (LINKED, by, None, None))
    return True


def find_by_link(unit: Unit, hashes: Sequence[bytes]) -> tuple[CommuneId, UnitReport] | None:
    """The report that a link leads to, in whatever commune, while the link has not run out."""
    row = unit_reports.c
    found = unit.connection.execute(
        select(row.commune_id, row.id).where(row.link_hash.in_(hashes), row.link_until > unit.now)
    ).first()
    if found is None:
        return None
    commune = CommuneId(found[0])
    return commune, get(unit, commune, found[1])


def send(unit: Unit, commune: CommuneId, seen: UnitReport, sent: Sent) -> UnitReport | None:
    """It says so from now on; None when it was changed since ``seen`` was read."""
    values = {
        "status": UnitReportStatus.SENT,
        "content": sent.content,
        "sent_at": unit.now,
        "sent_by": sent.sent_by,
        "member_id": sent.by.member_id,
        "staff_id": sent.by.staff_id,
        "wish": None,
    }
    why = (SENT, sent.by, sent.reason, sent.content)
    return _change(unit, commune, seen, values, why)


def judge(
    unit: Unit, commune: CommuneId, seen: UnitReport, verdict: str, why: tuple[By, str | None]
) -> UnitReport | None:
    """The office accepts it, wants it mended, or takes it back; None as in ``send``."""
    by, reason = why
    values: dict[str, Any] = {}
    if verdict != ACCEPTED:
        values = {"link_hash": None, "link_until": None}  # a change comes by a new link
        is_back = verdict == BACK
        values["status"] = UnitReportStatus.WAITING if is_back else UnitReportStatus.TO_MEND
        values["wish"] = None if is_back else reason
    return _change(unit, commune, seen, values, (verdict, by, reason, None))


def note(
    unit: Unit, commune: CommuneId, number: int, said: tuple[str, By, str | None, str | None]
) -> None:
    """A line of its history: what, whose hand, the reason, the content."""
    what, by, reason, content = said
    unit.connection.execute(
        insert(unit_report_events).values(
            commune_id=commune,
            unit_report_id=number,
            at=unit.now,
            what=what,
            member_id=by.member_id,
            staff_id=by.staff_id,
            reason=reason,
            content=content,
        )
    )


def list_events(unit: Unit, commune: CommuneId, number: int) -> list[Event]:
    """The history of a report, the oldest line first."""
    row = unit_report_events.c
    rows = unit.connection.execute(
        select(row.at, row.what, row.member_id, row.staff_id, row.reason, row.content)
        .where(row.commune_id == commune, row.unit_report_id == number)
        .order_by(row.id)
    )
    return [Event(one[0], one[1], By(one[2], one[3]), one[4], one[5]) for one in rows]


def accepted(unit: Unit, commune: CommuneId, period: tuple[str, str]) -> frozenset[int]:
    """Ids of the reports of a period whose newest sending the office has accepted."""
    row, event = unit_reports.c, unit_report_events.c
    rows = unit.connection.execute(
        select(event.unit_report_id, event.what)
        .join(
            unit_reports,
            (row.commune_id == event.commune_id) & (row.id == event.unit_report_id),
        )
        .where(
            row.commune_id == commune,
            row.period_kind == period[0],
            row.period_key == period[1],
            event.what.in_(JUDGED),
        )
        .order_by(event.id)
    )
    newest = {one[0]: one[1] for one in rows}
    return frozenset(number for number, what in newest.items() if what == ACCEPTED)


def forget_names(unit: Unit, before: datetime) -> int:
    """Who sent a report so long ago is not told any more; gives how many rows that were."""
    row = unit_reports.c
    old = update(unit_reports).where(row.sent_by.is_not(None), row.sent_at < before)
    return unit.connection.execute(old.values(sent_by=None)).rowcount


def _change(
    unit: Unit,
    commune: CommuneId,
    seen: UnitReport,
    values: dict[str, Any],
    why: tuple[str, By, str | None, str | None],
) -> UnitReport | None:
    row = unit_reports.c
    mine = (row.commune_id == commune, row.id == seen.id, row.revision == seen.revision)
    changed = unit.connection.execute(
        update(unit_reports).where(*mine).values(values | {"revision": seen.revision + 1})
    )
    if changed.rowcount == 0:
        return None
    note(unit, commune, seen.id, why)
    return get(unit, commune, seen.id)


def _list(unit: Unit, commune: CommuneId, *conditions: ColumnElement[bool]) -> list[UnitReport]:
    chosen = select(unit_reports).where(unit_reports.c.commune_id == commune, *conditions)
    rows = unit.connection.execute(chosen.order_by(unit_reports.c.id))
    return [_report(row) for row in rows]


def _report(row: Any) -> UnitReport:
    return UnitReport(
        id=row.id,
        sender=Sender(row.reporter, row.whose, row.team_id, row.reporting_unit_id),
        period_kind=row.period_kind,
        period_key=row.period_key,
        status=UnitReportStatus(row.status),
        has_link=row.link_hash is not None,
        link_until=row.link_until,
        content=row.content,
        sent_at=row.sent_at,
        sent_by=row.sent_by,
        by=By(row.member_id, row.staff_id),
        wish=row.wish,
        revision=row.revision,
    )
