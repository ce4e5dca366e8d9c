"""A step is one thing: number, words and picture are the same in the chat, on pages and on paper."""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser

import pytest

from bot.app.installation import Installation, open_installation
from bot.config import Settings
from bot.conversation.turn import State
from bot.core.messages import MEDIA_PATH, Choice, Kind, Outbound
from bot.core.text import words
from bot.core.vocabulary import AddressForm
from bot.library import Guide, Library, Plan, Way
from bot.media.drawing import LARGEST_BYTES
from tests.chat_site import Site, open_site
from tests.clock import FixedClock
from tests.walker import Walker

HOME = "ho-nai"
SAMPLE = 6  # guides that are compared in every commune
VOID = {"img", "meta", "link", "br", "input", "hr"}


@dataclass(frozen=True)
class Shown:
    """A step as somebody sees it, wherever that is."""

    number: str
    words: str
    bold: tuple[str, ...] = ()
    picture: str = ""  # its key
    told: str = ""  # the picture in words


@dataclass
class _Found:
    number: str = ""
    words: str = ""
    bold: list[str] = field(default_factory=list)
    picture: str = ""
    told: str = ""
    spoken: str | None = None

    def shown(self) -> Shown:
        bold = tuple(plain(one) for one in self.bold)
        return Shown(plain(self.number), plain(self.words), bold, self.picture, self.told)


class StepReader(HTMLParser):
    """Reads the steps of a page: what stands under ``step-number`` and ``step-words``, and the picture."""

    def __init__(self) -> None:
        super().__init__()
        self.steps: list[_Found] = []
        self.links: dict[str, str] = {}
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        kind = given.get("class", "").split(" ")[0]
        if kind == "step-number":
            self.steps.append(_Found())
        if tag == "br" and "step-words" in self._open:
            self.steps[-1].words += "\n"
        if tag == "img" and kind == "screen":
            self.steps[-1].picture = given["src"].removeprefix(f"{MEDIA_PATH}/")
            self.steps[-1].told = given["alt"]
        if "data-spoken" in given:
            self.steps[-1].spoken = given["data-spoken"]
        if tag == "a" and "rel" in given:
            self.links[given["rel"]] = given["href"]
        if tag not in VOID:
            self._open.append(kind if kind.startswith("step-") else tag)
        if tag == "strong" and "step-words" in self._open:
            self.steps[-1].bold.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if "step-number" in self._open:
            self.steps[-1].number += data
        if "step-words" in self._open:
            self.steps[-1].words += data
            if "strong" in self._open:
                self.steps[-1].bold[-1] += data


def plain(text: str) -> str:
    """The words, whatever the space between them."""
    return " ".join(text.split())


def read(page: str) -> StepReader:
    reader = StepReader()
    reader.feed(page)
    reader.close()
    assert reader._open == []
    return reader


def from_chat(message: Outbound) -> Shown:
    """A step as the chat shows it."""
    opening = re.match(r"\*\*(.+?)\.\*\* ", message.text)
    assert opening, message.text
    said = message.text[opening.end() :]
    bold = tuple(plain(one) for one in re.findall(r"\*\*(.+?)\*\*", said, re.DOTALL))
    picture, told = (message.media.key, message.media.words) if message.media else ("", "")
    return Shown(opening[1], plain(said.replace("**", "")), bold, picture, told)


# ---- one house for all of them -------------------------------------------------------------------


@dataclass(frozen=True)
class House:
    """The chat and the pages of one installation."""

    base: Installation
    pages: dict[str, str]

    @property
    def library(self) -> Library:
        return self.base.library

    def page(self, path: str) -> StepReader:
        return read(self.pages[path])


def paths_of(guide: Guide, slug: str) -> Iterator[str]:
    yield f"/g/{guide.id}?xa={slug}"
    yield f"/g/{guide.id}/print?xa={slug}"
    for way in guide.ways:
        yield f"/g/{guide.id}/print?xa={slug}&nhanh={way.id}"
        yield from (f"/g/{guide.id}/{step.id}?xa={slug}" for step in way.steps)


def sample(library: Library) -> list[Guide]:
    """Guides that speak to the reader, the ones with pictures first."""

    def steps(guide: Guide) -> list[str]:
        return [step.text for way in guide.ways for step in way.steps]

    spoken = [one for one in library.guides.values() if any("ou}" in t for t in steps(one))]
    drawn = [g for g in spoken if any(step.screen for way in g.ways for step in way.steps)]
    lot = random.Random(2026)
    chosen = lot.sample(drawn, min(2, len(drawn))) + lot.sample(spoken, SAMPLE)
    return list({guide.id: guide for guide in chosen}.values())


