"""What the office does with the reports of units: opens a period, makes links, accepts, asks to mend."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from bot.core.deadlines import Due
from bot.core.errors import NotAllowedError, NotFoundError, RuleError
from bot.core.periods import Period
from bot.core.text import shorten
from bot.core.vocabulary import Role, UnitReportStatus
from bot.locale import Texts, show_date
from bot.services import (
    access,
    unit_forms,
    unit_links,
    unit_lists,
    unit_periods,
    unit_reports,
)
from bot.services.access import Officer
from bot.services.deadlines import Calendar
from bot.services.standing import SHARE
from bot.services.unit_forms import Filled, Sheet
from bot.services.unit_lists import Listing
from bot.services.unit_reports import Content, Figure, Fresh, Here, kept_text
from storage import unit_reports as kept
from storage.unit_reports import ACCEPTED, BACK, MEND, By, Event, Sender, UnitReport

SHORTEST_WISH, LONGEST_WISH = 3, 200
LONGEST_PASTE = 500
ROOM_FOR_NAMES = 260
"""How many signs of the text for the group the names may take; the others are counted."""


@dataclass(frozen=True, slots=True)
class Row:
    """A unit of the period: how it is called, its report where there is one, whether that was accepted."""

    sender: Sender
    name: str
    report: UnitReport | None
    is_accepted: bool
    is_corrected: bool
    due: Due | None

    has_live_link: bool = False

    @property
    def has_sent(self) -> bool:
        """True for what was sent and not asked to be mended."""
        return self.report is not None and self.report.status is UnitReportStatus.SENT


@dataclass(frozen=True, slots=True)
class Sum:
    """What neighbourhoods and schools say of one target, side by side, and added up where it can be."""

    title: str
    unit: str
    told: Sequence[tuple[str, str]]
    total: float | None


@dataclass(frozen=True, slots=True)
class Board:
    """All units of a period; ``fresh`` is how many of them have no report opened yet."""

    period: Period
    title: str
    days: str
    rows: Sequence[Row]
    fresh: int
    has_begun: bool
    sums: Sequence[Sum]
    totals: Sequence[tuple[str, int | None, int | None]]
    paste: str
    choices: Sequence[tuple[str, str]]
    lists: Sequence[Listing] = ()

    @property
    def due(self) -> Due | None:
        """The day of all, where it is the same for everybody."""
        days = {row.due for row in self.rows}
        return days.pop() if len(days) == 1 else None

    @property
    def missing(self) -> list[Row]:
        """Who has not sent, or has to mend."""
        return [row for row in self.rows if not row.has_sent]

    @property
    def linkless(self) -> list[Row]:
        """Those of them that have no link which is still good."""
        return [row for row in self.missing if not row.has_live_link]


@dataclass(frozen=True, slots=True)
class Made:
    """A fresh link of a unit; the secret is shown once."""

    number: int
    name: str
    token: str


@dataclass(frozen=True, slots=True)
class Looked:
    """One report with its form and its history."""

    sheet: Sheet
    events: Sequence[Event]
    is_accepted: bool


def require_reader(officer: Officer) -> None:
    """An operator runs the machine and does not read who sent what."""
    if officer.role is Role.OPERATOR:
        raise NotAllowedError("Người quản trị không xem phần này.")


def _require_officer(officer: Officer) -> By:
    if officer.role is not Role.OFFICER:
        raise NotAllowedError("Chỉ cán bộ đổi được.")
    return By(staff_id=officer.id)


def read_board(here: Here, texts: Texts, period: Period) -> Board:
    """Everything that the page of a period shows."""
    unit, commune = here.unit, here.commune.id
    key = (period.kind, period.key)
    reports = kept.list_of_period(unit, commune, key)
    accepted = kept.accepted(unit, commune, key)
    calendar = here.calendar()
    senders = unit_reports.senders_of(here, period, calendar)
    rows, left = [], {one.id: one for one in reports}
    for sender in senders:
        own = next((one for one in left.values() if _is_of(one, sender)), None)
        left.pop(own.id if own else 0, None)
        rows.append(_row(here, sender, own, accepted))
    # What nobody asked for any more, or the plan never did, was sent all the same.
    rows += [_row(here, one.sender, one, accepted) for one in left.values()]
    rows = [
        replace(row, due=unit_periods.due_of(calendar, row.sender.reporter, period)) for row in rows
    ]
    names = [
        (f"{one.kind}:{one.key}", unit_periods.title(texts, one))
        for one in _choices(calendar, here.today, period)
    ]
    board = Board(
        period=period,
        title=unit_periods.title(texts, period),
        days=unit_periods.days(texts, period),
        rows=rows,
        fresh=sum(row.report is None for row in rows),
        has_begun=period.start <= here.today,
        sums=_sums(here, period, rows),
        totals=_totals(rows),
        paste="",
        choices=names,
        lists=unit_lists.read(here),
    )
    return replace(board, paste=paste(here, texts, board))


def list_missing(here: Here, period: Period, calendar: Calendar) -> list[str]:
    """Who has not sent of those asked: also who never got a form or a link.

    Until a period is opened those are asked of whom the plan, or the office, clearly wants such a report.
    """
    key = (period.kind, period.key)
    reports = kept.list_of_period(here.unit, here.commune.id, key)
    find = unit_reports.senders_of if reports else unit_reports.wanted_of
    senders = find(here, period, calendar)
    senders += [one.sender for one in reports if not any(_is_of(one, it) for it in senders)]
    sent = [one for one in reports if one.status is UnitReportStatus.SENT]
    return [
        _row(here, sender, None, frozenset()).name
        for sender in senders
        if not any(_is_of(one, sender) for one in sent)
    ]


def _choices(calendar: Calendar, day: date, period: Period) -> list[Period]:
    found = unit_periods.choices(calendar, day)
    return found if period in found else [period, *found]


def _is_of(report: UnitReport, sender: Sender) -> bool:
    """A team is known by its number, whatever it is called now; others by the plan's id and their name."""
    if sender.team_id is not None:
        return report.sender.team_id == sender.team_id
    return (report.sender.reporter, report.sender.whose) == (sender.reporter, sender.whose)


