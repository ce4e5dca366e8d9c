"""The house rules as tests. Each one asserts first that it found something to check."""

from __future__ import annotations

import ast
import importlib.metadata
import re
import shutil
import statistics
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("bot", "handlers", "storage")
MODULE_CEILING, MODULE_MEDIAN = 400, 150
FUNCTION_CEILING, FUNCTION_MEDIAN = 50, 12
MOST_PARAMETERS = 5
CATCH_ALL = {"bot/conversation/engine.py": 1, "bot/conversation/sender.py": 1}
NOT_USED = re.compile(
    "manager|helpers?|utils?|common|base|misc|data|info|process|stuff|ward|area|users?|clients?|contact|article"
    "|flow|ticket|kpi|goal|backend|platform|provider|adapter|activity|payload|context|session|trigger|registry"
)
NAMED_BY_OTHERS = {
    "process_bind_param",  # SQLAlchemy
    "process_result_value",  # SQLAlchemy
    "parse_json_payload",  # python-telegram-bot
    "data",  # a key of Zalo's answers
    "data_hash",  # a key of the promised report
}

SILENCED = re.compile(
    r"# (?:noqa|nosec|type: ignore)(?!\[import-untyped\])"
)  # that one says it itself
WITH_WHY = re.compile(r"# noqa: [A-Z0-9, ]+ – \w|# type: ignore\[[a-z-]+\]  # \w")

Function = ast.FunctionDef | ast.AsyncFunctionDef


def modules() -> list[Path]:
    found = [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]
    assert len(found) > 50
    return found


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def nodes(kind: type | tuple[type, ...]) -> Iterator[tuple[str, ast.AST]]:
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, kind):
                yield name_of(path), node


def functions() -> list[tuple[str, Function]]:
    found = [
        (f"{path}:{node.lineno} {node.name}", node)
        for path, node in nodes((ast.FunctionDef, ast.AsyncFunctionDef))
        if isinstance(node, Function) and "migrations/versions" not in path
    ]
    assert len(found) > 300
    return found


# --- Imports


