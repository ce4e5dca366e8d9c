"""The adapter: how the product is started, spoken to and looked at.

Everything that knows the product is in this file: its command line, environment, path, and the
tables `inbox` and `outbox`.
"""

import json
import secrets
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from os import environ

from bench.engine import Engine, Eye
from bench.process import READY_SECONDS, ROOT, Server, free_port, pin, start, stop

ACCOUNT = "ho-nai"
ZALO_APP, ZALO_OA = "2754061983340175268", "3918204756619038472"
TEXT = "quen mat khau vneid"  # understood, routed and answered from a guide
WEBHOOK_SECRET = "bench-webhook-secret"
# A process-wide key: the start benchmark opens one database twice.
SECRET_KEY = secrets.token_urlsafe(32)
# The turn, its reply and the closing of its event are one commit.
TURNS_DONE = "SELECT count(*) FROM inbox WHERE done_at IS NOT NULL"
EVENTS_STORED = "SELECT count(*) FROM inbox"
EVENTS = "SELECT id, event_id FROM inbox WHERE id > ? ORDER BY id"
REPLIES = "SELECT id, key, created_at FROM outbox WHERE id > ? ORDER BY id"


@dataclass
class Product(Server):
    """The running product with its fake Telegram and a direct look into its database."""

    sink: Server
    eye: Eye
    events: dict[int, str] = field(default_factory=dict)  # inbox id → Telegram update id
    path: str = f"/hook/telegram/{ACCOUNT}"
    headers: dict[str, str] = field(
        default_factory=lambda: {"X-Telegram-Bot-Api-Secret-Token": WEBHOOK_SECRET}
    )

    def turns_done(self) -> int:
        """Counts the events that have a reply in the outbox."""
        return self.eye.number(TURNS_DONE)

    def events_stored(self) -> int:
        """Counts the accepted events."""
        return self.eye.number(EVENTS_STORED)

    def replies(self, after: int) -> list[tuple[int, str, float]]:
        """Returns (row id, Telegram update id, created_at in Unix time) of newer outbox rows."""
        rows = self.eye.rows(REPLIES, after)
        newest = max(self.events, default=0)
        for row, event in self.eye.rows(EVENTS, newest):
            self.events[int(str(row))] = str(event)
        return [
            (int(str(row)), self.events[int(str(key).split(":")[1])], unix_time(at))
            for row, key, at in rows
            if str(key).endswith(":0")  # a first contact has two messages; the first is the turn's
        ]

    def arrivals(self) -> dict[str, list[float]]:
        """Returns when sendMessage reached the fake Telegram, by chat id, in Unix time."""
        with urllib.request.urlopen(f"{self.sink.url}/_arrivals", timeout=10) as answer:
            read: dict[str, list[float]] = json.load(answer)
        return read

    def close(self) -> None:
        """Ends the product, then its fake Telegram."""
        self.eye.close()
        super().close()
        self.sink.close()


def unix_time(value: object) -> float:
    """Reads a UTC time as the databases give it: datetime, ISO text or a number."""
    if isinstance(value, int | float):
        return float(value)
    read = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return (read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp()


def environment(database: str, port: int, api_base: str) -> dict[str, str]:
    """Returns the product's settings."""
    return {
        "BOT_DATABASE_URL": database,
        "BOT_SECRET_KEY": SECRET_KEY,
        "BOT_TELEGRAM_TOKEN": "1:bench",
        "BOT_TELEGRAM_MODE": "webhook",
        "BOT_TELEGRAM_WEBHOOK_SECRET": WEBHOOK_SECRET,
        "BOT_TELEGRAM_API_BASE": api_base,
        "BOT_PORT": str(port),
    }


def zalo_environment(database: str, port: int, api_base: str) -> dict[str, str]:
    """Returns the settings of a ward with a Zalo OA and nothing else."""
    return {
        "BOT_DATABASE_URL": database,
        "BOT_SECRET_KEY": SECRET_KEY,
        "BOT_PORT": str(port),
        "BOT_ZALO_OA_APP_ID": ZALO_APP,
        "BOT_ZALO_OA_ID": ZALO_OA,
        "BOT_ZALO_OA_APP_SECRET": "bench-app-secret",
        "BOT_ZALO_OA_WEBHOOK_SECRET": WEBHOOK_SECRET,
        "BOT_ZALO_OA_REFRESH_TOKEN": "bench-seed",
        "BOT_ZALO_OA_API_BASE": api_base,
        "BOT_ZALO_OA_OAUTH_BASE": api_base,
    }


def start_product(engine: Engine, *options: str) -> Product:
    """Starts `run` with options on a new database and a fake Telegram on the client's core."""
    return _start(engine, ["-m", "bot", "run", *options], environment, 0)


def start_with_zalo(engine: Engine, program: str, seconds: float) -> Product:
    """Starts a program of this folder, or `-m bot`, with a Zalo OA whose messages take so many seconds."""
    return _start(engine, [*program.split(), "run"], zalo_environment, seconds)


def _start(
    engine: Engine,
    command: list[str],
    settings: Callable[[str, int, str], dict[str, str]],
    seconds: float,
) -> Product:
    sink_port, port, database = free_port(), free_port(), engine.new_database()
    vendor = ["bench/sink.py", "--port", str(sink_port), "--zalo-seconds", str(seconds)]
    sink = start(vendor, sink_port, engine.log("sink"), engine.cores.client)
    try:
        env = settings(database, port, sink.url)
        log, core = engine.log("product"), engine.cores.server
        running = start(command, port, log, core, env)
    except BaseException:
        sink.close()
        raise
    _wait_until_ready(running.url)
    return Product(running.process, running.url, running.log, sink, Eye(database))


def _wait_until_ready(url: str) -> None:
    """The port is open seconds before anybody answers: what waits meanwhile would count as slow."""
    with urllib.request.urlopen(f"{url}/readyz", timeout=READY_SECONDS) as answer:
        if answer.status != 200:
            raise RuntimeError(f"{url} is not ready: {answer.status}")


def first_chat_turn(engine: Engine, database: str) -> float:
    """Returns the seconds from starting the console chat, a process of its own, to its first line of JSON."""
    began = time.perf_counter()
    with engine.log("chat").open("wb") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "bot", "chat", "--json"],
            cwd=ROOT,
            env={**environ, **environment(database, free_port(), "http://127.0.0.1:1")},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
        )
    pin(process.pid, engine.cores.server)
    assert process.stdin
    assert process.stdout
    try:
        process.stdin.write(f"{TEXT}\n".encode())
        process.stdin.close()
        json.loads(process.stdout.readline())
        return time.perf_counter() - began
    finally:
        stop(process)
        process.stdout.close()
