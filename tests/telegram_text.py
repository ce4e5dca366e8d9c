"""Telegram's rules for texts: HTML into entities, trimming, measuring, and back into HTML."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from typing import Any

from tests.telegram_rules import Json, RefusedError, bad_request, checked_url

MAX_RAW_BYTES = 1 << 15
MAX_TEXT = 4096
MAX_CAPTION = 1024
SPACES = " \t\r\n\0\v"
TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "s": "strikethrough",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "tg-spoiler": "spoiler",
    "blockquote": "blockquote",
}
_HTML_OF = {entity: tag for tag, entity in reversed(TAGS.items())}
_CHARACTER = re.compile(r"&(?:(lt|gt|amp|quot)(?![A-Za-z])|#x([0-9a-fA-F]{1,8})|#([0-9]{1,8}));?")
_DETECTED = (
    ("bot_command", re.compile(r"(?<![\w/<>])/[A-Za-z0-9_]{1,64}(?:@\w{5,32})?(?![\w/])")),
    ("mention", re.compile(r"(?<!\w)@[A-Za-z]\w{4,31}\b")),
    ("url", re.compile(r"\bhttps?://[^\s<>\"]*[^\s<>\".,;:!?)]")),
)
_CODE_LIKE = {"code", "pre", "text_link"}


def units(text: str) -> int:
    """Length in UTF-16 code units, as entities are counted."""
    return len(text.encode("utf-16-le")) // 2


@dataclass
class Text:
    """A text as people see it, and its formatting."""

    text: str = ""
    entities: list[Json] = field(default_factory=list)

    def trimmed(self) -> Text:
        """Without the white space around it that Telegram takes away."""
        text = self.text.rstrip(SPACES)
        end = units(text)
        kept = [
            {**entity, "length": min(entity["length"], end - entity["offset"])}
            for entity in self.entities
            if entity["offset"] < end
        ]
        first = min((entity["offset"] for entity in kept), default=len(text))
        lead = 0
        while lead < min(first, len(text)) and text[lead] in " \n":
            lead += 1
        moved = [{**entity, "offset": entity["offset"] - lead} for entity in kept]
        return Text(text[lead:], moved)

    def as_message(self) -> Text:
        """Trimmed and measured as the text of a message.

        Telegram counts characters in one place and UTF-16 units in another; the units, the
        stricter reading, are taken here.
        """
        trimmed = self.trimmed()
        if not trimmed.text:
            raise bad_request("text must be non-empty")
        if units(trimmed.text) > MAX_TEXT:
            raise bad_request("message is too long")
        return trimmed.detected()

    def as_caption(self) -> Text:
        """Trimmed and measured as a caption, which may be empty."""
        trimmed = self.trimmed()
        if units(trimmed.text) > MAX_CAPTION:
            raise bad_request("message caption is too long")
        return trimmed.detected()

    def detected(self) -> Text:
        """With the entities Telegram finds by itself: commands, mentions and links."""
        found = list(self.entities)
        for kind, pattern in _DETECTED:
            for match in pattern.finditer(self.text):
                entity = {
                    "type": kind,
                    "offset": units(self.text[: match.start()]),
                    "length": units(match[0]),
                }
                if not any(_overlap(entity, other) for other in found):
                    found.append(entity)
        return Text(self.text, sorted(found, key=_order))

    def fields(self, name: str = "text") -> Json:
        """The fields of a Message that hold this text."""
        entities = "entities" if name == "text" else f"{name}_entities"
        if not self.text:
            return {}
        return {name: self.text} | ({entities: self.entities} if self.entities else {})


def _order(entity: Json) -> tuple[int, int]:
    return entity["offset"], -entity["length"]


def _overlap(one: Json, other: Json) -> bool:
    if other["type"] not in _CODE_LIKE | {kind for kind, _ in _DETECTED}:
        return False
    return bool(
        one["offset"] < other["offset"] + other["length"]
        and other["offset"] < one["offset"] + one["length"]
    )


def read_text(params: Json, name: str = "text") -> Text:
    """The text of a call with its formatting read; its length is not judged yet."""
    raw = params.get(name)
    raw = "" if raw is None else str(raw)
    if not raw and name == "text":
        raise bad_request("message text is empty")
    if len(raw.encode()) > MAX_RAW_BYTES:
        raise bad_request("text is too long")
    mode = str(params.get("parse_mode") or "none").lower()
    if raw and mode == "html":
        return HtmlReader(raw).read()
    if mode not in {"none", "html"}:
        raise bad_request("unsupported parse_mode")  # Markdown: known to Telegram, unused by us
    entities = params.get("entities" if name == "text" else f"{name}_entities")
    return Text(raw, sorted((_entity(given) for given in entities or []), key=_order))


def _entity(given: Any) -> Json:
    if not isinstance(given, dict):
        raise bad_request("can't parse MessageEntity: expected an Object")
    for name in ("type", "offset", "length"):
        if name not in given:
            raise bad_request(f"can't parse MessageEntity: Can't find field \"{name}\"")
    return given


class HtmlReader:
    """Reads Telegram's HTML byte for byte as its server does, white-listed tags only."""

    def __init__(self, source: str) -> None:
        self._source = source + "\0"
        self._at = 0
        self._out: list[str] = []
        self._length = 0
        self._open: list[tuple[str, str, int, int]] = []  # tag, argument, offset, index in _out
        self._found: list[Json] = []

    def read(self) -> Text:
        """The plain text and its entities."""
        end = len(self._source) - 1
        while self._at < end:
            here = self._source[self._at]
            if here == "<":
                self._tag()
            elif here == "&" and (sign := _CHARACTER.match(self._source, self._at)):
                self._put(_decoded(sign))
                self._at = sign.end()
            else:
                self._put(here)
                self._at += 1
        if self._open:
            raise _unreadable(
                f'Can\'t find end tag corresponding to start tag "{self._open[-1][0]}"'
            )
        for entity in self._found:
            if entity["type"] == "code":
                entity.pop("language", None)
        return Text("".join(self._out), sorted(self._found, key=_order))

    def _put(self, characters: str) -> None:
        self._out.append(characters)
        self._length += units(characters)

    def _byte(self, at: int) -> int:
        return len(self._source[:at].encode())

    def _until(self, stops: str) -> str:
        begin = self._at
        while self._source[self._at] not in stops:
            self._at += 1
        return self._source[begin : self._at]

    def _skip_spaces(self) -> None:
        while self._source[self._at] in " \t\r\n\v":
            self._at += 1

    def _tag(self) -> None:
        begin = self._byte(self._at)
        self._at += 1
        if self._source[self._at] == "/":
            self._at += 1
            self._end_tag(begin)
        else:
            self._start_tag(begin)
        self._at += 1  # the closing bracket

    def _start_tag(self, begin: int) -> None:
        tag = self._until(SPACES + ">").lower()
        if self._source[self._at] == "\0":
            raise _unreadable(f"Unclosed start tag at byte offset {begin}")
        if tag not in TAGS:
            raise _unreadable(f'Unsupported start tag "{tag}" at byte offset {begin}')
        argument = ""
        while True:
            self._skip_spaces()
            if self._source[self._at] == ">":
                break
            argument = self._attribute(tag, begin) or argument
        self._open.append((tag, argument, self._length, len(self._out)))

    def _attribute(self, tag: str, begin: int) -> str:
        name = self._until(SPACES + "=>/\"'")
        if not name:
            raise _unreadable(f'Empty attribute name in the tag "{tag}" at byte offset {begin}')
        self._skip_spaces()
        if self._source[self._at] == "=":
            self._at += 1
            self._skip_spaces()
            value = self._value()
        else:
            value = ""
        if self._source[self._at] == "\0":
            raise _unreadable(f'Unclosed start tag "{tag}" at byte offset {begin}')
        if (tag, name) == ("a", "href"):
            return value
        if (tag, name) == ("code", "class"):
            return value.removeprefix("language-") if value.startswith("language-") else ""
        return "expandable" if (tag, name) == ("blockquote", "expandable") else ""

    def _value(self) -> str:
        quote = self._source[self._at]
        if quote not in "\"'":
            begin = self._byte(self._at)
            word = re.compile(r"[A-Za-z0-9.-]*").match(self._source, self._at)
            self._at = word.end() if word else self._at
            if self._source[self._at] not in SPACES + ">":
                raise _unreadable(f"Unexpected end of name token at byte offset {begin}")
            return word[0].lower() if word else ""
        self._at += 1
        value = self._until(quote + "\0")
        if self._source[self._at] == quote:
            self._at += 1
        return _CHARACTER.sub(_decoded, value)

    def _end_tag(self, begin: int) -> None:
        if not self._open:
            raise _unreadable(f"Unexpected end tag at byte offset {begin}")
        name = self._until(SPACES + ">").lower()
        self._skip_spaces()
        if self._source[self._at] != ">":
            raise _unreadable(f"Unclosed end tag at byte offset {begin}")
        tag, argument, offset, index = self._open.pop()
        if name and name != tag:
            raise _unreadable(
                f'Unmatched end tag at byte offset {begin}, expected "</{tag}>", found "</{name}>"'
            )
        if self._length > offset:
            self._close(tag, argument or "".join(self._out[index:]), bool(argument), offset)

    def _close(self, tag: str, argument: str, given: bool, offset: int) -> None:
        entity: Json = {"type": TAGS[tag], "offset": offset, "length": self._length - offset}
        inner = self._found[-1] if self._found else {}
        if tag == "a":
            try:
                entity["url"] = checked_url(argument)
            except ValueError:
                return  # Telegram shows the words without a link
        elif tag == "blockquote" and given:
            entity["type"] = "expandable_blockquote"
        elif tag == "code" and given:
            entity["language"] = argument
        elif tag == "pre" and inner == {
            **entity,
            "type": "code",
            "language": inner.get("language"),
        }:
            inner["type"] = "pre"
            return
        self._found.append(entity)


