"""Walks through the conversation without mailbox and engine loop: hundreds of turns in one transaction.

The router, the handlers, the services and the database are the real ones; only the road of a message
through inbox and outbox is left out. Whole roads are walked by ``tests.world``.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from bot.app.installation import Installation
from bot.app.wiring import make_script
from bot.conversation.engine import close_turn
from bot.conversation.intake import mask
from bot.conversation.turn import State, Turn
from bot.core.messages import Address, Choice, Inbound, Kind, Outbound
from bot.core.vocabulary import Identity, Role
from bot.services import teams
from bot.services.plans import find_commune
from storage import communes
from storage.database import Unit
from storage.mailbox import Worker

ADDRESS = Address("console", "ho-nai", "walker")
WHO = Identity(b"walker" * 4)


SAID = (
    *((Kind.TEXT, text) for text in ("nuôi heo", "vneid", "khai sinh", "không thấy mã", "bước 2")),
    *((Kind.TEXT, text) for text in ("cảm ơn", "ai vậy", "dừng", "alo", "tiếp", "79", "trở lại")),
    *((Kind.TEXT, text) for text in ("vào tổ", "vào tổ BCGH-2345", "điện thoại bàn phím", "120")),
    (Kind.TEXT, "079123456789"),
    (Kind.VOICE, ""),
    *((Kind.TEXT, text) for text in ("nối máy", "gỡ nối", "NỐI 7K2 M9Q", "#bot")),
    (Kind.ACTION, "name"),
    (Kind.ACTION, "nut-cu:1"),
)
"""What is said on each kind of screen, besides its choices."""


@dataclass(frozen=True)
class Seen:
    """What one turn left on the screen and in the memory."""

    outcome: str
    messages: tuple[Outbound, ...]
    state: State

    @property
    def choices(self) -> tuple[Choice, ...]:
        """The prompt that is open now."""
        return self.state.choices

    @property
    def shown(self) -> tuple[tuple[str, tuple[Choice, ...]], ...]:
        """What the person sees."""
        return tuple((message.text, message.choices) for message in self.messages)

    @property
    def texts(self) -> str:
        """All words of the answer."""
        return "\n".join(message.text for message in self.messages)

    def labels(self) -> list[str]:
        """The labels that can be chosen."""
        return [choice.label for choice in self.choices]


class Walker:
    """One person; ``worker`` is who they are to the office, None for a resident."""

    def __init__(
        self,
        installation: Installation,
        unit: Unit,
        worker: Worker | None = None,
        slug: str = "ho-nai",
    ) -> None:
        self.installation = installation
        self.unit = unit
        self.worker = worker
        self.steps = 0
        self.script = make_script(installation)
        self.house = self.script.houses[find_commune(installation.communes, slug).id]
        if slug == ADDRESS.account:
            communes.save_account(unit, self.house.commune, ADDRESS.channel, slug, {})

    def __repr__(self) -> str:
        return f"<Walker {self.worker.role if self.worker else 'resident'}>"

    def join(self, role: Role, team: str | None = None) -> Walker:
        """The same place for somebody who has joined."""
        commune = self.house.commune
        code = teams.invite(self.unit, commune, role, team, "Hạnh").code
        joined = teams.join(self.unit, commune, WHO, teams.read_code(code) or "")
        return Walker(self.installation, self.unit, joined)

    def take(self, state: State | None, text: str, kind: Kind = Kind.TEXT, key: str = "") -> Seen:
        """One turn from a state; no state is a first contact."""
        self.steps += 1
        turn = Turn(
            unit=self.unit,
            commune=self.house.commune,
            plan=self.house.plan,
            library=self.script.library,
            understanding=self.script.understanding,
            texts=self.house.texts,
            shelf=self.house.shelf,
            worker=self.worker,
            inbound=mask(Inbound(ADDRESS, f"event-{self.steps}", kind, text, self.unit.now)),
            state=state or State(),
            identity=WHO,
            key=key or str(self.steps),
            is_first=state is None,
        )
        turn, reply = self.script.router.answer(turn)
        finished = close_turn(turn, reply)
        return Seen(finished.outcome, finished.messages, State.from_json(finished.state))

    def peek(self, state: State | None, text: str, kind: Kind = Kind.TEXT) -> Seen:
        """The same, but nothing that it writes stays."""
        with self.undone():
            return self.take(state, text, kind, key="1")

    @contextmanager
    def undone(self) -> Iterator[None]:
        """What is written inside is rolled back."""
        # Written out: what SQLAlchemy rolls back to stays open on SQLite, and thousands make it slow.
        run = self.unit.connection.exec_driver_sql
        run("SAVEPOINT peek")
        try:
            yield
        finally:
            run("ROLLBACK TO SAVEPOINT peek")
            run("RELEASE SAVEPOINT peek")

    def follow(self, *said: str, state: State | None = None) -> Seen:
        """Several turns of typed words; the last one."""
        seen = None
        for text in said:
            seen = self.take(state, text)
            state = seen.state
        assert seen is not None
        return seen


@dataclass(frozen=True)
class Screen:
    """A place in the conversation: what is seen there, and how it was first reached."""

    seen: Seen
    parent: Seen | None
    chosen: Choice | None


def explore(walker: Walker, most: int) -> list[Screen]:
    """Every screen that choices lead to, breadth first, up to a number; the first one is the greeting.

    Then what words and other things lead to from each kind of screen, and what follows from there.
    """
    first = Screen(walker.take(None, "", Kind.START), None, None)
    found, known = [first], {_name(first.seen)}

    def follow_choices(waiting: deque[Screen]) -> None:
        while waiting and len(found) < most:
            screen = waiting.popleft()
            for choice in screen.seen.choices:
                seen = walker.take(screen.seen.state, choice.action, Kind.ACTION)
                note(seen, screen, choice, waiting)

    def note(seen: Seen, parent: Screen, choice: Choice | None, waiting: deque[Screen]) -> None:
        if _name(seen) not in known:
            known.add(_name(seen))
            found.append(Screen(seen, parent.seen, choice))
            waiting.append(found[-1])

    follow_choices(deque([first]))
    spoken: deque[Screen] = deque()
    builds = {screen.seen.state.view.split(":")[0]: screen for screen in found}
    for screen in builds.values():
        for kind, text in SAID:
            note(walker.take(screen.seen.state, text, kind), screen, None, spoken)
    follow_choices(spoken)
    return found


def _name(seen: Seen) -> str:
    """Screens that differ only in figures of the log are one."""
    state = replace(seen.state, trail=(), data={}, bookmark="", misses=0, quiet=False, request="")
    shown = f"{seen.texts}|{state.to_json()}"
    shown = re.sub(r"(log[a-z]+:(?:[a-z]?\d:)?[a-z-]+):\d+:\d{8}:\d+", r"\1:N", shown)
    shown = re.sub(r"(undo|logfx[a-z]?):\d+(?::\d+)?", r"\1:N", shown)
    shown = re.sub(r"Phiếu \d+|phiếu \d+", "Phiếu N", shown)
    # One detail more or less is another draft, not another kind of screen.
    shown = re.sub(r"(:N):[0-9a-z]{2}[a-z]{6}f\d*p\d*", r"\1", shown)
    shown = re.sub(r"• [^|\n]*|Đã chọn: [^|\n]*|Bỏ: ", "", shown)
    shown = re.sub(r"(?:hôm nay |hôm qua )?\d+/\d+(?:/\d+)?", "D/M", shown)
    shown = re.sub(r"(ask[a-z]*|req[a-z]*):\d+", r"\1:N", shown)
    shown = re.sub(r"[Yy]êu cầu số \d+", "yêu cầu số N", shown)
    # Another hour, day or place makes another class, not another kind of screen.
    shown = re.sub(r"[a-z]{2}d\d*h\d*m\d+p\w*(?:-\w{6})?:\w+", "DRAFT", shown)
    shown = re.sub(r"(trn[a-z]*(?::[a-z])*):\d+(?::\d+)*", r"\1:N", shown)
    shown = re.sub(r"(?:Lớp tập huấn|Buổi tuyên truyền|Cuộc thi) “[^”]*”", "LỚP", shown)
    shown = re.sub(r"CI \w{3} \w{3}\b|/c/[\w/-]+|\d+ giây", "MÃ", shown)
    shown = re.sub(r"\d+ giờ(?: \d+)?|(?:[Tt]hứ \w+|[Cc]hủ Nhật)(?= D/M)|[Ss]ố \d+", "N", shown)
    shown = re.sub(r"Tại: [^|\n]*|\d+ (?:bài|chỗ|người)", "N", shown)
    shown = re.sub(r"NỐI \w{3} \w{3}\b", "NỐI N", shown)
    return re.sub(r"\d+ lượt", "N lượt", shown)
