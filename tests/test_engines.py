"""The guard of ``make test``: an engine that ran nothing fails the run."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.command_line import ROOT
from tests.engines import engines_of


@pytest.mark.parametrize(
    ("nodeid", "keywords", "engines"),
    [
        ("tests/test_x.py::test_y[sqlite]", [], {"sqlite"}),
        ("tests/test_x.py::test_y[sqlite-one]", [], {"sqlite"}),
        ("tests/test_x.py::test_y[one-postgres]", [], {"postgres"}),
        ("tests/test_x.py::test_y", ["postgres"], {"postgres"}),
        ("tests/test_x.py::test_y[one-sqlite]@group-of-others", [], {"sqlite"}),
        ("tests/test_browser.py::test_browser[phone]@browser", ["test_browser"], set()),
        ("tests/test_browser.py::test_y[phone]", ["browser"], {"browser"}),
        ("tests/test_sqlite.py::test_sqlite", ["test_sqlite"], set()),
        ("tests/test_x.py::test_y[other]", ["parametrize"], set()),
    ],
)
def test_a_test_names_its_engines(nodeid: str, keywords: list[str], engines: set[str]) -> None:
    assert engines_of(nodeid, keywords) == engines


@pytest.mark.parametrize(
    ("chosen", "without", "code"),
    [("sqlite", "browser", 1), ("sqlite", "postgres,browser", 0)],
    ids=["one-is-idle", "left-out-by-name"],
)
def test_an_idle_engine_fails_the_run(chosen: str, without: str, code: int) -> None:
    done = subprocess.run(
        [
            sys.executable,
            *["-m", "pytest", "-p", "tests.engines", "tests/test_first_light.py", "-k"],
            chosen,
        ],
        cwd=ROOT,
        env={**os.environ, "BOT_TEST_WITHOUT": without},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == code, done.stdout
    assert ("không kiểm tra nào chạy với postgres" in done.stdout) == ("postgres" not in without)
    assert "Kiểm tra đạt theo từng phần" in done.stdout
