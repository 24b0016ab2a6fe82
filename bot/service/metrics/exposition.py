"""The metrics in Prometheus' text format: names, labels and values of what was counted and seen."""

from __future__ import annotations

import platform
import shutil
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

from bot import __version__
from bot.core.clock import Clock
from bot.service.last_backup import read_last_backup
from bot.service.metrics.figures import FigureReader, Figures
from bot.service.metrics.request_counts import BOUNDS, RequestCounts
from bot.service.readiness import Readiness
from bot.service.task_states import TaskStates
from bot.storage.migrate import HEAD

CONTENT_TYPE = CONTENT_TYPE_LATEST


@dataclass(frozen=True, slots=True)
class MetricSources:
    """Where the values come from.

    Attributes:
        requests: counts of the web server.
        figures: what was read from the database.
        readiness: the service's checks.
        tasks: which tasks fail.
        data: the data folder, on whose disk the room is told.
        clock: tells how old a checkpoint is.
    """

    requests: RequestCounts
    figures: FigureReader
    readiness: Readiness
    tasks: TaskStates
    data: Path
    clock: Clock


class MetricPage(Collector):
    """Makes the text that a monitoring system reads."""

    def __init__(self, sources: MetricSources) -> None:
        self._from = sources
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(self)
        ProcessCollector(registry=self._registry)

    def text(self) -> bytes:
        """Return the metrics as they stand now."""
        return generate_latest(self._registry)

    def collect(self) -> Iterator[Metric]:
        """Yield every metric."""
        yield from _build()
        yield from self._readiness()
        yield from self._requests()
        now = self._from.clock.now().timestamp()
        yield from _read(self._from.figures.figures, now)
        last = read_last_backup(self._from.data)
        if last:
            age = GaugeMetricFamily("minping_backup_age_seconds", "Of the last backup.")
            age.add_metric([], max(0.0, now - last.made))
            yield age
        free = shutil.disk_usage(self._from.data).free
        yield GaugeMetricFamily("minping_disk_free_bytes", "Room for the data folder.", free)

    def _readiness(self) -> Iterator[Metric]:
        readiness = self._from.readiness
        yield GaugeMetricFamily(
            "minping_ready", "1: ballots can be taken.", int(not readiness.failed)
        )
        failing = GaugeMetricFamily(
            "minping_check_failing", "1: a check of readiness fails.", labels=["check"]
        )
        failures = GaugeMetricFamily(
            "minping_task_failures", "Failures since a task last succeeded.", labels=["task"]
        )
        for name, fails in readiness.states().items():
            failing.add_metric([name], int(fails))
        for name in self._from.tasks.paused():
            failures.add_metric([name], self._from.tasks.failures(name))
        yield failing
        yield failures

    def _requests(self) -> Iterator[Metric]:
        counts = self._from.requests.told()
        total = CounterMetricFamily(
            "minping_http_requests", "Answered requests.", labels=["area", "status"]
        )
        seconds = HistogramMetricFamily(
            "minping_http_seconds", "Durations of answers, streams aside.", labels=["area"]
        )
        by_status: defaultdict[tuple[str, str], int] = defaultdict(int)
        by_time: defaultdict[str, list[int]] = defaultdict(lambda: [0] * (len(BOUNDS) + 1))
        for answered, count in counts.items():
            by_status[answered.area, answered.status] += count
            if answered.at_most >= 0:
                by_time[answered.area][answered.at_most] += count
        for labels, count in sorted(by_status.items()):
            total.add_metric(labels, count)
        for area, classes in sorted(by_time.items()):
            upto = [sum(classes[: at + 1]) for at in range(len(classes))]
            names = [*map(str, BOUNDS), "+Inf"]
            seconds.add_metric([area], list(zip(names, map(float, upto), strict=True)), None)
        yield total
        yield seconds
        sign_ins = CounterMetricFamily(
            "minping_sign_ins", "Sign-ins of the console.", labels=["outcome"]
        )
        for outcome, count in sorted(self._from.requests.sign_ins.items()):
            sign_ins.add_metric([outcome], count)
        yield sign_ins


def _build() -> Iterator[Metric]:
    labels = ["version", "schema", "python"]
    build = GaugeMetricFamily("minping_build_info", "What runs.", labels=labels)
    build.add_metric([__version__, HEAD, platform.python_version()], 1)
    yield build


def _read(found: Figures, now: float) -> Iterator[Metric]:
    yield GaugeMetricFamily("minping_loop_lag_seconds", "How late the loop was.", found.lag)
    yield GaugeMetricFamily("minping_log_size", "Entries of the public log.", found.log_size)
    if found.checkpoint_at:
        age = max(0.0, now - found.checkpoint_at)
        yield GaugeMetricFamily("minping_checkpoint_age_seconds", "Of the newest one.", age)
    witnessed = GaugeMetricFamily(
        "minping_witnessed_age_seconds", "Age of the newest checkpoint seen.", labels=["witness"]
    )
    for number, at in found.witnessed_at.items():
        witnessed.add_metric([str(number)], max(0.0, now - at))
    yield witnessed
    yield GaugeMetricFamily("minping_staging_rows", "Sealed rows, by tens.", found.waiting)
    yield GaugeMetricFamily("minping_dead_letters", "Updates put aside.", found.dead_letters)
    for name, told, label, values in (
        ("minping_ballots", "Ballots in running campaigns, by tens.", "campaign", found.ballots),
        ("minping_refused_rows", "Rows that no reader takes.", "reason", found.refused),
        ("minping_outbox_rows", "Messages, by tens.", "state", found.outbox),
    ):
        family = GaugeMetricFamily(name, told, labels=[label])
        for key, value in values.items():
            family.add_metric([key], value)
        yield family
