"""Photos that prove what was put out: ``<root>/tuyen-truyen/<commune>/<line>-<hash>.jpg``, made small.

What cameras write into them is left out. They are shown in the office alone; nothing public serves them.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from bot.core.errors import MediaError
from bot.media.own_files import PROOFS, write_whole

KEY = re.compile(r"\d{1,18}-[0-9a-f]{16}\.jpg")


class Proofs:
    """The folder; a key is a file name of ours and nothing else."""

    def __init__(self, root: Path) -> None:
        self._root = root / PROOFS

    def save(self, commune: str, number: int, picture: bytes) -> str:
        """Keep a picture of a line and give its key; ``MediaError`` when the disk refuses."""
        key = f"{number}-{hashlib.sha256(picture).hexdigest()[:16]}.jpg"
        try:
            write_whole(self._path(commune, key), picture)
        except OSError as error:
            raise MediaError("upload.no-room") from error
        return key

    def read(self, commune: str, key: str) -> bytes | None:
        """The picture under that key; None for one that is gone."""
        try:
            return self._path(commune, key).read_bytes()
        except OSError:
            return None

    def drop(self, commune: str, key: str | None) -> None:
        """Take it away; ``MediaError`` when the disk refuses."""
        if key is None:
            return
        try:
            self._path(commune, key).unlink(missing_ok=True)
        except OSError as error:
            raise MediaError("upload.not-gone") from error

    def _path(self, commune: str, key: str) -> Path:
        if KEY.fullmatch(key) is None:
            raise MediaError("upload.no-picture")
        return self._root / commune / key
