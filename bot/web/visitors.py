"""Who stands at the door: their network address, how often they knocked, and from which page they come."""

from __future__ import annotations

import hashlib
from urllib.parse import urlsplit

from aiohttp import web
from limits import RateLimitItem
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter


class Visitors:
    """Limits of this process; ``proxies`` is how many servers of ours stand in front of it."""

    def __init__(self, public_url: str, proxies: int) -> None:
        self._home = urlsplit(public_url)
        self._proxies = proxies
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())

    def address(self, request: web.Request) -> str:
        """The network address of the visitor: what our outermost proxy saw, never what anybody wrote."""
        hops = request.headers.get("X-Forwarded-For", "").split(",") if self._proxies else []
        if len(hops) >= self._proxies > 0:
            return hops[-self._proxies].strip()
        return request.remote or ""

    async def may(self, limit: RateLimitItem, *who: str) -> bool:
        """Count one more try of that visitor or name; False when the limit is used up."""
        key = hashlib.sha256("\0".join(who).encode(errors="replace")).hexdigest()
        return await self._limiter.hit(limit, key)

    def is_at_home(self, request: web.Request) -> bool:
        """False when a browser says that the page of another site sends this."""
        origin = request.headers.get("Origin")
        return origin is None or urlsplit(origin).netloc in (request.host, self._home.netloc)

    def is_safe(self, request: web.Request) -> bool:
        """Whether a browser will keep a Secure cookie: https here or in front of us, or this machine."""
        if self._home.scheme == "https" or request.secure:
            return True
        host = urlsplit(f"//{request.host}").hostname or ""
        return host == "localhost" or host.startswith("127.") or host == "::1"
