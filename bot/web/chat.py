"""The web chat: its page, the messages of its people, and the long poll for what comes later.

Nothing is kept in cookies: the page holds its session, a secret that only it and the sealed address know.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from aiohttp import web

from bot.conversation.intake import mask
from bot.conversation.pickup import Letters, Pickup
from bot.core.errors import BotError
from bot.core.messages import Channel, Inbound, Outbound
from bot.core.vocabulary import Identity
from bot.locale import Texts
from bot.web import pages
from bot.web.visitors import Visitors

LARGEST_BODY = 16 * 1024
PATIENCE_SECONDS = 5.0
POLL_SECONDS = 25.0
FORGET_AFTER = timedelta(minutes=2)
# A minute; a whole ward may sit behind one address, each page of it with a poll open.
MOST_MESSAGES, MOST_POLLS = 600, 1200
MOST_OF_SESSION = 120
LAST_LETTER = 2**31 - 1
PLACE = re.compile(r"[gs](?:_[a-z0-9-]{1,60}){1,2}", re.ASCII)
CHECK_IN = re.compile(r"[0-9A-Za-z]{6}", re.ASCII)
DIGITS = re.compile(r"\d{1,10}", re.ASCII)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Room:
    """The web chat of one commune."""

    slug: str
    name: str
    texts: Texts
    channel: Channel
    ask: Callable[[Inbound, float, bool], Awaitable[Letters | None]]
    identify: Callable[[str], Identity]


@dataclass(frozen=True, slots=True)
class Lobby:
    """All web chats of this installation, and what they share."""

    rooms: Mapping[str, Room]
    pickup: Pickup
    render: Callable[[Outbound], dict[str, Any]]
    commune_of: Callable[[object], str | None]
    embed_on: tuple[str, ...]
    visitors: Visitors
    answer_seconds: float = PATIENCE_SECONDS
    poll_seconds: float = POLL_SECONDS


def add_chat(app: web.Application, lobby: Lobby) -> None:
    """The routes of the chat."""
    chat = _Chat(lobby)
    app.router.add_get("/chat", chat.choose)
    app.router.add_get("/chat/{commune}", chat.show)
    app.router.add_post("/chat/api/messages", chat.receive)
    app.router.add_get("/chat/api/messages", chat.wait)
    app.router.add_post("/chat/api/forget", chat.forget)
    app.on_shutdown.append(chat.end_polls)


class _RefusedError(Exception):
    """A request that gets a sentence instead of an answer."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status, self.sentence = status, sentence


Api = Callable[["_Chat", web.Request], Awaitable[dict[str, Any]]]


def _api(handler: Api) -> Callable[[_Chat, web.Request], Awaitable[web.Response]]:
    """JSON out, whatever happens: the answer, or one sentence of what was wrong."""

    async def answer(chat: _Chat, request: web.Request) -> web.Response:
        status, body = 200, {}
        try:
            if not chat.lobby.visitors.is_at_home(request):
                raise _RefusedError(403, "web.foreign")
            body = await handler(chat, request)
        except _RefusedError as refused:
            status, body = refused.status, {"error": chat.say(refused.sentence)}
        except BotError as error:
            log.error("the chat found no database: %s", type(error).__name__)
            status, body = 503, {"error": chat.say("web.trouble")}
        text = json.dumps(body, ensure_ascii=False)
        headers = {"Cache-Control": "no-store"}
        return web.Response(
            text=text, status=status, content_type="application/json", headers=headers
        )

    return answer


