"""Consent: one purpose each, a text that says all the law wants, a version and proof, and a way back."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace

import pytest

from bot.core.keys import KeyRing
from bot.core.vocabulary import AddressForm, Use
from bot.library import load
from bot.locale import Texts, load_sentences
from bot.services import consents, phones
from bot.services.consents import VERSIONS, Proof
from storage import consents as stored
from storage.consents import NewConsent
from storage.database import Database, Unit
from tests.command_line import ROOT
from tests.storage_tools import ENGINES, KEY, Office, Shelf, open_office, open_shelf, talk

SENTENCES = load_sentences(ROOT / "content")
PHONE = "+84912345678"
HASHES = {
    (Use.CALL_BACK, "2026-11"): "12f28626e109baf6245616fc5cb2e7f3807a0a116c6c819a5c7b5cee94065efe",
    (Use.COUNT_ONCE, "2026-11"): "f6003f2487e59e432d5d58af00af9e849b0fa568d215a01c2fda3f75920bc244",
    (Use.SHOW_PHONE, "2026-11"): "194fe86a61928d821dc8ae9bdf4ecce3d02ebfb704c1ba09a233b92436c4ff3c",
    (Use.REMIND, "2026-11"): "74ce7a0a46b8ef51a9b25bf7d7f5ba1b46211b673f7e386c47444c87f555ff5e",
    (Use.REMIND, "2026-11-2"): "504febacf80e0e8fcb35122f3f3c78776bb3cc5accdf93b1c76a5f80bf493138",
    (Use.REMIND, "2026-11-3"): "d864d75667d00d9facf2a3d1075e6ad50e02a274b741f319bb7f21f2164a4c87",
    (Use.ATTEND, "2026-11"): "33e861020164c402d91328399c70f75c280f476aefd5ac6b78aea2bf6f55935b",
    (Use.LINK, "2026-11"): "7b3e8e4e97bb7bc51c6146f418f5ce54da2b7db546c3077d8116f9623a8dbbe9",
}
"""Every text that was ever shown. A changed text needs a new version and a new line here."""
SAYS = {
    Use.CALL_BACK: ("số điện thoại", "gọi lại", "Chỉ người nhận việc", "7 ngày", "rút đồng ý"),
    Use.COUNT_ONCE: ("số điện thoại", "khỏi đếm", "không ai đọc lại", "hai năm", "rút đồng ý"),
    Use.SHOW_PHONE: ("số điện thoại", "để gọi", "ai đang nhờ giúp", "rời tổ", "rút đồng ý"),
    Use.REMIND: (
        "lớp học",
        "nhắn",
        "không đưa cho ai khác",
        "tới khi",
        "ngừng nhận tin",
        "400 ngày",
    ),
    Use.ATTEND: ("khung chat", "một người", "Chỉ {commune} giữ", "hai năm", "rút đồng ý"),
    Use.LINK: ("hai khung chat", "khỏi đếm", "Chỉ {commune} giữ", "tới khi", "gỡ nối"),
}
"""What is kept, what for, who sees it, how long, and how to withdraw."""


@pytest.fixture(scope="module", params=ENGINES)
def shelf(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shelf]:
    with open_shelf(request, request.param, tmp_path_factory.mktemp("consents")) as opened:
        yield opened


@pytest.fixture
def office(shelf: Shelf) -> Office:
    return shelf.write(open_office)


def test_every_use_has_a_text_a_version_and_its_hash() -> None:
    assert set(VERSIONS) == set(Use) == set(SAYS)
    for use, version in VERSIONS.items():
        text = SENTENCES[consents.sentence_of(use)]
        assert HASHES.get((use, version)) == hashlib.sha256(text.encode()).hexdigest(), (
            f"{use}: câu đã đổi thì đặt phiên bản mới trong VERSIONS rồi ghi mã băm mới ở đây"
        )


@pytest.mark.parametrize("use", list(Use))
def test_a_text_says_what_why_who_how_long_and_how_to_withdraw(use: Use) -> None:
    text = SENTENCES[consents.sentence_of(use)]
    assert [said for said in SAYS[use] if said not in text] == []
    assert "đồng ý" in text.rsplit("{You}", 1)[-1]


@pytest.mark.parametrize("form", list(AddressForm))
def test_a_text_can_be_read_at_once_in_every_form_and_commune(form: AddressForm) -> None:
    texts = Texts(SENTENCES, form.words)
    plans = load(ROOT / "content").plans.values()
    assert len(plans) >= 5
    for plan in plans:
        name = texts.say(f"kind.{plan.kind}", name=plan.name)
        for use in Use:
            assert len(texts.say(consents.sentence_of(use), commune=name)) <= 300, use


def given(unit: Unit, office: Office, subject: bytes, use: Use) -> int:
    return consents.give(unit, office.id, subject, use, Proof("lời đã hiện", "console"))


def test_the_proof_holds_version_hash_of_what_was_shown_channel_way_and_moment(
    shelf: Shelf, office: Office
) -> None:
    who = shelf.write(talk, office, "bà Tư", "e1", "chào")
    subject = shelf.write(consents.of_chat, office.id, who)
    shelf.write(given, office, subject, Use.CALL_BACK)
    (one,) = shelf.read(stored.list_of, office.id, [subject])
    assert (one.use, one.version, one.channel, one.way) == (
        Use.CALL_BACK,
        VERSIONS[Use.CALL_BACK],
        "console",
        "chat",
    )
    assert one.text_hash == hashlib.sha256("lời đã hiện".encode()).hexdigest()
    assert one.given_at == shelf.clock.now
    assert who not in (subject,)


def test_one_purpose_says_nothing_of_another(shelf: Shelf, office: Office) -> None:
    subject = shelf.write(consents.of_phone, office.id, PHONE)
    shelf.write(given, office, subject, Use.COUNT_ONCE)
    found = {use: shelf.read(consents.find, office.id, subject, use) for use in Use}
    assert [use for use, one in found.items() if one] == [Use.COUNT_ONCE]


def test_the_same_consent_given_twice_is_one_and_after_withdrawing_it_is_another(
    shelf: Shelf, office: Office
) -> None:
    subject = shelf.write(consents.of_phone, office.id, PHONE)
    first = shelf.write(given, office, subject, Use.REMIND)
    assert shelf.write(given, office, subject, Use.REMIND) == first
    assert shelf.write(stored.withdraw, office.id, [subject], Use.REMIND) == [first]
    assert shelf.read(consents.find, office.id, subject, Use.REMIND) is None
    assert shelf.write(given, office, subject, Use.REMIND) != first
    assert len(shelf.read(stored.list_of, office.id, [subject])) == 2


def test_who_agreed_to_an_older_text_is_asked_again(shelf: Shelf, office: Office) -> None:
    subject = shelf.write(consents.of_phone, office.id, PHONE)
    older = NewConsent(Use.CALL_BACK, "2025-01", "0" * 64, "console", "chat")
    shelf.write(stored.add, office.id, subject, older)
    assert shelf.read(consents.find, office.id, subject, Use.CALL_BACK) is None
    shelf.write(given, office, subject, Use.CALL_BACK)
    found = shelf.read(consents.find, office.id, subject, Use.CALL_BACK)
    assert found is not None
    assert found.version == VERSIONS[Use.CALL_BACK]
    (kept,) = [
        one for one in shelf.read(stored.list_of, office.id, [subject]) if one.version == "2025-01"
    ]
    assert kept == replace(kept, withdrawn_at=None)  # nothing was rewritten


def test_after_a_change_of_key_a_consent_by_number_still_stands(
    shelf: Shelf, office: Office
) -> None:
    def agree(unit: Unit) -> bytes:
        subject = consents.of_phone(unit, office.id, PHONE)
        given(unit, office, subject, Use.COUNT_ONCE)
        phones.person_on(unit, office.id, PHONE)
        return subject

    before = shelf.write(agree)
    after = Database(shelf.url, KeyRing("khóa mới", (KEY,)), shelf.clock)
    try:
        (known,) = after.write(phones.who_is_on, office.id, PHONE)
        subject = after.read(consents.of_phone, office.id, PHONE)
        assert subject != before
        found = after.read(consents.find, office.id, subject, Use.COUNT_ONCE)
    finally:
        after.close()
    assert known.ordinal == 1
    assert found is not None
