"""“Bảng ngày công hoạt động”: on which days who was at work, so that an accountant can check it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby

from bot.core.periods import Period
from bot.core.text import natural_order
from bot.core.vocabulary import Place, Topic
from bot.locale import Texts, local_day, show_date
from bot.reports.workdays import Person, Row, Workdays
from storage import audit, team_series, workdays
from storage.audit import Act
from storage.communes import Commune, Team
from storage.database import Unit
from storage.workdays import Worked

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which sheet: of a team and those that merged into it, or of all teams; of which month; who asks."""

    team: Team | None
    month: Period
    who: str

    @property
    def mark(self) -> str:
        """How the audit log names it: ids, never names."""
        whose = f"team:{self.team.id}" if self.team else "teams"
        return f"{whose}:{self.month.key}"


def note(unit: Unit, commune: Commune, wanted: Wanted) -> None:
    """Every sheet that is made stands in the audit log."""
    audit.record(unit, commune.id, Act(wanted.who, "export-workdays", wanted.mark))


def make(unit: Unit, commune: Commune, wanted: Wanted, texts: Texts) -> Workdays:
    """The sheet in words; visits that no member is named for are told below it and are nobody's day."""
    month = wanted.month
    ids = team_series.family(unit, commune.id, wanted.team.id) if wanted.team else None
    worked = workdays.list_worked(unit, commune.id, ids, (month.start, month.end))
    named = [one for one in worked if one.member_id is not None]
    named.sort(key=lambda one: (one.member_id, one.day, natural_order(one.team)))
    unnamed = sum(one.visits for one in worked if one.member_id is None)
    last = min(month.end - DAY, local_day(unit.now))
    notes = [texts.say("teams.sheet-source", day=show_date(last))]
    if unnamed:
        notes.append(texts.say("teams.sheet-unnamed", visits=unnamed))
    if not named:
        notes.insert(0, texts.say("teams.sheet-empty"))
    place = texts.say(f"kind.{commune.kind}", name=commune.name)
    whose = wanted.team.name if wanted.team else texts.say("teams.sheet-all")
    return Workdays(
        sheet=texts.say("teams.sheet-name"),
        body=texts.say("teams.sheet-body", commune=place).upper(),
        title=texts.say("teams.sheet-title"),
        about=texts.say("teams.sheet-about", team=whose, month=f"{month.start:%m/%Y}"),
        heads=texts.say("teams.sheet-heads").split(" | "),
        people=[
            _person(texts, list(days)) for _, days in groupby(named, key=lambda one: one.member_id)
        ],
        notes=notes,
        signatures=texts.say("teams.sheet-signatures").split(" | "),
    )


def _person(texts: Texts, worked: list[Worked]) -> Person:
    rows = [
        _row(texts, list(parts))
        for _, parts in groupby(worked, key=lambda one: (one.day, one.team))
    ]
    days = len({row.day for row in rows})
    total = texts.say("teams.sheet-total", days=days)
    name = worked[0].member or texts.say("teams.no-name")
    return Person(name, worked[0].organisation or "", rows, total)


def _row(texts: Texts, parts: list[Worked]) -> Row:
    there, about = {one.place for one in parts}, {one.topic for one in parts}
    places = "; ".join(texts.say(f"teams.place-{place}") for place in Place if place in there)
    work = "; ".join(texts.say(f"topic.{topic}") for topic in Topic if topic in about)
    visits = sum(one.visits for one in parts)
    return Row(parts[0].day, parts[0].team, places or "—", work, visits)


def file_name(commune: Commune, wanted: Wanted) -> str:
    """A name that every system takes."""
    whose = f"to-{wanted.team.id}" if wanted.team else "cac-to"
    return f"ngay-cong-{commune.slug}-{whose}-{wanted.month.key}.xlsx"
