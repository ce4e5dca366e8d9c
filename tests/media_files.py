"""Recordings and screenshots for tests, made here from bytes: no program, no sample file."""

from __future__ import annotations

import io

from PIL import Image

# An MPEG-1 Layer III frame: eleven bits of sync; version 1, layer III, no checksum (FB); 32 kbit/s at
# 44.1 kHz, no padding (10); one channel (C0). It takes 144 · 32000 / 44100 = 104 bytes with its header and
# sounds for 1152 / 44100 of a second. Side information and body are zeros: no bits of sound, silence.
FRAME = bytes.fromhex("fffb10c0") + bytes(100)
FRAME_SECONDS = 1152 / 44100


def mp3(seconds: float = 2.0) -> bytes:
    """A recording of silence, about as long as asked."""
    return FRAME * round(seconds / FRAME_SECONDS)


def picture(kind: str = "PNG", size: tuple[int, int] = (540, 1170), **more: object) -> bytes:
    """A screenshot: one colour, and a darker bar on top so that up and down differ."""
    image = Image.new("RGB", size, (190, 220, 250))
    image.paste((20, 60, 120), (0, 0, size[0], max(1, size[1] // 4)))
    file = io.BytesIO()
    image.save(file, kind, **more)
    return file.getvalue()
