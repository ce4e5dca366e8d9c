"""A light HTTP/1.1 load generator on raw asyncio protocols, for 127.0.0.1 only.

Closed loop: each connection sends the next request when its last is answered. Open loop: requests
are due at fixed times whatever the server does, and a latency counts from the time it was due, so
a stalled server cannot hide behind requests that were never sent (coordinated omission).
"""

import asyncio
import json
import math
import re
import time
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

MakeRequest = Callable[[int], bytes]
PERSONS = 1000
_FIRST_PERSON = 5_000_000_000
_FIRST_UPDATE = 100_000_000
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d+)", re.IGNORECASE)
_RECONNECTIONS = 100


@dataclass
class Result:
    """What one run did; `count` are the answers 200, everything else is an error."""

    count: int
    errors: int
    began: float  # Unix time of request 0, for comparison with other clocks of this machine
    seconds: float  # from the first request to the last answer
    latencies: list[float] = field(repr=False)  # seconds, sorted

    @property
    def rate(self) -> float:
        """Answers per second."""
        return self.count / self.seconds if self.seconds else 0.0

    def percentile(self, percent: float) -> float:
        """The nearest-rank percentile of the latencies, in milliseconds."""
        return percentile(self.latencies, percent) * 1000


def percentile(values: list[float], percent: float) -> float:
    """Returns the nearest-rank percentile of sorted values; NaN when there are none."""
    if not values:
        return math.nan
    return values[max(0, math.ceil(len(values) * percent / 100) - 1)]


class _Connection(asyncio.Protocol):
    """One keep-alive connection with at most one request under way."""

    def __init__(self, run: "_Run") -> None:
        self._run = run
        self._transport: asyncio.Transport | None = None
        self._buffer = b""
        self.due: float | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def send(self, request: bytes, due: float) -> None:
        assert self._transport is not None
        self.due = due
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._buffer = self._buffer + data if self._buffer else data
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        length = _LENGTH.search(self._buffer, 0, end)
        if len(self._buffer) < end + 4 + (int(length[1]) if length else 0):
            return
        status = int(self._buffer[9:12])
        self._buffer = b""
        self._run.answered(self, status)

    def connection_lost(self, exc: Exception | None) -> None:
        self._run.lost(self)

    def close(self) -> None:
        if self._transport:
            self._transport.close()


class _Run:
    """Hands due requests to idle connections and keeps the score."""

    def __init__(self, url: str, make_request: MakeRequest) -> None:
        parts = urlsplit(url)
        if parts.scheme != "http" or parts.hostname != "127.0.0.1" or not parts.port:
            raise ValueError(f"only http://127.0.0.1:port is loaded, not {url}")
        self._port = parts.port
        self._make = make_request
        self._connections: set[_Connection] = set()
        self._idle: deque[_Connection] = deque()
        self._waiting: deque[tuple[int, float]] = deque()
        self._tasks: set[asyncio.Task[None]] = set()
        self._lives = _RECONNECTIONS
        self._under_way = 0
        self._finished = asyncio.Event()
        self._closing = False
        self.more: Callable[[], tuple[int, float] | None] = lambda: None
        self.expected = 0
        self.latencies: list[float] = []
        self.errors = 0
        self.last = 0.0

    async def connect(self, connections: int) -> None:
        await asyncio.gather(*(self._open() for _ in range(connections)))

    async def _open(self) -> None:
        loop = asyncio.get_running_loop()
        _, opened = await loop.create_connection(lambda: _Connection(self), "127.0.0.1", self._port)
        self._connections.add(opened)
        self._idle.append(opened)

    def add(self, index: int, due: float) -> None:
        self._waiting.append((index, due))
        self.dispatch()

    def dispatch(self) -> None:
        while self._idle:
            job = self._waiting.popleft() if self._waiting else self.more()
            if job is None:
                break
            index, due = job
            self._under_way += 1
            self._idle.popleft().send(self._make(index), due)

    def answered(self, connection: _Connection, status: int) -> None:
        self.last = time.perf_counter()
        if connection.due is None:
            return
        if status == 200:
            self.latencies.append(self.last - connection.due)
        else:
            self.errors += 1
        connection.due = None
        self._under_way -= 1
        self._idle.append(connection)
        self.dispatch()
        self._check()

    def lost(self, connection: _Connection) -> None:
        self._connections.discard(connection)
        if connection in self._idle:
            self._idle.remove(connection)
        if self._closing:
            return
        if connection.due is not None:
            self.errors += 1
            self._under_way -= 1
        if self._lives:
            self._lives -= 1
            self._tasks.add(asyncio.get_running_loop().create_task(self._reopen()))
        self._check()

    async def _reopen(self) -> None:
        try:
            await self._open()
        except OSError:
            return
        self.dispatch()

    def _check(self) -> None:
        dead = not self._connections and not self._lives
        if dead or (not self._under_way and self._score() >= self.expected):
            self._finished.set()

    def _score(self) -> int:
        return len(self.latencies) + self.errors

    async def finish(self, began: float, started: float, limit: float) -> Result:
        """Waits for the outstanding answers; what is missing after `limit` seconds is an error."""
        self._check()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._finished.wait(), limit)
        self._closing = True
        for connection in self._connections.copy():
            connection.close()
        count = len(self.latencies)
        errors = self.errors + max(0, self.expected - self._score())
        seconds = max(self.last - started, 0.0)
        return Result(count, errors, began, seconds, sorted(self.latencies))


