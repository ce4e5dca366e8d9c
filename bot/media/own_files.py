"""A ward's own recordings and screenshots: files in a folder by commune, guide and step.

``<root>/ho-nai/vneid-kich-hoat/bam-kich-hoat/`` may hold ``nghe-<hash of the words>.mp3`` (a recording of
just these words) and ``hinh-2026-11-20.jpg`` (a screenshot and the day on which it was taken). Files may be
put there by hand, by the office's page, or by a folder that several machines share.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import struct
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from mutagen import MutagenError
from mutagen.mp3 import MP3, HeaderNotFoundError
from PIL import Image, ImageOps, UnidentifiedImageError

from bot.core.errors import MediaError
from bot.core.messages import MediaKind

SHORTEST_SECONDS, LONGEST_SECONDS = 0.9, 30
READABLE = 0o644  # several processes, under names of their own, may share the folder
LARGEST_SOUND = 1024 * 1024
LARGEST_PICTURE = 8 * 1024 * 1024
LARGEST_SCREEN = 40_000_000  # pixels: a small file may hold a picture that fills the memory
LONGEST_SIDE = 5  # times the other: a phone's screen is at most half of that
SHOWN_WIDTH = 640
_GOOD_JPEG = 85
PROOFS = "tuyen-truyen"  # the folder beside the communes' that bot.media.proofs keeps
_RECORDING = re.compile(r"nghe-([0-9a-f]{12})\.mp3")
_SCREENSHOT = re.compile(r"hinh-(\d{4}-\d\d-\d\d)\.(?:png|jpe?g)")
_NAMES = {MediaKind.SOUND: _RECORDING, MediaKind.PICTURE: _SCREENSHOT}


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


# A damaged chunk of a PNG is a SyntaxError to Pillow.
_BROKEN = (
    UnidentifiedImageError,
    OSError,
    ValueError,
    SyntaxError,
    struct.error,
    Image.DecompressionBombError,
)


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
        try:
            size = path.stat().st_size
        except OSError:  # most steps have none
            return None
        return path if spot.commune and size <= LARGEST_SOUND else None

    def spots(self, commune: str) -> set[Spot]:
        """The steps of a commune that have a folder, whatever is in it."""
        folders = (self._root / commune).glob("*/*")
        return {Spot(commune, folder.parent.name, folder.name) for folder in folders}

    def kept(self) -> Iterator[tuple[Spot, Path]]:
        """Every recording and screenshot of all communes, in the order of their names."""
        for path in sorted(self._root.glob("*/*/*/*")):
            if path.is_file() and _is_known(path.name):
                yield Spot(*path.relative_to(self._root).parts[:3]), path

    def outdated(self, spot: Spot, spoken: str) -> list[Path]:
        """Recordings of other words than the step has now: nobody hears them any more."""
        mark = mark_of(spoken)
        found = ((path, mark_in(path.name)) for path in self._files(spot))
        return [path for path, written in found if written not in (None, mark)]

    def screenshot(self, spot: Spot) -> Screenshot | None:
        """The newest one, whether or not it is still fresh."""
        days = ((path, day_in(path.name)) for path in self._files(spot))
        found = [Screenshot(path, day) for path, day in days if day]
        return max(found, key=lambda one: one.day, default=None)

    def strangers(self) -> list[Path]:
        """Files that are neither a recording nor a screenshot by their names, or lie in no step's folder."""
        known = {path for _, path in self.kept()}
        files = (path for path in sorted(self._root.rglob("*")) if path.is_file())
        ours = (path for path in files if path.relative_to(self._root).parts[0] != PROOFS)
        return [path for path in ours if path not in known]

    def save_recording(self, spot: Spot, spoken: str, body: bytes) -> None:
        """Keep a recording of these words, in place of all others; ``MediaError`` says what is wrong."""
        check_recording(body)
        self._replace(spot, MediaKind.SOUND, f"nghe-{mark_of(spoken)}.mp3", body)

    def save_screenshot(self, spot: Spot, day: date, body: bytes) -> None:
        """Keep a screenshot as it is shown, in place of all others; ``MediaError`` says what is wrong."""
        self._replace(spot, MediaKind.PICTURE, f"hinh-{day.isoformat()}.jpg", shrink(body))

    def files(self, spot: Spot, kind: MediaKind) -> list[Path]:
        """All recordings or all screenshots of a step, those that nobody hears or sees included."""
        return [path for path in self._files(spot) if _NAMES[kind].fullmatch(path.name)]

    def drop(self, spot: Spot, kind: MediaKind) -> None:
        """Take all of them away; ``MediaError`` when the folder cannot be changed."""
        try:
            for path in self.files(spot, kind):
                path.unlink(missing_ok=True)
        except OSError as error:
            raise MediaError("upload.not-gone") from error

    def _folder(self, spot: Spot) -> Path:
        return self._root / spot.commune / spot.guide / spot.step

    def _files(self, spot: Spot) -> list[Path]:
        if not spot.commune:  # who did not say from where they come sees nobody's files
            return []
        try:
            return sorted(self._folder(spot).iterdir())
        except OSError:  # most steps have no folder
            return []

    def _replace(self, spot: Spot, kind: MediaKind, name: str, body: bytes) -> None:
        """Write the new file, then take the others of its kind away: there is always one to show."""
        try:
            write_whole(self._folder(spot) / name, body)
            for path in self.files(spot, kind):
                if path.name != name:
                    path.unlink(missing_ok=True)
        except OSError as error:
            raise MediaError("upload.no-room") from error


