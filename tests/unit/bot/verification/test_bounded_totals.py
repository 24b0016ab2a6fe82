"""Bundles of method 2: told figures agree within rounding, and auditors recompute the sums."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.campaigns.scheme_files import offered_scheme
from bot.crypto.note_signatures import public_key
from bot.verification import minping_verify
from bot.verification.bounded_totals import unit_salts
from bot.verification.bundle_format import SUMS, TOTALS
from bot.verification.bundle_reader import VerificationRequest
from bot.verification.told_scores import disagreeing_units
from bot.verification.verifier import verify
from survey_flows.log_entries import canonical, commit
from tests.bundles import Campaign, drawn
from tests.logs import ORIGIN, SEED
from tests.verifying.synthetic_log import zipped

KEY = public_key(SEED, ORIGIN)
VERIFIER = Path(minping_verify.__file__)
Change = Callable[[dict[str, Any]], None]


def made(ballots: int = 400) -> Campaign:
    """Return a closed campaign of method 2 whose result is logged."""
    own = drawn(1, ballots=ballots, scheme=offered_scheme())
    own.log_result()
    return own


def failures(files: dict[str, bytes]) -> list[str]:
    return [check.what for check in verify(files, VerificationRequest([KEY])) if not check.ok]


def said(files: dict[str, bytes]) -> str:
    return " ".join(str(check.what) for check in verify(files, VerificationRequest([KEY])))


@pytest.fixture(scope="module")
def campaign() -> Campaign:
    return made()


def test_the_public_is_told_that_agreement_is_no_proof(campaign: Campaign) -> None:
    files = campaign.bundle(openings=False)
    assert failures(files) == []
    assert "this is no proof of a score" in said(files)
    assert SUMS not in files


def test_public_totals_hold_no_sum_and_no_exact_contrast(campaign: Campaign) -> None:
    totals = json.loads(campaign.bundle(openings=False)[TOTALS])
    assert set(totals) == {"format", "campaign", "units"}
    told = [unit for unit in totals["units"] if not unit.get("withheld")]
    assert told
    for unit in told:
        assert set(unit) == {"unit", "sums", "n", "score", "groups"}
        assert unit["n"] % 10 == 0
        for group in unit["groups"]:
            assert set(group) == {"group", "n", "score", "b", "contrasts"}
            assert all(len(part.lstrip("-")) == len("0.001") for part in group["contrasts"])


def test_auditors_recompute_totals_and_sums(campaign: Campaign) -> None:
    files = campaign.bundle()
    assert failures(files) == []
    told = json.loads(files[TOTALS])["units"]
    for unit, opened in zip(told, json.loads(files[SUMS])["units"], strict=True):
        salt = bytes.fromhex(opened["salt"])
        assert commit(salt, canonical(opened["sums"])).hex() == unit["sums"]


def test_the_digest_of_equal_sums_differs_from_release_to_release() -> None:
    first, second = (unit_salts("secret", number, ["A", "B"]) for number in (1, 2))
    assert len({*first.values(), *second.values()}) == 4


def _told(totals: dict[str, Any]) -> dict[str, Any]:
    """Return a unit that is told."""
    return dict(next(unit for unit in totals["units"] if "groups" in unit))


def _other_score(totals: dict[str, Any]) -> None:
    for group in _told(totals)["groups"]:
        group["score"] = "1"
    next(unit for unit in totals["units"] if "groups" in unit)["score"] = "99.0"


def _no_digest(totals: dict[str, Any]) -> None:
    totals["units"][0]["sums"] = "00"


def _no_group(totals: dict[str, Any]) -> None:
    _told(totals)["groups"].pop()


def _heavy(totals: dict[str, Any]) -> None:
    group = next(g for g in _told(totals)["groups"] if g["n"])
    group["b"], group["n"] = "1.0", 10


@pytest.mark.parametrize("change", [_other_score, _no_digest, _no_group, _heavy])
def test_figures_that_contradict_each_other_are_found(change: Change) -> None:
    own = made()
    totals = json.loads(own.totals())
    change(totals)
    changed = canonical(totals).encode() + b"\n"
    assert failures(_logged(own, changed)), change.__name__


YUELU = [
    ("service_user", 70, "70.0", "0.2"),
    ("resident", 190, "65.2", "0.7"),
    ("enterprise", 40, "62.0", "0.6"),
    ("deputy", 20, "63.0", "0.5"),
    ("grassroots", 20, "71.0", "0.5"),
]
"""A unit of the demonstration: its residents answered most, so that they weigh 63 and not 50 %."""


@pytest.mark.parametrize(
    ("score", "agrees"), [("65.4", True), ("63.6", True), ("62.0", False), ("68.0", False)]
)
def test_a_score_is_compared_by_the_rule_and_not_with_the_mean_of_the_groups(
    score: str, agrees: bool
) -> None:
    """Σ a·M is 65.75 ± 0.28: an honest score of 65.4 was said to contradict its groups."""
    scheme = offered_scheme()
    none = ["0.000", "0.000", "0.000"]
    groups = [
        {"group": name, "n": n, "score": mean, "b": b, "contrasts": none}
        for name, n, mean, b in YUELU
    ]
    unit = {"unit": "430104", "n": 360, "score": score, "sums": "00" * 32, "groups": groups}
    categories = {"430104": "A_district"}
    wrong, compared = disagreeing_units({"units": [unit]}, categories, scheme)
    assert (wrong, compared) == ([] if agrees else ["430104"], 1)


def _logged(own: Campaign, totals: bytes) -> dict[str, bytes]:
    """Return a public bundle whose log commits to these totals."""
    own.log.entries.pop()
    original = Campaign.result_files
    try:
        Campaign.result_files = lambda _self: (totals, b"")  # type: ignore[method-assign]
        own.log_result()
        return own.bundle(openings=False)
    finally:
        Campaign.result_files = original  # type: ignore[method-assign]


def test_a_unit_that_is_left_out_is_found() -> None:
    own = made()
    totals = json.loads(own.totals())
    del totals["units"][0]
    assert failures(_logged(own, canonical(totals).encode() + b"\n"))


def test_sums_of_other_ballots_are_found(campaign: Campaign) -> None:
    files = campaign.bundle()
    sums = json.loads(files[SUMS])
    sums["units"][0]["sums"]["cells"][0]["wy"] += 1
    changed = files | {SUMS: canonical(sums).encode() + b"\n"}
    assert len(failures(changed)) == 1
    assert len(failures({name: data for name, data in files.items() if name != SUMS})) == 1
    assert failures(files | {SUMS: b"[]"})


def test_totals_of_the_other_method_are_refused() -> None:
    own, other = made(), drawn(1, ballots=400)
    assert failures(_logged(own, other.totals()))


def test_the_stand_alone_verifier_takes_such_a_bundle(campaign: Campaign, tmp_path: Path) -> None:
    path = tmp_path / "bundle.zip"
    path.write_bytes(zipped(campaign.bundle()))
    run = subprocess.run(
        [sys.executable, VERIFIER, str(path), "--key", KEY.write()],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert "not checked here: that the totals follow from the ballots" in run.stdout
