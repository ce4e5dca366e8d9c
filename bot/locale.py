"""Vietnamese words, dates and numbers: the catalogue read from the .po file, and Babel for the rest.

A sentence has a symbolic id (``menu.home``) and may hold placeholders. ``{you}`` and ``{You}`` are the
form of address of the commune; they stand in guides too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from io import StringIO
from pathlib import Path
from string import Formatter
from zoneinfo import ZoneInfo

from babel.dates import format_date, get_day_names
from babel.messages.catalog import Message
from babel.messages.pofile import PoFileError, read_po
from babel.numbers import format_decimal

from bot.core.errors import ContentError, Fault, why

LOCALE = "vi"
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
CATALOGUE = Path("locale") / LOCALE / "LC_MESSAGES"
"""Every .po file of this folder is a part of the one catalogue; ``bot.po`` must be there."""


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
    """Id → sentence, from the .po files; raises ``ContentError`` with all faults when there is any."""
    folder = content_dir / CATALOGUE
    paths = sorted({folder / "bot.po", *folder.glob("*.po")})
    sentences: dict[str, str] = {}
    faults: list[Fault] = []
    for path in paths:
        file = f"{content_dir.name}/{path.relative_to(content_dir).as_posix()}"
        try:
            messages = _read_file(path, file)
        except ContentError as error:
            faults += error.faults
            continue
        for message in messages:
            if message.id in sentences:
                faults.append(_twice(file, message.lineno or 1, str(message.id)))
            sentences[str(message.id)] = str(message.string)
    if faults:
        raise ContentError(faults)
    return sentences


def _read_file(path: Path, file: str) -> Sequence[Message]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ContentError([Fault(file, 1, why(error), "lấy lại tệp từ bản gốc")]) from error
    except UnicodeDecodeError as error:
        fault = Fault(file, 1, "tệp không phải UTF-8", "lưu lại tệp với bảng mã UTF-8")
        raise ContentError([fault]) from error
    return _parse(text, file)


@lru_cache(maxsize=64)
def _parse(text: str, file: str) -> Sequence[Message]:
    """The sentences of a file; kept, since a process reads the same words again and parsing them is slow."""
    faults = list(_broken_lines(text, file))
    if faults:
        raise ContentError(faults)
    try:
        catalogue = read_po(StringIO(text), locale=LOCALE, abort_invalid=True)
    except PoFileError as error:
        fault = Fault(
            file, error.lineno + 1, "msgid và msgstr không đi thành cặp", "viết đủ cả hai"
        )
        raise ContentError([fault]) from error
    sentences = tuple(message for message in catalogue if message.id)
    wrong = [(message.lineno or 1, _wrong(message)) for message in sentences]
    faults = [Fault(file, line, *saying) for line, saying in wrong if saying]
    if faults:
        raise ContentError(faults)
    return sentences


def _twice(file: str, line: int, name: str) -> Fault:
    return Fault(file, line, f"câu “{name}” viết hai lần", "giữ một câu, xóa câu kia")


# Babel reads on where a quote is not closed, and keeps the last of two sentences with one id.
_LINE = re.compile(r'\s*(?:#.*|(?:(?P<word>msgid|msgstr) )?"(?P<text>(?:[^"\\]|\\.)*)"\s*)?')


def _broken_lines(text: str, file: str) -> Iterator[Fault]:
    seen: set[str] = set()
    for number, line in enumerate(text.splitlines(), start=1):
        found = _LINE.fullmatch(line)
        if found is None:
            mend = "mỗi dòng là msgid hoặc msgstr, rồi chữ trong một cặp ngoặc kép"
            yield Fault(file, number, "sai cú pháp hoặc thiếu ngoặc kép", mend)
        elif found["word"] == "msgid" and found["text"] in seen:
            yield _twice(file, number, found["text"])
        elif found["word"] == "msgid":
            seen.add(found["text"])


def _wrong(message: Message) -> tuple[str, str] | None:
    if not message.string:
        return f"câu “{message.id}” còn trống", "viết câu tiếng Việt vào msgstr"
    try:
        placeholders(str(message.string))
    except ValueError:
        return f"câu “{message.id}” có dấu {{ hoặc }} lẻ", "viết chỗ điền dạng {tên}"
    return None


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


def show_clock(moment: datetime, now: datetime) -> str:
    """``16 giờ hôm nay``, ``7 giờ 30 ngày mai``, ``9 giờ thứ Hai 23/11``."""
    at = moment.astimezone(ZONE)
    time = f"{at.hour} giờ {at.minute}" if at.minute else f"{at.hour} giờ"
    names = {-1: "hôm qua", 0: "hôm nay", 1: "ngày mai"}
    day = format_date(at.date(), "EEEE d/M", locale=LOCALE)
    return f"{time} {names.get((at.date() - local_day(now)).days, day[0].lower() + day[1:])}"


def show_weekday(number: int) -> str:
    """``Thứ Hai`` for 0, ``Chủ Nhật`` for 6."""
    return str(get_day_names("wide", locale=LOCALE)[number])


def show_number(number: float) -> str:
    """``1.234,5``: a point between thousands, a comma before decimals."""
    return str(format_decimal(number, locale=LOCALE))


def local_day(moment: datetime) -> date:
    """The calendar day in Vietnam."""
    return moment.astimezone(ZONE).date()
