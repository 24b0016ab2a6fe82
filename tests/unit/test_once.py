"""What is made once in a run is made by the first that asks, whoever asks at the same time."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import sleep

import pytest

from tests import once
from tests.once import folder_in_a_run, once_in_a_run


def test_of_several_at_once_one_makes_it_and_all_get_it(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)
    made: list[int] = []

    def make() -> dict[str, list[int]]:
        sleep(0.02)
        made.append(os.getpid())
        return {"found": [1, 2]}

    with ThreadPoolExecutor(4) as several:
        asked = [
            several.submit(once_in_a_run, tmp_path_factory, "test-once", make) for _ in range(4)
        ]
        assert [it.result() for it in asked] == [{"found": [1, 2]}] * 4
    assert len(made) == 1


def test_what_could_not_be_made_is_made_by_the_next(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)

    def fails() -> list[int]:
        raise ValueError("not today")

    with pytest.raises(ValueError, match="not today"):
        once_in_a_run(tmp_path_factory, "test-once-later", fails)
    assert once_in_a_run(tmp_path_factory, "test-once-later", lambda: [3]) == [3]


def test_a_folder_is_filled_once_and_one_that_could_not_be_is_filled_by_the_next(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(once, "place", tmp_path)
    made: list[Path] = []

    def fill(folder: Path) -> None:
        made.append(folder)
        (folder / "said").write_text("half", "utf-8")
        if len(made) == 1:
            raise ValueError("not today")
        sleep(0.02)
        (folder / "said").write_text("whole", "utf-8")

    with pytest.raises(ValueError, match="not today"):
        folder_in_a_run("test", fill)
    with ThreadPoolExecutor(4) as several:
        asked = [several.submit(folder_in_a_run, "test", fill) for _ in range(4)]
        assert {it.result() for it in asked} == {tmp_path / "test"}
    assert len(made) == 2
    assert (tmp_path / "test" / "said").read_text("utf-8") == "whole"
