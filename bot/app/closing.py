"""Closing put on top of the database: read, make the files outside of any unit, write if nothing moved."""

from __future__ import annotations

from bot.app.installation import Installation
from bot.app.report_files import ReportFiles
from bot.core.errors import RuleError
from bot.services import closing_check, closings
from bot.services.closing_check import Proof
from bot.services.closings import Closing, Draft, Hand, Renderer
from bot.services.period_report import Asked
from storage.communes import Commune
from storage.database import Database

TRIES = 2


def renderer_of(installation: Installation, commune: Commune) -> Renderer:
    """Who makes the files of that commune's reports: the one place where that is chosen."""
    return ReportFiles(installation, commune)


class Closer:
    """Closes and proves periods; each method takes its time, so an event loop calls it in a thread."""

    def __init__(self, database: Database, renderer: Renderer) -> None:
        self._database, self._renderer = database, renderer

    def close(self, asked: Asked, hand: Hand) -> Closing:
        """Freeze a period; ``RuleError`` as in ``closings.prepare``, or ``closing.moved``."""
        for _ in range(TRIES):
            draft: Draft = self._database.read(closings.prepare, asked)
            files = closings.render(self._renderer, draft)
            closing = self._database.write(closings.keep, draft, files, hand)
            if closing is not None:
                return closing
        raise RuleError("closing.moved", "Số liệu đang được ghi thêm; chờ một phút rồi chốt lại.")

    def prove(self, asked: Asked) -> Proof:
        """Make everything again and compare; ``NotFoundError`` when the period is not closed."""
        stored = self._database.read(closing_check.read, asked)
        again = closings.make_files(self._renderer, stored.outgoing, stored.rows)
        return closing_check.judge(stored, again)
