"""Signals of organised rating: one signal, one file, found by walking this package. A file names its `SIGNAL`."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from aggregation.clusters import Signal
from survey_flows.errors import Misuse


@cache
def registry() -> Mapping[str, Signal]:
    """Every signal by name. Raises `Misuse` when a file's name and its signal's differ."""
    return MappingProxyType({name: _load(name) for _, name, _ in pkgutil.iter_modules(__path__)})


def _load(name: str) -> Signal:
    signal: Signal = importlib.import_module(f"{__name__}.{name}").SIGNAL
    if signal.name != name:
        raise Misuse(f"aggregation/signals/{name}.py names its signal {signal.name!r}; give both the same name")
    return signal
