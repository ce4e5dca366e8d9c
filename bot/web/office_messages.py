"""The office's page of messenger accounts: how each is, and the messages that could not go."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from aiohttp import web

from bot.core.errors import NotAllowedError
from bot.core.text import shorten
from bot.locale import Texts
from bot.services.access import Officer
from bot.services.alarms import channel_name, trouble_sentence
from bot.services.undelivered import MOST_SHOWN, Line, State, Undelivered, Why
from bot.web.door import Door
from bot.web.forms import SIGNED

MESSAGES = "/office/messages"
ONE = MESSAGES + r"/{number:\d{1,9}}"
LONGEST_CODE = 40
STATES = {
    State.OFF: "messages.state-off",
    State.TROUBLE: "messages.state-trouble",
    State.FORGED: "messages.state-trouble",
    State.QUOTA: "messages.state-quota",
    State.RUNNING: "messages.state-running",
}
DONE = {
    "again": "messages.done-again",
    "settled": "messages.done-settled",
    "gone": "messages.done-gone",
}
"""What an address may say was done."""


@dataclass(frozen=True, slots=True)
class Overview:
    """What the page shows."""

    accounts: Sequence[Line]
    undelivered: Undelivered


@dataclass(frozen=True, slots=True)
class Shown:
    """An account with its words: its state, and a sentence for each thing that is wrong."""

    name: str
    state: str
    sentences: Sequence[str]
    line: Line


class MessagesDesk(Protocol):
    """What this page asks for; each method is one piece of work of its own."""

    async def overview(self, officer: Officer) -> Overview:
        """The accounts of the officer's commune, and what could not go from them."""

    async def send_again(self, officer: Officer, number: int) -> bool:
        """Let a message try once more; False when there is none, ``NotAllowedError`` for who only reads."""

    async def settle(self, officer: Officer, number: int) -> bool:
        """It was passed on in another way; False and ``NotAllowedError`` as above."""


def add_office_messages(app: web.Application, door: Door, desk: MessagesDesk) -> None:
    """The routes of this page."""
    messages = _Messages(door, desk)
    app.router.add_get(MESSAGES, messages.show)
    app.router.add_post(ONE + "/again", messages.send_again)
    app.router.add_post(ONE + "/settled", messages.settle)


class _Messages:
    """Handlers of these routes."""

    def __init__(self, door: Door, desk: MessagesDesk) -> None:
        self._door = door
        self._desk = desk

    async def show(self, request: web.Request) -> web.Response:
        """The page; ``?done=again`` says what has just been done."""
        officer = await self._door.officer(request)
        overview, texts = await self._desk.overview(officer), self._door.texts
        done = DONE.get(request.query.get("done", ""))
        accounts = [_shown(texts, line) for line in overview.accounts]

        def why(reason: Why) -> str:
            return texts.say(reason.sentence, **_shortened(reason.values))

        values = {
            "accounts": accounts,
            "has_messenger": any(one.line.waiting is not None for one in accounts),
            "undelivered": overview.undelivered,
            "why": why,
            "channel": lambda channel: channel_name(texts, channel),
            "done": texts.say(done) if done else "",
            "most": MOST_SHOWN,
        }
        return self._door.page(request, officer, "messages.html", values)

    async def send_again(self, request: web.Request) -> web.Response:
        """Let a message try once more."""
        raise await self._act(request, self._desk.send_again, "again")

    async def settle(self, request: web.Request) -> web.Response:
        """It was passed on in another way, and need not be shown any more."""
        raise await self._act(request, self._desk.settle, "settled")

    async def _act(
        self, request: web.Request, work: Callable[[Officer, int], Awaitable[bool]], done: str
    ) -> web.HTTPSeeOther:
        officer = await self._door.officer(request)
        await self._door.read_form(request, SIGNED)
        try:
            is_done = await work(officer, int(request.match_info["number"]))
        except NotAllowedError:
            raise web.HTTPForbidden(text=self._door.texts.say("messages.read-only")) from None
        return web.HTTPSeeOther(f"{MESSAGES}?done={done if is_done else 'gone'}#done")


def _shown(texts: Texts, line: Line) -> Shown:
    channel = line.health.channel
    sentences = [trouble_sentence(texts, channel, code) for code in line.codes]
    return Shown(channel_name(texts, channel), texts.say(STATES[line.state]), sentences, line)


def _shortened(values: Mapping[str, object]) -> dict[str, object]:
    """A messenger's own words for what is wrong are sometimes many."""
    return {
        name: shorten(value, LONGEST_CODE) if isinstance(value, str) else value
        for name, value in values.items()
    }
