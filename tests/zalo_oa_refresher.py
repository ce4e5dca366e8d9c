"""A process of its own that asks for access tokens, as a replica does; it may die before it has stored them.

    python -m tests.zalo_oa_refresher '{"url": …, "root": …, "account": 1, "now": …, "tasks": 5}'

Says ``ready``, waits for a line, then writes the tokens it was given (or the errors' names) as JSON.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from datetime import datetime
from typing import Any

from pydantic import SecretStr

from bot.channels.zalo_oa_tokens import App, NeedsConsentError, TokenKeeper
from bot.channels.zalo_oa_wire import NoAnswerError, ZaloWire
from bot.core.keys import KeyRing
from bot.core.vocabulary import AccountId
from storage import tokens
from storage.database import Database
from tests.clock import FixedClock
from tests.zalo_oa_tokens import OfficialAccount

KEY = "khóa dùng trong kiểm tra"


class DyingDatabase(Database):
    """The power goes when the new pair is about to be written."""

    async def write_soon(self, work: Any, *args: Any) -> Any:
        """As ever, but for that one thing."""
        if work is tokens.save:
            os.kill(os.getpid(), signal.SIGKILL)
        return await super().write_soon(work, *args)


def app_of(account: OfficialAccount, seed: str = "") -> App:
    """The application as the settings would give it."""
    return App(account.app_id, SecretStr(account.app_secret), SecretStr(seed))


async def _ask(given: dict[str, Any]) -> list[str]:
    kind = DyingDatabase if given.get("dies") else Database
    database = kind(given["url"], KeyRing(KEY), FixedClock(datetime.fromisoformat(given["now"])))
    wire = ZaloWire(given["root"])
    app = app_of(OfficialAccount(), given.get("seed", ""))
    account = AccountId(given["account"])
    keeper = TokenKeeper(database, account, app, wire, lambda unit, of, code: None)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.readline)
    asked = (keeper.access() for _ in range(given["tasks"]))
    got = await asyncio.gather(*asked, return_exceptions=True)
    await keeper.close()
    await wire.close()
    database.close()
    return [one if isinstance(one, str) else _name(one) for one in got]


def _name(error: BaseException) -> str:
    if not isinstance(error, NeedsConsentError | NoAnswerError):
        raise error
    return type(error).__name__


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asyncio.run(_ask(json.loads(sys.argv[1])))) + "\n")