def lint_imports(root: Path) -> subprocess.CompletedProcess[str]:
    program = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    return subprocess.run(
        [sys.executable, "-c", program, "--no-cache"],
        cwd=root,
        env={"PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_import_contracts_are_kept() -> None:
    done = lint_imports(ROOT)
    seen = re.search(r"Analyzed (\d+) files, (\d+) dependencies", done.stdout)
    assert seen, done.stdout + done.stderr
    assert int(seen[1]) > 50
    assert int(seen[2]) > 200
    kept = re.search(r"Contracts: (\d+) kept, 0 broken", done.stdout)
    assert kept, done.stdout
    assert int(kept[1]) >= 9


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("bot/core/text.py", "import bot.config"),
        ("bot/core/text.py", "import storage.models"),
        ("bot/stray.py", '"""Without a floor."""'),
        ("handlers/start.py", "import storage.staff"),
        ("handlers/start.py", "import bot.channels.console"),
        ("handlers/start.py", "import handlers.other"),
        ("bot/web/server.py", "import storage.staff"),
        ("bot/services/teams.py", "import sqlalchemy"),
        ("bot/services/teams.py", "import httpx"),
        ("bot/conversation/jobs.py", "import bot.channels.console"),
        ("bot/conversation/jobs.py", "import aiohttp"),
    ],
    ids=lambda value: value.split("/")[-1],
)
def test_each_rule_of_import_breaks_when_it_is_broken(file: str, line: str, tmp_path: Path) -> None:
    for room in ROOMS:
        shutil.copytree(ROOT / room, tmp_path / room, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    with (tmp_path / file).open("a", encoding="utf-8") as opened:
        opened.write(f"\n{line}\n")
    done = lint_imports(tmp_path)
    assert done.returncode == 1, done.stdout
    assert "BROKEN" in done.stdout, done.stdout


def test_the_server_side_of_aiohttp_stays_in_the_web_room() -> None:
    """The import contract sees aiohttp as one whole."""
    found = {
        path: ast.unparse(node)
        for path, node in nodes((ast.Import, ast.ImportFrom, ast.Attribute))
        if re.search(r"aiohttp(\.web\b| import .*\bweb\b)", ast.unparse(node))
    }
    assert len(found) > 3
    assert {path for path in found if not path.startswith("bot/web/")} == set()


def test_content_is_data_only() -> None:
    found = [path for path in (ROOT / "content").rglob("*") if path.is_file()]
    assert len(found) > 5
    assert {path.suffix for path in found} <= {".md", ".yaml", ".po"}


# --- Sizes


def test_modules_stay_small() -> None:
    lines = {name_of(p): len(p.read_text(encoding="utf-8").splitlines()) for p in modules()}
    long = {
        name: count
        for name, count in lines.items()
        if count > MODULE_CEILING and "migrations/versions" not in name
    }
    assert long == {}
    assert statistics.median(lines.values()) <= MODULE_MEDIAN


def test_functions_stay_small() -> None:
    lengths = {name: (node.end_lineno or 0) - node.lineno + 1 for name, node in functions()}
    assert {name: count for name, count in lengths.items() if count > FUNCTION_CEILING} == {}
    assert statistics.median(lengths.values()) <= FUNCTION_MEDIAN


def test_after_five_parameters_comes_a_dataclass() -> None:
    counts = {name: len(parameters(node)) for name, node in functions() if not is_command(node)}
    assert {name: count for name, count in counts.items() if count > MOST_PARAMETERS} == {}


def test_commands_are_the_named_exception_to_five_parameters() -> None:
    commands = [name for name, node in functions() if is_command(node)]
    assert len(commands) > 10
    files = {name.split(":")[0] for name in commands}
    assert {Path(file).parent.as_posix() for file in files} <= {"bot", "bot/commands"}


def parameters(node: Function) -> list[str]:
    given = node.args
    named = [arg.arg for arg in (*given.posonlyargs, *given.args, *given.kwonlyargs)]
    return [name for name in named if name not in ("self", "cls")]


def is_command(node: Function) -> bool:
    """A click command has one parameter an option; click hands them over by name."""
    return any(".command" in ast.unparse(decorator) for decorator in node.decorator_list)


# --- Errors and names


def test_everything_is_caught_in_two_places_only() -> None:
    found: dict[str, int] = {}
    for path, node in nodes(ast.ExceptHandler):
        assert isinstance(node, ast.ExceptHandler)
        caught = ast.unparse(node.type) if node.type else "BaseException"
        if re.search(r"\b(Base)?Exception\b", caught):
            found[path] = found.get(path, 0) + 1
    assert found == CATCH_ALL


def test_nothing_is_swallowed_by_suppress_either() -> None:
    calls = [ast.unparse(node) for _, node in nodes(ast.Call)]
    assert len(calls) > 1000
    assert [
        call for call in calls if re.match(r"(contextlib\.)?suppress\((Base)?Exception", call)
    ] == []


def test_whoever_silences_a_rule_says_why() -> None:
    bench = sorted((ROOT / "bench").rglob("*.py"))
    lines = [
        f"{name_of(path)}: {line.strip()}"
        for path in (*modules(), *bench)
        for line in path.read_text(encoding="utf-8").splitlines()
        if SILENCED.search(line)
    ]
    assert len(lines) > 20
    assert [line for line in lines if not WITH_WHY.search(line)] == []


def test_names_come_from_the_field() -> None:
    named = [(name_of(path), path.stem) for path in modules()]
    for path, node in nodes((ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
        assert isinstance(node, ast.ClassDef | Function)
        named.append((path, node.name))
    assert len(named) > 400
    ours = [(path, name) for path, name in named if name not in NAMED_BY_OTHERS]
    assert [one for one in ours if any(NOT_USED.fullmatch(word) for word in words_of(one[1]))] == []


def words_of(name: str) -> list[str]:
    return [word.lower() for word in re.findall("[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])", name)]


# --- Packaging


def test_no_installed_package_has_the_name_of_one_of_our_rooms() -> None:
    installed = importlib.metadata.packages_distributions()
    assert {"aiohttp", "pytest"} <= installed.keys()
    ours = {path.name for path in ROOT.iterdir() if path.is_dir() and path.name.isidentifier()}
    assert {*ROOMS, "content", "tests"} <= ours
    assert ours & installed.keys() == set()


def test_the_install_brings_the_version_and_no_module() -> None:
    distribution = importlib.metadata.distribution("ban-so")
    assert len(distribution.files or []) > 3
    brought = {
        file.parts[0] for file in distribution.files or [] if ".dist-info" not in file.parts[0]
    }
    # An editable install leaves its own machinery, which knows no module of ours either.
    assert {name for name in brought - {"__pycache__"} if "__editable__" not in name} == set()
    assert (distribution.read_text("top_level.txt") or "").split() == []
    written = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert distribution.version == written["version"]


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_has_hashes_for_everything_and_no_address(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    entries = re.split(r"\n(?=\S)", text.strip())
    assert len(entries) > 20
    for entry in entries:
        assert re.match(r"[a-z0-9._-]+==[^\s;]+", entry), entry[:60]
        assert len(re.findall(r"--hash=sha256:[0-9a-f]{64}\b", entry)) >= 1, entry[:60]
    assert re.findall(r"\w+://|index-url|find-links|trusted-host|@ ", text) == []


def test_the_locks_agree() -> None:
    run, develop = (
        set(re.findall(r"^[a-z0-9._-]+==\S+", (ROOT / name).read_text(encoding="utf-8"), re.M))
        for name in ("requirements.lock", "requirements-dev.lock")
    )
    assert len(run) > 20
    assert run <= develop


def test_every_dependency_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = project["dependencies"] + project["optional-dependencies"]["install"]
    names = {re.split(r"[\[><=~]", line)[0].lower() for line in wanted}
    assert len(names) > 10
    locked = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert {name for name in names if not re.search(rf"^{name}==", locked, re.M)} == set()
