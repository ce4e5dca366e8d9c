"""The front page, the proof of the domain, and the page that Zalo sends an administrator back to."""

from __future__ import annotations

import asyncio
import html
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import pytest
from pydantic import SecretStr
from yarl import URL

from bot.app.installation import Installation
from bot.app.zalo import CHANNEL, ZaloOa, consent_url, open_zalo_oa
from bot.app.zalo_consent import ConsentDesk
from bot.services.domain_proof import Proof
from bot.services.plans import find_commune
from storage import audit, health, tokens
from storage.tokens import AUTHORIZATION_LIFETIME
from tests.channel_logs import heard
from tests.chat_site import SLUG, Got, Site, open_base, open_site, plays, with_settings
from tests.clock import FixedClock
from tests.zalo_oa_emulator import OfficialAccount, ZaloOAEmulator

SITE = "https://bando.example"
NAME = "zalo_verifierABC123def456.html"
CODE = 'H-9_x"<&'
FILE = f'<html><head><meta name="zalo-platform-site-verification" content="{NAME}" /></head></html>'


@pytest.fixture(scope="module")
def base(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    with open_base(request, "sqlite", tmp_path_factory.mktemp("front")) as opened:
        yield opened


def of_zalo(zalo: ZaloOAEmulator, **more: object) -> dict[str, object]:
    """The settings of the emulator's account."""
    account = zalo.account
    return {
        "base_url": SITE,
        "zalo_oa_app_id": account.app_id,
        "zalo_oa_app_secret": SecretStr(account.app_secret),
        "zalo_oa_id": account.oa_id,
        "zalo_oa_webhook_secret": SecretStr(account.oa_secret),
        "zalo_oa_api_base": zalo.root_url,
        "zalo_oa_oauth_base": zalo.root_url,
        **more,
    }


class House:
    """An office with an account of the emulator's, its site, and the administrator's browser."""

    def __init__(self, zalo: ZaloOAEmulator, base: Installation, oa: ZaloOa, site: Site) -> None:
        self.zalo, self.base, self.oa, self.site = zalo, base, oa, site
        self.desk = ConsentDesk(base, oa, "web")

    async def consents(self, address: str) -> str:
        """Press “Cho phép” at that address: where Zalo sends the browser."""
        async with aiohttp.ClientSession() as http:
            answer = await http.get(URL(address, encoded=True), allow_redirects=False)
            return answer.headers["Location"]

    async def comes_back(self, address: str) -> Got:
        """Open what lies on our site at that address."""
        parts = urlsplit(address)
        return await self.site.asks("GET", URL(f"{parts.path}?{parts.query}", encoded=True))

    @property
    def pair(self) -> tokens.Pair | None:
        """What is stored."""
        return self.base.database.read(tokens.read, self.oa.account.id)


@asynccontextmanager
async def open_house(base: Installation, **settings: object) -> AsyncIterator[House]:
    """A house whose account has no tokens yet."""
    clock = base.database.clock
    assert isinstance(clock, FixedClock)
    async with ZaloOAEmulator(clock=lambda: clock().timestamp()) as zalo:
        known = with_settings(base, **of_zalo(zalo, **settings))
        zalo.tokens.callback = consent_url(known.settings, SLUG)
        home = find_commune(known.communes, SLUG)
        oa = open_zalo_oa(known, home)
        try:
            async with open_site(known, works=False, oa=oa) as site:
                yield House(zalo, known, oa, site)
        finally:
            await oa.close()


@pytest.fixture
def fresh(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """An installation in which nothing was consented to yet."""
    with open_base(request, "sqlite", tmp_path_factory.mktemp("consent")) as opened:
        yield opened


def shown(got: Got) -> str:
    """The words of the card."""
    return html.unescape(re.sub(r"<[^>]+>", " ", got.text.split("<main", 1)[1]))


# --- the front page


def test_the_front_page_leads_to_every_chat_and_says_whose_it_is(base: Installation) -> None:
    async def scene(site: Site) -> None:
        got = await site.asks("GET", "/?may-chung=1")
        assert got.status == 200
        assert len(base.communes) == 5
        for commune in base.communes:
            assert f'href="/chat/{commune.slug}?may-chung=1"' in got.text
            assert commune.name in got.text.split('class="owners"')[1].split("</p>")[0]
        assert 'href="/office"' in got.text
        assert "zalo" not in got.text.lower().replace("zalo.css", "")
        assert "verification" not in got.text
        assert got.headers["Content-Security-Policy"].startswith("default-src 'none'")

    plays(base, scene)


def test_messengers_that_are_set_up_are_named_with_their_links(base: Installation) -> None:
    async def scene() -> None:
        more = {
            "zalo_bot_token": SecretStr("1:x"),
            "zalo_bot_link": "https://bot.zaloplatforms.com/bots/1",
            "telegram_token": SecretStr("1:y"),
            "telegram_username": "banso_bot",
        }
        async with open_house(base, **more) as house:
            got = await house.site.asks("GET", "/")
            for address in (
                f"https://zalo.me/{house.zalo.account.oa_id}",
                "https://bot.zaloplatforms.com/bots/1",
                "https://t.me/banso_bot",
            ):
                assert f'href="{address}"' in got.text

    run(scene())


def run(scene: Any) -> None:
    """Whatever takes minutes is broken."""

    async def limited() -> None:
        async with asyncio.timeout(60):
            await scene

    asyncio.run(limited())


# --- the proof of the domain


def test_the_file_is_served_as_zalo_gave_it_under_its_name_alone(base: Installation) -> None:
    known = with_settings(base, zalo_verifier_name=NAME, zalo_verifier_content=FILE)

    async def scene(site: Site) -> None:
        got = await site.asks("GET", f"/{NAME}")
        assert (got.status, got.text) == (200, FILE)
        assert got.headers["Content-Type"] == "text/html; charset=utf-8"
        for other in ("zalo_verifierABC123def457.html", "zalo_verifier.html", f"x{NAME}"):
            assert (await site.asks("GET", f"/{other}")).status == 404

    plays(known, scene)


def test_without_the_setting_no_file_is_there(base: Installation) -> None:
    async def scene(site: Site) -> None:
        assert (await site.asks("GET", f"/{NAME}")).status == 404

    plays(with_settings(base, zalo_verifier_name=NAME), scene)
    plays(base, scene)


def test_a_code_stands_in_the_head_of_the_front_page_escaped(base: Installation) -> None:
    known = with_settings(base, zalo_verifier_content=CODE.replace("<", ""))

    async def scene(site: Site) -> None:
        head = (await site.asks("GET", "/")).text.split("</head>")[0]
        tag = re.search(r'<meta name="zalo-platform-site-verification" content="([^"]*)">', head)
        assert tag
        assert html.unescape(tag[1]) == CODE.replace("<", "")

    plays(known, scene)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("abc_DEF-1", "abc_DEF-1"),
        ('<meta name="zalo-platform-site-verification" content="abc" />', "abc"),
        ("<meta property='zalo-platform-site-verification' content='abc'>", "abc"),
        (FILE, NAME),
        ("<p>There is no limit</p>", ""),
        ("", ""),
    ],
)
def test_the_code_is_found_in_whatever_zalo_gave(content: str, code: str) -> None:
    proof = Proof("", content)
    assert proof.code == code
    if code:
        assert proof.is_on_page(f'<meta name="zalo-platform-site-verification" content="{code}">')
        assert not proof.is_on_page('<meta name="zalo-platform-site-verification" content="x">')


