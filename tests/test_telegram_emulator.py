"""The stand-in for Telegram, judged by python-telegram-bot's real client over HTTP."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from telegram import (
    Bot,
    BotCommand,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
    ReplyParameters,
    Update,
)
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)
from telegram.request import HTTPXRequest

from tests.telegram_emulator import FloodLimit, Person, TelegramEmulator

Scene = Callable[[TelegramEmulator, Bot, Person], Coroutine[Any, Any, None]]
YES_NO = InlineKeyboardMarkup.from_row(
    [
        InlineKeyboardButton("Có", callback_data="v1:yes"),
        InlineKeyboardButton("Không", callback_data="v1:no"),
    ]
)


@pytest.fixture(autouse=True)
def time_deltas(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it PTB 22.8 warns whenever it builds a RetryAfter, and here warnings are errors."""
    monkeypatch.setenv("PTB_TIMEDELTA", "true")


@asynccontextmanager
async def client(emulator: TelegramEmulator, token: str | None = None) -> AsyncIterator[Bot]:
    def request() -> HTTPXRequest:
        return HTTPXRequest(8, read_timeout=5, write_timeout=5, connect_timeout=5, pool_timeout=5)

    bot = Bot(
        token or emulator.token,
        base_url=emulator.base_url,
        request=request(),
        get_updates_request=request(),
    )
    try:
        await bot.initialize()
        yield bot
    finally:
        await bot.shutdown()


def play(scene: Scene, *, started: bool = True, **options: Any) -> None:
    """Plays one scene with a fresh emulator, a real client and one person."""

    async def whole() -> None:
        async with (
            asyncio.timeout(30),
            TelegramEmulator(**options) as emulator,
            client(emulator) as bot,
        ):
            person = emulator.person(first_name="Lan")
            if started:
                await person.starts()
                await bot.get_updates(offset=-1)
                emulator.updates_queue.pending.clear()
            await scene(emulator, bot, person)

    asyncio.run(whole())


async def raw(emulator: TelegramEmulator, method: str, **kwargs: Any) -> tuple[int, Any]:
    """A call without PTB: the status and the body as they stand on the wire."""
    url = f"{emulator.base_url}{emulator.token}/{method}"
    async with aiohttp.ClientSession() as session, session.post(url, **kwargs) as response:
        return response.status, await response.json()


class Clock:
    def __init__(self) -> None:
        self.now = 1_789_000_000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Receiver:
    """A webhook that keeps what comes and answers as told, 200 after that."""

    statuses: list[int] = field(default_factory=list)
    got: list[tuple[dict[str, Any], str | None]] = field(default_factory=list)
    answer: Any = None
    url: str = ""

    async def take(self, request: web.Request) -> web.Response:
        secret = request.headers.get("X-Telegram-Bot-Api-Secret-Token")
        self.got.append((await request.json(), secret))
        return web.json_response(self.answer, status=self.statuses.pop(0) if self.statuses else 200)

    @property
    def ids(self) -> list[int]:
        return [update["update_id"] for update, _ in self.got]


@asynccontextmanager
async def receiver(*statuses: int) -> AsyncIterator[Receiver]:
    here = Receiver(list(statuses))
    app = web.Application()
    app.router.add_post("/hook", here.take)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    here.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    try:
        yield here
    finally:
        await runner.cleanup()


# ---- who is who -----------------------------------------------------------------------------


def test_the_bot_learns_who_it_is() -> None:
    async def scene(emulator: TelegramEmulator, bot: Bot, person: Person) -> None:
        me = await bot.get_me()
        assert (me.id, me.is_bot, me.username) == (700000999, True, "made_up_bot")

    play(scene)


def test_a_wrong_token_and_an_unknown_method_are_told_apart_by_status() -> None:
    async def scene(emulator: TelegramEmulator, bot: Bot, person: Person) -> None:
        with pytest.raises(InvalidToken):
            async with client(emulator, token="1:wrong"):
                pass
        assert (await raw(emulator, "sendStory"))[0] == 404
        status, body = await raw(emulator, "SENDMESSAGE", json={"chat_id": person.id, "text": "a"})
        assert (status, body["ok"]) == (200, True)
        async with aiohttp.ClientSession() as session:
            async with session.get(f"{emulator.base_url}1:wrong/getMe") as response:
                assert response.status == 401
                assert (await response.json())["description"] == "Unauthorized"
            async with session.get(emulator.root_url) as response:
                assert response.status == 404

    play(scene)


def test_a_stranger_cannot_be_written_to() -> None:
    async def scene(emulator: TelegramEmulator, bot: Bot, person: Person) -> None:
        with pytest.raises(BadRequest, match="Chat not found"):
            await bot.send_message(person.id, "Xin chào")
        with pytest.raises(BadRequest, match="Chat not found"):
            await bot.send_message(42, "Xin chào")
        await person.starts()
        assert (await bot.send_message(person.id, "Xin chào")).chat.id == person.id

    play(scene, started=False)


