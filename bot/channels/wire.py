"""What channels share: reading bytes that they did not write without trusting them, and naming files."""

from __future__ import annotations

import json
from typing import Any, TypeGuard

from bot.core.messages import Media
from bot.core.text import words

LONGEST_ID = 80
LONGEST_FILE_NAME = 60


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


def text_or_number(value: object) -> str:
    """The text, or a whole number as its digits; "" for anything else.

    Ids and moments are texts where they may pass 2^53, but working code has seen numbers too. JSON's true
    is none, though Python's is.
    """
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63:
        return str(value)
    return value if isinstance(value, str) else ""


def file_name(media: Media) -> str:
    """What a file is kept as on the person's device: its words in plain letters, and the right ending."""
    ending = media.key.rpartition(".")[2]
    named = "-".join(words(media.words.removesuffix(f".{ending}")))
    plain = named.encode("ascii", "ignore").decode()[:LONGEST_FILE_NAME].strip("-")
    return f"{plain}.{ending}" if plain else media.key
