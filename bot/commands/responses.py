"""``minping responses``: what became of a campaign's invitations, and where people stop; never a score."""

from __future__ import annotations

import argparse
from typing import Any

from aggregation.fieldwork.dispositions import DISPOSITIONS, CountRange
from bot.core.settings import Settings
from bot.service.composition import open_store


def register(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "responses", help="what became of a campaign's invitations, and where people stop"
    )
    parser.add_argument("campaign")
    parser.set_defaults(run=run)


async def run(settings: Settings, chosen: argparse.Namespace) -> int:
    """Print what may be told."""
    from bot.fieldwork.monitoring.response_monitor import read_monitor

    async with open_store(settings) as database:
        monitor = await read_monitor(database, chosen.campaign, settings.timezone)
    for cell in (*monitor.cells, *filter(None, (monitor.whole,))):
        print(f"{cell.cell or 'all'}: {cell.invited} invited")
        print(
            "  "
            + ", ".join(
                f"{name} {range_text(cell.told[name])}"
                for name in DISPOSITIONS
                if cell.told[name] != (0, 0)
            )
        )
        rates = zip(
            ("RR1", "RR2", "break-off"),
            (cell.rates.rr1, cell.rates.rr2, cell.rates.break_off),
            strict=True,
        )
        print(
            "  "
            + ", ".join(f"{name} {range_text(rate)} %" for name, rate in rates if rate is not None)
        )
    for source, counts in monitor.by_source.items():
        print(
            f"by {source} links: "
            + ", ".join(f"{name} {range_text(people)}" for name, people in counts.items())
        )
    for stop in monitor.stops:
        print(f"stop at {stop.questionnaire}, {stop.question}: {range_text(stop.people)}")
    for day, counts in monitor.days.items():
        print(
            f"{day}: "
            + ", ".join(
                f"{name} {range_text(counts[name])}" for name in ("started", "broken", "completed")
            )
        )
    if not (monitor.cells or monitor.by_source):
        print("nobody has been counted yet; who comes is counted every hour")
    return 0


def range_text(span: CountRange) -> str:
    """A range in words."""
    low, high = span
    return str(low) if low == high else f"{low}–{high}"
