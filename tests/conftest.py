"""Real databases of both engines, a clock that stands still, real content; nothing of ours is replaced."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from bot.app.installation import Installation, open_installation
from bot.config import Settings
from bot.core.keys import KeyRing
from bot.library import Library
from storage.database import Database
from storage.migrate import migrate
from tests import depth, postgres, shipped
from tests.clock import FixedClock
from tests.prepare import left_out, without_office, without_voice
from tests.walker import Walker
from tests.world import World

if TYPE_CHECKING:  # needed by the browser tests only
    from playwright.sync_api import Browser

    from tests.browser_server import Ward

KEY = "khóa dùng trong kiểm tra"
SELDOM = 200
"""After so many rounds among the middle-aged the old objects are looked through, too."""
ENGINES = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]

hypothesis_settings.register_profile(
    "of-this-run",
    max_examples=depth.EXAMPLES.now,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
hypothesis_settings.load_profile("of-this-run")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what was left out by name, the voice where it is not installed, and tests/depth.py's."""
    marks = left_out() | ({"voice"} if without_voice() else set())
    marks |= {"office"} if without_office() else set()
    kept = [item for item in items if not any(map(item.get_closest_marker, marks))]
    twins: dict[str, list[tuple[str, pytest.Item]]] = {}
    for item in kept:
        test, engine = _without_engine(item.nodeid)
        if engine and item.path.name in depth.ENGINES.files:
            twins.setdefault(test, []).append((engine, item))
    gone = {
        item
        for test, pair in twins.items()
        for engine, item in pair
        if len(pair) > 1 and depth.ENGINES.leaves_out(test, engine)
    }
    left = [item for item in kept if item not in gone]
    if len(left) < len(items):
        config.hook.pytest_deselected(items=list(set(items) - set(left)))
        items[:] = left


def _without_engine(nodeid: str) -> tuple[str, str]:
    """A test without its database, and the database; none where it has none or two."""
    test, _, parameters = nodeid.rstrip("]").partition("[")
    named = parameters.split("-")
    engines = [one for one in named if one in depth.TURNS]
    rest = [one for one in named if one not in depth.TURNS]
    return "-".join([test, *rest]), engines[0] if len(engines) == 1 else ""


def pytest_collection_finish() -> None:
    """What is loaded now stays to the end: looking for garbage in it again and again is a tenth of a run."""
    gc.collect()
    gc.freeze()
    young, middle, _ = gc.get_threshold()
    gc.set_threshold(young, middle, SELDOM)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """One server for the session of this worker."""
    with postgres.server() as url:
        yield url


@pytest.fixture(params=ENGINES)
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without any table: every test that asks for it runs on both engines."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'ban-so.db'}"
        return
    with postgres.database(request.getfixturevalue("postgres_server")) as url:
        yield url


@pytest.fixture(scope="session")
def migrated_postgres(postgres_server: str) -> Iterator[str]:
    """A PostgreSQL database with all tables, to be copied."""
    with postgres.database(postgres_server) as url:
        opened = Database(url, KeyRing(KEY), FixedClock())
        migrate(opened)
        opened.close()
        yield url


@pytest.fixture(scope="session")
def postgres_pool(postgres_server: str, migrated_postgres: str) -> Iterator[postgres.Pool]:
    """Copies of the PostgreSQL database, emptied between two tests."""
    pool = postgres.Pool(postgres_server, migrated_postgres)
    yield pool
    pool.close()


@pytest.fixture(params=ENGINES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database with all tables and no row: every test that asks for it runs on both engines."""
    if request.param == "sqlite":
        path = tmp_path / "ban-so.db"
        path.write_bytes(shipped.migrated())
        yield f"sqlite:///{path}"
        return
    pool: postgres.Pool = request.getfixturevalue("postgres_pool")
    with pool.database() as url:
        yield url


@pytest.fixture
def clock() -> FixedClock:
    """Wednesday 18 November 2026, 9:00 in Vietnam, until moved."""
    return FixedClock()


@pytest.fixture
def database(database_url: str, clock: FixedClock) -> Iterator[Database]:
    """A migrated database without communes."""
    opened = Database(database_url, KeyRing(KEY), clock)
    migrate(opened)
    yield opened
    opened.close()


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """Settings of a test: own database, own var/, the real content/."""
    return Settings.model_validate(
        {"database_url": database_url, "secret_key": KEY, "var_dir": tmp_path / "var"}
    )


@pytest.fixture(scope="session")
def library() -> Library:
    """The shipped content, loaded once: it is frozen."""
    return shipped.library()


@pytest.fixture
def base(settings: Settings, clock: FixedClock, library: Library) -> Iterator[Installation]:
    """Everything up to the communes loaded, as a command would open it."""
    opened = open_installation(settings, clock, library=library)
    yield opened
    opened.database.close()


@pytest.fixture
def world(base: Installation) -> Iterator[World]:
    """A running application and people who talk to it."""
    made = World(base)
    yield made
    made.close()


@pytest.fixture(scope="module")
def walker(tmp_path_factory: pytest.TempPathFactory, library: Library) -> Iterator[Walker]:
    """A resident whose turns leave nothing behind."""
    folder = tmp_path_factory.mktemp("walker")
    (folder / "ban-so.db").write_bytes(shipped.migrated())
    values = {
        "database_url": f"sqlite:///{folder / 'ban-so.db'}",
        "secret_key": KEY,
        "var_dir": folder,
    }
    opened = open_installation(Settings.model_validate(values), FixedClock(), library=library)
    with opened.database.unit() as unit:
        yield Walker(opened, unit)
    opened.database.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for the tests of a file; while it runs this thread has no other event loop."""
    from tests import browser as chromium

    with chromium.started() as opened:
        yield opened


@pytest.fixture(scope="module")
def ward(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ward]:
    """One running server for the tests of a file; everybody who visits it is somebody new."""
    from tests import browser_server

    with browser_server.running(tmp_path_factory.mktemp("ward")) as opened:
        yield opened
