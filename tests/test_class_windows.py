"""With every window of Zalo shut no notice arrives: a class still goes from planning to feedback."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta

import pytest

from bot.app.installation import Installation
from bot.core.vocabulary import TrainingStatus
from bot.services import after_class
from storage import attendances, notices, sign_ups, trainings
from storage.database import Unit
from storage.trainings import Training
from tests.clock import FixedClock
from tests.story_roads import SavingRoad, Somebody
from tests.test_stories import check_in_code

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

WIDE = timedelta(days=60)


@pytest.fixture
def road(base: Installation, clock: FixedClock) -> Iterator[SavingRoad]:
    with closing(SavingRoad(base, "ho-nai", clock)) as opened:
        yield opened


def sees(person: Somebody) -> list[str]:
    """What has come since, without doing anything."""
    return [message.text for message in person.looks()]


def says(person: Somebody, *lines: str) -> str:
    """Everything that is answered to these lines."""
    return "".join(one.text for line in lines for one in person.says(line))


def test_every_window_is_shut_and_the_class_takes_place_all_the_same(
    road: SavingRoad, clock: FixedClock
) -> None:
    base, commune = road.base, road.commune
    hanh, tu = road.member(), road.person("bà Tư")
    says(tu, "lớp học", "báo tôi khi có lớp", "đồng ý")
    clock.passes(days=8)

    says(hanh, "mở lớp vneid thứ bảy tuần sau 9h nhà văn hóa", "lưu", "báo lớp")
    road.does_by_the_clock()
    assert sees(tu) == [], "the announcement cannot go"
    assert "giữ chỗ cho cô/chú rồi" in says(tu, "lop hoc", "giữ chỗ")

    clock.passes(days=8)
    road.does_by_the_clock()
    assert sees(tu) == [], "nor the reminder of the day before"

    clock.passes(days=1, hours=1)
    code = check_in_code(base, commune, " in")
    assert "điểm danh rồi" in says(tu, code)
    clock.passes(days=3)
    says(hanh, "lớp của tổ", "1", "lớp đã xong")
    road.does_by_the_clock()
    assert sees(tu) == [], "nor the invitation to say what it was like"
    assert base.database.read(notices.count_set_aside, commune.id) == 0

    assert "Câu 1/3" in says(tu, "góp ý")
    assert "Câu đố 1/3" in says(tu, "1", "1", "3")
    assert "không phải giấy chứng nhận" in says(tu, "Thôi, lấy bài về coi")

    def look(unit: Unit) -> tuple[Training, int, int, int]:
        (held,) = trainings.list_between(unit, commune.id, (unit.now - WIDE, unit.now + WIDE))
        places = sign_ups.count(unit, commune.id, held.id)
        seats = attendances.count(unit, commune.id, held.id).seats
        return held, places, seats, after_class.summary(unit, commune.id, held).answered

    held, *counts = base.database.read(look)
    assert held.status is TrainingStatus.HELD
    assert counts == [1, 1, 1]
