"""Reading a YAML file as a tree of fields that know their line, so that every complaint can say where."""

from __future__ import annotations

from collections.abc import Iterator

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from survey_flows.errors import BadQuestionnaire

Problem = tuple[str, str]
"""Where, and what is wrong there."""


def raise_problems(problems: list[Problem]) -> BadQuestionnaire:
    """One error that tells all problems: the first as its own, each of the rest on a line."""
    (where, what), *rest = problems
    return BadQuestionnaire(
        "\n".join([what, *(f"{place}: {reason}" for place, reason in rest)]), where
    )


def parse_yaml(text: str, file: str) -> Branch:
    """The mapping that a YAML text holds.

    Raises:
        BadQuestionnaire: not YAML, or not a mapping.
    """
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise BadQuestionnaire(
            f"this is not YAML: {error.problem}", f"{file}, line {line}"
        ) from None
    except (yaml.YAMLError, RecursionError):
        raise BadQuestionnaire("this is not a YAML text", file) from None
    if not isinstance(node, MappingNode):
        raise BadQuestionnaire(
            "the file must hold named fields such as id, version and questions", file
        )
    return Branch(node, file, [])


class Branch:
    """A mapping: its fields are taken by name, what nobody took is unknown. Problems are gathered, not raised."""

    def __init__(self, node: MappingNode, file: str, problems: list[Problem]) -> None:
        self.file = file
        self.problems = problems
        self.line = _line(node)
        self._left: dict[str, Node] = {}
        self._below: dict[str, list[Branch]] = {}
        self.lines: dict[str, int] = {}
        for key, value in node.value:
            name = str(key.value) if isinstance(key, ScalarNode) else "?"
            if name in self.lines:
                self.complain(f"the field {name} is there twice", _line(key))
            self._left[name] = value
            self.lines[name] = _line(key)

    def complain(self, what: str, line: int | None = None) -> None:
        """Note a problem at a line of this file; at this branch when none is given."""
        self.problems.append((f"{self.file}, line {line or self.line}", what))

    def has(self, name: str) -> bool:
        """Whether there is such a field and nobody took it yet."""
        return name in self._left

    def text(self, name: str, default: str | None = None) -> str:
        """A scalar as its text; without ``default`` it must be there."""
        node = self._take(name, needed=default is None)
        if node is None:
            return default or ""
        if not isinstance(node, ScalarNode):
            self.complain(f"{name} must be a plain text", _line(node))
            return ""
        return str(node.value)

    def number(self, name: str, default: int | None) -> int | None:
        """A whole number."""
        text = self.text(name, "")
        if not text:
            return default
        try:
            return int(text)
        except ValueError:
            self.complain(f"{name} must be a whole number, not «{text}»", self.lines[name])
            return default

    def flag(self, name: str) -> bool:
        """``true`` or ``false``; false when it is not there."""
        text = self.text(name, "false")
        if text not in ("true", "false"):
            self.complain(f"{name} must be true or false, not «{text}»", self.lines[name])
        return text == "true"

    def texts(self, name: str) -> dict[str, str]:
        """A mapping of plain texts."""
        node = self._take(name, needed=True)
        if not isinstance(node, MappingNode):
            if node is not None:
                self.complain(f"{name} must give a text for each language", _line(node))
            return {}
        branch = Branch(node, self.file, self.problems)
        return {key: branch.text(key) for key in branch.lines}

    def words(self, name: str, default: tuple[str, ...]) -> tuple[str, ...]:
        """A list of plain texts."""
        node = self._take(name, needed=False)
        if node is None:
            return default
        if isinstance(node, SequenceNode) and all(
            isinstance(item, ScalarNode) for item in node.value
        ):
            return tuple(str(item.value) for item in node.value)
        self.complain(f"{name} must be a list of texts", _line(node))
        return default

    def branches(self, name: str) -> list[Branch]:
        """A list of mappings."""
        node = self._take(name, needed=True)
        if node is None:
            return []
        if not isinstance(node, SequenceNode):
            self.complain(f"{name} must be a list", _line(node))
            return []
        self._below[name] = list(self._items(name, node))
        return self._below[name]

    def line_below(self, name: str, index: int, field: str) -> int:
        """The line of a field of the ``index``-th mapping of the list ``name``; this branch's own if there is none."""
        items = self._below.get(name, [])
        return items[index].lines.get(field, items[index].line) if index < len(items) else self.line

    def _items(self, name: str, node: SequenceNode) -> Iterator[Branch]:
        for item in node.value:
            if isinstance(item, MappingNode):
                yield Branch(item, self.file, self.problems)
            else:
                self.complain(f"each of {name} must hold named fields", _line(item))

    def finish(self) -> None:
        """Complain about every field that was not taken."""
        for name in self._left:
            self.complain(f"the field {name} is not known here", self.lines[name])
        self._left = {}

    def _take(self, name: str, *, needed: bool) -> Node | None:
        node = self._left.pop(name, None)
        if node is None and needed:
            self.complain(f"the field {name} is missing")
        return node


def _line(node: Node) -> int:
    return int(node.start_mark.line) + 1
