"""What in a message is known from scams: signs by weight, links, numbers; and whether a loss is told.

Pure and without any memory: nothing of a message outlives the call. Nothing here, and nothing that is made of
it, says of a message that it can be trusted.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import dropwhile

from bot.core.phrases import BORDER, Form, Found
from bot.core.redaction import MASKS, PHONE_MASK
from bot.library import Domains, LinkKind, NumberKind, Scams, Sign
from bot.services.scam_links import SeenLink, take_links_out
from bot.services.scam_numbers import SeenNumber, find_numbers, has_number

LONGEST_TEXT = 4096
DENIED_WITHIN = 9
"""So many words a denial reaches: “không yêu cầu quý khách hàng cung cấp mã OTP”."""
FEW_WORDS = 8
_MASK = re.compile("|".join(map(re.escape, (*MASKS.values(), PHONE_MASK))))
_A_NUMBER = " 1 "  # too short to be one that is judged
BAD_LINKS = frozenset(LinkKind) - {LinkKind.OFFICIAL, LinkKind.PUBLIC}


@dataclass(frozen=True, slots=True)
class Checked:
    """What was seen in a message; ``signs`` the weightiest first, ``guide`` the one to read next."""

    signs: tuple[Sign, ...]
    guide: str | None
    links: tuple[SeenLink, ...]
    numbers: tuple[SeenNumber, ...]
    words: int
    has_number: bool

    @property
    def is_empty(self) -> bool:
        """True for words that show nothing and hold nothing that could be looked at."""
        return not (self.signs or self.links or self.numbers or self.has_number)


def find_signs(text: str, scams: Scams, domains: Domains) -> Checked:
    """The signs of a scam in any text; never raises."""
    bare, links = take_links_out(_MASK.sub(_A_NUMBER, text[:LONGEST_TEXT]), domains)
    words = scams.speller.read(bare)
    told, scenes = _told_by_words(words, scams)
    seen = set[str]() if told and _asks_by_itself(words, scams) else told
    numbers = find_numbers(bare, scams)
    count = sum(word != BORDER for word in words)
    link_kinds = {link.kind for link in links}
    number_kinds = {number.kind for number in numbers}
    if not seen and count > FEW_WORDS:  # a child abroad writes from a foreign number, too
        number_kinds.discard(NumberKind.FOREIGN)
    signs = tuple(
        sign
        for sign in scams.signs
        if sign.id in seen or link_kinds & set(sign.links) or number_kinds & set(sign.numbers)
    )
    if len(signs) == 1 and signs[0].weak:
        signs = ()
    guide = _guide(signs, scenes, scams)
    return Checked(signs, guide, tuple(links), tuple(numbers), count, has_number(bare))


def is_pasted(text: str, domains: Domains) -> bool:
    """True for a message that was plainly sent to the person by others: it carries a link of strangers."""
    _, links = take_links_out(text[:LONGEST_TEXT], domains)
    kinds = {link.kind for link in links} & BAD_LINKS
    return bool(kinds - {LinkKind.PACKAGE}) or (bool(kinds) and "://" in text)


def tells_of_loss(text: str, scams: Scams, polite: Collection[str] = frozenset()) -> bool:
    """True when somebody says that they have been tricked; not for a question how to avoid it.

    ``polite`` are folded words that may stand around a whole message.
    """
    losses = scams.losses
    if len(text.split()) > losses.longest:
        return False
    words = scams.speller.read(_MASK.sub(_A_NUMBER, text))
    names = {
        one.name for said in (words, _bare(words, polite)) for one in scams.loss_finder.find(said)
    }
    return "says" in names and "unless" not in names


def _bare(words: Sequence[Form], polite: Collection[str]) -> list[Form]:
    """The words without courtesy before and after them."""
    rest = list(dropwhile(lambda form: form[0] in polite, words))
    return list(dropwhile(lambda form: form[0] in polite, reversed(rest)))[::-1]


def _asks_by_itself(words: Sequence[Form], scams: Scams) -> bool:
    """True for a question how something is done, in which nobody else has called, written or demanded."""
    asked = scams.questions
    if asked is None or len(words) > asked.longest:
        return False
    names = {one.name for one in scams.question_finder.find(words)}
    return "says" in names and "unless" not in names


def _told_by_words(words: Sequence[Form], scams: Scams) -> tuple[set[str], set[str]]:
    """The ids of signs whose words stand there and are not taken back; the guides of scenes."""
    denials = _denials(words, scams)
    seen = set[str]()
    for one in scams.finder.find(words, enough=seen):
        kind, _, name = one.name.partition(":")
        unless = scams.by_id[name].unless if kind == "says" else ()
        taken_back = (at for text in unless for at in denials.get(text, ()))
        if not any(_reaches(at, one, words) for at in taken_back):
            seen.add(one.name)
    return _behind("says:", seen), _behind("scene:", seen)


def _behind(kind: str, names: Collection[str]) -> set[str]:
    return {name.removeprefix(kind) for name in names if name.startswith(kind)}


def _denials(words: Sequence[Form], scams: Scams) -> dict[str, list[int]]:
    """Where each text that takes signs back stands and means it."""
    found = list(scams.denial_finder.find(words))
    harmless = {
        at for one in found if one.name == "not-denying:" for at in range(one.start, one.end)
    }
    denials: dict[str, list[int]] = {}
    for one in found:
        if one.name.startswith("unless:") and one.start not in harmless:
            denials.setdefault(one.name.removeprefix("unless:"), []).append(one.start)
    return denials


def _reaches(denial: int, sign: Found, words: Sequence[Form]) -> bool:
    """True when a denial stands within a sign, or shortly before it in the same sentence."""
    if sign.start < denial < sign.end:
        return True
    return 0 <= sign.start - denial <= DENIED_WITHIN and BORDER not in words[denial : sign.start]


def _guide(signs: Sequence[Sign], played: Collection[str], scams: Scams) -> str | None:
    """The guide about who is played, where that is told; otherwise that of the weightiest sign."""
    if not signs:
        return None
    plots = (sign.guide for sign in signs if sign.plot)
    scenes = (one.guide for one in scams.scenes if one.guide in played)
    return next(scenes, next(plots, signs[0].guide))
