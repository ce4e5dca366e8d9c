"""A messenger's window: what goes for nothing, what costs, what waits for a person of the office instead."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select

from bot.core.messages import (
    Choice,
    Delivered,
    Inbound,
    Kind,
    Media,
    MediaKind,
    Outbound,
    Rejected,
    Retry,
    Unreachable,
)
from bot.core.terms import Tariff, Terms
from bot.core.vocabulary import Identity
from storage import deliveries, fetching, mailbox, notices
from storage import outbox as sending
from storage.database import Unit
from storage.mailbox import Arrival, Finished
from storage.models import conversations, outbox
from storage.notices import Chat
from storage.outbox import LONGEST_MERGED, Letter, Post
from tests.storage_tools import (
    AMPLE,
    ENGINES,
    Office,
    Shelf,
    open_office,
    open_shelf,
    talk,
    together,
)

WINDOW = (Tariff(date(2026, 1, 1), timedelta(hours=48), timedelta(days=7), 55),)
SAVING = Terms(WINDOW)
PAYING = Terms(WINDOW, may_pay=True)
COUNTED = Terms(monthly=3000)


@pytest.fixture(scope="module", params=ENGINES)
def shelf(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shelf]:
    with open_shelf(request, request.param, tmp_path_factory.mktemp("windows")) as opened:
        yield opened


class Ward:
    """An account with a window, and one chat of it that has just been answered."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.office: Office = shelf.write(open_office)
        self.tu = self.hears("bà Tư", "e1")

    def hears(self, chat: str, event: str, *said: str) -> Identity:
        """Something that person wrote, and the answers to it."""
        return self.shelf.write(talk, self.office, chat, event, *said)

    def does(self, kind: Kind, at: datetime, event: str) -> None:
        """Any event of bà Tư's by the messenger's clock, and the turn that it makes."""
        inbound = Inbound(self.office.address("bà Tư"), event, kind, "", at)
        arrival = Arrival(self.office.id, self.office.account.id, self.tu, inbound)

        def work(unit: Unit) -> None:
            mailbox.accept(unit, [arrival])
            if claimed := mailbox.claim(unit, self.tu):
                mailbox.finish(unit, claimed, Finished("done", "{}", ()))

        self.shelf.write(work)

    def notes(self, *texts: str, message: Outbound | None = None) -> None:
        """Notices to bà Tư."""
        chat = Chat(self.office.id, self.office.account.id, self.tu)
        for text in texts:
            assert self.shelf.write(notices.post, chat, f"n:{text}", message or Outbound(text))

    def take(self, terms: Terms, holder: str = "A") -> tuple[Letter, ...]:
        """What may go now."""
        given = Post(self.office.account.id, holder, AMPLE, terms)
        return self.shelf.write(sending.take, given, frozenset()).letters

    def record(self, letter: Letter, outcome: Any) -> None:
        """What the messenger said."""
        self.shelf.write(deliveries.record, self.office.account.id, [(letter, outcome)])

    def send_all(self, terms: Terms) -> list[str]:
        """Deliver until nothing comes twice running (a look that only sets aside gives nothing)."""
        sent: list[str] = []
        for _ in range(30):
            for letter in self.take(terms):
                self.record(letter, Delivered())
                sent.append(letter.message.text)
        return sent

    @property
    def rows(self) -> list[Any]:
        """The outbox, oldest first."""
        mine = outbox.c.account_id == self.office.account.id
        found = select(outbox).where(mine).order_by(outbox.c.id)
        return self.shelf.read(lambda unit: list(unit.connection.execute(found)))

    @property
    def last_act(self) -> datetime:
        """When bà Tư was last heard of."""
        found = select(conversations.c.last_act_at).where(conversations.c.identity == self.tu)
        return self.shelf.read(lambda unit: unit.connection.execute(found).scalar_one())

    @property
    def aside(self) -> list[notices.SetAside]:
        """What the office is shown."""
        return self.shelf.read(notices.list_set_aside, self.office.id)


@pytest.fixture
def ward(shelf: Shelf) -> Ward:
    return Ward(shelf)


# ---- what may go -----------------------------------------------------------------------------


def test_a_notice_is_free_until_48_hours_after_the_last_act(ward: Ward) -> None:
    ward.shelf.clock.passes(hours=47, minutes=59)
    ward.notes("mai họp")
    (letter,) = ward.take(SAVING)
    assert letter.message.text == "mai họp"
    ward.record(letter, Delivered("m1"))
    (row,) = ward.rows
    assert (row.status, row.cost, row.body) == ("delivered", 0, None)


