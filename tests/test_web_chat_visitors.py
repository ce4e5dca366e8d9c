"""Who visits the web chat: from which page, from which address, and how often."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request
from multidict import CIMultiDict

from bot.app.installation import Installation
from bot.web.chat import MOST_MESSAGES, MOST_OF_SESSION, MOST_POLLS
from bot.web.visitors import Tries, Visitors
from tests.chat_site import (
    API,
    FORGET,
    GOOD,
    HERE,
    Got,
    Site,
    assert_refused,
    new_id,
    open_base,
    plays,
    with_settings,
)


@pytest.fixture(scope="module")
def base(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    with open_base(request, "sqlite", tmp_path_factory.mktemp("door")) as opened:
        yield opened


# ---- whose page --------------------------------------------------------------------------------


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


@pytest.mark.parametrize(
    ("proxies", "address"), [(0, "203.0.113.9"), (1, "10.0.0.1"), (2, "198.51.100.1")]
)
def test_how_many_proxies_are_ours_is_a_setting(
    base: Installation, proxies: int, address: str
) -> None:
    async def scene(site: Site) -> None:
        request = made({}, (FORWARDED, "198.51.100.1, 10.0.0.1"))
        assert site.lobby.visitors.address(request) == address

    plays(with_settings(base, proxies=proxies), scene)


class Stopwatch:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.now = 600.0

    def __call__(self) -> float:
        return self.now


def at_one_moment(proxies: int = 0) -> Visitors:
    """No minute ends in the middle of a test."""
    return Visitors("http://127.0.0.1:8080", proxies, Stopwatch())


def test_who_talks_too_fast_is_told_to_wait_and_the_others_are_not(base: Installation) -> None:
    async def scene(site: Site) -> None:
        page, other = site.page(), site.page()
        await page.opens()
        for _ in range(MOST_OF_SESSION):
            assert (await site.polls(page.session, 0)).status == 200
        assert_refused(await site.polls(page.session, 0), 429)
        for _ in range(MOST_OF_SESSION - 1):  # messages have a measure of their own
            await page.says("menu")
        assert_refused(await site.posts(page.letter(text="menu")), 429)
        await other.opens()
        assert (await site.polls(other.session, 0)).status == 200

    plays(base, scene, visitors=at_one_moment())


async def knock(site: Site, kind: str, address: str, *, good: bool = False) -> Got:
    """One request of that kind; bad ones, which are counted too, cost less."""
    headers = {FORWARDED: address}
    if kind == "poll":
        query = {"session": HERE if good else "x"}
        return await site.asks("GET", API, params=query, headers=headers)
    given = GOOD | {"id": new_id()} if good else {}
    return await site.posts(given, API if kind == "message" else FORGET, **headers)


@pytest.mark.parametrize(
    ("kind", "most"),
    [("message", MOST_MESSAGES), ("forget", MOST_MESSAGES), ("poll", MOST_POLLS)],
)
def test_an_address_has_its_measure_whatever_it_sends_and_claims(
    base: Installation, kind: str, most: int
) -> None:
    async def scene(site: Site) -> None:
        for number in range(most):
            assert (await knock(site, kind, f"10.0.0.{number}")).status == 400
        assert_refused(await knock(site, kind, "10.0.0.1", good=True), 429)

    plays(base, scene, visitors=at_one_moment())


def test_behind_a_proxy_of_ours_each_visitor_has_a_measure(base: Installation) -> None:
    async def scene(site: Site) -> None:
        for number in range(MOST_MESSAGES):
            claimed = f"{number}.0.0.1, 10.0.0.1"
            assert (await knock(site, "message", claimed)).status == 400
        assert_refused(await knock(site, "message", "10.0.0.1", good=True), 429)
        assert (await knock(site, "message", "10.0.0.2", good=True)).status == 200

    plays(base, scene, visitors=at_one_moment(proxies=1))


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
