"""The error of a state that only a person can end; commands leave with their own exit code."""

from __future__ import annotations

from survey_flows.errors import BadInput


class OperatorNeeded(BadInput):
    """Nothing may go on by itself: keys, the log or ballots are not as they were left.

    It is a `BadInput`, so that pages and programs show its sentence and no server error.
    """
