"""The table of consequences: one rule, one file, found by walking this package.

A file names its `RULE`; a scheme turns it on by naming it under ``rules``.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from aggregation.model.situation import Rule
from survey_flows.registry import load_package


@cache
def registry() -> Mapping[str, Rule]:
    """Every rule by name. Raises `Misuse` when a file's name and its rule's differ."""
    return load_package(__name__, __path__, "RULE")
