"""The office behind a real server: a ward with officers of its communes, and entries to read."""

from __future__ import annotations

import itertools
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from bot.core.vocabulary import Outcome, Role, Topic
from storage import communes, help_entries, questions, staff
from storage.database import Unit
from storage.help_entries import By, Help, NewEntry
from storage.models_help import help_entries as entry_rows
from tests.browser_server import Ward, running
from tests.command_line import ROOT
from tests.office_browser import Answer, Browser
from tests.office_house import PASSWORD, new_login

BAD = '"><script>alert(1)</script>'
BAD_GUIDE = "vneid-quen-mat-khau"
MONDAY = date(2026, 11, 16)  # of the week of the clock
_numbers = itertools.count(1)


class Resident:
    """Somebody at the web chat of a commune."""

    def __init__(self, browser: Browser, slug: str) -> None:
        self._browser, self._slug = browser, slug
        self._session: str | None = None
        self.media: list[dict[str, str]] = []  # of the newest answer

    def says(self, text: str) -> str:
        """Type; gives the words of the answer."""
        return self._posts(text=text)

    def opens(self, guide: str) -> str:
        """Press the button of a guide; gives the words of its opening."""
        return self._posts(action=f"guide:{guide}")

    def goes_to(self, guide: str, step: str) -> str:
        """Press the button of a step; gives its words."""
        return self._posts(action=f"step:{guide}:{step}")

    def fetches(self, path: str) -> Answer:
        """What stands under an address of this site."""
        return self._browser.asks("GET", path)

    def _posts(self, **said: str) -> str:
        letter = {"id": f"r{next(_numbers)}", "commune": self._slug, "session": self._session}
        body, kind = json.dumps(letter | said).encode(), {"Content-Type": "application/json"}
        answer = self._browser.asks("POST", "/chat/api/messages", body, kind)
        assert answer.status == 200, answer.text
        given = json.loads(answer.text)
        self._session = given["session"]
        assert given["out"], "no answer within the patience of the page"
        self.media = [message["media"] for message in given["out"] if message["media"]]
        return "\n".join(message["text"] for message in given["out"])


class Site:
    """A ward, and the browsers in front of it."""

    def __init__(self, ward: Ward) -> None:
        self.ward = ward

    @property
    def url(self) -> str:
        """Where it listens, whatever its public address is."""
        return f"http://127.0.0.1:{self.ward.settings.port}"

    def browser(self, address: str | None = None) -> Browser:
        """Somebody new."""
        return Browser(self.url, address)

    def officer(
        self, slug: str = "ho-nai", role: Role = Role.OFFICER, name: str = "chị Lan"
    ) -> Browser:
        """Somebody who has just joined the office of a commune."""
        browser = self.browser()
        code = self.ward.invites(role, slug)
        entered = browser.joins(code, new_login(), PASSWORD, name)
        assert (entered.status, entered.location) == (303, "/office"), entered.text
        return browser

    def resident(self, slug: str = "ho-nai") -> Resident:
        """Somebody new, who asks."""
        return Resident(self.browser(), slug)

    def helped(
        self, team: str, topic: Topic, visits: int, day: date = MONDAY, slug: str = "ho-nai"
    ) -> int:
        """An entry of a member of that team; gives its id."""
        commune = self.ward.commune(slug).id

        def log(unit: Unit) -> int:
            found = communes.find_team(unit, commune, team)
            assert found is not None, team
            member = staff.add_member(unit, commune, found.id, f"chị {team}", Role.MEMBER)
            new = NewEntry(f"w{next(_numbers)}", found.id, member, Help(day, topic, visits))
            entry = help_entries.add(unit, commune, new, By(member)).id
            mine = entry_rows.update().where(entry_rows.c.id == entry)
            unit.connection.execute(mine.values(outcome=Outcome.PASSED_ON))
            return entry

        return self.ward.base.database.write(log)

    def takes_back(self, entry: int, reason: str, slug: str = "ho-nai") -> None:
        """That entry was a mistake."""
        commune = self.ward.commune(slug).id

        def void(unit: Unit) -> None:
            found = help_entries.get(unit, commune, entry)
            assert help_entries.void(unit, commune, found, By(), reason)

        self.ward.base.database.write(void)

    def asked(self, guide: str, slug: str = "ho-nai") -> None:
        """Somebody was shown that guide on Monday."""
        commune = self.ward.commune(slug).id
        self.ward.base.database.write(questions.tally, commune, MONDAY, "answer", guide)


@contextmanager
def open_site(folder: Path, **settings: object) -> Iterator[Site]:
    """A running server; one of its guides has a title that tries to be more than words."""
    content = folder / "content"
    shutil.copytree(ROOT / "content", content)
    guide = content / "guides" / f"{BAD_GUIDE}.md"
    lines = guide.read_text(encoding="utf-8").splitlines(keepends=True)
    titles = [number for number, line in enumerate(lines) if line.startswith("title:")]
    lines[titles[0]] = f"title: '{BAD}'\n"
    guide.write_text("".join(lines), encoding="utf-8")
    with running(folder, content_dir=content, **settings) as ward:
        yield Site(ward)
