"""Checks that a bundle's fraud weights are those that the log's decisions commit to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.transparency.verdicts import DROPPED, PROPOSED, REOPEN, UPHOLD, weights_digest
from bot.verification.act_checks import require_next_decisions
from bot.verification.bundle_format import CASES, FULL_WEIGHT
from bot.verification.bundle_reader import Bundle, CheckFailed
from bot.verification.strict_files import read_json, read_lines, read_salt, read_strict_json
from survey_flows.errors import BadInput, Message, Place

CASE_PARTS = frozenset(("case", "salt", "weights"))
Weights = list[list[int]]
"""Pairs of a position in the log and a weight in quarters."""


def check_weights(bundle: Bundle) -> Message:
    """Check that the weights are those that the log's decisions commit to.

    Raises:
        CheckFailed: a weight, a case or a decision has no counterpart.
        BadInput: the file of cases cannot be read.
    """
    require_next_decisions(bundle)
    cases, last = _read_cases(bundle), _last_decisions(bundle)
    lighter = _lightening_cases(bundle)
    standing = {name for name, body in last.items() if body["verdict"] != DROPPED}
    if standing != cases.keys():
        raise CheckFailed(
            Message("verification-case-not-in-both", case=min(standing ^ cases.keys()))
        )
    ruled: set[int] = set()
    for name, (salt, weights) in sorted(cases.items()):
        if weights_digest(salt, weights) != last[name]["weights"]:
            raise CheckFailed(Message("verification-case-weights-differ", case=name))
        wrong = [at for at, weight in weights if bundle.weights.get(at, FULL_WEIGHT) != weight]
        if wrong:
            raise CheckFailed(
                Message("verification-entry-weight-differs", position=wrong[0], case=name)
            )
        # A release gives weights back, so that it cannot be the decision that excludes somebody.
        ruled |= {at for at, _ in weights} if name in lighter else set()
    rest = bundle.weights.keys() - ruled
    if rest:
        raise CheckFailed(
            Message("verification-decision-missing", count=len(rest), position=min(rest))
        )
    return Message("verification-weights-decided", cases=len(standing))


def _lightening_cases(bundle: Bundle) -> set[str]:
    """Return the cases whose standing verdict lets ballots weigh less.

    A verdict stands while its case is reopened.
    """
    verdicts = ((str(act.body["case"]), act.body["verdict"]) for act in bundle.acts("decision"))
    stands = {name: verdict for name, verdict in verdicts if verdict != REOPEN}
    return {name for name, verdict in stands.items() if verdict in (PROPOSED, UPHOLD)}


def _last_decisions(bundle: Bundle) -> dict[str, Mapping[str, Any]]:
    """Return the last decision on each case."""
    return {str(act.body["case"]): act.body for act in bundle.acts("decision")}


def _read_cases(bundle: Bundle) -> dict[str, tuple[bytes, Weights]]:
    """Return salt and weights of each case in the bundle."""
    found: dict[str, tuple[bytes, Weights]] = {}
    for number, line in enumerate(read_lines(bundle.files.get(CASES, b""), CASES), 1):
        place = Place(file=CASES, line=number)
        value = (read_json if bundle.is_older else read_strict_json)(line, place)
        try:
            name, salt = str(value["case"]), read_salt(value["salt"])
            weights = [[_number(part) for part in pair] for pair in value["weights"]]
            if value.keys() != CASE_PARTS or any(len(pair) != 2 for pair in weights):
                raise ValueError(value)
        except (KeyError, TypeError, ValueError) as error:
            raise BadInput(Message("verification-case-wrong"), place) from error
        if name in found:
            raise BadInput(Message("verification-case-twice"), place)
        found[name] = (salt, weights)
    return found


def _number(value: object) -> int:
    # `true` is equal to 1 and written in another way: two readers would tell two digests.
    if type(value) is not int:
        raise TypeError(value)
    return value
