"""The quick setting leaves out only what stands in ``tests/depth.py``, and the deep one runs all of it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from tests import depth
from tests.command_line import ROOT
from tests.depth import Amount, ByTurns, Share, Without

TESTS = sorted((ROOT / "tests").glob("*.py"))
PORTIONS = {
    name: one
    for name, one in vars(depth).items()
    if isinstance(one, Amount | ByTurns | Share | Without)
}
COUNT = """
import json
from tests import browser_visits, channel_server, depth, test_channel_media, test_crash
from tests import test_stories_on_channels as stories

def cases(test):
    return [len(list(mark.args[1])) for mark in test.pytestmark if mark.name == "parametrize"]

def marked(decorator):
    return len(list(decorator.args[1]))

print(json.dumps({
    "now": {name: one.now for name, one in vars(depth).items() if "now" in dir(type(one))
            and not isinstance(one, type)},
    "stories": sorted(f"{name} {path.stem}" for name, path in stories._cases()),
    "words": cases(test_channel_media.test_words_of_any_length_arrive_whole),
    "ways": marked(channel_server.all_ways),
    "any way": marked(channel_server.any_way),
    "devices": marked(browser_visits.devices),
    "towns": max(cases(test_crash.test_under_repeated_kills_everybody_gets_their_answers_in_order)),
}))
"""


def counted(setting: str) -> dict[str, Any]:
    """What a run in that setting would take."""
    done = subprocess.run(
        [sys.executable, "-c", COUNT],
        cwd=ROOT,
        env={**os.environ, depth.VARIABLE: setting},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def deep() -> dict[str, Any]:
    return counted("1")


def test_the_deep_setting_takes_everything(deep: dict[str, Any]) -> None:
    from tests.channel_harness import HARNESSES, MediaKind
    from tests.channel_server import ALL_WAYS
    from tests.story_roads import DIFFERENCES, ROADS
    from tests.test_channel_media import LONG_WORDS
    from tests.test_stories import STORIES

    amounts = {name: one.deep for name, one in PORTIONS.items() if hasattr(one, "now")}
    assert deep["now"] == amounts
    told = {(name, path.stem) for name in ROADS for path in STORIES}
    left = {(name, story) for name, row in DIFFERENCES.items() for story in row}
    assert deep["stories"] == sorted(f"{name} {story}" for name, story in told - left)
    assert deep["words"] == [len(HARNESSES) * len(MediaKind) * len(LONG_WORDS)]
    assert deep["ways"] == deep["any way"] == len(ALL_WAYS) == 4
    assert deep["devices"] == 3
    assert deep["towns"] == depth.TOWNS.deep


def test_the_quick_setting_takes_less_and_some_of_everything(deep: dict[str, Any]) -> None:
    quick = counted("")
    assert set(quick["stories"]) < set(deep["stories"])
    ends = [{one.split(" ")[at] for one in quick["stories"]} for at in (0, 1)]
    assert ends == [{one.split(" ")[at] for one in deep["stories"]} for at in (0, 1)]
    for name, value in quick["now"].items():
        assert value != deep["now"][name], name
    assert 0 < quick["words"][0] < deep["words"][0]
    assert (quick["ways"], quick["any way"], quick["devices"]) == (2, 1, 2)


def test_a_share_leaves_nothing_out_over_all_its_shifts() -> None:
    cases = list(range(10))
    shares = [Share(3, 3).of(cases, shift) for shift in (0, 1, 2)]
    assert sorted(chain.from_iterable(shares)) == cases
    assert all(shares)
    assert Share(1, 1).of(cases, 5) == cases


def test_each_turn_leaves_out_one_engine_and_the_deep_setting_none() -> None:
    tests = [f"tests/test_x.py::test_{number}" for number in range(20)]
    left = [[e for e in depth.TURNS if depth.ENGINES.leaves_out(test, e)] for test in tests]
    assert all(len(one) == (0 if depth.IS_DEEP else 1) for one in left)
    assert depth.IS_DEEP or set(chain.from_iterable(left)) == set(depth.TURNS)
    assert all((ROOT / "tests" / file).is_file() for file in depth.ENGINES.files)
    collected = [collect(setting, "tests/test_people.py") for setting in ("", "1")]
    assert len(collected[0]) > 5
    assert collected[1] == {(test, e) for test, _ in collected[0] for e in depth.TURNS}
    assert len(collected[1]) == 2 * len(collected[0])


def collect(setting: str, file: str) -> set[tuple[str, str]]:
    """The tests of a file that run on a database, and on which."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", file],
        cwd=ROOT,
        env={**os.environ, depth.VARIABLE: setting, "BOT_TEST_WITHOUT": ""},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return set(re.findall(r"::(\w+)\[(\w+)\]", done.stdout))


def test_each_portion_is_used_and_every_setting_is_asked_for_here_only() -> None:
    used = {path.name: path.read_text(encoding="utf-8") for path in TESTS}
    for name in PORTIONS:
        places = [file for file, text in used.items() if re.search(rf"depth\.{name}\b", text)]
        assert set(places) - {Path(__file__).name}, name
    asks = {file for file, text in used.items() if re.search(r"IS_DEEP|environ.*DEEP", text)}
    assert asks == {"depth.py", "engines.py", "prepare.py", Path(__file__).name}


def test_each_portion_says_what_is_left_out() -> None:
    text = (ROOT / "tests" / "depth.py").read_text(encoding="utf-8")
    said = re.findall(
        r'^([A-Z_]+) = (?:Amount|ByTurns|Share|Without)\([^"]*?\)\n"""', text, re.MULTILINE
    )
    # frozenset({"…"}) holds quotes, so what is left out by name is looked for by its end
    said += re.findall(r'^([A-Z_]+) = (?:ByTurns|Without)\((?:.|\n)*?\)\n"""', text, re.MULTILINE)
    assert set(said) == set(PORTIONS)
