"""The public pages of classes put on top of codes, trainings and the drawing of paper."""

from __future__ import annotations

import asyncio

from bot.app.installation import Installation
from bot.app.links import JoinWay, check_in_ways
from bot.core.vocabulary import AddressForm, Evidence
from bot.locale import Texts
from bot.media.drawing import FONTS
from bot.reports.poster import draw_poster, draw_sheet
from bot.services import check_in, class_pages
from bot.services.check_in import Found
from bot.services.class_pages import House, Screen
from bot.web.check_in import Landing, Papers, Way
from storage.communes import Commune
from storage.database import Unit


class ClassPages:
    """Answers what these pages ask; see ``bot.web.check_in.ClassDesk`` for the promises."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._database = installation.database
        self._communes = tuple(installation.communes)
        houses = [self._house(one) for one in self._communes]
        neutral = Texts(installation.sentences, AddressForm.CO_CHU.words)
        self.texts = houses[0].texts if len(houses) == 1 else neutral

    async def land(self, code: str) -> Landing | None:
        """Looked for in every commune: a code does not say whose it is."""

        def read(unit: Unit) -> Landing | None:
            found = class_pages.find_anywhere(unit, self._communes, code)
            return self._landing(unit, self._house(found[0]), found[1], code) if found else None

        return await self._database.read_soon(read)

    async def papers(self, code: str) -> Papers | None:
        """A code of a screen leads to no paper: who has only that was in the room, or got it passed on."""

        def read(unit: Unit) -> Papers | None:
            found = class_pages.find_anywhere(unit, self._communes, code)
            return self._printed(unit, self._house(found[0]), found[1]) if found else None

        return await self._database.read_soon(read)

    async def poster_file(self, papers: Papers) -> bytes:
        """Drawn in a thread of its own: some fifty milliseconds."""
        return await asyncio.to_thread(draw_poster, papers.poster, FONTS)

    async def sheet_file(self, papers: Papers) -> bytes:
        """The same."""
        return await asyncio.to_thread(draw_sheet, papers.sheet, FONTS)

    async def screen(self, slug: str, number: int, token: str) -> tuple[Texts, Screen] | None:
        """Read anew each time: nothing is kept between two looks."""
        commune = next((one for one in self._communes if one.slug == slug), None)
        if commune is None:
            return None
        house = self._house(commune)
        screen = await self._database.read_soon(class_pages.screen_of, house, number, token)
        return (house.texts, screen) if screen else None

    def _landing(self, unit: Unit, house: House, found: Found, code: str) -> Landing:
        ways = check_in_ways(self._installation.settings, house.commune, code)
        return Landing(
            texts=house.texts,
            facts=class_pages.facts_of(unit, house, found.training),
            standing=found.standing,
            is_printed=found.evidence is Evidence.PRINTED,
            opens=class_pages.opens_at(unit, found.training),
            code=check_in.show_code(code),
            name=house.name,
            ways=[_way(one) for one in ways],
        )

    def _printed(self, unit: Unit, house: House, found: Found) -> Papers | None:
        if found.evidence is not Evidence.PRINTED:
            return None
        poster = class_pages.poster_of(unit, house, found.training)
        return Papers(house.texts, poster, class_pages.sheet_of(unit, house, found.training))

    def _house(self, commune: Commune) -> House:
        installation = self._installation
        return House(commune, installation.texts(commune), installation.settings.public_url)


def _way(way: JoinWay) -> Way:
    return Way(way.title, way.url, way.brings_code, way.url.partition("?")[0])
