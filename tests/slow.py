"""The list of slow tests: `make slow` measures and writes it, and its tests are marked ``slow``.

It also gives the order of a run.
The files that take longest come first, so that no worker waits for another at the end.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

import pytest

LIST = Path(__file__).with_name("slow.txt")
SLOW = 0.35
"""Seconds from which a test is slow, all its cases together."""


def add_option(parser: pytest.Parser) -> None:
    parser.addoption("--write-slow", action="store_true", help="write tests/slow.txt anew")


def register(config: pytest.Config) -> None:
    config.pluginmanager.register(Marker())
    if config.getoption("--write-slow") and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Stopwatch())


def listed() -> dict[str, float]:
    """The seconds of every slow test, all its cases together."""
    lines = (line.split(maxsplit=1) for line in LIST.read_text("utf-8").splitlines())
    return {test: float(seconds) for seconds, test in lines}


def name(nodeid: str) -> str:
    """The test that a case belongs to."""
    return nodeid.partition("[")[0]


def file(nodeid: str) -> str:
    return nodeid.partition("::")[0]


def lines(cases: Mapping[str, float]) -> str:
    """The list, from the seconds of every case."""
    tests: dict[str, float] = defaultdict(float)
    for nodeid, seconds in cases.items():
        tests[name(nodeid)] += seconds
    slow = sorted(((seconds, test) for test, seconds in tests.items() if seconds >= SLOW))
    return "".join(f"{seconds:6.1f} {test}\n" for seconds, test in reversed(slow))


class Marker:
    """Marks the slow tests of a run, and sorts its files."""

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        seconds = listed()
        files: dict[str, float] = defaultdict(float)
        for item in items:
            if name(item.nodeid) in seconds:
                item.add_marker(pytest.mark.slow)
                files[file(item.nodeid)] += seconds[name(item.nodeid)]
        items.sort(key=lambda item: -files[file(item.nodeid)])


class Stopwatch:
    """Notes how long every case takes, and writes the list when all have passed."""

    def __init__(self) -> None:
        self.cases: dict[str, float] = defaultdict(float)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.cases[report.nodeid] += report.duration

    def pytest_sessionfinish(self, exitstatus: int) -> None:
        if exitstatus == pytest.ExitCode.OK:
            LIST.write_text(lines(self.cases), "utf-8")