def _row(here: Here, sender: Sender, report: UnitReport | None, accepted: frozenset[int]) -> Row:
    said = unit_reports.content_of(report) if report else None
    is_team = sender.team_id is not None
    name = here.plan.neighbourhoods.long_name(sender.whose) if is_team else sender.whose
    return Row(
        sender=sender,
        name=name[:1].upper() + name[1:],
        report=report,
        is_accepted=report is not None and report.id in accepted,
        is_corrected=said is not None and any(one.is_corrected for one in said.figures),
        due=None,
        has_live_link=report is not None and _has_live_link(here, report),
    )


def _said(rows: Sequence[Row]) -> list[tuple[Row, Content]]:
    found = [
        (row, unit_reports.content_of(row.report)) for row in rows if row.report and row.has_sent
    ]
    return [(row, said) for row, said in found if said is not None]


def _sums(here: Here, period: Period, rows: Sequence[Row]) -> list[Sum]:
    """Targets that neighbourhoods and schools tell of; a share or a level cannot be added."""
    told: dict[str, list[tuple[str, str, float | None]]] = {}
    for row, said in _said(rows):
        for value in said.values if row.sender.is_one_of_many else ():
            words = value.level or unit_forms.shown(value.number)
            told.setdefault(value.target, []).append((row.name, words or "—", value.number))
    found = []
    for target in here.targets(period):
        lines = told.get(target.id)
        if lines:
            numbers = [number for _, _, number in lines if number is not None]
            can_add = target.unit != SHARE and len(numbers) == len(lines)
            plain = [(name, words) for name, words, _ in lines]
            found.append(Sum(target.title, target.unit, plain, sum(numbers) if can_add else None))
    return found


def _totals(rows: Sequence[Row]) -> list[tuple[str, int | None, int | None]]:
    """Each figure of the teams that have sent, (name, logged, told); people are of each team and no sum."""
    of_teams = [said.figures for _, said in _said(rows) if said.figures]
    if not of_teams:
        return []

    def add(name: str, pick: str) -> int | None:
        found: list[Figure] = [one for line in of_teams for one in line if one.name == name]
        numbers = [getattr(one, pick) for one in found]
        return None if None in numbers else sum(numbers)

    names = [name for name in unit_reports.FIGURES if name != "people"]
    return [(name, add(name, "logged"), add(name, "told")) for name in names]


def paste(here: Here, texts: Texts, board: Board) -> str:
    """What is put into the Zalo group: who has not sent, by when, and thanks; at most 500 signs."""
    missing = board.missing
    if not missing:
        return texts.say("units.paste-none", period=board.title)[:LONGEST_PASTE]
    names = ""
    for count, row in enumerate(missing):
        more = f"{names}, {row.name}" if names else row.name
        if len(more) > ROOM_FOR_NAMES and names:
            names = texts.say("units.paste-more", names=names, count=len(missing) - count)
            break
        names = shorten(more, ROOM_FOR_NAMES)
    days = sorted({row.due.send_by for row in missing if row.due and row.due.send_by >= here.today})
    due = (
        texts.say("units.paste-due", day=show_date(days[0]))
        if days
        else texts.say("units.paste-soon")
    )
    text = texts.say("units.paste", period=board.title, names=names, due=due)
    return shorten(text, LONGEST_PASTE)


# ---- what the office does


