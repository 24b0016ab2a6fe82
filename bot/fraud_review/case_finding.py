"""Finds fraud cases: runs the signals over a closed campaign and stores what they find."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.campaigns.definition import read_definition
from bot.campaigns.registered import RegisteredCampaign, read_campaign_row, registered_campaign
from bot.fraud_review.case_review import apply_verdict
from bot.storage.database import reading, writing
from bot.storage.schema import all as tables
from bot.transparency.desk import Desk
from bot.transparency.verdicts import DROPPED, PROPOSED, WAITING
from survey_flows.ballot import STAFF
from survey_flows.errors import BadInput, Message, Place
from survey_flows.identity_kinds import VERIFIED

if TYPE_CHECKING:
    from aggregation.fraud.ballot_table import BallotTable, Comments
    from aggregation.fraud.clusters import Cluster
    from aggregation.fraud.thresholds import Thresholds

OPEN = "open"
TIMEZONE = "Asia/Shanghai"
QUARTER = 900
STEPS = tuple(step * 10**power for power in range(1, 8) for step in (1, 2, 5))
"""Counts are disclosed as «at least» one of these, because an exact one would name a unit."""
WINDOWS = (2, 6, 24, 72)
CHUNK = 2000
COLUMNS = (
    "id",
    "unit",
    "voter",
    "source",
    "ratings",
    "bucket",
    "risk",
    "questionnaire",
    "grp",
    "stratum",
)

ProgressReport = Callable[[int, int], None]


@dataclass(frozen=True)
class SignalFindings:
    """A campaign's ballots and what the signals found; ``rows`` are in the order of ``table``."""

    campaign: RegisteredCampaign
    rows: Sequence[Row[Any]]
    table: BallotTable
    comments: Comments
    thresholds: Thresholds
    found: Sequence[Cluster]


