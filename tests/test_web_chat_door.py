"""Who is let in to the web chat, how much they may bring, and what the others are told."""

from __future__ import annotations

import asyncio
import gzip
import io
import json
import re
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from bot.app.installation import Installation
from bot.web.chat import LARGEST_BODY, MOST_MESSAGES, MOST_OF_SESSION
from bot.web.server import SECURITY_HEADERS
from bot.web.visitors import Tries, Visitors
from tests.channel_logs import heard
from tests.channel_server import Stage, Way
from tests.chat_site import (
    API,
    AT_ONCE,
    FORGET,
    OTHER,
    SLUG,
    Got,
    Site,
    new_id,
    open_base,
    plays,
    with_settings,
)
from tests.storage_tools import ENGINES

HERE = f"{SLUG}." + "x" * 43
GOOD: dict[str, Any] = {"id": "e1", "commune": SLUG, "session": HERE, "text": "menu"}
VIETNAMESE = re.compile(r"[A-ZĐ].*[ăâđêôơưáàảãạếệộốồớờợứừữíìịọụúùý].*[.!]")


@pytest.fixture(scope="module")
def base(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    with open_base(request, "sqlite", tmp_path_factory.mktemp("door")) as opened:
        yield opened


def assert_refused(got: Got, *status: int) -> None:
    """One Vietnamese sentence, nothing of what was sent, nothing that a browser may keep."""
    code, sentence = got.refusal
    assert code in status, got
    assert VIETNAMESE.fullmatch(sentence), sentence
    assert got.headers["Cache-Control"] == "no-store"
    assert got.headers["X-Content-Type-Options"] == "nosniff"


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


HOME = "https://chat.honai.vn"


@pytest.mark.parametrize(
    ("origin", "host", "public", "is_at_home"),
    [
        (None, "127.0.0.1:8080", HOME, True),
        ("http://127.0.0.1:8080", "127.0.0.1:8080", HOME, True),
        (HOME, "bot:8080", HOME, True),  # a proxy that names us as it likes
        (HOME, "bot:8080", f"{HOME}:443", True),
        (HOME, "bot:8080", "https://Chat.HoNai.vn/bot", True),
        (HOME, "chat.honai.vn", "http://127.0.0.1:8080", True),
        (f"{HOME}:8443", "bot:8080", HOME, False),
        ("http://chat.honai.vn:8080", "chat.honai.vn", HOME, False),
        ("https://chat.honai.vn.ke-gian.vn", "bot:8080", HOME, False),
        ("https://ke-gian.vn", "bot:8080", HOME, False),
        ("https://[", "[", HOME, False),
        ("null", "", HOME, False),
    ],
)
def test_home_is_the_own_host_and_the_public_address(
    origin: str | None, host: str, public: str, is_at_home: bool
) -> None:
    request = made({"Host": host} | ({} if origin is None else {"Origin": origin}))
    assert Visitors(public, 0).is_at_home(request) is is_at_home


def made(headers: dict[str, str], *more: tuple[str, str]) -> web.Request:
    """A request from 203.0.113.9."""
    from multidict import CIMultiDict

    held = CIMultiDict(headers)
    for name, value in more:
        held.add(name, value)
    made: web.Request = make_mocked_request("GET", "/", headers=held)
    return made.clone(remote="203.0.113.9")


# ---- how often ----------------------------------------------------------------------------------


FORWARDED = "X-Forwarded-For"


@pytest.mark.parametrize(
    ("proxies", "lines", "address"),
    [
        (0, [], "203.0.113.9"),
        (0, ["198.51.100.1"], "203.0.113.9"),
        (1, [], "203.0.113.9"),
        (1, ["198.51.100.1"], "198.51.100.1"),
        (1, ["1.1.1.1, 198.51.100.1"], "198.51.100.1"),
        (1, ["1.1.1.1", "198.51.100.1"], "198.51.100.1"),  # a proxy that adds a line of its own
        (2, ["198.51.100.1"], "203.0.113.9"),
        (2, ["1.1.1.1, 198.51.100.1 ,10.0.0.1"], "198.51.100.1"),
        (2, ["1.1.1.1,198.51.100.1", "10.0.0.1"], "198.51.100.1"),
        (1, ["2001:db8:1:2:3:4:5:6"], "20010db800010002/64"),
        (1, ["2001:db8:1:2:ffff::1"], "20010db800010002/64"),
        (1, ["::ffff:198.51.100.1"], "198.51.100.1"),
        (1, ["unknown"], "unknown"),
    ],
)
def test_only_what_our_own_proxies_saw_is_believed(
    proxies: int, lines: list[str], address: str
) -> None:
    request = made({}, *((FORWARDED, line) for line in lines))
    assert Visitors("http://127.0.0.1", proxies).address(request) == address


def test_who_talks_too_fast_is_told_to_wait_and_the_others_are_not(base: Installation) -> None:
    async def scene(site: Site) -> None:
        page, other = site.page(), site.page()
        await page.opens()
        for _ in range(MOST_OF_SESSION):
            assert (await site.polls(page.session, 0)).status == 200
        assert_refused(await site.polls(page.session, 0), 429)
        assert await page.says("menu")  # has a measure of its own
        await other.opens()
        assert (await site.polls(other.session, 0)).status == 200

    plays(base, scene)


def test_an_address_has_its_measure_whatever_it_sends_and_claims(base: Installation) -> None:
    async def scene(site: Site) -> None:
        for number in range(MOST_MESSAGES):
            assert (await site.posts(b"", **{FORWARDED: f"10.0.0.{number}"})).status == 400
        refused = await site.posts(GOOD, **{FORWARDED: "10.0.0.1"})
        assert_refused(refused, 429)

    plays(base, scene)
    proxied = with_settings(base, proxies=1)

    async def behind_a_proxy(site: Site) -> None:
        for number in range(MOST_MESSAGES):
            assert (await site.posts(b"", **{FORWARDED: f"{number}.0.0.1, 10.0.0.1"})).status == 400
        assert_refused(await site.posts(GOOD, **{FORWARDED: "10.0.0.1"}), 429)
        assert (await site.posts(GOOD, **{FORWARDED: "10.0.0.2"})).status == 200

    plays(proxied, behind_a_proxy)


class Stopwatch:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.now = 600.0

    def __call__(self) -> float:
        return self.now


def test_tries_are_counted_over_the_last_minute_and_forgotten_after_it() -> None:
    watch = Stopwatch()
    visitors = Visitors("http://127.0.0.1", 0, watch)

    def tries(name: str = "a", most: int = 10) -> int:
        """How often one may still try now."""
        return sum(visitors.may(most, name) for _ in range(most + 1))

    assert (tries(), tries(), tries("b")) == (10, 0, 10)
    watch.now += 59.9
    assert tries() == 0
    watch.now += 15.1  # a quarter of the next minute: three quarters of the ten still count
    assert tries() == 2
    watch.now += 45.1
    assert tries() == 8
    watch.now += 600
    assert tries() == 10


def test_tries_of_a_crowd_are_not_kept_for_longer_than_two_minutes() -> None:
    watch = Stopwatch()
    tries = Tries(watch)
    for second in range(600):
        watch.now += 1
        for number in range(10):
            tries.count(f"{second} {number}".encode(), 5)
    assert 600 <= len(tries) <= 1200
    watch.now += 120
    tries.count(b"one", 5)
    assert len(tries) == 1


# ---- headers and pages --------------------------------------------------------------------------


def test_every_answer_of_the_chat_is_strict_and_kept_by_nobody(base: Installation) -> None:
    async def scene(site: Site) -> None:
        answers = [
            await site.posts(GOOD | {"id": new_id()}),
            await site.posts(b"{"),
            await site.posts(GOOD, Origin="https://ke-gian.vn"),
            await site.polls(HERE, 0),
            await site.posts({"session": HERE}, FORGET),
        ]
        assert [got.status for got in answers] == [200, 400, 403, 200, 200]
        for got in answers:
            found = {name: got.headers.get(name) for name in SECURITY_HEADERS}
            assert found == SECURITY_HEADERS
            assert got.headers["Cache-Control"] == "no-store"
            assert "Set-Cookie" not in got.headers
            assert "Access-Control-Allow-Origin" not in got.headers

    plays(base, scene, poll_seconds=AT_ONCE)


@pytest.mark.parametrize(
    ("embed_on", "ancestors"),
    [
        ("", "'self'"),
        ("https://*.dongnai.gov.vn", "'self' https://*.dongnai.gov.vn"),
        ("https://a.vn https://b.vn:8443", "'self' https://a.vn https://b.vn:8443"),
    ],
)
def test_the_page_may_be_framed_by_the_sites_of_the_setting_only(
    base: Installation, embed_on: str, ancestors: str
) -> None:
    async def scene(site: Site) -> None:
        got = await site.asks("GET", f"/chat/{SLUG}?may-chung=1&moi=%22%3E%3Cb%3E")
        assert got.status == 200
        assert got.headers["Content-Type"] == "text/html; charset=utf-8"
        policy = rules(got)
        assert policy.pop("frame-ancestors") == ancestors
        assert policy.pop("default-src") == policy.pop("base-uri") == "'none'"
        assert set(policy.values()) == {"'self'"}
        assert "X-Frame-Options" not in got.headers
        assert got.headers["Cache-Control"] == "no-store"
        assert got.headers["X-Content-Type-Options"] == "nosniff"
        assert "Set-Cookie" not in got.headers
        assert "<b>" not in got.text
        for path in ("/chat", "/chat/sao-hoa", "/office/sign-in"):
            got = await site.asks("GET", path, headers={"Accept": "text/html"})
            assert rules(got)["frame-ancestors"] == "'none'"

    plays(with_settings(base, chat_embed_on=embed_on), scene)


def rules(got: Got) -> dict[str, str]:
    """The content security policy, by directive."""
    parts = got.headers["Content-Security-Policy"].split("; ")
    return dict(part.split(" ", 1) for part in parts)


def test_every_commune_has_its_page_and_the_address_alone_leads_to_the_choice(
    base: Installation,
) -> None:
    async def scene(site: Site) -> None:
        got = await site.asks("GET", "/")
        assert (got.status, got.headers["Location"]) == (302, "/chat")
        choice = await site.asks("GET", "/chat")
        assert choice.status == 200
        assert len(base.communes) == 5
        for commune in base.communes:
            assert f'href="/chat/{commune.slug}"' in choice.text
            page = await site.asks("GET", f"/chat/{commune.slug}")
            assert page.status == 200
            assert commune.name in page.text
            assert f'data-commune="{commune.slug}"' in page.text
            assert 'lang="vi"' in page.text

    plays(base, scene)


def test_where_there_is_one_commune_its_page_is_the_only_one(base: Installation) -> None:
    async def scene(site: Site) -> None:
        got = await site.asks("GET", "/chat")
        assert (got.status, got.headers["Location"]) == (302, f"/chat/{SLUG}")
        got = await site.asks("GET", f"/chat/{OTHER}")
        assert got.status == 404
        got = await site.posts({"id": "e1", "commune": OTHER, "session": None, "text": "menu"})
        assert_refused(got, 400)

    alone = [commune for commune in base.communes if commune.slug == SLUG]
    plays(replaced(base, alone), scene)


def replaced(base: Installation, communes: list[Any]) -> Installation:
    from dataclasses import replace

    return replace(base, communes=communes)


@pytest.mark.parametrize(
    "path", ["/chat/sao-hoa", "/chat/%22%3E", "/chat/ho-nai/x", "/chat/HO-NAI"]
)
def test_an_unknown_commune_is_a_page_that_says_so_in_vietnamese(
    base: Installation, path: str
) -> None:
    async def scene(site: Site) -> None:
        got = await site.asks("GET", path, headers={"Accept": "text/html,*/*;q=0.8"})
        assert got.status == 404
        assert got.headers["Content-Type"] == "text/html; charset=utf-8"
        assert "Không có trang này" in got.text
        assert 'href="/chat"' in got.text
        assert "sao-hoa" not in got.text

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
