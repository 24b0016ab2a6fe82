"""The models of answers; answers and the OpenAPI document come from them.

Figures that decide something are decimals in strings, exact to their last place. ``null`` for a
count means that it is suppressed, because few people stand behind it or behind a count that would
follow from it (docs/small-cells.md).
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from aggregation.appraisal.corrections import CorrectionKind
from aggregation.appraisal.standing import Cause
from aggregation.model.facts import Grade
from aggregation.procedure.appeals import AppealAct, AppealState
from bot.accounts.api_tokens import SCOPES

Exact = Annotated[str, Field(pattern=r"^-?[0-9]+(\.[0-9]+)?$", examples=["83.4167"])]
Moment = Annotated[datetime, Field(description="UTC")]
Purpose = Literal["counting", "pilot"]
COUNTS_NOWHERE = "a pilot counts in no appraisal"
State = Literal["draft", "opening", "open", "paused", "closing", "held", "closed"]
Count = Annotated[int | None, Field(ge=0, description="null: suppressed")]
Tens = Annotated[
    int | None, Field(ge=0, description="at least so many; null: some, and fewer than `step`")
]


class ResponseModel(BaseModel):
    """An answer; it has the described fields and no others."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class ProblemPlace(ResponseModel):
    """Where something is wrong; only the parts that apply are there."""

    file: str | None = None
    sheet: str | None = None
    line: int | None = None
    row: int | None = None
    column: str | None = None
    field: str | None = Field(None, description="a field, parameter or header of the request")
    subject: str | None = Field(None, description="the name of a campaign, unit or year")


class ProblemDetails(ResponseModel):
    """Why a request was not met (RFC 9457). Nothing was stored then."""

    type: Literal["about:blank"] = "about:blank"
    title: str
    status: int
    detail: str = Field(
        description="what is wrong and what to do, in the language of Accept-Language (en, zh)"
    )
    place: ProblemPlace = Field(description="where that is; empty: nowhere in particular")


class LocalizedNames(ResponseModel):
    """A name in both languages."""

    zh: str = Field(alias="zh-Hans")
    en: str


class Campaign(ResponseModel):
    """A campaign. While it takes ballots their number is rounded, and there is no score."""

    id: str
    year: int
    title: LocalizedNames
    state: State
    opens_at: Moment
    closes_at: Moment
    closed_early_at: Moment | None = Field(
        None, description="when it was closed, if that was before closes_at"
    )
    units: int = Field(description="the number of rated units")
    purpose: Purpose = Field(description=COUNTS_NOWHERE)
    about: Literal["units", "leaders"] = Field(description="what it asks about")
    asks: Literal["public", "staff", "superiors", "peers"] = Field(description="whom it asks")
    ballots: Tens
    step: int = Field(description="numbers are rounded down to multiples of this")


class Organiser(ResponseModel):
    """Who asks: every campaign that is opened from now on tells it to citizens."""

    name: LocalizedNames
    phone: str
    privacy: str = Field(description="whom to ask about one's data")
    country: str
    icp: str
    police: str


class CampaignList(ResponseModel):
    """A page of campaigns, the newest first."""

    items: list[Campaign]
    total: int
    next: str | None = Field(description="the address of the next page")


class CampaignLink(ResponseModel):
    """A link into a campaign. One that vouches for a group is for that group only."""

    group: str
    source: str = Field(description="open: anybody; invited: vouches for its group")
    stratum: str
    max_people: int | None = Field(description="how many people it is meant for; null: any number")
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
    capacity: int
    taken: Tens
    full: bool


class QuotaList(ResponseModel):
    """The quotas of a campaign."""

    items: list[QuotaFill]
    step: int = Field(description="numbers are rounded down to multiples of this")


class UnitCount(ResponseModel):
    """A unit's number of ballots."""

    unit: str
    ballots: Count


class CellResponseCounts(ResponseModel):
    """The personal invitations of a cell of the sample."""

    cell: str
    invited: int
    opened: Tens
    answered: Tens


class CampaignCounts(ResponseModel):
    """Counts of ballots: rounded down to `step` until the close, then the released valid ones."""

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
    """A unit's score in one evaluator group."""

    group: str
    hidden: bool = Field(description="all but its weight is suppressed")
    n: Count
    n_valid: Count
    n_open: Count
    score: Exact | None
    weight: Exact
    weight_used: Exact | None
    flags: list[str]


class PublicUnitScore(ResponseModel):
    """A unit's public score, 0–100, with its 95 % interval and its rank within its category."""

    unit: str
    name: LocalizedNames
    category: str
    withheld: bool = Field(description="everything is suppressed: too few valid ballots")
    corrected: bool = Field(description="the score was corrected after its counts were published")
    score: Exact | None
    low: Exact | None
    high: Exact | None
    unweighted: Exact | None = Field(
        description="the score without fraud weights; null: suppressed"
    )
    rank: int | None
    of: int | None
    rank_low: int | None = Field(description="the best possible rank")
    rank_high: int | None = Field(description="the worst possible rank")
    n: Count
    n_valid: Count
    excluded: Count
    dont_know: BoundedPercent | None
    top_two: BoundedPercent | None
    distribution: dict[str, Count] = Field(description="overall answers by code; - is none")
    groups: list[PublicGroupScore]
    flags: list[str]


