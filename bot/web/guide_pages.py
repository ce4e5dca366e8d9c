"""Guides as pages: whole, step by step, and on paper; the pictures and sounds that pages and chats show.

The same guide, the same steps and the same numbers as in the chat: both read the library.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

import segno
from aiohttp import web
from markupsafe import Markup

from bot.core.messages import MEDIA_PATH, Gallery
from bot.library import Guide, Spoken, Step, Way
from bot.locale import Texts
from bot.media.shelf import Shelf
from bot.services.loudspeaker import Stand, is_read_out, write_script
from bot.web import pages
from bot.web.visitors import Visitors

FOR_EVER = "public, max-age=31536000, immutable"  # the key changes with the content
TO_BE_ASKED_AGAIN = "private, no-cache"  # what may be taken away is not kept on the way
MOST_MEDIA = 600  # a minute, for one address
SHARED = "may-chung"  # a computer that many use stays one from page to page
TYPES = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "mp3": "audio/mpeg",
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


@dataclass(frozen=True, slots=True)
class ReadingRoom:
    """Guides as one commune shows them; without a ``slug`` as anybody may see them."""

    slug: str
    name: str
    texts: Texts
    shelf: Shelf
    phone: str | None = None  # of the office in charge


@dataclass(frozen=True, slots=True)
class Bookcase:
    """All guides of this installation and the rooms to read them in.

    ``neutral`` is for who comes without saying from which commune; ``site`` is our public address.
    """

    guides: Mapping[str, Guide]
    rooms: Mapping[str, ReadingRoom]
    neutral: ReadingRoom
    gallery: Gallery
    today: Callable[[], date]
    site: str
    visitors: Visitors
    spoken: Spoken  # how short forms are read over the loudspeaker


def add_guide_pages(app: web.Application, bookcase: Bookcase) -> None:
    """The routes of guides, and of what they show."""
    reading = _Reading(bookcase)
    app.router.add_get("/g/{guide}", reading.show)
    app.router.add_get("/g/{guide}/print", reading.show_print)
    app.router.add_get("/g/{guide}/loa", reading.show_script)
    app.router.add_get("/g/{guide}/{step}", reading.show_step)
    app.router.add_get(MEDIA_PATH + "/{key}", reading.show_media)


class _Reading:
    """Handlers of the guides' routes."""

    def __init__(self, bookcase: Bookcase) -> None:
        self._case = bookcase

    async def show(self, request: web.Request) -> web.Response:
        """The whole guide."""
        return self._page(request, "guide.html", self._guide(request))

    async def show_step(self, request: web.Request) -> web.Response:
        """One step, large; a step that is gone leads to its guide."""
        guide = self._guide(request)
        found = guide.step(request.match_info["step"])
        if found is None:
            raise web.HTTPFound(f"/g/{guide.id}{_asked(request)}")
        way, index = found
        values = {"way": way, "index": index, "step": way.steps[index]}
        return self._page(request, "guide-step.html", guide, values)

    async def show_print(self, request: web.Request) -> web.Response:
        """For paper: one box a step; ``nhanh`` prints one way only."""
        guide = self._guide(request)
        wanted = request.query.get("nhanh")
        ways = [way for way in guide.ways if way.id == wanted] or list(guide.ways)
        code = segno.make(self._chat(request, guide), error="m", micro=False)
        drawing = Markup(code.svg_inline(border=2, omitsize=True))  # noqa: S704 – segno's own
        return self._page(request, "guide-print.html", guide, {"ways": ways, "code": drawing})

    async def show_script(self, request: web.Request) -> web.Response:
        """What is read over the loudspeaker, large, with its length; guides for the teams have none."""
        guide, room = self._guide(request), self._room(request)
        if not is_read_out(guide):
            raise web.HTTPNotFound(text=room.texts.say("guide-page.none"))
        stand = Stand(room.texts, room.name if room.slug else "", room.phone)
        script = write_script(guide, self._case.spoken, stand)
        return self._page(request, "guide-loudspeaker.html", guide, {"script": script})

    async def show_media(self, request: web.Request) -> web.Response:
        """A picture or a sound by its key; a part of it where a player asks for one."""
        visitors, gallery = self._case.visitors, self._case.gallery
        if not visitors.may(MOST_MEDIA, "media", visitors.address(request)):
            raise web.HTTPTooManyRequests
        key = request.match_info["key"]
        content = await gallery.bytes_of(key)
        if content is None:
            raise web.HTTPNotFound
        keep = TO_BE_ASKED_AGAIN if gallery.is_own(key) else FOR_EVER
        headers = {"Cache-Control": keep, "Accept-Ranges": "bytes"}
        kind = TYPES[key.rpartition(".")[2]]
        part = _part_asked(request)
        if part is None:
            return web.Response(body=content, content_type=kind, headers=headers)
        first, last, _ = part.indices(len(content))
        if first >= last:
            headers["Content-Range"] = f"bytes */{len(content)}"
            return web.Response(status=416, headers=headers)
        headers["Content-Range"] = f"bytes {first}-{last - 1}/{len(content)}"
        return web.Response(
            body=content[first:last], status=206, content_type=kind, headers=headers
        )

    def _guide(self, request: web.Request) -> Guide:
        guide = self._case.guides.get(request.match_info["guide"])
        if guide is None:
            raise web.HTTPNotFound(text=self._room(request).texts.say("guide-page.none"))
        return guide

    def _room(self, request: web.Request) -> ReadingRoom:
        """The room of ``xa``; without it the only one there is, or the one for everybody."""
        rooms = self._case.rooms
        asked = request.query.get("xa", "")
        return rooms.get(asked) or (
            next(iter(rooms.values())) if len(rooms) == 1 else self._case.neutral
        )

    def _chat(self, request: web.Request, guide: Guide, step: Step | None = None) -> str:
        """The address of the chat, opened at the guide or the step."""
        room = self._room(request)
        place = f"/chat/{room.slug}" if room.slug else "/chat"
        start = f"s_{guide.id}_{step.id}" if step else f"g_{guide.id}"
        shared = f"&{SHARED}=1" if request.query.get(SHARED) == "1" else ""
        return f"{self._case.site}{place}?mo={start}{shared}"

    def _page(
        self,
        request: web.Request,
        template: str,
        guide: Guide,
        values: Mapping[str, object] | None = None,
    ) -> web.Response:
        room = self._room(request)
        today = self._case.today()
        known: dict[str, object] = {
            "guide": guide,
            "room": room,
            "fill": room.texts.fill,
            "query": _asked(request),
            "is_stale": guide.is_stale(today),
            "is_large": request.query.get("to") == "1",
            "picture": lambda step: room.shelf.picture(guide, step, today),
            "sound": lambda step: room.shelf.sound(guide, step),
            "spoken": room.shelf.spoken,
            "chat": lambda step=None: self._chat(request, guide, step),
            "number": lambda way, step: _number(room.texts, way, step),
            "media": MEDIA_PATH,
        }
        return pages.page(request, template, room.texts, known | dict(values or {}))


def _number(texts: Texts, way: Way, step: Step) -> str:
    """“Bước 2/9”, as in the chat."""
    return texts.say("guide.step", number=way.steps.index(step) + 1, total=len(way.steps))


def _part_asked(request: web.Request) -> slice | None:
    """The part that a player asks for; None for the whole, and for what is no range."""
    if "Range" not in request.headers:
        return None
    try:
        return request.http_range
    except ValueError:
        return None


def _asked(request: web.Request) -> str:
    """What is carried from page to page: the commune, large letters, a computer that many use."""
    kept = {name: request.query[name] for name in ("xa", "to", SHARED) if name in request.query}
    return f"?{urlencode(kept)}" if kept else ""
