"""``python -m benchmarks.search WORDS.csv``: short names and everyday matters that find a unit.

The table has the columns word, list and right units: codes of the synthetic city, «DIST» for any
district, «-» for what no unit answers for. A word is found when one of its units is among the
first five.
"""

from __future__ import annotations

import argparse
import csv
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

from bot.core.shipped_files import shipped_questionnaires, shipped_thesaurus, shipped_words
from bot.records.units import unit_search
from survey_flows.campaign_definition import CampaignDefinition, Unit
from survey_flows.unit_search import find_units, index_of

GOALS = {"short": 0.95, "everyday": 0.90, "unseen": 0.90}
GOAL_MS = 5.0
FIRST = 5
ROUNDS = 3
DISTRICT, NOBODY = "DIST", "-"


def city() -> CampaignDefinition:
    """The synthetic city's units as a campaign."""
    units = {row["code"]: _unit(row) for row in _rows()}
    now = datetime.now(UTC)
    return CampaignDefinition(
        "search",
        {"zh-Hans": "找单位"},
        units,
        shipped_questionnaires(),
        {},
        shipped_words(),
        now,
        now,
        thesaurus=shipped_thesaurus(),
    )


def _rows() -> Iterator[dict[str, str]]:
    for name in ("units.csv", "districts.csv"):
        text = files("bot.demo").joinpath("city_data", name).read_text("utf-8")
        yield from csv.DictReader(text.splitlines())


def _unit(row: dict[str, str]) -> Unit:
    names = {"zh-Hans": row["name_zh"], "en": row["name_en"]}
    form = row.get("questionnaire") or "district"
    return Unit(row["code"], names, form, "", unit_search(row["name_zh"], row["code"]))


def is_found(right: str, codes: Sequence[str]) -> bool:
    """Whether the first units of a search have a right one."""
    if right == NOBODY:
        return not codes
    wanted = right.split()
    return any(code in wanted or (DISTRICT in wanted and code.isdigit()) for code in codes[:FIRST])


def measured(definition: CampaignDefinition, word: str) -> tuple[list[str], float]:
    """The codes that a word finds, and the milliseconds of the fastest of some rounds."""
    best = float("inf")
    for _ in range(ROUNDS):
        began = time.perf_counter()
        found = find_units(definition, word)
        best = min(best, 1000 * (time.perf_counter() - began))
    return [unit.code for _, unit in found], best


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the figures; 1 when a goal is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.search", description=__doc__)
    parser.add_argument("words", type=Path, metavar="WORDS.csv")
    chosen = parser.parse_args(arguments)
    definition = city()
    began = time.perf_counter()
    index_of(definition)
    print(f"index of {len(definition.units)} units: {1000 * (time.perf_counter() - began):.0f} ms")
    asked, found, first = Counter[str](), Counter[str](), Counter[str]()
    slowest = 0.0
    with chosen.words.open(encoding="utf-8", newline="") as file:
        for word, kind, right in list(csv.reader(file))[1:]:
            codes, milliseconds = measured(definition, word)
            slowest = max(slowest, milliseconds)
            asked[kind] += 1
            found[kind] += is_found(right, codes)
            first[kind] += is_found(right, codes[:1])
            if not is_found(right, codes):
                print(f"not found: {word} ({right}), but {' '.join(codes) or 'nothing'}")
    for kind, number in asked.items():
        print(f"{kind}: {found[kind]} of {number} in the first five, {first[kind]} first")
    print(f"slowest: {slowest:.2f} ms (goal {GOAL_MS:.0f})")
    short = [kind for kind, goal in GOALS.items() if found[kind] < goal * asked[kind]]
    return int(bool(short) or slowest > GOAL_MS)


if __name__ == "__main__":
    sys.exit(main())
