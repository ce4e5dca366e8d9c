"""A whole database as one encrypted file that either engine can read back.

The file is a header, then AES-GCM sealed chunks of a gzip stream of JSON lines: a table's name, then its
rows. It holds no clear byte of the data, and a chunk that was cut off or swapped does not open.
"""

from __future__ import annotations

import base64
import gzip
import io
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Column, func, insert, select, text

from bot.core.errors import StorageError, why
from bot.core.keys import KeyRing, Purpose
from storage.database import Database, Unit
from storage.migrate import newest_version
from storage.models import Moment, metadata

MAGIC = b"BANSO1\n"
CHUNK = 1 << 20
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


def check_backup(keys: KeyRing, path: Path) -> None:
    """Raise ``StorageError`` unless the file is a whole backup of this version that these keys open."""
    try:
        with path.open("rb") as file:
            _check_version(json.loads(next(_lines(keys, file))))
    except OSError as error:
        raise StorageError(f"Không đọc được bản lưu {path}: {why(error)}.") from error


def _write(unit: Unit, file: io.BufferedWriter) -> int:
    sealed = _Sealed(file, unit.keys)
    rows = 0
    with gzip.GzipFile(fileobj=sealed, mode="wb", mtime=0) as stream:
        stream.write(_line({"version": newest_version(), "at": unit.now.isoformat()}))
        for table in metadata.sorted_tables:
            stream.write(_line({"table": table.name}))
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
        rows = _fill(unit, lines)
    _reset_sequences(unit)
    return rows


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
    rows, table = 0, None
    batch: list[dict[str, Any]] = []
    for line in lines:
        item = json.loads(line)
        if isinstance(item, dict):
            if table is not None and batch:
                unit.connection.execute(insert(table), batch)
            table, batch = metadata.tables[item["table"]], []
            continue
        if table is None:
            raise StorageError("Bản lưu bị hỏng: hãy dùng bản lưu khác.")
        batch.append({c.name: _typed(c, v) for c, v in zip(table.columns, item, strict=True)})
        rows += 1
        if len(batch) >= BATCH:
            unit.connection.execute(insert(table), batch)
            batch = []
    if table is not None and batch:
        unit.connection.execute(insert(table), batch)
    return rows


def _reset_sequences(unit: Unit) -> None:
    """PostgreSQL hands out ids after the highest that was brought along."""
    if unit.dialect != "postgresql":
        return
    for table in metadata.sorted_tables:
        key = table.autoincrement_column
        if key is None:
            continue
        highest = unit.connection.execute(select(func.max(key))).scalar()
        if highest is not None:
            unit.connection.execute(
                text("SELECT setval(pg_get_serial_sequence(:t, :c), :n)"),
                {"t": table.name, "c": key.name, "n": highest},
            )


class _Sealed(io.RawIOBase):
    """A stream that seals what is written to it, a chunk at a time, each with its number."""

    def __init__(self, file: io.BufferedWriter, keys: KeyRing) -> None:
        self._file, self._keys = file, keys
        self._pending, self._number = bytearray(), 0
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
        head = self._number.to_bytes(8, "big") + (b"\x01" if last else b"\x00")
        sealed = self._keys.seal(Purpose.BACKUP, head + plain)
        self._file.write(len(sealed).to_bytes(4, "big") + sealed)
        self._number += 1


def _chunks(keys: KeyRing, file: io.BufferedReader) -> Iterator[bytes]:
    damaged = StorageError("Bản lưu bị hỏng hoặc bị cắt mất đoạn cuối: hãy dùng bản lưu khác.")
    if file.read(len(MAGIC)) != MAGIC:
        raise StorageError("Tệp này không phải bản lưu của Bạn Số.")
    number, last = 0, False
    while not last:
        size = int.from_bytes(file.read(4), "big")
        sealed = file.read(size)
        if not size or len(sealed) != size:
            raise damaged
        plain = keys.open(Purpose.BACKUP, sealed)
        if int.from_bytes(plain[:8], "big") != number:
            raise damaged
        number, last = number + 1, plain[8] == 1
        yield plain[9:]


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
