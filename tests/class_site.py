"""Classes behind a real server: planned by the office, at the hours of the clock that stands still."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.core.vocabulary import Identity, Place, Role, Topic, TrainingKind, TrainingStatus
from bot.services import check_in, teams, trainings
from bot.services.trainings import Hand, Outline
from storage.communes import Commune
from storage.database import Unit
from storage.trainings import Training
from tests.browser_server import Ward

BEGINS = datetime(2026, 11, 18, 7, 0, tzinfo=UTC)  # 14 o'clock of the day of the clock
OPENS = BEGINS - check_in.OPENS_BEFORE
OUTLINE = Outline(
    kind=TrainingKind.CLASS,
    title="Kích hoạt VNeID và nộp hồ sơ qua mạng",
    topic=Topic("vneid"),
    starts_at=BEGINS,
    ends_at=BEGINS + timedelta(hours=2, minutes=30),
    place=Place.CULTURE_HOUSE,
    place_name="Nhà văn hóa khu phố 3, đường Nguyễn Ái Quốc",
    partners=("VNPT Đồng Nai",),
)


def plan(ward: Ward, slug: str = "ho-nai", **other: Any) -> Training:
    """A class of a team, announced."""
    commune = ward.commune(slug)

    def work(unit: Unit) -> Training:
        hand, team = _leader(unit, commune)
        outline = replace(OUTLINE, team_id=team, **other)
        made, _ = trainings.plan(unit, commune.id, hand, outline, secrets.token_hex(8))
        return trainings.move(unit, commune.id, hand, made, (TrainingStatus.ANNOUNCED, None))

    return ward.base.database.write(work)


def move(ward: Ward, training: Training, status: TrainingStatus, reason: str | None = None) -> None:
    """On to where it stands next."""
    commune = ward.commune()

    def work(unit: Unit) -> None:
        hand, _ = _leader(unit, commune)
        trainings.move(unit, commune.id, hand, training, (status, reason))

    ward.base.database.write(work)


def _leader(unit: Unit, commune: Commune) -> tuple[Hand, int]:
    """Somebody who leads the third team, and that team."""
    team = teams.list_names(unit, commune)[2]
    code = teams.read_code(teams.invite(unit, commune, Role.TEAM_LEADER, team, None).code) or ""
    worker = teams.join(unit, commune, Identity(secrets.token_bytes(32)), code)
    hand = trainings.hand_of(unit, commune.id, worker)
    return hand, next(iter(hand.teams or ()))


def sit_down(ward: Ward, code: str) -> None:
    """Somebody new checks in."""
    commune, who = ward.commune(), Identity(secrets.token_bytes(32))
    typed = (code, ward.clock())
    ward.base.database.write(check_in.check_in, commune.id, who, typed)


def printed(ward: Ward, training: Training, slug: str = "ho-nai") -> str:
    """The code of its poster."""
    keys = ward.base.database.keys
    return check_in.printed_code(keys, ward.commune(slug).id, training.id)


def on_screen(ward: Ward, training: Training, slug: str = "ho-nai") -> str:
    """The code that is on its screen now."""
    keys = ward.base.database.keys
    return check_in.screen_code(keys, ward.commune(slug).id, training.id, ward.clock())


def screen_path(ward: Ward, training: Training, slug: str = "ho-nai") -> str:
    """Where its screen is."""
    keys = ward.base.database.keys
    return check_in.screen_path(keys, slug, ward.commune(slug).id, training.id)
