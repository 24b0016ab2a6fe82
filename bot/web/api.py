"""The interface for programs: its addresses, and what each asks for. Its OpenAPI document is made from this table.

What answers is loaded when it is first asked for, as with the administrators' pages.
"""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from bot.web.later import Handler, later
from bot.web.problems import PREFIX

VERSION = "1.0.0"
"""Of the interface: it changes with what is answered."""
FILES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "zip": "application/zip",
}


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that a program can ask for.

    Attributes:
        method: GET only looks; what others do is noted in the audit log.
        path: below `PREFIX`.
        does: the module of `bot.web` and its function.
        scope: what the token must be good for; ``""``: any token.
        summary: one line for readers.
        answer: the model of `bot.web.api_models` that is answered; ``""``: a file.
        query: the model of the address's parameters.
        body: the model of the body.
        status: of an answer that is no error.
        refuses: further statuses with a problem, beside those that every operation has.
        repeats: whether a header Idempotency-Key must be sent.
    """

    method: str
    path: str
    does: str
    scope: str
    summary: str
    answer: str = ""
    query: str = ""
    body: str = ""
    status: int = 200
    refuses: tuple[int, ...] = ()
    repeats: bool = False

    @property
    def name(self) -> str:
        """What it is called in the document."""
        return self.does.partition(".")[2]

    @property
    def full_path(self) -> str:
        """Where it is."""
        return PREFIX + self.path


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
    Operation("GET", "/token", "api_campaigns.show_token", "", "What this token is good for", "ScopesTold"),
    Operation(
        "GET",
        "/campaigns",
        "api_campaigns.list_all",
        READ,
        "Campaigns, the newest first",
        "Campaigns",
        "CampaignsAsked",
    ),
    Operation("GET", CAMPAIGN, "api_campaigns.show_one", READ, "One campaign", "CampaignTold", refuses=(GONE,)),
    Operation(
        "PUT",
        CAMPAIGN,
        "api_campaigns.make_draft",
        WRITE,
        "Make a draft; sent again, it is made once",
        "CampaignTold",
        body="DraftAsked",
        status=201,
        refuses=(CONFLICT, WRONG),
    ),
    *(
        Operation(
            "POST",
            f"{CAMPAIGN}/{act}",
            f"api_campaigns.{act}_one",
            WRITE,
            summary,
            "CampaignTold",
            body="CloseAsked" if act == "close" else "",
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
        "api_campaigns.list_links",
        READ,
        "The open link; with campaigns:write also those that vouch for a group",
        "Links",
        refuses=(GONE,),
    ),
    Operation(
        "POST",
        f"{CAMPAIGN}/links",
        "api_campaigns.make_link",
        WRITE,
        "Make a link that vouches for an evaluator group",
        "LinkTold",
        body="LinkAsked",
        status=201,
        refuses=(GONE, CONFLICT, WRONG),
        repeats=True,
    ),
    Operation(
        "GET",
        f"{CAMPAIGN}/quotas",
        "api_campaigns.list_quotas",
        READ,
        "The quotas and how far they are filled",
        "Quotas",
        refuses=(GONE,),
    ),
    Operation(
        "PUT",
        f"{CAMPAIGN}/quotas",
        "api_campaigns.put_quotas",
        WRITE,
        "Give a draft its quotas; opening registers them in the log",
        "Quotas",
        body="QuotasAsked",
        refuses=(GONE, CONFLICT, WRONG),
    ),
    Operation(
        "GET",
        f"{CAMPAIGN}/counts",
        "api_campaigns.show_counts",
        READ,
        "How many have answered",
        "Counts",
        refuses=(GONE, CONFLICT),
    ),
    Operation(
        "GET",
        f"{CAMPAIGN}/results",
        "api_results.show_results",
        SCORES,
        "The scores of a closed campaign",
        "Results",
        "PageAsked",
        refuses=(GONE, CONFLICT),
    ),
    Operation(
        "GET",
        f"{CAMPAIGN}/releases",
        "api_results.list_releases",
        SCORES,
        "What was published of a closed campaign, and when",
        "Releases",
        refuses=(GONE, CONFLICT),
    ),
    *(
        Operation(
            "GET",
            f"{CAMPAIGN}/export.{form}",
            f"api_results.send_campaign_{form}",
            EXPORTS,
            f"The scores of a closed campaign as {form.upper()}",
            refuses=(GONE, CONFLICT),
        )
        for form in FILES
    ),
    Operation(
        "GET",
        f"{YEAR}/units",
        "api_results.list_units",
        INTERNAL,
        "A year's units with total, place and grade",
        "YearUnits",
        "PageAsked",
        refuses=(GONE, CONFLICT),
    ),
    Operation(
        "GET",
        f"{YEAR}/leaders",
        "api_results.list_leaders",
        INTERNAL,
        "A year's leaders with score and grade",
        "YearLeaders",
        "PageAsked",
        refuses=(GONE, CONFLICT),
    ),
    Operation(
        "GET",
        f"{YEAR}/proposals",
        "api_results.list_proposals",
        INTERNAL,
        "What the rules propose for a year, and what was decided",
        "YearProposals",
        "ProposalsAsked",
        refuses=(GONE, CONFLICT),
    ),
    *(
        Operation(
            "GET",
            f"{YEAR}/export.{form}",
            f"api_results.send_year_{form}",
            EXPORTS,
            f"A year's appraisal as {form.upper()}",
            query="BookAsked",
            refuses=(GONE, CONFLICT),
        )
        for form in FILES
    ),
)


def api_routes() -> list[web.RouteDef]:
    """A route for each operation, and for the document that describes them."""
    described = [
        web.route("GET", f"{PREFIX}/openapi.json", later("api_document.send_document")),
        web.route("GET", "/api", later("api_document.show_document")),
    ]
    return [*described, *(web.route(one.method, one.full_path, _operation(one)) for one in OPERATIONS)]


def _operation(operation: Operation) -> Handler:
    async def page(request: web.Request) -> web.StreamResponse:
        from bot.web.api_desk import answer

        return await answer(request, operation)

    return page
