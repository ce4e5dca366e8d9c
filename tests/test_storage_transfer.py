"""A backup of either engine, restored into either, is the same installation."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import Connection, Engine, delete, event, func, insert, select, text
from sqlalchemy.exc import DBAPIError

from bot.app.installation import open_installation
from bot.config import Settings
from bot.core.errors import StorageError
from bot.core.keys import KeyRing
from bot.core.vocabulary import Role
from storage import audit, communes, mailbox, migrate, staff, transfer
from storage.audit import Act
from storage.database import Database, Unit
from storage.models import audit_log, inbox, neighbourhoods, outbox
from storage.models_people import people
from tests import shipped
from tests.clock import FixedClock
from tests.storage_tools import (
    ENGINES,
    KEY,
    Shelf,
    answer,
    arrival,
    empty_database,
    open_office,
    open_shelf,
    post,
    rows_of,
)
from tests.storage_twins import Home, furnish
from tests.world import Person, World


@dataclass(frozen=True)
class Filled:
    """A database with something in every table, and its backup."""

    shelf: Shelf
    home: Home
    file: Path
    last: dict[str, int]
    """Ids that were given out and whose rows are gone again."""


@contextmanager
def filled_database(request: pytest.FixtureRequest, engine: str, folder: Path) -> Iterator[Filled]:
    """Fill it, purge the newest event and letter of it, back it up."""
    with open_shelf(request, engine, folder) as shelf:
        shelf.write(migrate.check_key)
        home = shelf.write(furnish)
        shelf.write(merge, home)
        last = shelf.write(purge_newest, home)
        file = folder / f"backup of {engine}"
        transfer.backup(shelf.database, file)
        yield Filled(shelf, home, file, last)


@pytest.fixture(scope="module", params=ENGINES)
def filled(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Filled]:
    """With ``target``: all four moves from engine to engine."""
    with filled_database(request, request.param, tmp_path_factory.mktemp("filled")) as made:
        yield made


@pytest.fixture(scope="module")
def backup(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Filled]:
    """For what depends on the target alone."""
    with filled_database(request, "sqlite", tmp_path_factory.mktemp("backup")) as made:
        yield made


@pytest.fixture(params=ENGINES)
def second_engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def target(request: pytest.FixtureRequest, second_engine: str, tmp_path: Path) -> Iterator[Shelf]:
    with open_shelf(request, second_engine, tmp_path) as opened:
        yield opened


def merge(unit: Unit, home: Home) -> None:
    """KP 1 was merged into KP 9, which has a higher id; the same with two people."""
    for table, values in ((neighbourhoods, {"name": "KP 9"}), (people, {"created_at": unit.now})):
        older = select(table.c.id).where(table.c.commune_id == home.id)
        first = unit.connection.execute(older).scalars().first()
        new = insert(table).values(commune_id=home.id, **values).returning(table.c.id)
        later = unit.connection.execute(new).scalar_one()
        merged = table.update().where(table.c.id == first).values(merged_into=later)
        unit.connection.execute(merged)


def purge_newest(unit: Unit, home: Home) -> dict[str, int]:
    """The last event and the last letter are gone before the backup; gives their ids."""
    event = arrival(unit, home.office, "cô Sáu", "newest")
    mailbox.accept(unit, [event])
    answer(unit, event.identity, "chào")
    last = {}
    for table in (inbox, outbox):
        newest = select(func.max(table.c.id))
        last[table.name] = unit.connection.execute(newest).scalar_one()
        unit.connection.execute(delete(table).where(table.c.id == last[table.name]))
    return last


def test_every_row_arrives_as_it_was(filled: Filled, target: Shelf) -> None:
    before = filled.shelf.read(rows_of)
    assert [name for name, rows in before.items() if not rows] == ["job_runs"]
    rows = transfer.restore(target.database, filled.file, force=False)
    assert rows == sum(len(table) for table in before.values())
    assert target.read(rows_of) == before
    slug = filled.home.office.commune.slug
    assert target.write(communes.save_commune, slug, "Hố Nai", "phuong").id == filled.home.id


def test_new_rows_get_new_ids_also_where_the_newest_were_purged(
    filled: Filled, target: Shelf
) -> None:
    transfer.restore(target.database, filled.file, force=False)
    home = filled.home
    for _ in range(2):
        new = target.write(staff.add_member, home.id, home.office.team, "cô Sáu", Role.MEMBER)
        assert new > home.office.member
    target.write(post, home.office, "cô Sáu", "chào")
    rows = target.read(rows_of)
    assert rows["inbox"][-1][0] > filled.last["inbox"]
    assert rows["outbox"][-1][0] > filled.last["outbox"]


def test_a_backup_belongs_to_its_owner_alone(backup: Filled) -> None:
    assert stat.S_IMODE(backup.file.stat().st_mode) == 0o600
    assert [file.name for file in backup.file.parent.glob("*.part")] == []


def test_a_database_that_holds_data_is_overwritten_only_by_force(
    backup: Filled, target: Shelf
) -> None:
    stays = target.write(open_office)
    target.write(audit.record, stays.id, Act("console", "old", "old"))
    before = target.read(rows_of)
    with pytest.raises(StorageError, match="--force"):
        transfer.restore(target.database, backup.file, force=False)
    assert target.read(rows_of) == before
    transfer.restore(target.database, backup.file, force=True)
    assert target.read(rows_of) == backup.shelf.read(rows_of)
    acts = target.read(audit.list_acts, backup.home.id)
    assert [recorded.act.action for recorded in acts] == ["invite"]


def test_the_audit_log_is_guarded_again_after_a_restore(backup: Filled, target: Shelf) -> None:
    transfer.restore(target.database, backup.file, force=False)
    row = {"commune_id": backup.home.id, "at": datetime.now(UTC), "actor": "a", "action": "b"}
    target.write(lambda unit: unit.connection.execute(insert(audit_log).values(object="c", **row)))
    for change in ("UPDATE audit_log SET actor = 'x'", "DELETE FROM audit_log"):
        with pytest.raises(DBAPIError, match="append-only"):
            target.write(lambda unit, sql=change: unit.connection.execute(text(sql)))


def test_a_restore_that_fails_half_way_leaves_everything_as_it_was(
    backup: Filled, target: Shelf
) -> None:
    """The last table cannot be filled; what was emptied and filled before comes back."""
    kept = target.write(furnish)
    before = target.read(rows_of)

    def refuse(connection: Connection, cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("INSERT INTO help_entry_revisions"):
            raise ZeroDivisionError

    event.listen(target.database.engine, "before_cursor_execute", refuse)
    with pytest.raises(ZeroDivisionError):
        transfer.restore(target.database, backup.file, force=True)
    event.remove(target.database.engine, "before_cursor_execute", refuse)
    assert target.read(rows_of) == before
    for _ in range(2):  # ids go on as before
        target.write(staff.add_staff, kept.id, "new", Role.OFFICER)
        target.write(post, kept.office, "cô Sáu", "chào")
    with pytest.raises(DBAPIError, match="append-only"):
        target.write(lambda unit: unit.connection.execute(text("UPDATE audit_log SET id = 9")))


def test_a_backup_is_one_moment_even_while_others_write(
    filled: Filled, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """Somebody adds a commune with a team after the communes were read and before the teams are."""
    added: list[str] = []
    other = Database(filled.shelf.url, KeyRing(KEY), filled.shelf.clock)

    def meanwhile(connection: Connection, cursor: object, statement: str, *_: object) -> None:
        if "FROM communes" in statement and not added:
            added.append("now")  # before it goes on, since it executes statements itself
            other.write(open_office)

    before = filled.shelf.read(rows_of)
    event.listen(Engine, "after_cursor_execute", meanwhile)
    transfer.backup(filled.shelf.database, tmp_path / "backup")
    event.remove(Engine, "after_cursor_execute", meanwhile)
    other.close()
    assert added
    assert filled.shelf.read(rows_of) != before
    with open_shelf(request, "sqlite", tmp_path) as restored:
        transfer.restore(restored.database, tmp_path / "backup", force=False)
        assert restored.read(rows_of) == before


def test_what_does_not_fit_is_refused_in_one_sentence_that_shows_no_row(
    request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """SQLite takes any length; PostgreSQL holds to the one that was declared."""
    name = "bà Nguyễn Thị Rất Dài " * 20
    with open_shelf(request, "sqlite", tmp_path) as source:
        office = source.write(open_office)
        source.write(staff.add_staff, office.id, name, Role.OFFICER)
        transfer.backup(source.database, tmp_path / "backup")
    with open_shelf(request, "postgres", tmp_path) as target:
        with pytest.raises(StorageError, match="Không ghi được bản lưu vào") as refused:
            transfer.restore(target.database, tmp_path / "backup", force=False)
        assert "\n" not in str(refused.value)
        assert "Nguyễn" not in str(refused.value)
        assert not any(target.read(rows_of).values())


def settings_for(url: str, folder: Path) -> Settings:
    return Settings.model_validate({"database_url": url, "secret_key": KEY, "var_dir": folder})


def test_a_restored_installation_goes_on_with_the_same_conversations(
    settings: Settings,
    clock: FixedClock,
    request: pytest.FixtureRequest,
    second_engine: str,
    tmp_path: Path,
) -> None:
    mine = settings.model_copy(update={"secret_key": SecretStr(KEY)})
    first = open_installation(mine, clock, library=shipped.library())
    world = World(first)
    resident = world.person("bà Tư")
    resident.says("quen mat khau vneid")
    resident.says("1")
    assert "Bước 1/" in resident.last
    member = world.member("chị Hạnh", "KP 3")
    _log_one(member)
    transfer.backup(first.database, tmp_path / "backup")
    report = world.report("week:2026-W47")
    world.close()
    first.database.close()

    with empty_database(request, second_engine, tmp_path) as url:
        database = Database(url, KeyRing(KEY), clock)
        migrate.migrate(database)
        transfer.restore(database, tmp_path / "backup", force=False)
        database.close()
        second = open_installation(
            settings_for(url, tmp_path / "second"), clock, library=shipped.library()
        )
        assert second.communes == first.communes
        world = World(second)
        for _ in range(100):
            world.next_event()  # ids that the first world has used
        assert world.report("week:2026-W47") == report
        resident = world.person("bà Tư")
        resident.says("1")
        assert "Bước 2/" in resident.last
        _log_one(world.person("chị Hạnh"))
        assert world.report("week:2026-W47")["help"]["visits"] == 2
        world.close()
        second.database.close()


def _log_one(member: Person) -> None:
    member.says("ghi việc")
    member.presses("VNeID, căn cước")
    for digit in "11":
        member.says(digit)
    assert "Đã ghi: 1 lượt" in member.last
