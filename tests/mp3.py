"""Sounds for tests: MP3s of silence, built by hand after ISO/IEC 11172-3, so that no program is needed."""

from __future__ import annotations

_HEADER = bytes((0xFF, 0xFB, 0x90, 0xC4))  # MPEG-1, layer III, 128 kbit/s, 44.1 kHz, one channel
_FRAME = _HEADER + bytes(417 - len(_HEADER))  # no data in it: silence
FRAMES_A_SECOND = 44_100 / 1_152


def silence(seconds: float) -> bytes:
    """A whole MP3 of about that length, 16 KB a second."""
    return _FRAME * round(seconds * FRAMES_A_SECOND)
