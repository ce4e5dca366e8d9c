"""A helped person is asked once in her own chat, at a decent hour, and answers by button, digit or word."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, select, update

from bot.conversation.calm import is_calm
from bot.conversation.jobs import purge_expired
from bot.conversation.turn import State
from bot.core.messages import Kind
from bot.core.periods import ZONE
from bot.core.vocabulary import Identity, Role
from bot.locale import local_day
from bot.services import confirmations
from storage import audit, help_entries
from storage import confirmations as stored
from storage.database import Unit
from storage.help_entries import By, Entry
from storage.models_help import confirmations as rows
from storage.models_help import help_entries as entry_rows
from storage.models_help import help_requests, unasked_chats
from tests.clock import START, FixedClock
from tests.storage_tools import together
from tests.trust_tools import log_known_help
from tests.world import Person, World

ASKS = "Tổ công nghệ số KP 3 có giúp cô/chú việc"


class Street:
    """A member, somebody she helps, and the clock between them."""

    def __init__(self, world: World, clock: FixedClock, channel: str = "console") -> None:
        self.world, self.clock = world, clock
        self.hanh = world.member()
        self.tu = world.person("bà Tư", channel)
        self.tu.says("menu")

    def helps(self, topic: str = "vneid", days_ago: int = 0, who: Person | None = None) -> Entry:
        """An entry about bà Tư, or about somebody else."""
        day = local_day(self.clock()) - timedelta(days=days_ago)
        told = (self.hanh.identity, (who or self.tu).identity, topic)
        return log_known_help(self.world.base, self.world.commune, told, day)

    def passes(self, **span: float) -> None:
        """Time goes by, and the chores look."""
        self.clock.passes(**span)
        self.world.does_by_the_clock()

    def asked(self, who: Person | None = None) -> list[str]:
        """The questions that have come since the last look."""
        return [one.text for one in (who or self.tu).looks() if ASKS in one.text]

    def answers(self) -> list[tuple[int, str | None]]:
        """Every question that was asked, and what was said."""

        def read(unit: Unit) -> list[Any]:
            found = select(rows.c.entry_id, rows.c.answer).order_by(rows.c.id)
            return [tuple(row) for row in unit.connection.execute(found)]

        return self.world.base.database.read(read)

    def writes(self, work: Callable[[Unit], Any]) -> Any:
        """Something in the database."""
        return self.world.base.database.write(work)


@pytest.fixture
def street(world: World, clock: FixedClock) -> Street:
    return Street(world, clock)


def asked_street(street: Street) -> Entry:
    """Bà Tư sees the question."""
    entry = street.helps()
    street.passes(hours=3)
    assert len(street.asked()) == 1
    return entry


# ---- when somebody is asked ---------------------------------------------------------------------


def at(hour: int, minute: int = 0, day: int = 18) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("written", "now", "is_due"),
    [
        (at(9), at(10, 59), False),
        (at(9), at(11), True),
        (at(16, 30), at(17), True),  # in the evening of the same day it need not be two hours
        (at(16, 30), at(16, 59), False),
        (at(19, 30), at(19, 40), True),
        (at(19, 30), at(20, 0), False),
        (at(20), at(22), False),  # people sleep
        (at(20), at(6, 59, day=19), False),
        (at(20), at(7, day=19), True),
        (at(9), at(21), False),
        (at(9), at(20, 59), True),
        (at(9), at(9, day=20), True),
        (at(9), at(9, 1, day=20), False),  # nobody remembers for sure
    ],
)
def test_the_hour_is_a_decent_one(written: datetime, now: datetime, is_due: bool) -> None:
    assert confirmations.is_time(written, now) is is_due


@given(st.datetimes(at(0).replace(tzinfo=None), at(0, day=22).replace(tzinfo=None)))
def test_nobody_is_ever_asked_at_night(now: datetime) -> None:
    local = now.replace(tzinfo=ZONE)
    if confirmations.is_time(at(18), local):
        assert 7 <= local.hour < 21


def test_the_question_names_day_team_and_topic_and_comes_once(street: Street) -> None:
    street.helps()
    street.passes(hours=1)
    assert street.asked() == []
    street.passes(hours=1)
    (text,) = street.asked()
    assert "hôm nay 18/11" in text
    assert "VNeID, căn cước" in text
    for _ in range(4):
        street.passes(hours=1)
    assert street.asked() == []


def test_a_person_is_asked_at_most_once_a_week_whichever_chat_it_is(street: Street) -> None:
    other = street.world.person("bà Tư", "zalo_bot")
    street.tu.says("nối máy")
    code = street.tu.presses("Đồng ý")[-2].text
    other.says(code)
    street.tu.looks()
    street.helps()
    street.passes(hours=3)
    assert len(street.asked()) + len(street.asked(other)) == 1
    street.passes(days=3)
    street.helps("dvc")
    street.passes(hours=3)
    assert street.asked() + street.asked(other) == []
    street.passes(days=5)
    street.helps("tt")
    street.passes(hours=3)
    assert len(street.asked()) + len(street.asked(other)) == 1


def never_seen(street: Street, entry: Entry) -> None:
    """The entry is about nobody who is known in a chat."""
    mine = update(entry_rows).where(entry_rows.c.id == entry.id)
    street.writes(lambda unit: unit.connection.execute(mine.values(person_id=None)))


def for_a_parent(street: Street, entry: Entry) -> None:
    mine = update(entry_rows).where(entry_rows.c.id == entry.id)
    street.writes(lambda unit: unit.connection.execute(mine.values(asked_for="cha_me")))


def taken_back(street: Street, entry: Entry) -> None:
    commune = street.world.commune.id
    street.writes(lambda unit: help_entries.void(unit, commune, entry, By(), "nhầm"))


def blocked(street: Street, entry: Entry) -> None:
    street.tu.sends(Kind.STOPPED)


def said_stop(street: Street, entry: Entry) -> None:
    street.tu.says("dừng")


def wants_no_question(street: Street, entry: Entry) -> None:
    street.tu.says("ngừng hỏi")


def being_asked_her_name(street: Street, entry: Entry) -> None:
    code = street.world.invite()
    street.tu.says(f"vào tổ {code}")


def forgotten(street: Street, entry: Entry) -> None:
    street.tu.sends(Kind.WITHDREW)


@pytest.mark.parametrize(
    "happens",
    [
        never_seen,
        for_a_parent,
        taken_back,
        blocked,
        said_stop,
        wants_no_question,
        being_asked_her_name,
        forgotten,
    ],
)
def test_who_is_not_asked(street: Street, happens: Callable[[Street, Entry], None]) -> None:
    happens(street, street.helps())
    street.passes(hours=3)
    assert street.asked() == []
    assert street.answers() == []


def test_a_help_of_long_ago_is_not_asked_about(street: Street) -> None:
    street.helps(days_ago=8)
    street.passes(hours=3)
    assert street.asked() == []
    street.helps(days_ago=7)
    street.passes(hours=3)
    assert len(street.asked()) == 1


def test_a_question_waits_until_the_chat_is_quiet(street: Street) -> None:
    street.helps()
    street.clock.passes(hours=3)
    street.tu.says("quên mật khẩu vneid")
    street.passes(minutes=20)
    assert street.asked() == []
    street.passes(minutes=11)
    assert len(street.asked()) == 1


def test_where_a_message_would_cost_or_cannot_go_nobody_is_asked_and_nothing_denied(
    world: World, clock: FixedClock
) -> None:
    street = Street(world, clock, "zalo_oa")
    clock.passes(hours=47)
    street.helps()
    street.passes(hours=2)
    assert street.asked() == []
    street.passes(days=6)
    assert street.asked() == []
    assert street.answers() == []
    street.tu.says("menu")
    street.helps()
    street.passes(hours=3)
    assert len(street.asked()) == 1
    assert street.answers() == [(2, None)]  # silence is no answer


def test_who_asked_for_help_in_a_chat_is_asked_there_though_nobody_knows_who_it_is(
    street: Street,
) -> None:
    entry = street.helps()
    never_seen(street, entry)

    def closed(unit: Unit) -> None:
        when = {"opened_at": unit.now, "claim_by": unit.now, "help_by": unit.now}
        unit.connection.execute(
            insert(help_requests).values(
                commune_id=street.world.commune.id,
                account_id=street.world.account.id,
                identity=street.tu.identity,
                team_id=entry.team_id,
                status="closed",
                entry_id=entry.id,
                **when,
            )
        )

    street.writes(closed)
    street.passes(hours=3)
    assert len(street.asked()) == 1
    street.tu.says("đúng")
    assert street.answers() == [(entry.id, "dung")]


def test_a_question_goes_only_while_nothing_has_changed(street: Street) -> None:
    base, commune = street.world.base, street.world.commune
    entry = street.helps()
    street.clock.passes(hours=3)

    def find(unit: Unit) -> list[confirmations.Question]:
        return confirmations.find_questions(unit, commune.id, base.terms, lambda _: True)

    (question,) = base.database.read(find)
    texts = base.texts(commune)
    street.tu.says("menu")
    assert not base.database.write(confirmations.ask, commune.id, texts, question)
    street.clock.passes(hours=1)
    (question,) = base.database.read(find)
    taken_back(street, entry)
    assert not base.database.write(confirmations.ask, commune.id, texts, question)
    assert street.answers() == []


def test_two_processes_that_look_at_once_ask_once(street: Street) -> None:
    base, commune = street.world.base, street.world.commune
    street.helps()
    street.clock.passes(hours=3)
    texts = base.texts(commune)

    def find(unit: Unit) -> list[confirmations.Question]:
        return confirmations.find_questions(unit, commune.id, base.terms, lambda _: True)

    (question,) = base.database.read(find)

    def ask() -> bool:
        return base.database.write(confirmations.ask, commune.id, texts, question)

    assert sorted(together(*[ask] * 4)) == [False, False, False, True]
    assert len(street.asked()) == 1


@pytest.mark.parametrize(
    ("state", "calm"),
    [
        (State(), True),
        (State(at="log.count"), False),
        (State(quiet=True), False),
        (State(staff_until=(START + timedelta(minutes=5)).isoformat()), False),
        (State(staff_until=(START - timedelta(minutes=5)).isoformat()), True),
    ],
)
def test_a_state_lets_a_question_in_or_not(state: State, calm: bool) -> None:
    assert is_calm(state.to_json(), START) is calm


def test_a_state_that_cannot_be_read_lets_nothing_in() -> None:
    assert not is_calm("[", START)
    assert not is_calm('{"staff_until": "soon"}', START)


# ---- what is answered ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("đúng", "dung"),
        ("Đúng rồi con", "dung"),
        ("dạ có", "dung"),
        ("dung", "dung"),
        ("1", "dung"),
        ("không", "khong"),
        ("ko", "khong"),
        ("hông có", "khong"),
        ("dạ không ạ", "khong"),
        ("hai", "khong"),
        ("không nhớ", "khong_nho"),
        ("hổng nhớ nữa", "khong_nho"),
        ("3", "khong_nho"),
    ],
)
def test_words_and_digits_answer_the_newest_message(street: Street, said: str, answer: str) -> None:
    entry = asked_street(street)
    before = street.tu.state
    heard = street.tu.says(said)
    assert street.answers() == [(entry.id, answer)]
    assert "Dạ" in heard[0].text
    assert street.tu.state.trail == before.trail  # what was open is gone back to


@pytest.mark.parametrize(
    "said", ["dừng", "4", "0", "menu", "quên mật khẩu vneid", "có phải lừa không"]
)
def test_anything_else_means_what_it_always_means(street: Street, said: str) -> None:
    asked_street(street)
    street.tu.says(said)
    assert [answer for _, answer in street.answers()] == [None]


def test_once_something_else_was_said_words_and_digits_belong_to_that(street: Street) -> None:
    asked_street(street)
    street.tu.says("menu")
    street.tu.says("1")
    assert street.tu.state.view == "topic:vneid"
    street.tu.says("không")
    assert [answer for _, answer in street.answers()] == [None]


def test_a_question_that_has_not_arrived_takes_no_word(street: Street) -> None:
    street.helps()
    street.passes(hours=3)
    street.tu.says("1")  # she has not seen it yet
    assert [answer for _, answer in street.answers()] == [None]


def test_a_button_is_complete_in_itself_whenever_it_is_pressed(street: Street) -> None:
    entry = asked_street(street)
    street.tu.says("quên mật khẩu vneid")
    street.clock.passes(days=3)
    street.tu.sends_action(f"conf:{entry.id}:khong-nho")
    assert street.answers() == [(entry.id, "khong_nho")]


def test_a_volunteer_in_the_middle_of_a_log_keeps_her_words(street: Street) -> None:
    entry = street.helps(who=street.hanh)
    street.clock.passes(hours=3)
    street.hanh.sends_action("logt:vneid")
    assert street.hanh.state.at == "log.count"
    street.passes(hours=1)
    assert street.asked(street.hanh) == []
    street.hanh.says("menu")
    street.passes(hours=1)
    assert len(street.asked(street.hanh)) == 1
    street.hanh.says("đúng")
    assert street.answers() == [(entry.id, "dung")]


def test_within_a_day_the_answer_can_be_another_one_and_then_no_more(street: Street) -> None:
    entry = asked_street(street)
    street.tu.says("không")
    street.tu.presses("Bấm nhầm, có giúp")
    assert street.answers() == [(entry.id, "dung")]
    street.clock.passes(hours=25)
    heard = street.tu.sends_action(f"conf:{entry.id}:khong")
    assert "hơn một ngày" in heard[0].text
    assert street.answers() == [(entry.id, "dung")]


@pytest.mark.parametrize("end", ["khong", "vang", "", "dung:1"])
def test_nobody_answers_for_somebody_else_nor_in_other_words(street: Street, end: str) -> None:
    entry = asked_street(street)
    stranger = street.world.person("ông Bảy")
    stranger.says("menu")
    for action in (
        f"conf:{entry.id}:{end}",
        f"conf:999:{end}",
        f"conf:x:{end}",
        "conf",
        "conf:²:dung",
    ):
        heard = stranger.sends_action(action)
        assert "không ghi gì" in heard[0].text
    if end == "vang":
        assert "không ghi gì" in street.tu.sends_action(f"conf:{entry.id}:{end}")[0].text
    assert street.answers() == [(entry.id, None)]


def test_stopped_questions_stay_stopped_and_can_be_allowed_again(street: Street) -> None:
    street.tu.says("ngừng hỏi")
    street.tu.says("ngưng hỏi")  # twice is no mistake
    street.helps()
    street.passes(hours=3)
    assert street.asked() == []
    street.tu.says("cho hỏi lại")
    street.passes(hours=1)
    assert len(street.asked()) == 1


# ---- a no ---------------------------------------------------------------------------------------


def test_a_no_goes_to_the_leader_of_that_team_and_to_nobody_else(street: Street) -> None:
    world = street.world
    leaders = {}
    for team in ("KP 3", "KP 4"):
        leader = leaders[team] = world.person(f"tổ trưởng {team}")
        leader.says(f"vào tổ {world.invite(Role.TEAM_LEADER, team)}")
        leader.says("anh Ba")
    entry = asked_street(street)
    street.tu.says("không")
    (told,) = leaders["KP 3"].looks()
    assert f"phiếu số {entry.id} " in told.text
    assert "chị Hạnh" in told.text
    assert "bà Tư" not in told.text
    assert leaders["KP 4"].looks() == street.hanh.looks() == []
    street.tu.sends_action(f"conf:{entry.id}:khong")  # the same again tells nobody
    assert leaders["KP 3"].looks() == []
    street.tu.presses("Bấm nhầm, có giúp")
    (told,) = leaders["KP 3"].looks()
    assert "nói lại là có" in told.text


def test_a_denied_entry_is_settled_by_whatever_is_changed_in_it_since(street: Street) -> None:
    entry = asked_street(street)
    commune = street.world.commune.id
    street.tu.says("không")
    since = street.clock() - timedelta(days=1)

    def denied() -> list[tuple[int, bool]]:
        found = street.world.base.database.read(stored.list_denied, commune, since)
        return [(one.entry, one.is_settled) for one in found]

    assert denied() == [(entry.id, False)]
    street.clock.passes(hours=1)
    fresh = replace(entry.help, visits=2)
    street.writes(lambda unit: help_entries.correct(unit, commune, entry, fresh, (By(), "nhầm")))
    assert denied() == [(entry.id, True)]


def test_confirmed_and_denied_never_change_a_visit(street: Street) -> None:
    asked_street(street)
    before = street.world.report("week:2026-W47")["help"]
    street.tu.says("không")
    after = street.world.report("week:2026-W47")["help"]
    assert isinstance(before, dict)
    assert isinstance(after, dict)
    for name in ("visits", "people", "visits_without_person"):
        assert before[name] == after[name]


# ---- what is left of it -------------------------------------------------------------------------


def test_every_step_stands_in_the_audit_log_and_none_says_who_or_what(street: Street) -> None:
    entry = asked_street(street)
    street.tu.says("không")
    street.tu.says("ngừng hỏi")
    street.tu.says("cho hỏi lại")
    acts = street.world.base.database.read(audit.list_acts, street.world.commune.id)
    mine = [(one.act.actor, one.act.action, one.act.object) for one in acts][-4:]
    assert mine == [
        ("jobs", "help.ask", f"help:{entry.id}"),
        ("resident", "help.confirm", f"help:{entry.id}"),
        ("resident", "stop-asking", "chat"),
        ("resident", "ask-again", "chat"),
    ]


def chats_of(street: Street) -> list[Identity | None]:
    def read(unit: Unit) -> list[Identity | None]:
        found = unit.connection.execute(select(rows.c.identity)).scalars()
        return [None if value is None else Identity(bytes(value)) for value in found]

    return street.world.base.database.read(read)


def test_who_is_forgotten_leaves_an_answer_of_nobody(street: Street) -> None:
    entry = asked_street(street)
    street.tu.says("đúng")
    street.tu.says("ngừng hỏi")
    assert chats_of(street) == [street.tu.identity]
    street.tu.sends(Kind.WITHDREW)
    street.world.run(street.world.app.jobs.run_due())
    assert chats_of(street) == [None]
    assert street.answers() == [(entry.id, "dung")]
    left = select(unasked_chats.c.id)
    assert street.writes(lambda unit: unit.connection.execute(left).all()) == []


def test_after_a_month_nobody_knows_which_chat_was_asked(street: Street) -> None:
    entry = asked_street(street)
    street.tu.says("đúng")
    street.clock.passes(days=29)
    street.writes(purge_expired)
    assert chats_of(street) == [street.tu.identity]
    street.clock.passes(days=2)
    street.writes(purge_expired)
    assert chats_of(street) == [None]
    assert street.answers() == [(entry.id, "dung")]


def test_after_a_change_of_key_a_stop_is_still_a_stop(street: Street) -> None:
    entry = asked_street(street)
    street.tu.says("ngừng hỏi")
    commune, old = street.world.commune.id, street.tu.identity
    present = Identity(b"the same chat under another key!")

    def move(unit: Unit) -> None:
        stored.move_chat(unit, commune, old, present)

    street.writes(move)
    assert chats_of(street) == [present]
    kept = select(unasked_chats.c.identity)
    (found,) = street.writes(lambda unit: unit.connection.execute(kept).scalars().all())
    assert bytes(found) == present
    assert street.answers() == [(entry.id, None)]
