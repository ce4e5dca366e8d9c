"""Links into the chat and the office that a command prints; knows nothing of the server behind them."""

from __future__ import annotations

from bot.config import Settings
from storage.communes import Commune


def join_url(settings: Settings, code: str) -> str:
    """Where an invitation to the office is spent."""
    return f"{settings.public_url}/office/join?ma={code}"


def chat_url(settings: Settings, commune: Commune, code: str) -> str:
    """The web chat of a commune, an invitation to a team brought along."""
    return f"{settings.public_url}/chat/{commune.slug}?moi={code.replace('-', '')}"
