"""The deployment files as tests read them: steps of the image, the build context, the stack."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any, NamedTuple

import yaml

from tests.command_line import ROOT


class Step(NamedTuple):
    """One instruction of a Dockerfile, its continued lines joined."""

    word: str
    rest: str


def _stages() -> list[list[Step]]:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    stages: list[list[Step]] = []
    for line in "\n".join(lines).replace("\\\n", " ").splitlines():
        if not line.strip():
            continue
        word, rest = line.split(None, 1)
        if word == "FROM":
            stages.append([])
        if stages:
            stages[-1].append(Step(word, " ".join(rest.split())))
    return stages


BUILD, FINAL = _stages()


def the(word: str, stage: Sequence[Step]) -> str:
    """What stands behind the one instruction of that name."""
    (found,) = [step.rest for step in stage if step.word == word]
    return found


def words(word: str, stage: Sequence[Step]) -> list[str]:
    """The words of the one instruction of that name that is in exec form."""
    (found,) = [step.rest for step in stage if step.word == word and step.rest.startswith("[")]
    return [str(one) for one in json.loads(found)]


def pairs(rest: str) -> dict[str, str]:
    """NAME=value NAME="value", as ENV and LABEL write them."""
    return {name: value for name, _, value in (one.partition("=") for one in shlex.split(rest))}


def environment_of_image() -> dict[str, str]:
    """What the image sets."""
    return pairs(the("ENV", FINAL))


def health_check() -> list[str]:
    """The words of the image's health check."""
    return [str(one) for one in json.loads(the("HEALTHCHECK", FINAL).split(" CMD ", 1)[1])]


def copied() -> dict[str, str]:
    """Where what the build stage copies out of the context comes to lie, and what it is there."""
    folder, places = PurePosixPath("/"), {}
    for word, rest in BUILD:
        if word == "WORKDIR":
            folder /= rest
        elif word in ("COPY", "ADD"):
            *sources, target = rest.split()
            for source in sources:
                place = folder / target
                places[str(place / source if target.endswith("/") else place)] = source
    return places


def in_context(path: str) -> bool:
    """True when .dockerignore lets a path into the build: the last line that fits it or a parent decides."""
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    chain = [path, *map(str, PurePosixPath(path).parents)][:-1]
    enters = True
    for line in lines:
        if line and not line.startswith("#"):
            pattern = (
                re.escape(line.lstrip("!")).replace(r"\*\*/", "(?:.*/)?").replace(r"\*", "[^/]*")
            )
            if any(re.fullmatch(pattern, part) for part in chain):
                enters = line.startswith("!")
    return enters


def _example() -> dict[str, str]:
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    return pairs(shlex.join(line for line in lines if line and not line.startswith("#")))


EXAMPLE = _example()


def compose(variables: Mapping[str, str]) -> dict[str, Any]:
    """compose.yaml with variables put in; ``ValueError`` when one that it asks for is missing."""

    def put_in(node: Any) -> Any:
        if isinstance(node, dict):
            return {name: put_in(value) for name, value in node.items()}
        if isinstance(node, list):
            return [put_in(value) for value in node]
        return re.sub(VARIABLE, value_of, node) if isinstance(node, str) else node

    def value_of(found: re.Match[str]) -> str:
        if found[0] == "$$":
            return "$"
        value = variables.get(found["name"], "")
        if not value and found["sign"] == ":?":
            raise ValueError(f"{found['name']}: {found['word']}")
        return value or found["word"]

    loaded: dict[str, Any] = put_in(yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8")))
    return loaded


VARIABLE = r"\$\$|\$\{(?P<name>\w+)(?P<sign>:[-?])(?P<word>[^}]*)\}"


def script_of_backup() -> str:
    """What the shell of the service "backup" runs."""
    shell, flag, script = compose({"POSTGRES_PASSWORD": "x"})["services"]["backup"]["command"]
    assert [shell, flag] == ["sh", "-c"]
    return str(script)