# ---- messages -------------------------------------------------------------------------------


def test_a_message_with_html_and_buttons_arrives_as_sent() -> None:
    async def scene(emulator: TelegramEmulator, bot: Bot, person: Person) -> None:
        message = await bot.send_message(
            person.id,
            '😀 <b>Đậm &amp; <i>nghiêng</i></b> <a href="https://example.vn">ở đây</a> &lt;x&gt;',
            parse_mode="HTML",
            reply_markup=YES_NO,
            disable_notification=True,
        )
        seen = await person.waits_for(1)
        assert abs(message.date.timestamp() - time.time()) < 30
        assert message.text == seen.text == "😀 Đậm & nghiêng ở đây <x>"
        assert message.parse_entity(message.entities[0]) == "Đậm & nghiêng"
        assert message.parse_entity(message.entities[1]) == "nghiêng"
        assert seen.html == (
            '😀 <b>Đậm &amp; <i>nghiêng</i></b> <a href="https://example.vn/">ở đây</a> &lt;x&gt;'
        )
        assert message.text_html == seen.html
        assert seen.buttons == [[("Có", "v1:yes"), ("Không", "v1:no")]]
        assert seen.silent
        assert not seen.edited
        assert message.reply_markup == YES_NO

    play(scene)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<b>mở", 'Can\'t find end tag corresponding to start tag "b"'),
        ("mở</b>", "Unexpected end tag at byte offset 4"),
        ("<b>a</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("<p>đoạn</p>", 'Unsupported start tag "p" at byte offset 0'),
        ("5 < 6", 'Unsupported start tag "" at byte offset 2'),
        ("a<b", "Unclosed start tag at byte offset 1"),
        ("<a href=https://x.vn/>x</a>", "Unexpected end of name token at byte offset 8"),
    ],
)
def test_unreadable_html_is_refused(text: str, words: str) -> None:
    async def scene(emulator: TelegramEmulator, bot: Bot, person: Person) -> None:
        with pytest.raises(BadRequest) as caught:
            await bot.send_message(person.id, text, parse_mode="HTML")
        assert caught.value.message == f"can't parse entities: {words}".capitalize()
        assert emulator.answers[-1].body["description"].endswith(f": {words}")
        assert person.messages == []

    play(scene)


@pytest.mark.parametrize(
    ("sent", "seen"),
    [
        ("&nbsp;&#x27;&#39;&quot;&ltx", "&nbsp;''\"&ltx"),
        ('<pre><code class="language-python">a=1</code></pre>', "a=1"),
        ("<B>a</b ><u></u>", "a"),
        ("<blockquote expandable>a</blockquote>", "a"),
        ("<tg-spoiler>bí mật</tg-spoiler>", "bí mật"),
        ("  \n <b>a</b>\n\n", "a"),
    ],
)
def test_html_is_read_as_telegram_reads_it(sent: str, seen: str) -> None:
    async def scene(emulator: TelegramEmulator, bot: Bot, person: Person) -> None:
        message = await bot.send_message(person.id, sent, parse_mode="HTML")
        assert message.text == seen == person.messages[0].text

    play(scene)


def test_texts_are_measured_after_the_tags_are_gone() -> None:
    async def scene(emulator: TelegramEmulator, bot: Bot, person: Person) -> None:
        await bot.send_message(person.id, f"<b>{'ế' * 4096}</b>", parse_mode="HTML")
        for text in ("x" * 5000, "x" * 4097, "😀" * 2049):
            with pytest.raises(BadRequest, match="Message is too long"):
                await bot.send_message(person.id, text)
        with pytest.raises(BadRequest, match="Text is too long"):
            await bot.send_message(person.id, "x" * 40000)
        with pytest.raises(BadRequest, match="Message text is empty"):
            await bot.send_message(person.id, "")
        for text in ("  \n ", "<b></b>"):
            with pytest.raises(BadRequest, match="Text must be non-empty"):
                await bot.send_message(person.id, text, parse_mode="HTML")
        assert len(person.messages) == 1

    play(scene)


