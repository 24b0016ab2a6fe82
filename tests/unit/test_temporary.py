"""Temporary folders lie in memory where there is room, and else where they always did."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from tests import temporary


@pytest.fixture(autouse=True)
def no_choice_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", "")  # so that it is put back at the end, whatever it was
    monkeypatch.delenv("TMPDIR")
    monkeypatch.setattr(tempfile, "tempdir", "/before")


def test_they_lie_in_memory_where_there_is_room(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(temporary, "MEMORY", tmp_path)
    monkeypatch.setattr(temporary, "ROOM", 1)
    temporary.use_memory()
    assert (os.environ["TMPDIR"], tempfile.gettempdir()) == (str(tmp_path), str(tmp_path))


@pytest.mark.parametrize(("folder", "room"), [("none", 1), (".", 1 << 60)])
def test_they_stay_where_there_is_none(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, folder: str, room: int
) -> None:
    monkeypatch.setattr(temporary, "MEMORY", tmp_path / folder)
    monkeypatch.setattr(temporary, "ROOM", room)
    temporary.use_memory()
    assert ("TMPDIR" in os.environ, tempfile.gettempdir()) == (False, "/before")


def test_who_has_chosen_a_place_keeps_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TMPDIR", "/chosen")
    monkeypatch.setattr(temporary, "MEMORY", tmp_path)
    temporary.use_memory()
    assert (os.environ["TMPDIR"], tempfile.gettempdir()) == ("/chosen", "/before")


def test_what_a_killed_run_left_goes_after_a_day(tmp_path: Path) -> None:
    old, new, other = (tmp_path / name for name in ("mptest-old", "mptest-new", "other"))
    for folder in (old, new, other):
        (folder / "data").mkdir(parents=True)
    for folder in (old, other):
        os.utime(folder, (0, 0))
    temporary.sweep(tmp_path)
    assert sorted(tmp_path.iterdir()) == [new, other]
