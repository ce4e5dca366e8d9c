"""The office's pages of classes put on top of the services."""

from __future__ import annotations

from collections.abc import Sequence

from bot.app.installation import Installation
from bot.core.periods import today
from bot.core.vocabulary import TrainingStatus
from bot.library import Frame, quizzes
from bot.services import access, training_desk
from bot.services.access import Officer
from bot.services.training_desk import Choices, Listed, Shown, Training, Wanted
from bot.services.training_links import Voice
from bot.services.trainings import Outline
from bot.web.office_trainings import Offered
from storage.database import Unit


class OfficeTrainings:
    """Answers what these pages ask; see ``bot.web.office_trainings.TrainingsDesk`` for the promises."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._database = installation.database

    async def overview(self, officer: Officer, wanted: Wanted) -> tuple[Sequence[Listed], Choices]:
        """Read in one unit; before that the look stands in the audit log."""

        def read(unit: Unit) -> tuple[Sequence[Listed], Choices]:
            shown = training_desk.overview(unit, officer, wanted)
            return shown, training_desk.choices(unit, officer)

        training_desk.require_reader(officer)
        await self._database.write_soon(access.note_reading, officer, "trainings")
        return await self._database.read_soon(read)

    async def show(self, officer: Officer, number: int) -> Shown:
        """The same; nothing is noted of a class that there is not."""
        settings = self._installation.settings
        texts = self._installation.texts(officer.commune)
        voice = Voice(texts, settings.public_url, bool(settings.base_url))
        named = quizzes.asks_by_name(self._installation.library.quizzes)
        asks = {name: texts.fill(ask) for name, ask in named.items()}
        await self._database.read_soon(training_desk.find, officer, number)
        await self._database.write_soon(access.note_reading, officer, f"training:{number}")
        return await self._database.read_soon(training_desk.show, officer, number, voice, asks)

    async def offered(self, officer: Officer, number: int | None) -> Offered:
        """The frame of a class that has skills is the one that it was planned by."""

        def read(unit: Unit) -> tuple[Choices, Training | None]:
            found = None if number is None else training_desk.find(unit, officer, number)
            return training_desk.choices(unit, officer), found

        choices, training = await self._database.read_soon(read)
        guides = self._installation.library.guides
        titles = {name: (guide.topic, guide.title) for name, guide in guides.items()}
        return Offered(choices, titles, self._frame(training), training)

    def frame(self, version: str) -> Frame | None:
        """The frame of that version."""
        return self._installation.library.skills.find(version)

    def _frame(self, training: Training | None) -> Frame:
        skills = self._installation.library.skills
        found = skills.find(training.outline.skill_frame) if training else None
        return found or skills.of_day(today(self._database.clock()))

    async def write_down(self, officer: Officer, outline: Outline, how: tuple[str, bool]) -> int:
        """Plan and history in one commit."""
        work = training_desk.write_down
        written, _ = await self._database.write_soon(work, officer, outline, how)
        return written.id

    async def revise(
        self, officer: Officer, seen: tuple[int, int], change: tuple[Outline, str]
    ) -> None:
        """The same."""
        await self._database.write_soon(training_desk.revise, officer, seen, change)

    async def move(
        self, officer: Officer, seen: tuple[int, int], step: tuple[TrainingStatus, str]
    ) -> None:
        """The same."""
        await self._database.write_soon(training_desk.move, officer, seen, step)

    async def tell_heads(
        self, officer: Officer, seen: tuple[int, int], told: tuple[int | None, str]
    ) -> None:
        """The same."""
        await self._database.write_soon(training_desk.tell_heads, officer, seen, told)

    async def add_lines(self, officer: Officer, number: int, lines: tuple[int, str]) -> int:
        """The same."""
        return await self._database.write_soon(training_desk.add_lines, officer, number, lines)

    async def take_out(self, officer: Officer, number: int, out: tuple[int, str]) -> None:
        """The same."""
        await self._database.write_soon(training_desk.take_out, officer, number, out)
