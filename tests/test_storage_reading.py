"""A reading unit sees one moment, however long it reads and whatever is written meanwhile."""

from __future__ import annotations

from datetime import date

from sqlalchemy import func, select

from storage import communes
from storage.database import Database, Unit
from storage.models import neighbourhoods
from storage.read_once import read_once


def count(unit: Unit) -> int:
    found: int = unit.connection.execute(select(func.count(neighbourhoods.c.id))).scalar_one()
    return found


def test_what_is_written_while_a_page_is_read_changes_nothing_of_it(database: Database) -> None:
    commune = database.write(communes.save_commune, "xa-thu", "Xã Thử", "xa")
    with database.unit(read_only=True) as page:
        assert count(page) == 0
        database.write(communes.save_neighbourhoods, commune.id, ["Ấp 1"], date(2026, 1, 1))
        assert count(page) == 0
    assert database.read(count) == 1


def test_a_reading_unit_asks_the_same_thing_once_and_a_writing_unit_anew(
    database: Database,
) -> None:
    asked: list[str] = []

    @read_once
    def read(unit: Unit, name: str) -> int:
        asked.append(name)
        return count(unit)

    for _ in range(2):
        with database.unit(read_only=True) as page:
            assert [read(page, "a"), read(page, "a"), read(page, "b")] == [0, 0, 0]
    assert asked == ["a", "b", "a", "b"]
    commune = database.write(communes.save_commune, "xa-thu", "Xã Thử", "xa")
    with database.unit() as unit:
        assert read(unit, "a") == 0
        communes.save_neighbourhoods(unit, commune.id, ["Ấp 1"], date(2026, 1, 1))
        assert read(unit, "a") == 1
