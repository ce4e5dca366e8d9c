"""``python -m bot check`` looks over recordings and screenshots: one line a file, never a fault."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from bot.library import Library, load
from bot.locale import Texts, load_sentences, show_date
from bot.media.own_files import mark_of
from bot.media.shelf import words_to_read
from tests import small_content
from tests.clock import START, FixedClock
from tests.command_line import Ended, Terminal
from tests.media_files import FRAME, mp3, picture
from tests.office_media_site import BARE, DRAWN, GUIDE, SHEET

SLUG = "ho-nai"
TODAY = START.date()


class Folder:
    """A folder that somebody fills by hand, and the command that looks into it."""

    def __init__(self, folder: Path) -> None:
        self.content = small_content.make(folder / "content")
        self.root = folder / "var" / "media"
        self.library: Library = load(self.content)
        self._terminal = Terminal(folder, FixedClock(), self.content)

    def spoken(self, you: str = "cô/chú", step: str = DRAWN) -> str:
        """The words of the step in that form of address."""
        found = self.library.guides[GUIDE].step(step)
        assert found
        way, index = found
        return words_to_read(Texts(load_sentences(self.content), you), way.steps[index])

    def sound(self, words: str | None = None) -> str:
        """The name of a recording of those words."""
        return f"nghe-{mark_of(self.spoken() if words is None else words)}.mp3"

    def puts(self, name: str, body: bytes, step: str = DRAWN, guide: str = GUIDE) -> str:
        """Copy a file there; gives its place in the folder."""
        return self.lays(f"{SLUG}/{guide}/{step}/{name}", body)

    def lays(self, place: str, body: bytes = b"") -> str:
        """A file anywhere in the folder."""
        path = self.root / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
        return place

    def checks(self) -> Ended:
        """Run it; whatever lies there it ends well."""
        ended = self._terminal.types("check")
        assert ended.code == 0, ended.err
        return ended

    def complaints(self) -> dict[str, str]:
        """What is said, by the place of the file."""
        found = {}
        for line in self.checks().err.splitlines():
            if line.startswith("nên sửa: media/"):
                place, _, words = line.removeprefix("nên sửa: media/").partition(": ")
                assert place not in found, "a file has one line"
                found[place] = words
        return found


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def test_no_folder_and_an_empty_one_are_fine(folder: Folder) -> None:
    assert not folder.root.exists()
    assert folder.complaints() == {}
    assert not folder.root.exists()
    folder.root.mkdir(parents=True)
    assert folder.complaints() == {}


def test_good_files_are_not_named(folder: Folder) -> None:
    folder.puts(folder.sound(), mp3(29.9))
    folder.puts(f"hinh-{TODAY}.png", picture())
    folder.puts("hinh-2026-11-10.jpeg", picture("JPEG"), BARE)
    assert folder.complaints() == {}


def test_a_stranger_is_told_how_files_are_named(folder: Folder) -> None:
    strangers = [
        folder.puts("bước 2.mp3", mp3(1)),
        folder.puts("nghe-12345.mp3", mp3(1)),
        folder.puts("hinh-2026-02-30.png", picture()),
        folder.puts("hinh-hom-qua.png", picture()),
        folder.puts(".tmpx1y2z3", b"half"),
        folder.lays("Thumbs.db"),
        folder.lays(f"{SLUG}/{GUIDE}/{folder.sound()}", mp3(1)),
        folder.lays(f"{SLUG}/{GUIDE}/{DRAWN}/cũ/{folder.sound()}", mp3(1)),
    ]
    found = folder.complaints()
    assert sorted(found) == sorted(strangers)
    assert all("hinh-<năm-tháng-ngày>" in words and "xóa" in words for words in found.values())


def test_what_the_guides_no_longer_have_is_named(folder: Folder) -> None:
    step = folder.puts(folder.sound(), mp3(1), step="buoc-cu")
    guide = folder.puts(f"hinh-{TODAY}.png", picture(), guide="bai-cu")
    commune = folder.lays(f"xa-la/{GUIDE}/{DRAWN}/{folder.sound()}", mp3(1))
    found = folder.complaints()
    assert found.keys() == {step, guide, commune}
    assert "không còn bước «buoc-cu»" in found[step]
    assert "không còn bài «bai-cu»" in found[guide]
    assert "«xa-la»" in found[commune]


def test_a_recording_of_other_words_or_another_form_of_address_is_silenced(
    folder: Folder,
) -> None:
    guide = folder.library.guides[GUIDE]
    steps = [step for way in guide.ways for step in way.steps if "{" in step.text]
    step = steps[0].id
    old = folder.puts(folder.sound("chữ cũ"), mp3(1))
    formal = folder.puts(folder.sound(folder.spoken("ông/bà", step)), mp3(1), step)
    found = folder.complaints()
    assert found.keys() == {old, formal}
    assert all("chữ của bước đã đổi" in words for words in found.values())
    assert f"{SHEET}#step-{DRAWN}" in found[old]
    folder.puts(folder.sound(), mp3(1))
    folder.puts(folder.sound(folder.spoken("cô/chú", step)), mp3(1), step)
    assert {words.partition(" – ")[0] for words in folder.complaints().values()} == {
        "tiếng cũ, đã có tiếng mới"
    }


def test_each_commune_is_held_to_its_own_form_of_address(folder: Folder) -> None:
    plan = folder.content / "plans" / "phuoc-tan.yaml"
    text = plan.read_text(encoding="utf-8")
    plan.write_text(text.replace("address_form: co-chu", "address_form: ong-ba"), encoding="utf-8")
    step = next(
        step.id
        for way in folder.library.guides[GUIDE].ways
        for step in way.steps
        if "{" in step.text
    )
    names = {you: folder.sound(folder.spoken(you, step)) for you in ("cô/chú", "ông/bà")}
    for slug, you in ((SLUG, "cô/chú"), ("phuoc-tan", "ông/bà")):
        folder.lays(f"{slug}/{GUIDE}/{step}/{names[you]}", mp3(1))
    assert folder.complaints() == {}
    shutil.move(folder.root / "phuoc-tan", folder.root / "phu-lam")
    (place,) = folder.complaints()
    assert place == f"phu-lam/{GUIDE}/{step}/{names['ông/bà']}"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (mp3(33), "tiếng dài 33 giây, tối đa 30 giây"),
        (FRAME * 10_100, "tệp tiếng lớn hơn 1 MB"),
        (b"RIFF", "không phải MP3"),
        (b"", "không phải MP3"),
    ],
)
def test_a_recording_that_cannot_be_used_is_named(folder: Folder, body: bytes, words: str) -> None:
    place = folder.puts(folder.sound(), body)
    said = folder.complaints()[place]
    assert said.startswith(f"{words} – thu lại")
    assert f"{SHEET}#step-{DRAWN}" in said


def test_a_screenshot_that_nobody_sees_is_named(folder: Folder) -> None:
    guide = folder.library.guides[GUIDE]
    old = TODAY - (guide.review_by - guide.reviewed_on)
    day_before = date.fromordinal(old.toordinal() - 1)
    folder.puts(f"hinh-{old}.png", picture())
    assert folder.complaints() == {}
    (folder.root / SLUG / GUIDE / DRAWN / f"hinh-{old}.png").unlink()
    expired = folder.puts(f"hinh-{day_before}.png", picture())
    until = show_date(date.fromordinal(TODAY.toordinal() - 1))
    assert folder.complaints()[expired].startswith(f"hình chụp hết hạn ngày {until}")
    newer = folder.puts(f"hinh-{TODAY}.jpg", b"\xff\xd8 broken", DRAWN)
    later = folder.puts("hinh-2099-01-01.png", picture(), BARE)
    found = folder.complaints()
    assert found[expired].startswith("hình cũ, đã có hình mới hơn")
    assert found[newer].startswith("không phải hình PNG hay JPEG, hoặc hình hỏng")
    assert found[later].startswith("ngày chụp ở tương lai")
