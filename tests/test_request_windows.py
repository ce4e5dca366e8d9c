"""With every window of Zalo shut nobody can be written to: a request is still opened, taken and ended."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest
from sqlalchemy import select

from bot.app.installation import Installation
from bot.app.office_requests import LateRequests, ground_of
from bot.core.vocabulary import Role
from bot.services import request_office
from bot.services.access import Officer
from storage import notices, staff
from storage.database import Unit
from storage.models_help import help_entries, help_requests
from tests.clock import FixedClock
from tests.story_roads import SavingRoad, Somebody

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def road(base: Installation, clock: FixedClock) -> Iterator[SavingRoad]:
    with closing(SavingRoad(base, "ho-nai", clock)) as opened:
        yield opened


def sees(person: Somebody) -> list[str]:
    """What has come since, without doing anything."""
    return [message.text for message in person.looks()]


def test_every_window_is_shut_and_the_request_is_still_taken(
    road: SavingRoad, clock: FixedClock
) -> None:
    base, commune = road.base, road.commune
    hanh, ba = road.member(), road.member("chú Ba")
    for one in (hanh, ba):
        one.says("menu")
    clock.passes(days=8)

    tu = road.person("bà Tư")
    for said in ("nhờ tổ", "khu pho 3", "1", "0912345678"):
        answers = tu.says(said)
    assert "trước 15 giờ hôm nay" in "".join(one.text for one in answers)
    assert (sees(hanh), sees(ba)) == ([], []), "no push reaches the team"

    clock.passes(days=8)
    road.run(LateRequests(base)())
    road.run(road.rests())
    assert [sees(one) for one in (hanh, ba, tu)] == [[], [], []], "nor anybody else"
    aside = base.database.read(notices.list_set_aside, commune.id)
    assert {one.status for one in aside} == {"shut"}

    def overview(unit: Unit) -> list[str]:
        number = staff.add_staff(unit, commune.id, "anh Bình", Role.OFFICER)
        officer = Officer(number, "anh Bình", Role.OFFICER, commune)
        shown = request_office.overview(ground_of(base, commune, unit), officer)
        return [one.for_group for one in shown]

    (pasted,) = base.database.write(overview)
    assert "nhận 1" in pasted, "the office has words for the ward's Zalo group"
    assert "0912" not in pasted

    hanh.says("chào")  # of her own accord: the menu is headed by who waits
    assert hanh.prompt[0].label == "Có 1 người đang chờ giúp"
    hanh.says("1")
    hanh.says("1")
    assert "0912 345 678" in hanh.heard[-1].text
    assert sees(tu) == []
    assert "chị Hạnh" in "".join(one.text for one in tu.says("yêu cầu của tôi"))
    for said in ("menu", "1", "1", "1", "1"):
        hanh.says(said)

    def ended(unit: Unit) -> tuple[str, int]:
        status = unit.connection.execute(select(help_requests.c.status)).scalar_one()
        return status, len(unit.connection.execute(select(help_entries)).all())

    assert base.database.read(ended) == ("closed", 1)
