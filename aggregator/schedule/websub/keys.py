"""Tokens, secrets and signatures: what nobody else can guess, and how it is checked."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re

_METHODS = ("sha1", "sha256", "sha384", "sha512")
_SIGNATURE = re.compile(rb"(sha[0-9]+)=([0-9A-Fa-f]+)")


def token_of(key: bytes, nonce: str) -> str:
    """Make the token of a callback's address: 43 characters, 256 bits.

    Made of a key that the database does not hold, so whoever reads the database cannot call back.
    """
    digest = hmac.digest(key, b"callback\0" + nonce.encode("ascii"), "sha256")
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


def secret_of(key: bytes, nonce: str) -> str:
    """Make the secret that a hub signs with: 64 characters.

    Follows:
        WebSub, 5.1: less than 200 bytes.
    """
    return hmac.digest(key, b"secret\0" + nonce.encode("ascii"), "sha256").hex()


def token_hash(token: str) -> str:
    """Hash a token; only the hash is stored and looked up, so how long that takes tells nothing of the token."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def signed_with(signature: str, body: bytes, secret: str) -> str | None:
    """Name the method that a body was signed with; None when the signature is missing, odd, or another one's.

    Follows:
        WebSub, 7.1: ``X-Hub-Signature`` is ``method=signature``, the signature an HMAC in hexadecimal.
    """
    match = _SIGNATURE.fullmatch(signature.strip().encode("utf-8", "replace"))
    method = match[1].decode("ascii") if match else ""
    if match is None or method not in _METHODS:
        return None
    expected = hmac.digest(secret.encode("ascii"), body, method).hex().encode("ascii")
    return method if hmac.compare_digest(expected, match[2].lower()) else None
