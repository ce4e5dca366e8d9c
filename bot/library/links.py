"""The links that our texts may carry: official domains of ``content/domains.yaml``, no shorteners."""

import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from bot.library.source import Record
from bot.library.wording import Saying, refuse

_HOST = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+")
_LINK = re.compile(r"(?:https?://|\bwww\.)[^\s<>()\[\]{}\"'“”«»]*", re.IGNORECASE)


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
        for match in _LINK.finditer(text):
            link = match[0].rstrip(".,;:!?…")
            if self.hides(link):
                yield f"liên kết rút gọn «{link}»", _IN_FULL
            elif not self.allows(link):
                yield f"liên kết «{link}» không thuộc trang chính thức", _USE_OFFICIAL
        bare = _LINK.sub(" ", text).casefold()
        for found in self._shortened.finditer(bare):
            yield f"liên kết rút gọn «{found[1]}/…»", _IN_FULL

    @cached_property
    def _shortened(self) -> re.Pattern[str]:
        hosts = "|".join(map(re.escape, self.shorteners)) or "(?!)"
        return re.compile(rf"(?<![\w.-])({hosts})/\w")


_IN_FULL = "viết địa chỉ đầy đủ của trang chính thức"
_USE_OFFICIAL = "bỏ liên kết, hoặc dùng trang có trong content/domains.yaml"


def _host_of(link: str) -> str | None:
    try:
        host = urlsplit(link if "://" in link else f"https://{link}").hostname
    except ValueError:
        return None
    return host if host and _HOST.fullmatch(host) else None


def _below(host: str | None, domains: Iterable[str]) -> bool:
    return host is not None and any(host == one or host.endswith(f".{one}") for one in domains)
