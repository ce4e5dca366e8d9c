"""content/menu.yaml: what stands first, and one line for each thing that is wrong in it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.core.vocabulary import Topic
from bot.library import check
from tests import shipped

CONTENT = Path(__file__).parents[1] / "content"
LIBRARY = shipped.library()
Change = Callable[[str, str], list[str]]


@pytest.fixture
def change(tmp_path: Path) -> Change:
    """Changes the shipped menu in one place; gives what is said of it."""
    shutil.copytree(CONTENT, tmp_path / "content")
    file = tmp_path / "content" / "menu.yaml"

    def make(old: str, new: str) -> list[str]:
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new, 1), encoding="utf-8")
        faults, _ = check(tmp_path / "content")
        return [str(fault) for fault in faults]

    return make


def test_the_menu_has_five_entries_and_the_signature_stands_under_vneid() -> None:
    entries = LIBRARY.menu.entries
    assert [entry.topic for entry in entries] == ["vneid", "dvc", "tt", "at", "hoc-so"]
    under = LIBRARY.menu.guides_under(LIBRARY.guides, Topic.VNEID)
    assert "cks-dang-ky" in [guide.id for guide in under]


def test_the_guides_named_in_the_file_stand_first_and_all_others_follow() -> None:
    for entry in LIBRARY.menu.entries:
        found = [guide.id for guide in LIBRARY.menu.guides_under(LIBRARY.guides, entry.topic)]
        assert tuple(found[: len(entry.first)]) == entry.first
        rest = found[len(entry.first) :]
        assert rest == sorted(rest)
        mine = {guide.id for guide in LIBRARY.guides.values() if guide.topic in entry.topics}
        assert set(found) == mine


def test_every_guide_stands_under_exactly_one_entry() -> None:
    menu, guides = LIBRARY.menu, LIBRARY.guides
    shown = [g.id for entry in menu.entries for g in menu.guides_under(guides, entry.topic)]
    assert sorted(shown) == sorted(guides)


def test_an_entry_without_a_guide_is_not_shown() -> None:
    only = {"tt-chuyen-nham": LIBRARY.guides["tt-chuyen-nham"]}
    assert LIBRARY.menu.open_entries(only) == [Topic.TT]


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("urgent: at-da-bi-lua", "urgent: at-khong-co", "không có bài «at-khong-co»"),
        ("- tt-chuyen-nham", "- tt-khong-co", "không có bài «tt-khong-co»"),
        ("- tt-chuyen-nham", "- dvc-khai-sinh", "bài «dvc-khai-sinh» thuộc lĩnh vực dvc"),
        ("- tt-chuyen-nham", "- tt-vietqr-chuyen-khoan", "«tt-vietqr-chuyen-khoan» ghi hai lần"),
        ("  - topic: hoc-so", "  - topic: hoc-so\n    also: [tt]", "«tt» đứng ở hai mục"),
        ("- topic: dvc", "- topic: nau-an", "«topic» là «nau-an»"),
        ("urgent:", "urgnt:", "không có mục nào tên «urgnt»"),
        ("  - topic: hoc-so", "  - topic: hoc-so\n  - topic: hoc-so", "nhiều nhất 5"),
    ],
)
def test_each_fault_is_one_line_that_names_its_place(
    change: Change, old: str, new: str, what: str
) -> None:
    found = change(old, new)
    assert len(found) == 1, found
    assert what in found[0]
    assert found[0].startswith("content/menu.yaml:")
