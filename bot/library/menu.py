"""content/menu.yaml: the entries of the first level, and which guides stand first under each."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from bot.core.errors import ContentError, Fault
from bot.core.vocabulary import Topic
from bot.library.source import Lines, Record, check, line_of, parse, read

if TYPE_CHECKING:
    from bot.library.guides import Guide

FILE = "menu.yaml"
MOST_ENTRIES = 5  # what fits on one Zalo message


class Entry(Record):
    """One entry; it may hold the guides of further topics (the signature is asked for inside VNeID).

    ``tools`` are verbs of conversations that are no guides; they stand before all guides.
    """

    topic: Topic
    also: tuple[Topic, ...] = ()
    tools: tuple[Annotated[str, Field(pattern=r"^[a-z]+$")], ...] = ()
    first: tuple[str, ...] = ()

    @property
    def topics(self) -> tuple[Topic, ...]:
        """The topics whose guides stand here."""
        return (self.topic, *self.also)


class Menu(Record):
    """The file as it stands. ``urgent`` is the guide that begins at once, without an introduction."""

    urgent: str
    entries: Annotated[tuple[Entry, ...], Field(min_length=1, max_length=MOST_ENTRIES)]

    def open_entries(self, guides: Mapping[str, Guide]) -> list[Topic]:
        """The entries that lead to at least one guide, in their order."""
        return [entry.topic for entry in self.entries if self.guides_under(guides, entry.topic)]

    def entry(self, topic: Topic) -> Entry:
        """The entry that begins with the topic; a topic without one stands for itself."""
        return next((one for one in self.entries if one.topic is topic), Entry(topic=topic))

    def guides_under(self, guides: Mapping[str, Guide], topic: Topic) -> list[Guide]:
        """The guides of an entry, those named in the file first; a topic without an entry has its own."""
        entry = self.entry(topic)
        place = {name: number for number, name in enumerate(entry.first)}
        found = (guide for guide in guides.values() if guide.topic in entry.topics)
        return sorted(found, key=lambda guide: (place.get(guide.id, len(place)), guide.id))


def load_menu(content_dir: Path, guides: Mapping[str, Guide]) -> Menu:
    """The checked menu; raises ``ContentError`` with the faults and their lines."""
    file = f"{content_dir.name}/{FILE}"
    data, lines = parse(read(content_dir / FILE, file), file)
    menu = check(Menu, data, lines, file)
    faults = _faults(menu, guides, lines, file)
    if faults:
        raise ContentError(faults)
    return menu


def _faults(menu: Menu, guides: Mapping[str, Guide], lines: Lines, file: str) -> list[Fault]:
    faults = []
    if menu.urgent not in guides:
        what, mend = f"không có bài «{menu.urgent}»", "ghi mã của một bài trong guides/"
        faults.append(Fault(file, line_of(lines, ("urgent",)), what, mend))
    seen: set[str] = set()
    for number, entry in enumerate(menu.entries):
        for topic in entry.topics:
            if topic in seen:
                what, mend = f"lĩnh vực «{topic}» đứng ở hai mục", "giữ ở một mục"
                faults.append(Fault(file, line_of(lines, ("entries", number)), what, mend))
            seen.add(topic)
        for place, name in enumerate(entry.first):
            line = line_of(lines, ("entries", number, "first", place))
            if name not in guides:
                what, mend = f"không có bài «{name}»", "ghi mã của một bài trong guides/"
                faults.append(Fault(file, line, what, mend))
            elif guides[name].topic not in entry.topics:
                what = f"bài «{name}» thuộc lĩnh vực {guides[name].topic}"
                faults.append(Fault(file, line, what, "ghi bài ở mục của lĩnh vực đó"))
            elif name in entry.first[:place]:
                faults.append(Fault(file, line, f"bài «{name}» ghi hai lần", "giữ một lần"))
    return faults
