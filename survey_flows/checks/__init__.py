"""Checks of a submission: one check, one file, found by walking this package.

A file names its `CHECK` and the bit that stands for it in a ballot's risk, for good.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from survey_flows.errors import Misuse
from survey_flows.facts import OnlineCheck
from survey_flows.registry import load_package


@cache
def registry() -> Mapping[str, OnlineCheck]:
    """Every check by name.

    Raises:
        Misuse: the names of a file and its check differ, or two checks share a bit.
    """
    checks: Mapping[str, OnlineCheck] = load_package(__name__, __path__, "CHECK", "code")
    bits = [check.bit for check in checks.values()]
    if len(set(bits)) < len(bits):
        raise Misuse(
            "two files of survey_flows/checks use the same bit; give the newer one a bit of its own"
        )
    return checks
