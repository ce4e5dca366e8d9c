"""A commune with 10⁶ help entries in one year: its week as JSON, DOCX and XLSX, and a year of 50,000 rows.

The plan is a real one with a target of every formula more, so that all of them are computed. The baseline is
the same report while no day is added up beforehand; both must say the same, or there is no result.
"""

import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import date
from os import environ, times
from pathlib import Path
from statistics import median
from typing import Any, TypeVar

from bench.engine import Engine, Eye
from bench.figures import SECRET_KEY, SLUG, WEEK, grow, now, scan
from bench.made_up import DAYS_A_YEAR, END, ENTRIES_A_PERSON, fill, teach
from bench.process import ROOT
from bench.report import Figure
from bot.app import rendering
from bot.app.installation import Installation, open_installation
from bot.app.report_files import ReportRoom
from bot.config import Settings
from bot.core.periods import parse
from bot.core.vocabulary import Audience
from bot.library import Plan
from bot.library.plans import Formula, Target
from bot.services import closings, cumulative, period_report
from bot.services.closings import Draft, Files, Hand
from bot.services.period_report import Asked
from storage import denominators
from storage.communes import Commune
from storage.denominators import NewDenominator

FULL = 1_000_000
"""Entries of one year; ten times what a busy ward writes down."""
ROWS = 50_000
YEAR = parse("year:2026")
IN_YEAR = (END - YEAR.start).days / DAYS_A_YEAR * 0.98
"""The part of a year's entries that the calendar year holds so far and that nobody took out."""
GROWN_UPS = "nguoi-lon"
AIMS = {
    Formula.CLASSES_HELD: ("lớp", 400),
    Formula.COMMUNICATION_SESSIONS: ("buổi", 40),
    Formula.CONTESTS_HELD: ("cuộc thi", 6),
    Formula.CONTESTANTS: ("người", 900),
    Formula.PEOPLE_TRAINED: ("%", 80),
    Formula.TEAMS_ACTIVE: ("tổ", 17),
}
FILES = 3
"""How often each file is made."""
LOOK_SECONDS = 0.05
MIB = 1024.0
Result = TypeVar("Result")


@dataclass(frozen=True)
class Ward:
    """An opened installation, and the commune that is measured."""

    base: Installation
    commune: Commune

    @property
    def plan(self) -> Plan:
        """Its plan, with every formula."""
        return self.base.library.plans[SLUG]

    def report(self) -> dict[str, Any]:
        """The week as every surface reads it."""
        return self.base.database.read(
            period_report.find, self.commune, self.plan, WEEK, Audience.INTERNAL
        )

    def add_up(self) -> None:
        """What the job does, day after day."""
        while self.base.database.write(cumulative.add_days_up, self.commune.id):
            pass


def measure(engine: Engine, rounds: int) -> list[Figure]:
    """The week of the full year, what closing that year costs, and the year of so many rows."""
    with _ward(engine, FULL) as (ward, url), closing(Eye(url)) as eye:
        figures = _week(engine, ward, eye, rounds) + _closing(engine, ward)
    with _ward(engine, round(ROWS / IN_YEAR)) as (ward, url):
        ward.add_up()
        return figures + _rows(engine, ward, url)


