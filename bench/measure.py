"""The measurements: each starts what it needs, loads it for a bounded time and returns figures."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from math import isnan, nan
from statistics import median

from bench import figures, forecasts, full_year, load, zalo
from bench.engine import Engine
from bench.process import Server, free_port, start
from bench.product import TEXT, Product, first_chat_turn, start_product
from bench.report import Figure

CONNECTIONS = 16
WARM_UP = 100
FIRST_EVENTS = 16  # a warm-up that the 30/s of Telegram lets pass
LOOP_SECONDS = 60.0  # the longest closed loop
TURNS_SECONDS = 120.0  # the longest wait for turns after their events are in
OPEN_RATE, OPEN_SECONDS = 50.0, 10.0
SEND_RATE = 10.0  # a first contact has two messages: below the 30/s that Telegram allows
BURST_RATE, BURST_SECONDS, BURST_GRACE = 2000.0, 5.0, 1.0
LOOK_SECONDS = 0.005
TURN_RATIO = {"sqlite": 0.20, "postgres": 0.40}


@dataclass(frozen=True)
class Plan:
    """How much is measured; without the product only the baselines and the client are."""

    rounds: int
    events: int
    product: bool


def client(engine: Engine, plan: Plan) -> list[Figure]:
    """Measures the load generator against a handler that does nothing, to know its ceiling."""
    with _bare(engine, "none") as server:
        rates = tuple(_closed(server, 10 * plan.events).rate for _ in range(plan.rounds))
    remark = f"{CONNECTIONS} connections, trivial handler"
    name = "client ceiling"
    return [Figure("-", name, median(rates), "requests/s", rates, remark=remark)]


def turn(engine: Engine, plan: Plan) -> list[Figure]:
    """Measures full turns a second, baseline and product in turns, each on a new database.

    The product runs without its sender: a full turn ends with the reply in the outbox.
    """
    bare: list[float] = []
    own: list[float] = []
    accepted: list[float] = []
    for _ in range(plan.rounds):
        with _bare(engine, engine.name) as server:
            _closed(server, WARM_UP)
            bare.append(_closed(server, plan.events, WARM_UP).rate)
        if plan.product:
            with closing(start_product(engine, "--no-sender", "--no-jobs")) as product:
                rate, posted = _product_turns(product, plan.events)
            own.append(rate)
            accepted.append(posted)
    figures = [_median(engine, "turn, bare handler", "turns/s", bare)]
    if plan.product:
        ratios = tuple(mine / theirs for mine, theirs in zip(own, bare, strict=True))
        ratio, least = median(own) / median(bare), TURN_RATIO[engine.name]
        figures += [
            _median(engine, "turn, product", "turns/s", own),
            _median(engine, "accept, product", "events/s", accepted),
            Figure(engine.name, "turn, product / bare", ratio, "", ratios, ">=", least),
        ]
    return figures


def open_loop(engine: Engine, plan: Plan) -> list[Figure]:
    """Measures turn latency at a fixed rate, from the due time until the reply is to be seen.

    The figure that is judged comes from looking into the outbox every 5 ms, so it contains the
    commit and is up to one look too long. `created_at` is the product's own word, for comparison.
    """
    name, spread = f"{OPEN_RATE:g} turns/s", (50, 99)
    with _bare(engine, engine.name) as server:
        _closed(server, WARM_UP)
        result = _open(server, OPEN_RATE, OPEN_SECONDS, WARM_UP)
    figures = [
        Figure(engine.name, f"{name}, bare handler p{p}", result.percentile(p), "ms")
        for p in spread
    ]
    if not plan.product:
        return figures
    with closing(start_product(engine)) as product:
        end_to_end = _end_to_end(product)
        runs = [_watched(product, 2000 + 1000 * number) for number in range(plan.rounds)]
    for p in spread:
        target = 50.0 if p == 99 else None
        seen = tuple(load.percentile(run.seen, p) * 1000 for run in runs)
        said = tuple(load.percentile(run.said, p) * 1000 for run in runs)
        sign, lost = "<" if target else "", sum(run.lost for run in runs)
        remark = f"{lost} without a reply" if lost else ""
        value = nan if lost and target else median(seen)  # a lost reply has no latency
        figures += [
            Figure(engine.name, f"{name}, p{p}", value, "ms", seen, sign, target, remark),
            _median(engine, f"{name}, p{p} by created_at", "ms", said),
        ]
    name, remark = f"{SEND_RATE:g} turns/s until sendMessage", f"{len(end_to_end)} messages"
    for p in spread:
        value = load.percentile(end_to_end, p) * 1000
        figures.append(Figure(engine.name, f"{name}, p{p}", value, "ms", remark=remark))
    return figures


def burst(engine: Engine, plan: Plan) -> list[Figure]:
    """Measures whether a burst is accepted whole, and the memory that it takes."""
    wanted = round(BURST_RATE * BURST_SECONDS)
    if not plan.product:
        with _bare(engine, engine.name) as server:
            result = asyncio.run(
                load.burst(server.url, BURST_RATE, BURST_SECONDS, _requests(server, 0))
            )
        remark = f"{result.errors} errors, last answer after {result.seconds:.2f} s"
        return [Figure(engine.name, "burst, bare handler", result.count, "events", remark=remark)]
    with closing(start_product(engine)) as product:
        make = _requests(product, 0)
        result = asyncio.run(load.burst(product.url, BURST_RATE, BURST_SECONDS, make))
        stored = product.events_stored()
        answered = _wait(lambda: product.turns_done() >= wanted, TURNS_SECONDS)
        peak = product.peak_mib()
    whole, latest = min(result.count, stored), BURST_SECONDS + BURST_GRACE
    remark = f"{stored} stored, {result.errors} errors"
    return [
        Figure(engine.name, "burst accepted", whole, "events", (), "=", wanted, remark),
        Figure(engine.name, "burst, last 200 after", result.seconds, "s", (), "<", latest),
        Figure(engine.name, "burst accepted, p99", result.percentile(99), "ms"),
        Figure(engine.name, "burst answered after", answered + result.seconds, "s"),
        Figure(engine.name, "memory, peak after the burst", peak, "MiB", (), "<", 200.0),
    ]


def first_turn(engine: Engine, plan: Plan) -> list[Figure]:
    """Measures the console's first turn on a database that is already migrated."""
    if not plan.product:
        return []
    database = engine.new_database()
    first_chat_turn(engine, database)  # migrates
    seconds = tuple(first_chat_turn(engine, database) for _ in range(plan.rounds))
    return [Figure(engine.name, "first chat turn", median(seconds), "s", seconds, "<", 3.0)]


