"""The README is the only manual, so it is held to what the program really offers."""

from __future__ import annotations

import re
from collections.abc import Iterator

import click
import pytest
from pydantic import SecretStr

from bench import forecasts
from bot import VERSION
from bot.__main__ import main
from bot.channels.zalo_oa_reading import SORTS
from bot.config import PREFIX, Settings
from bot.core.forecast import Flip
from bot.core.vocabulary import TargetStatus
from bot.library.tariffs import load_tariffs
from bot.locale import show_number
from bot.services.standing import Gap
from bot.services.target_stats import FORMULAS
from tests.command_line import ROOT
from tests.test_cli import REPORT

README = (ROOT / "README.md").read_text(encoding="utf-8")
DECISIONS = (ROOT / "docs" / "decisions.md").read_text(encoding="utf-8")
FIGURES = (ROOT / "docs" / "figures.md").read_text(encoding="utf-8")
ZALO = (ROOT / "docs" / "zalo.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
EMPTY = "trống"
ROOMS = ("bot/", "handlers/", "storage/", "content/", "tests/", "bench/", "docs/", ".ci/")


def rows(heading: str) -> list[list[str]]:
    """Cells of the table below a heading, its head and ruler left out."""
    section = README.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    assert len(lines) > 3
    cells = [re.split(r"(?<!\\)\|", line.strip("|")) for line in lines[2:]]
    return [[cell.strip().replace("\\|", "|") for cell in row] for row in cells]


def shown(value: object) -> str:
    """A default as the table writes it."""
    text = value.get_secret_value() if isinstance(value, SecretStr) else str(value)
    return f"`{text}`" if text else EMPTY


def commands(group: click.Group = main, path: str = "") -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{path}{name} ")
        else:
            yield f"{path}{name}", command


def test_every_setting_stands_in_the_table_with_its_default_and_help() -> None:
    code = [
        [f"`{PREFIX}{name.upper()}`", shown(field.default), field.description]
        for name, field in Settings.model_fields.items()
    ]
    assert len(code) > 10
    assert rows("Cài đặt") == code


def test_every_command_and_option_stands_in_the_table() -> None:
    said = {}
    for cells in rows("Lệnh"):
        command = re.match("`python -m bot ([a-z ]+?)(?= [^a-z]|`| FILE)", cells[0])
        assert command, cells
        said[command[1]] = set(re.findall("--[a-z-]+", cells[0]))
        assert cells[1]
    offered = {path: options(command) for path, command in commands()}
    assert len(offered) > 10
    assert said == offered


def options(command: click.Command) -> set[str]:
    given = [one for one in command.params if isinstance(one, click.Option)]
    return {name for one in given for name in one.opts if name.startswith("--")} - {"--help"}


def test_every_command_explains_itself_in_vietnamese() -> None:
    for path, command in commands():
        assert command.help, path
        for option in command.params:
            if isinstance(option, click.Option):
                assert option.help, f"{path} {option.name}"


@pytest.mark.parametrize(
    "command", sorted(set(re.findall(r"python -m bot ([a-z]+(?: [a-z]+)?)", README)))
)
def test_commands_named_anywhere_in_the_readme_exist(command: str) -> None:
    known = dict(commands())
    assert command in known or command.split()[0] in known


def test_two_commands_start_it_all() -> None:
    first = README.split("```")[1]
    assert re.findall("^make ([a-z]+)", first, re.MULTILINE) == ["run", "test"]
    assert len(first.strip().splitlines()) == 2


def test_make_targets_are_documented_and_real() -> None:
    targets = set(re.findall(r"^([a-z]+):(?!=)", MAKEFILE, re.MULTILINE))
    assert {"run", "test", "check", "bench"} <= targets
    assert set(re.findall(r"\bmake ([a-z]+)\b", README)) == targets


def test_places_named_in_the_readme_exist() -> None:
    named = {
        path for path in re.findall(r"[`\s]([a-z.]+/[\w./-]+)", README) if path.startswith(ROOMS)
    }
    assert len(named) > 20
    assert {path for path in named if not (ROOT / path.rstrip(".")).exists()} == set()


def test_the_readme_is_short_and_knows_no_machine_of_ours() -> None:
    lines = README.splitlines()
    assert 60 < len(lines) < 300
    assert [line for line in lines if len(line) > 130 and not line.startswith("|")] == []
    assert re.findall(r"/work|/root|/home|/tmp|pypi|files\.pythonhosted|localhost:\d", README) == []


def test_decisions_are_dated_and_say_why_and_what_it_costs() -> None:
    decisions = DECISIONS.strip().split("\n\n")[2:]
    assert len(decisions) >= 30
    for decision in decisions:
        assert re.match(r"\*\*20\d\d-\d\d-\d\d · .+\.\*\*", decision), decision
        assert [word for word in ("Bối cảnh:", "Chọn:", "Giá:") if word not in decision] == []
        assert len(decision.splitlines()) <= 5
    days = [decision[2:12] for decision in decisions]
    assert days == sorted(days)


def test_the_readme_shows_the_three_newest_decisions() -> None:
    lead, *shown = README.split("\n## Quyết định\n", 1)[1].strip().split("\n\n")
    assert "`docs/decisions.md`" in lead
    assert shown == DECISIONS.strip().split("\n\n")[-3:]


def test_the_zalo_manual_names_every_setting_and_command() -> None:
    ours = [f"{PREFIX}{name.upper()}" for name in Settings.model_fields if name.startswith("zalo_")]
    assert len(ours) > 12
    assert [name for name in ours if f"`{name}" not in ZALO] == []
    named = set(re.findall(f"{PREFIX}ZALO[A-Z_]*[A-Z]", ZALO))
    assert named <= set(ours)
    zalo = [path for path, _ in commands() if path.startswith("zalo ")]
    assert len(zalo) == 2
    assert [path for path in zalo if f"`python -m bot {path}" not in ZALO] == []
    assert "docs/zalo.md" in README


def test_the_zalo_manual_says_the_numbers_of_the_newest_tariffs() -> None:
    tariffs = load_tariffs(ROOT / "content")
    window = max(tariffs.zalo_oa, key=lambda one: one.since)
    quota = max(tariffs.zalo_bot, key=lambda one: one.since)
    for said in (
        f"{window.free_hours} giờ",
        f"{window.open_days} ngày",
        f"{window.price} đồng một tin",
        f"{show_number(quota.people)} người",
        f"{show_number(quota.messages)} tin một tháng",
    ):
        assert said in ZALO
    hours = set(re.findall(r"(\d+) giờ", ZALO)) - {"24", "72", "47"}  # erasure, proof, one trial
    assert hours == {str(window.free_hours)}


def test_the_zalo_manual_names_every_event_that_the_channel_reads() -> None:
    told = set(re.findall(r"`((?:user|oa|widget|update)_\w+|follow|unfollow)`", ZALO))
    assert len(told) > 20
    assert set(SORTS) <= told


def test_the_zalo_manual_asks_all_that_only_a_true_account_answers() -> None:
    asked = re.findall(r"^\| (\d+) \|.*\| *\|$", ZALO, re.MULTILINE)
    assert asked == [str(number) for number in range(1, 18)]


@pytest.mark.parametrize("part", ["help", "requests", "trainings", "communication", "learning"])
def test_every_figure_of_the_report_has_its_one_definition(part: str) -> None:
    section = FIGURES.split(f" (`{part}`)\n", 1)[1].split("\n## ", 1)[0]
    told = re.findall(r"^\| `(\w+)` \| [^|]+ \| [^|]+ \| .*`.+` *", section, re.MULTILINE)
    figures = REPORT[part]
    assert isinstance(figures, dict)
    assert told == list(figures)


def test_every_formula_of_a_target_is_told() -> None:
    section = FIGURES.split(" (`targets`)\n", 1)[1].split("\n## ", 1)[0]
    assert re.findall(r"^\| `(\w+)` \| [^|]+ \|$", section, re.MULTILINE) == list(FORMULAS)
    words = (*TargetStatus, *Gap, *Flip)
    assert [one for one in words if f"`{one}`" not in section] == []


def test_the_back_test_of_the_forecast_is_told_as_it_came_out() -> None:
    rows = re.findall(r"^\| ([^|]+) \| ([\d %|]+) \| [^|]*%[^|]* \|$", FIGURES, re.MULTILINE)
    told = [[cell.strip() for cell in shares.split("|")] for _, shares in rows]
    assert len(told) == len(forecasts.SHAPES) + 1
    place = list(forecasts.SHAPES).index("saturation")  # the worst of them
    looks = forecasts.look_at("saturation").values()
    counted = [f"{100 * sum(one.is_in for one in seen) / len(seen):.0f} %" for seen in looks]
    assert told[place] == counted


def test_the_ci_runs_what_the_readme_says() -> None:
    steps = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    assert steps[0] == "#!/usr/bin/env bash"
    assert [line for line in steps if "make " in line] == [
        "make check",
        "BOT_TEST_DEEP=1 make test",
    ]
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111
    assert "-p tests.engines" in MAKEFILE


def test_the_version_that_files_name_is_that_of_the_project() -> None:
    declared = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert f'version = "{VERSION}"' in declared
