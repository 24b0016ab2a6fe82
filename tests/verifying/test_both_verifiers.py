"""Both verifiers read the same bundles and agree: good ones, bad ones and tampered ones.

They share no line: the one is the product's, the other was written from the page alone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import reduce
from operator import getitem
from random import Random
from typing import Any

import pytest

from bot.verification import minping_verify
from bot.verification.acts import NEEDED_KEYS, ONCE, SIGNERS
from bot.verification.minping_verify import Asked, read_key, verify
from survey_flows.errors import BadInput
from tests.verifying.bad_bundles import BAD
from tests.verifying.mutations import mutate
from tests.verifying.older_logs import older_log
from tests.verifying.product import product_failures
from tests.verifying.real_terms import real_terms
from tests.verifying.synthetic_campaign import (
    SyntheticCampaign,
    drawn_campaign,
    small_campaign,
)
from tests.verifying.synthetic_log import Files, Keys
from tests.verifying.tamperings import EVERYBODY, NOBODY, TAMPERINGS, Tampering, public_part
from tests.verifying.vectors import PAGE, claims

ROW = re.compile(r"^\| (`[a-z`, -]+`) \| [^|]+ \| (log|desk|gate)[^|]* \|", re.MULTILINE)
TABLE = [
    (kind, key)
    for kinds, key in ROW.findall(PAGE.read_text())
    for kind in kinds[1:-1].split("`, `")
]
"""Kinds of acts and who signs them, as the page says."""

GOOD = {
    "small": lambda: small_campaign(terms=real_terms()),
    "drawn": lambda: drawn_campaign(1, real_terms()),
    "drawn without cases": lambda: drawn_campaign(2, real_terms(), cases=False),
    "old": lambda: older_log(terms=real_terms())[0],
    "grown": lambda: older_log(terms=real_terms())[1],
}


def failures(files: Files, key: str, said: dict[str, str] | None = None) -> tuple[bool, bool]:
    """Whether a check fails by the stand-alone verifier, and by the product's."""
    outcomes = verify(files, Asked([read_key(key)], **(said or {})))
    alone = [outcome.line() for outcome in outcomes if not outcome.ok]
    return bool(alone), bool(product_failures(files, key, said))


def test_page_and_both_verifiers_have_the_same_table_of_acts() -> None:
    named = {kind: f"/{key}" if key != "log" else "" for kind, key in TABLE}
    assert named == dict(SIGNERS) == minping_verify.SIGNERS
    assert ONCE == minping_verify.ONCE
    assert {"desk", "gate"} == NEEDED_KEYS


@pytest.mark.parametrize("openings", [False, True], ids=["public", "auditors"])
@pytest.mark.parametrize("name", GOOD)
def test_good_bundles_pass_both(name: str, openings: bool) -> None:
    campaign: SyntheticCampaign = GOOD[name]()
    key, files = campaign.keys.log.written(), campaign.bundle(openings)
    said = claims(campaign) if name in ("small", "drawn") else {}
    outcomes = verify(files, Asked([read_key(key)], **said))
    assert [outcome.line() for outcome in outcomes if not outcome.ok] == []
    assert product_failures(files, key, said) == []


@pytest.mark.parametrize("name", BAD)
def test_bad_bundles_fail_both(name: str) -> None:
    made = BAD[name].make(real_terms())
    key = small_campaign().keys.log.written()
    assert failures(made.files, key, made.claims) == (True, True)


@pytest.mark.parametrize("case", TAMPERINGS, ids=lambda case: f"{case.kind}-{case.holder}")
def test_tampered_bundles_are_found_by_both(case: Tampering) -> None:
    files, key = case.make(0, real_terms()), Keys.by_seed("drawn/0").log.written()
    assert failures(public_part(files), key) == (case.found == EVERYBODY,) * 2
    assert failures(files, key) == (case.found != NOBODY,) * 2


@pytest.mark.parametrize("seed", range(60))
def test_both_say_the_same_of_a_log_that_was_changed_by_chance(seed: int) -> None:
    chance = Random(seed)
    campaign: SyntheticCampaign = GOOD[chance.choice(("small", "small", "old", "grown"))]()
    try:
        done = [mutate(campaign, chance) for _ in range(chance.choice((1, 1, 3)))]
        files = campaign.bundle(openings=chance.random() < 0.8)
    except (BadInput, KeyError, TypeError, ValueError, RuntimeError, StopIteration, IndexError):
        return  # no honest hand could write that
    alone, products = failures(files, campaign.keys.log.written())
    assert alone == products, done


