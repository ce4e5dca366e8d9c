"""What is told of classes unasked: to whom it concerns, once, by day, and only where a window is open."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.core.keys import Purpose
from bot.core.terms import Tariff, Terms
from bot.core.vocabulary import Identity, TrainingAudience, TrainingStatus, Use
from bot.locale import Texts, load_sentences
from bot.services import class_notices, consents, trainings
from bot.services.reminders import Mail
from storage import attendances, jobs, notices, sign_ups
from storage.database import Unit
from storage.models import outbox
from storage.packing import unpack_outbound
from storage.trainings import Training
from tests.class_room import PROOF, Room
from tests.command_line import ROOT
from tests.storage_tools import ENGINES, Shelf, open_office, open_shelf

TEXTS = Texts(load_sentences(ROOT / "content"), "cô/chú")
SHUT = Terms((Tariff(date(2020, 1, 1), timedelta(hours=48), timedelta(days=7), 55),))
NINE = datetime(2026, 11, 18, 2, 0, tzinfo=UTC)


@pytest.fixture(scope="module", params=ENGINES)
def shelf(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shelf]:
    with open_shelf(request, request.param, tmp_path_factory.mktemp("class-notices")) as opened:
        yield opened


@pytest.fixture
def room(shelf: Shelf) -> Room:
    now = shelf.clock.now
    morning = NINE + timedelta(days=(now - NINE).days + 1)
    shelf.clock.passes(seconds=(morning - now).total_seconds())
    return Room(shelf, shelf.write(open_office))


def asks(room: Room, name: str) -> Identity:
    """Somebody who wants to be told of classes."""
    chat = room.chat(name)

    def agree(unit: Unit) -> None:
        subject = consents.of_chat(unit, room.office.id, chat)
        consents.give(unit, room.office.id, subject, Use.REMIND, PROOF)

    room.shelf.write(agree)
    return chat


def signs_up(room: Room, chat: Identity, training: Training) -> None:
    seat = attendances.seat_hash(room.shelf.database.keys, room.office.id, training.id, chat)
    assert room.shelf.write(sign_ups.put, room.office.id, training.id, seat)


def look(room: Room, terms: Terms | None = None) -> int:
    """Let the job look once; gives how many messages it wrote for this office."""
    mail = Mail({room.office.id: TEXTS}, {"console": terms} if terms else {})
    return room.shelf.write(class_notices.send_due, mail)


def told(room: Room, chat: Identity) -> list[str]:
    def read(unit: Unit) -> list[str]:
        rows = unit.connection.execute(
            select(outbox.c.body)
            .where(outbox.c.identity == chat, outbox.c.key.startswith("notice:"))
            .order_by(outbox.c.id)
        )
        bodies = [unit.keys.open(Purpose.MESSAGE, bytes(row[0])) for row in rows]
        return [unpack_outbound(body).text for body in bodies]

    return room.shelf.read(read)


def in_days(room: Room, days: int, hour: int = 5) -> datetime:
    return room.shelf.clock.now + timedelta(days=days, hours=hour)


def test_who_asked_hears_of_a_class_once_and_nobody_else_does(room: Room) -> None:
    tu, nam = asks(room, "bà Tư"), room.chat("ông Năm")
    room.plan("planned", starts_at=in_days(room, 4))
    assert look(room) == 0, "what is not announced is told to nobody"
    room.announced(starts_at=in_days(room, 4))
    assert look(room) == 1
    assert look(room) == 0
    (text,) = told(room, tu)
    assert "Lớp VNeID, 14 giờ Chủ Nhật" in text or "Lớp VNeID, 14 giờ" in text
    assert "lớp học" in text
    assert told(room, nam) == []


def test_who_signed_up_is_reminded_the_day_before_once(room: Room) -> None:
    tu = asks(room, "bà Tư")
    training = room.announced(starts_at=in_days(room, 2))
    look(room)
    signs_up(room, tu, training)
    assert look(room) == 0, "not two days before"
    room.shelf.clock.passes(days=1)
    assert look(room) == 1
    assert look(room) == 0
    assert "ngày mai" in told(room, tu)[-1]
    assert len(told(room, tu)) == 2, "the consent says: two messages a class"


def test_a_sign_up_without_the_consent_is_no_reason_to_write(room: Room) -> None:
    nam = room.chat("ông Năm")
    training = room.announced(starts_at=in_days(room, 1))
    signs_up(room, nam, training)
    assert look(room) == 0
    assert told(room, nam) == []


def test_who_signed_up_hears_of_a_change_and_of_the_calling_off(room: Room) -> None:
    tu, sau = asks(room, "bà Tư"), asks(room, "ông Sáu")
    training = room.announced(starts_at=in_days(room, 5))
    look(room)
    signs_up(room, tu, training)

    def change(unit: Unit) -> None:
        hand, seen = room.hand(unit), room.see(training)
        fresh = replace(seen.outline, place_name="trường Lê Lợi")
        trainings.revise(unit, room.office.id, hand, seen, (fresh, "sửa nhà"))

    room.shelf.clock.passes(minutes=5)
    room.shelf.write(change)
    assert look(room) == 1
    assert "trường Lê Lợi" in told(room, tu)[-1]
    room.move(training, TrainingStatus.CANCELLED, "bão")
    assert look(room) == 1
    assert look(room) == 0
    assert "hoãn" in told(room, tu)[-1]
    assert len(told(room, sau)) == 1, "who only asked for classes is not told of changes"


def test_who_was_there_and_asked_to_be_told_is_asked_for_feedback_when_it_is_over(
    room: Room,
) -> None:
    training = room.announced(starts_at=in_days(room, 0, 1))
    look(room)
    room.shelf.clock.passes(minutes=90)
    tu, nam, sau = asks(room, "bà Tư"), room.chat("ông Năm"), asks(room, "ông Sáu")
    code = room.screen(training)
    room.enter(tu, code)
    room.enter(nam, code)
    room.move(training, TrainingStatus.HELD)
    assert look(room) == 1
    assert look(room) == 0
    assert "góp ý" in told(room, tu)[0]
    assert told(room, nam) == [], "who did not ask is not written to, even having been there"
    assert told(room, sau) == []


@pytest.mark.parametrize("audience", [TrainingAudience.OFFICIALS, TrainingAudience.TEAMS])
def test_residents_are_not_told_of_a_class_that_is_not_for_them(
    room: Room, audience: TrainingAudience
) -> None:
    tu = asks(room, "bà Tư")
    room.announced(starts_at=in_days(room, 4), audience=audience)
    assert look(room) == 0
    assert told(room, tu) == []


def test_off_and_on_again_and_off_again_is_told_each_time(room: Room) -> None:
    tu = asks(room, "bà Tư")
    training = room.announced(starts_at=in_days(room, 5))
    assert look(room) == 1
    signs_up(room, tu, training)
    for _ in range(2):
        room.shelf.clock.passes(minutes=5)
        room.move(training, TrainingStatus.CANCELLED, "bão")
        assert (look(room), look(room)) == (1, 0)
        assert "hoãn" in told(room, tu)[-1]
        room.shelf.clock.passes(minutes=5)
        room.move(training, TrainingStatus.PLANNED, "hết bão")
        room.move(training, TrainingStatus.ANNOUNCED)
        assert (look(room), look(room)) == (1, 0)
        assert "hoãn" not in told(room, tu)[-1]


def test_what_was_not_on_again_for_anybody_is_not_called_off_twice(room: Room) -> None:
    tu = asks(room, "bà Tư")
    training = room.announced(starts_at=in_days(room, 5))
    look(room)
    signs_up(room, tu, training)
    room.move(training, TrainingStatus.CANCELLED, "bão")
    assert look(room) == 1
    room.shelf.clock.passes(minutes=5)
    room.move(training, TrainingStatus.PLANNED, "bấm nhầm")
    room.move(training, TrainingStatus.CANCELLED, "vẫn bão")
    assert look(room) == 0


def test_who_signs_up_on_the_day_before_is_reminded_in_the_next_hour(room: Room) -> None:
    tu, nam = asks(room, "bà Tư"), asks(room, "ông Năm")
    training = room.announced(starts_at=in_days(room, 1))
    signs_up(room, tu, training)
    look(room)
    reminders = [one for one in told(room, tu) if "ngày mai" in one]
    signs_up(room, nam, training)
    assert look(room) == 0, "not within the same hour"
    room.shelf.clock.passes(hours=1)
    assert look(room) == 1
    assert "ngày mai" in told(room, nam)[-1]
    assert [one for one in told(room, tu) if "ngày mai" in one] == reminders
    room.shelf.clock.passes(hours=1)
    assert look(room) == 0, "once a chat"


def test_a_class_far_ahead_is_told_once_however_long_runs_are_remembered(room: Room) -> None:
    tu = asks(room, "bà Tư")
    room.announced(starts_at=in_days(room, 100))
    assert look(room) == 1
    room.shelf.clock.passes(days=70)
    room.shelf.write(jobs.purge, timedelta(days=60))
    assert look(room) == 0
    assert len(told(room, tu)) == 1


def test_nobody_is_written_to_at_night(room: Room) -> None:
    tu = asks(room, "bà Tư")
    room.announced(starts_at=in_days(room, 4))
    room.shelf.clock.passes(hours=12)
    assert look(room) == 0, "nine in the evening"
    room.shelf.clock.passes(hours=10)
    assert look(room) == 1, "seven in the morning"
    assert len(told(room, tu)) == 1


def test_where_the_window_is_shut_nothing_is_written_and_nothing_waits(room: Room) -> None:
    tu = asks(room, "bà Tư")
    room.shelf.clock.passes(days=9)
    room.announced(starts_at=in_days(room, 4))
    assert look(room, SHUT) == 0
    assert told(room, tu) == []
    assert room.shelf.read(notices.count_set_aside, room.office.id) == 0


def test_who_asked_for_quiet_hears_nothing(room: Room) -> None:
    tu = asks(room, "bà Tư")
    room.shelf.write(notices.set_silent, tu, room.shelf.clock.now)
    room.announced(starts_at=in_days(room, 4))
    assert look(room) == 0


def test_it_is_known_how_many_would_be_told(room: Room) -> None:
    asks(room, "bà Tư")
    asks(room, "ông Sáu")
    room.chat("ông Năm")
    assert room.shelf.read(class_notices.count_askers, room.office.id) == 2
