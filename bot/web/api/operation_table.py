"""The interface for programs: its addresses, and what each asks for. Its OpenAPI document is made from this table.

What answers is loaded when it is first asked for, as with the administrators' pages.
"""

from __future__ import annotations

from bot.web.api.operation import FILES, Operation

CAMPAIGN, YEAR = "/campaigns/{campaign}", "/years/{year}"
READ, WRITE, SCORES, INTERNAL, EXPORTS = (
    "campaigns:read",
    "campaigns:write",
    "results:read",
    "results:internal",
    "exports:read",
)
GONE, CONFLICT, WRONG = 404, 409, 422
OPERATIONS = (
    Operation(
        "GET",
        "/token",
        "api.campaigns.show_token",
        "",
        "What this token is good for",
        "TokenScopes",
    ),
    Operation(
        "GET",
        "/campaigns",
        "api.campaigns.list_all",
        READ,
        "Campaigns, the newest first",
        "CampaignList",
        "CampaignQuery",
    ),
    Operation(
        "GET",
        CAMPAIGN,
        "api.campaigns.show_one",
        READ,
        "One campaign",
        "Campaign",
        refuses=(GONE,),
    ),
    Operation(
        "PUT",
        CAMPAIGN,
        "api.campaigns.make_draft",
        WRITE,
        "Make a draft; sent again, it is made once",
        "Campaign",
        body="CampaignCreate",
        status=201,
        refuses=(CONFLICT, WRONG),
    ),
    *(
        Operation(
            "POST",
            f"{CAMPAIGN}/{act}",
            f"api.campaigns.{act}_one",
            WRITE,
            summary,
            "Campaign",
            body="CloseConfirmation" if act == "close" else "",
            refuses=(GONE, CONFLICT, WRONG) if act == "close" else (GONE, CONFLICT),
        )
        for act, summary in (
            ("open", "Register a draft in the log and take ballots from its opening time on"),
            ("pause", "Take no ballots for a while; the log tells of it"),
            ("resume", "Take ballots again"),
            ("close", "Take no more ballots, for good"),
        )
    ),
    Operation(
        "GET",
        f"{CAMPAIGN}/links",
        "api.campaigns.list_links",
        READ,
        "The open link; with campaigns:write also those that vouch for a group",
        "LinkList",
        refuses=(GONE,),
    ),
    Operation(
        "POST",
        f"{CAMPAIGN}/links",
        "api.campaigns.make_link",
        WRITE,
        "Make a link that vouches for an evaluator group",
        "CampaignLink",
        body="LinkCreate",
        status=201,
        refuses=(GONE, CONFLICT, WRONG),
        repeats=True,
    ),
    Operation(
        "GET",
        f"{CAMPAIGN}/quotas",
        "api.campaigns.list_quotas",
        READ,
        "The quotas and how far they are filled",
        "QuotaList",
        refuses=(GONE,),
    ),
    Operation(
        "PUT",
        f"{CAMPAIGN}/quotas",
        "api.campaigns.put_quotas",
        WRITE,
        "Give a draft its quotas; opening registers them in the log",
        "QuotaList",
        body="QuotaListInput",
        refuses=(GONE, CONFLICT, WRONG),
    ),
    Operation(
        "GET",
        f"{CAMPAIGN}/counts",
        "api.campaigns.show_counts",
        READ,
        "How many have answered",
        "CampaignCounts",
        refuses=(GONE, CONFLICT),
    ),
    Operation(
        "GET",
        f"{CAMPAIGN}/results",
        "api.results.show_results",
        SCORES,
        "The scores of a closed campaign",
        "CampaignResults",
        "PageQuery",
        refuses=(GONE, CONFLICT),
    ),
    Operation(
        "GET",
        f"{CAMPAIGN}/releases",
        "api.results.list_releases",
        SCORES,
        "What was published of a closed campaign, and when",
        "ReleaseList",
        refuses=(GONE, CONFLICT),
    ),
    *(
        Operation(
            "GET",
            f"{CAMPAIGN}/export.{form}",
            f"api.results.send_campaign_{form}",
            EXPORTS,
            f"The scores of a closed campaign as {form.upper()}",
            refuses=(GONE, CONFLICT),
        )
        for form in FILES
    ),
    Operation(
        "GET",
        f"{YEAR}/units",
        "api.results.list_units",
        INTERNAL,
        "A year's units with total, place and grade",
        "YearUnitList",
        "PageQuery",
        refuses=(GONE, CONFLICT),
    ),
    Operation(
        "GET",
        f"{YEAR}/leaders",
        "api.results.list_leaders",
        INTERNAL,
        "A year's leaders with score and grade",
        "YearLeaderList",
        "PageQuery",
        refuses=(GONE, CONFLICT),
    ),
    Operation(
        "GET",
        f"{YEAR}/proposals",
        "api.results.list_proposals",
        INTERNAL,
        "What the rules propose for a year, and what was decided",
        "YearProposalList",
        "ProposalQuery",
        refuses=(GONE, CONFLICT),
    ),
    *(
        Operation(
            "GET",
            f"{YEAR}/export.{form}",
            f"api.results.send_year_{form}",
            EXPORTS,
            f"A year's appraisal as {form.upper()}",
            query="ExportQuery",
            refuses=(GONE, CONFLICT),
        )
        for form in FILES
    ),
)
