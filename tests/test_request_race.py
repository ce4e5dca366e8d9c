"""Twenty members take one request at the same moment: one has it, nineteen are told who, nobody is lost."""

from __future__ import annotations

from functools import partial

from sqlalchemy import func, select

from bot.app.installation import Installation
from bot.app.office_requests import LateRequests, ground_of
from bot.core.errors import RuleError
from bot.core.vocabulary import Identity, Outcome, Place, RequestStatus, Role, Topic
from bot.services import duty, request_work, requests
from bot.services.duty import Asker
from bot.services.request_work import Ending
from bot.services.requests import About, Request
from storage import help_requests, mailbox, staff
from storage.communes import Commune
from storage.database import Unit
from storage.mailbox import Worker
from storage.models import audit_log
from storage.models_help import help_entries, help_request_events
from tests.storage_tools import together
from tests.world import World

MANY = 20


def _commune(base: Installation) -> Commune:
    return next(one for one in base.communes if one.slug == "ho-nai")


def _join(base: Installation, count: int) -> list[Worker]:
    """So many members of KP 3."""
    commune = _commune(base)

    def join(unit: Unit) -> list[Worker]:
        home = duty.read_home(unit, commune, "KP 3")
        assert home is not None
        team = home.team
        names = [f"tổ viên {number}" for number in range(count)]
        ids = [staff.add_member(unit, commune.id, team.id, name, Role.MEMBER) for name in names]
        return [
            Worker(number, name, Role.MEMBER, team.id, team.name)
            for number, name in zip(ids, names, strict=True)
        ]

    return base.database.write(join)


def _open(base: Installation, chat: bytes, unit: Unit) -> tuple[Request, bool]:
    commune = _commune(base)
    home = duty.read_home(unit, commune, "kp3")
    assert home is not None
    asker = Asker(Identity(chat), "console", "ho-nai")
    return requests.open_request(ground_of(base, commune, unit), asker, home, About())


def _claim(base: Installation, number: int, member: Worker, unit: Unit) -> bool:
    ground = ground_of(base, _commune(base), unit)
    return request_work.claim(ground, member, number)[1]


def test_of_twenty_who_claim_at_once_one_has_it(world: World) -> None:
    base = world.base
    members = _join(base, MANY)
    request, _ = base.database.write(partial(_open, base, b"a" * 32))
    claims = [partial(base.database.write, partial(_claim, base, request.id, m)) for m in members]
    won = together(*claims)
    assert sorted(won) == [False] * (MANY - 1) + [True]

    def read(unit: Unit) -> tuple[Request | None, int, int]:
        event = help_request_events.c
        taken = select(func.count()).select_from(help_request_events).where(event.what == "claimed")
        line = audit_log.c
        noted = select(func.count()).where(line.action == "claimed-request")
        counts = [unit.connection.execute(one).scalar_one() for one in (taken, noted)]
        return help_requests.find(unit, world.commune.id, request.id), *counts

    found, taken, noted = base.database.read(read)
    assert found is not None
    assert found.member_id == members[won.index(True)].id
    assert found.status is RequestStatus.CLAIMED
    assert (taken, noted) == (1, 1)


def test_many_requests_claimed_by_many_lose_none(world: World) -> None:
    base = world.base
    members = _join(base, 4)
    opened = [base.database.write(partial(_open, base, bytes([n]) * 32))[0] for n in range(10)]
    claims = [
        partial(base.database.write, partial(_claim, base, request.id, member))
        for request in opened
        for member in members
    ]
    assert sum(together(*claims)) == len(opened)


def test_one_chat_that_asks_twice_at_once_has_one_request_and_one_end_writes_one_entry(
    world: World,
) -> None:
    base = world.base
    (member,) = _join(base, 1)
    asks = [partial(base.database.write, partial(_ask_in_turn, base)) for _ in range(8)]
    numbers = {request.id for request, _ in together(*asks)}
    assert len(numbers) == 1
    (number,) = numbers
    base.database.write(partial(_claim, base, number, member))
    ends = [partial(base.database.write, partial(_end, base, number, member)) for _ in range(8)]
    assert sum(together(*ends)) == 1

    def count(unit: Unit) -> int:
        rows = select(func.count()).select_from(help_entries)
        return int(unit.connection.execute(rows).scalar_one())

    assert base.database.read(count) == 1


def _ask_in_turn(base: Installation, unit: Unit) -> tuple[Request, bool]:
    """As a turn does: the chat is locked first."""
    mailbox.lock(unit, b"b" * 32)
    return _open(base, b"b" * 32, unit)


def _end(base: Installation, number: int, member: Worker, unit: Unit) -> bool:
    ending = Ending(Outcome.DONE, Place.ONLINE, Topic.VNEID)
    try:
        request_work.end(ground_of(base, _commune(base), unit), member, number, ending)
    except RuleError:
        return False
    return True


def test_what_is_late_is_passed_on_once_whoever_looks(world: World) -> None:
    base, clock = world.base, world.base.database.clock
    _join(base, 1)
    base.database.write(partial(_open, base, b"c" * 32))
    clock.passes(hours=30)  # type: ignore[attr-defined]  # the clock of the tests
    late = LateRequests(base)
    together(*[partial(base.database.write, late._pass_on) for _ in range(6)])

    def count(unit: Unit) -> int:
        event = help_request_events.c
        rows = select(func.count()).select_from(help_request_events)
        return int(unit.connection.execute(rows.where(event.what == "late-to-ward")).scalar_one())

    assert base.database.read(count) == 1
