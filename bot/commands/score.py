"""``minping score``: the public scores of a closed campaign."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING, Any

from bot.core.settings import Settings
from bot.service.composition import open_store
from bot.terminal.auditing import Audit, the
from bot.terminal.parsing import add_language
from survey_flows.errors import Message

if TYPE_CHECKING:
    from bot.results.scoring import ScoredCampaign


def register(commands: Any) -> None:
    """Add the command."""
    text = Message("help-score")
    parser = commands.add_parser("score", help=text, description=text)
    parser.add_argument("campaign", metavar="CAMPAIGN")
    parser.add_argument("--json", action="store_true", help=Message("help-json-scores"))
    add_language(parser)
    parser.set_defaults(run=run, audit=Audit("score", the("campaign")))


async def run(settings: Settings, chosen: argparse.Namespace) -> int:
    """Print the table, best first; units with too few answers are not ranked and stand last."""
    from bot.results.scoring import score_campaign

    async with open_store(settings) as database:
        scored = await score_campaign(database, chosen.campaign)
    print_scored(scored, chosen.json, chosen.lang)
    return 0


def print_scored(scored: ScoredCampaign, as_json: bool, lang: str) -> None:
    """Print the table, or the same as JSON."""
    if as_json:
        from bot.publication.exports.score_pages import scores_page
        from bot.publication.exports.writers import page_records

        print(json.dumps(page_records(scores_page(scored)), ensure_ascii=False, indent=1))
    else:
        from bot.terminal.listings import print_scores

        print_scores(scored, lang)
