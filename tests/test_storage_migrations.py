"""Migrations: they make what models.py says, can be undone, and refuse what they do not know."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Inspector, inspect, text

from bot.core.errors import StorageError
from bot.core.keys import KeyRing
from storage import migrate
from storage.database import Database, Unit
from storage.models import metadata
from tests.clock import FixedClock
from tests.storage_tools import KEY, empty_database, open_office, rows_of

START = """
import os, sys
from bot.app.installation import open_installation
from bot.config import load_settings
settings = load_settings(os.environ)
print("ready", flush=True)
sys.stdin.readline()
opened = open_installation(settings)
print(*(commune.slug for commune in opened.communes))
opened.database.close()
"""
SQLITE_OBJECTS = (
    "SELECT type || ' ' || name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY 1"
)
POSTGRES_OBJECTS = """
    SELECT 'relation ' || relname FROM pg_class WHERE relnamespace = 'public'::regnamespace
    UNION ALL SELECT 'function ' || proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    UNION ALL SELECT 'type ' || typname FROM pg_type
        WHERE typnamespace = 'public'::regnamespace AND typname NOT LIKE '%alembic_version'
    UNION ALL SELECT 'trigger ' || tgname FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1
"""


def objects_of(database: Database) -> set[str]:
    """Everything that was made in the database, whatever its kind, but Alembic's own table."""
    statement = SQLITE_OBJECTS if database.is_sqlite else POSTGRES_OBJECTS
    with database.engine.connect() as connection:
        found = set(connection.execute(text(statement)).scalars())
    return {name for name in found if "alembic_version" not in name}


def shape_of(connection: Connection) -> dict[str, Any]:
    """Columns, keys, constraints with their names, indexes with their conditions, id generation."""
    seen: Inspector = inspect(connection)
    names = sorted(set(seen.get_table_names()) - {"alembic_version"})
    return {name: _table_shape(seen, name) for name in names} | {"ids": _ids(connection)}


def _table_shape(seen: Inspector, name: str) -> dict[str, Any]:
    columns = [
        (c["name"], str(c["type"]), c["nullable"], c["default"], c.get("autoincrement"))
        for c in seen.get_columns(name)
    ]
    indexes = [
        (i["name"], i["column_names"], i["unique"], _where(i)) for i in seen.get_indexes(name)
    ]
    keys = [
        (k["name"], k["constrained_columns"], k["referred_table"], k["referred_columns"])
        for k in seen.get_foreign_keys(name)
    ]
    unique = [(u["name"], u["column_names"]) for u in seen.get_unique_constraints(name)]
    primary = seen.get_pk_constraint(name)
    return {
        "columns": columns,
        "primary": (primary["name"], primary["constrained_columns"]),
        "keys": sorted(keys, key=str),
        "unique": sorted(unique, key=str),
        "indexes": sorted(indexes, key=str),
        "checks": seen.get_check_constraints(name),
    }


def _where(index: Any) -> dict[str, str]:
    options = index.get("dialect_options", {})
    return {k: " ".join(str(v).split()) for k, v in options.items() if k.endswith("_where")}


def _ids(connection: Connection) -> list[str]:
    """Tables whose ids never come back."""
    if connection.dialect.name != "sqlite":
        return []
    statement = "SELECT name FROM sqlite_master WHERE sql LIKE '%AUTOINCREMENT%' ORDER BY name"
    return list(connection.execute(text(statement)).scalars())


@pytest.fixture
def empty(empty_database_url: str, clock: FixedClock) -> Database:
    """A database that nothing was done to; every test closes it itself or by the loop."""
    return Database(empty_database_url, KeyRing(KEY), clock)


def test_an_upgrade_makes_exactly_what_the_models_say(
    database: Database, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, metadata) == []
        migrated = shape_of(connection)
    engine = "sqlite" if database.is_sqlite else "postgres"
    with empty_database(request, engine, tmp_path) as url:
        made = Database(url, KeyRing(KEY), FixedClock())
        with made.engine.begin() as connection:
            metadata.create_all(connection)
            modelled = shape_of(connection)
        made.close()
    assert migrated == modelled
    partial = {name for name in metadata.tables for i in migrated[name]["indexes"] if i[3]}
    assert partial == {
        *("closings", "help_entries", "help_requests", "inbox", "outbox", "people"),
        "reporting_units",
    }
    assert migrated["ids"] == (["inbox", "outbox"] if database.is_sqlite else [])


def test_no_column_has_a_default_in_the_server(database: Database) -> None:
    with database.engine.connect() as connection:
        shape = shape_of(connection)
    defaults = {
        f"{table}.{column[0]}": column[3]
        for table in metadata.tables
        for column in shape[table]["columns"]
        if column[3] is not None and not column[3].startswith("nextval(")
    }
    assert defaults == {}


def test_a_downgrade_leaves_nothing_and_an_upgrade_brings_all_back(database: Database) -> None:
    before = objects_of(database)
    assert {"trigger", "function"} - {name.split()[0] for name in before} <= {"function"}
    database.write(open_office)
    migrate.migrate(database, "base")
    assert objects_of(database) == set()
    with pytest.raises(StorageError):
        migrate.check_version(database)
    migrate.migrate(database)
    assert objects_of(database) == before
    migrate.check_version(database)
    assert not any(database.read(rows_of).values())


