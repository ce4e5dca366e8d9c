"""content/tariffs.yaml: whom messengers let us write to, until when, and what it costs, by date."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Annotated

from pydantic import Field

from bot.core.terms import Tariff, Terms
from bot.library.source import Record, load

FILE = "tariffs.yaml"


class Window(Record):
    """From ``since`` on: hours for nothing after the person's last act, then a price, then nothing goes."""

    since: date
    free_hours: Annotated[int, Field(ge=0, le=24 * 31)]
    open_days: Annotated[int, Field(ge=0, le=366)]
    price: Annotated[int, Field(ge=0)]
    source: str


class Quota(Record):
    """From ``since`` on: how many people a bot may have, and messages a calendar month."""

    since: date
    people: Annotated[int, Field(ge=1)]
    messages: Annotated[int, Field(ge=1)]
    source: str


class Tariffs(Record):
    """The file as it stands; entries are added with their date, old ones stay."""

    zalo_oa: Annotated[tuple[Window, ...], Field(min_length=1)]
    zalo_bot: Annotated[tuple[Quota, ...], Field(min_length=1)]

    def of_account(self, *, may_pay: bool) -> Terms:
        """What an Official Account allows on each day."""
        return Terms(
            tuple(
                Tariff(
                    one.since,
                    timedelta(hours=one.free_hours),
                    timedelta(days=one.open_days),
                    one.price,
                )
                for one in self.zalo_oa
            ),
            may_pay=may_pay,
        )

    def of_bot(self, today: date) -> Terms:
        """What a bot allows on that day; before the first entry as it says."""
        in_force = [quota for quota in self.zalo_bot if quota.since <= today]
        quota = max(in_force or self.zalo_bot, key=lambda one: one.since)
        return Terms(monthly=quota.messages, people=quota.people)


def load_tariffs(content_dir: Path) -> Tariffs:
    """The checked file; raises ``ContentError`` with the faults and their lines."""
    return load(content_dir / FILE, Tariffs)
