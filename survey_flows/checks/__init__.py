"""Checks of a submission: one check, one file, found by walking this package.

A file names its `CHECK` and the bit that stands for it in a ballot's risk, for good.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from survey_flows.errors import Misuse
from survey_flows.facts import Check


@cache
def registry() -> Mapping[str, Check]:
    """Every check by name. Raises `Misuse` when a file's name and its check's differ, or two checks share a bit."""
    checks = {name: _load(name) for _, name, _ in pkgutil.iter_modules(__path__)}
    bits = [check.bit for check in checks.values()]
    if len(set(bits)) < len(bits):
        raise Misuse("two files of survey_flows/checks use the same bit; give the newer one a bit of its own")
    return MappingProxyType(checks)


def _load(name: str) -> Check:
    check: Check = importlib.import_module(f"{__name__}.{name}").CHECK
    if check.code != name:
        raise Misuse(f"survey_flows/checks/{name}.py names its check {check.code!r}; give both the same name")
    return check
