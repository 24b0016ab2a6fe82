"""Makes and reads releases, the published states of a closed campaign.

Pages and exports show the last release and nothing newer.
The first look at the scores makes the first release.
A later one (`publish_release`) takes over what has changed, unit by unit,
unless a comparison with an earlier release would disclose fewer people than ``min_n.publish_cell``.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from aggregation.counts.ratings import PatternReader
from aggregation.counts.scan import PatternCount, tally
from aggregation.estimation.method2.kept_sums import KeptSums, dump_kept, load_kept
from aggregation.estimation.method2.own_score import Contrasts
from aggregation.estimation.method2.stored_contrasts import dump_contrasts, load_contrasts
from aggregation.estimation.rater_covariance import Covariances
from aggregation.estimation.scores import score_contrasts
from aggregation.numbers import half_up
from aggregation.quality.halves import HalfDifference
from bot.core.clock import Clock, SystemClock
from bot.results.blocks import (
    Block,
    block_rows,
    dump_block,
    load_block,
    unit_blocks,
)
from bot.results.halves import read_halves
from bot.results.kept_sums import read_kept
from bot.results.release_differences import ReleaseDisclosure
from bot.results.scan import read_counts, read_shared
from bot.storage.database import insert, reading, writing
from bot.storage.schema import all as tables
from survey_flows.errors import BadInput, Message, Place
from survey_flows.log_entries import canonical

if TYPE_CHECKING:
    from bot.campaigns.registered import RegisteredCampaign

FIELDS = ("campaign", "number", "at", "digest", "body")
"""The columns of a release's row."""


@dataclass(frozen=True, slots=True)
class Correction:
    """A score that was corrected although few ballots changed.

    Only the score is published, beside the counts as they were.
    ``block`` are the score's ballots: later releases are compared with them, nobody sees them.
    """

    score: Fraction | None
    by: str
    reason: str
    block: Block


@dataclass(frozen=True, slots=True)
class Release:
    """The published state of a campaign.

    Args:
        campaign: its id.
        number: from 1.
        at: epoch seconds.
        blocks: the ballots of each unit, by pattern.
        corrections: corrected scores by unit.
        covariances: those of `aggregation.estimation.rater_covariance`; None where nobody
            computed them. Later releases keep those of the first, because the difference of two
            would disclose the few ballots between them.
        contrasts: by method 2, those of every unit as first published, for the same reason;
            striking out few ballots of one unit would move the scores of others.
        secret: by method 2, that of the salts under which the public totals have digests of each
            unit's sums; empty in releases from before.
        kept: by method 2, the sums by key of link and by reminders of each unit whose ballots had
            them. They belong to the unit's shown ballots and outlive the keys, which are erased.
        halves: how far split halves lie apart; later releases keep what the first says, too.
    """

    campaign: str
    number: int
    at: int
    blocks: Mapping[str, Block]
    corrections: Mapping[str, Correction] = field(default_factory=dict)
    covariances: Covariances | None = None
    contrasts: Mapping[str, Contrasts] | None = None
    secret: str = field(default="", repr=False)
    kept: Mapping[str, KeptSums] = field(default_factory=dict)
    halves: tuple[HalfDifference, ...] = ()

    @property
    def counts(self) -> tuple[PatternCount, ...]:
        """The rows from which scores are estimated."""
        return tuple(
            row for unit, block in sorted(self.blocks.items()) for row in block_rows(unit, block)
        )

    def body(self) -> str:
        """Return the release as it is stored."""
        units = {unit: dump_block(block) for unit, block in self.blocks.items()}
        corrections = {
            unit: {
                "score": None if c.score is None else str(c.score),
                "by": c.by,
                "reason": c.reason,
            }
            | {"block": dump_block(c.block)}
            for unit, c in self.corrections.items()
        }
        found: dict[str, Any] = {"units": units, "corrections": corrections}
        if self.covariances is not None:
            found["covariances"] = [
                [*pair, repr(value)] for pair, value in sorted(self.covariances.items())
            ]
        if self.contrasts is not None:
            found["contrasts"] = dump_contrasts(self.contrasts)
        if self.secret:
            found["secret"] = self.secret
        if self.kept:
            found["kept"] = {unit: dump_kept(sums) for unit, sums in sorted(self.kept.items())}
        if self.halves:
            found["halves"] = [
                [one.half, *one.ballots, repr(one.difference), repr(one.error)]
                for one in self.halves
            ]
        return canonical(found)


