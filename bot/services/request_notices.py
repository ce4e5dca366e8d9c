"""What is told of a request to those who did not ask just now: the team, its leader, the resident, the ward.

Nobody is reached by these alone: what they say also stands in menus and on the office's page.
"""

from __future__ import annotations

from collections.abc import Iterable

from bot.core.messages import Outbound
from bot.core.vocabulary import Role
from bot.services.request_words import (
    Ground,
    about,
    place,
    promised,
    short_name,
    still_promised,
)
from storage import duty, memberships, notices
from storage.help_requests import Request
from storage.notices import Chat


def tell(ground: Ground, chats: Iterable[Chat], key: str, text: str) -> None:
    """The same words to several chats, once for the key."""
    for chat in chats:
        notices.post(ground.unit, chat, key, Outbound(text))


def resident_chat(ground: Ground, request: Request) -> tuple[Chat, ...]:
    """Where the resident reads; nowhere once the chat was forgotten."""
    if request.identity is None:
        return ()
    return (Chat(ground.commune.id, request.account, request.identity),)


def others(ground: Ground, request: Request, but: int | None = None) -> list[Chat]:
    """Chats of the team, without those of one member and the resident's own."""
    found = duty.team_chats(ground.unit, ground.commune.id, request.team_id)
    return [chat for member, chat in found if member != but and chat.identity != request.identity]


def tell_opened(ground: Ground, request: Request, but: int | None = None) -> None:
    """A new request, or one that was given back, to everybody who could take it."""
    texts = ground.texts
    values = {"place": place(request), "promise": promised(ground, request), "number": request.id}
    text = texts.say("requests.new", about=about(ground, request.about), **values)
    tell(ground, others(ground, request, but), _key(ground, request, "open"), text)


def tell_claimed(ground: Ground, request: Request) -> None:
    """Who has taken it: to the others, who can rest, and to the resident, who waits."""
    texts, name = ground.texts, short_name(ground, request.member)
    rest = texts.say("requests.taken", name=name, number=request.id)
    key = _key(ground, request, "taken")
    tell(ground, others(ground, request, request.member_id), key, rest)
    values = {"name": name, "team": request.team, "promise": still_promised(ground, request)}
    told = "requests.told-call" if request.has_phone else "requests.told-chat"
    tell(ground, resident_chat(ground, request), key, texts.say(told, **values))


def tell_returned(ground: Ground, request: Request, by: int) -> None:
    """It waits again: to everybody else of the team, and to the resident."""
    tell_opened(ground, request, by)
    texts = ground.texts
    text = texts.say("requests.told-returned", promise=still_promised(ground, request))
    tell(ground, resident_chat(ground, request), _key(ground, request, "returned"), text)


def tell_closed(ground: Ground, request: Request, sentence: str) -> None:
    """How it ended, to the resident; ``sentence`` may name the ward and what it was about."""
    texts = ground.texts
    is_known = request.about.guide is not None
    what = about(ground, request.about) if is_known else texts.say("requests.about-yours")
    values = {"about": what, "ward": ground.commune_name}
    text = texts.say(sentence, **values)
    tell(ground, resident_chat(ground, request), _key(ground, request, "closed"), text)


def tell_claimer(ground: Ground, request: Request, sentence: str) -> None:
    """Something that the member who has taken it must know."""
    if request.member_id is None:
        return
    chat = duty.chat_of(ground.unit, ground.commune.id, request.member_id)
    texts = ground.texts
    text = texts.say(sentence, number=request.id, place=place(request))
    tell(ground, () if chat is None else (chat,), _key(ground, request, "claimer"), text)


def tell_leader(ground: Ground, request: Request) -> None:
    """Nobody took it in time."""
    texts = ground.texts
    values = {"number": request.id, "place": place(request), "promise": promised(ground, request)}
    found = memberships.leader_chats(ground.unit, ground.commune.id, request.team_id)
    key, text = _key(ground, request, "late"), texts.say("requests.late", **values)
    tell(ground, found, key, text)


def tell_office(ground: Ground, request: Request, sentence: str) -> None:
    """The ward has to see to it: officers only, and without saying who asks."""
    texts, commune = ground.texts, ground.commune.id
    text = texts.say(sentence, number=request.id, place=place(request), team=request.team)
    officers = notices.staff_chats(ground.unit, commune, (Role.OFFICER,))
    tell(ground, officers, _key(ground, request, "ward"), text)


def tell_waiting(ground: Ground, request: Request) -> None:
    """The team did not manage; by when the ward does. No name of anybody."""
    texts = ground.texts
    by = still_promised(ground, request)
    told = "requests.told-ward-call" if request.has_phone else "requests.told-ward-chat"
    text = texts.say(told, ward=ground.commune_name, promise=by)
    tell(ground, resident_chat(ground, request), _key(ground, request, "ward"), text)


def _key(ground: Ground, request: Request, what: str) -> str:
    """Once for each time that it happens."""
    return f"request:{request.id}:{what}:{ground.key}"
