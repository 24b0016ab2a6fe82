"""A YAML file as a tree of fields that know their lines, so that every problem has a place."""

from __future__ import annotations

from collections.abc import Iterator

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from survey_flows.errors import BadQuestionnaire, Message, Place, Problem
from survey_flows.yaml_depth import RefusedYaml, SafeLoader, line_of


def parse_yaml(text: str, file: str) -> Branch:
    """The mapping that a YAML text holds.

    Raises:
        BadQuestionnaire: not YAML, nested too deep, or not a mapping.
    """
    try:
        node = yaml.compose(text, Loader=SafeLoader)
    except yaml.MarkedYAMLError as error:
        message = Message("form-not-yaml")
        raise BadQuestionnaire(message, Place(file, line=line_of(error, text))) from None
    except RefusedYaml as error:
        raise BadQuestionnaire(error.message, Place(file, line=error.line)) from None
    except yaml.YAMLError as error:
        place = Place(file, line=line_of(error, text))
        raise BadQuestionnaire(Message("form-not-yaml-text"), place) from None
    if not isinstance(node, MappingNode):
        raise BadQuestionnaire(Message("form-fields-needed"), Place(file))
    return Branch(node, [])


class Branch:
    """A mapping whose fields are taken by name.

    A field that nobody took is unknown when `finish` is called. Problems are gathered in
    ``problems``, which all branches of a tree share, and are not raised here.
    """

    def __init__(self, node: MappingNode, problems: list[Problem]) -> None:
        self.problems = problems
        self.line = _line(node)
        self._left: dict[str, Node] = {}
        self._below: dict[str, list[Branch]] = {}
        self.lines: dict[str, int] = {}
        for key, value in node.value:
            name = str(key.value) if isinstance(key, ScalarNode) else "?"
            if name in self.lines:
                self.complain(Message("form-field-twice", field=name), _line(key))
            self._left[name] = value
            self.lines[name] = _line(key)

    def complain(self, message: Message, line: int | None = None) -> None:
        """Notes a problem at a line of the file; at this branch's line when none is given."""
        self.problems.append(Problem(message, Place(line=line or self.line)))

    def has(self, name: str) -> bool:
        """Whether there is such a field that nobody took yet."""
        return name in self._left

    def text(self, name: str, default: str | None = None) -> str:
        """A scalar as its text; the field is required unless there is a ``default``."""
        node = self._take(name, needed=default is None)
        if node is None:
            return default or ""
        if not isinstance(node, ScalarNode):
            self.complain(Message("form-text-needed", field=name), _line(node))
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
            message = Message("form-number-needed", field=name, text=text)
            self.complain(message, self.lines[name])
            return default

    def flag(self, name: str) -> bool:
        """Whether the field says ``true``; a missing field says ``false``."""
        text = self.text(name, "false")
        if text not in ("true", "false"):
            message = Message("form-flag-needed", field=name, text=text)
            self.complain(message, self.lines[name])
        return text == "true"

    def texts(self, name: str, *, needed: bool = True) -> dict[str, str]:
        """A mapping of plain texts; empty for a missing one that is not needed."""
        node = self._take(name, needed=needed)
        if not isinstance(node, MappingNode):
            if node is not None:
                self.complain(Message("form-texts-needed", field=name), _line(node))
            return {}
        branch = Branch(node, self.problems)
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
        self.complain(Message("form-text-list-needed", field=name), _line(node))
        return default

    def branches(self, name: str) -> list[Branch]:
        """A list of mappings."""
        node = self._take(name, needed=True)
        if node is None:
            return []
        if not isinstance(node, SequenceNode):
            self.complain(Message("form-list-needed", field=name), _line(node))
            return []
        self._below[name] = list(self._items(name, node))
        return self._below[name]

    def line_below(self, name: str, index: int, field: str) -> int:
        """The line of a field of the ``index``-th mapping in the list ``name``, or this one's."""
        items = self._below.get(name, [])
        return items[index].lines.get(field, items[index].line) if index < len(items) else self.line

    def _items(self, name: str, node: SequenceNode) -> Iterator[Branch]:
        for item in node.value:
            if isinstance(item, MappingNode):
                yield Branch(item, self.problems)
            else:
                self.complain(Message("form-item-fields-needed", field=name), _line(item))

    def finish(self) -> None:
        """Notes a problem for every field that nobody took."""
        for name in self._left:
            self.complain(Message("form-field-unknown", field=name), self.lines[name])
        self._left = {}

    def _take(self, name: str, *, needed: bool) -> Node | None:
        node = self._left.pop(name, None)
        if node is None and needed:
            self.complain(Message("form-field-missing", field=name))
        return node


def _line(node: Node) -> int:
    return int(node.start_mark.line) + 1
