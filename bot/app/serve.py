"""``python -m bot run``: web server, channels, sender and jobs in one process, until told to stop."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial

from bot.app.installation import Installation
from bot.app.lobby import join_url, open_lobby
from bot.app.logs import set_up_logging
from bot.app.media import open_bookcase, open_media
from bot.app.office import OfficeDesk
from bot.app.wiring import Application, build, save_account
from bot.config import Settings
from bot.conversation.engine import Observer, unobserved
from bot.conversation.keeping import keep_running
from bot.core.messages import Channel, Gallery, Inbound
from bot.services import teams
from bot.services.plans import find_commune
from bot.web.server import Parts, WebApplication, build_server, open_port, start_server
from bot.web.webhooks import Hook
from storage.communes import Account
from storage.database import is_reachable

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Options:
    """Which parts this process runs besides the web server and the turns."""

    jobs: bool = True
    sender: bool = True


async def serve(
    installation: Installation, options: Options, say: Say, observe: Observer = unobserved
) -> None:
    """Run until SIGTERM or Ctrl-C; raises ``SettingError`` when the port cannot be had."""
    settings = installation.settings
    set_up_logging(settings.log_level)
    listening = open_port(settings.host, settings.port)
    media = open_media(installation)
    hosted = _telegram_accounts(installation, media.archive)
    app = build(installation, hosted, observe, media)
    runner = await start_server(_build_web(app), listening)
    app.engine.start()
    if options.sender:
        app.sender.start()
    if options.jobs:
        app.jobs.start()
    receivers = [
        _start_receiving(app, account, channel)
        for account, channel in hosted
        if options.sender
        or settings.telegram_mode == "webhook"  # two that poll get in each other's way
    ]
    _announce(installation, hosted, say)
    if options.jobs:  # a replica's code would end the one that was just printed
        _invite_operator(installation, say)
    try:
        await _until_stopped()
    finally:
        for receiver in receivers:
            receiver.cancel()
        await asyncio.gather(*receivers, return_exceptions=True)
        await runner.cleanup()
        await app.intake.settle()
        await app.close()


def _telegram_accounts(
    installation: Installation, gallery: Gallery
) -> list[tuple[Account, Channel]]:
    """The Telegram bot of the settings; the library is loaded only when there is one."""
    settings = installation.settings
    token = settings.telegram_token.get_secret_value()
    if not token:
        return []
    from bot.channels.telegram import TelegramChannel

    secret = settings.telegram_webhook_secret.get_secret_value()
    commune = find_commune(installation.communes, settings.commune)
    account = save_account(
        installation, commune, TelegramChannel.name, {"token": token, "secret": secret}
    )
    api_base = settings.telegram_api_base
    return [(account, TelegramChannel(account.name, token, secret, api_base, gallery))]


def _start_receiving(app: Application, account: Account, channel: Channel) -> asyncio.Task[None]:
    """Begin to get updates, by polling or by telling Telegram our address."""
    from bot.channels import telegram_receiving as receiving
    from bot.channels.telegram import TelegramChannel

    if not isinstance(channel, TelegramChannel):
        raise TypeError(f"nothing receives for {channel.name}")
    settings = app.installation.settings
    if settings.telegram_mode == "polling":
        receive = partial(receiving.poll, channel, _store(app, account))
    else:
        receive = partial(receiving.announce_webhook, channel, webhook_url(settings, account))
    return asyncio.create_task(keep_running(f"receiving-{account.id}", receive))


def webhook_url(settings: Settings, account: Account) -> str:
    """The public address of an account's webhook."""
    return f"{settings.public_url}/hook/{account.channel}/{account.name}"


def _store(app: Application, account: Account) -> Callable[[Sequence[Inbound]], Awaitable[None]]:
    async def store(events: Sequence[Inbound]) -> None:
        await app.store(account, events)

    return store


def _build_web(app: Application) -> WebApplication:
    database = app.installation.database
    hooks = {
        (account.channel, account.name): Hook(channel, _store(app, account))
        for account, channel in app.hosted.values()
    }

    async def is_ready() -> bool:
        return await asyncio.to_thread(is_reachable, database)

    desk = OfficeDesk(app.installation, app.media)
    lobby = open_lobby(app)
    bookcase = open_bookcase(app.installation, app.media, lobby.visitors)
    return build_server(Parts(hooks, is_ready, lobby, desk, bookcase))


def _announce(
    installation: Installation, hosted: Sequence[tuple[Account, Channel]], say: Say
) -> None:
    """Where to find us."""
    settings = installation.settings
    here = settings.public_url
    say(f"Bạn Số đang chạy: {here} (khung chat: {here}/chat, văn phòng: {here}/office)")
    names = ", ".join(commune.slug for commune in installation.communes)
    channels = ", ".join(account.channel for account, _ in hosted)
    say(
        f"Xã, phường: {names}. Kênh nhắn tin: {channels or 'chưa bật, mới có khung chat trên web'}."
    )
    say(f"Nói chuyện thử ngay đây: {_python()} -m bot chat. Dừng: Ctrl-C.")


def _invite_operator(installation: Installation, say: Say) -> None:
    """The one-time code when nobody runs this installation yet."""
    settings = installation.settings
    commune = find_commune(installation.communes, settings.commune)
    code = installation.database.write(teams.set_up_code, commune)
    if code is not None:
        say(f"Mã cài đặt cho người quản trị đầu tiên (dùng một lần): {code}")
        say(f"Dùng mã: mở {join_url(settings, code)}")


def _python() -> str:
    """The interpreter as it can be typed here, so that the line can be copied."""
    return os.path.relpath(sys.executable) if sys.prefix != sys.base_prefix else "python"


async def _until_stopped() -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stopped.set)
    await stopped.wait()
