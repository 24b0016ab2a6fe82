"""What the difference of two states of a unit would disclose, of all that was ever released."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from aggregation.counts.ratings import PatternReader
from aggregation.counts.scan import tally
from aggregation.disclosure.differencing import derivable_counts, revealing_differences
from aggregation.disclosure.disclosed import below_floor
from aggregation.estimation.method2.own_score import Contrasts
from aggregation.estimation.scores import UnitScore, score_tally
from bot.results.blocks import Block, ballots_by_weight, block_rows
from survey_flows.ballot import STAFF

if TYPE_CHECKING:
    from bot.campaigns.registered import RegisteredCampaign


class ReleaseDisclosure:
    """Finds what the difference of two states of a unit would disclose."""

    def __init__(
        self, campaign: RegisteredCampaign, contrasts: Mapping[str, Contrasts] | None
    ) -> None:
        self._campaign = campaign
        self._contrasts = contrasts
        self._reader = PatternReader(campaign.questionnaires, campaign.scheme)

    def score(self, unit: str, block: Block) -> UnitScore:
        """Return the unit's score with these ballots."""
        category = {unit: self._campaign.units[unit].category}
        return score_tally(
            tally(block_rows(unit, block), self._reader),
            category,
            self._campaign.scheme,
            self._contrasts,
        )[unit]

    def revealed_cells(self, unit: str, old: Block, new: Block, floor: int) -> list[str]:
        """Return the cells of few people that the difference would disclose.

        ``ballots`` stands for the number of ballots that changed.
        """
        found = revealing_differences(self._cells(unit, old), self._cells(unit, new), floor)
        moved = max((old - new).total(), (new - old).total())
        return [*found, *(["ballots"] if below_floor(moved, floor) else [])]

    def _cells(self, unit: str, block: Block) -> dict[str, int]:
        found = derivable_counts(
            self.score(unit, block), ballots_by_weight(block_rows(unit, block)).get(unit, {})
        )
        return found | {
            "own staff": sum(count for pattern, count in block.items() if pattern[1] == STAFF)
        }
