"""Who is not appraised in a year, and why."""

from __future__ import annotations

from dataclasses import dataclass

from survey_flows.messages import Message


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A unit that is not appraised in a year, since it ended or is too young; or its leader."""

    code: str
    zh: str
    en: str
    reason: Message
