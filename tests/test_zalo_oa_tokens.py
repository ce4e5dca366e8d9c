"""The token keeper against the emulator: one refresh however many ask, and no pair lost or said aloud."""

from __future__ import annotations

import asyncio
import json
import logging
import signal
import sys
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from bot.channels.zalo_oa_tokens import AHEAD, App, NeedsConsentError, TokenKeeper
from bot.channels.zalo_oa_wire import NoAnswerError, ZaloWire
from bot.core.errors import BusyError
from bot.core.keys import KeyRing
from bot.core.vocabulary import AccountId
from storage import health, mailbox, tokens
from storage.database import Database, Unit
from storage.tokens import LEASE, Tokens
from tests.clock import FixedClock
from tests.conftest import KEY
from tests.storage_tools import Office, hear, open_office
from tests.zalo_oa_emulator import ZaloOAEmulator
from tests.zalo_oa_refresher import app_of
from tests.zalo_oa_tokens import Pair

MANY = 50


@dataclass
class House:
    """A ward's account, Zalo, and as many keepers as there are processes."""

    database: Database
    clock: FixedClock
    url: str
    zalo: ZaloOAEmulator
    office: Office
    alarms: list[str] = field(default_factory=list)
    wires: list[ZaloWire] = field(default_factory=list)

    @property
    def account(self) -> AccountId:
        """The account."""
        return self.office.account.id

    @property
    def asked(self) -> int:
        """How often Zalo was asked for tokens."""
        return len(self.zalo.calls_of("access_token"))

    def given(self, **left: float) -> Pair:
        """A pair of the account's, whose access token is good for that long (or over)."""
        pair, now = self.zalo.tokens.new_pair(), self.clock.now
        both = pair.access_token, pair.refresh_token
        ends = now + timedelta(**left or {"hours": -1}), now + timedelta(days=90)
        self.database.write(tokens.begin_anew, self.account, Tokens(*both, *ends))
        return pair

    def keeper(self, database: Database | None = None, app: App | None = None) -> TokenKeeper:
        """The keeper of one process."""
        self.wires.append(ZaloWire(self.zalo.root_url))
        app = app or app_of(self.zalo.account)
        return TokenKeeper(
            database or self.database, self.account, app, self.wires[-1], self._hears
        )

    def _hears(self, unit: Unit, account: AccountId, code: str) -> None:
        assert account == self.account
        self.alarms.append(code)

    @property
    def pair(self) -> tokens.Pair:
        """What is stored."""
        found = self.database.read(tokens.read, self.account)
        assert found is not None
        return found

    @property
    def trouble(self) -> str | None:
        """What the office is shown."""
        (found,) = self.database.read(health.list_health, self.office.id)
        return found.trouble

    @property
    def newest(self) -> str:
        """The access token that Zalo gave last."""
        return self.zalo.tokens.pairs[-1].access_token

    async def process(self, tasks: int = 1, **more: Any) -> asyncio.subprocess.Process:
        """Another process, ready to ask."""
        given = {"url": self.url, "root": self.zalo.root_url, "account": self.account, **more}
        given |= {"now": self.clock.now.isoformat(), "tasks": tasks}
        pipe = asyncio.subprocess.PIPE
        made = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.zalo_oa_refresher", json.dumps(given)),
            stdin=pipe,
            stdout=pipe,
        )
        assert made.stdout is not None
        assert await made.stdout.readline() == b"ready\n"
        return made


Scene = Callable[[House], Coroutine[Any, Any, None]]
Play = Callable[[Scene], None]


@pytest.fixture
def play(database: Database, database_url: str, clock: FixedClock) -> Play:
    """Plays a scene with a fresh emulator, on each engine."""

    async def whole(scene: Scene) -> None:
        async with asyncio.timeout(60), ZaloOAEmulator() as zalo:
            office = database.write(open_office)
            house = House(database, clock, database_url, zalo, office)
            try:
                await scene(house)
            finally:
                for wire in house.wires:
                    await wire.close()

    return lambda scene: asyncio.run(whole(scene))


async def tokens_of(*processes: asyncio.subprocess.Process) -> list[str]:
    """What they all got, let go together."""
    done = await asyncio.gather(*(one.communicate(b"go\n") for one in processes))
    assert [one.returncode for one in processes] == [0] * len(processes)
    return [token for out, _ in done for token in json.loads(out)]


# ---- one refresh -------------------------------------------------------------------------------


