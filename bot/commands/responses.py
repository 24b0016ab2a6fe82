"""``minping responses``: dispositions of a campaign's invitations, and its break-offs; no score."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import Any

from aggregation.fieldwork.dispositions import BROKEN, COMPLETED, DISPOSITIONS, STARTED, CountRange
from bot.core.settings import Settings
from bot.service.composition import open_store
from bot.terminal.auditing import READS_ONLY
from bot.terminal.words import say, source_word, word, worded
from survey_flows.errors import Message


def register(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser("responses", help=Message("help-responses"))
    parser.add_argument("campaign", metavar="CAMPAIGN")
    parser.set_defaults(run=run, audit=READS_ONLY)


async def run(settings: Settings, chosen: argparse.Namespace) -> int:
    """Print the response monitor of the campaign, in disclosed ranges."""
    from bot.fieldwork.monitoring.response_monitor import read_monitor

    async with open_store(settings) as database:
        monitor = await read_monitor(database, chosen.campaign, settings.timezone)
    for cell in (*monitor.cells, *filter(None, (monitor.whole,))):
        name = str(cell.cell) if cell.cell else Message("responses-all")
        say(Message("responses-invited", cell=name, count=cell.invited))
        print("  " + _counts({d: cell.ranges[d] for d in DISPOSITIONS if cell.ranges[d] != (0, 0)}))
        rates = (
            (Message("responses-rr1"), cell.rates.rr1),
            (Message("responses-rr2"), cell.rates.rr2),
            (Message("responses-break-off"), cell.rates.break_off),
        )
        lines = [f"{worded(rate)} {range_text(span)} %" for rate, span in rates if span is not None]
        print("  " + ", ".join(lines))
    for source, counts in monitor.by_source.items():
        say(Message("responses-by-source", source=source_word(source), counts=_counts(counts)))
    for stop in monitor.stops:
        at = {"questionnaire": stop.questionnaire, "question": stop.question}
        say(Message("responses-stop", people=range_text(stop.people), **at))
    for day, counts in monitor.days.items():
        print(f"{day}: {_counts({name: counts[name] for name in (STARTED, BROKEN, COMPLETED)})}")
    if not (monitor.cells or monitor.by_source):
        say(Message("responses-none"))
    return 0


def _counts(counts: Mapping[str, CountRange]) -> str:
    return ", ".join(f"{worded(word(name))} {range_text(span)}" for name, span in counts.items())


def range_text(span: CountRange) -> str:
    """Returns a range as figures, such as ``10–19``."""
    low, high = span
    return str(low) if low == high else f"{low}–{high}"