def zalo_webhook(engine: Engine, plan: Plan) -> list[Figure]:
    """Measures Zalo OA's webhook while something hangs, and in a burst."""
    return zalo.measure(engine) if plan.product else []


def help_figures(engine: Engine, plan: Plan) -> list[Figure]:
    """Measures reports over a log that grows to a million entries."""
    return figures.measure(engine, plan.rounds) if plan.product else []


def year_figures(engine: Engine, plan: Plan) -> list[Figure]:
    """Measures the reports, files and the closing of a commune with 10⁶ entries in one year."""
    return full_year.measure(engine, plan.rounds) if plan.product else []


def back_test(engine: Engine, plan: Plan) -> list[Figure]:
    """Measures how often the outcome of a made-up year lay in the forecast's range; has no engine."""
    return forecasts.measure() if plan.product else []


MEASUREMENTS: dict[str, Callable[[Engine, Plan], list[Figure]]] = {
    "client": client,
    "turn": turn,
    "open": open_loop,
    "burst": burst,
    "memory": burst,
    "start": first_turn,
    "zalo": zalo_webhook,
    "figures": help_figures,
    "year": year_figures,
    "forecast": back_test,
}


@contextmanager
def _bare(engine: Engine, kind: str) -> Iterator[Server]:
    port = free_port()
    command = ["bench/baseline.py", kind, "--port", str(port)]
    if kind != "none":
        command += ["--database", engine.new_database()]
    server = start(command, port, engine.log("baseline"), engine.cores.server)
    with closing(server):
        yield server


def _median(
    engine: Engine, name: str, unit: str, rounds: list[float] | tuple[float, ...]
) -> Figure:
    return Figure(engine.name, name, median(rounds), unit, tuple(rounds))