# --- the consent


def test_a_consent_is_exchanged_stored_and_said_kindly(fresh: Installation) -> None:
    async def scene() -> None:
        async with open_house(fresh) as house:
            unit = house.base.database.write
            account = house.oa.account
            unit(health.report_trouble, account.id, health.NEEDS_CONSENT)
            address = await house.desk.begin()
            got = await house.comes_back(await house.consents(address))
            assert got.status == 200
            assert "Đã cấp quyền" in shown(got)
            assert got.headers["Cache-Control"] == "no-store"
            newest = house.zalo.tokens.pairs[-1]
            pair = house.pair
            assert pair is not None
            assert (pair.tokens.access, pair.tokens.refresh) == (
                newest.access_token,
                newest.refresh_token,
            )
            listed = house.base.database.read(health.list_health, account.commune.id)
            assert [one.trouble for one in listed if one.channel == CHANNEL] == [None]
            acts = house.base.database.read(audit.list_acts, account.commune.id)
            assert [(one.act.actor, one.act.action) for one in acts] == [("web", "zalo-consent")]
            for secret in (
                newest.access_token,
                newest.refresh_token,
                house.zalo.account.app_secret,
            ):
                assert secret not in got.text

    run(scene())


def test_a_consent_works_once(fresh: Installation) -> None:
    async def scene() -> None:
        async with open_house(fresh) as house:
            back = await house.consents(await house.desk.begin())
            assert (await house.comes_back(back)).status == 200
            first = house.pair
            again = await house.comes_back(back)
            assert again.status == 400
            assert "đã dùng rồi" in shown(again)
            assert house.pair == first
            assert len(house.zalo.calls_of("access_token")) == 1

    run(scene())


@pytest.mark.parametrize("wrong", ["", "x" * 43])
def test_a_state_that_is_not_ours_reaches_zalo_never(wrong: str, fresh: Installation) -> None:
    async def scene() -> None:
        async with open_house(fresh) as house:
            back = URL(await house.consents(await house.desk.begin()))
            got = await house.comes_back(str(back.update_query(state=wrong)))
            assert got.status == 400
            assert "không thuộc lần xin quyền nào" in shown(got)
            assert (house.pair, house.zalo.calls_of("access_token")) == (None, [])

    run(scene())


