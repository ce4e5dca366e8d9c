"""The result of a benchmark run: one aligned table on the screen, one JSON file for later."""

import json
import os
import platform
import sqlite3
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from math import isnan
from pathlib import Path

from bench.process import Cores

RESULTS = Path(__file__).resolve().parent / "results"
PACKAGES = ("aiohttp", "sqlalchemy", "psycopg", "asyncpg")
HEADINGS = ("engine", "figure", "value", "unit", "target", "", "of", "remark")


@dataclass(frozen=True)
class Figure:
    """One measured number: the median of its rounds, and what it is held to.

    `sign` is one of ">=", "<", "="; a figure without a target is there to be read.
    """

    engine: str
    name: str
    value: float
    unit: str
    rounds: tuple[float, ...] = ()
    sign: str = ""
    target: float | None = None
    remark: str = ""

    def mark(self) -> str:
        """Says whether the target is met."""
        if self.target is None:
            return ""
        met = {
            ">=": self.value >= self.target,
            "<": self.value < self.target,
            "=": self.value == self.target,
        }[self.sign]
        return "đạt" if met else "không đạt"


def number(value: float) -> str:
    """Writes a figure with about three digits that say something."""
    if isnan(value):
        return "—"
    if value >= 100 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.3f}"


def table(figures: Sequence[Figure]) -> str:
    """Returns the aligned table."""
    lines = [HEADINGS]
    for figure in figures:
        target = "" if figure.target is None else f"{figure.sign} {number(figure.target)}"
        rounds = f"{len(figure.rounds)} rounds" if len(figure.rounds) > 1 else ""
        cells = (figure.engine, figure.name, number(figure.value), figure.unit)
        lines.append((*cells, target, figure.mark(), rounds, figure.remark))
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEADINGS))]
    text = []
    for line in lines:
        cells_ = [
            cell.rjust(width) if column in (2, 4) else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ]
        text.append("  ".join(cells_).rstrip())
    text.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(text)


def versions(postgres: str) -> dict[str, str]:
    """Returns what ran; `postgres` is the server's own word, empty when none ran."""
    return {
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "postgres": postgres,
        **{package: version(package) for package in PACKAGES},
    }


def machine(cores: Cores) -> dict[str, object]:
    """Returns where it ran, with the file system, because tmpfs makes commits free."""
    folder = tempfile.gettempdir()
    return {
        "cores": os.cpu_count(),
        "kernel": platform.release(),
        "processor": _processor(),
        "pinned": asdict(cores),
        "database_folder": folder,
        "file_system": _file_system(folder),
    }


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    lines = information.read_text().splitlines() if information.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


def _file_system(folder: str) -> str:
    mounts = Path("/proc/mounts")
    if not mounts.exists():
        return "unknown"
    entries = [line.split()[1:3] for line in mounts.read_text().splitlines()]
    holding = [entry for entry in entries if Path(folder).is_relative_to(entry[0])]
    return max(holding, key=lambda entry: len(entry[0]))[1]


def write(figures: Sequence[Figure], about: dict[str, object]) -> Path:
    """Writes bench/results/<UTC time>.json and returns its path."""
    now = datetime.now(UTC)
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{now:%Y%m%dT%H%M%SZ}.json"
    content = {
        "measured_at": now.isoformat(timespec="seconds"),
        **about,
        "figures": [_content(figure) for figure in figures],
    }
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False))
    return path


def _content(figure: Figure) -> dict[str, object]:
    value = None if isnan(figure.value) else figure.value
    rounds = [None if isnan(one) else one for one in figure.rounds]
    return {**asdict(figure), "value": value, "rounds": rounds, "mark": figure.mark()}
