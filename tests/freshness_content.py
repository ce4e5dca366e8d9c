"""The shipped content with days of review that stand still: one guide is due early, one soon after."""

from __future__ import annotations

import re
import shutil
from datetime import date
from pathlib import Path

from tests.command_line import ROOT

EARLY, NEXT, URGENT = "vneid-quen-mat-khau", "tt-vietqr-chuyen-khoan", "at-da-bi-lua"
LAST_DAY = {EARLY: date(2026, 12, 20), NEXT: date(2027, 1, 20)}
REVIEWED, FAR = date(2026, 11, 1), date(2027, 10, 1)
"""Whatever is shipped was reviewed on the one day and is due on the other, but for those two."""


def copy_content(folder: Path) -> Path:
    """A copy in which nobody has changed anything but those days."""
    content = folder / "content"
    shutil.copytree(ROOT / "content", content)
    for path in (content / "guides").glob("*.md"):
        text = path.read_text(encoding="utf-8")
        for key, day in (("reviewed_on", REVIEWED), ("review_by", LAST_DAY.get(path.stem, FAR))):
            text, count = re.subn(rf"(?m)^{key}: .*$", f"{key}: {day}", text)
            assert count == 1, path.name
        path.write_text(text, encoding="utf-8")
    return content


def title_of(guide: str) -> str:
    """Its title as shipped."""
    text = (ROOT / "content" / "guides" / f"{guide}.md").read_text(encoding="utf-8")
    found = re.search(r"(?m)^title: [\"']?(.+?)[\"']?$", text)
    assert found, guide
    return found[1]


def line_of_review(content: Path, guide: str) -> int:
    """The line on which its day of review stands."""
    lines = (content / "guides" / f"{guide}.md").read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if line.startswith("review_by:"))
