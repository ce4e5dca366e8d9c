"""Reports as digests and the page for the meeting are made from, at random or by hand; numbers in words."""

from __future__ import annotations

import re
from typing import Any

from hypothesis import strategies as st

from bot.core.vocabulary import TargetStatus, TrainingKind
from bot.locale import Texts, load_sentences
from bot.services.digest_lines import Asked
from tests.command_line import ROOT

TEXTS = Texts(load_sentences(ROOT / "content"), "cô/chú")
NUMBER = re.compile(r"(?<![\w/])\d[\d.]*(?:,\d+)?")

counts = st.none() | st.integers(0, 99_999)
names = st.sampled_from(["KP 1", "KP 2", "Ấp Hương Phước", "Tổ tình nguyện Đoàn Thanh niên phường"])
titles = st.sampled_from(
    [
        "Tổ chức ít nhất 04 lớp tập huấn, bồi dưỡng kỹ năng số cho người dân trên địa bàn phường",
        "Truyền thông kỹ năng số",
        "Tối thiểu 80% người dân trong độ tuổi lao động được phổ cập kiến thức, kỹ năng số cơ bản",
    ]
)
questions = st.none() | st.builds(
    Asked,
    st.text("abcđệ ở?“*{}", min_size=1, max_size=300).filter(str.strip),
    st.integers(2, 2000),
)


@st.composite
def targets(draw: st.DrawFn) -> dict[str, Any]:
    """A target as a report tells it."""
    number = st.none() | st.floats(0.01, 9999, allow_nan=False).map(lambda x: round(x, 2))
    return {
        "id": "t",
        "title": draw(titles),
        "unit": draw(st.sampled_from(["lớp", "buổi", "%", "cán bộ/cơ quan"])),
        "status": str(draw(st.sampled_from(list(TargetStatus)))),
        "rest": draw(st.none() | st.integers(1, 9999)),
        "need_per_week": draw(number),
        "done": draw(counts),
        "focus": draw(st.booleans()),
        "set_aside": draw(st.booleans()),
    }


@st.composite
def reports(draw: st.DrawFn, key: str = "2026-W46") -> dict[str, Any]:
    """The parts of a report that are read, of a week in November."""
    teams = draw(st.lists(names, unique=True, max_size=4))
    silent = draw(st.lists(names.filter(lambda one: one not in teams), unique=True))
    kinds = [
        {"kind": str(kind), "held": draw(st.integers(0, 50)), "attendances": draw(counts)}
        for kind in draw(st.lists(st.sampled_from(list(TrainingKind)), unique=True))
    ]
    return report(
        key=key,
        visits=draw(counts),
        people=draw(counts),
        held=draw(st.none() | st.just(sum(one["held"] for one in kinds))),
        kinds=kinds,
        teams=[{"team": one, "visits": draw(counts), "people": draw(counts)} for one in teams],
        silent=silent,
        total=draw(st.none() | st.just(len(teams) + len(silent))),
        targets=draw(st.lists(targets(), max_size=6)),
        open_now=draw(st.integers(0, 999)),
    )


def report(**given: Any) -> dict[str, Any]:
    """A report of a quiet week, but for what is given."""
    teams = given.get("teams", [])
    days = {"2026-W46": ("2026-11-09", "2026-11-16"), "2026-W45": ("2026-11-02", "2026-11-09")}
    key = given.get("key", "2026-W46")
    return {
        "period": {"kind": "week", "key": key, "from": days[key][0], "to": days[key][1]},
        "help": {
            "visits": given.get("visits", 0),
            "people": given.get("people", 0),
            "by_team": teams,
        },
        "trainings": {"held": given.get("held", 0), "by_kind": given.get("kinds", [])},
        "teams": {
            "total": given.get("total", 0),
            "reported": len(teams),
            "silent": given.get("silent", []),
        },
        "targets": given.get("targets", []),
        "requests": {"open_now": given.get("open_now", 0)},
        "data_hash": "sha256:0123456789abcdef",
    }


def numbers(text: str) -> list[float]:
    """The numbers that a sentence tells, without those in quoted titles and in days."""
    bare = re.sub(r"“.*?”|\*\*.*?\*\*|\(\d+/\d+–\d+/\d+\)", " ", text)
    return [
        float(one.rstrip(".").replace(".", "").replace(",", ".")) for one in NUMBER.findall(bare)
    ]
