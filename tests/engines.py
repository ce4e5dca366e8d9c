"""A pytest plugin of ``make test``: a run in which an engine ran no test is a failed run.

Loaded by ``-p tests.engines`` for the whole suite only, so that a single file can be run as it likes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import pytest

from tests.depth import IS_DEEP, VARIABLE
from tests.prepare import left_out, office_notice, voice_notice, without_office

ENGINES = ("sqlite", "postgres", "browser", "office")


def engines_of(nodeid: str, keywords: Iterable[str]) -> set[str]:
    """What a test ran on beside Python: named by its parameters, or by a marker."""
    parameters = nodeid.partition("[")[2].rpartition("]")[0].split("-")  # "@group" may follow
    return {engine for engine in ENGINES if engine in parameters or engine in keywords}


class Counting:
    """Counts what passed, by engine; with pytest-xdist in the process that gathers the reports."""

    def __init__(self) -> None:
        self.passed: Counter[str] = Counter()

    @property
    def idle(self) -> list[str]:
        """Engines that ran nothing and were not left out by name; without LibreOffice a notice says so."""
        gone = left_out() | ({"office"} if without_office() and not IS_DEEP else set())
        return [e for e in ENGINES if not self.passed[e] and e not in gone]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" and report.passed:
            self.passed.update(engines_of(report.nodeid, report.keywords))

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self.idle and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        counts = ", ".join(f"{engine}: {self.passed[engine]}" for engine in ENGINES)
        terminalreporter.write_line(f"Kiểm tra đạt theo từng phần: {counts}.")
        if not IS_DEEP:
            terminalreporter.write_line(
                f"Mức nhanh: phần để lại ghi ở tests/depth.py; {VARIABLE}=1 chạy hết."
            )
        if voice_notice():
            terminalreporter.write_line(voice_notice(), yellow=True)
        if office_notice():
            terminalreporter.write_line(office_notice(), yellow=True)
        for engine in self.idle:
            terminalreporter.write_line(
                f"HỎNG: không kiểm tra nào chạy với {engine}; bỏ qua thì đặt BOT_TEST_WITHOUT.",
                red=True,
            )


def pytest_configure(config: pytest.Config) -> None:
    """Count in the process that talks to the person; workers only run."""
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Counting(), "engines-counting")
