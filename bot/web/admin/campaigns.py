"""The console's pages of campaigns: the overview, one campaign with its links, its scores."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web
from sqlalchemy import select

from aggregation.disclosure.rounding import round_down
from aggregation.model.facts import UNIT_GRADES
from bot.accounts.approvals import DONE
from bot.accounts.roles import ADMINISTRATOR
from bot.ballots.desk_orders import count_refused_acts
from bot.campaigns.choice_records import choice_mark, told
from bot.campaigns.choices import prepare_choice, prepare_void
from bot.campaigns.held import held_for
from bot.campaigns.lifecycle import close_campaign, pause_campaign, resume_campaign
from bot.campaigns.links import create_link
from bot.campaigns.opening_decision import prepare_opening
from bot.campaigns.ordered_states import states_without_order
from bot.campaigns.registered import RegisteredCampaign, find_registered_campaign
from bot.campaigns.states import DRAFT, OVER
from bot.campaigns.summaries import CampaignSummary, list_campaigns, show_campaign
from bot.campaigns.titles import aim_words, file_mark, printed_title
from bot.core import labels
from bot.core.labels import pick
from bot.core.urls import citizen_urls
from bot.fraud_review.rule_effects import read_effects
from bot.publication.charts.ranking import campaign_ranking
from bot.records.seals import is_sealed
from bot.results.live_counts import unit_counts
from bot.results.releases import last_release
from bot.results.scoring import ScoredCampaign, score_campaign
from bot.storage.database import reading
from bot.storage.schema import all as tables
from bot.web.admin.approvals import banner
from bot.web.admin.bundle_jobs import BUNDLE_JOBS
from bot.web.admin.closed_campaigns import scan_job
from bot.web.admin.page import Visit, no_such_button, staff_page
from bot.web.shared.downloads import book_file, picture_file
from bot.web.shared.result_cache import RESULT_CACHE
from survey_flows.errors import BadInput, Message, Place, Problem
from survey_flows.localized_names import end_in_figures
from survey_flows.messages import render
from survey_flows.spoken_terms import speak

MEASURED = {"alpha": 2, "omega": 2, "reliability": 1, "units": 0, "mean": 1}
"""The measures of reliability on the page, in order, with their decimals."""


@staff_page
async def show_overview(visit: Visit) -> web.Response:
    """Shows every campaign with its state; without any, what to begin with."""
    found = await list_campaigns(visit.service.database)
    campaigns = [campaign_row(summary, visit) for summary in reversed(found)]
    return visit.render(
        "overview", campaigns=campaigns, year=visit.frame.year, **await alerts(visit)
    )


async def alerts(visit: Visit) -> dict[str, Any]:
    """Returns what was refused and what stands without an order, for administrators."""
    coming = await banner(visit)
    if visit.visitor.role != ADMINISTRATOR:
        return coming | {"refused_acts": 0, "without_order": (), "changed_accounts": ()}
    now = int(visit.service.clock.now().timestamp())
    async with reading(visit.service.database) as connection:
        refused = await count_refused_acts(connection)
        states = await states_without_order(connection, now)
    return {
        "refused_acts": sum(refused.values()),
        "without_order": sorted(states),
        "changed_accounts": await visit.service.roster.wrong(),
        **coming,
    }


def campaign_row(summary: CampaignSummary, visit: Visit) -> dict[str, object]:
    """Returns a campaign in the visitor's language and the city's time.

    Its state may also be «waiting» or «over»: open, but outside its opening hours.
    """
    zone = ZoneInfo(visit.service.settings.timezone)
    opens = datetime.fromtimestamp(summary.opens_at, zone).strftime("%Y-%m-%d %H:%M")
    closes = end_in_figures(datetime.fromtimestamp(summary.closes_at, zone))
    if summary.early is not None:
        at = datetime.fromtimestamp(summary.early.at, zone).strftime("%Y-%m-%d %H:%M")
        closes = render(Message("campaign-end-early", at=at, planned=closes), visit.lang)
    state = summary.state
    if (
        state == "open"
        and not summary.opens_at <= visit.service.clock.now().timestamp() < summary.closes_at
    ):
        state = "over" if summary.closes_at <= visit.service.clock.now().timestamp() else "waiting"
    void = summary.choice is not None and summary.choice.void
    title = printed_title(summary.title, summary.aim.pilot, void).text(visit.lang)
    ballots = round_down(summary.ballots, summary.cell)
    return {
        "it": summary,
        "ballots": ballots,
        "title": title,
        "aim": render(aim_words(summary.aim), visit.lang),
        "state": state,
        "opens": opens,
        "closes": closes,
        "choice": render(told(summary.choice), visit.lang) if summary.choice else "",
        "choice_mark": choice_mark(summary.choice),
    }


@staff_page
async def show_one(visit: Visit) -> web.Response:
    """Shows a campaign's state, links and counts; no score before it is closed."""
    summary = await show_campaign(visit.service.database, visit.path_param("campaign"))
    campaign = await _campaign(visit)
    cell = campaign.scheme.min_n.publish_cell
    counts = await unit_counts(visit.service.database, campaign)
    units = [
        (code, _name(campaign, code, visit.lang), counts[code])
        for code in campaign.units
        if code in counts
    ]
    may_link = visit.visitor.may("POST", f"/admin/campaigns/{campaign.id}/links")
    # Whoever has a group's link can vote in it, so an observer must not see it.
    shown = [link for link in summary.links if link.source == "open" or may_link]
    links = [(link, citizen_urls(visit.service.settings, link)) for link in shown]
    return visit.render(
        "campaign",
        campaign=campaign_row(summary, visit),
        units=units,
        links=links,
        groups={
            name: called["zh" if visit.lang.startswith("zh") else "en"]
            for name, called in campaign.scheme.groups.items()
        },
        cell=cell,
        pressed=await _pressure_reports(visit, campaign),
        frozen=_frozen(campaign, visit.lang),
        misfits=await _misfits(visit, campaign),
        opening=await _opening(visit, campaign),
        held=await _held_for(visit, campaign),
        **_scan(visit, campaign),
    )


