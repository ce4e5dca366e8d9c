"""What only a Zalo Official Account does: five buttons, uploads that grow old, tokens, refusals by number."""

from __future__ import annotations

import asyncio
import io
import json
import unicodedata
from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from PIL import Image
from pydantic import SecretStr

from bot.channels.wire import file_name
from bot.channels.zalo_oa_errors import SENSES, Sense, delivery_of
from bot.channels.zalo_oa_sending import FORM_PICTURE
from bot.channels.zalo_oa_uploads import UploadBook
from bot.channels.zalo_oa_wire import Answer
from bot.core.messages import (
    Choice,
    Delivered,
    Form,
    Kind,
    Media,
    MediaKind,
    Outbound,
    Rejected,
    Retry,
    Unreachable,
)
from storage import health
from tests.channel_harness import class_of, visible
from tests.channel_logs import heard
from tests.channel_zalo_oa import CS, OFFICE, ZaloOaHarness, ZaloOaWire, captured, reader
from tests.command_line import ROOT
from tests.test_channel_media import CHOICES, TEXT, content_of, kept, media_of
from tests.zalo_oa_people import SeenMessage

PLAIN = "Bước 2/8. Bấm <Kích hoạt> & chờ 😀."
FORM = Form("Số điện thoại", "Để tổ công nghệ gọi lại.")
SIX = (*(Choice(n, f"Việc {n}", f"topic:{n}") for n in range(1, 6)), Choice(0, "Về đầu", "menu"))
UPLOADED = (MediaKind.PICTURE, MediaKind.FILE)
EACH_UPLOADED = pytest.mark.parametrize("kind", UPLOADED)


def plays(scene: Callable[[ZaloOaWire], Coroutine[Any, Any, None]]) -> None:
    """Runs the scene with the stand-in and one person who has written."""

    async def play() -> None:
        async with asyncio.timeout(60), ZaloOaHarness().wire() as wire:
            await scene(wire)

    asyncio.run(play())


async def sends(wire: ZaloOaWire, text: str = TEXT, **more: Any) -> Any:
    return await wire.channel.send(wire.chat, Outbound(text, **more))


def seen(wire: ZaloOaWire) -> list[SeenMessage]:
    return wire.person.messages


def shape(wire: ZaloOaWire) -> list[str]:
    """What stands in the chat, a word for each message."""
    return [
        "picture" if one.image else "file" if one.file else "form" if one.form else one.text
        for one in seen(wire)
    ]


def uploads(wire: ZaloOaWire) -> int:
    return sum(call.name.startswith("upload/") for call in wire.zalo.calls)


# ---- words and buttons ---------------------------------------------------------------------------


def test_a_choice_is_a_hidden_query_that_comes_back_as_the_action() -> None:
    async def scene(wire: ZaloOaWire) -> None:
        assert isinstance(await sends(wire, choices=CHOICES), Delivered)
        [message] = seen(wire)
        assert message.text == PLAIN
        assert message.buttons == [
            ("1. Xong", "oa.query.hide", "#v1:step:vneid-kich-hoat:dien-hai-so"),
            ("2. Bị kẹt", "oa.query.hide", "#v1:stuck:vneid-kich-hoat:bam-kich-hoat"),
            ("0. Về đầu", "oa.query.hide", "#v1:menu"),
        ]
        event = await wire.person.presses("2. Bị kẹt")
        [inbound] = wire.channel.parse(json.dumps(event).encode())
        assert (inbound.kind, inbound.text) == (Kind.ACTION, CHOICES[1].action)
        assert inbound.address.chat == wire.chat

    plays(scene)


def test_the_sixth_choice_stands_in_the_text_with_its_digit() -> None:
    async def scene(wire: ZaloOaWire) -> None:
        await sends(wire, "Chọn việc", choices=SIX)
        [message] = seen(wire)
        assert message.labels == [f"{n}. Việc {n}" for n in range(1, 6)]
        assert message.text == "Chọn việc\n0. Về đầu"

    plays(scene)


def test_what_fits_no_button_leaves_its_place_to_the_next_choice() -> None:
    async def scene(wire: ZaloOaWire) -> None:
        first = Choice(1, "Dài", "x" * 997)
        await sends(wire, "Chọn việc", choices=(first, *SIX[1:]))
        [message] = seen(wire)
        assert message.labels == [*(f"{n}. Việc {n}" for n in range(2, 6)), "0. Về đầu"]
        assert message.text == "Chọn việc\n1. Dài"
        await sends(wire, "Chọn", choices=(replace(first, action="x" * 996),))
        assert seen(wire)[-1].labels == ["1. Dài"]

    plays(scene)


