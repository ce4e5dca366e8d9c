"""How every sign-in to the office ends, and what is written down of it, or never is."""

from __future__ import annotations

import asyncio
import base64
import logging
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.app.installation import Installation
from bot.core.errors import NotFoundError
from bot.core.periods import parse
from bot.services import access
from storage import audit, communes
from storage.database import Unit
from storage.models import credentials, sign_ins
from tests.clock import FixedClock
from tests.office_house import PASSWORD, WRONG, House, new_login, open_house, refusal
from tests.storage_tools import ENGINES
from tests.test_privacy import everything_kept, rows_as_bytes

OTHER = "Sông Buông nước lớn"


@pytest.fixture(scope="module", params=ENGINES)
def house(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    with open_house(request, request.param, tmp_path_factory.mktemp("ends")) as opened:
        yield opened


@pytest.fixture
def login() -> str:
    return new_login()


# ---- the end of a sign-in -----------------------------------------------------------------------


def test_a_sign_in_ends_when_it_is_idle_for_more_than_an_hour(house: House, login: str) -> None:
    signed_in = house.hires(login)
    for _ in range(3):
        house.clock.passes(minutes=60)
        assert house.finds(signed_in.token) == signed_in.officer
    house.clock.passes(minutes=60, seconds=1)
    assert house.finds(signed_in.token) is None
    house.clock.passes(hours=-1)  # also for a clock that is put back
    assert house.finds(signed_in.token) is None
    house.clock.passes(hours=1)


def test_a_sign_in_ends_after_twelve_hours_however_busy(house: House, login: str) -> None:
    signed_in = house.hires(login)
    for _ in range(24):
        house.clock.passes(minutes=30)
        assert house.finds(signed_in.token) == signed_in.officer
    house.clock.passes(seconds=1)
    assert house.finds(signed_in.token) is None
    assert house.signs_in(login) is not None


def test_leaving_the_office_ends_the_sign_in_at_once(house: House, login: str) -> None:
    signed_in = house.hires(login)
    house.leaves(signed_in.officer)
    assert house.finds(signed_in.token) is None
    assert house.signs_in(login) is None


def test_signing_out_ends_that_browser_and_no_other(house: House, login: str) -> None:
    first = house.hires(login)
    second = house.signs_in(login)
    assert second is not None
    house.run(house.desk.sign_out(first.token))
    house.run(house.desk.sign_out(first.token))
    assert house.finds(first.token) is None
    assert house.finds(second.token) == second.officer
    gone = f"staff:{first.officer.id}"
    assert house.acts().count((gone, "sign-out", gone)) == 1


def test_every_sign_in_has_a_token_of_its_own(house: House, login: str) -> None:
    tokens = {house.hires(login).token}
    for _ in range(3):
        signed_in = house.signs_in(login)
        assert signed_in is not None
        tokens.add(signed_in.token)
    assert len(tokens) == 4
    assert {len(token) for token in tokens} == {43}  # 32 bytes
    forms = {access.form_token(house.base.database.keys, token) for token in tokens}
    assert len(forms) == 4
    assert not forms & tokens


def test_a_page_waits_for_no_writer_and_a_stranger_writes_nothing(house: House, login: str) -> None:
    """On SQLite there is one writer, and the chat needs it."""
    signed_in = house.hires(login)
    database = house.base.database

    def rows(unit: Unit) -> list[Any]:
        return [tuple(row) for row in unit.connection.execute(select(sign_ins))]

    with database.unit() as unit:  # somebody writes, and does not finish
        unit.connection.execute(update(credentials).values(changed_at=unit.now))
        assert house.finds(signed_in.token) == signed_in.officer
        assert house.finds("x" * 43) is None  # a second writer would raise BusyError here
    house.clock.passes(seconds=50)
    before = database.read(rows)
    house.finds(signed_in.token)
    assert database.read(rows) == before
    house.clock.passes(seconds=11)
    house.finds(signed_in.token)
    assert database.read(rows) != before


# ---- what is written down -----------------------------------------------------------------------


def test_the_audit_log_says_who_came_looked_and_left_and_when(house: House, login: str) -> None:
    slug, desk, week = "phuoc-binh", house.desk, parse("week:2026-W47")
    read = house.base.database.read
    before, begun = len(house.acts(slug)), house.clock.now
    officer = house.hires(login, slug=slug).officer
    house.clock.passes(minutes=1)
    signed_in = house.signs_in(login)
    assert signed_in is not None
    house.clock.passes(minutes=1)
    team = read(communes.list_teams, officer.commune.id, week.start)[0]
    house.run(desk.week(officer, week))
    for asked in ({}, {"topic": "vneid"}, {"team": team.name}):
        house.run(desk.entries(officer, week, asked))
    with pytest.raises(NotFoundError):  # nothing was shown
        house.run(desk.entries(officer, week, {"team": "Tổ không có"}))
    house.clock.passes(minutes=1)
    house.run(desk.sign_out(signed_in.token))
    who, acts = f"staff:{officer.id}", house.acts(slug)[before:]
    assert acts[0][:2] == ("console", "invite")
    assert acts[1:] == [
        (who, "join", acts[0][2]),
        (who, "sign-in", who),
        (who, "sign-in", who),
        (who, "read", "week:2026-W47"),
        (who, "read", "entries:2026-W47"),
        (who, "read", "entries:2026-W47:topic:vneid"),
        (who, "read", f"entries:2026-W47:team:{team.id}"),
        (who, "sign-out", who),
    ]
    recorded = read(audit.list_acts, officer.commune.id)[before:]
    assert [(one.at - begun).seconds // 60 for one in recorded] == [0, 0, 0, 1, 2, 2, 2, 2, 3]


def test_no_password_token_or_code_is_in_any_byte_that_is_kept_or_logged(
    base: Installation, clock: FixedClock, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    login = new_login()
    with asyncio.Runner() as runner:
        # Vendors' libraries too: what they would say if they were let holds nothing either.
        for name in (None, "sqlalchemy", "asyncio", "psycopg"):
            caplog.set_level(logging.DEBUG, name)
        house = House(base, clock, runner)
        codes = [house.invites(name=f"chị {login}") for _ in range(3)]
        signed_in = house.joins(codes[0], login)
        again = house.signs_in(login)
        assert again is not None
        assert house.signs_in(login, WRONG) is None
        assert refusal(house.joins, codes[0], login, OTHER) == "office.code-used"
        assert refusal(house.joins, codes[1], "lan", f"{OTHER} lan") == "office.password-weak"
        reset = house.joins(codes[1], login, OTHER)
        for _ in range(5):
            house.signs_in(login, WRONG)
        assert refusal(house.signs_in, login, OTHER) == "office.locked"
        house.finds(reset.token)
        tokens = [signed_in.token, again.token, reset.token]
        forms = [house.desk.form_token(token) for token in tokens]
        kept = everything_kept(base, tmp_path)
    typed = [PASSWORD, WRONG, OTHER, unicodedata.normalize("NFD", PASSWORD)]
    bare = [code.replace("-", "") for code in codes]
    secrets = [text.encode() for text in (*typed, *tokens, *forms, *codes, *bare)]
    secrets += [base64.urlsafe_b64decode(f"{token}=") for token in tokens]
    assert [secret for secret in secrets if secret in kept] == []
    logged = "\n".join(record.getMessage() for record in caplog.records).encode()
    assert b"INSERT INTO sign_ins" in logged  # they did talk
    assert [secret for secret in secrets if secret in logged] == []
    assert login.encode() in kept  # the search finds what is there
    assert login.encode() in logged  # SQLAlchemy says what it reads: a real run keeps it quiet


def test_the_database_holds_no_login_name_that_was_only_tried(house: House) -> None:
    """A password typed into the field for the name is the usual slip."""
    house.signs_in(OTHER, "x")
    kept = house.base.database.read(rows_as_bytes)
    assert OTHER.lower().encode() not in kept.lower()
    assert b"$argon2id$" in kept
