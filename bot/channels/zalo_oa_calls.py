"""A call of Zalo's OA servers in the name of the account: with its token, once more when that was refused."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import aiohttp
from pydantic import SecretStr

from bot.channels.zalo_oa_errors import (
    ACCOUNT_SECONDS,
    TOKEN_SECONDS,
    Sense,
    reason_of,
    sense_of,
)
from bot.channels.zalo_oa_tokens import NeedsConsentError, TokenKeeper
from bot.channels.zalo_oa_wire import Answer, NoAnswerError, ZaloWire
from bot.channels.zalo_signature import appsecret_proof
from bot.core.messages import Retry

MakeForm = Callable[[], aiohttp.FormData]


class HeldError(Exception):
    """The call was not made, or not taken: what waits is to be tried again."""

    def __init__(self, outcome: Retry) -> None:
        super().__init__(outcome.reason)
        self.outcome = outcome


class Calls:
    """Calls of one account; ``secret`` is the app's where each token is to be proved by it."""

    def __init__(self, wire: ZaloWire, keeper: TokenKeeper, secret: SecretStr | None) -> None:
        self._wire = wire
        self._keeper = keeper
        self._secret = secret

    async def post(self, path: str, body: Mapping[str, Any]) -> Answer:
        """Send JSON; raises ``HeldError``, or ``NoAnswerError`` when Zalo may have taken it."""
        return await self._ask(lambda headers: self._wire.post(path, headers=headers, body=body))

    async def upload(self, path: str, make: MakeForm, seconds: float) -> Answer:
        """Send a form, which is made anew for each try; raises as ``post`` does."""
        return await self._ask(
            lambda headers: self._wire.post(path, headers=headers, form=make(), seconds=seconds)
        )

    async def _ask(self, call: Callable[[dict[str, str]], Awaitable[Answer]]) -> Answer:
        token = await self._token(None)
        answer = await call(self._headers(token))
        if sense_of(answer.error) is Sense.TOKEN:
            answer = await call(self._headers(await self._token(token)))
        if sense_of(answer.error) is Sense.TOKEN:
            raise HeldError(Retry(TOKEN_SECONDS, reason_of(answer.error), whole_account=True))
        return answer

    async def _token(self, refused: str | None) -> str:
        """A token; another one than that which was refused. Nothing of ours has gone while this waits."""
        try:
            keeper = self._keeper
            return await (keeper.access() if refused is None else keeper.renew(refused))
        except NeedsConsentError as error:
            outcome = Retry(ACCOUNT_SECONDS, error.code, whole_account=True, alert=True)
        except NoAnswerError as error:
            outcome = Retry(None, error.reason, whole_account=True)
        raise HeldError(outcome)

    def _headers(self, token: str) -> dict[str, str]:
        headers = {"access_token": token}
        if self._secret is not None:
            headers["appsecret_proof"] = appsecret_proof(self._secret.get_secret_value(), token)
        return headers
