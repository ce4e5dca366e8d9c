"""What the stand-in for Zalo's OA servers tells a webhook, and what its people see and press."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.zalo_oa_client import (
    ACCOUNT,
    CS,
    START,
    Client,
    buttons,
    file,
    form,
    media,
    opens,
    picture,
    play,
    query,
    receiver,
)
from tests.zalo_oa_emulator import LADDER, Person, SeenMessage, ZaloOAEmulator
from tests.zalo_oa_people import PAYLOADS
from tests.zalo_oa_rules import Json, challenge_of, mac, proof_of

SAMPLES = Path(__file__).parent / "fixtures" / "zalo"
Act = Callable[[Person], Awaitable[Json | None]]


def shape(value: Any, name: str = "") -> Any:
    """The names and types of a JSON value, its contents left out."""
    if isinstance(value, dict):
        return {key: shape(inner, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [shape(inner, name) for inner in value[:1]]
    return type(value).__name__


async def asked(zalo: ZaloOAEmulator, client: Client) -> Person:
    person = zalo.person()
    await person.says("xin chào")
    await client.sends(person.id, buttons(query("Có"), opens("url", url="https://x.vn")))
    return person


# ---- what a webhook gets ------------------------------------------------------------


def test_an_event_is_compact_utf8_signed_over_its_bytes() -> None:
    async def scene(zalo: ZaloOAEmulator, client: Client) -> None:
        async with receiver(zalo) as hook:
            await zalo.person().says("Giấy tờ gì?")
            await zalo.settles()
            (raw, headers), (event,) = hook.got[0], hook.events
            assert "Giấy tờ gì?".encode() in raw
            assert b'","' in raw
            assert b'": ' not in raw
            stamp = event["timestamp"]
            signed = mac(ACCOUNT.app_id, raw, stamp, ACCOUNT.oa_secret)
            assert headers["X-ZEvent-Signature"] == f"mac={signed}"
            assert headers["Content-Type"] == "application/json"
            assert "num_retry" not in headers
            assert int(stamp) == START * 1000

    play(scene)


def test_the_proofs_are_those_of_the_known_answers() -> None:
    vectors = json.loads((SAMPLES / "signature_vector.json").read_text("utf-8"))["vectors"]
    checked = 0
    for one in vectors:
        if one["must_verify"]:
            raw = one["raw_body_utf8"].encode()
            made = mac(one["app_id"], raw, one["timestamp"], one["oa_secret_key"])
            assert made == one["expected_hex"]
            checked += 1
    assert checked >= 7
    known = json.loads((SAMPLES / "aux_vectors.json").read_text("utf-8"))
    proof = known["appsecret_proof"]
    made = proof_of(proof["app_secret"], proof["access_token"])
    assert made == proof["appsecret_proof"]
    pkce = known["pkce_rfc7636_appendix_b"]
    assert challenge_of(pkce["code_verifier"]) == pkce["code_challenge"]


ACTS: dict[str, Act] = {
    "oa_user_send_text": lambda person: person.says("xin chào"),
    "oa_user_send_text_quote": lambda person: person.says("cái này", quoting="c9d2"),
    "oa_user_send_text_button": lambda person: person.presses("Có"),
    "oa_user_send_image": lambda person: person.sends("image", "ổ gà"),
    "oa_user_send_gif": lambda person: person.sends("gif"),
    "oa_user_send_link": lambda person: person.sends("link", "https://example.org/"),
    "oa_user_send_audio": lambda person: person.sends("audio"),
    "oa_user_send_video": lambda person: person.sends("video"),
    "oa_user_send_sticker": lambda person: person.sends("sticker"),
    "oa_user_send_location": lambda person: person.sends("location", "Phường Mẫu"),
    "oa_user_send_file": lambda person: person.sends("file"),
    "oa_user_send_business_card": lambda person: person.sends("business_card"),
    "oa_follow": lambda person: person.follows(),
    "oa_unfollow": lambda person: person.unfollows(),
    "oa_user_click_chatnow": lambda person: person.clicks_chatnow(),
    "oa_user_submit_info": lambda person: person.submits_info(),
    "oa_user_submit_info_old": lambda person: person.submits_info(old=True, ward="Phường Mẫu"),
    "oa_user_received_message": lambda person: person.receives(),
    "oa_user_seen_message": lambda person: person.sees(),
    "oa_user_reacted_message": lambda person: person.reacts(),
    "oa_user_withdraw": lambda person: person.withdraws(),
    "oa_oa_send_text": lambda person: person.emulator.staff().answers(person, "Cán bộ đây"),
}


@pytest.mark.parametrize("sample", ACTS)
def test_every_act_makes_an_event_of_the_documented_shape(sample: str) -> None:
    async def scene(zalo: ZaloOAEmulator, client: Client) -> None:
        event = await ACTS[sample](await asked(zalo, client))
        documented = json.loads((SAMPLES / f"{sample}.json").read_text("utf-8"))
        assert shape(event) == shape(documented)
        assert event is not None
        assert event["event_name"] == documented["event_name"]

    play(scene)


def test_every_kind_of_message_has_an_event() -> None:
    kinds = {match[1] for name in ACTS if (match := re.match("oa_user_send_(.*)", name))}
    assert set(PAYLOADS) <= kinds


def test_the_console_can_send_its_test() -> None:
    async def scene(zalo: ZaloOAEmulator, client: Client) -> None:
        async with receiver(zalo) as hook:
            assert await zalo.tests_webhook() == 200
            documented = json.loads((SAMPLES / "oa_console_test_event.json").read_text("utf-8"))
            event = hook.events[0]
            assert {**documented, "timestamp": event["timestamp"]} == event

    play(scene)


def test_every_message_of_the_api_comes_back_as_an_echo_without_an_administrator() -> None:
    async def scene(zalo: ZaloOAEmulator, client: Client) -> None:
        person = zalo.person()
        await person.says("xin chào")
        token = (await client.upload("file", b"%PDF-1.7", "don.pdf"))["data"]["token"]
        image = (await client.upload("image", picture()))["data"]["attachment_id"]
        moving = (await client.upload("gif", picture("GIF")))["data"]["attachment_id"]
        size = {"width": 8, "height": 8}
        messages: list[Json] = [
            {"text": "Dạ"},
            {**media(media_type="image", attachment_id=image), "text": "Sơ đồ"},
            media(media_type="gif", attachment_id=moving, **size),
            media(media_type="sticker", attachment_id="3b9f51d7aa04c26e8812"),
            file(token),
            form(),
        ]
        async with receiver(zalo) as hook:
            ids = [(await client.sends(person.id, one))["data"]["message_id"] for one in messages]
            await zalo.settles()
            kinds = ["text", "image", "gif", "sticker", "file", "template"]
            assert hook.names == [f"oa_send_{kind}" for kind in kinds]
            assert [event["message"]["msg_id"] for event in hook.events] == ids
            assert {json.dumps(event["sender"]) for event in hook.events} == {
                json.dumps({"id": ACCOUNT.oa_id})
            }
            documented = json.loads((SAMPLES / "oa_oa_send_image.json").read_text("utf-8"))
            assert shape(hook.events[1]) == shape(documented)

    play(scene)


def test_the_staffs_answer_is_seen_and_echoed_with_its_administrator() -> None:
    async def scene(zalo: ZaloOAEmulator, client: Client) -> None:
        person = zalo.person()
        async with receiver(zalo) as hook:
            await zalo.staff("42").answers(person, "Cán bộ đây ạ")
            await zalo.settles()
            assert hook.events[0]["sender"] == {"id": ACCOUNT.oa_id, "admin_id": "42"}
        shown = await person.waits_for(lambda message: message.by_staff)
        assert shown.text == "Cán bộ đây ạ"

    play(scene)


def test_what_happens_without_a_webhook_is_lost_but_stands_in_the_conversation() -> None:
    async def scene(zalo: ZaloOAEmulator, client: Client) -> None:
        person = zalo.person()
        await person.says("có ai không?")
        async with receiver(zalo) as hook:
            zalo.events.unticked = {"oa_send_text"}
            await client.sends(person.id, "Dạ có")
            await zalo.settles()
            assert hook.got == []
        assert [event["event_name"] for event in zalo.events.lost] == [
            "user_send_text",
            "oa_send_text",
        ]
        data = {"user_id": person.id, "offset": 0, "count": 10}
        rows = (await client.get("/v2.0/oa/conversation", data))["data"]
        assert [row["message"] for row in rows] == ["Dạ có", "có ai không?"]

    play(scene)


# ---- repeats and disorder ------------------------------------------------------------


def test_a_refused_event_is_repeated_with_its_number_and_the_same_bytes() -> None:
    async def scene(zalo: ZaloOAEmulator, client: Client) -> None:
        zalo.repeat_after(0.01, 0.01, 0.01)
        async with receiver(zalo, 500, 404) as hook:
            await zalo.person().says("xin chào")
            await zalo.settles()
            assert [headers.get("num_retry") for _, headers in hook.got] == [None, "1", "2"]
            assert len({raw for raw, _ in hook.got}) == 1
            assert [attempt.status for attempt in zalo.attempts] == [500, 404, 200]

    play(scene)


def test_after_the_last_repeat_the_webhook_is_off_until_it_is_set_again() -> None:
    async def scene(zalo: ZaloOAEmulator, client: Client) -> None:
        zalo.repeat_after(0.01)
        person = zalo.person()
        async with receiver(zalo, 500, 500) as hook:
            await person.says("một")
            await zalo.settles()
            await person.says("hai")
            assert len(hook.got) == 2
            assert [event["message"]["text"] for event in zalo.events.given_up] == ["một"]
            zalo.set_webhook(hook.url)
            await person.says("ba")
            await zalo.settles()
            assert [event["message"]["text"] for event in hook.events] == ["một", "một", "ba"]

    play(scene)


def test_refusals_may_also_be_left_alone_and_a_cut_connection_never_is() -> None:
    async def scene(zalo: ZaloOAEmulator, client: Client) -> None:
        zalo.repeat_after(0.01)
        zalo.events.repeats_refused = False
        person = zalo.person()
        async with receiver(zalo, 500) as hook:
            await person.says("một")
            await zalo.settles()
            assert len(hook.got) == 1
        await person.says("hai")
        await zalo.settles()
        assert [attempt.status for attempt in zalo.attempts] == [500, None, None]

    play(scene)


def test_two_seconds_are_all_a_webhook_has() -> None:
    assert ZaloOAEmulator().events.timeout == 2.0

    async def scene(zalo: ZaloOAEmulator, client: Client) -> None:
        zalo.events.timeout = 0.05
        zalo.repeat_after(0.3)
        async with receiver(zalo) as hook:
            hook.pause = 0.2
            await zalo.person().says("xin chào")
            await zalo.until(lambda: zalo.attempts)
            assert zalo.attempts[0].status is None
            hook.pause = 0
            await zalo.settles()
            assert zalo.attempts[1].status == 200

    play(scene)


def test_the_real_ladder_waits_half_a_minute_to_an_hour() -> None:
    assert LADDER == (30, 5 * 60, 15 * 60, 30 * 60, 60 * 60)


def test_a_refused_event_does_not_hold_back_the_next() -> None:
    async def scene(zalo: ZaloOAEmulator, client: Client) -> None:
        zalo.repeat_after(0.2)
        async with receiver(zalo, 500) as hook:
            person = zalo.person()
            await person.says("một")
            await person.says("hai")
            await zalo.settles()
            assert [event["message"]["text"] for event in hook.events] == ["một", "hai", "một"]

    play(scene)


def test_events_come_doubled_and_out_of_order_on_demand() -> None:
    async def scene(zalo: ZaloOAEmulator, client: Client) -> None:
        async with receiver(zalo) as hook:
            person = zalo.person()
            zalo.events.hold()
            said = [await person.says(text) for text in ("một", "hai", "ba")]
            assert hook.got == []
            assert await zalo.events.release([2, 0, 1]) == [200] * 3
            assert hook.events == [said[2], said[0], said[1]]
            assert await zalo.deliver_again(said[0], times=5) == [200] * 5
            assert hook.events[3:] == [said[0]] * 5
            zalo.events.hold()
            await person.says("bốn")
            assert await zalo.events.release(times=5) == [200] * 5
            ids = {event["message"]["msg_id"] for event in hook.events}
            assert len(ids) == 4

    play(scene)


def test_a_stranger_can_post_with_another_secret_or_any_bytes() -> None:
    async def scene(zalo: ZaloOAEmulator, client: Client) -> None:
        async with receiver(zalo, 401, 401) as hook:
            event = zalo.events.from_person("user_send_text", zalo.person().chat, {}, 1)
            assert await zalo.events.post(event, secret="another") == 401
            assert await zalo.events.post_raw(b"\xff", {}) == 401
            right = mac(ACCOUNT.app_id, hook.got[0][0], "1", ACCOUNT.oa_secret)
            assert hook.got[0][1]["X-ZEvent-Signature"] != f"mac={right}"

    play(scene)


# ---- people ------------------------------------------------------------


def test_a_press_is_a_text_that_nothing_tells_from_a_typed_one() -> None:
    async def scene(zalo: ZaloOAEmulator, client: Client) -> None:
        person = await asked(zalo, client)
        pressed, typed = await person.presses("Có"), await person.says("#v1:yes")
        assert pressed is not None
        assert pressed["message"]["text"] == typed["message"]["text"] == "#v1:yes"
        assert shape(pressed) == shape(typed)
        assert pressed["message"]["msg_id"] != typed["message"]["msg_id"]
        made = len(zalo.events.made)
        assert await person.presses("Mở") is None
        assert person.opened == [("oa.open.url", {"url": "https://x.vn"})]
        assert len(zalo.events.made) == made
        with pytest.raises(LookupError, match="there are"):
            await person.presses("Không có nút này")

    play(scene)


def test_a_press_opens_the_chat_for_another_seven_days() -> None:
    async def scene(zalo: ZaloOAEmulator, client: Client) -> None:
        person = await asked(zalo, client)
        client.waits(days=8)
        assert (await client.sends(person.id, "a"))["error"] == -230
        await person.presses("Có")
        assert (await client.sends(person.id, "a"))["error"] == 0
        client.waits(days=8)
        await person.receives()
        await person.unfollows()
        assert (await client.sends(person.id, "a"))["error"] == -230
        await person.clicks_chatnow()
        assert (await client.sends(person.id, "a"))["error"] == 0

    play(scene)


def test_a_person_sees_forms_pictures_and_files_as_what_they_are() -> None:
    async def scene(zalo: ZaloOAEmulator, client: Client) -> None:
        person = await asked(zalo, client)
        await client.sends(person.id, form(title="Liên hệ"))
        sticker = media(media_type="sticker", attachment_id="s1")
        await client.sends(person.id, sticker)
        first, asking, stuck = person.messages
        assert first.labels == ["Có", "Mở"]
        assert asking.form is not None
        assert (asking.form.title, stuck.sticker) == ("Liên hệ", "s1")
        await person.submits_info(phone="84911111111")
        seen = await client.get("/v3.0/oa/user/detail", {"user_id": person.id})
        assert seen["data"]["shared_info"]["phone"] == "84911111111"

    play(scene)


def test_waiting_in_vain_tells_what_was_seen() -> None:
    async def scene(zalo: ZaloOAEmulator, client: Client) -> None:
        person = await asked(zalo, client)

        def fits(message: SeenMessage) -> bool:
            return message.text == "không có"

        with pytest.raises(TimeoutError, match="Cô chú cần việc gì"):
            await person.waits_for(fits, seconds=0.05)

    play(scene)


def test_people_have_ids_of_their_own_and_more_than_53_bits() -> None:
    async def scene(zalo: ZaloOAEmulator, client: Client) -> None:
        people = [zalo.person(name) for name in ("Lan", "Hùng")]
        people[1] = zalo.person("Hùng", user_id="6801357924680135799")
        assert len({person.id for person in people}) == 2
        assert all(int(person.id) > 1 << 53 for person in people)
        assert zalo.person(user_id=people[0].id) is people[0]

    play(scene)


def test_after_an_outage_everything_is_as_it_was() -> None:
    async def scene(zalo: ZaloOAEmulator, client: Client) -> None:
        person = await asked(zalo, client)
        before = zalo.root_url
        await zalo.stop()
        for error in (aiohttp.ClientError, aiohttp.ClientConnectorError):
            with pytest.raises(error):
                await client.post(CS, {})
        await zalo.start()
        assert zalo.root_url == before
        await client.sends(person.id, "Dạ")
        assert len(person.messages) == 2

    play(scene)
