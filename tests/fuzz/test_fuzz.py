"""A shortened run: `python -m tests.fuzz` sends 100,000 updates and holds 10,000 conversations."""

from __future__ import annotations

import logging

import pytest

from tests.fuzz.conversations import walk_often
from tests.fuzz.doors import DOORS, fuzz_doors
from tests.fuzz.files import fuzz_files, kinds
from tests.fuzz.updates import fuzz_updates


async def test_mangled_updates_are_all_answered_and_the_broken_ones_kept(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.CRITICAL):
        fuzzed = await fuzz_updates(2000, seed=3)
    assert fuzzed.faults == {}
    assert (fuzzed.sent, set(fuzzed.statuses)) == (2000, {200, 401})
    assert 0 < fuzzed.letters <= fuzzed.counts["broken"]
    assert fuzzed.ballots > 0


def test_random_conversations_stay_legal_and_can_be_finished() -> None:
    walked = walk_often(500, seed=100_000)
    assert walked.faults == []
    assert walked.ballots > 0


@pytest.mark.parametrize("name", kinds())
def test_a_mangled_file_is_a_value_or_a_sentence_that_names_the_file(name: str) -> None:
    result = fuzz_files(40, 7, name)[name]
    assert result.faults == []
    assert sum(result.counts.values()) == 40
    assert result.counts["refused"] > 0


async def test_a_mangled_table_is_stored_whole_or_refused_by_its_place() -> None:
    found = await fuzz_doors(8, 5)
    assert {name: result.faults for name, result in found.items() if result.faults} == {}
    assert len(found) == 2 * len(DOORS)
    assert all(sum(result.counts.values()) == 8 for result in found.values())
