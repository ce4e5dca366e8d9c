"""Life in a team: codes that many use, hats, leaving at once, the share of the work, the leader's week."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from bot.core.errors import BotError, NotAllowedError, NotFoundError, RuleError
from bot.core.keys import Purpose
from bot.core.vocabulary import Identity, Outcome, Role, Topic, Use
from bot.locale import Texts, load_sentences
from bot.services import help_log, joining, team_life, teams
from bot.services.help_log import Help
from bot.services.joining import Verdict
from bot.services.team_life import Going, Share
from storage import audit, memberships, people
from storage.database import Unit
from storage.mailbox import Worker
from storage.models import chat_links, join_requests, members
from storage.models_help import help_entries
from storage.models_people import consents
from tests.clock import FixedClock
from tests.command_line import ROOT
from tests.office_house import House, open_house
from tests.storage_tools import ENGINES, Office, Shelf, open_office, open_shelf, talk, together
from tests.world import Person, World

TODAY = date(2026, 11, 18)
TEXTS = Texts(load_sentences(ROOT / "content"), "cô/chú")


def leader(world: World, team: str = "KP 3", name: str = "anh Ba") -> Person:
    person = world.person(name)
    person.says(f"vào tổ {world.invite(Role.TEAM_LEADER, team)}")
    person.says(name)
    return person


def officer(world: World, role: Role = Role.OFFICER, name: str = "chị Lan") -> Person:
    person = world.person(name)
    person.says(f"vào tổ {world.invite(role, None)}")
    person.says(name)
    return person


def asks(world: World, name: str = "chị Mai", team: str = "KP 3") -> Person:
    """Somebody who has used a team's open code and told their name."""
    person = world.person(name)
    person.says(f"vào tổ {world.invite_many(team)}")
    person.says(name)
    return person


def read(world: World, statement: Any) -> list[Any]:
    return world.base.database.read(lambda u: u.connection.execute(statement).all())


def worker(world: World, name: str) -> Worker:
    """The member of that name as a turn knows them."""
    row = members.c
    statement = select(row.id, row.name, row.role, row.team_id).where(row.name == name)
    (found,) = read(world, statement)
    return Worker(found[0], found[1], Role(found[2]), found[3], None)


def logs(world: World, who: Worker, done: Help) -> None:
    number = len(read(world, select(help_entries.c.id)))
    world.base.database.write(help_log.log_help, world.commune.id, who, done, f"l{number}")


# ---- a code that many use -----------------------------------------------------------------------


def test_an_open_code_lets_nobody_in_by_itself_and_is_not_used_up(world: World) -> None:
    code = world.invite_many()
    for name in ("chị Mai", "cô Út", "chú Tám"):
        person = world.person(name)
        person.says(f"vào tổ {code}")
        person.says(name)
        assert "dành cho Tổ công nghệ số" in person.says("ghi việc")[-1].text
    assert read(world, select(members.c.id)) == []
    assert len(read(world, select(join_requests.c.id))) == 3


def test_the_plain_road_of_codes_refuses_one_that_many_may_use(world: World) -> None:
    code = teams.read_code(world.invite_many()) or ""
    with pytest.raises(RuleError) as refused:
        world.base.database.write(teams.join, world.commune, Identity(b"x" * 32), code)
    assert refused.value.code == "join.needs-approval"
    wanted = teams.Wanted(Role.TEAM_LEADER, None, is_open=True)
    with pytest.raises(RuleError, match="chỉ mời tổ viên"):
        world.base.database.write(teams.make_invitation, world.commune, wanted, "console")


@pytest.mark.parametrize("said", ["duyệt 1", "Duyệt 1 nha", "dong y so 1", "duyet 1"])
def test_the_leader_says_yes_by_the_word_of_the_notice(world: World, said: str) -> None:
    ba, mai = leader(world), asks(world)
    (told,) = ba.looks()
    assert "duyệt 1" in told.text
    assert "đã vào KP 3" in ba.says(said)[-1].text
    assert "được duyệt rồi" in mai.looks()[-1].text
    assert "ghi việc" in mai.says("menu")[-1].text.lower() or mai.prompt[0].action == "log"


