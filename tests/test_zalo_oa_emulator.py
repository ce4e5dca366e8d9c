"""The rules that the stand-in for Zalo's OA servers keeps: tokens, calls, messages, files."""

from __future__ import annotations

import io
import json
import time
import zipfile
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest

from tests.zalo_oa_client import (
    ACCOUNT,
    CS,
    Client,
    buttons,
    file,
    form,
    media,
    opens,
    picture,
    play,
    query,
)
from tests.zalo_oa_emulator import PAGE, Person, ZaloOAEmulator
from tests.zalo_oa_rules import Json, challenge_of, proof_of

VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"  # RFC 7636, appendix B
CALLBACK = "https://bot.example.vn/zalo/callback"


async def newcomer(zalo: ZaloOAEmulator) -> Person:
    person = zalo.person()
    await person.says("xin chào")
    return person


# ---- consent and tokens ------------------------------------------------------------


async def consent(zalo: ZaloOAEmulator, **params: str) -> str:
    """Where the administrator's browser ends, without following it."""
    given = {"app_id": ACCOUNT.app_id, "redirect_uri": CALLBACK, **params}
    url = f"{zalo.root_url}/v4/oa/permission"
    async with aiohttp.ClientSession() as session:
        answer = await session.get(url, params=given, allow_redirects=False)
        assert answer.status == 302
        return answer.headers["Location"]


async def code_of(zalo: ZaloOAEmulator) -> str:
    place = await consent(zalo, code_challenge=challenge_of(VERIFIER), state="s1")
    return parse_qs(urlsplit(place).query)["code"][0]


def test_consent_comes_back_with_a_code_that_its_verifier_turns_into_a_pair() -> None:
    async def scene(zalo: ZaloOAEmulator, client: Client) -> None:
        place = await consent(zalo, code_challenge=challenge_of(VERIFIER), state="s1")
        assert place.startswith(f"{CALLBACK}?")
        found = parse_qs(urlsplit(place).query)
        assert (found["oa_id"], found["state"]) == ([ACCOUNT.oa_id], ["s1"])
        given = {"grant_type": "authorization_code", "code": found["code"][0]}
        pair = await client.grant(**given, code_verifier=VERIFIER)
        assert pair["expires_in"] == "90000"
        assert set(pair) == {"access_token", "refresh_token", "expires_in"}
        client.token = pair["access_token"]
        assert (await client.get("/v2.0/oa/getoa"))["data"]["oa_id"] == ACCOUNT.oa_id
        assert (await client.grant(**given, code_verifier=VERIFIER))["error"] == -14020

    play(scene)


@pytest.mark.parametrize(
    ("seconds", "verifier", "form", "error"),
    [
        (601, VERIFIER, {}, -14020),
        (0, "another" * 7, {}, -14012),
        (0, "", {}, -14012),
        (0, VERIFIER, {"app_id": "1"}, -14002),
        (0, VERIFIER, {"secret": "wrong"}, -14002),
        (0, VERIFIER, {"redirect_uri": "https://elsewhere.vn/"}, -14003),
        (0, VERIFIER, {"code": "made-up"}, -14020),
        (599, VERIFIER, {}, None),
    ],
)
def test_a_code_works_for_ten_minutes_with_its_own_verifier_app_and_address(
    seconds: int, verifier: str, form: dict[str, str], error: int | None
) -> None:
    async def scene(zalo: ZaloOAEmulator, client: Client) -> None:
        code = await code_of(zalo)
        zalo.passes(seconds=seconds)
        given = {"grant_type": "authorization_code", "code": code, "code_verifier": verifier}
        answer = await client.grant(**{**given, **form})
        assert answer.get("error") == error
        if error:
            assert {"error_name", "error_reason", "ref_doc"} <= set(answer)

    play(scene)


def test_consent_for_another_app_or_address_ends_on_zalos_error_page() -> None:
    async def scene(zalo: ZaloOAEmulator, client: Client) -> None:
        zalo.tokens.callback = CALLBACK
        assert (await consent(zalo, app_id="1")).endswith("error_code=-14002")
        place = await consent(zalo, redirect_uri="https://elsewhere.vn/")
        assert (await client.get(place))["error"] == -14003

    play(scene)


