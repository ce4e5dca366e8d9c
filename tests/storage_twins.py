"""A commune with something in every table, and a second one with the very same data under other ids."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Table, insert, select, update

from bot.core.keys import Purpose
from bot.core.messages import Limits, Outbound, Rate
from bot.core.vocabulary import AccountId, CommuneId, CommunicationKind, Identity, Role, Topic
from storage import (
    audit,
    communications,
    fetching,
    health,
    help_entries,
    mailbox,
    notices,
    questions,
    sign_ins,
    staff,
    tokens,
    uploads,
)
from storage.audit import Act
from storage.communes import Account, Commune
from storage.communications import Piece
from storage.database import Unit
from storage.help_days import TEAM
from storage.help_entries import By, Entry, Help, NewEntry
from storage.models import communes, join_requests, link_codes, metadata, outbox
from storage.models_help import (
    confirmations,
    head_counts,
    help_request_events,
    help_requests,
    help_services,
    imports,
    spot_checks,
    unasked_chats,
)
from storage.models_people import (
    consents,
    contacts,
    data_requests,
    identities,
    people,
    person_merges,
)
from storage.models_trainings import (
    attendances,
    learning_readings,
    quiz_tallies,
    sign_ups,
    training_events,
    training_feedback,
    trainings,
)
from storage.notices import Chat
from storage.sign_ins import Officer
from storage.tokens import Tokens
from tests.storage_after_cases import furnish as furnish_after
from tests.storage_calendar_cases import furnish as furnish_calendar
from tests.storage_closing_rows import furnish as furnish_closing
from tests.storage_digest_cases import furnish as furnish_digests
from tests.storage_plan_twins import furnish as furnish_plans
from tests.storage_report_cases import furnish as furnish_report
from tests.storage_target_cases import furnish as furnish_targets
from tests.storage_tools import Office, answer, arrival, open_office, post, take
from tests.storage_unit_cases import furnish as furnish_units

CODE = "ABCD2345"
OPERATOR_CODE = "EFGH6789"
LINK_CODE = "JKLM2345"
UPLOADED = "map.png"
NOTICED = "class:1"
TOKEN = "what a browser that is signed in holds"
DAY = date(2026, 11, 18)
LIMITS = Limits(Rate(1, 20), Rate(1, 5))
STEP = 1_000_000
SHIFTS = {table.name: STEP * n for n, table in enumerate(metadata.sorted_tables, start=1)}
"""What is added to the ids of each table: no id of the twin is an id of anything else."""
UNIQUE = {
    ("communes", "slug"),
    ("accounts", "name"),
    ("outbox", "key"),
    ("credentials", "login"),
}
"""Words that only one row of the whole house may have."""


@dataclass(frozen=True)
class Home:
    """What there is to call the functions with."""

    office: Office
    officer: Officer
    login: str
    token_hash: bytes
    invitation: int
    code_hash: bytes
    tu: Identity
    entry: Entry

    @property
    def id(self) -> CommuneId:
        """The commune's id."""
        return self.office.id


