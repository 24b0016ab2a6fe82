"""The sample of a campaign: planned as a draft, registered at the opening, drawn and published.

The frame is settled before there is a seed.
Its digest and the design stand in the campaign's definition.
So the log commits to them, and to the seed that the mixer draws,
before anybody can know who will be drawn.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from aggregation.fieldwork.sampling import (
    METHODS,
    RULE,
    Sample,
    SampleDesign,
    allocate,
    draw_numbers,
    frame_digest,
)
from bot.campaigns.definition import FrozenDefinition, read_definition
from bot.campaigns.registered import read_campaign_row
from bot.crypto.contact_keys import ContactKeys
from bot.fieldwork.audience.contacts import AT_ONCE, REASONS, exclusion_reason, select_persons
from bot.storage.database import reading, writing
from bot.storage.schema import all as tables
from survey_flows.errors import BadInput, Message, Place

FORMAT = "minping-sample/1"
FEW = 5
"""So many small cells are named in a refusal; the others are counted."""


@dataclass(frozen=True, slots=True)
class SampleRequest:
    """The design that an office asks for, with the fields of `SampleDesign`.

    ``least`` is raised to the scheme's smallest cell.
    ``size`` may be 0 with ``fixed``, where it follows from ``values``.
    """

    method: str = "proportional"
    size: int = 0
    least: int = 0
    values: Mapping[str, Decimal] | None = None
    fatigue_days: int = 0


@dataclass(frozen=True, slots=True)
class SamplePlan:
    """A planned sample: by cell the people to draw and the people in the frame.

    ``left_out`` counts the contacts who cannot be invited, by reason.
    """

    sizes: Mapping[str, int]
    people: Mapping[str, int]
    left_out: Mapping[str, int]


def stratum_of(area: str, size: str) -> str:
    """Return a contact's stratum, such as ``430102/large``; either part may be empty."""
    return f"{area}/{size}" if size else area


def cell_of(group: str, stratum: str) -> str:
    """Return the cell in which a contact is drawn, such as ``resident/430102``."""
    return f"{group}/{stratum}" if stratum else group


async def plan_sample(
    database: AsyncEngine, keys: ContactKeys, campaign: str, wanted: SampleRequest, day: date
) -> SamplePlan:
    """Settle the frame and the design of a draft; a second plan replaces the first.

    Raises:
        BadInput: no such draft, a cell so small that its answers could be told apart,
            or as `allocate`.
    """
    async with writing(database) as connection:
        row = await read_campaign_row(connection, campaign, "update")
        definition = read_definition(row)
        if row.state != "draft":
            raise BadInput(Message("fieldwork-sample-after-opening"), Place(subject=campaign))
        members, left_out = await _members(connection, keys, campaign, day, wanted.fatigue_days)
        people = dict(sorted(Counter(_cell(member) for member in members).items()))
        floor = definition.disclosure_floor
        design = _design(wanted, max(wanted.least, floor))
        sizes = allocate(design, people)
        _refuse_small(people, sizes, floor)
        plan = _dump_design(design) | {
            "rule": RULE,
            "frame": frame_digest(_frame(members)),
            "fatigue_days": wanted.fatigue_days,
            "day": day.isoformat(),
        }
        await _keep_frame(connection, campaign, members)
        changed = update(tables.campaigns).where(tables.campaigns.c.id == campaign)
        await connection.execute(changed.values(definition=definition.text_with(sampling=plan)))
    return SamplePlan(sizes, people, left_out)


async def read_plan(database: AsyncEngine, campaign: str) -> SamplePlan | None:
    """Return the plan of a campaign, without the counts of people left out; None without a plan.

    Raises:
        BadInput: no such campaign.
    """
    columns = tables.frames.c
    counted = select(columns.group_code, columns.stratum, func.count().label("people")).where(
        columns.campaign == campaign
    )
    async with reading(database) as connection:
        definition = read_definition(await read_campaign_row(connection, campaign))
        rows = (
            await connection.execute(counted.group_by(columns.group_code, columns.stratum))
        ).all()
    if definition.sampling is None:
        return None
    people = dict(sorted((cell_of(row.group_code, row.stratum), int(row.people)) for row in rows))
    return SamplePlan(allocate(_read_design(definition.sampling), people), people, {})


async def draw_campaign_sample(database: AsyncEngine, campaign: str) -> Sample:
    """Draw the sample of a campaign that is open or was; a second draw gives the same sample.

    Raises:
        BadInput: no such campaign, no plan, no opening yet, or a frame that differs from the
            registered one.
    """
    async with writing(database) as connection:
        definition = read_definition(await read_campaign_row(connection, campaign, "update"))
        if definition.sampling is None:
            raise BadInput(Message("fieldwork-sample-not-planned"), Place(subject=campaign))
        if definition.seed is None:
            raise BadInput(Message("fieldwork-seed-not-drawn"), Place(subject=campaign))
        query = select(tables.frames).where(tables.frames.c.campaign == campaign)
        members = [dict(row._mapping) for row in await connection.execute(query)]
        frame = _frame(members)
        if frame_digest(frame) != definition.sampling["frame"]:
            raise BadInput(Message("fieldwork-frame-differs"), Place(subject=campaign))
        design = _read_design(definition.sampling)
        sizes = allocate(design, {cell: len(numbers) for cell, numbers in frame.items()})
        drawn = draw_numbers(definition.seed, frame, sizes)
        await _mark(
            connection, campaign, {number for numbers in drawn.values() for number in numbers}
        )
    return Sample(campaign, definition.seed, design, frame, drawn)