def _scan(visit: Visit, campaign: RegisteredCampaign) -> dict[str, Any]:
    """Returns whether a scan of the campaign runs, and why the last one failed."""
    jobs, name = visit.request.app[BUNDLE_JOBS], scan_job(campaign.id)
    failed = jobs.failed.get(name)
    return {
        "scanning": name in jobs.tasks,
        "scan_failed": failed.render(visit.lang) if failed else "",
    }


async def _held_for(visit: Visit, campaign: RegisteredCampaign) -> list[str]:
    """Returns the checks that hold the close, for administrators."""
    if not visit.visitor.may_act:
        return []
    async with reading(visit.service.database) as connection:
        found = await held_for(connection, campaign.id)
    return [render(reason, visit.lang) for reason in found]


async def _misfits(visit: Visit, campaign: RegisteredCampaign) -> list[str]:
    """Returns what keeps the year from being appraised on the locked rules; [] after the close."""
    from bot.campaigns.drafting import find_scheme_misfits

    if campaign.aim.pilot or campaign.state in (DRAFT, *OVER):
        return []
    return [
        problem.render(visit.lang)
        for problem in await find_scheme_misfits(
            visit.service.database, campaign.scheme, campaign.year
        )
    ]


async def _opening(visit: Visit, campaign: RegisteredCampaign) -> Any:
    """Returns the list that is confirmed before a draft is opened; None for no draft."""
    from bot.campaigns.opening import show_opening

    if campaign.state != DRAFT:
        return None
    found = await show_opening(visit.service.database, campaign.id)
    return {
        "counts": found.counts,
        "digest": found.digest,
        "grades": [labels.name(grade, visit.lang) for grade in UNIT_GRADES],
        "locks": [(it.name.text(visit.lang), it.units, it.places) for it in found.locks],
        "stops": [
            (stop.render(visit.lang), _page_of_stop(visit, campaign, stop)) for stop in found.stops
        ],
        "asks": [render(ask, visit.lang) for ask in found.asks],
    }


CHANGED_ON = {
    "opening-organiser-missing": "/admin/settings",
    "opening-scale-unread": "/admin/campaigns/{campaign}/questionnaires/{subject}",
    "opening-other-rules": "/admin/campaigns/{campaign}/scheme",
    "opening-unit-changed": "/admin/campaigns/{campaign}/draft",
    "opening-rated-twice": "/admin/campaigns/{campaign}/draft",
    "appraisal-category-unknown": "/admin/years/{year}/data/units",
    "appraisal-leagues-in-year": "/admin/years/{year}/data/units",
    "appraisal-league-unknown": "/admin/years/{year}/data/units",
}
"""Where a stop of an opening is put right, by its message; others are of the scheme's places."""


