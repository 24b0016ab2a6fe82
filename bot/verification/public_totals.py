"""Writes and reads public totals (``totals.json``): sums without small cells that give scores."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from hashlib import sha256
from typing import Any

from aggregation.counts.scan import Counts, ScoreCell, Tally
from aggregation.disclosure.disclosed import DisclosedScore, below_floor
from aggregation.disclosure.suppression import disclose
from aggregation.estimation.estimates import CellSums, common_scale, numerators, sum_cell
from aggregation.estimation.public_totals import (
    PublicCell,
    PublicGroup,
    RecomputedScore,
    recompute_score,
)
from aggregation.estimation.scores import UnitScore
from aggregation.numbers import half_up
from aggregation.scheme.scheme import Scheme
from bot.verification.bounded_totals import FORMAT as BOUNDED_FORMAT
from bot.verification.strict_files import read_strict_json
from survey_flows.errors import BadInput, Message, Place
from survey_flows.log_entries import canonical

FORMAT = "minping-totals/1"
PLACES = 4
PLACE = Place(file="totals.json")
LINKS = {True: "open", False: "vouched"}
MEAN = ("n", "w", "wy")
SPREAD = ("wy2", "w2", "w2y", "w2y2", "all_n", "all_y")


def public_totals(
    campaign: str,
    counted: Tally,
    scores: Mapping[str, UnitScore],
    scheme: Scheme,
    disclosed: Mapping[str, DisclosedScore] | None = None,
) -> dict[str, Any]:
    """Return the public totals of a campaign.

    Args:
        campaign: its id.
        counted: its ballots.
        scores: the scores of `aggregation.estimation.scores.score_tally` over ``counted``.
        scheme: its scheme.
        disclosed: the scores on pages and in exports, where these withhold more than the counts
            ask for.
    """
    scale = common_scale(counted.outcomes)
    summed = _Summed(counted, scale, scheme)
    disclosed = (
        disclose(scores, ballots_by_weight(counted), scheme, staff=counted.staff)
        if disclosed is None
        else disclosed
    )
    units = [summed.unit(score, disclosed[code]) for code, score in sorted(scores.items())]
    return {"format": FORMAT, "campaign": campaign, "scale": scale, "units": units}


def ballots_by_weight(counted: Tally) -> dict[str, dict[int, int]]:
    """Count each unit's ballots by fraud weight in quarters."""
    found: dict[str, dict[int, int]] = {}
    for cell, counts in counted.cells.items():
        own = found.setdefault(cell.unit, {})
        for (weight, _), count in counts.items():
            own[weight] = own.get(weight, 0) + count
    return found


def write_totals(found: Mapping[str, Any]) -> bytes:
    """Return the file's bytes."""
    return canonical(found).encode() + b"\n"


def result_body(campaign: str, file: bytes) -> str:
    """Return the public entry by which the log commits to the totals of `write_totals`."""
    return canonical({"kind": "result", "campaign": campaign, "totals": sha256(file).hexdigest()})


