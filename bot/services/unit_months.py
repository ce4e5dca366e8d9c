"""The month of a tổ trưởng: filled in from the logs, corrected with a reason, sent by one digit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from bot.core.errors import NotFoundError, RuleError
from bot.core.periods import Period
from bot.core.vocabulary import CommuneId, Role, TeamKind, UnitReportStatus
from bot.locale import local_day
from bot.services import unit_periods, unit_reports
from bot.services.teams import actor
from bot.services.unit_reports import FIGURES, Content, Figure, Fresh, Here, kept_text
from storage import team_lines
from storage import unit_reports as kept
from storage.database import Unit
from storage.mailbox import Worker
from storage.unit_reports import DRAFTED, SENT, By, Sender, UnitReport

MONTHS = ("month", "reporting-month")
LOOKED_BACK = timedelta(days=62)
"""What was opened and not sent for so long is not asked for any more."""
MOST = 1_000_000
SHORTEST_REASON, LONGEST_REASON = 3, 200


@dataclass(frozen=True, slots=True)
class Month:
    """The month of a team as it would be sent now; ``said`` is what was sent last."""

    period: Period
    figures: tuple[Figure, ...]
    report: UnitReport | None
    said: Content | None
    is_accepted: bool
    is_open: bool

    @property
    def is_sent(self) -> bool:
        """True where it was sent and nobody wants it mended."""
        return self.report is not None and self.report.status is UnitReportStatus.SENT

    @property
    def is_same(self) -> bool:
        """True where sending it again would say nothing new."""
        return self.said is not None and self.said.figures == self.figures

    @property
    def wish(self) -> str | None:
        """What the office wants mended."""
        is_to_mend = self.report is not None and self.report.status is UnitReportStatus.TO_MEND
        return self.report.wish if self.report and is_to_mend else None


def find(here: Here, leader: Worker, name: str = "") -> Month:
    """The month that a team has to send: one that the office has opened, else by the plan; or that named.

    ``RuleError`` for who does not lead a neighbourhood's team, and for a month that has not begun.
    """
    team = _team(here, leader)
    period = unit_periods.read(name) if name else _wanted(here, team)
    if period.kind not in MONTHS or period.start > here.today:
        raise RuleError("unitmonth.not-begun", "Tháng này chưa tới.")
    report = _report(here, team, period)
    said = unit_reports.content_of(report) if report else None
    key = (period.kind, period.key)
    accepted = kept.accepted(here.unit, here.commune.id, key)
    return Month(
        period=period,
        figures=_with_corrections(here, team, period, report),
        report=report,
        said=said,
        is_accepted=report is not None and report.id in accepted,
        is_open=period.end > here.today,
    )


def send(here: Here, leader: Worker, month: Month, *, is_nothing: bool = False) -> Month:
    """Send the figures as they stand, or “không phát sinh”; what says nothing new is not sent again.

    ``RuleError`` for what the office has accepted, and for nothing where the logs hold something.
    """
    _may_change(month)
    figures = unit_reports.nothing(month.figures) if is_nothing else month.figures
    if month.is_sent and month.said and month.said.figures == figures:
        return month
    report = month.report or _open(here, leader, month.period)
    before = month.said or Content(_as_of(here, month.period))
    content = replace(
        before, as_of=_as_of(here, month.period), figures=figures, is_nothing=is_nothing
    )
    reason = next((one.reason for one in figures if one.is_corrected), None)
    fresh = Fresh(content, leader.name or None, actor(leader), By(leader.id), _why(report, reason))
    unit_reports.send(here, report, fresh)
    return find(here, leader, f"{month.period.kind}:{month.period.key}")


def correct(here: Here, leader: Worker, month: Month, told: tuple[str, int, str]) -> Month:
    """The team says otherwise than its logs: (figure, number, reason). Kept as a draft until it is sent."""
    _may_change(month)
    name, number, reason = told
    said = kept_text(reason, LONGEST_REASON)
    if said is None or len(said) < SHORTEST_REASON:
        raise RuleError("unitmonth.reason", "Cần ghi lý do.")
    if name not in FIGURES or not 0 <= number < MOST:
        raise RuleError("unitmonth.number", "Số này không được.")
    figures = tuple(
        replace(one, told=number, reason=said) if one.name == name else one for one in month.figures
    )
    report = month.report or _open(here, leader, month.period)
    _draft(here, leader, report, (_as_of(here, month.period), figures, said))
    return find(here, leader, f"{month.period.kind}:{month.period.key}")


def keep_logged(here: Here, leader: Worker, month: Month, name: str) -> Month:
    """The logs are right after all: what the team said otherwise of a figure is dropped, in the draft."""
    _may_change(month)
    corrected = {one.name for one in month.figures if one.is_corrected}
    if month.report is None or name not in corrected:
        return month
    figures = tuple(
        replace(one, told=one.logged, reason=None) if one.name == name else one
        for one in month.figures
    )
    _draft(here, leader, month.report, (_as_of(here, month.period), figures, None))
    return find(here, leader, f"{month.period.kind}:{month.period.key}")


def _draft(
    here: Here,
    leader: Worker,
    report: UnitReport,
    said: tuple[date, tuple[Figure, ...], str | None],
) -> None:
    day, figures, reason = said
    draft = unit_reports.write_content(Content(day, figures=figures))
    kept.note(here.unit, here.commune.id, report.id, (DRAFTED, By(leader.id), reason, draft))


def _may_change(month: Month) -> None:
    if month.is_accepted and month.is_sent:
        raise RuleError("unitmonth.accepted", "Phường đã nhận báo cáo này rồi.")


def _why(report: UnitReport, reason: str | None) -> str | None:
    """Why it is sent anew; nothing the first time."""
    return (report.wish or reason or unit_reports.ANEW) if report.content else None


def _team(here: Here, leader: Worker) -> int:
    if leader.role is not Role.TEAM_LEADER or leader.team_id is None:
        raise RuleError("team.leader-only", "Phần này của tổ trưởng.")
    lines = team_lines.list_lines(here.unit, here.commune.id)
    own = next((one for one in lines if one.id == leader.team_id), None)
    if own is None or own.kind is not TeamKind.NEIGHBOURHOOD:
        raise RuleError("unitmonth.no-place", "Tổ này không phải của một khu phố, ấp.")
    return own.id


def is_waited_for(unit: Unit, commune: CommuneId, leader: Worker) -> bool:
    """True where a month of the leader's team is opened, and not sent or to be mended."""
    is_leader = leader.role is Role.TEAM_LEADER and leader.team_id is not None
    return is_leader and _waiting(unit, commune, leader.team_id or 0) is not None


