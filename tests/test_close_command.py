"""Closing at the terminal: freeze, prove, issue, reopen; and a database that has moved proves the same."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from bot.app.closing import Closer
from bot.app.installation import Installation, open_installation
from bot.config import Settings
from bot.core.periods import parse
from bot.core.vocabulary import Topic
from bot.library import Library
from bot.services.closings import Hand
from bot.services.period_report import Asked
from bot.services.plans import find_commune
from storage import closings as stored
from storage import communes, help_entries, transfer
from storage.closings import Part
from storage.database import Unit
from storage.help_entries import By, Help, NewEntry
from storage.models_plans import closings as rows
from tests import shipped, small_content
from tests.clock import FixedClock
from tests.closing_tools import TinyFiles
from tests.command_line import Ended, Terminal
from tests.storage_tools import ENGINES, empty_database

WORDS = ("close", "--commune", "ho-nai", "--period")
OCTOBER = "month:2024-10"
DAY = date(2024, 10, 7)
KEY = "khóa của các kiểm tra chốt số liệu"


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    ward = Terminal(tmp_path, FixedClock())
    assert ward.types("db", "migrate").code == 0
    return ward


def settings_of(terminal: Terminal) -> Settings:
    values = {
        "database_url": f"sqlite:///{terminal.database}",
        "var_dir": terminal.var,
        "content_dir": small_content.shared(),
    }
    return Settings.model_validate(values)


def helps(base: Installation, visits: int, name: str) -> None:
    home = find_commune(base.communes, "ho-nai")

    def log(unit: Unit) -> None:
        team = communes.find_team(unit, home.id, "KP 3")
        assert team is not None
        fresh = NewEntry(name, team.id, None, Help(DAY, Topic.AT, visits))
        help_entries.add(unit, home.id, fresh, By())

    base.database.write(log)


def logs(terminal: Terminal, visits: int, name: str) -> None:
    """A team has helped on a day of October."""
    settings = settings_of(terminal)
    base = open_installation(settings, terminal.clock, library=shipped.library_of(settings))
    with closing(base.database):
        helps(base, visits, name)


def report(terminal: Terminal, period: str = OCTOBER, **said: Any) -> Any:
    return terminal.types("report", "--commune", "ho-nai", "--period", period, **said).json


def test_a_month_is_closed_proved_issued_and_not_reopened(terminal: Terminal) -> None:
    logs(terminal, 3, "a")
    done = terminal.types(*WORDS, OCTOBER)
    frozen = report(terminal)
    assert (done.code, done.err) == (0, "")
    assert "01/10/2024 – 31/10/2024" in done.out
    assert frozen["data_hash"] in done.out
    assert terminal.types(*WORDS, OCTOBER).complaint.startswith("Kỳ này đã chốt rồi")
    proved = terminal.types(*WORDS, OCTOBER, "--check")
    assert (proved.code, proved.out.count("khớp")) == (0, 4)
    logs(terminal, 4, "b")
    assert report(terminal) == frozen
    assert [one["change"] for one in report(terminal, "month:2024-11")["adjustments"]] == [4]
    proved = terminal.types(*WORDS, OCTOBER, "--check")
    assert (proved.code, proved.out.count("khớp")) == (0, 3)
    assert "help.visits · KP 3 · 07/10/2024: +4" in proved.out
    assert "help.visits: 3 → 7" in proved.out
    issued = terminal.types(*WORDS, OCTOBER, "--issue", "05/BC-UBND")
    assert (issued.code, "05/BC-UBND" in issued.out) == (0, True)
    refused = terminal.types(*WORDS, OCTOBER, "--reopen", "--reason", "thiếu số")
    assert (refused.code, "đã ban hành" in refused.complaint) == (1, True)


def test_a_month_is_reopened_for_a_reason(terminal: Terminal) -> None:
    assert terminal.types(*WORDS, OCTOBER, "--reopen").complaint == f"Kỳ {OCTOBER} chưa chốt."
    terminal.types(*WORDS, OCTOBER)
    assert "lý do" in terminal.types(*WORDS, OCTOBER, "--reopen").complaint
    assert terminal.types(*WORDS, OCTOBER, "--reopen", "--reason", "thiếu số").code == 0
    assert report(terminal)["period"]["status"] == "nhap"


def test_a_month_that_is_not_over_needs_its_last_day(terminal: Terminal) -> None:
    today = date.today()  # noqa: DTZ011 – commands that write ask the machine's clock
    month = f"month:{today:%Y-%m}"
    first = parse(month).start
    until = max(first, today - timedelta(days=1))
    assert "--until" in terminal.types(*WORDS, month).complaint
    done = terminal.types(*WORDS, month, "--until", until.isoformat())
    assert (done.code, "thực hiện đến ngày" in done.out) == (0, True)
    assert report(terminal, month)["period"]["until"] == until.isoformat()


@pytest.mark.parametrize(
    "more",
    [("--check", "--reopen"), ("--until", "mai"), ("--check", "--issue", "5")],
    ids=lambda more: more[-1],
)
def test_wrong_usage_is_told(terminal: Terminal, more: tuple[str, ...]) -> None:
    ended: Ended = terminal.types(*WORDS, OCTOBER, *more)
    assert (ended.code, len(ended.err.splitlines())) == (2, 1)


def test_what_was_tampered_with_does_not_pass(terminal: Terminal) -> None:
    terminal.types(*WORDS, OCTOBER)
    settings = settings_of(terminal)
    base = open_installation(settings, terminal.clock, library=shipped.library_of(settings))
    with closing(base.database):
        forged = update(rows).values(docx=b"x")
        base.database.write(lambda unit: unit.connection.execute(forged))
    ended = terminal.types(*WORDS, OCTOBER, "--check")
    assert ended.code == 1
    assert "DOCX dựng lại: KHÁC" in ended.out
    assert len(ended.err.splitlines()) == 1


# ---- a database that moves


@pytest.fixture(params=ENGINES)
def moved_to(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with empty_database(request, request.param, tmp_path) as url:
        yield url


def open_at(url: str, folder: Path, library: Library) -> Installation:
    values = {"database_url": url, "secret_key": KEY, "var_dir": folder}
    return open_installation(Settings.model_validate(values), FixedClock(), library=library)


def test_a_restored_database_has_the_same_bytes_and_proves_them(
    tmp_path: Path, moved_to: str, library: Library
) -> None:
    saved = tmp_path / "ban-so.backup"
    here = open_at(f"sqlite:///{tmp_path / 'here.db'}", tmp_path / "here", library)
    home = find_commune(here.communes, "ho-nai")
    asked = Asked(home, library.plans["ho-nai"], parse(OCTOBER))
    with closing(here.database):
        helps(here, 3, "a")
        made = Closer(here.database, TinyFiles()).close(asked, Hand())
        helps(here, 2, "b")
        before = here.database.read(parts_of, home.id, made.id)
        transfer.backup(here.database, saved)
    there = open_at(moved_to, tmp_path / "there", library)
    with closing(there.database):
        transfer.restore(there.database, saved, force=True)
        assert there.database.read(parts_of, home.id, made.id) == before
        proof = Closer(there.database, TinyFiles()).prove(asked)
        assert (proof.is_sound, [one["change"] for one in proof.changes]) == (True, [2])
        november = Asked(home, asked.plan, parse("2024-11-01..2024-11-10"))
        assert Closer(there.database, TinyFiles()).close(november, Hand()).id > made.id


def parts_of(unit: Unit, commune: Any, number: int) -> dict[Part, bytes]:
    found = {part: stored.read_part(unit, commune, number, part) for part in Part}
    assert json.loads(found[Part.INTERNAL])["help"]["visits"] == 3
    return found
