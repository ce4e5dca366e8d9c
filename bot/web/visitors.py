"""Who stands at the door: their network address, how often they knocked, and from which page they come."""

from __future__ import annotations

import hashlib
import ipaddress
import time
from collections.abc import Callable
from urllib.parse import urlsplit

from aiohttp import web

WINDOW_SECONDS = 60.0
USUAL_PORTS = {"http": 80, "https": 443}


class Tries:
    """How often each has tried within the last minute: a sliding window in two counts.

    The count of the minute before weighs as much as the last sixty seconds reach into it. Both counts are
    dropped as time goes on, so memory holds what two minutes bring, and a try costs the same for any crowd
    (``limits`` 5.8 looks through all keys at each hit: 4 ms among 20,000).
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._minute = -1
        self._now: dict[bytes, int] = {}
        self._before: dict[bytes, int] = {}

    def __len__(self) -> int:
        return len(self._now) + len(self._before)

    def count(self, key: bytes, most: int) -> bool:
        """One more try; False, and not counted, when it would be more than so many a minute."""
        if not self.has_left(key, most):
            return False
        self._now[key] = self._now.get(key, 0) + 1
        return True

    def has_left(self, key: bytes, most: int) -> bool:
        """Whether one more try would be counted."""
        minute, passed = divmod(self._clock(), WINDOW_SECONDS)
        if minute != self._minute:
            self._before = self._now if minute == self._minute + 1 else {}
            self._now, self._minute = {}, int(minute)
        weight = 1 - passed / WINDOW_SECONDS
        return self._before.get(key, 0) * weight + self._now.get(key, 0) + 1 <= most


class Visitors:
    """Limits of this process; ``proxies`` is how many servers of ours stand in front of it."""

    def __init__(
        self, public_url: str, proxies: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._home = _place(public_url)
        self._is_https = urlsplit(public_url).scheme == "https"
        self._proxies = proxies
        self._tries = Tries(clock)

    @property
    def has_https(self) -> bool:
        """Whether our public address is one of https."""
        return self._is_https

    def address(self, request: web.Request) -> str:
        """The network address of the visitor: what our outermost proxy saw, never what anybody wrote."""
        lines = request.headers.getall("X-Forwarded-For", [])
        hops = ",".join(lines).split(",") if lines else []
        if len(hops) >= self._proxies > 0:
            return _line(hops[-self._proxies].strip())
        return _line(request.remote or "")

    def may(self, most: int, *who: str) -> bool:
        """Count one more try of that visitor or name; False when that is more than so many a minute."""
        return self._tries.count(_key(who), most)

    def might(self, most: int, *who: str) -> bool:
        """Whether that visitor or name has a try left in this minute; nothing is counted."""
        return self._tries.has_left(_key(who), most)

    def is_at_home(self, request: web.Request) -> bool:
        """False when a browser says that the page of another site sends this."""
        origin = request.headers.get("Origin")
        if origin is None:
            return True
        place, scheme = _place(origin), origin.partition(":")[0]
        return place is not None and place in (_place(f"{scheme}://{request.host}"), self._home)

    def is_safe(self, request: web.Request) -> bool:
        """Whether a browser will keep a Secure cookie: https here or in front of us, or this machine."""
        if self._is_https or request.secure:
            return True
        host, _ = _place(f"http://{request.host}") or ("", 0)
        return host == "localhost" or host.startswith("127.") or host == "::1"


def _key(who: tuple[str, ...]) -> bytes:
    return hashlib.sha256("\0".join(who).encode(errors="replace")).digest()


def _line(address: str) -> str:
    """What a visitor keeps: of IPv6 the network, since a phone may take any address in it."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address
    if ip.version == 4:
        return str(ip)
    return str(ip.ipv4_mapped or f"{int(ip) >> 64:x}/64")


def _place(url: str) -> tuple[str, int | None] | None:
    """Host and port of an address; None when it has none."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    return (host, port or USUAL_PORTS.get(parts.scheme)) if host else None
