"""Plug-ins of a package, one module each, found by walking the package."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from survey_flows.errors import Misuse


def load_package(
    package: str, path: Iterable[str], attribute: str, name: str = "name"
) -> Mapping[str, Any]:
    """The ``attribute`` of every module of a package, by the module's name.

    Raises:
        Misuse: the name of a module and of its plug-in differ.
    """
    return MappingProxyType(
        {m.name: _load(package, m.name, attribute, name) for m in pkgutil.iter_modules(path)}
    )


def _load(package: str, module: str, attribute: str, name: str) -> Any:
    thing = getattr(importlib.import_module(f"{package}.{module}"), attribute)
    own = getattr(thing, name)
    if own != module:
        file = f"{package.replace('.', '/')}/{module}.py"
        raise Misuse(f"{file} names its {attribute.lower()} {own!r}; give both the same name")
    return thing
