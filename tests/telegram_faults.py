"""Trouble on demand: refusals, cut connections and late answers."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from tests.telegram_rules import RefusedError, too_many


@dataclass
class Fault:
    """Trouble for the next ``left`` calls of a method, or of any method: ``*``."""

    method: str
    left: int
    status: int = 0
    body: Any = None
    headers: dict[str, str] | None = None
    drop: str = ""  # "before" or "after" the call has been taken


class Faults:
    """The trouble that is still to come, first come first served."""

    def __init__(self) -> None:
        self.delays: dict[str, float] = {}
        self._waiting: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Puts it behind what was asked for before."""
        self._waiting.append(fault)

    def take(self, method: str) -> Fault | None:
        """The trouble for this call, if there is one."""
        for fault in self._waiting:
            if fault.method in ("*", method) and fault.left > 0:
                fault.left -= 1
                return fault
        return None

    def delay_of(self, method: str) -> float:
        """How long an answer is held back."""
        return self.delays.get(method, self.delays.get("*", 0.0))


def failing(
    method: str, times: int, status: int | None, body: Any, retry_after: int | None
) -> Fault:
    """A refusal with Telegram's usual words for the status, or with a given body."""
    status = status if status is not None else (429 if retry_after else 500)
    headers = {"Retry-After": str(retry_after)} if retry_after else None
    if body is None:
        refused = RefusedError(status, HTTPStatus(status).phrase)
        if status == 403:
            refused = RefusedError(403, "Forbidden: bot was blocked by the user")
        body = (too_many(retry_after) if retry_after else refused).body()
    return Fault(method, times, status, body, headers)