def test_a_long_label_is_cut_at_a_hundred_signs() -> None:
    async def scene(wire: ZaloOaWire) -> None:
        label = unicodedata.normalize("NFD", "Tiếng Việt " * 12)
        await sends(wire, "Chọn", choices=(Choice(1, label, "menu"),))
        [title] = seen(wire)[0].labels
        assert title.startswith("1. Tiếng Việt Tiếng Việt")
        assert title.endswith("…")
        assert 80 < len(title) <= 100

    plays(scene)


def test_long_words_go_in_pieces_with_the_buttons_on_the_last() -> None:
    async def scene(wire: ZaloOaWire) -> None:
        text = "Bấm **Gửi mã** rồi chờ một chút. " * 150
        outcome = await sends(wire, unicodedata.normalize("NFD", text), choices=CHOICES)
        messages = seen(wire)
        assert outcome == Delivered(messages[-1].message_id)
        assert len(messages) == 3
        assert all(len(one.text) <= 1900 for one in messages)
        assert all(unicodedata.is_normalized("NFC", one.text) for one in messages)
        assert visible("".join(one.text for one in messages)) == visible(text)
        assert [bool(one.labels) for one in messages] == [False, False, True]

    plays(scene)


def test_an_old_message_is_never_changed() -> None:
    async def scene(wire: ZaloOaWire) -> None:
        await sends(wire, "Một")
        first = seen(wire)[0].message_id
        await sends(wire, "Hai", replaces=first, press="abc")
        assert shape(wire) == ["Một", "Hai"]

    plays(scene)


def test_nothing_to_say_is_not_sent() -> None:
    async def scene(wire: ZaloOaWire) -> None:
        for text in ("", " \n ", "****"):
            assert isinstance(await sends(wire, text, media=media_of(MediaKind.PICTURE)), Rejected)
        assert wire.zalo.calls == []

    plays(scene)


def test_a_token_is_proved_where_the_app_asks_for_it_and_only_there() -> None:
    async def scene(wire: ZaloOaWire) -> None:
        wire.zalo.world.asks_proof = True
        assert isinstance(await sends(wire), Delivered)
        silent = wire.open(replace(OFFICE, proves=False))
        wrong = wire.open(replace(OFFICE, app_secret=SecretStr("another")))
        for channel in (silent, wrong):
            outcome = await channel.send(wire.chat, Outbound("Một"))
            assert outcome == Retry(600, "zalo -242", whole_account=True, alert=True)
        calls = wire.zalo.calls_of(CS)
        assert ["appsecret_proof" in call.headers for call in calls] == [True, False, True]

    plays(scene)


# ---- pictures, files, sounds ---------------------------------------------------------------------


@EACH_UPLOADED
def test_what_is_carried_goes_before_the_words_and_the_id_is_that_of_the_words(
    kind: MediaKind,
) -> None:
    async def scene(wire: ZaloOaWire) -> None:
        outcome = await sends(wire, media=kept(wire, kind), choices=CHOICES)
        assert shape(wire) == [kind, PLAIN]
        carried, words = seen(wire)
        assert (carried.image or (carried.file and carried.file.data)) == content_of(kind)
        assert outcome == Delivered(words.message_id)
        assert words.labels == ["1. Xong", "2. Bị kẹt", "0. Về đầu"]

    plays(scene)


@EACH_UPLOADED
def test_one_content_is_uploaded_once_for_everybody_and_every_process(kind: MediaKind) -> None:
    async def scene(wire: ZaloOaWire) -> None:
        media, people = kept(wire, kind), [wire.zalo.person(user_id=f"68013{n}") for n in range(9)]
        for person in people:
            await person.says("chào")
        channels = [wire.channel, wire.open()]
        sent = (
            channels[0].send(person.id, Outbound(f"Tin {n}", media=media))
            for n, person in enumerate(people)
        )
        assert {class_of(outcome) for outcome in await asyncio.gather(*sent)} == {"delivered"}
        await channels[1].send(wire.chat, Outbound("Tin", media=media))
        assert uploads(wire) == 1
        assert all(len(person.messages) == 2 for person in people)
        await sends(wire, media=kept(wire, kind, 2))
        assert uploads(wire) == 2

    plays(scene)


