"""Which picture and which sound a step has, and where their bytes are: made once for each content.

A key is a hash of everything that the bytes depend on. What was made is kept in a folder that can be
deleted at any time. A ward's own file is never copied there: once it is taken away its key is of nothing.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import math
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

from bot.core.errors import MediaError, why
from bot.core.messages import Media, MediaKind
from bot.library import Guide, Step
from bot.locale import Texts
from bot.media import drawing
from bot.media.drawing import Look
from bot.media.own_files import (
    OwnFiles,
    Screenshot,
    Spot,
    check_recording,
    mark_of,
    shrink,
    write_whole,
)
from bot.media.twin import describe
from bot.media.voice import Voice

log = logging.getLogger(__name__)

MOST_AT_HAND = 8 * 1024 * 1024  # bytes in memory, for where the folder cannot be written
LOOK_SECONDS = 30.0
KEY = re.compile(r"[0-9a-f]{20}\.(?:png|jpg|mp3|pdf|docx)")
Make = Callable[[], bytes]
Check = Callable[[], bool]


class Archive:
    """The bytes by their keys; a gallery for channels and pages."""

    def __init__(self, cache: Path) -> None:
        self._cache = cache
        self._makers: dict[str, Make] = {}
        self._own: dict[str, Check] = {}
        self._at_hand: OrderedDict[str, bytes] = OrderedDict()
        self._shelves: list[Shelf] = []
        self._look_again_at = -math.inf
        self._worker = ThreadPoolExecutor(1, "media")  # what is drawn here holds up nobody else
        self._making = threading.Lock()  # one at a time: what two wait for is made once

    def add(self, shelf: Shelf) -> None:
        """Take in a shelf, whose keys older messages may carry."""
        self._shelves.append(shelf)

    def keep(self, key: str, make: Make) -> None:
        """Remember how the bytes of a key are made."""
        self._makers[key] = make

    def keep_own(self, key: str, make: Make, is_there: Check) -> None:
        """The same for a file of the ward: served only while it is there."""
        self._own[key] = is_there
        self.keep(key, make)

    async def bytes_of(self, key: str) -> bytes | None:
        """The content of a key, made when it is asked for first; None for a key of nothing we have."""
        if not KEY.fullmatch(key):
            return None
        return await asyncio.get_running_loop().run_in_executor(self._worker, self._find, key)

    def _find(self, key: str) -> bytes | None:
        with self._making:
            if key in self._own and not self._own[key]():
                self._forget(key)
            content = self._at_hand.get(key) or self._read(key) or self._make(key)
            if content is not None:
                self._at_hand[key] = content
                self._at_hand.move_to_end(key)
                while sum(map(len, self._at_hand.values())) > MOST_AT_HAND:
                    self._at_hand.popitem(last=False)
            return content

    def is_own(self, key: str) -> bool:
        """True for a file of the ward, which may be taken away: nobody should keep a copy."""
        return key in self._own

    def _look_everywhere(self) -> None:
        """Learn every key that there may be: older messages, and other processes, know more than we do.

        Once in a while only: anybody can ask for keys that nobody has.
        """
        if time.monotonic() < self._look_again_at:
            return
        for shelf in self._shelves:
            shelf.enumerate()
        self._look_again_at = time.monotonic() + LOOK_SECONDS

    def _forget(self, key: str) -> None:
        """Somebody took the file back; it may be a voice or a screen that must not be kept."""
        self._at_hand.pop(key, None)
        del self._own[key], self._makers[key]

    def _read(self, key: str) -> bytes | None:
        try:
            return (self._cache / key).read_bytes()
        except OSError:  # not made yet
            return None

    def _make(self, key: str) -> bytes | None:
        if key not in self._makers:
            self._look_everywhere()
        make = self._makers.get(key)
        if make is None:
            return None
        try:
            made = make()
        except (MediaError, OSError) as error:
            log.error("a picture or sound could not be made: %s", error)
            return None
        if key in self._own:
            return made
        try:
            write_whole(self._cache / key, made)
        except OSError as error:
            log.warning("a picture or sound could not be kept: %s", why(error))
        return made


@dataclass(frozen=True, slots=True)
class Sources:
    """What a shelf draws from."""

    guides: Iterable[Guide]
    own: OwnFiles
    voice: Voice | None
    archive: Archive


@dataclass(frozen=True, slots=True)
class Holding:
    """What residents see and hear of a step, and what became of the ward's own files for it."""

    spoken: str
    picture: Media | None
    sound: Media | None
    has_recording: bool  # of just these words; without one the sound is the machine's
    silenced_count: int  # recordings of other words
    screenshot: Screenshot | None
    last_day: date | None  # of the screenshot
    is_expired: bool

    @property
    def is_silenced(self) -> bool:
        """Whether somebody has to read again."""
        return bool(self.silenced_count) and not self.has_recording

    @property
    def mark(self) -> str:
        """What ties a recording to these words."""
        return mark_of(self.spoken)


@dataclass(frozen=True, slots=True)
class Stock:
    """How many steps of a guide have something of the ward's own, and how many need it anew."""

    steps: int
    recorded: int = 0
    silenced: int = 0
    photographed: int = 0
    expired: int = 0


