"""What programs send and get: the one description from which requests are checked, answers written and OpenAPI made.

Figures that decide something are decimals in strings, exact to their last place. ``null`` for a count means that it is
not told, because few people stand behind it or behind one that would follow from it (docs/small-cells.md).
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from bot.accounts.api_tokens import SCOPES
from bot.campaigns.lifecycle import MAX_PEOPLE
from bot.campaigns.quota_file import MAX_CAPACITY

LINE = r"^[^\u0000-\u001f\u007f]+$"
CAMPAIGN = r"^[a-z0-9][a-z0-9-]{0,31}$"
CODE = r"^[A-Za-z0-9._-]{1,32}$"
STRATUM = r"^[^\u0000-\u001f\u007f]*$"
MOST_ON_A_PAGE = 200

Exact = Annotated[str, Field(pattern=r"^-?[0-9]+(\.[0-9]+)?$", examples=["83.4167"])]
Moment = Annotated[datetime, Field(description="UTC")]
State = Literal["draft", "opening", "open", "paused", "closing", "closed"]
Count = Annotated[int | None, Field(ge=0, description="null: not told")]
Tens = Annotated[
    int | None, Field(ge=0, description="at least so many; null: some, and fewer than `step`")
]


def _whole(given: object) -> object:
    """JSON has one kind of number: 2026.0 is the whole number 2026."""
    return int(given) if isinstance(given, float) and given.is_integer() else given


Whole = Annotated[int, BeforeValidator(_whole)]


class ResponseModel(BaseModel):
    """What is answered: nothing but what is described."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class RequestModel(BaseModel):
    """What is sent: types as they are, and nothing that is not known."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class ProblemDetails(ResponseModel):
    """Why a request was not met (RFC 9457). Nothing was stored then."""

    type: Literal["about:blank"] = "about:blank"
    title: str
    status: int
    detail: str = Field(description="one sentence: what is wrong and what to do")
    where: str = Field("", description="the field or the name that it is about")


class LocalizedNames(ResponseModel):
    """A name in both languages."""

    zh: str = Field(alias="zh-Hans")
    en: str


class Campaign(ResponseModel):
    """A campaign. While it takes ballots, only rounded numbers of them are told and no score."""

    id: str
    year: int
    title: LocalizedNames
    state: State
    opens_at: Moment
    closes_at: Moment
    units: int = Field(description="how many are rated")
    trial: bool = Field(description="it counts in no appraisal")
    ballots: Tens
    step: int = Field(description="numbers are rounded down to multiples of this")


class CampaignList(ResponseModel):
    """A page of campaigns, the newest first."""

    items: list[Campaign]
    total: int
    next: str | None = Field(description="the address of the next page")


class CampaignLink(ResponseModel):
    """A link into a campaign. Whoever has one that vouches for a group votes in it: give it to that group only."""

    group: str
    source: str = Field(description="open: anybody; invited: vouches for its group")
    stratum: str
    most: int | None = Field(description="how many people it is meant for; null: anyone")
    addresses: list[str]


class LinkList(ResponseModel):
    """The links of a campaign."""

    items: list[CampaignLink]


class QuotaFill(ResponseModel):
    """A quota and how far it is filled."""

    unit: str
    group: str
    stratum: str
    source: str
    most: int
    taken: Tens
    full: bool


class QuotaList(ResponseModel):
    """The quotas of a campaign."""

    items: list[QuotaFill]
    step: int = Field(description="numbers are rounded down to multiples of this")


class UnitCount(ResponseModel):
    """How many ballots a unit has."""

    unit: str
    ballots: Count


class CellResponseCounts(ResponseModel):
    """What came of the personal invitations of a cell."""

    cell: str
    invited: int
    opened: Tens
    answered: Tens


class CampaignCounts(ResponseModel):
    """How many have answered. Until the close rounded down to `step`; after it the valid ballots as released."""

    campaign: str
    state: State
    rounded: bool
    step: int
    ballots: Tens
    units: list[UnitCount]
    invitations: list[CellResponseCounts]


class BoundedPercent(ResponseModel):
    """A share: exact, or only a bound on it in whole percent."""

    exact: Exact | None = None
    below_percent: int | None = None
    above_percent: int | None = None


class PublicGroupScore(ResponseModel):
    """What an evaluator group gave a unit."""

    group: str
    hidden: bool = Field(description="nothing is told of it but its weight")
    n: Count
    n_valid: Count
    n_open: Count
    score: Exact | None
    weight: Exact
    weight_used: Exact | None
    flags: list[str]


class PublicUnitScore(ResponseModel):
    """A unit's public score, 0–100, with its 95 % interval and its place among the ranked units of its category."""

    unit: str
    name: LocalizedNames
    category: str
    withheld: bool = Field(description="too few answered for anything to be told")
    corrected: bool = Field(description="the score was corrected after its counts were published")
    score: Exact | None
    low: Exact | None
    high: Exact | None
    unweighted: Exact | None = Field(
        description="the score without fraud weights, where that can be told"
    )
    rank: int | None
    of: int | None
    rank_low: int | None = Field(description="the best place that the answers allow")
    rank_high: int | None = Field(description="the worst")
    n: Count
    n_valid: Count
    excluded: Count
    dont_know: BoundedPercent | None
    top_two: BoundedPercent | None
    distribution: dict[str, Count] = Field(description="overall answers by code; - is none")
    groups: list[PublicGroupScore]
    flags: list[str]


class ReleaseSummary(ResponseModel):
    """A release: what was published of a closed campaign."""

    number: int
    at: Moment
    corrected: list[str] = Field(description="units whose score was corrected")


