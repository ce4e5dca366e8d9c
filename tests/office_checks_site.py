"""A ward a week later: what was drawn from the log, calls taken and done, entries that were denied."""

from __future__ import annotations

import itertools
import secrets

from bot.core.vocabulary import Confirmation, Identity, Role, Topic
from bot.services import spot_checks
from storage import audit, communes, confirmations, help_entries, people, staff
from storage import spot_checks as stored
from storage.database import Unit
from storage.help_entries import By, Help, NewEntry
from storage.spot_checks import Check, Way
from tests.browser_server import Ward
from tests.trust_tools import keep_phone

CHECKS = "/office/checks"
PHONE = "0912 340 001"
_numbers = itertools.count(1)


class Log:
    """The log of one commune, and what is done with it by the clock."""

    def __init__(self, ward: Ward, slug: str = "ho-nai") -> None:
        self.ward = ward
        self.commune = ward.commune(slug)

    def logs(self, team: str = "KP 3", *, phone: str = "", name: str = "chị Hạnh") -> int:
        """An entry written down now; gives its number."""
        commune = self.commune.id

        def log(unit: Unit) -> int:
            found = communes.find_team(unit, commune, team)
            assert found is not None
            member = staff.add_member(unit, commune, found.id, name, Role.MEMBER)
            person = people.add_person(unit, commune)
            if phone:
                keep_phone(unit, commune, person, phone)
            done = Help(unit.now.date(), Topic.VNEID, person_id=person)
            new = NewEntry(f"x{next(_numbers)}", found.id, member, done)
            return help_entries.add(unit, commune, new, By(member)).id

        return self.ward.base.database.write(log)

    def week_goes_by(self) -> None:
        """It is the same hour of next week, and Monday's draw was made."""
        self.ward.clock.passes(days=7)
        week = spot_checks.week_to_draw(self.ward.clock().date())
        size = self.ward.settings.spot_checks
        self.ward.base.database.write(spot_checks.draw_once, self.commune, week, size)

    def denies(self, entry: int) -> None:
        """The helped person says now that there was no such help."""
        commune, chat = self.commune.id, Identity(secrets.token_bytes(32))

        def deny(unit: Unit) -> None:
            assert confirmations.add(unit, commune, entry, chat)
            asked = confirmations.find(unit, commune, chat, entry)
            assert asked is not None
            assert confirmations.answer(unit, commune, chat, asked, Confirmation.NO)

        self.ward.base.database.write(deny)

    def checks(self, way: Way) -> list[Check]:
        """What was drawn from last week."""
        week = spot_checks.week_to_draw(self.ward.clock().date())
        name = f"week:{week.key}"
        found = self.ward.base.database.read(stored.list_checks, self.commune.id, name)
        return [one for one in found if one.way is way]

    def acts(self) -> list[tuple[str, str]]:
        """What the audit log has about this page."""
        found = self.ward.base.database.read(audit.list_acts, self.commune.id)
        acts = [(one.act.action, one.act.object) for one in found]
        return [act for act in acts if "check" in act[1]]


def busy_week(ward: Ward) -> Log:
    """Six entries with a number and four without; one is denied since five days."""
    log = Log(ward)
    for number in range(6):
        log.logs(f"KP {number + 1}", phone=f"+8491234000{number}", name=f"chị Hạnh {number + 1}")
    denied, *_ = [log.logs(f"KP {number + 1}") for number in range(4)]
    ward.clock.passes(days=2)
    log.denies(denied)
    ward.clock.passes(days=-2)
    log.week_goes_by()
    return log