def furnish(unit: Unit) -> Home:
    """Something in every table, by the functions of storage where there are some."""
    office = open_office(unit)
    officer, login, token_hash = _sign_in(unit, office)
    code_hash = unit.keys.hash(Purpose.CODE, str(office.id), CODE)
    expires = unit.now + timedelta(days=14)
    invited = (Role.MEMBER, office.team, "chú Ba")
    invitation = staff.add_invitation(unit, office.id, code_hash, invited, expires)
    operator = unit.keys.hash(Purpose.CODE, str(office.id), OPERATOR_CODE)
    staff.add_invitation(unit, office.id, operator, (Role.OPERATOR, None, None), expires)
    hanh = post(unit, office, "chị Hạnh", "chào chị")
    staff.link_chat(unit, office.id, hanh, (office.member, None))
    binh = post(unit, office, "anh Bình", "chào anh")
    staff.link_chat(unit, office.id, binh, (None, officer.id))
    fetching.set_forgetting(unit, binh, unit.now + timedelta(days=1))
    events = [arrival(unit, office, "bà Tư", name) for name in ("e1", "e2", "e3")]
    mailbox.accept(unit, events)
    answer(unit, events[0].identity, "một", "hai")
    take(unit, office, limits=LIMITS)
    entry = _help(unit, office, "c1")
    help_entries.void(unit, office.id, _help(unit, office, "c2"), By(office.member), "nhầm")
    questions.tally(unit, office.id, DAY, "answer", "vneid-quen-mat-khau")
    questions.keep_unanswered(unit, office.id, questions.Unanswered(DAY, "thuê xe cẩu ở đâu"))
    audit.record(unit, office.id, Act("console", "invite", "invitation:1"))
    _add_person(unit, office.id)
    _run_account(unit, office, binh)
    _help_on_request(unit, office, (invitation, entry.id, hanh))
    _teach(unit, office)
    furnish_plans(unit, office)
    loud = Piece(CommunicationKind.BROADCAST, "Mã OTP", Topic.AT, DAY, 3, team_id=office.team)
    communications.add_once(unit, office.id, "loa-1", loud, By(office.member))
    tu = events[0].identity
    furnish_after(unit, office, tu)
    furnish_calendar(unit, office)
    furnish_digests(unit, office, officer.id)
    furnish_targets(unit, office)
    furnish_closing(unit, office, officer.id)
    furnish_units(unit, office)
    furnish_report(unit, office.id, officer.id)
    return Home(office, officer, login, token_hash, invitation, code_hash, tu, entry)


def _run_account(unit: Unit, office: Office, chat: Identity) -> None:
    """What a messenger's account leaves behind: tokens, trouble, an upload, a notice that could not go."""
    account = office.account.id
    tokens.begin_anew(unit, account, Tokens("access", "refresh", unit.now, unit.now))
    tokens.begin_authorization(unit, account, state_of(office), "verifier")
    health.report_trouble(unit, account, "zalo -204")
    health.note_forged(unit, account, 2)
    uploads.keep(unit, account, UPLOADED, "their id", timedelta(days=6))
    notices.post(unit, Chat(office.id, account, chat), NOTICED, Outbound("lớp học lúc 8 giờ"))
    noticed = outbox.c.key.startswith("notice:") & (outbox.c.account_id == account)
    aside = {"status": "shut", "error": "shut", "finished_at": unit.now}
    unit.connection.execute(update(outbox).where(noticed).values(aside))
    code_hash = unit.keys.hash(Purpose.CODE, str(office.id), LINK_CODE)
    code = {"code_hash": code_hash, "identity": chat, "expires_at": unit.now}
    unit.connection.execute(insert(link_codes).values(commune_id=office.id, **code))


def _help_on_request(unit: Unit, office: Office, known: tuple[int, int, Identity]) -> None:
    """One row in each table around requests, consents and checks, as small as it can be."""
    invitation, entry, chat = known
    now, day = unit.now, DAY

    def add(table: Table, **values: Any) -> int:
        new = insert(table).values(commune_id=office.id, **values).returning(table.c.id)
        return int(unit.connection.execute(new).scalar_one())

    account = office.account.id
    person = add(people, created_at=now)
    agreed = {"subject": chat, "use": "call_back", "version": "1", "text_hash": "0" * 64}
    way = {"channel": "console", "way": "chat", "given_at": now}
    consent = add(consents, person_id=person, **agreed, **way)
    add(contacts, person_id=person, phone=b"sealed", consent_id=consent, created_at=now)
    add(
        person_merges,
        person_id=person,
        into_id=person,
        moved="[]",
        merged_at=now,
        merged_by="x",
        reason="x",
    )
    receipt = unit.keys.hash(Purpose.CODE, f"receipt {office.id}")
    due = {"asked_at": now, "due_at": now, "way": "chat"}
    add(data_requests, receipt_hash=receipt, kind="view", **due)
    asked = {"account_id": account, "identity": chat, "asked_at": now, "name": "chú Ba"}
    add(join_requests, invitation_id=invitation, **asked)
    add(imports, kind="help", file_hash="0" * 64, rows=1, added=1, at=now, actor="console")
    when = {"opened_at": now, "claim_by": now, "help_by": now}
    opened = {"account_id": account, "identity": chat, "team_id": office.team, "status": "open"}
    request = add(help_requests, person_id=person, consent_id=consent, **opened, **when)
    add(help_request_events, request_id=request, at=now, what="opened")
    row = insert(help_services).values(commune_id=office.id, entry_id=entry, service="cai_vneid")
    unit.connection.execute(row)
    add(confirmations, entry_id=entry, identity=chat, asked_at=now)
    add(unasked_chats, identity=chat, stopped_at=now)
    drawn = {"seed": "1", "data_hash": "x", "drawn_at": now, "way": "call"}
    add(spot_checks, period="week:2026-W47", entry_id=entry, **drawn)
    counted = {"week_of": day, "group": "tu_60", "heads": 3, "recorded_at": now}
    add(head_counts, client_id="h1", team_id=office.team, **counted)


