"""The web chat over HTTP: what is promised of its messages, its sessions and its cursor."""

from __future__ import annotations

import asyncio
import re
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from bot.app.installation import Installation
from bot.core.vocabulary import Role
from bot.services import teams
from bot.services.plans import find_commune
from tests.chat_site import AT_ONCE, OTHER, SLUG, Site, new_id, open_base, plays
from tests.storage_tools import ENGINES


@pytest.fixture(scope="module", params=ENGINES)
def base(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    with open_base(request, request.param, tmp_path_factory.mktemp("chat")) as opened:
        yield opened


# ---- what travels -------------------------------------------------------------------------------


def test_an_answer_has_the_promised_shape_and_nothing_else(base: Installation) -> None:
    async def scene(site: Site) -> None:
        first = {"id": new_id(), "commune": SLUG, "session": None, "text": "  quen mat khau  vneid"}
        got = await site.posts(first)
        assert got.status == 200
        answer = got.json
        assert list(answer) == ["session", "in", "out", "after"]
        assert re.fullmatch(rf"{SLUG}\.[\w-]{{43}}", answer["session"], re.ASCII)
        assert answer["in"] == "quen mat khau vneid"
        assert type(answer["after"]) is int
        assert len(answer["out"]) > 1
        for message in answer["out"]:
            assert_is_a_message(message)
        assert any(message["choices"] for message in answer["out"])
        poll = (await site.polls(answer["session"], 0)).json
        assert poll == {key: answer[key] for key in ("session", "out", "after")}

    plays(base, scene)


MEDIA = {"kind", "src", "words", "width", "height"}


def assert_is_a_message(message: Any) -> None:
    """As ``chat --json`` has it, and beside it the text with the names of buttons marked."""
    assert list(message) == ["text", "marked", "choices", "media"]
    assert message["media"] is None or set(message["media"]) == MEDIA
    assert message["marked"].replace("**", "") == message["text"] != ""
    for choice in message["choices"]:
        assert list(choice) == ["n", "label", "action"]
        kinds = [type(value) for value in choice.values()]
        assert kinds == [int, str, str]
        assert choice["label"]
        assert choice["action"]
    assert len({choice["n"] for choice in message["choices"]}) == len(message["choices"])


def test_names_of_buttons_are_marked_for_who_can_show_them_and_plain_for_who_cannot(
    base: Installation,
) -> None:
    async def scene(site: Site) -> None:
        page = site.page()
        await page.says("quen mat khau vneid")
        while "**" not in page.shown[-1]["marked"]:
            await page.says("1")
        assert "**" not in page.shown[-1]["text"]

    plays(base, scene)


def test_without_a_session_a_conversation_begins_and_with_it_goes_on(base: Installation) -> None:
    async def scene(site: Site) -> None:
        page, other = site.page(), site.page()
        greeting, menu = await page.opens()
        assert "Hố Nai" in greeting
        assert await page.says("menu") == [menu]
        known = page.session
        assert await page.says("quen mat khau vneid")
        assert await page.says("1")
        assert page.session == known
        assert (await other.opens()) == [greeting, menu]
        assert other.session != known

    plays(base, scene)


def test_a_session_that_the_page_made_itself_is_as_good(base: Installation) -> None:
    async def scene(site: Site) -> None:
        page = site.page()
        page.session = f"{SLUG}." + "Tu_lam-ra0" * 4 + "xyz"
        own = page.session
        assert len(await page.opens()) == 2
        assert page.session == own

    plays(base, scene)


@pytest.mark.parametrize("number", [uuid.uuid4().hex, str(uuid.uuid4())], ids=["hex", "uuid"])
def test_a_first_message_repeated_without_its_session_begins_one_conversation(
    base: Installation, number: str
) -> None:
    """The answer that held the session was lost, so the page cannot name it."""

    async def scene(site: Site) -> None:
        page = site.page()
        letter = page.letter(number, text="menu")
        before = len(site.rows("conversations"))
        first = await site.posts(letter)
        for got in [await site.posts(letter), *await twice(site, letter)]:
            assert got.json == first.json
        assert len(site.rows("conversations")) == before + 1
        assert site.rows_about(first.json["session"])["inbox"] == 1

    plays(base, scene)


async def twice(site: Site, letter: Any) -> list[Any]:
    return list(await asyncio.gather(site.posts(letter), site.posts(letter)))


@pytest.mark.parametrize(
    "number", ["1", "tin-0001", "0" * 31, "A" * 32, "2026-11-18T09:00:00.000001Z"]
)
def test_an_id_that_somebody_else_may_have_too_never_leads_to_their_session(
    base: Installation, number: str
) -> None:
    async def scene(site: Site) -> None:
        letters = [site.page().letter(number, text="menu") for _ in range(3)]
        got = [await site.posts(letter) for letter in letters]
        assert len({one.json["session"] for one in got}) == 3
        assert len({tuple(one.texts) for one in got}) == 1

    plays(base, scene)


# ---- one effect ---------------------------------------------------------------------------------


def test_the_same_id_has_one_effect_and_the_same_answers_until_they_are_acknowledged(
    base: Installation,
) -> None:
    async def scene(site: Site) -> None:
        page = site.page()
        await page.opens()
        letter = page.letter(text="quen mat khau vneid")
        del letter["after"]
        got = await site.posts(letter)
        answers = [got, *[await site.posts(letter) for _ in range(3)]]
        answers += await asyncio.gather(*(site.posts(letter) for _ in range(10)))
        assert all(one.json == got.json for one in answers)
        assert got.texts
        assert site.rows_about(page.session or "")["inbox"] == 2
        page.takes(got)
        assert await page.says("1") != []  # carries the cursor: what went before has arrived
        assert (await site.posts(letter)).json["out"] == []

    plays(base, scene)


def test_ten_at_once_with_one_id_and_a_cursor_are_one_message_too(base: Installation) -> None:
    async def scene(site: Site) -> None:
        page = site.page()
        await page.opens()
        letter = page.letter(text="quen mat khau vneid")
        got = await asyncio.gather(*(site.posts(letter) for _ in range(10)))
        assert got[0].texts
        assert [one.json for one in got] == [got[0].json] * 10
        assert site.rows_about(page.session or "")["inbox"] == 2

    plays(base, scene)


def test_the_same_id_of_two_people_is_two_messages(base: Installation) -> None:
    async def scene(site: Site) -> None:
        one, two = site.page(), site.page()
        await one.opens()
        await two.opens()
        number = new_id()
        assert await one.posts(number, text="menu") == await two.posts(number, text="menu") != []

    plays(base, scene)


# ---- the same conversation as everywhere --------------------------------------------------------


def test_digits_labels_words_and_actions_do_the_same(base: Installation) -> None:
    async def scene(site: Site) -> None:
        page = site.page()
        await page.opens()
        for choice in list(page.choices):
            ways = [
                {"text": str(choice["n"])},
                {"text": choice["label"]},
                {"text": choice["label"].lower()},
                {"action": choice["action"]},
            ]
            heard = []
            for way in ways:
                await page.says("menu")
                heard.append(await page.posts(**way))
            assert heard == [heard[0]] * len(ways)
            assert heard[0]

    plays(base, scene)


def test_a_link_of_invitation_joins_the_team(base: Installation) -> None:
    commune = find_commune(base.communes, SLUG)
    code = base.database.write(teams.invite, commune, Role.MEMBER, "KP 3", None).code

    async def scene(site: Site) -> None:
        page = site.page()
        await page.presses(f"start:j_{code.replace('-', '')}")
        await page.says("chị Hạnh")
        await page.says("menu")
        assert "KP 3" in page.shown[-1]["text"]
        assert "log" in [choice["action"] for choice in page.choices]
        assert site.rows_about(page.session or "")["chat_links"] == 1

    plays(base, scene)


def test_two_communes_do_not_mix(base: Installation) -> None:
    async def scene(site: Site) -> None:
        here, there = site.page(SLUG), site.page(OTHER)
        number = new_id()
        one = await here.posts(number, text="menu")
        two = await there.posts(number, text="menu")
        assert "Hố Nai" in one[0]
        assert "Xuân Hòa" in two[0]
        assert here.session != there.session
        assert one[1:] == two[1:]
        assert await here.polls() == await there.polls() == []
        stolen = f"{OTHER}.{(here.session or '').split('.')[1]}"
        assert (await site.polls(stolen, 0)).texts == []
        assert site.rows_about(stolen) == {}

    plays(base, scene, poll_seconds=AT_ONCE)
