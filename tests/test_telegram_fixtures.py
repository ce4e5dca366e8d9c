"""Everything the stand-in for Telegram makes, judged by models and a client nobody here wrote."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from types import ModuleType

import pytest

from tests.telegram_emulator import Answer, TelegramEmulator

FIXTURES = sorted((Path(__file__).parent / "fixtures" / "telegram").glob("*.json"))

pytestmark = pytest.mark.xdist_group("aiogram")


@pytest.fixture(scope="module")
def judge() -> ModuleType:
    """aiogram's, imported by the one process that runs these tests."""
    from tests import telegram_judge

    return telegram_judge


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_each_captured_update_fits_the_models(path: Path, judge: ModuleType) -> None:
    judge.check(judge.Update, json.loads(path.read_text("utf-8")))


def test_the_captured_updates_are_all_there() -> None:
    assert len(FIXTURES) >= 12
    updates = [json.loads(path.read_text("utf-8")) for path in FIXTURES]
    assert len({update["update_id"] for update in updates}) == len(updates)


def test_the_checks_see_what_the_models_let_pass(judge: ModuleType) -> None:
    update = json.loads((FIXTURES[0].parent / "message_text.json").read_text("utf-8"))
    update["message"]["date"] *= 1000
    assert list(judge.bad_dates(update))
    update["message"]["made_up"] = 1
    update["message"]["from"]["made_up"] = 1
    found = set(judge.unknown_fields(judge.Update.model_validate(update)))
    assert found == {".message.made_up", ".message.from_user.made_up"}
    update["message"]["entities"] = [{"type": "bold", "offset": 0, "length": 999}]
    assert list(judge.bad_entities(update))


def test_every_update_and_every_result_fits_the_models(judge: ModuleType) -> None:
    async def scene() -> list[Answer]:
        async with TelegramEmulator() as emulator, judge.client(emulator) as bot:
            await judge.people_act(emulator)
            await judge.bot_acts(emulator, bot)
            kinds = {next(k for k in u if k != "update_id") for u in emulator.updates}
            assert kinds == {
                "callback_query",
                "edited_message",
                "message",
                "my_chat_member",
                "poll",
            }
            for update in emulator.updates:
                judge.check(judge.Update, update)
            return emulator.answers

    answers = asyncio.run(scene())
    assert {answer.method for answer in answers} >= set(judge.RESULTS)
    for answer in answers:
        assert answer.status == 200, answer
        judge.check(judge.RESULTS.get(answer.method, bool), answer.body["result"])


def test_aiogram_reads_every_refusal_as_what_it_is(judge: ModuleType) -> None:
    from aiogram import exceptions

    async def scene() -> None:
        async with TelegramEmulator() as emulator, judge.client(emulator) as bot:
            person = emulator.person()
            with pytest.raises(exceptions.TelegramBadRequest, match="chat not found"):
                await bot.send_message(person.id, "a")
            await person.starts()
            group = emulator.group()
            moved = await group.migrates()
            with pytest.raises(exceptions.TelegramMigrateToChat) as migrated:
                await bot.send_message(group.id, "a")
            assert migrated.value.migrate_to_chat_id == moved.id
            emulator.fail_next(retry_after=7)
            with pytest.raises(exceptions.TelegramRetryAfter) as flood:
                await bot.send_message(person.id, "a")
            assert flood.value.retry_after == 7
            emulator.drop_next()
            with pytest.raises(exceptions.TelegramNetworkError):
                await bot.send_message(person.id, "a")
            assert len(person.messages) == 1
            await person.blocks()
            with pytest.raises(exceptions.TelegramForbiddenError, match="blocked by the user"):
                await bot.send_message(person.id, "a")
            async with judge.client(emulator, "1:wrong") as wrong:
                with pytest.raises(exceptions.TelegramUnauthorizedError):
                    await wrong.get_me()

    asyncio.run(scene())
