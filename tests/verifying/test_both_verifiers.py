"""Both verifiers read the same bundles and agree: good ones, bad ones and tampered ones.

They share no line: the one is the product's, the other was written from the page alone.
"""

from __future__ import annotations

import re
from random import Random

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
