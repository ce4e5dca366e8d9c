"""Classes from planning to closing: what may follow what, who may do it, and that nothing is ever lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from bot.core.errors import NotAllowedError, RuleError
from bot.core.vocabulary import Role, TrainingStatus
from bot.services import roll, trainings
from storage import attendances, audit, communes, duty, memberships
from storage import trainings as stored
from storage.database import Unit
from storage.mailbox import Worker
from storage.models import teams
from storage.trainings import Training
from tests.class_room import Room
from tests.storage_tools import ENGINES, NEW_YEAR, Shelf, open_office, open_shelf

S = TrainingStatus


@pytest.fixture(scope="module", params=ENGINES)
def shelf(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shelf]:
    with open_shelf(request, request.param, tmp_path_factory.mktemp("classes")) as opened:
        yield opened


@pytest.fixture
def room(shelf: Shelf) -> Room:
    return Room(shelf, shelf.write(open_office))


def refusal(work: Any, *arguments: object, **named: object) -> str:
    """Why it was refused."""
    with pytest.raises(RuleError) as caught:
        work(*arguments, **named)
    return caught.value.code


def events(room: Room, training: Training) -> list[tuple[str, str | None]]:
    found = room.shelf.read(stored.list_events, room.office.id, training.id)
    return [(one.what, one.reason) for one in found]


def test_a_class_goes_from_planned_to_closed_and_each_step_is_kept(room: Room) -> None:
    training = room.plan()
    assert training.status is S.PLANNED
    room.move(training, S.ANNOUNCED)
    room.shelf.clock.passes(hours=4)
    room.move(training, S.HELD)
    closed = room.move(training, S.CLOSED)
    assert (closed.announced_at, closed.held_at) != (None, None)
    assert closed.closed_at == room.shelf.clock.now
    assert [what for what, _ in events(room, training)] == ["plan", "announced", "held", "closed"]
    acts = room.shelf.read(audit.list_acts, room.office.id)
    mine = [one.act.action for one in acts if one.act.object == f"training:{training.id}"]
    assert sorted(mine) == [
        "training.announced",
        "training.closed",
        "training.held",
        "training.plan",
    ]


def test_the_same_plan_sent_twice_is_one_class(room: Room) -> None:
    first, second = room.plan("same"), room.plan("same", title="Lớp khác")
    assert (second.id, second.outline.title) == (first.id, "Lớp VNeID")


@pytest.mark.parametrize("status", [S.CANCELLED])
def test_calling_off_needs_a_reason_and_can_be_taken_back_with_one(
    room: Room, status: TrainingStatus
) -> None:
    training = room.announced()
    assert refusal(room.move, training, status) == "correct.reason"
    off = room.move(training, status, "mưa lớn, ngập đường")
    assert (off.status, off.reason) == (S.CANCELLED, "mưa lớn, ngập đường")
    assert refusal(room.move, training, S.PLANNED) == "correct.reason"
    assert room.move(training, S.PLANNED, "trời tạnh").status is S.PLANNED


def test_a_class_is_not_held_before_it_begins(room: Room) -> None:
    training = room.announced()
    assert refusal(room.move, training, S.HELD) == "training.too-early"


@pytest.mark.parametrize("wrong", [S.PLANNED, S.CLOSED])
def test_no_step_is_left_out(room: Room, wrong: TrainingStatus) -> None:
    assert refusal(room.move, room.announced(), wrong, "vì muốn vậy") == "training.step"


def test_a_step_back_is_the_leaders(room: Room) -> None:
    training = room.announced()
    room.shelf.clock.passes(hours=4)
    held = room.move(training, S.HELD)

    def back(unit: Unit) -> None:
        hand = room.hand(unit)
        trainings.move(unit, room.office.id, hand, held, (S.ANNOUNCED, "bấm nhầm"))

    with pytest.raises(NotAllowedError):
        room.shelf.write(back)
    assert room.move(training, S.ANNOUNCED, "bấm nhầm").status is S.ANNOUNCED


def test_a_leader_takes_back_for_the_team_of_the_hat_worn_and_those_merged_into_it(
    room: Room,
) -> None:
    commune, own = room.office.id, room.office.team

    def other_teams(unit: Unit) -> list[int]:
        day = NEW_YEAR
        communes.save_neighbourhoods(unit, commune, ["KP 1", "KP 2", "KP 3"], day)
        found = [one.id for one in duty.list_teams(unit, commune, day) if one.id != own]
        for one in found:
            memberships.put_on(unit, commune, room.office.member, (one, Role.MEMBER))
        unit.connection.execute(
            update(teams)
            .where(teams.c.commune_id == commune, teams.c.id == found[1])
            .values(merged_into=own)
        )
        return found

    other, merged = room.shelf.write(other_teams)
    for number, (team, may) in enumerate(((own, True), (merged, True), (other, False))):
        training = room.plan(f"t{number}", team_id=team)
        hand = room.shelf.read(room.hand, room.leader)
        assert hand.may_touch(training)
        assert hand.may_take_back(team) is may
        room.move(training, S.CANCELLED, "mưa to")
        if may:
            assert room.move(training, S.PLANNED, "trời tạnh").status is S.PLANNED
        else:
            with pytest.raises(NotAllowedError):
                room.move(training, S.PLANNED, "trời tạnh")


def test_whoever_read_it_before_somebody_else_changed_it_is_told(room: Room) -> None:
    seen = room.plan()
    room.move(seen, S.ANNOUNCED)

    def late(unit: Unit) -> None:
        hand = room.hand(unit)
        trainings.move(unit, room.office.id, hand, seen, (S.CANCELLED, "không ai rảnh"))

    assert refusal(room.shelf.write, late) == "training.changed"


def test_a_class_of_another_team_or_of_the_office_is_not_a_members(room: Room) -> None:
    training = room.plan()
    stranger = Worker(room.office.member + 1, "anh Nam", Role.MEMBER, room.office.team + 1, "KP 9")

    def look(unit: Unit) -> Training:
        return trainings.look(unit, room.office.id, room.hand(unit, stranger), training.id)

    with pytest.raises(NotAllowedError):
        room.shelf.read(look)
    with pytest.raises(NotAllowedError):
        room.plan("t2", team_id=None)


@pytest.mark.parametrize("role", [Role.LEADER, Role.OPERATOR])
def test_who_only_reads_plans_nothing(role: Role) -> None:
    with pytest.raises(NotAllowedError):
        trainings.hand_of_staff(1, role)


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"title": "ab"}, "training.title"),
        ({"title": "x" * 121}, "training.title"),
        ({"place_name": "x" * 121}, "training.place"),
        ({"seats": 0}, "training.seats"),
    ],
)
def test_what_cannot_be_is_refused_with_its_sentence(
    room: Room, wrong: dict[str, Any], why: str
) -> None:
    assert refusal(room.plan, **wrong) == why


def test_hours_and_days_that_cannot_be_are_refused(room: Room) -> None:
    now = room.shelf.clock.now
    assert refusal(room.plan, starts_at=now, ends_at=now) == "training.hours"
    far = now + timedelta(hours=13)
    assert refusal(room.plan, starts_at=now, ends_at=far) == "training.hours"
    assert refusal(room.plan, starts_at=now - timedelta(days=32)) == "training.day"
    assert refusal(room.plan, starts_at=now + timedelta(days=401)) == "training.day"


def test_numbers_of_people_do_not_stay_in_what_is_written(room: Room) -> None:
    written = room.plan(title="Lớp VNeID, hỏi 0912 345 678", trainer="cô Lan 0912345678")
    assert "0912" not in written.outline.title
    assert "0912" not in (written.outline.trainer or "")


def test_a_change_of_what_people_were_told_needs_a_reason(room: Room) -> None:
    seen = room.announced()

    def change(unit: Unit, reason: str | None) -> Training:
        fresh = replace(seen.outline, place_name="trường Lê Lợi")
        hand = room.hand(unit)
        return trainings.revise(unit, room.office.id, hand, seen, (fresh, reason))

    assert refusal(room.shelf.write, change, None) == "correct.reason"
    changed = room.shelf.write(change, "nhà văn hóa đang sửa")
    assert changed.outline.place_name == "trường Lê Lợi"
    assert events(room, seen)[-1] == ("revise", "nhà văn hóa đang sửa")


def test_heads_are_told_apart_from_seats_and_can_be_told_anew(room: Room) -> None:
    training = room.announced()

    def tell(unit: Unit, heads: int | None) -> Training:
        hand = room.hand(unit)
        seen = trainings.look(unit, room.office.id, hand, training.id)
        return trainings.tell_heads(unit, room.office.id, hand, seen, (heads, None))

    assert refusal(room.shelf.write, tell, 20) == "training.too-early"
    room.shelf.clock.passes(hours=2)
    assert refusal(room.shelf.write, tell, 5001) == "training.heads"
    assert room.shelf.write(tell, 20).heads == 20
    assert room.shelf.write(tell, 21).heads == 21
    assert room.shelf.read(attendances.count, room.office.id, training.id).seats == 0


def test_lines_for_people_without_a_phone_are_seats_of_nobody_known(room: Room) -> None:
    training = room.announced()

    def add(unit: Unit, count: int, client_id: str = "g1") -> int:
        hand = room.hand(unit)
        return roll.add_lines(unit, room.office.id, hand, training, (count, client_id))

    assert refusal(room.shelf.write, add, 3) == "training.too-early"
    room.shelf.clock.passes(hours=2)
    assert refusal(room.shelf.write, add, 0) == "roll.lines"
    assert room.shelf.write(add, 3) == 3
    assert room.shelf.write(add, 3) == 0, "the same message again adds nobody"
    assert room.shelf.write(add, 2, "g2") == 2
    counted = room.shelf.read(attendances.count, room.office.id, training.id)
    assert (counted.seats, counted.people, counted.without_person) == (5, 0, 5)


def test_a_seat_is_taken_out_with_a_reason_until_the_class_is_closed(room: Room) -> None:
    training = room.announced()
    room.shelf.clock.passes(hours=4)
    hand = room.shelf.read(room.hand)
    room.shelf.write(roll.add_lines, room.office.id, hand, training, (2, "g1"))
    first, second = room.shelf.read(attendances.list_of, room.office.id, training.id)
    out = (room.office.id, hand, training)
    assert refusal(room.shelf.write, roll.take_out, *out, (first, "")) == "correct.reason"
    room.shelf.write(roll.take_out, *out, (first, "ghi dư"))
    assert refusal(room.shelf.write, roll.take_out, *out, (first, "ghi dư")) == "roll.gone"
    room.move(training, S.HELD)
    closed = room.move(training, S.CLOSED)
    late = (room.office.id, hand, closed, (second, "ghi dư"))
    assert refusal(room.shelf.write, roll.take_out, *late) == "roll.closed"
    assert room.shelf.read(attendances.count, room.office.id, training.id).seats == 1


def test_residents_hear_of_what_is_announced_and_a_team_sees_all_of_its_own(room: Room) -> None:
    planned = room.plan("a")
    announced = room.move(room.plan("b"), S.ANNOUNCED)
    room.move(room.plan("c"), S.CANCELLED, "trùng lịch")
    told = room.shelf.read(trainings.coming, room.office.id)
    assert [one.id for one in told] == [announced.id]
    own = room.shelf.read(lambda unit: trainings.coming(unit, room.office.id, room.hand(unit)))
    assert {planned.id, announced.id} < {one.id for one in own}
    room.shelf.clock.passes(hours=4)
    assert room.shelf.read(trainings.coming, room.office.id) == []


def test_a_class_that_took_place_is_not_moved_to_a_day_to_come(room: Room) -> None:
    training = room.announced()
    room.shelf.clock.passes(hours=4)
    room.move(training, S.HELD)

    def revise(unit: Unit, hours: int) -> Training:
        hand = room.hand(unit)
        seen = trainings.look(unit, room.office.id, hand, training.id)
        begins = unit.now + timedelta(hours=hours)
        shape = replace(seen.outline, starts_at=begins, ends_at=begins + timedelta(hours=2))
        change = (shape, "ghi nhầm ngày")
        return trainings.revise(unit, room.office.id, hand, seen, change)

    assert refusal(room.shelf.write, revise, 24) == "training.too-early"
    assert room.shelf.write(revise, -3).status is S.HELD
    room.move(training, S.CLOSED)
    assert refusal(room.shelf.write, revise, 24) == "training.too-early"


@pytest.mark.parametrize("status", [S.CLOSED, S.CANCELLED])
def test_heads_of_a_class_that_is_closed_or_called_off_are_told_no_more(
    room: Room, status: TrainingStatus
) -> None:
    training = room.announced()
    room.shelf.clock.passes(hours=4)
    if status is S.CLOSED:
        room.move(training, S.HELD)
    room.move(training, status, "mưa lớn, ngập đường")

    def tell(unit: Unit) -> Training:
        hand = room.hand(unit)
        seen = trainings.look(unit, room.office.id, hand, training.id)
        return trainings.tell_heads(unit, room.office.id, hand, seen, (20, None))

    assert refusal(room.shelf.write, tell) == "roll.closed"