def test_a_refresh_token_works_once_and_ends_the_access_token_beside_it() -> None:
    async def scene(zalo: ZaloOAEmulator, client: Client) -> None:
        first = zalo.tokens.new_pair()
        second = await client.refresh(first.refresh_token)
        assert (await client.refresh(first.refresh_token))["error"] == -14020
        client.token = first.access_token
        assert (await client.get("/v2.0/oa/getoa"))["error"] == -216
        client.token = second["access_token"]
        assert (await client.get("/v2.0/oa/getoa"))["error"] == 0
        assert zalo.refreshes == 1
        assert len(zalo.calls_of("access_token")) == 2

    play(scene)


def test_tokens_end_after_25_hours_and_three_months_and_with_the_consent() -> None:
    async def scene(zalo: ZaloOAEmulator, client: Client) -> None:
        pair = zalo.tokens.new_pair()
        client.token = pair.access_token
        zalo.passes(seconds=90_000)
        assert (await client.get("/v2.0/oa/getoa"))["error"] == 0
        zalo.passes(seconds=1)
        assert (await client.get("/v2.0/oa/getoa"))["error"] == -216
        zalo.passes(days=89)
        assert (await client.refresh(pair.refresh_token))["error"] == -14020
        fresh = zalo.tokens.new_pair()
        zalo.tokens.revoke()
        assert (await client.refresh(fresh.refresh_token))["error"] == -14020

    play(scene)


def test_the_proof_is_asked_for_only_when_the_app_has_it_on() -> None:
    async def scene(zalo: ZaloOAEmulator, client: Client) -> None:
        wrong = proof_of("another secret", client.token)
        assert (await client.get("/v2.0/oa/getoa", appsecret_proof=wrong))["error"] == 0
        zalo.world.asks_proof = True
        assert (await client.get("/v2.0/oa/getoa"))["error"] == -242
        assert (await client.get("/v2.0/oa/getoa", appsecret_proof=wrong))["error"] == -242
        right = proof_of(ACCOUNT.app_secret, client.token)
        assert (await client.get("/v2.0/oa/getoa", appsecret_proof=right))["error"] == 0

    play(scene)


def test_the_minute_has_its_number_of_calls_and_says_what_is_left() -> None:
    async def scene(zalo: ZaloOAEmulator, client: Client) -> None:
        zalo.world.rate = 2
        for left in ("1", "0"):
            assert (await client.get("/v2.0/oa/getoa"))["error"] == 0
            assert client.headers["X-RateLimit-Remain"] == left
        assert client.headers["X-RateLimit-Limit"] == "2"
        assert (await client.get("/v2.0/oa/getoa"))["error"] == -32
        refused = await client.refresh("any")
        assert (refused["error"], "error_name" in refused) == (-32, True)
        zalo.passes(minutes=1)
        assert (await client.get("/v2.0/oa/getoa"))["error"] == 0

    play(scene)


# ---- messages ------------------------------------------------------------

BAD_MESSAGES: list[tuple[str, Json, int]] = [
    ("empty", {"text": " "}, -201),
    ("text too long", {"text": "ế" * 2001}, -210),
    ("unknown field", {"text": "a", "buttons": []}, -201),
    ("unknown attachment", {"text": "a", "attachment": {"type": "image"}}, -201),
    ("no buttons", buttons(), -201),
    ("six buttons", buttons(*[query()] * 6), -210),
    ("buttons without words", buttons(query(), text=""), -201),
    ("long label", buttons(query("a" * 101)), -210),
    ("no label", buttons(query("")), -201),
    ("long payload", buttons(query(payload="a" * 1001)), -210),
    ("payload no string", buttons({**query(), "payload": {"url": "https://x.vn"}}), -201),
    ("unknown button", buttons(query(kind="oa.query.other")), -201),
    ("address", buttons(opens("url", url="x.vn")), -201),
    ("phone with +", buttons(opens("phone", phone_code="+84900000123")), -201),
    ("phone without country", buttons(opens("phone", phone_code="0900000123")), -201),
    ("long sms", buttons(opens("sms", phone_code="84900000123", content="a" * 161)), -210),
    ("both sources", media(media_type="image", url="https://x.vn/a", attachment_id="1"), -201),
    ("no source", media(media_type="image"), -201),
    ("gif without size", media(media_type="gif", url="https://x.vn/a.gif"), -201),
    ("unknown media", media(media_type="video", url="https://x.vn/a"), -201),
    ("unknown id", media(media_type="image", attachment_id="made-up"), -100),
    ("unknown file", file("made-up"), -100),
    ("file with words", file("made-up", text="Đây ạ"), -201),
    ("long title", form(title="a" * 101), -210),
    ("long subtitle", form(subtitle="a" * 501), -210),
    ("form without picture", form(image_url=""), -201),
    ("unknown quote", {"text": "a", "quote_message_id": "made-up"}, -201),
]


