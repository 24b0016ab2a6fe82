"""The terms of response quotas as a registration states them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from survey_flows.quota import QuotaCell

CELL = ("unit", "group", "stratum", "source")


def read_capacities(rows: Iterable[Mapping[str, Any]]) -> dict[QuotaCell, int]:
    """Returns the people that each quota cell has room for, from the definition's rows."""
    return {QuotaCell(*(str(row[name]) for name in CELL)): int(row["most"]) for row in rows}


def dump_capacities(capacities: Mapping[QuotaCell, int]) -> list[dict[str, Any]]:
    """Returns the definition's rows, in an order that depends on the quotas alone."""
    return [
        {
            "unit": cell.unit,
            "group": cell.group,
            "stratum": cell.stratum,
            "source": cell.source,
            "most": capacity,
        }
        for cell, capacity in sorted(capacities.items())
    ]
