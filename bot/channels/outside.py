"""A look at our own public pages as a messenger's servers see them."""

from __future__ import annotations

from dataclasses import dataclass

import aiohttp

LOOK_SECONDS = 10.0
MOST_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Seen:
    """What came back: the HTTP status and the beginning of the page; status 0 when nothing came."""

    status: int
    text: str = ""


async def look(url: str) -> Seen:
    """Fetch a page once; whatever goes wrong on the way is status 0."""
    timeout = aiohttp.ClientTimeout(total=LOOK_SECONDS)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.get(url, allow_redirects=False) as response,
        ):
            raw = await response.content.read(MOST_BYTES)
            return Seen(response.status, raw.decode(errors="replace"))
    except (aiohttp.ClientError, TimeoutError, ValueError):
        return Seen(0)
