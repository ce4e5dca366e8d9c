"""Which guides stand under which entry of the menu."""

from __future__ import annotations

from collections.abc import Mapping

from bot.core.vocabulary import Topic
from bot.library import Guide

MENU: Mapping[Topic, tuple[Topic, ...]] = {
    Topic.VNEID: (Topic.VNEID, Topic.CKS),  # the signature is asked for in the same app
    Topic.DVC: (Topic.DVC,),
    Topic.TT: (Topic.TT,),
    Topic.AT: (Topic.AT,),
    Topic.HOC_SO: (Topic.HOC_SO,),
}
"""Entries of the first level in their order, each with the topics of its guides; five at most."""


SCAM = "at-da-bi-lua"
"""The guide for who has just been robbed: it begins at once and is offered wherever a person is."""


def entries(guides: Mapping[str, Guide]) -> list[Topic]:
    """The entries that lead to at least one guide."""
    return [topic for topic in MENU if guides_under(guides, topic)]


def guides_under(guides: Mapping[str, Guide], topic: Topic) -> list[Guide]:
    """The guides of an entry; a topic without an entry of its own holds its own guides."""
    shelf = MENU.get(topic, (topic,))
    return [guide for guide in guides.values() if guide.topic in shelf]
