"""Signals of organised rating, one in each file, found by walking this package.

A file names its `SIGNAL`: a function from the ballot table, the comments and the thresholds to
clusters. A signal reads columns of numbers and never deletes or changes a ballot; a new signal is a
new file, and no list has to be changed. A campaign registers the signals' names and thresholds.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from aggregation.fraud.clusters import Signal
from survey_flows.registry import load_package


@cache
def registry() -> Mapping[str, Signal]:
    """Every signal by name. Raises `Misuse` when a file's name and its signal's differ."""
    return load_package(__name__, __path__, "SIGNAL")
