"""Checks that a campaign's releases follow from its ballots and the decisions of the log.

A release is a row, and whoever owns the database can write another one in its place. So it is never
taken from there into anything that is signed before it was made again: of each unit it shows the
ballots as they weighed after some decision of the log, and of a corrected score likewise.

What a release has beside these is in no signed result: covariances and halves, which rest on
pseudonyms that no bundle has.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.counts.ratings import PatternReader
from aggregation.counts.scan import PatternCount, tally
from aggregation.estimation.method2.kept_sums import (
    KeptSums,
    PlacedCount,
    exact_sums,
    kept_sums,
)
from aggregation.estimation.method2.stored_contrasts import dump_contrasts
from aggregation.estimation.scores import score_contrasts
from bot.ballots.campaign_walk import Answer
from bot.ballots.close_check import (
    RELEASE,
    BallotsChanged,
    Examined,
    examine,
    hold_or_release,
)
from bot.ballots.logged_weights import FULL_WEIGHT
from bot.campaigns.registered import RegisteredCampaign, registered_campaign
from bot.campaigns.states import CLOSED, CLOSING, HELD
from bot.results.blocks import Block, unit_blocks
from bot.results.release_differences import ReleaseDisclosure
from bot.results.releases import Correction, Release, printed_score, read_release
from bot.storage.database import reading
from bot.storage.schema import all as tables
from bot.transparency.guard import Guard
from survey_flows.errors import BadInput, Message, Place

TOLD = 3
"""The units that are named of a release."""


async def examine_results(
    database: AsyncEngine, campaign: str, guard: Guard | None = None
) -> Examined:
    """Does what `examine` does, and compares the releases with what it counted."""
    examined = await examine(database, campaign, guard)
    if examined.findings or not examined.registered or not examined.releases or examined.lost:
        return examined
    examined.findings.extend(await asyncio.to_thread(unproven_releases, examined))
    return examined


async def require_proven(database: AsyncEngine, campaign: str) -> None:
    """Checks a closed campaign before anything of it is published, and holds it otherwise.

    Raises:
        BallotsChanged: its ballots, its definition, its weights or its releases are not those that
            the log commits to.
    """
    if await _state(database, campaign) != CLOSED:
        return  # Callers refuse every other state with a sentence of their own.
    await _settle(database, campaign, await examine_results(database, campaign))


async def check_again(database: AsyncEngine, campaign: str, guard: Guard | None = None) -> None:
    """Checks a campaign on request; lets it go on to its close when everything agrees again.

    Raises:
        BadInput: the campaign is neither closing, held nor closed.
        BallotsChanged: something does not agree; the campaign is held.
    """
    if await _state(database, campaign) not in (CLOSING, HELD, CLOSED):
        raise BadInput(Message("close-check-not-over"), Place(subject=campaign))
    examined = await examine_results(database, campaign, guard)
    if not examined.findings:
        await hold_or_release(database, campaign, [], examined.registered)
    await _settle(database, campaign, examined)


async def _settle(database: AsyncEngine, campaign: str, examined: Examined) -> None:
    if examined.findings:
        await hold_or_release(database, campaign, examined.findings, examined.registered)
        raise BallotsChanged(campaign, examined.findings)


async def _state(database: AsyncEngine, campaign: str) -> str | None:
    async with reading(database) as connection:
        query = select(tables.campaigns.c.state).where(tables.campaigns.c.id == campaign)
        return (await connection.execute(query)).scalar()


def unproven_releases(examined: Examined) -> list[Message]:
    """Returns the first release that does not follow; nothing when all do."""
    campaign = registered_campaign(examined.row)  # type: ignore[arg-type]
    try:
        releases = [read_release(row) for row in examined.releases]
    except (BadInput, ValueError, TypeError, KeyError, LookupError):
        return [Message(RELEASE, number=len(examined.releases), count=0, units=())]
    states = _states(examined, campaign)
    for release in releases:
        wrong = sorted(_unproven_units(campaign, release, releases[0], states))
        if wrong:
            told = tuple(wrong[:TOLD])
            return [Message(RELEASE, number=release.number, count=len(wrong), units=told)]
    return []


@dataclass(slots=True)
class _States:
    """What a unit's ballots came to after each decision on some of them, and before any."""

    blocks: list[Block] = field(default_factory=list)
    kept: list[KeptSums] = field(default_factory=list)


