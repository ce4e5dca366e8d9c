"""The digest of the week: once, at the hour of the office, by an open road; else it waits on the page."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.core.vocabulary import CommuneId, DigestState, Role
from bot.services import digests as rules
from bot.services.digests import due_at, last_week
from storage import digests, staff
from storage.audit import list_acts
from storage.database import Unit
from storage.digests import Digest, Habit
from storage.models import outbox
from tests.clock import FixedClock
from tests.world import Person, World

TO_MONDAY = timedelta(days=4, hours=22, minutes=30)  # from Wednesday 9 o'clock to Monday 7:30
DUE = "2026-W47"


def officer(world: World, name: str = "anh Bình", channel: str = "console") -> Person:
    return joined(world, name, Role.OFFICER, channel)


def joined(
    world: World, name: str, role: Role, channel: str = "console", team: str | None = None
) -> Person:
    person = world.person(name, channel)
    person.says(f"vào tổ {world.invite(role, team)}")
    person.says(name)
    return person


def logs(world: World, visits: int = 3, name: str = "chị Hạnh") -> Person:
    member = world.member(name)
    member.says(f"ghi {visits} người vneid")
    member.presses("Đúng, ghi luôn")
    return member


def heard(person: Person) -> list[str]:
    return [message.text for message in person.looks()]


def settle(world: World, habit: Habit) -> None:
    def write(unit: Unit) -> None:
        number = staff.add_staff(unit, world.commune.id, "chị Lan", Role.OFFICER)
        digests.save_habit(unit, world.commune.id, habit, number)

    world.base.database.write(write)


def made(world: World) -> list[Digest]:
    return world.base.database.read(digests.list_since, world.commune.id, DUE)


def notices_out(unit: Unit) -> int:
    rows = select(outbox.c.id).where(outbox.c.key.startswith("notice:"))
    return len(unit.connection.execute(rows).all())


def test_on_monday_morning_the_office_and_the_leader_are_told_each_their_own(
    world: World, clock: FixedClock
) -> None:
    binh = officer(world)
    ba = joined(world, "chú Ba", Role.TEAM_LEADER, team="KP 3")
    other = joined(world, "cô Sáu", Role.TEAM_LEADER, team="KP 4")
    member = logs(world)
    clock.passes(seconds=TO_MONDAY.total_seconds() - 60)
    world.does_by_the_clock()
    assert heard(binh) == []
    clock.passes(minutes=1)
    world.does_by_the_clock()
    world.does_by_the_clock()
    told = heard(binh)
    assert "**Tuần 47** (16/11–22/11): 3 lượt giúp, — người, — lớp." in told[0]
    assert sum(text.count("Tuần 47") for text in told) == 1
    assert all(len(text) <= 300 for text in told)
    (own,) = heard(ba)
    assert "**KP 3**, tuần 47" in own
    assert "Tổ giúp 3 lượt" in own
    (theirs,) = heard(other)
    assert "chưa có phiếu nào" in theirs
    assert heard(member) == [], "a member is told nothing"
    assert [(one.team, one.state, one.road) for one in made(world)] == [
        (None, DigestState.SENT, "console"),
        ("KP 3", DigestState.SENT, "console"),
        ("KP 4", DigestState.SENT, "console"),
    ]


def test_what_is_told_is_what_the_report_says(world: World, clock: FixedClock) -> None:
    binh = officer(world)
    logs(world, 7)
    clock.passes(seconds=TO_MONDAY.total_seconds())
    world.does_by_the_clock()
    found = world.report("week:2026-W47")
    shown = "\n".join(heard(binh))
    assert f"{found['help']['visits']} lượt" in shown  # type: ignore[index]  # JSON
    silent = found["teams"]["silent"]  # type: ignore[index]  # JSON
    assert f"({len(silent)}/17 tổ)" in shown


def test_where_nothing_was_ever_written_down_nothing_is_told(
    world: World, clock: FixedClock
) -> None:
    binh = officer(world)
    clock.passes(seconds=TO_MONDAY.total_seconds())
    world.does_by_the_clock()
    assert heard(binh) == []
    assert made(world) == []


@pytest.mark.parametrize(
    ("habit", "hours", "is_told"),
    [
        (Habit(True, 1, 7, "none"), 0, True),
        (Habit(False, 1, 7, "none"), 0, False),
        (Habit(True, 1, 9, "none"), 1, False),
        (Habit(True, 1, 9, "none"), 2, True),
        (Habit(True, 2, 7, "none"), 0, False),
        (Habit(True, 2, 7, "none"), 24, True),
        (Habit(True, 1, 19, "none"), 12, True),
        (Habit(True, 1, 19, "none"), 13, False),  # half past eight in the evening
        (Habit(True, 1, 19, "none"), 24, True),  # a program that was off tells the day after
        (Habit(True, 1, 7, "none"), 48, False),
    ],
)
def test_the_office_sets_the_hour_and_nobody_is_told_at_night(
    world: World, clock: FixedClock, habit: Habit, hours: int, is_told: bool
) -> None:
    binh = officer(world)
    logs(world)
    settle(world, habit)
    clock.passes(seconds=TO_MONDAY.total_seconds(), hours=hours)
    world.does_by_the_clock()
    assert bool(heard(binh)) is is_told


def test_a_window_that_is_shut_keeps_it_for_the_page_and_words_bring_it(
    world: World, clock: FixedClock
) -> None:
    binh = officer(world, channel="zalo_oa")
    logs(world)
    before = world.base.database.read(notices_out)
    clock.passes(seconds=TO_MONDAY.total_seconds())
    world.does_by_the_clock()
    assert heard(binh) == []
    assert world.base.database.read(notices_out) == before, "nothing that could not go"
    (one,) = made(world)
    assert (one.state, one.road) == (DigestState.WAITING, None)
    assert "3 lượt giúp" in one.lines[0]
    for said in ("tuần rồi", "bao cao tuan", "/tuanroi"):
        answers = "\n".join(message.text for message in binh.says(said))
        assert "**Tuần 47** (16/11–22/11): 3 lượt giúp" in answers, said


def test_the_next_road_is_another_chat_that_the_officer_has(
    world: World, clock: FixedClock
) -> None:
    phone = officer(world, channel="telegram")
    zalo = world.person("anh Bình", "zalo_oa")
    zalo.says("menu")
    phone.says("nối zalo")
    phone.presses(phone.prompt[0].label)
    code = re.search(r"NỐI \w{3} \w{3}", "\n".join(one.text for one in phone.heard))
    assert code
    zalo.says(code[0])
    clock.passes(minutes=1)
    zalo.says("menu")
    logs(world)
    settle(world, Habit(True, 1, 7, "telegram"))
    clock.passes(seconds=TO_MONDAY.total_seconds())
    world.does_by_the_clock()
    (one, *_) = made(world)
    assert (one.state, one.road) == (DigestState.SENT, "telegram")
    assert heard(phone)
    assert heard(zalo) == []


def test_who_asked_for_quiet_is_left_alone(world: World, clock: FixedClock) -> None:
    binh, lan = officer(world), officer(world, "chị Lan")
    binh.says("dừng")
    lan.says("ngừng nhận tin")
    logs(world)
    clock.passes(seconds=TO_MONDAY.total_seconds())
    world.does_by_the_clock()
    assert (heard(binh), heard(lan)) == ([], [])
    assert made(world)[0].state is DigestState.WAITING


def test_the_question_is_told_and_not_kept(world: World, clock: FixedClock) -> None:
    binh = officer(world)
    for name in ("bà Tư", "bà Năm"):
        world.person(name).says("mua xe cẩu cũ ở tiệm nào rẻ")
    logs(world)
    clock.passes(seconds=TO_MONDAY.total_seconds())
    world.does_by_the_clock()
    assert "xe cẩu" in "\n".join(heard(binh))
    kept = "\n".join(line for one in made(world) for line in one.lines)
    assert "xe cẩu" not in kept
    assert "hỏi 2 lần" in kept


def test_only_the_office_and_leaders_are_told_when_they_ask(world: World) -> None:
    leader = joined(world, "chú Ba", Role.TEAM_LEADER, team="KP 3")
    chief = joined(world, "ông Chín", Role.LEADER)
    runs = joined(world, "anh Tin", Role.OPERATOR)
    member, resident = world.member(), world.person("bà Tư")
    resident.says("menu")
    assert "**KP 3**, tuần 46" in "\n".join(one.text for one in leader.says("tuần rồi"))
    assert "**Tuần 46**" in "\n".join(one.text for one in chief.says("tuần rồi"))
    for other in (runs, member, resident):
        other.says("tuần rồi")
        assert "dành cho phòng Văn hóa - Xã hội và tổ trưởng" in other.last


def test_two_processes_make_one(world: World, clock: FixedClock) -> None:
    officer(world)
    logs(world)
    clock.passes(seconds=TO_MONDAY.total_seconds())
    base, commune = world.base, world.commune

    def make(unit: Unit) -> rules.Draft:
        plan = base.library.plans[commune.slug]
        ground = rules.Ground(unit, commune, plan, base.texts(commune), base.library.glossary)
        return rules.draft(ground, last_week(unit.now))

    drafts = [base.database.read(make) for _ in range(2)]
    sent = [
        base.database.write(rules.send, CommuneId(commune.id), one, base.terms) for one in drafts
    ]
    assert sent == [True, False]
    assert len(made(world)) == 1


def test_what_is_due_when() -> None:
    monday = last_week(FixedClock().now).end
    assert due_at(rules.USUAL, monday).isoformat() == "2026-11-16T07:30:00+07:00"
    assert due_at(Habit(True, 7, 19, "none"), monday).isoformat() == "2026-11-22T19:30:00+07:00"


def test_reading_by_chat_leaves_nothing_personal_in_the_log(world: World) -> None:
    officer(world).says("tuần rồi")

    def acts(unit: Unit) -> str:
        return str(list_acts(unit, world.commune.id))

    assert "Bình" not in world.base.database.read(acts)