def each_in_its_form(library: Library) -> dict[str, Plan]:
    """The plans as if every commune spoke to its people in another way; Hố Nai as it does."""
    others = [slug for slug in library.plans if slug != HOME]
    home = library.plans[HOME]
    forms = [form for form in AddressForm if form is not (home.address_form or AddressForm.CO_CHU)]
    said = {
        slug: library.plans[slug].model_copy(update={"address_form": form})
        for slug, form in zip(others, forms, strict=False)
    }
    return {HOME: home, **said}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, library: Library) -> Iterator[House]:
    """Every page of every guide for Hố Nai, and of some for the others, each fetched once."""
    folder = tmp_path_factory.mktemp("same-steps")
    url = f"sqlite:///{folder / 'ban-so.db'}"
    given = {"database_url": url, "secret_key": "khóa của các bước", "var_dir": folder}
    spoken = replace(library, plans=each_in_its_form(library))
    base = open_installation(Settings.model_validate(given), FixedClock(), library=spoken)
    wanted = [path for guide in library.guides.values() for path in paths_of(guide, HOME)]
    for commune in base.communes:
        wanted += [path for guide in sample(library) for path in paths_of(guide, commune.slug)]

    async def fetch() -> dict[str, str]:
        async with open_site(base, works=False) as site:
            return {path: await _page(site, path) for path in dict.fromkeys(wanted)}

    yield House(base, asyncio.run(fetch()))
    base.database.close()


async def _page(site: Site, path: str) -> str:
    got = await site.asks("GET", path)
    assert got.status == 200, path
    return got.text


@contextmanager
def talking(house: House, slug: str) -> Iterator[Walker]:
    with house.base.database.unit() as unit:
        yield Walker(house.base, unit, slug=slug)


def walked(walker: Walker, guide: Guide, way: Way) -> list[Shown]:
    """The steps of a way as they come, one “Xong” after the other."""
    seen = walker.take(State(), f"step:{guide.id}:{way.steps[0].id}", Kind.ACTION)
    shown = []
    while seen.state.view.startswith("step:"):
        shown.append(from_chat(seen.messages[-1]))
        assert len(shown) <= len(way.steps)
        seen = walker.take(seen.state, _done(seen.choices).action, Kind.ACTION)
    assert seen.state.view == f"done:{guide.id}"
    return shown


def _done(choices: tuple[Choice, ...]) -> Choice:
    [first] = [choice for choice in choices if choice.n == 1]
    return first


# ---- the same everywhere -------------------------------------------------------------------------


def compare(house: House, walker: Walker, slug: str, guides: list[Guide]) -> int:
    """Chat, page, step pages and paper of these guides; gives the number of steps."""
    count = 0
    for guide in guides:
        whole = house.page(f"/g/{guide.id}?xa={slug}").steps
        paper = house.page(f"/g/{guide.id}/print?xa={slug}").steps
        in_chat = [(way, walked(walker, guide, way)) for way in guide.ways]
        expected = [step for _, steps in in_chat for step in steps]
        assert [found.shown() for found in whole] == expected, guide.id
        assert [found.shown() for found in paper] == expected, guide.id
        for way, steps in in_chat:
            one_way = house.page(f"/g/{guide.id}/print?xa={slug}&nhanh={way.id}").steps
            assert [found.shown() for found in one_way] == steps, (guide.id, way.id)
            numbers = [f"Bước {n}/{len(way.steps)}" for n in range(1, len(way.steps) + 1)]
            assert [step.number for step in steps] == numbers
            for step, shown in zip(way.steps, steps, strict=True):
                [alone] = house.page(f"/g/{guide.id}/{step.id}?xa={slug}").steps
                assert alone.shown() == shown, (guide.id, step.id)
                assert plain(alone.spoken or "") == shown.words, (guide.id, step.id)
                count += 1
    return count


def test_chat_page_step_and_paper_are_one_in_ho_nai_for_every_guide(house: House) -> None:
    guides = list(house.library.guides.values())
    with talking(house, HOME) as walker:
        count = compare(house, walker, HOME, guides)
    steps = sum(len(way.steps) for guide in guides for way in guide.ways)
    assert count == steps > 500


def test_they_are_one_in_the_form_of_address_of_every_commune(house: House) -> None:
    said = {}
    for commune in house.base.communes:
        with talking(house, commune.slug) as walker:
            assert compare(house, walker, commune.slug, sample(house.library)) > SAMPLE
        pages = (f"/g/{guide.id}?xa={commune.slug}" for guide in sample(house.library))
        said[commune.slug] = " ".join(one.words for path in pages for one in house.page(path).steps)
        you = house.base.texts(commune).you
        assert you in said[commune.slug].lower(), commune.slug
    assert len(set(said.values())) == len(said) >= 5


