"""“Nhờ tổ”: who may see and do what with a request, what is kept, and what follows when nobody helps."""

from __future__ import annotations

import hashlib
from contextlib import closing
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from bot.app.installation import Installation
from bot.app.office_requests import LateRequests
from bot.conversation.jobs import purge_expired
from bot.core.vocabulary import Role, TeamKind, Use
from bot.library.duty import Duty
from bot.services import consents, duty
from storage import audit, communes, fetching, notices, staff
from storage import consents as kept_consents
from storage import outbox as sending
from storage.database import Unit
from storage.models import conversations, members, memberships, neighbourhoods, outbox, teams
from storage.models_help import help_entries, help_request_events, help_requests
from storage.models_people import consents as consent_rows
from storage.outbox import Post
from tests.clock import FixedClock
from tests.storage_tools import AMPLE
from tests.world import Person, World

PHONE, SHOWN = "0912345678", "0912 345 678"
SECRET = "chỗ bàn thờ có cái máy cũ"


def rows(world: World, table: Any) -> list[Any]:
    """Every row of a table, oldest first."""
    statement = select(table).order_by(*table.primary_key)
    return world.base.database.read(lambda unit: list(unit.connection.execute(statement)))


def request_row(world: World) -> Any:
    """The only request."""
    (row,) = rows(world, help_requests)
    return row


def events(world: World) -> list[str]:
    """What happened to requests."""
    return [row.what for row in rows(world, help_request_events)]


def write(world: World, statement: Any) -> None:
    world.base.database.write(lambda unit: unit.connection.execute(statement))


def ask(person: Person, place: str = "kp3", phone: str = PHONE) -> None:
    """From the first word to the open request."""
    person.says("nhờ tổ")
    person.says(place)
    if not phone:
        person.presses("Không cần gọi")
        return
    person.presses("Đồng ý")
    person.says(phone)


def minute_passes(world: World) -> None:
    world.run(LateRequests(world.base)())


def officer(world: World, name: str = "anh Bình", role: Role = Role.OFFICER) -> Person:
    """Somebody of the office with a chat."""
    person = world.person(name)
    person.says(f"vào tổ {world.invite(role, None)}")
    person.says(name)
    return person


# ---- where somebody lives -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "said",
    [
        *("KP 12", "kp12", "khu pho 12", "Khu phố 12", "khu phố số 12", "KP.12", "k.p 12", "12"),
        *("khu phố mười hai", "nhà tui ở khu phố 12 đó con", "dạ kp 12 ạ", "tổ dân phố 12"),
    ],
)
def test_a_place_is_understood_in_every_spelling(world: World, said: str) -> None:
    found = world.base.database.read(duty.read_home, world.commune, said)
    assert found is not None, said
    assert found.name == "KP 12"


@pytest.mark.parametrize("said", ["khu phố 18", "ngoài chợ", "", "kp", "112", "không biết"])
def test_what_is_no_place_is_not_guessed(world: World, said: str) -> None:
    assert world.base.database.read(duty.read_home, world.commune, said) is None


def test_the_old_name_of_a_merged_place_leads_to_the_new_one(world: World) -> None:
    place = neighbourhoods.c
    mine = (place.commune_id == world.commune.id, place.name == "KP 12")
    into = select(place.id).where(place.commune_id == world.commune.id, place.name == "KP 2")
    write(world, update(neighbourhoods).where(*mine).values(merged_into=into.scalar_subquery()))
    found = world.base.database.read(duty.read_home, world.commune, "khu phố 12")
    assert found is not None
    assert found.name == "KP 2"
    names = [home.name for home in world.base.database.read(duty.homes, world.commune)]
    assert "KP 12" not in names
    assert names[:2] == ["KP 1", "KP 2"]


def test_all_places_can_be_reached_by_digits_five_at_a_time(world: World) -> None:
    person = world.person()
    person.says("nhờ tổ")
    seen = [choice.label for choice in person.prompt]
    for _ in range(4):
        assert len(person.prompt) <= 6
        person.says("5")
        seen += [choice.label for choice in person.prompt]
    assert {f"KP {number}" for number in range(1, 18)} <= set(seen)