def _requests(server: Server, first: int) -> load.MakeRequest:
    if isinstance(server, Product):
        return load.telegram_requests(server.path, server.headers, TEXT, first)
    return load.telegram_requests("/hook", {}, TEXT, first)


def _closed(server: Server, events: int, first: int = 0) -> load.Result:
    make = _requests(server, first)
    result = asyncio.run(load.closed_loop(server.url, CONNECTIONS, events, LOOP_SECONDS, make))
    if result.errors or result.count != events:
        raise RuntimeError(f"{result.errors} errors in {events} requests, see {server.log}")
    return result


def _open(server: Server, rate: float, seconds: float, first: int) -> load.Result:
    return asyncio.run(load.open_loop(server.url, rate, seconds, _requests(server, first)))


def _product_turns(product: Product, events: int) -> tuple[float, float]:
    """Returns full turns a second and accepted events a second."""
    _closed(product, WARM_UP)
    _must(lambda: product.turns_done() >= WARM_UP, "the warm-up is not answered")
    began = time.perf_counter()
    accepted = _closed(product, events, WARM_UP).rate
    _must(lambda: product.turns_done() >= WARM_UP + events, "events without a reply")
    return events / (time.perf_counter() - began), accepted


def _wait(condition: Callable[[], bool], seconds: float) -> float:
    """Looks until the condition holds and returns the seconds; NaN when it never did."""
    began = time.perf_counter()
    while not condition():
        if time.perf_counter() - began > seconds:
            return nan
        time.sleep(LOOK_SECONDS)  # the other process tells nothing
    return time.perf_counter() - began


def _must(condition: Callable[[], bool], complaint: str) -> None:
    if isnan(_wait(condition, TURNS_SECONDS)):
        raise RuntimeError(f"{complaint} after {TURNS_SECONDS:g} s")


@dataclass(frozen=True)
class _Latencies:
    """Sorted seconds from the due time: when the row was to be seen, and what it says itself."""

    seen: list[float]
    said: list[float]
    lost: int


class _Watcher(threading.Thread):
    """Notes when each reply is first to be seen in the outbox."""

    def __init__(self, product: Product) -> None:
        super().__init__(daemon=True)
        self._product = product
        self._over = threading.Event()
        self.replies: dict[str, tuple[float, float]] = {}

    def run(self) -> None:
        newest = 0
        while not self._over.wait(LOOK_SECONDS):
            # On PostgreSQL a lower id may be committed later than a higher one: look back.
            rows = self._product.replies(newest - 200)
            now = time.time()
            for row, event, created in rows:
                newest = max(newest, row)
                self.replies.setdefault(event, (now, created))

    def close(self) -> None:
        self._over.set()
        self.join(10)


def _watched(product: Product, first: int) -> _Latencies:
    """Runs one open loop and matches each event with its reply."""
    watcher = _Watcher(product)
    watcher.start()
    with closing(watcher):
        result = _open(product, OPEN_RATE, OPEN_SECONDS, first)
        wanted = {
            str(load.update_id(first + index)): result.began + index / OPEN_RATE
            for index in range(result.count + result.errors)
        }
        _wait(lambda: wanted.keys() <= watcher.replies.copy().keys(), 20.0)
    found = [
        (due, *watcher.replies[event]) for event, due in wanted.items() if event in watcher.replies
    ]
    return _Latencies(
        sorted(seen - due for due, seen, _ in found),
        sorted(said - due for due, _, said in found),
        len(wanted) - len(found),
    )


def _end_to_end(product: Product) -> list[float]:
    """Returns sorted seconds from the due time until the fake Telegram has the reply."""
    _closed(product, FIRST_EVENTS, 900)
    _wait(lambda: len(product.arrivals()) >= FIRST_EVENTS, 10.0)
    result = _open(product, SEND_RATE, OPEN_SECONDS, 0)
    due = {
        str(load.chat_id(index)): result.began + index / SEND_RATE
        for index in range(round(SEND_RATE * OPEN_SECONDS))
    }
    _wait(lambda: due.keys() <= product.arrivals().keys(), 20.0)
    arrivals = product.arrivals()
    return sorted(arrivals[chat][0] - at for chat, at in due.items() if chat in arrivals)
