"""The guard of ``make test``: an engine that ran nothing fails the run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import browser
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
        ("tests/test_x.py::test_y[sqlite-one]", ["office"], {"sqlite", "office"}),
        ("tests/test_sqlite.py::test_sqlite", ["test_sqlite"], set()),
        ("tests/test_x.py::test_y[other]", ["parametrize"], set()),
    ],
)
def test_a_test_names_its_engines(nodeid: str, keywords: list[str], engines: set[str]) -> None:
    assert engines_of(nodeid, keywords) == engines


@pytest.mark.parametrize(
    ("chosen", "without", "code"),
    [("sqlite", "browser,office", 1), ("sqlite", "postgres,browser,office", 0)],
    ids=["one-is-idle", "left-out-by-name"],
)
def test_an_idle_engine_fails_the_run(chosen: str, without: str, code: int) -> None:
    done = subprocess.run(
        [
            sys.executable,
            *["-m", "pytest", "-p", "tests.engines", "tests/test_storage_reading.py", "-k"],
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


def prepare(**environment: str) -> subprocess.CompletedProcess[str]:
    """What ``make test`` does first."""
    return subprocess.run(
        [sys.executable, "-m", "tests.prepare"],
        cwd=ROOT,
        env={**os.environ, "BOT_TEST_WITHOUT": "postgres", **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize(
    ("chromium", "sentence"),
    [
        ("/khong/co/chromium", "không chạy được /khong/co/chromium"),
        ("/bin/false", "Chromium có mà không chạy được"),
    ],
    ids=["missing", "broken"],
)
def test_a_browser_that_is_missing_or_broken_stops_the_run_with_a_sentence(
    chromium: str, sentence: str
) -> None:
    done = prepare(BOT_TEST_CHROMIUM=chromium)
    assert done.returncode == 1
    assert sentence in done.stderr
    assert "Hoặc đặt BOT_TEST_WITHOUT=browser để bỏ qua." in done.stderr
    assert "Traceback" not in done.stderr


def test_what_is_left_out_by_name_is_said_and_need_not_be_there() -> None:
    done = prepare(BOT_TEST_WITHOUT="postgres,browser", BOT_TEST_CHROMIUM="/khong/co/chromium")
    assert done.returncode == 0
    assert done.stderr.count("CHÚ Ý: bỏ qua mọi kiểm tra với") == 2
    assert prepare(BOT_TEST_WITHOUT="browsers").returncode == 1


def test_a_machine_without_a_voice_says_so_and_runs_all_the_rest(tmp_path: Path) -> None:
    done = prepare(BOT_TEST_WITHOUT="postgres,browser,office", PATH=str(tmp_path))
    assert done.returncode == 0
    assert "CHÚ Ý: giọng máy thật chưa được kiểm tra" in done.stderr
    assert "apt-get install espeak-ng lame" in done.stderr
    command = [sys.executable, "-m", "pytest", "-p", "tests.engines", "tests/test_media_shelf.py"]
    shown = subprocess.run(
        [*command, "-k", "real_programs or memory"],
        cwd=ROOT,
        env={
            **os.environ,
            "BOT_TEST_WITHOUT": "sqlite,postgres,browser,office",
            "PATH": str(tmp_path),
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert shown.returncode == 0, shown.stdout
    assert "CHÚ Ý: giọng máy thật chưa được kiểm tra" in shown.stdout


@pytest.mark.parametrize(
    ("deep", "without", "code"), [("", "", 0), ("1", "", 1), ("1", ",office", 0)]
)
def test_a_machine_without_libreoffice_says_so_and_stops_the_deep_run(
    tmp_path: Path, deep: str, without: str, code: int
) -> None:
    left_out = f"postgres,browser{without}"
    done = prepare(BOT_TEST_WITHOUT=left_out, BOT_TEST_DEEP=deep, PATH=str(tmp_path))
    assert done.returncode == code, done.stderr
    assert "LibreOffice" in done.stderr
    if code:
        assert "cài gói libreoffice-calc libreoffice-writer" in done.stderr
        assert "Hoặc đặt BOT_TEST_WITHOUT=office để bỏ qua." in done.stderr


def test_a_machine_without_chromium_is_told_which_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("BOT_TEST_CHROMIUM", raising=False)
    with pytest.raises(browser.BrowserError, match="cài gói chromium"):
        browser.find()


def test_browser_tests_are_left_out_by_name_only() -> None:
    command = [sys.executable, "-m", "pytest", "--collect-only", "tests/test_browser_embed.py"]
    shown = [
        subprocess.run(
            command,
            cwd=ROOT,
            env={**os.environ, "BOT_TEST_WITHOUT": without},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        ).stdout
        for without in ("postgres", "postgres,browser")
    ]
    assert shown[0].count("test_browser_embed.py::") > 5
    assert shown[1].count("test_browser_embed.py::") == 0
