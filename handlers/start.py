"""Greeting, home menu, stop."""

from __future__ import annotations

from bot.conversation.turn import HOME, Option, Reply, Say, Turn
from bot.core.vocabulary import Role
from bot.services import joining, request_work, unit_months

MOST_OPTIONS = 5


def home(turn: Turn) -> Reply:
    """The home menu: for a member of a team the log comes first."""
    if turn.worker and turn.worker.role.in_team:
        return Reply((_team_home(turn),), here=HOME)
    return Reply((_resident_home(turn),), here=HOME)


def topics(turn: Turn) -> Reply:
    """The residents' menu, for a member who looks something up."""
    say = Say(turn.say("home.resident"), _topics(turn))
    return Reply((say,), here="topics")


def hello(turn: Turn) -> Reply:
    """A greeting, or a chat just opened: offer to go on where the person stopped, else the menu."""
    place = turn.place
    if place is None:
        return home(turn)
    guide, way, index = place
    text = turn.say("home.resume", title=guide.title, number=index + 1, total=len(way.steps))
    go_on = turn.option("option.go-on", turn.state.bookmark)
    other = turn.option("option.other", HOME)
    waiting = _waiting(turn)
    if waiting:
        text = f"{turn.say('home.waiting')}\n{text}"
    return Reply((Say(text, (*waiting, go_on), zero=other),), here=HOME)


def stop(turn: Turn) -> Reply:
    """“dừng”: nothing more is sent until the person writes again; the place in a guide is kept."""
    if turn.place is None:
        return Reply((Say(turn.say("stop.done")),), quiet=True, outcome="stopped")
    go_on = turn.option("option.go-on", turn.state.bookmark)
    return Reply((Say(turn.say("stop.done-place"), (go_on,)),), quiet=True, outcome="stopped")


def left(turn: Turn) -> Reply:
    """The person blocked us: there is nobody to answer."""
    return Reply((), outcome="unreachable", reachable=False)


def _resident_home(turn: Turn) -> Say:
    helper = turn.option("option.person", "person")
    options = (*_newcomers(turn), *_topics(turn))[:MOST_OPTIONS]
    return Say(turn.say("home.resident"), options, home=False, zero=helper)


def _newcomers(turn: Turn) -> tuple[Option, ...]:
    """For who decides about newcomers, while somebody waits."""
    if turn.worker is None:
        return ()
    count = joining.count_waiting(turn.unit, turn.commune.id, turn.worker)
    return (turn.option("option.newcomers", "newcomers", count=count),) if count else ()


def _topics(turn: Turn) -> tuple[Option, ...]:
    return tuple(
        Option(turn.say(f"topic.{topic}"), f"topic:{topic}")
        for topic in turn.library.menu.open_entries(turn.library.guides)
    )


def _waiting(turn: Turn) -> tuple[Option, ...]:
    """Who waits for help heads whatever a member is shown first."""
    if turn.worker is None:
        return ()
    count = request_work.count_waiting(turn.unit, turn.commune.id, turn.worker)
    if not count:
        return ()
    taken = request_work.count_taken(turn.unit, turn.commune.id, turn.worker)
    label = "option.taken" if taken == count else "option.waiting"
    return (turn.option(label, "queue", count=count),)


def _week(turn: Turn) -> tuple[Option, ...]:
    """For a leader; it names the report of the month, which stands under it, while that waits to be sent."""
    if turn.worker is None or turn.worker.role is not Role.TEAM_LEADER:
        return ()
    is_waited_for = unit_months.is_waited_for(turn.unit, turn.commune.id, turn.worker)
    return (turn.option("option.week-month" if is_waited_for else "option.week", "week"),)


def _team_home(turn: Turn) -> Say:
    options = [
        *_waiting(turn),
        *_newcomers(turn),
        turn.option("option.log", "log"),
        *_week(turn),
        turn.option("option.mine", "mine"),
        turn.option("option.topics", "topics"),
    ]
    if len(options) < MOST_OPTIONS:  # a leader with somebody waiting finds them under the week
        options.insert(-1, turn.option("option.team-classes", "trns"))
    helper = turn.option("option.person", "person")
    team = turn.worker.team if turn.worker else ""
    return Say(
        turn.say("home.team", team=team), tuple(options[:MOST_OPTIONS]), home=False, zero=helper
    )
