"""``python -m benchmarks.answers``: compares the service with a textbook bot.

Both run in one run on this machine.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence

import uvloop

from benchmarks.answers import bots
from benchmarks.answers.measure import Load, Measured, measure
from benchmarks.answers.process import BOT_CORE, CROWD_CORE
from benchmarks.answers.profiler import profile

GOAL_CROWD = 64
GOAL_RATIO = 25.0
GOAL_CPU_RATIO = 22.0
GOAL_P99_MS = 50.0
GOAL_MEMORY_MB = 115.0
GOAL_SEALING_PCT = 20.0

ROW = "{:<9}{:>7}{:>9}{:>9}{:>11}{:>9}{:>9}{:>9}{:>9}{:>8}{:>8}{:>8}"
HEADINGS = (
    *("bot", "crowd", "ballots", "seconds", "ballots/s", "p50 ms", "p95 ms", "p99 ms"),
    *("bot CPU", "crowd", "others", "failed"),
)


def options(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.answers", description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="one crowd of 64 and few ballots: about 20 seconds"
    )
    parser.add_argument(
        "--crowds",
        default="1,16,64,256",
        help="citizens at a time, crowd by crowd (default %(default)s)",
    )
    parser.add_argument(
        "--ballots",
        type=int,
        default=5000,
        help="at most so many for a crowd of ours (default %(default)s)",
    )
    parser.add_argument(
        "--peer-ballots", type=int, default=300, help="the same for the peer (default %(default)s)"
    )
    parser.add_argument(
        "--seconds", type=float, default=20, help="time limit of each crowd (default %(default)s)"
    )
    parser.add_argument(
        "--only",
        choices=("idle", "peer", "minping"),
        help="measure one bot (idle: the crowd's own limit); no ratio",
    )
    parser.add_argument(
        "--sealing",
        action="store_true",
        help="measure the service with and without sealing and logging, in turn",
    )
    parser.add_argument(
        "--profile",
        action="store_true",
        help="watch the service (or --only's bot) with py-spy and print where time goes",
    )
    return parser.parse_args(arguments)


def loads(given: argparse.Namespace) -> tuple[Load, Load]:
    """Return the loads of the peer's crowds and of ours."""
    if given.quick:
        return Load((GOAL_CROWD,), 150, 8), Load((GOAL_CROWD,), 2000, 8)
    crowds = tuple(int(n) for n in given.crowds.split(","))
    return Load(crowds, given.peer_ballots, given.seconds), Load(
        crowds, given.ballots, given.seconds
    )


def table(results: Sequence[Measured]) -> str:
    """Every crowd, one a line. CPU is in per cent of one core."""
    lines = [ROW.format(*HEADINGS)]
    for result in results:
        for crowd in result.crowds:
            seen = crowd.outcome
            spent = (
                f"{100 * cpu / (seen.seconds or 1):.0f}%"
                for cpu in (crowd.bot_cpu, crowd.crowd_cpu, crowd.others_cpu)
            )
            waits = (f"{seen.percentile(share):.1f}" for share in (0.5, 0.95, 0.99))
            times = (f"{seen.seconds:.1f}", f"{seen.rate:.1f}")
            lines.append(
                ROW.format(
                    result.name,
                    seen.at_a_time,
                    seen.ballots,
                    *times,
                    *waits,
                    *spent,
                    seen.failures.total(),
                )
            )
    return "\n".join(lines)


def facts(result: Measured) -> str:
    """Return lines on memory by process, ballots in the database, calls, and faults."""
    memory = ", ".join(f"{p.name} {p.peak_mb:.0f} MB" for p in result.processes)
    ballots = max(1, sum(c.outcome.ballots for c in result.crowds))
    calls = ", ".join(f"{name} {n / ballots:.2f}" for name, n in sorted(result.calls.items()))
    lines = [
        f"{result.name}: peak memory {memory}; "
        f"pandas or numpy loaded: {'yes' if loaded(result) else 'no'}",
        f"{result.name}: {result.seen} receipts seen (warm-up included), "
        f"in the database: {result.stored}",
        f"{result.name}: Bot API calls a ballot: {calls or 'none'}",
    ]
    for crowd in result.crowds:
        lines += [
            f"{result.name}: {n} failed: {reason}"
            for reason, n in crowd.outcome.failures.most_common(5)
        ]
    return "\n".join(lines)


