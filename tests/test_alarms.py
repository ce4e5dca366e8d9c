"""Alarms: who of the office is told of a messenger account in trouble, when, in which words."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from sqlalchemy import insert, update

from bot.core.keys import Purpose
from bot.core.terms import ALWAYS_FREE, Terms
from bot.core.vocabulary import AddressForm, Identity, Role
from bot.locale import Texts, load_sentences
from bot.services import alarms
from storage import communes, packing, staff
from storage.communes import Account, Commune
from storage.database import Unit
from storage.models import conversations, outbox
from storage.outbox import NOTICE
from storage.staff import link_chat
from tests.command_line import ROOT
from tests.storage_tools import ENGINES, Office, Shelf, letters_of, open_office, open_shelf, talk

TEXTS = Texts(load_sentences(ROOT / "content"), AddressForm.BA_CON.words)
BOT = Terms(monthly=3000, people=50)
LONGEST = 300
ZALO_CODES = [204, 205, 209, 212, 219, 221, 223, 224, 235, 240, 242, 248, 320, 321, 211, 201]
CODES = ["needs-consent", "forged", "quota-people", "quota-messages", "401"]
CODES += [f"zalo -{number}" for number in ZALO_CODES]
_numbers = itertools.count(1)


@pytest.fixture(scope="module", params=ENGINES)
def shelf(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shelf]:
    with open_shelf(request, request.param, tmp_path_factory.mktemp("alarms")) as opened:
        yield opened


@dataclass(frozen=True)
class House:
    """A commune with an OA in trouble and a Zalo Bot, where staff can be found."""

    shelf: Shelf
    office: Office
    oa: Account
    bot: Account

    def knows(self, role: Role, account: Account) -> Identity:
        """Somebody of the office writes by that account and has said who they are."""
        number = next(_numbers)

        def join(unit: Unit) -> Identity:
            there = replace(self.office, account=account)
            identity = talk(unit, there, f"chat {number}", f"e{number}")
            person = staff.add_staff(unit, self.office.id, f"chị {number}", role)
            link_chat(unit, self.office.id, identity, (None, person))
            return identity

        return self.shelf.write(join)

    def alarms(self, code: str, account: Account | None = None) -> int:
        """Raise one for the OA."""
        return self.shelf.write(alarms.raise_alarm, account or self.oa, TEXTS, code)

    def told(self, account: Account) -> list[tuple[Identity, str]]:
        """Who has a letter by that account, and what it says."""

        def read(unit: Unit) -> list[tuple[Identity, str]]:
            return [
                (
                    Identity(bytes(row.identity)),
                    packing.unpack_outbound(unit.keys.open(Purpose.MESSAGE, row.body)).text,
                )
                for row in letters_of(unit, account.id)
            ]

        return self.shelf.read(read)


@pytest.fixture
def house(shelf: Shelf) -> House:
    def build(unit: Unit) -> House:
        office = open_office(unit)
        accounts = [
            communes.save_account(unit, office.commune, channel, office.commune.slug, {})
            for channel in ("zalo_oa", "zalo_bot")
        ]
        return House(shelf, office, *accounts)

    return shelf.write(build)


# ---- the words ----------------------------------------------------------------------------------


@pytest.mark.parametrize("form", list(AddressForm))
@pytest.mark.parametrize("code", [*CODES, "zalo -987", "Wrong" * 30, "zalo -14003"])
def test_every_trouble_has_a_short_sentence_that_names_no_code_which_it_explains(
    code: str, form: AddressForm
) -> None:
    texts = replace(TEXTS, you=form.words)
    for channel in ("zalo_oa", "zalo_bot", "telegram"):
        sentence = alarms.trouble_sentence(texts, channel, code)
        name = alarms.channel_name(texts, channel)
        alarm = texts.say("alarm.account", channel=name, commune="phường Phước Tân", what=sentence)
        assert len(alarm) <= LONGEST, alarm
        assert alarm.startswith("Dạ, ")
        assert "{" not in alarm
        for part in re.split(r"(?<=[.!?]) ", alarm):
            assert len(part.split()) <= 25, part


def test_what_nobody_has_explained_is_named_by_its_code() -> None:
    for code in CODES:
        unknown = TEXTS.say("trouble.unknown", channel="Zalo OA", code=code)
        assert alarms.trouble_sentence(TEXTS, "zalo_oa", code) != unknown
    assert "“zalo -987”" in alarms.trouble_sentence(TEXTS, "zalo_oa", "zalo -987")


def test_a_forged_request_is_explained_by_the_secret_of_its_channel() -> None:
    assert "OA Secret Key" in alarms.trouble_sentence(TEXTS, "zalo_oa", "forged")
    sentence = alarms.trouble_sentence(TEXTS, "telegram", "forged")
    assert "OA Secret Key" not in sentence
    assert "Telegram" in sentence


def test_the_consent_says_which_command_gives_it_again() -> None:
    sentence = alarms.trouble_sentence(TEXTS, "zalo_oa", "needs-consent")
    assert "cần cấp lại quyền" in sentence
    assert "python -m bot zalo authorize" in sentence


# ---- who is told --------------------------------------------------------------------------------


def test_operators_and_officers_are_told_and_nobody_else(house: House) -> None:
    wanted = [house.knows(role, house.bot) for role in (Role.OPERATOR, Role.OFFICER)]
    house.knows(Role.LEADER, house.bot)
    assert house.alarms("needs-consent") == 2
    told = house.told(house.bot)
    assert [identity for identity, _ in told] == wanted
    for _, text in told:
        assert "Zalo OA của phường Hố Nai" in text
        assert "cần cấp lại quyền" in text


def test_who_has_no_other_chat_is_told_by_the_account_itself_while_it_still_sends(
    house: House,
) -> None:
    house.knows(Role.OFFICER, house.oa)
    for code in ("forged", "zalo -201", "quota-people", "quota-messages"):
        assert house.alarms(code) == 1
    for code in ("needs-consent", "401", "zalo -204"):
        assert house.alarms(code) == 0
    house.knows(Role.OFFICER, house.bot)
    house.shelf.clock.passes(days=1)
    assert house.alarms("forged") == 1
    assert (len(house.told(house.oa)), len(house.told(house.bot))) == (4, 1)


def test_the_account_in_trouble_carries_no_alarm_of_its_own(house: House) -> None:
    house.knows(Role.OFFICER, house.oa)
    assert house.alarms("needs-consent") == 0
    assert house.told(house.oa) == []
    assert house.alarms("401", house.bot) == 1
    assert len(house.told(house.oa)) == 1


def test_who_left_or_cannot_be_reached_is_not_told(house: House) -> None:
    gone = house.knows(Role.OFFICER, house.bot)
    mine = update(conversations).where(conversations.c.identity == gone)
    house.shelf.write(lambda unit: unit.connection.execute(mine.values(reachable=False)))
    assert house.alarms("needs-consent") == 0


def test_another_commune_hears_nothing(house: House, shelf: Shelf) -> None:
    other = shelf.write(open_office)
    bot = shelf.write(communes.save_account, other.commune, "zalo_bot", other.commune.slug, {})
    neighbour = House(shelf, other, bot, bot)
    neighbour.knows(Role.OPERATOR, bot)
    house.knows(Role.OPERATOR, house.bot)
    assert house.alarms("needs-consent") == 1
    assert neighbour.told(bot) == []


# ---- how often ----------------------------------------------------------------------------------


def test_one_trouble_is_told_once_a_day_and_another_at_once(house: House) -> None:
    house.knows(Role.OFFICER, house.bot)
    assert [house.alarms("zalo -224") for _ in range(3)] == [1, 0, 0]
    assert house.alarms("zalo -221") == 1
    house.shelf.clock.passes(days=1)
    assert house.alarms("zalo -224") == 1
    assert len(house.told(house.bot)) == 3


def test_a_day_ends_at_midnight_in_vietnam(house: House) -> None:
    house.knows(Role.OFFICER, house.bot)
    clock = house.shelf.clock
    now = clock()
    clock.now = now.replace(hour=16, minute=59) + timedelta(days=1)  # 23:59 there
    assert [house.alarms("401"), house.alarms("401")] == [1, 0]
    clock.passes(minutes=1)
    assert house.alarms("401") == 1


def test_the_same_trouble_of_two_accounts_is_two_alarms(house: House) -> None:
    house.knows(Role.OFFICER, house.bot)
    telegram = house.shelf.write(
        communes.save_account, house.office.commune, "telegram", house.office.commune.slug, {}
    )
    assert house.alarms("forged") == 1
    assert house.alarms("forged", telegram) == 1


def test_a_code_of_any_length_fits_its_key_on_every_database(house: House) -> None:
    house.knows(Role.OFFICER, house.bot)
    assert house.alarms("x" * 200) == 1


def test_an_alarm_waits_behind_answers(house: House) -> None:
    house.knows(Role.OFFICER, house.bot)
    house.alarms("needs-consent")
    (row,) = house.shelf.read(letters_of, house.bot.id)
    assert (row.priority, row.status) == (NOTICE, "waiting")


# ---- forged requests ----------------------------------------------------------------------------


def test_a_few_forged_requests_are_counted_and_many_are_told_once_a_day(house: House) -> None:
    house.knows(Role.OFFICER, house.bot)
    house.shelf.write(alarms.note_forged, house.oa, TEXTS, 19)
    assert house.told(house.bot) == []
    for _ in range(3):
        house.shelf.write(alarms.note_forged, house.oa, TEXTS)
    ((_, text),) = house.told(house.bot)
    assert "không chứng minh được là của Zalo" in text
    house.shelf.clock.passes(hours=30)
    house.shelf.write(alarms.note_forged, house.oa, TEXTS, 19)
    assert len(house.told(house.bot)) == 1
    house.shelf.write(alarms.note_forged, house.oa, TEXTS, 5)
    assert len(house.told(house.bot)) == 2


def test_a_few_forged_requests_a_day_never_become_many(house: House) -> None:
    house.knows(Role.OFFICER, house.bot)
    for _ in range(5):
        house.shelf.write(alarms.note_forged, house.oa, TEXTS, 10)
        house.shelf.clock.passes(days=1)
    assert house.told(house.bot) == []


def test_who_forges_while_true_events_come_raises_no_alarm(house: House) -> None:
    house.knows(Role.OFFICER, house.bot)
    for _ in range(3):
        house.shelf.write(alarms.note_forged, house.oa, TEXTS, 15)
        house.shelf.clock.passes(minutes=1)
        house.knows(Role.LEADER, house.oa)
    assert house.told(house.bot) == []
    house.shelf.clock.passes(minutes=1)
    house.shelf.write(alarms.note_forged, house.oa, TEXTS, 15)
    house.knows(Role.LEADER, house.bot)  # an event of another account proves nothing here
    house.shelf.write(alarms.note_forged, house.oa, TEXTS, 15)
    assert len(house.told(house.bot)) == 1


# ---- quotas -------------------------------------------------------------------------------------


def delivered(unit: Unit, account: Account, commune: Commune, count: int) -> None:
    """That account has sent so many messages just now."""
    row = {
        "commune_id": commune.id,
        "account_id": account.id,
        "identity": bytes(32),
        "priority": 0,
        "status": "delivered",
        "tries": 1,
        "second_try": False,
        "not_before": unit.now,
        "created_at": unit.now,
        "finished_at": unit.now,
        "cost": 0,
    }
    rows = [row | {"key": f"sent:{next(_numbers)}"} for _ in range(count)]
    unit.connection.execute(insert(outbox), rows)


def watch(house: House, terms: Terms) -> list[str]:
    """As the watch does it: what the office is told of."""
    usage = house.shelf.read(alarms.count_usage, house.bot.id)
    codes = alarms.quotas_nearly_over(usage, terms)
    house.shelf.write(alarms.tell_quotas, house.bot, TEXTS, codes)
    return codes


def test_four_fifths_of_the_months_messages_are_told_once_a_day(house: House) -> None:
    house.knows(Role.OFFICER, house.oa)
    few = replace(BOT, monthly=10)
    house.shelf.write(delivered, house.bot, house.office.commune, 7)
    assert watch(house, few) == []
    house.shelf.write(delivered, house.bot, house.office.commune, 1)
    assert [watch(house, few), watch(house, few)] == [["quota-messages"]] * 2
    ((_, text),) = house.told(house.oa)
    assert "Zalo Bot sắp dùng hết số tin của tháng này" in text
    house.shelf.clock.now = (house.shelf.clock() + timedelta(days=32)).replace(day=2)
    assert watch(house, few) == []  # another month


def test_four_fifths_of_the_people_are_told(house: House) -> None:
    for _ in range(4):
        house.knows(Role.LEADER, house.bot)
    house.knows(Role.OPERATOR, house.oa)
    assert watch(house, replace(BOT, people=6)) == []
    assert watch(house, replace(BOT, people=5)) == ["quota-people"]
    ((_, text),) = house.told(house.oa)
    assert "sắp đủ số người" in text


def test_where_nothing_is_limited_nothing_is_told(house: House) -> None:
    house.knows(Role.OPERATOR, house.oa)
    house.shelf.write(delivered, house.bot, house.office.commune, 30)
    assert watch(house, ALWAYS_FREE) == []
    assert house.told(house.oa) == []
