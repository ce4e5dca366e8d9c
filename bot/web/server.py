"""The aiohttp application: routes, security headers, health, and the port it listens on."""

from __future__ import annotations

import logging
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web, web_response
from aiohttp.typedefs import Middleware

from bot.core.errors import BotError, SettingError
from bot.locale import Texts
from bot.web.chat import Lobby, add_chat
from bot.web.check_in import ClassDesk, add_check_in
from bot.web.guide_pages import Bookcase, add_guide_pages
from bot.web.office import Desk, add_office
from bot.web.pages import add_static, page
from bot.web.unit_reports import UnitPagesDesk, add_unit_pages
from bot.web.webhooks import Hook, add_hooks
from bot.web.zalo import FrontParts, add_zalo_pages

WebApplication = web.Application
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

log = logging.getLogger(__name__)

SERVER_NAME = "ban-so"
# No versions for strangers. Answers to what is no HTTP never meet a middleware, so the name is set here.
web_response.SERVER_SOFTWARE = SERVER_NAME  # type: ignore[attr-defined]  # not in aiohttp's own list of names
SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
FOR_EVER = "public, max-age=31536000, immutable"  # the address changes with the content
HTTPS_ONLY = "max-age=31536000"


@dataclass(frozen=True, slots=True)
class Parts:
    """What the server is made of: hooks by (channel, account), whether work is possible, the pages."""

    hooks: dict[tuple[str, str], Hook]
    is_ready: Callable[[], Awaitable[bool]]
    lobby: Lobby | None = None
    desk: Desk | None = None
    bookcase: Bookcase | None = None
    front: FrontParts | None = None
    classes: ClassDesk | None = None
    units: UnitPagesDesk | None = None


def build_server(parts: Parts) -> web.Application:
    """The application; it starts nothing by itself."""
    texts = parts.desk.texts if parts.desk else None
    has_https = parts.lobby is not None and parts.lobby.visitors.has_https
    app = web.Application(middlewares=[_explaining(texts)], client_max_size=1024**2)
    app.on_response_prepare.append(_add_headers(has_https))
    app.router.add_get("/healthz", _healthz)
    app.router.add_get("/readyz", _readyz(parts.is_ready))
    add_hooks(app, parts.hooks)
    if parts.lobby is not None:
        add_static(app)
        add_chat(app, parts.lobby)
        if parts.front is not None:
            add_zalo_pages(app, parts.front)
        if parts.bookcase is not None:
            add_guide_pages(app, parts.bookcase)
        if parts.classes is not None:
            add_check_in(app, parts.classes, parts.lobby.visitors)
        if parts.units is not None:
            add_unit_pages(app, parts.units, parts.lobby.visitors)
        if parts.desk is not None:
            add_office(app, parts.desk, parts.lobby.visitors)
    return app


def open_port(host: str, port: int) -> socket.socket:
    """A port that is ours before anything else begins; ``SettingError`` when it cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=128)
    except OSError as error:
        raise SettingError(
            f"Cổng {port} trên {host} không dùng được (có thể chương trình khác "
            "đang chạy): tắt chương trình đó hoặc đặt BOT_PORT sang số khác."
        ) from error


async def start_server(app: web.Application, listening: socket.socket) -> web.AppRunner:
    """Answer what comes in at an open port."""
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.SockSite(runner, listening).start()
    return runner


def _explaining(texts: Texts | None) -> Middleware:
    """A page of our own for a person whose way ends, whatever ended it."""

    @web.middleware
    async def explain(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except web.HTTPException as refusal:
            if texts is None or refusal.status < 400 or not _is_read(request):
                raise
            return _explain(request, texts, refusal)
        except BotError as error:  # above all a database that is busy or gone
            log.error("a page could not be answered: %s", type(error).__name__)
            trouble = web.HTTPServiceUnavailable()
            if texts is None or not _is_read(request):
                raise trouble from None
            return _explain(request, texts, trouble)

    return explain


def _is_read(request: web.Request) -> bool:
    """True for a browser that will show the answer to a person."""
    return "text/html" in request.headers.get("Accept", "")


def _explain(request: web.Request, texts: Texts, refusal: web.HTTPException) -> web.Response:
    known = {403: "web.error-403", 404: "web.error-404"}
    # A sentence of ours; those of aiohttp are English, and one of them does not begin with its number.
    is_ours = refusal.text and not refusal.text.startswith((str(refusal.status), "Maximum"))
    other = texts.say(known.get(refusal.status, "web.error-other"))
    sentence = refusal.text if is_ours else other
    response = page(request, "error.html", texts, {"sentence": sentence}, refusal.status)
    for name in ("Allow", "Retry-After"):
        if name in refusal.headers:
            response.headers[name] = refusal.headers[name]
    return response


def _add_headers(
    has_https: bool,
) -> Callable[[web.Request, web.StreamResponse], Awaitable[None]]:
    """Strict headers on every answer, those to a mistake of ours included."""
    always = SECURITY_HEADERS | ({"Strict-Transport-Security": HTTPS_ONLY} if has_https else {})

    async def add(request: web.Request, response: web.StreamResponse) -> None:
        for name, value in always.items():
            response.headers.setdefault(name, value)
        if request.path.startswith("/static/") and response.status in (200, 304):
            response.headers["Cache-Control"] = FOR_EVER if "v" in request.query else "no-cache"
        else:
            response.headers.setdefault("Cache-Control", "no-store")

    return add


async def _healthz(_: web.Request) -> web.Response:
    return web.json_response({"status": "ok"})


def _readyz(is_ready: Callable[[], Awaitable[bool]]) -> Handler:
    async def readyz(_: web.Request) -> web.Response:
        ready = await is_ready()
        return web.json_response({"ready": ready}, status=200 if ready else 503)

    return readyz