def check_recording(body: bytes) -> None:
    """``MediaError`` unless it is an MP3 of at most ``LONGEST_SECONDS`` and ``LARGEST_SOUND``."""
    if len(body) > LARGEST_SOUND:
        raise MediaError("upload.sound-too-large")
    try:
        sound = MP3(io.BytesIO(body))  # type: ignore[no-untyped-call]  # mutagen is untyped here
    except (MutagenError, HeaderNotFoundError) as error:
        raise MediaError("upload.no-mp3") from error
    info: Any = sound.info
    if info.sketchy or info.layer != 3:  # a few bytes that happen to look like it; MP1 and MP2
        raise MediaError("upload.no-mp3")
    seconds = float(info.length)
    if seconds < SHORTEST_SECONDS:
        raise MediaError("upload.sound-too-short")
    if seconds > LONGEST_SECONDS + 0.5:
        raise MediaError("upload.sound-too-long", seconds=round(seconds))


def shrink(body: bytes) -> bytes:
    """The screenshot as a JPEG of the width that phones show, without what the camera wrote into it."""
    if len(body) > LARGEST_PICTURE:
        raise MediaError("upload.picture-too-large")
    try:
        with Image.open(io.BytesIO(body), formats=("PNG", "JPEG")) as image:
            _check_shape(image)
            upright = _turned(image).convert("RGB")
            height = round(upright.height * SHOWN_WIDTH / upright.width)
            small = upright.resize((SHOWN_WIDTH, height), Image.Resampling.LANCZOS)
    except _BROKEN as error:
        raise MediaError("upload.no-picture") from error
    small.info.clear()  # comments and colour profiles would be written again
    file = io.BytesIO()
    small.save(file, "JPEG", quality=_GOOD_JPEG, optimize=True)
    return file.getvalue()


def _turned(image: Image.Image) -> Image.Image:
    """The right way up; what a camera wrote in a way that nobody can read turns nothing."""
    try:
        return ImageOps.exif_transpose(image)
    except (TypeError, struct.error):
        return image


def _check_shape(image: Image.Image) -> None:
    """Look at the size before anything is unpacked: a strip of one pixel would grow to gigabytes."""
    short, long = sorted(image.size)
    if long > short * LONGEST_SIDE or long * short > LARGEST_SCREEN:
        raise MediaError("upload.no-screen")


def write_whole(path: Path, body: bytes) -> None:
    """The file whole or not at all, whoever else writes it at the same time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as file:
        try:
            file.write(body)
            file.close()
            os.chmod(file.name, READABLE)  # noqa: PTH101 – the name is a string here
            os.replace(file.name, path)  # noqa: PTH105 – the same
        except OSError:
            Path(file.name).unlink(missing_ok=True)
            raise


def mark_in(name: str) -> str | None:
    """The hash in the name of a recording; None for any other name."""
    match = _RECORDING.fullmatch(name)
    return match[1] if match else None


def day_in(name: str) -> date | None:
    """The day in the name of a screenshot; None for any other name, and for a day that is none."""
    match = _SCREENSHOT.fullmatch(name)
    try:
        return date.fromisoformat(match[1]) if match else None
    except ValueError:
        return None


def _is_known(name: str) -> bool:
    return mark_in(name) is not None or day_in(name) is not None
