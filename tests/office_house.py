"""The office of a real installation, without a browser: who is invited, who signs in, what is recorded."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import pytest
from sqlalchemy import update

from bot.app.installation import Installation, open_installation
from bot.app.media import open_media
from bot.app.office import OfficeDesk
from bot.config import Settings
from bot.core.errors import RuleError
from bot.core.vocabulary import Role
from bot.services import teams
from bot.services.access import Joining, Officer, SignedIn
from bot.services.plans import find_commune
from storage import audit
from storage.communes import Commune
from storage.models import staff
from tests import shipped
from tests.clock import FixedClock
from tests.storage_tools import empty_database

T = TypeVar("T")
KEY = "khóa của các kiểm tra văn phòng"
PASSWORD = "Chợ sáng Hố Nai đông"
WRONG = "Chợ chiều Hố Nai vắng"
_numbers = itertools.count(1)


class House:
    """An installation with five communes; its clock goes on from test to test, never back."""

    def __init__(self, base: Installation, clock: FixedClock, runner: asyncio.Runner) -> None:
        self.base, self.clock = base, clock
        self.desk = OfficeDesk(base, open_media(base))
        self._runner = runner

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine to its end."""
        return self._runner.run(work)

    def commune(self, slug: str = "ho-nai") -> Commune:
        """One of the five."""
        return find_commune(self.base.communes, slug)

    def invites(
        self,
        role: Role = Role.OFFICER,
        name: str | None = None,
        slug: str = "ho-nai",
        team: str | None = None,
    ) -> str:
        """A fresh code, as the command line prints it."""
        commune = self.commune(slug)
        return self.base.database.write(teams.invite, commune, role, team, name).code

    def joins(
        self, code: str, login: str, password: str = PASSWORD, name: str = "chị Lan"
    ) -> SignedIn:
        """Fill in the form of who was invited."""
        return self.run(self.desk.join(Joining(code, name, login, password)))

    def hires(self, login: str, name: str | None = None, slug: str = "ho-nai") -> SignedIn:
        """Somebody new of the office who has just joined."""
        code = self.invites(Role.OFFICER, None, slug)
        return self.joins(code, login, name=name or f"chị {login}")

    def signs_in(self, login: str, password: str = PASSWORD) -> SignedIn | None:
        """Try name and password."""
        return self.run(self.desk.sign_in(login, password))

    def finds(self, token: str) -> Officer | None:
        """Who a page would show itself to."""
        return self.run(self.desk.find(token))

    def leaves(self, officer: Officer) -> None:
        """They do not work here any more."""
        gone = update(staff).where(staff.c.id == officer.id)
        self.base.database.write(
            lambda unit: unit.connection.execute(gone.values(left_at=unit.now))
        )

    def acts(self, slug: str = "ho-nai") -> list[tuple[str, str, str]]:
        """Who did what to which thing, in order."""
        found = self.base.database.read(audit.list_acts, self.commune(slug).id)
        return [(one.act.actor, one.act.action, one.act.object) for one in found]


def refusal(work: Any, *args: Any, **more: Any) -> str:
    """The sentence with which a rule refuses this."""
    with pytest.raises(RuleError) as refused:
        work(*args, **more)
    return refused.value.code


def new_login() -> str:
    """A name that no other test tries."""
    return f"lan.{next(_numbers)}"


@contextmanager
def open_house(request: pytest.FixtureRequest, engine: str, folder: Path) -> Iterator[House]:
    """An installation of its own on that engine."""
    with empty_database(request, engine, folder) as url:
        settings = Settings.model_validate(
            {
                "database_url": url,
                "secret_key": KEY,
                "var_dir": folder / "var",
            }
        )
        clock = FixedClock()
        base = open_installation(settings, clock, library=shipped.library())
        try:
            with asyncio.Runner() as runner:
                yield House(base, clock, runner)
        finally:
            base.database.close()