def test_step_pages_lead_on_and_back_as_the_chat_does(house: House) -> None:
    for guide in house.library.guides.values():
        for way in guide.ways:
            ids = [step.id for step in way.steps]
            for index, step in enumerate(ids):
                links = house.page(f"/g/{guide.id}/{step}?xa={HOME}").links
                after = ids[index + 1] if index + 1 < len(ids) else None
                before = ids[index - 1] if index else None
                for rel, other in (("next", after), ("prev", before)):
                    wanted = f"/g/{guide.id}/{other}?xa={HOME}" if other else None
                    assert links.get(rel) == wanted, (guide.id, step, rel)


def test_the_twin_names_what_is_tapped_in_the_words_of_the_step(house: House) -> None:
    drawn = 0
    for guide in house.library.guides.values():
        found = iter(house.page(f"/g/{guide.id}?xa={HOME}").steps)
        for step in (step for way in guide.ways for step in way.steps):
            shown = next(found)
            assert bool(shown.told) == bool(shown.picture) == (step.screen is not None)
            if step.screen is None:
                continue
            drawn += 1
            assert f"«{step.screen.tap}»" in shown.told
            assert all(label in shown.told for label in step.screen.labels())
            said, tapped = words(f"{step.label} {shown.words}"), words(step.screen.tap)
            places = range(len(said) - len(tapped) + 1)
            assert any(said[at : at + len(tapped)] == tapped for at in places), (guide.id, step.id)
    assert drawn


def test_each_picture_that_is_named_is_there(house: House) -> None:
    keys = sorted({one.picture for page in house.pages.values() for one in read(page).steps} - {""})
    assert keys

    async def fetch() -> None:
        async with open_site(house.base, works=False) as site:
            for key in keys if len(keys) < 20 else random.Random(2026).sample(keys, 20):
                path = f"{MEDIA_PATH}/{key}"
                async with site.http.get(path) as got:
                    content = await got.read()
                    assert (got.status, got.content_type) == (200, "image/png")
                assert content.startswith(b"\x89PNG")
                assert len(content) <= LARGEST_BYTES
                async with site.http.get(path, headers={"Range": "bytes=0-3"}) as part:
                    assert (part.status, await part.read()) == (206, b"\x89PNG")
            async with site.http.get(f"{MEDIA_PATH}/{'0' * 20}.png") as none:
                assert none.status == 404

    asyncio.run(fetch())


def test_the_chat_of_the_site_names_the_picture_of_the_page(house: House) -> None:
    guide, step = next(
        (guide, step)
        for guide in house.library.guides.values()
        for way in guide.ways
        for step in way.steps
        if step.screen
    )
    [on_page] = house.page(f"/g/{guide.id}/{step.id}?xa={HOME}").steps

    async def scene() -> None:
        async with open_site(house.base) as site:
            page = site.page(HOME)
            await page.opens()
            await page.presses(f"step:{guide.id}:{step.id}")
            media = page.shown[-1]["media"]
            assert media["kind"] == "picture"
            assert media["src"] == f"{MEDIA_PATH}/{on_page.picture}"
            assert media["words"] == on_page.told
            async with site.http.get(media["src"]) as got:
                assert (await got.read()).startswith(b"\x89PNG")

    asyncio.run(scene())


# ---- the reader itself ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "spoil",
    [
        lambda page: page.replace("Bước 2/", "Bước 3/", 1),
        lambda page: page.replace('class="step-words">', 'class="step-words">Đừng ', 1),
        lambda page: page.replace("<strong>", "<em>", 1).replace("</strong>", "</em>", 1),
        lambda page: re.sub(r'alt="[^"]+" width', 'alt="khác" width', page, count=1),
        lambda page: page.replace(f'src="{MEDIA_PATH}/', f'src="{MEDIA_PATH}/0', 1),
    ],
    ids=["number", "words", "bold", "twin", "picture"],
)
def test_a_difference_would_be_seen(house: House, spoil: Callable[[str], str]) -> None:
    drawn = [
        guide
        for guide in house.library.guides.values()
        if any(step.screen for way in guide.ways for step in way.steps)
    ]
    path = f"/g/{drawn[0].id}?xa={HOME}"
    spoiled = replace(house, pages={**house.pages, path: spoil(house.pages[path])})
    assert spoiled.pages[path] != house.pages[path]
    with talking(house, HOME) as walker:
        assert compare(house, walker, HOME, drawn[:1])
        with pytest.raises(AssertionError):
            compare(spoiled, walker, HOME, drawn[:1])
