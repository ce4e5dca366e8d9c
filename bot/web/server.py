"""The aiohttp application: routes, security headers, health, and the port it listens on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web
from aiohttp.typedefs import Middleware

from bot.core.errors import SettingError
from bot.locale import Texts
from bot.web.chat import Lobby, add_chat
from bot.web.office import Desk, add_office
from bot.web.pages import add_static, page
from bot.web.webhooks import Hook, add_hooks

Runner = web.AppRunner
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
FOR_EVER = "public, max-age=31536000, immutable"  # the address changes with the content


@dataclass(frozen=True, slots=True)
class Parts:
    """What the server is made of: hooks by (channel, account), whether work is possible, the pages."""

    hooks: dict[tuple[str, str], Hook]
    is_ready: Callable[[], Awaitable[bool]]
    lobby: Lobby | None = None
    desk: Desk | None = None


def build_server(parts: Parts) -> web.Application:
    """The application; it starts nothing by itself."""
    texts = parts.desk.texts if parts.desk else None
    app = web.Application(middlewares=[_secure(texts)], client_max_size=1024**2)
    app.router.add_get("/healthz", _healthz)
    app.router.add_get("/readyz", _readyz(parts.is_ready))
    add_hooks(app, parts.hooks)
    if parts.lobby is not None:
        add_static(app)
        add_chat(app, parts.lobby)
        if parts.desk is not None:
            add_office(app, parts.desk, parts.lobby.visitors)
    return app


async def start_server(app: web.Application, host: str, port: int) -> web.AppRunner:
    """Listen; raises ``SettingError`` when the port cannot be had."""
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as error:
        await runner.cleanup()
        raise SettingError(
            f"Cổng {port} trên {host} không dùng được (có thể chương trình khác "
            "đang chạy): tắt chương trình đó hoặc đặt BOT_PORT sang số khác."
        ) from error
    return runner


def _secure(texts: Texts | None) -> Middleware:
    """Strict headers on every answer, and a page of our own for a person whose way ends."""

    @web.middleware
    async def secure(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            response = await handler(request)
        except web.HTTPException as refusal:
            if texts is None or refusal.status < 400 or not _is_read(request):
                _add_headers(request, refusal)
                raise
            response = _explain(request, texts, refusal)
        _add_headers(request, response)
        return response

    return secure


def _is_read(request: web.Request) -> bool:
    """True for a browser that will show the answer to a person."""
    return "text/html" in request.headers.get("Accept", "")


def _explain(request: web.Request, texts: Texts, refusal: web.HTTPException) -> web.Response:
    known = {403: "web.error-403", 404: "web.error-404"}
    own = refusal.text if refusal.text and not refusal.text.startswith(str(refusal.status)) else ""
    sentence = own or texts.say(known.get(refusal.status, "web.error-other"))
    return page(request, "error.html", texts, {"sentence": sentence}, refusal.status)


def _add_headers(request: web.Request, response: web.StreamResponse) -> None:
    for name, value in SECURITY_HEADERS.items():
        response.headers.setdefault(name, value)
    if request.path.startswith("/static/") and response.status in (200, 304):
        response.headers["Cache-Control"] = FOR_EVER if "v" in request.query else "no-cache"


async def _healthz(_: web.Request) -> web.Response:
    return web.json_response({"status": "ok"})


def _readyz(is_ready: Callable[[], Awaitable[bool]]) -> Handler:
    async def readyz(_: web.Request) -> web.Response:
        ready = await is_ready()
        return web.json_response({"ready": ready}, status=200 if ready else 503)

    return readyz
