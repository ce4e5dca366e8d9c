"""A report of a week and of a year among 10⁴, 10⁵ and 10⁶ help entries, beside one full scan by plain SQL.

The baseline is the driver alone (sqlite3 or psycopg): one statement that reads every row of the log and adds
up the same figures in plain Python, and one each for services and answers; indexes on the log are not used.
Both must say the same numbers, or there is no result.
"""

import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from contextlib import closing
from datetime import date, datetime
from pathlib import Path
from statistics import median
from typing import Any

from bench.engine import Engine, Eye
from bench.made_up import END, NOW, PER_YEAR, fill, make
from bench.process import ROOT
from bench.report import Figure
from bot.app.installation import Installation, open_installation
from bot.config import Settings
from bot.core.periods import Period, parse
from bot.core.vocabulary import Audience
from bot.services import stats

SIZES = (10_000, 100_000, 1_000_000)
SLUG = "ho-nai"
WEEK, YEAR = parse("week:2026-W46"), parse("2025-11-16..2026-11-15")
TARGETS = {("sqlite", WEEK): 100.0, ("sqlite", YEAR): 1000.0}  # ms, of the largest size
SECRET_KEY = "bench-figures-" + "k" * 30
assert WEEK.end == YEAR.end == END

Body = dict[str, Any]


def measure(engine: Engine, rounds: int) -> list[Figure]:
    """One database that grows, the same week and year at every size."""
    url = engine.new_database()
    figures: list[Figure] = []
    spent: dict[tuple[Period, int], float] = {}
    with tempfile.TemporaryDirectory(dir=engine.folder) as folder:
        settings = Settings.model_validate(
            {"database_url": url, "secret_key": SECRET_KEY, "var_dir": Path(folder)}
        )
        base = open_installation(settings.model_copy(update={"content_dir": ROOT / "content"}), now)
        with closing(base.database), closing(Eye(url)) as eye:
            done = 0
            for size in SIZES:
                began = time.perf_counter()
                grow(eye, url, range(done + 1, size + 1))
                print(
                    f"  {size} entries after {time.perf_counter() - began:.0f} s", file=sys.stderr
                )
                done = size
                for period in (WEEK, YEAR):
                    found = _one(engine, base, eye, (period, size, rounds))
                    figures += found
                    spent[period, size] = found[0].value
    for period, name in ((WEEK, "week"), (YEAR, "year")):
        smallest = SIZES[0] if period is WEEK else SIZES[1]  # the first that holds the whole period
        grown = spent[period, SIZES[-1]] / spent[period, smallest]
        figures.append(
            Figure(engine.name, f"report, {name}: {SIZES[-1]:,} / {smallest:,} entries", grown, "")
        )
    return figures


def now() -> datetime:
    """The moment after the last entry."""
    return NOW


def grow(eye: Eye, url: str, numbers: range, per_year: int = PER_YEAR) -> None:
    """Make these entries up in the commune."""
    commune = eye.number("SELECT id FROM communes WHERE slug = ?", SLUG)
    teams = [
        int(str(row[0])) for row in eye.rows("SELECT id FROM teams WHERE commune_id = ?", commune)
    ]
    fill(url, make(commune, sorted(teams), numbers, per_year))


def _one(
    engine: Engine, base: Installation, eye: Eye, what: tuple[Period, int, int]
) -> list[Figure]:
    period, size, rounds = what
    commune = next(one for one in base.communes if one.slug == SLUG)
    plan = base.library.plans[SLUG]

    def ours() -> Body:
        return base.database.read(stats.report, commune, plan, period, Audience.INTERNAL)

    def theirs() -> Body:
        return scan(eye, engine.name, commune.id, (period.start, period.end))

    first, said = _timed(ours)
    _, counted = _timed(theirs)
    if flat(said["help"]) != counted:
        raise RuntimeError(f"{period.key}, {size}: {flat(said['help'])} is not {counted}")
    mine = tuple(_timed(ours)[0] for _ in range(rounds))
    bare = tuple(_timed(theirs)[0] for _ in range(rounds))
    name = f"{'week' if period is WEEK else 'year'}, {size:,} entries"
    target = TARGETS.get((engine.name, period)) if size == SIZES[-1] else None
    remark = f"{said['help']['visits']:,} visits, {said['help']['people']:,} people, first {first:.0f} ms"
    sign = "<" if target else ""
    ratio = median(mine) / median(bare)
    return [
        Figure(engine.name, f"report, {name}", median(mine), "ms", mine, sign, target, remark),
        Figure(engine.name, f"full scan, {name}", median(bare), "ms", bare),
        Figure(engine.name, f"report / full scan, {name}", ratio, ""),
    ]


