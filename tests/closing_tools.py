"""A commune whose periods are closed: what its teams write down, and files as small as files can be."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from bot.app.closing import Closer
from bot.core.periods import Period, parse
from bot.core.vocabulary import Audience, CommunicationKind, Topic, TrainingKind
from bot.library import Plan
from bot.services import closings, period_report
from bot.services.closings import Closing, Hand
from bot.services.period_report import Asked
from storage import communes, help_entries, trainings
from storage.database import Unit
from storage.help_entries import By, Entry, Help, NewEntry
from storage.trainings import Training
from tests import held_trainings
from tests.storage_tools import NEW_YEAR, Shelf, open_office

TEAMS = ("KP 1", "KP 2", "KP 10")
DESK = Hand("staff:1", None)
_numbers = itertools.count(1)


class TinyFiles:
    """The hash and the visits of a report, in a line; ``made`` counts the files."""

    def __init__(self) -> None:
        self.made = 0

    def docx(self, body: Mapping[str, Any]) -> bytes:
        """A line that begins so."""
        return self._line("docx", body)

    def xlsx(self, body: Mapping[str, Any], rows: object = None) -> bytes:
        """The same."""
        return self._line("xlsx", body)

    def csv(self, body: Mapping[str, Any]) -> bytes:
        """The same."""
        return self._line("csv", body)

    def made_by(self) -> str:
        """Always the same."""
        return "tiny"

    def _line(self, kind: str, body: Mapping[str, Any]) -> bytes:
        self.made += 1
        return f"{kind} {body['data_hash']} {body['help']['visits']} lượt".encode()


class Ward:
    """A commune of its own with three teams; each method is a unit of its own."""

    def __init__(self, shelf: Shelf, plan: Plan) -> None:
        self.shelf, self.plan = shelf, plan
        self.office = shelf.write(open_office)
        self.id, self.commune = self.office.id, self.office.commune
        shelf.write(communes.save_neighbourhoods, self.id, TEAMS[1:], NEW_YEAR)
        found = shelf.read(communes.list_teams, self.id, NEW_YEAR)
        self.teams = {team.name: team.id for team in found}
        self.files = TinyFiles()
        self.closer = Closer(shelf.database, self.files)

    # ---- what is written down

    def helps(self, day: date, visits: int = 1, team: str = "KP 1", **said: Any) -> Entry:
        """A team has helped on that day."""
        done = Help(day, Topic.VNEID, visits, **said)
        fresh = NewEntry(f"c{next(_numbers)}", self.teams[team], None, done)
        return self.shelf.write(help_entries.add, self.id, fresh, By())

    def corrects(self, entry: Entry, **said: Any) -> Entry:
        """It was otherwise."""
        why = (By(), "ghi nhầm")
        fresh = replace(entry.help, **said)
        done = self.shelf.write(help_entries.correct, self.id, entry, fresh, why)
        assert done is not None
        return done

    def takes_back(self, entry: Entry) -> None:
        """It never was."""
        assert self.shelf.write(help_entries.void, self.id, entry, By(), "ghi nhầm")

    def holds(
        self, day: date, team: str | None = "KP 1", kind: TrainingKind = TrainingKind.CLASS
    ) -> Training:
        """A training took place on that day, with two who came."""
        number = self.teams[team] if team else None

        def hold(unit: Unit) -> Training:
            held = held_trainings.hold(unit, self.id, kind, day, team_id=number)
            held_trainings.fill(unit, self.id, held, None, None)
            return trainings.get(unit, self.id, held.id)

        return self.shelf.write(hold)

    def puts_out(self, day: date, amount: int) -> None:
        """So many loudspeaker readings of the office."""
        loud = CommunicationKind.BROADCAST
        self.shelf.write(held_trainings.put_out, self.id, loud, day, amount)

    # ---- what becomes of a period

    def asked(self, period: str, until: date | None = None) -> Asked:
        return Asked(self.commune, self.plan, parse(period), until)

    def closes(self, period: str, until: date | None = None) -> Closing:
        return self.closer.close(self.asked(period, until), DESK)

    def reopens(self, closing: Closing, reason: str = "thiếu số của KP 2") -> None:
        self.shelf.write(closings.reopen, self.id, closing.id, DESK, reason)

    def issues(self, closing: Closing, document: str = "05/BC-UBND", reason: str = "") -> Closing:
        return self.shelf.write(closings.issue, self.id, closing.id, DESK, (document, reason))

    def report(self, period: str, audience: Audience = Audience.INTERNAL) -> dict[str, Any]:
        """What every surface reads."""
        window = parse(period)
        return self.shelf.read(period_report.find, self.commune, self.plan, window, audience)

    def changes(self, period: str) -> list[tuple[str, str, str | None, str, int]]:
        """What the report of a period tells of those before it."""
        return [
            (one["period"], one["figure"], one["team"], one["on"], one["change"])
            for one in self.report(period)["adjustments"]
        ]


def cells_of(lines: Sequence[Mapping[str, Any]], period: Period) -> Counter[tuple[str, ...]]:
    """Adjustments of one period added up by figure, kind, team and day."""
    cells: Counter[tuple[str, ...]] = Counter()
    for one in lines:
        if one["period"] == f"{period.kind}:{period.key}":
            named = one["figure"], one["kind"] or "", one["team"] or "", one["on"]
            cells[named] += one["change"]
    return cells
