"""What every channel does with bytes that it did not write: read them without trusting them."""

from __future__ import annotations

import json
from typing import Any, TypeGuard

LONGEST_ID = 80


def read_object(body: bytes) -> dict[str, Any]:
    """The JSON object of a body; ``ValueError`` for anything else, however it is built."""
    try:
        value = json.loads(body)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if not isinstance(value, dict):
        raise ValueError("not an object")
    return value


def is_id(value: object) -> TypeGuard[str]:
    """True for a text that can be kept as somebody's or something's id on every database."""
    return isinstance(value, str) and 0 < len(value) <= LONGEST_ID and value.isprintable()
