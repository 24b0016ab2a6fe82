"""Acts on a closed campaign: looking for organised rating, and a new release of its scores."""

from __future__ import annotations

from aiohttp import web

from bot.campaigns.registered import find_registered_campaign
from bot.fraud_review.case_finding import find_cases
from bot.fraud_review.rule_effects import measure_effects
from bot.results.releases import publish_release
from bot.web.admin.bundle_jobs import BUNDLE_JOBS
from bot.web.admin.page import Visit, no_such_button, staff_page
from survey_flows.errors import BadInput, Message, Place
from survey_flows.messages import render


def scan_job(campaign: str) -> str:
    """Returns the name of the job that looks for organised rating in a campaign."""
    return f"scan {campaign}"


@staff_page
async def take_scan(visit: Visit) -> web.Response:
    """Begins to look for organised rating; a second click joins what runs already."""
    campaign, service = visit.path_param("campaign"), visit.service
    if (await find_registered_campaign(service.database, campaign)).state != "closed":
        raise BadInput(Message("admin-scan-before-close"), Place(subject=campaign))

    async def scan() -> None:
        zone = service.settings.timezone
        await find_cases(service.database, campaign, service.desk, timezone=zone)
        await measure_effects(service.database, campaign, service.clock, zone)
        await service.mixer.turn()

    visit.request.app[BUNDLE_JOBS].begin(scan_job(campaign), scan)
    return visit.redirect(f"/admin/campaigns/{campaign}", "scanning")


@staff_page
async def take_release(visit: Visit) -> web.Response:
    """Makes a new release, or corrects a unit whose change a release withheld.

    Units whose change is withheld, because few ballots changed, are listed then.
    """
    campaign, act = visit.path_param("campaign"), visit.text("act")
    registered = await find_registered_campaign(visit.service.database, campaign)
    if act not in ("release", "correct"):
        raise no_such_button(act)
    corrections = {}
    if act == "correct":
        corrections[visit.text("unit")] = (visit.visitor.login, visit.text("reason"))
    outcome = await publish_release(
        visit.service.database, registered, visit.service.clock, corrections
    )
    visit.clear_result_cache()
    page = f"/admin/campaigns/{campaign}/scores"
    if not outcome.withheld:
        return visit.redirect(page, "released" if outcome.is_new else "release-same")
    named = [
        (
            code,
            registered.units[code].name.get(visit.lang) or registered.units[code].name["zh-Hans"],
        )
        for code in outcome.withheld
    ]
    number = outcome.release.number
    said = Message("admin-release-made" if outcome.is_new else "admin-release-same", number=number)
    return visit.render(
        "withheld",
        campaign=campaign,
        units=named,
        made=render(said, visit.lang),
        floor=registered.scheme.min_n.publish_cell,
    )
