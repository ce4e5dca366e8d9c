"""The bar above the office's pages: a few groups, and the pages of the group that one is in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.core.vocabulary import Role

EVERYBODY = frozenset({Role.OPERATOR, Role.OFFICER, Role.LEADER})
NOT_OPERATOR = EVERYBODY - {Role.OPERATOR}
OFFICER = frozenset({Role.OFFICER})


@dataclass(frozen=True, slots=True)
class Link:
    """A page or a group in the bar; its words are ``office.page-…`` and ``office.group-…``."""

    id: str
    href: str
    is_here: bool


@dataclass(frozen=True, slots=True)
class Bar:
    """What whoever is signed in may open: groups, then the pages of the present one."""

    groups: Sequence[Link]
    pages: Sequence[Link]


@dataclass(frozen=True, slots=True)
class _Page:
    id: str
    roles: frozenset[Role] = EVERYBODY

    @property
    def href(self) -> str:
        """The week is the first page of all."""
        return "/office" if self.id == "week" else f"/office/{self.id}"


GROUPS: dict[str, Sequence[_Page]] = {
    "figures": (_Page("week"), _Page("meeting", NOT_OPERATOR), _Page("digest", NOT_OPERATOR)),
    "plan": (
        _Page("plan", NOT_OPERATOR),
        _Page("tasks", NOT_OPERATOR),
        _Page("calendar", NOT_OPERATOR),
    ),
    "reports": (
        _Page("reports", NOT_OPERATOR),
        _Page("units", NOT_OPERATOR),
        _Page("report-words", NOT_OPERATOR),
    ),
    "help": (
        _Page("requests", NOT_OPERATOR),
        _Page("checks", NOT_OPERATOR),
        _Page("import", NOT_OPERATOR),
    ),
    "classes": (
        _Page("trainings", NOT_OPERATOR),
        _Page("communications", NOT_OPERATOR),
        _Page("learning", NOT_OPERATOR),
    ),
    "house": (
        _Page("teams"),
        _Page("guides"),
        _Page("messages"),
        _Page("privacy", OFFICER),
    ),
}
"""Pages by their group, both in the order of the bar."""


def bar(role: Role, here: str) -> Bar:
    """The bar of a role on a page; ``here`` is the id of a page, or anything else where none is meant."""
    groups, pages = [], []
    for name, found in GROUPS.items():
        open_to = [page for page in found if role in page.roles]
        if not open_to:
            continue
        is_here = any(page.id == here for page in found)
        groups.append(Link(name, open_to[0].href, is_here))
        if is_here:
            pages = [Link(page.id, page.href, page.id == here) for page in open_to]
    return Bar(groups, pages)
