"""What the office is told of its accounts: trouble once, forged requests, what waits, what it cost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event

from bot.core.messages import Delivered, Outbound, Rejected
from bot.core.vocabulary import Role
from storage import communes, health, notices, staff
from storage.database import Unit
from storage.health import Health
from storage.notices import Chat
from tests.storage_tools import (
    ENGINES,
    Office,
    Shelf,
    hear,
    letters_of,
    open_office,
    open_shelf,
    post,
    record,
    take,
    together,
)


@pytest.fixture(scope="module", params=ENGINES)
def shelf(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shelf]:
    with open_shelf(request, request.param, tmp_path_factory.mktemp("health")) as opened:
        yield opened


@pytest.fixture
def office(shelf: Shelf) -> Office:
    return shelf.write(open_office)


def look(shelf: Shelf, office: Office) -> Health:
    (found,) = shelf.read(health.list_health, office.id)
    return found


def reports(shelf: Shelf, office: Office, code: str) -> bool:
    return shelf.write(health.report_trouble, office.account.id, code)


def test_an_account_that_nothing_has_happened_to_is_well(shelf: Shelf, office: Office) -> None:
    found, account = look(shelf, office), office.account
    assert (found.account, found.channel, found.name) == (account.id, "console", account.name)
    assert (found.trouble, found.trouble_since, found.forged, found.forged_at) == (
        None,
        None,
        0,
        None,
    )
    assert (found.waiting, found.last_event_at) == (0, None)


def test_the_same_trouble_is_news_once_another_is_news_again(shelf: Shelf, office: Office) -> None:
    began = shelf.clock.now
    assert reports(shelf, office, "zalo -204")
    shelf.clock.passes(hours=1)
    assert not reports(shelf, office, "zalo -204")
    assert (look(shelf, office).trouble, look(shelf, office).trouble_since) == ("zalo -204", began)
    assert reports(shelf, office, "zalo -221")
    shelf.write(health.clear_trouble, office.account.id)
    assert look(shelf, office).trouble is None
    assert reports(shelf, office, "zalo -221")


def test_of_many_who_report_the_same_at_once_one_alone_has_news(
    shelf: Shelf, office: Office
) -> None:
    work = partial(reports, shelf, office, "zalo -204")
    assert sorted(together(*[work] * 6)) == [False] * 5 + [True]


def test_a_code_of_any_length_is_kept_and_is_no_news_the_second_time(
    shelf: Shelf, office: Office
) -> None:
    assert reports(shelf, office, "\0" + "x" * 300)
    assert not reports(shelf, office, "\0" + "x" * 300)


def test_forged_requests_are_counted_from_the_first_for_a_day(shelf: Shelf, office: Office) -> None:
    note = partial(shelf.write, health.note_forged, office.account.id)
    first = shelf.clock.now
    assert sorted(together(*[partial(note, 2)] * 5)) == [2, 4, 6, 8, 10]
    shelf.clock.passes(hours=23)
    assert note(1) == 11
    assert look(shelf, office).forged_at == first
    shelf.clock.passes(hours=1)
    assert sorted(together(*[partial(note, 1)] * 6)) == [1, 2, 3, 4, 5, 6]
    found = look(shelf, office)
    assert (found.forged, found.forged_at) == (6, shelf.clock.now)
    assert found.trouble is None


def test_forged_requests_are_counted_anew_after_an_event_that_proved_its_sender(
    shelf: Shelf, office: Office
) -> None:
    note = partial(shelf.write, health.note_forged, office.account.id)
    shelf.write(hear, office, "bà Tư", "e1")
    shelf.clock.passes(minutes=1)
    assert [note(15), note(15)] == [15, 30]
    shelf.clock.passes(minutes=1)
    shelf.write(hear, office, "bà Tư", "e2")
    assert [note(3), note(2)] == [3, 5]


def test_who_counts_while_another_counts_waits_for_its_commit(shelf: Shelf, office: Office) -> None:
    account = office.account.id
    shelf.write(health.report_trouble, account, "zalo -204")  # the row is there already
    with ThreadPoolExecutor(1) as pool:
        with shelf.database.unit() as unit:
            assert health.note_forged(unit, account, 1) == 1
            other = pool.submit(shelf.write, health.note_forged, account, 1)
            wait([other], timeout=0.15)
        assert other.result(timeout=30) == 2
    assert look(shelf, office).forged == 2


def test_forged_requests_and_trouble_stand_beside_each_other(shelf: Shelf, office: Office) -> None:
    shelf.write(health.note_forged, office.account.id, 1)
    assert reports(shelf, office, "zalo -204")
    assert shelf.write(health.note_forged, office.account.id, 1) == 2
    assert (look(shelf, office).forged, look(shelf, office).trouble) == (2, "zalo -204")


def test_what_waits_and_when_the_last_event_came(shelf: Shelf, office: Office) -> None:
    shelf.write(post, office, "bà Tư", "một", "hai")
    came = shelf.clock.now
    shelf.clock.passes(minutes=5)
    assert (look(shelf, office).waiting, look(shelf, office).last_event_at) == (2, came)
    shelf.write(hear, office, "ông Năm", "e5")
    assert look(shelf, office).last_event_at == shelf.clock.now
    (letter,) = shelf.write(take, office)
    shelf.write(record, office, letter, Delivered())
    assert look(shelf, office).waiting == 1


def test_every_account_of_the_commune_is_listed_and_no_other(shelf: Shelf, office: Office) -> None:
    def add(unit: Unit) -> None:
        name = office.account.name
        communes.save_account(unit, office.commune, "zalo", name, {})
        communes.save_account(unit, open_office(unit).commune, "zalo", f"not {name}", {})

    shelf.write(add)
    found = shelf.read(health.list_health, office.id)
    assert [(one.channel, one.name) for one in found] == [
        ("console", office.account.name),
        ("zalo", office.account.name),
    ]


def test_what_was_delivered_is_counted_with_its_price_since_a_moment(
    shelf: Shelf, office: Office
) -> None:
    account = office.account.id
    shelf.write(post, office, "bà Tư", "cũ")
    (letter,) = shelf.write(take, office)
    shelf.write(record, office, letter, Delivered())
    shelf.clock.passes(hours=1)
    since = shelf.clock.now
    for chat, outcome in (("a", Delivered()), ("b", Delivered()), ("c", Rejected("no"))):
        shelf.write(post, office, chat, chat)
        (letter,) = shelf.write(take, office)
        shelf.write(set_price, letter.id)
        shelf.write(record, office, letter, outcome)
    shelf.write(post, office, "d", "waits")
    assert shelf.read(health.count_sent, account, since) == (2, 110)
    assert shelf.read(health.count_sent, account, since - timedelta(days=1)) == (3, 110)
    assert shelf.read(health.count_sent, account, since + timedelta(days=1)) == (0, 0)
    assert shelf.read(health.count_people, account) == 5


def set_price(unit: Unit, number: int) -> None:
    table = notices.outbox
    priced = table.update().where(table.c.id == number).values(cost=55)
    unit.connection.execute(priced)


def test_staff_are_found_where_they_can_be_reached_by_their_role(
    shelf: Shelf, office: Office
) -> None:
    def people(unit: Unit) -> list[bytes]:
        made = []
        for name, role in (("Bình", Role.OFFICER), ("An", Role.LEADER), ("Đi", Role.OFFICER)):
            number = staff.add_staff(unit, office.id, name, role)
            chat = post(unit, office, name)
            staff.link_chat(unit, office.id, chat, (None, number))
            made.append(bytes(chat))
        member = post(unit, office, "chị Hạnh")
        staff.link_chat(unit, office.id, member, (office.member, None))
        return made

    binh, an, gone = shelf.write(people)
    table = notices.conversations
    left = table.update().where(table.c.identity == gone).values(reachable=False)
    shelf.write(lambda unit: unit.connection.execute(left))

    def chats(*roles: Role) -> list[bytes]:
        found = shelf.read(notices.staff_chats, office.id, roles)
        assert {(one.commune, one.account) for one in found} <= {(office.id, office.account.id)}
        return [bytes(one.identity) for one in found]

    assert chats(Role.OFFICER) == [binh]
    assert chats(Role.OFFICER, Role.LEADER) == [binh, an]
    assert shelf.read(notices.staff_chats, shelf.write(open_office).id, [Role.OFFICER]) == []


def test_a_notice_is_sealed_and_waits_as_a_notice(shelf: Shelf, office: Office) -> None:
    who = shelf.write(post, office, "bà Tư")
    chat = Chat(office.id, office.account.id, who)
    shelf.write(notices.post, chat, "k", Outbound("mai họp"))
    (row,) = shelf.read(letters_of, office.account.id)
    assert (row.status, row.priority, row.tries) == ("waiting", 10, 0)
    assert "mai họp".encode() not in bytes(row.body)


# ---- how it is found ----------------------------------------------------------------------------


def plans(shelf: Shelf, work: Callable[[Unit], object]) -> str:
    """How SQLite finds the rows of what that function reads."""
    lines: list[str] = []

    def explain(connection: Connection, _: object, statement: str, values: Any, *__: Any) -> None:
        if statement.startswith("SELECT"):
            driver = connection.connection.cursor()
            driver.execute(f"EXPLAIN QUERY PLAN {statement}", values)
            lines.extend(str(row[3]) for row in driver.fetchall())

    with shelf.database.unit() as unit:
        event.listen(unit.connection, "before_cursor_execute", explain)
        work(unit)
    return "\n".join(lines)


def test_what_the_office_page_reads_is_found_by_an_index(tmp_path: Path) -> None:
    with open_shelf(None, "sqlite", tmp_path) as shelf:  # type: ignore[arg-type]  # SQLite needs no server
        office = shelf.write(open_office)
        account, since = office.account.id, shelf.clock.now
        sent = plans(shelf, lambda unit: health.count_sent(unit, account, since))
        assert "ix_outbox_finished (account_id=? AND finished_at>?)" in sent
        for work in (
            lambda unit: notices.list_set_aside(unit, office.id),
            lambda unit: notices.list_set_aside(unit, office.id, 20, notices.SETTLED),
            lambda unit: notices.count_set_aside(unit, office.id),
        ):
            assert "outbox USING INDEX ix_outbox_set_aside (commune_id=?)" in plans(shelf, work)
        listed = plans(shelf, lambda unit: health.list_health(unit, office.id))
        assert "inbox USING INDEX ix_inbox_of_account (account_id=?)" in listed
        assert "ix_outbox_next (account_id=?)" in listed
        taken = plans(shelf, lambda unit: take(unit, office))
        assert "ix_outbox_finished" not in taken


def test_notices_that_were_set_aside_are_counted_and_answers_are_not(
    shelf: Shelf, office: Office
) -> None:
    def count() -> int:
        return shelf.read(notices.count_set_aside, office.id)

    who = shelf.write(post, office, "bà Tư", "một câu trả lời")
    chat = Chat(office.id, office.account.id, who)
    for key in ("một", "hai"):
        shelf.write(notices.post, chat, key, Outbound(key))
    for expected in (0, 1, 2):
        shelf.clock.passes(hours=1)
        (letter,) = shelf.write(take, office)
        shelf.write(record, office, letter, Rejected("no"))
        assert count() == expected
    aside = shelf.read(notices.list_set_aside, office.id)
    shelf.write(notices.settle, office.id, aside[0].id)
    assert count() == 1
