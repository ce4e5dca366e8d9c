"""What proves that a webhook came from Zalo, and what proves to Zalo that it is us asking.

Sources: Zalo's Java and PHP SDKs (MacUtils, PKCEUtil, AppSecretProofUtil) and the pages of OA/webhook and
OA/bat-dau, as quoted in September 2026. No call raises, whatever a stranger sends.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets

from bot.channels.wire import read_object

SIGNATURE_HEADER = "X-ZEvent-Signature"
# The prefix is documented; a bare digest was seen in the code of others.
MAC = re.compile(r"[ \t]*(?:mac[ \t]*=[ \t]*)?([0-9a-f]{64})[ \t]*", re.ASCII | re.IGNORECASE)


def is_signed(raw: bytes, header: str | None, app_id: str, secret: str) -> bool:
    """True when the header is the SHA-256 of app id, body as received, its timestamp and the OA's secret.

    The secret is the webhook's own, not the app's. A former body sent again passes: event ids stop that.
    """
    found = MAC.fullmatch(header or "")
    if found is None or not app_id or not secret:
        return False
    try:
        event = read_object(raw)
    except ValueError:
        return False
    stamp = _written(event.get("timestamp", ""))
    if stamp is None or _written(event.get("app_id")) != app_id:
        return False
    signed = hashlib.sha256(_bytes(app_id) + raw + _bytes(stamp) + _bytes(secret))
    return hmac.compare_digest(signed.hexdigest(), found[1].lower())


def new_verifier() -> str:
    """A fresh PKCE verifier (RFC 7636): 32 random bytes as 43 signs that are safe in an address."""
    return secrets.token_urlsafe(32)


def challenge_of(verifier: str) -> str:
    """The S256 challenge that goes into the consent address of a verifier."""
    digest = hashlib.sha256(_bytes(verifier)).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def appsecret_proof(app_secret: str, access_token: str) -> str:
    """The value of the header of that name, which an app may demand beside each access token."""
    return hmac.new(_bytes(app_secret), _bytes(access_token), hashlib.sha256).hexdigest()


def _written(value: object) -> str | None:
    """How a text or a whole number stands in the body; None for anything else."""
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool) and value.bit_length() <= 63:
        return str(value)
    return None


def _bytes(text: str) -> bytes:
    """UTF-8; half a surrogate pair, which JSON can hold, has no UTF-8 and must not raise."""
    return text.encode(errors="surrogatepass")
