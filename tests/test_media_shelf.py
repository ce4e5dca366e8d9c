"""The shelf: one drawing for one content, the ward's own files before ours, a voice that may fail."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import io
import os
import random
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from mutagen.mp3 import MP3
from PIL import Image

from bot.app.installation import Installation, open_installation
from bot.app.media import MediaRoom, open_media
from bot.config import Settings
from bot.core.errors import MediaError, SettingError
from bot.core.messages import Media, MediaKind
from bot.core.vocabulary import AddressForm
from bot.library import HOUSE_COLOUR, Guide, Library, Screen, Step
from bot.locale import Texts, load_sentences
from bot.media import shelf as shelving
from bot.media import voice as speaking
from bot.media.own_files import OwnFiles, Spot, mark_of, shrink
from bot.media.shelf import KEY, Archive, Shelf, Sources
from bot.media.voice import Voice, find_voice
from tests.clock import FixedClock
from tests.command_line import ROOT
from tests.media_files import mp3, picture
from tests.small_library import GUIDES

CONTENT = ROOT / "content"
SENTENCES = load_sentences(CONTENT)
SCREEN = Screen.model_validate(
    {"title": "VNeID", "rows": ["Chào bà Tư", {"button": "Kích hoạt"}], "tap": "Kích hoạt"}
)
STEP = Step("bam", "Bấm Kích hoạt", "{You} bấm **Kích hoạt** giùm.", 1, SCREEN)
BARE = Step("cho", "Chờ", "{You} chờ một chút.", 2)
BASE_GUIDE = next(iter(GUIDES.values()))
REVIEWED, REVIEW_BY = date(2026, 11, 1), date(2027, 2, 1)
GOOD_DAYS = REVIEW_BY - REVIEWED
TODAY = date(2026, 11, 22)
TAKEN = date(2026, 11, 20)


def guide_of(*steps: Step) -> Guide:
    """A guide of these steps."""
    way = replace(BASE_GUIDE.ways[0], steps=steps)
    days = {"reviewed_on": REVIEWED, "review_by": REVIEW_BY}
    return BASE_GUIDE.model_copy(update={"ways": (way,), **days})


GUIDE = guide_of(STEP, BARE)


class Room:
    """A shelf, its archive and its folders."""

    def __init__(
        self,
        folder: Path,
        *guides: Guide,
        form: AddressForm = AddressForm.CO_CHU,
        voice: Voice | None = None,
        colour: str = HOUSE_COLOUR,
    ) -> None:
        self.cache, self.media = folder / "cache", folder / "media"
        self.archive = Archive(self.cache)
        self.texts = Texts(SENTENCES, form.words)
        sources = Sources(guides or (GUIDE,), OwnFiles(self.media), voice, self.archive)
        self.shelf = Shelf("ho-nai", self.texts, colour, "http://127.0.0.1", sources)

    def picture(self, day: date = TODAY, step: Step = STEP) -> Media | None:
        return self.shelf.picture(GUIDE, step, day)

    def sound(self, step: Step = STEP) -> Media | None:
        return self.shelf.sound(GUIDE, step)

    def bytes_of(self, media: Media | str | None) -> bytes | None:
        assert media is not None
        key = media if isinstance(media, str) else media.key
        return asyncio.run(self.archive.bytes_of(key))

    def put(self, name: str, content: bytes, step: Step = STEP) -> Path:
        """A file of the ward, as somebody puts it there by hand."""
        path = self.media / "ho-nai" / GUIDE.id / step.id / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return Room(tmp_path)


def photo(colour: str = "#123456", width: int = 320) -> bytes:
    """A screenshot."""
    file = io.BytesIO()
    Image.new("RGB", (width, width * 2), colour).save(file, "PNG")
    return file.getvalue()


class Counted:
    """Makes the bytes of a key, and counts how often."""

    def __init__(self, wait: Callable[[], object] = lambda: None) -> None:
        self.count = 0
        self._wait = wait

    def __call__(self) -> bytes:
        self.count += 1
        self._wait()
        return b"content"


ANY_KEY = "0" * 20 + ".png"


# ---- made once -----------------------------------------------------------------------------------


def test_a_content_is_made_once_and_kept_in_a_file(room: Room) -> None:
    make = Counted()
    room.archive.keep(ANY_KEY, make)
    assert make.count == 0  # nothing is drawn before it is asked for
    assert [room.bytes_of(ANY_KEY) for _ in range(3)] == [b"content"] * 3
    assert make.count == 1
    assert (room.cache / ANY_KEY).read_bytes() == b"content"
    assert [path.name for path in room.cache.iterdir()] == [ANY_KEY]


def test_who_asks_at_the_same_time_waits_for_the_same_content(room: Room) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def wait() -> None:
        begun.set()
        assert go_on.wait(10)

    make = Counted(wait)
    room.archive.keep(ANY_KEY, make)

    async def ask() -> list[bytes | None]:
        asked = [asyncio.create_task(room.archive.bytes_of(ANY_KEY)) for _ in range(4)]
        await asyncio.to_thread(begun.wait, 10)
        await asyncio.sleep(0.05)
        go_on.set()
        return await asyncio.gather(*asked)

    assert asyncio.run(ask()) == [b"content"] * 4
    assert make.count == 1


def test_another_process_reads_what_one_has_made(room: Room, tmp_path: Path) -> None:
    room.archive.keep(ANY_KEY, Counted())
    room.bytes_of(ANY_KEY)
    other = Room(tmp_path)
    make = Counted()
    other.archive.keep(ANY_KEY, make)
    assert other.bytes_of(ANY_KEY) == b"content"
    assert make.count == 0
    # A real one, which knows nothing of the key: an older message may carry it.
    program = (
        "import asyncio, sys; from pathlib import Path; from bot.media.shelf import Archive; "
        "print(asyncio.run(Archive(Path(sys.argv[1])).bytes_of(sys.argv[2])))"
    )
    command = [sys.executable, "-c", program, str(room.cache), ANY_KEY]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "b'content'"


def test_a_file_that_was_left_empty_or_deleted_is_made_again(room: Room, tmp_path: Path) -> None:
    for spoil in (lambda path: path.write_bytes(b""), Path.unlink):
        room.archive.keep(ANY_KEY, Counted())
        room.bytes_of(ANY_KEY)
        spoil(room.cache / ANY_KEY)
        other = Room(tmp_path)
        other.archive.keep(ANY_KEY, Counted())
        assert other.bytes_of(ANY_KEY) == b"content"
        assert (room.cache / ANY_KEY).read_bytes() == b"content"


def test_a_folder_that_cannot_be_written_stops_no_picture(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file stands where the folder should be")
    room = Room(tmp_path)
    make = Counted()
    room.archive.keep(ANY_KEY, make)
    assert [room.bytes_of(ANY_KEY) for _ in range(3)] == [b"content"] * 3
    assert make.count == 1
    picture = room.bytes_of(room.picture())
    assert picture is not None
    assert picture.startswith(b"\x89PNG")


def test_memory_stays_small(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelving, "MOST_AT_HAND", 3 * len(b"content"))
    keys = [f"{number:020x}.png" for number in range(8)]
    for key in keys:
        room.archive.keep(key, Counted())
        room.bytes_of(key)
    assert list(room.archive._at_hand) == keys[-3:]
    assert room.bytes_of(keys[0]) == b"content"  # from its file


# ---- keys ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "key",
    [
        "f" * 20 + ".png",
        "",
        "x",
        "../secret.key",
        "..%2Fsecret.key",
        "/etc/passwd",
        "0" * 20,
        "0" * 20 + ".svg",
        "0" * 19 + ".png",
        "0" * 20 + ".png\n",
        "F" * 20 + ".png",
        "0" * 20 + ".png/..",
    ],
)
def test_a_key_of_nothing_that_we_have_is_none(room: Room, key: str, tmp_path: Path) -> None:
    (tmp_path / "secret.key").write_text("bí mật")
    assert room.bytes_of(key) is None


def test_a_step_that_changed_has_another_key_and_the_old_one_is_gone(tmp_path: Path) -> None:
    before = Room(tmp_path / "before")
    old = before.picture()
    assert old is not None
    assert before.bytes_of(old) is not None
    moved = SCREEN.model_copy(update={"title": "VNeID mới"})
    changed = replace(STEP, screen=moved)
    after = Room(tmp_path / "after", guide_of(changed, BARE))
    new = after.picture(step=changed)
    assert new is not None
    assert new.key != old.key
    assert after.bytes_of(old) is None
    assert after.bytes_of(new) is not None


def test_other_words_of_a_step_leave_its_picture(room: Room) -> None:
    assert room.picture() == room.picture(step=replace(STEP, text="Bấm nút **Kích hoạt**."))
    assert room.picture(step=BARE) is None


def test_a_key_is_known_before_anybody_was_shown_it(room: Room, tmp_path: Path) -> None:
    picture = room.picture()
    assert picture is not None
    assert KEY.fullmatch(picture.key)
    fresh = Room(tmp_path / "other")
    got = fresh.bytes_of(picture)
    assert got is not None
    assert got == room.bytes_of(picture)


def test_another_colour_or_label_is_another_key(tmp_path: Path) -> None:
    keys = set()
    for colour in (HOUSE_COLOUR, "#0b4f8a"):
        picture = Room(tmp_path / colour, colour=colour).picture()
        assert picture is not None
        keys.add(picture.key)
    assert len(keys) == 2


@pytest.fixture
def rooms(tmp_path: Path, library: Library) -> Callable[[str], tuple[Installation, MediaRoom]]:
    """The media of all communes, each time as another process would open them."""
    url = f"sqlite:///{tmp_path / 'ban-so.db'}"

    def open_one(name: str) -> tuple[Installation, MediaRoom]:
        given = {"database_url": url, "secret_key": "khóa của kệ hình", "var_dir": tmp_path / name}
        base = open_installation(Settings.model_validate(given), FixedClock(), library=library)
        base.database.close()
        return base, open_media(base)

    return open_one


def test_every_commune_knows_the_keys_of_all_its_pictures(
    rooms: Callable[[str], tuple[Installation, MediaRoom]],
) -> None:
    base, media = rooms("one")
    shown: dict[str, set[str]] = {}
    for slug, shelf in {**media.shelves, "": media.neutral}.items():
        for guide in base.library.guides.values():
            for step in (step for way in guide.ways for step in way.steps):
                picture = shelf.picture(guide, step, TODAY)
                assert (picture is None) == (step.screen is None)
                if picture:
                    shown.setdefault(slug, set()).add(picture.key)
    assert len(shown) == len(base.communes) + 1 >= 6
    colours = {slug: base.library.plans[slug].colour if slug else HOUSE_COLOUR for slug in shown}
    for slug, keys in shown.items():
        for other, others in shown.items():
            assert (keys == others) == (colours[slug] == colours[other])
            assert keys == others or not keys & others
    _, fresh = rooms("two")
    for keys in shown.values():
        content = asyncio.run(fresh.archive.bytes_of(min(keys)))
        assert content is not None
        assert content.startswith(b"\x89PNG")


# ---- the ward's own screenshot -------------------------------------------------------------------


def test_a_fresh_screenshot_stands_in_for_the_drawing_and_an_old_one_does_not(room: Room) -> None:
    drawn = room.picture()
    room.put(f"hinh-{TAKEN}.png", photo())
    last = TAKEN + GOOD_DAYS
    for day in (TAKEN, TODAY, last):
        shown = room.picture(day)
        assert shown is not None
        assert shown.key.endswith(".jpg")
        assert shown.words == "Hình chụp ngày 20/11/2026: Bấm Kích hoạt."
    for day in (last + timedelta(days=1), date(2030, 1, 1)):
        assert room.picture(day) == drawn


def test_a_screenshot_is_shown_at_the_width_of_phones_without_its_notes(room: Room) -> None:
    noted = Image.open(io.BytesIO(photo(width=1080)))
    exif = Image.Exif()
    exif[0x010E] = "nhà bà Tư"
    file = io.BytesIO()
    noted.save(file, "PNG", exif=exif)
    room.put(f"hinh-{TAKEN}.png", file.getvalue())
    content = room.bytes_of(room.picture())
    assert content is not None
    shown = Image.open(io.BytesIO(content))
    assert (shown.format, shown.width) == ("JPEG", 640)
    assert not shown.getexif()


def test_the_newest_screenshot_counts_and_other_files_do_not(room: Room) -> None:
    drawn = room.picture()
    for name in ("hinh-2026-13-40.png", "hinh.png", "anh-2026-11-20.png", "hinh-2026-11-20.gif"):
        room.put(name, photo())
        assert room.picture() == drawn, name
    room.put("hinh-2026-11-01.jpg", photo("#111111"))
    older = room.picture()
    room.put("hinh-2026-11-10.jpeg", photo("#222222"))
    newer = room.picture()
    assert older is not None
    assert newer is not None
    assert newer.words == "Hình chụp ngày 10/11/2026: Bấm Kích hoạt."
    assert newer.key != older.key


def test_a_screenshot_that_changed_has_another_key(room: Room, tmp_path: Path) -> None:
    path = room.put(f"hinh-{TAKEN}.png", photo("#111111"))
    before = room.picture()
    assert before is not None
    first = room.bytes_of(before)
    path.write_bytes(photo("#eeeeee"))
    os.utime(path, ns=(1, 1))
    after = room.picture()
    assert after is not None
    assert after.key != before.key
    assert room.bytes_of(after) not in (first, None)
    assert Room(tmp_path).bytes_of(after) is not None  # known to a process that just began
    path.unlink()
    assert room.picture() != after


def test_a_screenshot_of_a_step_without_a_drawing_is_shown_too(room: Room) -> None:
    assert room.picture(step=BARE) is None
    room.put(f"hinh-{TAKEN}.png", photo(), BARE)
    shown = room.picture(step=BARE)
    assert shown is not None
    assert room.bytes_of(shown) is not None
    assert room.picture(TAKEN + GOOD_DAYS + timedelta(days=1), BARE) is None


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"\x89PNG\r\n\x1a\n", photo()[:200]])
def test_a_screenshot_that_is_none_gives_nothing_and_breaks_nothing(
    room: Room, content: bytes
) -> None:
    room.put(f"hinh-{TAKEN}.png", content)
    assert room.bytes_of(room.picture()) is None


# ---- the ward's own recording --------------------------------------------------------------------


def test_a_recording_is_heard_with_just_its_words(room: Room, tmp_path: Path) -> None:
    spoken = room.shelf.spoken(STEP)
    assert spoken == "Cô/chú bấm Kích hoạt giùm."
    assert room.sound() is None
    room.put(f"nghe-{mark_of(spoken)}.mp3", mp3(2))
    sound = room.sound()
    assert sound is not None
    assert (sound.kind, sound.words) == (MediaKind.SOUND, room.texts.say("sound.own"))
    assert room.bytes_of(sound) == mp3(2)
    assert room.sound(replace(STEP, text="{You} bấm **Kích hoạt** ngay.")) is None
    assert room.sound(replace(STEP, text="{You}  bấm **Kích hoạt**\ngiùm.")) == sound
    assert room.sound(BARE) is None
    for form in AddressForm:
        other = Room(tmp_path, form=form)
        assert (other.sound() == sound) == (form is AddressForm.CO_CHU), form


def test_a_recording_is_heard_before_the_machine(tmp_path: Path) -> None:
    room = Room(tmp_path, voice=Voice())
    machine = room.sound()
    room.put(f"nghe-{mark_of(room.shelf.spoken(STEP))}.mp3", mp3(2))
    own = room.sound()
    assert machine is not None
    assert own is not None
    assert own.words != machine.words == room.texts.say("sound.machine")
    changed = room.sound(replace(STEP, text="Bấm **Kích hoạt** ngay."))
    assert changed is not None
    assert changed.words == machine.words


def test_a_recording_that_changed_has_another_key(room: Room) -> None:
    path = room.put(f"nghe-{mark_of(room.shelf.spoken(STEP))}.mp3", mp3(2))
    before = room.sound()
    assert room.bytes_of(before) == mp3(2)
    path.write_bytes(mp3(3))
    os.utime(path, ns=(1, 1))
    after = room.sound()
    assert after != before
    assert room.bytes_of(after) == mp3(3)


def test_what_is_no_mp3_is_never_played(room: Room) -> None:
    room.put(f"nghe-{mark_of(room.shelf.spoken(STEP))}.mp3", b"ID3 and nothing else")
    sound = room.sound()
    assert sound is not None
    assert room.bytes_of(sound) is None


def test_a_file_of_the_ward_is_known_as_one_and_a_drawing_is_not(room: Room) -> None:
    room.put(f"nghe-{mark_of(room.shelf.spoken(STEP))}.mp3", mp3(2))
    sound, drawn = room.sound(), room.picture()
    assert sound is not None
    assert drawn is not None
    assert (room.archive.is_own(sound.key), room.archive.is_own(drawn.key)) == (True, False)


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
@pytest.mark.parametrize("seed", range(40))
def test_a_damaged_screenshot_is_refused_in_words_and_breaks_nothing(seed: int) -> None:
    draw = random.Random(seed)
    for body in (
        picture("PNG"),
        picture("JPEG", exif=b"Exif\0\0II*\0\x08\0\0\0" + bytes(range(60))),
    ):
        spoilt = bytearray(body)
        for _ in range(draw.randint(1, 12)):
            spoilt[draw.randrange(8, len(spoilt))] = draw.randrange(256)
        with contextlib.suppress(MediaError):
            assert shrink(bytes(spoilt)).startswith(b"\xff\xd8")


def test_a_spot_of_another_commune_or_step_is_not_looked_into(room: Room) -> None:
    name = f"nghe-{mark_of(room.shelf.spoken(STEP))}.mp3"
    for spot in (
        Spot("xuan-hoa", GUIDE.id, STEP.id),
        Spot("ho-nai", "bai-khac", STEP.id),
        Spot("ho-nai", GUIDE.id, BARE.id),
    ):
        path = room.media / spot.commune / spot.guide / spot.step / name
        path.parent.mkdir(parents=True)
        path.write_bytes(b"ID3")
    assert room.sound() is None


# ---- the machine's voice -------------------------------------------------------------------------

SPEAKS = '#!/bin/sh\necho "$@" >> {log}/${0##*/}\nexec /bin/cat\n'
FAILS = "#!/bin/sh\n/bin/cat > /dev/null\nexit 3\n"
HANGS = "#!/bin/sh\nexec /bin/sleep 60\n"


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Puts made-up programs of these names where the system looks for programs, and no others."""
    folder = tmp_path / "programs"
    folder.mkdir()

    def install(**scripts: str) -> Path:
        for name, script in scripts.items():
            path = folder / name.replace("_", "-")
            path.write_text(script.replace("{log}", str(tmp_path)))
            path.chmod(0o755)
        monkeypatch.setenv("PATH", str(folder))
        return tmp_path

    return install


