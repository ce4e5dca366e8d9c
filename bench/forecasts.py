"""The forecast of coverage on made-up years: how often the outcome lay in the range that was stated.

There is no year of the plan's communes that is over, so the years are made up from a seed: five shapes, each
with weeks that scatter. Nothing here is a proof that a real year looks like one of them.
"""

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

from bench.report import Figure
from bot.core import forecast as pacing
from bot.core.forecast import Facts, Log
from bot.core.progress import Aim, Span, with_breaks
from bot.core.vocabulary import TargetStatus

YEAR = with_breaks(Span(date(2026, 1, 1), date(2027, 1, 1)))
ADULTS = 12_000
AIM = Aim(">=", 80).of_share(ADULTS)
TEAMS = frozenset(range(10))
YEARS = 200
SEED = 9
SCATTER = 0.4
"""Of the logarithm of a week's count: a good week has twice a bad one's."""
LOOKS = {"31/3": date(2026, 4, 1), "30/6": date(2026, 7, 1), "30/9": date(2026, 10, 1)}
WEEKS = [YEAR.start + timedelta(days=4 + 7 * number) for number in range(52)]
"""The day of each week's class."""
TET = YEAR.breaks[0]
CAMPAIGNS = (3, 10)

Shape = Callable[[date, int], float]
"""New people expected in the week of a day, with so many trained already; the year is scaled afterwards."""


def _steady(day: date, done: int) -> float:
    return 1.0


def _late(day: date, done: int) -> float:
    return 0.0 if day < date(2026, 4, 20) else 1.4


def _campaigns(day: date, done: int) -> float:
    return 3.0 if day.month in CAMPAIGNS else 0.6


def _tet_dip(day: date, done: int) -> float:
    is_near = TET[0] - timedelta(days=21) <= day < TET[1] + timedelta(days=21)
    return 0.3 if is_near else 1.1


def _saturation(day: date, done: int) -> float:
    return 3.2 * (1 - done / ADULTS) ** 2


SHAPES: dict[str, Shape] = {
    "steady": _steady,
    "late start": _late,
    "campaign months": _campaigns,
    "Tết dip": _tet_dip,
    "saturation": _saturation,
}


@dataclass(frozen=True)
class Seen:
    """One look at one year: was the outcome in the range, how far off the middle, which word was wrong."""

    is_in: bool
    off: float
    is_behind: bool
    arrived: bool


def measure() -> list[Figure]:
    """One row a shape and a day of looking, and one a day over all shapes."""
    found = {name: look_at(name) for name in SHAPES}
    figures = [
        _figure(f"{name}, {look}", seen, YEARS)
        for name, looks in found.items()
        for look, seen in looks.items()
    ]
    for look in LOOKS:
        every = [one for looks in found.values() for one in looks[look]]
        figures.append(_figure(f"all shapes, {look}", every, YEARS * len(SHAPES)))
    return figures


def look_at(name: str) -> dict[str, list[Seen]]:
    """What was seen on each day of looking, in the years of a shape that had a forecast by then."""
    numbers = range(YEARS)
    years = [make(SHAPES[name], random.Random(f"{SEED}-{name}-{number}")) for number in numbers]
    return {
        look: [one for log in years if (one := _looked(log, at)) is not None]
        for look, at in LOOKS.items()
    }


def make(shape: Shape, rng: random.Random) -> Log:
    """A year of one class a week, none at Tết."""
    speed, done, new = rng.uniform(110, 230), 0, dict[date, int]()
    for day in WEEKS:
        if TET[0] <= day < TET[1]:
            continue
        expected = speed * shape(day, done) * rng.lognormvariate(-(SCATTER**2) / 2, SCATTER)
        new[day] = min(round(expected), ADULTS - done)
        done += new[day]
    return Log(new, dict.fromkeys(new, TEAMS))


def _looked(log: Log, at: date) -> Seen | None:

    def facts(day: date) -> Facts:
        done = sum(count for known, count in log.new.items() if known < day)
        return Facts(done, pacing.known_pace(pacing.weeks_before(log, YEAR, day)))

    known, outcome = facts(at), sum(log.new.values())
    if known.done is None or known.pace is None or not outcome:
        return None
    stated = pacing.forecast(known.done, YEAR.weeks_left(at), known.pace, ADULTS)

    def judge(day: date, given: Facts) -> TargetStatus:
        return pacing.judge_people(AIM, YEAR, day, (given.done, given.pace)).status

    status = pacing.settle(judge, facts, (pacing.first_look(YEAR, at), at))
    return Seen(
        is_in=stated.low <= outcome <= stated.high,
        off=float(stated.mid) / outcome - 1,
        is_behind=status is TargetStatus.BEHIND,
        arrived=AIM.is_met(outcome),
    )


def _figure(name: str, found: list[Seen], asked: int) -> Figure:
    if not found:
        return Figure("-", f"forecast, {name}", float("nan"), "%", remark="no forecast")

    def share(flags: Iterable[bool]) -> float:
        return 100 * sum(flags) / len(found)

    off = 100 * median(one.off for one in found)
    alarm = share(one.is_behind and one.arrived for one in found)
    missed = share(not one.is_behind and not one.arrived for one in found)
    remark = (
        f"middle {off:+.0f} %, “chậm” in vain {alarm:.0f} %, “đúng tiến độ” in vain {missed:.0f} %,"
        f" {len(found)} of {asked} years told"
    )
    value = share(one.is_in for one in found)
    return Figure("-", f"forecast, {name}: in the range", value, "%", remark=remark)
