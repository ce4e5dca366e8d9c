"""The form of a unit: what it shows, and what was typed into it, each fault with one sentence of its own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from babel.numbers import NumberFormatError, parse_decimal

from bot.core.deadlines import Due
from bot.core.errors import RuleError
from bot.core.periods import Period
from bot.core.typed_days import read_day
from bot.core.vocabulary import TaskStatus
from bot.library.plans import Target
from bot.library.reporting import Task
from bot.locale import LOCALE, Texts, show_date, show_number
from bot.services import unit_periods, unit_reports
from bot.services.report_words import full_aim
from bot.services.standing import SHARE
from bot.services.teams import kept_name
from bot.services.unit_periods import DAY
from bot.services.unit_reports import (
    Content,
    Doing,
    Figure,
    Here,
    Value,
    kept_text,
)
from storage.unit_figures import LastReading, LastState
from storage.unit_reports import UnitReport

NUMBER = re.compile(r"\d[\d.]*(?:,\d{1,2})?", re.ASCII)
LONGEST_NUMBER = 15
MOST, WHOLE_SHARE = 100_000_000, 100
"""The highest number of anything in a commune, and the highest share."""
SHORTEST = 2
LONGEST_LEVEL, LONGEST_NOTE, LONGEST_SOURCE = 80, 300, 200
LONGEST_RESULT, LONGEST_PROSE, LONGEST_REASON = 1000, 2000, 200
ROUNDING = 0.1
"""How far a typed share may be from the one of its two numbers: whoever rounds is not wrong."""
YES, NO = "yes", "no"
REVISION = "revision"


@dataclass(frozen=True, slots=True)
class AskedTarget:
    """A target as its form shows it."""

    target: Target
    aim: str
    is_level: bool
    is_share: bool
    last: LastReading | None


@dataclass(frozen=True, slots=True)
class AskedTask:
    """A task as its form shows it."""

    task: Task
    last: LastState | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything that the page of one report shows; ``latest`` is the last day that it can be of."""

    report: UnitReport
    commune: str
    name: str
    period: Period
    title: str
    days: str
    due: Due | None
    clause: str
    targets: tuple[AskedTarget, ...]
    tasks: tuple[AskedTask, ...]
    figures: tuple[Figure, ...]
    source: str
    latest: date
    said: Content | None

    @property
    def has_begun(self) -> bool:
        """False for a period that is still to come."""
        return self.latest >= self.period.start


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a field: the sentence of the catalogue, and its values."""

    sentence: str
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Filled:
    """What was typed: a content to be kept where nothing is wrong."""

    content: Content
    sent_by: str
    faults: Mapping[str, Fault]


def open_sheet(here: Here, texts: Texts, report: UnitReport) -> Sheet:
    """The form of a report."""
    plan, period = here.plan, unit_reports.period_of(report)
    reporter = unit_reports.reporter_of(plan, report.sender.reporter)
    targets, tasks = (
        unit_reports.own_targets(here, reporter, period),
        unit_reports.own_tasks(plan, reporter),
    )
    values = unit_reports.last_values(here, report, targets)
    states = unit_reports.last_states(here, report, tasks)
    team, name = report.sender.team_id, name_of(here, report)
    return Sheet(
        report=report,
        commune=texts.say(f"kind.{here.commune.kind}", name=here.commune.name),
        name=name,
        period=period,
        title=unit_periods.title(texts, period),
        days=unit_periods.days(texts, period),
        due=unit_periods.due_of(here.calendar(), reporter.id, period),
        clause=reporter.clause,
        targets=tuple(_asked(texts, one, values.get(one.id)) for one in targets),
        tasks=tuple(AskedTask(one, states.get(one.id)) for one in tasks),
        figures=() if team is None else unit_reports.logged(here, team, period),
        source=texts.say("units.source", name=name, day=show_date(here.today)),
        latest=min(period.end - DAY, here.today),
        said=unit_reports.content_of(report),
    )


def name_of(here: Here, report: UnitReport) -> str:
    """How a unit is called in a sentence: “khu phố 3” for KP 3."""
    if report.sender.team_id is None:
        return report.sender.whose
    return here.plan.neighbourhoods.long_name(report.sender.whose)


def _asked(texts: Texts, target: Target, last: LastReading | None) -> AskedTarget:
    return AskedTarget(
        target,
        full_aim(texts, target.model_dump()),
        target.value is None,
        target.unit == SHARE,
        last,
    )


def fields_of(sheet: Sheet) -> dict[str, str]:
    """The fields as they stand before anybody types: what was sent last where there is something."""
    said = sheet.said
    fields = {
        "as_of": sheet.latest.isoformat(),
        "sent_by": sheet.report.sent_by or "",
        REVISION: str(sheet.report.revision),
    }
    fields |= {f"s.{one.target.id}": sheet.source for one in sheet.targets}
    corrected = {one.name: one for one in said.figures if one.is_corrected} if said else {}
    for figure in sheet.figures:
        kept = corrected.get(figure.name, figure)
        fields[f"f.{figure.name}"] = shown(kept.told)
        fields[f"g.{figure.name}"] = kept.reason or ""
    if said is None:
        return fields
    for value in said.values:
        fields |= {
            f"n.{value.target}": shown(value.number) if value.part is None else "",
            f"p.{value.target}": shown(value.part),
            f"w.{value.target}": shown(value.whole),
            f"l.{value.target}": value.level or "",
            f"r.{value.target}": {None: "", True: YES, False: NO}[value.is_reached],
            f"o.{value.target}": value.note or "",
        }
    for doing in said.tasks:
        fields |= {f"t.{doing.task}": doing.status, f"y.{doing.task}": doing.result or ""}
    prose = {"difficulties": said.difficulties or "", "proposals": said.proposals or ""}
    return fields | prose | {"nothing": YES if said.is_nothing else ""}


def shown(number: float | None) -> str:
    """A number as it is typed into a field; empty where there is none."""
    return "" if number is None else show_number(number)


def read_number(text: str, unit: str = "") -> float | None:
    """A number as Vietnamese write it: 80,5 and 1.234; None for 80.5, which could be either.

    >>> read_number("1.234,5"), read_number("80,5 %", "%")
    (1234.5, 80.5)
    """
    bare = text.strip().removesuffix(unit).strip() if unit else text.strip()
    if NUMBER.fullmatch(bare) is None or len(bare) > LONGEST_NUMBER:
        return None
    try:
        return float(parse_decimal(bare, locale=LOCALE, strict=True))
    except NumberFormatError:
        return None


def read_form(sheet: Sheet, typed: Mapping[str, str]) -> Filled:
    """What was typed, with every fault by the name of its field."""
    return _Reader(sheet, typed).read()


def anew(typed: Mapping[str, str]) -> tuple[dict[str, str], dict[str, Fault]]:
    """What was typed on a report that has changed meanwhile, to be looked at and sent once more."""
    fields = {name: text for name, text in typed.items() if name != REVISION}
    return fields, {REVISION: Fault("units.f-changed")}


class _Reader:
    """Reads the fields of one form and gathers what is wrong."""

    def __init__(self, sheet: Sheet, typed: Mapping[str, str]) -> None:
        self._sheet = sheet
        self._typed = typed
        self.faults: dict[str, Fault] = {}

    def read(self) -> Filled:
        """Everything, in the order of the page."""
        sheet = self._sheet
        as_of = self._day()
        figures = tuple(self._figure(one) for one in sheet.figures)
        values = [self._value(one) for one in sheet.targets]
        tasks = [self._doing(one.task) for one in sheet.tasks]
        content = Content(
            as_of=as_of,
            values=tuple(one for one in values if one is not None),
            tasks=tuple(one for one in tasks if one is not None),
            figures=figures,
            is_nothing=self._text("nothing") == YES,
            difficulties=kept_text(self._text("difficulties"), LONGEST_PROSE),
            proposals=kept_text(self._text("proposals"), LONGEST_PROSE),
        )
        content = self._whole(content)
        sent_by = kept_name(kept_text(self._text("sent_by"), LONGEST_LEVEL) or "")
        if sum(map(str.isalpha, sent_by)) < SHORTEST:
            self._note("sent_by", "units.f-name")
        return Filled(content, sent_by, self.faults)

    def _text(self, name: str) -> str:
        return self._typed.get(name, "").strip()

    def _note(self, name: str, sentence: str, **values: object) -> None:
        self.faults.setdefault(name, Fault(sentence, values))

    def _day(self) -> date:
        sheet = self._sheet
        day = read_day(self._text("as_of"))
        if day is not None and sheet.period.start <= day <= sheet.latest:
            return day
        first, last = show_date(sheet.period.start), show_date(sheet.latest)
        self._note("as_of", "units.f-day", first=first, last=last)
        return sheet.latest

    def _number(self, name: str, unit: str = "", *, is_whole: bool = False) -> float | None:
        said = self._text(name)
        if not said:
            return None
        number = read_number(said, unit)
        if number is None:
            self._note(name, "units.f-number", said=said[:20])
            return None
        most = WHOLE_SHARE if unit == SHARE else MOST
        if number > most:
            self._note(name, "units.f-over", said=said[:20], most=show_number(most))
            return None
        if is_whole and number != int(number):
            self._note(name, "units.f-whole", said=said[:20])
            return None
        return number

    def _count(self, name: str) -> int | None:
        number = self._number(name, is_whole=True)
        return None if number is None else int(number)

    def _value(self, asked: AskedTarget) -> Value | None:
        name = asked.target.id
        number = self._number(f"n.{name}", asked.target.unit)
        part, whole = self._share(asked)
        if part is not None and whole:
            share = round(part * 100 / whole, 2)
            if number is not None and abs(number - share) > ROUNDING:
                self._note(f"n.{name}", "units.f-share-differs", share=show_number(share))
            number = share
        level = kept_text(self._text(f"l.{name}"), LONGEST_LEVEL) if asked.is_level else None
        is_reached = {YES: True, NO: False}.get(self._text(f"r.{name}")) if asked.is_level else None
        if level is not None and is_reached is None:
            self._note(f"r.{name}", "units.f-reached")
        if level is None and is_reached is not None:
            self._note(f"l.{name}", "units.f-level")
        note = kept_text(self._text(f"o.{name}"), LONGEST_NOTE)
        if number is None and level is None and note is None:
            return None
        source = kept_text(self._text(f"s.{name}"), LONGEST_SOURCE) or self._sheet.source
        return Value(name, number, part, whole, level, is_reached, note, source)

    def _share(self, asked: AskedTarget) -> tuple[int | None, int | None]:
        """Both numbers of a share, or neither."""
        if not asked.is_share:
            return None, None
        name = asked.target.id
        part, whole = self._count(f"p.{name}"), self._count(f"w.{name}")
        if (part is None) != (whole is None):
            missing = "p" if part is None else "w"
            self._note(f"{missing}.{name}", "units.f-both")
            return None, None
        if part is not None and whole is not None and (part > whole or not whole):
            self._note(f"p.{name}", "units.f-part")
            return None, None
        return part, whole

    def _doing(self, task: Task) -> Doing | None:
        said = self._text(f"t.{task.id}")
        result = kept_text(self._text(f"y.{task.id}"), LONGEST_RESULT)
        if said in tuple(TaskStatus):
            return Doing(task.id, TaskStatus(said), result)
        if result is not None:
            self._note(f"t.{task.id}", "units.f-status")
        return None

    def _figure(self, figure: Figure) -> Figure:
        name = figure.name
        if self._text("nothing") == YES:
            return figure
        told = self._count(f"f.{name}")
        reason = kept_text(self._text(f"g.{name}"), LONGEST_REASON)
        is_read = f"f.{name}" not in self.faults
        if is_read and told is None and figure.logged is not None:
            self._note(f"f.{name}", "units.f-blank", logged=show_number(figure.logged))
        if figure.logged in (None, told):
            return replace(figure, told=told, reason=reason if figure.logged is None else None)
        if is_read and reason is None:
            self._note(f"g.{name}", "units.f-reason", logged=show_number(figure.logged or 0))
        return replace(figure, told=told, reason=reason)

    def _whole(self, content: Content) -> Content:
        """“Không phát sinh” with nothing beside it; something, where that is not said."""
        is_something = bool(content.values or content.tasks)
        if content.is_nothing:
            if is_something:
                self._note("nothing", "units.f-nothing-and")
            try:
                return replace(content, figures=unit_reports.nothing(content.figures))
            except RuleError as refusal:
                self._note("nothing", refusal.code)
                return content
        is_told = any(one.told is not None for one in content.figures)
        is_said = is_something or is_told or content.difficulties or content.proposals
        if not is_said and not self.faults:
            self._note("nothing", "units.f-empty")
        return content