@EACH_UPLOADED
def test_an_upload_is_renewed_after_six_days(kind: MediaKind) -> None:
    async def scene(wire: ZaloOaWire) -> None:
        media = kept(wire, kind)
        for hours, expected in ((0, 1), (6 * 24 - 1, 1), (2, 2)):
            wire.clock.passes(hours=hours)
            await wire.person.says("còn đây")
            assert isinstance(await sends(wire, f"Sau {hours} giờ", media=media), Delivered)
            assert uploads(wire) == expected
        assert shape(wire).count(kind) == 3

    plays(scene)


@EACH_UPLOADED
def test_an_upload_that_zalo_has_lost_is_uploaded_again_once(kind: MediaKind) -> None:
    async def scene(wire: ZaloOaWire) -> None:
        media = kept(wire, kind)
        await sends(wire, "Một", media=media)
        wire.zalo.world.forget_uploads()
        assert isinstance(await sends(wire, "Hai", media=media), Delivered)
        await sends(wire, "Ba", media=media)
        assert uploads(wire) == 2
        assert shape(wire) == [kind, "Một", kind, "Hai", kind, "Ba"]

    plays(scene)


@EACH_UPLOADED
def test_an_upload_that_is_lost_at_once_leaves_the_words(kind: MediaKind) -> None:
    async def scene(wire: ZaloOaWire) -> None:
        wire.zalo.fail_next(CS, code=-100)
        assert isinstance(await sends(wire, "Một", media=kept(wire, kind)), Delivered)
        assert (uploads(wire), shape(wire)) == (1, ["Một"])
        wire.zalo.fail_next(CS, times=2, code=-100)
        assert isinstance(await sends(wire, "Hai", media=kept(wire, kind)), Delivered)
        assert (uploads(wire), shape(wire)) == (2, ["Một", "Hai"])

    plays(scene)


@EACH_UPLOADED
def test_the_id_of_what_may_be_taken_away_is_not_kept(kind: MediaKind) -> None:
    async def scene(wire: ZaloOaWire) -> None:
        media = media_of(kind)
        wire.archive.keep_own(media.key, lambda: content_of(kind), lambda: True)
        for text in ("Một", "Hai"):
            await sends(wire, text, media=media)
        assert uploads(wire) == 2
        assert await UploadBook(wire.database, wire.account).find(media.key) is None
        wire.archive.keep_own(media.key, lambda: content_of(kind), lambda: False)
        await sends(wire, "Ba", media=media)
        assert shape(wire) == [kind, "Một", kind, "Hai", "Ba"]

    plays(scene)


@pytest.mark.parametrize("code", [-100, -201, -210, -211, -224, -233, -9999])
@EACH_UPLOADED
def test_an_upload_that_is_refused_leaves_the_words(kind: MediaKind, code: int) -> None:
    async def scene(wire: ZaloOaWire) -> None:
        wire.zalo.fail_next(
            "upload/image" if kind is MediaKind.PICTURE else "upload/file", code=code
        )
        assert isinstance(await sends(wire, media=kept(wire, kind)), Delivered)
        assert shape(wire) == [PLAIN]

    plays(scene)


@EACH_UPLOADED
def test_what_is_too_large_is_not_even_uploaded(kind: MediaKind) -> None:
    async def scene(wire: ZaloOaWire) -> None:
        media = media_of(kind)
        wire.archive.keep(media.key, lambda: content_of(kind).ljust(5_000_001, b"\0"))
        assert isinstance(await sends(wire, media=media), Delivered)
        assert (uploads(wire), shape(wire)) == (0, [PLAIN])

    plays(scene)


def test_a_large_file_is_uploaded_without_a_warning() -> None:
    async def scene(wire: ZaloOaWire) -> None:
        media = media_of(MediaKind.FILE)
        wire.archive.keep(media.key, lambda: content_of(MediaKind.FILE).ljust(5_000_000, b"\0"))
        assert isinstance(await sends(wire, media=media), Delivered)
        assert shape(wire) == ["file", PLAIN]

    plays(scene)


