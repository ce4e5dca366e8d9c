"""A mail server of a few lines, in a thread of its own: answers as it was told, keeps what it took.

It speaks as much of RFC 5321 and of AUTH PLAIN as one letter needs, and no TLS.
"""

from __future__ import annotations

import asyncio
import base64
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage

HANG_UP = "hang up"
"""Instead of an answer: the connection is gone."""


class MailServer:
    """Listens on a free port of this machine."""

    def __init__(self) -> None:
        self.port = 0
        self.letters: list[tuple[str, EmailMessage]] = []
        self.signed_in: list[tuple[str, str]] = []
        self._planned: deque[dict[str, str]] = deque()
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def answers(self, *answers: tuple[str, str]) -> None:
        """What the next connections are told, one each: (command, answer or ``HANG_UP``)."""
        self._planned += [dict([one]) for one in answers]

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        self._done = asyncio.Event()
        server = await asyncio.start_server(self._meet, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        async with server:
            await self._done.wait()

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        plan = self._planned.popleft() if self._planned else {}
        try:
            await self._talk(reader, writer, plan)
        except (ConnectionError, asyncio.IncompleteReadError):
            return
        finally:
            writer.close()

    async def _talk(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, plan: dict[str, str]
    ) -> None:
        to = ""

        async def says(command: str, usual: str) -> bool:
            answer = plan.get(command, usual)
            if answer == HANG_UP:
                return False
            writer.write(answer.encode() + b"\r\n")
            await writer.drain()
            return True

        is_on = await says("hello", "220 may chu thu")
        while is_on and (line := (await reader.readline()).decode().strip()):
            command = line.split()[0].upper()
            match command:
                case "EHLO":
                    is_on = await says("EHLO", "250-may chu thu\r\n250 AUTH PLAIN")
                case "AUTH":
                    name, word = base64.b64decode(line.split()[2]).decode().split("\0")[1:]
                    self.signed_in.append((name, word))
                    is_on = await says("AUTH", "235 vao duoc")
                case "RCPT":
                    to = line.partition("<")[2].partition(">")[0]
                    is_on = await says("RCPT", "250 duoc")
                case "DATA":
                    is_on = await says("DATA", "354 gui di")
                    if is_on and "DATA" not in plan:
                        raw = await reader.readuntil(b"\r\n.\r\n")
                        is_on = await says("end", "250 da nhan")
                        if is_on and "end" not in plan:
                            letter = message_from_bytes(raw[:-5], policy=policy.default)
                            assert isinstance(letter, EmailMessage)
                            self.letters.append((to, letter))
                case "QUIT":
                    await says("QUIT", "221 chao")
                    return
                case _:
                    is_on = await says(command, "250 duoc")

    def start(self) -> None:
        """Listen; returns when it does."""
        self._thread.start()
        assert self._ready.wait(10)

    def stop(self) -> None:
        """Listen no more."""
        self._loop.call_soon_threadsafe(self._done.set)
        self._thread.join(10)


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """One that listens."""
    server = MailServer()
    server.start()
    try:
        yield server
    finally:
        server.stop()
