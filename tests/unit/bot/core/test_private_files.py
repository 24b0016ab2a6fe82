"""What lies in the data folder is for its own account alone."""

from __future__ import annotations

import logging
import os
import stat
from pathlib import Path

import pytest

from bot.core.private_files import make_private, private_umask


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def test_new_files_are_their_owners_alone_and_the_umask_comes_back(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        with private_umask():
            (tmp_path / "folder").mkdir()
            (tmp_path / "file").write_text("x")
        (tmp_path / "other").write_text("x")
    finally:
        os.umask(before)
    modes = [mode(tmp_path / name) for name in ("folder", "file", "other")]
    assert modes == [0o700, 0o600, 0o644]


def test_open_files_are_closed_to_others_and_links_lead_nowhere(tmp_path: Path) -> None:
    data, outside = tmp_path / "data", tmp_path / "outside"
    (data / "keys" / "hours").mkdir(parents=True)
    outside.mkdir(mode=0o755)
    foreign = outside / "page.html"
    for path in (data / "a.sqlite3", data / "keys" / "gate.key", data / "keys/hours/1.key"):
        path.write_text("x")
        path.chmod(0o666)
    foreign.write_text("x")
    foreign.chmod(0o644)
    program = data / "run.sh"
    program.write_text("x")
    program.chmod(0o755)
    for folder in (data, data / "keys", data / "keys" / "hours", outside):
        folder.chmod(0o755)
    (data / "link").symlink_to(foreign)
    (data / "there").symlink_to(outside)
    (tmp_path / "named").symlink_to(data)
    make_private(tmp_path / "named", tmp_path / "missing")
    modes = {mode(path) for path in data.rglob("*") if path.is_file() and not path.is_symlink()}
    assert modes == {0o600, 0o700}
    assert {mode(path) for path in (data, data / "keys", data / "keys" / "hours")} == {0o700}
    assert (mode(foreign), mode(outside), mode(program)) == (0o644, 0o755, 0o700)


def test_what_cannot_be_closed_is_told_and_stops_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "file").chmod(0o644)
    monkeypatch.setattr(Path, "chmod", lambda *_: (_ for _ in ()).throw(PermissionError))
    with caplog.at_level(logging.WARNING):
        make_private(tmp_path)
    assert f"cannot be changed (1, the first is {tmp_path / 'file'})" in caplog.text
