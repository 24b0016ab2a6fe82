"""Every kind of tampering is found by those who have to find it; honest campaigns alarm nobody.

`python -m tests.attacks table` plays each of them two hundred times.
"""

from __future__ import annotations

import pytest

from bot.verification.minping_verify import Asked, read_key, verify
from tests.verifying.synthetic_campaign import drawn_campaign
from tests.verifying.synthetic_log import Files, Keys
from tests.verifying.tamperings import (
    AUDITORS,
    DB,
    EVERYBODY,
    LK,
    NOBODY,
    TAMPERINGS,
    Tampering,
    public_part,
    told_missing,
)

SEEDS = 3


def failures(files: Files, seed: int) -> list[str]:
    key = read_key(Keys.by_seed(f"drawn/{seed}").log.written())
    return [outcome.name for outcome in verify(files, Asked([key])) if not outcome.ok]


@pytest.mark.parametrize("seed", range(SEEDS))
@pytest.mark.parametrize("case", TAMPERINGS, ids=lambda case: f"{case.kind}-{case.holder}")
def test_a_tampering_is_found_by_those_who_have_to_find_it(case: Tampering, seed: int) -> None:
    files = case.make(seed, None)
    assert bool(failures(public_part(files), seed)) == (case.found == EVERYBODY)
    assert bool(failures(files, seed)) == (case.found != NOBODY)


def test_both_holders_try_every_kind_and_one_is_left() -> None:
    kinds = {"relabel", "change", "drop", "forged verdict", "hidden act", "weight", "stuffed"}
    for holder in (DB, LK):
        assert kinds <= {case.kind for case in TAMPERINGS if case.holder == holder}
    assert [case.kind for case in TAMPERINGS if case.found == NOBODY] == ["left: one for one"]
    assert {case.found for case in TAMPERINGS} == {EVERYBODY, AUDITORS, NOBODY}


def test_ballots_that_are_called_missing_are_told_to_everybody() -> None:
    campaign = drawn_campaign(1, lying=told_missing)
    key = read_key(campaign.keys.log.written())
    found = {o.name: o for o in verify(campaign.bundle(openings=False), Asked([key]))}
    assert all(outcome.ok for outcome in found.values())
    assert "3 are missing" in found["intake"].finding
    assert "CLOSED WITH A GAP: 3 messages" in found["closing"].finding
