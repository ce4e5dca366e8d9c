"""The office's pages put on top of services and the database."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

from bot.app.installation import Installation
from bot.core.periods import Period, week_of
from bot.core.vocabulary import AddressForm, Audience, Topic
from bot.locale import Texts
from bot.reports.weekly import compare
from bot.services import access, stats
from bot.services.access import Joining, Officer, SignedIn
from bot.web.office import WeekBeside
from storage.database import Unit

HASHES_AT_ONCE = 2  # 19 MiB and a core each


class OfficeDesk:
    """Answers what the office's pages ask; see ``bot.web.office.Desk`` for the promises."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._database = installation.database
        self._hashing = asyncio.Semaphore(HASHES_AT_ONCE)
        self.texts = Texts(installation.sentences, AddressForm.ANH_CHI.words)

    def now(self) -> datetime:
        """The moment, by the clock of the installation."""
        return self._database.clock()

    def form_token(self, token: str) -> str:
        """What forms of that cookie carry."""
        return access.form_token(self._database.keys, token)

    async def sign_in(self, login: str, password: str) -> SignedIn | None:
        """Count the try, compare outside the database, then sign in."""
        credential = await self._database.write_soon(access.begin_try, login)
        async with self._hashing:
            is_right = await asyncio.to_thread(access.is_right, credential, password)
        if credential is None or not is_right:
            return None
        return await self._database.write_soon(access.succeed, login, credential.officer)

    async def join(self, joining: Joining) -> SignedIn:
        """Hash outside the database, then spend the invitation."""
        async with self._hashing:
            hashed = await asyncio.to_thread(access.hash_password, joining)
        communes = self._installation.communes
        return await self._database.write_soon(access.join, communes, joining, hashed)

    async def find(self, token: str) -> Officer | None:
        """Who is signed in."""
        return await self._database.write_soon(access.find_officer, token)

    async def sign_out(self, token: str) -> None:
        """End it."""
        await self._database.write_soon(access.sign_out, token)

    async def week(self, officer: Officer, week: Period) -> WeekBeside:
        """Both weeks read in one unit, so that they agree; the look stands in the audit log."""
        before = week_of(week.start - timedelta(days=7))
        plan = self._installation.library.plans[officer.commune.slug]

        def read(unit: Unit) -> WeekBeside:
            access.note_reading(unit, officer, f"{week.kind}:{week.key}")
            first_day = stats.first_day(unit, officer.commune.id)
            is_known = first_day is not None and first_day < before.end

            def report(period: Period) -> dict[str, Any]:
                return stats.report(unit, officer.commune, plan, period, Audience.INTERNAL)

            now, topics = report(week), [topic.value for topic in Topic]
            tables = compare(now, report(before) if is_known else None, topics)
            guides = self._installation.library.guides
            titles = {name: guide.title for name, guide in guides.items()}
            return WeekBeside(week, before, tables, now["data_hash"], first_day, titles)

        return await self._database.write_soon(read)
