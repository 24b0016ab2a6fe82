"""The terms of a response quota, as a registration states them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from survey_flows.quota import QuotaCell

CELL = ("unit", "group", "stratum", "source")


def read_capacities(definition: str | Mapping[str, Any]) -> dict[QuotaCell, int]:
    """The quotas in a campaign's frozen paper; none where it has none."""
    frozen = json.loads(definition) if isinstance(definition, str) else definition
    return {
        QuotaCell(*(str(row[name]) for name in CELL)): int(row["most"])
        for row in frozen.get("quotas", ())
    }


def dump_capacities(most: Mapping[QuotaCell, int]) -> list[dict[str, Any]]:
    """Plain data for the paper, in an order that depends on the quotas alone."""
    return [
        {
            "unit": cell.unit,
            "group": cell.group,
            "stratum": cell.stratum,
            "source": cell.source,
            "most": number,
        }
        for cell, number in sorted(most.items())
    ]
