"""Run by ``make test`` first: says loudly when an engine of the suite is missing.

``BOT_TEST_WITHOUT=postgres`` names what shall be left out on purpose.
"""

from __future__ import annotations

import os
import sys

from tests import postgres


def left_out() -> set[str]:
    """Engines that the person at the machine has left out by name."""
    return {name for name in os.environ.get("BOT_TEST_WITHOUT", "").split(",") if name}


def main() -> int:
    unknown = left_out() - {"postgres", "browser"}
    if unknown:
        sys.stderr.write(f"BOT_TEST_WITHOUT: không biết {', '.join(sorted(unknown))}.\n")
        return 1
    if "postgres" in left_out():
        sys.stderr.write("CHÚ Ý: bỏ qua mọi kiểm tra với PostgreSQL.\n")
        return 0
    try:
        with postgres.server():
            return 0
    except postgres.PostgresError as error:
        sys.stderr.write(f"{error}\nHoặc đặt BOT_TEST_WITHOUT=postgres để bỏ qua.\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
