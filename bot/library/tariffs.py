"""content/tariffs.yaml: whom messengers let us write to, until when, and what it costs, by date."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import AfterValidator, Field

from bot.core.terms import Tariff, Terms
from bot.library.source import Record, load
from bot.library.wording import refuse

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


Entry = TypeVar("Entry", Window, Quota)


def _one_a_day(entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """Two entries of one day would leave it open which of them counts."""
    days = [entry.since for entry in entries]
    for day in days:
        if days.count(day) > 1:
            raise refuse(f"hai mục cùng ngày {day}", "mỗi ngày «since» chỉ ghi một mục")
    return entries


class Tariffs(Record):
    """The file as it stands; entries are added with their date, old ones stay."""

    zalo_oa: Annotated[tuple[Window, ...], Field(min_length=1), AfterValidator(_one_a_day)]
    zalo_bot: Annotated[tuple[Quota, ...], Field(min_length=1), AfterValidator(_one_a_day)]

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
        by_day = sorted(self.zalo_bot, key=lambda one: one.since)
        quota = [one for one in by_day if one is by_day[0] or one.since <= today][-1]
        return Terms(monthly=quota.messages, people=quota.people)


def load_tariffs(content_dir: Path) -> Tariffs:
    """The checked file; raises ``ContentError`` with the faults and their lines."""
    return load(content_dir / FILE, Tariffs)
