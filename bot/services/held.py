"""The trainings behind a figure: whoever reads how many there were sees which, and how many came."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from bot.core.errors import NotFoundError
from bot.core.periods import Period
from bot.core.progress import DAY, Span, counted, span_of
from bot.core.vocabulary import CommuneId, CommunicationUnit, TrainingKind
from bot.library import Plan
from bot.library.plans import Formula, Target
from bot.services.log_starts import is_kept
from bot.services.training_stats import known_people
from storage import training_figures
from storage.database import Unit
from storage.training_figures import Count as Count  # pages take it from here
from storage.training_figures import Line as Line

KINDS = {
    Formula.CLASSES_HELD: TrainingKind.CLASS,
    Formula.COMMUNICATION_SESSIONS: TrainingKind.OUTREACH,
    Formula.CONTESTS_HELD: TrainingKind.CONTEST,
    Formula.CONTESTANTS: TrainingKind.CONTEST,
    Formula.PEOPLE_TRAINED: TrainingKind.CLASS,
}
"""What is counted for a target; teams at work are counted by more than trainings."""


@dataclass(frozen=True, slots=True)
class Heading:
    """Which figure: trainings of a kind, or of every kind, in the days that it counts.

    ``others`` is what the plan of a target counts besides trainings.
    """

    days: Period
    kind: TrainingKind | None = None
    target: Target | None = None
    others: tuple[CommunicationUnit, ...] = ()

    @property
    def mark(self) -> str:
        """How the audit log names it."""
        if self.target is not None:
            return f":target:{self.target.id}"
        return f":kind:{self.kind}" if self.kind is not None else ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """The trainings of a heading, the earliest first, and what they add up to.

    ``is_written`` is true when a training of any kind is written down in these days.
    """

    lines: tuple[Line, ...]
    whole: Count
    is_written: bool

    def is_known(self, heading: Heading, since: date | None) -> bool:
        """True when nothing in the list means that nothing was held; ``since`` begins the log of trainings.

        Of a week that is true as soon as the log was kept in it, of a target by the rule of targets.
        """
        days = heading.days
        if heading.target is not None:
            return bool(self.lines) or is_kept(since, (days.start, days.end))
        return self.is_written or (since is not None and since < days.end)

    @property
    def people(self) -> int | None:
        """How many people they were; unknown while none can be told apart."""
        return known_people(self.whole)


def list_traced(plan: Plan) -> frozenset[str]:
    """Ids of the targets whose rows can be seen."""
    return frozenset(target.id for target in plan.targets if target.formula in KINDS)


def find_heading(plan: Plan, week: Period, asked: Mapping[str, str]) -> Heading:
    """The heading that an address names; raises ``NotFoundError`` for what there is not."""
    if "target" in asked:
        return _of_target(plan, week, asked["target"])
    if "kind" not in asked:
        return Heading(week)
    if asked["kind"] not in frozenset(TrainingKind):
        raise NotFoundError("Không có loại này.")
    return Heading(week, TrainingKind(asked["kind"]))


def behind(unit: Unit, commune: CommuneId, heading: Heading) -> Sheet:
    """The trainings behind the figure of that heading."""
    kinds = tuple(TrainingKind) if heading.kind is None else (heading.kind,)
    window = (heading.days.start_at, heading.days.end_at)
    lines, whole = training_figures.list_behind(unit, commune, window, kinds)
    is_written = bool(lines) or bool(training_figures.count_held(unit, commune, window))
    return Sheet(tuple(lines), whole, is_written)


def _of_target(plan: Plan, week: Period, name: str) -> Heading:
    target = next((one for one in plan.targets if one.id == name), None)
    if target is None or target.formula not in KINDS:
        raise NotFoundError("Không có chỉ tiêu này.")
    validity = Span(target.starts_on, target.ends_on + DAY)
    span = span_of(validity, target.per, week.end - DAY)
    days = counted(span, week.end)
    is_of_sessions = target.formula is Formula.COMMUNICATION_SESSIONS
    units = plan.sessions.counts if is_of_sessions else ()
    others = tuple(one for one in units if one is not CommunicationUnit.SESSION)
    return Heading(
        Period("custom", "", days.start, days.end), KINDS[target.formula], target, others
    )
