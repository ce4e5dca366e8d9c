"""A topic with many guides: pages, one after the other, and the way back."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.app.installation import open_installation
from bot.config import Settings
from bot.conversation.turn import State
from bot.core.messages import Kind
from tests.clock import FixedClock
from tests.walker import Walker

CONTENT = Path(__file__).parent.parent / "content"
MORE = 11


@pytest.fixture(scope="module")
def walker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walker]:
    """A resident of an installation whose VNeID shelf holds a dozen guides."""
    folder = tmp_path_factory.mktemp("many")
    content = folder / "content"
    shutil.copytree(CONTENT, content)
    model = (content / "guides" / "vneid-quen-mat-khau.md").read_text(encoding="utf-8")
    for number in range(MORE):
        name = f"vneid-bai-{number:02}"
        text = re.sub(r"(?m)^id: .*$", f"id: {name}", model, count=1)
        text = re.sub(r"(?m)^title: .*$", f"title: Bài thử {number:02}", text, count=1)
        (content / "guides" / f"{name}.md").write_text(text, encoding="utf-8")
    values = {
        "database_url": f"sqlite:///{folder / 'ban-so.db'}",
        "secret_key": "khóa nào cũng được",
        "var_dir": folder,
        "content_dir": content,
    }
    installation = open_installation(Settings.model_validate(values), FixedClock())
    with installation.database.unit() as unit:
        yield Walker(installation, unit)
    installation.database.close()


def test_every_guide_of_a_full_shelf_is_reached_by_leafing_through(walker: Walker) -> None:
    seen = walker.take(walker.take(State(), "menu").state, "topic:vneid", Kind.ACTION)
    shelf = {g.id for g in walker.script.library.guides.values() if g.topic in ("vneid", "cks")}
    found: list[str] = []
    while True:
        assert len([choice for choice in seen.choices if choice.n]) <= 5
        found += [c.action.removeprefix("guide:") for c in seen.choices if "guide:" in c.action]
        if "Xem thêm" not in seen.labels():
            break
        seen = walker.take(seen.state, "Xem thêm")
    assert sorted(found) == sorted(shelf)


def test_leafing_back_leads_to_the_page_before(walker: Walker) -> None:
    first = walker.take(walker.take(State(), "menu").state, "topic:vneid", Kind.ACTION)
    second = walker.take(first.state, "Xem thêm")
    guide = walker.take(second.state, "1")
    assert walker.take(guide.state, "trở lại").labels() == second.labels()
    assert walker.take(second.state, "trở lại").labels() == first.labels()


def test_guides_that_sound_the_same_are_offered_as_a_choice(walker: Walker) -> None:
    seen = walker.take(State(), "vneid")
    assert 2 <= len([choice for choice in seen.choices if "guide:" in choice.action]) <= 3
    assert seen.labels()[-2] == "Không phải mấy cái này"
    chosen = walker.take(seen.state, "1")
    assert walker.take(chosen.state, "trở lại").labels()[0] == seen.labels()[0]
