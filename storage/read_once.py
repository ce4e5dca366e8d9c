"""A reading that is asked for again in the same unit, which sees one moment, is not done again."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from storage.database import Unit

P = ParamSpec("P")
T = TypeVar("T")


def read_once(read: Callable[Concatenate[Unit, P], T]) -> Callable[Concatenate[Unit, P], T]:
    """A reading whose answer is kept until the end of a unit that only reads, since it sees one moment.

    What it takes must be hashable, and nobody may change what it gives.
    """

    @wraps(read)
    def ask(unit: Unit, /, *given: P.args, **named: P.kwargs) -> T:
        if unit.known is None:
            return read(unit, *given, **named)
        question = (read, given, *named.items())
        if question not in unit.known:
            unit.known[question] = read(unit, *given, **named)
        answer: T = unit.known[question]
        return answer

    return ask
