"""Every captured sample is read: an event by its channel, an answer as the number that it carries."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.channels.telegram import TelegramChannel, _Wire
from bot.channels.zalo_bot_wire import ZaloBotError, _result_of
from bot.channels.zalo_oa_wire import read_answer
from bot.core.messages import Kind

SAMPLES = Path(__file__).parent / "fixtures" / "zalo"
OA_ANSWERS = {
    "oa_api_send_ok": 0,
    "oa_api_err_rate": -32,
    "oa_api_err_token": -216,
    "oa_api_err_window": -230,
    "oa_oauth_token_ok": 0,
    "oa_oauth_err": -14020,
    "oa_user_detail_ok": 0,
}
BOT_ANSWERS: dict[str, int | None] = {
    "bot_get_me_ok": None,
    "bot_get_webhook_info_ok": None,
    "bot_send_message_ok": None,
    "bot_err_401": 401,
    "bot_err_408_poll": 408,
    "bot_err_429": 429,
}
TELEGRAM_UPDATES = {
    "tg_callback_query": (Kind.ACTION, "v1:svc:residency:start"),
    "tg_contact": (Kind.CONTACT, ""),
    "tg_location": (Kind.LOCATION, ""),
    "tg_my_chat_member_blocked": (Kind.STOPPED, ""),
    "tg_start_payload": (Kind.START, "ci_7K2M9Q"),
}
TELEGRAM_ERRORS = {"tg_err_403": 403, "tg_err_429": 429}


def sample(name: str) -> bytes:
    """A sample as it came over the wire."""
    return (SAMPLES / f"{name}.json").read_bytes()


def test_every_sample_that_is_no_event_of_zalo_stands_in_a_table() -> None:
    listed = {Path(one["file"]).stem for one in json.loads(sample("manifest"))["samples"]}
    answers = {name for name in listed if name.startswith("tg_")}
    answers |= {name for name in listed if "_api_" in name or "_oauth_" in name or "detail" in name}
    answers |= {name for name in listed if name.startswith("bot_") and "message_" not in name}
    tables = (
        OA_ANSWERS.keys() | BOT_ANSWERS.keys() | TELEGRAM_UPDATES.keys() | TELEGRAM_ERRORS.keys()
    )
    assert len(answers) > 10
    assert answers <= tables
    assert tables <= listed


@pytest.mark.parametrize(("name", "number"), OA_ANSWERS.items())
def test_an_answer_of_the_oa_is_its_number(name: str, number: int) -> None:
    assert read_answer(200, {}, sample(name)).error == number


@pytest.mark.parametrize(("name", "code"), BOT_ANSWERS.items())
def test_an_answer_of_the_bot_platform_is_a_result_or_its_code(name: str, code: int | None) -> None:
    if code is None:
        assert isinstance(_result_of(200, {}, sample(name)), dict)
        return
    for status in (code, 200):  # an error may hide behind HTTP 200
        with pytest.raises(ZaloBotError) as refused:
            _result_of(status, {}, sample(name))
        assert refused.value.code == code


@pytest.mark.parametrize(("name", "read"), TELEGRAM_UPDATES.items())
def test_an_update_of_telegram_is_read_as_what_it_is(name: str, read: tuple[Kind, str]) -> None:
    channel = TelegramChannel("ho-nai", "1:made-up", "secret", "http://127.0.0.1:9")
    [event] = channel.parse(sample(name))
    assert (event.kind, event.text) == read


@pytest.mark.parametrize(("name", "code"), TELEGRAM_ERRORS.items())
def test_a_refusal_of_telegram_is_read_with_its_code(name: str, code: int) -> None:
    answer = _Wire.parse_json_payload(sample(name))
    assert (answer["ok"], answer["error_code"]) == (False, code)
