"""The golden stories on every channel: the same words and the same choices on each messenger's own wire.

What a person must do in another way there stands in ``story_roads.DIFFERENCES``, and in docs/channels.md for
the reader.
"""

from __future__ import annotations

import re
from contextlib import closing
from pathlib import Path

import pytest

from bot.app.installation import Installation
from bot.core.messages import Kind
from tests import depth
from tests.channel_harness import HARNESSES
from tests.clock import FixedClock
from tests.story_roads import DIFFERENCES, ROADS
from tests.test_stories import PLACE, STORIES, Teller

SENDS = re.compile(r"^\((\w+)\)$", re.MULTILINE)
CODE = re.compile(r"NỐI \w{3} \w{3}|BN-\w{4}-\w{4}")  # other ones in each telling


def _cases() -> list[tuple[str, Path]]:
    return [
        (name, path)
        for number, path in enumerate(STORIES)
        for name in depth.STORIES.of(_tellers(path), number)
    ]


def _tellers(path: Path) -> list[str]:
    return [name for name in ROADS if path.stem not in DIFFERENCES[name]]


def test_every_channel_has_a_road_and_a_row_of_differences() -> None:
    names = {harness.name for harness in HARNESSES}
    assert set(ROADS) | {"console"} == names
    assert set(DIFFERENCES) == names


def test_what_is_different_is_written_for_the_reader() -> None:
    page = (Path(__file__).parent.parent / "docs" / "channels.md").read_text(encoding="utf-8")
    for name, differences in DIFFERENCES.items():
        for what, instead in differences.items():
            assert f"| {name} | `{what}` | {instead} |" in page


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("name", "path"), _cases(), ids=lambda part: getattr(part, "stem", part))
def test_a_story_reads_the_same_on_every_channel(
    name: str, path: Path, base: Installation, clock: FixedClock
) -> None:
    written = _as_it_can_be_told(path.read_text(encoding="utf-8"), name)
    place = PLACE.search(written)
    with closing(ROADS[name](base, place[1] if place else "ho-nai", clock)) as road:
        told = Teller(road, clock).tell(written)  # type: ignore[arg-type]  # every road has what a teller asks for
    assert CODE.sub("…", told) == CODE.sub("…", written)


def _as_it_can_be_told(story: str, name: str) -> str:
    """Without the marks of bold, and without what this channel's people cannot send."""
    missing = {str(kind) for kind in ROADS[name].cannot_send}
    kept, skipping = [], False
    for line in story.replace("**", "").splitlines():
        if not line.startswith(" ") and line:
            found = SENDS.match(line)
            skipping = bool(found and found[1] in missing)
        if not skipping:
            kept.append(line)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).rstrip() + "\n"


def test_only_stories_that_there_are_are_left_out() -> None:
    left = {what for row in DIFFERENCES.values() for what in row if what[:2].isdecimal()}
    assert left <= {path.stem for path in STORIES}
    assert left == {"08-gui-thu-khac", "10-nut-cu", "23-can-bo-tra-loi-thay"}


def test_kinds_that_a_channel_cannot_send_are_really_left_out() -> None:
    for name, road in ROADS.items():
        assert bool(road.cannot_send) == ("(kind)" in DIFFERENCES[name])
        assert road.cannot_send <= set(Kind)