def test_after_48_hours_a_notice_goes_only_where_the_ward_pays_and_its_price_is_kept(
    ward: Ward,
) -> None:
    ward.shelf.clock.passes(hours=48, minutes=1)
    ward.notes("mai họp")
    assert ward.take(SAVING) == ()
    (row,) = ward.rows
    assert (row.status, row.error, row.cost) == ("unpaid", "unpaid", None)
    assert row.finished_at == ward.shelf.clock.now
    ward.notes("mốt họp")
    (letter,) = ward.take(PAYING)
    ward.record(letter, Delivered())
    assert [row.cost for row in ward.rows] == [None, 55]


def test_after_seven_days_nothing_goes_whoever_pays(ward: Ward) -> None:
    ward.shelf.clock.passes(days=7)
    ward.notes("mai họp")
    assert ward.take(PAYING) == ()
    (aside,) = ward.aside
    assert (aside.status, aside.reason, aside.text) == ("shut", "shut", "mai họp")


def test_an_answer_right_after_an_act_is_always_free(ward: Ward) -> None:
    ward.shelf.clock.passes(days=30)
    ward.hears("bà Tư", "e2", "dạ con nghe")
    (letter,) = ward.take(SAVING)
    ward.record(letter, Delivered())
    assert [(row.status, row.cost) for row in ward.rows] == [("delivered", 0)]


def test_an_answer_that_waited_too_long_is_set_aside_without_its_words(ward: Ward) -> None:
    ward.hears("bà Tư", "e2", "dạ con nghe")
    ward.shelf.clock.passes(days=3)
    assert ward.take(SAVING) == ()
    assert [(row.status, row.body) for row in ward.rows] == [("unpaid", None)]
    assert [one.text for one in ward.aside] == [None]
    assert not ward.shelf.write(notices.send_again, ward.office.id, ward.aside[0].id)


def test_what_is_set_aside_holds_up_nothing_behind_it(ward: Ward) -> None:
    ward.shelf.clock.passes(days=3)
    ward.notes("cũ", message=Outbound("cũ", (Choice(1, "Xem", "go"),)))
    assert ward.send_all(SAVING) == []
    ward.hears("bà Tư", "e2", "dạ con nghe")
    assert ward.send_all(SAVING) == ["dạ con nghe"]


def test_a_notice_to_somebody_who_left_is_not_even_tried_but_an_answer_is(ward: Ward) -> None:
    ward.does(Kind.STOPPED, ward.shelf.clock.now, "e2")
    ward.hears("bà Tư", "e3", "chào cô chú")
    (letter,) = ward.take(SAVING)
    ward.record(letter, Unreachable("-217"))
    ward.notes("mai họp")
    assert ward.take(Terms()) == (), "also where there is no window at all"
    assert [one.status for one in ward.aside] == ["shut", "unreachable"]
    ward.hears("bà Tư", "e4", "dạ")
    assert ward.send_all(SAVING) == ["dạ"]


# ---- the clock of the window -----------------------------------------------------------------


@pytest.mark.parametrize("kind", [Kind.TEXT, Kind.ACTION, Kind.START, Kind.STICKER])
def test_an_act_opens_the_window_from_the_messengers_own_moment(ward: Ward, kind: Kind) -> None:
    ward.shelf.clock.passes(hours=60)
    at = ward.shelf.clock.now - timedelta(hours=5)  # it came late
    ward.does(kind, at, "e2")
    assert ward.last_act == at


@pytest.mark.parametrize("kind", [Kind.STOPPED, Kind.WITHDREW, Kind.STAFF, Kind.NOTED])
def test_what_is_no_act_opens_no_window(ward: Ward, kind: Kind) -> None:
    before = ward.last_act
    ward.shelf.clock.passes(hours=60)
    ward.does(kind, ward.shelf.clock.now, "e2")
    assert ward.last_act == before


def test_a_late_event_does_not_turn_the_clock_back_and_none_is_in_the_future(ward: Ward) -> None:
    now = ward.shelf.clock.now
    ward.does(Kind.TEXT, now, "e2")
    ward.does(Kind.TEXT, now - timedelta(days=3), "e1 at last")
    assert ward.last_act == now
    ward.does(Kind.TEXT, now + timedelta(days=3), "e3")
    assert ward.last_act == now


# ---- several notices as one ------------------------------------------------------------------


@pytest.mark.parametrize("terms", [SAVING, COUNTED])
def test_plain_notices_that_wait_for_one_person_go_as_one_message(ward: Ward, terms: Terms) -> None:
    ward.notes("một", "hai", "ba")
    (letter,) = ward.take(terms)
    assert letter.message.text == "một\n\nhai\n\nba"
    ward.record(letter, Delivered())
    assert [row.status for row in ward.rows] == ["delivered", "merged", "merged"]
    assert [row.body for row in ward.rows] == [None] * 3
    assert ward.take(terms) == ()


