"""The stand-in for Telegram judged by aiogram: its models, its client, and everything that both can do.

aiogram takes seconds to import, so only this file does, and only a test that runs imports this file.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import (
    TelegramBadRequest,
)
from aiogram.types import (
    BotCommand,
    BufferedInputFile,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    Message,
    Update,
    User,
    WebhookInfo,
)
from pydantic import BaseModel, TypeAdapter

from tests.telegram_emulator import TelegramEmulator

FIXTURES = sorted((Path(__file__).parent / "fixtures" / "telegram").glob("*.json"))
RESULTS: dict[str, Any] = {
    "getMe": User,
    "getUpdates": list[Update],
    "getWebhookInfo": WebhookInfo,
    "getMyCommands": list[BotCommand],
    "sendMessage": Message,
    "sendPhoto": Message,
    "sendAudio": Message,
    "sendDocument": Message,
    "editMessageText": Message,
    "editMessageReplyMarkup": Message,
}
DATES = {"date", "edit_date"}
FIRST, LAST = 1_600_000_000, 2_500_000_000
YES_NO = InlineKeyboardMarkup(
    inline_keyboard=[
        [
            InlineKeyboardButton(text="Có", callback_data="v1:yes"),
            InlineKeyboardButton(text="Trang", url="https://example.vn/"),
        ]
    ]
)


def unknown_fields(model: Any, path: str = "") -> Iterator[str]:
    """Fields that aiogram's models, which let everything pass, do not know."""
    if isinstance(model, BaseModel):
        yield from (f"{path}.{name}" for name in model.model_extra or {})
        for name in model.model_fields_set:
            yield from unknown_fields(getattr(model, name, None), f"{path}.{name}")
    elif isinstance(model, list):
        for index, one in enumerate(model):
            yield from unknown_fields(one, f"{path}[{index}]")


def bad_dates(value: Any) -> Iterator[Any]:
    """Dates that are not whole seconds of our days: milliseconds pass aiogram's models."""
    if isinstance(value, dict):
        for name, inner in value.items():
            lost = inner == 0 and "message_id" in value and "from" not in value
            if name in DATES and not lost and not (type(inner) is int and FIRST < inner < LAST):
                yield name, inner
            yield from bad_dates(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from bad_dates(inner)


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def bad_entities(value: Any) -> Iterator[Any]:
    """Entities that reach beyond their text."""
    if isinstance(value, dict):
        for name, entities in (("text", "entities"), ("caption", "caption_entities")):
            for entity in value.get(entities, []):
                if not 0 < entity["offset"] + entity["length"] <= units(value.get(name, "")):
                    yield entity
        for inner in value.values():
            yield from bad_entities(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from bad_entities(inner)


def check(kind: Any, value: Any) -> Any:
    """The value as aiogram's model; every field known, every date in seconds."""
    model = TypeAdapter(kind).validate_python(value)
    assert list(unknown_fields(model)) == []
    assert list(bad_dates(value)) == []
    assert list(bad_entities(value)) == []
    return model


@asynccontextmanager
async def client(emulator: TelegramEmulator, token: str | None = None) -> AsyncIterator[Bot]:
    session = AiohttpSession(api=TelegramAPIServer.from_base(emulator.root_url), timeout=2)
    bot = Bot(token or emulator.token, session=session)
    try:
        yield bot
    finally:
        await session.close()


async def people_act(emulator: TelegramEmulator) -> None:
    """Everything a person can do but press."""
    person = emulator.person(first_name="Lan", last_name="Mẫu", username="lan_mau")
    await person.starts("ci_7K2M9Q")
    said = await person.says("xem https://example.vn/a và @made_up_bot 😀 /help")
    assert [e["type"] for e in said["message"]["entities"]] == ["url", "mention", "bot_command"]
    await person.edits(said["message"]["message_id"], "  xem lại https://example.vn/b. ")
    await person.sends_voice()
    await person.sends_photo("chú thích https://example.vn/c")
    await person.sends_sticker()
    await person.sends_location()
    await person.sends_contact()
    await person.sends_contact("84900000456", own=False)
    await person.sends_document()
    await person.sends(dice={"emoji": "🎲", "value": 3}, reply_to=said["message"]["message_id"])
    await person.blocks()
    await person.unblocks()
    group = emulator.group()
    await person.says("/help@made_up_bot", chat=group)
    await group.migrates()
    poll = json.loads((FIXTURES[0].parent / "poll.json").read_text("utf-8"))
    emulator.publish("poll", poll["poll"])


async def bot_acts(emulator: TelegramEmulator, bot: Bot) -> None:
    """Every method of the emulator, called by a client that is not PTB."""
    person = emulator.person(700000001)
    assert (await bot.get_me()).username == "made_up_bot"
    updates = await bot.get_updates(limit=100)
    assert len(updates) == len(emulator.updates)
    await bot.get_updates(offset=updates[-1].update_id + 1, allowed_updates=[])
    sent = await bot.send_message(
        person.id,
        "😀 <b>Đậm</b> <a href='https://example.vn'>ở đây</a>\n"
        "<pre><code class='language-python'>a=1</code></pre>"
        "<blockquote expandable>dài</blockquote><tg-spoiler>kín</tg-spoiler> <code>b</code>",
        parse_mode="HTML",
        reply_markup=YES_NO,
    )
    await bot.edit_message_text("Hai", chat_id=person.id, message_id=sent.message_id)
    await bot.edit_message_reply_markup(
        chat_id=person.id, message_id=sent.message_id, reply_markup=YES_NO
    )
    pressed = await person.presses("Có")
    assert await bot.answer_callback_query(pressed["callback_query"]["id"], "Đã ghi")
    reply = await bot.send_document(
        person.id,
        BufferedInputFile(b"%PDF", "đơn.pdf"),
        caption="<b>Đơn</b>",
        parse_mode="HTML",
        reply_to_message_id=sent.message_id,
    )
    assert reply.document
    assert reply.document.file_name == "đơn.pdf"
    await bot.send_photo(person.id, BufferedInputFile(b"\xff\xd8\xff", "a.jpg"))
    spoken = await bot.send_audio(
        person.id, BufferedInputFile(b"ID3", "a.mp3"), caption="<b>Nghe</b>", title="Giọng máy đọc"
    )
    assert spoken.audio
    assert (spoken.audio.title, spoken.audio.duration) == ("Giọng máy đọc", 0)
    again = await bot.send_audio(person.id, spoken.audio.file_id, parse_mode="HTML")
    assert again.audio == spoken.audio
    with pytest.raises(TelegramBadRequest, match="type of file mismatch"):
        await bot.send_photo(person.id, spoken.audio.file_id)
    emulator.answers.pop()
    await bot.send_chat_action(person.id, "typing")
    await bot.delete_message(person.id, sent.message_id)
    await person.presses("v1:yes", sent.message_id, forged=True)
    await bot.set_my_commands([BotCommand(command="help", description="Trợ giúp")])
    assert len(await bot.get_my_commands()) == 1
    await bot.set_webhook("http://127.0.0.1:9/hook", secret_token="a", allowed_updates=["message"])
    assert (await bot.get_webhook_info()).allowed_updates == ["message"]
    await bot.delete_webhook(drop_pending_updates=True)
