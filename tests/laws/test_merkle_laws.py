"""Laws of the Merkle tree, for trees of any size and any leaves."""

from __future__ import annotations

from hypothesis import assume, given
from hypothesis import strategies as st

from survey_flows.merkle import (
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

TREES = st.lists(st.binary(max_size=4), min_size=1, max_size=300).map(
    lambda data: [leaf_hash(d) for d in data]
)


@given(TREES, st.data())
def test_a_frontier_that_was_put_away_goes_on_as_if_it_had_not(
    leaves: list[bytes], data: st.DataObject
) -> None:
    frontier = Frontier()
    for leaf in leaves:
        if data.draw(st.booleans()):
            frontier = Frontier.from_bytes(frontier.size, frontier.to_bytes())
        frontier.append(leaf)
    assert frontier.root() == root(leaves) == tree_root(Leaves(leaves), len(leaves))


@given(TREES, st.data())
def test_a_leaf_is_proven_to_stand_where_it_stands_and_nowhere_else(
    leaves: list[bytes], data: st.DataObject
) -> None:
    index = data.draw(st.integers(0, len(leaves) - 1))
    other = data.draw(st.integers(0, len(leaves) - 1))
    proof = inclusion_proof(Leaves(leaves), index, len(leaves))
    assert verify_inclusion(leaves[index], index, len(leaves), proof, root(leaves))
    assert verify_inclusion(leaves[other], index, len(leaves), proof, root(leaves)) == (
        leaves[other] == leaves[index]
    )


@given(TREES, st.data())
def test_a_tree_is_proven_to_begin_with_what_it_began_with_and_with_nothing_else(
    leaves: list[bytes], data: st.DataObject
) -> None:
    new = len(leaves)
    old = data.draw(st.integers(1, new))
    changed = data.draw(st.integers(0, old - 1))
    proof = consistency_proof(Leaves(leaves), old, new)
    assert verify_consistency(old, new, proof, root(leaves[:old]), root(leaves))
    fork = [*leaves[:changed], leaf_hash(b"another leaf"), *leaves[changed + 1 :]]
    assert not verify_consistency(old, new, proof, root(fork[:old]), root(leaves))
    for given_proof in (proof, consistency_proof(Leaves(fork), old, new)):
        assert not verify_consistency(old, new, given_proof, root(leaves[:old]), root(fork))


@given(TREES, TREES)
def test_two_trees_have_one_root_only_if_they_are_the_same(
    one: list[bytes], other: list[bytes]
) -> None:
    assume(one != other)
    assert root(one) != root(other)
