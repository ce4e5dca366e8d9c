"""Text as people type it: cleaned, folded for matching, read as a menu number, cut for a messenger.

No call keeps what it was given: a chat text must not outlive its turn, so nothing here is cached.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from itertools import chain, product, takewhile
from types import MappingProxyType

import regex  # type: ignore[import-untyped]  # ships no types

_LINE_ENDS = frozenset("\n\r\v\f\x85\u2028\u2029")
# Default-ignorable signs that Unicode files under letters or marks; U+FE0F stays, it colours emoji.
_UNSEEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u3164\uffa0")
_ALIKE = str.maketrans("đĐðÐɖƉ", "dddddd")
_COMMON = tuple(chain(range(0x370), range(0x1E00, 0x2070), range(0xFE00, 0xFF60)))


def _cleaned(char: str) -> str:
    if char in _LINE_ENDS:
        return "\n"
    category = unicodedata.category(char)
    if char == "\t" or category == "Zs":
        return " "
    return "" if category in ("Cc", "Cf", "Cs") or char in _UNSEEN else char


def _bare(char: str) -> str:
    clean = _cleaned(char)
    category = unicodedata.category(clean) if clean else "Cf"
    if category[0] == "M" or not clean:
        return ""
    if (digit := unicodedata.digit(clean, None)) is not None:
        return str(digit)
    return clean if category[0] in "LN" else " "


def _folded(char: str) -> str:
    before, after = "", char
    while before != after:  # ℌ becomes H first and h in the next round
        before = after
        wide = unicodedata.normalize("NFKD", before.translate(_ALIKE).casefold())
        after = "".join(map(_bare, wide))
    return after


class SignTable(dict[int, str]):
    """What each sign turns into, for ``str.translate``.

    Answers for rare signs are worked out, not kept, so that nobody can make the table grow.
    """

    def __init__(self, answer: Callable[[str], str]) -> None:
        super().__init__({code: answer(chr(code)) for code in _COMMON})
        self._answer = answer

    def __missing__(self, code: int) -> str:
        return self._answer(chr(code))


_CLEANED = SignTable(_cleaned)
_FOLDED = SignTable(_folded)


def normalise(text: str) -> str:
    """The text in NFC with plain spaces, line feeds, and nothing that cannot be seen.

    Zero-width joiners go too, so a family emoji comes apart: meant for what people write to us.

    >>> normalise(" Xin\\u00a0 chào\\u200b \\r\\n bác ")
    'Xin chào\\nbác'
    """
    clean = unicodedata.normalize("NFC", text.replace("\r\n", "\n").translate(_CLEANED))
    return "\n".join(" ".join(line.split()) for line in clean.split("\n")).strip()


def fold(text: str) -> str:
    """The form for matching: lower case, no marks, đ as d, ASCII digits, single spaces; idempotent.

    >>> fold("Hòa – Hoà, ĐƯỜNG số ３!")
    'hoa hoa duong so 3'
    """
    return " ".join(text.translate(_FOLDED).split())


def words(text: str) -> tuple[str, ...]:
    """The folded words in order."""
    return tuple(text.translate(_FOLDED).split())


def same(a: str, b: str) -> bool:
    """True when both read the same after folding."""
    return fold(a) == fold(b)


_ONES = {1: "một", 2: "hai", 3: "ba", 4: "bốn tư", 5: "năm lăm", 6: "sáu", 7: "bảy bẩy", 8: "tám"}
_ONES[9] = "chín"
_AFTER_TEN = _ONES | {1: "một mốt", 5: "lăm nhăm"}  # "mười năm" is ten years, never fifteen


def _spellings(accented: str) -> set[str]:
    """Each word with all of its marks or with none; "bà" is a grandmother, not three."""
    return {spelling for word in accented.split() for spelling in (word, fold(word))}


def _compounds() -> Iterator[tuple[str, int]]:
    for ten in range(1, 10):
        tens = product(_spellings(_ONES[ten]), _spellings("mươi"))
        heads = _spellings("mười") if ten == 1 else {" ".join(pair) for pair in tens}
        yield from ((head, 10 * ten) for head in heads)
        for one, accented in _AFTER_TEN.items():
            tails = _spellings(accented)
            yield from ((f"{head} {tail}", 10 * ten + one) for head in heads for tail in tails)


DIGIT_WORDS: Mapping[str, int] = MappingProxyType(
    {word: one for one, accented in _ONES.items() for word in _spellings(accented)}
    | dict.fromkeys(_spellings("không"), 0)
)
"""Names of single digits, lower case, with all marks or none; zero is the word for "no" as well."""

# "không" answers a question with no, and unmarked "lam" is the verb "làm".
_SPOKEN = {word: value for word, value in DIGIT_WORDS.items() if value and word != "lam"}
_SPOKEN |= dict(_compounds())
_KEYCAP = re.compile("[\ufe0e\ufe0f\u20e3]")
_LEAD_IN = re.compile(r"^(?:(?:số|so|chọn|chon|bấm|bam|nhấn|nhan|phím|phim|mục|muc)(?: +|(?=\d)))+")
_DIGITS = re.compile(r"[(#]?(\d{1,2})")


def spoken_number(text: str) -> int | None:
    """The number from 0 to 99 that the message is, in digits or in words, or None if it is more.

    >>> [spoken_number(said) for said in ("Số 3.", "chọn 2", "hai mươi mốt", "3 người", "không")]
    [3, 2, 21, None, None]
    """
    plain = _KEYCAP.sub("", normalise(text)).replace("\U0001f51f", "10")
    plain = unicodedata.normalize("NFKC", plain).lower().rstrip(" .,:;!)")
    plain = _LEAD_IN.sub("", plain)
    if digits := _DIGITS.fullmatch(plain):
        return int(digits[1])
    return _SPOKEN.get(" ".join(plain.split()))


_CLUSTER = regex.compile(r"\X")
_INDENT = regex.compile(r"\A(?:(?=\s)\X(?<=\s))+")  # a blank may carry a mark: then it stays
_WHOLE = re.compile(r"\*\*.*?\*\*|(?:https?://|www\.)(?:(?!\*\*)\S)+", re.DOTALL | re.IGNORECASE)
_CLOSERS = "\"'”’)]*"


def split(text: str, limit: int) -> list[str]:
    """Pieces of at most ``limit`` code points, in order; only blanks at the cuts are lost.

    A cut falls at a blank line, a line end, a sentence end or a space, in this order of liking, never
    inside a sign, a link or ``**bold**`` unless that alone is longer than the limit; bold is then
    closed and opened again. Text that fits comes back as it is, in NFC.

    >>> split("Chào bác. Bấm **Gửi mã** nhé", 16)
    ['Chào bác.', 'Bấm **Gửi mã**', 'nhé']
    """
    if limit < 1:
        raise ValueError("limit must be at least 1")
    rest, pieces = unicodedata.normalize("NFC", text), []
    if len(rest) > limit:
        rest = _unindented(rest)
    while len(rest) > limit:
        piece, rest = _cut(rest, limit)
        pieces.append(piece)
    return [piece for piece in (*pieces, rest) if piece and not piece.isspace()]


def shorten(text: str, limit: int) -> str:
    """The text, or as much of it as fits with "…" in ``limit`` code points, cut at a word if it can.

    >>> shorten("Cấp lại mật khẩu VNeID", 12)
    'Cấp lại mật…'
    """
    text = unicodedata.normalize("NFC", text)
    if len(text) <= limit:
        return text
    borders = _borders(text, limit - 1) or [0]
    spaces = [at for at in borders if text[at].isspace() and at * 2 >= limit]
    return (text[: (spaces or borders)[-1]].rstrip() + "…")[: max(limit, 0)]


def _borders(text: str, limit: int) -> list[int]:
    """Ends of the signs a reader sees as one, up to ``limit``."""
    ends = (match.end() for match in _CLUSTER.finditer(text))
    return list(takewhile(lambda end: end <= limit, ends))


def _unindented(text: str) -> str:
    return str(_INDENT.sub("", text))


def _cut(text: str, limit: int) -> tuple[str, str]:
    borders = _borders(text, limit)
    spans = (match.span() for match in _WHOLE.finditer(text))
    near = list(takewhile(lambda span: span[0] < limit, spans))
    held = {at for start, end in near for at in range(start + 1, min(end, limit + 1))}
    if free := [at for at in borders if at not in held]:
        return _parted(text, _best(text, free, limit), "")
    inside = [at for at in borders if 2 < at <= limit - 2] if text.startswith("**") else []
    if inside and near and near[0][0] == 0:
        return _parted(text, _best(text, inside, limit), "**")
    return _parted(text, borders[-1] if borders else limit, "")


def _parted(text: str, at: int, mark: str) -> tuple[str, str]:
    return text[:at].rstrip() + mark, mark + _unindented(text[at:])


def _best(text: str, borders: list[int], limit: int) -> int:
    # A fine border near the start would leave a stub: below a third of the room it is just a space.
    return max(borders, key=lambda at: (min(_rank(text, at), 4 if at * 3 >= limit else 1), at))


def _rank(text: str, at: int) -> int:
    if not text[at].isspace():
        return 0
    ahead, behind = text[at : at + 9], text[max(at - 9, 0) : at]
    if lines := ahead.count("\n", 0, len(ahead) - len(ahead.lstrip())):
        return 4 if lines > 1 else 3
    return 2 if behind.rstrip(_CLOSERS)[-1:] in tuple(".!?…:;") else 1


def natural_order(name: str) -> tuple[tuple[str, int], ...]:
    """A key to sort names by as people count: KP 2 before KP 10.

    >>> sorted(["KP 10", "KP 2", "Ấp 1"], key=natural_order)
    ['KP 2', 'KP 10', 'Ấp 1']
    """
    parts = re.findall(r"(\D*)(\d*)", name)
    return tuple((word, int(number or 0)) for word, number in parts)
