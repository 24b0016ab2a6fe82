"""``minping sample``: who is invited to a campaign, by a lot that anybody can draw again."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aggregation.fieldwork.sampling import METHODS
from bot.commands.contacts import print_left_out, today
from bot.commands.import_ import read_file
from bot.core.settings import Settings
from bot.crypto.contact_keys import load_contact_keys
from bot.service.composition import open_store
from survey_flows.errors import BadInput

if TYPE_CHECKING:
    from bot.campaigns.definition import FrozenDefinition


def register(commands: Any) -> None:
    """Add the command and its parts."""
    parser = commands.add_parser(
        "sample", help="draw by lot who is invited to a campaign, or check such a draw"
    )
    parts = parser.add_subparsers(required=True, metavar="ACTION")
    plan = parts.add_parser(
        "plan", help="settle who can be drawn and how many, before the campaign is opened"
    )
    plan.add_argument("campaign", metavar="CAMPAIGN")
    plan.add_argument("--size", type=int, default=0, metavar="N", help="people in the sample")
    plan.add_argument(
        "--allocation", choices=METHODS, default=METHODS[0], help=f"default: {METHODS[0]}"
    )
    plan.add_argument(
        "--cells",
        type=Path,
        metavar="FILE",
        help="group, [area], [size], value: standard deviations for neyman, numbers of people for fixed",
    )
    plan.add_argument(
        "--least", type=int, default=0, metavar="N", help="draw at least so many in each cell"
    )
    plan.add_argument(
        "--fatigue-days",
        type=int,
        metavar="N",
        help="leave out who was invited in the last N days; default: the settings'",
    )
    plan.set_defaults(run=run_plan)
    draw = parts.add_parser(
        "draw", help="draw the sample of an open campaign and write what is published of it"
    )
    draw.add_argument("campaign", metavar="CAMPAIGN")
    draw.add_argument(
        "--out", type=Path, required=True, metavar="FILE", help="a file that does not exist yet"
    )
    draw.set_defaults(run=run_draw)
    verify = parts.add_parser("verify", help="draw a published sample again; needs no database")
    verify.add_argument("file", type=Path, metavar="FILE")
    verify.add_argument(
        "--bundle", type=Path, metavar="BUNDLE.zip", help="compare with what the log has of it"
    )
    verify.set_defaults(run=run_verify)


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
        raise BadInput("numbers of people and days are 0 or more", "minping sample plan")
    keys = load_contact_keys(settings.data / "keys")
    async with open_store(settings) as database:
        days = (
            (await read_preferences(database)).fatigue_days
            if chosen.fatigue_days is None
            else chosen.fatigue_days
        )
        wish = SampleRequest(chosen.allocation, chosen.size, chosen.least, values, days)
        plan = await plan_sample(database, keys, chosen.campaign, wish, today(settings))
    print(f"{sum(plan.sizes.values())} of {sum(plan.people.values())} will be drawn")
    for cell, size in plan.sizes.items():
        print(f"  {cell}: {size} of {plan.people[cell]}")
    print_left_out(plan.left_out)
    return 0


async def run_draw(settings: Settings, chosen: argparse.Namespace) -> int:
    """Draw, and write the file."""
    from bot.fieldwork.audience.sampling import draw_campaign_sample, write_sample

    async with open_store(settings) as database:
        sample = await draw_campaign_sample(database, chosen.campaign)
    await asyncio.to_thread(_write_new, chosen.out, write_sample(sample))
    print(f"{sum(map(len, sample.drawn.values()))} drawn; {chosen.out} can be published")
    return 0


def _write_new(path: Path, data: bytes) -> None:
    try:
        with path.open("xb") as file:
            file.write(data)
    except OSError as error:
        raise BadInput(
            f"the file cannot be written ({error.strerror}); choose another name", str(path)
        ) from error


async def run_verify(_settings: Settings, chosen: argparse.Namespace) -> int:
    """Print a line for each check; 1 when one fails."""
    return await asyncio.to_thread(_verify, chosen)


def _verify(chosen: argparse.Namespace) -> int:
    from aggregation.fieldwork.sampling import sample_contradiction
    from bot.fieldwork.audience.sampling import read_sample, sample_difference

    sample = read_sample(chosen.file.name, read_file(chosen.file))
    found = sample_contradiction(sample)
    drawn, people = (sum(map(len, part.values())) for part in (sample.drawn, sample.frame))
    print(
        f"FAIL  {found}"
        if found
        else f"ok    the {drawn} of {people} are those that the seed draws"
    )
    if not chosen.bundle:
        print(
            "      seed and frame were not compared with the log: give the campaign's bundle (--bundle)"
        )
        return int(bool(found))
    other = sample_difference(sample, _registered(chosen.bundle, sample.campaign))
    print(
        f"FAIL  {other}"
        if other
        else "ok    seed, frame and design are those that the bundle's log registered"
    )
    return int(bool(found or other))


def _registered(path: Path, campaign: str) -> FrozenDefinition:
    """Returns the registered definition in a bundle; `minping verify` says whether to trust it."""
    from bot.campaigns.definition import registered_definition
    from bot.verification.bundle_format import unpack
    from bot.verification.bundle_reader import Bundle, VerificationRequest

    case = Bundle(unpack(path), VerificationRequest())
    if case.campaign != campaign:
        raise BadInput(
            f"this is the bundle of {case.campaign}, and the sample is of {campaign}", str(path)
        )
    entries = case.entries("registration")
    if len(entries) != 1:
        raise BadInput("the bundle has not one registration; see `minping verify`", str(path))
    return registered_definition(entries[0][1], campaign)
