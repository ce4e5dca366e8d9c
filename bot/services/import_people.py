"""Whom rows from paper name: numbers that somebody agreed to, and the people whom they count as.

The same for every kind of file. A number whose consent was withdrawn after that day is left out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Generic, Protocol, TypeVar

from bot.core.vocabulary import CommuneId, Use
from bot.locale import local_day
from bot.services.consents import VERSIONS
from bot.services.import_cells import RowFault
from storage import phone_lists
from storage.consents import NewConsent
from storage.database import Unit
from storage.phone_lists import OnFile

CHANNEL = WAY = "paper"


class PaperRow(Protocol):
    """What every kind of row says."""

    @property
    def number(self) -> int:
        """Where it stands in the file."""

    @property
    def id(self) -> str:
        """By which it is known again."""

    @property
    def phone(self) -> str | None:
        """A number (E.164) that somebody agreed to."""

    @property
    def visits(self) -> int:
        """How many it stands for."""

    @property
    def day(self) -> date:
        """When it was."""

    @property
    def by(self) -> int | None:
        """The member who wrote it on the paper, where that is known."""


R = TypeVar("R", bound=PaperRow)


@dataclass(frozen=True, slots=True)
class AnyDraft(Generic[R]):
    """A file as it was understood. With a fault nothing of it may be taken.

    ``known`` are ids whose rows came in before with the same content. ``withdrawn`` are numbers of rows
    whose telephone number is left out, since its consent was withdrawn after that day; ``alike`` those of
    rows whose person is in the log already with the same: perhaps somebody wrote it in the chat, too.
    """

    file_hash: str
    rows: tuple[R, ...]
    faults: tuple[RowFault, ...]
    blank: int
    known: frozenset[str]
    withdrawn: tuple[int, ...] = ()
    alike: tuple[int, ...] = ()

    @property
    def fresh(self) -> list[R]:
        """Rows that are not in the log yet."""
        return [row for row in self.rows if row.id not in self.known]

    @property
    def visits(self) -> int:
        """The visits of the rows that are not in the log yet."""
        return sum(row.visits for row in self.fresh)

    @property
    def phones(self) -> int:
        """How many different people those rows name by a number that counts."""
        left_out = set(self.withdrawn)
        return len({row.phone for row in self.fresh if row.phone and row.number not in left_out})


def look_up(unit: Unit, commune: CommuneId, rows: Iterable[PaperRow]) -> dict[str, OnFile]:
    """What is known of each number that the rows name."""
    return phone_lists.look_up(unit, commune, sorted({row.phone for row in rows if row.phone}))


def withdrawn(rows: Iterable[PaperRow], on_file: Mapping[str, OnFile]) -> tuple[int, ...]:
    """Numbers of the rows whose telephone number is left out."""
    return tuple(row.number for row in rows if row.phone and _is_out(on_file[row.phone], row))


def _is_out(known: OnFile, row: PaperRow) -> bool:
    """Whoever withdrew a consent after they had signed that paper has said so last."""
    is_standing = VERSIONS[Use.COUNT_ONCE] in known.versions
    if is_standing or known.withdrawn_at is None:
        return False
    return local_day(known.withdrawn_at) >= row.day


def name_all(unit: Unit, commune: CommuneId, agreed: str, now: AnyDraft[R]) -> dict[int, int]:
    """Whom each row that names a telephone number counts for, by the number of the row.

    ``agreed`` is the text of the paper that they agreed to.
    """
    left_out = set(now.withdrawn)
    rows = {row.number: row for row in now.fresh if row.phone and row.number not in left_out}
    on_file = look_up(unit, commune, rows.values())
    roots = {phone: known.root for phone, known in on_file.items() if known.root is not None}
    roots |= phone_lists.name_all(unit, commune, [p for p in on_file if p not in roots])
    version = VERSIONS[Use.COUNT_ONCE]
    text_hash = hashlib.sha256(agreed.encode()).hexdigest()
    given: dict[str, NewConsent] = {}
    for row in rows.values():
        phone = row.phone or ""
        if version not in on_file[phone].versions and phone not in given:
            given[phone] = NewConsent(
                Use.COUNT_ONCE, version, text_hash, CHANNEL, WAY, roots[phone], row.by
            )
    phone_lists.agree_all(unit, commune, given)
    return {number: roots[row.phone or ""] for number, row in rows.items()}


def is_person(roots: Mapping[int, int], person: int | None, known: OnFile | None) -> bool:
    """Whether a row can have named that person; one who was forgotten since is not held against it."""
    if known is None:
        return person is None
    if person is None:
        return known.withdrawn_at is not None
    return person not in roots or known.root in (None, roots[person])
