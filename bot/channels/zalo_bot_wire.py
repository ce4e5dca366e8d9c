"""Calls to the Zalo Bot Platform over HTTP (documents read 2026-09), and what may come back instead.

The token stands in every address, so no address may reach a log or an error. A refusal may come with
HTTP 200, and a page of somebody else's proxy with any status: only an answer in Zalo's own form is trusted.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import aiohttp

from bot.channels.wire import read_object

TOO_MANY = 429
LONGEST_WAIT = 24 * 3600.0  # what is longer is no number of seconds


class ZaloBotError(Exception):
    """A call without a good answer; ``code`` is Zalo's own, None where Zalo has not answered.

    ``is_unsent`` when no connection came about: nothing can have been taken.
    """

    def __init__(
        self,
        reason: str,
        code: int | None = None,
        *,
        retry_after: float | None = None,
        is_unsent: bool = False,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.code = code
        self.retry_after = retry_after
        self.is_unsent = is_unsent


class ZaloBotWire:
    """One connection pool of one bot, opened by the first call."""

    def __init__(self, token: str, api_base: str, connect_seconds: float) -> None:
        self._root = f"{api_base.rstrip('/')}/bot{token}"
        self._connect_seconds = connect_seconds
        self._session: aiohttp.ClientSession | None = None

    async def call(self, method: str, given: Mapping[str, str], seconds: float) -> object:
        """The result of a call (None where it has none); ``ZaloBotError`` for every other end."""
        timeout = aiohttp.ClientTimeout(total=seconds, connect=self._connect_seconds)
        self._session = self._session or aiohttp.ClientSession()
        try:
            async with self._session.post(
                f"{self._root}/{method}", json=dict(given), timeout=timeout, allow_redirects=False
            ) as answer:
                status, headers, body = answer.status, answer.headers, await answer.read()
        # What aiohttp says of an error may hold the address.
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise ZaloBotError(type(error).__name__, is_unsent=True) from None
        except (aiohttp.ClientError, TimeoutError) as error:
            raise ZaloBotError(type(error).__name__) from None
        return _result_of(status, headers, body)

    async def close(self) -> None:
        """Close the connections; a later call opens new ones."""
        if self._session is not None:
            await self._session.close()
            self._session = None


def _result_of(status: int, headers: Mapping[str, str], body: bytes) -> object:
    try:
        answer = read_object(body)
    except ValueError:
        answer = {}
    if answer.get("ok") is True and status < 400:
        return answer.get("result")
    code = None
    if answer.get("ok") is False:
        named = answer.get("error_code")
        code = named if isinstance(named, int) and not isinstance(named, bool) else status
    elif status == TOO_MANY:  # whoever says so: the next call would fare no better
        code = status
    wait = _wait_of(answer, headers) if code == TOO_MANY else None
    # Zalo's own words may repeat what they refuse, a chat id or a text, so they are not kept.
    reason = f"HTTP {status}" if code is None else f"error {code}"
    raise ZaloBotError(reason, code, retry_after=wait)


def _wait_of(answer: Mapping[str, Any], headers: Mapping[str, str]) -> float | None:
    """The seconds to wait, where they are told: it is undocumented in which of three usual places."""
    parameters = answer.get("parameters")
    inner = parameters.get("retry_after") if isinstance(parameters, dict) else None
    for given in (inner, answer.get("retry_after"), headers.get("Retry-After")):
        try:
            seconds = float(given) if isinstance(given, int | float | str) else 0.0
        except (ValueError, OverflowError):  # a date, or no number at all
            continue
        if 0 < seconds <= LONGEST_WAIT:
            return seconds
    return None
