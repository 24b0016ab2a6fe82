"""Pseudonyms of many respondents at once, and which row of each of them counts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from bot.ballots.imported.coding import CodedBallots
from bot.crypto.gate_keys import GateKeys
from bot.spreadsheets.coded_columns import CHUNK, TextColumn

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from bot.spreadsheets.coded_columns import Mask, Places

    Voters = npt.NDArray[np.unsignedinteger[Any]]

BYTES = 32
WORD = ">u8"
"""A pseudonym is four numbers of eight bytes, the first byte the highest."""


def make_voters(
    coded: CodedBallots, campaign: str, channel: str, keys: GateKeys, rows: Mask | None = None
) -> Voters:
    """Return the pseudonym of each row's respondent, or of those of some rows, four numbers each.

    They are made in portions, as a million texts of Python take a hundred megabytes.
    """
    import numpy as np

    found = np.empty((coded.rows if rows is None else int(rows.sum()), 4), dtype=WORD)
    end = 0
    for start in range(0, coded.rows, CHUNK):
        people = coded.people(start, min(start + CHUNK, coded.rows))
        if rows is not None:
            wanted = rows[start : start + CHUNK].tolist()
            people = [person for person, counts in zip(people, wanted, strict=True) if counts]
        made = b"".join(keys.many_voters(campaign, channel, people))
        begin, end = end, end + len(people)
        found[begin:end] = np.frombuffer(made, dtype=WORD).reshape(-1, 4)
    return found


def voter_at(voters: Voters, rows: Places) -> list[bytes]:
    """Return the pseudonyms of some rows."""
    data = voters[rows].tobytes()
    return [data[at : at + BYTES] for at in range(0, len(data), BYTES)]


def last_of_each(unit: TextColumn, voters: Voters, seconds: Places) -> Places:
    """Return of each respondent and unit the last row, by time and then by number.

    The rows come in the order of their units' codes and of their pseudonyms.
    """
    import numpy as np

    ranks = {text: rank for rank, text in enumerate(sorted(set(unit.texts)))}
    smallest = np.min_scalar_type(len(ranks))
    units = np.array([ranks[text] for text in unit.texts], dtype=smallest)[unit.places]
    high, *others = voters.T
    # Sorting keeps the order of the rows where all of these are the same.
    order = np.lexsort((seconds, high, units)).astype(np.int32)
    last = _differs_from_next([units, high], order)
    if np.any(~last & _differs_from_next(others, order)):
        # Two persons share eight bytes: one time in forty million imports of a million.
        order = np.lexsort((seconds, *reversed(others), high, units)).astype(np.int32)
        last = _differs_from_next([units, high, *others], order)
    return order[last]


def _differs_from_next(keys: Iterable[Places], order: Places) -> Mask:
    """Return which rows, taken in an order, differ from the next one; the last one does."""
    import numpy as np

    found = np.zeros(len(order), dtype=bool)
    found[-1:] = True
    for key in keys:
        of_row = key[order]
        found[:-1] |= of_row[:-1] != of_row[1:]
    return found
