"""The token keeper: a pair whose refresh token is good for one use, held safely over many processes.

Whoever refreshes holds the lease of the row (``storage.tokens``), reads it again inside, and commits the new
pair before anybody uses it. A pair that is lost between Zalo's answer and the commit cannot be had again: the
next try is refused, the account is marked, and only a person's consent helps; nothing loops.
Source: Zalo OA, “Xác thực và ủy quyền”, v4, read 2026-09.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import SecretStr

from bot.channels.zalo_oa_wire import OK, TOO_FAST, Answer, NoAnswerError, ZaloWire
from bot.core.errors import BotError
from bot.core.vocabulary import AccountId
from storage import health, tokens
from storage.database import Database, Unit
from storage.tokens import Pair, Tokens

log = logging.getLogger(__name__)

TOKEN_PATH = "/v4/oa/access_token"  # noqa: S105 – the path of a page
CONSENT_PATH = "/v4/oa/permission"
ACCESS_LIFETIME = timedelta(hours=25)
REFRESH_LIFETIME = timedelta(days=90)
AHEAD = timedelta(hours=5)  # of 25: what a job renews although nobody chats
NEARLY_OVER = timedelta(seconds=60)
SHORTEST_LIFETIME = timedelta(minutes=5)
LOOK_SECONDS = 0.1
LONGEST_WAIT_SECONDS = 45.0
# The refresh token is used up or void. A wrong app or address (-14002, -14003) is not of this kind: there
# the settings must be mended, and the token is still good.
OF_GRANT = frozenset(range(-14999, -14009))

OnTrouble = Callable[[Unit, AccountId, str], None]


class NeedsConsentError(Exception):
    """Nothing can be sent until a person gives the right again; ``code`` says why."""

    def __init__(self, code: str = health.NEEDS_CONSENT) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class App:
    """The application on developers.zalo.me; ``seed`` is a first refresh token, if one was set."""

    id: str
    secret: SecretStr
    seed: SecretStr


class TokenKeeper:
    """The tokens of one account in one process."""

    def __init__(
        self,
        database: Database,
        account: AccountId,
        app: App,
        wire: ZaloWire,
        on_trouble: OnTrouble,
    ) -> None:
        self._database = database
        self._account = account
        self._app = app
        self._wire = wire
        self._on_trouble = on_trouble
        self._holder = secrets.token_hex(8)
        self._pair: Pair | None = None
        self._unsaved: tuple[int, Tokens] | None = None
        self._refreshing: asyncio.Task[Pair] | None = None

    async def access(self) -> str:
        """An access token that is good now; raises ``NeedsConsentError`` or ``NoAnswerError``."""
        pair = self._pair
        if pair is None or not self._is_good(pair):
            pair = await self._look()
        if not self._is_good(pair):
            pair = await self._join_refresh(pair)
        return pair.tokens.access

    async def renew(self, refused: str) -> str:
        """A token other than the one that Zalo has just refused; raises as ``access`` does."""
        pair = await self._look()
        if pair.tokens.access == refused or not self._is_good(pair):
            pair = await self._join_refresh(pair)
        return pair.tokens.access

    async def renew_ahead(self) -> None:
        """Refresh a pair of which most of the time is over; raises as ``access`` does."""
        pair = await self._look()
        if pair.tokens.access_expires_at - self._database.clock() < AHEAD:
            await self._join_refresh(pair)

    async def close(self) -> None:
        """Let a refresh that has begun come to its commit."""
        if self._refreshing is not None:
            await asyncio.wait([self._refreshing], timeout=LONGEST_WAIT_SECONDS)

    def _is_good(self, pair: Pair) -> bool:
        left = pair.tokens.access_expires_at - self._database.clock()
        return left > NEARLY_OVER and not pair.is_dead

    async def _look(self) -> Pair:
        """The pair as it stands in the database; a seed is planted where there is none."""
        pair = await self._database.read_soon(tokens.read, self._account)
        seed = self._app.seed.get_secret_value()
        if pair is None and seed:
            now = self._database.clock()
            first = Tokens("", seed, now, now + REFRESH_LIFETIME)
            await self._database.write_soon(tokens.plant, self._account, first)
            pair = await self._database.read_soon(tokens.read, self._account)
        if pair is None or pair.is_dead:
            self._pair = None
            await self._database.write_soon(self._report, health.NEEDS_CONSENT)
            raise NeedsConsentError
        self._pair = pair
        return pair

    def _report(self, unit: Unit, code: str) -> None:
        if health.report_trouble(unit, self._account, code):
            self._on_trouble(unit, self._account, code)

    async def _join_refresh(self, pair: Pair) -> Pair:
        """All who wait share one refresh, and none of them can break it off half way."""
        if self._refreshing is None or self._refreshing.done():
            self._refreshing = asyncio.create_task(self._refresh(pair), name="token refresh")
            self._refreshing.add_done_callback(_look_at)
        return await asyncio.shield(self._refreshing)

    async def _refresh(self, pair: Pair) -> Pair:
        """The successor of this pair, by us or by whoever is faster."""
        if self._unsaved is not None and self._unsaved[0] == pair.version:
            # We hold it already: whose turn it is to ask does not matter any more.
            return await self._commit(*self._unsaved)
        patience = LONGEST_WAIT_SECONDS
        while not await self._begin(pair.version):
            await asyncio.sleep(LOOK_SECONDS)
            now = await self._look()
            if now.version != pair.version:
                return now
            patience -= LOOK_SECONDS
            if patience < 0:
                raise NoAnswerError("another process refreshes", maybe_taken=False)
        self._unsaved = pair.version, await self._exchange(pair)
        return await self._commit(*self._unsaved)

    async def _begin(self, version: int) -> bool:
        return await self._database.write_soon(tokens.begin, self._account, version, self._holder)

    async def _exchange(self, pair: Pair) -> Tokens:
        """Spend the refresh token."""
        form = {"grant_type": "refresh_token", "refresh_token": pair.tokens.refresh}
        try:
            answer = await self._ask_twice(form)
            if answer.error == OK:
                return read_tokens(answer, self._database.clock())
        except NoAnswerError:
            await self._let_go(pair.version)
            raise
        log.warning("a refresh was refused: %s", answer.error)
        code = f"zalo {answer.error}"
        if answer.error in OF_GRANT:
            await self._database.write_soon(self._die, pair.version)
            self._pair = None
            raise NeedsConsentError
        await self._let_go(pair.version)
        if answer.error == TOO_FAST:
            raise NoAnswerError(code, maybe_taken=False)
        await self._database.write_soon(self._report, code)
        raise NeedsConsentError(code)

    async def _ask_twice(self, form: dict[str, str]) -> Answer:
        """Once more with the same token when the answer was lost: whether it was spent nobody knows."""
        try:
            return await ask_tokens(self._wire, self._app, form)
        except NoAnswerError:
            return await ask_tokens(self._wire, self._app, form)

    async def _let_go(self, version: int) -> None:
        await self._database.write_soon(tokens.let_go, self._account, version, self._holder)

    def _die(self, unit: Unit, version: int) -> None:
        if tokens.mark_dead(unit, self._account, version):
            self._report(unit, health.NEEDS_CONSENT)

    async def _commit(self, version: int, fresh: Tokens) -> Pair:
        """Write the pair before anybody uses it; a busy database is asked again, there is no other copy."""
        while True:
            try:
                await self._database.write_soon(tokens.save, self._account, version, fresh)
            except BotError as error:
                log.error("new tokens are not yet stored: %s", type(error).__name__)
                await asyncio.sleep(LOOK_SECONDS)
            else:
                self._unsaved = None
                return await self._look()


async def ask_tokens(wire: ZaloWire, app: App, form: dict[str, str]) -> Answer:
    """Ask the token endpoint with a grant; raises ``NoAnswerError``."""
    headers = {"secret_key": app.secret.get_secret_value()}
    return await wire.post(TOKEN_PATH, headers=headers, form={"app_id": app.id, **form})


def read_tokens(answer: Answer, now: datetime) -> Tokens:
    """The pair in an answer without error; ``NoAnswerError`` when there is none in it."""
    access, refresh = answer.body.get("access_token"), answer.body.get("refresh_token")
    if not (isinstance(access, str) and isinstance(refresh, str) and access and refresh):
        raise NoAnswerError("no tokens", maybe_taken=True)
    lifetime = _lifetime(answer.body.get("expires_in"), ACCESS_LIFETIME)
    longest = _lifetime(answer.body.get("refresh_token_expires_in"), REFRESH_LIFETIME)
    return Tokens(access, refresh, now + lifetime, now + longest)


def _lifetime(seconds: object, otherwise: timedelta) -> timedelta:
    """Zalo writes seconds as text; a life that is over at once would be a new pair for every message."""
    text = str(seconds)
    given = timedelta(seconds=int(text)) if text.isdecimal() and len(text) <= 9 else otherwise
    return given if given > SHORTEST_LIFETIME else otherwise


def _look_at(task: asyncio.Task[Pair]) -> None:
    """Who waited has gone: what came of it has been said to the office, and need not be said in the log."""
    if not task.cancelled():
        task.exception()
