"""A class of an office for tests: planned, announced, on its screen a code, people who sit down in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from bot.core.vocabulary import Identity, Place, Role, Topic, TrainingKind, TrainingStatus
from bot.services import check_in, trainings
from bot.services.check_in import CheckedIn
from bot.services.consents import Proof
from bot.services.trainings import Hand, Outline
from storage.database import Unit
from storage.mailbox import Worker
from storage.trainings import Training
from tests.storage_tools import Office, Shelf, talk

PROOF = Proof("lời đã hiện", "console")


@dataclass(frozen=True)
class Room:
    """The office, and the class that begins in an hour unless said otherwise."""

    shelf: Shelf
    office: Office

    @property
    def worker(self) -> Worker:
        """The member of the office's team."""
        return Worker(self.office.member, "chị Hạnh", Role.MEMBER, self.office.team, "KP 1")

    @property
    def leader(self) -> Worker:
        """The same person as its leader."""
        return Worker(self.office.member, "chị Hạnh", Role.TEAM_LEADER, self.office.team, "KP 1")

    def outline(self, unit: Unit, **other: Any) -> Outline:
        """A class of two hours that begins in an hour."""
        starts = unit.now + timedelta(hours=1)
        said: dict[str, Any] = {
            "kind": TrainingKind.CLASS,
            "title": "Lớp VNeID",
            "topic": Topic.VNEID,
            "starts_at": starts,
            "ends_at": starts + timedelta(hours=2),
            "place": Place.CULTURE_HOUSE,
            "place_name": "nhà văn hóa KP 1",
            "team_id": self.office.team,
        }
        if "starts_at" in other and "ends_at" not in other:
            other["ends_at"] = other["starts_at"] + timedelta(hours=2)
        return Outline(**(said | other))

    def hand(self, unit: Unit, worker: Worker | None = None) -> Hand:
        """The member's hand, or somebody else's."""
        return trainings.hand_of(unit, self.office.id, worker or self.worker)

    def plan(self, client_id: str = "t1", **other: Any) -> Training:
        """Plan it."""

        def work(unit: Unit) -> Training:
            hand, outline = self.hand(unit), self.outline(unit, **other)
            return trainings.plan(unit, self.office.id, hand, outline, client_id)[0]

        return self.shelf.write(work)

    def see(self, training: Training) -> Training:
        """The class as it stands."""
        return self.shelf.read(
            lambda unit: trainings.look(unit, self.office.id, self.hand(unit), training.id)
        )

    def move(self, training: Training, status: TrainingStatus, why: str | None = None) -> Training:
        """On to the next step, by the team's leader."""

        def work(unit: Unit) -> Training:
            hand = self.hand(unit, self.leader)
            seen = trainings.look(unit, self.office.id, hand, training.id)
            return trainings.move(unit, self.office.id, hand, seen, (status, why))

        return self.shelf.write(work)

    def announced(self, **other: Any) -> Training:
        """A class that people were told of."""
        return self.move(self.plan(**other), TrainingStatus.ANNOUNCED)

    def chat(self, name: str) -> Identity:
        """Somebody's chat, which has said something."""
        return self.shelf.write(talk, self.office, name, f"hello {name}")

    def screen(self, training: Training, **ago: float) -> str:
        """The code on the screen, so long ago."""
        at = self.shelf.clock.now - timedelta(**ago)
        return check_in.screen_code(self.shelf.database.keys, self.office.id, training.id, at)

    def enter(self, chat: Identity, code: str) -> CheckedIn:
        """Type a code."""

        def work(unit: Unit) -> CheckedIn:
            return check_in.check_in(unit, self.office.id, chat, (code, unit.now))

        return self.shelf.write(work)

    def agree(self, chat: Identity, done: CheckedIn) -> int:
        """Agree to be one person in several classes; gives who that is."""
        seat = self.shelf.write(check_in.agree, self.office.id, chat, done.seat, PROOF)
        assert seat.person_id is not None
        return seat.person_id
