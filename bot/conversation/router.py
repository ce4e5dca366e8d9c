"""From what a person typed or tapped to the handler that answers: first matching route wins.

A digit, a label, a button and a whole-message word become one action before any route is tried, so they
cannot differ. What is left is words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from bot.conversation.turn import HOME, Action, Reply, Turn
from bot.core.messages import Kind
from bot.core.text import fold, spoken_number

BACK = "back"
WRONG_DIGIT = "wrong-digit"
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
        self._verbs = {route.verb for route in routes if route.verb} | {BACK}

    def answer(self, turn: Turn) -> tuple[Turn, Reply]:
        """The turn as it was read, and the reply of the first route that matches it."""
        turn = replace(turn, action=self._read(turn))
        if turn.action == Action(BACK):
            turn = _go_back(turn)
        for route in self._routes:
            if route.matches(turn):
                return turn, route.handler(turn)
        raise LookupError("the last route must match everything")

    def _read(self, turn: Turn) -> Action | None:
        """The action that was meant, or None when it is words to understand."""
        inbound, choices = turn.inbound, turn.state.choices
        if inbound.kind is Kind.ACTION:
            return Action.parse(inbound.text)
        if inbound.kind is not Kind.TEXT or inbound.redacted:
            return None
        said = fold(inbound.text)
        for choice in choices:
            if said == fold(choice.label):
                return Action.parse(choice.action)
        if said in self._commands:
            return Action.parse(self._commands[said])
        written = inbound.text.strip()
        if ":" in written and WRITTEN_ACTION.fullmatch(written) and self._knows(written):
            return Action.parse(written)
        return self._read_digit(turn)

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


def _go_back(turn: Turn) -> Turn:
    """To the view before the present one; from the first view, home."""
    trail = turn.state.trail[:-1]
    state = replace(turn.state, trail=trail[:-1], at="")
    return replace(turn, state=state).doing(trail[-1] if trail else HOME)