def test_after_two_misses_words_are_a_question_again(world: World) -> None:
    person = world.person()
    person.says("nhờ tổ")
    first = person.says("ngoài chợ")[-1].text
    second = person.says("gần cây đa")[-1].text
    assert first != second
    person.says("quên mật khẩu vneid")
    assert "Quên mật khẩu" in person.last


def test_the_rota_decides_by_the_day_on_which_help_begins(world: World, clock: FixedClock) -> None:
    rota = [{"days": [5], "team": "kp 7"}, {"days": [6], "team": "không có tổ này"}]
    plan = world.base.library.plans["ho-nai"]
    plan = plan.model_copy(update={"duty": Duty.model_validate({"rota": rota})})

    def team(unit: Unit) -> str:
        home = duty.read_home(unit, world.commune, "kp3")
        assert home is not None
        return duty.team_on_duty(unit, world.commune, plan, home).name

    assert world.base.database.read(team) == "KP 3"  # Wednesday
    clock.passes(hours=10)  # in the evening: help begins on Thursday
    assert world.base.database.read(team) == "KP 7"
    clock.passes(hours=24)
    assert world.base.database.read(team) == "KP 3"  # the rota names a team that there is not


def test_where_no_team_is_known_the_way_to_the_ward_is_shown(base: Installation) -> None:
    with closing(World(base, "phuoc-tan")) as world:
        person = world.person()
        person.says("người")
        assert "Nhờ Tổ giúp" not in [choice.label for choice in person.prompt]
        person.says("gọi tổ")
        assert "Gặp người giúp" in [choice.label for choice in person.prompt]
        assert rows(world, help_requests) == []


def test_a_team_of_the_whole_commune_helps_where_there_is_no_other(base: Installation) -> None:
    with closing(World(base, "phuoc-tan")) as world:
        kind = {"name": "Tổ phường", "kind": TeamKind.COMMUNE}
        write(world, insert(teams).values(commune_id=world.commune.id, **kind))
        person = world.person()
        person.says("gọi tổ")
        person.presses("Không cần gọi")
        assert "Tổ phường" in person.heard[-2].text or "phường, xã" in person.heard[-2].text
        assert request_row(world).neighbourhood_id is None


def test_a_team_without_members_is_passed_over_and_the_office_told_at_once(world: World) -> None:
    binh = officer(world)
    person = world.person()
    ask(person)
    assert request_row(world).ward_at is not None
    assert "chưa có tổ viên" in person.heard[-2].text
    (told,) = binh.looks()
    assert "Tổ KP 3 chưa có tổ viên" in told.text
    assert SHOWN not in told.text


# ---- consent, and what is kept ------------------------------------------------------------------


def test_nothing_is_kept_before_the_yes_and_the_yes_is_kept_with_its_text(world: World) -> None:
    person = world.person()
    person.says("nhờ tổ")
    shown = person.says("kp3")[-1].text
    assert rows(world, consent_rows) == []
    person.presses("Đồng ý")
    (row,) = rows(world, consent_rows)
    assert (row.use, row.version, row.way, row.channel) == (
        Use.CALL_BACK,
        consents.VERSIONS[Use.CALL_BACK],
        "chat",
        "console",
    )
    assert row.text_hash == hashlib.sha256(shown.encode()).hexdigest()
    assert rows(world, help_requests) == []


def test_the_number_is_sealed_and_stands_in_no_state_or_audit_line(world: World) -> None:
    hanh, person = world.member(), world.person()
    ask(person)
    hanh.says("nhận 1")
    assert SHOWN in hanh.last
    bare = PHONE[1:]
    sealed = bytes(request_row(world).phone)
    assert bare.encode() not in sealed
    kept = [row.state for row in rows(world, conversations)]
    acts = world.base.database.read(audit.list_acts, world.commune.id)
    kept += [f"{one.act.action} {one.act.object}" for one in acts]
    assert not [one for one in kept if bare in one or SHOWN[1:] in one]


