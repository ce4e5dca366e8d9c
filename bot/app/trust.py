"""What is done by the clock about whether the log is true: questions to helped people, a draw once a week."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from bot.app.installation import Installation
from bot.conversation.calm import is_calm
from bot.conversation.jobs import Chore
from bot.core.periods import today
from bot.services import confirmations, spot_checks
from storage.communes import Commune
from storage.database import Unit

LOOK_EVERY = timedelta(minutes=10)


class TrustRounds:
    """Looks now and then whether somebody can be asked, and on Monday draws what the office checks."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._database = installation.database
        self._looked_at: datetime | None = None
        self._drawn: set[str] = set()  # weeks that this process has seen to

    @property
    def chores(self) -> tuple[Chore, ...]:
        """Each of them in a loop of its own."""
        return self.ask, self.draw

    async def ask(self) -> None:
        """Ask who can be asked, if it is time to look."""
        now = self._database.clock()
        if self._looked_at is not None and now - self._looked_at < LOOK_EVERY:
            return
        for commune in self._installation.communes:
            await self._ask_in(commune)
        self._looked_at = now

    async def _ask_in(self, commune: Commune) -> None:
        installation, database = self._installation, self._database

        def find(unit: Unit) -> list[confirmations.Question]:
            calm = partial(is_calm, now=unit.now)
            return confirmations.find_questions(unit, commune.id, installation.terms, calm)

        texts = installation.texts(commune)
        for question in await database.read_soon(find):
            await database.write_soon(confirmations.ask, commune.id, texts, question)

    async def draw(self) -> None:
        """Draw from last week, once in the life of an installation."""
        week = spot_checks.week_to_draw(today(self._database.clock()))
        if week.key in self._drawn:
            return
        size = self._installation.settings.spot_checks
        for commune in self._installation.communes:
            await self._database.write_soon(spot_checks.draw_once, commune, week, size)
        self._drawn = {week.key}