@pytest.mark.parametrize(
    ("message", "error"), [pytest.param(m, e, id=name) for name, m, e in BAD_MESSAGES]
)
def test_a_message_of_another_shape_is_refused_and_nobody_sees_it(
    message: Json, error: int
) -> None:
    async def scene(zalo: ZaloOAEmulator, client: Client) -> None:
        person = await newcomer(zalo)
        assert (await client.sends(person.id, message))["error"] == error
        assert person.messages == []

    play(scene)


@pytest.mark.parametrize("kind", ["button", "transaction_order", "promotion", "media", "list"])
def test_a_template_type_beside_the_buttons_of_a_text_is_refused(kind: str) -> None:
    async def scene(zalo: ZaloOAEmulator, client: Client) -> None:
        person = await newcomer(zalo)
        message = buttons(query())
        message["attachment"]["payload"]["template_type"] = kind
        answer = await client.sends(person.id, message)
        assert answer["error"] == (-233 if kind == "list" else -201)

    play(scene)


def test_a_text_with_five_buttons_comes_as_it_was_sent() -> None:
    async def scene(zalo: ZaloOAEmulator, client: Client) -> None:
        person = await newcomer(zalo)
        given = [
            query("Có"),
            query("Không", kind="oa.query.show"),
            opens("url", url="https://x.vn"),
        ]
        given += [opens("phone", phone_code="84900000123")]
        given += [opens("sms", phone_code="84900000123", content="Chào")]
        answer = await client.sends(person.id, buttons(*given, text="ế" * 2000))
        assert answer["data"]["quota"]["quota_type"] == "reply"
        assert isinstance(answer["data"]["sent_time"], str)
        shown = person.messages[-1]
        assert shown.message_id == answer["data"]["message_id"]
        assert shown.labels == ["Có", "Không", "Mở", "Mở", "Mở"]
        assert (shown.quota, shown.by_staff) == ("reply", False)

    play(scene)


@pytest.mark.parametrize(
    "recipient",
    [{}, {"user_id": 6801357924680135792}, {"user_id": "1"}, {"message_id": "x"}, {"phone": "84"}],
)
def test_a_recipient_is_one_string_that_zalo_knows(recipient: Json) -> None:
    async def scene(zalo: ZaloOAEmulator, client: Client) -> None:
        await newcomer(zalo)
        answer = await client.post(CS, {"recipient": recipient, "message": {"text": "a"}})
        assert answer["error"] == -201

    play(scene)


def test_a_message_can_answer_and_quote_one_of_the_persons() -> None:
    async def scene(zalo: ZaloOAEmulator, client: Client) -> None:
        person = zalo.person()
        asked = (await person.says("giấy tờ gì?"))["message"]["msg_id"]
        message = {"text": "Dạ", "quote_message_id": asked}
        await client.post(CS, {"recipient": {"message_id": asked}, "message": message})
        assert person.messages[-1].quotes == asked

    play(scene)


def test_after_48_hours_a_message_is_charged_and_after_seven_days_refused() -> None:
    async def scene(zalo: ZaloOAEmulator, client: Client) -> None:
        person = await newcomer(zalo)
        client.waits(hours=48)
        assert (await client.sends(person.id, "a"))["data"]["quota"]["quota_type"] == "reply"
        zalo.passes(seconds=1)
        quota = (await client.sends(person.id, "a"))["data"]["quota"]
        assert (quota["quota_type"], quota["remain"]) == ("sub_quota", 499)
        zalo.world.allowance = 1
        assert "quota" not in (await client.sends(person.id, "a"))["data"]
        assert (zalo.world.free, zalo.world.charged, zalo.world.paid) == (1, 2, 1)
        zalo.world.pays = False
        assert (await client.sends(person.id, "a"))["error"] == -211
        client.waits(days=5)
        assert (await client.sends(person.id, "a"))["error"] == -230
        await person.says("còn đó không?")
        assert (await client.sends(person.id, "Dạ còn"))["data"]["quota"]["quota_type"] == "reply"

    play(scene)


