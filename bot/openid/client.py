"""One identity provider as we ask it: discovery, the way to its sign-in, tokens, its keys.

What is asked is the authorization code flow with PKCE and our secret (RFC 6749, RFC 7636, OpenID
Connect Core 1.0 and Discovery 1.0). No address and no answer is logged: both name people.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

import aiohttp
from yarl import URL

from bot.core.clock import Clock
from bot.messengers.http import parse_json, read_answer
from bot.openid.flows import Flow
from bot.openid.id_tokens import ALGORITHMS, Expected, read_id_token
from bot.openid.provider_files import Provider, is_safe_address
from bot.openid.refusals import KeyUnknown, OpenIdRefused, ProviderAway

log = logging.getLogger(__name__)

DISCOVERY = "/.well-known/openid-configuration"
FRESH = 3600
"""Seconds for which discovery and keys are taken as they were read."""
AGAIN = 60
"""Seconds that must have passed before an unknown key has the set of keys fetched anew."""
SECONDS = 10.0
"""Seconds after which a provider that has not answered is not waited for."""
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")


@dataclass(frozen=True, slots=True)
class Metadata:
    """What discovery says, as far as it is used; an absent endpoint is empty.

    Attributes:
        names_itself: whether each answer to the browser names its issuer (RFC 9207).
        posts_secret: whether the secret goes with the form, and not in the header.
    """

    authorization: str
    token: str
    keys: str
    person: str
    end: str
    names_itself: bool
    posts_secret: bool


def read_metadata(said: Any, issuer: str) -> Metadata:
    """Returns a provider's metadata.

    Args:
        said: the JSON of its discovery.
        issuer: the provider's name in our file.

    Raises:
        ProviderAway: it is another provider's, or it does not do what a sign-in needs.
    """
    if not isinstance(said, dict) or said.get("issuer") != issuer:
        raise ProviderAway("discovery: issuer")
    if not all(is_safe_address(said.get(name)) for name in ENDPOINTS):
        raise ProviderAway("discovery: endpoints")
    signs = _listed(said, "id_token_signing_alg_values_supported", ["RS256"])
    # A provider that names ways of PKCE without S256 would let a stolen code be used.
    if "S256" not in _listed(said, "code_challenge_methods_supported", ["S256"]):
        raise ProviderAway("discovery: S256")
    if "code" not in _listed(said, "response_types_supported", ["code"]):
        raise ProviderAway("discovery: code")
    if not set(signs) & set(ALGORITHMS):
        raise ProviderAway("discovery: algorithms")
    ways = _listed(said, "token_endpoint_auth_methods_supported", ["client_secret_basic"])
    if not {"client_secret_basic", "client_secret_post"} & set(ways):
        raise ProviderAway("discovery: client authentication")
    return Metadata(
        said["authorization_endpoint"],
        said["token_endpoint"],
        said["jwks_uri"],
        _optional(said, "userinfo_endpoint"),
        _optional(said, "end_session_endpoint"),
        said.get("authorization_response_iss_parameter_supported") is True,
        "client_secret_basic" not in ways,
    )


def _listed(said: Mapping[str, Any], name: str, default: list[str]) -> list[str]:
    found = said.get(name, default)
    return [one for one in found if isinstance(one, str)] if isinstance(found, list) else []


def _optional(said: Mapping[str, Any], name: str) -> str:
    found = said.get(name, "")
    return found if is_safe_address(found) else ""


class OpenIdClient:
    """Asks one provider.

    Args:
        provider: who is asked, and our secret with it.
        clock: the service's.
    """

    def __init__(self, provider: Provider, clock: Clock) -> None:
        self.provider = provider
        self._clock = clock
        self._metadata: Metadata | None = None
        self._metadata_at = 0.0
        self._keys: list[dict[str, Any]] = []
        self._keys_at = 0.0
        self._turn = asyncio.Lock()

    async def authorization_url(self, flow: Flow, state: str, back: str) -> str:
        """Returns the address at the provider where a person signs in.

        Args:
            flow: the sign-in that begins.
            state: its name, which comes back with the answer.
            back: our address for the answer.

        Raises:
            ProviderAway: it does not answer as the standard says.
        """
        where = (await self.metadata()).authorization
        challenge = hashlib.sha256(flow.verifier.encode()).digest()
        asked = {
            "response_type": "code",
            "client_id": self.provider.client_id,
            "redirect_uri": back,
            "scope": " ".join(self.provider.scopes),
            "state": state,
            "nonce": flow.nonce,
            "code_challenge": base64.urlsafe_b64encode(challenge).decode().rstrip("="),
            "code_challenge_method": "S256",
            "ui_locales": "zh-CN zh" if flow.lang.startswith("zh") else flow.lang,
        }
        if self.provider.acr_values:
            asked["acr_values"] = " ".join(self.provider.acr_values)
        return f"{where}{'&' if '?' in where else '?'}{urlencode(asked, quote_via=quote)}"

    async def identify(
        self, answer: Mapping[str, str], flow: Flow, back: str, wanted: tuple[str, ...] = ()
    ) -> dict[str, Any]:
        """Returns what the provider says of the person who comes back from it.

        Args:
            answer: the parameters with which the browser came back.
            flow: the sign-in that it belongs to.
            back: our address for the answer, as it was said before.
            wanted: names of `Provider.claims`; the provider is asked again for one that the token
                lacks.

        Raises:
            ProviderAway: the provider does not answer as the standard says.
            OpenIdRefused: the answer is another provider's, the person declined, the code was not
                taken, or the token is not as it has to be.
        """
        metadata = await self.metadata()
        said_issuer = answer.get("iss")
        if said_issuer is None and metadata.names_itself:
            raise OpenIdRefused("answer without issuer")
        if said_issuer not in (None, self.provider.issuer):
            raise OpenIdRefused("answer of another issuer")
        if "error" in answer:
            declined = answer["error"] == "access_denied"
            raise OpenIdRefused("error", "openid-declined" if declined else "openid-away")
        if not answer.get("code"):
            raise OpenIdRefused("answer without code")
        tokens = await self._exchange(metadata, answer["code"], flow.verifier, back)
        expected = Expected(
            self.provider.issuer, self.provider.client_id, flow.nonce, self.provider.acr_values
        )
        claims = await self._read(str(tokens.get("id_token", "")), expected)
        lacking = any(self.claim(claims, name) is None for name in wanted)
        if lacking and metadata.person:
            claims |= await self._person(metadata, str(tokens.get("access_token", "")), claims)
        return claims

    def claim(self, claims: Mapping[str, Any], name: str) -> Any:
        """Returns a claim by its name in `Provider.claims`; None where there is none."""
        path = self.provider.claims[name]
        if path in claims:
            # Some name a claim like an address, with dots in it.
            return claims[path]
        found: Any = claims
        for part in path.split("."):
            found = found.get(part) if isinstance(found, dict) else None
        return found

    async def metadata(self) -> Metadata:
        """Returns what the provider's discovery says; raises `ProviderAway`."""
        async with self._turn:
            now = self._clock.now().timestamp()
            if self._metadata is None or now - self._metadata_at >= FRESH:
                said = await self._call("GET", self.provider.issuer.rstrip("/") + DISCOVERY)
                self._metadata = read_metadata(said, self.provider.issuer)
                self._metadata_at = now
            return self._metadata

    @property
    def end(self) -> str:
        """Where a person signs out at the provider; empty where discovery names no such page."""
        return self._metadata.end if self._metadata else ""

    async def _read(self, token: str, expected: Expected) -> dict[str, Any]:
        keys = await self._known_keys(FRESH)
        try:
            return read_id_token(token, keys, expected, self._clock.now())
        except KeyUnknown:
            return read_id_token(token, await self._known_keys(AGAIN), expected, self._clock.now())

    async def _known_keys(self, oldest: int) -> list[dict[str, Any]]:
        """Returns the provider's keys, fetched anew where they are ``oldest`` seconds old."""
        where = (await self.metadata()).keys
        async with self._turn:
            now = self._clock.now().timestamp()
            if now - self._keys_at >= oldest:
                # Noted before it is asked: a provider that is away is not asked by each token.
                self._keys_at = now if self._keys else 0.0
                said = await self._call("GET", where)
                keys = said.get("keys") if isinstance(said, dict) else None
                if not isinstance(keys, list):
                    raise ProviderAway("keys")
                self._keys = [key for key in keys if isinstance(key, dict)]
                self._keys_at = now
            return self._keys

    async def _exchange(
        self, metadata: Metadata, code: str, verifier: str, back: str
    ) -> dict[str, Any]:
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": back}
        form["code_verifier"] = verifier
        name, secret = self.provider.client_id, self.provider.client_secret
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        if metadata.posts_secret:
            form |= {"client_id": name, "client_secret": secret}
        else:
            # RFC 6749, 2.3.1: both are encoded as in a form first.
            pair = f"{quote(name, safe='')}:{quote(secret, safe='')}"
            headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        said = await self._call("POST", metadata.token, urlencode(form).encode(), headers)
        if not isinstance(said, dict):
            raise ProviderAway("tokens")
        return said

    async def _person(
        self, metadata: Metadata, token: str, claims: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Returns what the provider adds about the same person (OpenID Connect Core 1.0, 5.3)."""
        said = await self._call(
            "GET", metadata.person, headers={"Authorization": f"Bearer {token}"}
        )
        if not isinstance(said, dict) or said.get("sub") != claims["sub"]:
            raise OpenIdRefused("another person's claims")
        # What was signed for this sign-in is not replaced.
        return {name: value for name, value in said.items() if name not in claims}

    async def _call(
        self,
        method: str,
        url: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        """Returns the JSON of an answer.

        Raises:
            ProviderAway: there is none, or it holds none.
            OpenIdRefused: what we sent is refused.
        """
        timeout = aiohttp.ClientTimeout(total=SECONDS)
        told = {"Accept": "application/json"} | dict(headers or {})
        try:
            # Sign-ins are seldom, so each has a session of its own and nothing stays open.
            async with (
                aiohttp.ClientSession(
                    timeout=timeout, cookie_jar=aiohttp.DummyCookieJar()
                ) as session,
                session.request(
                    method, URL(url), data=body, headers=told, allow_redirects=False
                ) as response,
            ):
                said, status = parse_json(await read_answer(response)), response.status
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
            raise ProviderAway("no answer") from None
        if status in (400, 401, 403):
            raise OpenIdRefused(f"status {status}{_error(said)}")
        if status != 200:
            raise ProviderAway(f"status {status}")
        return said


def _error(said: Any) -> str:
    """Returns the standard's word for an error, of those that are of use to an operator."""
    known = ("invalid_grant", "invalid_client", "unauthorized_client", "invalid_request")
    error = said.get("error") if isinstance(said, dict) else None
    return f" {error}" if error in known else ""
