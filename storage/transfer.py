"""A whole database as one encrypted file that either engine can read back.

The file is a header, then AES-GCM sealed chunks of a gzip stream of JSON lines: a table's name and the
highest id that it ever gave out, then its rows. It holds no clear byte of the data, and a chunk that was cut
off, swapped or brought in from another backup is refused before anything is touched.
"""

from __future__ import annotations

import base64
import gzip
import io
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Table, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from bot.core.errors import StorageError, why
from bot.core.keys import KEY_ID_BYTES, NONCE_BYTES, KeyRing, Purpose
from storage.columns import Moment
from storage.database import Database, Unit
from storage.migrate import newest_version
from storage.models import metadata

MAGIC = b"BANSO1\n"
CHUNK = 1 << 20
NAME_BYTES = 16
HEAD_BYTES = (
    NAME_BYTES + 9
)  # the name of the backup, the number of the chunk, whether it is the last
SHORTEST_CHUNK = KEY_ID_BYTES + NONCE_BYTES + HEAD_BYTES
BATCH = 500


def backup(database: Database, path: Path) -> int:
    """Write the whole database to a new file (mode 600); gives the number of rows."""
    partial = path.with_name(path.name + ".part")
    try:
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            rows = database.read(_write, file)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError as error:
        raise StorageError(f"Không ghi được bản lưu {path}: {why(error)}.") from error
    return rows


def restore(database: Database, path: Path, *, force: bool) -> int:
    """Fill the (migrated) database from a backup; refuses one that holds data unless ``force``."""
    try:
        with path.open("rb") as file:
            return database.write(_read, file, force)
    except OSError as error:
        raise StorageError(f"Không đọc được bản lưu {path}: {why(error)}.") from error
    except DBAPIError as error:
        reason = str(error.orig).partition("\n")[0]  # what follows may show a row
        raise StorageError(f"Không ghi được bản lưu vào cơ sở dữ liệu này: {reason}") from error


def check_backup(keys: KeyRing, path: Path) -> None:
    """Raise ``StorageError`` unless the file is a whole backup of this version that these keys open."""
    try:
        with path.open("rb") as file:
            _check_version(json.loads(next(_lines(keys, file))))
    except OSError as error:
        raise StorageError(f"Không đọc được bản lưu {path}: {why(error)}.") from error


def _write(unit: Unit, file: io.BufferedWriter) -> int:
    if unit.dialect == "postgresql":  # one moment for all tables; SQLite reads a snapshot anyway
        unit.connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"))
    sealed = _Sealed(file, unit.keys)
    rows = 0
    with gzip.GzipFile(fileobj=sealed, mode="wb", mtime=0) as stream:
        stream.write(_line({"version": newest_version(), "at": unit.now.isoformat()}))
        for table in metadata.sorted_tables:
            stream.write(_line({"table": table.name, "last": _last_id(unit, table)}))
            for row in unit.connection.execute(select(table).order_by(*table.primary_key)):
                stream.write(_line([_plain(value) for value in row]))
                rows += 1
    sealed.finish()
    return rows


def _read(unit: Unit, file: io.BufferedReader, force: bool) -> int:
    lines = _lines(unit.keys, file)
    _check_version(json.loads(next(lines)))
    with _guards_lifted(unit):
        _empty(unit, force)
        return _fill(unit, lines)


def _check_version(head: dict[str, Any]) -> None:
    if head.get("version") != newest_version():
        raise StorageError(
            f"Bản lưu thuộc phiên bản {head.get('version')}, chương trình này là {newest_version()}: "
            "dùng đúng phiên bản chương trình để phục hồi."
        )


def _empty(unit: Unit, force: bool) -> None:
    tables = [table for table in reversed(metadata.sorted_tables) if table.name != "canary"]
    filled = [t.name for t in tables if unit.connection.execute(select(t).limit(1)).first()]
    if filled and not force:
        raise StorageError(
            "Cơ sở dữ liệu đang có dữ liệu nên không phục hồi đè lên: thêm --force nếu chắc chắn."
        )
    for table in reversed(metadata.sorted_tables):
        unit.connection.execute(table.delete())


@contextmanager
def _guards_lifted(unit: Unit) -> Iterator[None]:
    """Let the audit log be replaced as a whole; if anything fails the unit rolls this back too."""
    if unit.dialect == "postgresql":
        unit.connection.execute(text("ALTER TABLE audit_log DISABLE TRIGGER USER"))
        yield
        unit.connection.execute(text("ALTER TABLE audit_log ENABLE TRIGGER USER"))
        return
    triggers = unit.connection.execute(
        text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
    ).all()
    for name, _ in triggers:
        unit.connection.exec_driver_sql(f"DROP TRIGGER {name}")
    yield
    for _, definition in triggers:
        unit.connection.exec_driver_sql(definition)


def _fill(unit: Unit, lines: Iterator[bytes]) -> int:
    rows = 0
    filling: _Filling | None = None
    for line in lines:
        item = json.loads(line)
        if isinstance(item, dict):
            if filling is not None:
                filling.finish()
            filling = _Filling(unit, metadata.tables[item["table"]], item["last"])
        elif filling is None:
            raise StorageError("Bản lưu bị hỏng: hãy dùng bản lưu khác.")
        else:
            filling.add(item)
            rows += 1
    if filling is not None:
        filling.finish()
    return rows


