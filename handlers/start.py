"""Greeting, home menu, stop and resume."""

from __future__ import annotations

from bot.conversation.turn import HOME, Option, Reply, Say, Turn
from bot.core.vocabulary import Topic

MENU_TOPICS = (Topic.VNEID, Topic.DVC, Topic.TT, Topic.AT, Topic.HOC_SO)
"""First level of the menu; guides about signatures stand under VNeID, where the app has them."""


def home(turn: Turn) -> Reply:
    """The home menu: for a member of a team the log comes first."""
    if turn.worker and turn.worker.role.in_team:
        return Reply((_team_home(turn),), here=HOME)
    return Reply((_resident_home(turn),), here=HOME)


def topics(turn: Turn) -> Reply:
    """The residents' menu, for a member who looks something up."""
    return Reply((_resident_home(turn),), here="topics")


def hello(turn: Turn) -> Reply:
    """A greeting, or a chat just opened: offer to go on where the person stopped, else the menu."""
    if not turn.state.bookmark:
        return home(turn)
    _, guide_id, step_id = (*turn.state.bookmark.split(":"), "", "")[:3]
    guide = turn.library.guides.get(guide_id)
    found = guide.step(step_id) if guide else None
    if guide is None or found is None:
        return home(turn)
    text = turn.say(
        "home.resume", title=guide.title, number=found[1] + 1, total=len(found[0].steps)
    )
    go_on = turn.option("option.go-on", turn.state.bookmark)
    return Reply((Say(text, (go_on,)),), here=HOME)


def resume(turn: Turn) -> Reply:
    """“tiếp”: the same as a greeting, said from anywhere."""
    return hello(turn)


def stop(turn: Turn) -> Reply:
    """“dừng”: nothing more is sent until the person writes again."""
    return Reply((Say(turn.say("stop.done")),), quiet=True, bookmark="", outcome="stopped")


def left(turn: Turn) -> Reply:
    """The person blocked us: there is nobody to answer."""
    return Reply((), outcome="unreachable", reachable=False)


def _resident_home(turn: Turn) -> Say:
    shelves = {guide.topic for guide in turn.library.guides.values()}
    options = tuple(
        Option(turn.say(f"topic.{topic}"), f"topic:{topic}")
        for topic in MENU_TOPICS
        if topic in shelves
    )
    helper = turn.option("option.person", "person")
    return Say(turn.say("home.resident"), options, home=False, zero=helper)


def _team_home(turn: Turn) -> Say:
    options = (
        turn.option("option.log", "log"),
        turn.option("option.mine", "mine"),
        turn.option("option.topics", "topics"),
    )
    helper = turn.option("option.person", "person")
    team = turn.worker.team if turn.worker else ""
    return Say(turn.say("home.team", team=team), options, home=False, zero=helper)
