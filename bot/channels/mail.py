"""Letters of the office by SMTP: one plain text, one address, an answer that says whether to try again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

import aiosmtplib
from aiosmtplib import (
    SMTPAuthenticationError,
    SMTPException,
    SMTPNotSupported,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPServerDisconnected,
    SMTPTimeoutError,
)

from bot.config import Settings

SECONDS = 20.0
FINAL = range(500, 600)
"""RFC 5321, 4.2.1: 5xx is for good, 4xx may go later."""


@dataclass(frozen=True, slots=True)
class Letter:
    """Plain words to one address; ``name`` is the same each time that it is tried, ``repr`` says only it."""

    name: str
    to: str
    subject: str
    text: str
    at: datetime

    def __repr__(self) -> str:
        return f"Letter({self.name!r})"


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a letter did not go: a code, and whether another try is useless."""

    code: str
    is_final: bool


class Mailer:
    """The office's way to one SMTP server."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @property
    def is_set(self) -> bool:
        """True when a server is named; without one nothing is sent."""
        return bool(self._settings.smtp_host)

    async def send(self, letter: Letter) -> Refused | None:
        """Hand it over; None when the server has taken it."""
        settings, tls = self._settings, self._settings.smtp_tls
        try:
            await aiosmtplib.send(
                _message(letter, settings.mail_from),
                hostname=settings.smtp_host,
                port=settings.smtp_port,
                username=settings.smtp_user or None,
                password=settings.smtp_password.get_secret_value() or None,
                use_tls=tls == "tls",
                start_tls=tls == "starttls",
                timeout=SECONDS,
            )
        except (SMTPException, OSError, ValueError) as error:
            return _refused(error)
        return None


def _message(letter: Letter, sender: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = Address(addr_spec=sender)
    message["To"] = Address(addr_spec=letter.to)
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(letter.at)
    # The same letter tried twice has the same name: a mail program shows it once.
    message["Message-ID"] = f"<{letter.name}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    return message


def _refused(error: Exception) -> Refused:
    """What the server or the way to it said, as a code without its words: they may hold the address."""
    match error:
        case SMTPRecipientsRefused(recipients=[SMTPResponseException(code=code), *_]):
            return Refused(f"smtp {code}", code in FINAL)
        case SMTPAuthenticationError(code=code):
            return Refused("sign-in", code in FINAL)
        case SMTPResponseException(code=code):
            return Refused(f"smtp {code}", code in FINAL)
        case SMTPNotSupported():
            return Refused("not-supported", True)
        case SMTPTimeoutError() | SMTPServerDisconnected():
            return Refused("lost", False)
        case ValueError():
            return Refused("address", True)
        case _:
            return Refused("no-way", False)