@pytest.mark.parametrize(
    ("button", "words"),
    [
        ({"text": "Có", "callback_data": "đ" * 33}, "BUTTON_DATA_INVALID"),
        ({"text": "Có", "callback_data": "x" * 65}, "BUTTON_DATA_INVALID"),
        ({"text": " ", "callback_data": "x"}, "inline keyboard button text must be non-empty"),
        ({"text": "Có"}, "can't parse inline keyboard button: Text buttons are unallowed"),
        ({"text": "Có", "callback_data": ""}, "can't parse inline keyboard button: Text buttons"),
        ({"callback_data": "x"}, "can't parse inline keyboard button: Can't find field \"text\""),
        (
            {"text": "Có", "url": "http://localhost/a"},
            "inline keyboard button URL 'http://localhost/a' is invalid",
        ),
    ],
)
def test_a_bad_button_is_refused(button: dict[str, str], words: str) -> None:
    async def scene(emulator: TelegramEmulator, bot: Bot, person: Person) -> None:
        markup = {"inline_keyboard": [[button]]}
        body = {"chat_id": person.id, "text": "a", "reply_markup": markup}
        status, answer = await raw(emulator, "sendMessage", json=body)
        assert (status, answer["ok"], answer["error_code"]) == (400, False, 400)
        assert answer["description"].startswith(f"Bad Request: {words}")
        assert person.messages == []

    play(scene)


def test_64_bytes_of_callback_data_are_taken_and_65_are_not() -> None:
    async def scene(emulator: TelegramEmulator, bot: Bot, person: Person) -> None:
        def button(data: str) -> InlineKeyboardMarkup:
            return InlineKeyboardMarkup.from_button(InlineKeyboardButton("a", callback_data=data))

        await bot.send_message(person.id, "a", reply_markup=button("đ" * 32))
        with pytest.raises(BadRequest, match="Button_data_invalid"):
            await bot.send_message(person.id, "a", reply_markup=button("đ" * 32 + "x"))

    play(scene)


def test_json_form_and_multipart_say_the_same() -> None:
    async def scene(emulator: TelegramEmulator, bot: Bot, person: Person) -> None:
        markup = {"inline_keyboard": [[{"text": "Có", "callback_data": "y"}]]}
        plain = {"chat_id": str(person.id), "text": "a", "reply_markup": json.dumps(markup)}
        with aiohttp.MultipartWriter("form-data") as parts:
            for name, value in plain.items():
                parts.append(value).set_content_disposition("form-data", name=name)
        for body in (
            {"json": {"chat_id": person.id, "text": "a", "reply_markup": markup}},
            {"data": plain},
            {"data": parts},
        ):
            status, answer = await raw(emulator, "sendMessage", **body)
            assert (status, answer["ok"]) == (200, True)
            assert answer["result"]["reply_markup"] == markup
        assert (
            emulator.calls_of("sendMessage")
            == [{"chat_id": person.id, "text": "a", "reply_markup": markup}] * 3
        )
        status, answer = await raw(emulator, "sendMessage", data=plain | {"reply_markup": "{"})
        assert status == answer["error_code"] == 400

    play(scene)


def test_a_reply_points_at_its_message_or_is_refused() -> None:
    async def scene(emulator: TelegramEmulator, bot: Bot, person: Person) -> None:
        asked = await person.says("Hỏi")
        message_id = asked["message"]["message_id"]
        await bot.send_message(person.id, "Đáp", reply_parameters=ReplyParameters(message_id))
        assert person.messages[0].reply_to == message_id
        with pytest.raises(BadRequest, match="Message to be replied not found"):
            await bot.send_message(person.id, "Đáp", reply_parameters=ReplyParameters(9999))

    play(scene)


def test_a_reply_keyboard_stays_until_it_is_taken_away() -> None:
    async def scene(emulator: TelegramEmulator, bot: Bot, person: Person) -> None:
        rows = [[KeyboardButton("Gửi số", request_contact=True)], [KeyboardButton("Thôi")]]
        sent = await bot.send_message(person.id, "Số?", reply_markup=ReplyKeyboardMarkup(rows))
        assert person.keyboard == [["Gửi số"], ["Thôi"]]
        assert (await person.presses("Gửi số"))["message"]["contact"]["user_id"] == person.id
        assert (await person.presses("Thôi"))["message"]["text"] == "Thôi"
        with pytest.raises(BadRequest, match="Message can't be edited"):
            await bot.edit_message_text("Khác", person.id, sent.message_id)
        await bot.send_message(person.id, "Xong", reply_markup=ReplyKeyboardRemove())
        assert person.keyboard == []
        with pytest.raises(LookupError):
            await person.presses("Thôi")

    play(scene)