def test_without_the_consent_that_was_given_no_number_is_kept(world: World) -> None:
    person = world.person()
    person.says("nhờ tổ")
    person.says("kp3")
    person.presses("Đồng ý")
    subject = world.base.database.read(consents.of_chat, world.commune.id, person.identity)
    world.base.database.write(kept_consents.withdraw, world.commune.id, [subject])
    person.says(PHONE)
    assert rows(world, help_requests) == []
    assert "Đồng ý" in [choice.label for choice in person.prompt]


def test_a_consent_that_stands_is_not_asked_for_again(world: World) -> None:
    person = world.person()
    ask(person)
    person.says("hủy yêu cầu")
    person.presses("Hủy luôn")
    person.says("nhờ tổ")
    person.says("kp3")
    person.says(PHONE)
    assert len(rows(world, consent_rows)) == 1
    assert [row.status for row in rows(world, help_requests)] == ["cancelled", "open"]
    assert rows(world, help_requests)[0].phone is None


def test_a_number_goes_a_week_after_the_end_and_the_chat_a_month(
    world: World, clock: FixedClock
) -> None:
    hanh, person = world.member(), world.person()
    ask(person)
    hanh.says("nhận 1")
    hanh.presses("Giúp rồi, ghi lại")
    hanh.presses("Xong, qua điện thoại")
    hanh.presses("VNeID, căn cước")
    for days, phone, chat in ((6, True, True), (2, False, True), (23, False, False)):
        clock.passes(days=days)
        world.base.database.write(purge_expired)
        row = request_row(world)
        assert (row.phone is not None, row.identity is not None) == (phone, chat)


def test_a_forgotten_chat_without_a_number_leaves_nobody_who_waits(world: World) -> None:
    person = world.person()
    ask(person, phone="")
    world.base.database.write(fetching.forget, person.identity)
    row = request_row(world)
    assert (row.identity, row.phone, row.status) == (None, None, "cancelled")
    assert row.closed_at is not None
    hanh = world.member()
    hanh.says("menu")
    assert "Có 1 người" not in str(hanh.prompt)


def test_who_left_a_number_on_a_shared_computer_is_called_all_the_same(world: World) -> None:
    person = world.person()
    ask(person)
    world.base.database.write(fetching.forget, person.identity)
    row = request_row(world)
    assert (row.identity, row.status, row.closed_at) == (None, "open", None)
    hanh = world.member()
    hanh.says("menu")
    assert "Có 1 người" in str(hanh.prompt)
    hanh.says("nhận 1")
    assert "Số của bà con" in hanh.last


# ---- two conversations at once, and who leaves --------------------------------------------------


def test_an_answer_to_another_request_never_goes_to_the_first(world: World) -> None:
    hanh = world.member()
    first, second = world.person("bà Tư"), world.person("ông Năm")
    for number, person in enumerate((first, second), start=1):
        ask(person, phone="")
        hanh.says(f"nhận {number}")
    hanh.says("nhắn 1")
    hanh.says("cô Tư ơi con tới liền")
    first.looks()
    for said in ("nhắn 2", "giúp bà Hai cài vneid tại nhà", "duyệt 7"):
        hanh.says(said)
        assert first.looks() == [], said
    assert second.looks() != []


def test_what_somebody_held_who_leaves_waits_for_the_others(world: World) -> None:
    hanh, other, person = world.member(), world.member("anh Bình"), world.person()
    ask(person)
    hanh.says("nhận 1")
    team = next(row.team_id for row in rows(world, members))
    hanh.sends_action(f"leaveok:{team}")
    row = request_row(world)
    assert (row.member_id, row.status) == (None, "open")
    other.says("nhận 1")
    assert "Số của bà con" in other.last


# ---- one at a time ------------------------------------------------------------------------------


def test_a_second_request_shows_the_first_also_in_a_joined_chat(world: World) -> None:
    one, other = world.person(), world.person("bà Tư", "zalo_oa")
    one.says("nối máy")
    code = one.presses("Đồng ý")[-2].text
    other.says(code)
    ask(one, phone="")
    other.says("nhờ tổ")
    assert "yêu cầu số 1" in other.heard[-2].text
    assert len(rows(world, help_requests)) == 1


def test_a_button_pressed_twice_opens_one_request(world: World) -> None:
    person = world.person()
    ask(person, phone="")
    person.presses_earlier("Không cần gọi")
    assert len(rows(world, help_requests)) == 1


