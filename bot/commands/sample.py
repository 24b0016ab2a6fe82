"""``minping sample``: plan, draw and verify a campaign's sample, which anybody can draw again."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aggregation.fieldwork.sampling import METHODS
from bot.commands.contacts import print_left_out, today
from bot.core.settings import Settings
from bot.service.composition import open_store
from bot.service.installation_keys import open_keys
from bot.terminal.auditing import READS_ONLY, Audit, the
from bot.terminal.files import read_file, write_new_file
from bot.terminal.tables import print_check
from bot.terminal.words import say, worded
from survey_flows.errors import BadInput, Message, Place

if TYPE_CHECKING:
    from bot.campaigns.definition import FrozenDefinition


def register(commands: Any) -> None:
    """Add the command and its parts."""
    parser = commands.add_parser("sample", help=Message("help-sample"))
    parts = parser.add_subparsers(required=True, metavar="ACTION")
    plan = parts.add_parser("plan", help=Message("help-sample-plan"))
    plan.add_argument("campaign", metavar="CAMPAIGN")
    plan.add_argument(
        "--size", type=int, default=0, metavar="N", help=Message("help-sample-plan-size")
    )
    plan.add_argument(
        "--allocation",
        choices=METHODS,
        default=METHODS[0],
        help=Message("help-sample-plan-allocation", method=METHODS[0]),
    )
    plan.add_argument(
        "--cells",
        type=Path,
        metavar="FILE",
        help=Message("help-sample-plan-cells"),
    )
    plan.add_argument(
        "--least", type=int, default=0, metavar="N", help=Message("help-sample-plan-least")
    )
    plan.add_argument(
        "--fatigue-days",
        type=int,
        metavar="N",
        help=Message("help-sample-plan-fatigue-days"),
    )
    plan.set_defaults(run=run_plan, audit=Audit("sample plan", the("campaign")))
    draw = parts.add_parser("draw", help=Message("help-sample-draw"))
    draw.add_argument("campaign", metavar="CAMPAIGN")
    draw.add_argument(
        "--out", type=Path, required=True, metavar="FILE", help=Message("help-sample-draw-out")
    )
    draw.set_defaults(run=run_draw, audit=Audit("sample draw", the("campaign")))
    verify = parts.add_parser("verify", help=Message("help-sample-verify"))
    verify.add_argument("file", type=Path, metavar="FILE")
    verify.add_argument(
        "--bundle", type=Path, metavar="BUNDLE.zip", help=Message("help-sample-verify-bundle")
    )
    verify.set_defaults(run=run_verify, audit=READS_ONLY)


async def run_plan(settings: Settings, chosen: argparse.Namespace) -> int:
    """Settle frame and design."""
    from bot.accounts.preferences import read_preferences
    from bot.fieldwork.audience.cell_file import read_cells
    from bot.fieldwork.audience.sampling import SampleRequest, plan_sample
    from bot.spreadsheets.reader import read_sheet

    values = None
    if chosen.cells:
        data = await asyncio.to_thread(read_file, chosen.cells)
        values = read_cells(await asyncio.to_thread(read_sheet, chosen.cells.name, data))
    if chosen.size < 0 or chosen.least < 0 or (chosen.fatigue_days or 0) < 0:
        raise BadInput(Message("sample-negative"))
    async with open_store(settings) as database:
        keys = (await open_keys(settings, database)).contacts
        days = (
            (await read_preferences(database)).fatigue_days
            if chosen.fatigue_days is None
            else chosen.fatigue_days
        )
        request = SampleRequest(chosen.allocation, chosen.size, chosen.least, values, days)
        plan = await plan_sample(database, keys, chosen.campaign, request, today(settings))
    size, people = sum(plan.sizes.values()), sum(plan.people.values())
    say(Message("sample-planned", size=size, people=people))
    for cell, size in plan.sizes.items():
        line = Message("sample-cell", cell=str(cell), size=size, people=plan.people[cell])
        print("  " + worded(line))
    print_left_out(plan.left_out)
    return 0


async def run_draw(settings: Settings, chosen: argparse.Namespace) -> int:
    """Draw, and write the file."""
    from bot.fieldwork.audience.sampling import draw_campaign_sample, write_sample

    async with open_store(settings) as database:
        sample = await draw_campaign_sample(database, chosen.campaign)
    await asyncio.to_thread(write_new_file, chosen.out, write_sample(sample))
    count = sum(map(len, sample.drawn.values()))
    say(Message("sample-drawn", count=count, file=str(chosen.out)))
    return 0


async def run_verify(_settings: Settings, chosen: argparse.Namespace) -> int:
    """Print a line for each check; 1 when one fails."""
    return await asyncio.to_thread(_verify, chosen)


def _verify(chosen: argparse.Namespace) -> int:
    from aggregation.fieldwork.sampling import sample_contradiction
    from bot.fieldwork.audience.sampling import read_sample, sample_difference

    sample = read_sample(chosen.file.name, read_file(chosen.file))
    found = sample_contradiction(sample)
    drawn, people = (sum(map(len, part.values())) for part in (sample.drawn, sample.frame))
    seeded = Message("sample-as-seeded", drawn=drawn, people=people)
    print_check(not found, found or seeded)
    if not chosen.bundle:
        print("      " + worded(Message("sample-log-not-compared")))
        return int(bool(found))
    other = sample_difference(sample, _registered(chosen.bundle, sample.campaign))
    print_check(not other, other or Message("sample-as-registered"))
    return int(bool(found or other))


def _registered(path: Path, campaign: str) -> FrozenDefinition:
    """Returns the registered definition in a bundle; `minping verify` checks the bundle itself."""
    from bot.campaigns.definition import registered_definition
    from bot.verification.bundle_format import unpack
    from bot.verification.bundle_reader import Bundle, VerificationRequest

    bundle = Bundle(unpack(path), VerificationRequest())
    if bundle.campaign != campaign:
        message = Message("sample-other-bundle", bundle=bundle.campaign, campaign=campaign)
        raise BadInput(message, Place(file=str(path)))
    found = bundle.acts("registration")
    if len(found) != 1:
        raise BadInput(Message("sample-no-registration"), Place(file=str(path)))
    return registered_definition(found[0].body, campaign)
