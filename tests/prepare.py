"""Run by ``make test`` first: says loudly when an engine of the suite is missing, or installs it.

``BOT_TEST_WITHOUT=postgres,browser,office`` names what shall be left out on purpose.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable

from bot.media.voice import PROGRAMS
from tests import postgres
from tests.depth import IS_DEEP


def left_out() -> set[str]:
    """Engines that the person at the machine has left out by name."""
    return {name for name in os.environ.get("BOT_TEST_WITHOUT", "").split(",") if name}


def without_voice() -> list[str]:
    """Programs of the machine's voice that this machine lacks: pip brings none, so they stop no run."""
    return [name for name in PROGRAMS if shutil.which(name) is None]


def voice_notice() -> str:
    """The sentence that says so; nothing where they are all there."""
    missing = " ".join(without_voice())
    return (
        f"CHÚ Ý: giọng máy thật chưa được kiểm tra; cài bằng `apt-get install {missing}` rồi chạy lại."
        if missing
        else ""
    )


def without_office() -> bool:
    """True on a machine without LibreOffice, which computes workbooks once more.

    Pip brings none: it stops the deep run only, whose script installs it.
    """
    return shutil.which("soffice") is None


def office_notice() -> str:
    """The sentence that says so; nothing where it is there."""
    return (
        "CHÚ Ý: tệp báo cáo chưa được LibreOffice tính lại; cài bằng `apt-get install "
        "libreoffice-calc libreoffice-writer` rồi chạy lại."
        if without_office()
        else ""
    )


def _try_postgres() -> None:
    with postgres.server():
        pass


def _try_browser() -> None:
    from tests import browser  # the plugin of a run without it needs no Playwright

    browser.provide()
    browser.try_out()


def _try_office() -> None:
    if without_office() and IS_DEEP:
        raise RuntimeError(
            "Không có LibreOffice (soffice): cài gói libreoffice-calc libreoffice-writer."
        )


ENGINES: dict[str, tuple[str, Callable[[], None]]] = {
    "postgres": ("PostgreSQL", _try_postgres),
    "browser": ("trình duyệt", _try_browser),
    "office": ("LibreOffice", _try_office),
}
"""What may be missing: how it is called, and a first try that raises one sentence."""


def main() -> int:
    unknown = left_out() - set(ENGINES)
    if unknown:
        sys.stderr.write(f"BOT_TEST_WITHOUT: không biết {', '.join(sorted(unknown))}.\n")
        return 1
    if without_voice():
        sys.stderr.write(voice_notice() + "\n")
    if without_office() and "office" not in left_out():
        sys.stderr.write(office_notice() + "\n")
    faults = [_fault_of(name) for name in ENGINES]
    return 1 if any(faults) else 0


def _fault_of(name: str) -> bool:
    title, attempt = ENGINES[name]
    if name in left_out():
        sys.stderr.write(f"CHÚ Ý: bỏ qua mọi kiểm tra với {title}.\n")
        return False
    try:
        attempt()
    except RuntimeError as error:
        sys.stderr.write(f"{error}\nHoặc đặt BOT_TEST_WITHOUT={name} để bỏ qua.\n")
        return True
    return False


if __name__ == "__main__":
    sys.exit(main())