async def closed_loop(
    url: str, connections: int, requests: int, seconds: float, make_request: MakeRequest
) -> Result:
    """Sends `requests` over `connections`; starts none after `seconds`, then waits 10 s at most."""
    run = _Run(url, make_request)
    await run.connect(connections)
    began, started = time.time(), time.perf_counter()
    run.expected = requests
    sent = 0

    def more() -> tuple[int, float] | None:
        nonlocal sent
        now = time.perf_counter()
        if now - started >= seconds:
            run.expected = sent
        if sent >= run.expected:
            return None
        sent += 1
        return sent - 1, now

    run.more = more
    run.dispatch()
    return await run.finish(began, started, seconds + 10)


async def open_loop(
    url: str, rate: float, seconds: float, make_request: MakeRequest, connections: int = 32
) -> Result:
    """Makes rate × seconds requests due at fixed times; waits 10 s at most for the last ones."""
    run = _Run(url, make_request)
    await run.connect(connections)
    run.expected = round(rate * seconds)
    began, started = time.time(), time.perf_counter()
    for index in range(run.expected):
        due = started + index / rate
        if (pause := due - time.perf_counter()) > 0:
            await asyncio.sleep(pause)
        elif index % 64 == 0:
            await asyncio.sleep(0)  # behind the clock, answers must still be read
        run.add(index, due)
    return await run.finish(began, started, 10)


async def burst(url: str, rate: float, seconds: float, make_request: MakeRequest) -> Result:
    """Makes an open loop with enough connections that they are not what is measured."""
    return await open_loop(url, rate, seconds, make_request, connections=256)


def telegram_requests(
    path: str, headers: Mapping[str, str], text: str, first: int = 0
) -> MakeRequest:
    """Returns the maker of distinct Telegram text updates, about 0.5 kB each.

    Update `first + index` comes from person `(first + index) % PERSONS`. All have one length.
    """
    person = {"id": "@person", "first_name": "Nguyễn Thị Bình", "last_name": "An"}
    message = {
        "message_id": "@message",
        "from": {**person, "is_bot": False, "username": "nguyen_thi_binh", "language_code": "vi"},
        "chat": {**person, "username": "nguyen_thi_binh", "type": "private"},
        "date": int(time.time()),
        "text": text,
    }
    body = json.dumps({"update_id": "@update", "message": message}).replace("%", "%%")
    for name in ("update", "message", "person"):
        body = body.replace(f'"@{name}"', f"%({name})d")
    length = len((body % {"update": 10**8, "message": 10**8, "person": 10**9 * 5}).encode())
    lines = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1", "Content-Type: application/json"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    lines += [f"Content-Length: {length}", "", ""]
    template = "\r\n".join(lines).replace("%", "%%") + body

    def make(index: int) -> bytes:
        number = first + index
        return (
            template
            % {
                "update": update_id(number),
                "message": update_id(number),
                "person": chat_id(number),
            }
        ).encode()

    return make


def update_id(number: int) -> int:
    """Returns the update id of request `number`, always nine digits."""
    return _FIRST_UPDATE + number


def chat_id(number: int) -> int:
    """Returns the chat id of request `number`, always ten digits."""
    return _FIRST_PERSON + number % PERSONS