OFFICE_OF_VERSION_1 = (
    "INSERT INTO communes (id, slug, name, kind) VALUES (1, 'ho-nai', 'Hố Nai', 'phuong')",
    "INSERT INTO accounts (id, commune_id, channel, name) VALUES (1, 1, 'console', 'ho-nai')",
    "INSERT INTO neighbourhoods (id, commune_id, name) VALUES (1, 1, 'KP 1')",
    "INSERT INTO teams (id, commune_id, name, neighbourhood_id) VALUES (1, 1, 'KP 1', 1)",
    "INSERT INTO members (id, commune_id, team_id, name, role, joined_at)"
    " VALUES (1, 1, 1, 'chị Hạnh', 'member', '2026-11-18 02:00:00+00:00')",
    "INSERT INTO help_entries (id, commune_id, client_id, team_id, member_id, occurred_on, topic,"
    " visits, recorded_at, revision)"
    " VALUES (1, 1, 'c1', 1, 1, '2026-11-18', 'vneid', 2, '2026-11-18 02:00:00+00:00', 1)",
)
NEW_COLUMNS: dict[str, dict[str, object]] = {
    "teams": {"kind": "khu_pho", "merged_into": None},
    "members": {"organisation": None, "phone": None, "reminds_at": None},
    "help_entries": {"source": "chat"}
    | dict.fromkeys(
        ("subject", "files", "first_time", "age_band", "asked_for", "note", "import_id")
    ),
}
CHAT_OF_VERSION_1 = """
    INSERT INTO conversations
        (commune_id, account_id, identity, address, state, reachable, last_used_at)
    SELECT commune_id, id, :who, :who, '{}', true, :now FROM accounts
"""


def test_a_database_of_the_first_version_keeps_its_rows(empty: Database) -> None:
    migrate.migrate(empty, "0001")
    old_tables = set(names_of_tables(empty))
    for statement in OFFICE_OF_VERSION_1:
        empty.write(lambda unit, one=statement: unit.connection.execute(text(one)))
    chat = {"who": bytes(32), "now": "2026-11-18 02:00:00+00:00"}
    empty.write(lambda unit: unit.connection.execute(text(CHAT_OF_VERSION_1), chat))
    before = empty.read(lambda unit: {name: rows_named(unit, name) for name in old_tables})
    migrate.migrate(empty)
    migrate.check_version(empty)
    after = empty.read(lambda unit: {name: rows_named(unit, name) for name in metadata.tables})
    for row in before["conversations"]:
        row["forget_at"] = row["silent_since"] = None
        row["last_act_at"] = row["last_used_at"]
    for table, added in NEW_COLUMNS.items():
        before[table] = [row | added for row in before[table]]
    (kept,) = after.pop("memberships")
    assert (kept["member_id"], kept["team_id"], kept["role"], kept["until"]) == (
        1,
        1,
        "member",
        None,
    )
    assert before["conversations"]
    assert after == before | {name: [] for name in after.keys() - old_tables}
    with empty.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    empty.close()


def names_of_tables(database: Database) -> list[str]:
    """Names of the tables that there are."""
    with database.engine.connect() as connection:
        names = inspect(connection).get_table_names()
    return [name for name in names if name != "alembic_version"]


def rows_named(unit: Unit, table: str) -> list[dict[str, Any]]:
    """Every row as the driver gives it."""
    rows = unit.connection.execute(text(f"SELECT * FROM {table}"))
    return [dict(row._mapping) for row in rows]


def test_a_second_migration_changes_nothing(database: Database) -> None:
    database.write(open_office)
    rows, objects = database.read(rows_of), objects_of(database)
    migrate.migrate(database)
    assert (database.read(rows_of), objects_of(database)) == (rows, objects)


def test_three_processes_may_start_at_once_on_one_empty_database(
    empty_database_url: str,
) -> None:
    """Real processes: Alembic's context is global, and replicas do not share it either."""
    environment = os.environ | {"BOT_DATABASE_URL": empty_database_url, "BOT_SECRET_KEY": KEY}
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    started = [
        subprocess.Popen([sys.executable, "-c", START], env=environment, text=True, **pipes)
        for _ in range(3)
    ]
    for process in started:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in started:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    said = [process.communicate(timeout=60) for process in started]
    assert "ho-nai" in said[0][0].split()
    assert said == [(said[0][0], "")] * 3


def test_an_empty_database_is_not_of_the_right_version(empty: Database) -> None:
    assert migrate.is_new(empty)
    with pytest.raises(StorageError, match="phiên bản trống, chương trình cần"):
        migrate.check_version(empty)
    migrate.migrate(empty)
    assert not migrate.is_new(empty)
    migrate.check_version(empty)
    empty.close()


@pytest.mark.parametrize("refuses", [migrate.check_version, migrate.migrate])
def test_a_database_of_a_newer_version_is_refused_in_one_sentence(
    database: Database, refuses: Any
) -> None:
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    before = objects_of(database)
    with pytest.raises(StorageError) as refused:
        refuses(database)
    said = str(refused.value)
    assert said.startswith("Cơ sở dữ liệu ở phiên bản 9999")
    assert "mới hơn" in said
    assert "db migrate" not in said  # it could not help
    assert said.count("\n") == 0
    assert objects_of(database) == before


def test_a_migration_that_fails_half_way_leaves_the_database_as_it_was(empty: Database) -> None:
    with empty.engine.begin() as connection:
        connection.execute(text("CREATE TABLE teams (id INTEGER)"))  # in the way of ours
    before = objects_of(empty)
    with pytest.raises(StorageError, match="teams"):
        migrate.migrate(empty)
    assert objects_of(empty) == before
    empty.close()
