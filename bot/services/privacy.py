"""Being forgotten: what goes when somebody asks for it."""

from __future__ import annotations

from bot.core.vocabulary import Identity
from storage import fetching, people, staff
from storage.communes import Commune
from storage.database import Unit


def withdraw(unit: Unit, commune: Commune, identity: Identity) -> None:
    """At once nothing says any more who is behind this chat; what was counted stays, of nobody."""
    staff.unlink_chat(unit, commune.id, identity)
    people.drop_chats(unit, [(commune.id, identity)])


def forget_soon(unit: Unit, identity: Identity) -> None:
    """All that is left of the chat goes as soon as the jobs look; its last answer can be sent until then."""
    fetching.set_forgetting(unit, identity, unit.now)
