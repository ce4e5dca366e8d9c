"""A month that a furnished commune has closed."""

from __future__ import annotations

from datetime import date

from storage import closings
from storage.closings import NewClosing, Part
from storage.database import Unit
from tests.storage_tools import Office

PARTS = {part: f"{part} \x00 of October".encode() for part in Part}


def furnish(unit: Unit, office: Office, officer: int) -> None:
    """October is frozen, and has its event."""
    days = date(2026, 10, 1), date(2026, 10, 31)
    fresh = NewClosing("month", "2026-10", *days, "sha256:0", "0.1.0", PARTS, officer)
    assert closings.add(unit, office.id, fresh) is not None
