"""Secrets of a day that lie in memory alone."""

from __future__ import annotations

import stat
from pathlib import Path

from bot.crypto.gate_keys import make_gate_keys
from bot.crypto.ram_secrets import RamSecrets


def test_processes_of_one_installation_share_the_day_and_no_other_does(tmp_path: Path) -> None:
    memory = tmp_path / "memory"
    memory.mkdir()
    mine, other = (RamSecrets(tmp_path / "keys", memory) for _ in range(2))
    strangers = RamSecrets(tmp_path / "other", memory)
    for secrets in (mine, other, strangers):
        secrets.set_day(20_000)
    assert mine.secret() == other.secret() != strangers.secret()
    (folder,) = [path for path in memory.iterdir() if path.name.endswith(mine._folder.name[-16:])]
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_new_day_destroys_the_secret_of_the_last(tmp_path: Path) -> None:
    secrets = RamSecrets(tmp_path / "keys", tmp_path)
    secrets.set_day(20_000)
    before = secrets.secret()
    secrets.set_day(20_001)
    assert secrets.secret() != before
    assert [path.name for path in secrets._folder.iterdir()] == ["20001.key"]
    assert before not in b"".join(path.read_bytes() for path in secrets._folder.iterdir())


def test_without_a_folder_of_ram_the_secret_is_the_process_own(tmp_path: Path) -> None:
    mine, other = (RamSecrets(tmp_path / "keys", tmp_path / "none") for _ in range(2))
    for secrets in (mine, other):
        secrets.set_day(20_000)
    assert mine.secret() != other.secret()
    assert not (tmp_path / "none").exists()


def test_no_file_among_the_keys_has_it(tmp_path: Path) -> None:
    keys = make_gate_keys(tmp_path)
    name = keys.passing_name("counter", "year", "test", "ann")
    assert make_gate_keys(tmp_path).passing_name("counter", "year", "test", "ann") != name
    files = [path.read_bytes() for path in tmp_path.rglob("*.key")]
    assert files
    assert keys.passing.secret() not in files
