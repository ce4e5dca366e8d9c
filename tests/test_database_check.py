"""``db check``: whole, readable, nobody kept waiting, and how many people it is about."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import LargeBinary, insert, text

from bot.services import inspection, petitions
from bot.services.petitions import DUE, Kind
from storage import inspection as stored
from storage.database import Unit
from storage.models import conversations, metadata
from storage.models_people import contacts
from tests.clock import FixedClock
from tests.command_line import Terminal
from tests.rights_world import known
from tests.world import World

SEALED_BY_NAME = (
    "body",
    "address",
    "secrets",
    "access",
    "refresh",
    "verifier",
    "phone",
    "mail",
    "sealed",
)
PLAIN = {
    *(("closings", name) for name in ("internal", "outgoing", "docx", "xlsx", "basis", "rows")),
    ("report_templates", "docx"),
    ("help_days", "people"),
}
"""Bytes that are no secret: files that leave the office, what they add up, numbers of people."""


def look(world: World) -> inspection.Look:
    return world.base.database.read(inspection.look)


def test_a_sound_database_is_said_to_be_sound_and_of_how_many(world: World) -> None:
    known(world)
    world.member()
    found = look(world)
    assert (found.broken, found.advice) == ((), ())
    assert found.facts == (
        "Đang có dữ liệu về 1 người đã được đếm, 2 khung chat, 1 người làm việc.",
    )


def test_every_sealed_column_is_looked_at() -> None:
    sealed = {
        (table.name, column.name)
        for table in metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, LargeBinary)
        and column.type.length is None
        and column.name in SEALED_BY_NAME
    } - {("canary", "sealed")}
    unnamed = {
        (table.name, column.name)
        for table in metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, LargeBinary) and column.type.length is None
    } - sealed
    assert unnamed == {("canary", "sealed")} | PLAIN
    assert sealed == {(column.table.name, column.name) for column, _ in stored.SEALED}


def test_a_value_that_no_key_opens_is_named_with_its_place(world: World) -> None:
    known(world)

    def spoil(unit: Unit) -> None:
        unit.connection.execute(contacts.update().values(phone=bytes(64)))

    world.base.database.write(spoil)
    (said,) = look(world).broken
    assert "contacts.phone" in said
    assert "BOT_SECRET_KEY_OLD" in said


def test_a_request_that_is_overdue_is_told(world: World, clock: FixedClock) -> None:
    key, note = "1", "đơn giấy"
    world.base.database.write(petitions.take_in, world.commune.id, Kind.ERASE, key, note)
    clock.passes(seconds=DUE[Kind.ERASE].total_seconds())
    assert look(world).advice == ()
    clock.passes(seconds=1)
    (said,) = look(world).advice
    assert "1 yêu cầu về dữ liệu quá hạn" in said


@pytest.mark.parametrize(("count", "said"), [(7_999, ""), (8_000, "8.000"), (80_000, "80.000")])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_many_people_are_a_reason_to_look_at_the_level_again(
    world: World, count: int, said: str
) -> None:
    row = {
        "commune_id": world.commune.id,
        "account_id": world.account.id,
        "address": world.base.database.keys.seal(stored.Purpose.ADDRESS, b"x"),
        "state": "{}",
        "reachable": True,
        "last_used_at": world.base.database.clock(),
    }
    many = [row | {"identity": number.to_bytes(32, "big")} for number in range(count)]
    world.base.database.write(lambda unit: unit.connection.execute(insert(conversations), many))
    advice = look(world).advice
    assert [f"hơn {said} người" in one for one in advice] == ([True] if said else [])


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_reference_that_leads_nowhere_is_damage(world: World) -> None:
    known(world)
    path = Path(world.base.settings.database_url.removeprefix("sqlite:///"))
    with sqlite3.connect(path) as raw:
        raw.execute("PRAGMA foreign_keys = OFF")
        raw.execute("UPDATE contacts SET person_id = 999999")
    raw.close()
    (said,) = look(world).broken
    assert "contacts" in said
    assert "phục hồi" in said


def test_the_command_says_each_in_a_line_and_ends_1_only_for_what_is_broken(
    tmp_path: Path,
) -> None:
    terminal = Terminal(tmp_path)
    assert terminal.types("db", "migrate").code == 0
    ended = terminal.types("db", "check")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.splitlines()[0] == "Tốt: mở được, đúng phiên bản, đúng khóa, không hỏng."
    with sqlite3.connect(terminal.database) as raw:
        raw.execute(
            "INSERT INTO communes (id, slug, name, kind) VALUES (1, 'ho-nai', 'Hố Nai', 'phuong')"
        )
        raw.execute(
            "INSERT INTO data_requests (commune_id, receipt_hash, kind, way, asked_at, due_at)"
            " VALUES (1, x'00', 'erase', 'paper', '2026-01-01 00:00:00', '2026-01-21 00:00:00')"
        )
    raw.close()
    ended = terminal.types("db", "check")
    assert ended.code == 0
    assert "Nên làm: Có 1 yêu cầu" in ended.out
    with sqlite3.connect(terminal.database) as raw:
        raw.execute(
            "INSERT INTO accounts (id, commune_id, channel, name, secrets)"
            " VALUES (1, 1, 'telegram', 'x', x'00')"
        )
    raw.close()
    ended = terminal.types("db", "check")
    assert ended.code == 1
    assert "accounts.secrets" in ended.complaint


@pytest.mark.postgres
@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_on_postgresql_a_constraint_that_was_never_proved_is_damage(world: World) -> None:
    def add(unit: Unit) -> None:
        rule = "ALTER TABLE contacts ADD CONSTRAINT unproved CHECK (person_id > 0) NOT VALID"
        unit.connection.execute(text(rule))

    def drop(unit: Unit) -> None:
        unit.connection.execute(text("ALTER TABLE contacts DROP CONSTRAINT unproved"))

    world.base.database.write(add)
    try:
        (said,) = look(world).broken
    finally:
        world.base.database.write(drop)
    assert "unproved" in said