class _Summed:
    """Sums the cells of each unit, and withholds small ones.

    A unit or a group is withheld where `aggregation.disclosure.suppression` suppresses it,
    and a unit whose figures are rounded: its sums would give what rounding hides.
    Both kinds of link in a group are withheld where one of them is small:
    the group's score is published, and the small cell would follow from it.
    """

    def __init__(self, counted: Tally, scale: int, scheme: Scheme) -> None:
        self._floor = scheme.min_n.publish_cell
        self._scale = scale
        self._scores = numerators(counted.outcomes, scale)
        self._cells: dict[str, list[tuple[ScoreCell, Counts]]] = {}
        for cell, counts in counted.cells.items():
            self._cells.setdefault(cell.unit, []).append((cell, counts))

    def unit(self, score: UnitScore, disclosed: DisclosedScore) -> dict[str, Any]:
        """Return one unit with its published score."""
        hidden = disclosed.withheld or disclosed.corrected or disclosed.n_valid is None
        if hidden or disclosed.coarse:
            return {"unit": score.unit, "withheld": True}
        groups = self._groups(score, disclosed, spread=True)
        apart = sum(
            cell["all_n"] - cell["n"]
            for g in groups
            for cell in g["cells"] or ()
            if "all_n" in cell
        )
        if below_floor(score.excluded - apart, self._floor):
            groups = self._groups(score, disclosed, spread=False)
        return {"unit": score.unit, "score": _printed(score.score), "groups": groups}

    def _groups(
        self, score: UnitScore, disclosed: DisclosedScore, spread: bool
    ) -> list[dict[str, Any]]:
        cells = self._cells.get(score.unit, [])
        return [
            {
                "group": group.group,
                "counted": group.score is not None and "below_floor" not in group.flags,
                # A cell that is weighted to the population may hold few people.
                "cells": None
                if disclosed.group(group.group).hidden or group.fit
                else self._disclosed_cells(group.group, cells, spread),
            }
            for group in score.groups
        ]

    def _disclosed_cells(
        self, group: str, cells: list[tuple[ScoreCell, Counts]], spread: bool
    ) -> list[dict[str, Any]] | None:
        own = sorted(
            ((cell.open_link, counts) for cell, counts in cells if cell.group == group),
            key=lambda part: part[0],
        )
        sums = {link: sum_cell(counts, self._scores, self._scale) for link, counts in own}
        received = [sum(counts.values()) for _, counts in own]
        if any(
            below_floor(count, self._floor)
            for part in sums.values()
            for count in (part.n, part.all_n)
        ) or any(below_floor(count, self._floor) for count in received):
            return None
        return [
            {"link": LINKS[link], **self._figures(sums[link], counts, spread)}
            for link, counts in own
        ]

    def _figures(self, sums: CellSums, counts: Counts, spread: bool) -> dict[str, int]:
        spread_names = SPREAD if spread and not self._few_of_a_weight(counts) else ()
        return {name: getattr(sums, name) for name in (*MEAN, *spread_names)}

    def _few_of_a_weight(self, counts: Counts) -> bool:
        """Return whether few valid ballots have a fraud weight.

        Two sums by different powers of the weight would give their number.
        """
        by_weight: dict[int, int] = {}
        for (weight, place), count in counts.items():
            if self._scores[place] is not None:
                by_weight[weight] = by_weight.get(weight, 0) + count
        return len(by_weight) > 1 and any(count < self._floor for count in by_weight.values())


def _printed(score: Fraction | None) -> str | None:
    return None if score is None else f"{half_up(score, PLACES):.{PLACES}f}"


def read_totals(file: bytes) -> dict[str, Any]:
    """Return the totals as they were published.

    Raises:
        BadInput: the file is not JSON that every program reads alike, or of another format.
    """
    found = read_strict_json(file, PLACE, ascii_keys=False)
    if not isinstance(found, dict) or found.get("format") not in (FORMAT, BOUNDED_FORMAT):
        raise BadInput(Message("verification-unknown-format", format=FORMAT), PLACE)
    return found


def recomputed_scores(
    found: Mapping[str, Any], categories: Mapping[str, str], scheme: Scheme
) -> dict[str, RecomputedScore | None]:
    """Recompute every unit's score from the published sums; None where a part is withheld.

    Raises:
        BadInput: the totals are incomplete, contradict themselves or name other units.
    """
    try:
        scale = found["scale"]
        units = {unit["unit"]: _groups(unit, scale) for unit in found["units"]}
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadInput(Message("verification-totals-damaged"), PLACE) from error
    if set(units) != set(categories) or len(units) < len(found["units"]):
        raise BadInput(Message("verification-totals-units-wrong"), PLACE)
    return {
        name: None if groups is None else recompute_score(groups, categories[name], scheme)
        for name, groups in units.items()
    }


def contradicted_units(
    found: Mapping[str, Any], again: Mapping[str, RecomputedScore | None]
) -> list[str]:
    """Return the units whose published score differs from the recomputed one as printed."""
    return [
        unit["unit"]
        for unit in found["units"]
        if (recomputed_ := again[unit["unit"]]) and unit.get("score") != _printed(recomputed_.score)
    ]


def _groups(unit: Mapping[str, Any], scale: int) -> list[PublicGroup] | None:
    if unit.get("withheld"):
        return None
    return [
        PublicGroup(
            group["group"],
            bool(group["counted"]),
            None
            if group["cells"] is None
            else tuple(_cell(cell, scale) for cell in group["cells"]),
        )
        for group in unit["groups"]
    ]


def _cell(cell: Mapping[str, Any], scale: int) -> PublicCell:
    spread = "w2" in cell
    figures = {name: int(cell[name]) for name in (*MEAN, *(SPREAD if spread else ()))}
    return PublicCell(
        {"open": True, "vouched": False}[cell["link"]], CellSums(scale, **figures), spread
    )