def _page_of_stop(visit: Visit, campaign: RegisteredCampaign, stop: Problem) -> str:
    """Returns the page on which a stop is put right; empty where the visitor may not change it."""
    page = CHANGED_ON.get(stop.message.id, "/admin/campaigns/{campaign}/scheme")
    link = page.format(campaign=campaign.id, year=campaign.year, subject=stop.place.subject)
    return link if visit.visitor.may("POST", link) else ""


def _frozen(campaign: RegisteredCampaign, lang: str) -> dict[str, object]:
    """Returns what the opening locks beside the units: scheme, figures, questionnaires, places."""
    used = {unit.questionnaire for unit in campaign.units.values()}
    titles = {name: it.title for name, it in sorted(campaign.questionnaires.items())}
    scheme = pick((campaign.scheme.title.zh, campaign.scheme.title.en), lang)
    return {
        "scheme": f"{scheme} ({campaign.scheme.version})",
        "figures": len(campaign.scheme.population.figures) if campaign.scheme.population else 0,
        "questionnaires": [
            (name, pick((title["zh-Hans"], title.get("en", title["zh-Hans"])), lang), name in used)
            for name, title in titles.items()
        ],
    }


async def _campaign(visit: Visit) -> RegisteredCampaign:
    """Returns the campaign of the address; the page calls the grades as its scheme does."""
    found = await find_registered_campaign(visit.service.database, visit.path_param("campaign"))
    speak(found.scheme.terms)
    return found


def _name(campaign: RegisteredCampaign, code: str, lang: str) -> str:
    name = campaign.units[code].name
    return pick((name["zh-Hans"], name.get("en", name["zh-Hans"])), lang)


async def _pressure_reports(visit: Visit, campaign: RegisteredCampaign) -> list[tuple[str, int]]:
    """Returns units and their pressure reports after the close, rounded, without small cells."""
    if campaign.state != "closed":
        return []
    columns, cell = tables.pressure_counts.c, campaign.scheme.min_n.publish_cell
    query = select(columns.unit, columns["count"]).where(columns.campaign == campaign.id)
    async with reading(visit.service.database) as connection:
        found = [
            (row[0], round_down(row[1], cell))
            for row in await connection.execute(query.order_by(columns.unit))
        ]
    return [(_name(campaign, code, visit.lang), count) for code, count in found if count]


@staff_page
async def take_open(visit: Visit) -> web.Response:
    """Registers a draft, or prepares that; it then takes ballots from its opening time on."""
    campaign, service = visit.path_param("campaign"), visit.service
    made = await prepare_opening(
        service.approvals, campaign, visit.visitor.login, visit.text("name"), visit.text("seen")
    )
    await visit.service.mixer.turn()
    await visit.service.live_campaigns.refresh()
    done = "opened" if made.state == DONE else "prepared"
    return visit.redirect(f"/admin/campaigns/{campaign}", done)


@staff_page
async def take_pause(visit: Visit) -> web.Response:
    """Pauses or resumes a campaign."""
    campaign, act = visit.path_param("campaign"), visit.text("act")
    moves = {"pause": pause_campaign, "resume": resume_campaign}
    if act not in moves:
        raise no_such_button(act)
    service = visit.service
    await moves[act](service.database, campaign, service.desk, service.clock)
    await visit.service.live_campaigns.refresh()
    return visit.redirect(f"/admin/campaigns/{campaign}", f"{act}d")


@staff_page
async def take_close(visit: Visit) -> web.Response:
    """Closes a campaign for good; the form asks for its name, so that no slip closes it."""
    campaign = visit.path_param("campaign")
    if visit.text("name") != campaign:
        raise BadInput(Message("admin-not-this-name"), Place(subject=campaign))
    service = visit.service
    reason = visit.text("reason")
    await close_campaign(service.database, campaign, service.desk, service.clock, reason)
    await visit.service.mixer.turn()
    await visit.service.live_campaigns.refresh()
    return visit.redirect(f"/admin/campaigns/{campaign}", "closed")