def write_sample(sample: Sample) -> bytes:
    """Return the published form of a sample: JSON, the same bytes for the same sample."""
    value = {
        "format": FORMAT,
        "rule": RULE,
        "campaign": sample.campaign,
        "seed": sample.seed,
        "design": _dump_design(sample.design),
        "frame": {cell: sorted(numbers) for cell, numbers in sample.frame.items()},
        "drawn": {cell: list(numbers) for cell, numbers in sample.drawn.items()},
    }
    return (json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def read_sample(file: str, data: bytes) -> Sample:
    """Read a published sample.

    Raises:
        BadInput: not such a file, or another format or rule.
    """
    try:
        value = json.loads(data)
        if (value["format"], value["rule"]) != (FORMAT, RULE):
            message = Message("fieldwork-sample-other-format", format=FORMAT, rule=RULE)
            raise BadInput(message, Place(file=file))
        frame, drawn = (
            {
                str(cell): [str(number) for number in numbers]
                for cell, numbers in value[part].items()
            }
            for part in ("frame", "drawn")
        )
        return Sample(
            str(value["campaign"]), str(value["seed"]), _read_design(value["design"]), frame, drawn
        )
    except (
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        ArithmeticError,
        RecursionError,
    ):
        raise BadInput(Message("fieldwork-no-sample-file"), Place(file=file)) from None


def sample_difference(sample: Sample, definition: FrozenDefinition) -> Message | None:
    """Return how a published sample differs from its campaign's definition; None when it fits."""
    plan = definition.sampling
    if plan is None:
        return Message("fieldwork-no-registered-sample")
    if sample.seed != definition.seed:
        return Message("fieldwork-other-seed")
    if frame_digest(sample.frame) != plan["frame"]:
        return Message("fieldwork-other-frame")
    if (RULE, sample.design) != (plan["rule"], _read_design(plan)):
        return Message("fieldwork-other-design")
    return None


def _design(wanted: SampleRequest, least: int) -> SampleDesign:
    if wanted.method not in METHODS:
        message = Message(
            "fieldwork-unknown-allocation", method=wanted.method, methods=tuple(METHODS)
        )
        raise BadInput(message, Place(field="method"))
    values = dict(wanted.values or {})
    if wanted.method == "proportional" and values:
        raise BadInput(Message("fieldwork-proportional-with-values"), Place(field="values"))
    size = wanted.size or (int(sum(values.values())) if wanted.method == "fixed" else 0)
    if size < 1:
        raise BadInput(Message("fieldwork-sample-size-missing"), Place(field="size"))
    return SampleDesign(wanted.method, size, least, values)


def _dump_design(design: SampleDesign) -> dict[str, Any]:
    values = {cell: str(value) for cell, value in sorted(design.values.items())}
    return {"method": design.method, "size": design.size, "least": design.least, "values": values}


def _read_design(plan: Mapping[str, Any]) -> SampleDesign:
    values = {str(cell): Decimal(value) for cell, value in plan["values"].items()}
    return SampleDesign(str(plan["method"]), int(plan["size"]), int(plan["least"]), values)


def _refuse_small(people: Mapping[str, int], sizes: Mapping[str, int], floor: int) -> None:
    """Refuse cells with fewer than ``floor`` people: a ballot tells its cell, and so its rater."""
    small = [
        Message("fieldwork-cell-with-people", cell=cell, people=people[cell])
        for cell, size in sizes.items()
        if 0 < size < floor
    ]
    if small:
        more = max(0, len(small) - FEW)
        message = Message(
            "fieldwork-cells-too-small", floor=floor, cells=tuple(small[:FEW]), more=more
        )
        raise BadInput(message, Place(field="sample"))


async def _members(
    connection: AsyncConnection, keys: ContactKeys, campaign: str, day: date, fatigue_days: int
) -> tuple[list[dict[str, Any]], dict[str, int]]:
    """Return the rows of the frame, and how many contacts are left out by reason."""
    left_out: Counter[str] = Counter()
    members = []
    for row in await connection.execute(select_persons()):
        if reason := exclusion_reason(row, day, fatigue_days):
            left_out[reason] += 1
            continue
        lookup = bytes(row.lookup)
        number = keys.number(campaign, lookup)
        stratum = stratum_of(row.area, row.size)
        members.append(
            {
                "campaign": campaign,
                "number": number,
                "lookup": lookup,
                "group_code": row.group_code,
                "stratum": stratum,
                "drawn": False,
                "invited": False,
                "turn": None,
            }
        )
    return members, {reason: left_out[reason] for reason in REASONS}


def _cell(member: Mapping[str, Any]) -> str:
    return cell_of(member["group_code"], member["stratum"])


def _frame(members: list[dict[str, Any]]) -> dict[str, list[str]]:
    frame: dict[str, list[str]] = {}
    for member in members:
        frame.setdefault(_cell(member), []).append(member["number"])
    return frame


async def _keep_frame(
    connection: AsyncConnection, campaign: str, members: list[dict[str, Any]]
) -> None:
    await connection.execute(delete(tables.frames).where(tables.frames.c.campaign == campaign))
    members = sorted(members, key=lambda member: str(member["number"]))
    for start in range(0, len(members), AT_ONCE):
        await connection.execute(tables.frames.insert(), members[start : start + AT_ONCE])


async def _mark(connection: AsyncConnection, campaign: str, drawn: set[str]) -> None:
    columns = tables.frames.c
    own = update(tables.frames).where(columns.campaign == campaign)
    await connection.execute(own.where(columns.drawn).values(drawn=False))
    numbers = sorted(drawn)
    for start in range(0, len(numbers), AT_ONCE):
        await connection.execute(
            own.where(columns.number.in_(numbers[start : start + AT_ONCE])).values(drawn=True)
        )
