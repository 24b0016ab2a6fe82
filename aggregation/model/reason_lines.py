"""Reason lines from messages: the label and the value in both languages."""

from __future__ import annotations

from functools import lru_cache

from aggregation.model.results import ReasonLine
from survey_flows.messages import ENGLISH, Message, render
from survey_flows.wording import DEFAULT

CACHED = 4096
"""A city's trails repeat their labels and many values for every unit."""


def reason_line(
    label: Message, value: Message | str, inputs: tuple[str, ...] = (), scheme: str = ""
) -> ReasonLine:
    """Returns the line, worded in Chinese and in English.

    Args:
        label: the figure or finding that the line states.
        value: a message, or a text that is the same in both languages.
        inputs: the names of the data that the value follows from.
        scheme: the field of the scheme that the value follows.
    """
    zh, en = _both(label)
    if isinstance(value, str):
        return ReasonLine(zh, en, value, inputs, scheme)
    said = _both(value)
    return ReasonLine(zh, en, said[0], inputs, scheme, said[1])


@lru_cache(maxsize=CACHED)
def _both(message: Message) -> tuple[str, str]:
    return render(message, DEFAULT), render(message, ENGLISH)
