"""Of a web chat nothing stands in clear anywhere, no log included: not its session, not what was typed."""

from __future__ import annotations

import base64
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import insert

from bot.app.installation import Installation
from storage.database import Unit
from storage.models import staff
from tests.channel_logs import heard
from tests.chat_site import AT_ONCE, FORGET, Page, Site, plays
from tests.test_privacy import TYPED, WORST, everything_kept, traces

WORDS = "bà Tư ở hẻm 12 quên mật khẩu vneid"  # what no guide answers is kept masked: test_questions
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
        for letter in (*letters(page), *odd_letters(site, page)):
            answered.append((await site.posts(letter)).text)  # noqa: PERF401 – one after the other
        for path in (f"/chat/api/messages?session={page.session}x", f"/chat/{page.session}"):
            assert (await site.asks("GET", path)).status in (400, 404)
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


def letters(page: Page) -> list[dict[str, object]]:
    """Everything that should not be typed, typed."""
    return [page.letter(text=typed) for typed in TYPED.values()]


def odd_letters(site: Site, page: Page) -> Iterator[dict[str, object]]:
    """Some of it where it does not belong, and in requests that are refused."""
    for typed in list(TYPED.values())[::4]:
        yield site.page().letter(action=f"start:{typed}")
        yield site.page().letter(action=typed)
        yield page.letter(text=typed, after=-1)
        yield page.letter(text=typed, session=f"x{page.session}")


def assert_nowhere(base: Installation, folder: Path, sessions: set[bytes]) -> None:
    kept = everything_kept(base, folder)
    assert len(kept) > 10_000
    assert traces(kept) == set()
    assert traces(kept, sessions | {WORDS.encode()}) == set()


def test_a_session_in_a_clear_column_would_be_found(base: Installation, tmp_path: Path) -> None:
    session = "ho-nai." + "Abc-_9" * 7 + "A"
    for needle in needles_of(session):
        assert traces(b"x" + needle + b"y", needles_of(session))
    planted = session.split(".")[1][:40]  # as much as the column takes

    def plant(unit: Unit) -> None:
        row = {"commune_id": base.communes[0].id, "name": planted, "role": "officer"}
        unit.connection.execute(insert(staff).values(**row, joined_at=unit.now))

    base.database.write(plant)
    assert traces(everything_kept(base, tmp_path), {planted.encode()})
