"""Sheets of paper for signing: their codes, and the ids of their rows."""

from __future__ import annotations

import re
import secrets

from bot.services.teams import LETTERS
from storage import audit, sheets
from storage.audit import Act
from storage.communes import Commune
from storage.database import Unit

ROWS = 20
CODE_LENGTH = 4
MOST_AT_ONCE = 10
CODE = re.compile(f"[{LETTERS}]{{{CODE_LENGTH}}}")
SHEET_ROW = re.compile(rf"([{LETTERS}]{{{CODE_LENGTH}}})[- ]?(\d{{1,2}})", re.ASCII)
"""How the row of a sheet is typed: “7K2M-03”, also in small letters, without the hyphen or the 0."""


def row_id(code: str, number: int) -> str:
    """The id of a row, as it is typed into a file."""
    return f"{code}-{number:02d}"


def row_ids(code: str) -> list[str]:
    """The ids of all rows of a sheet."""
    return [row_id(code, number) for number in range(1, ROWS + 1)]


def read_code(text: str) -> str | None:
    """The code of a sheet as it was typed; None when it is none."""
    code = text.strip().upper()
    return code if CODE.fullmatch(code) and not code.isdigit() else None


def new_codes(unit: Unit, commune: Commune, count: int, who: str) -> list[str]:
    """Codes that no sheet of this commune has; each is noted in the audit log, so that none comes twice."""
    found: list[str] = []
    while len(found) < min(count, MOST_AT_ONCE):
        code = "".join(secrets.choice(LETTERS) for _ in range(CODE_LENGTH))
        # Spreadsheets take “2852-03” for a month.
        if read_code(code) is None or sheets.is_taken(unit, commune.id, code, row_ids(code)):
            continue
        audit.record(unit, commune.id, Act(who, sheets.ACT, sheets.mark_of(code)))
        found.append(code)
    return found