def test_a_late_consent_is_refused(fresh: Installation) -> None:
    async def scene() -> None:
        async with open_house(fresh) as house:
            back = await house.consents(await house.desk.begin())
            clock = fresh.database.clock
            assert isinstance(clock, FixedClock)
            clock.passes(seconds=AUTHORIZATION_LIFETIME.total_seconds() + 1)
            assert (await house.comes_back(back)).status == 400
            assert house.pair is None

    run(scene())


def test_another_account_that_the_address_names_is_refused_and_can_be_mended(
    fresh: Installation,
) -> None:
    async def scene() -> None:
        async with open_house(fresh) as house:
            back = URL(await house.consents(await house.desk.begin()))
            got = await house.comes_back(str(back.update_query(oa_id="123")))
            assert got.status == 400
            assert "OA khác" in shown(got)
            assert (house.pair, house.zalo.calls_of("access_token")) == (None, [])
            assert (await house.comes_back(str(back))).status == 200  # the state is still good

    run(scene())


def test_another_account_that_only_the_token_betrays_is_refused(fresh: Installation) -> None:
    async def scene() -> None:
        async with open_house(fresh) as house:
            back = URL(await house.consents(await house.desk.begin()))
            house.zalo.world.account = replace(OfficialAccount(), oa_id="1112223334445556667")
            got = await house.comes_back(str(back))
            assert (got.status, house.pair) == (400, None)
            assert "OA khác" in shown(got)

    run(scene())


@pytest.mark.parametrize(
    ("number", "word"),
    [
        (-14002, "BOT_ZALO_OA_APP_SECRET"),
        (-14003, f"{SITE}/zalo/consent/{SLUG}"),
        (-14012, "BOT_ZALO_OA_CODE_VERIFIER"),
        (-14020, "hết hạn"),
        (-14024, "BOT_ZALO_OA_CODE_VERIFIER"),
        (-32, "Chờ một phút"),
        (-14099, "-14099"),
    ],
)
def test_each_refusal_is_one_sentence_with_its_mend(
    number: int, word: str, fresh: Installation
) -> None:
    async def scene() -> None:
        async with open_house(fresh) as house:
            back = await house.consents(await house.desk.begin())
            house.zalo.fail_next("access_token", code=number)
            got = await house.comes_back(back)
            assert (got.status, house.pair) == (400, None)
            assert word in shown(got)
            assert "python -m bot zalo authorize" in shown(got)

    run(scene())


def test_a_silent_zalo_is_said_and_nothing_is_stored(fresh: Installation) -> None:
    async def scene() -> None:
        async with open_house(fresh) as house:
            back = await house.consents(await house.desk.begin())
            house.zalo.drop_next("access_token")
            got = await house.comes_back(back)
            assert (got.status, house.pair) == (400, None)
            assert "chưa trả lời" in shown(got)

    run(scene())


def test_looking_at_the_page_uses_nothing_up(fresh: Installation) -> None:
    async def scene() -> None:
        async with open_house(fresh) as house:
            back = await house.consents(await house.desk.begin())
            parts = urlsplit(back)
            path = URL(f"{parts.path}?{parts.query}", encoded=True)
            assert (await house.site.asks("HEAD", path)).status == 405
            bare = await house.site.asks("GET", parts.path)
            assert bare.status == 400
            assert 'id="zalo-consent"' in bare.text
            assert "chưa gửi mã" in shown(bare)
            assert (await house.site.asks("GET", "/zalo/consent/xuan-hoa")).status == 404
            assert (await house.comes_back(back)).status == 200

    run(scene())


def test_a_stranger_cannot_ask_without_end(fresh: Installation) -> None:
    async def scene() -> None:
        async with open_house(fresh) as house:
            path = f"/zalo/consent/{SLUG}?code=x&state=y"
            statuses = [(await house.site.asks("GET", path)).status for _ in range(25)]
            assert statuses == [400] * 20 + [429] * 5

    run(scene())


def test_no_part_of_a_consent_reaches_a_log(fresh: Installation) -> None:
    async def scene() -> list[str]:
        async with open_house(fresh) as house:
            address = await house.desk.begin()
            back = await house.consents(address)
            await house.comes_back(back)
            pair = house.zalo.tokens.pairs[-1]
            query = URL(back).query
            hidden = [pair.access_token, pair.refresh_token, query["code"], query["state"]]
            return [*hidden, house.zalo.account.app_secret]

    with heard("debug") as lines:
        hidden = asyncio.run(scene())
    assert len(hidden) == 5
    assert [one for one in hidden if one in "\n".join(lines)] == []
