"""From a closed campaign's ballots to cases: every signal looks at them, by the thresholds that were registered."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import exp
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.ballot_table import BallotTable, Comments, Ints, opinions, read_ballots
from aggregation.cells import PatternCount, tally
from aggregation.clusters import Cluster
from aggregation.ratings import Reader
from aggregation.scores import UnitScore, score_tally
from aggregation.suspicion import FULL, find_all, weights_with_and_without
from aggregation.thresholds import Thresholds
from bot.registration import read_rules
from bot.review import Suspected, store_cases
from bot.scoring import Poll, read_polls
from bot.store import tables
from bot.store.database import reading
from survey_flows.errors import BadInput

COLUMNS = ("id", "position", "unit", "questionnaire", "grp", "stratum", "source", "voter", "ratings", "bucket", "risk")
STEP = 10
"""Reviewers are told numbers of ballots in steps of this."""
QUARTER = 900
TELLING = (10, 100, 1000, 1_000_000)
"""How many times likelier organised than by chance, in steps that a person can weigh."""


@dataclass(frozen=True)
class Looked:
    """A campaign's ballots and what the signals found: weights by all rules (under ``""``) and without each of them."""

    poll: Poll
    rows: pd.DataFrame
    ballots: BallotTable
    found: Sequence[Cluster]
    weights: Mapping[str, Ints]


@dataclass(frozen=True, slots=True)
class Effect:
    """What a rule alone changes: units whose score it moves, the largest move in points, and the largest in ranks."""

    rule: str
    units: int
    points: float
    ranks: int


async def scan(database: AsyncEngine, campaign: str, timezone: str) -> int:
    """Look at a campaign and keep what was found as cases; returns how many are new. The same again makes none.

    Raises:
        BadInput: no such campaign, or it is not closed.
    """
    looked = await look(database, campaign, timezone)
    positions = dict(zip(looked.rows["id"].tolist(), looked.rows["position"].tolist(), strict=True))
    known = {ballot: None if position != position else int(position) for ballot, position in positions.items()}
    return await store_cases(database, campaign, await asyncio.to_thread(suspected, looked), known)


async def look(database: AsyncEngine, campaign: str, timezone: str) -> Looked:
    """Every signal over a campaign's ballots; raises as `scan`."""
    poll = next((poll for poll in await read_polls(database) if poll.id == campaign), None)
    if poll is None or poll.state != "closed":
        raise BadInput("only a closed campaign can be looked at as a whole", campaign)
    ballots, comments = tables.ballots.c, tables.comments.c
    async with reading(database) as connection:
        query = select(*(ballots[name] for name in COLUMNS)).where(ballots.campaign == campaign).order_by(ballots.id)
        rows = pd.DataFrame((await connection.execute(query)).all(), columns=list(COLUMNS))
        said = select(comments.unit, comments.text).where(comments.campaign == campaign, comments.text != "")
        texts = (await connection.execute(said.order_by(comments.id))).all()
        paper = select(tables.campaigns.c.paper).where(tables.campaigns.c.id == campaign)
        thresholds = read_rules(str((await connection.execute(paper)).scalar_one())).thresholds
    ahead = datetime.fromtimestamp(poll.opens_at, ZoneInfo(timezone)).utcoffset()
    offset = int(ahead.total_seconds()) // QUARTER if ahead else 0
    heard = Comments([row.unit for row in texts], [row.text for row in texts])
    return await asyncio.to_thread(_look, poll, rows, heard, thresholds, offset)


def _look(poll: Poll, rows: pd.DataFrame, comments: Comments, thresholds: Thresholds, offset: int) -> Looked:
    ballots = read_ballots(rows, opinions(poll.scheme), offset)
    found = find_all(ballots, comments, thresholds) if len(ballots) else []
    weights = weights_with_and_without(ballots, found, thresholds) if found else {"": np.full(len(ballots), FULL)}
    return Looked(poll, rows, ballots, found, weights)


