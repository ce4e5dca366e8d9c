"""What every command does at the terminal: say a line, print JSON, open the installation."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager

import click
from click.decorators import pass_meta_key

from bot.app.installation import Installation, open_installation
from bot.config import Settings

CLOCK = "bot.clock"
pass_clock = pass_meta_key(CLOCK, doc_description="the clock of the command line")


def say(text: str) -> None:
    """One line for the person at the terminal."""
    click.echo(text)


def as_json(body: object) -> str:
    """JSON as it is printed and written."""
    return json.dumps(body, ensure_ascii=False, indent=2)


def say_json(body: object) -> None:
    """A body as JSON."""
    say(as_json(body))


@contextmanager
def opened(settings: Settings, commune: str | None = None) -> Iterator[Installation]:
    """The installation, its database closed at the end."""
    installation = open_installation(settings, commune=commune)
    with closing(installation.database):
        yield installation
