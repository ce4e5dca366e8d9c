"""Counting questions: what was decided and which guide it led to, by day. Never the words, never who."""

from __future__ import annotations

from bot.core.vocabulary import CommuneId
from bot.locale import local_day
from bot.services.understanding import Decision, Understood
from storage import questions
from storage.database import Unit


def tally_question(unit: Unit, commune: CommuneId, understood: Understood) -> None:
    """Count one question of today."""
    found = understood.guides[0].id if understood.decision is Decision.ANSWER else ""
    questions.tally(unit, commune, local_day(unit.now), understood.decision, found)


def tally_refusal(unit: Unit, commune: CommuneId) -> None:
    """Count a message that held personal numbers."""
    questions.tally(unit, commune, local_day(unit.now), Decision.REFUSE)


def tally_hand_over(unit: Unit, commune: CommuneId) -> None:
    """Count somebody who was shown the way to a person."""
    questions.tally(unit, commune, local_day(unit.now), "handed_over")