def test_words_do_not_wait_for_a_picture_but_a_file_is_tried_again() -> None:
    async def scene(wire: ZaloOaWire) -> None:
        wire.zalo.fail_next("upload/image", status=502, body="<html>")
        assert isinstance(await sends(wire, "Một", media=kept(wire, MediaKind.PICTURE)), Delivered)
        wire.zalo.drop_next("upload/file")
        file = kept(wire, MediaKind.FILE)
        lost = await sends(wire, "Hai", media=file)
        assert lost == replace(
            Retry(None, ""), reason=lost.reason
        )  # no message can have gone twice
        assert shape(wire) == ["Một"]
        assert isinstance(await sends(wire, "Hai", media=file), Delivered)
        assert shape(wire) == ["Một", "file", "Hai"]

    plays(scene)


def test_too_many_uploads_hold_up_the_whole_account() -> None:
    async def scene(wire: ZaloOaWire) -> None:
        wire.zalo.fail_next("upload/image", code=-32)
        outcome = await sends(wire, media=kept(wire, MediaKind.PICTURE))
        assert outcome == Retry(None, "zalo -32", whole_account=True)
        assert shape(wire) == []

    plays(scene)


def test_a_file_has_a_name_that_can_be_read() -> None:
    async def scene(wire: ZaloOaWire) -> None:
        await sends(wire, media=kept(wire, MediaKind.FILE))
        [file] = [message.file for message in seen(wire) if message.file]
        assert (file.name, file.content_type) == ("bao-cao-tuan-47.pdf", "application/pdf")

    plays(scene)
    ending = "a" * 20 + ".docx"
    for words, name in (
        ("Báo cáo.docx", "bao-cao.docx"),
        ("Đơn số 3/2026", "don-so-3-2026.docx"),
        ("../../etc", "etc.docx"),
        ("Báo cáo " * 20, "bao-cao-" * 7 + "bao.docx"),
        ("Отчёт", ending),
        ("", ending),
    ):
        assert file_name(Media(MediaKind.FILE, ending, words)) == name


def test_a_sound_is_an_address_in_the_words() -> None:
    async def scene(wire: ZaloOaWire) -> None:
        media = kept(wire, MediaKind.SOUND)
        await sends(wire, media=media, choices=SIX)
        [message] = seen(wire)
        address = f"{wire.site}/media/{media.key}"
        assert message.text == f"{PLAIN}\nGiọng máy đọc: {address}\n0. Về đầu"
        assert uploads(wire) == 0

    plays(scene)


@pytest.mark.parametrize("site", ["", "http://phuong.example", "ftp://127.0.0.1:1"])
def test_without_a_public_address_there_are_neither_sounds_nor_forms(site: str) -> None:
    async def scene(wire: ZaloOaWire) -> None:
        message = Outbound(TEXT, form=FORM, media=kept(wire, MediaKind.SOUND))
        assert isinstance(await wire.open(site=site).send(wire.chat, message), Delivered)
        assert shape(wire) == [PLAIN]

    plays(scene)


def test_an_address_of_ours_may_end_with_a_slash() -> None:
    async def scene(wire: ZaloOaWire) -> None:
        media = kept(wire, MediaKind.SOUND)
        channel = wire.open(site="https://phuong.example/")
        await channel.send(wire.chat, Outbound("Nghe", media=media))
        expected = f"Nghe\nGiọng máy đọc: https://phuong.example/media/{media.key}"
        assert shape(wire) == [expected]

    plays(scene)


# ---- the form ------------------------------------------------------------------------------------


def test_the_form_comes_after_the_words() -> None:
    async def scene(wire: ZaloOaWire) -> None:
        long = Form("Số điện thoại " * 20, "Để gọi lại. " * 80)
        outcome = await sends(wire, "Cho xin số", form=long, choices=CHOICES)
        words, form = seen(wire)
        assert outcome == Delivered(words.message_id)
        assert words.labels == ["1. Xong", "2. Bị kẹt", "0. Về đầu"]
        assert form.form is not None
        assert 80 < len(form.form.title) <= 100
        assert 480 < len(form.form.subtitle) <= 500
        assert form.form.image_url == f"{wire.site}{FORM_PICTURE}"
        event = await wire.person.submits_info()
        [inbound] = wire.channel.parse(json.dumps(event).encode())
        assert (inbound.kind, inbound.text) == (Kind.CONTACT, "")

    plays(scene)


def test_the_picture_of_the_form_is_one_that_zalo_takes() -> None:
    raw = (ROOT / "bot" / "web" / FORM_PICTURE.removeprefix("/")).read_bytes()
    assert len(raw) < 1_000_000
    with Image.open(io.BytesIO(raw)) as picture:
        assert picture.format == "PNG"


