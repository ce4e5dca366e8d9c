"""What is said when a question led to no single guide: candidates, a repair that fits the miss, a person.

First miss: options. Second: a person. Never the same words twice in a row.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from bot.conversation.turn import Option, Reply, Say, Turn, reply
from bot.library.guide_steps import LONGEST_ACTION
from bot.services.understanding import Decision, Match, Reason, Understood

MOST_OPTIONS = 5
MOST_TOPICS = 4
MISSES_WITH_CHOICES = 2
NEAR_BEST = 0.1  # without a second so likely, one candidate is asked for with yes or no


def answer_unclear(turn: Turn, understood: Understood) -> Reply:
    """Candidates while that may help, then the repair that fits the reason."""
    if understood.decision is Decision.CHOOSE and turn.state.misses < MISSES_WITH_CHOICES:
        return _let_choose(turn, understood.guides)
    return _repair(turn, understood)


def _let_choose(turn: Turn, matches: tuple[Match, ...]) -> Reply:
    """Two or three candidates; said otherwise when the ones before did not fit."""
    misses = turn.state.misses
    text = turn.say("question.choose-again" if misses else "question.choose")
    if sum(match.score > NEAR_BEST * matches[0].score for match in matches) == 1:
        return _ask_whether(turn, matches[0])
    likely = [match for match in matches if match.score > 0]
    options = [Option(match.title, f"guide:{match.id}") for match in likely]
    options.append(turn.option("option.something-else", "person"))
    return Reply((Say(text, tuple(options)),), here=_which(likely), misses=misses + 1)


def _ask_whether(turn: Turn, match: Match) -> Reply:
    """One candidate: yes or no."""
    misses = turn.state.misses
    sentence = "question.is-it-this" if misses else "question.is-it"
    options = (
        turn.option("option.yes", f"guide:{match.id}"),
        turn.option("option.no", "person"),
    )
    say = Say(turn.say(sentence, title=match.title), options)
    return Reply((say,), here=_which([match]), misses=misses + 1)


def _which(matches: Iterable[Match]) -> str:
    """The action that shows these candidates again, as many as fit into it."""
    action = "which"
    for match in matches:
        longer = f"{action}:{match.id}"
        action = longer if len(longer) <= LONGEST_ACTION else action
    return action


def choose_again(turn: Turn) -> Reply:
    """Candidates of an earlier question, gone back to."""
    guides = [turn.library.guides[known] for known in turn.args if known in turn.library.guides]
    if len(guides) == 1:
        return replace(_ask_whether(turn, Match(guides[0].id, guides[0].title, 1.0)), misses=0)
    options = [Option(guide.title, f"guide:{guide.id}") for guide in guides[: MOST_OPTIONS - 1]]
    options.append(turn.option("option.something-else", "person"))
    here = ":".join(["which", *(guide.id for guide in guides)])
    return reply(turn.say("question.choose"), *options, here=here)


def _repair(turn: Turn, understood: Understood) -> Reply:
    """First miss: what we can do, as options. Second and later: a person. Never the same words twice."""
    misses = turn.state.misses + 1
    person = turn.option("option.person", "person")
    go_on = [turn.option("option.go-on", turn.state.bookmark)] if turn.place else []
    if misses >= 2:
        sentence = "question.person" if misses % 2 else "question.again"
        return Reply((Say(turn.say(sentence), (person, *go_on)),), misses=misses)
    entries = turn.library.menu.open_entries(turn.library.guides)[: MOST_TOPICS - len(go_on)]
    topics = [Option(turn.say(f"topic.{topic}"), f"topic:{topic}") for topic in entries]
    say = Say(_first_miss(turn, understood), (*go_on, *topics, person))
    return Reply((say,), misses=misses)


def _first_miss(turn: Turn, understood: Understood) -> str:
    """What the matter is and who helps where that is known; otherwise what is missing."""
    answer = turn.library.elsewhere.answer(understood.elsewhere or "")
    if answer:
        return turn.texts.fill(answer)
    vague = understood.reason is Reason.TOO_VAGUE
    return turn.say("question.vague" if vague else "question.unknown")