def suspected(looked: Looked) -> list[Suspected]:
    """The ballots that weigh less by the rules, a case for each unit, source and opinion."""
    weights, cell = looked.weights[""], looked.ballots.cell
    ids, units = looked.rows["id"].to_numpy(), looked.rows["unit"].to_numpy()
    cases = []
    for own in np.unique(cell[weights < FULL]).tolist():
        members = np.flatnonzero((cell == own) & (weights < FULL))
        proposed = dict(zip(ids[members].tolist(), weights[members].tolist(), strict=True))
        evidence = _evidence(looked.found, set(members.tolist()))
        cases.append(Suspected(str(units[members[0]]), proposed, evidence))
    return cases


def _evidence(found: Sequence[Cluster], members: set[int]) -> list[dict[str, Any]]:
    """What each rule found there, the strongest of its findings: numbers that lead to no unit and no opinion."""
    strongest: dict[str, Cluster] = {}
    for cluster in found:
        known = strongest.get(cluster.rule)
        if not members.isdisjoint(cluster.members) and (known is None or cluster.log_bayes > known.log_bayes):
            strongest[cluster.rule] = cluster
    ordered = sorted(strongest.values(), key=lambda cluster: (-cluster.log_bayes, cluster.rule))
    return [_told(cluster, len(members & set(cluster.members))) for cluster in ordered]


def _told(cluster: Cluster, ballots: int) -> dict[str, Any]:
    likelier = exp(min(cluster.log_bayes, 50.0))
    return {
        "rule": cluster.rule,
        "ballots": ballots // STEP * STEP,
        "beyond": round(20 * cluster.share) * 5,
        "hours": int(cluster.evidence.get("hours", 0)),
        "likelier": max((step for step in TELLING if likelier >= step), default=1),
    }


async def effects(database: AsyncEngine, campaign: str, timezone: str) -> list[Effect]:
    """What the proposed weights change by each rule, against the weights without that rule; raises as `scan`."""
    looked = await look(database, campaign, timezone)
    return await asyncio.to_thread(_effects, looked)


def _effects(looked: Looked) -> list[Effect]:
    full = _scores(looked, looked.weights[""])
    none = _scores(looked, np.full(len(looked.ballots), FULL))
    found = [_effect("", none, full)]
    found += [_effect(rule, _scores(looked, own), full) for rule, own in sorted(looked.weights.items()) if rule]
    return found


def _effect(rule: str, without: Mapping[str, float], full: Mapping[str, float]) -> Effect:
    moves = {unit: abs(full[unit] - without[unit]) for unit in full.keys() & without.keys()}
    before, after = _ranks(without), _ranks(full)
    return Effect(
        rule=rule,
        units=sum(move >= 0.005 for move in moves.values()),
        points=round(max(moves.values(), default=0.0), 2),
        ranks=max((abs(before[unit] - after[unit]) for unit in moves), default=0),
    )


def _scores(looked: Looked, weights: Ints) -> dict[str, float]:
    """The scores that may be told, with these weights."""
    keys = ["unit", "questionnaire", "grp", "stratum", "source", "weight", "ratings"]
    table = looked.rows.assign(weight=weights).groupby(keys, sort=True).size().reset_index(name="count")
    rows = [PatternCount(*row) for row in zip(*(table[name].tolist() for name in (*keys, "count")), strict=True)]
    poll = looked.poll
    categories = {code: unit.category for code, unit in poll.units.items()}
    scored: Mapping[str, UnitScore] = score_tally(
        tally(rows, Reader(poll.questionnaires, poll.scheme)), categories, poll.scheme
    )
    floor = poll.scheme.min_n.publish_cell
    return {unit: float(s.score) for unit, s in scored.items() if s.score is not None and s.n_valid >= floor}


def _ranks(scores: Mapping[str, float]) -> dict[str, int]:
    ordered = sorted(scores.values(), reverse=True)
    return {unit: ordered.index(score) + 1 for unit, score in scores.items()}
