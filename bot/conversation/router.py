"""From what a person typed or tapped to the handler that answers: first matching route wins.

A digit, a label, a button and a whole-message word become one action before any route is tried, so they
cannot differ. What is left is words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import dropwhile

from bot.conversation.turn import HOME, OVER, Action, Reply, Turn
from bot.core.messages import Choice, Kind
from bot.core.text import fold, normalise, spoken_number, words

BACK = "back"
AGAIN = "again"
WRONG_DIGIT = "wrong-digit"
POINTERS = {"g": "guide", "s": "step"}
LONGEST_COURTESY = 8
"""Words in a message that may still be one command with politeness around it."""
WRITTEN_ACTION = re.compile(r"[a-z]+(?::[a-z0-9-]+)*", re.ASCII)

Matcher = Callable[[Turn], bool]
Handler = Callable[[Turn], Reply]


@dataclass(frozen=True, slots=True)
class Route:
    """A condition and who answers when it holds. ``verb`` names the actions that it takes, if any."""

    matches: Matcher
    handler: Handler
    verb: str = ""


def on_action(verb: str, handler: Handler) -> Route:
    """Buttons, digits, labels and command words of that verb."""
    return Route(lambda turn: turn.action is not None and turn.action.verb == verb, handler, verb)


def on_text_at(state: str, handler: Handler) -> Route:
    """Words typed while that state waits for them."""
    return Route(
        lambda turn: (
            turn.action is None and turn.inbound.kind is Kind.TEXT and turn.state.at == state
        ),
        handler,
    )


def on_kind(kind: Kind, handler: Handler) -> Route:
    """Everything of that kind."""
    return Route(lambda turn: turn.action is None and turn.inbound.kind is kind, handler)


def on(condition: Matcher, handler: Handler) -> Route:
    """Any other condition."""
    return Route(condition, handler)


class Router:
    """The ordered routes and the words that are commands everywhere."""

    def __init__(self, routes: Sequence[Route], commands: dict[str, str]) -> None:
        self._routes = tuple(routes)
        self._commands = commands
        self._verbs = {route.verb for route in routes if route.verb} | {BACK, AGAIN}

    def answer(self, turn: Turn) -> tuple[Turn, Reply]:
        """The turn as it was read, and the reply of the first route that matches it.

        A reply that keeps still belongs to the turn as it came: “trở lại” has gone nowhere.
        """
        came = turn
        turn = replace(turn, action=self._read(turn))
        if turn.action == Action(BACK):
            turn = _go_back(turn)
        elif turn.action == Action(AGAIN):
            turn = turn.doing(turn.state.present)
        for route in self._routes:
            if route.matches(turn):
                reply = route.handler(turn)
                return (came, reply) if reply.is_still else (turn, _marked(reply))
        raise LookupError("the last route must match everything")

    def _read(self, turn: Turn) -> Action | None:
        """The action that was meant, or None when it is words to understand."""
        inbound = turn.inbound
        if inbound.kind is Kind.ACTION:
            return Action.parse(inbound.text)
        if inbound.kind is Kind.START:
            return _pointed_at(inbound.text)
        if inbound.kind is not Kind.TEXT or inbound.redacted:
            return None
        for said in _ways_to_read(turn):
            choice = _named(turn, said)
            if choice is not None:
                return Action.parse(choice.action)
            folded = fold(said)
            if folded in self._commands and _means(said, turn.library.glossary.commanding):
                return Action.parse(self._commands[folded])
        written = inbound.text.strip()
        if ":" in written and WRITTEN_ACTION.fullmatch(written) and self._knows(written):
            return Action.parse(written)
        return self._read_digit(turn) or _read_part(turn)

    def _read_digit(self, turn: Turn) -> Action | None:
        number = spoken_number(turn.inbound.text)
        if number is None:
            return None
        for choice in turn.state.choices:
            if choice.n == number:
                return Action.parse(choice.action)
        if turn.state.at:
            return None  # a number may be just what is waited for
        return Action.parse(HOME) if number == 0 else Action(WRONG_DIGIT)

    def _knows(self, action: str) -> bool:
        return Action.parse(action).verb in self._verbs


def choice_typed(turn: Turn, choices: Sequence[Choice]) -> Choice | None:
    """Which of these choices was typed: by its label, another word for it, or its digit."""
    inbound = turn.inbound
    if inbound.kind is not Kind.TEXT or inbound.redacted:
        return None
    asked = replace(turn, state=replace(turn.state, choices=tuple(choices)))
    named = (_named(asked, said) for said in _ways_to_read(asked))
    found = next((choice for choice in named if choice is not None), None)
    number = None if found else spoken_number(inbound.text)
    return found or next((choice for choice in choices if choice.n == number), None)


def _pointed_at(payload: str) -> Action | None:
    """The guide or the step that a link of ours names: ``g_<guide>``, ``s_<guide>_<step>``."""
    verb, *args = payload.split("_")
    return Action(POINTERS[verb], tuple(args)) if verb in POINTERS and all(args) else None


def _ways_to_read(turn: Turn) -> Iterator[str]:
    """What was typed, in lower case without signs; then without the words of courtesy around it."""
    said = re.findall(r"[\w/]+", normalise(turn.inbound.text).lower())
    yield " ".join(said)
    if turn.state.at or len(said) > LONGEST_COURTESY:
        return
    polite = turn.library.glossary.courtesies
    bare = list(dropwhile(polite.__contains__, said))
    bare = list(dropwhile(polite.__contains__, reversed(bare)))[::-1]
    if bare and bare != said:
        yield " ".join(bare)


def _named(turn: Turn, said: str) -> Choice | None:
    """The open choice whose label was typed, or another word for it, or the action that it carries."""
    choices, glossary, folded = turn.state.choices, turn.library.glossary, fold(said)
    for choice in choices:
        is_label = folded == fold(choice.label) and not _is_command(turn, said, choice.label)
        if is_label or turn.inbound.text.strip() == choice.action:
            return choice
    meant = glossary.labels.get(folded, frozenset())
    if not _means(said, glossary.answering):
        return None
    return next((choice for choice in choices if fold(choice.label) in meant), None)


def _is_command(turn: Turn, said: str, label: str) -> bool:
    """True for a command typed with its own marks where a label has others: “dừng” under “Đúng”."""
    is_marked = said not in (fold(said), normalise(label).lower())
    return is_marked and said in turn.library.glossary.commanding


def _means(said: str, written: frozenset[str]) -> bool:
    """False for one syllable typed with other marks than the words: “đúng” is not “dừng”."""
    return said == fold(said) or " " in said or said in written


def _read_part(turn: Turn) -> Action | None:
    """A part of one label only, when it says something: “passcode” for “Quên passcode (mã 6 số)”."""
    said, glossary = words(turn.inbound.text), turn.library.glossary
    if turn.state.at or not said or glossary.stop.issuperset(said):
        return None
    found = [c for c in turn.state.choices if _is_within(said, words(c.label))]
    return Action.parse(found[0].action) if len(found) == 1 else None


def _is_within(part: tuple[str, ...], whole: tuple[str, ...]) -> bool:
    size = len(part)
    return any(whole[at : at + size] == part for at in range(len(whole) - size + 1))


def _marked(reply: Reply) -> Reply:
    """A reply that is no view leaves a mark, so that “trở lại” leads to the view below it."""
    return reply if reply.here else replace(reply, data=reply.data | {OVER: "1"})


def _go_back(turn: Turn) -> Turn:
    """To the view before the present one, or below the present prompt; from the first view, home."""
    state = turn.state
    below = state if OVER in state.data else replace(state, trail=state.trail[:-1], choices=())
    # The view that is shown again puts itself back on the trail.
    state = replace(state, trail=below.trail[:-1], at="", data={})
    return replace(turn, state=state).doing(below.present)
