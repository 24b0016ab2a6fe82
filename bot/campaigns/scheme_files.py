"""Appraisal schemes in files: the shipped one and those of cities."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from aggregation.scheme.scheme import Scheme, parse_scheme
from bot.core.text_files import read_text_file
from survey_flows.errors import BadInput, Message, Place
from survey_flows.yaml_depth import RefusedYaml, SafeLoader, line_of

SHIPPED = "default-1"
"""The scheme with method 1, by which years that are over were scored."""
OFFERED = "default-2"
"""The scheme that new campaigns are offered."""


@cache
def shipped_scheme() -> Scheme:
    """Returns the shipped scheme with method 1, for years that are over."""
    return read_scheme(_text(SHIPPED), f"{SHIPPED}.yaml")


@cache
def offered_scheme() -> Scheme:
    """Returns the shipped scheme that new campaigns are offered."""
    return read_scheme(offered_text(), f"{OFFERED}.yaml")


def offered_text() -> str:
    """Returns the offered scheme's YAML with its comments, as a model for a city's own."""
    return _text(OFFERED)


def _text(name: str) -> str:
    return (files("aggregation") / "schemes" / f"{name}.yaml").read_text(encoding="utf-8")


def load_scheme_file(path: str | Path) -> Scheme:
    """Returns the scheme in a YAML or JSON file.

    Raises:
        BadInput: the file cannot be read or holds no scheme; names the line or the field.
    """
    return read_scheme(read_text_file(Path(path), str(path)), str(path))


def read_scheme(text: str, where: str) -> Scheme:
    """Returns the scheme in YAML ``text``, which comes from the file ``where``.

    Raises:
        BadInput: it is no YAML, nested too deep or no scheme, or a key stands twice, which YAML
            would overwrite.
    """
    try:
        data = yaml.load(text, Loader=_UniqueKeys)  # noqa: S506 - a stricter SafeLoader
    except _KeyTwice as twice:
        raise BadInput(
            Message("campaign-scheme-key-twice", key=twice.key), Place(file=where, line=twice.line)
        ) from None
    except RefusedYaml as refused:
        raise BadInput(refused.message, Place(file=where, line=refused.line)) from None
    except yaml.YAMLError as wrong:
        place = Place(file=where, line=line_of(wrong, text))
        raise BadInput(Message("campaign-scheme-bad-yaml"), place) from None
    return parse_scheme(data, where)


class _KeyTwice(Exception):
    def __init__(self, key: str, line: int) -> None:
        super().__init__(key)
        self.key, self.line = key, line


class _UniqueKeys(SafeLoader):
    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if str(key.value) in seen:
                raise _KeyTwice(str(key.value), key.start_mark.line + 1)
            seen.add(str(key.value))
        return super().construct_mapping(node, deep)
