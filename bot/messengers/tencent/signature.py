"""Tencent Cloud's signature TC3-HMAC-SHA256."""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime

ALGORITHM, SERVICE, END = "TC3-HMAC-SHA256", "sms", "tc3_request"
TYPE = "application/json"


def authorization(secret_id: str, secret_key: str, host: str, body: bytes, at: int) -> str:
    """Return the header Authorization of a POST to the root.

    Args:
        secret_id: SecretId.
        secret_key: SecretKey.
        host: the header Host.
        body: the request's, JSON of the content type `TYPE`.
        at: epoch seconds, as in X-TC-Timestamp.
    """
    names = "content-type;host"
    lines = f"content-type:{TYPE}\nhost:{host}\n"
    canonical = "\n".join(("POST", "/", "", lines, names, hashlib.sha256(body).hexdigest()))
    day = datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d")
    scope = f"{day}/{SERVICE}/{END}"
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    key = f"TC3{secret_key}".encode()
    for part in (day, SERVICE, END):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    to_sign = f"{ALGORITHM}\n{at}\n{scope}\n{digest}"
    made = hmac.new(key, to_sign.encode(), hashlib.sha256).hexdigest()
    return f"{ALGORITHM} Credential={secret_id}/{scope}, SignedHeaders={names}, Signature={made}"
