"""A ward's own recordings and screenshots: files in a folder by commune, guide and step.

``<root>/ho-nai/vneid-kich-hoat/bam-kich-hoat/`` may hold ``nghe-<hash of the words>.mp3`` (a recording of
just these words) and ``hinh-2026-11-20.png`` (a screenshot and the day on which it was taken). Files may be
put there by hand, by the office's page, or by a folder that several machines share.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import tempfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from mutagen import MutagenError
from mutagen.mp3 import MP3, HeaderNotFoundError
from PIL import Image, UnidentifiedImageError

from bot.core.errors import MediaError

LONGEST_SECONDS = 30
LARGEST_SOUND = 1024 * 1024
LARGEST_PICTURE = 8 * 1024 * 1024
SHOWN_WIDTH = 640
_GOOD_JPEG = 85
_RECORDING = re.compile(r"nghe-([0-9a-f]{12})\.mp3")
_SCREENSHOT = re.compile(r"hinh-(\d{4}-\d\d-\d\d)\.(?:png|jpe?g)")


@dataclass(frozen=True, slots=True)
class Spot:
    """Which step of which guide, in which commune."""

    commune: str
    guide: str
    step: str


@dataclass(frozen=True, slots=True)
class Screenshot:
    """A picture of a real screen and the day on which it was taken."""

    path: Path
    day: date


def mark_of(spoken: str) -> str:
    """The hash that ties a recording to the words that are spoken in it."""
    return hashlib.sha256(" ".join(spoken.split()).encode()).hexdigest()[:12]


class OwnFiles:
    """The folder; looked at each time, so that a file that is put there counts at once."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def recording(self, spot: Spot, spoken: str) -> Path | None:
        """The recording of just these words."""
        path = self._folder(spot) / f"nghe-{mark_of(spoken)}.mp3"
        return path if path.is_file() else None

    def outdated(self, spot: Spot, spoken: str) -> list[Path]:
        """Recordings of other words than the step has now: nobody hears them any more."""
        mark = mark_of(spoken)
        found = ((path, _RECORDING.fullmatch(path.name)) for path in self._files(spot))
        return [path for path, match in found if match and match[1] != mark]

    def screenshot(self, spot: Spot) -> Screenshot | None:
        """The newest one, whether or not it is still fresh."""
        found = []
        for path in self._files(spot):
            match = _SCREENSHOT.fullmatch(path.name)
            day = _day(match[1]) if match else None
            if day:
                found.append(Screenshot(path, day))
        return max(found, key=lambda one: one.day, default=None)

    def strangers(self) -> list[Path]:
        """Files in the folders that are neither a recording nor a screenshot by their names."""
        files = (path for path in sorted(self._root.glob("*/*/*/*")) if path.is_file())
        return [path for path in files if not _is_known(path.name)]

    def save_recording(self, spot: Spot, spoken: str, body: bytes) -> None:
        """Keep a recording of these words, in place of all others; ``MediaError`` says what is wrong."""
        check_recording(body)
        self._write(spot, f"nghe-{mark_of(spoken)}.mp3", body)
        for path in self.outdated(spot, spoken):
            path.unlink(missing_ok=True)

    def save_screenshot(self, spot: Spot, day: date, body: bytes) -> None:
        """Keep a screenshot, in place of all others; ``MediaError`` says what is wrong."""
        shrink(body)
        name = f"hinh-{day.isoformat()}.png"
        self._write(spot, name, body)
        for path in self._files(spot):
            if _SCREENSHOT.fullmatch(path.name) and path.name != name:
                path.unlink(missing_ok=True)

    def drop_recordings(self, spot: Spot) -> int:
        """Take all recordings of a step away; gives how many there were."""
        return self._drop(spot, _RECORDING)

    def drop_screenshots(self, spot: Spot) -> int:
        """Take all screenshots of a step away; gives how many there were."""
        return self._drop(spot, _SCREENSHOT)

    def _drop(self, spot: Spot, kind: re.Pattern[str]) -> int:
        gone = [path for path in self._files(spot) if kind.fullmatch(path.name)]
        for path in gone:
            path.unlink(missing_ok=True)
        return len(gone)

    def _folder(self, spot: Spot) -> Path:
        return self._root / spot.commune / spot.guide / spot.step

    def _files(self, spot: Spot) -> list[Path]:
        try:
            return sorted(self._folder(spot).iterdir())
        except OSError:  # most steps have no folder
            return []

    def _write(self, spot: Spot, name: str, body: bytes) -> None:
        try:
            write_whole(self._folder(spot) / name, body)
        except OSError as error:
            raise MediaError("upload.no-room") from error


def check_recording(body: bytes) -> None:
    """``MediaError`` unless it is an MP3 of at most ``LONGEST_SECONDS`` and ``LARGEST_SOUND``."""
    if len(body) > LARGEST_SOUND:
        raise MediaError("upload.sound-too-large")
    try:
        sound = MP3(io.BytesIO(body))  # type: ignore[no-untyped-call]
    except (MutagenError, HeaderNotFoundError) as error:
        raise MediaError("upload.no-mp3") from error
    seconds = float(sound.info.length)  # type: ignore[attr-defined]
    if seconds > LONGEST_SECONDS + 0.5:
        raise MediaError("upload.sound-too-long", seconds=round(seconds))


def shrink(body: bytes) -> bytes:
    """The screenshot as a JPEG of the width that phones show, without what the camera wrote into it."""
    if len(body) > LARGEST_PICTURE:
        raise MediaError("upload.picture-too-large")
    try:
        with Image.open(io.BytesIO(body), formats=("PNG", "JPEG")) as image:
            height = round(image.height * SHOWN_WIDTH / image.width)
            small = image.convert("RGB").resize((SHOWN_WIDTH, height), Image.Resampling.LANCZOS)
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as error:
        raise MediaError("upload.no-picture") from error
    file = io.BytesIO()
    small.save(file, "JPEG", quality=_GOOD_JPEG, optimize=True)
    return file.getvalue()


def write_whole(path: Path, body: bytes) -> None:
    """The file whole or not at all, whoever else writes it at the same time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as file:
        file.write(body)
    os.replace(file.name, path)  # noqa: PTH105 – the name is a string here


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None


def _is_known(name: str) -> bool:
    match = _SCREENSHOT.fullmatch(name)
    return bool(_RECORDING.fullmatch(name) or (match and _day(match[1])))
