"""Vietnamese words, dates and numbers: the catalogue read from the .po file, and Babel for the rest.

A sentence has a symbolic id (``menu.home``) and may hold placeholders. ``{you}`` and ``{You}`` are the
form of address of the commune; they stand in guides too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from string import Formatter
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.messages.pofile import PoFileError, read_po
from babel.numbers import format_decimal

from bot.core.errors import ContentError, Fault, why

LOCALE = "vi"
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
CATALOGUE = Path("locale") / LOCALE / "LC_MESSAGES" / "bot.po"


@dataclass(frozen=True, slots=True)
class Texts:
    """The catalogue in one form of address."""

    sentences: Mapping[str, str]
    you: str

    def say(self, sentence: str, **values: object) -> str:
        """The sentence with that id, filled in; an unknown id or placeholder is a programming error."""
        return self.fill(self.sentences[sentence], **values)

    def fill(self, text: str, **values: object) -> str:
        """Any text of content/ with its form of address and its values."""
        return text.format(you=self.you, You=self.you[0].upper() + self.you[1:], **values)


def load_sentences(content_dir: Path) -> dict[str, str]:
    """Id → sentence, from the .po file; raises ``ContentError`` when it cannot be used."""
    path = content_dir / CATALOGUE
    try:
        with path.open("rb") as file:
            catalogue = read_po(file, locale=LOCALE, abort_invalid=True)
    except OSError as error:
        raise ContentError([Fault(str(path), 1, why(error), "lấy lại tệp từ bản gốc")]) from error
    except UnicodeDecodeError as error:
        what = "tệp không phải UTF-8"
        raise ContentError([Fault(str(path), 1, what, "lưu lại với bảng mã UTF-8")]) from error
    except PoFileError as error:
        what = "sai cú pháp tệp .po"
        mend = "xem ngoặc kép, và mỗi msgid có một msgstr"
        raise ContentError([Fault(str(path), error.lineno + 1, what, mend)]) from error
    found = {str(m.id): str(m.string) for m in catalogue if m.id}
    empty = [
        Fault(str(path), m.lineno or 1, f"câu “{m.id}” còn trống", "viết câu tiếng Việt vào msgstr")
        for m in catalogue
        if m.id and not m.string
    ]
    if empty:
        raise ContentError(empty)
    return found


def placeholders(text: str) -> set[str]:
    """Names of the values that a sentence needs."""
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def show_date(day: date) -> str:
    """``21/11/2026``, as tables and chats write it."""
    return format_date(day, "dd/MM/y", locale=LOCALE)


def show_day(day: date, today: date) -> str:
    """``hôm nay``, ``hôm qua``, or the date."""
    names = {0: "hôm nay", 1: "hôm qua"}
    name = names.get((today - day).days)
    return f"{name} {format_date(day, 'd/M', locale=LOCALE)}" if name else show_date(day)


def show_number(number: float) -> str:
    """``1.234,5``: a point between thousands, a comma before decimals."""
    return str(format_decimal(number, locale=LOCALE))


def local_day(moment: datetime) -> date:
    """The calendar day in Vietnam."""
    return moment.astimezone(ZONE).date()
