"""Which job has run for which period."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete

from storage.database import INSERTS, Unit
from storage.models import job_runs


def begin(unit: Unit, job: str, period: str) -> bool:
    """Claim the job for the period; False when somebody has it already."""
    statement = INSERTS[unit.dialect](job_runs).values(job=job, period=period, ran_at=unit.now)
    # RETURNING, since the row count of an INSERT is unknown (-1) with psycopg.
    claimed = statement.on_conflict_do_nothing().returning(job_runs.c.job)
    return unit.connection.execute(claimed).first() is not None


def purge(unit: Unit, keep: timedelta) -> int:
    """What ran so long ago is not told any more; gives how many rows that were."""
    old = delete(job_runs).where(job_runs.c.ran_at < unit.now - keep)
    return unit.connection.execute(old).rowcount
