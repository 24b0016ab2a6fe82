"""Tokens that lie: none of them is taken, and the reason is the one that it lies about."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from bot.openid.id_tokens import LEEWAY, OLDEST, Expected, read_id_token
from bot.openid.refusals import KeyUnknown, OpenIdRefused
from tests.standins.openid import ec_jwk, part, rsa_key, signed

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
AT = int(NOW.timestamp())
EXPECTED = Expected("https://id.example", "minping", "the nonce")
HEADER = {"alg": "ES256", "kid": "one"}
Claims = dict[str, Any]


@cache
def key(name: str) -> Any:
    return generate_private_key(SECP256R1())


def keys() -> list[dict[str, Any]]:
    rsa = jwt.get_algorithm_by_name("RS256").to_jwk(rsa_key().public_key(), as_dict=True)
    return [ec_jwk(key("one"), "one"), rsa | {"kid": "rsa"}]


def claims(**changed: Any) -> Claims:
    said = {"iss": "https://id.example", "aud": "minping", "sub": "1", "nonce": "the nonce"}
    said |= {"iat": AT, "exp": AT + 300} | changed
    return {name: value for name, value in said.items() if value is not None}


def read(token: str, expected: Expected = EXPECTED) -> Claims:
    return read_id_token(token, keys(), expected, NOW)


def test_tokens_that_the_standard_allows_are_taken() -> None:
    rsa = {"alg": "RS256", "kid": "rsa"}
    assert read(signed(HEADER, claims(), key("one")))["sub"] == "1"
    assert read(signed(rsa, claims(), rsa_key()))["sub"] == "1"
    for said in (
        claims(aud=["minping"]),
        claims(aud=["minping", "other"], azp="minping"),
        claims(exp=AT - LEEWAY + 1),
        claims(iat=AT - OLDEST),
        claims(iat=AT + LEEWAY, nbf=AT + LEEWAY),
    ):
        assert read(signed(HEADER, said, key("one"))) == said
    strong = Expected(*("https://id.example", "minping", "the nonce"), ("loa3", "loa4"))
    assert read(signed(HEADER, claims(acr="loa4"), key("one")), strong)["acr"] == "loa4"


@pytest.mark.parametrize(
    ("reason", "changed"),
    [
        ("iss", {"iss": "https://id.example/"}),
        ("iss", {"iss": None}),
        ("aud", {"aud": "other"}),
        ("aud", {"aud": ["other"], "azp": "minping"}),
        ("aud", {"aud": None}),
        ("azp", {"aud": ["minping", "other"]}),
        ("azp", {"azp": "other"}),
        ("exp", {"exp": AT - LEEWAY}),
        ("exp", {"exp": None}),
        ("exp", {"exp": "9999999999"}),
        ("exp", {"exp": True}),
        ("iat", {"iat": AT - OLDEST - 1}),
        ("iat", {"iat": AT + LEEWAY + 1}),
        ("iat", {"iat": None}),
        ("nbf", {"nbf": AT + LEEWAY + 1}),
        ("nonce", {"nonce": "another nonce"}),
        ("nonce", {"nonce": None}),
        ("nonce", {"nonce": ["the nonce"]}),
        ("sub", {"sub": None}),
        ("sub", {"sub": ""}),
        ("sub", {"sub": "x" * 256}),
        ("sub", {"sub": 1}),
    ],
)
def test_a_claim_that_is_not_as_it_has_to_be(reason: str, changed: Claims) -> None:
    with pytest.raises(OpenIdRefused) as refused:
        read(signed(HEADER, claims(**changed), key("one")))
    assert refused.value.reason == reason


def test_a_weaker_sign_in_than_was_asked_for() -> None:
    strong = Expected("https://id.example", "minping", "the nonce", ("loa3",))
    for said in (claims(), claims(acr="loa1")):
        with pytest.raises(OpenIdRefused) as refused:
            read(signed(HEADER, said, key("one")), strong)
        assert (refused.value.reason, refused.value.sentence) == ("acr", "openid-level")


def unsigned(name: str) -> str:
    return f"{part({'alg': name, 'kid': 'one'})}.{part(claims())}."


def by_public_key(kid: str, name: str, secret: bytes) -> str:
    """A token with a MAC whose key is what everybody knows of the provider."""
    body = f"{part({'alg': name, 'kid': kid})}.{part(claims())}"
    return f"{body}.{part(hmac.new(secret, body.encode(), hashlib.sha256).digest())}"


def pem() -> bytes:
    public = rsa_key().public_key()
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


FORGED: dict[str, Callable[[], str]] = {
    "none": lambda: unsigned("none"),
    "None": lambda: unsigned("None"),
    "no signature": lambda: unsigned("ES256"),
    "HS256 with the PEM": lambda: by_public_key("rsa", "HS256", pem()),
    "HS256 with the JWK": lambda: by_public_key("one", "HS256", json.dumps(keys()[0]).encode()),
    "another key": lambda: signed(HEADER, claims(), key("two")),
    "a key in the header": lambda: signed(
        HEADER | {"jwk": ec_jwk(key("two"), "one"), "jku": "https://evil.example/keys"},
        claims(),
        key("two"),
    ),
    "changed claims": lambda: signed(HEADER, claims(), key("one")).replace(
        part(claims()), part(claims(sub="2"))
    ),
    "another algorithm's key": lambda: signed({"alg": "ES256", "kid": "rsa"}, claims(), key("one")),
    "another algorithm": lambda: signed({"alg": "RS256", "kid": "one"}, claims(), rsa_key()),
    "critical": lambda: signed(HEADER | {"crit": ["b64"], "b64": True}, claims(), key("one")),
    "no list": lambda: signed(HEADER, [], key("one")),  # type: ignore[arg-type]
    "no token": lambda: "a.b.c",
    "empty": lambda: "",
}


@pytest.mark.parametrize("how", FORGED)
def test_a_token_that_the_provider_did_not_sign(how: str) -> None:
    with pytest.raises(OpenIdRefused) as refused:
        read(FORGED[how]())
    assert not isinstance(refused.value, KeyUnknown)


def test_a_key_has_one_name_and_is_for_signatures() -> None:
    token = signed({"alg": "ES256", "kid": "new"}, claims(), key("one"))
    nameless = signed({"alg": "ES256"}, claims(), key("one"))
    own = ec_jwk(key("one"), "one")
    for given, known in (
        (token, keys()),
        (nameless, keys()),
        (signed(HEADER, claims(), key("one")), [own, own]),
        (signed(HEADER, claims(), key("one")), [own | {"use": "enc"}]),
    ):
        with pytest.raises(KeyUnknown):
            read_id_token(given, known, EXPECTED, NOW)
    assert read_id_token(nameless, [own], EXPECTED, NOW) == claims()
