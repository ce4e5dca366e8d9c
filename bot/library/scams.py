"""content/scams.yaml: the signs of a scam with the words that show them, numbers, and how a loss is told."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field

from bot.core.errors import ContentError, Fault
from bot.core.phrases import Finder, PatternError, Speller, read_pattern, read_row
from bot.library.guides import Source, kebab
from bot.library.links import Domains
from bot.library.source import Place, Record, check, line_of, parse, read
from bot.library.wording import Saying

FILE = "scams.yaml"
LONGEST_NAME, LONGEST_WHY = 56, 76
"""Four names and the sentence around them, one reason and the advice: each fits into a message."""

Patterns = tuple[str, ...]
Sources = Annotated[tuple[Source, ...], Field(min_length=1)]


class LinkKind(StrEnum):
    """What a link in a message turned out to be, the gravest first."""

    PACKAGE = "package"  # an app to install, from outside the shop
    NUMERIC = "numeric"  # an address in digits
    IMITATING = "imitating"  # carries the name of an official page
    SHORTENED = "shortened"  # hides where it leads
    FOREIGN = "foreign"  # of nobody we know
    PUBLIC = "public"  # of a state body, but not on our list
    OFFICIAL = "official"  # on our list


class NumberKind(StrEnum):
    """What a telephone number in a message turned out to be."""

    FAKED = "faked"  # reported as a fake
    FOREIGN = "foreign"  # of another country
    OFFICIAL = "official"  # looks like a known office


class Sign(Record):
    """One thing that swindlers do; the signs stand in order of weight.

    Words in ``unless`` a little before take a match back: “không yêu cầu … đọc mã OTP”. A ``weak`` sign is
    named only beside another: offices and haste are in honest messages, too. A ``plot`` tells what is played,
    and so which guide fits; asking for money is in every play.
    """

    id: Annotated[str, AfterValidator(kebab(24))]
    name: Annotated[str, Field(max_length=LONGEST_NAME)]
    why: Annotated[str, Field(max_length=LONGEST_WHY)]
    guide: str
    says: Patterns = ()
    unless: Patterns = ()
    weak: bool = False
    plot: bool = False
    links: tuple[LinkKind, ...] = ()
    numbers: tuple[NumberKind, ...] = ()
    sources: Sources


class Scene(Record):
    """Who is played: its guide fits better than that of the sign."""

    guide: str
    says: Annotated[Patterns, Field(min_length=1)]


class Number(Record):
    """A number as it is printed, and whose it is said to be."""

    number: Annotated[str, Field(pattern=r"^[0-9][0-9 .]+[0-9]$")]
    owner: str
    sources: Sources

    @property
    def digits(self) -> str:
        """The number as it is compared."""
        return "".join(sign for sign in self.number if sign.isdigit())


class Numbers(Record):
    """Numbers that sources name."""

    official: tuple[Number, ...]
    faked: tuple[Number, ...] = ()


class WholeMessage(Record):
    """What a whole message of at most ``longest`` words is: a loss that is told, a question of one's own.

    What stands in ``unless``, anywhere in the message, makes it another matter.
    """

    says: Annotated[Patterns, Field(min_length=1)]
    unless: Patterns = ()
    longest: Annotated[int, Field(ge=1, le=60)]


class Scams(Record):
    """The file as it stands."""

    groups: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    short: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    not_denying: Patterns = ()
    signs: Annotated[tuple[Sign, ...], Field(min_length=1)]
    scenes: tuple[Scene, ...] = ()
    numbers: Numbers
    questions: WholeMessage | None = None
    losses: WholeMessage

    @cached_property
    def finder(self) -> Finder:
        """The patterns of signs and scenes; a name says what a pattern is for."""
        named = [(f"says:{one.id}", text) for one in self.signs for text in one.says]
        named += [(f"scene:{one.guide}", text) for one in self.scenes for text in one.says]
        return self._finder(list(dict.fromkeys(named)))

    @cached_property
    def denial_finder(self) -> Finder:
        """The patterns that take a sign back, by their text, and those of denials that deny nothing."""
        named = [(f"unless:{text}", text) for one in self.signs for text in one.unless]
        named += [("not-denying:", text) for text in self.not_denying]
        return self._finder(list(dict.fromkeys(named)))

    @cached_property
    def loss_finder(self) -> Finder:
        """The patterns of a loss."""
        return self._finder(_both_kinds(self.losses))

    @cached_property
    def question_finder(self) -> Finder:
        """The patterns of a question of one's own."""
        return self._finder(_both_kinds(self.questions) if self.questions else [])

    @cached_property
    def speller(self) -> Speller:
        """Reads messages for all finders."""
        short = {word: read_row(meaning) for meaning, said in self.short.items() for word in said}
        meant = {word for row in short.values() for word, _ in row}
        finders = (self.finder, self.denial_finder, self.loss_finder, self.question_finder)
        return Speller(frozenset(meant).union(*(one.known for one in finders)), short)

    @cached_property
    def by_id(self) -> Mapping[str, Sign]:
        """The signs by their ids."""
        return {sign.id: sign for sign in self.signs}

    def _finder(self, named: list[tuple[str, str]]) -> Finder:
        return Finder((name, read_pattern(text, self.groups)) for name, text in named)