@dataclass(frozen=True, slots=True)
class PublishOutcome:
    """The result of publishing: the release that is shown now, and whether it is new.

    ``withheld`` are the units with withheld changes, each with the cells that would be disclosed.
    """

    release: Release
    is_new: bool
    withheld: Mapping[str, Sequence[str]]


async def last_release(
    database: AsyncEngine, campaign: RegisteredCampaign, clock: Clock | None = None
) -> Release:
    """Return the release that is shown; the first call makes the first one."""
    found = await read_releases(database, campaign.id)
    if found:
        return found[-1]
    first = await _first(database, campaign, clock)
    async with writing(database) as connection:
        await _store(connection, first)
    return (await read_releases(database, campaign.id))[-1]


async def _first(
    database: AsyncEngine, campaign: RegisteredCampaign, clock: Clock | None
) -> Release:
    from bot.results.rater_covariance import rater_covariances

    counts, shared = (
        await read_counts(database, campaign.id),
        await read_shared(database, campaign.id),
    )
    found = await asyncio.to_thread(rater_covariances, campaign, counts, shared)
    contrasts = await asyncio.to_thread(_contrasts, campaign, counts)
    blocks = unit_blocks(counts, _reader(campaign))
    kept = await read_kept(database, campaign)
    return Release(
        campaign.id,
        1,
        _now(clock),
        blocks,
        covariances=found,
        contrasts=contrasts,
        secret=_secret(campaign, clock),
        kept=kept,
        halves=await read_halves(database, campaign),
    )


def _secret(campaign: RegisteredCampaign, clock: Clock | None) -> str:
    """Return 160 random bits as text where a method needs them."""
    known = clock or SystemClock()
    return known.token() + known.token() if campaign.scheme.evidence is not None else ""


def _contrasts(
    campaign: RegisteredCampaign, counts: Sequence[PatternCount]
) -> dict[str, Contrasts] | None:
    categories = {code: unit.category for code, unit in campaign.units.items()}
    return score_contrasts(tally(counts, _reader(campaign)), categories, campaign.scheme)


async def read_releases(database: AsyncEngine, campaign: str) -> list[Release]:
    """Read a campaign's releases, the newest last."""
    columns = tables.releases.c
    query = select(tables.releases).where(columns.campaign == campaign).order_by(columns.number)
    async with reading(database) as connection:
        return [read_release(row) for row in await connection.execute(query)]


async def publish_release(
    database: AsyncEngine,
    campaign: RegisteredCampaign,
    clock: Clock | None = None,
    corrections: Mapping[str, tuple[str, str]] | None = None,
) -> PublishOutcome:
    """Publish the present state of a campaign's ballots.

    Args:
        database: where the ballots are.
        campaign: the campaign, closed.
        clock: the present time.
        corrections: person and reason, for each unit whose score has to be corrected although
            few ballots changed; of such a unit only the score is published.

    Raises:
        BadInput: the campaign is not closed, a correction lacks its reason or names a unit
            of which nothing is withheld, or another release was made at the same time.
    """
    if campaign.state != "closed":
        raise BadInput(Message("results-release-before-close"), Place(subject=campaign.id))
    asked = {unit: _signed(unit, *signature) for unit, signature in (corrections or {}).items()}
    await last_release(database, campaign, clock)
    earlier = await read_releases(database, campaign.id)
    now = unit_blocks(await read_counts(database, campaign.id), _reader(campaign))
    sums = await read_kept(database, campaign)
    release, kept = next_release(campaign, earlier, now, asked, _now(clock), sums)
    if not release.secret:
        release = replace(release, secret=_secret(campaign, clock))
    idle = asked.keys() - kept.keys() - release.corrections.keys()
    if idle:
        raise BadInput(Message("results-nothing-to-correct"), Place(subject=min(idle)))
    if release.body() == earlier[-1].body():
        return PublishOutcome(earlier[-1], False, kept)
    async with writing(database) as connection:
        if not await _store(connection, release):
            raise BadInput(Message("results-other-release"), Place(subject=campaign.id))
    return PublishOutcome(release, True, kept)


async def publish_correction(
    database: AsyncEngine,
    campaign: RegisteredCampaign,
    unit: str,
    by: str,
    reason: str,
    clock: Clock | None = None,
) -> bool:
    """Publish a unit's present score, and all that changed where that may be disclosed.

    Returns whether there was anything to publish.

    Raises:
        BadInput: as `publish_release`.
    """
    asked = {unit: _signed(unit, by, reason)}
    outcome = await publish_release(database, campaign, clock)
    if unit in outcome.withheld:
        outcome = await publish_release(database, campaign, clock, asked)
    return outcome.is_new