def test_nobody_is_written_to_before_they_do_something() -> None:
    async def scene(zalo: ZaloOAEmulator, client: Client) -> None:
        person = zalo.person()
        assert (await client.sends(person.id, "a"))["error"] == -230
        await person.follows()
        quota = (await client.sends(person.id, "Dạ chào"))["data"]["quota"]
        assert (quota["quota_type"], quota["remain"]) == ("welcome_msg", 2)

    play(scene)


@pytest.mark.parametrize("code", [-213, -227, -244])
def test_a_person_can_be_out_of_reach_and_come_back(code: int) -> None:
    async def scene(zalo: ZaloOAEmulator, client: Client) -> None:
        person = await newcomer(zalo)
        person.refuses(code)
        assert (await client.sends(person.id, "a"))["error"] == code
        person.refuses(0)
        assert (await client.sends(person.id, "a"))["error"] == 0

    play(scene)


# ---- files ------------------------------------------------------------


def docx() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as packed:
        packed.writestr("word/document.xml", "<w:document/>")
    return made.getvalue()


@pytest.mark.parametrize(
    ("kind", "name", "data", "error"),
    [
        ("image", "a.png", picture("PNG"), 0),
        ("image", "a.jpg", picture("JPEG"), 0),
        ("image", "a.png", picture("GIF"), -201),
        ("image", "a.png", picture("WEBP"), -201),
        ("image", "a.png", b"\x89PNG\r\n\x1a\n made-up", -201),
        ("image", "a.png", picture("PNG")[:-30], -201),
        ("image", "a.png", b"", -201),
        ("image", "a.png", picture("PNG") + bytes(1_000_000), -210),
        ("gif", "a.gif", picture("GIF"), 0),
        ("gif", "a.gif", picture("PNG"), -201),
        ("gif", "a.gif", picture("GIF") + bytes(5_000_000), -210),
        ("file", "a.pdf", b"%PDF-1.7 made-up", 0),
        ("file", "a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 made-up", 0),
        ("file", "a.docx", docx(), 0),
        ("file", "a.csv", "khu phố,lượt\n1,2\n".encode(), 0),
        ("file", "a.txt", b"a,b\n", -201),
        ("file", "a.pdf", b"MZ\x90\x00", -201),
        ("file", "a.pdf", b"%PDF-" + bytes(5_000_000), -210),
    ],
)
def test_an_upload_is_judged_by_what_it_holds(
    kind: str, name: str, data: bytes, error: int
) -> None:
    async def scene(zalo: ZaloOAEmulator, client: Client) -> None:
        answer = await client.upload(kind, data, name)
        assert answer["error"] == error
        if not error:
            assert set(answer["data"]) == {"token" if kind == "file" else "attachment_id"}

    play(scene)


def test_an_upload_needs_its_part_named_file_and_has_a_number_a_month() -> None:
    async def scene(zalo: ZaloOAEmulator, client: Client) -> None:
        assert (await client.upload("image", picture(), part="image"))["error"] == -201
        zalo.world.uploads_a_month = 1
        assert (await client.upload("image", picture()))["error"] == 0
        assert (await client.upload("image", picture()))["error"] == -211
        assert (await client.upload("gif", picture("GIF")))["error"] == 0
        client.waits(days=31)
        assert (await client.upload("image", picture()))["error"] == 0

    play(scene)


def test_what_was_uploaded_can_be_sent_for_seven_days_as_what_it_is() -> None:
    async def scene(zalo: ZaloOAEmulator, client: Client) -> None:
        person = await newcomer(zalo)
        made = (await client.upload("image", picture()))["data"]["attachment_id"]
        token = (await client.upload("file", b"%PDF-1.7", "don.pdf"))["data"]["token"]
        shown = {**media(media_type="image", attachment_id=made), "text": "Sơ đồ"}
        assert (await client.sends(person.id, shown))["error"] == 0
        assert (person.messages[-1].image, person.messages[-1].text) == (picture(), "Sơ đồ")
        assert (await client.sends(person.id, file(token)))["error"] == 0
        assert person.messages[-1].file.name == "don.pdf"  # type: ignore[union-attr]  # fails where there is no file
        assert (await client.sends(person.id, file(made)))["error"] == -100
        client.waits(days=7, seconds=1)
        await person.says("còn đó không?")
        assert (await client.sends(person.id, shown))["error"] == -100
        assert (await client.sends(person.id, file(token)))["error"] == -100

    play(scene)


