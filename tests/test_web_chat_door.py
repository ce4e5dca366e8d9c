"""Who is let in to the web chat, how much they may bring, and what the others are told."""

from __future__ import annotations

import asyncio
import gzip
import io
import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from bot.app.installation import Installation
from bot.web.chat import LARGEST_BODY
from tests.channel_logs import heard
from tests.channel_server import Stage, Way
from tests.chat_site import (
    API,
    FORGET,
    GOOD,
    HERE,
    OTHER,
    SLUG,
    Got,
    Site,
    assert_refused,
    new_id,
    open_base,
    plays,
)
from tests.storage_tools import ENGINES


@pytest.fixture(scope="module")
def base(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    with open_base(request, "sqlite", tmp_path_factory.mktemp("door")) as opened:
        yield opened


# ---- what is no message -------------------------------------------------------------------------


WRONG: dict[str, Any] = {
    "nothing": b"",
    "half": b'{"id": "e1", ',
    "a list": [],
    "a word": "menu",
    "null": None,
    "no UTF-8": b'{"id": "\xff"}',
    "deep lists": b"[" * 16_000,
    "deep objects": b'{"id":' * 2_600,
    "deep in a field": b'{"id": "e1", "text": ' + b"[" * 16_000,
    "a huge number": b'{"id": "e1", "after": ' + b"9" * 5_000 + b"}",
    "no id": {"id": None},
    "a number as id": {"id": 7},
    "an empty id": {"id": ""},
    "a long id": {"id": "x" * 81},
    "an id with a zero byte": {"id": "a\0"},
    "an id with half a sign": {"id": "\ud83d"},
    "no commune": {"commune": None},
    "an unknown commune": {"commune": "sao-hoa"},
    "a commune that is a list": {"commune": [SLUG]},
    "a commune of half a sign": {"commune": "\udc80"},
    "another commune": {"commune": OTHER},
    "a session of another commune": {"session": f"{OTHER}.{'x' * 43}"},
    "a session of an unknown one": {"session": f"sao-hoa.{'x' * 43}"},
    "a session that is too short": {"session": HERE[:-1]},
    "a session that is too long": {"session": f"{HERE}x"},
    "a session with a line end": {"session": f"{HERE}\n"},
    "a session that is empty": {"session": ""},
    "a session that is no text": {"session": 7},
    "a session of half signs": {"session": f"{SLUG}." + "\ud83d" * 43},
    "neither words nor a button": {"text": None},
    "both": {"action": "menu"},
    "no words": {"text": ""},
    "words in a list": {"text": ["menu"]},
    "an empty button": {"text": None, "action": ""},
    "a button that is a number": {"text": None, "action": 1},
    "a cursor below zero": {"after": -1},
    "a cursor beyond all": {"after": 2**31},
    "a cursor that is huge": {"after": 10**300},
    "a cursor in words": {"after": "bảy"},
    "a broken cursor": {"after": 1.5},
    "a cursor that is true": {"after": True},
    "a cursor in a list": {"after": [1]},
    "shared in words": {"shared": "true"},
    "shared as a number": {"shared": 1},
}


@pytest.fixture(scope="module")
def answers_to_wrong(base: Installation) -> dict[str, Got]:
    """What each of them is told; none of them leaves anything in the database."""
    answers: dict[str, Got] = {}

    async def scene(site: Site) -> None:
        for name, wrong in WRONG.items():
            given = GOOD | wrong if isinstance(wrong, dict) else wrong
            answers[name] = await site.posts(given)
        assert site.rows("inbox") == []
        assert (await site.posts(GOOD)).texts

    plays(base, scene)
    return answers


@pytest.mark.parametrize("name", WRONG)
def test_what_no_page_of_ours_posts_is_refused_with_one_sentence(
    answers_to_wrong: dict[str, Got], name: str
) -> None:
    assert_refused(answers_to_wrong[name], 400)


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"session": ""},
        {"session": "x"},
        {"session": f"sao-hoa.{'x' * 43}"},
        {"session": HERE, "after": "-1"},
        {"session": HERE, "after": "2147483648"},
        {"session": HERE, "after": "9" * 5_000},
        {"session": HERE, "after": "\u0661"},
        {"session": HERE, "after": "x"},
    ],
    ids=lambda query: str(query)[:60],
)
def test_a_poll_for_nobody_is_refused_at_once(base: Installation, query: Any) -> None:
    async def scene(site: Site) -> None:
        assert_refused(await site.asks("GET", API, params=query), 400)

    plays(base, scene, poll_seconds=600.0)


def test_forgetting_for_nobody_is_refused(base: Installation) -> None:
    async def scene(site: Site) -> None:
        for given in (b"", b"[", [], {}, {"session": 7}, {"session": "x"}):
            assert_refused(await site.posts(given, FORGET), 400)
        assert (await site.posts({"session": HERE}, FORGET)).json == {"forgotten": True}

    plays(base, scene)


