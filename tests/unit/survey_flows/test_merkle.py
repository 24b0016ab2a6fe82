"""The Merkle tree against published vectors, a recursive oracle, and every flipped bit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import sha256
from random import Random

import pytest

from survey_flows.errors import Misuse
from survey_flows.merkle import (
    EMPTY,
    Frontier,
    Leaves,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root,
    tree_root,
    verify_consistency,
    verify_inclusion,
)

# The test tree of certificate-transparency, as in transparency-dev/merkle:
# testonly/constants.go, proof/verify_test.go.
ENTRIES = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
INCLUSION = {
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
    (1, 5): [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
CONSISTENCY = {
    (1, 1): [],
    (1, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
    (6, 7): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
}
MOST = 200
LEAVES = [leaf_hash(number.to_bytes(4, "big")) for number in range(MOST)]
TREE = Leaves(LEAVES)


def oracle(leaves: Sequence[bytes]) -> bytes:
    """The tree hash MTH, written as RFC 9162 §2.1.1 states it."""
    if not leaves:
        return sha256().digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    return sha256(b"\x01" + oracle(leaves[:k]) + oracle(leaves[k:])).digest()


ORACLE = [oracle(LEAVES[:size]) for size in range(MOST + 1)]


def flips(hashes: Sequence[bytes], bits: Sequence[int] = range(256)) -> Iterator[list[bytes]]:
    """The hashes with one bit of one of them flipped."""
    for place, hash_ in enumerate(hashes):
        number = int.from_bytes(hash_, "big")
        for bit in bits:
            yield [*hashes[:place], (number ^ 1 << bit).to_bytes(32, "big"), *hashes[place + 1 :]]


def test_the_published_vectors() -> None:
    leaves = [leaf_hash(bytes.fromhex(entry)) for entry in ENTRIES]
    tree = Leaves(leaves)
    assert [root(leaves[:size]).hex() for size in range(9)] == ROOTS
    for (index, size), proof in INCLUSION.items():
        assert [hash_.hex() for hash_ in inclusion_proof(tree, index, size)] == proof
    for (old, new), proof in CONSISTENCY.items():
        assert [hash_.hex() for hash_ in consistency_proof(tree, old, new)] == proof


def test_roots_are_the_same_however_they_are_made() -> None:
    frontier = Frontier()
    for size, leaf in enumerate(LEAVES):
        found = [frontier.root(), tree_root(TREE, size), root(LEAVES[:size])]
        assert (frontier.size, found) == (size, [ORACLE[size]] * 3)
        frontier = Frontier.from_bytes(size, frontier.to_bytes())
        completed = frontier.append(leaf)
        assert completed == [TREE(level, size >> level) for level in range(len(completed))]
        assert (size + 1) % 2 ** (len(completed) - 1) == 0
        assert (size + 1) % 2 ** len(completed) != 0


def test_every_leaf_is_proven_in_every_tree() -> None:
    for size in range(1, MOST + 1):
        for index in range(size):
            proof = inclusion_proof(TREE, index, size)
            assert verify_inclusion(LEAVES[index], index, size, proof, ORACLE[size])


def test_every_tree_is_proven_to_begin_with_every_smaller_one() -> None:
    for new in range(MOST + 1):
        for old in range(new + 1):
            proof = consistency_proof(TREE, old, new)
            assert verify_consistency(old, new, proof, ORACLE[old], ORACLE[new])


def test_proofs_ask_for_few_subtrees() -> None:
    asked: list[tuple[int, int]] = []

    def counted(level: int, index: int) -> bytes:
        asked.append((level, index))
        return bytes(32)

    size = 999_983
    for place in range(0, size, 9_973):
        for prove in (inclusion_proof, consistency_proof):
            asked.clear()
            prove(counted, place, size)
            assert len(asked) <= 2 * size.bit_length()
            assert all((index + 1) << level <= size for level, index in asked)


def test_every_flipped_bit_is_found_in_a_proof_of_inclusion() -> None:
    # All 256 bits of every hash for one leaf of each size,
    # one bit of every hash for all leaves of it.
    chance = Random(9162)
    for size in range(1, MOST + 1):
        thorough = chance.randrange(size)
        for index in range(size):
            given = [LEAVES[index], ORACLE[size], *inclusion_proof(TREE, index, size)]
            bits = range(256) if index == thorough else [chance.randrange(256)]
            for leaf, tree, *proof in flips(given, bits):
                assert not verify_inclusion(leaf, index, size, proof, tree)


def test_every_flipped_bit_is_found_in_a_proof_of_consistency() -> None:
    chance = Random(9162)
    for new in range(1, MOST + 1):
        thorough = chance.randrange(1, new + 1)
        for old in range(1, new + 1):
            given = [ORACLE[old], ORACLE[new], *consistency_proof(TREE, old, new)]
            bits = range(256) if old == thorough else [chance.randrange(256)]
            for before, after, *proof in flips(given, bits):
                assert not verify_consistency(old, new, proof, before, after)


def test_a_proof_holds_for_its_own_place_and_size_only() -> None:
    for size in range(1, 40):
        for index in range(size):
            proof = inclusion_proof(TREE, index, size)
            leaf, tree = LEAVES[index], ORACLE[size]
            for other in range(-1, size + 2):
                assert verify_inclusion(leaf, other, size, proof, tree) == (other == index)
            for wrong in ([*proof, EMPTY], [EMPTY, *proof], [*proof, tree], proof[:-1], proof[1:]):
                assert wrong == proof or not verify_inclusion(leaf, index, size, wrong, tree)
    for new in range(1, 40):
        for old in range(1, new + 1):
            proof = consistency_proof(TREE, old, new)
            for wrong in (
                [*proof, EMPTY],
                [EMPTY, *proof],
                [ORACLE[old], *proof],
                proof[:-1],
                proof[1:],
            ):
                assert wrong == proof or not verify_consistency(
                    old, new, wrong, ORACLE[old], ORACLE[new]
                )
            assert old == new or not verify_consistency(old, new, proof, ORACLE[new], ORACLE[old])
            assert not verify_consistency(new, old, proof, ORACLE[new], ORACLE[old]) or old == new


def test_every_tree_begins_with_the_empty_one_and_with_no_other_root_of_it() -> None:
    assert root([]) == tree_root(TREE, 0) == EMPTY
    assert verify_consistency(0, 7, [], EMPTY, ORACLE[7])
    assert not verify_consistency(0, 7, [], ORACLE[7], ORACLE[7])
    assert not verify_consistency(0, 7, [EMPTY], EMPTY, ORACLE[7])
    assert not verify_consistency(0, 0, [], EMPTY, ORACLE[7])
    assert not verify_consistency(-1, 7, [], EMPTY, ORACLE[7])


@pytest.mark.parametrize("size", [1, 31, 33])
def test_a_hash_of_another_length_proves_nothing(size: int) -> None:
    wrong = bytes(size)
    assert not verify_inclusion(wrong, 0, 1, [], wrong)
    assert not verify_consistency(3, 3, [], wrong, wrong)


def test_impossible_proofs_are_not_made() -> None:
    with pytest.raises(Misuse, match="a tree of 3 leaves has no leaf 3"):
        inclusion_proof(TREE, 3, 3)
    with pytest.raises(Misuse, match="a tree of 4 leaves does not grow to 3"):
        consistency_proof(TREE, 4, 3)
    with pytest.raises(Misuse, match="not the peaks"):
        Frontier.from_bytes(3, bytes(32))