def test_files_come_as_multipart_and_can_be_sent_again_by_id() -> None:
    async def scene(emulator: TelegramEmulator, bot: Bot, person: Person) -> None:
        sent = await bot.send_document(person.id, b"%PDF", filename="đơn.pdf", caption="<x>")
        assert sent.document
        assert (sent.document.file_name, sent.document.file_size) == ("đơn.pdf", 4)
        upload = person.messages[0].file
        assert upload is not None
        assert (upload.name, upload.data, person.messages[0].text) == ("đơn.pdf", b"%PDF", "<x>")
        await bot.send_document(person.id, sent.document.file_id)
        photo = await bot.send_photo(person.id, b"\xff\xd8\xff", caption="c" * 1024)
        assert photo.photo[-1].width == 800
        with pytest.raises(BadRequest, match="Message caption is too long"):
            await bot.send_photo(person.id, b"\xff\xd8\xff", caption="c" * 1025)
        with pytest.raises(BadRequest, match="File must be non-empty"):
            await bot.send_photo(person.id, b"")
        with pytest.raises(BadRequest, match="There is no text in the message to edit"):
            await bot.edit_message_text("Khác", person.id, photo.message_id)
        assert len(person.messages) == 3

    play(scene)


def test_a_sound_comes_with_its_title_and_can_be_sent_again_by_id() -> None:
    async def scene(emulator: TelegramEmulator, bot: Bot, person: Person) -> None:
        sent = await bot.send_audio(
            person.id,
            b"ID3 made-up",
            caption="<b>Nghe</b>",
            parse_mode="HTML",
            title="Giọng máy đọc",
            performer="Bạn Số",
            duration=12,
            filename="buoc.mp3",
            reply_markup=YES_NO,
        )
        audio = sent.audio
        assert audio is not None
        assert (audio.title, audio.performer) == ("Giọng máy đọc", "Bạn Số")
        assert audio.duration == timedelta(seconds=12)
        assert (audio.file_name, audio.mime_type, audio.file_size) == ("buoc.mp3", "audio/mpeg", 11)
        seen = person.messages[0]
        assert (seen.text, seen.html, seen.labels) == ("Nghe", "<b>Nghe</b>", ["Có", "Không"])
        assert seen.file is not None
        assert seen.file.data == b"ID3 made-up"
        again = await bot.send_audio(person.id, audio.file_id, title="Không đổi được", duration=1)
        assert again.audio == audio
        bare = (await bot.send_audio(person.id, b"ID3", filename="b.mp3")).audio
        assert bare is not None
        assert (bare.title, bare.duration) == (None, timedelta(0))
        await bot.edit_message_reply_markup(person.id, sent.message_id)
        assert (person.messages[0].labels, "audio" in person.messages[0].raw) == ([], True)
        assert len(person.messages) == 3

    play(scene)


def test_a_sound_that_breaks_a_rule_is_refused() -> None:
    async def scene(emulator: TelegramEmulator, bot: Bot, person: Person) -> None:
        await bot.send_audio(person.id, b"ID3", caption="c" * 1024, filename="a.mp3")
        with pytest.raises(BadRequest, match="Message caption is too long"):
            await bot.send_audio(person.id, b"ID3", caption="c" * 1025, filename="a.mp3")
        with pytest.raises(BadRequest, match="File must be non-empty"):
            await bot.send_audio(person.id, b"", filename="a.mp3")
        with pytest.raises(BadRequest, match="Wrong file identifier"):
            await bot.send_audio(person.id, "khong-co")
        with pytest.raises(BadRequest, match="There is no audio in the request"):
            await bot.send_audio(person.id, "")
        with pytest.raises(NetworkError, match="Request Entity Too Large"):
            await bot.send_audio(person.id, bytes((50 << 20) + 1), filename="a.mp3")
        with pytest.raises(BadRequest, match="Chat not found"):
            await bot.send_audio(42, b"ID3", filename="a.mp3")
        await person.blocks()
        with pytest.raises(Forbidden):
            await bot.send_audio(person.id, b"ID3", filename="a.mp3")
        assert len(person.messages) == 1

    play(scene)


def test_a_file_is_sent_again_only_as_what_it_was() -> None:
    async def scene(emulator: TelegramEmulator, bot: Bot, person: Person) -> None:
        photo = (await bot.send_photo(person.id, b"\xff\xd8\xff")).photo[-1].file_id
        sound = (await bot.send_audio(person.id, b"ID3", filename="a.mp3")).audio
        assert sound is not None
        assert (await bot.send_photo(person.id, photo)).photo
        for send, file in ((bot.send_audio, photo), (bot.send_photo, sound.file_id)):
            with pytest.raises(BadRequest, match="Type of file mismatch"):
                await send(person.id, file)
        other = await bot.send_audio(person.id, b"RIFF", filename="a.wav")
        assert other.audio is None
        assert other.document is not None
        assert (await bot.send_document(person.id, other.document.file_id)).document

    play(scene)


