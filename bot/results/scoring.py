"""Scores closed campaigns and ranks their units by public score."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property

from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.appraisal.totals import as_estimate
from aggregation.counts.ratings import PatternReader
from aggregation.counts.scan import PatternCount, Tally, tally
from aggregation.disclosure.coarsening import told_shrunken
from aggregation.disclosure.disclosed import DisclosedScore
from aggregation.disclosure.precision import rounded, unit_precision, units_alone
from aggregation.disclosure.suppression import disclose
from aggregation.estimation.method2.kept_sums import clusters_of
from aggregation.estimation.method2.scorer import with_common_covariances
from aggregation.estimation.rater_covariance import Covariances
from aggregation.estimation.scores import UnitScore, score_units
from aggregation.numbers import competition_ranks, half_up
from aggregation.quality.reliability import Consistency, consistency
from aggregation.quality.shrinkage import Shrinkage, shrink
from aggregation.ranking.ranks import JointInference, rank_sets
from aggregation.scheme.scheme import Scheme
from bot.campaigns.early_closes import EarlyClose
from bot.campaigns.registered import RegisteredCampaign, find_registered_campaign
from bot.core.remembered import remembered
from bot.results.blocks import ballots_by_weight
from bot.results.field_facts import UNKNOWN_FACTS, FieldFacts, read_field_facts
from bot.results.releases import Release, last_release
from survey_flows.ballot import STAFF
from survey_flows.errors import BadInput, Message, Place
from survey_flows.same_objects import remembered_of_same

KEPT = 4
"""So many releases are kept scored in memory: one takes megabytes."""


@dataclass(frozen=True)
class ScoredCampaign:
    """A closed campaign in its last release: its counts, and the public scores by unit.

    ``covariances`` are those of the scores; None when nobody computed them. ``facts`` say how the
    campaign was in the field.
    """

    campaign: RegisteredCampaign
    counts: tuple[PatternCount, ...]
    scores: Mapping[str, UnitScore]
    release: Release | None = None
    covariances: Covariances | None = None
    facts: FieldFacts = UNKNOWN_FACTS

    @property
    def in_field(self) -> tuple[int, int]:
        """The seconds between which it took ballots; as planned only where the log knows none."""
        planned = self.campaign.opens_at, self.campaign.closes_at
        first, last = self.facts.first, self.facts.last
        return first or planned[0], last or planned[1]

    @property
    def closed_early(self) -> EarlyClose | None:
        """The close before the planned end; None if it was not."""
        end, planned = self.in_field[1], self.campaign.closes_at
        return EarlyClose(end, planned) if end < planned else None

    @cached_property
    def disclosed(self) -> Mapping[str, DisclosedScore]:
        """The disclosed score of each unit."""
        return _disclosed(self.campaign, self.counts, self.scores, self.release)

    @property
    def graded(self) -> dict[str, UnitScore]:
        """The scores that are ranked and graded: direct ones, or shrunken ones by the scheme.

        By method 2 they are the scores that are told: from a finer one a total would follow, and
        from the total the score.
        """
        found = self._graded()
        if self.campaign.scheme.evidence is None:
            return found
        return {code: enterable_score(score) for code, score in found.items()}

    def _graded(self) -> dict[str, UnitScore]:
        if self.campaign.scheme.graded_score == "direct":
            return dict(self.scores)
        found = {code: it for part in self.shrinkage().values() for code, it in part.units.items()}
        return {
            code: replace(
                score,
                score=Fraction(str(round(found[code].score, 10))),
                variance=found[code].variance,
                posterior=None,
            )
            if code in found
            else score
            for code, score in self.scores.items()
        }

    def shrinkage(self) -> dict[str, Shrinkage]:
        """Shrink scores by category (Fay and Herriot 1979), from units with enough answers."""
        by_category: dict[str, dict[str, UnitScore]] = {}
        for code, score in self.scores.items():
            by_category.setdefault(self.campaign.units[code].category, {})[code] = score
        return {
            category: shrink(part, [code for code, score in part.items() if is_ranked(score)])
            for category, part in by_category.items()
        }

    def borrowed(self, disclosed: Mapping[str, DisclosedScore]) -> dict[str, Fraction]:
        """Return the shrunken scores that may be disclosed, as finely as they may be.

        One from which a suppressed number of answers would follow is left out.
        The share of a unit's own data in it is not disclosed: it gives the variance of the score,
        and with it the sizes of hidden groups.
        """
        found = {code: it for part in self.shrinkage().values() for code, it in part.units.items()}
        floor = self.campaign.scheme.min_n.publish_cell
        told = {
            code: told_shrunken(it.score, self.scores[code], disclosed[code], floor)
            for code, it in found.items()
        }
        return {code: score for code, score in told.items() if score is not None}

    def disclosed_rows(self, disclosed: Mapping[str, DisclosedScore]) -> list[PatternCount]:
        """Return the counts of groups that count in a score and are disclosed."""
        return [
            row
            for row in self.counts
            if row.grp != STAFF and _is_disclosed(disclosed[row.unit], row.grp)
        ]

    def consistency(self, disclosed: Mapping[str, DisclosedScore]) -> dict[str, Consistency]:
        """Return alpha and omega by questionnaire, from the ballots of disclosed groups.

        A questionnaire with few ballots is left out.
        """
        rows = self.disclosed_rows(disclosed)
        least = max(self.campaign.scheme.min_n.publish_cell, self.campaign.scheme.min_n.group)
        found = consistency(rows, self.campaign.questionnaires, self.campaign.scheme)
        return {name: it for name, it in found.items() if it.n >= least}


@remembered_of_same(KEPT)
def _disclosed(
    campaign: RegisteredCampaign,
    counts: Sequence[PatternCount],
    scores: Mapping[str, UnitScore],
    release: Release | None,
) -> Mapping[str, DisclosedScore]:
    """Return what is disclosed of each unit: of a corrected score no uncertainty is known."""
    staff = sum(row.count for row in counts if row.grp == STAFF)
    alone = _alone(campaign, counts)
    disclosed = disclose(scores, ballots_by_weight(counts), campaign.scheme, alone, staff)
    corrected = release.corrections if release else {}
    return {
        code: replace(it, corrected=True, low=None, high=None, unweighted=None, bounds=None)
        if code in corrected
        else it
        for code, it in disclosed.items()
    }


def _alone(campaign: RegisteredCampaign, counts: Sequence[PatternCount]) -> set[str]:
    """Return the units whose score is one more sum over their overall answers."""
    sheets = {code: unit.questionnaire for code, unit in campaign.units.items()}
    reader = PatternReader(campaign.questionnaires, campaign.scheme)
    # Method 1 asks nothing of the ballots, and counting them takes time.
    counted = tally(counts, reader) if campaign.scheme.evidence else Tally([])
    return units_alone(counted, sheets, campaign.questionnaires, campaign.scheme)


def is_ranked(score: UnitScore) -> bool:
    """Return whether a unit has a score from enough answers to be ranked."""
    return score.score is not None and "insufficient" not in score.flags


def enterable_score(score: UnitScore) -> UnitScore:
    """Return a score of method 2 as it enters ranks and totals: in the steps in which it is told.

    A unit whose score is not told is left to a person, as one with too few answers.
    """
    step = unit_precision(score.n_valid, alone=False).score
    if score.score is None:
        return score
    if step is None:
        flags = score.flags if "insufficient" in score.flags else ("insufficient", *score.flags)
        return replace(score, score=None, flags=flags)
    return replace(score, score=rounded(score.score, step))


def _is_disclosed(disclosed: DisclosedScore, group: str) -> bool:
    """Return whether the answers of a group count in a score and are disclosed."""
    return (
        disclosed.n_valid is not None
        and not disclosed.withheld
        and bool(disclosed.group(group).weight_used)
    )


async def score_campaign(database: AsyncEngine, campaign: str) -> ScoredCampaign:
    """Score every unit of a closed campaign.

    Raises:
        BadInput: there is no such campaign, or it is not closed:
            a ranking while people rate would invite canvassing.
    """
    return await score_registered(database, await find_registered_campaign(database, campaign))


async def score_registered(database: AsyncEngine, campaign: RegisteredCampaign) -> ScoredCampaign:
    """Score a campaign that was read already, as `score_campaign`."""
    if campaign.state != "closed":
        raise BadInput(Message("results-scores-before-close"), Place(subject=campaign.id))
    release = await last_release(database, campaign)
    facts = await read_field_facts(database, campaign)
    return replace(await asyncio.to_thread(score_release, campaign, release), facts=facts)


@remembered(KEPT)
def score_release(campaign: RegisteredCampaign, release: Release) -> ScoredCampaign:
    """Score a release; corrected scores replace those that its counts give."""
    categories = {code: unit.category for code, unit in campaign.units.items()}
    counts = release.counts
    clusters = clusters_of(release.kept)
    scores = score_units(
        counts, categories, campaign.questionnaires, campaign.scheme, release.contrasts, clusters
    )
    for unit, correction in release.corrections.items():
        scores[unit] = replace(scores[unit], score=correction.score)
    # Shrunken scores covary in another way, which is not known, so that it is bounded.
    known = release.covariances if campaign.scheme.graded_score == "direct" else None
    if known is not None and campaign.scheme.evidence is not None:
        known = with_common_covariances(known, scores)
    return ScoredCampaign(campaign, counts, scores, release, known)


@dataclass(frozen=True, slots=True)
class UnitRank:
    """A unit's rank among the ``of`` ranked units of its category, and its 95 % rank set."""

    rank: int
    of: int
    low: int
    high: int