def test_the_machine_speaks_the_words_and_is_called_a_machine(
    programs: Callable[..., Path], tmp_path: Path
) -> None:
    log = programs(espeak_ng=SPEAKS, lame=SPEAKS)
    room = Room(tmp_path, voice=find_voice())
    sound = room.sound()
    assert sound is not None
    assert sound.words == room.texts.say("sound.machine")
    assert "máy" in sound.words
    assert not (log / "espeak-ng").exists()  # it speaks when somebody listens
    assert room.bytes_of(sound) == "Cô/chú bấm Kích hoạt giùm.".encode()
    assert "-v vi" in (log / "espeak-ng").read_text()
    room.bytes_of(sound)
    assert len((log / "lame").read_text().splitlines()) == 1
    assert Room(tmp_path, voice=Voice()).sound() == sound


def test_other_words_or_another_form_of_address_are_another_sound(tmp_path: Path) -> None:
    sounds = {Room(tmp_path, form=form, voice=Voice()).sound() for form in AddressForm}
    assert len(sounds) == len(AddressForm)
    room = Room(tmp_path, voice=Voice())
    assert room.sound() != room.sound(BARE)


@pytest.mark.parametrize("which", ["espeak_ng", "lame"])
@pytest.mark.parametrize(
    "script", [FAILS, HANGS, "no program at all"], ids=["fails", "hangs", "no"]
)
def test_a_voice_that_fails_or_takes_too_long_gives_no_sound(
    programs: Callable[..., Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    which: str,
    script: str,
) -> None:
    monkeypatch.setattr(speaking, "LONGEST_SECONDS", 0.3)
    programs(**{"espeak_ng": SPEAKS, "lame": SPEAKS, which: script})
    room = Room(tmp_path, voice=Voice())
    with pytest.raises(MediaError):
        Voice().speak("chào")
    sound = room.sound()
    assert sound is not None
    assert room.bytes_of(sound) is None
    assert not room.cache.exists() or list(room.cache.iterdir()) == []
    programs(**{which: SPEAKS})
    assert room.bytes_of(sound) is not None  # the next one is lucky


@pytest.mark.parametrize("there", [[], ["lame"], ["espeak-ng"]], ids=["none", "lame", "espeak"])
def test_a_program_that_is_not_installed_is_named_at_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there: list[str], base: Installation
) -> None:
    for name in there:
        (tmp_path / name).write_text(SPEAKS)
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    missing = [name for name in speaking.PROGRAMS if name not in there]
    with pytest.raises(SettingError) as told:
        find_voice()
    assert f"BOT_VOICE cần chương trình {', '.join(missing)}:" in str(told.value)
    assert f"apt-get install {' '.join(missing)}" in str(told.value)
    asked = replace(base, settings=base.settings.model_copy(update={"voice": "espeak-ng"}))
    with pytest.raises(SettingError):
        open_media(asked)
    assert open_media(base).archive is not None  # who did not ask for it needs no program


@pytest.mark.voice
def test_the_real_programs_make_an_mp3_of_every_vietnamese_word() -> None:
    assert all(map(shutil.which, speaking.PROGRAMS))
    spoken = find_voice().speak("Cô/chú bấm Kích hoạt. Chờ mã gửi về, đừng đọc mã đó cho ai.")
    longer = find_voice().speak("Cô/chú bấm Kích hoạt. " * 6)
    sound = MP3(io.BytesIO(spoken))
    assert sound.info.layer == 3
    assert sound.info.channels == 1
    assert 2 < sound.info.length < 15
    assert sound.info.length < MP3(io.BytesIO(longer)).info.length
    assert len(spoken) < 300_000
    assert hashlib.sha256(spoken).digest() != hashlib.sha256(longer).digest()