@pytest.mark.parametrize("code", [-233, -224, -221, -223])
def test_a_form_that_is_refused_does_not_undo_the_words(code: int) -> None:
    async def scene(wire: ZaloOaWire) -> None:
        wire.zalo.slow_next(CS, seconds=0.0)
        wire.zalo.fail_next(CS, code=code)
        assert isinstance(await sends(wire, "Cho xin số", form=FORM), Delivered)
        assert shape(wire) == ["Cho xin số"]

    plays(scene)


# ---- half sent -----------------------------------------------------------------------------------

STOPS: dict[str, Callable[[ZaloOaWire], None]] = {
    "too many calls": lambda wire: wire.zalo.fail_next(CS, code=-32),
    "hung up": lambda wire: wire.zalo.drop_next(CS, after_taking=False),
    "a proxy's page": lambda wire: wire.zalo.fail_next(CS, status=502, body="<html>"),
    "token": lambda wire: wire.zalo.fail_next(CS, times=2, code=-216),
    "failed": lambda wire: wire.zalo.fail_next(CS, code=-200),
}


@pytest.mark.parametrize("stop", STOPS.values(), ids=STOPS)
@pytest.mark.parametrize("sent", [0, 1, 2, 3])
def test_a_message_that_stopped_half_way_goes_on_from_there(
    stop: Callable[[ZaloOaWire], None], sent: int
) -> None:
    async def scene(wire: ZaloOaWire) -> None:
        text = "ế" * 2500
        message = Outbound(text, CHOICES, media=kept(wire, MediaKind.PICTURE), form=FORM)
        wire.zalo.slow_next(CS, sent, seconds=0.0)  # these are taken as they are
        stop(wire)
        first = await wire.channel.send(wire.chat, message)
        assert isinstance(first, Retry)
        assert len(seen(wire)) == sent
        assert isinstance(await wire.channel.send(wire.chat, message), Delivered)
        assert shape(wire) == ["picture", "ế" * 1900, "ế" * 600, "form"]
        assert uploads(wire) == 1
        # It is over: the same words again are another message.
        await wire.channel.send(wire.chat, message)
        assert len(seen(wire)) == 8

    plays(scene)


def test_words_that_are_refused_in_the_middle_are_given_up() -> None:
    async def scene(wire: ZaloOaWire) -> None:
        wire.zalo.slow_next(CS, seconds=0.0)
        wire.zalo.fail_next(CS, code=-210)
        assert await sends(wire, "ế" * 2500, form=FORM) == Rejected("zalo -210")
        assert shape(wire) == ["ế" * 1900]

    plays(scene)


def test_zalo_may_fail_to_send_a_message_once() -> None:
    async def scene(wire: ZaloOaWire) -> None:
        wire.zalo.fail_next(CS, times=3, code=-200)
        assert await sends(wire, "Một") == Retry(10, "zalo -200")
        assert await sends(wire, "Hai") == Retry(10, "zalo -200")
        assert await sends(wire, "Một") == Rejected("zalo -200")
        assert isinstance(await sends(wire, "Hai"), Delivered)
        wire.zalo.fail_next(CS, times=2, code=-200)
        assert [await sends(wire, "Hai") for _ in range(2)] == [
            Retry(10, "zalo -200"),
            Rejected("zalo -200"),
        ]

    plays(scene)


# ---- tokens --------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", [-216, -220, -124])
def test_a_refused_token_is_refreshed_once_and_the_call_repeated_once(code: int) -> None:
    async def scene(wire: ZaloOaWire) -> None:
        wire.zalo.fail_next(CS, code=code)
        assert isinstance(await sends(wire, "Một"), Delivered)
        assert (wire.zalo.refreshes, len(wire.zalo.calls_of(CS))) == (1, 2)
        wire.zalo.fail_next(CS, times=9, code=code)
        assert await sends(wire, "Hai") == Retry(60, f"zalo {code}", whole_account=True)
        assert (wire.zalo.refreshes, len(wire.zalo.calls_of(CS))) == (2, 4)
        assert shape(wire) == ["Một"]

    plays(scene)


