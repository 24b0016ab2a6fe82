"""The table of consequences: one rule, one file, found by walking this package.

A file names its `RULE`; a scheme turns it on by naming it under ``rules`` with its parameters.
A rule reads a `Situation` and returns drafts of proposals, each with its grounds; it decides
nothing. Rules never see one another's drafts: stages order them (`aggregation.model.situation`).
The legal source of a rule is cited in its file (R1 … R18 of `docs/grades.md`).
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
