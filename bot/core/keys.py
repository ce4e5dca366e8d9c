"""Secrets of one installation: every purpose has its own key, derived by HKDF from one root.

A root is never used itself. Sealed bytes and hashes carry the id of the root that made them, so an old
root stays readable after a new one is set (``BOT_SECRET_KEY_OLD``).
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from enum import StrEnum
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot.core.errors import WrongKeyError

KEY_ID_BYTES = 4
NONCE_BYTES = 12
SHORTEST_SEALED = KEY_ID_BYTES + NONCE_BYTES + 16  # the tag of an empty message
WRONG_KEY = (
    "Khóa bí mật không khớp với dữ liệu này: đặt lại đúng BOT_SECRET_KEY "
    "(hoặc tệp khóa trong thư mục var/) đã dùng trước đây."
)


class Purpose(StrEnum):
    """What a derived key is for; the value is the HKDF label, so it must never change."""

    MESSAGE = "ban-so message v1"  # bodies of inbox and outbox
    ADDRESS = "ban-so address v1"  # delivery addresses
    ACCOUNT = "ban-so account v1"  # tokens and secrets of messenger accounts
    CHAT = "ban-so chat identity v1"  # keyed hash: who is talking
    PERSON = "ban-so person v1"  # keyed hash: who was helped
    CODE = "ban-so one-use code v1"  # keyed hash of invitations
    PHONE = "ban-so phone v1"  # numbers of people and members
    SIGN_IN = "ban-so sign-in v1"  # keyed hash of login names and of cookies; also form tokens
    BACKUP = "ban-so backup v1"
    CANARY = "ban-so canary v1"
    KEY_ID = "ban-so key id v1"


def derive(root: bytes, purpose: Purpose) -> bytes:
    """A 32-byte key for one purpose (HKDF-SHA256, RFC 5869)."""
    return HKDF(hashes.SHA256(), 32, salt=b"ban-so", info=purpose.value.encode()).derive(root)


class _Root:
    """One root secret with its derived keys at hand."""

    def __init__(self, secret: str) -> None:
        root = hashlib.sha256(secret.encode()).digest()
        self._key = cache(lambda purpose: derive(root, purpose))
        self._cipher = cache(lambda purpose: AESGCM(self._key(purpose)))
        self.id: bytes = self._key(Purpose.KEY_ID)[:KEY_ID_BYTES]

    def cipher(self, purpose: Purpose) -> AESGCM:
        return self._cipher(purpose)

    def digest(self, purpose: Purpose, message: bytes) -> bytes:
        return hmac.digest(self._key(purpose), message, "sha256")


class KeyRing:
    """The present root and the old ones that must stay readable. ``repr`` shows no secret."""

    def __init__(self, current: str, old: tuple[str, ...] = ()) -> None:
        self._roots = tuple(_Root(secret) for secret in (current, *old))
        self._current = self._roots[0]

    def __repr__(self) -> str:
        return f"KeyRing({len(self._roots)} roots)"

    @property
    def current_id(self) -> bytes:
        """Id of the root that seals and hashes now."""
        return self._current.id

    def seal(self, purpose: Purpose, plain: bytes) -> bytes:
        """Encrypted and authenticated: key id, nonce, ciphertext (AES-256-GCM)."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        head = self._current.id
        return head + nonce + self._current.cipher(purpose).encrypt(nonce, plain, head)

    def open(self, purpose: Purpose, sealed: bytes) -> bytes:
        """What ``seal`` was given; raises ``WrongKeyError`` when no live root made it."""
        head, nonce = sealed[:KEY_ID_BYTES], sealed[KEY_ID_BYTES : KEY_ID_BYTES + NONCE_BYTES]
        if len(sealed) < SHORTEST_SEALED:
            raise WrongKeyError(WRONG_KEY)
        for root in self._roots:
            if root.id == head:
                try:
                    body = sealed[KEY_ID_BYTES + NONCE_BYTES :]
                    return root.cipher(purpose).decrypt(nonce, body, head)
                except InvalidTag as damaged:
                    raise WrongKeyError(WRONG_KEY) from damaged
        raise WrongKeyError(WRONG_KEY)

    def hash(self, purpose: Purpose, *parts: str) -> bytes:
        """Keyed hash (HMAC-SHA256) of the parts under the present root: 32 bytes."""
        return self._current.digest(purpose, _join(parts))

    def older_hashes(self, purpose: Purpose, *parts: str) -> tuple[bytes, ...]:
        """The same under each old root, so that a row written before a change of key is found."""
        return tuple(root.digest(purpose, _join(parts)) for root in self._roots[1:])


def _join(parts: tuple[str, ...]) -> bytes:
    # The length in front keeps ("ab", "c") and ("a", "bc") apart.
    return b"".join(len(raw).to_bytes(4, "big") + raw for raw in (p.encode() for p in parts))