def test_a_token_that_is_good_is_used_without_asking_zalo(play: Play) -> None:
    async def scene(house: House) -> None:
        pair = house.given(hours=20)
        keeper = house.keeper()
        assert {await keeper.access() for _ in range(3)} == {pair.access_token}
        assert house.asked == 0

    play(scene)


def test_fifty_that_find_the_token_expired_make_one_refresh(play: Play) -> None:
    async def scene(house: House) -> None:
        old = house.given()
        keeper = house.keeper()
        house.zalo.delay("access_token", 0.05)
        got = await asyncio.gather(*(keeper.access() for _ in range(MANY)))
        assert set(got) == {house.newest}
        assert house.newest != old.access_token
        assert (house.asked, house.zalo.refreshes, house.pair.version) == (1, 1, 2)
        assert await keeper.access() == house.newest
        assert house.asked == 1

    play(scene)


def test_fifty_that_are_refused_with_one_token_make_one_refresh(play: Play) -> None:
    async def scene(house: House) -> None:
        old = house.given(hours=20)
        keeper = house.keeper()
        got = await asyncio.gather(*(keeper.renew(old.access_token) for _ in range(MANY)))
        assert set(got) == {house.newest}
        assert await keeper.renew(old.access_token) == house.newest, (
            "a late one takes what is there"
        )
        assert house.asked == 1

    play(scene)


def test_several_keepers_on_one_database_make_one_refresh(play: Play) -> None:
    async def scene(house: House) -> None:
        house.given()
        house.zalo.delay("access_token", 0.05)
        keepers = [house.keeper() for _ in range(4)]
        got = await asyncio.gather(*(one.access() for one in keepers for _ in range(10)))
        assert set(got) == {house.newest}
        assert house.asked == 1

    play(scene)


