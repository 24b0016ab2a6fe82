"""Every crash of an append and every restore of a database, against the guard's real files.

A world is a database, the guard's files and the notes that were shown. Each step appends (and may
be killed after any part), or puts the database back to what it once was, or to rows that another
writer put there. The law: a start without a restore is never refused, and no two notes that
contradict each other are ever shown.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from bot.crypto.note_signatures import sign_text
from bot.transparency import guard as guard_module
from bot.transparency.guard import Guard, TreeHead, Verdict, decide
from bot.transparency.log_entry import LogEntry, act_entry, receipt_entry, sealed_entry
from survey_flows.log_entries import canonical
from survey_flows.merkle import Frontier, leaf_hash

DEPTH = 6
PARTS = ("settled", "leaves", "intent", "commit", "done", "shown")
"""Where an append can be killed; after the last it is whole."""

Rows = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class World:
    rows: Rows
    files: tuple[bytes, bytes]
    shown: frozenset[Rows] = frozenset()
    past: frozenset[Rows] = frozenset()
    restored: bool = False


def entry(name: str) -> LogEntry:
    return receipt_entry("year", name.encode().ljust(32, b"."))


def tree(rows: Rows) -> Frontier:
    frontier = Frontier()
    for name in rows:
        one = entry(name)
        frontier.append(leaf_hash(one.line))
    return frontier


def head(rows: Rows) -> TreeHead:
    return TreeHead(len(rows), tree(rows).root())


class Killed(Exception):
    pass


def begun(folder: Path) -> World:
    guard = Guard(folder)
    guard.begin()
    guard.make(Frontier())
    return World((), files(folder), frozenset(), frozenset({()}))


def files(folder: Path) -> tuple[bytes, bytes]:
    return (folder / "leaves").read_bytes(), (folder / "state").read_bytes()


def appended(world: World, folder: Path, name: str, last: str) -> World | None:
    """The world after an append that is killed after a part; None when the guard refuses."""
    for file, data in zip(("leaves", "state"), world.files, strict=True):
        (folder / file).write_bytes(data)
    guard, rows, shown = Guard(folder), world.rows, world.shown
    state = guard.read()
    verdict = decide(state, head(rows))
    if verdict is Verdict.REFUSE:
        return None
    state = guard.confirm() if verdict is Verdict.CONFIRM else guard.discard()
    assert state.done.frontier().root() == tree(rows).root()
    if rows:
        shown |= {rows}
    if last != "settled":
        rows_then = (*rows, name)
        with contextlib.suppress(Killed):
            write_intent(guard, state, name, rows_then, last)
        if last in ("commit", "done", "shown"):
            rows = rows_then
        if last in ("done", "shown"):
            guard.confirm()
        if last == "shown":
            shown |= {rows}
    past = world.past | {rows}
    return World(rows, files(folder), shown, past, world.restored)


def write_intent(guard: Guard, state: object, name: str, rows: Rows, last: str) -> None:
    def killed(*_: object) -> None:
        raise Killed

    if last == "leaves":
        guard._write = killed  # type: ignore[method-assign]
    guard.intend(state, [entry(name)], tree(rows))  # type: ignore[arg-type]


def steps(world: World, folder: Path, number: int) -> Iterator[World]:
    for last in PARTS:
        found = appended(world, folder, f"e{number}", last)
        if found is not None:
            yield found
    for older in world.past - {world.rows}:
        yield replace(world, rows=older, restored=True)
    yield replace(world, rows=(*world.rows[:-1], f"fork{number}"), restored=True)


def agree(shown: frozenset[Rows]) -> bool:
    longest = max(shown, key=len, default=())
    return all(longest[: len(rows)] == rows for rows in shown)


@pytest.fixture
def quick_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard_module, "_sync", lambda _: None)


def test_no_honest_start_is_refused_and_no_two_histories_are_shown(
    tmp_path: Path, quick_disk: None
) -> None:
    worlds = {begun(tmp_path)}
    seen, refusals = set(worlds), 0
    for number in range(DEPTH):
        after: set[World] = set()
        for world in worlds:
            for found in steps(world, tmp_path, number):
                after.add(found)
            refused = appended(world, tmp_path, "probe", "settled") is None
            assert world.restored or not refused
            refusals += refused
        worlds = after - seen
        seen |= worlds
    assert all(agree(world.shown) for world in seen)
    assert (len(seen) > 1000, refusals > 100) == (True, True)


def test_a_start_after_a_restore_is_refused(tmp_path: Path, quick_disk: None) -> None:
    world = begun(tmp_path)
    for number in range(3):
        found = appended(world, tmp_path, f"e{number}", "shown")
        assert found is not None
        world = found
    for older in (("e0",), ("e0", "e1"), ("e0", "e1", "e3"), ()):
        assert appended(replace(world, rows=older), tmp_path, "next", "shown") is None


def test_leaves_are_read_as_they_were_written(tmp_path: Path, quick_disk: None) -> None:
    text = '{"words":"很好 \u2028 two  blanks "}'
    signed = canonical({"campaign": "year", "kind": "pause", "name": "year", "words": text})
    signature = sign_text(bytes(32), "log/desk", signed)
    entries = [
        LogEntry("year", "ballot", bytes(range(32)), bytes(32), form=1),
        LogEntry("", "pause", bytes(32), bytes(range(32)), text, form=1),
        LogEntry("year", "result", bytes(32), bytes(32), "", form=1),
        receipt_entry("year", bytes(range(32))),
        sealed_entry("year", bytes(range(32))),
        act_entry("pause", "year", "year", signed, [signature]),
        act_entry("pause", "year", "year", signed, []),
    ]
    guard, frontier = Guard(tmp_path), Frontier()
    guard.begin()
    guard.add(entries[:1])
    frontier.append(leaf_hash(entries[0].line))
    state = guard.make(frontier)
    for one in entries[1:]:
        frontier.append(leaf_hash(one.line))
    guard.intend(state, entries[1:], frontier)
    guard.confirm()
    assert list(guard.entries()) == entries
    assert list(guard.entries(2)) == entries[2:]
    assert guard.read().done.frontier() == frontier
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}


@pytest.mark.parametrize("damage", ["no leaves", "cut leaves", "no state", "other text"])
def test_damaged_files_are_refused(tmp_path: Path, quick_disk: None, damage: str) -> None:
    world = appended(begun(tmp_path), tmp_path, "e0", "shown")
    assert world is not None
    leaves, state = tmp_path / "leaves", tmp_path / "state"
    spoil = {
        "no leaves": leaves.unlink,
        "cut leaves": lambda: leaves.write_bytes(leaves.read_bytes()[:-1]),
        "no state": state.unlink,
        "other text": lambda: state.write_text("{}"),
    }
    spoil[damage]()
    with pytest.raises(guard_module.GuardDamaged):
        Guard(tmp_path).read()


OLDER_LEAVES = (
    f"{'00' * 32} {'01' * 32} registration year {{}}\n{'02' * 32} {'03' * 32} ballot year\n"
)


def test_a_guard_of_version_1_is_read_on(tmp_path: Path, quick_disk: None) -> None:
    frontier = Frontier()
    for first, second in ((0, 1), (2, 3)):
        frontier.append(leaf_hash(bytes([first]) * 32 + bytes([second]) * 32))
    done = {"size": 2, "root": frontier.root().hex(), "peaks": frontier.to_bytes().hex()}
    state = {"format": 1, "done": {**done, "bytes": len(OLDER_LEAVES)}, "intent": None}
    (tmp_path / "state").write_text(json.dumps(state))
    (tmp_path / "leaves").write_text(OLDER_LEAVES)
    guard = Guard(tmp_path)
    assert [(one.form, one.kind, one.is_sealed) for one in guard.entries()] == [
        (1, "registration", False),
        (1, "ballot", True),
    ]
    after = sealed_entry("year", bytes(32))
    frontier.append(leaf_hash(after.line))
    guard.intend(guard.read(), [after], frontier)
    guard.confirm()
    assert list(guard.entries(2)) == [after]
    assert json.loads((tmp_path / "state").read_text())["format"] == 2
    (tmp_path / "state").write_text(json.dumps({**state, "format": 3}))
    with pytest.raises(guard_module.GuardDamaged):
        guard.read()
