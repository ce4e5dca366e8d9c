"""``POST /hook/{channel}/{account}``: size limit, proof of sender, raw bytes to the channel, store, 200.

Whatever fails before the event is stored answers an error, so that the messenger sends it again.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from aiohttp import web

from bot.core.errors import BotError
from bot.core.messages import Channel, Inbound

log = logging.getLogger(__name__)

LARGEST_BODY = 512 * 1024


def unheard() -> None:
    """Nobody is told."""


@dataclass(frozen=True, slots=True)
class Hook:
    """A channel, where its events are stored, and who is told of a request that proves nothing."""

    channel: Channel
    store: Callable[[Sequence[Inbound]], Awaitable[None]]
    refuse: Callable[[], None] = unheard


def add_hooks(app: web.Application, hooks: dict[tuple[str, str], Hook]) -> None:
    """One route for all messengers; an account that is not ours is not found.

    Hooks are kept by channel as it is called in our code; its name in an address has dashes.
    """

    async def receive(request: web.Request) -> web.Response:
        channel = request.match_info["channel"].replace("-", "_")
        hook = hooks.get((channel, request.match_info["account"]))
        if hook is None:
            raise web.HTTPNotFound
        return await _receive(request, hook)

    app.router.add_post("/hook/{channel}/{account}", receive)


async def _receive(request: web.Request, hook: Hook) -> web.Response:
    _check_size(request.content_length or 0)
    body = await request.read()
    _check_size(len(body))  # sent in chunks it says no length
    if not hook.channel.is_genuine(request.headers, body):
        hook.refuse()
        raise web.HTTPForbidden
    try:
        events = hook.channel.parse(body)
    except ValueError:
        raise web.HTTPBadRequest from None
    try:
        await hook.store(events)
    except BotError as error:
        log.error("an event could not be stored: %s", type(error).__name__)
        raise web.HTTPServiceUnavailable from None
    return web.json_response({})


def _check_size(size: int) -> None:
    if size > LARGEST_BODY:
        raise web.HTTPRequestEntityTooLarge(LARGEST_BODY, size)