def _both_kinds(whole: WholeMessage) -> list[tuple[str, str]]:
    said = [("says", text) for text in whole.says]
    return [*said, *(("unless", text) for text in whole.unless)]


def load_scams(content_dir: Path, domains: Domains, guides: Collection[str]) -> Scams:
    """The checked file; raises ``ContentError`` with the faults and their lines.

    Every guide that is named must be one of the ``guides``.
    """
    file = f"{content_dir.name}/{FILE}"
    data, lines = parse(read(content_dir / FILE, file), file)
    found = check(Scams, data, lines, file)
    faults = [
        Fault(file, line_of(lines, place), what, mend)
        for place, (what, mend) in (*_about_patterns(found), *_about_signs(found, domains, guides))
    ]
    if faults:
        raise ContentError(faults)
    return found


def _about_patterns(found: Scams) -> Iterator[tuple[Place, Saying]]:
    for place, patterns in _all_patterns(found):
        for number, text in enumerate(patterns):
            if text in patterns[:number]:
                yield (*place, number), (f"mẫu «{text}» viết hai lần", "giữ một mẫu")
            try:
                read_pattern(text, found.groups)
            except PatternError as error:
                yield (*place, number), (f"mẫu «{text}»: {error}", _LANGUAGE)
    for name, members in found.groups.items():
        for number, text in enumerate(members):
            if set(text) & set("()|{}*^$?"):
                what = f"«{text}» trong nhóm «{name}» có dấu của mẫu"
                yield ("groups", name, number), (what, "trong nhóm chỉ viết chữ")


_LANGUAGE = "xem cách viết mẫu ở đầu tệp"


def _all_patterns(found: Scams) -> Iterator[tuple[Place, Patterns]]:
    for number, sign in enumerate(found.signs):
        yield ("signs", number, "says"), sign.says
        yield ("signs", number, "unless"), sign.unless
    for number, scene in enumerate(found.scenes):
        yield ("scenes", number, "says"), scene.says
    for name, whole in (("questions", found.questions), ("losses", found.losses)):
        if whole is not None:
            yield (name, "says"), whole.says
            yield (name, "unless"), whole.unless
    yield ("not_denying",), found.not_denying


def _about_signs(
    found: Scams, domains: Domains, guides: Collection[str]
) -> Iterator[tuple[Place, Saying]]:
    seen = set[str]()
    for number, sign in enumerate(found.signs):
        place: Place = ("signs", number)
        if sign.id in seen:
            yield place, (f"mã «{sign.id}» đã dùng rồi", "đặt mã khác")
        seen.add(sign.id)
        if not (sign.says or sign.links or sign.numbers):
            yield place, (f"dấu hiệu «{sign.id}» không có gì để nhận ra", "viết thêm «says»")
        for text in (sign.name, sign.why):
            yield from ((place, said) for said in domains.complaints(text))
        yield from _about_guide((*place, "guide"), sign.guide, guides)
    for number, scene in enumerate(found.scenes):
        yield from _about_guide(("scenes", number, "guide"), scene.guide, guides)
    yield from _about_numbers(found)


def _about_guide(
    place: Place, guide: str, guides: Collection[str]
) -> Iterator[tuple[Place, Saying]]:
    if guide not in guides:
        yield place, (f"không có bài «{guide}»", "ghi mã của một bài trong guides/")


def _about_numbers(found: Scams) -> Iterator[tuple[Place, Saying]]:
    seen = set[str]()
    for kind, numbers in (("official", found.numbers.official), ("faked", found.numbers.faked)):
        for at, one in enumerate(numbers):
            if one.digits in seen:
                what = f"số «{one.number}» ghi hai lần"
                yield ("numbers", kind, at), (what, "giữ một lần")
            seen.add(one.digits)