def test_half_signs_in_words_and_buttons_are_dropped_and_the_rest_is_answered(
    base: Installation,
) -> None:
    async def scene(site: Site) -> None:
        for said in ({"text": "menu\ud83d\0"}, {"action": "menu\udc80"}):
            got = await site.posts({"id": new_id(), "commune": SLUG, "session": None, **said})
            assert got.texts
            assert got.json["in"] == "menu"
        for said in ({"text": "\ud83d"}, {"text": " \n "}, {"action": "\ud83d"}):
            got = await site.posts({"id": new_id(), "commune": SLUG, "session": None, **said})
            assert got.json["in"] == ""
            assert got.texts

    plays(base, scene)


@pytest.mark.parametrize("size", [LARGEST_BODY + 1, 3 * 1024 * 1024])
@pytest.mark.parametrize("chunked", [False, True], ids=["with-length", "in-chunks"])
@pytest.mark.parametrize("path", [API, FORGET])
def test_a_body_too_large_is_refused_with_one_sentence(
    base: Installation, size: int, chunked: bool, path: str
) -> None:
    body = json.dumps(GOOD).encode().ljust(size)

    async def pieces() -> AsyncIterator[bytes]:
        for at in range(0, len(body), 65536):
            yield body[at : at + 65536]

    async def scene(site: Site) -> None:
        got = await site.asks("POST", path, data=pieces() if chunked else io.BytesIO(body))
        assert_refused(got, 413)
        largest = body[:LARGEST_BODY]
        assert (await site.asks("POST", path, data=largest)).status == 200

    plays(base, scene)


def test_a_small_body_that_unfolds_into_a_large_one_is_refused(base: Installation) -> None:
    bomb = gzip.compress(json.dumps(GOOD).encode().ljust(50_000_000))
    assert len(bomb) / 4 < LARGEST_BODY

    async def scene(site: Site) -> None:
        headers = {"Content-Encoding": "gzip"}
        got = await site.asks("POST", API, data=bomb[:LARGEST_BODY], headers=headers)
        assert_refused(got, 413)
        small = gzip.compress(json.dumps(GOOD).encode())
        assert (await site.asks("POST", API, data=small, headers=headers)).status == 200
        assert_refused(await site.asks("POST", API, data=b"junk", headers=headers), 400)

    plays(base, scene)


# ---- whose page ---------------------------------------------------------------------------------


FOREIGN = [
    "https://ke-gian.vn",
    "null",
    "",
    "http://[",
    "127.0.0.1",
    "http://127.0.0.1:1",
    "file://",
]


@pytest.mark.parametrize("origin", FOREIGN)
def test_the_page_of_another_site_gets_403(base: Installation, origin: str) -> None:
    async def scene(site: Site) -> None:
        session = (await site.posts(GOOD | {"session": None, "id": new_id()})).json["session"]
        headers = {"Origin": origin}
        known = {"session": session, "id": new_id()}
        assert_refused(await site.posts(GOOD | known, Origin=origin), 403)
        got = await site.asks("GET", API, params={"session": session}, headers=headers)
        assert_refused(got, 403)
        assert_refused(await site.posts({"session": session}, FORGET, Origin=origin), 403)
        assert site.rows_about(session)["inbox"] == 1

    plays(base, scene)


# ---- trouble ------------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ENGINES)
def test_while_nothing_can_be_stored_503_is_told_and_the_same_id_works_afterwards(
    request: pytest.FixtureRequest, engine: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("trouble")
    with open_base(request, engine, folder) as own:
        stage = Stage(Way("webhook", engine), own.settings.database_url, folder)

        async def scene(site: Site) -> None:
            page = site.page()
            await page.opens()
            letter = page.letter(text="Bà Tư hỏi menu")
            with stage.database_down():
                refused = [await site.posts(letter), await site.posts(letter)]
                if engine == "postgres":  # SQLite only lacks the table of events
                    refused.append(await site.polls(page.session, 0))
                    refused.append(await site.posts({"session": page.session}, FORGET))
            for got in refused:
                assert_refused(got, 503)
            answers = [await site.posts(letter), *await same_again(site, letter)]
            assert answers[0].texts
            assert all(got.json == answers[0].json for got in answers)
            assert site.rows_about(page.session or "")["inbox"] == 2

        with heard() as lines:
            plays(own, scene)
    assert any("the chat found no database" in line for line in lines)
    assert not any("Bà Tư" in line for line in lines)


async def same_again(site: Site, letter: Any) -> list[Got]:
    return list(await asyncio.gather(*(site.posts(letter) for _ in range(3))))