def test_the_name_goes_once_it_was_decided_and_nothing_personal_is_in_the_record(
    world: World,
) -> None:
    ba = leader(world)
    asks(world)
    asks(world, "ông Lạ")
    ba.says("từ chối 2")
    ba.says("duyệt 1")
    rows = read(world, select(join_requests.c.name, join_requests.c.accepted))
    assert sorted(rows) == [("", False), ("", True)]
    acts = world.base.database.read(audit.list_acts, world.commune.id)
    done = [(one.act.action, one.act.object) for one in acts if "join-r" in one.act.object]
    assert done == [
        ("ask-in", "join-request:1"),
        ("ask-in", "join-request:2"),
        ("refuse", "join-request:2"),
        ("admit", "join-request:1"),
    ]


def test_only_the_leader_of_that_team_and_the_office_decide(world: World) -> None:
    ba, other, plain = leader(world), leader(world, "KP 4", "anh Tư"), world.member("chị Hạnh")
    reader, lan = officer(world, Role.LEADER, "ông Chủ"), officer(world)
    asks(world)
    assert "tổ khác" in other.says("duyệt 1")[-1].text
    for person in (plain, reader, world.person("bà Tư")):
        person.says("duyệt 1")
        assert "dành cho Tổ công nghệ số" in person.sends_action("newcomers")[-1].text
        person.sends_action("admit:1")
    assert [row[0] for row in read(world, select(join_requests.c.accepted))] == [None]
    assert "Duyệt người mới (1)" not in [c.label for c in other.says("menu")[-1].choices]
    for person in (ba, lan):
        assert person.says("menu")[-1].choices[0].label == "Duyệt người mới (1)"
        assert len(person.prompt) <= 6
    assert "đã vào KP 3" in lan.says("duyệt 1")[-1].text


def test_a_leader_by_a_hat_that_is_not_worn_may_decide_too(world: World) -> None:
    ba = leader(world)
    ba.says(f"vào tổ {world.invite(team='KP 5')}")
    ba.presses("Ghi cho KP 5")
    asks(world)
    assert "đã vào KP 3" in ba.says("duyệt 1")[-1].text


def test_without_a_leader_the_office_is_told(world: World) -> None:
    lan = officer(world)
    asks(world, team="KP 8")
    assert "xin vào KP 8" in lan.looks()[-1].text


def test_who_is_forgotten_waits_no_more(world: World) -> None:
    mai = asks(world)
    world.run(world.app.pickup.forget(mai.identity))
    assert read(world, select(join_requests.c.id)) == []


def test_a_code_of_another_commune_and_one_that_is_over_open_nothing(
    world: World, clock: FixedClock
) -> None:
    code = world.invite_many()
    clock.passes(days=15)
    person = world.person("cô Bảy")
    assert "hết hạn" in person.says(f"vào tổ {code}")[-1].text
    assert "không đúng" in person.says("vào tổ BCGH-2345")[-1].text


# ---- hats ---------------------------------------------------------------------------------------


def test_one_member_with_two_hats_is_one_row_and_logs_for_the_one_worn(world: World) -> None:
    hanh = world.member("chị Hạnh")
    hanh.says(f"vào tổ {world.invite(team='KP 5')}")
    for said in ("ghi việc", "1", "1", "1", "đổi tổ", "1", "ghi việc", "2", "2", "1"):
        hanh.says(said)
    assert len(read(world, select(members.c.id))) == 1
    by_team = world.report("week:2026-W47")["help"]["by_team"]  # type: ignore[index]  # JSON
    assert [(one["team"], one["visits"]) for one in by_team] == [("KP 3", 1), ("KP 5", 2)]


def test_nobody_has_more_hats_than_a_message_can_offer(world: World) -> None:
    hanh = world.member("chị Hạnh", "KP 1")
    for number in range(2, 6):
        hanh.says(f"vào tổ {world.invite(team=f'KP {number}')}")
    code = world.invite(team="KP 6")
    assert "nhiều nhất năm tổ" in hanh.says(f"vào tổ {code}")[-1].text
    assert len(hanh.says("đổi tổ")[-1].choices) == 5  # four others and the way home
    hanh.sends_action(f"leaveok:{worker(world, 'chị Hạnh').team_id}")
    assert "vào thêm KP 6" in hanh.says(f"vào tổ {code}")[-1].text  # it was not used up


@pytest.mark.parametrize(
    "action",
    ["wear:999", "wear:x", "wear", "moved:1", "moved:9:9", "leaveok", "leaveok:77", "admit"],
)
def test_old_and_strange_buttons_change_nothing(world: World, action: str) -> None:
    hanh = world.member("chị Hạnh")
    before = read(world, select(members.c.team_id, members.c.left_at))
    assert hanh.sends_action(action)[-1].text
    assert read(world, select(members.c.team_id, members.c.left_at)) == before


# ---- leaving ------------------------------------------------------------------------------------


