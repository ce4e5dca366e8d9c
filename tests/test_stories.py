"""Golden conversations: each story is replayed and must read as it is written.

A story is a file in ``tests/stories``; ``@ xuan-hoa`` says that it happens there and not in Hố Nai. Lines
that do something:

    = chị Hạnh, tổ viên KP 3     who acts from here on; a member of a team has joined before
    > quen mk vneid              types; {mã: tổ viên KP 3} is a new invitation code, {mã} the last one,
                                 {mã: chung KP 3} one that many may use
    [Xong]                       presses the button of the open prompt
    [[Đúng, ghi luôn]]           presses a button of that name further up
    (voice)                      sends something that is no text
    = bà Tư, khung zalo_oa       the same person's chat on another channel; {mã nối} is the newest link code
    > {mã điểm danh}             the code on the screen of the class planned last; {mã điểm danh cũ} was there
                                 five minutes ago, {mã điểm danh in} stands on its poster
    ~ chào cô                    the office answers in the messenger's manager: the bot hears that, not what
    …                            only looks at the chat
    * 21 days                    time goes by, and what is done by the clock is done
    + chị Hạnh giúp bà Tư: vneid  somebody of a team has logged a help of a person who is known in her chat

``#`` lines are for the reader. Everything else is what the bot says; BOT_STORIES=rewrite writes it anew,
to be read as a diff before it is kept.
"""

from __future__ import annotations

import os
import re
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from bot.app.installation import Installation
from bot.core.messages import Kind, Outbound
from bot.core.vocabulary import Role
from bot.services import check_in
from storage import trainings
from storage.communes import Commune
from storage.database import Unit
from tests import shipped
from tests.clock import FixedClock
from tests.trust_tools import log_known_help
from tests.world import Person, World

STORIES = sorted((Path(__file__).parent / "stories").glob("*.md"))
DOES_SOMETHING = re.compile(r"= |> |\[|\(|\* |\+ |~ |…$")
HELPED = re.compile(r"\+ (?P<member>.+) giúp (?P<person>.+): (?P<topic>\S+)")
PLACE = re.compile(r"^@ (\S+)$", re.MULTILINE)
ROLES = {"tổ viên": Role.MEMBER, "tổ trưởng": Role.TEAM_LEADER, "cán bộ": Role.OFFICER}
CODE = re.compile(r"\{mã(?:: (?P<role>tổ viên|tổ trưởng|cán bộ|chung) ?(?P<team>[^}]*))?\}")
CHECK_IN = re.compile(r"\{mã điểm danh(?P<which> cũ| in)?\}")
LINK_CODE, SHOWN_LINK_CODE = "{mã nối}", re.compile(r"^NỐI (\w{3} \w{3})$")
OTHER_CHAT = "khung "
REWRITES = os.environ.get("BOT_STORIES") == "rewrite"


def test_there_are_stories_and_each_commune_has_one_of_its_own() -> None:
    assert len(STORIES) >= 12
    places = [PLACE.findall(path.read_text(encoding="utf-8")) for path in STORIES]
    assert set(shipped.library().plans) <= {place for found in places for place in found}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("path", STORIES, ids=lambda path: path.stem)
def test_a_story_reads_as_it_is_written(path: Path, base: Installation, clock: FixedClock) -> None:
    written = path.read_text(encoding="utf-8")
    place = PLACE.search(written)
    with closing(World(base, place[1] if place else "ho-nai")) as world:
        told = Teller(world, clock).tell(written)
    if REWRITES:
        path.write_text(told, encoding="utf-8")
    assert told == written, "BOT_STORIES=rewrite ghi lại; đọc diff trước khi giữ"


@dataclass
class Teller:
    """Replays the lines of a story and writes down what the bot says to them."""

    world: World
    clock: FixedClock
    people: dict[str, Person] = field(default_factory=dict)
    person: Person | None = None
    code: str = ""
    link_code: str = ""

    def tell(self, written: str) -> str:
        """The story with the answers of today."""
        lines: list[str] = []
        for line in written.splitlines():
            if line.startswith(("#", "@ ")):
                lines += [line, ""]
            elif DOES_SOMETHING.match(line):
                lines += [line, *self._do(line), ""]
        return "\n".join(lines).rstrip() + "\n"

    def _do(self, line: str) -> list[str]:
        if line.startswith("= "):
            self.person = self._enter(line.removeprefix("= "))
            return []
        if line.startswith("* "):
            number, unit = line.removeprefix("* ").split()
            self.clock.passes(**{unit: float(number)})
            self.world.does_by_the_clock()
            return []
        if helped := HELPED.fullmatch(line):
            member, person = (self.people[helped[name]].identity for name in ("member", "person"))
            log_known_help(self.world.base, self.world.commune, (member, person, helped["topic"]))
            return []
        assert self.person is not None, "who acts? begin with a line like “= bà Tư”"
        messages = self._act(self.person, line)
        for message in messages:
            shown = SHOWN_LINK_CODE.match(message.text)
            self.link_code = shown[1] if shown else self.link_code
        return [row for message in messages for row in _rows(message)]

    def _act(self, person: Person, line: str) -> list[Outbound]:
        if line.startswith("> "):
            said = CHECK_IN.sub(self._write_check_in, line.removeprefix("> "))
            said = CODE.sub(self._write_code, said)
            return person.says(said.replace(LINK_CODE, self.link_code))
        if line.startswith("~ "):
            return person.sends(Kind.STAFF, line.removeprefix("~ "))
        if line == "…":
            return person.looks()
        if line.startswith("[["):
            return person.presses_earlier(line.strip("[]"))
        if line.startswith("["):
            return person.presses(line.strip("[]"))
        return person.sends(Kind(line.strip("()")))

    def _enter(self, who: str) -> Person:
        name, _, role = who.partition(", ")
        if role.startswith(OTHER_CHAT):
            if who not in self.people:
                channel = role.removeprefix(OTHER_CHAT)
                self.people[who] = self.world.person(name, channel)
            return self.people[who]
        if name not in self.people:
            team = role.removeprefix("tổ viên ")
            self.people[name] = self.world.member(name, team) if role else self.world.person(name)
        return self.people[name]

    def _write_code(self, found: re.Match[str]) -> str:
        if found["role"] == "chung":
            self.code = self.world.invite_many(found["team"])
        elif found["role"]:
            self.code = self.world.invite(ROLES[found["role"]], found["team"] or None)
        return self.code

    def _write_check_in(self, found: re.Match[str]) -> str:
        return check_in_code(self.world.base, self.world.commune, found["which"])


def check_in_code(base: Installation, commune: Commune, which: str | None) -> str:
    """A code of the class that was planned last, as it is typed: of now, of five minutes ago, or printed."""

    def read(unit: Unit) -> str:
        window = (unit.now - timedelta(days=400), unit.now + timedelta(days=400))
        number = max(one.id for one in trainings.list_between(unit, commune.id, window))
        if which == " in":
            return check_in.printed_code(unit.keys, commune.id, number)
        at = unit.now - timedelta(minutes=5 if which else 0)
        return check_in.screen_code(unit.keys, commune.id, number, at)

    return check_in.show_code(base.database.read(read))


def _rows(message: Outbound) -> list[str]:
    """A message as a reader of the story sees it: indented, its choices numbered."""
    return [
        *(f"    {row}".rstrip() for row in message.text.splitlines()),
        *(f"      {choice.n} {choice.label}" for choice in message.choices),
    ]
