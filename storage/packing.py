"""Events and messages as bytes, before they are sealed into the inbox and the outbox."""

from __future__ import annotations

import json
from dataclasses import astuple
from datetime import datetime

from bot.core.messages import (
    Address,
    Choice,
    Form,
    Inbound,
    Kind,
    Media,
    MediaKind,
    Outbound,
    Reference,
)


def pack_inbound(inbound: Inbound) -> bytes:
    """An event as it waits in the inbox."""
    return json.dumps(
        [
            inbound.address.channel,
            inbound.address.account,
            inbound.address.chat,
            inbound.event_id,
            inbound.kind,
            inbound.text,
            inbound.at.isoformat(),
            inbound.reference.message,
            inbound.reference.press,
            inbound.redacted,
        ],
        ensure_ascii=False,
    ).encode()


def unpack_inbound(raw: bytes) -> Inbound:
    """What ``accept`` stored, for the turn."""
    channel, account, chat, event_id, kind, words, at, message, press, redacted = json.loads(raw)
    return Inbound(
        Address(channel, account, chat),
        event_id,
        Kind(kind),
        words,
        datetime.fromisoformat(at),
        Reference(message, press),
        redacted,
    )


def pack_outbound(message: Outbound) -> bytes:
    """A message as it is kept until it is sent; ``unpack_outbound`` reads it back."""
    choices = [[choice.n, choice.label, choice.action] for choice in message.choices]
    media = message.media and astuple(message.media)
    form = message.form and astuple(message.form)
    parts = [message.text, choices, message.replaces, message.press, media, form]
    return json.dumps(parts, ensure_ascii=False).encode()


def unpack_outbound(raw: bytes) -> Outbound:
    """What ``finish`` stored, for the sender."""
    # A message that an older version left in the outbox has neither a fifth nor a sixth part.
    words, choices, replaces, press, media, form = (*json.loads(raw), None, None)[:6]
    carried = media and Media(MediaKind(media[0]), *media[1:])
    offered = tuple(Choice(*one) for one in choices)
    return Outbound(words, offered, replaces, press, carried, form and Form(*form))
