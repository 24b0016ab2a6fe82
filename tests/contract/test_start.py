"""What the start of the service leaves on the machine, on a real process."""

from __future__ import annotations

import json
import stat
import time
from collections.abc import Callable
from pathlib import Path

from tests.running import RunningService, fill, serving, small_disk
from tests.waiting import PATIENCE


def wait_for(service: RunningService, path: str, wanted: Callable[[int, bytes], bool]) -> None:
    """Ask until the answer is as wanted."""
    end = time.monotonic() + PATIENCE
    while not wanted(*service.get(path)):
        service.alive()
        assert time.monotonic() < end, service.get(path)
        time.sleep(0.2)


def test_a_full_disk_is_named_while_the_service_lives_and_is_ready_again_after(
    tmp_path: Path, valkey_url: str
) -> None:
    with (
        small_disk(tmp_path / "disk", 300) as disk,
        serving(disk / "data", {"REDIS_URL": valkey_url}) as service,
    ):
        wait_for(service, "/readyz", lambda status, _: status == 200)
        filler = fill(disk)
        wait_for(
            service,
            "/readyz",
            lambda status, body: status == 503 and "disk" in json.loads(body)["failed"],
        )
        assert service.get("/healthz") == (200, b"ok\n")
        filler.unlink()
        wait_for(service, "/readyz", lambda status, _: status == 200)


def open_to_others(folder: Path) -> dict[str, str]:
    """The paths in and with a folder that anybody but its owner has a right to."""
    found = {}
    for path in (folder, *folder.rglob("*")):
        mode = path.lstat().st_mode
        if not stat.S_ISLNK(mode) and mode & 0o077:
            found[str(path.relative_to(folder.parent))] = oct(stat.S_IMODE(mode))
    return found


def test_the_data_folder_is_its_owners_alone_also_of_an_older_installation(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with serving(data, {}):
        assert {"minping.sqlite3", "keys", "valkey"} <= {path.name for path in data.iterdir()}
        assert open_to_others(data) == {}
    for path in (data, *data.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    assert open_to_others(data) != {}
    with serving(data, {}):
        assert open_to_others(data) == {}


def test_a_database_elsewhere_is_its_owners_alone_and_its_neighbours_are_left(
    tmp_path: Path, valkey_url: str
) -> None:
    there = tmp_path / "there"
    there.mkdir(mode=0o755)
    there.chmod(0o755)
    (there / "neighbour").touch(0o644)
    (there / "city.sqlite3").touch(0o644)
    (there / "city.sqlite3").chmod(0o644)
    settings = {"DATABASE_URL": f"sqlite:///{there / 'city.sqlite3'}", "REDIS_URL": valkey_url}
    with serving(tmp_path / "data", settings):
        assert (there / "city.sqlite3").stat().st_size > 0
        assert set(open_to_others(there)) == {"there", "there/neighbour"}
