"""The office's hand for the tests of residents: classes planned, announced, called off; the codes of them."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import timedelta

from bot.app.installation import Installation
from bot.core.vocabulary import CommuneId, Place, Role, Topic, TrainingKind, TrainingStatus
from bot.services import check_in, trainings
from bot.services.trainings import Hand, Outline
from storage import staff
from storage import trainings as stored
from storage.database import Unit
from storage.trainings import Training

DAY = timedelta(days=1)
_numbers = itertools.count(1)


class School:
    """Whoever plans the classes of a commune."""

    def __init__(self, base: Installation, commune: CommuneId) -> None:
        self.base = base
        self.commune = commune

        def hire(unit: Unit) -> int:
            return staff.add_staff(unit, self.commune, "cô Mai", Role.OFFICER)

        self.hand: Hand = trainings.hand_of_staff(self.base.database.write(hire), Role.OFFICER)

    def plans(self, title: str = "Cài VNeID", begins: timedelta = DAY, **told: object) -> Training:
        """A class that nobody was told of yet; ``begins`` from now on, for two hours."""
        at = self.base.database.clock() + begins
        plain = Outline(
            TrainingKind.CLASS,
            title,
            Topic.VNEID,
            at,
            at + timedelta(hours=2),
            Place.CULTURE_HOUSE,
            "Nhà văn hóa KP 3",
        )
        outline = replace(plain, **told)  # type: ignore[arg-type]  # names of its fields

        def work(unit: Unit) -> Training:
            number = f"school-{next(_numbers)}"
            return trainings.plan(unit, self.commune, self.hand, outline, number)[0]

        return self.base.database.write(work)

    def announces(
        self, title: str = "Cài VNeID", begins: timedelta = DAY, **told: object
    ) -> Training:
        """The same, announced."""
        return self.moves(self.plans(title, begins, **told), TrainingStatus.ANNOUNCED)

    def moves(self, training: Training, status: TrainingStatus, why: str = "mưa lớn") -> Training:
        """On to where it stands next."""

        def work(unit: Unit) -> Training:
            seen = stored.get(unit, self.commune, training.id)
            return trainings.move(unit, self.commune, self.hand, seen, (status, why))

        return self.base.database.write(work)

    def screen(self, training: Training) -> str:
        """What stands on the screen now: six signs."""
        keys, now = self.base.database.keys, self.base.database.clock()
        return check_in.screen_code(keys, self.commune, training.id, now)

    def printed(self, training: Training) -> str:
        """What stands on the poster."""
        return check_in.printed_code(self.base.database.keys, self.commune, training.id)
