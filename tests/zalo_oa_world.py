"""What Zalo's servers remember for the emulator: chats, uploads, allowances, the virtual clock."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from tests.zalo_oa_rules import (
    ATTACHMENT,
    OUT_OF_QUOTA,
    RATE,
    WINDOW,
    Json,
    RefusedError,
    Upload,
    check_file,
    invalid,
)
from tests.zalo_oa_tokens import OfficialAccount

HOUR = 3600
FREE_FOR = 48 * HOUR
OPEN_FOR = 7 * 24 * HOUR
UPLOAD_LIFE = 7 * 24 * HOUR
WELCOMES = 3
VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


@dataclass(frozen=True)
class Call:
    """One call as it came: its short name (``message/cs``), what it carried, its headers."""

    name: str
    method: str
    path: str
    params: Json  # the form, the JSON body, or the JSON of the query's ``data``
    headers: dict[str, str]  # names in lower case
    file: Upload | None = None
    query: Json = field(default_factory=dict)


@dataclass
class Entry:
    """A message in a chat, from either side."""

    message_id: str
    by_oa: bool
    at: int  # milliseconds
    kind: str  # as ``conversation`` names it: text, photo, …
    text: str
    message: Json  # what the API was given, or what the event says
    admin_id: str = ""
    hidden: bool = False
    picture: Upload | None = None
    file: Upload | None = None
    quota: Json | None = None


@dataclass
class Chat:
    """One person with the account: what was said, and what may be sent."""

    user_id: str
    user_id_by_app: str
    name: str
    entries: list[Entry] = field(default_factory=list)
    last_interaction: float | None = None
    has_written: bool = False
    follows: bool = False
    refusal: int = 0  # the number every message to this person is refused with
    welcomes: int = 0
    shared: Json = field(default_factory=dict)
    tags: list[str] = field(default_factory=list)

    def entry(self, message_id: str) -> Entry | None:
        """The message with this id, if it stands in this chat."""
        return next((one for one in self.entries if one.message_id == message_id), None)


@dataclass
class _Kept:
    kind: str
    upload: Upload
    made_at: float


class World:
    """All state behind the API but the tokens and the events on their way.

    A message later than 48 hours after the last interaction is charged: to the package's allowance
    of the month while it lasts, then in money (``paid``), or refused when ``pays`` is false.
    """

    def __init__(
        self, account: OfficialAccount, clock: Callable[[], float], changed: Callable[[], None]
    ) -> None:
        self.account = account
        self.changed = changed
        self.chats: dict[str, Chat] = {}
        self.tags: set[str] = set()
        self.rate = 4000  # calls per minute and app
        self.uploads_a_month = 5000  # of each kind
        self.allowance = 500  # messages a month
        self.pays = True
        self.asks_proof = False
        self.names_hidden = False  # as for a server without an address in Vietnam
        self.free = self.charged = self.paid = 0
        self._clock = clock
        self._ahead = 0.0
        self._last_stamp = 0
        self._ids = 0
        self._kept: dict[str, _Kept] = {}
        self._minute = (0, 0)
        self._months: Counter[tuple[str, str]] = Counter()

    # ---- time ---------------------------------------------------------------------------

    def now(self) -> float:
        """The virtual clock in seconds since 1970."""
        return self._clock() + self._ahead

    def passes(self, span: timedelta) -> None:
        """Lets virtual time go by."""
        self._ahead += span.total_seconds()

    def stamp(self) -> int:
        """The moment in milliseconds, never the same twice."""
        self._last_stamp = max(self._last_stamp + 1, int(self.now() * 1000))
        return self._last_stamp

    def today(self) -> datetime:
        """The virtual moment in Vietnam."""
        return datetime.fromtimestamp(self.now(), VIETNAM)

    def new_id(self, kind: str = "message") -> str:
        """An id in the shape of Zalo's, never the same twice."""
        self._ids += 1
        return hashlib.sha256(f"{kind} {self._ids}".encode()).hexdigest()[:20]

    # ---- limits -------------------------------------------------------------------------

    def count_call(self) -> dict[str, str]:
        """Counts a call of this minute; the headers that tell what is left, and a refusal if none."""
        minute = int(self.now() // 60)
        since, count = self._minute
        count = count + 1 if since == minute else 1
        self._minute = (minute, count)
        left = max(0, self.rate - count)
        return {"X-RateLimit-Limit": str(self.rate), "X-RateLimit-Remain": str(left)}

    def check_rate(self) -> None:
        """Refuses the call that was just counted when the minute is full."""
        if self._minute[1] > self.rate:
            raise RefusedError(RATE)

    # ---- uploads ------------------------------------------------------------------------

    def keep(self, kind: str, upload: Upload) -> str:
        """Stores an accepted file for seven days; the id under which it is known."""
        check_file(kind, upload)
        key = (f"{self.today():%Y-%m}", kind)
        if self._months[key] >= self.uploads_a_month:
            raise RefusedError(OUT_OF_QUOTA)
        self._months[key] += 1
        made = self.new_id(kind)
        self._kept[made] = _Kept(kind, upload, self.now())
        return made

    def kept(self, kind: str, made: str) -> Upload:
        """The file of an id, refused when unknown, of another kind or older than seven days."""
        found = self._kept.get(made)
        if found is None or found.kind != kind or self.now() - found.made_at > UPLOAD_LIFE:
            raise RefusedError(ATTACHMENT)
        return found.upload

    def forget_uploads(self) -> None:
        """No id of before is known any more."""
        self._kept.clear()

    # ---- who may be written to, and for how much ----------------------------------------

    def chat_of(self, recipient: Json) -> Chat:
        """The chat a message is for, named by the person or by one of their messages."""
        if len(recipient) != 1:
            raise invalid("recipient needs exactly one of user_id and message_id")
        ((name, value),) = recipient.items()
        if name not in ("user_id", "message_id") or not isinstance(value, str):
            raise invalid(f"recipient.{name} is invalid")
        if name == "user_id":
            return self.chat(value)
        for chat in self.chats.values():
            entry = chat.entry(value)
            if entry is not None and not entry.by_oa:
                return chat
        raise invalid("recipient.message_id is invalid")

    def chat(self, user_id: str) -> Chat:
        """The chat with a person, refused when there is no such person."""
        if user_id not in self.chats:
            raise invalid("user_id is invalid")
        return self.chats[user_id]

    def check_open(self, chat: Chat) -> None:
        """Refuses a message to somebody who must not be written to now."""
        if chat.refusal:
            raise RefusedError(chat.refusal)
        if chat.last_interaction is None or self.now() - chat.last_interaction > OPEN_FOR:
            raise RefusedError(WINDOW)

    def spend(self, chat: Chat) -> Json | None:
        """Counts one message; the quota it was taken from, none where it costs money."""
        owner: Json = {"owner_type": "OA", "owner_id": self.account.oa_id}
        if not chat.has_written and chat.welcomes < WELCOMES:
            chat.welcomes += 1
            self.free += 1
            left = {"remain": WELCOMES - chat.welcomes, "total": WELCOMES}
            return {"quota_type": "welcome_msg", **left, **owner}
        since = self.now() - (chat.last_interaction or 0)
        if chat.has_written and since <= FREE_FOR:
            self.free += 1
            return {"quota_type": "reply", **owner}
        if self.allowance_left():
            self._months[f"{self.today():%Y-%m}", "charged"] += 1
            self.charged += 1
            left = {"remain": self.allowance_left(), "total": self.allowance}
            return {"quota_type": "sub_quota", **left, "expired_date": self.month_end(), **owner}
        if not self.pays:
            raise RefusedError(OUT_OF_QUOTA)
        self.charged += 1
        self.paid += 1
        return None

    def allowance_left(self) -> int:
        """What is left of the package's messages of this month."""
        return max(0, self.allowance - self._months[f"{self.today():%Y-%m}", "charged"])

    def month_end(self) -> str:
        """The last day of the month, as Zalo writes it."""
        first = self.today().replace(day=1) + timedelta(days=32)
        return f"{first.replace(day=1) - timedelta(days=1):%d/%m/%Y}"

    # ---- chats --------------------------------------------------------------------------

    def add_chat(self, user_id: str, name: str) -> Chat:
        """The person's chat, made on first sight."""
        by_app = str(5_570_142_836_914_207_733 + len(self.chats) * 7_919)
        return self.chats.setdefault(user_id, Chat(user_id, by_app, name))

    def add(self, chat: Chat, entry: Entry) -> Entry:
        """Puts a message into the chat; one of the person's opens it for seven days."""
        chat.entries.append(entry)
        if not entry.by_oa:
            chat.has_written = True
            chat.last_interaction = self.now()
        self.changed()
        return entry
