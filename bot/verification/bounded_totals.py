"""Writes and reads the totals of method 2: what is disclosed of each unit, and digests of its sums.

A score of method 2 rests on sums of squares and of small channels, from which answers would follow.
So the public file (`TOTALS`) has figures as finely as pages have them, and of each unit the salted
hash of its full sums. Auditors get the sums (`SUMS`) with the salts, and recompute everything.

Contrasts are rounded to thousandths in public: each unit's are those of all others, so that from
two exact ones the means of a small group between them would follow.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from aggregation.counts.scan import Tally
from aggregation.disclosure.disclosed import DisclosedGroup, DisclosedScore
from aggregation.estimation.estimates import CellSums, common_scale, numerators, sum_cell
from aggregation.estimation.method2.kept_sums import KeptSums, dump_kept, load_kept
from aggregation.estimation.method2.own_score import Contrasts, GroupContrast
from aggregation.estimation.method2.stored_contrasts import dump_contrasts, load_contrasts
from aggregation.estimation.scores import UnitScore
from aggregation.numbers import half_up
from bot.verification.strict_files import read_strict_json
from survey_flows.errors import BadInput, Message, Place
from survey_flows.log_entries import canonical, commit

FORMAT, SUMS_FORMAT = "minping-totals/2", "minping-sums/1"
SUMS_PLACE = Place(file="sums.json")
SUMS_NAMES = ("n", "w", "wy", "wy2", "w2", "w2y", "w2y2", "all_n", "all_y")
SALT_BYTES = 16
COARSE = 3
"""Decimals of public contrasts."""


@dataclass(frozen=True, slots=True)
class BoundedFiles:
    """The public totals and the auditors' sums, as bytes."""

    totals: bytes
    sums: bytes


def unit_salts(secret: str, number: int, units: Sequence[str]) -> dict[str, bytes]:
    """Return the salt of each unit's sums; equal sums of two releases have different digests."""
    return {
        unit: hmac.digest(secret.encode(), f"{number}/{unit}".encode(), "sha256")[:SALT_BYTES]
        for unit in units
    }


def bounded_files(
    campaign: str,
    counted: Tally,
    scores: Mapping[str, UnitScore],
    disclosed: Mapping[str, DisclosedScore],
    salts: Mapping[str, bytes],
    kept: Mapping[str, KeptSums] | None = None,
) -> BoundedFiles:
    """Return both files of a campaign.

    Args:
        campaign: its id.
        counted: its ballots.
        scores: their scores by method 2.
        disclosed: the scores on pages and in exports.
        salts: of `unit_salts`.
        kept: the sums by key of link and by reminders, of units whose ballots had them.
    """
    sums = _sums(counted, scores)
    for code, own in (kept or {}).items():
        sums[code]["kept"] = dump_kept(own)
    units = [
        {"unit": code, "sums": commit(salts[code], canonical(sums[code])).hex()}
        | _told(scores[code], disclosed[code])
        for code in sorted(scores)
    ]
    opened = [{"salt": salts[code].hex(), "sums": sums[code]} for code in sorted(scores)]
    return BoundedFiles(
        _file({"format": FORMAT, "campaign": campaign, "units": units}),
        _file({"format": SUMS_FORMAT, "campaign": campaign, "units": opened}),
    )


def _file(found: Mapping[str, Any]) -> bytes:
    return canonical(found).encode() + b"\n"


def _sums(counted: Tally, scores: Mapping[str, UnitScore]) -> dict[str, dict[str, Any]]:
    """Return the full sums of each unit, with the contrasts that its score was made with."""
    scale = common_scale(counted.outcomes)
    points = numerators(counted.outcomes, scale)
    cells: dict[str, list[dict[str, Any]]] = {code: [] for code in scores}
    for cell, counts in counted.cells.items():
        sums: CellSums = sum_cell(counts, points, scale)
        named = {"group": cell.group, "channel": cell.channel, "stratum": cell.stratum}
        received = {"received": sum(counts.values())}
        cells[cell.unit].append(
            named | received | {name: getattr(sums, name) for name in SUMS_NAMES}
        )
    return {
        code: {
            "unit": code,
            "scale": scale,
            "contrasts": _contrasts(score),
            "cells": sorted(
                cells[code], key=lambda it: (it["group"], it["channel"], it["stratum"])
            ),
            "score": None if score.bounded is None else str(score.bounded.own.score),
        }
        for code, score in scores.items()
    }


def _place(cell: Mapping[str, Any]) -> tuple[str, str, str]:
    return cell["group"], cell["channel"], cell["stratum"]


def _contrasts(score: UnitScore) -> dict[str, list[int]]:
    found = score.bounded.own.contrasts if score.bounded is not None else {}
    return dump_contrasts({score.unit: found})[score.unit]


def _told(score: UnitScore, disclosed: DisclosedScore) -> dict[str, Any]:
    """Return what is disclosed of one unit."""
    if disclosed.withheld or disclosed.corrected or disclosed.n_valid is None:
        return {"withheld": True}
    contrasts: Contrasts = score.bounded.own.contrasts if score.bounded is not None else {}
    return {
        "n": disclosed.n_valid,
        "score": _decimal(disclosed.score, 1),
        "groups": [
            _group(group, contrasts.get(group.group, GroupContrast()))
            for group in disclosed.groups
            if group.weight
        ],
    }


def _group(group: DisclosedGroup, contrast: GroupContrast) -> dict[str, Any]:
    parts = (contrast.level, contrast.loose, contrast.expected)
    return {
        "group": group.group,
        "n": group.n_valid,
        "score": _decimal(group.score, 1),
        "b": _decimal(group.evidence, 1),
        "contrasts": [_decimal(part, COARSE) for part in parts],
    }


def _decimal(value: Fraction | None, places: int) -> str | None:
    return None if value is None else f"{half_up(value, places):f}"


@dataclass(frozen=True, slots=True)
class AuditedSums:
    """What cannot be computed from ballots alone, of the auditors' file and by unit."""

    salts: dict[str, bytes]
    contrasts: dict[str, Contrasts]
    kept: dict[str, KeptSums]


def read_sums(file: bytes) -> AuditedSums:
    """Return salts, contrasts and kept sums of the auditors' file.

    Raises:
        BadInput: the file is damaged.
    """
    found = read_strict_json(file, SUMS_PLACE, ascii_keys=False)
    try:
        units = found["units"]
        salts = {unit["sums"]["unit"]: bytes.fromhex(unit["salt"]) for unit in units}
        contrasts = load_contrasts(
            {unit["sums"]["unit"]: unit["sums"]["contrasts"] for unit in units}
        )
        kept = {
            unit["sums"]["unit"]: load_kept(unit["sums"]["kept"])
            for unit in units
            if "kept" in unit["sums"]
        }
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BadInput(Message("verification-sums-damaged"), SUMS_PLACE) from error
    return AuditedSums(salts, contrasts, kept)