def test_the_sixth_of_a_day_is_refused(world: World, clock: FixedClock) -> None:
    person = world.person()
    for _ in range(5):
        ask(person, phone="")
        person.says("hủy yêu cầu")
        person.presses("Hủy luôn")
    ask(person, phone="")
    assert "nhiều lần rồi" in person.last
    assert len(rows(world, help_requests)) == 5
    clock.passes(hours=25)
    ask(person, phone="")
    assert len(rows(world, help_requests)) == 6


# ---- who may ------------------------------------------------------------------------------------


def test_only_who_has_taken_it_sees_the_number_and_each_look_is_noted(world: World) -> None:
    hanh, ba = world.member(), world.member("chú Ba")
    person = world.person()
    ask(person)
    ba.says("người đang chờ")
    assert SHOWN not in ba.last
    hanh.says("nhận 1")
    assert SHOWN in hanh.last
    ba.says("nhận 1")
    assert SHOWN not in ba.last
    hanh.says("người đang chờ")
    acts = world.base.database.read(audit.list_acts, world.commune.id, "request:1")
    looks = [one.act for one in acts if one.act.action == "show-phone"]
    assert len(looks) == 2
    hanh.presses("Trả lại")
    hanh.says("nhận 99")
    hanh.sends_action("req:1")
    assert SHOWN not in hanh.last


def test_another_team_neither_sees_nor_takes_it_and_a_second_hat_does(world: World) -> None:
    sau = world.member("cô Sáu", "KP 5")
    ask(world.person())
    sau.says("menu")
    assert "đang chờ giúp" not in str(sau.prompt)
    for action in ("req:1", "reqtake:1", "reqback:1", "reqend:1", "reqchat:1"):
        sau.sends_action(action)
        assert "không có yêu cầu số này" in sau.last, action
    sau.sends_action("reqendas:1:xong:tai_nha:vneid")
    assert rows(world, help_entries) == []
    _put_on(world, "cô Sáu", "KP 3")
    sau.says("menu")
    assert "Có 1 người đang chờ giúp" in str(sau.prompt)


def _put_on(world: World, name: str, team: str) -> None:
    def put_on(unit: Unit) -> None:
        member = unit.connection.execute(select(members.c.id).where(members.c.name == name))
        found = communes.find_team(unit, world.commune.id, team)
        assert found is not None
        unit.connection.execute(
            insert(memberships).values(
                commune_id=world.commune.id,
                member_id=member.scalar_one(),
                team_id=found.id,
                role=Role.MEMBER,
                since=unit.now,
            )
        )

    world.base.database.write(put_on)


def test_residents_and_the_office_have_no_part_in_the_teams_queue(world: World) -> None:
    binh, other = officer(world), world.person("ông Năm")
    ask(world.person())
    for who in (binh, other):
        for action in ("queue", "req:1", "reqtake:1", "reqendas:1:xong:tai_nha:vneid", "duty"):
            who.sends_action(action)
            assert "dành cho Tổ công nghệ số" in who.last, action
    assert request_row(world).member_id is None


def test_somebody_who_has_left_the_team_takes_nothing(world: World, clock: FixedClock) -> None:
    hanh = world.member()
    ask(world.person())
    write(world, update(members).values(left_at=clock.now))
    hanh.sends_action("reqtake:1")
    assert request_row(world).member_id is None


def test_the_end_writes_one_entry_that_says_where_it_came_from(world: World) -> None:
    hanh, person = world.member(), world.person()
    for said in ("quên mk vneid", "1", "nhờ tổ", "kp3", "2"):
        person.says(said)
    hanh.says("nhận 1")
    hanh.presses("Giúp rồi, ghi lại")
    hanh.presses("Xong, tới tận nơi")
    hanh.presses_earlier("Xong, tới tận nơi")
    (entry,) = rows(world, help_entries)
    assert (entry.client_id, entry.source, entry.place) == ("request:1", "request", "tai_nha")
    assert (entry.guide, entry.topic, entry.outcome) == ("vneid-quen-mat-khau", "vneid", "xong")
    assert (entry.visits, entry.person_id) == (1, None)
    row = request_row(world)
    assert (row.status, row.outcome, row.entry_id) == ("closed", "xong", entry.id)
    assert row.first_claimed_at == row.claimed_at
    assert row.step == "mo-dang-nhap"


