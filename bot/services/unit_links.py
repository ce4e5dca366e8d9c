"""One-use links to the form of a unit: the secret is given out once and kept nowhere."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import timedelta

from bot.core.keys import KeyRing, Purpose
from bot.core.vocabulary import CommuneId, UnitReportStatus
from storage import unit_reports
from storage.database import Unit
from storage.unit_reports import By, UnitReport

TOKEN_BYTES = 32
TOKEN = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)
VALID_FOR = timedelta(days=30)
WORD = "unit link"


@dataclass(frozen=True, slots=True)
class Linked:
    """The report that a link leads to, in which commune."""

    commune: CommuneId
    report: UnitReport

    @property
    def is_spent(self) -> bool:
        """True once something was sent: a change that the office asks for comes by a new link."""
        return self.report.status is UnitReportStatus.SENT


def make(unit: Unit, commune: CommuneId, report: UnitReport, by: By) -> str:
    """A fresh secret; the one before leads nowhere from now on."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    link = (_hashes(unit.keys, token)[0], unit.now + VALID_FOR)
    unit_reports.set_link(unit, commune, report.id, link, by)
    return token


def find(unit: Unit, token: str) -> Linked | None:
    """Where a secret leads; None for one that is wrong, replaced or too old."""
    if not TOKEN.fullmatch(token):
        return None
    found = unit_reports.find_by_link(unit, _hashes(unit.keys, token))
    return Linked(*found) if found else None


def _hashes(keys: KeyRing, token: str) -> tuple[bytes, ...]:
    """The keyed hash under every key that is still readable, the present one first."""
    return keys.hash(Purpose.CODE, WORD, token), *keys.older_hashes(Purpose.CODE, WORD, token)
