"""HTTP to Zalo's OA servers: one session, every answer read as it is, nothing of it in a log.

Zalo answers most errors with HTTP 200 and a number in the body; the number alone counts, its wording changes.
Source: docs.zaloplatforms.com/docs/OA, read 2026-09.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp

from bot.channels.wire import read_object

CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 15.0
UPLOAD_SECONDS = 60.0
LARGEST_ANSWER = 1024 * 1024
OK = 0
TOO_FAST = -32
TOKEN_REFUSED = -216


@dataclass(frozen=True, slots=True)
class Answer:
    """What Zalo said: ``error`` is 0 when it did what was asked; ``body`` is the whole object."""

    error: int
    body: Mapping[str, Any]
    retry_after: float | None = None

    @property
    def data(self) -> Mapping[str, Any]:
        """The part that was asked for; empty when there is none."""
        data = self.body.get("data")
        return data if isinstance(data, dict) else {}


class NoAnswerError(Exception):
    """Zalo did not answer as Zalo does; ``maybe_taken`` unless nothing can have reached it."""

    def __init__(self, reason: str, *, maybe_taken: bool) -> None:
        super().__init__(reason)
        self.reason, self.maybe_taken = reason, maybe_taken


class ZaloWire:
    """Connections to one server of Zalo's."""

    connect_seconds = CONNECT_SECONDS
    answer_seconds = ANSWER_SECONDS

    def __init__(self, base: str) -> None:
        self._base = base
        self._session: aiohttp.ClientSession | None = None

    async def post(
        self,
        path: str,
        *,
        headers: Mapping[str, str],
        body: Mapping[str, Any] | None = None,
        form: Mapping[str, str] | aiohttp.FormData | None = None,
        seconds: float | None = None,
    ) -> Answer:
        """Send JSON or a form; raises ``NoAnswerError``."""
        data = form if body is None else json.dumps(body, ensure_ascii=False).encode()
        kind = {} if body is None else {"Content-Type": "application/json"}
        return await self._ask("POST", path, {**headers, **kind}, data=data, seconds=seconds)

    async def get(
        self, path: str, *, headers: Mapping[str, str], asked: Mapping[str, Any] | None = None
    ) -> Answer:
        """Ask with the one parameter ``data`` that Zalo takes; raises ``NoAnswerError``."""
        params = {} if asked is None else {"data": json.dumps(asked, ensure_ascii=False)}
        return await self._ask("GET", path, headers, params=params)

    async def _ask(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        *,
        seconds: float | None = None,
        **what: Any,
    ) -> Answer:
        timeout = aiohttp.ClientTimeout(
            total=seconds or self.answer_seconds, sock_connect=self.connect_seconds
        )
        try:
            async with self._open().request(
                method,
                self._base + path,
                headers=headers,
                timeout=timeout,
                allow_redirects=False,
                **what,
            ) as response:
                raw = await _read(response.content)
                return read_answer(response.status, response.headers, raw)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise NoAnswerError(type(error).__name__, maybe_taken=False) from None
        except (aiohttp.ClientError, TimeoutError) as error:
            raise NoAnswerError(type(error).__name__, maybe_taken=True) from None

    def _open(self) -> aiohttp.ClientSession:
        """The session, made in the loop that uses it."""
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=32), cookie_jar=aiohttp.DummyCookieJar()
            )
        return self._session

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()


async def _read(stream: aiohttp.StreamReader) -> bytes:
    """The whole answer, in however many pieces it comes; no more than can be an answer."""
    raw = bytearray()
    async for piece in stream.iter_any():
        raw += piece
        if len(raw) > LARGEST_ANSWER:
            break
    return bytes(raw)


def read_answer(status: int, headers: Mapping[str, str], raw: bytes) -> Answer:
    """What an answer says; ``NoAnswerError`` for what Zalo cannot have written (a proxy's page)."""
    try:
        body = read_object(raw)
    except ValueError:
        body = {}
    number = _number(body.get("error", OK if 200 <= status < 300 and body else None))
    if status == 401 and number in (None, OK):
        number = TOKEN_REFUSED
    elif status == 429 and number in (None, OK):
        number = TOO_FAST
    if number is None or (number == OK and not 200 <= status < 300):
        raise NoAnswerError(f"HTTP {status}", maybe_taken=True)
    return Answer(number, body, _seconds(headers.get("Retry-After")))


def _number(value: object) -> int | None:
    """An error's number; Zalo writes some of them as text."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lstrip("-").isdecimal() and len(value) <= 9:
        return int(value)
    return None


def _seconds(value: str | None) -> float | None:
    return float(value) if value and value.isdecimal() and len(value) <= 6 else None
