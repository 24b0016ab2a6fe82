"""Whether the weights in a bundle are those that the log's decisions on organised rating commit to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.fraud_review.verdicts import DROPPED, PROPOSED, REOPEN, UPHOLD, weights_digest
from bot.verification.bundle_format import CASES, FULL_WEIGHT
from bot.verification.bundle_reader import Bundle, CheckFailed, read_json, read_lines
from survey_flows.errors import BadInput
from survey_flows.log_entries import public_label

Weights = list[list[int]]
"""Positions in the log, each with a weight in quarters."""


def check_weights(case: Bundle) -> str:
    """The weights are those that the log's decisions commit to."""
    told, last = _read_cases(case), _last_decisions(case)
    lighter = _lightening(case)
    standing = {name for name, body in last.items() if body["verdict"] != DROPPED}
    if standing != told.keys():
        raise CheckFailed(
            f"the case {min(standing ^ told.keys())} is not both in the log's decisions and in the bundle"
        )
    ruled: set[int] = set()
    for name, (salt, weights) in sorted(told.items()):
        if weights_digest(salt, weights) != last[name]["weights"]:
            raise CheckFailed(
                f"the weights of the case {name} are not those that the log's last decision commits to"
            )
        wrong = [at for at, weight in weights if case.weights.get(at, FULL_WEIGHT) != weight]
        if wrong:
            raise CheckFailed(
                f"entry {wrong[0]} does not have the weight that was decided on in the case {name}"
            )
        # A release gives weights back: one that takes some away is no decision to exclude anybody.
        ruled |= {at for at, _ in weights} if name in lighter else set()
    rest = case.weights.keys() - ruled
    if rest:
        raise CheckFailed(
            f"no decision in the log lets {len(rest)} ballots weigh less than in full, first entry {min(rest)}"
        )
    return f"the weights are those of the log's decisions on {len(standing)} cases, and no other ballot weighs less"


def _lightening(case: Bundle) -> set[str]:
    """The cases whose standing verdict lets ballots weigh less; what was decided stands while a case is reopened."""
    verdicts = ((str(body["case"]), body["verdict"]) for _, body in case.entries("decision"))
    stands = {name: verdict for name, verdict in verdicts if verdict != REOPEN}
    return {name for name, verdict in stands.items() if verdict in (PROPOSED, UPHOLD)}


def _last_decisions(case: Bundle) -> dict[str, Mapping[str, Any]]:
    last: dict[str, Mapping[str, Any]] = {}
    for position, body in case.entries("decision"):
        name = str(body["case"])
        if case.data[position][:32] != public_label(
            "decision", f"{case.campaign}/{name}/{body['number']}"
        ):
            raise CheckFailed(
                f"the decision at entry {position} stands under a name that is not its own"
            )
        last[name] = body
    return last


def _read_cases(case: Bundle) -> dict[str, tuple[bytes, Weights]]:
    """Salt and weights of each case in the bundle."""
    found: dict[str, tuple[bytes, Weights]] = {}
    for number, line in enumerate(read_lines(case.files.get(CASES, b""), CASES), 1):
        value = read_json(line, f"{CASES}, line {number}")
        try:
            name, salt = str(value["case"]), bytes.fromhex(value["salt"])
            weights = [[int(at), int(weight)] for at, weight in value["weights"]]
        except (KeyError, TypeError, ValueError) as error:
            raise BadInput("this is no case", f"{CASES}, line {number}") from error
        if name in found:
            raise BadInput("a case stands twice", f"{CASES}, line {number}")
        found[name] = (salt, weights)
    return found
