"""The pages of the web chat: whose they are, who may frame them, and what a browser may keep."""

from __future__ import annotations

import html
from collections.abc import Iterator
from dataclasses import replace

import pytest
from yarl import URL

from bot.app.installation import Installation
from bot.web.server import SECURITY_HEADERS
from tests.chat_site import (
    AT_ONCE,
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
    with_settings,
)


@pytest.fixture(scope="module")
def base(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    with open_base(request, "sqlite", tmp_path_factory.mktemp("door")) as opened:
        yield opened


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


def test_every_commune_has_its_page_and_a_place_in_the_choice(
    base: Installation,
) -> None:
    async def scene(site: Site) -> None:
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


def test_a_shared_computer_stays_one_on_every_way_to_its_page(base: Installation) -> None:
    query = "?may-chung=1&x=%22%3E%0D%0AA:%20b"

    async def scene(site: Site) -> None:
        front = await site.asks("GET", URL(f"/{query}", encoded=True))
        assert f'href="/chat/{SLUG}{html.escape(query)}"' in front.text
        choice = await site.asks("GET", URL(f"/chat{query}", encoded=True))
        assert f'href="/chat/{SLUG}{html.escape(query)}"' in choice.text
        shared = await site.asks("GET", URL(f"/chat/{SLUG}{query}", encoded=True))
        assert "data-shared" in shared.text
        assert "data-shared" not in (await site.asks("GET", f"/chat/{SLUG}")).text

    plays(base, scene)

    async def alone(site: Site) -> None:
        got = await site.asks("GET", URL(f"/chat{query}", encoded=True))
        assert got.headers["Location"] == f"/chat/{SLUG}{query}"
        assert "A" not in got.headers

    ours = [commune for commune in base.communes if commune.slug == SLUG]
    plays(replace(base, communes=ours), alone)


def test_where_there_is_one_commune_its_page_is_the_only_one(base: Installation) -> None:
    async def scene(site: Site) -> None:
        got = await site.asks("GET", "/chat")
        assert (got.status, got.headers["Location"]) == (302, f"/chat/{SLUG}")
        got = await site.asks("GET", f"/chat/{OTHER}")
        assert got.status == 404
        got = await site.posts({"id": "e1", "commune": OTHER, "session": None, "text": "menu"})
        assert_refused(got, 400)

    alone = [commune for commune in base.communes if commune.slug == SLUG]
    plays(replace(base, communes=alone), scene)


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
        plain = await site.asks("GET", path, headers={"Accept": "*/*"})
        assert plain.status == 404
        assert plain.headers["X-Content-Type-Options"] == "nosniff"
        assert plain.text.startswith("Không có trang này") or path.endswith("/x")

    plays(base, scene)
