"""How a call of the OA API is read from the wire, and how its answer is put there."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from tests.zalo_oa_rules import Json, RefusedError, Upload, invalid
from tests.zalo_oa_world import Call


def _name_of(path: str) -> str:
    parts = path.strip("/").split("/")
    return "/".join(parts[2:] if parts[1:2] == ["oa"] else parts)


async def read_call(request: web.Request) -> tuple[Call, RefusedError | None]:
    """A call as it came, and why it cannot be read if it cannot."""
    query: Json = dict(request.query)
    headers = {name.lower(): value for name, value in request.headers.items()}
    params: Any = {}
    file, unreadable = None, None
    if request.content_type == "multipart/form-data" or "urlencoded" in request.content_type:
        params, file = await _read_form(request)
    else:
        raw = await request.read()
        text = raw if request.method == "POST" else str(query.get("data", "")).encode()
        try:
            params = json.loads(text) if text else {}
        except (ValueError, RecursionError):
            unreadable = invalid("body or data is no JSON")
    if not isinstance(params, dict):
        params, unreadable = {}, invalid("body or data must be an object")
    path = request.path
    call = Call(_name_of(path), request.method, path, params, headers, file, query)
    return call, unreadable


async def _read_form(request: web.Request) -> tuple[Json, Upload | None]:
    params: Json = {}
    file = None
    for name, value in (await request.post()).items():
        if not isinstance(value, web.FileField):
            params[name] = value
        elif name == "file":
            with value.file as opened:
                file = Upload(value.filename, value.content_type, opened.read())
    return params, file


async def reply(
    request: web.Request, status: int, body: Any, headers: Mapping[str, str], slow: float
) -> web.StreamResponse:
    """The answer on the wire; ``slow`` are the seconds over which its body dribbles."""
    kind = "text/html" if isinstance(body, (str, bytes)) else "application/json"
    raw = body if isinstance(body, (str, bytes)) else json.dumps(body, ensure_ascii=False)
    raw = raw.encode() if isinstance(raw, str) else raw
    headers = {**headers, "Content-Type": f"{kind};charset=utf-8"}
    if not slow:
        return web.Response(body=raw, status=status, headers=headers)
    response = web.StreamResponse(status=status, headers=headers)
    response.content_length = len(raw)
    await response.prepare(request)
    for place in range(len(raw)):
        await response.write(raw[place : place + 1])
        await asyncio.sleep(slow / len(raw))
    return response
