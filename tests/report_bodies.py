"""Reports in the promised JSON shape, made by hand: full, empty, and any that Hypothesis thinks of."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from bot.core.vocabulary import TargetStatus, Topic
from bot.locale import Texts, load_sentences
from bot.reports.tables import Column, Kind, Row, Table

ROOT = Path(__file__).parent.parent
TEXTS = Texts(load_sentences(ROOT / "content"), "anh/chị")
TARGET: dict[str, Any] = {
    "id": "lop",
    "title": "Tổ chức ít nhất năm lớp tập huấn",
    "unit": "lớp",
    "op": ">=",
    "value": 5,
    "kind": "computed",
    "focus": True,
    "in_period": 1,
    "opening": None,
    "opening_on": None,
    "done": 3,
    "percent": 60.0,
    "status": "dung_tien_do",
    "rest": 2,
    "days_left": 92,
    "need_per_week": 0.15,
    "forecast": None,
    "reading": None,
    "denominator": None,
    "confirmed": None,
    "set_aside": False,
    "guided": None,
    "note": None,
    "estimate": None,
}


def body(**parts: Any) -> dict[str, Any]:
    """A report of November 2026 with something in each part."""
    whole: dict[str, Any] = {
        "commune": "ho-nai",
        "period": {
            "kind": "month",
            "key": "2026-11",
            "from": "2026-11-01",
            "to": "2026-12-01",
            "until": None,
        },
        "help": {
            "visits": 1410,
            "people": 1105,
            "visits_without_person": 96,
            "confirmed": 812,
            "files": 240,
            "by_topic": [{"topic": "vneid", "visits": 700, "people": 610}],
        },
        "requests": {"opened": 58, "closed": 51},
        "trainings": {
            "held": 3,
            "by_kind": [{"kind": "class", "held": 3, "attendances": 140, "people": 121}],
        },
        "communication": {
            "sessions": 2,
            "by_kind": [{"kind": "phat_loa", "times": 4, "amount": 36, "reach": None}],
        },
        "questions": {"asked": 1350, "answered": 1200, "unknown": 88},
        "teams": {"total": 17, "reported": 14, "silent": ["KP 2", "KP 9", "KP 13"]},
        "targets": [TARGET],
        "texts": {"chi_dao": None, "kho_khan": None, "ky_toi": None, "kien_nghi": None},
        "extras": [],
        "spot_checks": None,
        "audience": "outgoing",
        "data_hash": "sha256:0",
    }
    return whole | parts


def empty() -> dict[str, Any]:
    """The same of a commune that has written nothing down."""
    target = TARGET | dict.fromkeys(("in_period", "done", "percent", "rest", "need_per_week"))
    return body(
        help={"visits": 0, "people": 0, "by_topic": []},
        requests={"opened": 0, "closed": 0},
        trainings={"held": None, "by_kind": []},
        communication={"sessions": None, "by_kind": []},
        questions={"asked": 0, "answered": 0, "unknown": 0},
        teams={"total": None, "reported": 0, "silent": []},
        targets=[target | {"status": "chua_du_du_lieu"}],
    )


def table(rows: int, key: str = "targets") -> Table:
    """A table of the annex with a column of each kind."""
    columns = [
        Column("tt", "TT", Kind.COUNT, 5),
        Column("title", "Chỉ tiêu", Kind.TEXT, 45),
        Column("done", "Lũy kế", Kind.NUMBER, 12),
        Column("percent", "Đạt %", Kind.PERCENT, 10),
        Column("note", "Ghi chú", Kind.TEXT, 88),
    ]
    lines = [
        Row(f"{key}[{n}]", (n, "Tổ chức lớp tập huấn kỹ năng số cho người dân", 1234.5, None, ""))
        for n in range(1, rows + 1)
    ]
    whole = Row("all", (None, "Tổng", 12, 42.7, ""), is_total=True)
    return Table(key, "Kết quả các chỉ tiêu", columns, [*lines, whole], ["Số từ sổ."])


counts = st.integers(0, 9_999_999)
unknown = st.none() | counts
shares = st.none() | st.integers(0, 3000).map(lambda n: n / 10)
names = st.sampled_from(["KP 1", "Ấp Bình Minh", "Khu phố Phước Hội số mười"])


@st.composite
def _targets(draw: st.DrawFn) -> dict[str, Any]:
    number = draw(st.none() | counts | shares)
    return TARGET | {
        "unit": draw(st.sampled_from(["lớp", "%", "người"])),
        "op": draw(st.sampled_from([">=", ">", "=", "<", "<="])),
        "value": draw(st.integers(1, 9999) | st.sampled_from([4.5, 85.5])),
        "value_to": draw(st.none() | st.integers(10_000, 20_000)),
        "kind": draw(st.sampled_from(["computed", "entered"])),
        "status": draw(st.sampled_from([one.value for one in TargetStatus])),
        "in_period": draw(unknown),
        "done": number,
        "percent": draw(shares),
        "rest": draw(unknown),
        "days_left": draw(st.none() | st.integers(0, 365)),
        "need_per_week": draw(st.none() | st.floats(0.01, 9999).map(lambda n: round(n, 2))),
        "opening": draw(unknown),
        "opening_on": draw(st.none() | st.just("2026-11-20")),
        "confirmed": draw(unknown),
        "guided": draw(unknown),
        "estimate": draw(unknown),
        "note": draw(st.none() | st.just("Lớp cuối vào tháng sau")),
        "set_aside": draw(st.booleans()),
        "focus": draw(st.booleans()),
        "forecast": draw(
            st.none() | st.fixed_dictionaries(dict.fromkeys(("low", "mid", "high"), counts))
        ),
        "denominator": draw(st.none() | st.fixed_dictionaries({"number": counts})),
        "reading": draw(
            st.none()
            | st.fixed_dictionaries(
                {
                    "part": unknown,
                    "whole": unknown,
                    "level": st.none() | st.just("loại khá"),
                    "as_of": st.just("2026-10-31"),
                    "source": st.just("Công an phường"),
                }
            )
        ),
    }


@st.composite
def bodies(draw: st.DrawFn) -> dict[str, Any]:
    """Any report: each figure a number, 0 or unknown."""
    people = st.fixed_dictionaries({"visits": counts, "people": unknown})
    since = {
        "to": "2026-12-01",
        "help": draw(people),
        "trainings": draw(
            st.fixed_dictionaries(dict.fromkeys(("held", "attendances", "people"), unknown))
        ),
        "communication": {"sessions": draw(unknown)},
    }
    topics = draw(st.lists(st.sampled_from([str(one) for one in Topic]), unique=True))
    kinds = draw(st.lists(st.sampled_from(["class", "contest", "outreach"]), unique=True))
    put_out = draw(st.lists(st.sampled_from(["phat_loa", "tin_bai", "to_roi"]), unique=True))
    found = body(
        help={
            "visits": draw(unknown),
            "people": draw(unknown),
            "visits_without_person": draw(unknown),
            "confirmed": draw(unknown),
            "files": draw(unknown),
            "by_topic": [{"topic": one, **draw(people)} for one in topics],
        },
        requests={"opened": draw(counts), "closed": draw(counts)},
        trainings={
            "held": draw(unknown),
            "by_kind": [
                {
                    "kind": k,
                    "held": draw(counts),
                    "attendances": draw(unknown),
                    "people": draw(unknown),
                }
                for k in kinds
            ],
        },
        communication={
            "sessions": draw(unknown),
            "by_kind": [{"kind": k, "times": 1, "amount": draw(counts)} for k in put_out],
        },
        questions={k: draw(counts) for k in ("asked", "answered", "unknown")},
        teams={
            "total": draw(unknown),
            "reported": draw(counts),
            "silent": draw(st.lists(names, unique=True)),
        },
        targets=[draw(_targets()) | {"id": f"t{n}"} for n in range(draw(st.integers(0, 3)))],
        audience=draw(st.sampled_from(["internal", "outgoing"])),
    )
    return found | {
        "cumulative": draw(st.none() | st.just(since)),
        "last_year": draw(st.none() | st.fixed_dictionaries({"help": people})),
    }
