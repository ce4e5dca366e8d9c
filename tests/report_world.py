"""A commune with a year of made-up work, and its report told in words: for tests of tables and files."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from bot.core.periods import Period, parse
from bot.core.vocabulary import (
    Audience,
    CommunicationKind,
    Evidence,
    FirstTime,
    LearningStage,
    Outcome,
    Place,
    Service,
    Subject,
    Topic,
    TrainingKind,
)
from bot.library import Library
from bot.locale import Texts, load_sentences
from bot.services import period_report
from bot.services.report_words import Telling
from storage import communes, help_entries, people
from storage.communes import Commune
from storage.database import Unit
from storage.help_entries import By, Help, NewEntry
from tests import held_trainings as tools
from tests.command_line import ROOT
from tests.storage_tools import NEW_YEAR, open_office

SENTENCES = load_sentences(ROOT / "content")
TEXTS = Texts(SENTENCES, "anh/chị")
WEEK, YEAR = parse("week:2026-W47"), parse("year:2026")
MONDAY = date(2026, 11, 16)
NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
TEAMS = ("KP 1", "KP 2", "KP 10")


@dataclass(frozen=True)
class House:
    """A commune inside a unit."""

    unit: Unit
    library: Library
    commune: Commune

    def body(self, period: Period = WEEK, audience: Audience = Audience.INTERNAL) -> dict[str, Any]:
        """Its report."""
        plan = self.library.plans["ho-nai"]
        return period_report.find(self.unit, self.commune, plan, period, audience)

    def told(self) -> Telling:
        """What it is told with."""
        plan, titles = self.library.plans["ho-nai"], {}
        return Telling(TEXTS, plan, titles, "0.1.0", NOW)

    def helps(self, client: str, team: str, help_: Help) -> None:
        """An entry of a team."""
        found = communes.find_team(self.unit, self.commune.id, team)
        assert found is not None
        help_entries.add(self.unit, self.commune.id, NewEntry(client, found.id, None, help_), By())


def open_house(unit: Unit, library: Library) -> House:
    """An empty one with three teams."""
    office = open_office(unit)
    communes.save_neighbourhoods(unit, office.id, TEAMS, NEW_YEAR)
    return House(unit, library, office.commune)


def furnish(house: House) -> None:
    """Something in every part of the report, and words that try to be formulas."""
    unit, commune = house.unit, house.commune.id
    who = [people.add_person(unit, commune) for _ in range(6)]
    words = list(
        zip(Topic, list(Place)[:6], [*Outcome, *Outcome], [*Subject, *Subject], strict=False)
    )
    for number in range(24):
        topic, place, outcome, subject = words[number % len(words)]
        done = Help(
            MONDAY + timedelta(days=number % 5),
            topic,
            1 + number % 3,
            person_id=None if number % 4 == 0 else who[number // 4],
            outcome=None if number % 5 == 0 else outcome,
            place=None if number % 7 == 0 else place,
            subject=subject,
            services=frozenset(list(Service)[number % 4 : number % 4 + number % 3]),
            files=None if number % 2 else number % 3,
            first_time=None if number % 3 else FirstTime.NEW,
        )
        house.helps(f"d{number}", TEAMS[number % 2], done)
    team = communes.find_team(unit, commune, TEAMS[0])
    assert team is not None
    for day, kind in (
        (0, TrainingKind.CLASS),
        (1, TrainingKind.OUTREACH),
        (2, TrainingKind.CONTEST),
    ):
        on = MONDAY + timedelta(days=day)
        held = tools.hold(unit, commune, kind, on, team_id=team.id, title="=1+1")
        tools.fill(unit, commune, held, *who[: 3 + day], None)
        tools.seat(
            unit, commune, held, tools.Sitter(None, who[5], Evidence.PROXY), age_band="tu_60"
        )
    tools.put_out(unit, commune, CommunicationKind.BROADCAST, MONDAY, 6, reach=120)
    tools.put_out(unit, commune, CommunicationKind.LEAFLET, MONDAY, 300)
    tools.learned(unit, commune, LearningStage.INTRODUCED, MONDAY, 12)


RICH: dict[str, Any] = {
    "kind": "computed",
    "owner": None,
    "focus": True,
    "in_period": 1,
    "opening": 2,
    "opening_on": "2026-11-20",
    "opening_source": "Sổ giấy của khu phố",
    "reading": {
        "number": 61.5,
        "part": 615,
        "whole": 1000,
        "level": "Khá",
        "as_of": "2026-09-30",
        "source": "Công an phường",
    },
    "denominator": {
        "id": "nguoi",
        "title": "Người trong độ tuổi",
        "number": 12000,
        "as_of": "2026-01-01",
        "source": "Công an phường",
    },
    "confirmed": 1,
    "status_confirmed": "cham",
    "flip": None,
    "version": 2,
    "changed_on": "2026-06-01",
    "conflicts_with": None,
    "set_aside": False,
    "guided": 12,
    "note": "Đã hẹn lớp ngày 25/11",
    "estimate": 4,
    "need_per_week": 0.5,
    "rest": 2,
    "days_left": 41,
    "forecast": {"low": 3.0, "mid": 4.5, "high": 6.0},
}
"""What a target says once every part of the report is there."""
SINCE: dict[str, Any] = {
    "from": "2026-01-01",
    "to": "2026-11-23",
    "help": {
        "visits": 1410,
        "people": 312,
        "visits_without_person": 40,
        "confirmed": 312,
        "files": 60,
    },
    "trainings": {"held": 9, "attendances": 210, "people": 150},
    "communication": {"sessions": 7},
    "questions": {"asked": 420, "answered": 380},
}


def whole(body: dict[str, Any]) -> dict[str, Any]:
    """The report with all parts that it may have."""
    targets = [one | RICH for one in body["targets"]]
    task = {
        "id": "ra-soat",
        "text": "Rà soát, kiện toàn tổ",
        "lead": "Phòng VH-XH",
        "partners": None,
        "product": "Quyết định",
        "due": "2026-12-31",
        "status": "dang_lam",
        "result": "=3+4",
        "as_of": "2026-11-20",
        "source": "001 · III.1",
    }
    late = {"period": "week:2026-W46", "figure": "help.visits", "team": "KP 1"}
    return body | {
        "period": body["period"] | {"status": "trinh", "until": "2026-11-21"},
        "cumulative": SINCE,
        "last_year": SINCE | {"from": "2025-11-17", "to": "2025-11-24"},
        "targets": targets,
        "tasks": [task],
        "adjustments": [late | {"on": "2026-11-13", "change": 3}],
        "texts": {"chi_dao": "=HYPERLINK()", "kho_khan": None, "ky_toi": None, "kien_nghi": None},
    }
