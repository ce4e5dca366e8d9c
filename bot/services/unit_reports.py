"""Reports of the units that a plan makes report: what each is asked, what it sends, what is written of it.

A unit sees its own targets and tasks only. What one of many neighbourhoods or schools says of a target is no
figure of the whole commune: it stays in its report, and the office sees all of them side by side.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date

from pydantic import TypeAdapter

from bot.core.errors import NotFoundError, RuleError
from bot.core.periods import Period, parse
from bot.core.redaction import mask_phones, redact
from bot.core.text import fold, natural_order, normalise
from bot.core.vocabulary import TaskStatus, TeamKind
from bot.library import Plan
from bot.library.plans import Target
from bot.library.reporting import Reporter, Task
from bot.locale import local_day
from bot.reports.weekly import people_known
from bot.services import deadlines, log_starts, targets, unit_schools
from bot.services.deadlines import Calendar
from bot.services.unit_periods import DAY, clauses_of, is_asked
from storage import audit, team_lines, team_series, unit_figures, unit_reports
from storage.audit import Act
from storage.communes import Commune
from storage.database import Unit
from storage.unit_figures import LastReading, LastState, NewReading, Origin
from storage.unit_reports import NOBODY, By, Sender, Sent, UnitReport

TEAMS = "neighbourhoods"
OF_TEAMS = Reporter(id="to-cong-nghe-so", name="Tổ công nghệ số cộng đồng", kind=TEAMS, clause="—")
"""Stands for the teams where the plan asks no neighbourhood for a report: their leaders may send one."""
FIGURES = ("visits", "people", "classes", "sessions", "broadcasts")
LONGEST_REASON = 200
ANEW = "đơn vị gửi lại"
"""Why what was sent before does not count any more, where nobody said why."""


@dataclass(frozen=True, slots=True)
class Value:
    """What a unit says of a target; without number and level it is a remark."""

    target: str
    number: float | None
    part: int | None
    whole: int | None
    level: str | None
    is_reached: bool | None
    note: str | None
    source: str


@dataclass(frozen=True, slots=True)
class Doing:
    """What a unit says of a task."""

    task: str
    status: TaskStatus
    result: str | None


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of a team: what its logs hold, what the team says, and why where that is not the same."""

    name: str
    logged: int | None
    told: int | None
    reason: str | None = None

    @property
    def is_corrected(self) -> bool:
        """True where the team says otherwise than its logs."""
        return self.reason is not None and self.told != self.logged


@dataclass(frozen=True, slots=True)
class Content:
    """All that a report says; ``is_nothing``: the unit says that there was nothing to tell."""

    as_of: date
    values: tuple[Value, ...] = ()
    tasks: tuple[Doing, ...] = ()
    figures: tuple[Figure, ...] = ()
    is_nothing: bool = False
    difficulties: str | None = None
    proposals: str | None = None


@dataclass(frozen=True, slots=True)
class Here:
    """Where the work is done: the unit of work, the commune, its plan."""

    unit: Unit
    commune: Commune
    plan: Plan

    @property
    def today(self) -> date:
        """The calendar day in Vietnam."""
        return local_day(self.unit.now)

    def calendar(self) -> Calendar:
        """By which days reports are due: the plan, the office's own days, its days off."""
        return deadlines.read(self.unit, self.commune.id, self.plan)

    def targets(self, period: Period) -> list[Target]:
        """Targets as they read on the last day of a period, or today where it goes on."""
        day = _last_known(self, period)
        found = targets.of_day(self.unit, self.commune.id, self.plan, day)
        return [one.target for one in found if not one.is_set_aside]


@dataclass(frozen=True, slots=True)
class Fresh:
    """A report that is sent: by whom it was typed, whose hand, how the audit log names that, and why anew."""

    content: Content
    sent_by: str | None
    actor: str
    by: By = NOBODY
    reason: str | None = None


_CONTENT = TypeAdapter(Content)


def content_of(report: UnitReport) -> Content | None:
    """What was sent last; None where nothing was."""
    return _CONTENT.validate_json(report.content) if report.content else None


def read_content(written: str) -> Content:
    """Content as it is kept in the history."""
    return _CONTENT.validate_json(written)


def write_content(content: Content) -> str:
    """The same, to be kept."""
    return _CONTENT.dump_json(content).decode()


def kept_text(text: str, longest: int) -> str | None:
    """Typed words as they are kept: personal numbers masked, blanks at the ends of lines gone."""
    masked = mask_phones(redact(normalise(text)).text)
    lines = [" ".join(line.split()) for line in masked.splitlines()]
    return "\n".join(lines).strip()[:longest].rstrip() or None


