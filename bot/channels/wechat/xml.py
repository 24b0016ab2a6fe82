"""The XML of WeChat and WeCom: one element with flat fields, without document type or entities."""

from __future__ import annotations

import re
from collections.abc import Mapping
from xml.parsers import expat

Fields = dict[str, str]
UNWRITABLE = re.compile("[^\\t\\n\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")
"""Characters that XML cannot hold."""


class BadXml(Exception):
    """The body is not XML, or has a document type."""


def read_fields(body: bytes) -> Fields:
    """Returns the texts of the elements right under the root; deeper ones are left out.

    Raises:
        BadXml: the body is not well-formed, or has a document type.
    """
    reader = _Reader()
    try:
        reader.parser.Parse(body, True)
    except (
        expat.ExpatError,
        LookupError,
        ValueError,
    ):  # the last two: an encoding that nobody knows
        raise BadXml("not XML that can be read") from None
    return reader.fields


class _Reader:
    def __init__(self) -> None:
        self.fields: Fields = {}
        self._path: list[str] = []
        self.parser = expat.ParserCreate()
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text

    def _refuse(self, *_: object) -> None:
        raise BadXml("a document type")

    def _start(self, name: str, _attributes: object) -> None:
        self._path.append(name)
        if len(self._path) == 2:
            self.fields[name] = ""

    def _end(self, _name: str) -> None:
        self._path.pop()

    def _text(self, text: str) -> None:
        if len(self._path) == 2:
            self.fields[self._path[1]] += text


def write_fields(fields: Mapping[str, str | int]) -> str:
    """Returns XML with these fields; texts stand in CDATA, as the platforms write them."""
    return (
        "<xml>"
        + "".join(f"<{name}>{_written(value)}</{name}>" for name, value in fields.items())
        + "</xml>"
    )


def _written(value: str | int) -> str:
    if isinstance(value, int):
        return str(value)
    return "<![CDATA[" + UNWRITABLE.sub("", value).replace("]]>", "]]]]><![CDATA[>") + "]]>"
