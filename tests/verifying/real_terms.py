"""A real definition and real totals for synthetic campaigns, so that `minping verify` reads them.

Only this module of the folder knows the product: the log around what it makes stays independent.
"""

from __future__ import annotations

import json
from collections import Counter
from functools import cache
from random import Random

from aggregation.counts.ratings import PatternReader
from aggregation.counts.scan import PatternCount, tally
from aggregation.estimation.scores import score_tally
from bot.campaigns.scheme_files import shipped_scheme
from bot.core.shipped_files import shipped_questionnaires
from bot.verification.public_totals import public_totals, write_totals
from survey_flows.load import dump_questionnaire
from tests.verifying.synthetic_campaign import Counted, Terms

CATEGORIES = {"TAX": "B_econ", "民政局": "C_social"}
CODES = ("VS", "S", "B", "D", "VD", "DK", "-")
FIELDS = ("unit", "questionnaire", "group", "stratum", "source")


@cache
def real_terms() -> Terms:
    """The shipped questionnaire and scheme, for two units."""
    sheet, scheme = shipped_questionnaires()["general"], shipped_scheme()
    units = [
        {
            "code": code,
            "name": {"zh-Hans": code, "en": code},
            "questionnaire": sheet.id,
            "category": category,
            "search": "",
        }
        for code, category in CATEGORIES.items()
    ]
    quotas = [{"unit": "TAX", "group": "", "stratum": "", "source": "", "most": 5000}]
    paper = {
        "title": {"zh-Hans": "民评", "en": "Rating"},
        "units": units,
        "questionnaires": {sheet.id: dump_questionnaire(sheet)},
        "quotas": quotas,
    }

    def rate(chance: Random) -> str:
        return " ".join(chance.choices(CODES, k=len(sheet.rated)))

    def totals(campaign: str, counted: Counted) -> bytes:
        counts = Counter(
            (*(content[name] for name in FIELDS), weight, content["ratings"])
            for content, weight in counted
        )
        rows = [PatternCount(*answer, count) for answer, count in sorted(counts.items())]
        found = tally(rows, PatternReader({sheet.id: sheet}, scheme))
        scores = score_tally(found, CATEGORIES, scheme)
        return write_totals(public_totals(campaign, found, scores, scheme))

    return Terms(
        paper=json.dumps(paper, ensure_ascii=False),
        scheme=scheme.model_dump_json(),
        units=tuple(CATEGORIES),
        questionnaire=sheet.id,
        rate=rate,
        totals=totals,
    )
