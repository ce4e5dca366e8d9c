"""The colour of a commune: dark enough for white words, and no red, which is kept for the ring."""

from __future__ import annotations

import colorsys
import re
from typing import Annotated

from pydantic import AfterValidator

from bot.library.wording import refuse

HOUSE_COLOUR = "#0a5c46"
GOOD_CONTRAST = 4.5  # WCAG 2.2, 1.4.3: words on their ground
_NEAR_RED, _PALE = 30 / 360, 0.25  # how far a hue must be from red, unless it is nearly grey
_WRITTEN = re.compile("#[0-9a-f]{6}")


def _check(colour: str) -> str:
    if not _WRITTEN.fullmatch(colour):
        raise refuse(f"màu «{colour}» không đúng dạng", 'viết dạng "#0a5c46", chữ thường')
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    if contrast_with_white(parts) < GOOD_CONTRAST:
        raise refuse(f"màu «{colour}» quá nhạt, chữ trắng khó đọc", "chọn màu đậm hơn")
    hue, _, saturation = colorsys.rgb_to_hls(*parts)
    if min(hue, 1 - hue) < _NEAR_RED and saturation > _PALE:
        raise refuse(f"màu «{colour}» gần màu đỏ của vòng khoanh", "chọn xanh, tím, nâu xám")
    return colour


def contrast_with_white(parts: list[float]) -> float:
    """The contrast of red, green and blue (0 to 1) with white, by WCAG 2.2."""
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 1.05 / (0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] + 0.05)


Colour = Annotated[str, AfterValidator(_check)]
