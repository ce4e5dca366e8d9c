"""Personal numbers and secrets are masked here before a text reaches a disk or a log.

Everything is looked for in a *shadow* of the text: letters without marks, ASCII digits, one kind of
blank, dot and dash, sign for sign as long as the text, so a place in one is that place in the other.
When in doubt about nine digits or more they are masked: a lost figure is cheaper than a leaked one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate, groupby, islice
from typing import NamedTuple

from phonenumbers import PhoneNumberMatcher, PhoneNumberType, number_type

from bot.core.text import DIGIT_WORDS, SignTable, fold

MASKS = {
    "cccd": "[số căn cước]",
    "cmnd": "[số CMND]",
    "card": "[số thẻ]",
    "otp": "[mã OTP]",
    "password": "[mật khẩu]",
    "token": "[token]",
}
"""What stands in place of each kind."""

PHONE_MASK = "[số điện thoại]"


@dataclass(frozen=True, slots=True)
class Redacted:
    """A text that may be kept, and the kinds (keys of ``MASKS``) of what was taken out of it."""

    text: str
    kinds: frozenset[str]


class _Span(NamedTuple):
    start: int
    end: int
    kind: str  # empty: nobody's secret, and hidden from the finders that follow


_Finder = Callable[[str, str], Iterable[_Span]]


def redact(text: str) -> Redacted:
    """The text with identity, card and one-time numbers, passwords and bot tokens masked; idempotent.

    The same object comes back when there is nothing to mask, otherwise the text is in NFC.

    >>> redact("CCCD 079 123 456 789, sđt 0912 345 678")
    Redacted(text='CCCD [số căn cước], sđt 0912 345 678', kinds=frozenset({'cccd'}))
    """
    clean, kinds = unicodedata.normalize("NFC", text), set[str]()
    if not _WORTH_A_LOOK.search(clean.translate(_SHADOW)):
        return Redacted(text, frozenset())
    while spans := _find(clean, _SECRETS):  # a second look may see what a first mask laid bare
        kinds.update(span.kind for span in spans)
        clean = _masked(clean, spans)
    return Redacted(clean if kinds else text, frozenset(kinds))


def mask_phones(text: str) -> str:
    """The text with telephone numbers masked; public short numbers and hotlines stay.

    >>> mask_phones("gọi 0912.345.678 hoặc 1900 0368")
    'gọi [số điện thoại] hoặc 1900 0368'
    """
    clean = unicodedata.normalize("NFC", text)
    if not _EIGHT_DIGITS.search(clean.translate(_SHADOW)):
        return text
    spans = _find(clean, _PHONES)
    return _masked(clean, spans) if spans else text


def redact_log(text: str) -> str:
    """The text of a log record without secrets, telephone numbers, and bot tokens in addresses."""
    clean = redact(_TOKEN_IN_PATH.sub(MASKS["token"], text)).text
    while (masked := mask_phones(clean)) != clean:
        clean = redact(masked).text  # a number that goes may lay bare the word behind it
    return clean


def _find(text: str, finders: Iterable[_Finder]) -> list[_Span]:
    """What the finders find, in order of place; what one has found is hidden from the next."""
    shadow, found = text.translate(_SHADOW), list[_Span]()
    for finder in finders:
        for span in list(finder(text, shadow)):
            if "\0" not in shadow[span.start : span.end]:
                shadow = _without(shadow, [span])
                found += [span] if span.kind else []
    return sorted(found)


def _each(pattern: re.Pattern[str], kind: str) -> _Finder:
    """A finder of all places that a pattern matches."""
    return lambda _, shadow: (_Span(*match.span(), kind) for match in pattern.finditer(shadow))


def _without(shadow: str, spans: Iterable[_Span]) -> str:
    for start, end, _ in spans:
        shadow = shadow[:start] + "\0" * (end - start) + shadow[end:]
    return shadow


def _masked(text: str, spans: list[_Span]) -> str:
    for start, end, kind in reversed(spans):
        text = text[:start] + MASKS.get(kind, PHONE_MASK) + text[end:]
    return text


# --- The shadow
_ALIKE = dict.fromkeys("\n\r\v\f\x85\u2028\u2029", "\n") | dict.fromkeys("·․‧•∙⋅。．", ".")
_ALIKE |= {"\t": " ", "−": "-"}


def _shade(char: str) -> str:
    if alike := _ALIKE.get(char):
        return alike
    if plain := fold(char):
        return plain if len(plain) == 1 else char
    category = unicodedata.category(char)
    if category in ("Pd", "Zs"):
        return "-" if category == "Pd" else " "
    return char if category[0] in "PS" else "\u200b"  # one sign for all that cannot be seen


_SHADOW = SignTable(_shade)

_GAP = r"\u200b*(?:[ \n._-]\u200b*){0,4}"
_RUN = rf"[0-9](?:{_GAP}[0-9])"  # and a count of how many more digits
_GROUP = re.compile(r"[0-9](?:\u200b*[0-9])*\u200b*")
_WORTH_A_LOOK = re.compile(
    "[0-9]|otp|opt|te +pe|pass|khau|mat +ma|mk|pwd|pin|code|ma +(?:so +)?[bdkx]"
)

# --- What looks alike and is nobody's secret
_FROM, _TO = r"(?<![0-9])(?<![0-9][._-])", r"(?![0-9])(?![._-][0-9])"
_DAY, _MONTH = "(?:0[1-9]|[12][0-9]|3[01])", "(?:0[1-9]|1[0-2])"
_YEAR = "(?:19|20)[0-9]{2}"
_AMOUNT = r"[1-9][0-9]{0,2}(?:(?:\.[0-9]{3}){2,}|(?: [0-9]{3}){2,})"
_CURRENCY = r"(?:dong|vnd|d|₫|nghin|ngan|trieu|tr|ty|ti)(?![a-z])"
# Both could be the end of an identity number, so they count only where no digits go before.
_SETTLED_IF_ALONE = re.compile(
    rf"(?<![0-9])(?:{_AMOUNT} ?(?:-|den|toi) ?)?{_AMOUNT}[ \n]?{_CURRENCY}"
    rf"|{_FROM}(?:[1-9]|{_DAY})(?P<by>[-.])(?:[1-9]|{_MONTH})(?P=by){_YEAR}{_TO}"
)
_AFTER_DIGIT = re.compile(rf"[0-9]{_GAP}$")
_OLD_MASK = re.compile(
    "|".join(re.escape(mask.translate(_SHADOW)) for mask in (*MASKS.values(), PHONE_MASK))
)
_SETTLED = re.compile(
    "|".join(
        (
            rf"{_FROM}{_YEAR}-{_MONTH}-{_DAY}{_TO}",
            rf"{_FROM}{_DAY}(?P<by>[-.]){_MONTH}(?P=by){_YEAR}{_TO}",
            rf"{_FROM}(?:[1-9]|{_DAY})/(?:[1-9]|{_MONTH})/{_YEAR}{_TO}",
            # Codes of files (Thông tư 01/2018/TT-VPCP, Điều 19) and of procedures.
            r"(?<![a-z0-9])(?:[0-9.]{2,9}\.)?[a-z][0-9]{2}(?:\.[0-9]{1,3})*-[0-9]{6}-[0-9]{4}(?![0-9-])",
            r"(?<![0-9.])[0-9]\.[0-9]{6}(?:\.0{2,3}){3}(?![0-9])",
        )
    )
)
# Police, fire, ambulance, fraud reports, the province, short codes, and 1800/1900 services.
_HOTLINE = "(?:11[1-9]|156|1022|1080|1414|5656|1[89]00 ?[0-9]{2,4} ?[0-9]{0,3})"
_PUBLIC = re.compile(rf"(?:(?:{_HOTLINE}|{_YEAR}(?: (?:0[1-9]|1[0-2]))?)(?: |$))+")


def _settled(text: str, shadow: str) -> Iterator[_Span]:
    """Masks set before, dates, amounts of money, codes of files and procedures."""
    for pattern in (_OLD_MASK, _SETTLED):
        yield from _each(pattern, "")(text, shadow)
    for match in _SETTLED_IF_ALONE.finditer(shadow):
        span = _Span(*match.span(), "")
        if not _AFTER_DIGIT.search(shadow, max(span.start - 12, 0), span.start):
            shadow = _without(shadow, [span])  # a row of dates: each is alone after the last
            yield span


# --- Bot tokens
_TOKEN = re.compile(r"(?<![0-9])[0-9]{6,12}(?::|%3a)[a-z0-9_-]{30,}")
_TOKEN_IN_PATH = re.compile(r"(?<=/bot)\d+(?::|%3A)[^/\s\"'?]+", re.IGNORECASE)


# --- Identity and card numbers
_PHONE = "(?:0(?: ?[0-9]){9}|(?:0 ?2|8 ?4)(?: ?[0-9]){9})"
_PHONE_AT_AN_END = re.compile(rf"{_PHONE}(?: .*)?|.* {_PHONE}")
_PHONE_LIST = re.compile(rf"(?:(?:[0-9]{{1,2}} )?{_PHONE}(?: |$))+")
_ONE_PHONE = re.compile("0[0-9]{9}|(?:02|84)[0-9]{9}")
_COUNTRY_CODE = re.compile(r"84 ?(?:\)|\)? ?\(0\)) ?$")
_NINE_DIGITS = re.compile(rf"{_RUN}{{8,}}\u200b*")
_EIGHT_DIGITS = re.compile(r"[0-9](?:[\u200b ()\n._-]*[0-9]){7}")


class _Group(NamedTuple):
    start: int
    end: int
    digits: str


def _groups(clump: re.Match[str]) -> list[_Group]:
    """Digits that stand together, without what cannot be seen between them."""
    found = _GROUP.finditer(clump.string, *clump.span())
    return [_Group(*group.span(), group[0].replace("\u200b", "")) for group in found]


def _flat(groups: list[_Group]) -> str:
    return " ".join(group.digits for group in groups)


def _numbers(text: str, shadow: str) -> Iterator[_Span]:
    shadow = _without(shadow, _settled(text, shadow))
    for clump in _NINE_DIGITS.finditer(shadow):
        groups = _groups(clump)
        if not _PUBLIC.fullmatch(_flat(groups)) and not _is_foreign_style(clump, _flat(groups)):
            yield from _in_clump(groups)


def _is_foreign_style(clump: re.Match[str], flat: str) -> bool:
    """True for +84 912 345 678, (+84) 912…, +84 (0) 912… and other numbers with a plus."""
    digits, before = flat.replace(" ", ""), clump.string[max(clump.start() - 9, 0) : clump.start()]
    if before.endswith("+"):
        return len(digits) in (10, 11) or (len(digits) in (12, 13) and digits.startswith("84"))
    return len(digits) in (9, 10) and bool(_COUNTRY_CODE.search(before))


def _in_clump(groups: list[_Group]) -> Iterator[_Span]:
    """Twelve digits in one go stand alone; so does a telephone number where no card is that long."""
    crowded = sum(len(group.digits) for group in groups) > 19

    def stands_alone(group: _Group) -> bool:
        whole_phone = crowded and _ONE_PHONE.fullmatch(group.digits)
        return len(group.digits) == 12 or bool(whole_phone)

    for alone, run in groupby(groups, stands_alone):
        if alone:
            yield from (_Span(*group[:2], "cccd") for group in run if len(group.digits) == 12)
        else:
            yield from _in_run(list(run))


def _in_run(groups: list[_Group]) -> Iterator[_Span]:
    flat = _flat(groups)
    count = len(flat.replace(" ", ""))
    if count in (10, 11):
        groups = [] if _PHONE_AT_AN_END.fullmatch(flat) else _nine_of(groups)
        count = 9
    if count < 9 or not groups or (count > 19 and _PHONE_LIST.fullmatch(flat)):
        return
    yield _Span(groups[0].start, groups[-1].end, {9: "cmnd", 12: "cccd"}.get(count, "card"))


def _nine_of(groups: list[_Group]) -> list[_Group]:
    """Neighbouring groups of nine digits in all: an old identity number beside a small figure."""
    sums = list(accumulate((len(group.digits) for group in groups), initial=0))
    ends = {start: sums.index(total + 9) for start, total in enumerate(sums) if total + 9 in sums}
    return next((groups[start:end] for start, end in ends.items()), [])


# --- Passwords
_SYLLABLE = (
    "(?:ngh|ng|nh|ch|gh|gi|kh|ph|qu|th|tr|[b-df-hj-np-tv-xz])?[aeiouy]{1,3}(?:ch|nh|ng|[cmnpt])?"
)
_NAMES = "vneid|vssid|gmail|google|facebook|telegram|viettel|vietcombank|iphone|android|password|passcode"
_LINK = "(?:[:=]|->|(?<![a-z0-9])(?:la|is|thanh)(?![a-z0-9]))"
_PASSWORD = re.compile(r"(?<![a-z])(?:mat *khau|mat +ma|mk|pass(?: ?word)?|pwd)(?![a-z0-9])")
_SAID_TO_BE = re.compile(rf"(?P<words>(?:[ \n]+[a-z0-9]+){{0,6}}?)[ \n]*{_LINK}(?:[ \n]*{_LINK})*")
_WORD = re.compile(r"[ \n\"'“”‘’(\[{<*#]*(?P<word>[^ \n\0]+)")
_TAIL = ".,;:?)]}>*\"'”’…"
_PLAIN_WORD = re.compile(
    rf"{_SYLLABLE}(?:[-/,.]{_SYLLABLE})*|{_NAMES}|[0-9]{{1,2}}(?:-[0-9]{{1,2}})?[a-z]{{0,4}}"
    r"|https?:.*|www\..*|[\w.+-]+@[\w-]+(?:\.[a-z]{2,})+"
)
_ASKS = frozenset({"gi", "j", "sao", "nao", "dau", "may", "bao", "the", "ntn"})
_MIXED = re.compile(r"(?=.*[a-z])(?=.*[0-9])|(?=.*[a-z0-9])(?=.*[@#$%^&*~])")


def _passwords(text: str, shadow: str) -> Iterator[_Span]:
    for keyword in _PASSWORD.finditer(shadow):
        said = _SAID_TO_BE.match(shadow, keyword.end())
        if word := _told(shadow, said) if said else _strong_word(shadow, keyword.end(), 1):
            start = word.start("word")
            yield _Span(start, start + len(word["word"].rstrip(_TAIL)), "password")


def _told(shadow: str, said: re.Match[str]) -> re.Match[str] | None:
    """The value after "mật khẩu … là", if what stands there is one and no question."""
    word = _WORD.match(shadow, said.end())
    if not word or (core := _core(word)) in _ASKS:
        return None
    secret = len(core) > 4 or (len(core) > 2 and any(map(str.isdigit, core)))
    if _PLAIN_WORD.fullmatch(core) or not secret:
        return _strong_word(shadow, word.end(), 3)
    # Nine digits or more, named in between or written in groups, are rather a number of another kind.
    number = _NINE_DIGITS.match(shadow, word.start("word"))
    aside = number and (said["words"] or number.end() > word.start("word") + len(core))
    return None if aside else word


def _strong_word(shadow: str, at: int, count: int) -> re.Match[str] | None:
    """The first of so many words that is hardly a word: letters mixed with digits or symbols."""
    for word in islice(_WORD.finditer(shadow, at), count):
        core = _core(word)
        if len(core) > 5 and _MIXED.match(core) and not _PLAIN_WORD.fullmatch(core):
            return word
    return None


def _core(word: re.Match[str]) -> str:
    return word["word"].rstrip(_TAIL + "!")


# --- One-time codes ---------------------------------------------------------------------------

_NAMED = (
    "(?<![a-z])(?:otp|so +pin|opt|o +te +pe|pass ?code|(?<!qr )code"
    "|ma +(?:so +)?(?:pin|xac +(?:nhan|thuc|minh)|kich +hoat|bao +mat|bi +mat|dang +nhap))(?![a-z])"
)
_NAME = re.compile(_NAMED)
_TOLD = re.compile(rf"{_NAMED}(?: +[a-z]+){{0,3}}? *(?:[:=]|(?<![a-z])la(?![a-z])) *$")
_NOT_A_CODE = re.compile(
    r"(?<![a-z])(?:(?:nam|tong +dai|dau +so|hotline) *|(?!(?:otp|code|la)$)[a-z]+)$"
)
_COUNTED = re.compile(rf"k(?![a-z])|[ \n]?(?:{_CURRENCY}|(?:nguoi|luot|mah)(?![a-z]))")
_FOUR_DIGITS = re.compile(rf"{_RUN}{{3,}}\u200b*")
_LETTERS = re.compile("[a-z]+")
_DIGIT_WORD = "|".join((*DIGIT_WORDS, "mười", "muoi", "mươi", "mốt", "[0-9]"))
_SPOKEN = re.compile(
    rf"(?<!\w)(?:{_DIGIT_WORD})(?:[\s,.–-]+(?:{_DIGIT_WORD})){{3,}}(?!\w)", re.IGNORECASE
)


def _codes(text: str, shadow: str) -> Iterator[_Span]:
    if not _NAME.search(shadow):
        return
    quiet = _without(shadow, _settled(text, shadow))
    for clump in _FOUR_DIGITS.finditer(quiet):
        if _is_code(clump, _flat(_groups(clump))):
            yield _Span(*clump.span(), "otp")


def _spoken_codes(text: str, shadow: str) -> Iterator[_Span]:
    if _NAME.search(shadow):
        spans = (match.span() for match in _SPOKEN.finditer(text))
        yield from (_Span(*span, "otp") for span in spans if _is_near(shadow, *span))


def _is_code(clump: re.Match[str], flat: str) -> bool:
    shadow, (start, end) = clump.string, clump.span()
    before = shadow[max(start - 60, 0) : start]
    if len(flat.replace(" ", "")) > 8:
        return False
    if _TOLD.search(before):
        return True
    if _PUBLIC.fullmatch(flat) or _NOT_A_CODE.search(before) or _COUNTED.match(shadow, end):
        return False
    return _is_near(shadow, start, end)


def _is_near(shadow: str, start: int, end: int) -> bool:
    """True when a name of such codes is among the eight words before or after."""
    before = _LETTERS.findall(shadow, max(start - 120, 0), start)[-8:]
    after = _LETTERS.findall(shadow, end, end + 120)[:8]
    return any(_NAME.search(" ".join(words)) for words in (before, after))


# --- Telephone numbers
_WRITTEN_PHONE = re.compile(
    r"(?<![0-9])(?:\(?\+?8[ .-]?4\)?|\(?0)(?:[\u200b ()\n._-]{0,4}[0-9]){9}[0-9]?(?![0-9])"
)
_FREE, _BILLED = PhoneNumberType.TOLL_FREE, PhoneNumberType.PREMIUM_RATE


def _listed_phones(text: str, shadow: str) -> Iterator[_Span]:
    """Numbers of any country that the library knows to be in use."""
    for match in PhoneNumberMatcher(shadow, "VN"):
        if number_type(match.number) not in (_FREE, _BILLED):
            yield _Span(match.start, match.end, "phone")


_SECRETS: tuple[_Finder, ...] = (
    _each(_OLD_MASK, ""),
    _each(_TOKEN, "token"),
    _passwords,
    _numbers,
    _codes,
    _spoken_codes,
)
_PHONES: tuple[_Finder, ...] = (_settled, _each(_WRITTEN_PHONE, "phone"), _listed_phones)
