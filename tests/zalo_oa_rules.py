"""Zalo's rules for OA calls: the shapes of a consultation message, files, signatures, refusals.

Only rules, no state; ``zalo_oa_methods`` applies them. Numbers and limits are those of Zalo's OA
documents of 2026; the words of a refusal are made up, as Zalo changes its own. Where the documents
leave a choice (how a character or a megabyte is counted) the stricter reading is enforced.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import io
import re
import zipfile
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from PIL import Image, UnidentifiedImageError

Json: TypeAlias = dict[str, Any]

LONGEST_TEXT = 2000
MOST_BUTTONS = 5
LONGEST_TITLE = 100
LONGEST_QUERY = 1000
LONGEST_SMS = 160
LONGEST_SUBTITLE = 500
MEGABYTE = 1_000_000

RATE, ATTACHMENT, PARAMETER, NOT_SUPPORTED, TOO_MUCH = -32, -100, -201, -209, -210
OUT_OF_QUOTA, TOKEN, WINDOW, KIND, V2_CLOSED, PROOF = -211, -216, -230, -233, -240, -242
WORDS = {
    RATE: "Application has exceeded the API rate limit",
    ATTACHMENT: "Attachment is unknown or expired",
    -200: "Send message failed",
    PARAMETER: "A parameter is invalid",
    NOT_SUPPORTED: "API is not supported for this app",
    TOO_MUCH: "A parameter is over its limit",
    OUT_OF_QUOTA: "Out of quota",
    -213: "User has not followed the OA",
    TOKEN: "Access token is invalid",
    -217: "User has blocked invitations",
    -218: "The receiver's quota is used up",
    -220: "Access token has expired or was revoked",
    -227: "User is banned or has been inactive for more than 45 days",
    WINDOW: "User has not interacted with the OA in the past 7 days",
    -232: "User has not interacted with the OA or the interaction has expired",
    KIND: "Message type is not supported or disabled",
    V2_CLOSED: "MessageV2 is closed, use v3",
    PROOF: "appsecret_proof is invalid",
    -244: "User has restricted this kind of message",
}


class RefusedError(Exception):
    """A call that Zalo refuses: always with HTTP 200, the number in the body."""

    def __init__(self, code: int, message: str = "") -> None:
        super().__init__(message or WORDS.get(code, f"Error {code}"))
        self.code = code

    def body(self) -> Json:
        """The JSON body that goes with it."""
        return {"error": self.code, "message": str(self)}


class NoGrantError(RefusedError):
    """A refusal of the token endpoint, whose bodies have names of their own."""

    NAMES = {
        RATE: "Rate limit exceeded",
        -14002: "Invalid app",
        -14003: "Invalid redirect uri",
        -14012: "Invalid code verifier",
        -14020: "Invalid refresh token or code",
    }

    def body(self) -> Json:
        """The JSON body that goes with it."""
        return {
            "error": self.code,
            "error_name": self.NAMES.get(self.code, "Authorization failed"),
            "error_reason": str(self),
            "ref_doc": "https://developers.zalo.me/docs/",
            "error_description": str(self),
        }


def invalid(words: str) -> RefusedError:
    """A refusal that names the parameter."""
    return RefusedError(PARAMETER, words)


def too_long(words: str) -> RefusedError:
    """A refusal of something over its limit."""
    return RefusedError(TOO_MUCH, words)


# ---- proofs ------------------------------------------------------------


def mac(app_id: str, raw: bytes, timestamp: str, secret: str) -> str:
    """The webhook's signature: plain SHA-256 over the bytes put together."""
    return hashlib.sha256(app_id.encode() + raw + timestamp.encode() + secret.encode()).hexdigest()


