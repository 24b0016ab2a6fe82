"""Near-duplicate comments on one unit.

Comments cannot be joined to ballots: this is for people to read, and no weight follows.
"""

from __future__ import annotations

import unicodedata
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from aggregation.fraud.ballot_table import BallotTable, Comments
from aggregation.fraud.clusters import Cluster, Signal
from aggregation.fraud.thresholds import Thresholds
from survey_flows.facts import CheckLevel

PIECE = 3
"""Characters of a piece; similarity is the share of common pieces (Jaccard)."""
HASHES = 12
"""Smallest hashes kept of a text (Broder's MinHash); two neighbouring ones must agree."""

Pieces = frozenset[str]


def find(_: BallotTable, comments: Comments, thresholds: Thresholds) -> Iterable[Cluster]:
    """Clusters of equal texts; of stock phrases, those that this unit has far too often."""
    pieces = {
        at: _pieces(text) for at, text in enumerate(comments.texts) if _long(text, thresholds)
    }
    total = Counter(comments.units[at] for at in pieces)
    for group in _groups(pieces, thresholds.similar):
        units = Counter(comments.units[at] for at in group)
        for unit, count in sorted(units.items()):
            usual = (len(group) - count) * total[unit] / max(len(pieces) - total[unit], 1)
            if count >= thresholds.comments + thresholds.comment_factor * usual:
                members = tuple(at for at in group if comments.units[at] == unit)
                evidence = {"alike": float(count), "expected": round(usual, 1)}
                yield Cluster(
                    "similar_comments", (), 0.0, evidence, CheckLevel.REVIEW, comments=members
                )


def _plain(text: str) -> str:
    """Letters and digits alone: copies differ by punctuation and spaces."""
    return "".join(
        char for char in unicodedata.normalize("NFKC", text).casefold() if char.isalnum()
    )


def _long(text: str, thresholds: Thresholds) -> bool:
    return len(_plain(text)) >= thresholds.comment_length


def _pieces(text: str) -> Pieces:
    plain = _plain(text)
    return frozenset(plain[at : at + PIECE] for at in range(len(plain) - PIECE + 1))


def _groups(pieces: dict[int, Pieces], similar: float) -> Iterator[Sequence[int]]:
    """Texts linked by similarity, each group ascending, in the order of their first texts."""
    head = {at: at for at in pieces}

    def root(at: int) -> int:
        while head[at] != at:
            head[at] = at = head[head[at]]
        return at

    for bucket in _buckets(pieces):
        for at in bucket[1:]:
            # A text is compared with the first of its group alone: thousands cost no squares.
            one, other = root(bucket[0]), root(at)
            shared = pieces[bucket[0]] & pieces[at]
            if one != other and len(shared) >= similar * len(pieces[bucket[0]] | pieces[at]):
                head[max(one, other)] = min(one, other)
    groups: dict[int, list[int]] = defaultdict(list)
    for at in pieces:
        groups[root(at)].append(at)
    yield from groups.values()


def _buckets(pieces: dict[int, Pieces]) -> Iterable[list[int]]:
    """Texts that may be similar: two salted hashes in a row have the same least value."""
    buckets: dict[tuple[int, int, int], list[int]] = defaultdict(list)
    for at, parts in pieces.items():
        raw = [part.encode() for part in parts]
        least = [min(zlib.crc32(part, salt) for part in raw) for salt in range(HASHES)]
        for band in range(0, HASHES, 2):
            buckets[(band, least[band], least[band + 1])].append(at)
    return buckets.values()


SIGNAL = Signal("similar_comments", find)
