"""What an event of a Zalo Official Account says, in neutral words; nothing in it is trusted to be its type.

Shapes: the pages of OA/webhook as quoted in September 2026, and two SDKs. Everything is optional, and what
nobody documented is noted, never answered.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from bot.channels.wire import is_id, text_or_number
from bot.core.messages import GIVES_BACK, Kind
from bot.core.text import fold, normalise

ACTION_PREFIX = "#v1:"
"""Begins the text that a button of ours sends in the person's name; anybody can type it."""

LONGEST_NAME = 40
DIGEST_SIGNS = 32
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FIRST, LAST = 1_420_070_400_000, 4_102_444_800_000  # milliseconds: the years 2015 to 2099
STAMP = re.compile(r"[0-9]{13}", re.ASCII)
PLAIN_NAME = re.compile(r"[a-z0-9_.]{1,80}", re.ASCII | re.IGNORECASE)
PHONE = re.compile(r"(?:84|0)[0-9]{8,10}", re.ASCII)  # ids of people are far longer

Place = tuple[str, ...]
SENDER, RECIPIENT = ("sender", "id"), ("recipient", "id")
FOLLOWER, TOP, WIDGET = ("follower", "id"), ("user_id",), ("data", "user_id")


@dataclass(frozen=True, slots=True)
class Event:
    """One event. ``chat`` is the resident's id, None when the event names nobody who could be answered.

    ``event_id`` is the same for each repeat and shows neither a person nor their words; ``staff`` when a
    person of the office sent it in Zalo's own manager.
    """

    name: str
    chat: str | None
    kind: Kind
    text: str
    event_id: str
    at: datetime
    staff: bool = False


class _Sort(NamedTuple):
    """What an event of one name is, and where it names the resident and the account."""

    kind: Kind
    resident: tuple[Place, ...] = ()
    oa: Place | None = None


def _from_resident(kind: Kind) -> _Sort:
    return _Sort(kind, (SENDER,), RECIPIENT)


FROM_OA = _Sort(Kind.NOTED, (RECIPIENT,), SENDER)
SORTS = {
    "user_send_text": _from_resident(Kind.TEXT),
    "user_send_link": _from_resident(Kind.TEXT),
    "user_send_image": _from_resident(Kind.PICTURE),
    "user_send_gif": _from_resident(Kind.PICTURE),
    "user_send_video": _from_resident(Kind.PICTURE),
    "user_send_audio": _from_resident(Kind.VOICE),
    "user_send_sticker": _from_resident(Kind.STICKER),
    "user_send_location": _from_resident(Kind.LOCATION),
    "user_send_file": _from_resident(Kind.FILE),
    "user_send_business_card": _from_resident(Kind.CONTACT),
    "user_submit_info": _Sort(Kind.CONTACT, (SENDER, TOP), RECIPIENT),
    "update_user_info": _Sort(Kind.CONTACT, (SENDER, TOP), RECIPIENT),
    "follow": _Sort(Kind.START, (FOLLOWER,)),
    "unfollow": _Sort(Kind.STOPPED, (FOLLOWER,)),
    "user_click_chatnow": _Sort(Kind.START, (TOP,)),
    "widget_interaction_accepted": _Sort(Kind.START, (TOP, WIDGET)),
    "user_withdraw": _Sort(Kind.WITHDREW, (TOP,)),
    "user_reacted_message": _from_resident(Kind.NOTED),
    "user_received_message": FROM_OA,
    "user_seen_message": FROM_OA,
    "oa_reacted_message": FROM_OA,
}
# Messages to and from people who are no chat of ours; the first prefix that fits decides.
ELSEWHERE = {
    "user_send_group_": _Sort(Kind.NOTED),
    "oa_send_group_": _Sort(Kind.NOTED),
    "anonymous_send_": _Sort(Kind.NOTED, (), RECIPIENT),
    "oa_send_anonymous_": _Sort(Kind.NOTED, (), SENDER),
    "oa_send_consent": _Sort(Kind.NOTED, (), SENDER),
}
ECHO = "oa_send_"
BY_HAND = frozenset(f"{ECHO}{what}" for what in ("text", "image", "file", "sticker", "gif"))
"""Echoes of what a person can send in Zalo's manager; lists and templates are sent by programs."""
NOBODY = "0"  # stands for an administrator where there was none