@contextmanager
def _ward(engine: Engine, entries: int) -> Iterator[tuple[Ward, str]]:
    """A commune with so many entries in the year before the end, in a new database."""
    url = engine.new_database()
    with tempfile.TemporaryDirectory(dir=engine.folder) as folder:
        settings = Settings.model_validate(
            {"database_url": url, "secret_key": SECRET_KEY, "var_dir": Path(folder)}
        )
        base = open_installation(settings.model_copy(update={"content_dir": ROOT / "content"}), now)
        plan = base.library.plans[SLUG]
        full = plan.model_copy(update={"targets": (*plan.targets, *_targets())})
        library = replace(base.library, plans={**base.library.plans, SLUG: full})
        commune = next(one for one in base.communes if one.slug == SLUG)
        with closing(base.database), closing(Eye(url)) as eye:
            grow(eye, url, range(1, entries + 1), per_year=entries)
            teams = [row[0] for row in eye.rows("SELECT id FROM teams")]
            known = sorted(int(str(team)) for team in teams)
            fill(url, teach(commune.id, known, entries // ENTRIES_A_PERSON))
            whole = NewDenominator(GROWN_UPS, 60_000, YEAR.start, "Công an phường")
            base.database.write(denominators.add, commune.id, whole)
            yield Ward(replace(base, library=library), commune), url


def _targets() -> Iterator[Target]:
    """One of each formula."""
    for formula, (unit, value) in AIMS.items():
        said = {"id": f"do-{formula.value.replace('_', '-')}", "title": formula.value, "unit": unit}
        days = {"from": YEAR.start, "to": date(2026, 12, 31)}
        rest = {"op": ">=", "value": value, "kind": "computed", "formula": formula, "focus": True}
        whole = {"denominator": GROWN_UPS} if formula is Formula.PEOPLE_TRAINED else {}
        tags = {"source": "bench", "tags": ["classes"]}
        yield Target.model_validate(said | days | rest | whole | tags)


def _week(engine: Engine, ward: Ward, eye: Eye, rounds: int) -> list[Figure]:
    """JSON, DOCX and XLSX of a week, and the JSON before and after the days were added up."""
    before, counted = _timed(ward.report)
    spent, _ = _timed(ward.add_up)
    if ward.report() != counted:
        raise RuntimeError("days that were added up say something else than a recount")
    room = ReportRoom(ward.base)
    database = ward.base.database

    def docx() -> bytes:
        return database.read(room.draft, ward.commune, ward.report()).draw()

    def xlsx() -> bytes:
        return rendering.xlsx(database.read(room.book, ward.commune, ward.report()))

    def scanned() -> object:
        return scan(eye, engine.name, ward.commune.id, (WEEK.start, WEEK.end))

    after, work = _rounds(ward.report, rounds)
    bare, _ = _rounds(scanned, rounds)
    (drawn, _), (written, of_files) = _rounds(docx, FILES), _rounds(xlsx, FILES)
    week = f"week, {FULL:,} entries a year"
    ratio = median(after) / before
    beside = median(after) / median(bare)
    seats = f"{len(counted['targets'])} targets, 9,000 seats, {work:.2f} s of processor"
    files = f"{of_files:.1f} s of processor"
    return [
        Figure(engine.name, f"report, {week}", median(after), "s", after, "<", 0.3, seats),
        Figure(engine.name, f"full scan, {week}", median(bare), "s", bare),
        Figure(engine.name, f"report / full scan, {week}", beside, ""),
        Figure(engine.name, f"report, {week}, nothing added up", before, "s", (before,)),
        Figure(engine.name, f"report, {week}, added up / not", ratio, "", (), "<", 0.2),
        Figure(engine.name, f"docx, {week}", median(drawn), "s", drawn, "<", 5.0),
        Figure(engine.name, f"xlsx, {week}", median(written), "s", written, "<", 5.0, files),
        Figure(engine.name, f"adding up the days, {FULL:,} entries", spent, "s", (spent,)),
    ]


def _closing(engine: Engine, ward: Ward) -> list[Figure]:
    """Closing the full year without its files: the reading, and the unit in which nobody else writes."""
    last = END.fromordinal(END.toordinal() - 1)
    asked = Asked(ward.commune, ward.plan, YEAR, last)
    read, draft = _timed(lambda: ward.base.database.read(closings.prepare, asked))

    def keep(draft: Draft) -> object:
        return ward.base.database.write(closings.keep, draft, Files(b"", b"", ""), Hand())

    held, kept = _timed(lambda: keep(draft))
    if kept is None:
        raise RuntimeError("a year that nobody writes on has changed")
    name = f"closing a year, {FULL:,} entries"
    return [
        Figure(engine.name, f"{name}: read", read, "s", (read,)),
        Figure(engine.name, f"{name}: written", held, "s", (held,), remark="nobody else writes"),
    ]


def _rows(engine: Engine, ward: Ward, url: str) -> list[Figure]:
    """The workbook of a year by the command, a process of its own, with the memory of all its children."""
    target = engine.folder / "year.xlsx"
    command = [sys.executable, "-m", "bot", "report", "--commune", SLUG, "--period", "year:2026"]
    env = {**environ, "BOT_DATABASE_URL": url, "BOT_SECRET_KEY": SECRET_KEY}
    began, before = time.perf_counter(), times()
    with subprocess.Popen(
        [*command, "--format", "xlsx", "--out", str(target)], cwd=ROOT, env=env
    ) as process:
        watcher = _Memory(process.pid)
        watcher.start()
        code = process.wait()
        spent = time.perf_counter() - began
        watcher.join()
    used = times().children_user + times().children_system
    used -= before.children_user + before.children_system
    if code != 0 or not target.exists():
        raise RuntimeError(f"the workbook of the year was not made: {code}")
    period = (YEAR.start, YEAR.end)
    with closing(Eye(url)) as eye:
        days = (day.isoformat() if engine.name == "sqlite" else day for day in period)
        rows = eye.number(
            "SELECT count(*) FROM help_entries"
            " WHERE occurred_on >= ? AND occurred_on < ? AND voided_at IS NULL",
            *days,
        )
    name = "xlsx, year with its rows"
    size = f"{rows:,} rows, {target.stat().st_size / MIB**2:.1f} MiB, {used:.1f} s of processor"
    return [
        Figure(engine.name, name, spent, "s", (spent,), "<", 20.0, size),
        Figure(engine.name, f"{name}: memory", watcher.most, "MiB", (), "<", 300.0),
    ]


class _Memory(threading.Thread):
    """The most that a process and its children hold together, in MiB; by /proc, so 0 elsewhere."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid = pid
        self.most = 0.0

    def run(self) -> None:
        while held := sum(_held(pid) for pid in (self._pid, *_children(self._pid))):
            self.most = max(self.most, held)
            time.sleep(LOOK_SECONDS)  # /proc has to be asked again and again


def _held(pid: int) -> float:
    """Memory of a process in MiB, its part of what it shares with others; 0 when it is over."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    found = (line.split()[1] for line in lines if line.startswith("Pss:"))
    return float(next(found, "0")) / MIB


def _children(pid: int) -> list[int]:
    """Of all threads: a child belongs to the one that started it."""
    found: list[int] = []
    for file in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += map(int, file.read_text().split())
        except OSError:  # the thread is over
            continue
    return found


def _rounds(work: Callable[[], object], rounds: int) -> tuple[tuple[float, ...], float]:
    """The seconds of each round, and those of processor that a round took, its children's too."""
    began = times()
    spent = tuple(_timed(work)[0] for _ in range(rounds))
    used = sum(now - then for now, then in zip(times()[:4], began[:4], strict=True))
    return spent, used / rounds


def _timed(work: Callable[[], Result]) -> tuple[float, Result]:
    began = time.perf_counter()
    result = work()
    return time.perf_counter() - began, result