class ReleaseList(ResponseModel):
    """Every release of a campaign, the newest last."""

    items: list[ReleaseSummary]
    public: int | None = Field(description="the release that is open to anybody")


class ExclusionCount(ResponseModel):
    """What became of ballots."""

    reason: str
    ballots: Count


class CampaignResults(ResponseModel):
    """A page of the scores of a closed campaign, by the order of its units."""

    campaign: str
    metric: Literal["public_score"] = "public_score"
    confidence_percent: Exact
    scheme: str = Field(description="version of the scheme")
    scheme_digest: str
    release: ReleaseSummary
    fates: list[ExclusionCount]
    items: list[PublicUnitScore]
    total: int
    next: str | None


class YearUnit(ResponseModel):
    """A unit's year: total, place and grade."""

    unit: str
    name: LocalizedNames
    category: str
    league: str | None
    total: Exact | None
    rank: int | None
    of: int
    rank_low: int | None
    rank_high: int | None
    grade: str | None
    certainty: str | None
    insufficient: bool
    barred: list[str]
    decided_by: str


class YearUnitList(ResponseModel):
    """A page of the units of a year."""

    year: int
    scheme: str
    scheme_digest: str
    items: list[YearUnit]
    total: int
    next: str | None


class YearLeader(ResponseModel):
    """A leader's year."""

    leader: str
    name: LocalizedNames
    unit: str
    role: str
    post: str
    score: Exact | None
    grade: str | None
    certainty: str | None
    lowered_by: list[str]


class YearLeaderList(ResponseModel):
    """A page of the leaders of a year."""

    year: int
    items: list[YearLeader]
    total: int
    next: str | None


class YearProposal(ResponseModel):
    """What a rule proposes, and what a person decided on it."""

    key: str
    rule: str
    kind: str
    subject: str
    discretionary: bool
    status: str
    grounds: list[str]
    decided_by: str
    decided_at: str
    reason: str


class YearProposalList(ResponseModel):
    """A page of the proposals of a year."""

    year: int
    items: list[YearProposal]
    total: int
    next: str | None


class PageQuery(RequestModel):
    """Which page, and how long it is."""

    page: int = Field(1, ge=1, le=1_000_000)
    limit: int = Field(50, ge=1, le=MOST_ON_A_PAGE)


class CampaignQuery(PageQuery):
    """Which campaigns."""

    state: State | None = None
    year: int | None = Field(None, ge=1990, le=2999)


class ProposalQuery(PageQuery):
    """Which proposals."""

    status: Literal["proposed", "confirmed", "declined"] | None = None


class ExportQuery(RequestModel):
    """For whom the file is."""

    audience: Literal["public", "internal"] = Field(
        "public", description="internal needs results:internal too"
    )


class TitleInput(RequestModel):
    """A name in both languages."""

    zh: str = Field(
        alias="zh-Hans", min_length=1, max_length=80, pattern=LINE, examples=["2026年民评"]
    )
    en: str = Field(min_length=1, max_length=120, pattern=LINE, examples=["Ratings 2026"])


class GradePlaces(RequestModel):
    """How many departments get each grade; together they are as many as there are."""

    first: Whole = Field(ge=0, le=999_999, examples=[18])
    second: Whole = Field(ge=0, le=999_999, examples=[75])
    third: Whole = Field(ge=0, le=999_999, examples=[6])


class CampaignCreate(RequestModel):
    """A campaign to be made on the shipped questionnaires and scheme, from units that are stored for its year."""

    year: Whole = Field(ge=1990, le=2999, examples=[2026])
    title: TitleInput
    opens_at: AwareDatetime = Field(examples=["2026-11-24T00:00:00Z"])
    closes_at: AwareDatetime = Field(
        examples=["2026-12-24T00:00:00Z"],
        description="the first moment at which no ballot is taken",
    )
    units: list[Annotated[str, Field(pattern=CODE)]] | None = Field(
        None,
        min_length=1,
        max_length=2000,
        examples=[["FIN"]],
        description="only these; null: all that are stored",
    )
    trial: bool = Field(False, description="it counts in no appraisal, and citizens are told so")
    grades: GradePlaces | None = Field(
        None,
        description="how many departments get each grade, locked when it opens; null: as the scheme has it",
    )


class LinkCreate(RequestModel):
    """A link that vouches for an evaluator group."""

    group: str = Field(pattern=r"^[a-z_]{1,16}$", examples=["deputy"])
    stratum: str = Field("", max_length=32, pattern=STRATUM)
    most: Annotated[int, Field(ge=1, le=MAX_PEOPLE), BeforeValidator(_whole)] | None = Field(
        None,
        description="how many people it is meant for; ballots of more are looked at by reviewers",
    )


class QuotaInput(RequestModel):
    """How many people may rate a unit; an empty field stands for whoever."""

    unit: str = Field(pattern=CODE)
    group: str = Field("", pattern=r"^[a-z_]{0,16}$")
    stratum: str = Field("", max_length=32, pattern=STRATUM)
    source: Literal["", "open", "invited", "personal"] = ""
    most: Whole = Field(ge=1, le=MAX_CAPACITY)


class QuotaListInput(RequestModel):
    """All quotas of a draft; they take the place of those that it had."""

    items: list[QuotaInput] = Field(min_length=1, max_length=2000)


class CloseConfirmation(RequestModel):
    """The campaign's name once more, so that no slip closes it."""

    confirm: str = Field(pattern=CAMPAIGN)


class TokenScopes(ResponseModel):
    """What the token is good for."""

    token: str
    scopes: list[Literal[tuple(SCOPES)]]  # type: ignore[valid-type]
    expires_at: Moment
