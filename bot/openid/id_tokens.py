"""ID tokens: whether the provider signed one, for us, now, and for this very sign-in.

The rules are those of OpenID Connect Core 1.0, 3.1.3.7, and RFC 8725. A token's header decides
nothing but which of the provider's keys is tried: algorithms are from our list, keys from the
provider's set.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import jwt

from bot.openid.refusals import KeyUnknown, OpenIdRefused

ALGORITHMS = (*(f"{kind}{n}" for kind in ("RS", "PS", "ES") for n in (256, 384, 512)), "EdDSA")
"""Signatures by a key that only the provider has; so neither ``none`` nor HS256 to HS512."""
LEEWAY = 60
"""Seconds by which the provider's clock may differ from ours."""
OLDEST = 600
"""Seconds after which a token is too old, whatever end it names: it is fetched at once."""
LONGEST_SUBJECT = 255
_SIGNED = jwt.PyJWS(algorithms=ALGORITHMS, options={"enforce_minimum_key_length": True})


@dataclass(frozen=True, slots=True)
class Expected:
    """What a token has to say: by whom, for whom, for which sign-in, at which levels if any."""

    issuer: str
    client_id: str
    nonce: str
    acr_values: tuple[str, ...] = ()


def read_id_token(
    token: str, keys: Sequence[Mapping[str, Any]], expected: Expected, now: datetime
) -> dict[str, Any]:
    """Returns the claims of a token.

    Args:
        token: as the provider's token endpoint gave it.
        keys: the provider's set, as JWKs.
        expected: what it has to say.
        now: the present moment.

    Raises:
        KeyUnknown: no key of the set has the name that the token gives.
        OpenIdRefused: its signature or one of its claims is not as it has to be.
    """
    try:
        header = jwt.get_unverified_header(token)
        if header.get("alg") not in ALGORITHMS or "crit" in header:
            raise OpenIdRefused("algorithm")
        key = jwt.PyJWK(dict(_key(keys, header.get("kid"))), _algorithm(keys, header))
        claims = json.loads(_SIGNED.decode(token, key, algorithms=[header["alg"]]))
    except (jwt.PyJWTError, ValueError, TypeError) as error:
        raise OpenIdRefused(f"signature: {type(error).__name__}") from None
    if not isinstance(claims, dict):
        raise OpenIdRefused("claims")
    check_claims(claims, expected, now.timestamp())
    return claims


def _algorithm(keys: Sequence[Mapping[str, Any]], header: Mapping[str, Any]) -> str:
    """Returns the algorithm of a token, unless its key is for another one."""
    own = _key(keys, header.get("kid")).get("alg", header["alg"])
    if own != header["alg"]:
        raise OpenIdRefused("algorithm of the key")
    return str(own)


def _key(keys: Sequence[Mapping[str, Any]], name: object) -> Mapping[str, Any]:
    """Returns the key of a name; a token without one has to leave no choice."""
    signing = [key for key in keys if key.get("use", "sig") == "sig"]
    found = signing if name is None else [key for key in signing if key.get("kid") == name]
    if len(found) != 1:
        raise KeyUnknown("key")
    return found[0]


def check_claims(claims: Mapping[str, Any], expected: Expected, now: float) -> None:
    """Checks what a token says; ``now`` is in epoch seconds.

    Raises:
        OpenIdRefused: one of its claims is not as it has to be; the reason names it.
    """
    audience = claims.get("aud")
    several = audience if isinstance(audience, list) else [audience]
    ends, made, begins = (_number(claims.get(name)) for name in ("exp", "iat", "nbf"))
    level = claims.get("acr")
    wrong = {
        "iss": claims.get("iss") != expected.issuer,
        "aud": expected.client_id not in several,
        # Of a token for several, the one who asked for it is named.
        "azp": claims.get("azp", expected.client_id if len(several) == 1 else None)
        != expected.client_id,
        "exp": ends is None or ends + LEEWAY <= now,
        "iat": made is None or not now - OLDEST <= made <= now + LEEWAY,
        "nbf": "nbf" in claims and (begins is None or begins > now + LEEWAY),
        "nonce": not _is_same(claims.get("nonce"), expected.nonce),
        "sub": not is_subject(claims.get("sub")),
        "acr": bool(expected.acr_values) and level not in expected.acr_values,
    }
    for name, is_wrong in wrong.items():
        if is_wrong:
            raise OpenIdRefused(name, "openid-level" if name == "acr" else "")


def _number(value: object) -> float | None:
    """Returns a moment in epoch seconds; None for what is none, such as a text."""
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _is_same(given: object, wanted: str) -> bool:
    return isinstance(given, str) and hmac.compare_digest(given.encode(), wanted.encode())


def is_subject(value: object) -> bool:
    """Returns whether a value can be the name by which a provider knows a person."""
    return isinstance(value, str) and value.isascii() and 0 < len(value) <= LONGEST_SUBJECT
