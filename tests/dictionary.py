"""Books with every page there is, and the data dictionary that follows from them.

``python -m tests.dictionary`` writes `docs/data-dictionary.md`.
"""

from __future__ import annotations

from pathlib import Path

from aggregation.appraisal.appraise import appraise
from bot.appraisal.year import AppraisedYear
from bot.campaigns.scheme_files import shipped_scheme
from bot.publication.exports import Audience, Book, campaign_book, year_book
from bot.publication.exports.dictionary_text import dictionary_text
from tests.cities import small_city
from tests.unit.bot.publication.test_exports import ALL_S, scored

DOCUMENT = Path(__file__).parents[1] / "docs" / "data-dictionary.md"


def books() -> list[Book]:
    """Return the workbooks of a year and of a campaign."""
    inputs, given = small_city(), scored(("A", "resident", 4, ALL_S, 120))
    year = AppraisedYear(inputs.year, (given,), inputs, appraise(inputs))
    return [
        year_book(year, Audience.INTERNAL, "Asia/Shanghai"),
        campaign_book(given, "Asia/Shanghai"),
    ]


if __name__ == "__main__":
    DOCUMENT.write_text(dictionary_text(books(), shipped_scheme()))