def test_a_picture_by_address_is_fetched_and_judged_like_an_upload() -> None:
    async def scene(zalo: ZaloOAEmulator, client: Client) -> None:
        person = await newcomer(zalo)
        zalo.hosts["https://bot.example.vn"] = zalo.root_url
        shown = media(media_type="image", url="https://bot.example.vn/map.png")
        zalo.fail_next("map.png", body=picture())
        assert (await client.sends(person.id, shown))["error"] == 0
        assert person.messages[-1].image == picture()
        zalo.fail_next("map.png", body=PAGE)
        assert (await client.sends(person.id, shown))["error"] == -201
        zalo.fail_next("map.png", status=404, body=PAGE)
        assert (await client.sends(person.id, shown))["error"] == -201
        beyond = media(media_type="image", url="https://example.org/map.png")
        assert (await client.sends(person.id, beyond))["error"] == 0
        assert person.messages[-1].image is None

    play(scene)


# ---- what can be asked ------------------------------------------------------------


def test_a_person_can_be_looked_up_by_the_one_parameter_data_only() -> None:
    async def scene(zalo: ZaloOAEmulator, client: Client) -> None:
        person = await newcomer(zalo)
        await person.follows()
        seen = (await client.get("/v3.0/oa/user/detail", {"user_id": person.id}))["data"]
        assert (seen["display_name"], seen["user_is_follower"]) == ("Nguyễn Thị Lan", True)
        assert seen["user_last_interaction_date"] == "10/09/2026"
        plain = f"/v3.0/oa/user/detail?user_id={person.id}"
        assert (await client.get(plain))["error"] == -201
        assert (await client.get("/v3.0/oa/user/detail", {"user_id": "1"}))["error"] == -201
        zalo.world.names_hidden = True
        seen = (await client.get("/v3.0/oa/user/detail", {"user_id": person.id}))["data"]
        assert "display_name" not in seen

    play(scene)


def test_a_conversation_is_told_newest_first_ten_at_a_time() -> None:
    async def scene(zalo: ZaloOAEmulator, client: Client) -> None:
        person = await newcomer(zalo)
        await client.sends(person.id, "Dạ chào cô")
        asked = {"user_id": int(person.id), "offset": 0, "count": 10}
        rows = (await client.get("/v2.0/oa/conversation", asked))["data"]
        assert [(row["src"], row["message"]) for row in rows] == [
            (0, "Dạ chào cô"),
            (1, "xin chào"),
        ]
        assert rows[1]["from_id"] == rows[0]["to_id"] == person.id
        recent = (await client.get("/v2.0/oa/listrecentchat", {"offset": 0, "count": 1}))["data"]
        assert [row["message_id"] for row in recent] == [rows[0]["message_id"]]
        asked["count"] = 11
        assert (await client.get("/v2.0/oa/conversation", asked))["error"] == -210

    play(scene)


def test_the_quota_tells_a_persons_last_doing_and_the_packages_rest() -> None:
    async def scene(zalo: ZaloOAEmulator, client: Client) -> None:
        person = await newcomer(zalo)
        path = "/v3.0/oa/quota/message"
        asked = {"quota_owner": "OA", "product_type": "cs", "quota_type": "sub_quota"}
        about = (await client.post(path, {"user_id": person.id}))["data"]
        assert about["last_interaction"] == "1789000000000"
        assert (await client.post(path, asked))["data"][0]["remain"] == 500
        older = (await client.post("/v2.0/oa/quota/message", {}))["data"]
        assert older == {"type": "active", "remain": 500, "total": 500}

    play(scene)


def test_labels_are_put_on_people_and_taken_off() -> None:
    async def scene(zalo: ZaloOAEmulator, client: Client) -> None:
        person = await newcomer(zalo)
        on, off, gone = (
            {"user_id": person.id, "tag_name": tag} for tag in ("kp-1", "kp-1", "kp-2")
        )
        assert (await client.post("/v2.0/oa/tag/tagfollower", on))["error"] == 0
        assert (await client.get("/v2.0/oa/tag/gettagsofoa"))["data"] == ["kp-1"]
        found = await client.get("/v3.0/oa/user/getlist", {"offset": 0, "count": 50, **on})
        assert found["data"]["users"] == [{"user_id": person.id}]
        assert (await client.post("/v2.0/oa/tag/rmfollowerfromtag", gone))["error"] == -201
        assert (await client.post("/v2.0/oa/tag/rmfollowerfromtag", off))["error"] == 0
        assert (await client.get("/v2.0/oa/tag/gettagsofoa"))["data"] == ["kp-1"]
        for error in (0, -201):
            answer = await client.post("/v2.0/oa/tag/rmtag", {"tag_name": "kp-1"})
            assert answer["error"] == error

    play(scene)


