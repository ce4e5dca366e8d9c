"""What a message looks like on Zalo: the JSON of each part, in the order in which they are sent.

Source: docs.zaloplatforms.com/docs/OA (tin-tu-van, cau-truc-cua-tham-so-buttons), as quoted in 2026-09.
Zalo shows plain text. It counts to 2,000, and does not say what it counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.channels.zalo_oa_reading import ACTION_PREFIX
from bot.core.messages import Choice, Form, MediaKind, Outbound
from bot.core.text import shorten, split

TEXT_LIMIT = 1900
MOST_BUTTONS = 5
LONGEST_TITLE = 100
LONGEST_PRESS = 1000
LONGEST_PURPOSE = 500

Json = Mapping[str, Any]


def words_of(message: Outbound, heard_at: str | None) -> list[Json]:
    """The words, in pieces, with the buttons on the last; no piece where there is nothing to read.

    What fits no button stands in the text with its digit. ``heard_at`` is where the sound is.
    """
    pressed = [choice for choice in message.choices if _fits(choice)][:MOST_BUTTONS]
    lines = [message.text]
    if message.media and heard_at:
        lines.append(f"{message.media.words}: {heard_at}")
    lines += [_label(choice) for choice in message.choices if choice not in pressed]
    plain = [_plain(piece) for piece in split("\n".join(lines), TEXT_LIMIT)]
    pieces: list[dict[str, Any]] = [{"text": piece} for piece in plain if piece.strip()]
    if pieces and pressed:
        pieces[-1]["attachment"] = _template(buttons=_buttons(pressed))
    return [*pieces]


def carrying(kind: MediaKind, reference: str) -> Json:
    """A message that is nothing but an uploaded picture or file."""
    if kind is MediaKind.FILE:
        return {"attachment": {"type": "file", "payload": {"token": reference}}}
    element = {"media_type": "image", "attachment_id": reference}
    return {"attachment": _template(template_type="media", elements=[element])}


def asking(form: Form, picture: str) -> Json:
    """Zalo's own form for a name and a telephone; ``picture`` is the address of what stands above it."""
    element = {
        "title": shorten(form.title, LONGEST_TITLE),
        "subtitle": shorten(form.purpose, LONGEST_PURPOSE),
        "image_url": picture,
    }
    return {"attachment": _template(template_type="request_user_info", elements=[element])}


def _template(**inside: Any) -> Json:
    return {"type": "template", "payload": inside}


def _fits(choice: Choice) -> bool:
    return bool(choice.action) and len(ACTION_PREFIX + choice.action) <= LONGEST_PRESS


def _buttons(choices: Sequence[Choice]) -> list[Json]:
    """Buttons that carry their digit; a press comes back as a text that the person does not see."""
    return [
        {
            "title": shorten(_plain(_label(choice)), LONGEST_TITLE),
            "type": "oa.query.hide",
            "payload": ACTION_PREFIX + choice.action,
        }
        for choice in choices
    ]


def _label(choice: Choice) -> str:
    return f"{choice.n}. {choice.label}"


def _plain(text: str) -> str:
    return text.replace("**", "")
