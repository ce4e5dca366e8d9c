"""``python -m bot run``: web server, channels, sender and jobs in one process, until told to stop."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from bot.app.alarms import Refusals
from bot.app.bookcase import open_bookcase
from bot.app.check_in import ClassPages
from bot.app.front import open_front
from bot.app.installation import Installation
from bot.app.links import join_url
from bot.app.lobby import open_lobby
from bot.app.logs import set_up_logging
from bot.app.media import open_media
from bot.app.messengers import open_messengers
from bot.app.office import OfficeDesk
from bot.app.unit_reports import UnitPages
from bot.app.wiring import Application, build
from bot.conversation.engine import Observer, unobserved
from bot.conversation.keeping import keep_running
from bot.core.messages import Channel, Inbound
from bot.services import teams
from bot.services.alarms import channel_name
from bot.services.oa_consent import Finish
from bot.services.plans import find_commune
from bot.web.server import Parts, WebApplication, build_server, open_port, start_server
from bot.web.webhooks import Hook
from storage.communes import Account
from storage.readiness import is_reachable

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
    messengers = open_messengers(installation, media.archive)
    hosted = [(one.account, one.channel) for one in messengers]
    app = build(installation, hosted, observe, media)
    app.jobs.chores = (*app.jobs.chores, *(chore for one in messengers for chore in one.chores))
    finish = {one.account.name: one.finish for one in messengers if one.finish}
    runner = await start_server(_build_web(app, finish), listening)
    app.engine.start()
    if options.sender:
        app.sender.start()
    if options.jobs:
        app.jobs.start()
    receivers = [
        asyncio.create_task(
            keep_running(
                f"receiving-{one.account.id}", partial(one.receive, _store(app, one.account))
            )
        )
        for one in messengers
        if one.receive is not None and (options.sender or not one.polls)
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
        for one in messengers:
            await one.close()


def _store(app: Application, account: Account) -> Callable[[Sequence[Inbound]], Awaitable[None]]:
    async def store(events: Sequence[Inbound]) -> None:
        await app.store(account, events)

    return store


def _build_web(app: Application, finish: Mapping[str, Finish]) -> WebApplication:
    database = app.installation.database
    hooks = {
        (account.channel, account.name): Hook(
            channel, _store(app, account), Refusals(app.installation, account)
        )
        for account, channel in app.hosted.values()
    }

    async def is_ready() -> bool:
        return await asyncio.to_thread(is_reachable, database)

    desk = OfficeDesk(app.installation, app.media)
    lobby = open_lobby(app)
    bookcase = open_bookcase(app.installation, app.media, lobby.visitors)
    front = open_front(app.installation, lobby.visitors, finish)
    classes = ClassPages(app.installation)
    units = UnitPages(app.installation)
    return build_server(Parts(hooks, is_ready, lobby, desk, bookcase, front, classes, units))


def _announce(
    installation: Installation, hosted: Sequence[tuple[Account, Channel]], say: Say
) -> None:
    """Where to find us."""
    settings = installation.settings
    here = settings.public_url
    say(f"Bạn Số đang chạy: {here} (khung chat: {here}/chat, văn phòng: {here}/office)")
    names = ", ".join(commune.slug for commune in installation.communes)
    texts = installation.texts(find_commune(installation.communes, settings.commune))
    channels = ", ".join(channel_name(texts, account.channel) for account, _ in hosted)
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
