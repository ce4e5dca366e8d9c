"""A tiny fake of the Telegram Bot API and of Zalo OA that answers ok to everything, at once or late.

    python bench/sink.py --port N [--zalo-seconds 30]

GET /_arrivals gives {chat id: [Unix times of sendMessage]}. It checks nothing and loses nothing:
a load peer, not an oracle.
"""

import argparse
import asyncio
import json
import secrets
import time

from aiohttp import web

BOT = {"id": 1, "is_bot": True, "first_name": "Bạn Số", "username": "ban_so_bot"}
ARRIVALS = web.AppKey("arrivals", dict[str, list[float]])
ZALO_SECONDS = web.AppKey("zalo_seconds", float)
TOKENS = {"access_token": "access", "refresh_token": "refresh", "expires_in": "90000"}


async def parameters(request: web.Request) -> dict[str, str]:
    """Reads a call's parameters, which clients send as JSON or as a form."""
    if request.content_type == "application/json":
        return {name: str(value) for name, value in json.loads(await request.read()).items()}
    return {name: str(value) for name, value in (await request.post()).items()}


async def call(request: web.Request) -> web.Response:
    """Answers any method the way the client's parser needs it."""
    now = time.time()
    method = request.match_info["method"].lower()
    result: object = True
    if method == "getme":
        result = BOT
    elif method == "getupdates":
        result = []
    elif method == "getwebhookinfo":
        result = {"url": "", "has_custom_certificate": False, "pending_update_count": 0}
    elif method.startswith(("send", "edit")) and method != "sendchataction":
        given = await parameters(request)
        chat = given.get("chat_id", "1")
        if method == "sendmessage":
            request.app[ARRIVALS].setdefault(chat, []).append(now)
        result = {
            "message_id": int(given.get("message_id", int(now * 1000) % 10**9)),
            "date": int(now),
            "chat": {"id": int(chat), "type": "private"},
            "from": BOT,
            "text": given.get("text", ""),
        }
    return web.json_response({"ok": True, "result": result})


async def zalo_tokens(_: web.Request) -> web.Response:
    """Gives a pair of tokens for anything."""
    return web.json_response(TOKENS)


async def zalo_send(request: web.Request) -> web.Response:
    """Takes a message, as late as it was told to."""
    await asyncio.sleep(request.app[ZALO_SECONDS])
    data = {"message_id": secrets.token_hex(8), "quota": {"quota_type": "reply"}}
    return web.json_response({"error": 0, "message": "Success", "data": data})


async def arrivals(request: web.Request) -> web.Response:
    """Tells what sendMessage calls arrived so far."""
    return web.json_response(request.app[ARRIVALS])


def main() -> None:
    """Serves until it is told to end."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--port", type=int, required=True)
    arguments.add_argument("--zalo-seconds", type=float, default=0.0)
    given = arguments.parse_args()
    app = web.Application()
    app[ARRIVALS] = {}
    app[ZALO_SECONDS] = given.zalo_seconds
    app.router.add_post("/v4/oa/access_token", zalo_tokens)
    app.router.add_post("/v3.0/oa/message/cs", zalo_send)
    app.router.add_get("/_arrivals", arrivals)
    app.router.add_route("*", "/{bot:bot[^/]+}/{method}", call)
    web.run_app(
        app,
        host="127.0.0.1",
        port=given.port,
        access_log=None,
        print=None,
        shutdown_timeout=1,
    )


if __name__ == "__main__":
    main()