def test_merged_notices_cost_once(ward: Ward) -> None:
    ward.shelf.clock.passes(hours=50)
    ward.notes("một", "hai", "ba")
    (letter,) = ward.take(PAYING)
    ward.record(letter, Delivered())
    assert [row.cost for row in ward.rows] == [55, None, None]


def test_where_messages_are_free_and_uncounted_each_goes_by_itself(ward: Ward) -> None:
    ward.notes("một", "hai")
    assert ward.send_all(Terms()) == ["một", "hai"]


@pytest.mark.parametrize(
    "odd",
    [
        Outbound("chọn", (Choice(1, "Có", "yes"),)),
        Outbound("hình", media=Media(MediaKind.PICTURE, "a.png", "sơ đồ")),
        Outbound("sửa", replaces="m1"),
        Outbound("dài " * (LONGEST_MERGED // 4)),
    ],
)
def test_what_is_more_than_plain_words_stays_by_itself_and_in_its_place(
    ward: Ward, odd: Outbound
) -> None:
    ward.notes("một", "hai")
    ward.notes("lạ", message=odd)
    ward.notes("ba", "bốn")
    assert ward.send_all(SAVING) == ["một\n\nhai", odd.text, "ba\n\nbốn"]


def test_no_notice_overtakes_an_answer_that_stands_before_it(ward: Ward) -> None:
    ward.notes("một", "hai")
    ward.hears("bà Tư", "e2", "trả lời")
    ward.notes("ba")
    assert ward.send_all(SAVING) == ["một\n\nhai", "trả lời", "ba"]


def test_an_answer_is_never_merged(ward: Ward) -> None:
    ward.hears("bà Tư", "e2", "trả lời 1", "trả lời 2")
    ward.notes("một")
    assert ward.send_all(SAVING) == ["trả lời 1", "trả lời 2", "một"]


def test_what_may_have_left_before_is_not_changed_any_more(ward: Ward) -> None:
    ward.notes("một")
    (letter,) = ward.take(SAVING)
    ward.record(letter, Retry(1, "lost", maybe_taken=True))
    ward.notes("hai")
    ward.shelf.clock.passes(seconds=2)
    assert ward.send_all(SAVING) == ["một", "hai"]


def test_a_second_try_is_not_swallowed_by_an_older_notice_that_is_sent_again(ward: Ward) -> None:
    ward.notes("cũ")
    (old,) = ward.take(SAVING)
    ward.record(old, Rejected("-210"))
    ward.notes("mới")
    ward.take(SAVING)  # and the process dies with it on the wire
    assert ward.shelf.write(notices.send_again, ward.office.id, old.id)
    ward.shelf.clock.passes(seconds=31)
    (first,) = ward.take(SAVING, "B")
    assert first.message.text == "cũ"
    ward.record(first, Delivered())
    (second,) = ward.take(SAVING, "B")
    assert (second.message.text, second.second_try) == ("mới", True)


def test_a_lost_notice_that_is_sent_again_goes_alone_and_as_a_second_try(ward: Ward) -> None:
    ward.notes("một")
    (letter,) = ward.take(SAVING)
    ward.record(letter, Retry(1, "lost", maybe_taken=True))
    ward.shelf.clock.passes(seconds=2)
    (letter,) = ward.take(SAVING)
    ward.record(letter, Rejected("-210"))
    ward.notes("hai")
    assert ward.shelf.write(notices.send_again, ward.office.id, letter.id)
    (again,) = ward.take(SAVING)
    assert (again.message.text, again.second_try) == ("một", True)


def test_merged_notices_that_could_not_go_are_shown_whole_and_go_again_whole(ward: Ward) -> None:
    ward.notes("một", "hai")
    (letter,) = ward.take(SAVING)
    ward.record(letter, Rejected("-201"))
    (aside,) = ward.aside
    assert (aside.status, aside.reason, aside.text) == ("failed", "-201", "một\n\nhai")
    assert ward.shelf.write(notices.send_again, ward.office.id, aside.id)
    assert ward.aside == []
    assert ward.send_all(SAVING) == ["một\n\nhai"]


# ---- what a person of the office does with the rest --------------------------------------------


def test_a_notice_is_posted_once_for_its_key_in_each_chat(ward: Ward) -> None:
    other = Ward(ward.shelf)
    key = "k" * 300

    def put(one: Ward, who: Identity) -> bool:
        chat = Chat(one.office.id, one.office.account.id, who)
        return ward.shelf.write(notices.post, chat, key, Outbound("mai họp"))

    nam = ward.hears("ông Năm", "e9")
    places = ((ward, ward.tu), (ward, nam), (other, other.tu))
    assert [put(*place) for place in places] == [True, True, True]
    assert [put(*place) for place in places] == [False, False, False]
    work: Callable[[], bool] = partial(put, ward, ward.hears("cô Sáu", "e10"))
    assert sorted(together(work, work, work)) == [False, False, True]


def test_a_notice_that_was_set_aside_may_be_sent_again_when_the_person_is_back(ward: Ward) -> None:
    ward.shelf.clock.passes(days=8)
    ward.notes("mai họp")
    assert ward.send_all(SAVING) == []
    (aside,) = ward.aside
    assert ward.shelf.write(notices.send_again, ward.office.id, aside.id)
    assert ward.send_all(SAVING) == [], "still shut: it is set aside once more"
    assert [one.id for one in ward.aside] == [aside.id]
    ward.hears("bà Tư", "e2")
    assert ward.shelf.write(notices.send_again, ward.office.id, aside.id)
    assert not ward.shelf.write(notices.send_again, ward.office.id, aside.id), "it waits already"
    assert ward.send_all(SAVING) == ["mai họp"]
    assert ward.aside == []


def test_a_settled_notice_is_shown_no_more_and_its_words_are_gone(ward: Ward) -> None:
    ward.shelf.clock.passes(days=8)
    ward.notes("mai họp")
    ward.take(SAVING)
    (aside,) = ward.aside
    assert ward.shelf.write(notices.settle, ward.office.id, aside.id)
    assert not ward.shelf.write(notices.settle, ward.office.id, aside.id)
    assert not ward.shelf.write(notices.send_again, ward.office.id, aside.id)
    assert ward.aside == []
    assert [(row.status, row.body) for row in ward.rows] == [("settled", None)]


def test_a_notice_to_a_forgotten_chat_cannot_be_sent_again(ward: Ward) -> None:
    ward.shelf.clock.passes(days=8)
    ward.notes("mai họp")
    ward.take(SAVING)
    (aside,) = ward.aside
    gone = conversations.delete().where(conversations.c.identity == ward.tu)
    ward.shelf.write(lambda unit: unit.connection.execute(gone))
    assert not ward.shelf.write(notices.send_again, ward.office.id, aside.id)
    ward.shelf.write(fetching.forget, ward.tu)
    assert ward.aside == []


def test_each_commune_sees_and_handles_its_own_notices_only(ward: Ward) -> None:
    other = Ward(ward.shelf)
    for one in (ward, other):
        one.shelf.write(partial(_shut, one))
    (mine,), (theirs,) = ward.aside, other.aside
    assert mine.id != theirs.id
    assert not ward.shelf.write(notices.send_again, ward.office.id, theirs.id)
    assert not ward.shelf.write(notices.settle, ward.office.id, theirs.id)
    assert [one.id for one in other.aside] == [theirs.id]


def _shut(ward: Ward, unit: Unit) -> None:
    chat = Chat(ward.office.id, ward.office.account.id, ward.tu)
    notices.post(unit, chat, "x", Outbound("mai họp"))
    mine = outbox.c.account_id == ward.office.account.id
    aside = {"status": "shut", "finished_at": unit.now}
    unit.connection.execute(outbox.update().where(mine).values(aside))


def test_of_many_that_waited_for_consent_all_go_when_it_is_given(ward: Ward) -> None:
    ward.hears("ông Năm", "e5", "n1")
    ward.hears("bà Tư", "e6", "t1")
    for letter in ward.take(SAVING):
        ward.record(letter, Retry(600, "needs-consent", whole_account=True, alert=True))
    assert ward.take(SAVING) == ()
    ward.shelf.write(sending.resume, ward.office.account.id)
    assert sorted(ward.send_all(SAVING)) == ["n1", "t1"]


def test_an_odd_id_or_reason_of_the_messengers_stops_nothing(ward: Ward) -> None:
    ward.hears("bà Tư", "e2", "một", "hai")
    (letter,) = ward.take(SAVING)
    ward.record(letter, Delivered("\0" + "m" * 500))
    (letter,) = ward.take(SAVING)
    ward.record(letter, Rejected("\0" + "x" * 500))
    assert [row.status for row in ward.rows] == ["delivered", "failed"]


def test_an_old_notice_that_is_sent_again_may_be_tried_for_another_day(ward: Ward) -> None:
    ward.notes("một")
    (letter,) = ward.take(SAVING)
    ward.record(letter, Rejected("-201"))
    ward.shelf.clock.passes(hours=30)
    (aside,) = ward.aside
    assert ward.shelf.write(notices.send_again, ward.office.id, aside.id)
    (letter,) = ward.take(SAVING)
    ward.record(letter, Retry(1, "bận"))
    assert ward.aside == []
    ward.shelf.clock.passes(seconds=2)
    assert ward.send_all(SAVING) == ["một"]