def test_a_token_that_is_refused_at_an_upload_is_refreshed_too() -> None:
    async def scene(wire: ZaloOaWire) -> None:
        wire.zalo.passes(hours=26)
        assert isinstance(await sends(wire, media=kept(wire, MediaKind.PICTURE)), Delivered)
        assert (wire.zalo.refreshes, uploads(wire)) == (1, 2)
        assert shape(wire) == ["picture", PLAIN]

    plays(scene)


def test_fifty_messages_with_a_token_that_is_over_share_one_refresh() -> None:
    async def scene(wire: ZaloOaWire) -> None:
        for one in wire.wires:
            one.answer_seconds = 30.0
        wire.zalo.passes(hours=26)
        outcomes = await asyncio.gather(*(sends(wire, f"Tin {n}") for n in range(50)))
        assert {class_of(outcome) for outcome in outcomes} == {"delivered"}
        assert wire.zalo.refreshes == 1

    plays(scene)


def test_without_consent_nothing_is_sent_and_somebody_hears_of_it() -> None:
    async def scene(wire: ZaloOaWire) -> None:
        wire.zalo.tokens.revoke()
        ill = Retry(600, health.NEEDS_CONSENT, whole_account=True, alert=True)
        assert await sends(wire, "Một") == ill
        assert wire.troubles == [health.NEEDS_CONSENT]
        calls = len(wire.zalo.calls)
        assert await sends(wire, "Hai", media=kept(wire, MediaKind.PICTURE)) == ill
        assert len(wire.zalo.calls) == calls
        assert shape(wire) == []

    plays(scene)


def test_a_silent_token_server_holds_the_account_up_and_nothing_counts_as_taken() -> None:
    async def scene(wire: ZaloOaWire) -> None:
        wire.clock.passes(hours=26)
        wire.zalo.drop_next("access_token", times=2, after_taking=False)
        outcome = await sends(wire, "Một")
        assert outcome == replace(Retry(None, "", whole_account=True), reason=outcome.reason)
        assert wire.zalo.calls_of(CS) == []
        assert isinstance(await sends(wire, "Một"), Delivered)

    plays(scene)


# ---- numbers -------------------------------------------------------------------------------------

MORNING = datetime(2026, 11, 18, 2, 0, tzinfo=UTC)
OUTCOMES: dict[Sense, Any] = {
    Sense.TOKEN: Retry(60, "", whole_account=True),
    Sense.FINAL: Rejected(""),
    Sense.FINAL_ALERT: Rejected("", alert=True),
    Sense.PERSON: Unreachable(""),
    Sense.ACCOUNT: Retry(600, "", whole_account=True, alert=True),
}
# A.8 of the reference, by what the sender is to do.
CLASSES: dict[Sense, set[int]] = {
    Sense.TOKEN: {-124, -216, -220},
    Sense.WAIT: {-32, -133, -144, -200, -214, -234, -1472},
    Sense.FINAL: {-100, -108, -210, -218, -237, -403},
    Sense.FINAL_ALERT: {-109, -111, -112, -131, -132, -201, -211, -233, -238, -241},
    Sense.PERSON: {-114, -118, -139, -140, -141, -213, -217, -227, -230, -232, -244, -305, -311},
    Sense.ACCOUNT: {-103, -104, -105, -115, -117, -135, -136, -137, -204, -205, -209, -212, -219}
    | {-221, -223, -224, -235, -240, -242, -248, -249, -320, -321},
}


def test_the_table_of_numbers_is_that_of_the_documents() -> None:
    found = {sense: {number for number in SENSES if SENSES[number] is sense} for sense in Sense}
    assert found == CLASSES


@pytest.mark.parametrize("sense", OUTCOMES, ids=lambda sense: sense.name)
def test_each_number_becomes_its_outcome_with_nothing_but_the_number(sense: Sense) -> None:
    for number in CLASSES[sense]:
        body = {"error": number, "message": "User Bà Tư 6801357924680135792 has blocked"}
        outcome = delivery_of(Answer(number, body), MORNING)
        assert outcome == replace(OUTCOMES[sense], reason=f"zalo {number}")


@pytest.mark.parametrize("number", [-1, -999, -14020, 7])
def test_a_number_that_nobody_documented_is_final_and_told(number: int) -> None:
    outcome = delivery_of(Answer(number, {}), MORNING)
    assert outcome == Rejected(f"zalo {number}", alert=True)


