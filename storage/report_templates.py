"""Letter paper of the office: a DOCX for each kind of header; the newest that was not dropped is in use."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update

from bot.core.vocabulary import CommuneId
from storage.database import Unit
from storage.models_plans import report_templates


@dataclass(frozen=True, slots=True)
class Kept:
    """A template that is in use, without its content."""

    header: str
    name: str
    recorded_at: datetime


def keep(
    unit: Unit, commune: CommuneId, header: str, paper: tuple[str, bytes], staff_id: int | None
) -> None:
    """Use (name, content) from now on; the one before it stays in its row."""
    name, docx = paper
    unit.connection.execute(
        insert(report_templates).values(
            commune_id=commune,
            header=header,
            name=name,
            docx=docx,
            staff_id=staff_id,
            recorded_at=unit.now,
        )
    )


def list_used(unit: Unit, commune: CommuneId) -> dict[str, Kept]:
    """By header, what is in use; a header that is not here has none."""
    row = report_templates.c
    rows = unit.connection.execute(
        select(row.header, row.name, row.recorded_at)
        .where(row.commune_id == commune, row.dropped_at.is_(None))
        .order_by(row.id)
    )
    return {header: Kept(header, name, at) for header, name, at in rows}


def find(unit: Unit, commune: CommuneId, header: str) -> bytes | None:
    """The content of the one in use; None when the built-in layout is."""
    row = report_templates.c
    found: bytes | None = unit.connection.execute(
        select(row.docx)
        .where(row.commune_id == commune, row.header == header, row.dropped_at.is_(None))
        .order_by(row.id.desc())
        .limit(1)
    ).scalar_one_or_none()
    return found


def drop(unit: Unit, commune: CommuneId, header: str) -> bool:
    """Back to the built-in layout, past every one that was kept; False when that is in use already."""
    row = report_templates.c
    mine = (row.commune_id == commune, row.header == header, row.dropped_at.is_(None))
    out = update(report_templates).where(*mine).values(dropped_at=unit.now)
    return unit.connection.execute(out).rowcount > 0
