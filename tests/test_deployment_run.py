"""The image's final stage put together in a folder, as the Dockerfile says, and run without an engine.

What is here is what the image would hold: files that COPY names and .dockerignore lets in, the packages of
requirements.lock without those that the Dockerfile takes away, the variables that ENV sets. Neither the
repository nor anything else that is installed can be imported.
"""

from __future__ import annotations

import compileall
import importlib.metadata
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from py_compile import PycInvalidationMode
from urllib.parse import urlsplit

import pytest
from packaging.requirements import Requirement

from bot.config import load_settings
from tests import postgres
from tests.command_line import ROOT
from tests.deployment import (
    FINAL,
    compose,
    copied,
    environment_of_image,
    health_check,
    in_context,
    script_of_backup,
    the,
    words,
)

PATIENCE_SECONDS = 60
UNCHECKED = PycInvalidationMode.UNCHECKED_HASH
STACK = compose({"POSTGRES_PASSWORD": "x"})["services"]

pytestmark = pytest.mark.xdist_group("image")  # one worker: the folder is made once


@dataclass(frozen=True)
class Image:
    """A folder that stands for the root of the image, with writable folders of its own for each test."""

    root: Path
    packages: Path
    volumes: Path

    @property
    def app(self) -> Path:
        return self.root / the("WORKDIR", FINAL).lstrip("/")

    @property
    def variables(self) -> dict[str, str]:
        """What ENV sets, its folders moved to where this test may write."""
        given = {
            name: self.moved(value)
            for name, value in environment_of_image().items()
            if name != "PATH"
        }
        return {**given, "PATH": os.defpath, "LANG": "C.UTF-8", "PYTHONPATH": str(self.packages)}

    def moved(self, text: str) -> str:
        return re.sub(r"(?<![\w.])/(data|backup)\b", rf"{self.volumes}/\1", text)

    def starts(self, given: list[str], **more: str) -> subprocess.Popen[str]:
        assert given[0] == "python"
        return subprocess.Popen(
            [sys.executable, "-S", *given[1:]],
            cwd=self.app,
            env={**self.variables, **more},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def runs(self, given: list[str], **more: str) -> tuple[int, str]:
        """The exit code, and all that was said."""
        with self.starts(given, **more) as started:
            said = "".join(started.communicate(timeout=PATIENCE_SECONDS))
        return started.returncode, said

    def contents(self) -> dict[str, tuple[int, int]]:
        """Size and time of change of each file of the root."""
        files = {p: p.stat() for p in self.root.rglob("*") if p.is_file()}
        return {str(p): (found.st_size, found.st_mtime_ns) for p, found in files.items()}


@pytest.fixture(scope="module")
def layers(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The root with the copied files, and the folder of packages."""
    root, packages = tmp_path_factory.mktemp("root"), tmp_path_factory.mktemp("packages")
    for place, source in copied().items():
        if any(
            step.rest.endswith(place.rsplit("/", 1)[0]) for step in FINAL if step.word == "COPY"
        ):
            copy_in(source, root / place.lstrip("/"))
    assert compileall.compile_dir(root, quiet=1, invalidation_mode=UNCHECKED)
    for name in locked() - {"setuptools"}:
        bring(name, packages)
    return root, packages


@pytest.fixture
def image(layers: tuple[Path, Path], tmp_path: Path) -> Image:
    """The image with empty volumes; nothing but them may be written."""
    volumes = tmp_path / "volumes"
    for name in ("data", "backup"):
        (volumes / name).mkdir(parents=True)
    return Image(*layers, volumes)


def copy_in(source: str, place: Path) -> None:
    for path in sorted((ROOT / source).rglob("*")):
        inside = path.relative_to(ROOT).as_posix()
        if path.is_file() and in_context(inside):
            target = place / path.relative_to(ROOT / source)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)


def locked() -> set[str]:
    """The packages of requirements.lock that this machine needs."""
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    lines = [line.rstrip(" \\") for line in text.splitlines() if re.match(r"\w", line)]
    wanted = [Requirement(line) for line in lines]
    return {one.name for one in wanted if one.marker is None or one.marker.evaluate()}


def bring(name: str, packages: Path) -> None:
    """Link the modules of an installed package, and what is known of it, into a folder of packages."""
    distribution = importlib.metadata.distribution(name)
    tops = {file.parts[0] for file in distribution.files or []} - {"..", "__pycache__"}
    assert tops, name
    for top in tops:
        (packages / top).symlink_to(Path(str(distribution.locate_file(top))).resolve())


@contextmanager
def free_port() -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    yield str(port)


def test_the_copied_files_are_the_whole_program(image: Image) -> None:
    code, said = image.runs(["python", "-m", "bot", "--help"])
    assert code == 0, said
    assert "db" in said.split()
    before = image.contents()
    assert len(before) > 100
    code, said = image.runs(words("RUN", FINAL))
    assert code == 0, said
    assert re.search(r"Tốt: \d+ bài, \d+ kế hoạch", said)
    assert image.contents() == before


def test_what_runs_is_neither_the_repository_nor_what_only_we_have_installed(image: Image) -> None:
    program = (
        "import bot, handlers, storage, importlib.util as u; "
        "print(bot.__file__, handlers.__file__, storage.__file__, "
        "[n for n in ('pytest', 'setuptools', 'pip', 'tests', 'hypothesis') if u.find_spec(n)])"
    )
    code, said = image.runs(["python", "-c", program])
    assert code == 0, said
    assert [Path(one).is_relative_to(image.app) for one in said.split()[:3]] == [True] * 3
    assert said.rstrip().endswith("[]")
    code, said = image.runs(["python", "-c", "import importlib.metadata as m; m.version('ban-so')"])
    assert code == 1  # nobody may ask for our own metadata: the image does not bring it
    assert "PackageNotFoundError" in said


def test_the_server_starts_is_found_healthy_and_stops_when_told(image: Image) -> None:
    before = image.contents()
    with free_port() as port, image.starts(words("CMD", FINAL), BOT_PORT=port) as server:
        try:
            assert healthy_in_time(image, server, port)
            server.send_signal(signal.Signals[the("STOPSIGNAL", FINAL)])
            said = "".join(server.communicate(timeout=PATIENCE_SECONDS))
        finally:
            server.kill()
        assert server.returncode == 0, said
        assert "http://127.0.0.1:8080" in said
        assert "0.0.0.0" not in said  # no link that only the container can follow
        assert not healthy(image, port)
    assert image.contents() == before
    assert sorted(path.name for path in image.volumes.rglob("*") if path.is_file()) == [
        "ban-so.db",
        "secret.key",
    ]


def healthy(image: Image, port: str) -> bool:
    given = health_check()
    assert given[:3] == ["python", "-I", "-c"]
    proxy = {"http_proxy": "http://127.0.0.1:9", "BOT_PORT": port}
    return image.runs(given, **proxy)[0] == 0


def healthy_in_time(image: Image, server: subprocess.Popen[str], port: str) -> bool:
    end = time.monotonic() + PATIENCE_SECONDS
    while server.poll() is None and time.monotonic() < end:
        if healthy(image, port):
            return True
    return False


def test_a_server_that_answers_with_a_fault_is_not_healthy(image: Image) -> None:
    fault = (
        "import http.server, os; h = http.server.BaseHTTPRequestHandler; "
        "h.do_GET = lambda self: self.send_error(404 if self.path == '/healthz' else 200); "
        "http.server.HTTPServer(('127.0.0.1', int(os.environ['BOT_PORT'])), h).serve_forever()"
    )
    with free_port() as port, image.starts(["python", "-c", fault], BOT_PORT=port) as server:
        try:
            wait_for(port)
            assert not healthy(image, port)
        finally:
            server.kill()


def wait_for(port: str) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", int(port))) == 0:
                return
    raise AssertionError("nothing listens")


# --- The stack


@pytest.mark.postgres
def test_the_password_of_postgresql_needs_no_place_in_the_address(
    image: Image, postgres_server: str
) -> None:
    written = STACK["bot"]["environment"]["BOT_DATABASE_URL"]
    with postgres.database(postgres_server) as url:
        real = urlsplit(url)
        place = f"{real.hostname}:{real.port}"
        there = written.replace("ban_so@", f"{real.username}@").replace("postgres:5432", place)
        there = there.removesuffix("/ban_so") + real.path
        assert load_settings({"BOT_DATABASE_URL": there})
        code, said = image.runs(
            ["python", "-m", "bot", "db", "migrate"],
            BOT_DATABASE_URL=there,
            PGPASSWORD=real.password or "",
        )
    assert code == 0, said
    assert [path.name for path in (image.volumes / "data").iterdir()] == ["secret.key"]


@pytest.fixture
def tools(image: Image, tmp_path: Path) -> Path:
    """Commands of the image for its shell; sleeping ends the script and leaves how long it was to be."""
    folder = tmp_path / "tools"
    folder.mkdir()
    for name, line in {
        "python": f'exec "{sys.executable}" -S "$@"',
        "sleep": f'echo "$1" > "{tmp_path}/slept"; kill $PPID',
    }.items():
        (folder / name).write_text(f"#!/bin/sh\n{line}\n", encoding="utf-8")
        (folder / name).chmod(0o755)
    return folder


def in_shell(image: Image, tools: Path, script: str) -> int:
    done = subprocess.run(
        ["/bin/sh", "-c", image.moved(script)],
        cwd=image.app,
        env={**image.variables, "PATH": f"{tools}:{os.defpath}"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    return done.returncode


def of_age(path: Path, days: float) -> None:
    path.write_bytes(b"")
    then = time.time() - days * 86400
    os.utime(path, (then, then))


def test_a_backup_is_written_each_day_and_kept_for_thirty(
    image: Image, tools: Path, tmp_path: Path
) -> None:
    kept = image.volumes / "backup"
    assert image.runs(["python", "-m", "bot", "db", "migrate"])[0] == 0
    of_age(kept / "ban-so-cũ.bak", 30.5)
    of_age(kept / "ban-so-mới.bak", 29)
    of_age(kept / "của người khác", 300)
    assert in_shell(image, tools, script_of_backup()) == -signal.SIGTERM
    assert (tmp_path / "slept").read_text().strip() == "86400"
    names = {path.name for path in kept.iterdir()}
    fresh = [name for name in names if re.fullmatch(r"ban-so-\d{4}-\d\d-\d\d\.bak", name)]
    assert len(fresh) == 1
    assert names == {*fresh, "ban-so-mới.bak", "của người khác"}
    assert (kept / fresh[0]).read_bytes().startswith(b"BANSO1\n")


def test_a_backup_that_fails_is_tried_again_soon_and_throws_nothing_away(
    image: Image, tools: Path, tmp_path: Path
) -> None:
    of_age(image.volumes / "backup" / "ban-so-cũ.bak", 300)
    assert in_shell(image, tools, script_of_backup()) == -signal.SIGTERM
    assert (tmp_path / "slept").read_text().strip() == "600"
    assert [path.name for path in (image.volumes / "backup").iterdir()] == ["ban-so-cũ.bak"]


@pytest.mark.parametrize(("hours", "code"), [(None, 1), (24, 0), (26, 1)])
def test_the_backup_is_healthy_while_there_is_one_of_the_last_day(
    image: Image, tools: Path, hours: float | None, code: int
) -> None:
    if hours is not None:
        of_age(image.volumes / "backup" / "ban-so-2026-11-22.bak", hours / 24)
    form, script = STACK["backup"]["healthcheck"]["test"]
    assert form == "CMD-SHELL"
    assert in_shell(image, tools, script) == code