def test_two_processes_make_one_refresh_and_every_task_gets_the_new_token(play: Play) -> None:
    async def scene(house: House) -> None:
        house.given()
        house.zalo.delay("access_token", 0.15)
        both = await asyncio.gather(*(house.process(MANY // 2) for _ in range(2)))
        assert await tokens_of(*both) == [house.newest] * MANY
        assert (house.asked, house.zalo.refreshes, house.pair.version) == (1, 1, 2)

    play(scene)


def test_a_seed_is_planted_once_by_two_processes_and_spent_once(play: Play) -> None:
    async def scene(house: House) -> None:
        seed = house.zalo.tokens.new_pair().refresh_token
        both = await asyncio.gather(*(house.process(5, seed=seed) for _ in range(2)))
        assert await tokens_of(*both) == [house.newest] * 10
        assert (house.asked, house.pair.version) == (1, 2)
        later = house.keeper(app=app_of(house.zalo.account, seed))
        assert await later.access() == house.newest, "a seed in the settings is not spent again"
        assert house.asked == 1

    play(scene)


def test_without_a_pair_and_a_seed_a_person_is_told_once(play: Play) -> None:
    async def scene(house: House) -> None:
        keeper = house.keeper()
        for _ in range(3):
            with pytest.raises(NeedsConsentError):
                await keeper.access()
        assert (house.alarms, house.trouble, house.asked) == (["needs-consent"], "needs-consent", 0)
        pair = house.given(hours=20)
        assert await keeper.access() == pair.access_token, "a new consent needs no restart"

    play(scene)


def test_a_pair_is_renewed_ahead_when_twenty_hours_are_over_and_once(play: Play) -> None:
    async def scene(house: House) -> None:
        house.given(hours=25)
        keepers = [house.keeper(), house.keeper()]
        house.clock.passes(hours=20)
        await keepers[0].renew_ahead()
        assert house.asked == 0
        house.clock.passes(seconds=1)
        await asyncio.gather(*(one.renew_ahead() for one in keepers))
        assert house.asked == 1
        assert house.pair.tokens.access_expires_at - house.clock.now == timedelta(hours=25)
        assert timedelta(hours=25) - AHEAD == timedelta(hours=20)

    play(scene)


# ---- what is lost, and when ----------------------------------------------------------------------


def test_killed_between_the_answer_and_the_commit_a_person_must_consent_and_nothing_loops(
    play: Play,
) -> None:
    async def scene(house: House) -> None:
        house.given()
        dying = await house.process(dies=True)
        await dying.communicate(b"go\n")
        assert dying.returncode == -signal.SIGKILL
        assert (house.asked, house.zalo.refreshes, house.pair.version) == (1, 1, 1)
        keeper = house.keeper()
        waiting = asyncio.create_task(keeper.access())
        await asyncio.sleep(0.15)
        assert house.asked == 1, "the dead one's lease is still good"
        house.clock.passes(seconds=LEASE.total_seconds() + 1)
        with pytest.raises(NeedsConsentError):
            await waiting
        assert house.asked == 2
        assert house.pair.is_dead
        others = [keeper, house.keeper(), house.keeper()]
        for one in others:
            for work in (one.access(), one.renew("x"), one.renew_ahead()):
                with pytest.raises(NeedsConsentError):
                    await work
        assert await tokens_of(await house.process(3)) == ["NeedsConsentError"] * 3
        assert (house.asked, house.trouble, house.alarms) == (2, "needs-consent", ["needs-consent"])
        who = house.database.write(hear, house.office, "bà Tư", "e1")
        assert house.database.read(mailbox.waiting_people) == [who], "receiving goes on"
        again = house.given(hours=25)
        assert await keeper.access() == again.access_token

    play(scene)


def test_an_answer_that_is_lost_before_zalo_took_it_is_asked_for_once_more(play: Play) -> None:
    async def scene(house: House) -> None:
        house.given()
        house.zalo.drop_next("access_token", after_taking=False)
        assert await house.keeper().access() == house.newest
        assert (house.asked, house.zalo.refreshes) == (2, 1)
        first, second = house.zalo.calls_of("access_token")
        assert first.params == second.params

    play(scene)


def test_an_answer_that_is_lost_after_zalo_took_it_needs_a_person(play: Play) -> None:
    async def scene(house: House) -> None:
        house.given()
        house.zalo.drop_next("access_token", after_taking=True)
        keeper = house.keeper()
        for _ in range(3):
            with pytest.raises(NeedsConsentError):
                await keeper.access()
        assert (house.asked, house.alarms) == (2, ["needs-consent"])
        assert house.pair.is_dead

    play(scene)


@pytest.mark.parametrize(
    "trouble",
    [
        {"status": 502, "body": "<html>nginx</html>"},
        {"body": {"error": 0}},
        {"code": -32},
        {"body": ""},
    ],
)
def test_a_passing_trouble_leaves_the_pair_as_it_is_and_the_next_one_tries_again(
    play: Play, trouble: dict[str, Any]
) -> None:
    async def scene(house: House) -> None:
        house.given()
        one, other = house.keeper(), house.keeper()
        house.zalo.fail_next("access_token", 2, **trouble)
        with pytest.raises(NoAnswerError):
            await one.access()
        assert house.asked <= 2
        assert not house.pair.is_dead
        house.zalo.fail_next("access_token", 0)
        while house.asked < 2:  # what was asked but once has one trouble left
            with pytest.raises(NoAnswerError):
                await one.access()
        assert await other.access() == house.newest, "the lease was given back"
        assert house.alarms == []

    play(scene)


def test_nobody_at_the_other_end_leaves_the_pair_as_it_is(play: Play) -> None:
    async def scene(house: House) -> None:
        house.given()
        keeper = house.keeper()
        await house.zalo.stop()
        with pytest.raises(NoAnswerError) as caught:
            await keeper.access()
        assert not caught.value.maybe_taken
        await house.zalo.start()
        assert await keeper.access() == house.newest
        assert house.alarms == []

    play(scene)


def test_an_answer_that_comes_in_pieces_is_read_to_its_end(play: Play) -> None:
    async def scene(house: House) -> None:
        house.given()
        house.zalo.slow_next("access_token", seconds=0.2)
        assert await house.keeper().access() == house.newest
        assert house.asked == 1

    play(scene)


@pytest.mark.parametrize("code", [-14002, -14003])
def test_wrong_settings_are_told_and_do_not_kill_the_pair(play: Play, code: int) -> None:
    async def scene(house: House) -> None:
        house.given()
        keeper = house.keeper()
        house.zalo.fail_next("access_token", 2, code=code)
        for _ in range(2):
            with pytest.raises(NeedsConsentError) as caught:
                await keeper.access()
            assert caught.value.code == f"zalo {code}"
        assert (house.alarms, house.trouble) == ([f"zalo {code}"], f"zalo {code}")
        assert not house.pair.is_dead
        assert await house.keeper().access() == house.newest

    play(scene)


def test_a_secret_that_is_wrong_and_then_mended_costs_no_consent(play: Play) -> None:
    async def scene(house: House) -> None:
        house.given()
        right = app_of(house.zalo.account)
        wrong = App(right.id, SecretStr("another"), right.seed)
        with pytest.raises(NeedsConsentError):
            await house.keeper(app=wrong).access()
        assert await house.keeper(app=right).access() == house.newest

    play(scene)


def test_a_lifetime_that_makes_no_sense_is_not_believed(play: Play) -> None:
    async def scene(house: House) -> None:
        house.given()
        made = house.zalo.tokens.new_pair()
        house.zalo.fail_next("access_token", body={**made.body(), "expires_in": "0"})
        keeper = house.keeper()
        assert {await keeper.access() for _ in range(5)} == {made.access_token}
        assert house.asked == 1

    play(scene)


# ---- the commit ----------------------------------------------------------------------------------


class Unwilling(Database):
    """Cannot write a new pair for some times."""

    faults: list[Exception]

    async def write_soon(self, work: Any, *args: Any) -> Any:
        if work is tokens.save and self.faults:
            raise self.faults.pop(0)
        return await super().write_soon(work, *args)


def unwilling(house: House, *faults: Exception) -> Unwilling:
    made = Unwilling(house.url, KeyRing(KEY), house.clock)
    made.faults = list(faults)
    return made


def test_a_database_that_is_busy_at_the_commit_loses_no_pair(play: Play) -> None:
    async def scene(house: House) -> None:
        house.given()
        database = unwilling(house, BusyError("busy"), BusyError("busy"))
        keeper = house.keeper(database)
        got = await asyncio.gather(*(keeper.access() for _ in range(5)))
        assert set(got) == {house.newest}
        assert (house.asked, house.pair.version) == (1, 2)
        database.close()

    play(scene)


def test_a_commit_that_fails_for_an_unknown_reason_is_made_up_for_even_after_the_lease(
    play: Play,
) -> None:
    async def scene(house: House) -> None:
        house.given()
        database = unwilling(house, LookupError("nobody foresaw this"))
        keeper = house.keeper(database)
        with pytest.raises(LookupError):
            await keeper.access()
        house.clock.passes(seconds=LEASE.total_seconds() + 1)
        assert house.database.write(tokens.begin, house.account, 1, "another process")
        assert await keeper.access() == house.newest
        assert (house.asked, house.pair.version) == (1, 2)
        database.close()

    play(scene)


def test_those_who_give_up_waiting_do_not_break_off_the_refresh(play: Play) -> None:
    async def scene(house: House) -> None:
        house.given()
        house.zalo.delay("access_token", 0.15)
        keeper = house.keeper()
        waiting = [asyncio.create_task(keeper.access()) for _ in range(5)]
        await house.zalo.until(lambda: house.asked)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        await keeper.close()
        assert (house.asked, house.pair.version) == (1, 2)
        assert house.pair.tokens.access == house.newest

    play(scene)


def test_a_new_consent_while_a_refresh_is_on_its_way_wins(play: Play) -> None:
    async def scene(house: House) -> None:
        house.given()
        house.zalo.delay("access_token", 0.15)
        keeper = house.keeper()
        waiting = asyncio.create_task(keeper.access())
        await house.zalo.until(lambda: house.asked)
        await asyncio.sleep(0.02)
        consented = house.given(hours=25)
        assert await waiting == consented.access_token
        assert house.pair.tokens.access == consented.access_token

    play(scene)


# ---- nothing is said aloud -----------------------------------------------------------------------


def test_no_token_or_secret_is_in_any_log_or_repr(
    play: Play, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    shown: list[str] = []

    async def scene(house: House) -> None:
        asyncio.get_running_loop().set_debug(True)
        house.given()
        keeper = house.keeper()
        house.zalo.drop_next("access_token", after_taking=False)
        await keeper.access()
        await keeper.renew(house.newest)
        for trouble in ({"code": -32}, {"code": -14002}, {"code": -14020}):
            house.zalo.fail_next("access_token", **trouble)
            with pytest.raises((NoAnswerError, NeedsConsentError)) as caught:
                await keeper.renew(house.newest)
            shown.append(repr(caught.value) + str(caught.getrepr(showlocals=False)))
        made = app_of(house.zalo.account, "seed-of-the-settings")
        shown.extend(map(repr, (keeper, house.pair, house.pair.tokens, made)))
        hidden = [house.zalo.account.app_secret, "seed-of-the-settings"]
        for pair in house.zalo.tokens.pairs:
            hidden += [pair.access_token, pair.refresh_token]
        assert len(hidden) > 6
        shown.extend(f"{record.getMessage()} {record.args}" for record in caplog.records)
        said = "\n".join([*shown, caplog.text])
        assert "refused" in said
        assert [one for one in hidden if one in said] == []

    play(scene)
