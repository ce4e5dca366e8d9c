"""content/elsewhere.yaml: what people also ask and no guide answers, so that it is known as such."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field

from bot.core.errors import ContentError, Fault
from bot.core.text import fold
from bot.library.guides import at_longest, kebab
from bot.library.links import Domains
from bot.library.source import Record, check, line_of, parse, read
from bot.library.wording import Saying, refuse

FILE = "elsewhere.yaml"
LONGEST_ANSWER = 300


def _answer(value: str) -> str:
    length = len(at_longest(value))
    if length <= LONGEST_ANSWER:
        return value
    raise refuse(f"câu trả lời dài {length} ký tự", f"viết tối đa {LONGEST_ANSWER} ký tự")


class Matter(Record):
    """One matter: how people speak of it, and who can help instead. ``{you}`` is the form of address."""

    id: Annotated[str, AfterValidator(kebab(24))]
    answer: Annotated[str, AfterValidator(_answer)]
    phrases: Annotated[tuple[str, ...], Field(min_length=5)]


class Elsewhere(Record):
    """The file as it stands."""

    matters: tuple[Matter, ...]

    def answer(self, matter: str) -> str | None:
        """What is said of a matter; None for an unknown one."""
        return next((one.answer for one in self.matters if one.id == matter), None)


def load_elsewhere(content_dir: Path, domains: Domains, guides: Collection[str] = ()) -> Elsewhere:
    """The checked file; raises ``ContentError`` with the faults and their lines.

    No matter may have the id of one of the ``guides``.
    """
    file = f"{content_dir.name}/{FILE}"
    data, lines = parse(read(content_dir / FILE, file), file)
    found = check(Elsewhere, data, lines, file)
    faults = [
        Fault(file, line_of(lines, ("matters", number)), what, mend)
        for number, matter in enumerate(found.matters)
        for what, mend in _complaints(matter, domains, guides)
    ]
    if faults:
        raise ContentError(faults)
    return found


def _complaints(matter: Matter, domains: Domains, guides: Collection[str]) -> Iterator[Saying]:
    yield from domains.complaints(matter.answer)
    if matter.id in guides:
        yield f"mã «{matter.id}» đã là của một bài", "đặt mã khác"
    if set("{}") & set(at_longest(matter.answer)):
        yield "có ngoặc nhọn lạ", "chỉ dùng {you} hoặc {You} cho cách xưng hô"
    seen = set[str]()
    for phrase in matter.phrases:
        if fold(phrase) in seen:
            yield f"câu «{phrase}» viết hai lần", "giữ một câu"
        seen.add(fold(phrase))
