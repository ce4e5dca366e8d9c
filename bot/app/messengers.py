"""The messengers of the settings: each opened as an account with its channel, and how it gets its events.

The library of a messenger is loaded only when there is an account of it.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from bot.app.alarms import QuotaWatch
from bot.app.installation import Installation
from bot.app.wiring import save_account
from bot.conversation.jobs import Chore
from bot.core.messages import Channel, Gallery, Inbound
from bot.locale import local_day
from bot.services.oa_consent import Finish
from bot.services.plans import find_commune
from storage.communes import Account

log = logging.getLogger(__name__)

Store = Callable[[Sequence[Inbound]], Awaitable[None]]
Receive = Callable[[Store], Coroutine[Any, Any, None]]


async def _nothing() -> None:
    return


@dataclass(frozen=True, slots=True)
class Messenger:
    """One account that this process hosts.

    ``receive`` gets events or tells the messenger where to post them; None where that is set by hand there.
    Two processes that poll get in each other's way.
    """

    account: Account
    channel: Channel
    receive: Receive | None = None
    polls: bool = False
    chores: tuple[Chore, ...] = ()
    close: Callable[[], Awaitable[None]] = _nothing
    finish: Finish | None = None


def open_messengers(installation: Installation, gallery: Gallery) -> list[Messenger]:
    """Every messenger that has an account in the settings."""
    opened = (
        open_one(installation, gallery) for open_one in (_open_telegram, _open_oa, _open_zalo_bot)
    )
    return [messenger for messenger in opened if messenger is not None]


def _open_telegram(installation: Installation, gallery: Gallery) -> Messenger | None:
    settings = installation.settings
    token = settings.telegram_token.get_secret_value()
    if not token:
        return None
    from bot.channels import telegram_receiving as receiving
    from bot.channels.telegram import TelegramChannel

    secret = settings.telegram_webhook_secret.get_secret_value()
    commune = find_commune(installation.communes, settings.commune)
    secrets = {"token": token, "secret": secret}
    account = save_account(installation, commune, TelegramChannel.name, secrets)
    channel = TelegramChannel(account.name, token, secret, settings.telegram_api_base, gallery)
    if settings.telegram_mode == "polling":
        return Messenger(account, channel, partial(receiving.poll, channel), polls=True)
    url = settings.hook_url(account.channel, account.name)
    return Messenger(account, channel, lambda _: receiving.announce_webhook(channel, url))


def _open_zalo_bot(installation: Installation, gallery: Gallery) -> Messenger | None:
    settings = installation.settings
    token = settings.zalo_bot_token.get_secret_value()
    if not token:
        return None
    from bot.channels import zalo_bot_receiving as receiving
    from bot.channels.zalo_bot import Access, ZaloBotChannel

    secret = settings.zalo_bot_webhook_secret.get_secret_value()
    commune = find_commune(installation.communes, settings.commune)
    secrets = {"token": token, "secret": secret}
    account = save_account(installation, commune, ZaloBotChannel.name, secrets)
    terms = installation.library.tariffs.of_bot(local_day(installation.database.clock()))
    access = Access(token, secret, settings.zalo_bot_api_base)
    channel = ZaloBotChannel(account.name, access, settings.public_url, gallery, terms)

    watch = QuotaWatch(installation, account, terms)
    if settings.zalo_bot_mode == "polling":
        receive = partial(receiving.poll, channel)
        return Messenger(account, channel, receive, polls=True, chores=(watch,))
    url = settings.hook_url(account.channel, account.name)
    announce = partial(receiving.announce_webhook, channel, url)
    return Messenger(account, channel, lambda _: announce(), chores=(watch,))


def _open_oa(installation: Installation, gallery: Gallery) -> Messenger | None:
    settings = installation.settings
    if not settings.zalo_oa_app_id:
        return None
    from bot.app.zalo import open_zalo_oa
    from bot.app.zalo_consent import ConsentDesk
    from bot.channels.zalo_oa import Means, Official, ZaloOaChannel
    from bot.channels.zalo_oa_tokens import NeedsConsentError
    from bot.channels.zalo_oa_uploads import UploadBook
    from bot.channels.zalo_oa_wire import NoAnswerError

    database = installation.database
    commune = find_commune(installation.communes, settings.commune)
    opened = open_zalo_oa(installation, commune)
    office = Official(
        settings.zalo_oa_app_id,
        settings.zalo_oa_id,
        settings.zalo_oa_app_secret,
        settings.zalo_oa_webhook_secret,
        proves=settings.zalo_oa_proof == "on",
    )
    uploads = UploadBook(database, opened.account.id)
    means = Means(opened.api, opened.keeper, uploads, database.clock, gallery, settings.public_url)
    terms = installation.library.tariffs.of_account(may_pay=settings.zalo_oa_paid == "on")
    channel = ZaloOaChannel(opened.account.name, office, means, terms)

    finish = ConsentDesk(installation, opened, "web").finish

    async def renew() -> None:
        try:
            await opened.keeper.renew_ahead()
        except (NeedsConsentError, NoAnswerError) as error:
            log.warning("tokens were not renewed: %s", error)

    return Messenger(opened.account, channel, chores=(renew,), close=opened.close, finish=finish)