def test_files_that_telegram_forgot_are_refused_by_their_ids() -> None:
    async def scene(emulator: TelegramEmulator, bot: Bot, person: Person) -> None:
        photo = (await bot.send_photo(person.id, b"\xff\xd8\xff")).photo[-1].file_id
        emulator.forget_files()
        with pytest.raises(BadRequest, match="Wrong file identifier/http url specified"):
            await bot.send_photo(person.id, photo)
        assert (await bot.send_photo(person.id, b"\xff\xd8\xff")).photo[-1].file_id != photo

    play(scene)


def test_commands_and_typing_are_judged_and_kept() -> None:
    async def scene(emulator: TelegramEmulator, bot: Bot, person: Person) -> None:
        await bot.set_my_commands([BotCommand("help", "Trợ giúp")])
        assert [c.command for c in await bot.get_my_commands()] == ["help"]
        with pytest.raises(BadRequest, match="Bot_command_invalid"):
            await bot.set_my_commands([BotCommand("TroGiup", "Trợ giúp")])
        await bot.send_chat_action(person.id, "typing")
        assert person.actions == ["typing"]
        with pytest.raises(BadRequest, match="Wrong parameter action"):
            await bot.send_chat_action(person.id, "thinking")

    play(scene)


# ---- changing -------------------------------------------------------------------------------


def test_the_same_edit_twice_is_refused() -> None:
    async def scene(emulator: TelegramEmulator, bot: Bot, person: Person) -> None:
        sent = await bot.send_message(person.id, "Một", reply_markup=YES_NO)
        await bot.edit_message_text("<b>Hai</b>", person.id, sent.message_id, parse_mode="HTML")
        seen = person.messages[0]
        assert (seen.text, seen.html, seen.edited) == ("Hai", "<b>Hai</b>", True)
        assert seen.buttons == []
        with pytest.raises(BadRequest, match="Message is not modified"):
            await bot.edit_message_text(
                "<b>Hai</b> ", person.id, sent.message_id, parse_mode="HTML"
            )
        await bot.edit_message_text("Hai", person.id, sent.message_id)
        await bot.edit_message_reply_markup(person.id, sent.message_id, reply_markup=YES_NO)
        assert person.messages[0].labels == ["Có", "Không"]
        with pytest.raises(BadRequest, match="Message is not modified"):
            await bot.edit_message_reply_markup(person.id, sent.message_id, reply_markup=YES_NO)

    play(scene)


def test_only_own_and_existing_messages_can_be_changed() -> None:
    async def scene(emulator: TelegramEmulator, bot: Bot, person: Person) -> None:
        theirs = (await person.says("Của tôi"))["message"]["message_id"]
        with pytest.raises(BadRequest, match="Message can't be edited"):
            await bot.edit_message_text("Khác", person.id, theirs)
        with pytest.raises(BadRequest, match="Message to edit not found"):
            await bot.edit_message_text("Khác", person.id, 9999)
        own = (await bot.send_message(person.id, "Của bot")).message_id
        assert await bot.delete_message(person.id, own)
        assert person.messages == []
        with pytest.raises(BadRequest, match="Message to edit not found"):
            await bot.edit_message_text("Khác", person.id, own)
        with pytest.raises(BadRequest, match="Message to delete not found"):
            await bot.delete_message(person.id, own)

    play(scene)


def test_after_48_hours_a_message_cannot_be_deleted() -> None:
    clock = Clock()

    async def scene(emulator: TelegramEmulator, bot: Bot, person: Person) -> None:
        sent = await bot.send_message(person.id, "Cũ")
        clock.now += 49 * 3600
        with pytest.raises(BadRequest, match="Message can't be deleted"):
            await bot.delete_message(person.id, sent.message_id)
        await bot.edit_message_text("Mới", person.id, sent.message_id)

    play(scene, clock=clock)


# ---- presses --------------------------------------------------------------------------------


def test_a_press_is_answered_once_and_in_time() -> None:
    clock = Clock()

    async def scene(emulator: TelegramEmulator, bot: Bot, person: Person) -> None:
        sent = await bot.send_message(person.id, "Chọn", reply_markup=YES_NO)
        raw_update = await person.presses("Không")
        query = (Update.de_json(raw_update, bot)).callback_query
        assert query is not None
        assert (query.data, query.from_user.id) == ("v1:no", person.id)
        assert query.message is not None
        assert query.message.message_id == sent.message_id
        assert raw_update["callback_query"]["message"]["reply_markup"]
        assert person.spinning == 1
        with pytest.raises(BadRequest, match="Message_too_long"):
            await query.answer("x" * 201)
        await query.answer("Đã ghi", show_alert=True)
        assert (person.spinning, person.notices) == (0, [("Đã ghi", True)])
        with pytest.raises(BadRequest, match="Query is too old"):
            await query.answer()
        with pytest.raises(BadRequest, match="Query is too old"):
            await bot.answer_callback_query("77")
        late = (await person.presses("v1:yes"))["callback_query"]["id"]
        clock.now += 61
        with pytest.raises(BadRequest, match="Query is too old"):
            await bot.answer_callback_query(late)

    play(scene, clock=clock)


