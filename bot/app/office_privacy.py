"""The office's pages of rights over data put on top of services and the database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.app.installation import Installation
from bot.core.vocabulary import Use
from bot.services import access, consents, merging, paper_rights, petitions, retention
from bot.services.access import Officer
from bot.services.consents import VERSIONS
from bot.services.merging import Merge, check_officer
from bot.services.paper_rights import Found
from bot.web.office_privacy import ConsentText, Register
from storage.database import Unit


class OfficePrivacy:
    """Answers what these pages ask; see ``bot.web.office_privacy.PrivacyDesk`` for the promises."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._database = installation.database

    async def register(self, officer: Officer) -> Register:
        """Read in one unit; before that the look stands in the audit log."""
        check_officer(officer)
        await self._database.write_soon(access.note_reading, officer, "privacy")
        commune = officer.commune.id
        lines = await self._database.read_soon(petitions.list_lines, commune)
        return Register(lines, self._texts(officer), retention.TABLE)

    def _texts(self, officer: Officer) -> list[ConsentText]:
        texts = self._installation.texts(officer.commune)
        name = texts.say(f"kind.{officer.commune.kind}", name=officer.commune.name)
        return [
            ConsentText(use, VERSIONS[use], texts.say(consents.sentence_of(use), commune=name))
            for use in Use
        ]

    async def look_up(self, officer: Officer, phone: str) -> Found:
        """The look stands in the audit log in the same commit."""
        return await self._database.write_soon(paper_rights.look_up, officer, phone)

    async def export(self, officer: Officer, phone: str) -> dict[str, Any]:
        """So does what was given out."""
        return await self._database.write_soon(paper_rights.export, officer, phone)

    async def erase(self, officer: Officer, phone: str, ordinal: int) -> str:
        """What goes, goes in one commit with the line of the register."""
        return await self._database.write_soon(paper_rights.erase, officer, phone, ordinal)

    async def take_in(self, officer: Officer, kind: str, note: str) -> str:
        """Into the register."""
        return await self._database.write_soon(paper_rights.take_in, officer, kind, note)

    async def finish(self, officer: Officer, number: int) -> bool:
        """Out of what is due."""
        check_officer(officer)
        who = f"staff:{officer.id}"
        return await self._database.write_soon(petitions.finish, officer.commune.id, who, number)

    async def extend(self, officer: Officer, number: int, reason: str) -> bool:
        """Due later."""
        check_officer(officer)
        who, late = f"staff:{officer.id}", (number, reason)
        return await self._database.write_soon(petitions.extend, officer.commune.id, who, late)

    async def merges(self, officer: Officer) -> Sequence[Merge]:
        """Read after the look stands in the audit log."""
        check_officer(officer)
        await self._database.write_soon(access.note_reading, officer, "people")

        def read(unit: Unit) -> Sequence[Merge]:
            return merging.list_merges(unit, officer)

        return await self._database.read_soon(read)

    async def merge(self, officer: Officer, pair: tuple[int, int], reason: str) -> None:
        """One commit with its history."""
        await self._database.write_soon(merging.merge, officer, pair, reason)

    async def split(self, officer: Officer, number: int, reason: str) -> bool:
        """So is the way back."""
        return await self._database.write_soon(merging.split, officer, number, reason)
