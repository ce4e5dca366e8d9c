"""The office's page of digests put on top of the database, and the letter for trying."""

from __future__ import annotations

from bot.app.digests import ground_of
from bot.app.installation import Installation
from bot.channels.mail import Letter, Mailer
from bot.core.errors import RuleError
from bot.services import access, digest_office
from bot.services.access import Officer
from bot.services.digest_office import Habit, Sheet
from storage.database import Unit


class OfficeDigest:
    """Answers what this page asks; see ``bot.web.office_digest.DigestDesk`` for the promises."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._database = installation.database
        self._mailer = Mailer(installation.settings)

    @property
    def can_mail(self) -> bool:
        """True when a server for letters is set."""
        return self._mailer.is_set

    async def sheet(self, officer: Officer) -> Sheet:
        """Read in one unit; before that the look stands in the audit log."""
        digest_office.require_reader(officer)

        def read(unit: Unit) -> Sheet:
            ground = ground_of(self._installation, officer.commune, unit)
            return digest_office.read_sheet(ground, officer)

        await self._database.write_soon(access.note_reading, officer, "digest")
        return await self._database.read_soon(read)

    async def settle(self, officer: Officer, habit: Habit) -> None:
        """In the same commit as the line of the audit log."""
        if habit.next_road == digest_office.MAIL and not self.can_mail:
            raise RuleError("digest.no-server", "Máy này chưa cài đặt SMTP.")
        await self._database.write_soon(digest_office.settle, officer, habit)

    async def try_mail(self, officer: Officer) -> str | None:
        """A letter now, outside of any unit of work."""
        if not self.can_mail:
            raise RuleError("digest.no-server", "Máy này chưa cài đặt SMTP.")
        to = await self._database.write_soon(digest_office.address_to_try, officer)
        texts, commune = self._installation.texts(officer.commune), officer.commune
        whose = texts.say(f"kind.{commune.kind}", name=commune.name)
        now = self._database.clock()
        letter = Letter(
            f"ban-so-try-{commune.slug}-{now:%Y%m%d%H%M%S}",
            to,
            texts.say("digest.try-subject", commune=whose),
            texts.say("digest.try-text", commune=whose) + "\n",
            now,
        )
        refused = await self._mailer.send(letter)
        return refused.code if refused else None
