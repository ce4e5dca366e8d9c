"""A voice that a machine makes, offline: eSpeak NG speaks, LAME packs; both from Debian's packages.

It is understood, not loved: it is off unless the operator switches it on, and is always called a machine's.
"""

from __future__ import annotations

import shutil
import subprocess

from bot.core.errors import MediaError, SettingError

PROGRAMS = ("espeak-ng", "lame")
LONGEST_SECONDS = 20.0
# Southern Vietnamese, slower than the default 175 words a minute, a little pause between words.
SPEAK = ("espeak-ng", "-v", "vi-vn-x-south", "-s", "135", "-g", "2", "--stdin", "--stdout")
PACK = ("lame", "--quiet", "-m", "m", "-b", "48", "-", "-")


class Voice:
    """Speaks; ``name`` goes into the key of every sound: another voice makes other files."""

    name = " ".join((*SPEAK, *PACK))

    def speak(self, text: str) -> bytes:
        """The text as an MP3; ``MediaError`` when a program fails or takes too long."""
        sound = _run(SPEAK, text.encode())
        return _run(PACK, sound)


def find_voice() -> Voice:
    """The voice of this machine; ``SettingError`` names the program that is not installed."""
    missing = [name for name in PROGRAMS if shutil.which(name) is None]
    if missing:
        raise SettingError(
            f"BOT_VOICE cần chương trình {', '.join(missing)}: cài bằng "
            f"`apt-get install {' '.join(missing)}`, hoặc để trống BOT_VOICE."
        )
    return Voice()


def _run(command: tuple[str, ...], given: bytes) -> bytes:
    try:
        done = subprocess.run(  # noqa: S603 – a fixed command; the words go in by its standard input
            command, input=given, capture_output=True, check=True, timeout=LONGEST_SECONDS
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise MediaError("sound.failed") from error
    return done.stdout
