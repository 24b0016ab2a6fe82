"""Whether a unit or a person is appraised in a year, and who answers for a unit."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from survey_flows.messages import Message


class AppraisalState(StrEnum):
    """考核, 不定等次, 不进行考核, or waiting for a value that is missing."""

    APPRAISED = "appraised"
    NO_GRADE = "no_grade"
    NOT_APPRAISED = "not_appraised"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class SubjectState:
    """The state of a unit or a person in a year, and why; ``reason`` is None for the appraised.

    ``deferred`` says that a grade is given once what stands in the way has ended (补定).
    """

    state: AppraisalState
    reason: Message | None = None
    deferred: bool = False


APPRAISED = SubjectState(AppraisalState.APPRAISED)


@dataclass(frozen=True, slots=True)
class Answerable:
    """A principal who answers for what happened in a unit on a day.

    ``discretionary``: on leave while another one acted, so that a person decides whether. ``gone``
    is how they left since: it is recorded, and no grade follows.
    """

    person: str
    discretionary: bool = False
    gone: Message | None = None
