"""Computes the covariance of units' scores from raters of several units.

It is computed once, for a campaign's first release.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from aggregation.counts.ratings import PatternReader
from aggregation.counts.scan import PatternCount, cell_of, tally
from aggregation.estimation.rater_covariance import Covariances, RaterAnswer, score_covariances
from aggregation.estimation.scores import score_influences
from bot.results.scan import SharedBallot
from survey_flows.ballot import STAFF

if TYPE_CHECKING:
    from bot.campaigns.registered import RegisteredCampaign


def rater_covariances(
    campaign: RegisteredCampaign, counts: Sequence[PatternCount], shared: Iterable[SharedBallot]
) -> Covariances:
    """Return the covariances of the scores of ``counts``, in points² to nine decimals.

    ``shared`` are the ballots of raters of several units.
    A pair of units with fewer common raters than the scheme's smallest cell is left out.
    """
    reader = PatternReader(campaign.questionnaires, campaign.scheme)
    counted = tally(counts, reader)
    moves = score_influences(
        counted, {code: unit.category for code, unit in campaign.units.items()}, campaign.scheme
    )
    raters: dict[bytes, int] = {}
    ballots = [
        RaterAnswer(
            raters.setdefault(b.voter, len(raters)),
            cell_of(b.unit, b.grp, b.source, b.stratum, reader),
            b.weight,
            reader.place(b.questionnaire, b.ratings),
        )
        for b in shared
        if b.grp != STAFF
    ]
    found = score_covariances(ballots, reader.outcomes, moves, campaign.scheme.min_n.publish_cell)
    return {pair: round(value, 9) for pair, value in found.items()}
