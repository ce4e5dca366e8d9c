"""The links in a message that somebody was sent: where they are, also under a disguise, and what they are.

Knows no good link: a sender can be faked, so the best that is said of one is whose address it shows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from bot.core.phrases import LINK_SIGN
from bot.core.syllables import is_syllable
from bot.library import Domains, LinkKind

_ENDINGS = (
    "academy|ai|app|art|asia|bet|bid|biz|bond|buzz|cam|cc|cf|cfd|click|cloud|club|cn|co|com|cyou|dev|eu|fit|fun|ga"
    "|gdn|gq|hk|help|homes|host|icu|info|ink|io|jp|kr|life|lat|link|live|lol|ltd|ly|me|ml|mobi|monster|name|net|news"
    "|one|online|org|page|ph|pics|pro|pw|quest|rest|ru|sbs|sg|shop|site|skin|space|store|support|tech|th|tk|to|today"
    "|top|tw|uk|us|vip|vn|wang|webcam|website|wiki|win|work|works|world|ws|wtf|xin|xyz|zip|zone"
)
_REST = r"[^\s<>()\[\]{}\"'“”«»]*"
_PORT_OR_REST = rf"(?::\d+)?(?:[/?#]{_REST})?"
_OCTET = r"(?:0|[1-9]\d{0,2})"
_LINK = re.compile(
    rf"(?P<scheme>h(?:tt|xx)ps?\s?:\s?//?\s?|(?<!\w)www\.){_REST}"
    rf"|(?<![\w.,@-])(?P<digits>(?:{_OCTET}\.){{3}}{_OCTET})(?![\w.]*\d){_PORT_OR_REST}"
    rf"|(?<![\w@.-])(?P<host>(?:[a-z0-9][a-z0-9-]*\.)+(?:{_ENDINGS}))(?![\w-]|\.\w){_PORT_OR_REST}"
    r"|(?<![\w@])[\w.-]*\.apk(?!\w)",
    re.IGNORECASE | re.ASCII,
)
_DISGUISED_DOT = re.compile(
    r"\s?[\[(]\s?(?:\.|dot|chấm|cham)\s?[\])]\s?|(?<=\w)(?:\s+(?:chấm|cham|dot)\s+|\s?\.\s|\s\.)(?=(?:com|vn|net|org|xyz|vip|top|cc)\b)",
    re.IGNORECASE,
)
_MAY_HOLD_A_LINK = re.compile(r"\.\w|:/|www|\[|\(|chấm|cham|dot|\. ", re.IGNORECASE)
_ADDRESS = re.compile(rf"{_OCTET}(?:\.{_OCTET}){{3}}")
_LETTERS = str.maketrans("01345", "oieas")
_TRAILING = ".,;:!?…*)]"
_STATE = ".gov.vn"
_TOO_COMMON = frozenset({"com", "org", "net", "www", "web", "cong", "gov", "vn"})


@dataclass(frozen=True, slots=True)
class SeenLink:
    """What one link is, and for an official address whose. The link itself is not kept."""

    kind: LinkKind
    owner: str = ""


def take_links_out(text: str, domains: Domains) -> tuple[str, list[SeenLink]]:
    """The text with ``LINK_SIGN`` in place of each link, and what the links are."""
    if not _MAY_HOLD_A_LINK.search(text):
        return text, []
    found: list[SeenLink] = []

    def judge(match: re.Match[str]) -> str:
        if not _is_link(match):
            return match[0]
        link = match[0].rstrip(_TRAILING)
        found.append(_judge(link, domains))
        return f" {LINK_SIGN} {match[0][len(link) :]}"

    return _LINK.sub(judge, _DISGUISED_DOT.sub(".", text)), found


def _is_link(match: re.Match[str]) -> bool:
    """False for “về rồi.me ơi”, where a sentence ends without a space behind it."""
    host = match["host"]
    if match["digits"]:
        return all(int(part) < 256 for part in match["digits"].split("."))
    if not host or len(match[0]) > len(host):
        return True
    *labels, ending = host.lower().split(".")
    return not (is_syllable(ending) and is_syllable(labels[-1]))


def _judge(link: str, domains: Domains) -> SeenLink:
    if link.lower().split("?")[0].endswith(".apk"):
        return SeenLink(LinkKind.PACKAGE)
    host = _host_of(link)
    if host is None:
        return SeenLink(LinkKind.FOREIGN)
    if _ADDRESS.fullmatch(host):
        return SeenLink(LinkKind.NUMERIC)
    owner = next((one.owner for one in domains.official if _is_below(host, one.host)), None)
    if owner is not None:
        return SeenLink(LinkKind.OFFICIAL, owner)
    if domains.hides(f"https://{host}"):
        return SeenLink(LinkKind.SHORTENED)
    if host.endswith(_STATE):
        return SeenLink(LinkKind.PUBLIC)
    return SeenLink(LinkKind.IMITATING if _imitates(host, domains) else LinkKind.FOREIGN)


def _host_of(link: str) -> str | None:
    bare = re.sub(r"^h(?:tt|xx)ps?\s?:\s?//?\s?", "", link, flags=re.IGNORECASE)
    try:
        host = urlsplit(f"https://{bare}").hostname
    except ValueError:
        return None
    return host.rstrip(".").lower() if host else None


def _is_below(host: str, official: str) -> bool:
    return host == official or host.endswith(f".{official}")


def _imitates(host: str, domains: Domains) -> bool:
    """True when an official name, or “gov”, stands in an address that is not official."""
    shown = host.translate(_LETTERS)
    if re.search(r"(?:^|[.-])gov(?:vn)?(?=[.-])", shown) or "govvn" in shown:
        return True
    bare = re.sub("[.-]", "", shown)
    return any(name in bare for name in _official_names(domains))


def _official_names(domains: Domains) -> Iterator[str]:
    """The telling word of each official address: “vneid”, “dichvucong”."""
    for one in domains.official:
        for label in one.host.split("."):
            if len(label) > 3 and label not in _TOO_COMMON and not label.isdigit():
                yield label
