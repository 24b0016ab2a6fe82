"""The table of consequences: one rule, one file, found by walking this package.

A file names its `RULE`; a scheme turns it on by naming it under ``rules``.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from aggregation.situation import Rule
from survey_flows.errors import Misuse


@cache
def registry() -> Mapping[str, Rule]:
    """Every rule by name. Raises `Misuse` when a file's name and its rule's differ."""
    return MappingProxyType({name: _load(name) for _, name, _ in pkgutil.iter_modules(__path__)})


def _load(name: str) -> Rule:
    rule: Rule = importlib.import_module(f"{__name__}.{name}").RULE
    if rule.name != name:
        raise Misuse(f"aggregation/rules/{name}.py names its rule {rule.name!r}; give both the same name")
    return rule
