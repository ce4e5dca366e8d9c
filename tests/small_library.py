"""A library that stands still, for what a reader of questions must do exactly: ten guides, some words."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import yaml

from bot.library import Glossary, Guide, Step, Way
from bot.library.guides import Source, Trouble

FILE = Path(__file__).parent / "fixtures" / "small_library.yaml"
_KEPT: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))


def make_guide(of: dict[str, Any]) -> Guide:
    """A guide of one step that says only what it is asked by."""
    day = date(2026, 11, 22)
    source = Source(title="bản để thử", publisher="-", date=day, confidence="chac")
    return Guide(
        id=of["id"],
        title=of["title"],
        topic=of["topic"],
        who="ai cũng được",
        needs=(),
        counter="ra quầy",
        no_smartphone="ra quầy",
        warnings=("Đừng đọc mã OTP cho ai.",),
        phrases=tuple(of["phrases"]),
        errors=tuple(Trouble(sign=sign, fix="ra quầy") for sign in of["errors"]),
        sources=(source,),
        reviewed_on=day,
        review_by=date(2027, 2, 22),
        ways=(Way("mot", of["title"], (Step("mot", "Một", "Làm một việc.", 1),), 1),),
    )


GUIDES = {of["id"]: make_guide(of) for of in _KEPT["guides"]}
GLOSSARY = Glossary.model_validate(_KEPT["glossary"])
