"""A Zalo Official Account (OpenAPI v3.0, read 2026-09): its webhook, and what is sent by it.

Unsafe ground: a press on a button comes as a text that anybody could type, a message is free for 48 hours
after the person's last act and impossible after seven days, and a refusal is an HTTP 200 with a number.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from pydantic import SecretStr

from bot.channels.wire import read_object
from bot.channels.zalo_oa_calls import Calls
from bot.channels.zalo_oa_reading import oa_of, read_event
from bot.channels.zalo_oa_sending import Postman, Site
from bot.channels.zalo_oa_tokens import TokenKeeper
from bot.channels.zalo_oa_uploads import UploadBook, Uploads
from bot.channels.zalo_oa_wire import ZaloWire
from bot.channels.zalo_signature import SIGNATURE_HEADER, is_signed
from bot.core.messages import Address, Delivery, Gallery, Inbound, Limits, Outbound, Rate
from bot.core.terms import ALWAYS_FREE, Terms


@dataclass(frozen=True, slots=True)
class Official:
    """The account and its app as Zalo's console shows them; ``proves`` each token by the app's secret."""

    app_id: str
    oa_id: str
    app_secret: SecretStr
    webhook_secret: SecretStr
    proves: bool = False


@dataclass(frozen=True, slots=True)
class Means:
    """What an account sends with.

    ``wire`` leads to the OpenAPI. Without a ``gallery`` messages go without pictures, files and sounds;
    without a ``public_url`` that a phone can reach, without sounds and forms.
    """

    wire: ZaloWire
    keeper: TokenKeeper
    uploads: UploadBook
    clock: Callable[[], datetime]
    gallery: Gallery | None = None
    public_url: str = ""


class ZaloOaChannel:
    """One Official Account of one commune."""

    name = "zalo_oa"
    # Published: 4,000 calls a minute. A message with a picture is two or three.
    limits = Limits(account=Rate(per_second=60, burst=60), chat=Rate(per_second=1, burst=3))

    def __init__(
        self, account: str, office: Official, means: Means, terms: Terms = ALWAYS_FREE
    ) -> None:
        self.account = account
        self.terms = terms
        self._office = office
        self._means = means
        secret = office.app_secret if office.proves else None
        calls = Calls(means.wire, means.keeper, secret)
        uploads = Uploads(calls, means.uploads, means.gallery)
        site = Site(means.public_url.rstrip("/"), means.gallery)
        self._postman = Postman(calls, uploads, site, means.clock)

    def is_genuine(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Zalo's signature over the body as it came, made with the secret of the webhook."""
        secret = self._office.webhook_secret.get_secret_value()
        return is_signed(body, headers.get(SIGNATURE_HEADER), self._office.app_id, secret)

    def parse(self, body: bytes) -> list[Inbound]:
        """The event; nothing for one of another account. ``ValueError`` when the body is no event.

        One that concerns no chat of ours has an empty one: it is kept as having come, and not answered.
        """
        given = read_object(body)
        event = read_event(given, self._office.webhook_secret.get_secret_value())
        if event is None:
            raise ValueError("not an event of Zalo")
        if oa_of(given) not in (None, self._office.oa_id):
            return []
        address = Address(self.name, self.account, event.chat or "")
        return [Inbound(address, event.event_id, event.kind, event.text, event.at)]

    async def send(self, chat: str, message: Outbound) -> Delivery:
        """Send it in as many parts as Zalo needs; old messages cannot be changed there."""
        return await self._postman.send(chat, message)

    async def close(self) -> None:
        """Let a refresh of the tokens end, and close the connections."""
        await self._means.keeper.close()
        await self._means.wire.close()