def test_old_buttons_can_be_pressed_and_forged_ones_too() -> None:
    async def scene(emulator: TelegramEmulator, bot: Bot, person: Person) -> None:
        first = await bot.send_message(person.id, "Một", reply_markup=YES_NO)
        second = await bot.send_message(person.id, "Hai", reply_markup=YES_NO)

        async def pressed(*args: Any, **kwargs: Any) -> dict[str, Any]:
            query: dict[str, Any] = (await person.presses(*args, **kwargs))["callback_query"]
            return query

        assert (await pressed("Có"))["message"]["message_id"] == second.message_id
        assert (await pressed("Có", first.message_id))["message"]["text"] == "Một"
        assert (await pressed("v9:admin", first.message_id, forged=True))["data"] == "v9:admin"
        await bot.delete_message(person.id, first.message_id)
        gone = await pressed("v1:yes", first.message_id, forged=True)
        assert gone["message"]["date"] == 0
        with pytest.raises(LookupError, match="Có thể"):
            await person.presses("Có thể")

    play(scene)


# ---- refusals that matter to senders --------------------------------------------------------


def test_who_blocks_the_bot_is_out_of_reach_until_they_return() -> None:
    async def scene(emulator: TelegramEmulator, bot: Bot, person: Person) -> None:
        sent = await bot.send_message(person.id, "Một")
        change = Update.de_json(await person.blocks(), bot).my_chat_member
        assert change is not None
        assert (change.old_chat_member.status, change.new_chat_member.status) == (
            "member",
            "kicked",
        )
        with pytest.raises(Forbidden, match="bot was blocked by the user"):
            await bot.send_message(person.id, "Hai")
        with pytest.raises(Forbidden):
            await bot.edit_message_text("Hai", person.id, sent.message_id)
        with pytest.raises(RuntimeError):
            await person.says("?")
        await person.starts("tro_lai")
        await bot.send_message(person.id, "Ba")
        kinds = [next(k for k in u if k != "update_id") for u in emulator.updates[-3:]]
        assert kinds == ["my_chat_member", "my_chat_member", "message"]
        person.deactivates()
        with pytest.raises(Forbidden, match="user is deactivated"):
            await bot.send_message(person.id, "Bốn")

    play(scene)


def test_a_group_that_moved_tells_its_new_id() -> None:
    async def scene(emulator: TelegramEmulator, bot: Bot, person: Person) -> None:
        group = emulator.group()
        await person.says("/help", chat=group)
        await bot.send_message(group.id, "Chào")
        moved = await group.migrates()
        with pytest.raises(ChatMigrated) as caught:
            await bot.send_message(group.id, "Chào")
        assert caught.value.new_chat_id == moved.id
        await bot.send_message(moved.id, "Chào lại")
        assert (len(group.messages), len(moved.messages)) == (1, 1)
        assert moved.messages[0].message_id < group.messages[0].message_id

    play(scene)


def test_flood_control_tells_how_long_to_wait() -> None:
    clock = Clock()

    async def scene(emulator: TelegramEmulator, bot: Bot, person: Person) -> None:
        for number in range(3):
            await bot.send_message(person.id, str(number))
        with pytest.raises(RetryAfter) as caught:
            await bot.send_message(person.id, "quá nhanh")
        assert caught.value.retry_after == timedelta(seconds=1)
        clock.now += 1
        await bot.send_message(person.id, "được rồi")
        others = [emulator.person(900 + number) for number in range(40)]
        refused = 0
        for other in others:
            await other.starts()
            try:
                await bot.send_message(other.id, "chào")
            except RetryAfter:
                refused += 1
        assert refused > 5
        emulator.limit(False)
        await bot.send_message(person.id, "không giới hạn")

    play(scene, clock=clock, flood=FloodLimit())


# ---- polling --------------------------------------------------------------------------------


def test_an_update_comes_again_until_the_offset_moves() -> None:
    async def scene(emulator: TelegramEmulator, bot: Bot, person: Person) -> None:
        for text in ("một", "hai", "ba"):
            await person.says(text)
        first = await bot.get_updates(limit=2)
        again = await bot.get_updates(limit=2)
        assert [u.update_id for u in first] == [u.update_id for u in again]
        rest = await bot.get_updates(offset=first[-1].update_id + 1)
        assert [u.message.text for u in rest if u.message] == ["ba"]
        assert rest[0].update_id == first[-1].update_id + 1
        assert await bot.get_updates(offset=rest[0].update_id + 1) == ()
        assert await bot.get_updates() == ()

    play(scene)