def test_who_leaves_loses_every_right_at_once_and_the_entries_stay(world: World) -> None:
    hanh = world.member("chị Hạnh")
    other = world.person("chị Hạnh", "zalo_oa")
    hanh.says("nối máy")
    other.says(hanh.presses("Đồng ý")[-2].text)
    for said in ("ghi việc", "1", "1", "1"):
        hanh.says(said)
    number = worker(world, "chị Hạnh").id
    world.base.database.write(give_phone, world, number, hanh.identity)
    hanh.says("rời tổ")
    hanh.presses("Rời KP 3")
    for chat in (hanh, other):
        assert "dành cho Tổ công nghệ số" in chat.says("ghi việc")[-1].text
    row = members.c
    ((left, phone, reminds),) = read(world, select(row.left_at, row.phone, row.reminds_at))
    assert left is not None
    assert phone is reminds is None
    assert read(world, select(chat_links.c.id)) == []
    uses = select(consents.c.use, consents.c.withdrawn_at.is_not(None)).order_by(consents.c.id)
    assert read(world, uses) == [(Use.SHOW_PHONE, True), (Use.REMIND, False)]
    assert world.report("week:2026-W47")["help"]["visits"] == 1  # type: ignore[index]  # JSON


def give_phone(unit: Unit, world: World, member: int, identity: Identity) -> None:
    """A stored number that may be shown, and another consent that has nothing to do with the team."""
    mine = update(members).where(members.c.id == member)
    unit.connection.execute(mine.values(phone=b"sealed", reminds_at="2-19"))
    subject = people.chat_hash(unit.keys, world.commune.id, identity)
    for use in (Use.SHOW_PHONE, Use.REMIND):
        row = {"subject": subject, "use": use, "version": "1", "text_hash": "0" * 64}
        how = {"channel": "console", "way": "chat", "given_at": unit.now}
        unit.connection.execute(insert(consents).values(commune_id=world.commune.id, **row, **how))


def test_who_has_left_comes_back_as_somebody_new_by_a_new_code(world: World) -> None:
    hanh = world.member("chị Hạnh")
    hanh.says("rời tổ")
    hanh.presses("Rời KP 3")
    assert "Chào mừng" in hanh.says(f"vào tổ {world.invite(team='KP 3')}")[0].text
    assert len(read(world, select(members.c.id))) == 2