STRANGE: tuple[object, ...] = (
    *(None, "", "x", "1", 0, -1, 1, True, False, 1.0, 1e300, 2**53, 10**30),
    *("0" * 32, "A" * 32, [], {}, [[1]], [[1, 2, 3]]),
)
"""Values in place of others, of which a reader may take one for another."""


@pytest.mark.parametrize("seed", range(8))
def test_both_say_the_same_of_files_that_somebody_crafted(seed: int) -> None:
    """Parts beside the signed texts: without any key, whoever hands a bundle on can change them."""
    chance, campaign = Random(seed), drawn_campaign(seed, real_terms())
    key, files = campaign.keys.log.written(), campaign.bundle(openings=True)
    for _ in range(12):
        crafted, done = craft(files, chance)
        alone, products = failures(crafted, key)
        assert alone == products, done


def craft(files: Files, chance: Random) -> tuple[Files, str]:
    """Put one strange part into a file of a bundle; return in a word what."""
    name = chance.choice(sorted(files.keys() - {"log.txt", "sums.json"}))
    if name in ("checkpoint.txt", "weights.csv"):
        data, at = bytearray(files[name]), chance.randrange(len(files[name]))
        data[at:at] = chance.choice((b"0", b"\r", b" ", b"+", b"-", b"\x00"))
        return {**files, name: bytes(data)}, f"{name} {at}"
    lines = files[name].split(b"\n") if name.endswith("l") else [files[name]]
    at = chance.randrange(max(1, len(lines) - 1))
    value, odd = json.loads(lines[at]), chance.choice(STRANGE)
    place = chance.choice(list(places(value)))
    if chance.random() < 0.15:
        value, place = {**value, "more": odd}, ("more",)
    elif place:
        inner = reduce(getitem, place[:-1], value)
        inner[place[-1]] = odd
    else:
        value = odd
    lines[at] = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    return {**files, name: b"\n".join(lines)}, f"{name} {place} {odd!r}"


def places(value: Any) -> Iterator[tuple[Any, ...]]:
    """The ways to every part of a JSON value."""
    yield ()
    parts = value.items() if isinstance(value, dict) else enumerate(value)
    for name, part in parts:
        for way in places(part) if isinstance(part, dict | list) else ((),):
            yield (name, *way)


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("bundle.json", b'"openings":true', b'"openings":1'),
        ("bundle.json", b"{", b'{"more":1,'),
        ("openings.jsonl", b'"position":', b'"position":[1],"x":'),
        ("openings.jsonl", b'"aside":{', b'"aside":null,"x":{'),
        ("public.jsonl", b'[{"key":"', b'[{"key":["x"],"x":"'),
        ("cases.jsonl", b'"case":', b'"more":1,"case":'),
        ("cases.jsonl", b",1]", b",true]"),
        ("weights.csv", b"weight\n", b"weight\n0"),
    ],
)
def test_a_crafted_file_fails_both_and_ends_neither(name: str, old: bytes, new: bytes) -> None:
    campaign = drawn_campaign(0, real_terms())
    key, files = campaign.keys.log.written(), campaign.bundle(openings=True)
    assert old in files[name]
    assert failures({**files, name: files[name].replace(old, new, 1)}, key) == (True, True)


@pytest.mark.parametrize("part", [{"all_n": 0}, {"wy": 1e300}, {"cells": None}])
def test_totals_that_cannot_be_computed_with_are_a_failure(part: dict[str, Any]) -> None:
    """The log's owner can commit to any totals; whoever checks them must be told, not stopped."""
    campaign = drawn_campaign(0, real_terms())
    key, files = campaign.keys.log.written(), campaign.bundle(openings=True)
    totals = json.loads(files["totals.json"])
    cell = next(
        cell for unit in totals["units"] for group in unit["groups"] for cell in group["cells"]
    )
    cell |= part
    assert product_failures({**files, "totals.json": json.dumps(totals).encode()}, key)