class ReleaseSummary(ResponseModel):
    """A release of a closed campaign."""

    number: int
    released_at: Moment
    corrected: list[str] = Field(description="units whose score was corrected")


class ReleaseList(ResponseModel):
    """Every release of a campaign, the newest last."""

    items: list[ReleaseSummary]
    public: int | None = Field(description="the release on the public page")


class ExclusionCount(ResponseModel):
    """The number of ballots with one outcome: counted, or excluded for a reason."""

    reason: str
    ballots: Count


class CampaignResults(ResponseModel):
    """A page of the scores of a closed campaign, in the order of its units."""

    campaign: str
    purpose: Purpose = Field(description=COUNTS_NOWHERE)
    metric: Literal["public_score"] = "public_score"
    confidence_percent: Exact
    scheme: str = Field(description="version of the scheme")
    scheme_digest: str
    release: ReleaseSummary
    exclusions: list[ExclusionCount]
    items: list[PublicUnitScore]
    total: int
    next: str | None


class YearUnit(ResponseModel):
    """A unit's year: total, rank and grade."""

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
    amended: list[int]


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
    amended: list[int]


class YearLeaderList(ResponseModel):
    """A page of the leaders of a year."""

    year: int
    items: list[YearLeader]
    total: int
    next: str | None


class YearProposal(ResponseModel):
    """A proposal of a rule, with the decision on it."""

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
    organ: str = Field(description="that decided by the paper it rests on; empty: none")
    document: str
    decided_on: str
    released_by: str


class YearProposalList(ResponseModel):
    """A page of the proposals of a year."""

    year: int
    items: list[YearProposal]
    total: int
    next: str | None


class YearNotice(ResponseModel):
    """A public notice of a year, and how far those whom it tells know of it."""

    number: int
    begins: date
    ends: date
    until: date = Field(description="last day on which a unit may ask for a review")
    amendment: int | None = Field(description="of which it tells; null: of the year's results")
    subjects: list[str] = Field(description="units and people; empty: all of the year")
    letters: int = Field(description="people who have a letter of it")
    known: int = Field(description="who surely know, by receipt or by opening their page")


class YearNoticeList(ResponseModel):
    """The public notices of a year, the first one first."""

    year: int
    items: list[YearNotice]


class AppealActModel(ResponseModel):
    """One act of a review or an appeal."""

    act: Literal[tuple(map(str, AppealAct))]  # type: ignore[valid-type]
    on: date
    by: str = Field(description="a login, or person: and who it is")
    to: str = Field(description="the handler who is charged or challenged; may be empty")
    ruling: Literal["upheld", "rejected"] | None
    due: date | None = Field(description="ends the time that the act opens")
    text: str


class YearAppeal(ResponseModel):
    """A review or an appeal, with its steps."""

    number: int
    year: int
    subject: str
    state: Literal[tuple(map(str, AppealState))]  # type: ignore[valid-type]
    round: int
    due: date
    overdue: bool
    steps: list[AppealActModel]


class YearAppealList(ResponseModel):
    """The reviews and appeals of a year, the newest first."""

    year: int
    items: list[YearAppeal]


class CorrectionModel(ResponseModel):
    """One thing that an amendment puts right."""

    kind: Literal[tuple(map(str, CorrectionKind))]  # type: ignore[valid-type]
    subject: str
    what: str = Field(description="the indicator, finding, proposal or mark; may be empty")
    before: str = Field(description="points, a grade, or JSON of a bonus or a post; may be empty")
    after: str = Field(description="likewise; empty where something falls away")


class ChangeModel(ResponseModel):
    """What an amendment changes of a unit or person."""

    subject: str
    before: Literal[tuple(map(str, Grade))] | None  # type: ignore[valid-type]
    after: Literal[tuple(map(str, Grade))] | None  # type: ignore[valid-type]
    kept: bool = Field(description="it would fare worse, and keeps its result")


class YearAmendment(ResponseModel):
    """An amendment of a sealed year: what it puts right, why, and whom it changes."""

    number: int
    appeal: int | None = Field(description="which was upheld; null: it follows from the cause")
    cause: Literal[tuple(map(str, Cause))] | None  # type: ignore[valid-type]
    subject: str
    reason: str
    at: Moment
    by: str
    approved_by: str = Field(description="logins; empty where one person was enough")
    corrections: list[CorrectionModel]
    changes: list[ChangeModel]


class YearAmendmentList(ResponseModel):
    """The amendments of a year, the first one first."""

    year: int
    items: list[YearAmendment]


class Approval(ResponseModel):
    """What waits for a person's signature; no program signs it."""

    number: int
    state: Literal["waiting", "approved", "done"]


class PreparedAmendment(ResponseModel):
    """What an amendment would do, and what waits once it is prepared."""

    year: int
    subject: str
    seen: str = Field(description="the digest of what it would do; it comes back with the order")
    changes: list[ChangeModel]
    moved: list[str] = Field(description="who would only stand at another rank")
    undecided: list[str] = Field(
        description="proposals that are decided with it, so that a person prepares it"
    )
    waits: Approval | None = Field(description="what a person signs; null: nothing is prepared")


class TokenScopes(ResponseModel):
    """The scopes of the token."""

    token: str
    scopes: list[Literal[tuple(SCOPES)]]  # type: ignore[valid-type]
    expires_at: Moment
