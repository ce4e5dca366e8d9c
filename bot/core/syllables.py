"""Vietnamese syllables as they are typed: what can be one, what input methods leave behind, slips."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from bot.core.text import normalise

SHORTEST_MISSPELT = 3
"""Shorter words are too alike to tell a slip from another word."""

_TOKEN = re.compile(r"\w+")
_HOOK, _TILDE = "\N{COMBINING HOOK ABOVE}", "\N{COMBINING TILDE}"
_SYLLABLE = re.compile(
    r"(?:b|c|ch|d|g|gh|gi|h|k|kh|l|m|n|ng|ngh|nh|p|ph|q|r|s|t|th|tr|v|x)?"
    r"(?:[aeiouy]|ai|ao|au|ay|eo|eu|ia|ie|ieu|iu|oa|oai|oao|oay|oe|oeo|oi|oo|ua|uai|uao|uay|ue|ui|uo|uoi|uou|"
    r"uu|uy|uya|uye|uyu|uau|ya|ye|yeu)"
    r"(?:c|ch|m|n|ng|nh|p|t)?"
)
_TELEX_TONE = re.compile(r"(?<=[aeiouywpmtcngh])[sfrxj]")
_TELEX_HAT = re.compile(r"([aeod])(.{0,3}?)\1")
_VNI = re.compile(r"(?<=[a-z])[1-9]+")


def spoken(text: str) -> Iterator[tuple[str, str]]:
    """The words of a text in order, in lower case with their marks, and the signs before each.

    >>> list(spoken("Dạ, quên MK!"))
    [('dạ', ''), ('quên', ', '), ('mk', ' ')]
    """
    clean, before = normalise(text).lower(), 0
    for match in _TOKEN.finditer(clean):
        yield match[0], clean[before : match.start()]
        before = match.end()


def marks(word: str) -> frozenset[str]:
    """The marks of a word, wherever they stand; hỏi and ngã are one, as in southern mouths.

    >>> marks("hỗ") == marks("hổ"), marks("hồ") == marks("hổ")
    (True, False)
    """
    signs = {sign for sign in unicodedata.normalize("NFD", word) if unicodedata.combining(sign)}
    if _TILDE in signs:
        signs = signs - {_TILDE} | {_HOOK}
    return frozenset(signs | ({"đ"} & set(word)))


def is_syllable(folded: str) -> bool:
    """True when a Vietnamese word may be written so, marks left out.

    >>> is_syllable("khau"), is_syllable("khua"), is_syllable("kahu")
    (True, True, False)
    """
    return bool(_SYLLABLE.fullmatch(folded))


def without_leftovers(folded: str) -> Iterator[str]:
    """What may have been meant when Telex or VNI keys stayed in the word, likeliest first.

    >>> list(without_leftovers("khaaru"))[0], list(without_leftovers("mat65"))[0]
    ('khau', 'mat')
    """
    if any(sign.isdigit() for sign in folded):
        yield _VNI.sub("", folded)
    bare = _TELEX_HAT.sub(r"\1\2", folded)
    bare = bare.replace("w", "") if re.search(r"[aou]\w*w", bare) else bare.replace("w", "u")
    toneless = _TELEX_TONE.sub("", bare)
    yield from dict.fromkeys(one for one in (toneless, bare) if one != folded)


def deletions(word: str) -> set[str]:
    """The word and, for one long enough, each way to leave one letter out."""
    if len(word) < SHORTEST_MISSPELT:
        return {word}
    return {word} | {word[:at] + word[at + 1 :] for at in range(len(word))}


def is_one_slip(typed: str, meant: str) -> bool:
    """True when one letter is missing, added, changed, or has changed places with the next.

    >>> [is_one_slip("khuâ", "khâu"), is_one_slip("mat", "mta"), is_one_slip("abc", "cab")]
    [True, True, False]
    """
    if abs(len(typed) - len(meant)) > 1 or typed == meant:
        return False
    if len(typed) != len(meant):
        longer, shorter = sorted((typed, meant), key=len, reverse=True)
        return any(longer[:at] + longer[at + 1 :] == shorter for at in range(len(longer)))
    wrong = [at for at, (a, b) in enumerate(zip(typed, meant, strict=True)) if a != b]
    if len(wrong) == 1:
        return True
    first, last = wrong[0], wrong[-1]
    return last - first == 1 and typed[first] + typed[last] == meant[last] + meant[first]
