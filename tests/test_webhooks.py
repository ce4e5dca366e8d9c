"""The door for messengers: who may enter, how much they may carry, and what they are told."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot.core.errors import BusyError, StorageError
from bot.core.messages import Inbound, Kind
from bot.web.server import SECURITY_HEADERS, Parts, build_server
from bot.web.webhooks import LARGEST_BODY, Hook
from tests.channel_harness import HARNESSES, Harness
from tests.channel_logs import heard

PROVING = [harness for harness in HARNESSES if harness.proves_sender]
EVERY = pytest.mark.parametrize("harness", PROVING, ids=lambda harness: harness.name)


class Office:
    """Stores what comes in, unless it has trouble; answers slowly where that is asked."""

    def __init__(self) -> None:
        self.events: list[Inbound] = []
        self.trouble: Exception | None = None
        self.ready = True
        self.may_finish = asyncio.Event()
        self.may_finish.set()

    async def store(self, events: Sequence[Inbound]) -> None:
        await self.may_finish.wait()
        if self.trouble is not None:
            raise self.trouble
        self.events.extend(events)

    async def is_ready(self) -> bool:
        return self.ready


class Door:
    """A running server and somebody who knocks."""

    def __init__(self, url: str, session: aiohttp.ClientSession, office: Office) -> None:
        self.url, self.session, self.office = url, session, office

    async def knocks(
        self, path: str, body: Any = b"", headers: Any = None, method: str = "POST"
    ) -> tuple[int, Any]:
        """The status and the headers of the answer."""
        async with self.session.request(
            method, self.url + path, data=body, headers=headers
        ) as response:
            await response.read()
            return response.status, response.headers


@asynccontextmanager
async def opened(harness: Harness) -> AsyncIterator[Door]:
    office = Office()
    hooks = {(harness.name, "ho-nai"): Hook(harness.channel(), office.store)}
    runner = web.AppRunner(build_server(Parts(hooks, office.is_ready)), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        async with aiohttp.ClientSession() as session:
            yield Door(f"http://127.0.0.1:{runner.addresses[0][1]}", session, office)
    finally:
        await runner.cleanup()


def at_the_door(harness: Harness, scene: Callable[[Door], Coroutine[Any, Any, None]]) -> None:
    async def play() -> None:
        async with opened(harness) as door:
            await scene(door)

    asyncio.run(play())


def path_of(harness: Harness) -> str:
    return f"/hook/{harness.name}/ho-nai"


@EVERY
def test_a_genuine_event_is_stored_and_answered_with_200(harness: Harness) -> None:
    body = harness.body(Kind.TEXT, "xin chào")

    async def scene(door: Door) -> None:
        status, _ = await door.knocks(path_of(harness), body, harness.headers(body))
        assert status == 200
        assert [event.text for event in door.office.events] == ["xin chào"]

    at_the_door(harness, scene)


@EVERY
def test_nothing_is_answered_before_the_event_is_stored(harness: Harness) -> None:
    body = harness.body(Kind.TEXT, "xin chào")

    async def scene(door: Door) -> None:
        door.office.may_finish.clear()
        call = asyncio.create_task(door.knocks(path_of(harness), body, harness.headers(body)))
        done, _ = await asyncio.wait([call], timeout=0.3)
        assert not done
        door.office.may_finish.set()
        assert (await call)[0] == 200

    at_the_door(harness, scene)


@EVERY
def test_a_forged_request_gets_403_and_nothing_is_stored(harness: Harness) -> None:
    body = harness.body(Kind.TEXT, "xin chào")

    async def scene(door: Door) -> None:
        for headers in harness.forged(body):
            raw = {
                k: v.encode(errors="surrogatepass").decode("latin-1") for k, v in headers.items()
            }
            status, _ = await door.knocks(path_of(harness), body, raw)
            assert status == 403
        assert door.office.events == []

    at_the_door(harness, scene)


@EVERY
def test_a_secret_that_is_no_utf8_gets_403(harness: Harness) -> None:
    async def scene(door: Door) -> None:
        host = door.url.removeprefix("http://")
        reader, writer = await asyncio.open_connection(*host.split(":"))
        names = list(harness.headers(b""))
        assert names
        head = f"POST {path_of(harness)} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 2\r\n"
        lines = b"".join(name.encode() + b": \xe9\xff\r\n" for name in names)
        writer.write(head.encode() + lines + b"\r\n{}")
        assert (await reader.readline()).split()[1] == b"403"
        writer.close()
        await writer.wait_closed()

    at_the_door(harness, scene)


@EVERY
@pytest.mark.parametrize("path", ["/hook/telegram/nowhere", "/hook/nobody/ho-nai", "/hook", "/"])
def test_an_account_that_is_not_ours_is_not_found(harness: Harness, path: str) -> None:
    body = harness.body(Kind.TEXT, "xin chào")

    async def scene(door: Door) -> None:
        status, _ = await door.knocks(path, body, harness.headers(body))
        assert status == 404

    at_the_door(harness, scene)


@EVERY
def test_only_post_is_allowed(harness: Harness) -> None:
    async def scene(door: Door) -> None:
        for method in ("GET", "PUT", "DELETE", "HEAD", "PATCH"):
            status, _ = await door.knocks(path_of(harness), b"", None, method)
            assert status == 405

    at_the_door(harness, scene)


@EVERY
def test_a_body_of_somebody_else_is_refused(harness: Harness) -> None:
    async def scene(door: Door) -> None:
        for body in (b"", b"{", b"[1]", b"[" * 100_000, b"\xff"):
            status, _ = await door.knocks(path_of(harness), body, harness.headers(body))
            # Zalo signs the moment in the body: what has none is nobody's.
            assert status == (403 if harness.name == "zalo_oa" else 400), body[:9]
        assert door.office.events == []

    at_the_door(harness, scene)


@EVERY
@pytest.mark.parametrize("size", [LARGEST_BODY + 1, 3 * 1024 * 1024])
@pytest.mark.parametrize("chunked", [False, True], ids=["with-length", "in-chunks"])
def test_a_body_too_large_gets_413(harness: Harness, size: int, chunked: bool) -> None:
    async def scene(door: Door) -> None:
        body = harness.body(Kind.TEXT, "a" * size)

        async def pieces() -> AsyncIterator[bytes]:
            for at in range(0, len(body), 65536):
                yield body[at : at + 65536]

        headers = harness.headers(body)
        try:
            status, _ = await door.knocks(
                path_of(harness), pieces() if chunked else io.BytesIO(body), headers
            )
        except (aiohttp.ClientError, ConnectionError):
            status = 413  # hung up while we were still talking: it was not taken either
        assert status == 413
        assert door.office.events == []
        small = harness.body(Kind.TEXT, "còn đây")
        status, _ = await door.knocks(path_of(harness), small, harness.headers(small))
        assert status == 200

    at_the_door(harness, scene)


@EVERY
@pytest.mark.parametrize("trouble", [BusyError("bận"), StorageError("hỏng")])
def test_what_cannot_be_stored_gets_503_so_that_it_is_sent_again(
    harness: Harness, trouble: Exception
) -> None:
    body = harness.body(Kind.TEXT, "Bà Tư hỏi")

    async def scene(door: Door) -> None:
        door.office.trouble = trouble
        status, _ = await door.knocks(path_of(harness), body, harness.headers(body))
        assert status == 503

    with heard() as lines:
        at_the_door(harness, scene)
    assert any(type(trouble).__name__ in line for line in lines)
    assert not any("Bà Tư" in line for line in lines)


@EVERY
def test_every_answer_carries_the_security_headers(harness: Harness) -> None:
    body = harness.body(Kind.TEXT, "xin chào")

    async def scene(door: Door) -> None:
        good = harness.headers(body)
        answers = [
            await door.knocks(path_of(harness), body, good),
            await door.knocks(path_of(harness), body, {}),
            await door.knocks(path_of(harness), b"{", harness.headers(b"{")),
            await door.knocks("/hook/nobody/ho-nai", body, good),
            await door.knocks("/no-such-page", b"", None, "GET"),
            await door.knocks("/healthz", b"", None, "GET"),
            await door.knocks("/readyz", b"", None, "GET"),
            await door.knocks("/healthz", b"", None, "POST"),
        ]
        strange = 403 if harness.name == "zalo_oa" else 400
        assert [status for status, _ in answers] == [200, 403, strange, 404, 404, 200, 200, 405]
        for status, headers in answers:
            found = {name: headers.get(name) for name in SECURITY_HEADERS}
            assert found == SECURITY_HEADERS, status

    at_the_door(harness, scene)


@EVERY
def test_health_says_that_it_lives_and_ready_whether_it_can_work(harness: Harness) -> None:
    async def scene(door: Door) -> None:
        for ready, expected in ((True, 200), (False, 503), (True, 200)):
            door.office.ready = ready
            assert (await door.knocks("/healthz", b"", None, "GET"))[0] == 200
            assert (await door.knocks("/readyz", b"", None, "GET"))[0] == expected

    at_the_door(harness, scene)
