"""What two publications of one campaign disclose together (differencing)."""

from __future__ import annotations

from collections.abc import Mapping

from aggregation.disclosure.disclosed import below_floor
from aggregation.estimation.scores import UnitScore


def derivable_counts(score: UnitScore, weights: Mapping[int, int]) -> dict[str, int]:
    """Every count of a unit that is disclosed or derivable; ``weights`` as in `disclose`."""
    found = {
        "n": score.n,
        "n_valid": score.n_valid,
        "excluded": score.excluded,
        "not_scored": score.n - score.n_valid - score.excluded,
        **{f"answer {code}": count for code, count in score.distribution.items()},
        **{f"weight {weight}": count for weight, count in weights.items()},
    }
    for group in score.groups:
        vouched = group.n_valid - group.n_open
        own = {"n": group.n, "valid": group.n_valid, "open": group.n_open, "vouched": vouched}
        own |= {f"stratum {stratum}": count for stratum, count in group.strata}
        found |= {f"group {group.group} {name}": count for name, count in own.items()}
    return found


def revealing_differences(old: Mapping[str, int], new: Mapping[str, int], floor: int) -> list[str]:
    """The cells by which two publications differ by fewer than ``floor`` people, sorted."""
    return sorted(
        name
        for name in old.keys() | new.keys()
        if below_floor(abs(old.get(name, 0) - new.get(name, 0)), floor)
    )
