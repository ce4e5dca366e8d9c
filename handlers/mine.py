"""The own week: what was done, its share of the team's, and the entry to take back or to correct."""

from __future__ import annotations

from bot.conversation.drafts import describe
from bot.conversation.members import MemberHandler, Worker
from bot.conversation.turn import Reply, Turn, reply
from bot.core.vocabulary import Topic
from bot.services import help_log, team_life


def my_week(turn: Turn, worker: Worker) -> Reply:
    """“của tôi tuần này”: the own figures beside the team's, nobody else's; and what can be mended."""
    visits, entries = help_log.my_week(turn.unit, turn.commune.id, worker)
    log = turn.option("option.log", "log")
    remind = turn.option("option.remind", "logremind")
    heads = turn.option("option.heads", "loghead")
    team = _share(turn, worker)
    if not entries:
        return reply("\n".join([turn.say("mine.none"), *team]), log, remind, heads, here="mine")
    lines = [
        turn.say("mine.line", topic=turn.say(f"topic.{topic}"), visits=visits[topic])
        for topic in Topic
        if visits[topic]
    ]
    parts = [turn.say("mine.week", total=sum(visits.values()), lines="\n".join(lines)), *team]
    newest = max(entries, key=lambda entry: (entry.recorded_at, entry.id))
    options = [log, turn.option("option.correct", "logfxs"), remind, heads]
    if turn.unit.now - newest.recorded_at <= help_log.UNDO_WITHIN:
        parts.append(turn.say("mine.newest", what=describe(turn, newest.help)))
        options.insert(1, turn.option("option.undo-newest", f"undo:{newest.id}"))
    return reply("\n".join(parts), *options, here="mine")


def _share(turn: Turn, worker: Worker) -> list[str]:
    """The team's week and its week before: a team is compared with itself alone."""
    share = team_life.share(turn.unit, turn.commune.id, worker)
    said = []
    # What nobody wrote down is not known to be nothing.
    if share.team_visits:
        said.append(turn.say("mine.share", team=share.team_visits, own=share.own_visits))
    if share.team_last_week:
        said.append(turn.say("mine.share-before", visits=share.team_last_week))
    return [" ".join(said)] if said else []


ACTIONS: dict[str, MemberHandler] = {"mine": my_week}