def next_release(
    campaign: RegisteredCampaign,
    earlier: Sequence[Release],
    now: Mapping[str, Block],
    asked: Mapping[str, tuple[str, str]],
    at: int,
    sums: Mapping[str, KeptSums] | None = None,
) -> tuple[Release, dict[str, Sequence[str]]]:
    """Compute the release after ``earlier``, of which there is at least one.

    ``sums`` are the present ones by key and reminders; none of a unit whose keys were erased.
    Returns it with the withheld units, each with the cells that would be disclosed.
    """
    last, floor = earlier[-1], campaign.scheme.min_n.publish_cell
    disclosure = ReleaseDisclosure(campaign, last.contrasts)
    shown, corrections = dict(last.blocks), dict(last.corrections)
    kept: dict[str, Sequence[str]] = {}
    for unit in sorted(now.keys() | last.blocks.keys()):
        block = now.get(unit, Counter())
        others = [old for old in _past(earlier, unit) if old != block]
        why = sorted(
            {cell for old in others for cell in disclosure.revealed_cells(unit, old, block, floor)}
        )
        if not why:
            shown[unit] = block
            corrections.pop(unit, None)
        elif unit in asked:
            by, reason = asked[unit]
            corrections[unit] = Correction(
                printed_score(disclosure.score(unit, block).score, campaign), by, reason, block
            )
        elif unit not in corrections or corrections[unit].block != block:
            kept[unit] = why
    number = last.number + 1
    first = (last.covariances, last.contrasts, last.secret)
    fresh = {unit: own for unit, own in (sums or {}).items() if shown.get(unit) == now.get(unit)}
    still = {**last.kept, **fresh}
    made = Release(last.campaign, number, at, shown, corrections, *first, still, last.halves)
    return made, kept


def _reader(campaign: RegisteredCampaign) -> PatternReader:
    return PatternReader(campaign.questionnaires, campaign.scheme)


def _past(earlier: Iterable[Release], unit: str) -> list[Block]:
    """Return the different states of a unit that were published, whole or by their score."""
    found: list[Block] = []
    for release in earlier:
        correction = release.corrections.get(unit)
        states = [release.blocks.get(unit, Counter()), *([correction.block] if correction else [])]
        found += [state for state in states if state not in found]
    return found


def printed_score(score: Fraction | None, campaign: RegisteredCampaign) -> Fraction | None:
    """Return a corrected score as finely as it is published."""
    return None if score is None else Fraction(half_up(score, campaign.scheme.places))


def _signed(unit: str, by: str, reason: str) -> tuple[str, str]:
    if not by.strip() or not reason.strip():
        raise BadInput(Message("results-correction-unsigned"), Place(subject=unit))
    return by.strip(), reason.strip()


def _now(clock: Clock | None) -> int:
    return int((clock or SystemClock()).now().timestamp())


async def _store(connection: AsyncConnection, release: Release) -> bool:
    """Store a release unless there is one of its number; return whether it was stored."""
    body = release.body()
    row = {"campaign": release.campaign, "number": release.number, "at": release.at, "body": body}
    row["digest"] = sha256(body.encode()).hexdigest()
    statement = insert(connection, tables.releases).values(row).on_conflict_do_nothing()
    stored = await connection.execute(statement.returning(tables.releases.c.number))
    return stored.first() is not None


def read_release(row: Row[Any]) -> Release:
    """Return a release from its row.

    Raises:
        BadInput: the row is not what was stored.
    """
    if sha256(row.body.encode()).hexdigest() != row.digest:
        raise BadInput(Message("results-release-damaged"), Place(subject=str(row.campaign)))
    found = json.loads(row.body)
    corrections = {
        unit: Correction(
            None if c["score"] is None else Fraction(c["score"]),
            c["by"],
            c["reason"],
            load_block(c["block"]),
        )
        for unit, c in found["corrections"].items()
    }
    units = {unit: load_block(block) for unit, block in found["units"].items()}
    pairs = found.get("covariances")
    covariances = (
        None if pairs is None else {(one, other): float(value) for one, other, value in pairs}
    )
    contrasts = load_contrasts(found["contrasts"]) if "contrasts" in found else None
    secret = str(found.get("secret", ""))
    kept = {unit: load_kept(sums) for unit, sums in found.get("kept", {}).items()}
    halves = tuple(
        HalfDifference(half, (written, turned), float(difference), float(error))
        for half, written, turned, difference, error in found.get("halves", ())
    )
    first = (covariances, contrasts, secret, kept, halves)
    return Release(row.campaign, row.number, row.at, units, corrections, *first)
