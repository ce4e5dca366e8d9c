"""Trouble on demand: refusals, pages that are no JSON, cut connections, late and slow answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.zalo_oa_rules import NoGrantError, RefusedError

PAGE = "<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"


@dataclass
class Fault:
    """Trouble for the next ``left`` calls of a name, or of any name: ``*``.

    Without a body the call's own answer is given; ``takes`` says whether the call does its work
    although the answer is bad.
    """

    name: str
    left: int
    status: int = 200
    body: Any = None  # JSON, text or bytes
    takes: bool = False
    drop: bool = False
    slow: float = 0.0  # seconds over which the answer's body dribbles


class Faults:
    """The trouble that is still to come, first come first served."""

    def __init__(self) -> None:
        self.delays: dict[str, float] = {}
        self._waiting: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Puts it behind what was asked for before."""
        self._waiting.append(fault)

    def take(self, name: str) -> Fault | None:
        """The trouble for this call, if there is one."""
        for fault in self._waiting:
            if fault.name in ("*", name) and fault.left > 0:
                fault.left -= 1
                return fault
        return None

    def delay_of(self, name: str) -> float:
        """How long an answer is held back."""
        return self.delays.get(name, self.delays.get("*", 0.0))


def refusal(name: str, code: int) -> Any:
    """The body with which Zalo refuses this call."""
    return (NoGrantError if name == "access_token" else RefusedError)(code).body()
