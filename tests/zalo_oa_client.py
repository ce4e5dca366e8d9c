"""A bare client and a bare webhook for the tests of the OA emulator: plain aiohttp, no bot."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web
from PIL import Image

from tests.zalo_oa_emulator import OfficialAccount, ZaloOAEmulator
from tests.zalo_oa_rules import Json

ACCOUNT = OfficialAccount()
START = 1_789_000_000.0
CS = "/v3.0/oa/message/cs"
Scene = Callable[[ZaloOAEmulator, "Client"], Coroutine[Any, Any, None]]


@dataclass
class Client:
    """Calls as anybody could make them, with a token that works unless another is set."""

    zalo: ZaloOAEmulator
    session: aiohttp.ClientSession
    token: str = ""
    headers: dict[str, str] = field(default_factory=dict)  # of the last answer

    def waits(self, **span: float) -> None:
        """Lets time go by and takes a new token, as the old one may be over."""
        self.zalo.passes(**span)
        self.token = self.zalo.tokens.new_pair().access_token

    async def post(self, path: str, body: Any, **headers: str) -> Json:
        """Posts JSON; the body of the answer, which is always an HTTP 200."""
        return await self._call("POST", path, headers, json=body)

    async def get(self, path: str, data: Json | None = None, **headers: str) -> Json:
        """Asks with the one parameter ``data``."""
        params = {} if data is None else {"data": json.dumps(data)}
        return await self._call("GET", path, headers, params=params)

    async def upload(self, kind: str, data: bytes, name: str = "a.png", part: str = "file") -> Json:
        """Uploads one file."""
        form = aiohttp.FormData()
        form.add_field(
            part, io.BytesIO(data), filename=name, content_type="application/octet-stream"
        )
        return await self._call("POST", f"/v2.0/oa/upload/{kind}", {}, data=form)

    async def _call(self, method: str, path: str, headers: dict[str, str], **more: Any) -> Json:
        given = {"access_token": self.token, **headers}
        url = self.zalo.root_url + path
        async with self.session.request(method, url, headers=given, **more) as answer:
            assert answer.status == 200
            self.headers = dict(answer.headers)
            body: Json = await answer.json(content_type=None)
            return body

    async def sends(self, person_id: str, message: Json | str) -> Json:
        """Sends a consultation message, or a bare text."""
        message = {"text": message} if isinstance(message, str) else message
        body = {"recipient": {"user_id": person_id}, "message": message}
        return await self.post(CS, body)

    async def grant(self, secret: str = ACCOUNT.app_secret, **form: str) -> Json:
        """Asks the token endpoint."""
        data = {"app_id": ACCOUNT.app_id, **form}
        headers = {"secret_key": secret}
        return await self._call("POST", "/v4/oa/access_token", headers, data=data)

    async def refresh(self, token: str, **form: str) -> Json:
        """Asks for a successor."""
        return await self.grant(grant_type="refresh_token", refresh_token=token, **form)


def play(scene: Scene, **options: Any) -> None:
    """Plays one scene with a fresh emulator on a clock that stands still, and a working token."""

    async def whole() -> None:
        options.setdefault("clock", lambda: START)
        async with (
            asyncio.timeout(30),
            ZaloOAEmulator(**options) as zalo,
            aiohttp.ClientSession() as session,
        ):
            await scene(zalo, Client(zalo, session, zalo.tokens.new_pair().access_token))

    asyncio.run(whole())


@dataclass
class Receiver:
    """A webhook that keeps what comes and answers as told, 200 after that."""

    statuses: list[int] = field(default_factory=list)
    got: list[tuple[bytes, dict[str, str]]] = field(default_factory=list)
    pause: float = 0.0
    url: str = ""

    async def take(self, request: web.Request) -> web.Response:
        self.got.append((await request.read(), dict(request.headers)))
        await asyncio.sleep(self.pause)
        return web.Response(status=self.statuses.pop(0) if self.statuses else 200)

    @property
    def events(self) -> list[Json]:
        """What came, read."""
        return [json.loads(raw) for raw, _ in self.got]

    @property
    def names(self) -> list[str]:
        """The names of what came."""
        return [event["event_name"] for event in self.events]


@asynccontextmanager
async def receiver(zalo: ZaloOAEmulator, *statuses: int) -> AsyncIterator[Receiver]:
    """A webhook on a free port, made known to the emulator."""
    kept = Receiver(list(statuses))
    app = web.Application()
    app.router.add_post("/zalo", kept.take)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    kept.url = f"http://127.0.0.1:{runner.addresses[0][1]}/zalo"
    zalo.set_webhook(kept.url)
    try:
        yield kept
    finally:
        await runner.cleanup()


def picture(kind: str = "PNG", side: int = 8) -> bytes:
    """A real picture."""
    made = io.BytesIO()
    Image.new("RGB", (side, side), "navy").save(made, kind)
    return made.getvalue()


# ---- messages ------------------------------------------------------------


def buttons(*given: Json, text: str = "Cô chú cần việc gì?") -> Json:
    """A text with buttons."""
    payload = {"buttons": list(given)}
    return {"text": text, "attachment": {"type": "template", "payload": payload}}


def query(title: str = "Có", payload: str = "#v1:yes", kind: str = "oa.query.hide") -> Json:
    """A button that sends its payload as the person's text."""
    return {"title": title, "type": kind, "payload": payload}


def opens(kind: str, **payload: Any) -> Json:
    """A button that opens something on the phone."""
    return {"title": "Mở", "type": f"oa.open.{kind}", "payload": payload}


def media(**element: Any) -> Json:
    """A picture, a moving picture or a sticker."""
    payload = {"template_type": "media", "elements": [element]}
    return {"attachment": {"type": "template", "payload": payload}}


def form(**changed: Any) -> Json:
    """Zalo's form that asks for a person's details."""
    element = {"title": "Liên hệ", "subtitle": "Để gọi lại", "image_url": "https://x.vn/b.png"}
    payload = {"template_type": "request_user_info", "elements": [{**element, **changed}]}
    return {"attachment": {"type": "template", "payload": payload}}


def file(token: str, **more: Any) -> Json:
    """An uploaded file."""
    return {"attachment": {"type": "file", "payload": {"token": token}}, **more}
