"""A finished ballot as a value."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

STAFF = "staff"
"""The evaluator group of own staff; it is counted apart and can have no weight."""


@dataclass(frozen=True, slots=True)
class Ballot:
    """A citizen's answers about one unit. It names nobody.

    ``ratings`` is the rating pattern: one option code for each rated question of the questionnaire,
    in its order, joined by a space, `NO_ANSWER` where there is none (``"S VS DK -"``). ``facts``
    are the other closed answers. ``bucket`` is the time of submission, in whole quarters of an hour
    since 1970 (UTC).
    """

    campaign: str
    unit: str
    questionnaire: str
    group: str
    stratum: str
    source: str
    ratings: str
    facts: tuple[tuple[str, str], ...]
    comment: str
    bucket: int
    receipt: str

    def canonical(self) -> bytes:
        """The canonical bytes of a ballot: JSON with sorted keys and no white space.

        For these types that is RFC 8785.
        """
        return json.dumps(
            asdict(self), ensure_ascii=False, sort_keys=True, separators=(",", ":")
        ).encode()
