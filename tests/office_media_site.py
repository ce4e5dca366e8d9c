"""A ward whose office sends recordings and screenshots: one guide, its steps, its page, its folder."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from html.parser import HTMLParser
from pathlib import Path

from bot.core.vocabulary import Role
from bot.locale import load_sentences
from storage import audit
from tests import small_content
from tests.browser_server import running
from tests.command_line import ROOT, Ended, Terminal
from tests.office_browser import Answer, Browser
from tests.office_site import Site

SENTENCES = load_sentences(ROOT / "content")
GUIDES, GUIDE = "/office/guides", "vneid-kich-hoat"
DRAWN, BARE = "bam-kich-hoat", "chon-may"  # a step with a drawing, one of the second way without
REVIEWED, REVIEW_BY = date(2026, 11, 1), date(2027, 1, 20)
GOOD_FOR = REVIEW_BY - REVIEWED
TODAY = date(2026, 11, 18)  # of the clock
SHEET = f"{GUIDES}/{GUIDE}"


def address(step: str, kind: str, guide: str = GUIDE) -> str:
    """Where a file for a step is sent."""
    return f"{GUIDES}/{guide}/{step}/{kind}"


class Sheet(HTMLParser):
    """The page of a guide, by its steps: words, what is shown and played, the forms."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.answer = answer
        self.words: dict[str, str] = {"": ""}  # under "" what stands beside the steps
        self.read: dict[str, str] = {}
        self.fields: dict[str, dict[str, str]] = {}  # by the address of the form
        self.shown: dict[str, str] = {}
        self.played: dict[str, str] = {}
        self.links: list[str] = []
        self._step = self._form = ""
        self._is_to_read = False
        self.feed(answer.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        match tag:
            case "article":
                self._step = given["id"].removeprefix("step-")
                self.words[self._step] = self.read[self._step] = ""
            case "p":
                self._is_to_read = given.get("class") == "words"
            case "form":
                self._form = given["action"]
                self.fields[self._form] = {}
            case "input" if self._form:
                self.fields[self._form][given["name"]] = given.get("value", "")
            case "img" if self._step:
                self.shown[self._step] = given["src"]
            case "audio":
                self.played[self._step] = given["src"]
            case "a":
                self.links.append(given["href"])

    def handle_endtag(self, tag: str) -> None:
        if tag == "article":
            self._step = ""
        self._is_to_read = self._is_to_read and tag != "p"

    def handle_data(self, data: str) -> None:
        self.words[self._step] += data
        if self._is_to_read:
            self.read[self._step] += data

    def says(self, step: str, sentence: str, **values: object) -> bool:
        """Whether that sentence of the catalogue stands beside the step."""
        return SENTENCES[sentence].format(**values) in self.words[step]


class MediaSite(Site):
    """The ward, and what its office does with recordings and screenshots."""

    @property
    def folder(self) -> Path:
        """Where the files are."""
        return self.ward.settings.own_media

    @property
    def files(self) -> list[str]:
        """Every file in it, hidden ones included."""
        found = (path for path in self.folder.rglob("*") if path.is_file())
        return sorted(path.relative_to(self.folder).as_posix() for path in found)

    def looks(self, browser: Browser, guide: str = GUIDE) -> Sheet:
        """The page of a guide."""
        answer = browser.opens(f"{GUIDES}/{guide}")
        assert answer.status == 200, answer.text
        return Sheet(answer)

    def sends(self, browser: Browser, path: str, file: bytes, **fields: str) -> Answer:
        """Fill in the form that goes there; fields given here replace those of the page."""
        guide = path.removeprefix(GUIDES).split("/")[1]
        given = self.looks(browser, guide).fields[path]
        given.pop("file", None)
        return browser.uploads(path, given | fields, file)

    def takes_away(self, browser: Browser, path: str) -> Answer:
        """Press the button that takes the files of a step away."""
        return browser.posts(f"{path}/gone", self.looks(browser).fields[f"{path}/gone"])

    def hears(self, step: str = DRAWN, slug: str = "ho-nai") -> bytes | None:
        """What a resident at that step hears who says “nghe”; None for words only."""
        resident = self.resident(slug)
        resident.goes_to(GUIDE, step)
        resident.says("nghe")
        sounds = [one["src"] for one in resident.media if one["kind"] == "sound"]
        return resident.fetches(sounds[0]).body if sounds else None

    def sees(self, step: str = DRAWN, slug: str = "ho-nai") -> str | None:
        """The address of the picture that a resident at that step sees."""
        resident = self.resident(slug)
        resident.goes_to(GUIDE, step)
        return next((one["src"] for one in resident.media), None)

    def acts(self, slug: str = "ho-nai") -> list[tuple[str, str]]:
        """What was changed, and of which step, in order."""
        found = self.ward.base.database.read(audit.list_acts, self.ward.commune(slug).id)
        acts = [(one.act.action, one.act.object) for one in found]
        return [act for act in acts if act[0].startswith(("keep-", "drop-"))]

    def checks(self) -> Ended:
        """``python -m bot check`` by the clock of the ward."""
        terminal = Terminal(self.folder.parent / "terminal", self.ward.clock)
        settings = self.ward.settings
        return terminal.types(
            "check",
            BOT_CONTENT_DIR=str(settings.content_dir),
            BOT_MEDIA_DIR=str(settings.own_media),
        )

    def rewrites(self, step: str) -> None:
        """Other words in that step, and a new start."""
        heading = f"{{#{step}}}\n\n"
        path = self.ward.settings.content_dir / "guides" / f"{GUIDE}.md"
        text = path.read_text(encoding="utf-8")
        assert text.count(heading) == 1
        self.ward.stop()
        path.write_text(text.replace(heading, f"{heading}Từ từ thôi. "), encoding="utf-8")
        self.ward.start()

    def leader(self) -> Browser:
        """Somebody who may read only."""
        return self.officer(role=Role.LEADER)


@contextmanager
def open_media_site(folder: Path, **settings: object) -> Iterator[MediaSite]:
    """A running server with a few guides; screenshots of the one are good for eighty days."""
    content = small_content.make(folder / "content")
    path = content / "guides" / f"{GUIDE}.md"
    text = path.read_text(encoding="utf-8")
    for key, day in (("reviewed_on", REVIEWED), ("review_by", REVIEW_BY)):
        text, count = re.subn(rf"(?m)^{key}: .*$", f"{key}: {day}", text)
        assert count == 1
    path.write_text(text, encoding="utf-8")
    with running(folder, content_dir=content, **settings) as ward:
        yield MediaSite(ward)


def days_later(day: date, count: int) -> str:
    """As forms write it."""
    return (day + timedelta(days=count)).isoformat()
