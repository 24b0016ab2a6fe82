"""A day that somebody types: a text that is a day, not before one and not after another."""

from __future__ import annotations

from datetime import date

from survey_flows.errors import BadInput, Message, Place


def day_between(text: str, first: date, last: date, said: str, place: Place) -> date:
    """Return the day that a text is.

    Args:
        text: what was typed.
        first: the first day that may be.
        last: the last one.
        said: the id of the message that refuses others; it is told ``first`` and ``last``.
        place: what the refusal is about.

    Raises:
        BadInput: the text is no day in ISO, or lies outside.
    """
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        day = None
    if day is None or not first <= day <= last:
        raise BadInput(Message(said, first=first.isoformat(), last=last.isoformat()), place)
    return day
