"""Two communes with identical data: nothing that is asked of one answers with or touches the other."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from types import ModuleType
from typing import Any, get_args, get_type_hints

import pytest
from sqlalchemy import select
from sqlalchemy.exc import NoResultFound

import storage
from bot.core.errors import BotError
from bot.core.messages import Delivered, Outbound, Unreachable
from bot.core.vocabulary import AccountId, CommuneId, Identity, PriorityGroup, Role, Topic
from storage import (
    audit,
    buckets,
    communes,
    deliveries,
    fetching,
    head_counts,
    health,
    help_entries,
    help_figures,
    mailbox,
    notices,
    phones,
    questions,
    rekeying,
    reminders,
    request_figures,
    sign_ins,
    tokens,
    uploads,
)
from storage import outbox as sending
from storage import staff as people_of
from storage.audit import Act
from storage.buckets import Bucket
from storage.communes import Commune
from storage.database import Unit
from storage.head_counts import NewCount
from storage.help_entries import By, Help, NewEntry
from storage.mailbox import Finished
from storage.models_people import identities
from storage.notices import Chat
from storage.outbox import Post
from storage.tokens import Tokens
from tests import storage_days_cases as of_days
from tests import storage_figures_cases as of_figures
from tests import storage_progress_cases as of_progress
from tests import storage_request_cases as requests
from tests.storage_after_cases import CASES as AFTER_CASES
from tests.storage_after_cases import STRANGE as AFTER_STRANGE
from tests.storage_attendance_cases import CASES as ATTENDANCE_CASES
from tests.storage_attendance_cases import STRANGE as ATTENDANCE_STRANGE
from tests.storage_calendar_cases import CASES as CALENDAR_CASES
from tests.storage_calendar_cases import STRANGE as CALENDAR_STRANGE
from tests.storage_class_cases import CASES as CLASS_CASES
from tests.storage_class_cases import STRANGE as CLASS_STRANGE
from tests.storage_closing_cases import CASES as CLOSING_CASES
from tests.storage_closing_cases import STRANGE as CLOSING_STRANGE
from tests.storage_communication_cases import CASES as COMMUNICATION_CASES
from tests.storage_communication_cases import STRANGE as COMMUNICATION_STRANGE
from tests.storage_digest_cases import CASES as DIGEST_CASES
from tests.storage_digest_cases import STRANGE as DIGEST_STRANGE
from tests.storage_paper_cases import CASES as PAPER_CASES
from tests.storage_paper_cases import STRANGE as PAPER_STRANGE
from tests.storage_people_cases import CASES as PEOPLE_CASES
from tests.storage_report_cases import CASES as REPORT_CASES
from tests.storage_report_cases import STRANGE as REPORT_STRANGE
from tests.storage_report_row_cases import CASES as REPORT_ROW_CASES
from tests.storage_rights_cases import CASES as RIGHTS_CASES
from tests.storage_rights_cases import STRANGE as RIGHTS_STRANGE
from tests.storage_seat_cases import CASES as SEAT_CASES
from tests.storage_target_cases import CASES as TARGET_CASES
from tests.storage_target_cases import STRANGE as TARGET_STRANGE
from tests.storage_task_cases import CASES as TASK_CASES
from tests.storage_task_cases import STRANGE as TASK_STRANGE
from tests.storage_team_cases import TEAM_CASES, TEAM_STRANGE
from tests.storage_tools import ENGINES, NEW_YEAR, REFUSED, Shelf, arrival, open_shelf
from tests.storage_trust_cases import CASES as TRUST_CASES
from tests.storage_trust_cases import STRANGE as TRUST_STRANGE
from tests.storage_twins import (
    CODE,
    DAY,
    LIMITS,
    NOTICED,
    STEP,
    UPLOADED,
    Home,
    furnish,
    make_twin,
    rows_of_commune,
    state_of,
)
from tests.storage_unit_cases import CASES as UNIT_CASES
from tests.storage_unit_cases import STRANGE as UNIT_STRANGE

WEEK = (DAY, DAY + timedelta(days=7))
MOMENTS = tuple(datetime.combine(day, time(), UTC) for day in WEEK)
SCOPES = {CommuneId, AccountId, Identity, Commune}
LAST = 2**31 - 1
SAID = Outbound("mai họp")
WEEK_LONG = timedelta(days=7)
Case = Callable[[Unit, Home], Any]


@dataclasses.dataclass(frozen=True)
class Neighbours:
    """A and B, with what each answer for A was before B existed."""

    shelf: Shelf
    a: Home
    b: Home
    alone: dict[str, Any]


@pytest.fixture(scope="module", params=ENGINES)
def neighbours(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Neighbours]:
    with open_shelf(request, request.param, tmp_path_factory.mktemp("isolation")) as shelf:
        a = shelf.write(furnish)
        alone = {name: undone(shelf, case, a)[0] for name, case in CASES.items()}
        b = shelf.write(make_twin, a)
        yield Neighbours(shelf, a, b, alone)


def undone(shelf: Shelf, case: Case, home: Home, watched: Home | None = None) -> tuple[Any, Any]:
    """The result of a case and the rows of ``watched`` after it, in a unit that is then rolled back."""

    with shelf.database.unit() as unit:
        try:
            result = case(unit, home)
            return result, rows_of_commune(unit, watched) if watched else None
        finally:
            unit.connection.get_transaction().rollback()


def claimed(unit: Unit, home: Home) -> mailbox.Claimed:
    found = mailbox.claim(unit, home.tu)
    assert found is not None
    return found


def finish(unit: Unit, home: Home) -> list[Any]:
    mailbox.finish(unit, claimed(unit, home), Finished("done", "{}", (Outbound("x"),)))
    return [dataclasses.replace(claimed(unit, home))]


def record(unit: Unit, home: Home) -> Any:
    letters = sending.take(unit, account_post(home), frozenset()).letters
    outcomes = [(letters[0], Delivered()), (letters[1], Unreachable("blocked"))]
    deliveries.record(unit, home.office.account.id, outcomes)
    return letters


def account_post(home: Home) -> Post:
    return Post(home.office.account.id, "A", LIMITS)


def new_entry(home: Home) -> NewEntry:
    return NewEntry("c3", home.office.team, home.office.member, Help(DAY, Topic.VNEID, 1))


def save_account(unit: Unit, home: Home) -> Any:
    account = home.office.account
    return communes.save_account(
        unit, home.office.commune, account.channel, account.name, {"t": "1"}
    )


def touch(unit: Unit, home: Home) -> Any:
    found = sign_ins.find(unit, home.token_hash)
    assert found is not None
    sign_ins.touch(unit, found)
    return found


def add_invitation(unit: Unit, home: Home) -> int:
    invited = (Role.MEMBER, home.office.team, None)
    return people_of.add_invitation(unit, home.id, b"x" * 32, invited, unit.now)


def chat_of(home: Home) -> Chat:
    return Chat(home.id, home.office.account.id, home.tu)


def aside(unit: Unit, home: Home) -> int:
    """The number of what could not go."""
    (one,) = notices.list_set_aside(unit, home.id)
    return one.id


def new_tokens(unit: Unit) -> Tokens:
    return Tokens("new access", "new refresh", unit.now, unit.now)


def long_ago(unit: Unit) -> datetime:
    return unit.now - timedelta(days=300)


def person_of(unit: Unit, home: Home) -> int:
    """Somebody of a commune, with a number."""
    rows = select(identities.c.person_id).where(identities.c.commune_id == home.id)
    found: int = unit.connection.execute(rows.limit(1)).scalar_one()
    return found


def let_go(unit: Unit, home: Home) -> None:
    tokens.begin(unit, home.office.account.id, 1, "A")
    tokens.let_go(unit, home.office.account.id, 1, "A")


CASES: dict[str, Case] = {
    **CLASS_CASES,
    **AFTER_CASES,
    **CALENDAR_CASES,
    **TASK_CASES,
    **ATTENDANCE_CASES,
    **CLOSING_CASES,
    **COMMUNICATION_CASES,
    **DIGEST_CASES,
    **PAPER_CASES,
    **REPORT_CASES,
    **PEOPLE_CASES,
    **REPORT_ROW_CASES,
    **RIGHTS_CASES,
    **SEAT_CASES,
    **TEAM_CASES,
    **of_days.CASES,
    **TRUST_CASES,
    **TARGET_CASES,
    **UNIT_CASES,
    **of_figures.CASES,
    **of_progress.CASES,
    **requests.CASES,
    "audit.record": lambda u, h: audit.record(u, h.id, Act("console", "a", "b")),
    "audit.list_acts": lambda u, h: audit.list_acts(u, h.id),
    "communes.save_neighbourhoods": lambda u, h: communes.save_neighbourhoods(
        u, h.id, ["KP 1", "KP 2"], NEW_YEAR
    ),
    "communes.list_teams": lambda u, h: communes.list_teams(u, h.id, DAY),
    "communes.find_team": lambda u, h: communes.find_team(u, h.id, "KP 1"),
    "communes.rename_team": lambda u, h: communes.rename_team(
        u, h.id, communes.list_teams(u, h.id, DAY)[0], "KP Mới"
    ),
    "communes.save_account": save_account,
    "fetching.waiting": lambda u, h: fetching.waiting(u, h.tu),
    "fetching.answers": lambda u, h: [
        fetching.answers(u, h.tu, h.office.account.id, event) for event in ("e1", "e2")
    ],
    "fetching.acknowledge": lambda u, h: fetching.acknowledge(u, h.tu, LAST),
    "fetching.set_forgetting": lambda u, h: fetching.set_forgetting(u, h.tu, u.now),
    "fetching.put_off_forgetting": lambda u, h: fetching.put_off_forgetting(u, h.tu, u.now),
    "fetching.forget": lambda u, h: fetching.forget(u, h.tu),
    "help_entries.add": lambda u, h: help_entries.add(u, h.id, new_entry(h), By(h.office.member)),
    "help_entries.add_once": lambda u, h: help_entries.add_once(
        u, h.id, new_entry(h), By(h.office.member)
    ),
    "help_entries.correct": lambda u, h: help_entries.correct(
        u, h.id, h.entry, Help(DAY, Topic.DVC, 1), (By(h.office.member), "nhầm")
    ),
    "help_entries.list_of_person": lambda u, h: help_entries.list_of_person(u, h.id, 1, WEEK),
    "help_entries.list_revisions": lambda u, h: help_entries.list_revisions(u, h.id, h.entry.id),
    "help_entries.find": lambda u, h: help_entries.find(u, h.id, "c1"),
    "help_entries.get": lambda u, h: help_entries.get(u, h.id, h.entry.id),
    "help_entries.void": lambda u, h: help_entries.void(u, h.id, h.entry, By(h.office.member), "x"),
    "help_entries.list_of_member": lambda u, h: help_entries.list_of_member(
        u, h.id, h.office.member, WEEK
    ),
    "help_figures.count": lambda u, h: help_figures.count(u, h.id, WEEK),
    "help_entries.list_of_team": lambda u, h: help_entries.list_of_team(
        u, h.id, h.office.team, WEEK
    ),
    "help_figures.list_behind": lambda u, h: [
        help_figures.list_behind(u, h.id, WEEK, under)
        for under in (None, ("topic", "vneid"), ("team", "KP 1"), ("service", "cai_vneid"))
    ],
    "help_figures.first_day": lambda u, h: help_figures.first_day(u, h.id),
    "mailbox.identity_of": lambda u, h: mailbox.identity_of(u.keys, h.id, h.office.address("x")),
    "mailbox.identity_parts": lambda u, h: mailbox.identity_parts(h.id, h.office.address("x")),
    "request_figures.count": lambda u, h: request_figures.count(u, h.id, MOMENTS),
    "help_figures.first_written": lambda u, h: help_figures.first_written(u, h.id),
    "request_figures.first_moment": lambda u, h: request_figures.first_moment(u, h.id),
    "rekeying.older_identities": lambda u, h: rekeying.older_identities(
        u.keys, h.id, h.office.address("x")
    ),
    "mailbox.accept": lambda u, h: mailbox.accept(u, [arrival(u, h.office, "bà Tư", "e1")]),
    "mailbox.claim": lambda u, h: mailbox.claim(u, h.tu),
    "mailbox.finish": finish,
    "rekeying.recognise": lambda u, h: rekeying.recognise(u, claimed(u, h)),
    "mailbox.drop_oldest": lambda u, h: mailbox.drop_oldest(u, h.tu),
    "outbox.take": lambda u, h: sending.take(u, account_post(h), frozenset()),
    "outbox.release": lambda u, h: sending.release(u, account_post(h)),
    "outbox.resume": lambda u, h: sending.resume(u, h.office.account.id),
    "deliveries.record": record,
    "buckets.read": lambda u, h: buckets.read(u, h.office.account.id, LIMITS.chat, [h.tu]),
    "buckets.save": lambda u, h: buckets.save(
        u, h.office.account.id, [Bucket(h.tu, LIMITS.chat, 3)]
    ),
    "health.report_trouble": lambda u, h: health.report_trouble(u, h.office.account.id, "zalo -1"),
    "health.clear_trouble": lambda u, h: health.clear_trouble(u, h.office.account.id),
    "health.note_forged": lambda u, h: health.note_forged(u, h.office.account.id, 3),
    "health.list_health": lambda u, h: health.list_health(u, h.id),
    "health.count_sent": lambda u, h: health.count_sent(u, h.office.account.id, long_ago(u)),
    "health.count_people": lambda u, h: health.count_people(u, h.office.account.id),
    "notices.post": lambda u, h: [notices.post(u, chat_of(h), key, SAID) for key in (NOTICED, "2")],
    "notices.staff_chats": lambda u, h: notices.staff_chats(u, h.id, [Role.OFFICER]),
    "notices.list_set_aside": lambda u, h: notices.list_set_aside(u, h.id),
    "notices.count_set_aside": lambda u, h: notices.count_set_aside(u, h.id),
    "notices.send_again": lambda u, h: notices.send_again(u, h.id, aside(u, h)),
    "notices.settle": lambda u, h: notices.settle(u, h.id, aside(u, h)),
    "tokens.read": lambda u, h: tokens.read(u, h.office.account.id),
    "tokens.plant": lambda u, h: tokens.plant(u, h.office.account.id, new_tokens(u)),
    "tokens.begin": lambda u, h: tokens.begin(u, h.office.account.id, 1, "A"),
    "tokens.save": lambda u, h: tokens.save(u, h.office.account.id, 1, new_tokens(u)),
    "tokens.begin_anew": lambda u, h: tokens.begin_anew(u, h.office.account.id, new_tokens(u)),
    "tokens.let_go": let_go,
    "tokens.mark_dead": lambda u, h: tokens.mark_dead(u, h.office.account.id, 1),
    "tokens.begin_authorization": lambda u, h: tokens.begin_authorization(
        u, h.office.account.id, "another state", "verifier"
    ),
    "tokens.end_authorization": lambda u, h: tokens.end_authorization(
        u, h.office.account.id, state_of(h.office)
    ),
    "uploads.find": lambda u, h: uploads.find(u, h.office.account.id, UPLOADED),
    "uploads.keep": lambda u, h: uploads.keep(u, h.office.account.id, UPLOADED, "new", WEEK_LONG),
    "uploads.drop": lambda u, h: uploads.drop(u, h.office.account.id, UPLOADED),
    "questions.tally": lambda u, h: questions.tally(u, h.id, DAY, "answer", "vneid-quen-mat-khau"),
    "questions.first_day": lambda u, h: questions.first_day(u, h.id),
    "questions.list_tallies": lambda u, h: questions.list_tallies(u, h.id, WEEK),
    "questions.keep_unanswered": lambda u, h: questions.keep_unanswered(
        u, h.id, questions.Unanswered(DAY, "giá heo hơi")
    ),
    "questions.list_unanswered": lambda u, h: questions.list_unanswered(u, h.id, DAY, 10),
    "sign_ins.save_credential": lambda u, h: sign_ins.save_credential(
        u, h.id, h.officer.id, "other", "$argon2id$"
    ),
    "sign_ins.begin": lambda u, h: sign_ins.begin(u, h.officer, bytes(32)),
    "sign_ins.list_officers": lambda u, h: sign_ins.list_officers(u, h.id),
    "sign_ins.touch": touch,
    "staff.add_invitation": add_invitation,
    "staff.find_invitation": lambda u, h: people_of.find_invitation(u, h.id, h.code_hash),
    "staff.use_invitation": lambda u, h: people_of.use_invitation(u, h.id, h.invitation),
    "staff.add_member": lambda u, h: people_of.add_member(
        u, h.id, h.office.team, "cô Sáu", Role.MEMBER
    ),
    "staff.add_staff": lambda u, h: people_of.add_staff(u, h.id, "cô Sáu", Role.OFFICER),
    "staff.rename_member": lambda u, h: people_of.rename_member(u, h.id, h.office.member, "x"),
    "staff.rename_staff": lambda u, h: people_of.rename_staff(u, h.id, h.officer.id, "x"),
    "staff.link_chat": lambda u, h: people_of.link_chat(u, h.id, h.tu, (h.office.member, None)),
    "staff.find_worker": lambda u, h: [
        people_of.find_worker(u, h.id, name) for name in ("chị Hạnh", "anh Bình")
    ],
    "staff.withdraw_operator_codes": lambda u, h: people_of.withdraw_operator_codes(u, h.id),
    "staff.known_chat": lambda u, h: people_of.known_chat(u, h.tu),
}
MAKES_IDS = {
    "help_entries.add",
    "help_entries.add_once",
    "staff.add_invitation",
    "staff.add_member",
    "staff.add_staff",
}
MAKES_IDS |= requests.MAKES_IDS
"""Their answers hold a new id, which differs from call to call."""


def modules() -> Iterator[ModuleType]:
    for found in pkgutil.iter_modules(storage.__path__, "storage."):
        if not found.ispkg:
            yield importlib.import_module(found.name)


def scoped_functions() -> set[str]:
    """Public functions of storage that are told whose data they may touch."""
    names = set()
    for module in modules():
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if name.startswith("_") or function.__module__ != module.__name__:
                continue
            hints = get_type_hints(function)
            hints.pop("return", None)
            if any(is_scope(hint) for hint in hints.values()):
                names.add(f"{module.__name__.removeprefix('storage.')}.{name}")
    return names


def is_scope(hint: Any) -> bool:
    """True for an id of a commune, account or chat, and for what holds one."""
    if isinstance(hint, list):  # what a function that is given takes
        return any(map(is_scope, hint))
    if hint in SCOPES:
        return True
    if dataclasses.is_dataclass(hint) and hint.__module__.startswith("storage"):
        return any(is_scope(inner) for inner in get_type_hints(hint).values())
    return any(is_scope(inner) for inner in get_args(hint))


def parts_of(result: Any) -> Iterator[Any]:
    """Every single value inside a result."""
    if dataclasses.is_dataclass(result):
        for field in dataclasses.fields(result):
            yield from parts_of(getattr(result, field.name))
    elif isinstance(result, Iterable) and not isinstance(result, str | bytes):
        for item in result.values() if isinstance(result, dict) else result:
            yield from parts_of(item)
    else:
        yield result


def marks_of(rows: dict[str, list[dict[str, Any]]]) -> set[Any]:
    """Values that only this commune has: its ids, hashes and names."""
    values = {value for table in rows.values() for row in table for value in row.values()}
    kept = {v for v in values if isinstance(v, int) and v >= STEP}
    return kept | {v for v in values if isinstance(v, str) and v.startswith("twin-")}


def test_every_function_that_is_told_whose_data_to_touch_has_a_case() -> None:
    found = scoped_functions()
    assert len(found) > 20
    assert set(CASES) == found


def test_the_furnished_commune_has_a_row_in_every_table(neighbours: Neighbours) -> None:
    rows = neighbours.shelf.read(rows_of_commune, neighbours.a)
    assert len(rows) > 15
    assert [name for name, found in rows.items() if not found] == []
    twin = neighbours.shelf.read(rows_of_commune, neighbours.b)
    assert {k: len(v) for k, v in twin.items()} == {k: len(v) for k, v in rows.items()}


@pytest.mark.parametrize("name", sorted(CASES))
def test_what_is_asked_of_one_commune_neither_shows_nor_touches_the_other(
    neighbours: Neighbours, name: str
) -> None:
    shelf, a, b = neighbours.shelf, neighbours.a, neighbours.b
    before = shelf.read(rows_of_commune, b)
    result, after = undone(shelf, CASES[name], a, b)
    marks = marks_of(before) | {b.tu, b.code_hash, b.token_hash}
    assert marks & set(parts_of(result)) == set()
    assert after == before
    if name not in MAKES_IDS:
        assert result == neighbours.alone[name]


STRANGE: dict[str, Callable[[Unit, Home, Home], Any]] = {
    **CLASS_STRANGE,
    **AFTER_STRANGE,
    **CALENDAR_STRANGE,
    **TASK_STRANGE,
    **ATTENDANCE_STRANGE,
    **CLOSING_STRANGE,
    **COMMUNICATION_STRANGE,
    **DIGEST_STRANGE,
    **RIGHTS_STRANGE,
    **PAPER_STRANGE,
    **REPORT_STRANGE,
    **TEAM_STRANGE,
    **TRUST_STRANGE,
    **TARGET_STRANGE,
    **UNIT_STRANGE,
    **requests.STRANGE,
    "help_entries.add: team": lambda u, a, b: help_entries.add(
        u, a.id, dataclasses.replace(new_entry(a), team_id=b.office.team), By()
    ),
    "help_entries.add: member": lambda u, a, b: help_entries.add(
        u, a.id, dataclasses.replace(new_entry(a), member_id=b.office.member), By()
    ),
    "help_entries.correct": lambda u, a, b: help_entries.correct(
        u, a.id, b.entry, Help(DAY, Topic.DVC, 1), (By(a.office.member), "nhầm")
    ),
    "help_entries.list_of_person": lambda u, a, b: help_entries.list_of_person(
        u, a.id, b.office.member, WEEK
    ),
    "help_entries.list_revisions": lambda u, a, b: help_entries.list_revisions(u, a.id, b.entry.id),
    "help_entries.get": lambda u, a, b: help_entries.get(u, a.id, b.entry.id),
    "help_entries.void": lambda u, a, b: help_entries.void(u, a.id, b.entry, By(), "x"),
    "help_entries.void: by": lambda u, a, b: help_entries.void(
        u, a.id, a.entry, By(b.office.member), "x"
    ),
    "help_entries.list_of_member": lambda u, a, b: help_entries.list_of_member(
        u, a.id, b.office.member, WEEK
    ),
    "help_entries.list_of_team": lambda u, a, b: help_entries.list_of_team(
        u, a.id, b.office.team, WEEK
    ),
    "head_counts.put": lambda u, a, b: head_counts.put(
        u, a.id, NewCount("h9", b.office.team, b.office.member, DAY, PriorityGroup.POOR, 1)
    ),
    "phones.root_of": lambda u, a, b: phones.root_of(u, a.id, person_of(u, b)),
    "phones.key_of": lambda u, a, b: phones.key_of(u, a.id, person_of(u, b)),
    "reminders.set_hour": lambda u, a, b: reminders.set_hour(u, a.id, b.office.member, "4-19"),
    "reminders.find_hour": lambda u, a, b: reminders.find_hour(u, a.id, b.office.member),
    "reminders.chats_of": lambda u, a, b: reminders.chats_of(u, a.id, b.office.member),
    "staff.add_invitation": lambda u, a, b: people_of.add_invitation(
        u, a.id, b"x" * 32, (Role.MEMBER, b.office.team, None), u.now
    ),
    "staff.add_member": lambda u, a, b: people_of.add_member(
        u, a.id, b.office.team, "x", Role.MEMBER
    ),
    "staff.find_invitation": lambda u, a, b: people_of.find_invitation(u, a.id, b.code_hash),
    "staff.use_invitation": lambda u, a, b: people_of.use_invitation(u, a.id, b.invitation),
    "staff.rename_member": lambda u, a, b: people_of.rename_member(u, a.id, b.office.member, "x"),
    "staff.rename_staff": lambda u, a, b: people_of.rename_staff(u, a.id, b.officer.id, "x"),
    "staff.link_chat: member": lambda u, a, b: people_of.link_chat(
        u, a.id, a.tu, (b.office.member, None)
    ),
    "staff.link_chat: staff": lambda u, a, b: people_of.link_chat(
        u, a.id, a.tu, (None, b.officer.id)
    ),
    "communes.save_account": lambda u, a, b: communes.save_account(
        u, a.office.commune, b.office.account.channel, b.office.account.name, {"token": "x"}
    ),
    "fetching.answers: account": lambda u, a, b: fetching.answers(
        u, a.tu, b.office.account.id, "e1"
    ),
    "fetching.answers: person": lambda u, a, b: fetching.answers(
        u, b.tu, a.office.account.id, "e1"
    ),
    "sign_ins.save_credential": lambda u, a, b: sign_ins.save_credential(
        u, a.id, b.officer.id, "other", "$argon2id$"
    ),
    "sign_ins.begin": lambda u, a, b: sign_ins.begin(
        u, dataclasses.replace(a.officer, id=b.officer.id), bytes(32)
    ),
    "notices.post": lambda u, a, b: notices.post(
        u, dataclasses.replace(chat_of(a), account=b.office.account.id), "3", SAID
    ),
    "notices.send_again": lambda u, a, b: notices.send_again(u, a.id, aside(u, b)),
    "notices.settle": lambda u, a, b: notices.settle(u, a.id, aside(u, b)),
    "tokens.end_authorization": lambda u, a, b: tokens.end_authorization(
        u, a.office.account.id, state_of(b.office)
    ),
    "mailbox.accept: account": lambda u, a, b: mailbox.accept(
        u,
        [dataclasses.replace(arrival(u, a.office, "x", "new"), account=b.office.account.id)],
    ),
}


@pytest.mark.parametrize("name", sorted(STRANGE))
def test_an_id_of_another_commune_is_refused_or_finds_nothing(
    neighbours: Neighbours, name: str
) -> None:
    shelf, a, b = neighbours.shelf, neighbours.a, neighbours.b
    before = shelf.read(rows_of_commune, b)
    try:
        result, after = undone(shelf, lambda unit, home: STRANGE[name](unit, home, b), a, b)
    except (*REFUSED, NoResultFound, LookupError, BotError):
        return
    assert result in (None, False, [])
    assert after == before


def test_the_same_code_written_in_two_communes_is_two_invitations(neighbours: Neighbours) -> None:
    a, b = neighbours.a, neighbours.b
    assert CODE.encode() not in a.code_hash
    for home in (a, b):
        found = neighbours.shelf.read(people_of.find_invitation, home.id, home.code_hash)
        assert found is not None
        assert found.invitation.id == home.invitation
        assert found.invitation.team_id == home.office.team


def test_each_commune_counts_its_own_day_and_no_other(neighbours: Neighbours) -> None:
    for home in (neighbours.a, neighbours.b):
        found = neighbours.shelf.read(help_figures.count, home.id, WEEK)
        assert (found.visits, found.without_person) == (2, 2)
        other_week = (date(2026, 11, 25), date(2026, 12, 2))
        assert neighbours.shelf.read(help_figures.count, home.id, other_week).visits == 0


def test_a_login_name_and_a_token_lead_to_the_officer_of_their_own_commune(
    neighbours: Neighbours,
) -> None:
    for home in (neighbours.a, neighbours.b):
        credential = neighbours.shelf.read(sign_ins.find_credential, home.login)
        signed_in = neighbours.shelf.read(sign_ins.find, home.token_hash)
        assert credential is not None
        assert signed_in is not None
        for officer in (credential.officer, signed_in.officer):
            assert (officer.id, officer.commune.id) == (home.officer.id, home.id)