def test_giving_back_keeps_the_first_claim_and_lets_another_take_it(
    world: World, clock: FixedClock
) -> None:
    hanh, ba = world.member(), world.member("chú Ba")
    ask(world.person())
    hanh.says("nhận 1")
    first = request_row(world).claimed_at
    clock.passes(minutes=20)
    hanh.presses("Trả lại")
    assert request_row(world).status == "open"
    ba.says("nhận 1")
    row = request_row(world)
    assert row.first_claimed_at == first
    assert row.claimed_at == clock.now


# ---- a member's own number ----------------------------------------------------------------------


def test_a_members_number_is_shown_only_while_the_consent_stands(world: World) -> None:
    hanh, person = world.member("chị Nguyễn Thị Hạnh"), world.person()
    for said in ("phiên trực", "1", "0903 111 222"):
        hanh.says(said)
    ask(person, phone="")
    assert "chị Hạnh, Tổ KP 3: 0903 111 222" in person.last
    assert "Nguyễn" not in person.last
    subject = world.base.database.read(consents.of_chat, world.commune.id, hanh.identity)
    world.base.database.write(kept_consents.withdraw, world.commune.id, [subject])
    person.says("yêu cầu của tôi")
    assert "0903" not in person.last
    hanh.says("phiên trực")
    assert "Đồng ý" in [choice.label for choice in hanh.prompt]


def test_nobody_is_told_to_ring_a_neighbour_at_night(world: World, clock: FixedClock) -> None:
    hanh, person = world.member("chị Nguyễn Thị Hạnh"), world.person()
    for said in ("phiên trực", "1", "0903 111 222"):
        hanh.says(said)
    clock.passes(hours=12)
    ask(person, phone="")
    assert "0903" not in "".join(message.text for message in person.heard)
    clock.passes(hours=12)
    person.says("yêu cầu của tôi")
    assert "chị Hạnh, Tổ KP 3: 0903 111 222" in person.last


# ---- words through the bot ----------------------------------------------------------------------


@pytest.fixture
def talk(world: World) -> tuple[Person, Person]:
    """Chị Hạnh has written to bà Tư, who has no phone."""
    hanh, person = world.member(), world.person()
    ask(person, phone="")
    hanh.says("nhận 1")
    hanh.presses("Nhắn qua trợ lý")
    hanh.says(SECRET)
    return hanh, person


def test_words_arrive_and_nothing_of_them_is_kept(
    world: World, talk: tuple[Person, Person]
) -> None:
    hanh, person = talk
    assert SECRET in "".join(message.text for message in person.looks())
    person.says(f"dạ {SECRET}")
    assert SECRET in hanh.looks()[-1].text
    assert [row.body for row in rows(world, outbox) if row.finished_at] == [
        None for row in rows(world, outbox) if row.finished_at
    ]
    assert not [row for row in rows(world, outbox) if row.finished_at is None]
    assert SECRET not in "".join(row.state for row in rows(world, conversations))
    assert {"to-resident", "to-member"} <= set(events(world))


def test_words_that_cannot_go_are_dropped_and_shown_to_nobody(
    world: World, talk: tuple[Person, Person], clock: FixedClock
) -> None:
    clock.passes(days=8)
    terms = world.base.library.tariffs.of_account(may_pay=False)
    post = Post(world.account.id, "A", AMPLE, terms)
    write_take = world.base.database.write
    for _ in range(9):
        assert write_take(sending.take, post, frozenset()).letters == ()
    aside = world.base.database.read(notices.list_set_aside, world.commune.id)
    assert [one.text for one in aside if one.text and SECRET in one.text] == []
    assert len([one for one in aside if one.text is None]) == 1, "the words, without themselves"
    assert len([one for one in aside if one.text]) == 1, "what is told of the request stays"


