"""What Zalo wants to see on a domain before it sends anything there: a file, or a tag on the front page."""

from __future__ import annotations

import re
from dataclasses import dataclass

NAME = "zalo-platform-site-verification"
TAG = re.compile(rf"""{NAME}["'][^>]*?content=["']([^"'<>]+)["']""")


@dataclass(frozen=True, slots=True)
class Proof:
    """The file's name, and what Zalo gave: its content, the tag, or the code in the tag alone."""

    name: str
    content: str

    @property
    def code(self) -> str:
        """What stands in the tag; empty when the content is a page without one."""
        found = TAG.search(self.content)
        if found:
            return found[1]
        return "" if "<" in self.content else self.content.strip()

    def is_in_file(self, text: str) -> bool:
        """True for the content of our file as a stranger gets it."""
        return text.strip() == self.content.strip()

    def is_on_page(self, text: str) -> bool:
        """True for a page with our tag in it."""
        found = TAG.search(text)
        return found is not None and found[1] == self.code
