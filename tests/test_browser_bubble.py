"""A message that carries a file, in a real browser: a link with its name."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from bot.channels.web_chat import as_json
from bot.core.messages import Media, MediaKind, Outbound
from tests.browser_server import Ward
from tests.browser_visits import PHONE, Chat, visit

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-chat")]


def test_a_file_is_a_link_that_is_as_large_as_a_finger(browser: Browser, ward: Ward) -> None:
    file = Media(MediaKind.FILE, "a" * 20 + ".docx", "Báo cáo <tuần> 47")
    message = as_json(Outbound("Dạ, báo cáo đây ạ.", media=file))
    with visit(browser, PHONE) as (page, _):
        Chat(page, ward.url).opens()
        page.evaluate(
            """(message) => {
                const made = BanSoBubble.make(message, {}, false);
                made.classList.add("bubble");
                document.body.replaceChildren(made);
            }""",
            message,
        )
        link = page.get_by_role("link", name="Báo cáo <tuần> 47")
        assert link.get_attribute("href") == f"/media/{file.key}"
        assert link.get_attribute("target") == "_blank"
        box = link.bounding_box()
        assert box is not None
        assert box["height"] >= 40
        assert "Dạ, báo cáo đây ạ." in page.locator("body").inner_text()
