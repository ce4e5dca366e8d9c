"""“nối máy”: a code shown in one chat and typed in another makes them one person's, and nothing else does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Select, func, select

from bot.app.installation import Installation
from bot.core.errors import RuleError
from bot.core.keys import KeyRing
from bot.core.redaction import redact
from bot.core.text import fold
from bot.core.vocabulary import Identity, Role
from bot.services import people, teams
from storage import people as stored
from storage.database import Unit
from storage.models import audit_log, chat_links, link_codes
from storage.models_help import help_entries
from storage.models_people import identities
from storage.models_people import people as people_rows
from tests.clock import FixedClock
from tests.storage_tools import (
    ENGINES,
    KEY,
    Office,
    Shelf,
    open_office,
    open_shelf,
    talk,
    together,
)
from tests.walker import Walker
from tests.world import Person, World

UNKNOWN = "NỐI 7K2 M9Q"
codes = st.text(st.sampled_from(teams.LETTERS), min_size=6, max_size=6).filter(
    lambda code: not code.isdigit() and not code.isalpha()
)


def ask(person: Person) -> str:
    """A code of this chat, as it is shown."""
    person.says("nối máy")
    return person.presses("Đồng ý")[-2].text


def counts(world: World) -> tuple[int, int]:
    """How many people there are, and how many chats name one."""

    def read(unit: Unit) -> tuple[int, int]:
        found = (
            unit.connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in (people_rows, identities)
        )
        first, second = found
        return first, second

    return world.base.database.read(read)


def two_chats(world: World, name: str = "bà Tư") -> tuple[Person, Person]:
    """One person with a chat here and a chat there."""
    return world.person(name), world.person(name, "zalo_oa")


# ---- the code -----------------------------------------------------------------------------------


@given(code=codes)
def test_a_code_is_read_in_every_spelling(code: str) -> None:
    halves = f"{code[:3]} {code[3:]}"
    for said in (
        people.show_code(code),
        fold(people.show_code(code)),
        f"noi {code.lower()}",
        f"NOI-{code[:3]}-{code[3:]}",
        f"nối: {halves}.",
        f"noi{code.lower()}",
        f"nối {' '.join(code)}",
        f"mã nối {halves}",
        f"ma {code}",
        halves,
        f"{code[:3]}-{code[3:]}",
        code.lower(),
    ):
        assert people.read_code(said) == code, said


@pytest.mark.parametrize(
    "said",
    [
        *("nói chuyện", "nơi 2 người", "nối mạng", "noi 3 lan roi", "nói 10 phút", "nội 2 tuổi"),
        *("bhxh 23", "5 tr 3", "60b 12345", "mã otp", "ma qr", "123456", "sổ hồng", "bhyt", "79"),
        *("vào tổ BCGH-2345", "BCGH-2345", "k t x 3 4 b", "", "7K2", "xin chào"),
    ],
)
def test_what_is_no_code_is_not_taken_for_one(said: str) -> None:
    assert people.read_code(said) is None


@pytest.mark.parametrize("said", ["nối 7K2 M9", "NỐI 7K2 M9QB", "noi 7k0 m9q", "nối 7KL M9Q"])
def test_what_was_meant_as_a_code_is_told_that_it_is_wrong(world: World, said: str) -> None:
    assert people.read_code(said) == ""
    assert "mã nối này không đúng" in world.person().says(said)[-1].text


@pytest.fixture(scope="module")
def drawn(walker: Walker) -> list[str]:
    """Codes as they are given out."""
    commune = walker.house.commune
    with walker.undone():
        return [
            people.new_code(walker.unit, commune, Identity(b"%32d" % number), str(number))
            for number in range(300)
        ]


def test_every_code_comes_back_to_us_as_it_was_shown(drawn: list[str]) -> None:
    assert len(set(drawn)) == len(drawn)
    for code in drawn:
        shown = people.show_code(code)
        for said in (shown, fold(shown), f"noi {code.lower()}", code):
            assert not redact(said).kinds, said
            assert people.read_code(said) == code
        assert teams.read_code(shown) is None
        assert teams.read_code(code) is None


def test_codes_have_no_sign_that_looks_like_another_or_that_a_keyboard_changes(
    drawn: list[str],
) -> None:
    assert set("".join(drawn)) <= set("0123456789ABCDEFGHJKMNPQRSTVWXYZ") - set("01ADEWY")


def test_the_same_turn_taken_up_again_shows_the_same_code_and_another_secret_another(
    walker: Walker,
) -> None:
    commune, who = walker.house.commune, Identity(b"w" * 32)
    with walker.undone():
        first = people.new_code(walker.unit, commune, who, "7")
    with walker.undone():
        assert people.new_code(walker.unit, commune, who, "7") == first
        assert people.new_code(walker.unit, commune, who, "8") != first
        assert people.new_code(walker.unit, commune, Identity(b"v" * 32), "7") != first
        strange = Unit(walker.unit.connection, KeyRing(f"{KEY} khác"), walker.unit.now)
        assert people.new_code(strange, commune, who, "7") != first


def test_the_code_itself_stands_nowhere_in_the_clear(world: World) -> None:
    one, _ = two_chats(world)
    code = people.read_code(ask(one)) or ""
    rows = select(link_codes.c.code_hash)
    (hashed,) = world.base.database.read(lambda u: u.connection.execute(rows).scalars().all())
    assert len(hashed) == 32
    assert code.encode() not in bytes(hashed)
    assert code not in one.state.to_json()


# ---- two chats of a resident --------------------------------------------------------------------


def test_nothing_is_kept_before_the_yes_and_nothing_before_the_code_is_typed(world: World) -> None:
    one, other = two_chats(world)
    one.says("nối máy")
    assert counts(world) == (0, 0)
    code = one.presses("Đồng ý")[-2].text
    assert counts(world) == (0, 0)
    other.says(code)
    assert counts(world) == (1, 2)


@pytest.mark.parametrize(
    "said", ["nối máy", "noi zalo", "Nối Telegram", "đổi khung chat", "toi dung zalo nua", "/noi"]
)
def test_it_is_explained_in_one_short_message_and_asked_first(world: World, said: str) -> None:
    (_, shown) = world.person().says(said)
    assert [choice.label for choice in shown.choices] == ["Đồng ý", "Không đồng ý", "Về đầu"]
    assert "đếm" in shown.text
    assert "không giữ lời nào" in shown.text
    assert len(shown.text) <= 300


def test_the_code_stands_alone_in_its_message_so_that_it_can_be_passed_on(world: World) -> None:
    one, other = two_chats(world)
    one.says("nối máy")
    code, how = one.says("1")
    assert code.choices == ()
    assert "10 phút" in how.text
    assert "Đừng đưa mã" in how.text
    other.says(code.text)
    assert counts(world) == (1, 2)


def test_both_chats_are_told(world: World) -> None:
    one, other = two_chats(world)
    said = other.says(ask(one))
    assert "Hai khung chat giờ là của một người" in said[-1].text
    (told,) = one.looks()
    assert "gỡ nối" in told.text
    assert told.choices == ()
    assert one.looks() == []


def test_the_place_in_a_guide_comes_along_where_there_is_none(world: World) -> None:
    one, other = two_chats(world)
    for said in ("quên mật khẩu vneid", "1", "1"):
        one.says(said)
    shown = other.says(ask(one))[-1]
    assert "bước 2/8" in shown.text
    assert [choice.label for choice in shown.choices] == ["Làm tiếp", "Về đầu"]
    assert other.state.bookmark == one.state.bookmark
    assert other.says("1")[0].text.startswith("**Bước 2/8.**")


def test_a_place_of_ones_own_stays_and_what_was_on_the_screen_is_one_choice_away(
    world: World,
) -> None:
    one, other = two_chats(world)
    for said in ("quên mật khẩu vneid", "1", "1"):
        one.says(said)
    for said in ("làm khai sinh", "1"):
        other.says(said)
    before = other.state
    code = ask(one)
    shown = other.says(code)[-1]
    assert "Bên kia" not in shown.text
    assert other.state.bookmark == before.bookmark
    assert other.state.view == before.view


def test_a_third_chat_joins_the_same_person(world: World) -> None:
    one, other = two_chats(world)
    third = world.person("bà Tư", "telegram")
    other.says(ask(one))
    third.says(ask(other))
    assert counts(world) == (1, 3)


def test_two_who_were_somebody_each_are_merged_not_rewritten(world: World) -> None:
    one, other = two_chats(world)
    third, fourth = two_chats(world, "cô Ba")
    other.says(ask(one))
    fourth.says(ask(third))
    assert counts(world) == (2, 4)
    third.says(ask(other))
    assert counts(world) == (2, 4)
    roots = select(people_rows.c.id, people_rows.c.merged_into).order_by(people_rows.c.id)
    first, second = world.base.database.read(lambda u: u.connection.execute(roots).all())
    assert (first[1], second[1]) == (None, first[0])
    assert "nối rồi" in fourth.says(ask(one))[-1].text


# ---- codes that do not work ---------------------------------------------------------------------


def test_each_reason_has_a_sentence_of_its_own(
    world: World, clock: FixedClock, base: Installation
) -> None:
    one, other = two_chats(world)
    assert "mã nối này không đúng" in other.says(UNKNOWN)[-1].text
    code = ask(one)
    assert "lấy từ chính khung chat này" in one.says(code)[-1].text
    with closing(World(base, "phuoc-tan")) as there:
        assert "của xã, phường khác" in there.person().says(code)[-1].text
    other.says(code)
    assert "xài rồi" in world.person("ông Năm").says(code)[-1].text
    late = ask(one)
    clock.passes(minutes=10)
    assert "hết hạn" in world.person("cô Ba").says(late)[-1].text


def test_a_code_works_up_to_the_tenth_minute_and_only_the_newest_does(
    world: World, clock: FixedClock
) -> None:
    one, other = two_chats(world)
    old = ask(one)
    new = one.presses("Lấy mã khác")[0].text
    assert "hết hạn" in other.says(old)[-1].text
    clock.passes(minutes=9, seconds=59)
    assert "Dạ xong" in other.says(new)[-1].text


def test_after_five_tries_an_hour_has_to_pass_even_for_a_right_code(
    world: World, clock: FixedClock
) -> None:
    one, other = two_chats(world)
    for _ in range(5):
        assert "không đúng" in other.says(UNKNOWN)[-1].text
    assert "nhiều lần quá rồi" in other.says(ask(one))[-1].text
    assert counts(world) == (0, 0)
    other.says("menu")
    assert "nhiều lần quá rồi" in other.says(ask(one))[-1].text
    clock.passes(minutes=60)
    assert "Dạ xong" in other.says(ask(one))[-1].text


def test_a_code_of_ones_own_does_not_buy_more_tries(world: World) -> None:
    _, other = two_chats(world)
    for _ in range(4):
        other.says(UNKNOWN)
    other.says(ask(other))
    assert "nhiều lần quá rồi" in other.says(UNKNOWN)[-1].text


def test_a_wrong_code_loses_nothing_that_was_waited_for(world: World) -> None:
    person = world.person()
    person.says("có phải lừa đảo không")
    before = person.state
    person.says(UNKNOWN)
    assert (person.state.at, person.state.view) == (before.at, before.view)


def test_a_code_whose_chat_was_forgotten_joins_nothing(world: World) -> None:
    one, other = two_chats(world)
    code = ask(one)
    world.run(world.app.pickup.forget(one.identity))
    assert "không đúng" in other.says(code)[-1].text
    assert counts(world) == (0, 0)


# ---- members and officers -----------------------------------------------------------------------


def links(world: World) -> list[tuple[int | None, int | None]]:
    """Whom the chats speak for."""
    rows = select(chat_links.c.member_id, chat_links.c.staff_id).order_by(chat_links.c.id)
    return world.base.database.read(
        lambda unit: [(row[0], row[1]) for row in unit.connection.execute(rows)]
    )


def log_one(person: Person) -> None:
    for said in ("ghi việc", "1", "1", "1"):
        person.says(said)


def test_a_member_logs_from_both_chats_and_is_one_member(world: World) -> None:
    hanh = world.member()
    other = world.person("chị Hạnh", "zalo_oa")
    other.says(ask(hanh))
    assert len(set(links(world))) == 1
    log_one(hanh)
    log_one(other)
    assert "2 lượt" in hanh.says("của tôi tuần này")[-1].text
    assert "2 lượt" in other.says("của tôi tuần này")[-1].text
    by = select(help_entries.c.member_id)
    found = world.base.database.read(lambda unit: unit.connection.execute(by).scalars().all())
    assert len(found) == 2
    assert len(set(found)) == 1
    assert counts(world) == (0, 0)


def test_an_officer_is_the_same_officer_in_both_chats(world: World) -> None:
    lan = world.person("chị Lan")
    lan.says(f"vào tổ {world.invite(Role.OFFICER, None)}")
    other = world.person("chị Lan", "zalo_oa")
    other.says(ask(lan))
    ((member, first), (_, second)) = links(world)
    assert member is None
    assert first == second


def test_who_types_a_strangers_code_in_a_members_chat_gives_the_team_away_to_nobody(
    world: World,
) -> None:
    hanh, stranger = world.member(), world.person("anh Lạ")
    assert "phải xin mã ở đây" in hanh.says(ask(stranger))[-1].text
    assert len(links(world)) == 1
    assert counts(world) == (0, 0)


def test_the_chats_of_two_members_cannot_be_joined(world: World) -> None:
    hanh, binh = world.member(), world.member("anh Bình", "KP 4")
    assert "của người khác" in binh.says(ask(hanh))[-1].text
    assert len(set(links(world))) == 2


def test_a_member_takes_a_chat_that_was_joined_later_back_and_it_cannot_do_the_same(
    world: World,
) -> None:
    hanh = world.member()
    other = world.person("người lạ", "zalo_oa")
    other.says(ask(hanh))
    other.says("gỡ nối")
    assert [choice.label for choice in other.prompt] == ["Gỡ khung chat này", "Về đầu"]
    assert "chưa nối" in other.sends_action("unlinkok:later")[-1].text
    assert len(links(world)) == 2
    hanh.says("gỡ nối")
    assert "còn khung chat này" in hanh.presses("Gỡ khung chat nối sau")[-1].text
    assert len(links(world)) == 1
    assert "dành cho Tổ công nghệ số" in other.says("ghi việc")[-1].text
    log_one(hanh)


# ---- undoing it ---------------------------------------------------------------------------------


def test_undoing_needs_one_yes_and_makes_two_people_of_one(world: World) -> None:
    one, other = two_chats(world)
    other.says(ask(one))
    other.says("gỡ nối")
    assert counts(world) == (1, 2)
    assert "gỡ xong" in other.presses("Gỡ khung chat này")[-1].text
    assert counts(world) == (2, 2)
    for person in (one, other):
        assert "chưa nối" in person.says("gỡ nối")[-1].text
    other.says(ask(one))
    assert "Gỡ khung chat này" in [choice.label for choice in one.says("gỡ nối")[-1].choices]


def test_a_chat_that_is_joined_to_none_has_nothing_to_undo(world: World) -> None:
    person = world.person()
    assert "chưa nối" in person.says("gỡ nối")[-1].text
    assert "chưa nối" in person.sends_action("unlinkok")[-1].text


def test_the_only_chat_of_a_member_stays_hers(world: World) -> None:
    hanh = world.member()
    assert "chưa nối" in hanh.says("gỡ nối")[-1].text
    hanh.sends_action("unlinkok")
    assert len(links(world)) == 1
    log_one(hanh)


def test_a_member_may_leave_either_chat_and_keeps_the_other(world: World) -> None:
    hanh = world.member()
    other = world.person("chị Hạnh", "zalo_oa")
    other.says(ask(hanh))
    hanh.says("gỡ nối")
    hanh.presses("Gỡ khung chat này")
    assert "dành cho Tổ công nghệ số" in hanh.says("ghi việc")[-1].text
    log_one(other)


def test_joining_and_undoing_stand_in_the_record_without_a_chat(world: World) -> None:
    one, other = two_chats(world)
    other.says(ask(one))
    other.says("gỡ nối")
    other.says("1")
    acts = select(audit_log.c.actor, audit_log.c.action, audit_log.c.object).where(
        audit_log.c.action.in_(("link-chat", "unlink-chat"))
    )
    rows = world.base.database.read(lambda u: [tuple(r) for r in u.connection.execute(acts)])
    assert [row[:2] for row in rows] == [("resident", "link-chat"), ("resident", "unlink-chat")]
    assert all(row[2].startswith("person:") for row in rows)


# ---- at the same moment, on both engines --------------------------------------------------------


@pytest.fixture(scope="module", params=ENGINES)
def shelf(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shelf]:
    with open_shelf(request, request.param, tmp_path_factory.mktemp("linking")) as opened:
        yield opened


def read_all(unit: Unit, statement: Select[Any]) -> list[Any]:
    """The one column of all rows."""
    return list(unit.connection.execute(statement).scalars())


def redeem(shelf: Shelf, office: Office, who: Identity, code: str) -> str:
    """What comes of a code typed in a chat."""
    try:
        shelf.write(people.link, office.commune, who, None, code)
    except RuleError as refusal:
        return refusal.code
    return "joined"


def test_of_two_chats_that_type_one_code_at_once_one_is_joined(shelf: Shelf) -> None:
    for number in range(5):
        office = shelf.write(open_office)
        chats = [shelf.write(talk, office, f"{n}", f"e{n}", "chào") for n in range(3)]
        code = shelf.write(people.new_code, office.commune, chats[0], f"{number}")
        came = together(*[partial(redeem, shelf, office, chat, code) for chat in chats[1:]])
        assert sorted(came) == ["joined", "link.used"]


def test_chats_that_are_joined_in_a_ring_at_once_count_as_one_and_in_no_chain(
    shelf: Shelf,
) -> None:
    for number in range(5):
        office = shelf.write(open_office)
        chats = [shelf.write(talk, office, f"{n}", f"e{n}", "chào") for n in range(4)]

        def somebody(unit: Unit, office: Office = office, chats: list[Identity] = chats) -> None:
            for chat in chats:
                stored.name_chat(unit, office.id, chat, stored.add_person(unit, office.id))

        shelf.write(somebody)
        given = [shelf.write(people.new_code, office.commune, chat, f"{number}") for chat in chats]
        pairs = zip((*chats[1:], chats[0]), given, strict=True)
        came = together(*[partial(redeem, shelf, office, chat, code) for chat, code in pairs])
        assert sorted(came) == ["joined", "joined", "joined", "link.already"]
        known = [shelf.read(stored.find_person, office.id, chat) for chat in chats]
        assert len({one.root for one in known if one}) == 1
        merged = select(people_rows.c.merged_into).where(
            people_rows.c.commune_id == office.id, people_rows.c.merged_into.is_not(None)
        )
        assert len(set(shelf.read(read_all, merged))) == 1