def open_period(here: Here, officer: Officer, period: Period) -> list[UnitReport]:
    """A report for each unit that has none yet; gives those. ``RuleError`` before the period has begun."""
    by = _require_officer(officer)
    if period.start > here.today:
        raise RuleError("units.not-begun", "Kỳ này chưa bắt đầu.")
    fresh = add_missing(here, period, by)
    if fresh:
        access.note_change(here.unit, officer, "open-unit-reports", f"{period.kind}:{period.key}")
    return fresh


def add_missing(here: Here, period: Period, by: By) -> list[UnitReport]:
    """A report for each unit of the plan that has none for that period; gives those."""
    fresh = []
    key = (period.kind, period.key)
    known = kept.list_of_period(here.unit, here.commune.id, key)
    for sender in unit_reports.senders_of(here, period, here.calendar()):
        if any(_is_of(one, sender) for one in known):
            continue
        report, is_new = kept.add_once(here.unit, here.commune.id, sender, key, by)
        fresh += [report] if is_new else []
    return fresh


def make_link(here: Here, officer: Officer, number: int) -> Made:
    """A fresh link; the one before is dead. ``RuleError`` for what was sent and not asked to be mended."""
    by, report = _require_officer(officer), unit_reports.find(here, number)
    if report.status is UnitReportStatus.SENT:
        raise RuleError("units.link-sent", "Đơn vị này đã gửi rồi.")
    token = unit_links.make(here.unit, here.commune.id, report, by)
    access.note_change(here.unit, officer, "make-unit-link", f"unit-report:{number}")
    return Made(number, unit_forms.name_of(here, report), token)


def make_links(here: Here, officer: Officer, period: Period) -> list[Made]:
    """The same for everybody who has not sent and has no link that is still good: none is replaced."""
    _require_officer(officer)
    reports = kept.list_of_period(here.unit, here.commune.id, (period.kind, period.key))
    waiting = [one for one in reports if one.status is not UnitReportStatus.SENT]
    return [make_link(here, officer, one.id) for one in waiting if not _has_live_link(here, one)]


def _has_live_link(here: Here, report: UnitReport) -> bool:
    """True for a link that was given out and has not run out."""
    return report.link_until is not None and report.link_until > here.unit.now


def look(here: Here, texts: Texts, number: int) -> Looked:
    """One report."""
    report = unit_reports.find(here, number)
    events = kept.list_events(here.unit, here.commune.id, number)
    key = (report.period_kind, report.period_key)
    is_accepted = number in kept.accepted(here.unit, here.commune.id, key)
    return Looked(unit_forms.open_sheet(here, texts, report), events, is_accepted)


def judge(
    here: Here, officer: Officer, seen: tuple[int, int], verdict: tuple[str, str]
) -> UnitReport:
    """Accept it, ask to mend it with a wish, or take it back for a reason.

    ``seen`` is (number, revision), ``verdict`` (what, words). What was taken back counts no more; what is to
    be mended counts until it is sent anew. ``RuleError`` for words that say nothing, or a change meanwhile.
    """
    by = _require_officer(officer)
    report, (what, words) = unit_reports.find(here, seen[0]), verdict
    said = kept_text(words, LONGEST_WISH)
    if what not in (ACCEPTED, MEND, BACK):
        raise NotFoundError("Không có việc này.")
    if what != ACCEPTED and len(said or "") < SHORTEST_WISH:
        raise RuleError("units.wish", "Cần ghi điều cần sửa hay lý do.")
    if report.revision != seen[1] or report.status is UnitReportStatus.WAITING:
        raise unit_reports.changed()
    if report.status is UnitReportStatus.TO_MEND and what == ACCEPTED:
        raise unit_reports.changed()
    after = kept.judge(here.unit, here.commune.id, report, what, (by, said))
    if after is None:
        raise unit_reports.changed()
    if what == BACK:
        unit_reports.forget_figures(here, report, said or "")
    access.note_change(here.unit, officer, f"{what}-unit-report", f"unit-report:{report.id}")
    return after


def enter(
    here: Here, texts: Texts, officer: Officer, told: tuple[int, Mapping[str, str]]
) -> Filled:
    """What a unit told by phone or on paper; nothing is kept while there is a fault."""
    number, typed = told
    by, report = _require_officer(officer), unit_reports.find(here, number)
    filled = unit_forms.read_form(unit_forms.open_sheet(here, texts, report), typed)
    if filled.faults:
        return filled
    if typed.get("revision") != str(report.revision):
        raise unit_reports.changed()
    reason = report.wish or (unit_reports.ANEW if report.content else None)
    fresh = Fresh(filled.content, filled.sent_by, f"staff:{officer.id}", by, reason)
    unit_reports.send(here, report, fresh)
    return filled


def latest_period(here: Here) -> Period:
    """What the page shows first: the month that the plan wants now."""
    reporter = unit_reports.team_reporter(here.plan)
    return unit_periods.month_of(here.calendar(), reporter.id, here.today)
