"""A check-in that begins with a link: the web chat brings the code along, on a phone and on a desk."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, expect

from tests.browser_server import Ward, running
from tests.browser_visits import PHONE, Chat, Device, assert_accessible, devices, visit
from tests.class_school import School

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-class-chat")]


@pytest.fixture(scope="module")
def ward(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ward]:
    with running(tmp_path_factory.mktemp("check-in")) as opened:
        yield opened


@pytest.fixture(scope="module")
def code(ward: Ward) -> str:
    """The code on the poster of a class that begins soon."""
    school = School(ward.base, ward.commune().id)
    return school.printed(school.announces(begins=timedelta(minutes=30)))


@devices
def test_a_link_brings_the_code_along_and_the_questions_can_be_tapped(
    browser: Browser, ward: Ward, code: str, device: Device
) -> None:
    with visit(browser, device) as (page, _):
        chat = Chat(page, ward.url).opens(f"/chat/ho-nai?diemdanh={code}")
        assert "điểm danh rồi: Cài VNeID" in chat.answer
        assert_accessible(page, "a seat that was taken")
        assert "đồng ý không" in chat.presses("Từ 60 tuổi")
        assert "khu phố" in chat.presses("Không đồng ý")
        assert "xong rồi" in chat.says("kp 5")
        assert page.url.endswith("/chat/ho-nai")  # going back later does not check in again


def test_the_conversation_that_there_is_goes_on(browser: Browser, ward: Ward, code: str) -> None:
    with visit(browser, PHONE) as (page, _):
        chat = Chat(page, ward.url).opens()
        chat.presses("VNeID, căn cước")
        chat.opens(f"/chat/ho-nai?diemdanh={code.lower()}")
        assert "điểm danh rồi" in chat.answer
        assert "trợ lý tự động" not in chat.answer
        chat.opens(f"/chat/ho-nai?diemdanh={code}")
        assert "đã điểm danh lớp này rồi" in chat.answer


@pytest.mark.parametrize("given", ["", "x", "%22%3E%3Cb%3E", "7K2M9Q7", "chào"])
def test_what_is_no_code_opens_the_chat_as_ever(browser: Browser, ward: Ward, given: str) -> None:
    with visit(browser, PHONE) as (page, _):
        Chat(page, ward.url).opens(f"/chat/ho-nai?diemdanh={given}")
        expect(page.locator("body")).to_have_attribute("data-place", "")