def _timed(work: Callable[[], Body]) -> tuple[float, Body]:
    began = time.perf_counter()
    result = work()
    return (time.perf_counter() - began) * 1000, result


def flat(said: Body) -> dict[str, int]:
    """The figures of a report's help as one level of names."""
    found: dict[str, int] = {}
    for name, value in said.items():
        if not isinstance(value, list):
            found[name] = value
            continue
        for row in value:
            word = row[name.removeprefix("by_")]
            found |= {
                f"{name}:{word}:{key}": row[key] for key in ("visits", "people") if key in row
            }
    return {name: value for name, value in found.items() if value}


ENTRIES = """
    SELECT e.topic, t.name, e.place, e.outcome, e.subject, e.first_time, e.visits, e.files,
        coalesce(p.merged_into, e.person_id)
    FROM help_entries e {scan} JOIN teams t ON t.id = e.team_id LEFT JOIN people p ON p.id = e.person_id
    WHERE e.commune_id = ? AND e.occurred_on >= ? AND e.occurred_on < ? AND e.voided_at IS NULL"""
BESIDE = """
    SELECT o.{word}, sum(e.visits) FROM help_entries e {scan}
    JOIN {table} o ON o.commune_id = e.commune_id AND o.entry_id = e.id
    WHERE e.commune_id = ? AND e.occurred_on >= ? AND e.occurred_on < ? AND e.voided_at IS NULL
    GROUP BY o.{word}"""


def scan(eye: Eye, engine: str, commune: int, window: tuple[date, date]) -> dict[str, int]:
    """The same figures by reading the whole log, without a thought."""
    asked = (commune, *(day.isoformat() if engine == "sqlite" else day for day in window))
    hint = "NOT INDEXED" if engine == "sqlite" else ""
    if engine == "postgres":
        for kind in ("indexscan", "bitmapscan", "indexonlyscan"):
            eye.rows(f"SELECT set_config('enable_{kind}', 'off', false)")
    found: Counter[str] = Counter()
    people: defaultdict[str, set[object]] = defaultdict(set)
    for row in eye.rows(ENTRIES.format(scan=hint), *asked):
        topic, team, place, outcome, subject, first, visits, files, person = row
        assert isinstance(visits, int)
        found["visits"] += visits
        for name, word in (("topic", topic), ("team", team)):
            found[f"by_{name}:{word}:visits"] += visits
            if person is not None:
                people[f"by_{name}:{word}:people"].add(person)
        for name, word in (("place", place), ("outcome", outcome), ("subject", subject)):
            found[f"by_{name}:{word}:visits"] += visits if word is not None else 0
        found["files"] += int(str(files or 0))
        found["new_declared"] += visits if first == "moi" else 0
        if person is None:
            found["visits_without_person"] += visits
        else:
            people["people"].add(person)
    for table, word in (("help_services", "service"), ("confirmations", "answer")):
        statement = BESIDE.format(word=word, table=table, scan=hint)
        for key, visits in eye.rows(statement, *asked):
            names = {"dung": "confirmed", "khong": "denied"}
            name = f"by_service:{key}:visits" if word == "service" else names.get(str(key), "")
            found[name] = int(str(visits))
    found |= Counter({name: len(known) for name, known in people.items()})
    return {name: value for name, value in found.items() if value and name}