@pytest.mark.parametrize("number", sorted(CLASSES[Sense.PERSON]))
def test_a_refusal_by_the_person_stops_at_the_picture(number: int) -> None:
    async def scene(wire: ZaloOaWire) -> None:
        wire.person.refuses(number)
        outcome = await sends(wire, media=kept(wire, MediaKind.PICTURE))
        assert outcome == Unreachable(f"zalo {number}")
        assert len(wire.zalo.calls_of(CS)) == 1

    plays(scene)


@pytest.mark.parametrize(
    ("number", "at", "seconds", "is_whole"),
    [
        (-32, "2026-11-18T02:00", 7.0, True),
        (-214, "2026-11-18T02:00", 60, False),
        (-234, "2026-11-18T15:00", 8 * 3600, False),  # 22:00 in Vietnam
        (-234, "2026-11-18T20:30", 2.5 * 3600, False),  # 3:30
        (-234, "2026-11-18T22:59", 60, False),  # 5:59
        (-234, "2026-11-18T02:00", 60, False),  # 9:00: the clocks differ
        (-133, "2026-11-18T16:00", 7 * 3600, False),
        (-144, "2026-11-18T02:00", 15 * 3600, True),  # until midnight
        (-1472, "2026-11-18T16:59", 60, True),
    ],
)
def test_a_wait_is_as_long_as_it_must_be(
    number: int, at: str, seconds: float, is_whole: bool
) -> None:
    now = datetime.fromisoformat(at).replace(tzinfo=UTC)
    expected = Retry(seconds, f"zalo {number}", whole_account=is_whole)
    assert delivery_of(Answer(number, {}, 7.0), now) == expected


@pytest.mark.parametrize("body", [{}, {"data": []}, {"data": {"message_id": 7}}, {"data": None}])
def test_a_success_without_an_id_is_one(body: dict[str, Any]) -> None:
    assert delivery_of(Answer(0, body), MORNING) == Delivered(None)


# ---- what arrives --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["anonymous_send_text", "user_send_group_text", "add_user_to_tag"])
def test_what_concerns_no_chat_is_kept_as_having_come(name: str) -> None:
    [inbound] = reader().parse(json.dumps(captured(name)).encode())
    assert (inbound.address.chat, inbound.kind, inbound.text) == ("", Kind.NOTED, "")


def test_an_event_that_names_no_account_is_read() -> None:
    event = captured("user_withdraw")
    del event["oa_id"]
    [inbound] = reader().parse(json.dumps(event).encode())
    assert inbound.kind is Kind.WITHDREW


def test_the_id_of_an_event_is_made_with_our_secret() -> None:
    body = json.dumps(captured("follow")).encode()
    office = replace(OFFICE, webhook_secret=SecretStr("another"))
    [mine], [other] = reader().parse(body), reader(office).parse(body)
    assert mine.event_id != other.event_id


# ---- logs ----------------------------------------------------------------------------------------


def test_no_secret_no_person_and_no_words_reach_a_log_at_any_level() -> None:
    secrets: set[str] = {"Bà Tư", "ba-tu", "84900000123"}
    told = {"error": -233, "message": "Bà Tư 84900000123 refuses"}

    async def scene(wire: ZaloOaWire) -> None:
        form = Form("Bà Tư", "Gọi Bà Tư")
        for kind in MediaKind:
            media = replace(kept(wire, kind), words="Bà Tư nghe")
            message = Outbound("Bà Tư chờ", (Choice(1, "Bà Tư", "menu"),), media=media, form=form)
            await wire.channel.send(wire.chat, message)
            for name in (CS, "upload/image", "upload/file", "*"):
                wire.zalo.fail_next(name, body=told)
                await wire.channel.send(wire.chat, message)
                wire.zalo.world.forget_uploads()
                wire.zalo.fail_next(name, status=500, body="<html>Bà Tư 84900000123")
                await wire.channel.send(wire.chat, message)
        event = await wire.person.submits_info(name="Bà Tư")
        wire.channel.parse(json.dumps(event).encode())
        wire.zalo.fail_next("access_token", body=told)
        wire.zalo.passes(hours=26)
        await wire.channel.send(wire.chat, Outbound("Bà Tư"))
        secrets.update(wire.secrets)

    with heard("debug") as lines:
        plays(scene)
    heard_lines = "\n".join(lines)
    assert len(secrets) > 6
    assert "zalo -233" in heard_lines
    assert [secret for secret in secrets if secret in heard_lines] == []
