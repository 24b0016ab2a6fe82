"""The digest of what a proposal rests on: a decision holds for these grounds and for no others."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from aggregation.model.reason_lines import Label, ReasonLine
from aggregation.model.situation import ProposalDraft
from survey_flows.messages import Message, Named


def grounds_digest(rule: str, params: Mapping[str, Any], draft: ProposalDraft) -> str:
    """The SHA-256 of the rule, its parameters and the grounds that a person was shown.

    Words do not count, only the messages' ids and values: a better sentence re-opens nothing.
    """
    said = [
        rule,
        {name: str(value) for name, value in sorted(params.items())},
        [draft.kind.value, draft.subject, draft.fact],
        [_line(line) for line in draft.grounds],
    ]
    return sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


def _line(line: ReasonLine) -> list[Any]:
    return [_plain(line.label), _plain(line.value), [_plain(it) for it in line.inputs]]


def _plain(label: Label | int | tuple[Any, ...]) -> Any:
    if isinstance(label, Message):
        return [label.id, [[name, _plain(value)] for name, value in label.values]]
    if isinstance(label, Named):
        return [label.zh, label.en]
    if isinstance(label, tuple):
        return [_plain(part) for part in label]
    return str(label)
