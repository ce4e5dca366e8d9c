"""How a class is spoken of: in one line, with its day and place, and as a text for the team's Zalo group."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlsplit

from babel.dates import format_date

from bot.core.periods import ZONE
from bot.locale import Texts, show_clock
from storage.trainings import Training

LOCALE = "vi"


def when(training: Training, now: datetime) -> str:
    """“9 giờ ngày mai”, “14 giờ thứ Bảy 28/11”."""
    return show_clock(training.outline.starts_at, now)


def clock(moment: datetime) -> str:
    """“14 giờ 30”."""
    at = moment.astimezone(ZONE)
    return f"{at.hour} giờ {at.minute:02}" if at.minute else f"{at.hour} giờ"


def day(moment: datetime) -> str:
    """“thứ Bảy 28/11/2026”: for what is read on another day than it was written."""
    said = format_date(moment.astimezone(ZONE).date(), "EEEE dd/MM/y", locale=LOCALE)
    return said[0].lower() + said[1:]


def place(texts: Texts, training: Training) -> str:
    """Where it is: the name that was given, else the kind of place."""
    named = training.outline.place_name
    return named or texts.say(f"place.{training.outline.place}").lower()


def line(texts: Texts, training: Training, now: datetime) -> str:
    """The class in one line: what, when, where."""
    values = {"title": training.outline.title, "when": when(training, now)}
    return texts.say("class.line", place=place(texts, training), **values)


def is_reachable(site: str) -> bool:
    """False for an address that only the machine itself can open: it is of no use in a Zalo group."""
    return urlsplit(site).hostname not in {None, "localhost", "127.0.0.1", "0.0.0.0", "::1"}  # noqa: S104 – compared, not listened on


def for_group(texts: Texts, training: Training, way: str) -> str:
    """A text to paste into a Zalo group, good on whatever day it is read; ``way`` says how to sign up."""
    outline, said = training.outline, day(training.outline.starts_at)
    values = {
        "head": texts.say(f"class.head-{outline.kind}"),
        "title": outline.title,
        "day": said[0].upper() + said[1:],
        "from": clock(outline.starts_at),
        "to": clock(outline.ends_at),
        "place": place(texts, training),
        "way": way,
    }
    return texts.say("class.for-group", **values)
