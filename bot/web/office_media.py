"""The office's page of a guide's recordings and screenshots: step by step, to listen, send, take away.

Which guide and which step there are only the library says: nothing of an address becomes a path.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol
from urllib.parse import urlencode

from aiohttp import web

from bot.core.errors import MediaError, NotAllowedError, NotFoundError
from bot.core.messages import MEDIA_PATH, MediaKind
from bot.core.vocabulary import Topic
from bot.library import Guide, Step, Way
from bot.locale import Texts
from bot.media.own_files import LARGEST_PICTURE, LARGEST_SOUND, LONGEST_SECONDS
from bot.media.shelf import Holding, Stock
from bot.services.access import Officer
from bot.services.loudspeaker import is_read_out
from bot.web.door import Door
from bot.web.forms import SIGNED
from bot.web.uploads import Limit

GUIDES = "/office/guides"
SHEET = GUIDES + "/{guide}"
PLACE = SHEET + "/{step}/{kind:sound|picture}"
LIMITS = {
    MediaKind.SOUND: Limit(LARGEST_SOUND, "upload.sound-too-large"),
    MediaKind.PICTURE: Limit(LARGEST_PICTURE, "upload.picture-too-large"),
}
DONE = {
    "sound-kept": "media-page.sound-kept",
    "picture-kept": "media-page.picture-kept",
    "sound-gone": "media-page.sound-gone",
    "picture-gone": "media-page.picture-gone",
    "nothing-gone": "media-page.nothing-gone",
}
"""What an address may say was done."""
MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Place:
    """A step of a guide whose files an officer may change; only ``MediaDesk.place`` makes one."""

    officer: Officer
    guide: Guide
    step: Step


@dataclass(frozen=True, slots=True)
class Sheet:
    """A guide with what each of its steps has."""

    guide: Guide
    holdings: Mapping[str, Holding]  # by the id of the step
    today: date

    @property
    def silenced(self) -> list[tuple[Way, Step]]:
        """Steps that have to be read again."""
        return [one for one in self._steps if self.holdings[one[1].id].is_silenced]

    @property
    def expired(self) -> list[tuple[Way, Step]]:
        """Steps whose screenshot is too old."""
        return [one for one in self._steps if self.holdings[one[1].id].is_expired]

    @property
    def _steps(self) -> Iterator[tuple[Way, Step]]:
        return ((way, step) for way in self.guide.ways for step in way.steps)


@dataclass(frozen=True, slots=True)
class Upkeep:
    """All guides by topic, in the order of the menu, each with how much of the ward's own it has."""

    topics: Sequence[tuple[Topic, Sequence[tuple[Guide, Stock]]]]

    @property
    def silenced(self) -> list[tuple[Guide, int]]:
        """Guides with steps that have to be read again, and how many."""
        return [(guide, stock.silenced) for guide, stock in self._all if stock.silenced]

    @property
    def expired(self) -> list[tuple[Guide, int]]:
        """Guides with screenshots that are too old, and how many."""
        return [(guide, stock.expired) for guide, stock in self._all if stock.expired]

    @property
    def _all(self) -> Iterator[tuple[Guide, Stock]]:
        return (pair for _, pairs in self.topics for pair in pairs)


class MediaDesk(Protocol):
    """What these pages ask for; each method is one piece of work of its own."""

    async def upkeep(self, officer: Officer) -> Upkeep:
        """What the officer's commune has of its own, in all guides."""

    async def sheet(self, officer: Officer, guide: str) -> Sheet:
        """A guide step by step; ``NotFoundError`` for one that is not there."""

    def place(self, officer: Officer, guide: str, step: str) -> Place:
        """Where to keep a file; ``NotFoundError``, or ``NotAllowedError`` for who may only read."""

    async def keep_sound(self, place: Place, mark: str, body: bytes) -> None:
        """Keep a recording of the words with that mark; ``MediaError`` says what is wrong with it."""

    async def keep_picture(self, place: Place, taken_on: str, body: bytes) -> None:
        """Keep a screenshot of that day; ``MediaError`` says what is wrong with it."""

    async def take_away(self, place: Place, kind: MediaKind) -> bool:
        """Take the files of a step away; False when there are none."""