def test_a_long_poll_is_held_until_something_comes() -> None:
    async def scene(emulator: TelegramEmulator, bot: Bot, person: Person) -> None:
        begun = time.monotonic()
        assert await bot.get_updates(timeout=1) == ()
        assert 0.9 < time.monotonic() - begun < 5
        poll = asyncio.create_task(bot.get_updates(timeout=10))
        await emulator.until(lambda: len(emulator.calls_of("getUpdates")) >= 3)
        await asyncio.sleep(0.05)
        begun = time.monotonic()
        await person.says("đây")
        updates = await poll
        assert time.monotonic() - begun < 5
        assert [u.message.text for u in updates if u.message] == ["đây"]

    play(scene)


def test_a_second_poller_and_a_webhook_conflict_with_the_first() -> None:
    async def scene(emulator: TelegramEmulator, bot: Bot, person: Person) -> None:
        first = asyncio.create_task(bot.get_updates(timeout=10))
        await asyncio.sleep(0.1)
        second = asyncio.create_task(bot.get_updates(timeout=10))
        with pytest.raises(Conflict, match="terminated by other getUpdates"):
            await first
        await bot.set_webhook("http://127.0.0.1:9/hook")
        with pytest.raises(Conflict, match="terminated by setWebhook"):
            await second
        with pytest.raises(Conflict, match="webhook is active"):
            await bot.get_updates()
        await bot.delete_webhook()
        assert await bot.get_updates() == ()

    play(scene)


def test_what_was_not_asked_for_does_not_come() -> None:
    async def scene(emulator: TelegramEmulator, bot: Bot, person: Person) -> None:
        await bot.get_updates(allowed_updates=["message"])
        said = await person.says("một")
        edited = await person.edits(said["message"]["message_id"], "hai")
        assert "update_id" not in edited
        assert len(await bot.get_updates()) == 1
        await bot.get_updates(allowed_updates=[])
        await person.edits(said["message"]["message_id"], "ba")
        emulator.publish("message_reaction", {"chat": {"id": 1}})
        updates = await bot.get_updates()
        assert [u.edited_message.text for u in updates if u.edited_message] == ["ba"]
        assert len(updates) == 2

    play(scene)


# ---- webhook --------------------------------------------------------------------------------


def test_the_webhook_gets_each_update_once_with_the_secret() -> None:
    async def scene(emulator: TelegramEmulator, bot: Bot, person: Person) -> None:
        await person.says("trước")
        async with receiver() as here:
            await bot.set_webhook(here.url, secret_token="a-B_9", max_connections=5)
            update = await person.starts("ci_7K2M9Q")
            await emulator.settles()
            assert [secret for _, secret in here.got] == ["a-B_9"] * 2
            assert here.got[1][0] == update
            info = await bot.get_webhook_info()
            assert (info.url, info.pending_update_count, info.max_connections) == (here.url, 0, 5)
            assert "a-B_9" not in str(info)
            await bot.delete_webhook()
            await person.says("sau")
            await bot.set_webhook(here.url, drop_pending_updates=True)
            await person.says("cuối")
            await emulator.settles()
            assert [u["message"]["text"] for u, _ in here.got[2:]] == ["cuối"]
            assert here.got[2][1] is None

    play(scene)


def test_a_bad_webhook_is_refused() -> None:
    async def scene(emulator: TelegramEmulator, bot: Bot, person: Person) -> None:
        for secret, words in (("có dấu", "unallowed characters"), ("x" * 257, "too long")):
            with pytest.raises(BadRequest, match=f"Secret token .*{words}"):
                await bot.set_webhook("http://127.0.0.1:9/", secret_token=secret)
        with pytest.raises(BadRequest, match="Invalid webhook url"):
            await bot.set_webhook("mailto:x")
        assert (await bot.get_webhook_info()).url == ""

    play(scene)


def test_an_update_is_repeated_after_500_and_does_not_hold_up_other_chats() -> None:
    async def scene(emulator: TelegramEmulator, bot: Bot, person: Person) -> None:
        emulator.repeat_after(0.3, 0.05)
        async with receiver(500, 200, 302) as here:
            await bot.set_webhook(here.url)
            first = await person.says("một")
            second = await person.says("hai")
            await emulator.until(lambda: len(here.got) == 1)
            other = await emulator.person(first_name="Tư").says("ba")
            info = await bot.get_webhook_info()
            assert info.pending_update_count == 3
            assert "500" in (info.last_error_message or "")
            await emulator.settles()
            order = [update["update_id"] for update in (first, other, first, first, second)]
            assert here.ids == order
            assert [a.status for a in emulator.attempts] == [500, 200, 302, 200, 200]

    play(scene)


