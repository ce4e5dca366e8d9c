"""A tiny fake of the Telegram Bot API that answers ok to everything and notes when what arrived.

    python bench/sink.py --port N

GET /_arrivals gives {chat id: [Unix times of sendMessage]}. It checks nothing and loses nothing:
a load peer, not an oracle.
"""

import argparse
import json
import time

from aiohttp import web

BOT = {"id": 1, "is_bot": True, "first_name": "Bạn Số", "username": "ban_so_bot"}
ARRIVALS = web.AppKey("arrivals", dict[str, list[float]])


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


async def arrivals(request: web.Request) -> web.Response:
    """Tells what sendMessage calls arrived so far."""
    return web.json_response(request.app[ARRIVALS])


def main() -> None:
    """Serves until it is told to end."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--port", type=int, required=True)
    app = web.Application()
    app[ARRIVALS] = {}
    app.router.add_get("/_arrivals", arrivals)
    app.router.add_route("*", "/{bot:bot[^/]+}/{method}", call)
    web.run_app(
        app,
        host="127.0.0.1",
        port=arguments.parse_args().port,
        access_log=None,
        print=None,
        shutdown_timeout=1,
    )


if __name__ == "__main__":
    main()
