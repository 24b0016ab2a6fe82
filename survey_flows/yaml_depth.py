"""YAML loaders that refuse what no file of ours needs, for everything that people send or name.

PyYAML composes by recursion, so some kilobytes of brackets would exhaust Python's stack; some
megabytes of fields would take minutes; an escape may name a character that no text may hold, or
none at all. JSON files are read as YAML, so the limits hold for them too.
"""

from __future__ import annotations

from typing import Any

import yaml
from yaml.composer import Composer
from yaml.constructor import ConstructorError
from yaml.events import AliasEvent, CollectionStartEvent, ScalarEvent
from yaml.nodes import MappingNode, Node, SequenceNode
from yaml.scanner import ScannerError

from survey_flows.characters import forbidden_character
from survey_flows.errors import Message

MOST_NODES = 100_000
"""Fields, values and lists; the largest file of ours has fewer than ten thousand."""
MOST_LEVELS = 32
"""Lists and mappings inside each other; the deepest file of ours has fewer than ten."""
TOO_DEEP = Message("yaml-too-deep", levels=MOST_LEVELS)


class RefusedYaml(Exception):
    """A YAML text that is not read on.

    Attributes:
        line: where, counted from 1.
        message: why.
    """

    def __init__(self, line: int, message: Message) -> None:
        super().__init__(line, message)
        self.line, self.message = line, message


class NestedTooDeep(RefusedYaml):
    """Lists and mappings lie deeper inside each other than `MOST_LEVELS`."""

    def __init__(self, line: int) -> None:
        super().__init__(line, TOO_DEEP)


class _DepthLimit(Composer):
    """Counts levels while nodes are composed.

    An alias counts as deep as what it names, since whoever walks the tree meets it there.
    """

    def __init__(self, stream: Any) -> None:
        super().__init__(stream)  # type: ignore[call-arg]
        self._level = self._nodes = 0
        self._heights: dict[Node, int] = {}

    def compose_node(self, parent: Node | None, index: Any) -> Node | None:
        """Composes one node with everything in it.

        Raises:
            NestedTooDeep: it begins or names a level too many.
            RefusedYaml: there are too many nodes, or a text holds a character that none may hold.
        """
        event: Any = self.peek_event()  # type: ignore[attr-defined]
        line = event.start_mark.line + 1
        self._nodes += 1
        if self._nodes > MOST_NODES:
            raise RefusedYaml(line, Message("yaml-too-long", max=MOST_NODES))
        if isinstance(event, ScalarEvent) and (sign := forbidden_character(event.value)):
            raise RefusedYaml(line, Message("yaml-forbidden-character", character=sign))
        if isinstance(event, CollectionStartEvent) and self._level == MOST_LEVELS:
            raise NestedTooDeep(line)
        self._level += 1
        node: Node | None = super().compose_node(parent, index)
        self._level -= 1
        if node is not None and isinstance(event, AliasEvent):
            # A node that names itself is not complete, has no height yet, and has no end.
            if self._level + self._heights.get(node, MOST_LEVELS) > MOST_LEVELS:
                raise NestedTooDeep(line)
        elif node is not None:
            children = [self._heights[child] for child in _children(node)]
            self._heights[node] = 1 + max(children, default=0) if _is_branch(node) else 0
        return node


class _CheckedScanner:
    """Turns what Python says of an impossible escape into an error of YAML with its place."""

    def fetch_more_tokens(self) -> Any:
        """Scans on.

        Raises:
            ScannerError: an escape names no character.
        """
        try:
            return super().fetch_more_tokens()  # type: ignore[misc]
        except (ValueError, OverflowError):
            mark: Any = self.get_mark()  # type: ignore[attr-defined]
            raise ScannerError(None, None, "no such character", mark) from None


class SafeLoader(_CheckedScanner, _DepthLimit, yaml.SafeLoader):
    """PyYAML's SafeLoader within the limit."""

    def construct_object(self, node: Node, deep: bool = False) -> Any:
        """Makes a node's value.

        Raises:
            ConstructorError: it looks like a date or a number and is none, such as 2026-02-30.
        """
        try:
            return super().construct_object(node, deep)
        except (ValueError, OverflowError, TypeError):
            raise ConstructorError(None, None, "no such value", node.start_mark) from None


def line_of(error: yaml.YAMLError, text: str) -> int:
    """The line of a text, counted from 1, at which it is no YAML."""
    mark = getattr(error, "problem_mark", None)
    if mark is not None:
        return int(mark.line) + 1
    # A character that no YAML may hold is found before there are lines.
    return text.count("\n", 0, getattr(error, "position", 0)) + 1


class TextLoader(_CheckedScanner, _DepthLimit, yaml.BaseLoader):
    """PyYAML's BaseLoader within the limit: every scalar stays text."""


def _is_branch(node: Node) -> bool:
    return isinstance(node, SequenceNode | MappingNode)


def _children(node: Node) -> list[Node]:
    if isinstance(node, MappingNode):
        return [part for pair in node.value for part in pair]
    return list(node.value) if isinstance(node, SequenceNode) else []