@staff_page
async def take_choice(visit: Visit) -> web.Response:
    """Decides whether a closed campaign counts, or withdraws it; or prepares that."""
    campaign, act, reason = visit.path_param("campaign"), visit.text("act"), visit.text("reason")
    approvals, by, seen = visit.service.approvals, visit.visitor.login, visit.text("seen")
    if act == "void":
        made = await prepare_void(approvals, campaign, visit.text("name"), reason, by, seen)
    elif act in ("in", "out"):
        made = await prepare_choice(approvals, campaign, act == "in", reason, by, seen)
    else:
        raise no_such_button(act)
    await visit.service.mixer.turn()
    done = "chosen" if made.state == DONE else "prepared"
    return visit.redirect(f"/admin/campaigns/{campaign}", done)


@staff_page
async def take_link(visit: Visit) -> web.Response:
    """Makes a link that vouches for an evaluator group."""
    campaign = visit.path_param("campaign")
    await create_link(
        visit.service.database,
        campaign,
        visit.text("group"),
        visit.text("stratum"),
        visit.service.desk,
        visit.service.clock,
        visit.text("max_people") or None,
    )
    return visit.redirect(f"/admin/campaigns/{campaign}", "linked")


@staff_page
async def show_scores(visit: Visit) -> web.Response:
    """Shows the public scores of a closed campaign, ranked, with their intervals."""
    scored = await score_campaign(visit.service.database, visit.path_param("campaign"))
    summary = await show_campaign(visit.service.database, visit.path_param("campaign"))
    release = scored.release or await last_release(visit.service.database, scored.campaign)
    cache, key = visit.request.app[RESULT_CACHE], (summary.id, str(release.number), visit.lang)
    ranking = await cache.cached(
        ("ranking", *key), lambda: asyncio.to_thread(campaign_ranking, scored, visit.lang)
    )
    measures = await cache.cached(
        ("measures", *key), lambda: asyncio.to_thread(_measures, scored, visit.lang)
    )
    async with reading(visit.service.database) as connection:
        sealed = await is_sealed(connection, summary.year)
    corrected = [
        (_name(scored.campaign, code, visit.lang), made)
        for code, made in release.corrections.items()
    ]
    at = datetime.fromtimestamp(release.at, ZoneInfo(visit.service.settings.timezone)).strftime(
        "%Y-%m-%d %H:%M"
    )
    return visit.render(
        "scores",
        campaign=campaign_row(summary, visit),
        ranking=ranking,
        release=release,
        at=at,
        corrected=corrected,
        measures=measures,
        graded=scored.campaign.scheme.graded_score,
        effects=await read_effects(visit.service.database, scored.campaign.id),
        sealed=sealed,
    )


def _measures(scored: ScoredCampaign, lang: str) -> dict[str, list[list[str]]]:
    """Returns rows of a name and its measures, for questionnaires and for categories."""
    from bot.publication.exports.score_pages import reliability_rows

    names = {
        code: pick((it.zh, it.en), lang) for code, it in scored.campaign.scheme.categories.items()
    }
    sheets = scored.campaign.questionnaires
    names |= {
        code: pick((it.title["zh-Hans"], it.title.get("en", code)), lang)
        for code, it in sheets.items()
    }
    found: dict[str, dict[str, list[str]]] = {"questionnaire": {}, "category": {}}
    for about, code, name, value in reliability_rows(scored, scored.disclosed):
        if name in MEASURED:
            shown = "–" if value is None else f"{round(float(value), MEASURED[name]):g}"
            found[about].setdefault(code, [names[code]]).append(shown)
    return {about: list(rows.values()) for about, rows in found.items()}


@staff_page
async def send_picture(visit: Visit) -> web.Response:
    """Sends the ranking as a picture."""
    scored = await score_campaign(visit.service.database, visit.path_param("campaign"))
    ranking = await asyncio.to_thread(campaign_ranking, scored, visit.lang)
    pilot = scored.campaign.aim.pilot
    title = printed_title(scored.campaign.title, pilot).text(visit.lang)
    return await picture_file(
        ranking,
        title,
        visit.lang,
        visit.path_param("form"),
        f"{scored.campaign.id}{file_mark(pilot)}-ranking",
    )


@staff_page
async def send_book(visit: Visit) -> web.Response:
    """Sends the campaign's scores as a workbook, or as files in an archive."""
    from bot.publication.exports import export_campaign

    campaign = await _campaign(visit)
    settings = visit.service.settings
    named = (campaign.id, settings.timezone, settings.city)
    book = await export_campaign(visit.service.database, *named)
    name = f"minping-{campaign.id}{file_mark(campaign.aim.pilot)}"
    return await book_file(book, visit.path_param("form"), name)
