"""Alibaba Cloud's signature of version 3, ACS3-HMAC-SHA256."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import quote

ALGORITHM = "ACS3-HMAC-SHA256"


def canonical_query(query: Mapping[str, str]) -> str:
    """Return the query in order, each part percent-encoded by RFC 3986."""
    pairs = sorted((quote(name, safe="~"), quote(value, safe="~")) for name, value in query.items())
    return "&".join(f"{name}={value}" for name, value in pairs)


def authorization(
    key_id: str, secret: str, query: Mapping[str, str], headers: Mapping[str, str], body: bytes
) -> str:
    """Return the header Authorization of a POST to the root.

    Args:
        key_id: AccessKey ID.
        secret: AccessKey secret.
        query: the parameters of the URL.
        headers: those that are signed, by names in small letters; host and all of ``x-acs-``.
        body: the request's.
    """
    names = sorted(headers)
    lines = "".join(f"{name}:{headers[name].strip()}\n" for name in names)
    signed = ";".join(names)
    parts = ("POST", "/", canonical_query(query), lines, signed, hashlib.sha256(body).hexdigest())
    digest = hashlib.sha256("\n".join(parts).encode()).hexdigest()
    made = hmac.new(secret.encode(), f"{ALGORITHM}\n{digest}".encode(), hashlib.sha256).hexdigest()
    return f"{ALGORITHM} Credential={key_id},SignedHeaders={signed},Signature={made}"
