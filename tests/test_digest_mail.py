"""The digest by e-mail: what a mail server may say, tries with breaks between them, nothing personal."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from bot.app.digests import DigestRounds
from bot.app.installation import Installation, open_installation
from bot.channels.mail import Letter, Mailer, Refused
from bot.config import Settings, load_settings
from bot.core.errors import SettingError
from bot.core.vocabulary import DigestState, Role
from bot.library import Library
from bot.services import digest_office
from storage import digests, staff
from storage.database import Unit
from storage.digests import MAIL, Digest, Habit, NewDigest
from storage.models_plans import digest_settings
from tests.channel_server import free_port
from tests.clock import FixedClock
from tests.smtp_server import HANG_UP, MailServer, mail_server

TO = "vhxh@honai.gov.vn"
PASSWORD = "mật khẩu của thư"
LETTER = Letter(
    "ban-so-1", TO, "Bản tin tuần 47", "3 lượt giúp", datetime(2026, 11, 23, tzinfo=UTC)
)


@pytest.fixture
def server() -> Iterator[MailServer]:
    with mail_server() as opened:
        yield opened


@pytest.fixture
def base(
    settings: Settings, clock: FixedClock, library: Library, server: MailServer
) -> Iterator[Installation]:
    ours = settings.model_copy(update=of(server))
    opened = open_installation(ours, clock, library=library)
    yield opened
    opened.database.close()


def of(server: MailServer) -> dict[str, object]:
    """Settings that lead there."""
    return {
        "smtp_host": "127.0.0.1",
        "smtp_port": server.port,
        "smtp_from": "ban-so@honai.gov.vn",
        "smtp_tls": "off",
    }


def sends(server: MailServer, **more: object) -> Refused | None:
    settings = Settings.model_validate(of(server) | more)
    return asyncio.run(Mailer(settings).send(LETTER))


def test_a_letter_arrives_as_it_was_written(server: MailServer) -> None:
    assert sends(server, smtp_user="ban-so@honai.gov.vn", smtp_password=PASSWORD) is None
    ((to, letter),) = server.letters
    assert to == letter["To"] == TO
    assert letter["From"] == "ban-so@honai.gov.vn"
    assert letter["Subject"] == "Bản tin tuần 47"
    assert letter["Message-ID"] == "<ban-so-1@honai.gov.vn>"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter.get_content().strip() == "3 lượt giúp"
    assert server.signed_in == [("ban-so@honai.gov.vn", PASSWORD)]


@pytest.mark.parametrize(
    ("command", "answer", "refused"),
    [
        ("hello", "421 dong cua", Refused("smtp 421", False)),
        ("hello", HANG_UP, Refused("no-way", False)),
        ("AUTH", "535 5.7.8 sai", Refused("sign-in", True)),
        ("AUTH", "454 cho chut", Refused("sign-in", False)),
        ("RCPT", "450 day", Refused("smtp 450", False)),
        ("RCPT", "550 khong co", Refused("smtp 550", True)),
        ("MAIL", "553 khong cho", Refused("smtp 553", True)),
        ("DATA", "554 khong nhan", Refused("smtp 554", True)),
        ("DATA", HANG_UP, Refused("lost", False)),
        ("end", "451 loi", Refused("smtp 451", False)),
        ("end", HANG_UP, Refused("lost", False)),
    ],
)
def test_what_a_server_says_is_told_apart(
    server: MailServer, command: str, answer: str, refused: Refused
) -> None:
    server.answers((command, answer))
    found = sends(server, smtp_user="ban-so@honai.gov.vn", smtp_password=PASSWORD)
    assert found == refused
    assert server.letters == []


def test_where_nobody_listens_it_is_tried_again(server: MailServer) -> None:
    assert sends(server, smtp_port=free_port()) == Refused("no-way", False)


def test_a_server_without_tls_gets_no_letter_unless_it_is_said_so(server: MailServer) -> None:
    refused = sends(server, smtp_tls="starttls", smtp_user="a@b.vn", smtp_password=PASSWORD)
    assert refused is not None
    assert (server.letters, server.signed_in) == ([], [])


def waits(base: Installation) -> None:
    """A digest that has to go by e-mail."""
    commune = base.communes[0].id

    def write(unit: Unit) -> None:
        officer = staff.add_staff(unit, commune, "chị Lan", Role.OFFICER)
        digests.save_habit(unit, commune, Habit(True, 1, 7, MAIL, TO), officer)
        lines = ("**Tuần 47** (16/11–22/11): 3 lượt giúp.", "Chưa có chỉ tiêu nào chậm.")
        digests.add(unit, commune, NewDigest("2026-W47", None, lines, DigestState.WAITING, MAIL))

    base.database.write(write)


def one(base: Installation) -> Digest:
    (found,) = base.database.read(digests.list_since, base.communes[0].id, "2026-W47")
    return found


def looks(base: Installation) -> None:
    asyncio.run(DigestRounds(base).mail())


def test_a_digest_goes_once_as_plain_words(base: Installation, server: MailServer) -> None:
    waits(base)
    looks(base)
    looks(base)
    ((to, letter),) = server.letters
    assert to == TO
    assert "bản tin tuần 47" in str(letter["Subject"]).lower()
    body = letter.get_content()
    assert "Tuần 47 (16/11–22/11): 3 lượt giúp." in body
    assert "**" not in body
    assert one(base).state is DigestState.SENT


def test_a_passing_fault_is_tried_again_after_ten_minutes_and_not_before(
    base: Installation, server: MailServer, clock: FixedClock
) -> None:
    waits(base)
    server.answers(("RCPT", "450 day"), ("end", HANG_UP))
    looks(base)
    looks(base)
    assert one(base).state is DigestState.WAITING
    clock.passes(minutes=10)
    looks(base)
    assert (one(base).state, server.letters) == (DigestState.WAITING, [])
    clock.passes(minutes=10)
    looks(base)
    assert one(base).state is DigestState.SENT
    assert len(server.letters) == 1


@pytest.mark.parametrize(
    ("answer", "fault"), [(("RCPT", "550 khong co"), "smtp 550"), (("MAIL", "535 x"), "smtp 535")]
)
def test_a_lasting_fault_ends_it_at_once(
    base: Installation, server: MailServer, answer: tuple[str, str], fault: str
) -> None:
    waits(base)
    server.answers(answer)
    looks(base)
    assert (one(base).state, one(base).fault) == (DigestState.FAILED, fault)
    looks(base)
    assert server.letters == []


def test_after_six_tries_it_is_given_up(
    base: Installation, server: MailServer, clock: FixedClock
) -> None:
    waits(base)
    server.answers(*[("hello", "421 dong cua")] * 9)
    for _ in range(8):
        looks(base)
        clock.passes(minutes=10)
    assert (one(base).state, one(base).fault) == (DigestState.FAILED, "smtp 421")
    assert len(server._planned) == 3


def test_what_was_not_tried_for_an_hour_is_given_up_untried(
    base: Installation, server: MailServer, clock: FixedClock
) -> None:
    waits(base)
    clock.passes(hours=2)
    looks(base)
    assert (one(base).state, one(base).fault) == (DigestState.FAILED, "late")
    assert server.letters == []


def test_without_a_server_it_fails_with_that_reason(
    base: Installation, clock: FixedClock, library: Library
) -> None:
    waits(base)
    bare = base.settings.model_copy(update={"smtp_host": ""})
    opened = open_installation(bare, clock, library=library)
    looks(opened)
    opened.database.close()
    assert (one(base).state, one(base).fault) == (DigestState.FAILED, "no-server")


def test_no_log_and_no_repr_names_the_address_or_the_password(
    base: Installation, server: MailServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    waits(base)
    server.answers(("RCPT", f"550 {TO} khong co"))
    looks(base)
    habit = base.database.read(digests.find_habit, base.communes[0].id)
    due = digest_office.Due(1, "2026-W47", TO, (), False)
    written = caplog.text + repr((habit, due, LETTER, one(base), base.settings))
    assert TO not in written
    assert habit is not None
    assert habit.mail == TO


def test_the_address_is_sealed_on_disk(base: Installation) -> None:
    waits(base)

    def read(unit: Unit) -> bytes:
        return bytes(unit.connection.execute(digest_settings.select()).one().mail)

    assert TO.encode() not in base.database.read(read)


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("vhxh@honai.gov.vn", True),
        ("a.b+c@d-e.vn", True),
        ("vhxh", False),
        ("a@b", False),
        ("a@b.vn, c@d.vn", False),
        ("a@b.vn\nBcc: c@d.vn", False),
        ("<a@b.vn>", False),
        ("á@b.vn", False),
        ("a@b..vn", False),
        (f"{'a' * 64}@{'b' * 60}.vn", False),
    ],
)
def test_an_address_is_one_plain_address(text: str, is_one: bool) -> None:
    assert digest_office.is_address(text) is is_one


def test_a_server_needs_a_sender() -> None:
    with pytest.raises(SettingError, match="BOT_SMTP_FROM"):
        load_settings({"BOT_SMTP_HOST": "smtp.honai.gov.vn"})
    named = {"BOT_SMTP_HOST": "smtp.honai.gov.vn", "BOT_SMTP_USER": "a@honai.gov.vn"}
    assert load_settings(named).mail_from == "a@honai.gov.vn"
