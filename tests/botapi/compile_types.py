"""Turns the published Bot API types into a JSON Schema by which the stand-in checks.

The types are those of the npm package ``@gramio/types``.
Usage: ``python tests/botapi/compile_types.py UNPACKED_PACKAGE_FOLDER > tests/botapi/botapi.json``
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Schema = dict[str, Any]

TOKEN = re.compile(r'"[^"]*"|-?\d+(?:\.\d+)?|\[\]|[A-Za-z_][\w.]*|[|(){}<>,:?;]')
INTERFACE = re.compile(r"^export interface (\w+) \{\n?(.*?)(?<=[\n{])\}$", re.S | re.M)
ALIAS = re.compile(r"^export type (\w+) =(.*?)(?=^export |\Z)", re.S | re.M)
FIELD = re.compile(r"^    (\w+)(\??): ?(.*?)(?=^    \w+\??:|\Z)", re.S | re.M)
METHOD = re.compile(r"^    (\w+): CallAPI(\w*)<\s*(?:Params\.(\w+))?", re.M)
BASIC: dict[str, Schema] = {
    "string": {"type": "string"},
    "number": {"type": "number"},
    "boolean": {"type": "boolean"},
    "true": {"const": True},
    "false": {"const": False},
    "Blob": {"type": "string", "format": "binary"},
}


class Types:
    """A recursive-descent reader of the type expressions that the package uses."""

    def __init__(self, text: str, update_fields: list[str]) -> None:
        self.tokens = TOKEN.findall(text)
        self.update_fields = update_fields

    def union(self) -> Schema | None:
        parts = []
        while self.tokens and self.tokens[0] not in ")}>,;":
            if self.tokens[0] == "|":
                self.tokens.pop(0)
                continue
            parts.append(self._postfix())
        known = [part for part in parts if part is not None]
        constants = [part["const"] for part in known if list(part) == ["const"]]
        if len(constants) == len(known) > 1:
            return {"enum": constants}
        return {"anyOf": known} if len(known) > 1 else (known[0] if known else None)

    def _postfix(self) -> Schema | None:
        found = self._primary()
        while self.tokens[:1] == ["[]"]:
            self.tokens.pop(0)
            found = {"type": "array", "items": found}
        return found

    def _primary(self) -> Schema | None:
        token = self.tokens.pop(0)
        if token == "(":
            inner = self.union()
            self.tokens.pop(0)
            return inner
        if (
            token == "{"
        ):  # `{ toString(): string }`: a convenience of TypeScript, nothing that is sent
            while self.tokens.pop(0) != "}":
                pass
            return None
        if token == "Exclude":  # Exclude<keyof TelegramUpdate, "update_id">: the kinds of updates
            while self.tokens.pop(0) != ">":
                pass
            return {"enum": self.update_fields}
        if token[0] == '"' or token.lstrip("-")[0].isdigit():
            return {"const": json.loads(token)}
        return dict(BASIC.get(token) or {"$ref": f"#/$defs/{token.rpartition('.')[2]}"})


def plain(text: str) -> str:
    """The text without comments."""
    return re.sub(r"/\*.*?\*/", "", text, flags=re.S)


def objects(text: str, update_fields: list[str]) -> Iterator[tuple[str, Schema]]:
    """Every interface and type alias of one file, by name."""
    for name, body in INTERFACE.findall(text):
        fields = FIELD.findall(body)
        properties = {field: Types(type_, update_fields).union() for field, _, type_ in fields}
        required = [field for field, optional, _ in fields if not optional]
        yield (
            name,
            {
                "type": "object",
                "properties": properties,
                "required": required,
                "additionalProperties": False,
            },
        )
    for name, type_ in ALIAS.findall(text):
        yield name, Types(type_, update_fields).union() or {}


def reachable(roots: list[Schema], defs: dict[str, Schema]) -> dict[str, Schema]:
    """The definitions that the roots lead to."""
    found: dict[str, Schema] = {}
    waiting = list(roots)
    while waiting:
        for name in re.findall(r'"#/\$defs/(\w+)"', json.dumps(waiting.pop())):
            if name not in found:
                found[name] = defs[name]
                waiting.append(defs[name])
    return dict(sorted(found.items()))


def compile_types(folder: Path) -> Schema:
    """Return the schema of all methods' parameters, an update, a message, and all their parts."""
    package = json.loads((folder / "package.json").read_text("utf-8"))
    sources = {
        name: (folder / "out" / f"{name}.d.ts").read_text("utf-8")
        for name in ("methods", "params", "objects")
    }
    version = re.search(r"Based on Bot API v(\S+ \([\d.]+\))", sources["objects"])
    owner = re.search(r"^Copyright .*$", (folder / "LICENSE").read_text("utf-8"), re.M)
    texts = {name: plain(text) for name, text in sources.items()}
    update = dict(INTERFACE.findall(texts["objects"]))["TelegramUpdate"]
    update_fields = [field for field, _, _ in FIELD.findall(update) if field != "update_id"]
    defs = dict(objects(texts["params"] + texts["objects"], update_fields))
    defs.pop("TelegramAPIResponse", None)
    empty = {"type": "object", "properties": {}, "required": [], "additionalProperties": False}
    methods = {
        name: defs.get(params, empty) for name, _, params in METHOD.findall(texts["methods"])
    }
    roots = [*methods.values(), {"$ref": "#/$defs/TelegramUpdate"}]
    return {
        "$comment": (
            f"Telegram Bot API {version.group(1) if version else '?'}, "
            "compiled by compile_types.py from npm package "
            f"{package['name']} {package['version']}, licence {package['license']}, "
            f"{owner.group() if owner else ''}"
        ),
        "methods": methods,
        "$defs": reachable(roots, defs),
    }


if __name__ == "__main__":
    json.dump(
        compile_types(Path(sys.argv[1])), sys.stdout, ensure_ascii=False, separators=(",", ":")
    )
    sys.stdout.write("\n")
