"""Weights in an auditors' bundle against the log's decisions on cases of organised rating."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from bot.crypto.note_signatures import public_key
from bot.transparency.verdicts import PROPOSED, RELEASE, REOPEN, UPHOLD
from bot.verification.bundle import json_lines
from bot.verification.bundle_format import CASES
from bot.verification.bundle_reader import VerificationRequest
from bot.verification.verifier import verify
from tests.bundles import HISTORIES, Campaign, Suspected, drawn
from tests.logs import ORIGIN, SEED

KEY = public_key(SEED, ORIGIN)
Files = dict[str, bytes]


def failures(files: Files) -> list[str]:
    return [check.what for check in verify(files, VerificationRequest([KEY])) if not check.ok]


def light(case: Campaign, name: str) -> int:
    """The one ballot of a drawn case."""
    (at,) = case.cases[name].light
    return at


def decide(case: Campaign, name: str, *verdicts: str) -> None:
    """Add decisions on a case, and the result that they make."""
    suspected = case.cases[name]
    for verdict in verdicts:
        suspected.verdicts += (verdict,)
        case.log_decision(name, len(suspected.verdicts))
    for at in suspected.light:
        case.weights.pop(at, None)
    case.suspect(name, suspected)
    case.log_result()


def test_the_last_decisions_fit_the_weights() -> None:
    case = drawn(21)
    assert failures(case.bundle()) == []
    sentences = [check.what for check in verify(case.bundle(), VerificationRequest([KEY]))]
    standing = len(HISTORIES) - 1  # the last was dropped
    assert (
        f"the weights are those of the log's decisions on {standing} cases, "
        "and no other ballot weighs less" in (sentences)
    )


@pytest.mark.parametrize(
    "verdicts",
    [
        (RELEASE,),
        (REOPEN,),
        (UPHOLD,),
        (UPHOLD, REOPEN, RELEASE),
        (RELEASE, REOPEN, UPHOLD, REOPEN),
    ],
)
def test_what_is_decided_later_and_turned_round_verifies(verdicts: tuple[str, ...]) -> None:
    case = drawn(21)
    decide(case, "c0ffee00", *verdicts)
    assert failures(case.bundle()) == []


def test_a_ballot_that_is_suspected_again_after_its_case_was_dropped_verifies() -> None:
    case = drawn(21)
    at = light(case, "c0ffee04")
    case.cases["c0ffee05"] = Suspected(bytes(16), {at: 1}, ())
    decide(case, "c0ffee05", PROPOSED)
    assert case.weights[at] == 1
    assert failures(case.bundle()) == []


def test_ballots_that_weigh_less_without_a_decision_fail() -> None:
    case = drawn(21)
    ruled = {at for suspected in case.cases.values() for at in suspected.light}
    chosen = sorted(set(case.last.values()) - ruled)[:3]
    case.weights |= dict.fromkeys(chosen, 0)
    case.log_result()
    sentence = (
        f"no decision in the log lets 3 ballots weigh less than in full, first entry {chosen[0]}"
    )
    assert failures(case.bundle()) == [sentence]


def test_a_dropped_case_lets_no_ballot_weigh_less() -> None:
    case = drawn(21)
    at = light(case, "c0ffee04")
    case.weights[at] = 0
    case.log_result()
    assert failures(case.bundle()) == [
        f"no decision in the log lets 1 ballots weigh less than in full, first entry {at}"
    ]


def test_a_verdict_that_there_is_not_is_found_by_everybody() -> None:
    case = drawn(21)
    case.unclose()
    case.cases["c0ffee04"].verdicts = (PROPOSED, "maybe")
    case.close()
    at = len(case.log.entries) - 2
    for openings in (False, True):
        sentence = f"the decision at entry {at} has a verdict that there is not"
        assert sentence in failures(case.bundle(openings))


@pytest.mark.parametrize("verdicts", [(PROPOSED, RELEASE), (PROPOSED, RELEASE, REOPEN), (REOPEN,)])
def test_a_decision_that_excludes_nobody_lets_no_ballot_weigh_less(
    verdicts: tuple[str, ...],
) -> None:
    """The log commits to the lighter weight, but under a verdict that can only restore weights."""
    case = drawn(21)
    at = light(case, "c0ffee00")
    case.unclose()
    case.cases["c0ffee00"] = Taking(bytes(16), {at: 0}, verdicts)
    case.weights[at] = 0
    case.close()
    assert failures(case.bundle()) == [
        f"no decision in the log lets 1 ballots weigh less than in full, first entry {at}"
    ]


class Taking(Suspected):
    """A case whose ballots weigh less under every decision."""

    __slots__ = ()

    def standing(self, number: int) -> str:
        return self.verdicts[number - 1]

    def weights(self, verdict: str) -> list[list[int]]:
        assert verdict in self.verdicts
        return Suspected.weights(self, UPHOLD)


def told(case: Campaign) -> list[dict[str, Any]]:
    return [json.loads(line) for line in case.bundle()[CASES].splitlines()]


def left_out(case: Campaign) -> bytes:
    return json_lines(told(case)[1:])


def other_weights(case: Campaign) -> bytes:
    first, *others = told(case)
    return json_lines([first | {"weights": [[at, 4] for at, _ in first["weights"]]}, *others])


def twice(case: Campaign) -> bytes:
    return case.bundle()[CASES] * 2


def torn(_: Campaign) -> bytes:
    return json.dumps({"case": "c0ffee00"}).encode() + b"\n"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (left_out, "the case c0ffee00 is not both in the log's decisions and in the bundle"),
        (
            other_weights,
            "the weights of the case c0ffee00 are not those that the log's last decision "
            "commits to",
        ),
        (twice, "a case stands twice"),
        (torn, "this is no case"),
    ],
)
def test_cases_that_were_tampered_with(change: Callable[[Campaign], bytes], sentence: str) -> None:
    case = drawn(21)
    found = failures(case.bundle() | {CASES: change(case)})
    assert len(found) == 1
    assert sentence in found[0]


def test_a_ballot_that_does_not_have_the_weight_decided_on() -> None:
    case = drawn(21)
    at = light(case, "c0ffee00")
    decide(case, "c0ffee00", RELEASE)
    case.weights[at] = 0
    case.log_result()
    assert [
        f"entry {at} does not have the weight that was decided on in the case c0ffee00"
    ] == failures(case.bundle())