def _teach(unit: Unit, office: Office) -> None:
    """A class with a seat, and one row in each table around it."""
    now, seat = unit.now, unit.keys.hash(Purpose.PERSON, "seat", str(office.id))

    def add(table: Table, **values: Any) -> int:
        new = insert(table).values(commune_id=office.id, **values).returning(table.c.id)
        return int(unit.connection.execute(new).scalar_one())

    what = {"kind": "class", "status": "announced", "title": "Lớp VNeID", "topic": "vneid"}
    where = {"place": "nha_van_hoa", "place_name": "", "audience": "nguoi_dan", "mode": "tai_cho"}
    lists = {"partners": "", "guides": "", "skills": "", "skill_frame": ""}
    when = {"starts_at": now, "ends_at": now + timedelta(hours=2), "announced_at": now}
    kept = {"client_id": "taught", "team_id": office.team, "recorded_at": now, "revision": 1}
    training = add(trainings, **what, **where, **lists, **when, **kept)
    add(training_events, training_id=training, at=now, what="plan", content="{}")
    add(sign_ups, training_id=training, seat=seat, at=now)
    somebody = add(people, created_at=now)
    sat = {"client_id": "s1", "evidence": "man_hinh", "at": now, "person_id": somebody}
    add(attendances, training_id=training, seat=seat, **sat)
    add(training_feedback, training_id=training, seat=seat, at=now, clear=1)
    add(quiz_tallies, training_id=training, question="q1", answered=1, right=1)
    read = {"client_id": "l1", "stage": "xac_nhan", "course": "kns", "count": 3, "on_date": DAY}
    add(learning_readings, recorded_at=now, **read)


def state_of(office: Office) -> str:
    """What stands for a consent that began in this office."""
    return f"state of {office.account.name}"


def _sign_in(unit: Unit, office: Office) -> tuple[Officer, str, bytes]:
    """An officer with a password, signed in; somebody else has tried the name too."""
    new = staff.add_staff(unit, office.id, "anh Bình", Role.OFFICER)
    officer = Officer(new, "anh Bình", Role.OFFICER, office.commune)
    login = f"binh.{office.commune.slug}"
    sign_ins.save_credential(unit, office.id, new, login, "$argon2id$")
    token_hash = hash_of_token(unit, office.id)
    sign_ins.begin(unit, officer, token_hash)
    sign_ins.count_attempt(unit, unit.keys.hash(Purpose.CODE, login), 5, timedelta(minutes=15))
    return officer, login, token_hash


def hash_of_token(unit: Unit, commune: CommuneId) -> bytes:
    """What stands for the same token in each commune."""
    return unit.keys.hash(Purpose.CODE, str(commune), TOKEN)


def _help(unit: Unit, office: Office, client_id: str) -> Entry:
    new = NewEntry(client_id, office.team, office.member, Help(DAY, Topic.VNEID, 2))
    return help_entries.add(unit, office.id, new, By(office.member))


def _add_person(unit: Unit, commune: CommuneId) -> None:
    new = insert(people).values(commune_id=commune, created_at=unit.now).returning(people.c.id)
    person = unit.connection.execute(new).scalar_one()
    value = {"kind": "phone", "value_hash": bytes(32), "key_id": bytes(4), "ordinal": 1}
    known = insert(identities).values(commune_id=commune, person_id=person, **value)
    unit.connection.execute(known)


