"""The vectors: the files are what the seeds make, the page quotes them, the verifier agrees."""

from __future__ import annotations

from typing import Any

import pytest

from bot.verification.minping_verify import (
    Asked,
    Failed,
    included,
    leaf,
    read_canonical,
    read_entry,
    read_json,
    read_key,
    root,
    verify,
)
from tests.verifying.synthetic_log import digest
from tests.verifying.vectors import (
    PAGE,
    all_vectors,
    bad_files,
    kept,
    renewed,
    written_file,
)

KEPT = kept()


def test_the_files_are_what_the_seeds_make() -> None:
    made = all_vectors()
    assert made.keys() == KEPT.keys()
    for name, found in made.items():
        assert written_file(found) == written_file(KEPT[name]), "run python -m tests.verifying"


def test_the_page_quotes_the_files() -> None:
    page = PAGE.read_text()
    assert page == renewed(page, KEPT), "run python -m tests.verifying"


@pytest.mark.parametrize("good", KEPT["lines"]["good"], ids=lambda good: next(iter(good)))
def test_a_leaf_is_the_hash_of_its_line(good: dict[str, str]) -> None:
    line = (good.get("line") or good["older"]).encode()
    assert leaf(read_entry(line).data).hex() == good["leaf"]


@pytest.mark.parametrize("bad", KEPT["lines"]["bad"], ids=lambda bad: bad["why"])
def test_a_line_beside_the_grammar_is_refused(bad: dict[str, str]) -> None:
    with pytest.raises(Failed):
        read_entry(bytes.fromhex(bad["hex"]))


def test_roots_and_proofs_of_small_trees() -> None:
    trees = KEPT["trees"]
    leaves = [leaf(line.encode()) for line in trees["lines"]]
    for size, expected in trees["roots"].items():
        assert root(leaves[: int(size)]).hex() == expected
    path = [bytes.fromhex(part) for part in trees["inclusion of 2 in 5"]]
    assert included(leaves[2], 2, 5, path, root(leaves))
    assert not included(leaves[1], 2, 5, path, root(leaves))
    assert not included(leaves[2], 2, 5, path[:-1], root(leaves))
    assert not included(leaves[2], 7, 5, path, root(leaves))


def test_canonical_texts_are_read_and_have_their_digests() -> None:
    sentence, units = KEPT["texts"]["good"]
    assert list(read_canonical(sentence["text"])) == ["text"]
    for good in (sentence, units):
        assert digest(good["text"]).hex() == good["sha256"]


@pytest.mark.parametrize("bad", KEPT["texts"]["bad"], ids=lambda bad: bad["why"])
def test_a_text_that_is_not_canonical_is_refused(bad: dict[str, str]) -> None:
    with pytest.raises(Failed):
        read_canonical(bad["text"])


@pytest.mark.parametrize("raw", [b"\xff{}", b"\xef\xbb\xbf{}", b"{} x", b"[" * 100_000, b""])
def test_bytes_that_are_no_text_are_refused(raw: bytes) -> None:
    with pytest.raises(Failed):
        read_json(raw)


def failed(files: dict[str, bytes], claims: dict[str, str]) -> list[str]:
    asked = Asked([read_key(KEPT["small"]["key"])], **claims)
    return [outcome.name for outcome in verify(files, asked) if not outcome.ok]


@pytest.mark.parametrize("bad", KEPT["bad"], ids=lambda bad: bad["name"])
def test_a_bad_bundle_fails_at_its_check(bad: dict[str, Any]) -> None:
    assert failed(bad_files(KEPT["small"], bad), bad["claims"])[:1] == [bad["fails"]]


@pytest.mark.parametrize("of", ["public", "auditors"])
def test_the_small_log_holds_with_every_claim(of: str) -> None:
    files = {name: text.encode() for name, text in KEPT["small"][of].items()}
    assert failed(files, KEPT["small"]["claims"]) == []
