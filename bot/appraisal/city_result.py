"""The result of the city's units, computed once for the same material."""

from __future__ import annotations

from aggregation.appraisal.appraise import appraise
from bot.core.remembered import remembered

KEPT = 4
"""So many results are kept in memory: one takes megabytes."""

appraise_city = remembered(KEPT)(appraise)
"""As `aggregation.appraisal.appraise`, of inputs that `city_inputs` gives.

What is handed in about parts and people inside units changes nothing of them.
"""
