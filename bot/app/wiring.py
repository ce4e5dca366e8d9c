"""Wiring: the parts of one process put together around the messenger accounts that it hosts."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from bot.app.alarms import Alarms
from bot.app.digests import DigestRounds
from bot.app.installation import Installation
from bot.app.media import MediaRoom, open_media
from bot.app.office_requests import LateRequests
from bot.app.trust import TrustRounds
from bot.conversation.engine import Engine, House, Observer, Script, unobserved
from bot.conversation.intake import Intake
from bot.conversation.jobs import Jobs
from bot.conversation.pickup import Doorbell, Pickup
from bot.conversation.router import Router
from bot.conversation.sender import Sender
from bot.core.messages import Channel, Inbound
from bot.core.vocabulary import AccountId, Identity
from bot.services import class_notices, deadline_reminders, reminders, unit_notices
from bot.services.reminders import Mail
from bot.services.understanding import Reader
from handlers import ROUTES
from storage import communes
from storage.communes import Account, Commune


def make_script(installation: Installation, media: MediaRoom | None = None) -> Script:
    """Everything that turns are answered with; ``media`` where others share its pictures."""
    media = media or open_media(installation)
    library = installation.library
    domains = library.domains.with_own(installation.settings.public_url)
    houses = {
        commune.id: House(
            commune,
            library.plans[commune.slug],
            installation.texts(commune),
            media.shelves[commune.slug],
        )
        for commune in installation.communes
    }
    return Script(
        houses,
        replace(library, domains=domains),
        Reader(library.guides, library.glossary, library.elsewhere).prepare(),
        Router(ROUTES, library.glossary.actions),
    )


@dataclass(slots=True)
class Application:
    """The moving parts of one process."""

    installation: Installation
    intake: Intake
    engine: Engine
    sender: Sender
    jobs: Jobs
    pickup: Pickup
    media: MediaRoom
    hosted: dict[AccountId, tuple[Account, Channel]]

    async def store(self, account: Account, events: Sequence[Inbound]) -> None:
        """Accept events of one account, in their order and in one group; returns when all are safe."""
        accept = self.intake.accept
        await asyncio.gather(*(accept(account.commune.id, account.id, event) for event in events))

    async def close(self) -> None:
        """Stop in the order of the road, then close the channels and the database."""
        await self.engine.stop()
        await self.sender.stop()
        await self.jobs.stop()
        for _, channel in self.hosted.values():
            await channel.close()
        self.installation.database.close()


def build(
    installation: Installation,
    hosted: Sequence[tuple[Account, Channel]],
    observe: Observer = unobserved,
    media: MediaRoom | None = None,
) -> Application:
    """Wire intake, engine, sender and jobs around the accounts that this process hosts."""
    by_id = {account.id: (account, channel) for account, channel in hosted}
    channels = {account.id: channel for account, channel in hosted}
    alarms = Alarms(installation, [account for account, _ in hosted])
    sender = Sender(installation.database, channels, observe, alarms)
    bell = Doorbell()

    def announce(identities: Sequence[Identity]) -> None:
        sender.wake()
        bell.ring(identities)

    media = media or open_media(installation)
    script = make_script(installation, media)
    engine = Engine(installation.database, script, announce, observe)
    intake = Intake(installation.database, engine.notify, observe)
    engine.should_wait = lambda: intake.is_pressed
    pickup = Pickup(installation.database, intake, bell)
    jobs = Jobs(installation.database)
    jobs.chores = (
        LateRequests(installation),
        *TrustRounds(installation).chores,
        *DigestRounds(installation).chores,
    )
    texts = {commune.id: installation.texts(commune) for commune in installation.communes}
    terms = {"zalo_oa": installation.library.tariffs.of_account(may_pay=False)}
    mail = Mail(texts, terms)
    plans = installation.library.plans
    places = [(one, plans[one.slug]) for one in installation.communes]
    jobs.acts = (
        partial(reminders.remind_due, mail=mail),
        partial(class_notices.send_due, mail=mail),
        partial(
            deadline_reminders.remind_due,
            mail=mail,
            plans={one.id: installation.library.plans[one.slug] for one in installation.communes},
        ),
        partial(unit_notices.open_due, mail=mail, places=places),
    )
    return Application(installation, intake, engine, sender, jobs, pickup, media, by_id)


def save_account(
    installation: Installation, commune: Commune, channel: str, secrets: Mapping[str, str]
) -> Account:
    """The account row of a channel of a commune, named by the commune's slug."""
    return installation.database.write(
        communes.save_account, commune, channel, commune.slug, secrets
    )
