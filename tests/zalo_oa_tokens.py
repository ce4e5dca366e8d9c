"""Zalo's OAuth server as the emulator needs it: consent, codes and rotating pairs of tokens."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from tests.zalo_oa_rules import TOKEN, Json, NoGrantError, RefusedError, challenge_of

CODE_LIFE = 600
ACCESS_LIFE = 90_000  # 25 hours
REFRESH_LIFE = 90 * 86_400  # three months


@dataclass(frozen=True)
class OfficialAccount:
    """The app and its account as the console shows them; the two secrets differ."""

    app_id: str = "2754061983340175268"
    app_secret: str = "made-up-app-secret"
    oa_id: str = "3918204756619038472"
    oa_secret: str = "made-up-oa-secret-0123456789abcdef"
    name: str = "Bạn Số"


@dataclass
class Pair:
    """An access and a refresh token; a refresh ends both and makes their successors."""

    access_token: str
    refresh_token: str
    made_at: float
    alive: bool = True

    def body(self) -> Json:
        """As the token endpoint gives them: the seconds are a string."""
        tokens = {"access_token": self.access_token, "refresh_token": self.refresh_token}
        return {**tokens, "expires_in": str(ACCESS_LIFE)}


@dataclass
class _Code:
    challenge: str
    redirect_uri: str
    made_at: float
    used: bool = False


class Tokens:
    """Every code and pair ever made; nothing that was used or has expired works again.

    ``callback`` is the address saved in the console: while it is none, any address is taken.
    ``challenge`` is the one saved in the console, for a consent link that carries none.
    """

    def __init__(self, account: OfficialAccount, now: Callable[[], float]) -> None:
        self.account = account
        self.callback = ""
        self.challenge = ""
        self.expired_code = TOKEN  # -220 is seen as well
        self.pairs: list[Pair] = []
        self.refreshes = 0
        self._now = now
        self._codes: dict[str, _Code] = {}

    def new_pair(self) -> Pair:
        """A pair as the console's API Explorer hands it out."""
        made = [secrets.token_urlsafe(48) for _ in range(2)]
        pair = Pair(f"AT_{made[0]}", f"RT_{made[1]}", self._now())
        self.pairs.append(pair)
        return pair

    def revoke(self) -> None:
        """The administrator takes the consent back: every token is dead at once."""
        for pair in self.pairs:
            pair.alive = False

    # ---- consent ------------------------------------------------------------------------

    def consent(self, params: Json) -> str:
        """The code that the administrator's browser brings back after pressing «Đồng ý»."""
        if params.get("app_id") != self.account.app_id:
            raise NoGrantError(-14002, "app_id is unknown or the app is not active")
        redirect_uri = str(params.get("redirect_uri", ""))
        if not redirect_uri or redirect_uri != (self.callback or redirect_uri):
            raise NoGrantError(-14003, "redirect_uri is not the saved callback")
        code = secrets.token_urlsafe(32)
        challenge = str(params.get("code_challenge", "") or self.challenge)
        self._codes[code] = _Code(challenge, redirect_uri, self._now())
        return code

    # ---- the token endpoint -------------------------------------------------------------

    def grant(self, form: Json, secret_key: str) -> Pair:
        """A new pair for a code or a refresh token."""
        if form.get("app_id") != self.account.app_id:
            raise NoGrantError(-14002, "app_id is unknown or the app is not active")
        if not hmac.compare_digest(secret_key.encode(), self.account.app_secret.encode()):
            raise NoGrantError(-14002, "secret_key is not the app's")
        match form.get("grant_type"):
            case "authorization_code":
                return self._first(form)
            case "refresh_token":
                return self._next(str(form.get("refresh_token", "")))
        raise NoGrantError(-14002, "grant_type is unknown")

    def _first(self, form: Json) -> Pair:
        code = self._codes.get(str(form.get("code", "")))
        if code is None or code.used or self._now() - code.made_at > CODE_LIFE:
            raise NoGrantError(-14020, "code expired or already used")
        code.used = True
        if form.get("redirect_uri", code.redirect_uri) != code.redirect_uri:
            raise NoGrantError(-14003, "redirect_uri is not that of the consent")
        if code.challenge and challenge_of(str(form.get("code_verifier", ""))) != code.challenge:
            raise NoGrantError(-14012, "code_verifier does not fit the challenge")
        return self.new_pair()

    def _next(self, refresh_token: str) -> Pair:
        pair = next((one for one in self.pairs if one.refresh_token == refresh_token), None)
        if pair is None or not pair.alive or self._now() - pair.made_at > REFRESH_LIFE:
            raise NoGrantError(-14020, "refresh token expired or already used")
        pair.alive = False
        self.refreshes += 1
        return self.new_pair()

    # ---- every other call ---------------------------------------------------------------

    def check(self, access_token: str) -> None:
        """Refuses an access token that was never given, is expired, or has a successor."""
        pair = next((one for one in self.pairs if one.access_token == access_token), None)
        if pair is None or not pair.alive:
            raise RefusedError(TOKEN)
        if self._now() - pair.made_at > ACCESS_LIFE:
            raise RefusedError(self.expired_code, "Access token has expired")
