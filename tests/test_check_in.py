"""A seat by a code: what a code looks like, how long it is good, and that one person takes one seat."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.errors import RuleError
from bot.core.keys import KeyRing
from bot.core.redaction import redact
from bot.core.vocabulary import AgeBand, CommuneId, Evidence, Identity, TrainingStatus
from bot.services import check_in, people, teams
from bot.services.check_in import Standing
from storage import attendances
from storage import people as stored
from storage.database import Database, Unit
from storage.trainings import Training
from tests.class_room import Room
from tests.clock import START
from tests.storage_tools import ENGINES, KEY, Shelf, open_office, open_shelf, together

codes = st.text(st.sampled_from(teams.LETTERS), min_size=6, max_size=6).filter(check_in.is_code)
COMMUNE = CommuneId(1)


@pytest.fixture(scope="module", params=ENGINES)
def shelf(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shelf]:
    with open_shelf(request, request.param, tmp_path_factory.mktemp("check-in")) as opened:
        yield opened


@pytest.fixture
def room(shelf: Shelf) -> Room:
    return Room(shelf, shelf.write(open_office))


@pytest.fixture
def going_on(room: Room) -> Training:
    """A class that began half an hour ago."""
    training = room.announced()
    room.shelf.clock.passes(minutes=90)
    return training


def refusal(work: Any, *arguments: object) -> str:
    with pytest.raises(RuleError) as caught:
        work(*arguments)
    return caught.value.code


# ---- how a code is written ----------------------------------------------------------------------


@given(
    codes,
    st.sampled_from(["", "CI", "ci ", "C.I: ", "Điểm danh ", "diem danh", "check-in ", "CI-"]),
    st.sampled_from(["", " ", "-", ".", "  "]),
    st.booleans(),
)
def test_a_code_is_read_in_any_spelling(code: str, head: str, gap: str, is_small: bool) -> None:
    written = code[:3] + gap + code[3:]
    assert check_in.read_code(head + (written.lower() if is_small else written)) == code


@pytest.mark.parametrize(
    "written",
    [
        "mã điểm danh là 7K2M9Q",
        "Mã điểm danh là: 7k2 m9q.",
        "điểm danh lớp 7K2M9Q",
        "diem danh lop 7k2-m9q",
        "điểm danh lớp VNeID 7K2M9Q",
        "mã check in là 7K2M9Q",
    ],
)
def test_words_may_stand_between(written: str) -> None:
    assert check_in.read_code(written) == "7K2M9Q"


@given(st.text(max_size=40))
def test_any_text_is_a_code_or_meant_as_one_or_neither(text: str) -> None:
    read = check_in.read_code(text)
    assert read in (None, "") or check_in.is_code(read)


@pytest.mark.parametrize(
    "words",
    [
        "xin chào",
        "lớp học",
        "điểm danh",
        "ci",
        "cinema",
        "chị ơi",
        "0912345678",
        "menu",
        "1",
        "12/11",
        "điểm danh 5 bạn",
        "diem danh 5 ban",
        "điểm danh 12 bác",
        "điểm danh lớp 30 cháu",
    ],
)
def test_plain_words_are_no_code(words: str) -> None:
    assert check_in.read_code(words) is None


@pytest.mark.parametrize("written", ["CI 7K2 M9", "ci 7k2 m9qq", "điểm danh 7K2"])
def test_a_code_with_a_slip_was_meant_as_one(written: str) -> None:
    assert check_in.read_code(written) in ("", None)
    if written[-3:] != "7K2":
        assert check_in.read_code(written) == ""


@given(st.integers(0, 60 * 24 * 30), st.integers(1, 50))
def test_no_code_is_masked_or_looks_like_a_word(minute: int, training: int) -> None:
    keys, at = KeyRing(KEY), START + timedelta(minutes=minute)
    for code in (
        check_in.screen_code(keys, COMMUNE, training, at),
        check_in.printed_code(keys, COMMUNE, training),
    ):
        assert check_in.is_code(code)
        shown = check_in.show_code(code)
        assert redact(shown).text == shown
        assert check_in.read_code(shown) == code


def test_a_screen_shows_another_code_each_minute_and_another_class_another_one() -> None:
    keys = KeyRing(KEY)
    minutes = [START + timedelta(minutes=n) for n in range(120)]
    seen = {check_in.screen_code(keys, COMMUNE, 1, at) for at in minutes}
    assert len(seen) == 120
    assert seen.isdisjoint(check_in.screen_code(keys, COMMUNE, 2, at) for at in minutes)


@given(st.integers(0, 10_000))
def test_the_seconds_left_are_those_until_the_code_changes(second: int) -> None:
    keys, at = KeyRing(KEY), START + timedelta(seconds=second)
    left = check_in.seconds_left(at)
    assert 1 <= left <= 60
    now = check_in.screen_code(keys, COMMUNE, 1, at)
    assert check_in.screen_code(keys, COMMUNE, 1, at + timedelta(seconds=left - 1)) == now
    assert check_in.screen_code(keys, COMMUNE, 1, at + timedelta(seconds=left)) != now


# ---- how long it is good ------------------------------------------------------------------------


def test_a_screens_code_is_good_for_its_minute_and_the_next(room: Room, going_on: Training) -> None:
    chat = room.chat("bà Tư")
    found = [
        room.shelf.read(
            check_in.find, room.office.id, room.screen(going_on, minutes=ago), room.shelf.clock.now
        )
        for ago in (0, 1, 2, 20)
    ]
    standings = [one.standing for one in found if one]
    assert standings == [Standing.OPEN, Standing.OPEN, Standing.EXPIRED, Standing.EXPIRED]
    forwarded = room.screen(going_on, minutes=5)
    assert refusal(room.enter, chat, forwarded) == "checkin.expired"
    assert room.enter(chat, room.screen(going_on)).is_new


def test_a_printed_code_is_good_all_the_time_and_is_known_as_weaker(
    room: Room, going_on: Training
) -> None:
    code = check_in.printed_code(room.shelf.database.keys, room.office.id, going_on.id)
    assert room.enter(room.chat("bà Tư"), code).seat.evidence is Evidence.PRINTED
    on_screen = room.enter(room.chat("ông Năm"), room.screen(going_on))
    assert on_screen.seat.evidence is Evidence.SCREEN


def test_an_invitation_shows_the_class_and_takes_no_seat(room: Room, going_on: Training) -> None:
    code = check_in.invitation_code(room.shelf.database.keys, room.office.id, going_on.id)
    found = room.shelf.read(check_in.find, room.office.id, code, room.shelf.clock.now)
    assert found is not None
    assert (found.training.id, found.standing) == (going_on.id, Standing.INVITED)
    assert refusal(room.enter, room.chat("bà Tư"), code) == "checkin.invited"
    assert count(room, going_on) == (0, 0, 0)


def test_a_poster_outlives_a_change_of_the_secret(room: Room, going_on: Training) -> None:
    code = check_in.printed_code(room.shelf.database.keys, room.office.id, going_on.id)
    renewed = Database(room.shelf.url, KeyRing("khóa mới của phường", (KEY,)), room.shelf.clock)
    with closing(renewed):
        found = renewed.read(check_in.find, room.office.id, code, room.shelf.clock.now)
        fresh = check_in.printed_code(renewed.keys, room.office.id, going_on.id)
    assert found is not None
    assert found.evidence is Evidence.PRINTED
    assert fresh != code


def test_before_and_after_the_class_a_right_code_is_known_for_what_it_is(room: Room) -> None:
    training = room.announced(starts_at=room.shelf.clock.now + timedelta(hours=3))
    code = check_in.printed_code(room.shelf.database.keys, room.office.id, training.id)
    chat = room.chat("bà Tư")
    assert refusal(room.enter, chat, code) == "checkin.early"
    room.shelf.clock.passes(hours=2, minutes=1)
    assert room.enter(room.chat("ông Năm"), code).is_new, "an hour before it opens"
    room.shelf.clock.passes(hours=4)
    assert refusal(room.enter, chat, code) == "checkin.over"


def test_a_class_that_was_called_off_says_so(room: Room, going_on: Training) -> None:
    room.move(going_on, TrainingStatus.CANCELLED, "mất điện")
    code = check_in.printed_code(room.shelf.database.keys, room.office.id, going_on.id)
    assert refusal(room.enter, room.chat("bà Tư"), code) == "checkin.cancelled"


def test_a_closed_class_takes_nobody(room: Room, going_on: Training) -> None:
    room.move(going_on, TrainingStatus.HELD)
    room.move(going_on, TrainingStatus.CLOSED)
    assert refusal(room.enter, room.chat("bà Tư"), room.screen(going_on)) == "checkin.over"


def test_five_wrong_codes_an_hour_and_then_not_even_a_right_one(
    room: Room, going_on: Training
) -> None:
    chat = room.chat("người lạ")
    for _ in range(5):
        assert _try(room, chat, "222222"[:5] + "B") == "checkin.unknown"
    assert _try(room, chat, room.screen(going_on)) == "checkin.too-many"
    assert room.enter(room.chat("bà Tư"), room.screen(going_on)).is_new, "others are not stopped"
    room.shelf.clock.passes(minutes=61)
    assert room.enter(chat, room.screen(going_on)).is_new


def test_what_cannot_be_a_code_is_no_wrong_try(room: Room, going_on: Training) -> None:
    chat = room.chat("bà Tư")
    for _ in range(7):
        assert _try(room, chat, "") == "checkin.unknown"
    assert room.enter(chat, room.screen(going_on)).is_new


def _try(room: Room, chat: Identity, code: str) -> str | None:
    """A try whose count stays, as it does in a turn that answers."""

    def work(unit: Unit) -> str | None:
        try:
            check_in.check_in(unit, room.office.id, chat, (code, unit.now))
        except RuleError as refused:
            return refused.code
        return None

    return room.shelf.write(work)


def test_forwarded_codes_are_no_wrong_tries(room: Room, going_on: Training) -> None:
    chat = room.chat("bà Tư")
    for ago in range(5, 12):
        assert _try(room, chat, room.screen(going_on, minutes=ago)) == "checkin.expired"
    assert room.enter(chat, room.screen(going_on)).is_new


def test_a_message_that_comes_late_counts_when_it_was_sent(shelf: Shelf) -> None:
    def read(unit: Unit) -> None:
        now = unit.now
        late, old, ahead = (now + timedelta(minutes=by) for by in (-10, -16, 3))
        assert check_in.moment_of(unit, late) == late
        assert check_in.moment_of(unit, old) == now
        assert check_in.moment_of(unit, ahead) == now

    shelf.read(read)


# ---- one seat -----------------------------------------------------------------------------------


def count(room: Room, training: Training) -> tuple[int, int, int]:
    found = room.shelf.read(attendances.count, room.office.id, training.id)
    return found.seats, found.people, found.without_person


def test_the_same_chat_twice_takes_one_seat(room: Room, going_on: Training) -> None:
    chat = room.chat("bà Tư")
    first = room.enter(chat, room.screen(going_on))
    room.shelf.clock.passes(minutes=5)
    second = room.enter(chat, room.screen(going_on))
    assert (first.is_new, second.is_new) == (True, False)
    assert first.seat.id == second.seat.id
    assert count(room, going_on) == (1, 0, 1)


def test_twenty_at_once_in_one_chat_take_one_seat(room: Room, going_on: Training) -> None:
    chat, code = room.chat("bà Tư"), room.screen(going_on)
    done = together(*[partial(room.enter, chat, code)] * 20)
    assert sum(one.is_new for one in done) == 1
    assert count(room, going_on)[0] == 1


def test_without_a_consent_nothing_says_who_it_was(room: Room, going_on: Training) -> None:
    chat = room.chat("bà Tư")
    done = room.enter(chat, room.screen(going_on))
    assert done.seat.person_id is None
    assert room.shelf.read(stored.find_person, room.office.id, chat) is None


def test_who_agreed_once_is_the_same_person_in_the_next_class(
    room: Room, going_on: Training
) -> None:
    chat = room.chat("bà Tư")
    person = room.agree(chat, room.enter(chat, room.screen(going_on)))
    second = room.announced(client_id="t2")
    room.shelf.clock.passes(minutes=70)
    again = room.enter(chat, room.screen(second))
    assert again.seat.person_id == person
    assert count(room, second) == (1, 1, 0)


def test_two_messengers_are_two_seats_until_they_are_joined(room: Room, going_on: Training) -> None:
    phone, tablet = room.chat("bà Tư"), room.chat("bà Tư, máy kia")
    for chat in (phone, tablet):
        room.agree(chat, room.enter(chat, room.screen(going_on)))
    assert count(room, going_on) == (2, 2, 0)

    def join(unit: Unit) -> None:
        code = people.new_code(unit, room.office.commune, phone, "k")
        people.link(unit, room.office.commune, tablet, None, code)

    room.shelf.write(join)
    assert count(room, going_on) == (1, 1, 0)
    room.shelf.write(people.unlink, room.office.commune, tablet, None)
    assert count(room, going_on) == (2, 2, 0)


def test_who_was_taken_out_does_not_come_back_by_the_code(room: Room, going_on: Training) -> None:
    chat = room.chat("bà Tư")
    done = room.enter(chat, room.screen(going_on))
    room.shelf.write(attendances.void, room.office.id, done.seat.id, "không có ở lớp")
    assert refusal(room.enter, chat, room.screen(going_on)) == "checkin.taken-out"
    assert count(room, going_on) == (0, 0, 0)


def test_a_child_is_a_head_and_is_asked_for_nothing(room: Room, going_on: Training) -> None:
    chat = room.chat("bé Na")
    done = room.enter(chat, room.screen(going_on))
    room.shelf.write(
        lambda unit: attendances.describe(
            unit, room.office.id, done.seat.id, age_band=AgeBand.UNDER_16
        )
    )
    (seat,) = room.shelf.read(attendances.list_of, room.office.id, going_on.id)
    assert not check_in.may_be_asked(seat)
    assert check_in.may_be_asked(done.seat)
