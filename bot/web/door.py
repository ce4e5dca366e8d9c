"""The door of the office: who comes in, what their forms hold, and the frame of the pages they are shown."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from aiohttp import web

from bot.core.periods import ZONE
from bot.core.vocabulary import Role
from bot.locale import Texts
from bot.services.access import Officer
from bot.web import pages
from bot.web.forms import MOST_FIELDS, SIGNED, Forms, token_of
from bot.web.uploads import Limit, Upload
from bot.web.visitors import Visitors

SIGN_IN = "/office/sign-in"
READ_ONLY = "messages.read-only"


class Keeper(Protocol):
    """What the door asks for."""

    texts: Texts

    def now(self) -> datetime:
        """The moment."""

    def form_token(self, token: str) -> str:
        """What forms of that cookie carry."""

    async def find(self, token: str) -> Officer | None:
        """Who is signed in."""


class Door:
    """Lets officers in, and nobody else."""

    def __init__(self, keeper: Keeper, visitors: Visitors) -> None:
        self._keeper = keeper
        self._forms = Forms(visitors, keeper.texts)

    @property
    def texts(self) -> Texts:
        """The catalogue as the office is spoken to."""
        return self._keeper.texts

    def now(self) -> datetime:
        """The moment."""
        return self._keeper.now()

    async def find(self, request: web.Request) -> Officer | None:
        """Who is signed in at this browser."""
        token = token_of(request, SIGNED)
        return await self._keeper.find(token) if token else None

    async def officer(self, request: web.Request) -> Officer:
        """Who is signed in; anybody else is led to the form."""
        officer = await self.find(request)
        if officer is None:
            raise web.HTTPSeeOther(SIGN_IN)
        return officer

    async def read_form(
        self, request: web.Request, cookie: str, most: int = MOST_FIELDS
    ) -> Mapping[str, str]:
        """The fields of a form that this browser was given; everything else is refused."""
        return await self._forms.read(request, self._expected(request, cookie), most)

    async def read_act(
        self, request: web.Request, most: int = MOST_FIELDS, refusal: str = READ_ONLY
    ) -> tuple[Officer, Mapping[str, str]]:
        """Who is signed in, and the form by which they change something; only an officer may.

        Anybody else who is signed in is refused with that sentence, once the form is known to be ours.
        """
        officer = await self.officer(request)
        form = await self.read_form(request, SIGNED, most)
        if officer.role is not Role.OFFICER:
            raise self.refused(refusal)
        return officer, form

    def refused(self, sentence: str) -> web.HTTPForbidden:
        """What to raise for who may not: that sentence of the catalogue, and nothing of the page."""
        return web.HTTPForbidden(text=self.texts.say(sentence))

    async def read_long_form(self, request: web.Request) -> Mapping[str, str]:
        """The same for a long form of who is signed in, in whose fields several lines may be typed."""
        return await self._forms.read_long(request, self._expected(request, SIGNED))

    async def read_upload(self, request: web.Request, limit: Limit) -> Upload:
        """The same for a form with a file; ``MediaError`` when the file is too large."""
        return await self._forms.read_upload(request, self._expected(request, SIGNED), limit)

    def _expected(self, request: web.Request, cookie: str) -> str | None:
        token = token_of(request, cookie)
        return self._keeper.form_token(token) if token else None

    def page(
        self,
        request: web.Request,
        officer: Officer,
        template: str,
        values: Mapping[str, object],
        status: int = 200,
    ) -> web.Response:
        """A page for who is signed in, with what all of them say."""
        common = {
            "officer": officer,
            "now": self.now().astimezone(ZONE),
            "form": self._keeper.form_token(request.cookies[SIGNED]),
        }
        return pages.page(request, template, self.texts, {**common, **values}, status)