class _Chat:
    """Handlers of the chat's routes."""

    def __init__(self, lobby: Lobby) -> None:
        self.lobby = lobby

    def say(self, sentence: str) -> str:
        """A sentence that is the same in every commune."""
        texts = next(iter(self.lobby.rooms.values())).texts
        return texts.say(sentence)

    async def choose(self, request: web.Request) -> web.Response:
        """Which commune, when there are several."""
        rooms = sorted(self.lobby.rooms.values(), key=lambda room: room.slug)
        if not rooms:
            raise web.HTTPNotFound
        if len(rooms) == 1:
            raise web.HTTPFound(_onward(request, f"/chat/{rooms[0].slug}"))
        values = {"rooms": rooms, "query": _onward(request, "")}
        return pages.page(request, "choose.html", rooms[0].texts, values)

    async def show(self, request: web.Request) -> web.Response:
        """The page of one commune's chat; ``may-chung=1`` for a computer that many use.

        ``moi`` is an invitation to a team, ``mo`` a guide or a step that a page or a sheet of paper names,
        ``diemdanh`` the code of a class.
        """
        room = self.lobby.rooms.get(request.match_info["commune"])
        if room is None:
            raise web.HTTPNotFound(text=self.say("web.error-404"))
        code = request.query.get("diemdanh", "")
        place = f"c_{code}" if CHECK_IN.fullmatch(code) else request.query.get("mo", "")
        values = {
            "room": room,
            "is_shared": request.query.get("may-chung") == "1",
            "code": request.query.get("moi", "")[:40],
            "place": place if CHECK_IN.fullmatch(code) or PLACE.fullmatch(place) else "",
            "forget_seconds": int(FORGET_AFTER.total_seconds()),
        }
        response = pages.page(request, "chat.html", room.texts, values)
        ancestors = ("'self'", *self.lobby.embed_on)
        response.headers["Content-Security-Policy"] = pages.policy(ancestors)
        return response

    @_api
    async def receive(self, request: web.Request) -> dict[str, Any]:
        """One message: stored, answered, and the answers given back when they come soon.

        With ``after`` everything up to that letter has arrived, and all that came later is given;
        without it only what this message was answered.
        """
        self._limit(MOST_MESSAGES, "message", self.lobby.visitors.address(request))
        given, body = await _read(request)
        room = self.lobby.rooms.get(str(given.get("commune")))
        inbound = _parse(room, body)
        if room is None or inbound is None:
            raise _RefusedError(400, "web.bad-request")
        session, after = inbound.address.chat, _cursor(given.get("after"))
        is_shared = _is_set(given.get("shared"))
        self._limit(MOST_OF_SESSION, "message", session)
        identity, pickup = room.identify(session), self.lobby.pickup
        if after:
            await pickup.acknowledge(identity, after)
        patience, keeps_cursor = self.lobby.answer_seconds, after is not None
        letters = await room.ask(inbound, patience, keeps_cursor) or ()
        if is_shared:
            await pickup.forget_after(identity, FORGET_AFTER)
        return {"session": session, "in": mask(inbound).text} | self._show(letters, after)

    @_api
    async def wait(self, request: web.Request) -> dict[str, Any]:
        """What comes later than ``after``, as soon as it comes; all this time the page is there."""
        self._limit(MOST_POLLS, "poll", self.lobby.visitors.address(request))
        session, after = request.query.get("session", ""), _cursor(request.query.get("after"))
        room = self._room_of(session)
        self._limit(MOST_OF_SESSION, "poll", session)
        identity, pickup = room.identify(session), self.lobby.pickup
        await pickup.stay(identity, after or 0, FORGET_AFTER)
        if request.query.get("shared") == "1":
            await pickup.forget_after(identity, FORGET_AFTER)
        letters = await pickup.later(identity, after or 0, self.lobby.poll_seconds)
        return {"session": session} | self._show(letters, after)

    @_api
    async def forget(self, request: web.Request) -> dict[str, Any]:
        """Everything that is known of this chat goes at once."""
        self._limit(MOST_MESSAGES, "forget", self.lobby.visitors.address(request))
        given, _ = await _read(request)
        session = given.get("session")
        room = self._room_of(session)
        await self.lobby.pickup.forget(room.identify(str(session)))
        return {"forgotten": True}

    async def end_polls(self, _: web.Application) -> None:
        """A server that stops does not wait for pages that wait for it."""
        self.lobby.pickup.end_waiting()

    def _room_of(self, session: object) -> Room:
        room = self.lobby.rooms.get(self.lobby.commune_of(session) or "")
        if room is None:
            raise _RefusedError(400, "web.bad-request")
        return room

    def _show(self, letters: Letters, after: int | None) -> dict[str, Any]:
        out = [self.lobby.render(letter.message) for letter in letters]
        return {"out": out, "after": letters[-1].id if letters else after or 0}

    def _limit(self, most: int, *who: str) -> None:
        if not self.lobby.visitors.may(most, "chat", *who):
            raise _RefusedError(429, "web.too-fast")


def _onward(request: web.Request, path: str) -> str:
    """Another address with the same query: a shared computer stays one."""
    query = request.rel_url.raw_query_string
    return f"{path}?{query}" if query else path


async def _read(request: web.Request) -> tuple[dict[str, Any], bytes]:
    """The JSON object of the body, and its bytes; no more is read than may be sent."""
    try:
        await request.content.readexactly(LARGEST_BODY + 1)
    except asyncio.IncompleteReadError as whole:
        body = whole.partial
    except web.RequestPayloadError:  # it is not packed as it says
        raise _RefusedError(400, "web.bad-request") from None
    else:
        raise _RefusedError(413, "web.too-long")
    try:
        given = json.loads(body)
    except (ValueError, RecursionError):
        given = None
    if not isinstance(given, dict):
        raise _RefusedError(400, "web.bad-request")
    return given, body


def _parse(room: Room | None, body: bytes) -> Inbound | None:
    try:
        events = room.channel.parse(body) if room else []
    except ValueError:
        return None
    return events[0] if events else None


def _cursor(value: object) -> int | None:
    """The number of a letter, from JSON or from the address; None when none is given."""
    match value:
        case None | "":
            return None
        case bool():
            pass
        case int() if 0 <= value <= LAST_LETTER:
            return value
        case str() if DIGITS.fullmatch(value) and int(value) <= LAST_LETTER:
            return int(value)
    raise _RefusedError(400, "web.bad-request")


def _is_set(value: object) -> bool:
    """A switch in JSON: what is neither true nor false must not pass for one of them."""
    if value is not None and not isinstance(value, bool):
        raise _RefusedError(400, "web.bad-request")
    return value is True