@pytest.fixture(scope="module", params=ENGINES)
def house(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    with open_house(request, request.param, tmp_path_factory.mktemp("team-life")) as opened:
        yield opened


def test_an_officer_who_leaves_is_signed_out_and_the_login_name_is_free(house: House) -> None:
    joined = house.hires("lan.di", "chị Lan Đi")
    write = house.base.database.write
    assert write(team_life.leave_by_name, house.commune(), "chị lan đi", None) is True
    assert house.finds(joined.token) is None
    assert house.signs_in("lan.di") is None
    assert house.acts()[-1] == ("console", "leave", f"staff:{joined.officer.id}")
    assert house.finds(house.hires("lan.di", "chị Lan Đến").token) is not None
    with pytest.raises(NotFoundError, match="Không có ai tên"):
        write(team_life.leave_by_name, house.commune(), "chị Lan Đi", None)


def test_a_name_that_several_have_is_refused_with_where_they_are(house: House) -> None:
    def add(unit: Unit) -> None:
        for team in ("KP 1", "KP 2"):
            found = teams.find_team(unit, house.commune(), team)
            code = teams.invite(unit, house.commune(), Role.MEMBER, found.name, "chị Út").code
            chat = Identity(unit.keys.hash(Purpose.CHAT, team))
            teams.join(unit, house.commune(), chat, teams.read_code(code) or "")

    write = house.base.database.write
    write(add)
    with pytest.raises(NotFoundError, match="KP 1, KP 2"):
        write(team_life.leave_by_name, house.commune(), "chị Út", None)
    moved = write(team_life.move_by_name, house.commune(), Going("chị Út", "kp1", "khu pho 9"))
    assert (moved.old, moved.new) == ("KP 1", "KP 9")
    assert write(team_life.leave_by_name, house.commune(), "chị Út", "KP 9") is True
    found = house.base.database.read(memberships.list_members, house.commune().id)
    assert [(one.name, one.hat.team) for one in found] == [("chị Út", "KP 2")]


# ---- figures ------------------------------------------------------------------------------------


def test_the_share_is_of_this_week_for_the_hat_worn_beside_the_team(world: World) -> None:
    world.member("chị Hạnh")
    world.member("anh Bình")
    hanh, binh = worker(world, "chị Hạnh"), worker(world, "anh Bình")
    logs(world, hanh, Help(TODAY, Topic.VNEID, 12))
    logs(world, binh, Help(TODAY, Topic.DVC, 8))
    logs(world, binh, Help(TODAY - timedelta(days=7), Topic.DVC, 5))
    found = world.base.database.read(team_life.share, world.commune.id, hanh)
    assert found == Share(own_visits=12, team_visits=20, team_last_week=5)


def test_the_leaders_week_names_three_and_counts_the_rest_in_one_short_message(
    world: World,
) -> None:
    ba = leader(world)
    for number in range(6):
        world.member(f"Nguyễn Thị Huỳnh Mai Phương {number}")
    world.member("chị Hạnh")
    hanh = worker(world, "chị Hạnh")
    for back in (9, 5, 3, 2):
        day = TODAY - timedelta(days=back)
        logs(world, hanh, Help(day, Topic.VNEID, outcome=Outcome.NOT_DONE))
    logs(world, hanh, Help(TODAY, Topic.TT, 3, outcome=Outcome.DONE))
    said = ba.says("tuần của tổ")[-1].text
    assert "4 lượt. Cả tuần trước: 3 lượt" in said
    assert "và 3 người nữa" in said
    assert said.count("chị Hạnh giúp") == 3
    assert said.index("9/11") < said.index("13/11") < said.index("15/11")
    assert "16/11" not in said
    assert "Cảm ơn chị Hạnh giùm" in said
    assert len(said) <= 500


def test_a_case_that_was_finished_later_need_not_be_rung(world: World) -> None:
    ba = leader(world)
    world.member("chị Hạnh")
    hanh = worker(world, "chị Hạnh")
    person = world.base.database.write(people.add_person, world.commune.id)
    open_, done = Outcome.NOT_DONE, Outcome.DONE
    day = TODAY - timedelta(days=3)
    logs(world, hanh, Help(day, Topic.VNEID, person_id=person, outcome=open_))
    assert "chưa xong" in ba.says("tuần của tổ")[-1].text
    logs(world, hanh, Help(TODAY, Topic.VNEID, person_id=person, outcome=done))
    assert "chưa xong" not in ba.says("tuần của tổ")[-1].text


def test_a_leader_sees_the_own_team_only(world: World) -> None:
    world.member("cô Út", "KP 4")
    logs(world, worker(world, "cô Út"), Help(TODAY, Topic.VNEID, 7, outcome=Outcome.NOT_DONE))
    said = leader(world).says("tuần của tổ")[-1].text
    assert "cô Út" not in said
    assert "0 lượt" in said


# ---- at the same moment, on both engines --------------------------------------------------------


@pytest.fixture(scope="module", params=ENGINES)
def shelf(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shelf]:
    with open_shelf(request, request.param, tmp_path_factory.mktemp("newcomers")) as opened:
        yield opened


def admits(shelf: Shelf, office: Office, number: int) -> str:
    """What comes of a yes."""
    lan = Worker(1, "chị Lan", Role.OFFICER, None, None)
    decide: Callable[..., Verdict] = joining.decide
    try:
        shelf.write(decide, office.commune, lan, (number, True), TEXTS)
    except RuleError as refusal:
        return refusal.code
    except (NotAllowedError, BotError) as error:
        return type(error).__name__
    return "in"


def test_of_two_who_say_yes_at_once_one_lets_the_newcomer_in(shelf: Shelf) -> None:
    for number in range(5):
        office = shelf.write(open_office)
        chat = shelf.write(talk, office, "chị Mai", f"e{number}", "chào")

        def ask(unit: Unit, office: Office = office, chat: Identity = chat) -> int:
            code = teams.read_code(teams.invite_many(unit, office.commune, "KP 1").code)
            invitee = joining.look_at(unit, office.commune, code or "")
            assert invitee is not None
            where = (office.address("chị Mai"), chat)
            joining.ask_in(unit, office.commune, where, (invitee, "chị Mai"), TEXTS)
            found = joining.find_waiting(unit, office.commune.id, chat)
            assert found is not None
            return found.id

        waiting = shelf.write(ask)
        came = together(*[partial(admits, shelf, office, waiting) for _ in range(3)])
        assert sorted(came) == ["in", "newcomer.decided", "newcomer.decided"]
        found = shelf.read(memberships.list_members, office.id)
        assert [one.name for one in found] == ["chị Hạnh", "chị Mai"]
