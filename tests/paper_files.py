"""Files as an office types them from paper, and what came of them, for the tests of imports."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

from openpyxl import Workbook
from sqlalchemy import func, select

from bot.app.installation import Installation
from bot.app.paper import PaperRoom
from bot.core.vocabulary import Identity, Role
from bot.reports.reading import read_table
from bot.services import imports, teams
from bot.services.import_rows import SHAPE
from bot.services.imports import CONSOLE, Draft, Taken
from bot.services.plans import find_commune
from storage import audit
from storage.database import Unit
from storage.models_help import help_entries
from storage.models_people import consents, identities

Typed = Mapping[str, Any]
SHEET = [
    {"id": "7K2M-01", "occurred_on": "18/11/2026", "team": "KP 3", "services": "1;2"},
    {"id": "7K2M-02", "occurred_on": "17/11/2026", "team": "KP 3", "topic": "dvc", "visits": "2"},
]
"""Two rows of a sheet: three visits."""
PHONE = "0912 345 678"


def columns_of(rows: Sequence[Typed]) -> list[str]:
    """The columns that these rows use, in the order in which they come up."""
    return list(dict.fromkeys(name for row in rows for name in row))


def as_csv(rows: Sequence[Typed], sign: str = ",", encoding: str = "utf-8-sig") -> bytes:
    """The rows as Excel saves them."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=sign)
    names = columns_of(rows)
    writer.writerow(names)
    writer.writerows([row.get(name, "") for name in names] for row in rows)
    return out.getvalue().encode(encoding)


def as_xlsx(rows: Sequence[Typed], names: Sequence[str] = ()) -> bytes:
    """The rows as a workbook; values keep their kind."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    names = names or columns_of(rows)
    sheet.append(list(names))
    for row in rows:
        sheet.append([row.get(name) for name in names])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


class Paper:
    """The office of a commune with its files, without pages."""

    def __init__(self, base: Installation, slug: str = "ho-nai") -> None:
        self.base = base
        self.room = PaperRoom(base)
        self.commune = find_commune(base.communes, slug)
        self.house = self.room.house(self.commune)

    def looks(self, rows: Sequence[Typed] | bytes) -> Draft:
        """What a file says."""
        body = rows if isinstance(rows, bytes) else as_csv(rows)
        return self.base.database.read(imports.draft, self.house, read_table(body, SHAPE))

    def faults(self, rows: Sequence[Typed] | bytes) -> list[str]:
        """Every fault as its line."""
        return [fault.line(self.room.texts) for fault in self.looks(rows).faults]

    def takes(self, rows: Sequence[Typed] | bytes) -> Taken:
        """Look at a file and take it."""
        return self.base.database.write(imports.take, self.house, self.looks(rows), CONSOLE)

    def undoes(self, number: int | None, why: str = "nhập nhầm tổ") -> int:
        """Take a file back."""
        assert number is not None
        return self.base.database.write(imports.undo, self.commune.id, number, why, CONSOLE)

    def employs(self, name: str, team: str = "KP 3") -> None:
        """Somebody new in that team."""

        def join(unit: Unit) -> None:
            invited = teams.invite(unit, self.commune, Role.MEMBER, team, name)
            code = teams.read_code(invited.code) or ""
            teams.join(unit, self.commune, Identity(code.encode().ljust(32)), code)

        self.base.database.write(join)

    def figures(self) -> tuple[int, int, int]:
        """Visits that count, distinct people among them, and visits of nobody known."""

        def read(unit: Unit) -> tuple[int, int, int]:
            row = help_entries.c
            rows = unit.connection.execute(
                select(row.visits, row.person_id).where(
                    row.commune_id == self.commune.id, row.voided_at.is_(None)
                )
            ).all()
            known = {person for _, person in rows if person is not None}
            without = sum(visits for visits, person in rows if person is None)
            return sum(visits for visits, _ in rows), len(known), without

        return self.base.database.read(read)

    def counts(self) -> dict[str, int]:
        """How many rows stand in the tables that a file writes to."""
        tables = {"entries": help_entries, "phones": identities, "consents": consents}

        def read(unit: Unit) -> dict[str, int]:
            return {
                name: unit.connection.execute(
                    select(func.count()).where(table.c.commune_id == self.commune.id)
                ).scalar_one()
                for name, table in tables.items()
            }

        return self.base.database.read(read)

    def acts(self) -> list[tuple[str, str]]:
        """What the audit log says."""
        found = self.base.database.read(audit.list_acts, self.commune.id)
        return [(one.act.action, one.act.object) for one in found]
