"""The Merkle tree of the log, after RFC 9162 §2.1: roots, inclusion and consistency proofs.

A tree over n leaves is known by the hashes of its complete subtrees: that of height ``level`` with
number ``index`` covers the leaves from index·2^level up to (index + 1)·2^level. Proofs ask for
O(log n) of them, so that they can be served from a database; `Leaves` answers from memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from survey_flows.errors import Misuse

Subtrees = Callable[[int, int], bytes]
"""The hash of a complete subtree by its height and number."""

SIZE = 32
EMPTY = sha256().digest()
"""The root of a tree without leaves."""


def leaf_hash(data: bytes) -> bytes:
    """The hash of an entry."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two subtrees side by side."""
    return sha256(b"\x01" + left + right).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """The root over leaf hashes: pairs are joined level by level; an odd last one moves up."""
    level = list(leaves)
    while len(level) > 1:
        pairs = zip(level[::2], level[1::2], strict=False)
        joined = [sha256(b"\x01" + left + right).digest() for left, right in pairs]
        level = joined if len(level) % 2 == 0 else [*joined, level[-1]]
    return level[0] if level else EMPTY


@dataclass(slots=True)
class Frontier:
    """The state for appending to a tree: the roots of its complete subtrees, largest first."""

    size: int = 0
    peaks: list[bytes] = field(default_factory=list)

    def append(self, leaf: bytes) -> list[bytes]:
        """Appends a leaf hash; returns the hashes of the completed subtrees, its own first."""
        completed = [leaf]
        covered = self.size
        while covered & 1:
            completed.append(node_hash(self.peaks.pop(), completed[-1]))
            covered >>= 1
        self.peaks.append(completed[-1])
        self.size += 1
        return completed

    def root(self) -> bytes:
        """The root over all leaves so far."""
        return _join(self.peaks)

    def to_bytes(self) -> bytes:
        """The peaks, one after the other."""
        return b"".join(self.peaks)

    @classmethod
    def from_bytes(cls, size: int, raw: bytes) -> Frontier:
        """The frontier that `to_bytes` wrote for a tree of ``size`` leaves.

        Raises:
            Misuse: the number of hashes is not that of such a tree's peaks.
        """
        if size < 0 or len(raw) != SIZE * size.bit_count():
            raise Misuse("these are not the peaks of a tree of that size")
        return cls(size, [raw[at : at + SIZE] for at in range(0, len(raw), SIZE)])


class Leaves:
    """Complete subtrees over leaf hashes in memory; computed ones are kept."""

    def __init__(self, hashes: Sequence[bytes]) -> None:
        self._hashes = hashes
        self._known: dict[tuple[int, int], bytes] = {}

    def __call__(self, level: int, index: int) -> bytes:
        """The hash of a complete subtree."""
        if not level:
            return self._hashes[index]
        if (level, index) not in self._known:
            self._known[level, index] = node_hash(
                self(level - 1, 2 * index), self(level - 1, 2 * index + 1)
            )
        return self._known[level, index]


def tree_root(subtrees: Subtrees, size: int) -> bytes:
    """The root of the tree over the first ``size`` leaves."""
    return _range(subtrees, 0, size)


def inclusion_proof(subtrees: Subtrees, index: int, size: int) -> list[bytes]:
    """PATH(index, D[size]): the hashes that lead from a leaf to the root (RFC 9162 §2.1.3.1).

    Raises:
        Misuse: there is no such leaf.
    """
    if not 0 <= index < size:
        raise Misuse(f"a tree of {size} leaves has no leaf {index}")
    return [_range(subtrees, start, end) for start, end in _siblings(index, 0, size)][::-1]


def verify_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], tree: bytes
) -> bool:
    """Returns whether ``leaf`` is leaf ``index`` of the tree of ``size`` leaves and that root.

    The algorithm is that of RFC 9162, §2.1.3.2.
    """
    if not 0 <= index < size or not _whole((leaf, tree, *proof)):
        return False
    place, last, result = index, size - 1, leaf
    for hash_ in proof:
        if not last:
            return False
        if place & 1 or place == last:
            result = node_hash(hash_, result)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            result = node_hash(result, hash_)
        place, last = place >> 1, last >> 1
    return not last and result == tree


def consistency_proof(subtrees: Subtrees, old: int, new: int) -> list[bytes]:
    """PROOF(old, D[new]): the tree of ``new`` leaves begins with that of ``old`` (§2.1.4.1).

    It is empty when the sizes are the same, and for the tree without leaves, with which every tree
    begins.

    Raises:
        Misuse: the tree would have to shrink.
    """
    if not 0 <= old <= new:
        raise Misuse(f"a tree of {old} leaves does not grow to {new}")
    return [_range(subtrees, start, end) for start, end in _steps(old, new)][::-1] if old else []


def verify_consistency(
    old: int, new: int, proof: Sequence[bytes], old_tree: bytes, new_tree: bytes
) -> bool:
    """Whether the tree of ``new`` leaves begins with that of ``old`` leaves (§2.1.4.2)."""
    if not 0 <= old <= new or not _whole((old_tree, new_tree, *proof)):
        return False
    if old in (0, new):
        return (
            not proof
            and old_tree == (new_tree if old else EMPTY)
            and (new > 0 or new_tree == EMPTY)
        )
    path = list(proof) if old & (old - 1) else [old_tree, *proof]
    if not path:
        return False
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    before = after = path[0]
    for hash_ in path[1:]:
        if not last:
            return False
        if place & 1 or place == last:
            before, after = node_hash(hash_, before), node_hash(hash_, after)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            after = node_hash(after, hash_)
        place, last = place >> 1, last >> 1
    return not last and before == old_tree and after == new_tree


def _siblings(index: int, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The ranges of leaves beside the path from the root down to a leaf."""
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            yield middle, end
            end = middle
        else:
            yield start, middle
            start = middle


def _steps(old: int, new: int) -> Iterator[tuple[int, int]]:
    """The ranges beside the path from the root to the older tree's end, and the last one."""
    start, end = 0, new
    while old < end:
        middle = start + _split(end - start)
        if old <= middle:
            yield middle, end
            end = middle
        else:
            yield start, middle
            start = middle
    if start:
        yield start, end


def _split(size: int) -> int:
    """The largest power of two below ``size``."""
    return 1 << (size - 1).bit_length() - 1


def _range(subtrees: Subtrees, start: int, end: int) -> bytes:
    """The root over a range of leaves that is complete by itself."""
    peaks = []
    for level in reversed(range((end - start).bit_length())):
        if (end - start) >> level & 1:
            peaks.append(subtrees(level, start >> level))
            start += 1 << level
    return _join(peaks)


def _join(peaks: Sequence[bytes]) -> bytes:
    if not peaks:
        return EMPTY
    result = peaks[-1]
    for peak in peaks[-2::-1]:
        result = node_hash(peak, result)
    return result


def _whole(hashes: Iterable[bytes]) -> bool:
    return all(len(hash_) == SIZE for hash_ in hashes)
