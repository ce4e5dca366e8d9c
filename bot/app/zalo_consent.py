"""Asking for the right to speak for an Official Account: on Zalo's page, or with a token from its console."""

from __future__ import annotations

from urllib.parse import urlencode

from bot.app.installation import Installation
from bot.app.zalo import ZaloOa, consent_url
from bot.channels.zalo_oa_tokens import CONSENT_PATH, ask_tokens, read_tokens
from bot.channels.zalo_oa_wire import OK, NoAnswerError
from bot.channels.zalo_signature import appsecret_proof, challenge_of, new_verifier
from bot.services import oa_consent
from bot.services.oa_consent import CameBack, Ending
from storage import tokens

ABOUT_OA = "/v2.0/oa/getoa"


class ConsentDesk:
    """Sends the administrator to Zalo, and takes her back once."""

    def __init__(self, installation: Installation, oa: ZaloOa, actor: str) -> None:
        self._actor = actor
        self._settings = installation.settings
        self._database = installation.database
        self._oa = oa
        self.callback = consent_url(self._settings, oa.account.commune.slug)

    async def begin(self) -> str:
        """The address of Zalo's page, good for one consent within half an hour."""
        state = new_verifier()
        verifier = self._settings.zalo_oa_code_verifier.get_secret_value() or new_verifier()
        account = self._oa.account.id
        await self._database.write_soon(tokens.begin_authorization, account, state, verifier)
        asked = {
            "app_id": self._oa.app.id,
            "redirect_uri": self.callback,
            "code_challenge": challenge_of(verifier),
            "state": state,
        }
        return f"{self._settings.zalo_oa_oauth_base}{CONSENT_PATH}?{urlencode(asked)}"

    async def finish(self, came: CameBack) -> Ending:
        """Exchange what came back for tokens; stores nothing unless all of it is right."""
        fault = oa_consent.find_fault(came, self._settings.zalo_oa_id, self.callback)
        if fault is not None:
            return fault
        verifier = await self._database.write_soon(
            tokens.end_authorization, self._oa.account.id, came.state
        )
        return oa_consent.VOID if verifier is None else await self._spend(came, verifier)

    async def finish_by_hand(self, came: CameBack) -> Ending:
        """The same for whoever pasted the address at the terminal of this machine.

        Where the console of Zalo holds a fixed challenge it makes the address itself, without a state.
        """
        verifier = self._settings.zalo_oa_code_verifier.get_secret_value()
        if came.state or not verifier:
            return await self.finish(came)
        fault = oa_consent.find_fault(came, self._settings.zalo_oa_id, self.callback)
        return fault or await self._spend(came, verifier)

    async def take_refresh_token(self, token: str) -> Ending:
        """Begin with a refresh token from the console: it is spent at once, its successor is kept."""
        return await self._exchange({"grant_type": "refresh_token", "refresh_token": token})

    async def version(self) -> int:
        """Grows with each pair of tokens; 0 while there is none that is good."""
        pair = await self._database.read_soon(tokens.read, self._oa.account.id)
        return 0 if pair is None or pair.is_dead else pair.version

    async def _spend(self, came: CameBack, verifier: str) -> Ending:
        form = {"grant_type": "authorization_code", "code": came.code, "code_verifier": verifier}
        return await self._exchange(form)

    async def _exchange(self, form: dict[str, str]) -> Ending:
        try:
            answer = await ask_tokens(self._oa.oauth, self._oa.app, form)
            if answer.error != OK:
                return oa_consent.refusal(answer.error, self.callback)
            fresh = read_tokens(answer, self._database.clock())
        except NoAnswerError:
            return oa_consent.SILENT
        if await self._is_foreign(fresh.access):
            return oa_consent.OTHER_OA
        account = self._oa.account
        given = (self._actor, account.id, account.commune.id, fresh)
        await self._database.write_soon(oa_consent.keep, *given)
        return oa_consent.GRANTED

    async def _is_foreign(self, access: str) -> bool:
        """True when Zalo says that this token is another account's: the address only claimed whose it is."""
        try:
            answer = await self._oa.api.get(ABOUT_OA, headers=self.headers(access))
        except NoAnswerError:
            return False
        named = answer.data.get("oa_id")
        return answer.error == OK and named is not None and str(named) != self._settings.zalo_oa_id

    def headers(self, access: str) -> dict[str, str]:
        """What proves to Zalo that it is us asking."""
        if self._settings.zalo_oa_proof == "off":
            return {"access_token": access}
        secret = self._oa.app.secret.get_secret_value()
        return {"access_token": access, "appsecret_proof": appsecret_proof(secret, access)}
