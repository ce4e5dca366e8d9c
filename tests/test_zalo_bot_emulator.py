"""The stand-in for the Zalo Bot Platform keeps the rules that are known of it, judged by plain HTTP calls."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from tests.zalo_bot_emulator import Person, ZaloBotEmulator
from tests.zalo_bot_world import VIETNAM

FIXTURES = Path(__file__).parent / "fixtures" / "zalo"
SECRET = "made-up-secret"
PNG = b"\x89PNG made up"


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 11, 22, 12, tzinfo=VIETNAM).timestamp()

    def __call__(self) -> float:
        return self.now


class Client:
    """Somebody who calls the platform and sees status and body as they stand on the wire."""

    def __init__(self, emulator: ZaloBotEmulator, session: aiohttp.ClientSession) -> None:
        self.emulator = emulator
        self.session = session

    async def ask(self, verb: str, method: str, **how: Any) -> tuple[int, Any]:
        url = f"{self.emulator.root_url}/bot{self.emulator.token}/{method}"
        async with self.session.request(verb, url, **how) as answer:
            return answer.status, await answer.json(content_type=None)

    async def call(self, method: str, **params: Any) -> tuple[int, Any]:
        return await self.ask("POST", method, json=params)

    async def code(self, method: str, **params: Any) -> int:
        """The error code; 0 when it was taken."""
        status, body = await self.call(method, **params)
        assert status in (200, body.get("error_code"))
        return 0 if body["ok"] else int(body["error_code"])

    def polls(self) -> asyncio.Task[tuple[int, Any]]:
        """A poll on its way."""
        return asyncio.create_task(self.call("getUpdates", timeout="30"))


Scene = Callable[[ZaloBotEmulator, Client, Person], Coroutine[Any, Any, None]]


def play(scene: Scene, **options: Any) -> None:
    """Plays one scene with a fresh stand-in, a client and somebody who has written."""

    async def whole() -> None:
        async with (
            asyncio.timeout(20),
            ZaloBotEmulator(**options) as emulator,
            aiohttp.ClientSession() as session,
        ):
            person = emulator.person()
            await person.says("Xin chào")
            await scene(emulator, Client(emulator, session), person)

    asyncio.run(whole())


@dataclass
class Receiver:
    """A webhook, or a site with pictures, that keeps what comes and answers as told, 200 after that."""

    statuses: list[int] = field(default_factory=list)
    got: list[tuple[Any, str | None]] = field(default_factory=list)
    url: str = ""

    async def take(self, request: web.Request) -> web.Response:
        if request.method == "POST":
            self.got.append((await request.json(), request.headers.get("X-Bot-Api-Secret-Token")))
            return web.Response(status=self.statuses.pop(0) if self.statuses else 200)
        kind = "image/png" if request.path.endswith(".png") else "text/html"
        return web.Response(body=PNG, content_type=kind)


@asynccontextmanager
async def receiver() -> AsyncIterator[Receiver]:
    made, app = Receiver(), web.Application()
    app.router.add_route("*", "/{rest:.*}", made.take)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        made.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield made
    finally:
        await runner.cleanup()


def sample(name: str) -> Any:
    return json.loads((FIXTURES / f"{name}.json").read_text("utf-8"))


def shape(value: Any) -> Any:
    """The names and types of a JSON value."""
    if isinstance(value, dict):
        return {name: shape(inner) for name, inner in value.items()}
    return [shape(inner) for inner in value] if isinstance(value, list) else type(value)


# ---- calls -----------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["query", "form", "json", "multipart"])
def test_parameters_come_in_any_encoding(how: str) -> None:
    async def scene(emulator: ZaloBotEmulator, client: Client, person: Person) -> None:
        params = {"chat_id": person.id, "text": "Dạ chào cô 😀"}
        form = aiohttp.FormData(default_to_multipart=True)
        for name, value in params.items():
            form.add_field(name, value)
        ways: dict[str, dict[str, Any]] = {
            "query": {"params": params},
            "form": {"data": params},
            "json": {"json": params},
            "multipart": {"data": form},
        }
        verb = "GET" if how == "query" else "POST"
        status, body = await client.ask(verb, "sendMessage", **ways[how])
        assert (status, shape(body)) == (200, shape(sample("bot_send_message_ok")))
        assert [message.text for message in person.messages] == ["Dạ chào cô 😀"]

    play(scene)


def test_the_bot_tells_who_it_is_as_captured() -> None:
    async def scene(emulator: ZaloBotEmulator, client: Client, person: Person) -> None:
        assert await client.ask("GET", "getMe") == (200, sample("bot_get_me_ok"))

    play(scene)


def test_a_wrong_token_an_unknown_method_and_an_unreadable_body_are_refused() -> None:
    async def scene(emulator: ZaloBotEmulator, client: Client, person: Person) -> None:
        assert await client.code("sendmessage", chat_id=person.id, text="a") == 404
        assert await client.code("editMessage") == 404
        for body in ("{", "[1]", '"a"'):
            headers = {"Content-Type": "application/json"}
            assert (await client.ask("POST", "getMe", data=body, headers=headers))[0] == 400
        url = f"{emulator.root_url}/bot1:wrong/getMe"
        async with client.session.get(url) as answer:
            assert (answer.status, await answer.json()) == (401, sample("bot_err_401"))

    play(scene)


@pytest.mark.parametrize(
    ("method", "params", "code"),
    [
        ("sendMessage", {"text": "ế" * 2000}, 0),
        ("sendMessage", {"text": "😀" * 2000}, 0),
        ("sendMessage", {"text": "ế" * 2001}, 400),
        ("sendMessage", {"text": ""}, 400),
        ("sendMessage", {"text": " \n"}, 400),
        ("sendMessage", {"text": 7}, 400),
        ("sendMessage", {}, 400),
        ("sendMessage", {"text": "a", "chat_id": ""}, 400),
        ("sendMessage", {"text": "a", "chat_id": "7c1d000000000000"}, 403),
        ("sendMessage", {"text": "a", "parse_mode": "markdown"}, 0),
        ("sendMessage", {"text": "a", "parse_mode": "HTML5"}, 400),
        ("sendSticker", {"sticker": "3b9f51d7aa04c26e8812"}, 0),
        ("sendSticker", {}, 400),
        ("sendVoice", {"voice_url": "https://phuong.example/a.aac"}, 0),
        ("sendVoice", {"voice_url": "https://phuong.example/a.mp3"}, 400),
        ("sendVoice", {"voice_url": "a.aac"}, 400),
        ("sendChatAction", {"action": "typing"}, 0),
        ("sendChatAction", {"action": "dancing"}, 400),
        ("sendPhoto", {"photo": "ftp://phuong.example/a.png"}, 400),
        ("sendPhoto", {"photo": "http://phuong.example/a.png"}, 400),
        ("sendPhoto", {"photo": "https://[/a.png"}, 400),
    ],
)
def test_parameters_are_checked(method: str, params: dict[str, Any], code: int) -> None:
    async def scene(emulator: ZaloBotEmulator, client: Client, person: Person) -> None:
        assert await client.code(method, **({"chat_id": person.id} | params)) == code

    play(scene)


def test_a_photo_is_fetched_from_its_address() -> None:
    async def scene(emulator: ZaloBotEmulator, client: Client, person: Person) -> None:
        async with receiver() as site:
            emulator.world.sites["https://phuong.example"] = site.url
            given: dict[str, Any] = {"chat_id": person.id, "caption": "Bước 2"}
            for address in (f"{site.url}/a.png", "https://phuong.example/a.png"):
                assert await client.code("sendPhoto", photo=address, **given) == 0
            assert await client.code("sendPhoto", photo=f"{site.url}/a.html", **given) == 400
            long = given | {"caption": "ế" * 2001}
            assert await client.code("sendPhoto", photo=f"{site.url}/a.png", **long) == 400
        assert await client.code("sendPhoto", photo=f"{site.url}/a.png", **given) == 400
        for message in person.messages:
            assert message.text == "Bước 2"
            assert message.picture is not None
            assert (message.picture.content_type, message.picture.data) == ("image/png", PNG)
        assert len(person.messages) == 2

    play(scene)


def test_stickers_voices_and_typing_are_seen() -> None:
    async def scene(emulator: ZaloBotEmulator, client: Client, person: Person) -> None:
        await client.code("sendChatAction", chat_id=person.id, action="typing")
        await client.code("sendSticker", chat_id=person.id, sticker="3b9f")
        await client.code("sendVoice", chat_id=person.id, voice_url="https://a.example/v.aac")
        first, second = person.messages
        assert (first.sticker, second.voice_url) == ("3b9f", "https://a.example/v.aac")
        assert person.actions == ["typing"]

    play(scene)


# ---- the plan --------------------------------------------------------------------------------


def test_the_51st_person_is_not_heard_and_cannot_be_written_to() -> None:
    async def scene(emulator: ZaloBotEmulator, client: Client, person: Person) -> None:
        others = [emulator.person(f"Người {n}") for n in range(2, 52)]
        for other in others:
            await other.says("cho hỏi")
        *let_in, last = others
        assert len(emulator.updates.made) == 50
        assert emulator.turned_away == [last.id]
        assert await client.code("sendMessage", chat_id=let_in[-1].id, text="a") == 0
        assert await client.code("sendMessage", chat_id=last.id, text="a") == 403
        assert await person.says("lại đây") is not None  # who was let in stays so

    play(scene)


def test_a_month_has_3000_messages_and_nobody_says_when_the_next_begins() -> None:
    clock = Clock()

    async def scene(emulator: ZaloBotEmulator, client: Client, person: Person) -> None:
        emulator.world.spend(2999)
        assert await client.code("sendMessage", chat_id=person.id, text="a") == 0
        status, body = await client.call("sendMessage", chat_id=person.id, text="b")
        assert (status, body) == (429, sample("bot_err_429"))
        assert await client.code("sendSticker", chat_id=person.id, sticker="3b9f") == 429
        assert await client.code("sendChatAction", chat_id=person.id, action="typing") == 0
        assert await client.code("getMe") == 0
        clock.now = datetime(2026, 11, 30, 23, 59, tzinfo=VIETNAM).timestamp()
        assert await client.code("sendMessage", chat_id=person.id, text="c") == 429
        clock.now += 60
        assert await client.code("sendMessage", chat_id=person.id, text="d") == 0
        assert [message.text for message in person.messages] == ["a", "d"]

    play(scene, clock=clock)


def test_a_bot_cannot_begin_a_chat_nor_reach_who_blocks_it() -> None:
    async def scene(emulator: ZaloBotEmulator, client: Client, person: Person) -> None:
        stranger = emulator.person("Ông Năm")
        assert await client.code("sendMessage", chat_id=stranger.id, text="a") == 403
        person.blocks()
        assert await client.code("sendMessage", chat_id=person.id, text="a") == 403
        with pytest.raises(RuntimeError):
            await person.says("a")
        person.unblocks()
        assert await client.code("sendMessage", chat_id=person.id, text="a") == 0

    play(scene)


# ---- events ----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["text", "image", "sticker", "voice", "unsupported"])
def test_events_look_as_captured(kind: str) -> None:
    async def scene(emulator: ZaloBotEmulator, client: Client, person: Person) -> None:
        poll = client.polls()
        await emulator.is_polled()
        acts = {
            "text": person.says("Xin chào"),
            "image": person.sends_image("Đèn đường hỏng"),
            "sticker": person.sends_sticker(),
            "voice": person.sends_voice(),
            "unsupported": person.sends_unsupported(),
        }
        for name, act in acts.items():
            if name == kind:
                await act
            else:
                act.close()
        status, body = await poll
        captured = sample(f"bot_message_{kind}")
        assert (status, shape(body)) == (200, shape(captured))
        assert body["result"]["event_name"] == captured["result"]["event_name"]
        assert list(body["result"]["message"]) == list(captured["result"]["message"])
        assert body["result"]["message"]["date"] > 10**12

    play(scene)


def test_a_group_is_another_chat_than_its_speaker() -> None:
    async def scene(emulator: ZaloBotEmulator, client: Client, person: Person) -> None:
        update = await person.mentions_in_group("lịch họp?")
        captured = sample("bot_message_group_mention")["result"]
        assert shape(update) == shape(captured)
        assert update is not None
        assert update["message"]["chat"] == captured["message"]["chat"]

    play(scene)


def test_a_photo_stands_in_either_field() -> None:
    async def scene(emulator: ZaloBotEmulator, client: Client, person: Person) -> None:
        emulator.photo_field = "photo"
        update = await person.sends_image()
        assert update is not None
        assert "photo" in update["message"]
        assert "photo_url" not in update["message"]

    play(scene)


# ---- polling ---------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [408, 200])
def test_a_poll_that_finds_nothing_gets_error_408_with_either_status(status: int) -> None:
    async def scene(emulator: ZaloBotEmulator, client: Client, person: Person) -> None:
        emulator.empty_poll_status = status
        assert await client.call("getUpdates", timeout="1") == (status, sample("bot_err_408_poll"))
        assert await client.code("getUpdates", timeout="bald") == 400
        assert await client.code("getUpdates", timeout=-1) == 400

    play(scene)


def test_a_poll_gets_one_event_once_and_what_nobody_waits_for_is_lost() -> None:
    async def scene(emulator: ZaloBotEmulator, client: Client, person: Person) -> None:
        assert [update["message"]["text"] for update in emulator.updates.lost] == ["Xin chào"]
        poll = client.polls()
        await emulator.is_polled()
        await person.says("một")
        await person.says("hai")
        _, body = await poll
        assert body["result"]["message"]["text"] == "một"
        assert [update["message"]["text"] for update in emulator.updates.lost][1:] == ["hai"]
        assert await client.code("getUpdates", timeout=1) == 408

    play(scene)


def test_a_poll_waits_as_long_as_it_asks_in_short_seconds() -> None:
    async def scene(emulator: ZaloBotEmulator, client: Client, person: Person) -> None:
        emulator.updates.second = 0.01
        begun = asyncio.get_running_loop().time()
        await client.call("getUpdates", timeout="50")
        assert 0.45 < asyncio.get_running_loop().time() - begun < 5

    play(scene)


def test_a_poll_whose_client_has_gone_takes_no_event_with_it() -> None:
    async def scene(emulator: ZaloBotEmulator, client: Client, person: Person) -> None:
        emulator.updates.second = 1.0
        gone = client.polls()
        await emulator.is_polled()
        gone.cancel()
        await asyncio.wait([gone])
        async with asyncio.timeout(5):
            while emulator.updates.polls:  # noqa: ASYNC110 – the server notices it by itself
                await asyncio.sleep(0.01)
        poll = client.polls()
        await emulator.is_polled()
        await person.says("một")
        assert (await poll)[1]["result"]["message"]["text"] == "một"

    play(scene)


def test_polling_and_a_webhook_exclude_each_other() -> None:
    async def scene(emulator: ZaloBotEmulator, client: Client, person: Person) -> None:
        emulator.updates.second = 1.0
        poll = client.polls()
        await emulator.is_polled()
        await client.call("setWebhook", url="https://phuong.example/hook", secret_token=SECRET)
        assert (await poll)[1]["error_code"] == 408
        assert await client.code("getUpdates", timeout=1) == 400
        await client.call("deleteWebhook")
        emulator.updates.second = 0.01
        assert await client.code("getUpdates", timeout=1) == 408

    play(scene)


# ---- the webhook -----------------------------------------------------------------------------


def test_a_webhook_is_told_as_captured_and_forgotten_when_deleted() -> None:
    async def scene(emulator: ZaloBotEmulator, client: Client, person: Person) -> None:
        url = "https://phuong.example/hook"
        _, told = await client.call("setWebhook", url=url, secret_token=SECRET)
        assert shape(told) == shape(sample("bot_get_webhook_info_ok"))
        assert await client.call("getWebhookInfo") == (200, told)
        _, gone = await client.call("deleteWebhook")
        assert gone["result"]["url"] == ""
        assert (await client.call("getWebhookInfo"))[1] == gone

    play(scene)


@pytest.mark.parametrize(
    ("url", "secret", "code"),
    [
        ("https://phuong.example/hook", "x" * 8, 0),
        ("https://phuong.example/hook", "x" * 256, 0),
        ("http://127.0.0.1:9/hook", "x" * 8, 0),
        ("https://phuong.example/hook", "x" * 7, 400),
        ("https://phuong.example/hook", "x" * 257, 400),
        ("https://phuong.example/hook", None, 400),
        ("http://phuong.example/hook", "x" * 8, 400),
        ("", "x" * 8, 400),
    ],
)
def test_a_webhook_needs_https_and_a_secret(url: str, secret: str | None, code: int) -> None:
    async def scene(emulator: ZaloBotEmulator, client: Client, person: Person) -> None:
        assert await client.code("setWebhook", url=url, secret_token=secret) == code

    play(scene)


@pytest.mark.parametrize("wrapped", [True, False])
def test_events_go_to_the_webhook_with_its_secret(wrapped: bool) -> None:
    async def scene(emulator: ZaloBotEmulator, client: Client, person: Person) -> None:
        emulator.updates.wrapped = wrapped
        async with receiver() as hook:
            await client.call("setWebhook", url=hook.url, secret_token=SECRET)
            updates = [await person.says(text) for text in ("một", "hai")]
            await emulator.until(lambda: len(emulator.updates.attempts) == 2)
            sent = [{"ok": True, "result": one} if wrapped else one for one in updates]
            assert hook.got == [(body, SECRET) for body in sent]
            assert len(emulator.updates.lost) == 1  # from before

    play(scene)


def test_a_delivery_is_repeated_only_when_the_test_says_so() -> None:
    async def scene(emulator: ZaloBotEmulator, client: Client, person: Person) -> None:
        async with receiver() as hook:
            hook.statuses = [500, 500, 500]
            await client.call("setWebhook", url=hook.url, secret_token=SECRET)
            await person.says("một")
            await emulator.until(lambda: emulator.updates.given_up)
            emulator.updates.schedule = (0.01, 0.01)
            update = await person.says("hai")
            await emulator.until(lambda: len(emulator.updates.attempts) == 4)
            assert [one.status for one in emulator.updates.attempts] == [500, 500, 500, 200]
            assert await emulator.deliver_again(update, times=3) == [200] * 3
            assert len(hook.got) == 7
            assert len(emulator.updates.given_up) == 1

    play(scene)


def test_a_webhook_may_be_probed_once_in_a_while() -> None:
    clock = Clock()

    async def scene(emulator: ZaloBotEmulator, client: Client, person: Person) -> None:
        assert await client.code("testWebhook") == 400
        async with receiver() as hook:
            hook.statuses = [200, 503]
            await client.call("setWebhook", url=hook.url, secret_token=SECRET)
            _, good = await client.call("testWebhook")
            assert (good["result"]["ok"], good["result"]["status_code"]) == (True, 200)
            assert await client.code("testWebhook") == 426
            clock.now += 61
            _, bad = await client.call("testWebhook")
            assert (bad["result"]["ok"], bad["result"]["status_code"]) == (False, 503)

    play(scene, clock=clock)


# ---- trouble ---------------------------------------------------------------------------------


def test_refusals_can_come_with_http_200() -> None:
    async def scene(emulator: ZaloBotEmulator, client: Client, person: Person) -> None:
        emulator.hides_status = True
        status, body = await client.call("sendMessage", chat_id=person.id, text="")
        assert (status, body["ok"], body["error_code"]) == (200, False, 400)

    play(scene)


def test_a_flood_names_its_wait_where_the_test_says_so() -> None:
    async def scene(emulator: ZaloBotEmulator, client: Client, person: Person) -> None:
        emulator.fail_next("sendMessage", retry_after=7)
        status, body = await client.call("sendMessage", chat_id=person.id, text="a")
        assert (status, body["parameters"]) == (429, {"retry_after": 7})
        assert await client.code("sendMessage", chat_id=person.id, text="a") == 0

    play(scene)


def test_pages_late_answers_and_cut_connections_come_on_demand() -> None:
    async def scene(emulator: ZaloBotEmulator, client: Client, person: Person) -> None:
        url = f"{emulator.root_url}/bot{emulator.token}/sendMessage"
        params = {"chat_id": person.id, "text": "a"}
        emulator.fail_next("sendMessage", status=502, body="<html>Bad Gateway</html>")
        async with client.session.post(url, json=params) as answer:
            assert (answer.status, answer.content_type) == (502, "text/html")
        emulator.delay("sendMessage", 0.2)
        begun = asyncio.get_running_loop().time()
        assert await client.code("sendMessage", **params) == 0
        assert asyncio.get_running_loop().time() - begun >= 0.2
        emulator.delay("sendMessage", 0)
        for after_taking, seen in ((False, 1), (True, 2)):
            emulator.drop_next("sendMessage", after_taking=after_taking)
            with pytest.raises(aiohttp.ClientError):
                await client.call("sendMessage", **params)
            assert len(person.messages) == seen

    play(scene)


def test_an_outage_ends_on_the_same_port_with_everything_remembered() -> None:
    async def scene(emulator: ZaloBotEmulator, client: Client, person: Person) -> None:
        await client.code("sendMessage", chat_id=person.id, text="a")
        before = emulator.root_url
        await emulator.stop()
        with pytest.raises(aiohttp.ClientConnectorError):
            await client.call("getMe")
        await emulator.start()
        assert emulator.root_url == before
        assert await client.code("sendMessage", chat_id=person.id, text="b") == 0
        assert [message.text for message in person.messages] == ["a", "b"]

    play(scene)
