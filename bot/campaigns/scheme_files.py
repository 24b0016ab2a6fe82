"""Appraisal schemes in files: the shipped one and a city's own."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from aggregation.scheme.scheme import Scheme, parse_scheme
from survey_flows.errors import BadInput

SHIPPED = "default-1"


def shipped_scheme() -> Scheme:
    """The default scheme that comes with the product."""
    return read_scheme(shipped_text(), f"{SHIPPED}.yaml")


def shipped_text() -> str:
    """The default scheme's YAML with its comments, to begin one's own with."""
    return (files("aggregation") / "schemes" / f"{SHIPPED}.yaml").read_text(encoding="utf-8")


def load_scheme_file(path: str | Path) -> Scheme:
    """The scheme in a YAML (or JSON) file. Raises `BadInput` naming the file, and the line or field."""
    try:
        text = Path(path).read_text(encoding="utf-8")
    except OSError as wrong:
        raise BadInput(
            f"the file cannot be read ({wrong.strerror}); check its name", str(path)
        ) from None
    except UnicodeDecodeError:
        raise BadInput("the file is not UTF-8 text; save it as UTF-8", str(path)) from None
    return read_scheme(text, str(path))


def read_scheme(text: str, where: str) -> Scheme:
    """The scheme in YAML ``text``. Raises `BadInput`; a key that stands twice is refused, not overwritten."""
    try:
        data = yaml.load(text, Loader=_NoDoubles)  # noqa: S506 — a SafeLoader with one more refusal
    except yaml.MarkedYAMLError as wrong:
        line = wrong.problem_mark.line + 1 if wrong.problem_mark else 1
        raise BadInput(f"line {line}: {wrong.problem}; mend the YAML there", where) from None
    except yaml.YAMLError as wrong:
        raise BadInput(f"this is not YAML ({wrong}); save the scheme as YAML", where) from None
    return parse_scheme(data, where)


class _NoDoubles(yaml.SafeLoader):
    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if str(key.value) in seen:
                raise yaml.constructor.ConstructorError(
                    None,
                    None,
                    f"the key {key.value!r} stands twice; keep one of them",
                    key.start_mark,
                )
            seen.add(str(key.value))
        return super().construct_mapping(node, deep)
