"""The office's pages of recordings and screenshots put on top of shelves, files and the audit log."""

from __future__ import annotations

import asyncio
from datetime import date

from bot.app.installation import Installation
from bot.app.media import MediaRoom
from bot.core.errors import MediaError, NotAllowedError, NotFoundError
from bot.core.messages import MediaKind
from bot.core.vocabulary import Topic
from bot.library import Guide
from bot.locale import local_day, show_date
from bot.media.own_files import check_recording, mark_of, shrink
from bot.media.shelf import Shelf, good_until
from bot.services import access
from bot.services.access import Officer
from bot.web.office_media import Place, Sheet, Upkeep


class OfficeMedia:
    """Answers what these pages ask; see ``bot.web.office_media.MediaDesk`` for the promises.

    A file is looked at first, then its line stands in the audit log, then it is kept: nothing changes that
    is not recorded. Where the disk refuses after that, a second line says so.
    """

    def __init__(self, installation: Installation, media: MediaRoom) -> None:
        self._library = installation.library
        self._database = installation.database
        self._own = media.own
        self._shelves = media.shelves

    async def upkeep(self, officer: Officer) -> Upkeep:
        """What the officer's commune has of its own, in all guides."""
        menu, guides = self._library.menu, self._library.guides
        topics = []
        for topic in Topic:
            under = menu.guides_under(guides, topic)
            topics.append((topic, [guide for guide in under if guide.topic is topic]))
        shelf = self._shelf(officer)
        stock = await asyncio.to_thread(shelf.stock, guides.values(), self._today())
        return Upkeep(
            [
                (topic, [(guide, stock[guide.id]) for guide in under])
                for topic, under in topics
                if under
            ]
        )

    async def sheet(self, officer: Officer, guide: str) -> Sheet:
        """A guide step by step; the look stands in the audit log first."""
        found, shelf, day = self._guide(guide), self._shelf(officer), self._today()
        await self._database.write_soon(access.note_reading, officer, f"guides:{found.id}")

        def look() -> Sheet:
            steps = (step for way in found.ways for step in way.steps)
            return Sheet(found, {one.id: shelf.holding(found, one, day) for one in steps}, day)

        return await asyncio.to_thread(look)

    def place(self, officer: Officer, guide: str, step: str) -> Place:
        """Both ids are looked up in the library: what is not there is no place."""
        if not officer.role.may_change:
            raise NotAllowedError("Lãnh đạo chỉ xem, cán bộ mới đổi được.")
        found = self._guide(guide)
        place = found.step(step)
        if place is None:
            raise NotFoundError("Bài này không có bước đó.")
        way, index = place
        return Place(officer, found, way.steps[index])

    async def keep_sound(self, place: Place, mark: str, body: bytes) -> None:
        """Only for the words that the officer had on the page: they may have changed since."""
        shelf = self._shelf(place.officer)
        spoken = shelf.spoken(place.step)
        if mark != mark_of(spoken):
            raise MediaError("upload.words-changed")
        if not body:
            raise MediaError("upload.none")
        await asyncio.to_thread(check_recording, body)
        await self._note(place, "keep-sound")
        try:
            spot = shelf.spot(place.guide, place.step)
            await asyncio.to_thread(self._own.save_recording, spot, spoken, body)
        except MediaError:
            await self._note(place, "keep-sound-failed")
            raise

    async def keep_picture(self, place: Place, taken_on: str, body: bytes) -> None:
        """Only one that residents will see: not from the future, not too old already."""
        day = self._day(taken_on, place.guide)
        if not body:
            raise MediaError("upload.none")
        small = await asyncio.to_thread(shrink, body)
        await self._note(place, "keep-picture")
        try:
            spot = self._shelf(place.officer).spot(place.guide, place.step)
            await asyncio.to_thread(self._own.save_screenshot, spot, day, small)
        except MediaError:
            await self._note(place, "keep-picture-failed")
            raise

    async def take_away(self, place: Place, kind: MediaKind) -> bool:
        """Take the files of a step away; False, and not recorded, when there are none."""
        spot = self._shelf(place.officer).spot(place.guide, place.step)
        if not await asyncio.to_thread(self._own.files, spot, kind):
            return False
        await self._note(place, f"drop-{kind}")
        try:
            await asyncio.to_thread(self._own.drop, spot, kind)
        except MediaError:
            await self._note(place, f"drop-{kind}-failed")
            raise
        return True

    async def _note(self, place: Place, action: str) -> None:
        """Who did what to which step, in a unit of its own; nothing of the content."""
        about = f"{place.guide.id}/{place.step.id}"
        await self._database.write_soon(access.note_change, place.officer, action, about)

    def _day(self, written: str, guide: Guide) -> date:
        try:
            day = date.fromisoformat(written)
        except ValueError:
            raise MediaError("upload.day-wrong") from None
        today = self._today()
        if day > today:
            raise MediaError("upload.day-to-come")
        until = good_until(day, guide)
        if until < today:
            raise MediaError("upload.day-over", until=show_date(until))
        return day

    def _today(self) -> date:
        return local_day(self._database.clock())

    def _guide(self, name: str) -> Guide:
        guide = self._library.guides.get(name)
        if guide is None:
            raise NotFoundError("Không có bài nào mã như vậy.")
        return guide

    def _shelf(self, officer: Officer) -> Shelf:
        shelf = self._shelves.get(officer.commune.slug)
        if shelf is None:
            raise NotFoundError("Xã, phường này không còn trong content/plans/.")
        return shelf
