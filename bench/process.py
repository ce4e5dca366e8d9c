"""Child processes of a benchmark: started on their own core, watched, ended."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
READY_SECONDS = 60  # migrations included


@dataclass(frozen=True)
class Cores:
    """Where the server under test and the client (with the fake vendor) run; None is anywhere."""

    server: int | None
    client: int | None


def cores() -> Cores:
    """Returns two different cores, or none where there is one core or no way to choose."""
    if hasattr(os, "sched_getaffinity"):
        allowed = sorted(os.sched_getaffinity(0))
        if len(allowed) > 1:
            return Cores(allowed[0], allowed[-1])
    return Cores(None, None)


def pin(pid: int, core: int | None) -> None:
    """Keeps a process, and the threads it starts later, on one core."""
    if core is not None:
        os.sched_setaffinity(pid, {core})


@contextmanager
def pinned(core: int | None) -> Iterator[None]:
    """Keeps this process on one core for a while."""
    if core is None:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def free_port() -> int:
    """Returns a TCP port of 127.0.0.1 that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Server:
    """A running server process and its address."""

    process: subprocess.Popen[bytes]
    url: str
    log: Path

    def peak_mib(self) -> float:
        """Returns the highest resident memory of the process so far, in MiB (Linux only)."""
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
        raise RuntimeError("no VmHWM: not Linux?")

    def close(self) -> None:
        """Ends the process: politely, after 15 s not."""
        stop(self.process)


def start(
    command: Sequence[str],
    port: int,
    log: Path,
    core: int | None,
    env: Mapping[str, str] | None = None,
) -> Server:
    """Starts a Python program of the project, `env` added to ours; waits until its port answers."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, *command],
            cwd=ROOT,
            env={**os.environ, **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    pin(process.pid, core)
    end = time.monotonic() + READY_SECONDS
    while time.monotonic() < end and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return Server(process, f"http://127.0.0.1:{port}", log)
        time.sleep(0.02)  # nothing tells us that it listens
    stop(process)
    tail = log.read_text(errors="replace")[-3000:]
    raise RuntimeError(f"{' '.join(command)} did not listen within {READY_SECONDS} s:\n{tail}")


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ends a process: politely, after 15 s not."""
    process.terminate()
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(15)
