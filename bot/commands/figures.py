"""Figures of a period."""

from __future__ import annotations

from pathlib import Path

import click

from bot.commands.terminal import as_json, opened, say_json
from bot.config import Settings
from bot.core import periods
from bot.core.errors import BotError, why
from bot.core.vocabulary import Audience
from bot.services import stats
from bot.services.plans import find_commune


@click.command()
@click.option("--commune", required=True, help="Mã xã, phường.")
@click.option("--period", required=True, help="Kỳ, ví dụ week:2026-W47.")
@click.option("--format", "kind", type=click.Choice(["json"]), default="json", help="Dạng tệp.")
@click.option(
    "--audience", type=click.Choice([a.value for a in Audience]), default="internal", help="Ai đọc."
)
@click.option("--out", type=click.Path(path_type=Path), help="Ghi ra tệp thay vì màn hình.")
@click.pass_obj
def report(
    settings: Settings, commune: str, period: str, kind: str, audience: str, out: Path | None
) -> None:
    """Số liệu của một kỳ."""
    window = periods.parse(period)
    with opened(settings, commune) as installation:
        home = find_commune(installation.communes, commune)
        plan_of_home = installation.library.plans[home.slug]
        body = installation.database.read(
            stats.report, home, plan_of_home, window, Audience(audience)
        )
    if out is None:
        say_json(body)
        return
    try:
        out.write_text(as_json(body) + "\n", encoding="utf-8")
    except OSError as error:
        raise BotError(f"Không ghi được tệp {out}: {why(error)}.") from error