# ---- who reports of what


def reporters_of(plan: Plan) -> list[Reporter]:
    """Those of the plan; where it asks no neighbourhood, its teams may report all the same."""
    has_teams = any(one.kind == TEAMS for one in plan.reporters)
    return [*plan.reporters, *(() if has_teams else (OF_TEAMS,))]


def reporter_of(plan: Plan, name: str) -> Reporter:
    """The reporter with that id; one that the plan has no more keeps its name alone."""
    found = next((one for one in reporters_of(plan) if one.id == name), None)
    return found or Reporter(id=name, name=name, kind="other", clause="—")


def team_reporter(plan: Plan) -> Reporter:
    """What the neighbourhoods report as."""
    return next(one for one in reporters_of(plan) if one.kind == TEAMS)


def senders_of(here: Here, period: Period, calendar: Calendar) -> list[Sender]:
    """Everybody who may have to report of a period: each neighbourhood of its last day, each listed school.

    Where the plan wants such a report of somebody, who reports of other periods only is left out; where it
    wants none of anybody, the office asks all.
    """
    asked = [(one, _is_asked(calendar, one, period)) for one in here.plan.reporters]
    is_wanted = any(verdict for _, verdict in asked)
    left = [one for one, verdict in asked if not is_wanted or verdict is not False]
    return _each(here, left, period)


def wanted_of(here: Here, period: Period, calendar: Calendar) -> list[Sender]:
    """Those of them of whom the plan, or the office, clearly wants such a report."""
    left = [one for one in here.plan.reporters if _is_asked(calendar, one, period)]
    return _each(here, left, period)


def _is_asked(calendar: Calendar, reporter: Reporter, period: Period) -> bool | None:
    """None where nothing says of which periods it reports."""
    said = [is_asked(one, period) for one in clauses_of(calendar, reporter.id)]
    if any(said):
        return True
    return None if None in said or not said else False


def _each(here: Here, reporters: list[Reporter], period: Period) -> list[Sender]:
    day = _last_known(here, period)
    found = []
    for reporter in reporters:
        if reporter.kind != TEAMS:
            found += unit_schools.senders(here.unit, here.commune.id, reporter, period)
            continue
        lines = team_lines.list_lines(here.unit, here.commune.id)
        there = [one for one in lines if one.kind is TeamKind.NEIGHBOURHOOD and one.is_there(day)]
        there.sort(key=lambda one: natural_order(one.name))
        found += [Sender(reporter.id, one.name[:80], one.id) for one in there]
    return found


def _last_known(here: Here, period: Period) -> date:
    return min(period.end - DAY, max(here.today, period.start))


def period_of(report: UnitReport) -> Period:
    """The period that a report is about."""
    return parse(f"{report.period_kind}:{report.period_key}")


def own_targets(here: Here, reporter: Reporter, period: Period) -> list[Target]:
    """Targets of the period that this unit owns and that nothing here can count."""
    names = _names(reporter)
    return [
        one
        for one in here.targets(period)
        if one.kind == "entered"
        and one.starts_on < period.end
        and one.ends_on >= period.start
        and _is_among(one.owner, names)
    ]


def own_tasks(plan: Plan, reporter: Reporter) -> list[Task]:
    """Tasks that this unit leads."""
    names = _names(reporter)
    return [one for one in plan.tasks if _is_among(one.lead, names)]


def _names(reporter: Reporter) -> set[str]:
    return {_bare(one) for one in (reporter.name, *reporter.owners)}


def _is_among(owners: str | None, names: set[str]) -> bool:
    return owners is not None and any(_bare(one) in names for one in owners.split(";"))


def _bare(name: str) -> str:
    """Words alone: a plan writes “Hạ tầng” with a comma here and a dash there."""
    return " ".join(re.findall(r"\w+", fold(name)))


# ---- what is known already


def last_values(here: Here, report: UnitReport, targets: list[Target]) -> dict[str, LastReading]:
    """The newest figure of each target: of the commune, or of one of many what it said itself."""
    unit, commune = here.unit, here.commune.id
    end = period_of(report).end
    if not report.sender.is_one_of_many:
        return unit_figures.last_readings(unit, commune, [one.id for one in targets], end)
    found: dict[str, LastReading] = {}
    for before in unit_reports.list_of_sender(unit, commune, report.sender):
        said = content_of(before)
        if said is None or before.id == report.id or said.as_of >= end:
            continue
        for one in said.values:
            found[one.target] = LastReading(one.number, one.level, said.as_of, one.source)
    return found


