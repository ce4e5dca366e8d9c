"""The links that our texts may carry: official domains of ``content/domains.yaml``, no shorteners."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from bot.library.source import Record
from bot.library.wording import Saying, refuse

_NAME = r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
_HOST = re.compile(rf"{_NAME}(?:\.{_NAME})+")
_OWN_HOST = re.compile(rf"{_NAME}(?:\.{_NAME})*")  # also “localhost”, or a machine of the office
_ENDINGS = "app|asia|biz|cc|click|club|co|com|info|io|link|live|ly|me|net|online|org|shop|site|top|vip|vn|xyz"
_SIGN_OF_A_LINK = re.compile(r"\.\w|:/|www", re.IGNORECASE)
_SUFFIX = re.compile(r"(?:com|gov|net|org)\.vn", re.IGNORECASE)
_PATH = r"[^\s<>()\[\]{}\"'“”«»]*"
_LINK = re.compile(
    rf"(?:https?://|\bwww\.){_PATH}|(?<![\w.@-])(?:[a-z0-9-]+\.)+(?:{_ENDINGS})(?![\w-])(?:[/:?#]{_PATH})?",
    re.IGNORECASE,
)
"""With a scheme, or bare as messengers make links of it: “vneid-gov.com”."""


def _host(value: str) -> str:
    if _HOST.fullmatch(value):
        return value
    raise refuse(f"«{value}» không phải tên miền", "viết chữ thường, không có https:// và dấu /")


Host = Annotated[str, AfterValidator(_host)]


class Domain(Record):
    """One official domain; its subdomains belong to it."""

    host: Host
    owner: str


class Domains(Record):
    """What ``content/domains.yaml`` holds."""

    official: Annotated[tuple[Domain, ...], Field(min_length=1)]
    shorteners: tuple[Host, ...] = ()

    def allows(self, link: str) -> bool:
        """True for a link whose host is an official domain or below one."""
        return _below(_host_of(link), (one.host for one in self.official))

    def hides(self, link: str) -> bool:
        """True for a link of a shortener, which does not show where it leads."""
        return _below(_host_of(link), self.shorteners)

    def complaints(self, text: str) -> Iterator[Saying]:
        """What is wrong with the links of a text, as (what, how to mend)."""
        if not _may_hold_a_link(text):
            return
        for match in self._links.finditer(text):
            link = _bare_end(match[0])
            if self.hides(link):
                yield f"liên kết rút gọn «{link}»", _IN_FULL
            elif not self._is_harmless(link):
                yield f"liên kết «{link}» không thuộc trang chính thức", _USE_OFFICIAL

    def complaints_of_source(self, url: str | None) -> Iterator[Saying]:
        """What is wrong with the address of a source: it is evidence, so any whole address will do."""
        if url and (not url.startswith(("https://", "http://")) or self.hides(url)):
            yield f"nguồn «{url}» không phải địa chỉ đầy đủ", "ghi https://… hoặc bỏ «url»"

    def with_own(self, url: str) -> Domains:
        """The same with the host of our own pages."""
        host = _host_of(url)
        own = (Domain.model_construct(host=host, owner="Bạn Số"),) if host else ()
        return Domains(official=(*self.official, *own), shorteners=self.shorteners)

    def without_foreign(self, text: str, instead: str) -> str:
        """The text with every link that is not official replaced."""

        def keep(match: re.Match[str]) -> str:
            link = _bare_end(match[0])
            return match[0] if self._is_harmless(link) else instead + match[0][len(link) :]

        return self._links.sub(keep, text) if _may_hold_a_link(text) else text

    def _is_harmless(self, link: str) -> bool:
        """True for an official link, and for the mere ending of one: “đuôi gov.vn”."""
        return self.allows(link) or _SUFFIX.fullmatch(link) is not None

    @cached_property
    def _links(self) -> re.Pattern[str]:
        hosts = "|".join(map(re.escape, self.shorteners)) or "(?!)"
        return re.compile(rf"{_LINK.pattern}|(?<![\w.@-])(?:{hosts})/{_PATH}", re.IGNORECASE)


_IN_FULL = "viết địa chỉ đầy đủ của trang chính thức"
_USE_OFFICIAL = "bỏ liên kết, hoặc dùng trang có trong content/domains.yaml"


def _may_hold_a_link(text: str) -> bool:
    """False for most texts: a link has a dot with a letter behind it, or a scheme."""
    return _SIGN_OF_A_LINK.search(text) is not None


def _bare_end(link: str) -> str:
    """A link without the marks that end the sentence around it."""
    return link.rstrip(".,;:!?…*")


def _host_of(link: str) -> str | None:
    try:
        host = urlsplit(link if "://" in link else f"https://{link}").hostname
    except ValueError:
        return None
    return host if host and _OWN_HOST.fullmatch(host) else None


def _below(host: str | None, domains: Iterable[str]) -> bool:
    return host is not None and any(host == one or host.endswith(f".{one}") for one in domains)