class Shelf:
    """The pictures, sounds and pages of all steps as one commune shows them."""

    def __init__(
        self, commune: str, texts: Texts, colour: str, site: str, sources: Sources
    ) -> None:
        self._commune = commune
        self._texts = texts
        self._look = Look(colour, texts.say("picture.label"))
        self._site = site
        self._from = sources
        self._known: dict[str, Media] = {}
        sources.archive.add(self)

    @property
    def site(self) -> str:
        """The public address of the program, without a slash at its end."""
        return self._site

    def picture(self, guide: Guide, step: Step, today: date) -> Media | None:
        """What the step looks like: the ward's own fresh screenshot, else the drawing, else nothing."""
        own = self._from.own.screenshot(self.spot(guide, step))
        if own is not None and today <= last_day(own, guide):
            return self._photographed(own, step)
        return self._drawn(step)

    def sound(self, guide: Guide, step: Step) -> Media | None:
        """How the step sounds: the ward's own recording of just these words, else the machine's voice."""
        spoken = self.spoken(step)
        own = self._from.own.recording(self.spot(guide, step), spoken)
        if own is not None:
            return self._kept(MediaKind.SOUND, self._texts.say("sound.own"), own)
        voice = self._from.voice
        if voice is None:
            return None
        key = f"{_hash(voice.name, spoken)}.mp3"
        self._from.archive.keep(key, partial(voice.speak, spoken))
        return Media(MediaKind.SOUND, key, self._texts.say("sound.machine"))

    def spoken(self, step: Step) -> str:
        """The words of a step as they are read aloud."""
        return words_to_read(self._texts, step)

    def holding(self, guide: Guide, step: Step, today: date) -> Holding:
        """What the step has, of whatever kind and age."""
        spot, spoken = self.spot(guide, step), self.spoken(step)
        own, shown = self._from.own, self._from.own.screenshot(spot)
        until = last_day(shown, guide) if shown else None
        return Holding(
            spoken=spoken,
            picture=self.picture(guide, step, today),
            sound=self.sound(guide, step),
            has_recording=own.recording(spot, spoken) is not None,
            silenced_count=len(own.outdated(spot, spoken)),
            screenshot=shown,
            last_day=until,
            is_expired=until is not None and today > until,
        )

    def stock(self, guides: Iterable[Guide], today: date) -> dict[str, Stock]:
        """What the commune has of its own, by guide; looks only into folders that are there."""
        spots = self._from.own.spots(self._commune)
        found = {}
        for guide in guides:
            steps = [step for way in guide.ways for step in way.steps]
            kept = [step for step in steps if self.spot(guide, step) in spots]
            held = [self.holding(guide, step, today) for step in kept]
            found[guide.id] = Stock(
                steps=len(steps),
                recorded=sum(one.has_recording for one in held),
                silenced=sum(one.is_silenced for one in held),
                photographed=sum(one.screenshot is not None for one in held),
                expired=sum(one.is_expired for one in held),
            )
        return found

    def page(self, guide: Guide, step: Step | None = None) -> str:
        """The address of the guide's page, or of one of its steps."""
        place = f"{guide.id}/{step.id}" if step else guide.id
        return f"{self._site}/g/{place}?xa={self._commune}"

    def enumerate(self) -> None:
        """Tell the archive of everything that may be on this shelf."""
        for guide in self._from.guides:
            for step in (step for way in guide.ways for step in way.steps):
                self._drawn(step)
                self.sound(guide, step)
                own = self._from.own.screenshot(self.spot(guide, step))
                if own is not None:
                    self._photographed(own, step)

    def spot(self, guide: Guide, step: Step) -> Spot:
        """Where the ward's own files of the step are."""
        return Spot(self._commune, guide.id, step.id)

    def _drawn(self, step: Step) -> Media | None:
        screen = step.screen
        if screen is None:
            return None
        told = screen.model_dump_json()
        if told not in self._known:
            key = f"{_hash(drawing.VERSION, told, self._look.colour, self._look.label)}.png"
            self._from.archive.keep(key, partial(drawing.draw, screen, self._look))
            words = describe(screen, self._texts)
            height = drawing.height_of(screen, self._look)
            self._known[told] = Media(MediaKind.PICTURE, key, words, drawing.WIDTH, height)
        return self._known[told]

    def _photographed(self, own: Screenshot, step: Step) -> Media | None:
        words = self._texts.say("picture.photo", step=step.label, day=f"{own.day:%d/%m/%Y}")
        return self._kept(MediaKind.PICTURE, words, own.path)

    def _kept(self, kind: MediaKind, words: str, path: Path) -> Media | None:
        """A file of the ward; one that changed has another key, one that is gone is none."""
        key = _key_of(path)
        if key is None:
            return None
        make = partial(_heard if kind is MediaKind.SOUND else _shrunk, path)
        self._from.archive.keep_own(key, make, lambda: _key_of(path) == key)
        return Media(kind, key, words)


def words_to_read(texts: Texts, step: Step) -> str:
    """The words of a step as a commune's recording has them: a recording is tied to just these."""
    return texts.fill(step.text).replace("**", "")


def last_day(own: Screenshot, guide: Guide) -> date:
    """The last day on which a screenshot is shown."""
    return good_until(own.day, guide)


def good_until(taken_on: date, guide: Guide) -> date:
    """A screenshot is good for as long as a review of its guide is."""
    return taken_on + (guide.review_by - guide.reviewed_on)


def _key_of(path: Path) -> str | None:
    """The key of a file of the ward as it is now."""
    try:
        status = path.stat()
    except OSError:
        return None
    suffix = ".mp3" if path.suffix == ".mp3" else ".jpg"
    return _hash(path, status.st_mtime_ns, status.st_size) + suffix


def _heard(path: Path) -> bytes:
    """A recording that may have been put there by hand: looked at before anybody hears it."""
    body = path.read_bytes()
    check_recording(body)
    return body


def _shrunk(path: Path) -> bytes:
    return shrink(path.read_bytes())


def _hash(*parts: object) -> str:
    return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()[:20]
