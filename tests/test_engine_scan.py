"""The engine keeps looking for open events, whatever happens to the database meanwhile."""

from __future__ import annotations

import asyncio

from sqlalchemy import text

from bot.app.installation import Installation
from tests.channel_floor import Floor, plays
from tests.channel_harness import eventually


def test_the_scan_goes_on_after_a_fault_that_nobody_foresaw(base: Installation) -> None:
    """PostgreSQL calls a missing table a ProgrammingError, which nobody translates: the scan's task ends."""

    async def scene(made: Floor) -> None:
        rename = "ALTER TABLE {} RENAME TO {}"
        change = made.base.database.write
        change(lambda unit: unit.connection.execute(text(rename.format("inbox", "lost"))))
        await asyncio.sleep(2.5)  # the scan looks every second
        change(lambda unit: unit.connection.execute(text(rename.format("lost", "inbox"))))
        quiet = Floor(base, made.engine, made.intake)
        quiet.intake._notify = lambda _: None  # stored by a process that has died since
        await quiet.hears("bà Tư", "menu")
        await eventually(lambda: made.outcomes("bà Tư") == ["answered"])

    plays(base, scene)
