"""Signals of organised rating, one in each file, found by walking this package.

A file names its `SIGNAL`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from aggregation.fraud.clusters import Signal
from survey_flows.registry import load_package


@cache
def registry() -> Mapping[str, Signal]:
    """Every signal by name. Raises `Misuse` when a file's name and its signal's differ."""
    return load_package(__name__, __path__, "SIGNAL")
