"""Campaigns as the terminal shows them: one of them, and what is looked at before it opens."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.disclosure.rounding import round_down
from bot.campaigns.choice_records import told
from bot.campaigns.drafting import find_scheme_misfits
from bot.campaigns.opening import Opening, show_opening
from bot.campaigns.registered import read_registered_campaigns
from bot.campaigns.states import DRAFT, OVER
from bot.campaigns.summaries import CampaignSummary, show_campaign
from bot.campaigns.titles import aim_words, printed_title
from bot.core.settings import Settings, read_language
from bot.core.urls import citizen_urls
from bot.terminal.words import rounded_count, say, source_word, word, worded
from survey_flows.errors import Message


def print_opening(opening: Opening) -> None:
    """Prints what stops an opening, what it locks, what to think of, and how to confirm it."""
    for stop in opening.stops:
        print("  " + worded(Message("opening-stop", problem=stop.render(read_language()))))
    for family in opening.locks:
        first, second, third = family.places
        say(
            Message(
                "opening-locks",
                family=family.name,
                units=family.units,
                first=first,
                second=second,
                third=third,
            )
        )
    for ask in opening.asks:
        say(Message("opening-ask", ask=ask))
    if not opening.stops:
        name, digest = opening.campaign, opening.digest
        say(Message("opening-confirm", name=name, digest=digest))


def _disclosed_ballots(summary: CampaignSummary) -> str:
    """Returns the number of ballots as it is disclosed, in words."""
    return worded(rounded_count(round_down(summary.ballots, summary.cell), summary.cell))


def print_campaign(summary: CampaignSummary, settings: Settings) -> None:
    """Prints a campaign with its choice, its missing keys and its links."""
    zone = ZoneInfo(settings.timezone)
    opens, closes = (
        datetime.fromtimestamp(t, zone).isoformat(timespec="minutes")
        for t in (summary.opens_at, summary.closes_at)
    )
    if summary.early is not None:
        at = datetime.fromtimestamp(summary.early.at, zone).isoformat(timespec="minutes")
        closes = worded(Message("campaign-end-early", at=at, planned=closes))
    void = summary.choice is not None and summary.choice.void
    title = printed_title(summary.title, summary.aim.pilot, void)
    print(f"{summary.id}  {title.zh} / {title.en}")
    state = word(summary.state)
    figures = Message(
        "campaign-figures",
        state=Message("campaign-pilot", state=state) if summary.aim.pilot else state,
        opens=opens,
        closes=closes,
        units=summary.units,
        ballots=_disclosed_ballots(summary),
    )
    print("  " + worded(figures))
    if summary.aim.pilot:
        print("  " + worded(aim_words(summary.aim)))
    if summary.early is not None and summary.early.reason:
        print("  " + worded(Message("campaign-early-why", reason=summary.early.reason)))
    if summary.choice is not None:
        print("  " + worded(told(summary.choice)))
    for file in summary.missing_keys:
        print("  " + worded(Message("campaign-key-missing", file=file)))
    _print_links(summary, settings)


def _print_links(summary: CampaignSummary, settings: Settings) -> None:
    for link in summary.links:
        limit = Message("campaign-link-limit", people=link.max_people or 0)
        parts = (source_word(link.source), link.stratum, limit if link.max_people else "")
        line = Message("campaign-link", group=link.group, parts=tuple(filter(None, parts)))
        print("  " + worded(line))
        for address in citizen_urls(settings, link):
            print(f"    {address}")


async def show_stored_campaign(database: AsyncEngine, campaign: str, settings: Settings) -> None:
    """Prints a campaign and, until it closes, the reasons why its year cannot be appraised."""
    summary = await show_campaign(database, campaign)
    print_campaign(summary, settings)
    if summary.state not in OVER and not summary.aim.pilot:
        scheme = next(
            one.scheme
            for one in await read_registered_campaigns(database, summary.year)
            if one.id == campaign
        )
        if summary.state == DRAFT:
            problems = list((await show_opening(database, campaign)).stops)
        else:
            problems = await find_scheme_misfits(database, scheme, summary.year)
        for problem in problems:
            text = problem.render(read_language())
            print("  " + worded(Message("campaign-misfit", year=summary.year, problem=text)))