def test_an_update_nobody_takes_is_given_up_at_last() -> None:
    async def scene(emulator: TelegramEmulator, bot: Bot, person: Person) -> None:
        emulator.repeat_after(0.01, 0.01)
        await bot.set_webhook("http://127.0.0.1:9/hook")
        update = await person.says("một")
        await emulator.settles()
        assert emulator.updates_queue.given_up == [update["update_id"]]
        assert [a.status for a in emulator.attempts] == [None] * 3

    play(scene)


def test_the_same_update_can_come_several_times_at_once() -> None:
    async def scene(emulator: TelegramEmulator, bot: Bot, person: Person) -> None:
        async with receiver() as here:
            await bot.set_webhook(here.url)
            update = await person.says("một")
            await emulator.settles()
            assert await emulator.deliver_again(update["update_id"], 5) == [200] * 5
            assert here.ids == [update["update_id"]] * 6

    play(scene)


def test_a_webhook_may_answer_with_a_call() -> None:
    async def scene(emulator: TelegramEmulator, bot: Bot, person: Person) -> None:
        async with receiver() as here:
            here.answer = {"method": "sendMessage", "chat_id": person.id, "text": "Chào"}
            await bot.set_webhook(here.url)
            await person.says("một")
            assert (await person.waits_for(1)).text == "Chào"

    play(scene)


# ---- trouble --------------------------------------------------------------------------------


def test_failures_come_as_ordered_and_then_stop() -> None:
    async def scene(emulator: TelegramEmulator, bot: Bot, person: Person) -> None:
        emulator.fail_next("sendMessage", retry_after=7)
        with pytest.raises(RetryAfter) as caught:
            await bot.send_message(person.id, "a")
        assert caught.value.retry_after == timedelta(seconds=7)
        emulator.fail_next("sendMessage", times=2, status=502, body="<html>Bad Gateway</html>")
        for _ in range(2):
            with pytest.raises(NetworkError):
                await bot.send_message(person.id, "a")
        emulator.fail_next(status=403)
        with pytest.raises(Forbidden):
            await bot.send_chat_action(person.id, "typing")
        assert person.messages == []
        await bot.send_message(person.id, "a")
        assert len(person.messages) == 1

    play(scene)


@pytest.mark.parametrize("after_taking", [True, False])
def test_a_cut_connection_leaves_open_whether_the_call_was_taken(after_taking: bool) -> None:
    async def scene(emulator: TelegramEmulator, bot: Bot, person: Person) -> None:
        emulator.drop_next("sendMessage", after_taking=after_taking)
        with pytest.raises(NetworkError):
            await bot.send_message(person.id, "a")
        assert len(person.messages) == after_taking
        assert len(emulator.calls_of("sendMessage")) == 1
        await bot.send_message(person.id, "a")

    play(scene)


def test_a_late_answer_times_out_though_the_call_was_taken() -> None:
    async def scene(emulator: TelegramEmulator, bot: Bot, person: Person) -> None:
        taken: list[str] = []
        emulator.on_call = lambda method, params: taken.append(f"{method} {params['text']}")
        emulator.delay("sendMessage", 1)
        with pytest.raises(TimedOut):
            await bot.send_message(person.id, "a", read_timeout=0.3)
        assert taken == ["sendMessage a"]
        assert len(person.messages) == 1

    play(scene)


def test_an_outage_forgets_nothing() -> None:
    async def scene(emulator: TelegramEmulator, bot: Bot, person: Person) -> None:
        await emulator.stop()
        with pytest.raises(NetworkError):
            await bot.send_message(person.id, "a")
        await person.says("trong lúc mất mạng")
        await emulator.start()
        await bot.send_message(person.id, "a")
        assert len(await bot.get_updates()) == 1

    play(scene)


def test_waiting_in_vain_tells_what_was_seen() -> None:
    async def scene(emulator: TelegramEmulator, bot: Bot, person: Person) -> None:
        await bot.send_message(person.id, "một")
        with pytest.raises(TimeoutError, match="một"):
            await person.waits_for(2, 0.05)
        later = asyncio.create_task(person.waits_for(lambda m: "hai" in m.text))
        await asyncio.sleep(0)
        await bot.send_message(person.id, "hai")
        assert (await later).text == "hai"

    play(scene)


def test_every_refusal_has_its_status_on_the_wire() -> None:
    async def scene(emulator: TelegramEmulator, bot: Bot, person: Person) -> None:
        with pytest.raises(TelegramError):
            await bot.send_message(1, "a")
        await raw(emulator, "noSuchThing")
        refused = [a for a in emulator.answers if a.status != 200]
        assert [(a.status, a.body["error_code"]) for a in refused] == [(400, 400), (404, 404)]
        assert all(a.body["ok"] is False and a.body["description"] for a in refused)

    play(scene)
