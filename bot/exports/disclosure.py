"""Small cells are not published: what few people said could be traced to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def hidden(counts: Mapping[str, int], floor: int) -> set[str]:
    """Which cells of a row are hidden when the row's sum is known.

    A cell of 1 to ``floor`` − 1 is hidden. One hidden cell alone could be had by subtraction, so a second goes with it:
    the smallest of the others that are not empty, else any.
    """
    small = {name for name, count in counts.items() if 0 < count < floor}
    if len(small) != 1:
        return small
    others = sorted((count == 0, count, name) for name, count in counts.items() if name not in small)
    return small | {name for _, _, name in others[:1]}


def hidden_in_blocks(counts: Mapping[str, int], blocks: Sequence[Sequence[str]], floor: int) -> set[str]:
    """As `hidden`, where the sum of each block is known too, as that of the top-two rate is."""
    return {
        name for block in blocks for name in hidden({code: counts[code] for code in block if code in counts}, floor)
    }
