"""“tuần rồi”: the digest of the week that ended, for who works in the office or leads a team."""

from __future__ import annotations

from bot.conversation.turn import Option, Reply, Say, Turn
from bot.core.vocabulary import Role
from bot.services import digests
from bot.services.digests import MAY_READ, Ground


def show(turn: Turn) -> Reply:
    """The office's for the office, the team's for its leader; anybody else hears whose it is."""
    worker = turn.worker
    options: tuple[Option, ...] = ()
    ground = Ground(turn.unit, turn.commune, turn.plan, turn.texts, turn.library.glossary)
    if worker is not None and worker.role in MAY_READ:
        texts = digests.read_office(ground)
        if worker.role in digests.READERS:
            digests.note_read(turn.unit, turn.commune.id, None, turn.inbound.address.channel)
    elif worker is not None and worker.role is Role.TEAM_LEADER and worker.team_id is not None:
        texts = digests.read_team(ground, (worker.team_id, worker.team or ""))
        digests.note_read(turn.unit, turn.commune.id, worker.team, turn.inbound.address.channel)
        options = (turn.option("option.week", "week"),)
    else:
        person = turn.option("option.person", "person")
        return Reply((Say(turn.say("digest.not-for-you"), (person,)),), outcome="refused")
    *before, last = texts
    says = (*(Say(text, home=False) for text in before), Say(last, options))
    return Reply(says, here="digest")
