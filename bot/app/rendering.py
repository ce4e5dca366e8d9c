"""Files of reports made in a process of their own: a crash or a runaway ends there, and the chat goes on.

``render`` hands the payload to a child (``python -m bot.app.rendering KIND``) and waits for the file. The
child knows neither settings nor the database: what it needs is in the payload.

Nothing from outside is ever unpickled: the payload is pickled here and read by our own child a moment later
(a file that somebody sent is bytes within it), and what comes back is a file or JSON.
"""

from __future__ import annotations

import asyncio
import json
import logging
import pickle
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from bot.core.errors import RuleError, TableError
from bot.reports import csv
from bot.reports.document import Document
from bot.reports.tables import Book, Table

log = logging.getLogger(__name__)
ROOT = Path(__file__).parents[2]
LONGEST = 60.0
"""Seconds: a year with 50,000 rows takes about seven."""
MOST_MEMORY = 1024**3
"""Bytes of address space for a child that reads a file which somebody sent."""
SAID = 2_000
"""So much of what a child says of its end goes to the log: where it broke, never a whole payload."""


def _xlsx(payload: Any) -> bytes:
    from bot.reports import xlsx  # only the child pays for the library

    return xlsx.write(payload)


def _docx(payload: Any) -> bytes:
    drawn: bytes = payload.draw()
    return drawn


def _docx_check(payload: Any) -> bytes:
    """Nothing for a paper that can be used, else what is wrong with it."""
    from bot.services import report_drafts  # only the child pays for the libraries

    try:
        report_drafts.check_template(*payload)
    except TableError as error:
        return json.dumps({"code": error.code, "values": error.values}).encode()
    return b""


RENDERERS: Mapping[str, Callable[[Any], bytes]] = {
    "xlsx": _xlsx,
    "docx": _docx,
    "docx-check": _docx_check,
}
"""Kinds of files, and what makes them in the child."""
LIMITED = ("docx", "docx-check")
"""Kinds that are made out of a file which somebody sent."""


def xlsx(book: Book) -> bytes:
    """The workbook of a report, made in a child; ``RuleError`` as ``render``."""
    return render("xlsx", book)


def as_csv(table: Table) -> bytes:
    """One table for a spreadsheet: small enough to be made here."""
    return csv.write(table)


def check_paper(document: Document, paper: bytes, longest: float = LONGEST) -> None:
    """Look at letter paper and fill it once, in a child; ``TableError`` says what is wrong with it.

    A paper that the child dies of, or is too long over, is one that cannot be used.
    """
    try:
        said = render("docx-check", (document, paper), longest)
    except RuleError:
        raise TableError("words-page.file-heavy") from None
    if said:
        fault = json.loads(said)
        raise TableError(fault["code"], **fault["values"])


def render(kind: str, payload: object, longest: float = LONGEST) -> bytes:
    """The file; ``RuleError`` with the sentence for the person when the child crashes or takes too long."""
    if kind not in RENDERERS:
        raise ValueError(kind)
    command = [sys.executable, "-m", "bot.app.rendering", kind]
    try:
        done = subprocess.run(  # noqa: S603 – our own module, a kind from the list above
            command,
            input=pickle.dumps(payload, protocol=pickle.HIGHEST_PROTOCOL),
            capture_output=True,
            cwd=ROOT,
            timeout=longest,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise RuleError("report.file-late", "Làm tệp lâu quá, chọn kỳ ngắn hơn.") from error
    if done.returncode != 0:
        log.error("%s was not made: %s", kind, done.stderr[-SAID:].decode(errors="replace"))
        raise RuleError("report.file-crashed", "Chưa làm được tệp, bấm lại.")
    return done.stdout


async def render_soon(kind: str, payload: object) -> bytes:
    """``render`` from the event loop, waiting in a thread."""
    return await asyncio.to_thread(render, kind, payload)


def _limit() -> None:
    """So much memory and time for this process, and no picture of it on the disk when it dies."""
    try:
        import resource
    except ImportError:  # no such thing on Windows
        return
    longest = int(LONGEST)
    for what, most in (
        (resource.RLIMIT_AS, MOST_MEMORY),
        (resource.RLIMIT_CPU, longest),
        (resource.RLIMIT_CORE, 0),
    ):
        _, allowed = resource.getrlimit(what)
        least = most if allowed == resource.RLIM_INFINITY else min(most, allowed)
        resource.setrlimit(what, (least, least))


def main() -> None:
    """What the child does: a payload in, a file out."""
    if sys.argv[1] in LIMITED:
        _limit()
    payload = pickle.load(sys.stdin.buffer)  # noqa: S301 – written by our own parent a moment ago
    sys.stdout.buffer.write(RENDERERS[sys.argv[1]](payload))


if __name__ == "__main__":
    main()