@dataclass(frozen=True, slots=True)
class SuspectedCase:
    """A case before it is stored; ``weights`` are by ballot, in quarters below a full one."""

    unit: str
    rules: Sequence[str]
    evidence: Mapping[str, Any]
    weights: Mapping[int, int]

    @property
    def digest(self) -> str:
        """The digest by which a later scan knows the case again."""
        return sha256(json.dumps(sorted(self.weights.items())).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class CaseScan:
    """How many cases are new, were known already, and were dropped."""

    new: int
    known: int
    dropped: int


async def find_cases(
    database: AsyncEngine,
    campaign: str,
    desk: Desk,
    tell: ProgressReport = lambda _done, _total: None,
    timezone: str = TIMEZONE,
) -> CaseScan:
    """Scan a closed campaign and store its cases with their proposed weights, all or nothing.

    A case that was found before stays as it is.
    A case without votes that is no longer found is dropped, and its ballots get back their weight.
    A case with votes is never touched.

    Args:
        database: where the ballots are.
        campaign: its id.
        desk: signs what the log says of each case.
        tell: called with the number of steps that are done, and of all.
        timezone: the city's, by which the signals know nights and office hours.

    Raises:
        BadInput: there is no such campaign, or it is not closed.
    """
    steps = 4
    findings = await run_signals(database, campaign, lambda done: tell(done, steps), timezone)
    suspects = await asyncio.to_thread(suspected_cases, findings)
    tell(3, steps)
    async with writing(database) as connection:
        result = await _store(connection, desk, campaign, suspects)
    tell(4, steps)
    return result


async def run_signals(
    database: AsyncEngine,
    campaign: str,
    tell: Callable[[int], None] = lambda _done: None,
    timezone: str = TIMEZONE,
) -> SignalFindings:
    """Run every signal over a closed campaign.

    Ballots of units' own staff are left out: they count apart,
    and would only draw other ballots into a cluster.

    Raises:
        BadInput: as `find_cases`.
    """
    async with reading(database) as connection:
        row = await read_campaign_row(connection, campaign)
        if row.state != "closed":
            raise BadInput(Message("fraud-review-campaign-not-closed"), Place(subject=campaign))
        mine = tables.ballots.c
        query = (
            select(*(mine[name] for name in COLUMNS))
            .where(mine.campaign == campaign, mine.grp != STAFF)
            .order_by(mine.id)
        )
        rows = (await connection.execute(query)).all()
        said = tables.comments.c
        query = select(said.unit, said.text).where(said.campaign == campaign).order_by(said.id)
        texts = (await connection.execute(query)).all()
    if any(row.bucket is None for row in rows):
        raise BadInput(Message("fraud-review-moments-erased"), Place(subject=campaign))
    tell(1)
    findings = await asyncio.to_thread(
        _look,
        registered_campaign(row),
        rows,
        texts,
        read_definition(row).fraud_rules.thresholds,
        _ahead(row.opens_at, timezone),
    )
    tell(2)
    return findings


def _ahead(moment: int, timezone: str) -> int:
    """Return the quarters of an hour by which the city's clock is ahead of UTC."""
    ahead = datetime.fromtimestamp(moment, ZoneInfo(timezone)).utcoffset()
    return int(ahead.total_seconds()) // QUARTER if ahead else 0


def _look(
    campaign: RegisteredCampaign,
    rows: Sequence[Any],
    texts: Sequence[Any],
    thresholds: Thresholds,
    ahead: int,
) -> SignalFindings:
    from aggregation.fraud.ballot_table import Comments, opinions, read_ballots
    from aggregation.fraud.suspicion import find_clusters

    columns = {name: [row[at] for row in rows] for at, name in enumerate(COLUMNS)}
    columns["voter"] = [bytes(voter).hex() for voter in columns["voter"]]
    table = read_ballots(columns, opinions(campaign.scheme), ahead)
    comments = Comments([row[0] for row in texts], [row[1] for row in texts])
    found = find_clusters(table, comments, thresholds) if rows else []
    return SignalFindings(campaign, rows, table, comments, thresholds, found)


def suspected_cases(findings: SignalFindings) -> list[SuspectedCase]:
    """Make a case for each unit, source and opinion in which ballots would weigh less."""
    import numpy as np

    from aggregation.fraud.suspicion import FULL_WEIGHT, fraud_weights, posteriors

    table = findings.table
    if not len(table):
        return []
    proposed = fraud_weights(
        posteriors(table, findings.found, findings.thresholds), findings.thresholds
    )
    rules: dict[int, list[Cluster]] = {}
    for cluster in findings.found:
        for cell in np.unique(table.cell[np.array(cluster.members, dtype=np.int64)]).tolist():
            rules.setdefault(cell, []).append(cluster)
    suspects = []
    for cell in np.unique(table.cell[proposed < FULL_WEIGHT]).tolist():
        chosen = np.flatnonzero((table.cell == cell) & (proposed < FULL_WEIGHT))
        unit = str(findings.rows[int(chosen[0])].unit)
        clusters = rules.get(cell, [])
        weighed = {int(findings.rows[at].id): int(proposed[at]) for at in chosen.tolist()}
        evidence = case_evidence(findings, unit, clusters, chosen)
        rule_codes = sorted({c.rule for c in clusters})
        suspects.append(SuspectedCase(unit, rule_codes, evidence, weighed))
    return suspects


def case_evidence(
    findings: SignalFindings, unit: str, clusters: Sequence[Cluster], chosen: Any
) -> dict[str, Any]:
    """Return the evidence for checkers, which names neither unit, opinion nor moment.

    Counts are coarse (`STEPS`; 0 is fewer than ten).

    - ``ballots``: how many ballots the case has.
    - ``hours``: the length of the time in which they came; None when longer than 72.
    - ``source``: by open link or vouched.
    - ``alike``: ballots with the commonest answers.
    - ``comments``: near-duplicates among the unit's comments, which nothing joins to ballots.
    - ``young``: ballots of young accounts.
    - ``rules``: by rule ``observed``, ``expected`` and ``share`` (percent beyond expectation).
    """
    import numpy as np

    table = findings.table
    quarters = np.sort(table.quarter[chosen])
    # A single late ballot must not hide that the others came together.
    low, high = np.quantile(quarters, [0.05, 0.95])
    hours = float(high - low + 1) / 4
    alike = int(np.bincount(table.pattern[chosen]).max())
    copied = {
        at for c in findings.found for at in c.comments if findings.comments.units[at] == unit
    }
    source = findings.rows[int(chosen[0])].source
    return {
        "ballots": coarse_count(len(chosen)),
        "hours": next((window for window in WINDOWS if hours <= window), None),
        "source": source if source in (OPEN, VERIFIED) else "vouched",
        "alike": coarse_count(alike),
        "comments": coarse_count(len(copied)),
        "young": coarse_count(int(table.young[chosen].sum())),
        "rules": {
            rule: _rule_evidence([c for c in clusters if c.rule == rule])
            for rule in sorted({c.rule for c in clusters})
        },
    }


def _rule_evidence(clusters: Sequence[Cluster]) -> dict[str, int]:
    best = max(clusters, key=lambda cluster: (cluster.posterior, len(cluster.members)))
    observed = best.evidence.get("observed", float(len(best.members)))
    expected = best.evidence.get("expected", 0.0)
    # Small counts would follow from exact shares, so that shares are in tens of percent.
    return {
        "observed": coarse_count(observed),
        "expected": coarse_count(expected),
        "share": round(best.share * 10) * 10,
    }


def coarse_count(count: float) -> int:
    """Return the highest of `STEPS` that is not above a count; 0 for a count below ten."""
    return max((step for step in STEPS if step <= count), default=0)


async def _store(
    connection: AsyncConnection, desk: Desk, campaign: str, suspects: Sequence[SuspectedCase]
) -> CaseScan:
    # Without this lock two scans at once would store everything twice.
    await connection.execute(
        select(tables.campaigns.c.id).where(tables.campaigns.c.id == campaign).with_for_update()
    )
    query = select(tables.cases).where(
        tables.cases.c.campaign == campaign, tables.cases.c.state != DROPPED
    )
    # The lock keeps votes away from a case that is being dropped.
    stored = {row.digest: row for row in await connection.execute(query.with_for_update())}
    touched = await _with_votes(connection)
    held = await _ballots_of(connection, [row.id for row in stored.values() if row.id in touched])
    wanted = {
        s.digest: s for s in (_without(suspect, stored, held) for suspect in suspects) if s.weights
    }
    gone = [row for digest, row in stored.items() if digest not in wanted and row.id not in touched]
    for row in gone:
        await apply_verdict(connection, desk, row, DROPPED, [])
        # If a later scan finds it again, it is a new case, so that its digest must not match.
        await connection.execute(
            tables.cases.update()
            .where(tables.cases.c.id == row.id)
            .values(digest=sha256(row.id.encode()).hexdigest())
        )
    new = [suspect for digest, suspect in wanted.items() if digest not in stored]
    # Another order could tell of their units.
    for suspect in sorted(new, key=lambda _: secrets.token_bytes(8)):
        await _add(connection, desk, campaign, suspect)
    return CaseScan(len(new), len(wanted) - len(new), len(gone))


def _without(suspect: SuspectedCase, stored: Mapping[str, Any], held: set[int]) -> SuspectedCase:
    """Return a case without ballots of cases that have votes; a known case stays whole."""
    if suspect.digest in stored:
        return suspect
    rest = {ballot: weight for ballot, weight in suspect.weights.items() if ballot not in held}
    return SuspectedCase(suspect.unit, suspect.rules, suspect.evidence, rest)


async def _with_votes(connection: AsyncConnection) -> set[str]:
    return set((await connection.execute(select(tables.case_votes.c.case_id).distinct())).scalars())


async def _ballots_of(connection: AsyncConnection, names: Sequence[str]) -> set[int]:
    query = select(tables.case_ballots.c.ballot).where(tables.case_ballots.c.case_id.in_(names))
    return set((await connection.execute(query)).scalars())


async def _add(
    connection: AsyncConnection, desk: Desk, campaign: str, suspect: SuspectedCase
) -> None:
    row = {
        "id": secrets.token_hex(4),
        "campaign": campaign,
        "rules": json.dumps(list(suspect.rules)),
        "unit": suspect.unit,
        "evidence": json.dumps(suspect.evidence),
        "digest": suspect.digest,
        "salt": secrets.token_bytes(16),
        "state": WAITING,
        "verdict": PROPOSED,
        "round": 1,
        "number": 1,
    }
    await connection.execute(tables.cases.insert(), [row])
    ids = sorted(suspect.weights)
    for start in range(0, len(ids), CHUNK):
        part = ids[start : start + CHUNK]
        columns = tables.ballots.c
        query = select(columns.id, columns.weight).where(columns.id.in_(part))
        before = {row.id: row.weight for row in await connection.execute(query)}
        rows = [
            # A ballot that came with less than its full weight does not gain by being suspected.
            {
                "case_id": row["id"],
                "ballot": ballot,
                "weight": min(suspect.weights[ballot], old),
                "before": old,
            }
            for ballot, old in before.items()
        ]
        await connection.execute(tables.case_ballots.insert(), rows)
    stored = (
        await connection.execute(select(tables.cases).where(tables.cases.c.id == row["id"]))
    ).one()
    await apply_verdict(connection, desk, stored, PROPOSED, [])
