"""How the figure of a target came to be, day by day: read once a report, however many targets it has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from bot.core.forecast import FORTNIGHT, WEEK
from bot.core.periods import Period
from bot.core.progress import Span, counted
from bot.core.vocabulary import CommuneId, CommunicationUnit, TrainingKind
from bot.library import Plan
from bot.library.plans import Formula, Target
from bot.locale import local_day
from storage import communes, progress_figures, training_figures
from storage.database import Unit
from storage.progress_figures import Held

LOOK_BACK = 18 * WEEK
"""As far back as eight weeks without Tết can reach from the day that a status is followed from."""
LATE = timedelta(days=3)
"""What is written down so soon after a day is no correction of it."""
KINDS = {
    Formula.CLASSES_HELD: TrainingKind.CLASS,
    Formula.COMMUNICATION_SESSIONS: TrainingKind.OUTREACH,
    Formula.CONTESTS_HELD: TrainingKind.CONTEST,
    Formula.PEOPLE_TRAINED: TrainingKind.CLASS,
    Formula.CONTESTANTS: TrainingKind.CONTEST,
}
PEOPLE = (Formula.PEOPLE_TRAINED, Formula.CONTESTANTS)
SESSIONS_ALONE = {CommunicationUnit.SESSION}
Sent = dict[date, frozenset[int]]
Firsts = tuple[date, date | None, date | None]
"""The day of something, of what is confirmed of it, and of what was told of it in time."""


@dataclass(frozen=True, slots=True)
class Case:
    """A target on the day ``at``, the first that is not counted; its log is kept ``since`` then.

    ``own_from`` is the first day that our log counts, where something was carried over until the day before.
    """

    target: Target
    formula: Formula
    span: Span
    at: date
    since: date | None = None
    own_from: date | None = None


@dataclass(frozen=True, slots=True)
class Growth:
    """A figure by day: all of it, what is confirmed, what was told in time, and seats of nobody known.

    ``confirmed`` is None where nobody could confirm all that is counted.
    """

    done: Counter[date] = field(default_factory=Counter)
    confirmed: Counter[date] | None = field(default_factory=Counter)
    told: Counter[date] = field(default_factory=Counter)
    unknown: Counter[date] = field(default_factory=Counter)

    def add(self, days: Firsts, count: int) -> None:
        """So many more."""
        done, confirmed, told = days
        self.done[done] += count
        if confirmed is not None and self.confirmed is not None:
            self.confirmed[confirmed] += count
        if told is not None:
            self.told[told] += count


class Growths:
    """What is known of the figures of one plan's targets."""

    def __init__(self, unit: Unit, commune: CommuneId, plan: Plan) -> None:
        self.unit, self.commune, self.plan = unit, commune, plan
        self._held: dict[tuple[date, date], list[Held]] = {}
        self._sent: dict[date, Sent] = {}
        self._teams: dict[date, frozenset[int]] = {}

    def of(self, case: Case) -> Growth:
        """How the figure of the case came to be."""
        days = counted(case.span, case.at)
        if case.own_from is not None:
            days = Span(min(max(days.start, case.own_from), days.end), days.end)
        told_by = _midnight(case.at - FORTNIGHT) + LATE
        if case.formula in PEOPLE:
            return self._of_people(case, (days.start, days.end), told_by)
        if case.formula is Formula.TEAMS_ACTIVE:
            return self._of_teams((days.start, days.end), told_by)
        grown = Growth()
        for one in self.held(days.start, days.end):
            if one.kind == KINDS[case.formula]:
                grown.add(_days_of(one, told_by), 1)
        if (
            case.formula is Formula.COMMUNICATION_SESSIONS
            and set(self.plan.sessions.counts) != SESSIONS_ALONE
        ):
            return replace(grown, confirmed=None)
        return grown

    def held(self, start: date, end: date) -> list[Held]:
        """Trainings of these days that took place."""
        if (start, end) not in self._held:
            window = _moments(start, end)
            self._held[start, end] = progress_figures.list_held(self.unit, self.commune, window)
        return self._held[start, end]

    def sent(self, at: date) -> Sent:
        """The last days of which a line was written, and the teams that it was of."""
        if at not in self._sent:
            first, found = at - LOOK_BACK, Sent()
            for day, team in progress_figures.list_sent(self.unit, self.commune, (first, at)):
                found[day] = found.get(day, frozenset()) | {team}
            for one in self.held(first, at):
                day = local_day(one.starts_at)
                of_team = () if one.team_id is None else (one.team_id,)
                found[day] = found.get(day, frozenset()).union(of_team)
            self._sent[at] = found
        return self._sent[at]

    def teams(self, day: date) -> frozenset[int]:
        """The teams that there are on that day."""
        if day not in self._teams:
            found = communes.list_teams(self.unit, self.commune, day)
            self._teams[day] = frozenset(team.id for team in found)
        return self._teams[day]

    def contest_over(self, case: Case) -> Callable[[date], bool]:
        """Whether a contest took place before a day, and no further one was held or is planned after it."""
        known = counted(case.span, case.at)
        days = [
            local_day(one.starts_at)
            for one in self.held(known.start, known.end)
            if one.kind == TrainingKind.CONTEST
        ]
        rest = (min(_midnight(known.end), self.unit.now), _midnight(case.span.end))
        if not days or training_figures.has_contest_to_come(self.unit, self.commune, rest):
            return lambda _: False
        last = max(days)
        return lambda day: last < day

    def _of_people(self, case: Case, days: tuple[date, date], told_by: datetime) -> Growth:
        grown, window, kind = Growth(), _moments(*days), KINDS[case.formula]
        for one in progress_figures.list_people(self.unit, self.commune, window, (kind, told_by)):
            grown.add((local_day(one.first), _day(one.confirmed), _day(one.told)), one.count)
        unknown = progress_figures.count_unknown(self.unit, self.commune, window, kind)
        for moment, count in unknown:
            grown.unknown[local_day(moment)] += count
        return grown

    def _of_teams(self, days: tuple[date, date], told_by: datetime) -> Growth:
        firsts: dict[int, list[Firsts]] = {}
        for one in progress_figures.list_active(self.unit, self.commune, days, told_by):
            firsts.setdefault(one.team_id, []).append((one.first, one.confirmed, one.told))
        for held in self.held(*days):
            if held.team_id is not None:
                firsts.setdefault(held.team_id, []).append(_days_of(held, told_by))
        grown = Growth()
        for known in firsts.values():
            first = min(one[0] for one in known)
            grown.add((first, _least(one[1] for one in known), _least(one[2] for one in known)), 1)
        return grown


def _days_of(held: Held, told_by: datetime) -> Firsts:
    day = local_day(held.starts_at)
    in_time = held.known_at is not None and held.known_at < told_by
    return day, day if held.is_confirmed else None, day if in_time else None


def _least(days: Iterable[date | None]) -> date | None:
    return min((day for day in days if day is not None), default=None)


def _day(moment: datetime | None) -> date | None:
    return local_day(moment) if moment is not None else None


def _midnight(day: date) -> datetime:
    return Period("custom", "", day, day).start_at


def _moments(start: date, end: date) -> tuple[datetime, datetime]:
    return _midnight(start), _midnight(end)
