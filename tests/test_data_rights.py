"""Seeing, erasing, withdrawing, being let alone: what is gone has left every row and byte, figures stay."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.app.installation import Installation
from bot.conversation.jobs import purge_expired
from bot.core.messages import Kind, Outbound
from bot.core.vocabulary import Role, Use
from bot.services import consents, petitions, phones, teams
from bot.services.consents import Proof
from bot.services.petitions import DUE, read_receipt
from bot.services.retention import KEEP_COUNTED, KEEP_MARKS, KEEP_NUMBERS, KEEP_PROOFS
from storage import audit, fetching, notices, people, staff, transfer
from storage import phones as stored_phones
from storage.database import Unit
from storage.models import invitations, join_requests, members, metadata, outbox
from storage.models_help import (
    confirmations,
    help_entries,
    help_entry_revisions,
    help_request_events,
    help_requests,
)
from storage.models_people import consents as consent_rows
from storage.models_people import (
    contacts,
    identities,
    person_merges,
)
from storage.models_people import (
    data_requests as request_rows,
)
from storage.models_people import people as people_rows
from storage.notices import Chat
from tests.clock import FixedClock
from tests.rights_world import (
    PHONE,
    Traces,
    figures,
    known,
    leave_traces,
    rows,
    wishes_to_join,
)
from tests.test_privacy import everything_kept, files_as_bytes
from tests.world import Person, World


def erase(person: Person) -> str:
    """Ask for it and say yes; gives the answer."""
    person.says("xóa dữ liệu của tôi")
    return person.presses("Xóa hết")[-1].text


def notice(world: World, person: Person, key: str) -> bool:
    """Somebody tells them something."""
    chat = Chat(world.commune.id, world.account.id, person.identity)
    return world.base.database.write(notices.post, chat, key, Outbound("có tin mới"))


# ---- the ways to ask ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "view"),
    [
        ("quyền riêng tư", "privacy"),
        ("Quyen rieng tu", "privacy"),
        ("/quyenriengtu", "privacy"),
        ("xem dữ liệu của tôi", "mydata"),
        ("coi du lieu cua tui", "mydata"),
        ("xóa dữ liệu của tôi", "erase"),
        ("xoa het du lieu", "erase"),
        ("/xoa", "erase"),
        ("rút đồng ý", "withdraw"),
        ("rut lai dong y", "withdraw"),
        ("sửa thông tin của tôi", "mend"),
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_each_right_is_asked_for_in_plain_words(world: World, said: str, view: str) -> None:
    person = world.person()
    person.says("quên mật khẩu vneid")
    person.says("1")
    person.says(said)
    assert person.state.view == view
    for message in person.heard:
        assert len(message.text) <= 300


# ---- seeing -------------------------------------------------------------------------------------


def test_what_is_kept_is_told_with_since_when_what_for_and_until_when(world: World) -> None:
    person, _ = known(world)
    said = person.says("xem dữ liệu của tôi")
    text = "\n".join(message.text for message in said)
    for part in (
        "400 ngày không nhắn mới xóa",
        "Giữ số để gọi lại, từ ngày 18/11/2026",
        "Đếm một người một lần",
        "Nhắn về lớp học",
        "đuôi 678",
        "2 lượt, từ 18/11/2026 đến 18/11/2026",
        "đang nhờ giúp, từ ngày 18/11/2026",
        "Mã biên nhận: **BN-",
    ):
        assert part in text, part
    assert all(len(message.text) <= 300 for message in said)
    assert PHONE[3:] not in text
    assert said[-1].choices
    assert len([choice for choice in said[-1].choices if choice.n]) <= 5


def test_a_number_that_somebody_typed_shows_nothing_of_its_owner(world: World) -> None:
    known(world)
    stranger = world.person("người lạ")
    stranger.says("menu")

    def types_her_number(unit: Unit) -> None:
        person = phones.person_on(unit, world.commune.id, PHONE)
        subject = consents.of_chat(unit, world.commune.id, stranger.identity)
        proof = Proof("lời", "console", person_id=person)
        consents.give(unit, world.commune.id, subject, Use.CALL_BACK, proof)

    world.base.database.write(types_her_number)
    text = "\n".join(message.text for message in stranger.says("xem dữ liệu của tôi"))
    assert "lượt" not in text
    assert "lớp học" not in text
    before = rows(world, identities), rows(world, contacts)
    assert "xóa xong" in erase(stranger)
    assert (rows(world, identities), rows(world, contacts)) == before
    assert figures(world) == (2, 1, 0)


# ---- erasing ------------------------------------------------------------------------------------


def test_erasing_takes_everything_that_leads_to_her_and_leaves_the_figures(world: World) -> None:
    person, traces = known(world)
    assert figures(world) == (2, 1, 0)
    assert "BN-" in erase(person)
    assert figures(world) == (2, 1, 0)
    assert rows(world, identities) == rows(world, contacts) == rows(world, person_merges) == []
    given = rows(world, consent_rows)
    assert {one["person_id"] for one in given} == {None}
    assert None not in {one["withdrawn_at"] for one in given}
    (request,) = rows(world, help_requests)
    gone = ("identity", "phone", "person_id")
    assert [request[name] for name in gone] == [None, None, None]
    assert request["status"] == "cancelled"
    assert [one["what"] for one in rows(world, help_request_events)] == ["cancelled"]
    assert [one["identity"] for one in rows(world, confirmations)] == [None]
    (entry,) = rows(world, help_entries)
    assert entry["person_id"] < 0
    assert entry["note"] is None
    for reading in rows(world, help_entry_revisions):
        said = json.loads(reading["content"])
        assert said["person_id"] == entry["person_id"]
        assert "note" not in said
    (nobody,) = [one for one in rows(world, people_rows) if one["id"] < 0]
    assert nobody["created_at"].year == 2000
    assert traces.person not in {one["person_id"] for one in rows(world, help_entries)}


def test_after_the_next_look_of_the_jobs_the_chat_is_gone_too_and_begins_anew(world: World) -> None:
    person, _ = known(world)
    erase(person)
    assert world.base.database.write(fetching.forget_due) == 1
    hashes = (person.identity, b"")
    for table in metadata.sorted_tables:
        for row in rows(world, table):
            assert hashes[0] not in row.values(), table.name
    assert "máy trả lời" in person.says("menu")[0].text


def test_whoever_comes_back_is_somebody_new(world: World) -> None:
    person, traces = known(world)
    erase(person)
    person.says("menu")
    again = world.base.database.write(phones.person_on, world.commune.id, PHONE)
    assert again != traces.person
    assert again > 0


def test_the_other_people_of_a_household_phone_stay_known(world: World) -> None:
    person, _ = known(world)
    other = world.base.database.write(phones.person_on, world.commune.id, PHONE, 2)
    erase(person)
    left = world.base.database.write(phones.who_is_on, world.commune.id, PHONE)
    assert [(one.ordinal, one.person) for one in left] == [(2, other)]


def test_chats_that_are_joined_are_one_person_who_is_erased_as_one(world: World) -> None:
    person, traces = known(world)
    other = world.person("bà Tư", "zalo_oa")
    person.says("nối máy")
    other.says(person.presses("Đồng ý")[-2].text)
    assert len(rows(world, identities)) == 3
    erase(other)
    assert rows(world, identities) == []
    assert figures(world) == (2, 1, 0)
    assert traces.person not in {one["person_id"] for one in rows(world, help_entries)}


def test_a_member_loses_her_own_data_and_keeps_her_work(world: World) -> None:
    hanh = world.member()

    def shows_number(unit: Unit) -> None:
        link = staff.find_link(unit, world.commune.id, hanh.identity)
        assert link is not None
        sealed = unit.keys.seal(stored_phones.Purpose.PHONE, PHONE.encode())
        mine = members.c.id == link[0]
        unit.connection.execute(members.update().where(mine).values(phone=sealed))
        subject = consents.of_chat(unit, world.commune.id, hanh.identity)
        proof = Proof("lời", "console")
        consents.give(unit, world.commune.id, subject, Use.SHOW_PHONE, proof)

    world.base.database.write(shows_number)
    assert "rời tổ" in hanh.says("xóa dữ liệu của tôi")[-1].text
    assert "vẫn như cũ" in hanh.presses("Xóa hết")[-1].text
    (member,) = rows(world, members)
    assert (member["phone"], member["name"], member["left_at"]) == (None, "chị Hạnh", None)
    assert "Tổ công nghệ số KP 3" in hanh.says("menu")[-1].text


def test_every_request_gets_a_receipt_a_clock_and_a_line_without_a_name(world: World) -> None:
    person, _ = known(world)
    person.says("xem dữ liệu của tôi")
    code = erase(person).split("**")[1]
    kinds = [(one["kind"], one["way"]) for one in rows(world, request_rows)]
    assert kinds == [("view", "chat"), ("erase", "chat")]
    for one in rows(world, request_rows):
        assert one["done_at"] == one["asked_at"]
        assert one["due_at"] - one["asked_at"] == DUE[petitions.Kind(one["kind"])]
        assert one["note"] is None
    found = world.base.database.read(petitions.find, world.commune.id, code.lower())
    assert found is not None
    assert found.kind == "erase"
    acts = world.base.database.read(audit.list_acts, world.commune.id)
    done = [(one.act.actor, one.act.action, one.act.object) for one in acts]
    assert ("resident", "data-erase", "chat") in done


def test_a_receipt_is_read_however_it_is_spelled() -> None:
    for said in ("BN-23BC-FGHJ", "bn 23bc fghj", "23BCFGHJ", "Bn23bc-fghj"):
        assert read_receipt(said) == "BN-23BC-FGHJ"
    for said in ("", "BN-", "BN-23BC-FGH", "0912345678"):
        assert read_receipt(said) is None


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_after_erasing_and_purging_no_byte_of_number_hash_or_chat_is_left(
    world: World, tmp_path: Path, base: Installation
) -> None:
    person, _ = known(world)
    database = base.database
    path = Path(base.settings.database_url.removeprefix("sqlite:///"))

    def needles(unit: Unit) -> dict[str, bytes]:
        sealed = unit.connection.execute(select(contacts.c.phone)).scalar_one()
        asked = unit.connection.execute(select(help_requests.c.phone)).scalar_one()
        commune = world.commune.id
        return {
            "number": PHONE.encode(),
            "digits": PHONE[3:].encode(),
            "sealed": bytes(sealed),
            "sealed in request": bytes(asked),
            "hash of number": stored_phones.phone_hash(unit.keys, commune, PHONE),
            "chat": bytes(person.identity),
            "note": "bà Tư nhà số 5".encode(),
        }

    wanted = database.read(needles)
    database.truncate_log()
    kept = b"".join(files_as_bytes(path).values())
    there = {name for name, one in wanted.items() if one in kept}
    assert there == wanted.keys() - {"number", "digits"}
    erase(person)
    database.write(fetching.forget_due)
    database.write(purge_expired)
    database.truncate_log()
    left = b"".join(files_as_bytes(path).values())
    assert {name for name, one in wanted.items() if one in left} == set()
    backup = everything_kept(base, tmp_path)
    assert {name for name, one in wanted.items() if one in backup} == set()


def test_a_database_that_was_restored_can_erase_as_well(
    world: World, tmp_path: Path, base: Installation
) -> None:
    person, _ = known(world)
    saved = tmp_path / "saved"
    transfer.backup(base.database, saved)
    erase(person)
    transfer.restore(base.database, saved, force=True)
    assert len(rows(world, identities)) == 2
    assert "xóa xong" in erase(person)
    assert rows(world, identities) == rows(world, contacts) == []
    assert figures(world) == (2, 1, 0)
    second = tmp_path / "second"
    transfer.backup(base.database, second)  # with somebody whose number is below zero
    transfer.restore(base.database, second, force=True)
    assert figures(world) == (2, 1, 0)
    fresh = base.database.write(people.add_person, world.commune.id)
    assert 0 < fresh < 10_000


# ---- withdrawing --------------------------------------------------------------------------------


def withdraw(person: Person, label: str) -> str:
    """Withdraw one of what was agreed to."""
    person.says("rút đồng ý")
    return person.presses(label)[-1].text


def test_the_list_has_a_button_for_each_consent_and_one_for_all(world: World) -> None:
    person, _ = known(world)
    shown = person.says("rút đồng ý")[-1]
    assert [choice.label for choice in shown.choices] == [
        "Giữ số để gọi lại",
        "Đếm một người một lần",
        "Nhắn về lớp học",
        "Rút hết",
        "Về đầu",
    ]


def test_without_the_call_back_no_number_is_kept(world: World) -> None:
    person, _ = known(world)
    assert "rút xong" in withdraw(person, "Giữ số để gọi lại")
    assert rows(world, contacts) == []
    assert [one["phone"] for one in rows(world, help_requests)] == [None]
    assert len(rows(world, identities)) == 2  # she is still counted once
    stands = [one["use"] for one in rows(world, consent_rows) if one["withdrawn_at"] is None]
    assert stands == ["count_once", "remind"]


def test_without_counting_once_no_phone_leads_to_her(world: World) -> None:
    person, _ = known(world)
    withdraw(person, "Đếm một người một lần")
    assert {one["kind"] for one in rows(world, identities)} == {"chat"}
    assert len(rows(world, contacts)) == 1
    assert figures(world) == (2, 1, 0)


def test_all_can_be_withdrawn_at_once_and_then_there_is_nothing_more(world: World) -> None:
    person, _ = known(world)
    withdraw(person, "Rút hết")
    assert rows(world, contacts) == []
    assert None not in {one["withdrawn_at"] for one in rows(world, consent_rows)}
    assert "chưa đồng ý" in person.says("rút đồng ý")[-1].text
    assert "chưa đồng ý" in person.sends_action("withdrawok:call-back")[-1].text
    acts = world.base.database.read(audit.list_acts, world.commune.id)
    assert ("data-withdraw", "call_back,count_once,remind") in [
        (one.act.action, one.act.object) for one in acts
    ]


def test_withdrawing_the_joining_of_two_chats_makes_them_two_again(world: World) -> None:
    one, other = world.person(), world.person("bà Tư", "zalo_oa")
    one.says("nối máy")
    other.says(one.presses("Đồng ý")[-2].text)
    (given,) = rows(world, consent_rows)
    assert (given["use"], given["channel"]) == ("link", "console")
    withdraw(one, "Nối hai khung chat")
    assert "chưa nối" in other.says("gỡ nối")[-1].text


# ---- being let alone ----------------------------------------------------------------------------


def test_a_silent_chat_gets_no_notice_and_every_answer(world: World) -> None:
    person, _ = known(world)
    assert notice(world, person, "1")
    person.says("ngừng nhận tin")
    assert "có tin mới" not in [message.text for message in person.heard]  # it waited, and is gone
    assert not notice(world, person, "2")
    assert person.looks() == []
    assert "VNeID" in person.says("quên mật khẩu vneid")[0].text
    stands = [one["use"] for one in rows(world, consent_rows) if one["withdrawn_at"] is None]
    assert "remind" not in stands
    person.says("nhận tin lại")
    assert notice(world, person, "3")
    assert [message.text for message in person.looks()] == ["có tin mới"]


def test_the_very_first_message_may_ask_for_silence(world: World) -> None:
    person = world.person()
    person.says("ngừng nhận tin")
    assert not notice(world, person, "1")


def test_what_was_set_aside_for_a_silent_chat_cannot_be_sent_again(world: World) -> None:
    person, _ = known(world)
    notice(world, person, "1")

    def set_aside(unit: Unit) -> None:
        waits = outbox.c.key.startswith("notice:")
        aside = {"status": "unreachable", "finished_at": unit.now}
        unit.connection.execute(outbox.update().where(waits).values(aside))

    world.base.database.write(set_aside)
    person.says("ngừng nhận tin")
    (one,) = world.base.database.read(notices.list_set_aside, world.commune.id)
    assert not world.base.database.write(notices.send_again, world.commune.id, one.id)
    person.says("nhận tin lại")
    assert world.base.database.write(notices.send_again, world.commune.id, one.id)


# ---- keeping no longer than said ----------------------------------------------------------------


def test_a_number_goes_a_week_after_its_request_is_over(world: World, clock: FixedClock) -> None:
    _, traces = known(world)

    def close(unit: Unit) -> None:
        mine = help_requests.c.id == traces.request
        over = help_requests.update().where(mine).values(closed_at=unit.now, status="closed")
        unit.connection.execute(over)

    clock.passes(days=20)
    world.base.database.write(purge_expired)
    assert len(rows(world, contacts)) == 1  # the request still waits
    world.base.database.write(close)
    clock.passes(seconds=KEEP_NUMBERS.total_seconds() - 60)
    world.base.database.write(purge_expired)
    assert len(rows(world, contacts)) == 1
    clock.passes(minutes=2)
    world.base.database.write(purge_expired)
    assert rows(world, contacts) == []
    (request,) = rows(world, help_requests)
    assert request["phone"] is None
    assert request["identity"] is not None
    clock.passes(seconds=KEEP_MARKS.total_seconds())
    world.base.database.write(purge_expired)
    (request,) = rows(world, help_requests)
    assert request["identity"] is None
    assert [one["identity"] for one in rows(world, confirmations)] == [None]


def test_a_number_without_a_request_goes_after_a_month(world: World, clock: FixedClock) -> None:
    _, traces = known(world)

    def forget_request(unit: Unit) -> None:
        unit.connection.execute(help_requests.delete())

    world.base.database.write(forget_request)
    clock.passes(days=29)
    world.base.database.write(purge_expired)
    assert len(rows(world, contacts)) == 1
    clock.passes(days=2)
    world.base.database.write(purge_expired)
    assert rows(world, contacts) == []
    assert traces.consents


def test_names_of_those_who_wished_to_join_go_after_a_month(
    world: World, clock: FixedClock
) -> None:
    person = world.person()
    person.says("menu")
    world.invite()
    (invitation,) = rows(world, invitations)
    world.base.database.write(wishes_to_join, world.commune.id, person.identity, invitation["id"])
    clock.passes(days=29)
    world.base.database.write(purge_expired)
    assert len(rows(world, join_requests)) == 1
    clock.passes(days=2)
    world.base.database.write(purge_expired)
    assert rows(world, join_requests) == []


def test_the_proof_of_a_consent_outlives_it_for_two_years(world: World, clock: FixedClock) -> None:
    person, _ = known(world)
    withdraw(person, "Rút hết")
    clock.passes(days=400)
    world.base.database.write(purge_expired)
    assert len(rows(world, consent_rows)) == 3
    clock.passes(seconds=KEEP_PROOFS.total_seconds())
    world.base.database.write(purge_expired)
    assert rows(world, consent_rows) == []
    assert [one["consent_id"] for one in rows(world, help_requests)] == [None]
    assert rows(world, request_rows) == []


def test_a_phone_counts_nobody_any_more_two_years_after_the_last_help(
    world: World, clock: FixedClock
) -> None:
    known(world)
    clock.passes(seconds=KEEP_COUNTED.total_seconds() - 86_400)
    world.base.database.write(purge_expired)
    kinds = [one["kind"] for one in rows(world, identities)]
    assert kinds.count("phone") == 1
    clock.passes(days=3)
    world.base.database.write(purge_expired)
    assert "phone" not in [one["kind"] for one in rows(world, identities)]
    assert figures(world) == (2, 1, 0)


def test_a_forgotten_chat_is_unknown_to_requests_and_checks(world: World) -> None:
    person, _ = known(world)
    world.base.database.write(fetching.forget, person.identity)
    assert [one["identity"] for one in rows(world, help_requests)] == [None]
    assert [one["identity"] for one in rows(world, confirmations)] == [None]


def test_who_tells_the_messenger_to_forget_is_in_the_register_too(world: World) -> None:
    person, _ = known(world)
    person.sends(Kind.WITHDREW)
    assert [(one["kind"], one["way"]) for one in rows(world, request_rows)] == [("erase", "chat")]
    assert rows(world, identities) == rows(world, contacts) == []


def test_erasing_one_of_many_leaves_every_other_row(world: World) -> None:
    """Two residents with the same kinds of traces: of the second nothing changes."""
    one, _ = known(world)
    other = world.person("ông Năm")
    other.says("menu")
    traces: Traces = world.base.database.write(
        leave_traces, world.commune, other.identity, "+84987654321"
    )

    def of_other() -> list[dict[str, Any]]:
        return [
            *[r for r in rows(world, identities) if r["person_id"] == traces.person],
            *[r for r in rows(world, contacts) if r["person_id"] == traces.person],
            *[r for r in rows(world, help_requests) if r["id"] == traces.request],
            *[r for r in rows(world, help_entries) if r["id"] == traces.entry],
            *[r for r in rows(world, consent_rows) if r["id"] in traces.consents.values()],
        ]

    before = of_other()
    assert len(before) == 8
    assert figures(world) == (4, 2, 0)
    erase(one)
    assert of_other() == before
    assert figures(world) == (4, 2, 0)


def test_invitations_that_ended_long_ago_name_nobody(world: World, clock: FixedClock) -> None:
    world.base.database.write(teams.invite, world.commune, Role.MEMBER, "KP 3", "chú Ba")
    clock.passes(seconds=(teams.VALID_FOR + timedelta(days=31)).total_seconds())
    world.base.database.write(purge_expired)
    assert [one["name"] for one in rows(world, invitations)] == [None]
    count = select(func.count()).select_from(invitations)
    assert world.base.database.read(lambda u: u.connection.execute(count).scalar_one()) == 1


def test_who_has_taken_her_request_hears_that_it_is_over_when_she_is_erased(world: World) -> None:
    hanh, person = world.member(), world.person("bà Tư")
    person.says("nhờ tổ")
    person.says("kp3")
    person.presses("Không cần gọi")
    hanh.says("nhận 1")
    hanh.looks()
    erase(person)
    assert "bà con đã hủy" in "\n".join(message.text for message in hanh.looks())
