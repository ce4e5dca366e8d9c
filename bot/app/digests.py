"""What is done by the clock about digests: made and put on their road; letters are sent beside that."""

from __future__ import annotations

from bot.app.installation import Installation
from bot.channels.mail import Letter, Mailer
from bot.conversation.jobs import Chore
from bot.core.errors import NotFoundError
from bot.services import digest_office, digests
from bot.services.digest_office import Due
from bot.services.digests import Draft, Ground
from storage.communes import Commune
from storage.database import Unit


def ground_of(installation: Installation, commune: Commune, unit: Unit) -> Ground:
    """A commune as digests need it; ``NotFoundError`` when its plan is gone."""
    plan = installation.library.plans.get(commune.slug)
    if plan is None:
        raise NotFoundError("Xã, phường này không còn trong content/plans/.")
    texts, glossary = installation.texts(commune), installation.library.glossary
    return Ground(unit, commune, plan, texts, glossary)


class DigestRounds:
    """Looks every minute whether a week is to be told, or a letter to be sent."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._database = installation.database
        self._mailer = Mailer(installation.settings)

    @property
    def chores(self) -> tuple[Chore, ...]:
        """Each of them in a loop of its own: a mail server that hangs keeps no chat waiting."""
        return self.tell, self.mail

    async def tell(self) -> None:
        """Make what is due; read first, so that the whole chat does not wait for the figures."""
        installation, database = self._installation, self._database
        for commune in installation.communes:
            if commune.slug not in installation.library.plans:
                continue
            if await database.read_soon(digests.is_any_waiting, commune.id):
                await database.write_soon(digests.send_waiting, commune.id, installation.terms)
            week = await database.read_soon(digests.find_due, commune.id)
            if week is None:
                continue

            def make(unit: Unit, of: Commune = commune) -> Draft:
                return digests.draft(ground_of(installation, of, unit), digests.last_week(unit.now))

            made = await database.read_soon(make)
            await database.write_soon(digests.send, commune.id, made, installation.terms)

    async def mail(self) -> None:
        """Send the letters whose turn it is."""
        for commune in self._installation.communes:
            if not await self._database.read_soon(digest_office.is_any_to_mail, commune.id):
                continue
            for due in await self._database.write_soon(digest_office.claim_letters, commune.id):
                await self._send(commune, due)

    async def _send(self, commune: Commune, due: Due) -> None:
        fault: tuple[str, bool] | None = ("no-server", True)
        if self._mailer.is_set:
            refused = await self._mailer.send(self._letter(commune, due))
            fault = (refused.code, refused.is_final) if refused else None
        await self._database.write_soon(digest_office.note_letter, commune.id, due, fault)

    def _letter(self, commune: Commune, due: Due) -> Letter:
        texts = self._installation.texts(commune)
        whose = texts.say(f"kind.{commune.kind}", name=commune.name)
        subject = texts.say("digest.subject", week=due.week.rpartition("W")[2], commune=whose)
        text = "\n\n".join((digest_office.text_of(due.lines), texts.say("digest.letter-foot")))
        name = f"ban-so-digest-{commune.slug}-{due.number}"
        return Letter(name, due.to, subject, text + "\n", self._database.clock())