def add_office_media(app: web.Application, door: Door, desk: MediaDesk) -> None:
    """The routes of these pages."""
    media = _Media(door, desk)
    app.router.add_get(SHEET, media.show)
    app.router.add_post(PLACE, media.keep)
    app.router.add_post(PLACE + "/gone", media.take_away)


@dataclass(frozen=True, slots=True)
class _Told:
    """What is said beside the files of a step: a fault, or that it worked."""

    step: str = ""
    kind: str = ""
    fault: str = ""
    done: str = ""


class _Media:
    """Handlers of these routes."""

    def __init__(self, door: Door, desk: MediaDesk) -> None:
        self._door = door
        self._desk = desk

    async def show(self, request: web.Request) -> web.Response:
        """The guide; ``?done=sound-kept&step=…`` says what has just been done to which step."""
        officer = await self._door.officer(request)
        done = DONE.get(request.query.get("done", ""))
        sentence = self._door.texts.say(done) if done else ""
        return await self._sheet(
            request, officer, _Told(request.query.get("step", ""), done=sentence)
        )

    async def keep(self, request: web.Request) -> web.Response:
        """A file for a step; one that cannot be used is answered beside the step."""
        place, kind = await self._place(request)
        try:
            upload = await self._door.read_upload(request, LIMITS[kind])
            if kind is MediaKind.SOUND:
                await self._desk.keep_sound(place, upload.fields.get("mark", ""), upload.body)
            else:
                await self._desk.keep_picture(place, upload.fields.get("day", ""), upload.body)
        except MediaError as error:
            return await self._refuse(request, place, kind, error)
        raise self._back(place, f"{kind}-kept")

    async def take_away(self, request: web.Request) -> web.Response:
        """Residents do not hear or see the ward's own file any more."""
        place, kind = await self._place(request)
        await self._door.read_form(request, SIGNED)
        try:
            is_gone = await self._desk.take_away(place, kind)
        except MediaError as error:
            return await self._refuse(request, place, kind, error)
        raise self._back(place, f"{kind}-gone" if is_gone else "nothing-gone")

    async def _place(self, request: web.Request) -> tuple[Place, MediaKind]:
        """Who sends to which step, before a byte of it is read."""
        officer, match = await self._door.officer(request), request.match_info
        try:
            place = self._desk.place(officer, match["guide"], match["step"])
        except NotFoundError:
            raise web.HTTPNotFound from None
        except NotAllowedError:
            raise web.HTTPForbidden(text=self._door.texts.say("media-page.read-only")) from None
        return place, MediaKind(match["kind"])

    def _back(self, place: Place, done: str) -> web.HTTPSeeOther:
        told = urlencode({"done": done, "step": place.step.id})
        return web.HTTPSeeOther(f"{GUIDES}/{place.guide.id}?{told}#step-{place.step.id}")

    async def _refuse(
        self, request: web.Request, place: Place, kind: MediaKind, error: MediaError
    ) -> web.Response:
        fault = self._door.texts.say(error.code, **error.values)
        told = _Told(place.step.id, kind, fault=fault)
        return await self._sheet(request, place.officer, told)

    async def _sheet(self, request: web.Request, officer: Officer, told: _Told) -> web.Response:
        try:
            sheet = await self._desk.sheet(officer, request.match_info["guide"])
        except NotFoundError:
            raise web.HTTPNotFound from None
        values = {
            "sheet": sheet,
            "has_script": is_read_out(sheet.guide),
            "number_of": _numbers(self._door.texts, sheet.guide),
            "told": told,
            "media": MEDIA_PATH,
            "most_seconds": LONGEST_SECONDS,
            "most_sound": LARGEST_SOUND // MEGABYTE,
            "most_picture": LARGEST_PICTURE // MEGABYTE,
        }
        status = 422 if told.fault else 200
        return self._door.page(request, officer, "guide-media.html", values, status)


def _numbers(texts: Texts, guide: Guide) -> dict[str, str]:
    """“Bước 2/9” of each step, as in the chat."""
    return {
        step.id: texts.say("guide.step", number=number, total=len(way.steps))
        for way in guide.ways
        for number, step in enumerate(way.steps, start=1)
    }
