"""How a campaign was really in the field: its days, its frame, its modes and who responded.

These are what AAPOR's Transparency Initiative asks of a survey beside its figures.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from aggregation.disclosure.rounding import ROUNDING_BASE, part_at_least, round_down
from aggregation.estimation.unit_score import UnitScore
from aggregation.fieldwork.dispositions import CountRange
from bot.campaigns.registration import REGISTRATION
from bot.campaigns.states import EARLY_CLOSE
from bot.fieldwork.audience.invitations import count_responses
from bot.fieldwork.monitoring.response_monitor import read_monitor
from bot.fieldwork.outreach.handouts import count_in_files
from bot.storage.database import reading
from bot.storage.schema import all as tables
from bot.transparency.logged_times import logged_at

if TYPE_CHECKING:
    from bot.campaigns.registered import RegisteredCampaign

CLOSING = "closing"
FEWEST_UNITS = 5
"""Units whose typical figures are told, so that they are nobody's own."""
COMMON_SIZE = 100
"""Valid ballots of a unit that counts among them."""


@dataclass(frozen=True, slots=True)
class FieldFacts:
    """What is known of the fieldwork of a closed campaign.

    ``first`` and ``last`` are the seconds between which it took ballots, as the log has them; None
    where the log does not know it. ``listed``, ``drawn`` and ``invited`` count contacts; nothing of
    who answered. ``rates`` are AAPOR's RR1 and RR2 of the invited in percent, as ranges.
    ``messengers`` are ballots rounded down to tens, None for fewer than the smallest cell.
    ``files`` are people whose invitation left the service in a file, by its form.
    ``strata`` are people who were invited and who answered, these rounded down to tens.
    """

    first: int | None = None
    last: int | None = None
    listed: int = 0
    drawn: int = 0
    invited: int = 0
    rates: tuple[CountRange | None, CountRange | None] = (None, None)
    messengers: Mapping[str, int | None] = field(default_factory=dict)
    invited_by_group: Mapping[str, int] = field(default_factory=dict)
    strata: tuple[tuple[int, int], ...] = ()
    files: Mapping[str, int] = field(default_factory=dict)


UNKNOWN_FACTS = FieldFacts()
"""Of a campaign whose ballots are all that is known, as from an archive."""


async def read_field_facts(database: AsyncEngine, campaign: RegisteredCampaign) -> FieldFacts:
    """Read the facts of a closed campaign."""
    monitor = await read_monitor(database, campaign.id, "UTC")
    floor = campaign.scheme.min_n.publish_cell
    async with reading(database) as connection:
        registered = await logged_at(connection, campaign.id, REGISTRATION)
        last = await ended_at(connection, campaign.id, campaign.closes_at)
        people = await _frame(connection, campaign.id)
        messengers = await _messengers(connection, campaign.id)
        files = await count_in_files(connection, campaign.id)
    responses = await count_responses(database, campaign.id)
    whole = monitor.whole.rates if monitor.whole else None
    return FieldFacts(
        None if registered is None else max(registered, campaign.opens_at),
        last,
        people.listed,
        people.drawn,
        people.invited.total(),
        (whole.rr1, whole.rr2) if whole else (None, None),
        {name: round_down(count, floor) for name, count in messengers.items()},
        dict(sorted(people.invited.items())),
        tuple(
            (cell.invited, part_at_least(cell.answered, cell.invited, floor) or 0)
            for cell in responses
        ),
        files,
    )


async def ended_at(connection: AsyncConnection, campaign: str, closes_at: int) -> int | None:
    """Return when a campaign really took its last ballots; None where the log does not know it.

    Args:
        connection: where the log is.
        campaign: the campaign.
        closes_at: its planned end in epoch seconds, after which it takes none.
    """
    ends = [await logged_at(connection, campaign, act) for act in (EARLY_CLOSE, CLOSING)]
    known = next(filter(None, ends), None)
    return min(known, closes_at) if known else None


class _Frame(NamedTuple):
    listed: int
    drawn: int
    invited: Counter[str]


async def _frame(connection: AsyncConnection, campaign: str) -> _Frame:
    columns = tables.frames.c
    keys = (columns.group_code, columns.drawn, columns.invited)
    query = select(*keys, func.count()).where(columns.campaign == campaign).group_by(*keys)
    rows = (await connection.execute(query)).all()
    invited: Counter[str] = Counter()
    for group, _, was_invited, count in rows:
        invited[str(group)] += count if was_invited else 0
    listed, drawn = sum(row[3] for row in rows), sum(row[3] for row in rows if row[1])
    return _Frame(listed, drawn, invited)


async def _messengers(connection: AsyncConnection, campaign: str) -> dict[str, int]:
    columns = tables.ballots.c
    query = select(columns.channel, func.count()).where(
        columns.campaign == campaign, columns.channel.is_not(None)
    )
    rows = await connection.execute(query.group_by(columns.channel))
    return {str(name): int(count) for name, count in sorted(tuple(row) for row in rows)}


@dataclass(frozen=True, slots=True)
class TypicalUnit:
    """The medians over units with many answers: Kish's design effect, and effective answers.

    The former is told in tenths, the latter rounded down to tens.
    """

    units: int
    effect: str
    effective: int


def typical_unit(scores: Mapping[str, UnitScore]) -> TypicalUnit | None:
    """Return what is typical of units, None where they are too few for it to be nobody's own."""
    known = [
        (score.n_valid / float(score.effective), float(score.effective))
        for score in scores.values()
        if score.effective and score.n_valid >= COMMON_SIZE
    ]
    if len(known) < FEWEST_UNITS:
        return None
    effects, sizes = zip(*known, strict=True)
    least = int(median(sizes)) // ROUNDING_BASE * ROUNDING_BASE
    return TypicalUnit(len(known), f"{median(effects):.1f}", least)
