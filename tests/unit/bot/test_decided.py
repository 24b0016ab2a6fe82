"""Weights in an auditors' bundle against the log's decisions on cases of organised rating."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from bot.bundles import CASES, lines
from bot.casefile import Wanted
from bot.notary import public_key
from bot.review import weights_digest
from bot.verifying import verify
from tests.bundles import Campaign, drawn
from tests.logs import ORIGIN, SEED

SALT = bytes(range(16))
KEY = public_key(SEED, ORIGIN)
Files = dict[str, bytes]


def decide(case: Campaign, number: int, verdict: str, weights: list[list[int]]) -> None:
    digest = weights_digest(SALT, weights)
    body = {"campaign": case.name, "case": "c0ffee", "number": number, "rules": ["lockstep"], "reasons": []}
    name = f"{case.name}/c0ffee/{number}"
    case.log.publish("decision", name, case.name, body | {"verdict": verdict, "weights": digest})


def told(weights: list[list[int]]) -> bytes:
    return lines([{"case": "c0ffee", "salt": SALT.hex(), "weights": weights}])


def failures(files: Files) -> list[str]:
    return [check.what for check in verify(files, Wanted([KEY])) if not check.ok]


def reviewed() -> tuple[Campaign, list[list[int]]]:
    """A campaign whose lighter ballots were proposed, released and upheld in the end."""
    case = drawn(21, decided=False)
    light = [[at, weight] for at, weight in sorted(case.weights.items())]
    decide(case, 1, "proposed", light)
    decide(case, 2, "release", [[at, 4] for at, _ in light])
    decide(case, 3, "uphold", light)
    return case, light


def test_the_last_decision_fits_the_weights() -> None:
    case, light = reviewed()
    files = case.bundle() | {CASES: told(light)}
    assert failures(files) == []
    sentences = [check.what for check in verify(files, Wanted([KEY]))]
    assert "every weight below full is that of the log's decisions on 1 cases" in sentences


def test_lighter_ballots_without_a_decision_are_refused() -> None:
    case = drawn(21, decided=False)
    told = f"2 ballots weigh less without any decision in the log, first entry {min(case.weights)}"
    assert failures(case.bundle()) == [told]


def left_out(files: Files, _: list[list[int]]) -> Files:
    return {name: data for name, data in files.items() if name != CASES}


def other_weights(files: Files, light: list[list[int]]) -> Files:
    return files | {CASES: told([[at, 4] for at, _ in light])}


def twice(files: Files, _: list[list[int]]) -> Files:
    return files | {CASES: files[CASES] * 2}


def torn(files: Files, _: list[list[int]]) -> Files:
    return files | {CASES: json.dumps({"case": "c0ffee"}).encode() + b"\n"}


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (left_out, "the case c0ffee is not both in the log's decisions and in the bundle"),
        (other_weights, "the weights of the case c0ffee are not those that the log's last decision commits to"),
        (twice, "a case stands twice"),
        (torn, "this is no case"),
    ],
)
def test_cases_that_were_tampered_with(change: Callable[[Files, list[list[int]]], Files], sentence: str) -> None:
    case, light = reviewed()
    found = failures(change(case.bundle() | {CASES: told(light)}, light))
    assert len(found) == 1
    assert sentence in found[0]


def test_a_ballot_that_does_not_have_the_weight_decided_on() -> None:
    case, light = reviewed()
    decide(case, 4, "release", [[at, 4] for at, _ in light])
    files = case.bundle() | {CASES: told([[at, 4] for at, _ in light])}
    assert [f"entry {light[0][0]} does not have the weight that was decided on in the case c0ffee"] == failures(files)
