"""Sign-ins under way: what is remembered from the press of the button until the person is back.

A sign-in has a name (``state``), which travels, and belongs to one browser by a cookie, which does
not. It is taken once: whoever brings the same answer again, or the answer to another browser's
sign-in, finds nothing. Redis holds it under a hash of its name.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from dataclasses import asdict, dataclass

from redis.asyncio import Redis

FLOW_SECONDS = 600
"""Seconds that a person has at the provider."""


@dataclass(frozen=True, slots=True)
class Flow:
    """A sign-in under way.

    Attributes:
        provider: whom the person was sent to.
        use: what the provider's word is taken for.
        nonce: has to stand in the token.
        verifier: of PKCE; shows the provider that who began also ends.
        browser: the hash of the cookie of the browser that began.
        lang: of the person's pages.
        context: what the page needs to know again.
    """

    provider: str
    use: str
    nonce: str
    verifier: str
    browser: str
    lang: str
    context: str = ""


@dataclass(frozen=True, slots=True)
class Begun:
    """A sign-in that begins, with its name and the value of its browser's cookie."""

    flow: Flow
    state: str
    cookie: str


async def begin_flow(redis: Redis, provider: str, use: str, lang: str, context: str = "") -> Begun:
    """Remembers a sign-in that begins for `FLOW_SECONDS`."""
    state, cookie = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    nonce, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(48)
    flow = Flow(provider, use, nonce, verifier, _digest(cookie), lang, context)
    await redis.set(_key(state), json.dumps(asdict(flow)), ex=FLOW_SECONDS)
    return Begun(flow, state, cookie)


async def take_flow(redis: Redis, provider: str, use: str, state: str, cookie: str) -> Flow | None:
    """Returns the sign-in of a state and forgets it.

    None: it was taken, it is too old, or it was begun by another browser, with another provider or
    for another use.
    """
    kept = await redis.getdel(_key(state))
    if not kept:
        return None
    flow = Flow(**json.loads(kept))
    same = hmac.compare_digest(flow.browser, _digest(cookie))
    return flow if same and (flow.provider, flow.use) == (provider, use) else None


def _key(state: str) -> str:
    return f"minping:openid:flow:{_digest(state)}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