def last_states(here: Here, report: UnitReport, tasks: list[Task]) -> dict[str, LastState]:
    """How each task stood last, by the same rule."""
    unit, commune = here.unit, here.commune.id
    end = period_of(report).end
    if not report.sender.is_one_of_many:
        return unit_figures.last_states(unit, commune, [one.id for one in tasks], end)
    found: dict[str, LastState] = {}
    for before in unit_reports.list_of_sender(unit, commune, report.sender):
        said = content_of(before)
        if said is not None and before.id != report.id and said.as_of < end:
            found |= {one.task: LastState(one.status, one.result, said.as_of) for one in said.tasks}
    return found


def logged(here: Here, team_id: int, period: Period) -> tuple[Figure, ...]:
    """The figures of a team from its logs, until today where it goes on; what no log knows is None."""
    end = min(period.end, here.today + DAY)
    if end <= period.start:
        return tuple(Figure(name, None, None) for name in FIGURES)
    unit, commune = here.unit, here.commune.id
    window = Period("custom", "", period.start, end)
    family, days = team_series.family(unit, commune, team_id), (window.start, window.end)
    moments = (window.start_at, window.end_at)
    found = unit_figures.count_of_teams(unit, commune, family, days, moments)
    begun = log_starts.find(unit, commune)
    helps, held, put_out = (
        log_starts.is_kept(since, days, log_starts.AT_ONCE)
        for since in (begun.help, begun.trainings, begun.communications)
    )
    known = {
        "visits": found.visits if found.visits or helps else None,
        "people": people_known(found.people, found.without_person)
        if found.visits or helps
        else None,
        "classes": found.classes if found.classes or held else None,
        "sessions": found.sessions if found.sessions or held else None,
        "broadcasts": found.broadcasts if found.broadcasts or put_out else None,
    }
    return tuple(Figure(name, known[name], known[name]) for name in FIGURES)


def nothing(figures: tuple[Figure, ...]) -> tuple[Figure, ...]:
    """“Không phát sinh”: a true zero; ``RuleError`` where the logs hold something."""
    if any(one.logged for one in figures):
        raise RuleError("units.not-nothing", "Sổ có ghi việc, nên không phải là không phát sinh.")
    return tuple(replace(one, told=0, reason=None) for one in figures)


# ---- sending


def find(here: Here, number: int) -> UnitReport:
    """The report with that id; ``NotFoundError`` when there is none."""
    found = unit_reports.find(here.unit, here.commune.id, number)
    if found is None:
        raise NotFoundError("Không có báo cáo này.")
    return found


def send(here: Here, seen: UnitReport, fresh: Fresh) -> UnitReport:
    """Keep what a unit sends, and write its figures down, in this one unit of work.

    What it sent before does not count any more. ``RuleError`` when the report was changed since ``seen``.
    """
    unit, commune = here.unit, here.commune.id
    sent = Sent(write_content(fresh.content), fresh.sent_by, fresh.by, fresh.reason)
    after = unit_reports.send(unit, commune, seen, sent)
    if after is None:
        raise changed()
    reason = (fresh.reason or seen.wish or ANEW)[:LONGEST_REASON]
    unit_figures.void_all(unit, commune, seen.id, reason)
    if not seen.sender.is_one_of_many:
        _write(here, after, fresh)
    audit.record(unit, commune, Act(fresh.actor, "send-unit-report", f"unit-report:{seen.id}"))
    return after


def forget_figures(here: Here, report: UnitReport, reason: str) -> None:
    """What came with it does not count any more."""
    unit_figures.void_all(here.unit, here.commune.id, report.id, reason[:LONGEST_REASON])


def changed() -> RuleError:
    """Somebody was faster."""
    return RuleError("units.changed", "Báo cáo này vừa có thay đổi, mở lại rồi làm tiếp.")


def _write(here: Here, report: UnitReport, fresh: Fresh) -> None:
    """A reading of each target, and how each task stands."""
    unit, commune = here.unit, here.commune.id
    origin = Origin(report.id, fresh.by.staff_id)
    as_of = fresh.content.as_of
    for one in fresh.content.values:
        if one.number is None and one.level is None:
            continue
        reading = NewReading(
            client_id=f"unit:{report.id}:{report.revision}:{one.target}"[:80],
            target=one.target,
            number=one.number,
            part=one.part,
            whole=one.whole,
            level=one.level,
            is_reached=one.is_reached,
            as_of=as_of,
            source=one.source,
        )
        unit_figures.add_reading(unit, commune, origin, reading)
    for doing in fresh.content.tasks:
        state = LastState(doing.status, doing.result, as_of)
        unit_figures.add_state(unit, commune, origin, (doing.task, state))
