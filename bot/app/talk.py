"""``python -m bot chat`` and ``replay``: the real road with a terminal at its end."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TextIO

from bot.app.installation import Installation
from bot.app.wiring import Application, build, save_account
from bot.channels.console import ConsoleChannel
from bot.conversation.intake import mask
from bot.core.errors import BotError, NotFoundError
from bot.core.messages import Address, Channel, Inbound, Kind, Outbound
from bot.services.plans import find_commune
from storage import mailbox, staff
from storage.communes import Account
from storage.database import Unit

PATIENCE_SECONDS = 30.0
LOCAL = "local"

Show = Callable[[str, Sequence[Outbound]], None]


class Talk:
    """One conversation on this terminal with one commune."""

    def __init__(self, installation: Installation, slug: str, name: str | None) -> None:
        self._installation = installation
        self._commune = find_commune(installation.communes, slug)
        self._chat = f"as:{name}" if name else LOCAL
        self._name = name

    def run(self, lines: TextIO, show: Show) -> None:
        """Answer every line until the input ends.

        Lines are read between two runs of the loop, in the main thread: a read in another thread would
        keep Ctrl-C waiting until somebody presses Enter.
        """
        account = save_account(self._installation, self._commune, ConsoleChannel.name, {})
        if self._name:
            self._installation.database.write(self._speak_for, account, self._name)
        with asyncio.Runner() as runner:
            app = runner.run(self._start())
            try:
                while line := lines.readline():
                    if line.strip():
                        inbound = self._typed(account, line.strip())
                        show(mask(inbound).text, runner.run(answer(app, account, inbound)))
            finally:
                runner.run(app.close())

    async def _start(self) -> Application:
        app = build(self._installation, ())
        app.engine.start()
        return app

    async def replay(self, channel_name: str, body: bytes, show: Show) -> int:
        """Send a captured request through the road of its channel; gives how many events it held."""
        channel = _parser(channel_name, self._commune.slug)
        account = save_account(self._installation, self._commune, channel.name, {})
        try:
            events = channel.parse(body)
        except ValueError as error:
            raise BotError(f"Tệp này không phải gói tin của kênh {channel_name}.") from error
        app = await self._start()
        try:
            for inbound in events:
                show(mask(inbound).text, await answer(app, account, inbound))
        finally:
            await channel.close()
            await app.close()
        return len(events)

    def _typed(self, account: Account, text: str) -> Inbound:
        address = Address(ConsoleChannel.name, account.name, self._chat)
        return Inbound(address, uuid.uuid4().hex, Kind.TEXT, text, datetime.now(UTC))

    def _speak_for(self, unit: Unit, account: Account, name: str) -> None:
        """Let this terminal be the member or officer of that name."""
        worker = staff.find_worker(unit, self._commune.id, name)
        if worker is None:
            raise NotFoundError(
                f"Không có đúng một tổ viên hay cán bộ tên “{name}” ở {self._commune.name}: "
                "xem lại tên, hoặc mời bằng python -m bot staff invite."
            )
        address = Address(ConsoleChannel.name, account.name, self._chat)
        identity = mailbox.identity_of(unit.keys, self._commune.id, address)
        staff.link_chat(unit, self._commune.id, identity, worker)


def _parser(name: str, account: str) -> Channel:
    """A channel that reads requests here but sends nothing."""
    if name == ConsoleChannel.name:
        return ConsoleChannel(account, lambda chat, message: None)
    from bot.channels.telegram import TelegramChannel

    return TelegramChannel(account, "0:replay", "", "http://127.0.0.1")


async def answer(app: Application, account: Account, inbound: Inbound) -> list[Outbound]:
    """Accept one event, wait for its turn, fetch what waits and say that it has arrived."""
    if await app.pickup.ask(account, inbound, PATIENCE_SECONDS) is None:
        raise BotError("Trợ lý chưa trả lời được: xem cơ sở dữ liệu có đang bận không.")
    identity = app.pickup.identify(account, inbound.address.channel, inbound.address.chat)
    letters = await app.pickup.later(identity, 0, 0)
    if letters:
        await app.pickup.acknowledge(identity, letters[-1].id)
    return [letter.message for letter in letters]