class _Filling:
    """The rows of one table on their way in."""

    def __init__(self, unit: Unit, table: Table, last: int) -> None:
        self._unit, self._table, self._last = unit, table, last
        self._batch: list[dict[str, Any]] = []
        # What a row says of another row of its table is set when all rows are there.
        self._inward = [
            key.parent.name
            for key in table.foreign_keys
            if key.column.table is table and key.parent.name != "commune_id"
        ]
        self._later: list[dict[str, Any]] = []

    def add(self, item: list[Any]) -> None:
        columns = zip(self._table.columns, item, strict=True)
        row = {column.name: _typed(column, value) for column, value in columns}
        for name in self._inward:
            if row[name] is not None:
                self._later.append({"row": row["id"], name: row[name]})
                row[name] = None
        self._batch.append(row)
        if len(self._batch) >= BATCH:
            self._put()

    def _put(self) -> None:
        if self._batch:
            self._unit.connection.execute(insert(self._table), self._batch)
            self._batch = []

    def finish(self) -> None:
        """Write what is left, then go on giving out ids where the other database would have."""
        self._put()
        for row in self._later:
            mine = self._table.c.id == row.pop("row")
            self._unit.connection.execute(update(self._table).where(mine).values(row))
        _set_last_id(self._unit, self._table, self._last)


def _last_id(unit: Unit, table: Table) -> int:
    """The highest id that the table ever gave out; its row may be gone, its id must not come back."""
    key = table.autoincrement_column
    if key is None:
        return 0
    highest = unit.connection.execute(select(func.max(key))).scalar() or 0
    if unit.dialect == "postgresql":
        sequence = "SELECT pg_sequence_last_value(CAST(pg_get_serial_sequence(:t, :c) AS regclass))"
        given = unit.connection.execute(text(sequence), {"t": table.name, "c": key.name}).scalar()
    elif table.dialect_options["sqlite"]["autoincrement"]:
        counter = text("SELECT seq FROM sqlite_sequence WHERE name = :t")
        given = unit.connection.execute(counter, {"t": table.name}).scalar()
    else:
        given = None
    return max(int(highest), int(given or 0))


def _set_last_id(unit: Unit, table: Table, last: int) -> None:
    """The next id is above ``last`` and above every id of the rows; never below where it would have been."""
    key = table.autoincrement_column
    last = max(last, _last_id(unit, table))
    if key is None or last == 0:
        return
    if unit.dialect == "postgresql":
        unit.connection.execute(
            text("SELECT setval(pg_get_serial_sequence(:t, :c), :n)"),
            {"t": table.name, "c": key.name, "n": last},
        )
    elif table.dialect_options["sqlite"]["autoincrement"]:
        for statement in (
            "DELETE FROM sqlite_sequence WHERE name = :t",
            "INSERT INTO sqlite_sequence (name, seq) VALUES (:t, :n)",
        ):
            unit.connection.execute(text(statement), {"t": table.name, "n": last})


class _Sealed(io.RawIOBase):
    """A stream that seals what is written to it, a chunk at a time, each with its number."""

    def __init__(self, file: io.BufferedWriter, keys: KeyRing) -> None:
        self._file, self._keys = file, keys
        self._pending, self._number = bytearray(), 0
        self._name = secrets.token_bytes(NAME_BYTES)  # ties the chunks of one backup together
        file.write(MAGIC)

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._pending += data
        while len(self._pending) >= CHUNK:
            self._put(bytes(self._pending[:CHUNK]), last=False)
            del self._pending[:CHUNK]
        return len(data)

    def finish(self) -> None:
        """Write what is left, marked as the end: a file that was cut off has no such chunk."""
        self._put(bytes(self._pending), last=True)
        self._pending.clear()

    def _put(self, plain: bytes, *, last: bool) -> None:
        head = self._name + self._number.to_bytes(8, "big") + (b"\x01" if last else b"\x00")
        sealed = self._keys.seal(Purpose.BACKUP, head + plain)
        self._file.write(len(sealed).to_bytes(4, "big") + sealed)
        self._number += 1


def _chunks(keys: KeyRing, file: io.BufferedReader) -> Iterator[bytes]:
    damaged = StorageError("Bản lưu bị hỏng hoặc bị cắt mất đoạn cuối: hãy dùng bản lưu khác.")
    if file.read(len(MAGIC)) != MAGIC:
        raise StorageError("Tệp này không phải bản lưu của Bạn Số.")
    number, last, name = 0, False, b""
    while not last:
        size = int.from_bytes(file.read(4), "big")
        sealed = file.read(size)
        if size < SHORTEST_CHUNK or len(sealed) != size:
            raise damaged
        plain = keys.open(Purpose.BACKUP, sealed)
        head, body = plain[:HEAD_BYTES], plain[HEAD_BYTES:]
        name = name or head[:NAME_BYTES]
        if head[:-1] != name + number.to_bytes(8, "big"):
            raise damaged
        number, last = number + 1, head[-1] == 1
        yield body
    if file.read(1):
        raise damaged


def _lines(keys: KeyRing, file: io.BufferedReader) -> Iterator[bytes]:
    packed = io.BytesIO(b"".join(_chunks(keys, file)))
    with gzip.GzipFile(fileobj=packed) as stream:
        yield from stream


def _line(item: object) -> bytes:
    return json.dumps(item, ensure_ascii=False).encode() + b"\n"


def _plain(value: object) -> object:
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(value).decode()
    return value.isoformat() if isinstance(value, date) else value


def _typed(column: Column[Any], value: Any) -> Any:
    kind = column.type.python_type
    if value is None or not isinstance(value, str):
        return value
    if kind is bytes:
        return base64.b64decode(value)
    if isinstance(column.type, Moment):  # a decorated type does not tell its Python type
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if kind is date else value
