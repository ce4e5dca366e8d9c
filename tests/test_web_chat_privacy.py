"""Of a web chat nothing stands in clear anywhere: not its session, not what was typed, at no level of a log."""

from __future__ import annotations

import base64
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.app.installation import Installation
from tests.channel_logs import heard
from tests.chat_site import AT_ONCE, FORGET, Page, Site, plays
from tests.test_privacy import TYPED, WORST, everything_kept, traces

WORDS = "chuyện riêng của bà Tư ở hẻm 12"
NAMES = (None, "aiohttp", "asyncio", "sqlalchemy", "psycopg")


def needles_of(session: str) -> set[bytes]:
    """The session, its secret half as text and as bytes."""
    secret = session.split(".")[1]
    return {session.encode(), secret.encode(), base64.urlsafe_b64decode(secret + "=")}


@pytest.fixture
def all_levels() -> Iterator[None]:
    """Libraries say all that they would say if they were let."""
    loggers = [logging.getLogger(name) for name in NAMES]
    before = [logger.level for logger in loggers]
    yield
    for logger, level in zip(loggers, before, strict=True):
        logger.setLevel(level)


@pytest.mark.usefixtures("all_levels")
def test_session_and_words_are_nowhere_while_the_chat_goes_on_and_afterwards(
    base: Installation, tmp_path: Path
) -> None:
    sessions: set[bytes] = set()
    answered: list[str] = []

    async def scene(site: Site) -> None:
        for name in NAMES:
            logging.getLogger(name).setLevel(logging.DEBUG)
        page = site.page()
        await page.says(WORDS)
        await page.says("quen mat khau vneid")
        await page.says("1")
        sessions.update(needles_of(page.session or ""))
        for typed in TYPED.values():
            answered.append((await site.posts(page.letter(text=typed))).text)
        answered += await wrong_and_odd(site, page)
        assert_nowhere(base, tmp_path, sessions)  # also while answers still wait
        await page.polls()
        await site.posts({"session": page.session}, FORGET)

    with heard("debug") as lines:
        plays(base, scene, poll_seconds=AT_ONCE)
        assert_nowhere(base, tmp_path, sessions)
    told = "\n".join(lines).encode()
    assert len(told) > 10_000
    assert traces(told) == set()
    assert traces(told, sessions | {WORDS.encode()}) == set()
    assert traces("\n".join(answered).encode(), WORST) == set()


async def wrong_and_odd(site: Site, page: Page) -> list[str]:
    """The same secrets where they do not belong, and requests that are refused."""
    heard_back = []
    for typed in TYPED.values():
        other = site.page()
        for letter in (
            other.letter(action=f"start:{typed}"),
            other.letter(action=typed),
            page.letter(text=typed, after=-1),
            page.letter(text=typed, session=f"x{page.session}"),
        ):
            heard_back.append((await site.posts(letter)).text)
    wrong = await site.asks("GET", "/chat/api/messages", params={"session": f"{page.session}x"})
    lost = await site.asks("GET", f"/chat/{page.session}")
    assert [wrong.status, lost.status] == [400, 404]
    return heard_back


def assert_nowhere(base: Installation, folder: Path, sessions: set[bytes]) -> None:
    kept = everything_kept(base, folder)
    assert len(kept) > 10_000
    assert traces(kept) == set()
    assert traces(kept, sessions | {WORDS.encode()}) == set()


def test_the_session_would_be_found(base: Installation, tmp_path: Path) -> None:
    session = "ho-nai." + "Abc-_9" * 7 + "A"
    from bot.app.wiring import save_account
    from bot.services.plans import find_commune

    save_account(base, find_commune(base.communes, "ho-nai"), session[:20], {})
    kept = everything_kept(base, tmp_path)
    assert traces(kept, {session[:20].encode()})
    for needle in needles_of(session):
        assert traces(b"x" + needle + b"y", needles_of(session)) == {needle} | (
            {session.split(".")[1].encode()} if needle == session.encode() else set()
        )
