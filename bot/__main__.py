"""The command line: ``python -m bot COMMAND``. Faults are one Vietnamese line on stderr.

Exit codes: 0 done, 1 the work failed, 2 wrong usage.
"""

from __future__ import annotations

import asyncio
import gc
import os
import sys
from collections.abc import Callable

import click

from bot.app.ending import run_to_end
from bot.app.installation import open_installation, system_clock
from bot.app.logs import set_up_logging
from bot.commands import (
    closing,
    content,
    database,
    figures,
    importing,
    people,
    talking,
    teams,
    zalo,
)
from bot.commands.terminal import CLOCK, say
from bot.config import Settings, load_settings
from storage.database import Clock


@click.group(context_settings={"max_content_width": 100})
@click.pass_context
def main(context: click.Context) -> None:
    """Bạn Số: trợ lý "Bình dân học vụ số" của xã, phường."""
    context.meta[CLOCK] = context.obj or system_clock  # what ``command`` began with
    context.obj = load_settings(os.environ)
    set_up_logging(context.obj.log_level)


@main.command()
@click.option("--no-jobs", is_flag=True, help="Không chạy việc theo giờ (dùng cho bản sao).")
@click.option("--no-sender", is_flag=True, help="Không gửi tin (dùng cho bản sao).")
@click.pass_obj
def run(settings: Settings, no_jobs: bool, no_sender: bool) -> None:
    """Chạy máy chủ web, các kênh, việc gửi tin và việc theo giờ."""
    installation = open_installation(settings, commune=settings.commune)
    from bot.app.serve import Options, serve  # only this command pays for the web server

    asyncio.run(serve(installation, Options(jobs=not no_jobs, sender=not no_sender), say))


for one in (
    talking.ask,
    talking.chat,
    content.check,
    content.plan,
    people.staff,
    teams.team,
    figures.report,
    closing.close,
    database.db,
    importing.importing,
    zalo.zalo,
    talking.replay,
):
    main.add_command(one)


def command(
    arguments: list[str] | None = None,
    exit_with: Callable[[int], object] = sys.exit,
    clock: Clock = system_clock,
) -> None:
    """Run the command line and end with its exit code."""
    run_to_end(main, arguments, exit_with, clock)


if __name__ == "__main__":
    # Content is read once and stays: the collector's looks through all of it were a fifth of every start.
    gc.set_threshold(50_000, 20, 10)
    command()
