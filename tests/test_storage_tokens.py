"""Pairs of tokens on both engines: one refresher at a time, no pair lost, nothing readable on disk."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select

from storage import health, tokens, uploads
from storage.database import Unit
from storage.models_accounts import authorizations, token_pairs
from storage.tokens import LEASE, Pair, Tokens
from tests.storage_tools import ENGINES, Office, Shelf, open_office, open_shelf, together


@pytest.fixture(scope="module", params=ENGINES)
def shelf(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shelf]:
    with open_shelf(request, request.param, tmp_path_factory.mktemp("tokens")) as opened:
        yield opened


@pytest.fixture
def office(shelf: Shelf) -> Office:
    """An account with its first pair."""
    made = shelf.write(open_office)
    shelf.write(tokens.begin_anew, made.account.id, pair_of(shelf, "first"))
    return made


def pair_of(shelf: Shelf, name: str) -> Tokens:
    now = shelf.clock.now
    return Tokens(f"AT-{name}", f"RT-{name}", now + timedelta(hours=25), now + timedelta(days=90))


def present(shelf: Shelf, office: Office) -> Pair:
    found = shelf.read(tokens.read, office.account.id)
    assert found is not None
    return found


def begins(shelf: Shelf, office: Office, version: int, holder: str) -> bool:
    return shelf.write(tokens.begin, office.account.id, version, holder)


def test_a_pair_is_read_as_it_was_given_and_is_sealed_on_disk(shelf: Shelf, office: Office) -> None:
    found = present(shelf, office)
    assert found == Pair(pair_of(shelf, "first"), 1, is_dead=False)
    row = shelf.read(lambda unit: unit.connection.execute(select(token_pairs)).all()[-1])
    assert b"AT-" not in bytes(row.access)
    assert b"RT-" not in bytes(row.refresh)
    assert "AT-" not in repr(found)
    assert "RT-" not in repr(found)


def test_an_account_without_a_pair_has_none(shelf: Shelf) -> None:
    assert shelf.read(tokens.read, shelf.write(open_office).account.id) is None


def test_of_many_who_begin_at_once_exactly_one_refreshes(shelf: Shelf, office: Office) -> None:
    works = [partial(begins, shelf, office, 1, f"holder {n}") for n in range(6)]
    assert sorted(together(*works)) == [False] * 5 + [True]


def test_the_lease_runs_out_and_its_holder_may_go_on(shelf: Shelf, office: Office) -> None:
    assert begins(shelf, office, 1, "A")
    assert not begins(shelf, office, 1, "B")
    assert begins(shelf, office, 1, "A")
    shelf.clock.passes(seconds=LEASE.total_seconds())
    assert not begins(shelf, office, 1, "B")
    shelf.clock.passes(seconds=0.001)
    assert begins(shelf, office, 1, "B")
    assert not begins(shelf, office, 1, "A")


def test_only_the_holder_can_let_go(shelf: Shelf, office: Office) -> None:
    begins(shelf, office, 1, "A")
    shelf.write(tokens.let_go, office.account.id, 1, "B")
    assert not begins(shelf, office, 1, "B")
    shelf.write(tokens.let_go, office.account.id, 1, "A")
    assert begins(shelf, office, 1, "B")


def test_a_successor_is_saved_once_and_frees_the_lease(shelf: Shelf, office: Office) -> None:
    begins(shelf, office, 1, "A")
    assert shelf.write(tokens.save, office.account.id, 1, pair_of(shelf, "second"))
    assert not shelf.write(tokens.save, office.account.id, 1, pair_of(shelf, "other"))
    assert present(shelf, office) == Pair(pair_of(shelf, "second"), 2, is_dead=False)
    assert not begins(shelf, office, 1, "B"), "that version has its successor"
    assert begins(shelf, office, 2, "B")


def test_a_dead_pair_is_not_refreshed_but_its_late_successor_is_kept(
    shelf: Shelf, office: Office
) -> None:
    assert shelf.write(tokens.mark_dead, office.account.id, 1)
    assert not begins(shelf, office, 1, "A")
    assert shelf.write(tokens.save, office.account.id, 1, pair_of(shelf, "late"))
    assert not present(shelf, office).is_dead
    assert not shelf.write(tokens.mark_dead, office.account.id, 1)


def test_a_new_consent_replaces_whatever_was_there(shelf: Shelf, office: Office) -> None:
    begins(shelf, office, 1, "A")
    shelf.write(tokens.mark_dead, office.account.id, 1)
    shelf.write(tokens.begin_anew, office.account.id, pair_of(shelf, "new"))
    assert present(shelf, office) == Pair(pair_of(shelf, "new"), 2, is_dead=False)
    assert not shelf.write(tokens.save, office.account.id, 1, pair_of(shelf, "old successor"))
    assert not shelf.write(tokens.mark_dead, office.account.id, 1)
    assert present(shelf, office).tokens == pair_of(shelf, "new")


def test_a_seed_is_planted_once_and_never_instead_of_a_pair(shelf: Shelf, office: Office) -> None:
    shelf.write(tokens.plant, office.account.id, pair_of(shelf, "seed"))
    assert present(shelf, office).tokens == pair_of(shelf, "first")
    other = shelf.write(open_office)
    plant = partial(shelf.write, tokens.plant, other.account.id)
    together(*(partial(plant, pair_of(shelf, name)) for name in ("one", "two")))
    assert present(shelf, other).version == 1


def test_a_dead_account_stays_in_trouble_until_a_new_consent_and_a_message_that_went(
    shelf: Shelf, office: Office
) -> None:
    account = office.account.id

    def trouble() -> str | None:
        (found,) = shelf.read(health.list_health, office.id)
        return found.trouble

    shelf.write(tokens.mark_dead, account, 1)
    assert shelf.write(health.report_trouble, account, health.NEEDS_CONSENT)
    shelf.write(health.clear_trouble, account)  # what was on the wire has arrived
    assert trouble() == health.NEEDS_CONSENT
    shelf.write(tokens.begin_anew, account, pair_of(shelf, "new"))
    shelf.write(health.clear_trouble, account)
    assert trouble() is None


# ---- consent ---------------------------------------------------------------------------------


def test_a_consent_that_began_here_ends_here_once(shelf: Shelf, office: Office) -> None:
    account = office.account.id
    other = shelf.write(open_office).account.id
    shelf.write(tokens.begin_authorization, account, "state", "the verifier")

    def row(unit: Unit) -> str:
        return str(unit.connection.execute(select(authorizations)).all())

    assert "the verifier" not in shelf.read(row)
    end = partial(shelf.write, tokens.end_authorization)
    assert end(account, "another state") is None
    assert end(other, "state") is None
    assert end(account, "state") == "the verifier"
    assert end(account, "state") is None


def test_a_consent_that_comes_after_half_an_hour_is_too_late(shelf: Shelf, office: Office) -> None:
    for minutes, found in ((29, "verifier"), (30, None)):
        state = f"state {minutes}"
        shelf.write(tokens.begin_authorization, office.account.id, state, "verifier")
        shelf.clock.passes(minutes=minutes)
        assert shelf.write(tokens.end_authorization, office.account.id, state) == found


# ---- uploads ---------------------------------------------------------------------------------


def test_an_upload_is_known_until_it_runs_out_is_dropped_or_replaced(
    shelf: Shelf, office: Office
) -> None:
    account, week = office.account.id, timedelta(days=6)
    find = partial(shelf.read, uploads.find, account)
    shelf.write(uploads.keep, account, "a.png", "id 1", week)
    shelf.write(uploads.keep, account, "b.png", "id 2", week)
    shelf.write(uploads.keep, account, "a.png", "id 3", week)
    shelf.write(uploads.keep, account, "c.pdf", "x" * 201, week)
    assert [find(name) for name in ("a.png", "b.png", "c.pdf")] == ["id 3", "id 2", None]
    shelf.write(uploads.drop, account, "a.png")
    assert find("a.png") is None
    shelf.clock.passes(days=6)
    assert find("b.png") is None