def _waiting(unit: Unit, commune: CommuneId, team: int) -> Period | None:
    day = local_day(unit.now)
    for report in kept.list_of_team(unit, commune, team):
        period = unit_reports.period_of(report)
        is_late = period.end + LOOKED_BACK < day
        is_waiting = report.status is not UnitReportStatus.SENT
        if period.kind in MONTHS and is_waiting and not is_late and period.start <= day:
            return period
    return None


def _wanted(here: Here, team: int) -> Period:
    """The oldest month that waits to be sent or mended; without one that of the plan."""
    if waiting := _waiting(here.unit, here.commune.id, team):
        return waiting
    reporter = unit_reports.team_reporter(here.plan)
    return unit_periods.month_of(here.calendar(), reporter.id, here.today)


def _report(here: Here, team: int, period: Period) -> UnitReport | None:
    found = kept.list_of_team(here.unit, here.commune.id, team)
    key = (period.kind, period.key)
    return next((one for one in found if (one.period_kind, one.period_key) == key), None)


def _open(here: Here, leader: Worker, period: Period) -> UnitReport:
    """A report that nobody has opened yet."""
    reporter = unit_reports.team_reporter(here.plan)
    lines = team_lines.list_lines(here.unit, here.commune.id)
    name = next((one.name for one in lines if one.id == leader.team_id), None)
    if name is None:
        raise NotFoundError("Không có tổ này.")
    sender = Sender(reporter.id, name[:80], leader.team_id)
    key, by = (period.kind, period.key), By(leader.id)
    return kept.add_once(here.unit, here.commune.id, sender, key, by)[0]


def _with_corrections(
    here: Here, team: int, period: Period, report: UnitReport | None
) -> tuple[Figure, ...]:
    """The logs of now, with what the team said otherwise since it last sent, or when it did."""
    figures = unit_reports.logged(here, team, period)
    said = {one.name: one for one in _corrected(here, report)}
    return tuple(
        replace(one, told=said[one.name].told, reason=said[one.name].reason)
        if one.name in said and said[one.name].told != one.logged
        else one
        for one in figures
    )


def _corrected(here: Here, report: UnitReport | None) -> Sequence[Figure]:
    """Corrections of the newest draft or sending."""
    if report is None:
        return ()
    events = kept.list_events(here.unit, here.commune.id, report.id)
    newest = next((one for one in reversed(events) if one.what in (DRAFTED, SENT)), None)
    if newest is None or newest.content is None:
        return ()
    return [one for one in unit_reports.read_content(newest.content).figures if one.reason]


def _as_of(here: Here, period: Period) -> date:
    return min(period.end - unit_periods.DAY, here.today)