def loaded(result: Measured) -> bool:
    """Say whether any process of the bot maps numpy or pandas."""
    return any(p.pandas for p in result.processes)


def goals(peer: Measured | None, ours: Measured | None) -> list[tuple[str, bool]]:
    """Each goal as a sentence with its figure, and whether it is met."""
    judged = [
        (
            f"{r.name}: no conversation failed, every receipt is in the database",
            r.failures == 0 and r.seen == r.stored,
        )
        for r in (peer, ours)
        if r
    ]
    here, there = (r.at(GOAL_CROWD) if r else None for r in (ours, peer))
    if here:
        p99 = here.outcome.percentile(0.99)
        judged.append(
            (
                f"p99 at {GOAL_CROWD} at a time: {p99:.1f} ms (goal < {GOAL_P99_MS:.0f} ms)",
                p99 < GOAL_P99_MS,
            )
        )
    if here and there:
        ratio = here.outcome.rate / (there.outcome.rate or float("nan"))
        by_cpu = here.ballots_per_cpu / there.ballots_per_cpu
        for kind, found, goal in (
            ("ballots a second", ratio, GOAL_RATIO),
            ("ballots a CPU second", by_cpu, GOAL_CPU_RATIO),
        ):
            sentence = f"ours / peer finished {kind}: {found:.1f} (goal ≥ {goal:.0f})"
            judged.append((sentence, found >= goal))
    if ours:
        memory = ours.processes[0].peak_mb
        judged.append(
            (f"memory: {memory:.0f} MB (goal < {GOAL_MEMORY_MB:.0f} MB)", memory < GOAL_MEMORY_MB)
        )
        judged.append(
            (f"pandas loaded: {'yes' if loaded(ours) else 'no'} (goal no)", not loaded(ours))
        )
    return judged


def sealing(measured: Mapping[str, Measured]) -> list[tuple[str, bool]]:
    """Judge the cost of sealing and logging, if the service was measured without them too."""
    ours, bare = (
        measured[name].at(GOAL_CROWD) if name in measured else None
        for name in ("minping", "unsealed")
    )
    if not ours or not bare:
        return []
    cost, by_cpu = (
        100 * (1 - a / (b or float("nan")))
        for a, b in (
            (ours.outcome.rate, bare.outcome.rate),
            (ours.ballots_per_cpu, bare.ballots_per_cpu),
        )
    )
    sentence = (
        f"sealing and logging cost {cost:.0f} % of the ballots a second "
        f"(goal ≤ {GOAL_SEALING_PCT:.0f} %); {by_cpu:.0f} % a CPU second"
    )
    return [(sentence, cost <= GOAL_SEALING_PCT)]


def main() -> int:
    """Measure, print, and judge: 0 when every goal is met."""
    given = options()
    for_peer, for_ours = loads(given)
    print(
        f"bot on core {BOT_CORE}, crowd and Bot API on core {CROWD_CORE}; "
        f"load before: {os.getloadavg()[0]:.1f}"
    )
    os.sched_setaffinity(0, {CROWD_CORE})
    makers = {
        "idle": (bots.idle, for_ours),
        "peer": (bots.peer, for_peer),
        "minping": (bots.minping, for_ours),
        "unsealed": (bots.unsealed, for_ours),
    }
    if given.profile:
        make, load = makers[given.only or "minping"]
        print(uvloop.run(profile(make, GOAL_CROWD, load)))
        return 0
    wanted = (
        ["unsealed", "minping"]
        if given.sealing
        else [given.only]
        if given.only
        else ["peer", "minping"]
    )
    results = uvloop.run(measure([makers[name] for name in wanted]))
    measured = {result.name: result for result in results}
    print(table(results), *map(facts, results), sep="\n")
    judged = goals(measured.get("peer"), measured.get("minping")) + sealing(measured)
    for sentence, met in judged:
        print(f"{'ok    ' if met else 'MISSED'} {sentence}")
    return 0 if all(met for _, met in judged) else 1


if __name__ == "__main__":
    sys.exit(main())
