"""The web chat on bad days: weak networks, a server that is away, answers that are lost or late."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from sqlalchemy import func, select

from storage.database import Unit
from storage.models import inbox
from tests.browser_server import Ward, running
from tests.browser_visits import NO_NETWORK, PHONE, Chat, assert_fits, visit

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-trouble")]

MESSAGES = "**/chat/api/messages"
WEAK = "Mạng yếu, tin chưa đi. Máy đang thử lại…"
STOPPED = "Tin chưa đi được. Xem lại mạng rồi bấm Gửi lại."
GUIDE = "Quên mật khẩu, quên passcode VNeID"


@pytest.fixture
def own_ward(tmp_path: Path) -> Iterator[Ward]:
    """A server of this test alone, to be stopped."""
    with running(tmp_path) as opened:
        yield opened


def post_ids(page: Page, answer: Callable[[Route, int], None]) -> list[str]:
    """The ids of the messages that the page posts from now on; ``answer`` deals with each."""
    ids: list[str] = []

    def deal(route: Route) -> None:
        ids.append(json.loads(route.request.post_data or "{}")["id"])
        answer(route, len(ids))

    page.route(MESSAGES, deal)
    return ids


def stuck(page: Page) -> None:
    """Wait until the page says that a message did not go."""
    page.locator("body[data-state=stuck]").wait_for()


def count_of_events(ward: Ward) -> int:
    """How many messages the server has taken."""

    def read(unit: Unit) -> int:
        return int(unit.connection.execute(select(func.count()).select_from(inbox)).scalar_one())

    return ward.base.database.read(read)


def test_a_lost_answer_is_asked_for_again_with_the_same_id_and_comes_once(
    browser: Browser, own_ward: Ward
) -> None:
    def lose_the_first(route: Route, number: int) -> None:
        if number > 1:
            route.continue_()
            return
        route.fetch()  # the server has taken it, and answered
        route.abort("connectionreset")

    with visit(browser, PHONE) as (page, watch):
        watch.forgive(NO_NETWORK)
        chat = Chat(page, own_ward.url).opens()
        before = count_of_events(own_ward)
        ids = post_ids(page, lose_the_first)
        chat.types("quen mat khau vneid")
        stuck(page)
        expect(page.get_by_role("status")).to_have_text(WEAK)
        expect(page.locator("#log .me.unsent")).to_be_in_viewport()
        page.get_by_role("button", name="Gửi lại").click()
        assert GUIDE in chat.is_answered()
        assert len(ids) == 2
        assert len(set(ids)) == 1
        assert count_of_events(own_ward) == before + 1
        assert chat.turns == ["bot", "me", "bot"]
        expect(page.locator("#log .unsent")).to_have_count(0)
        expect(page.get_by_role("status")).to_be_empty()


def test_a_message_that_did_not_go_goes_by_itself_later(browser: Browser, ward: Ward) -> None:
    with visit(browser, PHONE) as (page, watch):
        watch.forgive(NO_NETWORK)
        page.clock.install()
        chat = Chat(page, ward.url).opens()
        ids = post_ids(page, lambda route, n: route.abort() if n < 3 else route.continue_())
        chat.types("quen mat khau vneid")
        stuck(page)
        expect(page.locator("#log .me")).to_have_class("said me unsent")
        assert_fits(page)
        page.clock.run_for(4_000)
        assert GUIDE in chat.is_answered()
        assert len(ids) == 3
        assert len(set(ids)) == 1


def test_a_network_that_only_hangs_is_given_up_after_a_while(browser: Browser, ward: Ward) -> None:
    with visit(browser, PHONE) as (page, watch):
        watch.forgive(NO_NETWORK)
        page.clock.install()
        chat = Chat(page, ward.url).opens()
        held: list[Route] = []
        ids = post_ids(page, lambda route, n: held.append(route) if n == 1 else route.continue_())
        chat.types("quen mat khau vneid")
        expect(page.get_by_role("status")).to_have_text("Trợ lý đang trả lời…")
        page.clock.fast_forward(16_000)
        stuck(page)
        page.clock.run_for(1_500)
        assert GUIDE in chat.is_answered()
        assert len(set(ids)) == 1
        assert chat.turns == ["bot", "me", "bot"]


def test_a_server_that_is_away_is_said_and_asked_again_when_it_is_back(
    browser: Browser, own_ward: Ward
) -> None:
    with visit(browser, PHONE) as (page, watch):
        watch.forgive(NO_NETWORK)
        page.clock.install()
        chat = Chat(page, own_ward.url).opens()
        own_ward.stop()
        chat.types("quen mat khau vneid")
        stuck(page)
        expect(page.get_by_role("status")).to_have_text(WEAK)
        for seconds in (1, 2, 4, 8, 15):
            with page.expect_event("requestfailed"):
                page.clock.run_for(seconds * 1000)
        expect(page.get_by_role("status")).to_have_text(STOPPED)
        own_ward.start()
        page.get_by_role("button", name="Gửi lại").press("Enter")
        expect(page.locator("body")).not_to_be_focused()
        assert GUIDE in chat.is_answered()
        assert chat.turns == ["bot", "me", "bot"]


def test_what_was_typed_without_network_goes_as_soon_as_there_is_one(
    browser: Browser, ward: Ward
) -> None:
    with visit(browser, PHONE) as (page, watch):
        watch.forgive(NO_NETWORK)
        chat = Chat(page, ward.url).opens()
        page.clock.install()
        page.clock.pause_at(4_000_000_000_000)
        page.context.set_offline(True)
        chat.types("quen mat khau vneid")
        chat.types("1")  # waits behind it
        stuck(page)
        page.context.set_offline(False)
        page.locator("#log .now", has_text="Bước 1/8").wait_for()
        assert chat.turns == ["bot", "me", "me", "bot", "bot"]


def test_an_answer_that_comes_late_is_shown_when_it_comes(browser: Browser, ward: Ward) -> None:
    def keep_the_answer(route: Route, _: int) -> None:
        given = json.loads(route.request.post_data or "{}")
        answer = route.fetch().json()
        empty = {**answer, "out": [], "after": given["after"]}
        route.fulfill(json=empty)

    with visit(browser, PHONE) as (page, _):
        chat = Chat(page, ward.url).opens()
        polls: list[Route] = []
        hold = [polls.append]  # until they are let go
        page.route(f"{MESSAGES}?**", lambda route: hold[0](route) if hold else route.continue_())
        page.reload()
        chat.is_answered()
        ids = post_ids(page, keep_the_answer)
        chat.types("quen mat khau vneid")
        expect(page.get_by_role("status")).to_have_text(
            "Trợ lý đang bận, chờ chút sẽ trả lời ở đây."
        )
        hold.clear()
        for poll in polls:
            poll.continue_()
        page.locator("#log .now", has_text=GUIDE).wait_for()
        assert chat.turns == ["bot", "me", "bot"]
        assert len(ids) == 1
        expect(page.get_by_role("status")).to_be_empty()


def test_a_refusal_is_a_sentence_and_the_buttons_can_be_pressed_again(
    browser: Browser, ward: Ward
) -> None:
    def refuse(route: Route, _: int) -> None:
        route.fulfill(status=413, json={"error": "Tin dài quá."})

    with visit(browser, PHONE) as (page, watch):
        watch.forgive("status of 413")
        chat = Chat(page, ward.url).opens()
        post_ids(page, refuse)
        chat.types("quen mat khau vneid")
        expect(page.get_by_role("status")).to_have_text("Tin dài quá.")
        expect(page.get_by_role("button", name="Gửi lại")).to_be_hidden()
        page.unroute_all()
        assert "chọn một bài" in chat.presses("VNeID, căn cước")


def test_a_button_pressed_twice_is_pressed_once(browser: Browser, ward: Ward) -> None:
    with visit(browser, PHONE) as (page, _):
        chat = Chat(page, ward.url).opens()
        held: list[Route] = []
        ids = post_ids(page, lambda route, _: held.append(route))
        chat.button("VNeID, căn cước").dblclick()
        chat.button("Gặp người giúp").click(force=True)
        expect(page.get_by_role("status")).not_to_be_empty()
        held[0].continue_()
        assert "chọn một bài" in chat.is_answered()
        assert len(ids) == 1
        assert chat.turns == ["bot", "me", "bot"]
