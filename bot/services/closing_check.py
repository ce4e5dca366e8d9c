"""Proof of a closed period: its hash, its files made again from what is stored, its figures counted again."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.core.errors import NotFoundError
from bot.core.vocabulary import Audience, ClosingStatus
from bot.services import adjustments, period_report, stats
from bot.services.adjustments import Basis
from bot.services.closings import Files, find
from bot.services.frozen_rows import Rows
from bot.services.period_report import Asked
from storage import closings
from storage.closings import Closing, Part
from storage.database import Unit

Value = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Stored:
    """What was frozen, and the same report counted now with what changed since."""

    closing: Closing
    internal: dict[str, Any]
    outgoing: dict[str, Any]
    rows: Rows
    files: Files
    recounted: dict[str, Any]
    changes: Sequence[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Proof:
    """What holds. ``others`` are figures that differ now: their path, as it was, as it is."""

    is_hash_right: bool
    is_docx_same: bool
    is_xlsx_same: bool
    is_same_version: bool
    is_count_same: bool
    changes: Sequence[dict[str, Any]]
    others: Sequence[tuple[str, Value, Value]]

    @property
    def is_sound(self) -> bool:
        """True when what is stored is what was stored; figures that changed since are no fault of it."""
        are_same = self.is_docx_same and self.is_xlsx_same
        return self.is_hash_right and (are_same or not self.is_same_version)


def read(unit: Unit, asked: Asked) -> Stored:
    """What was frozen of a period; ``NotFoundError`` when it is not closed."""
    commune = asked.commune.id
    closing = find(unit, commune, asked.period)
    if closing is None:
        raise NotFoundError(f"Kỳ {asked.period.kind}:{asked.period.key} chưa chốt.")

    def part(name: Part) -> bytes:
        return closings.read_part(unit, commune, closing.id, name)

    internal, outgoing = json.loads(part(Part.INTERNAL)), json.loads(part(Part.OUTGOING))
    said = internal["period"]["until"]
    until = date.fromisoformat(said) if said is not None else None
    again = Asked(asked.commune, asked.plan, asked.period, until)
    recounted = period_report.count(unit, again, Audience.INTERNAL, ClosingStatus.SUBMITTED)
    recounted["adjustments"] = internal["adjustments"]  # of other periods: told by this one
    basis = Basis.from_bytes(part(Part.BASIS))
    changes = adjustments.since(unit, commune, closing, basis)
    return Stored(
        closing=closing,
        internal=internal,
        outgoing=outgoing,
        rows=Rows.from_bytes(part(Part.ROWS)),
        files=Files(part(Part.DOCX), part(Part.XLSX), closing.software),
        recounted=recounted,
        changes=adjustments.in_json(unit, commune, changes),
    )


def judge(stored: Stored, again: Files) -> Proof:
    """What holds, when the files were made again from the stored report."""
    hashes = [_hash(body) == body["data_hash"] for body in (stored.internal, stored.outgoing)]
    then, now = dict(_leaves(stored.internal)), dict(_leaves(stored.recounted))
    paths = dict.fromkeys([*then, *now])
    differing = [(path, then.get(path), now.get(path)) for path in paths]
    others = [one for one in differing if one[1] != one[2]]
    return Proof(
        is_hash_right=all(hashes) and stored.internal["data_hash"] == stored.closing.data_hash,
        is_docx_same=again.docx == stored.files.docx,
        is_xlsx_same=again.xlsx == stored.files.xlsx,
        is_same_version=stored.files.made_by == again.made_by,
        is_count_same=not others and not stored.changes,
        changes=stored.changes,
        others=others,
    )


def _hash(body: Mapping[str, Any]) -> str:
    return stats.data_hash({key: value for key, value in body.items() if key != "data_hash"})


WORDS = ("topic", "team", "place", "outcome", "service", "subject", "kind", "age_band")
KEYS = ("id", "guide", "neighbourhood", "evidence", *WORDS)
"""What a row of a list goes by, so that a row more does not look like a change of all that follow."""


def _leaves(body: object, path: str = "") -> Iterator[tuple[str, Value]]:
    if isinstance(body, Mapping):
        for key, value in body.items():
            if path or key != "data_hash":
                yield from _leaves(value, f"{path}.{key}" if path else key)
    elif isinstance(body, list):
        for place, value in enumerate(body):
            yield from _leaves(value, f"{path}[{_name(value, place)}]")
    elif body is None or isinstance(body, str | int | float):
        yield path, body


def _name(value: object, place: int) -> object:
    named = [value[key] for key in KEYS if key in value] if isinstance(value, Mapping) else []
    return named[0] if named else value if isinstance(value, str) else place
