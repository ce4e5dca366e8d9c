"""The office's page of requests for help put on top of what the services know."""

from __future__ import annotations

from collections.abc import Sequence

from bot.app.installation import Installation
from bot.core.errors import NotFoundError
from bot.core.vocabulary import Outcome
from bot.services import late_requests, request_office
from bot.services.access import Officer
from bot.services.request_office import Shown
from bot.services.request_words import Ground
from storage.communes import Commune
from storage.database import Unit


def ground_of(installation: Installation, commune: Commune, unit: Unit) -> Ground:
    """A commune as services of requests need it; what happens at one moment happens once."""
    plan = installation.library.plans.get(commune.slug)
    if plan is None:
        raise NotFoundError("Xã, phường này không còn trong content/plans/.")
    texts, key = installation.texts(commune), unit.now.isoformat()
    return Ground(unit, commune, plan, texts, installation.library, key)


class OfficeRequests:
    """Answers what this page asks; see ``bot.web.office_requests.RequestsDesk`` for the promises."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._database = installation.database

    async def overview(self, officer: Officer) -> Sequence[Shown]:
        """Read in one unit; before that the look stands in the audit log."""

        def note(unit: Unit) -> None:
            request_office.note_reading(self._ground(officer, unit), officer)

        def read(unit: Unit) -> Sequence[Shown]:
            return request_office.overview(self._ground(officer, unit), officer)

        await self._database.write_soon(note)
        return await self._database.read_soon(read)

    async def take_over(self, officer: Officer, number: int) -> bool:
        """The notices go out in the same commit."""

        def work(unit: Unit) -> bool:
            return request_office.take_over(self._ground(officer, unit), officer, number)

        return await self._database.write_soon(work)

    async def close(self, officer: Officer, number: int, outcome: Outcome) -> bool:
        """The same."""

        def work(unit: Unit) -> bool:
            return request_office.close(self._ground(officer, unit), officer, number, outcome)

        return await self._database.write_soon(work)

    def _ground(self, officer: Officer, unit: Unit) -> Ground:
        return ground_of(self._installation, officer.commune, unit)


class LateRequests:
    """Looks whether a promise to a resident was not kept; writes only where somebody has to be told."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation

    async def __call__(self) -> None:
        """Look at every commune."""
        installation = self._installation
        ids = tuple(commune.id for commune in installation.communes)
        if await installation.database.read_soon(late_requests.is_any_due, ids):
            await installation.database.write_soon(self._pass_on)

    def _pass_on(self, unit: Unit) -> None:
        for commune in self._installation.communes:
            late_requests.pass_on_late(ground_of(self._installation, commune, unit))