def read_event(event: Mapping[str, Any], salt: str) -> Event | None:
    """The event in neutral words; None when it has no name and so is none.

    ``salt`` is a secret: an event without a number of its own is told apart by who did it and when.
    """
    name = event.get("event_name")
    if not isinstance(name, str) or not name:
        return None
    sort = _sort_of(name, event)
    chat = _resident_of(sort, event)
    staff = name in BY_HAND and _id_at(event, ("sender", "admin_id")) not in (None, NOBODY)
    kind, text = (Kind.NOTED, "") if chat is None else _said(name, sort, event)
    if staff and chat is not None:
        kind, text = Kind.STAFF, _giving_back(event)
    label = name if PLAIN_NAME.fullmatch(name) else "unknown"
    event_id = f"{label[:LONGEST_NAME]}:{_digest(name, chat, event, salt)}"
    return Event(label, chat, kind, text, event_id, _moment(event), staff)


def oa_of(event: Mapping[str, Any]) -> str | None:
    """The account that an event is of; None when it does not say.

    One app serves several accounts at one address, and the console's test button names one of nobody's.
    """
    stated = _id_at(event, ("oa_id",))
    name = event.get("event_name")
    if stated is not None or not isinstance(name, str):
        return stated
    place = _sort_of(name, event).oa
    return None if place is None else _id_at(event, place)


def _sort_of(name: str, event: Mapping[str, Any]) -> _Sort:
    if _id_at(event, ("group_id",)) is not None:
        return _Sort(Kind.NOTED)
    if name in SORTS:
        return SORTS[name]
    for prefix, sort in ELSEWHERE.items():
        if name.startswith(prefix):
            return sort
    return FROM_OA if name.startswith(ECHO) else _Sort(Kind.NOTED)


def _resident_of(sort: _Sort, event: Mapping[str, Any]) -> str | None:
    found = (_id_at(event, place) for place in sort.resident)
    chat = next((one for one in found if one is not None), None)
    # The receipt of a template that was sent to a telephone has its number here: nobody's chat.
    if chat is not None and sort is FROM_OA and PHONE.fullmatch(chat):
        return None
    return chat


def _said(name: str, sort: _Sort, event: Mapping[str, Any]) -> tuple[Kind, str]:
    """Kind and words: what is noted, and what came with a picture, a form or a place, is not read."""
    if sort.kind is not Kind.TEXT:
        return sort.kind, ""
    message = event.get("message")
    words = ""
    if isinstance(message, Mapping):
        words = _link_words(message) if name == "user_send_link" else _text(message.get("text"))
    if not words:
        return Kind.OTHER, ""
    if name == "user_send_text" and words.startswith(ACTION_PREFIX):
        return Kind.ACTION, words.removeprefix(ACTION_PREFIX)
    return Kind.TEXT, words


def _giving_back(event: Mapping[str, Any]) -> str:
    """“#bot” however the office spelt it; none of its other words is ours to keep."""
    message = event.get("message")
    words = normalise(_text(message.get("text"))) if isinstance(message, Mapping) else ""
    return GIVES_BACK if words.startswith("#") and f"#{fold(words)}" == GIVES_BACK else ""


def _link_words(message: Mapping[str, Any]) -> str:
    """All that a shared link shows, each once, as if it had been pasted: it is looked over for scams."""
    links = list(_links(message.get("attachments")))
    said = _text(message.get("text"))
    own = [] if said in {address for _, address in links} else [said]
    shown = [*own, *(part for link in links for part in link)]
    return "\n".join(dict.fromkeys(part for part in shown if part))


def _links(attachments: object) -> Iterator[tuple[str, str]]:
    for attachment in attachments if isinstance(attachments, list) else []:
        inside = attachment.get("payload") if isinstance(attachment, Mapping) else None
        if isinstance(inside, Mapping):
            yield _text(inside.get("description")), _text(inside.get("url"))


def _digest(name: str, chat: str | None, event: Mapping[str, Any], salt: str) -> str:
    """The message's id tells events of a name apart; without one, who and when, which could be guessed."""
    message = event.get("message")
    number = text_or_number(message.get("msg_id")) if isinstance(message, Mapping) else ""
    stamp = text_or_number(event.get("timestamp"))
    parts = [name, number] if number else [name, chat or "", stamp]
    key = b"" if number else salt.encode(errors="surrogatepass")
    return hmac.new(key, json.dumps(parts).encode(), hashlib.sha256).hexdigest()[:DIGEST_SIGNS]


def _moment(event: Mapping[str, Any]) -> datetime:
    stamp = text_or_number(event.get("timestamp"))
    if STAMP.fullmatch(stamp) and FIRST <= int(stamp) < LAST:
        return EPOCH + timedelta(milliseconds=int(stamp))
    return datetime.now(UTC)


def _id_at(event: Mapping[str, Any], place: Place) -> str | None:
    value: Any = event
    for name in place:
        value = value.get(name) if isinstance(value, Mapping) else None
    written = text_or_number(value)
    return written if is_id(written) else None


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