def _states(examined: Examined, campaign: RegisteredCampaign) -> dict[str, _States]:
    reader = PatternReader(campaign.questionnaires, campaign.scheme)
    plain: dict[str, Counter[tuple[Answer, int]]] = {}
    for answer, count in examined.counts.items():
        plain.setdefault(answer.unit, Counter())[answer, FULL_WEIGHT] += count
    cased: dict[str, dict[int, Answer]] = {}
    for position, answer in examined.answers.items():
        cased.setdefault(answer.unit, {})[position] = answer
    found = {}
    for unit in sorted(plain.keys() | cased.keys()):
        states = found[unit] = _States()
        for weights in _weights(cased.get(unit, {}), examined):
            counts = plain.get(unit, Counter()).copy()
            for position, answer in cased.get(unit, {}).items():
                counts[answer, weights[position]] += 1
            states.blocks.append(unit_blocks(_patterns(counts), reader).get(unit, Counter()))
            if campaign.scheme.evidence is not None:
                states.kept += _kept(counts, reader, unit)
    return found


def _weights(own: Mapping[int, Answer], examined: Examined) -> Iterator[Mapping[int, int]]:
    """Yields the weights of a unit's ballots in cases before and after each change of them."""
    now = dict.fromkeys(own, FULL_WEIGHT)
    yield now
    for change in examined.changes:
        mine = {position: change[position] for position in own if position in change}
        if mine:
            now = now | mine
            yield now


def _patterns(counts: Mapping[tuple[Answer, int], int]) -> list[PatternCount]:
    return [
        PatternCount(a.unit, a.questionnaire, a.grp, a.stratum, a.source, weight, a.ratings, count)
        for (a, weight), count in counts.items()
    ]


def _kept(
    counts: Mapping[tuple[Answer, int], int], reader: PatternReader, unit: str
) -> list[KeptSums]:
    """Returns the sums by key and reminders of ballots that still have these."""
    rows = [
        PlacedCount(*a[:5], weight, a.ratings, a.cluster, a.reminders or 0, count)
        for (a, weight), count in counts.items()
        if a.cluster is not None
    ]
    # Also as releases kept them before few answers joined others.
    both = [kept_sums(rows, reader, older) for older in (False, True)]
    return [sums[unit] for sums in both if unit in sums]


def _unproven_units(
    campaign: RegisteredCampaign,
    release: Release,
    first: Release,
    states: Mapping[str, _States],
) -> Iterable[str]:
    """Yields the units of which a release shows something that never was."""
    none = _States([Counter()])
    contrasts = _contrasts(campaign, first)
    for unit in states.keys() | release.blocks.keys() | release.corrections.keys():
        own = states.get(unit, none)
        correction = release.corrections.get(unit)
        kept = release.kept.get(unit)
        if (
            release.blocks.get(unit, Counter()) not in own.blocks
            or (correction and not _is_proven(campaign, unit, correction, release, own.blocks))
            # Once the keys are erased nothing says any more what the sums were.
            or (own.kept and not _is_kept(kept, own.kept))
        ):
            yield unit
    stored = None if release.contrasts is None else dump_contrasts(release.contrasts)
    if stored != contrasts:
        yield from campaign.units


def _is_kept(kept: KeptSums | None, own: Sequence[KeptSums]) -> bool:
    """Returns whether sums are some of a unit's own, whatever was read beside them."""
    return kept is not None and exact_sums(kept) in [exact_sums(one) for one in own]


def _is_proven(
    campaign: RegisteredCampaign,
    unit: str,
    correction: Correction,
    release: Release,
    blocks: Sequence[Block],
) -> bool:
    """Returns whether a corrected score is that of ballots as they once weighed."""
    if correction.block not in blocks:
        return False
    scored = ReleaseDisclosure(campaign, release.contrasts).score(unit, correction.block)
    return correction.score == printed_score(scored.score, campaign)


def _contrasts(campaign: RegisteredCampaign, first: Release) -> object:
    """Returns the contrasts that the first release's ballots give, as they are stored."""
    categories = {code: unit.category for code, unit in campaign.units.items()}
    reader = PatternReader(campaign.questionnaires, campaign.scheme)
    found = score_contrasts(tally(first.counts, reader), categories, campaign.scheme)
    return None if found is None else dump_contrasts(found)
