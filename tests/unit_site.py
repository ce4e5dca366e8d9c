"""A ward whose plan makes two neighbourhoods' worth of units report, and its office in a browser."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from bot.library.source import FAST_LOADER
from tests import small_content
from tests.browser_server import running
from tests.office_browser import Answer, Browser
from tests.office_site import Site

_numbers = itertools.count(1)
POLICE, PEOPLE_DESK = "Công an phường", "Trung tâm Phục vụ hành chính công"
WHAT: dict[str, Any] = {
    "source": "002 · PL.I",
    "focus": True,
    "tags": ["vneid"],
    "kind": "entered",
    "from": date(2024, 1, 1),
    "to": date(2026, 12, 31),
}
TARGETS: list[dict[str, Any]] = [
    {"id": "muc-2", "title": "Tỷ lệ có định danh mức 2", "unit": "%", "op": ">=", "value": 80},
    {"id": "mo-hinh", "title": "Mô hình mới", "unit": "mô hình", "op": ">=", "value": 2},
    {"id": "xep-loai", "title": "Xếp loại an toàn", "unit": "mức", "op": ">=", "level": "Mức Khá"},
]
REPORTERS = [
    {"id": "khu-pho", "name": "Khu phố", "kind": "neighbourhoods", "clause": "002 · VI.1"},
    {
        "id": "cong-an",
        "name": POLICE,
        "kind": "police",
        "owners": ["Công an"],
        "clause": "002 · VI.2",
    },
    {"id": "ttpvhcc", "name": PEOPLE_DESK, "kind": "centre", "clause": "002 · VI.3"},
]
DEADLINES = [
    {
        "id": "thang",
        "senders": ["khu-pho", "cong-an", "ttpvhcc"],
        "receiver": "Phòng Văn hóa - Xã hội",
        "period": "month",
        "before": {"day": 5},
        "window": "month",
        "of": "previous",
        "clause": "002 · VI",
        "text": "trước ngày 05 hằng tháng",
    }
]
TASKS = [
    {
        "id": "ra-quan",
        "text": "Ra quân làm định danh",
        "lead": POLICE,
        "source": "002 · PL.II.1",
        "due": "Quý IV",
    },
    {"id": "so-hoa", "text": "Số hóa hồ sơ", "lead": PEOPLE_DESK, "source": "002 · PL.II.2"},
]


def plan_of(text: str) -> dict[str, Any]:
    """The plan in a text, with the units, targets and tasks above."""
    plan: dict[str, Any] = yaml.load(text, FAST_LOADER)
    owned = {"muc-2": "Công an", "mo-hinh": f"{PEOPLE_DESK}; Khu phố", "xep-loai": POLICE}
    fresh = [one | deepcopy(WHAT) | {"owner": owned[one["id"]]} for one in TARGETS]
    return plan | {
        "targets": [*plan["targets"], *fresh],
        "reporters": REPORTERS,
        "deadlines": DEADLINES,
        "tasks": TASKS,
    }


SCHOOLS = "Các trường học Mầm non, Tiểu học, THCS"


def with_schools(plan: dict[str, Any]) -> dict[str, Any]:
    """The same plan, with one more unit that stands for all schools; they own new models and have a task."""
    fresh = {"id": "truong-hoc", "name": SCHOOLS, "kind": "school", "clause": "002 · VI.4"}
    task = {"id": "day-hoc", "text": "Dạy kỹ năng số", "lead": SCHOOLS, "source": "002 · PL.II.3"}
    (asked,) = plan["deadlines"]
    owners = {"mo-hinh": f"{PEOPLE_DESK}; {SCHOOLS}", "muc-2": f"Công an; {SCHOOLS}"}
    targets = [
        one | ({"owner": owners[one["id"]]} if one["id"] in owners else {})
        for one in plan["targets"]
    ]
    return plan | {
        "reporters": [*plan["reporters"], fresh],
        "deadlines": [asked | {"senders": [*asked["senders"], fresh["id"]]}],
        "tasks": [*plan["tasks"], task],
        "targets": targets,
    }


def make_content(
    folder: Path, changed: Callable[[dict[str, Any]], dict[str, Any]] = deepcopy
) -> Path:
    """A small content folder in which Hố Nai has such a plan, changed as said."""
    content = small_content.make(folder)
    file = content / "plans" / "ho-nai.yaml"
    plan = changed(plan_of(file.read_text(encoding="utf-8")))
    file.write_text(yaml.safe_dump(plan, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return content


@contextmanager
def open_units(folder: Path, *, has_schools: bool = False) -> Iterator[Site]:
    """A running server with that content."""
    content = make_content(folder / "content", with_schools if has_schools else deepcopy)
    with running(folder, content_dir=content) as ward:
        yield Site(ward)


class Desk:
    """An officer at the page of units."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser

    def sends(self, path: str, **fields: str) -> Answer:
        """Send a form of the page."""
        token = self.browser.token("/office/sign-out")
        here = {
            "X-Forwarded-For": f"10.8.{next(_numbers) % 250}.7"
        }  # an office types slower than we do
        return self.browser.posts(f"/office/units{path}", {"form": token, **fields}, **here)

    def opens(self, period: str = "month:2026-10") -> Answer:
        """Open a period for every unit."""
        return self.sends("/open", period=period)

    def page(self, path: str = "?period=month:2026-10") -> str:
        """The words of the page."""
        answer = self.browser.opens(f"/office/units{path}")
        assert answer.status == 200, answer.text
        return " ".join(answer.page.words.split())

    def number(self, name: str, period: str = "month:2026-10") -> int:
        """The number of the report of a unit."""
        text = self.browser.opens(f"/office/units?period={period}").text
        found = re.search(rf'/office/units/(\d+)">{re.escape(name)}<', text)
        assert found, text
        return int(found[1])

    def link(self, name: str, period: str = "month:2026-10") -> str:
        """The path of a fresh link of a unit."""
        answer = self.sends(f"/{self.number(name, period)}/link")
        found = re.search(r"/u/[A-Za-z0-9_-]{43}", answer.text)
        assert found, answer.text
        return found[0]

    def revision(self, number: int) -> str:
        """What a form about that report carries."""
        return self.browser.opens(f"/office/units/{number}").page.values["revision"]
