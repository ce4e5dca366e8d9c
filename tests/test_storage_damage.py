"""Backups that are cut, changed, mixed or of another key are refused before anything is touched."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from bot.core.errors import StorageError, WrongKeyError
from bot.core.keys import KeyRing
from storage import transfer
from storage.database import Database, Unit
from storage.models import conversations
from tests.storage_tools import ENGINES, KEY, Shelf, open_office, open_shelf, rows_of
from tests.storage_twins import furnish

MOST_EXAMPLES = min(settings().max_examples, 300)
SECRETS = ["chị Hạnh", "anh Bình", "KP 1", "phuong", "vneid", "vneid-quen-mat-khau", "console"]


@dataclass(frozen=True)
class Vault:
    """A database with data in it, and a backup of another one."""

    shelf: Shelf
    good: bytes
    folder: Path

    def restore(self, content: bytes) -> None:
        """Try to restore these bytes by force."""
        file = self.folder / "damaged"
        file.write_bytes(content)
        transfer.restore(self.shelf.database, file, force=True)


@pytest.fixture(scope="module", params=ENGINES)
def vault(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Vault]:
    folder = tmp_path_factory.mktemp("damage")
    with open_shelf(request, "sqlite", folder) as other:
        other.write(furnish)
        transfer.backup(other.database, folder / "good")
    with open_shelf(request, request.param, folder) as shelf:
        shelf.write(open_office)
        yield Vault(shelf, (folder / "good").read_bytes(), folder)


@given(data=st.data())
@settings(max_examples=MOST_EXAMPLES)
def test_a_bit_that_was_flipped_anywhere_is_noticed(vault: Vault, data: st.DataObject) -> None:
    damaged = bytearray(vault.good)
    place = data.draw(st.integers(0, len(damaged) - 1))
    damaged[place] ^= 1 << data.draw(st.integers(0, 7))
    before = vault.shelf.read(rows_of)
    with pytest.raises(StorageError):
        vault.restore(bytes(damaged))
    assert vault.shelf.read(rows_of) == before


@given(size=st.integers(0, 10_000))
@settings(max_examples=MOST_EXAMPLES)
@example(0)
@example(7)  # only the sign at the beginning
@example(8)
@example(11)  # and the size of the first chunk
def test_a_backup_that_was_cut_off_anywhere_is_noticed(vault: Vault, size: int) -> None:
    before = vault.shelf.read(rows_of)
    with pytest.raises(StorageError):
        vault.restore(vault.good[: min(size, len(vault.good) - 1)])
    assert vault.shelf.read(rows_of) == before


def test_the_undamaged_backup_would_have_been_taken(
    vault: Vault, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    with open_shelf(request, "sqlite", tmp_path) as empty:
        rows = transfer.restore(empty.database, vault.folder / "good", force=False)
        assert rows == sum(len(table) for table in empty.read(rows_of).values()) > 20


def test_a_chunk_that_is_too_small_is_noticed(vault: Vault) -> None:
    """Its first bytes may be the true key id, yet there is no room for what must follow."""
    start = len(transfer.MAGIC) + 4
    for size in range(1, 60):
        with pytest.raises(StorageError):
            vault.restore(
                transfer.MAGIC + size.to_bytes(4, "big") + vault.good[start : start + size]
            )


def test_something_after_the_end_is_noticed(vault: Vault) -> None:
    with pytest.raises(StorageError):
        vault.restore(vault.good + b"x")


@pytest.mark.parametrize("content", [b"", b"BANSO", b"PK\x03\x04 something else", bytes(100)])
def test_a_file_that_is_no_backup_is_refused_in_one_sentence(vault: Vault, content: bytes) -> None:
    with pytest.raises(StorageError, match="không phải bản lưu của Bạn Số") as refused:
        vault.restore(content)
    assert "\n" not in str(refused.value)


def test_a_backup_of_another_key_is_refused(vault: Vault) -> None:
    other = Database(vault.shelf.url, KeyRing("khóa khác"), vault.shelf.clock)
    before = vault.shelf.read(rows_of)
    (vault.folder / "good copy").write_bytes(vault.good)
    with pytest.raises(WrongKeyError):
        transfer.restore(other, vault.folder / "good copy", force=True)
    other.close()
    assert vault.shelf.read(rows_of) == before


def test_a_backup_of_an_old_key_is_taken_by_a_ring_that_still_has_it(vault: Vault) -> None:
    transfer.check_backup(KeyRing("khóa khác", (KEY,)), vault.folder / "good")
    with pytest.raises(WrongKeyError):
        transfer.check_backup(KeyRing("khóa khác"), vault.folder / "good")


def test_a_backup_that_is_not_there_is_refused_in_one_sentence(vault: Vault) -> None:
    missing = vault.folder / "missing"
    with pytest.raises(StorageError, match="Không đọc được bản lưu"):
        transfer.restore(vault.shelf.database, missing, force=True)
    with pytest.raises(StorageError, match="Không ghi được bản lưu"):
        transfer.backup(vault.shelf.database, vault.folder / "no folder" / "backup")


def test_a_backup_holds_no_clear_text(vault: Vault) -> None:
    assert b"BANSO" in vault.good
    for secret in SECRETS:
        assert secret.encode() not in vault.good
    chunk = vault.good[len(transfer.MAGIC) :]
    assert b"\x1f\x8b" not in chunk[:64]  # not even the sign of gzip


@pytest.fixture(scope="module")
def large(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Shelf, list[bytes], list[bytes]]]:
    """A shelf and the chunks of two backups of it, each of several chunks."""
    folder = tmp_path_factory.mktemp("large")
    with open_shelf(request, "sqlite", folder) as shelf:
        shelf.write(furnish)
        shelf.write(fill)
        backups = []
        for name in ("first", "second"):
            transfer.backup(shelf.database, folder / name)
            backups.append(chunks_of((folder / name).read_bytes()))
        yield shelf, backups[0], backups[1]


def fill(unit: Unit) -> None:
    """Some megabytes that do not compress, so that the backup has several chunks."""
    noise = random.Random(1).randbytes(1_600_000).hex()
    unit.connection.execute(update(conversations).values(state=noise))


def chunks_of(content: bytes) -> list[bytes]:
    chunks, place = [], len(transfer.MAGIC)
    while place < len(content):
        end = place + 4 + int.from_bytes(content[place : place + 4], "big")
        chunks.append(content[place:end])
        place = end
    return chunks


def test_chunks_that_are_left_out_swapped_or_of_another_backup_are_noticed(
    large: tuple[Shelf, list[bytes], list[bytes]], tmp_path: Path
) -> None:
    shelf, first, second = large
    assert len(first) >= 3
    mixtures = {
        "left out at the end": first[:-1],
        "left out in the middle": [first[0], *first[2:]],
        "left out at the beginning": first[1:],
        "swapped": [first[1], first[0], *first[2:]],
        "twice": [first[0], *first],
        "of another backup": [*first[:-1], second[-1]],
        "begun by another backup": [second[0], *first[1:]],
    }
    for what, chunks in mixtures.items():
        file = tmp_path / what
        file.write_bytes(transfer.MAGIC + b"".join(chunks))
        with pytest.raises(StorageError, match="bị hỏng"):
            transfer.check_backup(shelf.database.keys, file)
    whole = tmp_path / "whole"
    whole.write_bytes(transfer.MAGIC + b"".join(first))
    before = shelf.read(rows_of)
    transfer.restore(shelf.database, whole, force=True)
    assert shelf.read(rows_of) == before