def _unreadable(words: str) -> RefusedError:
    return bad_request(f"can't parse entities: {words}")


def _decoded(sign: re.Match[str]) -> str:
    if sign[1]:
        return {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}[sign[1]]
    code = int(sign[2], 16) if sign[2] else int(sign[3])
    return chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else sign[0]


def as_html(text: str, entities: list[Json]) -> str:
    """The text with its formatting written out as HTML again."""
    out: list[str] = []
    ends: list[tuple[int, str]] = []
    waiting = sorted((e for e in entities if _tags(e)), key=_order)
    offset = 0
    for character in [*text, ""]:
        while ends and ends[-1][0] <= offset:
            out.append(ends.pop()[1])
        while character and waiting and waiting[0]["offset"] <= offset:
            entity = waiting.pop(0)
            begin, end = _tags(entity) or ("", "")
            out.append(begin)
            ends.append((entity["offset"] + entity["length"], end))
        out.append(html.escape(character, quote=False))
        offset += units(character)
    return "".join(out)


def _tags(entity: Json) -> tuple[str, str] | None:
    if entity["type"] == "text_link":
        return f'<a href="{html.escape(entity["url"])}">', "</a>"
    if entity["type"] == "expandable_blockquote":
        return "<blockquote expandable>", "</blockquote>"
    tag = _HTML_OF.get(entity["type"])
    return (f"<{tag}>", f"</{tag}>") if tag else None