def test_after_half_an_hour_or_a_word_the_bot_answers_again(
    world: World, talk: tuple[Person, Person], clock: FixedClock
) -> None:
    hanh, person = talk
    person.looks()
    clock.passes(minutes=31)
    person.says("khai sinh")
    assert "khai sinh" in person.last.lower()
    hanh.says("quên mật khẩu vneid")
    assert "Quên mật khẩu" in hanh.last
    assert events(world).count("to-resident") == 1
    hanh.says("nhắn 1")
    hanh.says("dạ chú khỏe không")
    person.looks()
    person.says("xong")
    person.says("khai sinh")
    assert "khai sinh" in person.last.lower()
    assert "to-member" not in events(world)


def test_a_cry_for_help_is_never_passed_on_instead_of_answered(
    world: World, talk: tuple[Person, Person]
) -> None:
    _, person = talk
    person.says("tôi bị lừa rồi")
    assert person.state.bookmark.startswith("step:at-da-bi-lua")
    assert "to-member" not in events(world)


def test_nobody_but_the_two_can_write_there(world: World, talk: tuple[Person, Person]) -> None:
    ba = world.member("chú Ba")
    ba.sends_action("reqchat:1")
    ba.says("cho tui số của bà đi")
    assert events(world).count("to-resident") == 1


# ---- promises -----------------------------------------------------------------------------------


def test_late_is_told_once_each_first_to_the_leader_then_to_resident_and_office(
    world: World, clock: FixedClock
) -> None:
    leader, binh, person = world.person("chú Ba"), officer(world), world.person()
    boss = officer(world, "bà Chủ tịch", Role.LEADER)
    leader.says(f"vào tổ {world.invite(Role.TEAM_LEADER)}")
    leader.says("chú Ba")
    ask(person)
    told: dict[str, list[str]] = {"leader": [], "resident": [], "office": [], "boss": []}
    people = {"leader": leader, "resident": person, "office": binh, "boss": boss}
    for one in people.values():
        one.looks()
    when: dict[str, int] = {}
    for quarter in range(4 * 30):
        for _ in range(2):
            minute_passes(world)
        for name, one in people.items():
            new = [message.text for message in one.looks()]
            if new and name not in when:
                when[name] = quarter
            told[name] += new
        clock.passes(minutes=15)
    assert {name: len(texts) for name, texts in told.items()} == {
        "leader": 1,
        "resident": 1,
        "office": 1,
        "boss": 0,
    }
    assert when == {"leader": 8, "resident": 24, "office": 24}  # 11:00, and 15:00
    assert told["resident"] == [
        "Dạ, Tổ chưa gọi được, phường Hố Nai sẽ gọi trước 17 giờ hôm nay. "
        "Mong cô/chú thông cảm chờ thêm ạ."
    ]
    assert events(world) == ["opened", "late-to-leader", "late-to-ward"]
    for text in (*told["leader"], *told["office"]):
        assert SHOWN not in text


def test_what_was_taken_in_time_and_ended_is_late_for_nobody(
    world: World, clock: FixedClock
) -> None:
    hanh, person = world.member(), world.person()
    ask(person, phone="")
    hanh.says("nhận 1")
    clock.passes(hours=3)
    minute_passes(world)
    hanh.presses("Giúp rồi, ghi lại")
    hanh.presses("Chưa xong")
    hanh.presses("VNeID, căn cước")
    clock.passes(hours=30)
    minute_passes(world)
    assert events(world) == ["opened", "claimed", "closed"]


def test_a_member_who_helps_late_still_can_and_the_resident_hears_no_time_that_is_over(
    world: World, clock: FixedClock
) -> None:
    hanh, person = world.member(), world.person()
    ask(person)
    clock.passes(hours=7)
    minute_passes(world)
    person.looks()
    hanh.says("nhận 1")
    (told,) = person.looks()
    assert "15 giờ" not in told.text
    assert "17 giờ hôm nay" in told.text


def test_two_communes_are_late_apart(base: Installation, clock: FixedClock) -> None:
    with closing(World(base)) as one:
        ask(one.person())
        binh = officer(one)
    with closing(World(base, "phuoc-binh")) as other:
        mai = officer(other, "chị Mai")
        clock.passes(hours=30)
        minute_passes(other)
        assert mai.looks() == []
        assert base.database.read(staff.find_worker, other.commune.id, "chị Mai") is not None
    assert binh.name
