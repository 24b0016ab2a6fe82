"""YAML loaders that refuse a text nested too deep, for everything that people send or name.

PyYAML composes by recursion, so some kilobytes of brackets would exhaust Python's stack.
JSON files are read as YAML, so the limit holds for them too.
"""

from __future__ import annotations

from typing import Any

import yaml
from yaml.composer import Composer
from yaml.events import AliasEvent, CollectionStartEvent
from yaml.nodes import MappingNode, Node, SequenceNode

from survey_flows.errors import Message

MOST_LEVELS = 32
"""Lists and mappings inside each other; the deepest file of ours has fewer than ten."""
TOO_DEEP = Message("yaml-too-deep", levels=MOST_LEVELS)


class NestedTooDeep(Exception):
    """Lists and mappings lie deeper inside each other than `MOST_LEVELS`.

    Attributes:
        line: where, counted from 1.
    """

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


class _DepthLimit(Composer):
    """Counts levels while nodes are composed.

    An alias counts as deep as what it names, since whoever walks the tree meets it there.
    """

    def __init__(self, stream: Any) -> None:
        super().__init__(stream)  # type: ignore[call-arg]
        self._level = 0
        self._heights: dict[Node, int] = {}

    def compose_node(self, parent: Node | None, index: Any) -> Node | None:
        """Composes one node with everything in it.

        Raises:
            NestedTooDeep: it begins or names a level too many.
        """
        event: Any = self.peek_event()  # type: ignore[attr-defined]
        line = event.start_mark.line + 1
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


class SafeLoader(_DepthLimit, yaml.SafeLoader):
    """PyYAML's SafeLoader within the limit."""


class TextLoader(_DepthLimit, yaml.BaseLoader):
    """PyYAML's BaseLoader within the limit: every scalar stays text."""


def _is_branch(node: Node) -> bool:
    return isinstance(node, SequenceNode | MappingNode)


def _children(node: Node) -> list[Node]:
    if isinstance(node, MappingNode):
        return [part for pair in node.value for part in pair]
    return list(node.value) if isinstance(node, SequenceNode) else []
