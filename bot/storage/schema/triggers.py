"""The triggers that keep rows as they are, by their names in the migrations that make them."""

from __future__ import annotations

GROWING = (
    "amendments",
    "appeal_steps",
    "appeals",
    "audit",
    "decisions",
    "executions",
    "filings",
    "grades",
    "material_closings",
    "public_notices",
    "recusals",
    "request_steps",
    "seals",
    "tellings",
    "unit_decisions",
)
"""Tables whose rows are only added."""
GUARDS = {"sqlite": ("update", "delete"), "postgresql": ("change", "empty")}
"""The ends of the names of a growing table's triggers, by kind of database."""
FROZEN = (
    ("campaigns", "campaigns_aim_frozen"),
    ("campaigns", "campaigns_frozen"),
    ("campaigns", "campaigns_kept"),
    ("links", "links_fixed"),
    ("log_entries", "log_entries_frozen"),
    ("log_entries", "log_entries_kept"),
)
"""Triggers of tables of which some rows or columns may change."""


def triggers(database: str) -> set[tuple[str, str]]:
    """Returns table and name of every trigger, for ``sqlite`` or ``postgresql``."""
    growing = {(table, f"{table}_{end}") for table in GROWING for end in GUARDS[database]}
    return growing | {*FROZEN}
