"""An identity provider, as RFC 6749, RFC 7636, RFC 9207 and OpenID Connect Core and Discovery say.

It is strict where they let a provider be strict, and notes every request that is not as they say.
Tests tell it who signs in, and how its tokens lie.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from html import escape
from typing import Any, Self
from urllib.parse import parse_qsl, unquote, urlencode

import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as generate_rsa

CLIENT, SECRET = "minping test", "s3cret: %/+ä"
UNRESERVED = re.compile(r"[A-Za-z0-9._~-]{43,128}")
ASKED = {"response_type", "client_id", "redirect_uri", "scope", "state", "nonce"}
ASKED |= {"code_challenge", "code_challenge_method"}


def part(value: bytes | Mapping[str, Any]) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


@cache
def rsa_key() -> RSAPrivateKey:
    return generate_rsa(65537, 2048)


def ec_jwk(key: Any, kid: str) -> dict[str, Any]:
    return jwt.get_algorithm_by_name("ES256").to_jwk(key.public_key(), as_dict=True) | {
        "kid": kid,
        "use": "sig",
        "alg": "ES256",
    }


def signed(header: Mapping[str, Any], claims: Mapping[str, Any], key: Any) -> str:
    """A token as its header says it is signed, with ES256 unless the header names another."""
    name = header["alg"] if header["alg"] in ("ES256", "RS256") else "ES256"
    algorithm = jwt.get_algorithm_by_name(name)
    body = f"{part(header)}.{part(claims)}"
    return f"{body}.{part(algorithm.sign(body.encode(), key))}"


@dataclass
class OpenIdProvider:
    """A provider on this machine.

    Attributes:
        clock: of its tokens.
        backs: our addresses that are registered with it.
        person: the claims of who signs in next.
        forge: makes the token of header, claims and key; tests let it lie.
        names_itself: whether its answers carry ``iss``.
        asks: whether a page of its own asks the person, from which the browser then comes back.
        answer: parameters of the next answers to the browser, in place of its own.
        violations: what was against the interface.
        asked: paths that were asked for.
    """

    clock: Callable[[], datetime]
    backs: set[str]
    person: dict[str, Any] = field(default_factory=lambda: {"sub": "248289761001"})
    forge: Callable[[dict[str, Any], dict[str, Any], Any], str] = signed
    names_itself: bool = True
    asks: bool = False
    answer: dict[str, str] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    told: dict[str, Any] = field(default_factory=dict)
    violations: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    issuer: str = ""
    _codes: dict[str, dict[str, str] | None] = field(default_factory=dict)
    _tokens: dict[str, str] = field(default_factory=dict)

    async def __aenter__(self) -> Self:
        self.key, self.kid = generate_private_key(SECP256R1()), "one"
        self.keys = [ec_jwk(self.key, self.kid)]
        app = web.Application()
        app.router.add_get("/.well-known/openid-configuration", self._discover)
        app.router.add_get("/authorize", self._authorize)
        app.router.add_post("/token", self._token)
        app.router.add_get("/keys", self._keys)
        app.router.add_get("/userinfo", self._userinfo)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.issuer = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def _discover(self, _request: web.Request) -> web.Response:
        self.asked.append("discovery")
        said = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "end_session_endpoint": f"{self.issuer}/out",
            "response_types_supported": ["code"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256", "ES256"],
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": self.names_itself,
        }
        return web.json_response(said | self.metadata)

    async def _keys(self, _request: web.Request) -> web.Response:
        self.asked.append("keys")
        return web.json_response({"keys": self.keys})

    async def _authorize(self, request: web.Request) -> web.Response:
        said = dict(request.query)
        wrong = [name for name in ASKED if not said.get(name)]
        wrong += [name for name in said if name not in ASKED | {"ui_locales", "acr_values"}]
        wrong += [name for name in said if len(request.query.getall(name)) > 1]
        right = {"response_type": "code", "code_challenge_method": "S256", "client_id": CLIENT}
        wrong += [name for name, value in right.items() if said.get(name) != value]
        if "openid" not in said.get("scope", "").split():
            wrong.append("scope")
        if not re.fullmatch(r"[A-Za-z0-9_-]{43}", said.get("code_challenge", "")):
            wrong.append("code_challenge")
        if min(len(said.get(name, "")) for name in ("state", "nonce")) < 22:
            wrong.append("state or nonce can be guessed")
        if said.get("redirect_uri") not in self.backs:
            # A provider never sends a browser to an address that it does not know.
            self.violations.append("redirect_uri")
            return web.Response(status=400)
        self.violations += wrong
        code = secrets.token_urlsafe(16)
        self._codes[code] = said | {"person": json.dumps(self.person)}
        answer = {"code": code, "state": said["state"]}
        answer |= {"iss": self.issuer} if self.names_itself else {}
        where = f"{said['redirect_uri']}?{urlencode(answer | self.answer)}"
        if self.asks:
            page = f'<!doctype html><title>Provider</title><a href="{escape(where)}">Agree</a>'
            return web.Response(text=page, content_type="text/html")
        return web.Response(status=303, headers={"Location": where})

    async def _token(self, request: web.Request) -> web.Response:
        form = parse_qsl(await request.text(), strict_parsing=True)
        said = dict(form)
        kind, _, pair = request.headers.get("Authorization", "").partition(" ")
        name, _, secret = base64.b64decode(pair).decode("ascii").partition(":")
        if kind != "Basic" or (unquote(name), unquote(secret)) != (CLIENT, SECRET):
            self.violations.append("client authentication")
            return web.json_response({"error": "invalid_client"}, status=401)
        if len(form) != len(said) or set(said) != {
            "grant_type",
            "code",
            "redirect_uri",
            "code_verifier",
        }:
            self.violations.append(f"fields {sorted(said)}")
        if request.content_type != "application/x-www-form-urlencoded":
            self.violations.append("Content-Type")
        begun = self._codes.get(said["code"])
        self._codes[said["code"]] = None
        challenge = part(hashlib.sha256(said["code_verifier"].encode()).digest())
        if (
            begun is None
            or said["grant_type"] != "authorization_code"
            or begun["redirect_uri"] != said["redirect_uri"]
            or not UNRESERVED.fullmatch(said["code_verifier"])
            or begun["code_challenge"] != challenge
        ):
            return web.json_response({"error": "invalid_grant"}, status=400)
        now, access = int(self.clock().timestamp()), secrets.token_urlsafe(16)
        person = json.loads(begun["person"])
        self._tokens[access] = person["sub"]
        claims = {"iss": self.issuer, "aud": CLIENT, "exp": now + 300, "iat": now}
        claims |= {"nonce": begun["nonce"]} | person
        token = self.forge({"alg": "ES256", "kid": self.kid, "typ": "JWT"}, claims, self.key)
        answer = {"access_token": access, "token_type": "Bearer", "id_token": token}
        return web.json_response(answer, headers={"Cache-Control": "no-store"})

    async def _userinfo(self, request: web.Request) -> web.Response:
        kind, _, access = request.headers.get("Authorization", "").partition(" ")
        if kind != "Bearer" or access not in self._tokens:
            self.violations.append("userinfo")
            return web.json_response({"error": "invalid_token"}, status=401)
        return web.json_response({"sub": self._tokens[access]} | self.told)
