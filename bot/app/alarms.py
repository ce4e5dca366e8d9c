"""What the office is told of its messenger accounts, by whoever finds it out."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.app.installation import Installation
from bot.core.errors import BotError
from bot.core.terms import Terms
from bot.core.vocabulary import AccountId
from bot.services import alarms
from storage.communes import Account
from storage.database import Unit

log = logging.getLogger(__name__)

GATHER_SECONDS = 1.0
LOOK_EVERY = timedelta(hours=1)


class Alarms:
    """Tells the office of trouble with an account, in the words of its commune."""

    def __init__(self, installation: Installation, accounts: Sequence[Account]) -> None:
        self._installation = installation
        self._accounts = {account.id: account for account in accounts}

    def __call__(self, unit: Unit, account: AccountId, code: str) -> None:
        """Raise the alarm in the unit that writes the trouble down."""
        known = self._accounts[account]
        alarms.raise_alarm(unit, known, self._installation.texts(known.commune), code)


class Refusals:
    """Counts requests that prove nothing, and writes them down together: a flood of them costs little."""

    def __init__(
        self, installation: Installation, account: Account, gather: float = GATHER_SECONDS
    ) -> None:
        self._installation = installation
        self._account = account
        self._gather = gather
        self._count = 0
        self._writing: asyncio.Task[None] | None = None

    def __call__(self) -> None:
        """One more."""
        self._count += 1
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write(), name="refusals")

    async def _write(self) -> None:
        texts = self._installation.texts(self._account.commune)
        database = self._installation.database
        while self._count:  # more may have come while these were being written
            await asyncio.sleep(self._gather)
            count, self._count = self._count, 0
            try:
                await database.write_soon(alarms.note_forged, self._account, texts, count)
            except BotError as error:
                log.warning("refusals were not written down: %s", type(error).__name__)


class QuotaWatch:
    """Looks once an hour at what an account has used of its quotas; writes only when one is nearly over."""

    def __init__(self, installation: Installation, account: Account, terms: Terms) -> None:
        self._installation = installation
        self._account = account
        self._terms = terms
        self._looked_at: datetime | None = None

    async def __call__(self) -> None:
        """Look, if it is time."""
        database, account = self._installation.database, self._account
        now = database.clock()
        if self._looked_at is not None and now - self._looked_at < LOOK_EVERY:
            return
        usage = await database.read_soon(alarms.count_usage, account.id)
        codes = alarms.quotas_nearly_over(usage, self._terms)
        if codes:
            texts = self._installation.texts(account.commune)
            await database.write_soon(alarms.tell_quotas, account, texts, codes)
        self._looked_at = now
