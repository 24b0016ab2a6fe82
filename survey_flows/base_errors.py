"""The root of every deliberate error, and the error that blames the calling code.

They stand below `survey_flows.errors`, because an error of input is worded, and the wording itself
can be called wrongly.
"""

from __future__ import annotations


class MinpingError(Exception):
    """Root of the errors that this project raises on purpose."""


class Misuse(MinpingError):
    """The calling code broke a stated precondition."""