@pytest.mark.parametrize(
    ("path", "body", "error"),
    [
        ("/v2.0/oa/message", {"recipient": {"user_id": "1"}, "message": {"text": "a"}}, -240),
        ("/v3.0/oa/message/transaction", {}, -209),
        ("/v3.0/oa/upload/image", {}, -209),
        (CS, [], -201),
        (CS, {}, -201),
    ],
)
def test_closed_and_unknown_calls_are_refused_with_a_number(
    path: str, body: Any, error: int
) -> None:
    async def scene(zalo: ZaloOAEmulator, client: Client) -> None:
        assert (await client.post(path, body))["error"] == error

    play(scene)


# ---- trouble ------------------------------------------------------------


def test_trouble_comes_as_ordered_and_only_as_often() -> None:
    async def scene(zalo: ZaloOAEmulator, client: Client) -> None:
        person = await newcomer(zalo)
        zalo.fail_next("message/cs", code=-32)
        zalo.fail_next("message/cs", body={"unlike": "Zalo"}, taking=True)
        assert (await client.sends(person.id, "1"))["error"] == -32
        assert await client.sends(person.id, "2") == {"unlike": "Zalo"}
        assert (await client.sends(person.id, "3"))["error"] == 0
        assert [message.text for message in person.messages] == ["2", "3"]
        zalo.fail_next("access_token", code=-14024)
        assert "error_reason" in await client.refresh("any")

    play(scene)


def test_an_answer_can_be_a_page_or_no_utf8_or_never_come() -> None:
    async def scene(zalo: ZaloOAEmulator, client: Client) -> None:
        person = await newcomer(zalo)
        url, body = zalo.root_url + CS, json.dumps({"recipient": {"user_id": person.id}})
        for status, bad in ((502, PAGE.encode()), (200, b"\xff\xfe{")):
            zalo.fail_next(status=status, body=bad)
            answer = await client.session.post(url, data=body)
            assert (answer.status, await answer.read()) == (status, bad)
        for after_taking, shown in ((False, []), (True, ["a"])):
            zalo.drop_next("message/cs", after_taking=after_taking)
            with pytest.raises(aiohttp.ClientError):
                await client.sends(person.id, "a")
            assert [message.text for message in person.messages] == shown

    play(scene)


def test_a_lost_answer_to_a_refresh_has_used_the_token_up() -> None:
    async def scene(zalo: ZaloOAEmulator, client: Client) -> None:
        pair = zalo.tokens.new_pair()
        zalo.drop_next("access_token")
        with pytest.raises(aiohttp.ClientError):
            await client.refresh(pair.refresh_token)
        assert (await client.refresh(pair.refresh_token))["error"] == -14020
        assert zalo.refreshes == 1

    play(scene)


def test_answers_can_be_late_or_slow_and_the_server_gone() -> None:
    async def scene(zalo: ZaloOAEmulator, client: Client) -> None:
        person = await newcomer(zalo)
        for order in (zalo.delay, zalo.slow_next):
            order("getoa", seconds=0.3)
            begun = time.monotonic()
            assert (await client.get("/v2.0/oa/getoa"))["error"] == 0
            assert time.monotonic() - begun > 0.29
            zalo.delay("getoa", seconds=0)
        await zalo.stop()
        for error in (aiohttp.ClientError, aiohttp.ClientConnectorError):
            with pytest.raises(error):
                await client.sends(person.id, "a")
        await zalo.start()
        assert (await client.sends(person.id, "a"))["error"] == 0

    play(scene)


def test_every_call_is_kept_with_what_it_carried() -> None:
    async def scene(zalo: ZaloOAEmulator, client: Client) -> None:
        person = await newcomer(zalo)
        await client.sends(person.id, "Dạ")
        await client.upload("image", picture())
        await client.refresh("any")
        sent, uploaded, refreshed = zalo.calls
        assert (sent.name, sent.params["message"]) == ("message/cs", {"text": "Dạ"})
        assert sent.headers["access_token"] == client.token
        assert uploaded.file is not None
        assert uploaded.file.data == picture()
        assert refreshed.params["refresh_token"] == "any"
        assert refreshed.headers["secret_key"] == ACCOUNT.app_secret
        assert [answer.status for answer in zalo.answers] == [200, 200, 200]

    play(scene)
