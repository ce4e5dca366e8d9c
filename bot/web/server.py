"""The aiohttp application: routes, security headers, health."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

from bot.web.webhooks import Hook, add_hooks

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}


@dataclass(frozen=True, slots=True)
class Parts:
    """What the server needs from the rest: hooks by (channel, account), and whether work is possible."""

    hooks: dict[tuple[str, str], Hook]
    is_ready: Callable[[], Awaitable[bool]]


def build_server(parts: Parts) -> web.Application:
    """The application; it starts nothing by itself."""
    app = web.Application(middlewares=[_secure], client_max_size=1024**2)
    app.router.add_get("/healthz", _healthz)
    app.router.add_get("/readyz", _readyz(parts.is_ready))
    add_hooks(app, parts.hooks)
    return app


@web.middleware
async def _secure(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        response = await handler(request)
    except web.HTTPException as refusal:
        refusal.headers.update(SECURITY_HEADERS)
        raise
    response.headers.update(SECURITY_HEADERS)
    return response


async def _healthz(_: web.Request) -> web.Response:
    return web.json_response({"status": "ok"})


def _readyz(is_ready: Callable[[], Awaitable[bool]]) -> Handler:
    async def readyz(_: web.Request) -> web.Response:
        ready = await is_ready()
        return web.json_response({"ready": ready}, status=200 if ready else 503)

    return readyz