def rows_of_commune(unit: Unit, home: Home) -> dict[str, list[dict[str, Any]]]:
    """Everything that belongs to the commune, by table."""
    found = {}
    for table in metadata.sorted_tables:
        condition = _belongs(table, home.id, home.office.account.id)
        if condition is not None:
            statement = select(table).where(condition).order_by(*table.primary_key)
            found[table.name] = [dict(r._mapping) for r in unit.connection.execute(statement)]
    return found


def _belongs(table: Table, commune: CommuneId, account: AccountId) -> Any:
    if table is communes:
        return table.c.id == commune
    if "commune_id" in table.c:
        return table.c.commune_id == commune
    return table.c.account_id == account if "account_id" in table.c else None


def make_twin(unit: Unit, home: Home) -> Home:
    """Copy every row of the commune; only ids and what must be unique in the whole house differ."""
    commune = CommuneId(home.id + SHIFTS["communes"])
    office = home.office
    name = f"twin-{office.account.name}"
    hidden = _other_hashes(unit, home, commune, name)
    for table_name, rows in rows_of_commune(unit, home).items():
        table = metadata.tables[table_name]
        for row in rows:
            unit.connection.execute(insert(table).values(_shifted(table, row, hidden)))
    twin = Commune(commune, f"twin-{office.commune.slug}", office.commune.name, "phuong")
    account = AccountId(office.account.id + SHIFTS["accounts"])
    return Home(
        Office(
            twin,
            Account(account, twin, office.account.channel, name),
            office.team + SHIFTS["teams"],
            office.member + SHIFTS["members"],
        ),
        replace(home.officer, id=home.officer.id + SHIFTS["staff"], commune=twin),
        f"twin-{home.login}",
        hidden[home.token_hash],
        home.invitation + SHIFTS["invitations"],
        hidden[home.code_hash],
        Identity(hidden[home.tu]),
        help_entries.get(unit, commune, home.entry.id + SHIFTS["help_entries"]),
    )


def _other_hashes(
    unit: Unit, home: Home, commune: CommuneId, account: str
) -> Mapping[bytes, bytes]:
    """Hash of a chat or code of the commune → of the same chat or code in the twin."""
    hashes = {
        unit.keys.hash(Purpose.CODE, str(home.id), code): unit.keys.hash(
            Purpose.CODE, str(commune), code
        )
        for code in (CODE, OPERATOR_CODE, LINK_CODE, TOKEN)
    }
    twin = replace(home.office, account=replace(home.office.account, name=account))
    receipts = [unit.keys.hash(Purpose.CODE, f"receipt {number}") for number in (home.id, commune)]
    hashes[receipts[0]] = receipts[1]
    states = [unit.keys.hash(Purpose.CODE, state_of(one)) for one in (home.office, twin)]
    hashes[states[0]] = states[1]
    for chat in ("bà Tư", "chị Hạnh", "anh Bình"):
        mine = mailbox.identity_of(unit.keys, home.id, home.office.address(chat))
        theirs = mailbox.Address(home.office.account.channel, account, chat)
        hashes[mine] = mailbox.identity_of(unit.keys, commune, theirs)
    return hashes


def _shifted(table: Table, row: dict[str, Any], hidden: Mapping[bytes, bytes]) -> dict[str, Any]:
    shifted = dict(row)
    if "id" in row:
        shifted["id"] = row["id"] + SHIFTS[table.name]
    for key in table.foreign_keys:
        if key.column.name == "id" and row[key.parent.name] is not None:
            where = key.column.table.name
            shifted[key.parent.name] = row[key.parent.name] + SHIFTS[where]
    for column, value in row.items():
        if (table.name, column) in UNIQUE:
            shifted[column] = f"twin-{value}"
        elif isinstance(value, bytes):
            shifted[column] = hidden.get(value, value)
    if table.name == "help_days" and row["part"] == TEAM:
        shifted["key"] = str(int(row["key"]) + SHIFTS["teams"])
    return shifted
