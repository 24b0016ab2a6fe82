"""The operations of the interface for programs: address, scope, handler and models of each.

The routes and the OpenAPI document are made from this table, so neither can say what the other does
not. Handlers and models are loaded by the first request (`bot.web.shared.lazy_routes`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.web.api.operation import Operation
from bot.web.shared.lazy_routes import lazy_module

if TYPE_CHECKING:
    from bot.web.api import (
        amendments,
        appeals,
        approvals,
        campaigns,
        inputs,
        models,
        notices,
        organiser,
        results,
    )
else:
    amendments = lazy_module("bot.web.api.amendments")
    appeals = lazy_module("bot.web.api.appeals")
    approvals = lazy_module("bot.web.api.approvals")
    campaigns = lazy_module("bot.web.api.campaigns")
    inputs = lazy_module("bot.web.api.inputs")
    models = lazy_module("bot.web.api.models")
    notices = lazy_module("bot.web.api.notices")
    organiser = lazy_module("bot.web.api.organiser")
    results = lazy_module("bot.web.api.results")

CAMPAIGN, YEAR = "/campaigns/{campaign}", "/years/{year}"
READ, WRITE, SCORES, INTERNAL, EXPORTS, APPEALS, AMENDMENTS = (
    "campaigns:read",
    "campaigns:write",
    "results:read",
    "results:internal",
    "exports:read",
    "appeals:write",
    "amendments:prepare",
)
GONE, CONFLICT, WRONG = 404, 409, 422
CAMPAIGN_FILES = {"xlsx": results.send_campaign_xlsx, "zip": results.send_campaign_zip}
YEAR_FILES = {"xlsx": results.send_year_xlsx, "zip": results.send_year_zip}
OPERATIONS = (
    Operation(
        "GET",
        "/token",
        campaigns.show_token,
        "",
        "The scopes of this token",
        models.TokenScopes,
    ),
    Operation(
        "GET",
        "/organiser",
        organiser.show_organiser,
        READ,
        "Who asks: what citizens are told by the next campaign that is opened",
        models.Organiser,
        refuses=(GONE,),
    ),
    Operation(
        "PUT",
        "/organiser",
        organiser.put_organiser,
        WRITE,
        "Say who asks; without it no campaign is opened",
        models.Organiser,
        body=inputs.OrganiserInput,
        refuses=(CONFLICT, WRONG),
    ),
    Operation(
        "GET",
        "/campaigns",
        campaigns.list_all,
        READ,
        "Campaigns, the newest first",
        models.CampaignList,
        inputs.CampaignQuery,
    ),
    Operation(
        "GET",
        CAMPAIGN,
        campaigns.show_one,
        READ,
        "One campaign",
        models.Campaign,
        refuses=(GONE,),
    ),
    Operation(
        "PUT",
        CAMPAIGN,
        campaigns.make_draft,
        WRITE,
        "Make a draft; sent again, it is made once",
        models.Campaign,
        body=inputs.CampaignCreate,
        status=201,
        refuses=(CONFLICT, WRONG),
    ),
    Operation(
        "POST",
        f"{CAMPAIGN}/open",
        campaigns.open_one,
        WRITE,
        "Register a pilot in the log and take ballots from its opening time on",
        models.Campaign,
        refuses=(GONE, CONFLICT),
    ),
    Operation(
        "POST",
        f"{CAMPAIGN}/pause",
        campaigns.pause_one,
        WRITE,
        "Take no ballots for a while; the log records it",
        models.Campaign,
        refuses=(GONE, CONFLICT),
    ),
    Operation(
        "POST",
        f"{CAMPAIGN}/resume",
        campaigns.resume_one,
        WRITE,
        "Take ballots again",
        models.Campaign,
        refuses=(GONE, CONFLICT),
    ),
    Operation(
        "POST",
        f"{CAMPAIGN}/close",
        campaigns.close_one,
        WRITE,
        "Take no more ballots, for good",
        models.Campaign,
        body=inputs.CloseConfirmation,
        refuses=(GONE, CONFLICT, WRONG),
    ),
    Operation(
        "POST",
        "/approvals/{approval}",
        approvals.sign_one,
        WRITE,
        "Refused to every program: a person signs what waits, at the console",
        models.Approval,
        refuses=(CONFLICT,),
    ),
    Operation(
        "GET",
        f"{CAMPAIGN}/links",
        campaigns.list_links,
        READ,
        "The open link; with campaigns:write also links that vouch for a group",
        models.LinkList,
        refuses=(GONE,),
    ),
    Operation(
        "POST",
        f"{CAMPAIGN}/links",
        campaigns.make_link,
        WRITE,
        "Make a link that vouches for an evaluator group",
        models.CampaignLink,
        body=inputs.LinkCreate,
        status=201,
        refuses=(GONE, CONFLICT, WRONG),
        repeats=True,
    ),
    Operation(
        "GET",
        f"{CAMPAIGN}/quotas",
        campaigns.list_quotas,
        READ,
        "The quotas and how far they are filled",
        models.QuotaList,
        refuses=(GONE,),
    ),
    Operation(
        "PUT",
        f"{CAMPAIGN}/quotas",
        campaigns.put_quotas,
        WRITE,
        "Give a draft its quotas; opening registers them in the log",
        models.QuotaList,
        body=inputs.QuotaListInput,
        refuses=(GONE, CONFLICT, WRONG),
    ),
    Operation(
        "GET",
        f"{CAMPAIGN}/counts",
        campaigns.show_counts,
        READ,
        "How many have answered",
        models.CampaignCounts,
        refuses=(GONE, CONFLICT),
    ),
    Operation(
        "GET",
        f"{CAMPAIGN}/results",
        results.show_results,
        SCORES,
        "The scores of a closed campaign",
        models.CampaignResults,
        inputs.PageQuery,
        refuses=(GONE, CONFLICT),
    ),
    Operation(
        "GET",
        f"{CAMPAIGN}/releases",
        results.list_releases,
        SCORES,
        "Every release of a closed campaign, with its time",
        models.ReleaseList,
        refuses=(GONE, CONFLICT),
    ),
    *(
        Operation(
            "GET",
            f"{CAMPAIGN}/export.{form}",
            handler,
            EXPORTS,
            f"The scores of a closed campaign as {form.upper()}",
            refuses=(GONE, CONFLICT),
        )
        for form, handler in CAMPAIGN_FILES.items()
    ),
    Operation(
        "GET",
        f"{YEAR}/units",
        results.list_units,
        INTERNAL,
        "A year's units with total, rank and grade",
        models.YearUnitList,
        inputs.PageQuery,
        refuses=(GONE, CONFLICT),
    ),
    Operation(
        "GET",
        f"{YEAR}/leaders",
        results.list_leaders,
        INTERNAL,
        "A year's leaders with score and grade",
        models.YearLeaderList,
        inputs.PageQuery,
        refuses=(GONE, CONFLICT),
    ),
    Operation(
        "GET",
        f"{YEAR}/proposals",
        results.list_proposals,
        INTERNAL,
        "The proposals of a year and the decisions on them",
        models.YearProposalList,
        inputs.ProposalQuery,
        refuses=(GONE, CONFLICT),
    ),
    Operation(
        "GET",
        f"{YEAR}/notices",
        notices.list_notices,
        INTERNAL,
        "A year's public notices, whom they tell and how many surely know",
        models.YearNoticeList,
    ),
    Operation(
        "GET",
        f"{YEAR}/appeals",
        appeals.list_year_appeals,
        INTERNAL,
        "A year's reviews and appeals with their steps and deadlines",
        models.YearAppealList,
    ),
    Operation(
        "POST",
        f"{YEAR}/appeals",
        appeals.ask_for_review,
        APPEALS,
        "Register a request for review, a late one with its cause, or a leader's appeal at once",
        models.YearAppeal,
        body=inputs.AppealRequest,
        status=201,
        refuses=(CONFLICT,),
    ),
    Operation(
        "GET",
        f"{YEAR}/amendments",
        appeals.list_amendments,
        INTERNAL,
        "A sealed year's amendments: what each puts right, why, and whom it changes",
        models.YearAmendmentList,
    ),
    Operation(
        "POST",
        f"{YEAR}/amendments",
        amendments.prepare_amendment,
        AMENDMENTS,
        "Look at what an amendment would do; with what was seen prepare it, and a person signs it",
        models.PreparedAmendment,
        body=inputs.AmendmentRequest,
        refuses=(CONFLICT,),
    ),
    Operation(
        "POST",
        "/appeals/{appeal}/steps",
        appeals.register_step,
        APPEALS,
        "Register an appeal against an answer or its delay, or a withdrawal; nobody decides here",
        models.YearAppeal,
        body=inputs.AppealFollow,
        refuses=(GONE, CONFLICT),
    ),
    *(
        Operation(
            "GET",
            f"{YEAR}/export.{form}",
            handler,
            EXPORTS,
            f"A year's appraisal as {form.upper()}",
            query=inputs.ExportQuery,
            refuses=(GONE, CONFLICT),
        )
        for form, handler in YEAR_FILES.items()
    ),
)