def challenge_of(verifier: str) -> str:
    """PKCE's S256 challenge, without padding."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def proof_of(app_secret: str, access_token: str) -> str:
    """What the header ``appsecret_proof`` must hold."""
    return hmac.new(app_secret.encode(), access_token.encode(), hashlib.sha256).hexdigest()


# ---- files ------------------------------------------------------------


@dataclass(frozen=True)
class Upload:
    """A file that came with a call or was fetched from an address."""

    name: str
    content_type: str
    data: bytes = field(repr=False)


BIGGEST = {"image": MEGABYTE, "gif": 5 * MEGABYTE, "file": 5 * MEGABYTE}
TAKEN = {
    "image": {"jpeg", "png"},
    "gif": {"gif"},
    "file": {"pdf", "doc", "docx", "csv"},
}


def check_file(kind: str, upload: Upload) -> None:
    """Refuses a file that is too big or whose content is not of an accepted type."""
    if not upload.data:
        raise invalid("file is empty")
    if len(upload.data) > BIGGEST[kind]:
        raise too_long(f"file is larger than {BIGGEST[kind] // MEGABYTE} MB")
    found = content_of(upload)
    if found not in TAKEN[kind]:
        raise invalid(f"file type is not accepted here: {found or 'unknown'}")


def content_of(upload: Upload) -> str:
    """What the bytes are, whatever name and type were claimed; empty where nobody can tell."""
    data = upload.data
    if data.startswith(b"%PDF-"):
        return "pdf"
    if data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return "doc"
    if data.startswith(b"PK\x03\x04"):
        return "docx" if _holds_a_document(data) else "zip"
    try:
        with Image.open(io.BytesIO(data)) as picture:
            picture.load()
            return str(picture.format).lower()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError):
        pass
    return "csv" if upload.name.lower().endswith(".csv") and _is_text(data) else ""


def _holds_a_document(data: bytes) -> bool:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            return "word/document.xml" in packed.namelist()
    except zipfile.BadZipFile:
        return False


def _is_text(data: bytes) -> bool:
    try:
        return "\0" not in data.decode("utf-8")
    except UnicodeDecodeError:
        return False


# ---- the shape of a message ------------------------------------------------------------


def check_message(given: Any) -> Json:
    """The ``message`` of a consultation call, its shape judged."""
    message = fields(given, "message", {"text", "attachment", "quote_message_id"})
    text = message.get("text", "")
    if not isinstance(text, str):
        raise invalid("message.text must be a string")
    if len(text) > LONGEST_TEXT:
        raise too_long(f"message.text is longer than {LONGEST_TEXT} characters")
    if not isinstance(message.get("quote_message_id", ""), str):
        raise invalid("message.quote_message_id must be a string")
    if "attachment" in message:
        _check_attachment(message["attachment"], text)
    elif not text.strip():
        raise invalid("message.text is empty")
    return message


def _check_attachment(given: Any, text: str) -> None:
    attachment = fields(given, "attachment", {"type", "payload"})
    payload, kind = attachment.get("payload"), attachment.get("type")
    if kind == "file":
        payload = fields(payload, "attachment.payload", {"token"})
        _string(payload, "token", "attachment.payload")
        if text:
            raise invalid("message.text cannot go with a file")
    elif kind == "template":
        _check_template(payload, text)
    else:
        raise invalid("attachment.type is unknown")


def _check_template(payload: Any, text: str) -> None:
    kind = payload.get("template_type", "") if isinstance(payload, dict) else ""
    if kind == "list":
        raise RefusedError(KIND)
    if kind not in ("", "media", "request_user_info"):
        raise invalid("attachment.payload.template_type is unknown")
    if not kind:
        payload = fields(payload, "attachment.payload", {"buttons"})
        if not text.strip():
            raise invalid("message.text is needed above buttons")
        _check_buttons(payload.get("buttons"))
        return
    payload = fields(payload, "attachment.payload", {"template_type", "elements"})
    elements = payload.get("elements")
    if not isinstance(elements, list) or not elements:
        raise invalid("attachment.payload.elements must be a list of one")
    if len(elements) > 1:
        raise too_long("attachment.payload.elements holds more than one")
    (_check_media if kind == "media" else _check_form)(elements[0])


def _check_media(given: Any) -> None:
    where = "element"
    names = {"media_type", "url", "attachment_id", "width", "height"}
    element = fields(given, where, names)
    kind = element.get("media_type")
    if kind not in ("image", "gif", "sticker"):
        raise invalid("element.media_type is unknown")
    sources = [name for name in ("url", "attachment_id") if name in element]
    if len(sources) != 1:
        raise invalid("element needs exactly one of url and attachment_id")
    if kind == "sticker" and sources != ["attachment_id"]:
        raise invalid("a sticker needs attachment_id")
    _string(element, sources[0], where)
    if sources == ["url"]:
        _check_url(element, "url", where)
    for side in ("width", "height"):
        if kind == "gif" and not _is_side(element.get(side)):
            raise invalid(f"element.{side} is needed for a gif")
        if kind != "gif" and side in element:
            raise invalid(f"element.{side} is for a gif only")


def _is_side(value: Any) -> bool:
    return not isinstance(value, bool) and str(value).isascii() and str(value).isdigit()


def _check_form(given: Any) -> None:
    element = fields(given, "element", {"title", "subtitle", "image_url"})
    _string(element, "title", "element", LONGEST_TITLE)
    _string(element, "subtitle", "element", LONGEST_SUBTITLE)
    _check_url(element, "image_url", "element")


def _check_buttons(buttons: Any) -> None:
    if not isinstance(buttons, list) or not buttons:
        raise invalid("attachment.payload.buttons must be a list")
    if len(buttons) > MOST_BUTTONS:
        raise too_long(f"attachment.payload.buttons holds more than {MOST_BUTTONS}")
    for given in buttons:
        button = fields(given, "button", {"title", "type", "payload", "image_icon"})
        _string(button, "title", "button", LONGEST_TITLE)
        _check_press(button)


def _check_press(button: Json) -> None:
    kind, payload = button.get("type"), button.get("payload")
    if kind in ("oa.query.show", "oa.query.hide"):
        _string(button, "payload", "button", LONGEST_QUERY)
    elif kind == "oa.open.url":
        _check_url(fields(payload, "button.payload", {"url"}), "url", "button.payload")
    elif kind == "oa.open.phone":
        _check_phone(fields(payload, "button.payload", {"phone_code"}))
    elif kind == "oa.open.sms":
        payload = fields(payload, "button.payload", {"phone_code", "content"})
        _check_phone(payload)
        _string(payload, "content", "button.payload", LONGEST_SMS)
    else:
        raise invalid("button.type is unknown")


def _check_phone(payload: Json) -> None:
    _string(payload, "phone_code", "button.payload")
    if not re.fullmatch(r"[1-9][0-9]{7,14}", payload["phone_code"]):
        raise invalid("button.payload.phone_code needs a country code and no +")


def _check_url(holder: Json, name: str, where: str) -> None:
    _string(holder, name, where)
    if not re.fullmatch(r"https?://[^\s/]+\S*", holder[name]):
        raise invalid(f"{where}.{name} is no address")


def fields(value: Any, where: str, known: Collection[str]) -> Json:
    """The object, refused where it is none or holds a name that the documents do not know."""
    if not isinstance(value, dict):
        raise invalid(f"{where} must be an object")
    for name in value:
        if name not in known:
            raise invalid(f"{where}.{name} is unknown")
    return value


def _string(holder: Json, name: str, where: str, longest: int = 0) -> None:
    value = holder.get(name)
    if not isinstance(value, str) or not value.strip():
        raise invalid(f"{where}.{name} must be a string")
    if longest and len(value) > longest:
        raise too_long(f"{where}.{name} is longer than {longest} characters")