def unit_ranks(scored: ScoredCampaign) -> Mapping[str, UnitRank]:
    """Rank each unit that has enough answers; the others are not ranked."""
    return _unit_ranks(scored.campaign, scored.scores, scored.covariances)


@remembered_of_same(KEPT)
def _unit_ranks(
    campaign: RegisteredCampaign,
    scores: Mapping[str, UnitScore],
    covariances: Covariances | None,
) -> Mapping[str, UnitRank]:
    by_category: dict[str, dict[str, UnitScore]] = {}
    for code, score in ScoredCampaign(campaign, (), scores).graded.items():
        if is_ranked(score):
            by_category.setdefault(campaign.units[code].category, {})[code] = score
    found: dict[str, UnitRank] = {}
    for category, part in by_category.items():
        seed = f"{campaign.scheme.digest}/{campaign.id}/{category}"
        found |= _ranks(part, campaign.scheme, JointInference(covariances, seed))
    return found


def _ranks(
    scores: Mapping[str, UnitScore], scheme: Scheme, together: JointInference
) -> dict[str, UnitRank]:
    known = {code: score.score for code, score in scores.items() if score.score is not None}
    keys = {code: (half_up(score, scheme.places),) for code, score in known.items()}
    units = {code: as_estimate(score, scores[code]) for code, score in known.items()}
    sets = rank_sets(units, None, scheme.confidence_pct, together)
    return {
        code: UnitRank(rank, len(keys), sets[code].low, sets[code].high)
        for code, rank in competition_ranks(keys).items()
    }
