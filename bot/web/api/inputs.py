"""The models of requests: parameters and bodies. They check what a program sends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from aggregation.appraisal.standing import Cause
from bot.campaigns import organiser
from bot.campaigns.links import MAX_PEOPLE, LinkInput
from bot.campaigns.quota_file import MAX_CAPACITY
from bot.web.api.models import State
from survey_flows.errors import Message

LINE = r"^[^\u0000-\u001f\u007f]+$"
CAMPAIGN = r"^[a-z0-9][a-z0-9-]{0,31}$"
CODE = r"^[A-Za-z0-9._-]{1,32}$"
STRATUM = r"^[^\u0000-\u001f\u007f]*$"
SUBJECT = r"^[^\u0000-\u001f\u007f]{1,64}$"
GROUNDS = r"^[^\u0000]*[^\u0000\s][^\u0000]*$"
MAX_TEXT = 4000
MAX_PAGE_SIZE = 200


def _whole(given: object) -> object:
    """Takes 2026.0 as the whole number 2026, since JSON has one kind of number."""
    return int(given) if isinstance(given, float) and given.is_integer() else given


Whole = Annotated[int, BeforeValidator(_whole)]


class RequestModel(BaseModel):
    """What a program sends; an unknown field is an error."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    problems: ClassVar[Mapping[str, Message]] = {}
    """By field, the domain's own sentence for a value that is wrong."""


class PageQuery(RequestModel):
    """Which page, and how long it is."""

    page: int = Field(1, ge=1, le=1_000_000)
    limit: int = Field(50, ge=1, le=MAX_PAGE_SIZE)


class CampaignQuery(PageQuery):
    """Which campaigns."""

    state: State | None = None
    year: int | None = Field(None, ge=1990, le=2999)


class ProposalQuery(PageQuery):
    """Which proposals."""

    status: Literal["proposed", "confirmed", "declined"] | None = None


class ExportQuery(RequestModel):
    """The audience of the file."""

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
    """How many units get each grade; together as many as the scheme grades by quota."""

    first: Whole = Field(ge=0, le=999_999, examples=[18])
    second: Whole = Field(ge=0, le=999_999, examples=[75])
    third: Whole = Field(ge=0, le=999_999, examples=[6])


class CampaignCreate(RequestModel):
    """A draft on the shipped questionnaires and scheme, for units that are stored for its year."""

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
    purpose: Literal["counting", "pilot"] = Field(
        "counting", description="a pilot counts in no appraisal, and citizens are told so"
    )
    about: Literal["units", "leaders"] = Field(
        "units", description="what it asks about; a counting campaign asks about units"
    )
    asks: Literal["public", "staff", "superiors", "peers"] = Field(
        "public", description="whom it asks; a counting campaign asks the public"
    )
    door: Literal["everyone", "link", "invited"] | None = Field(
        None, description="who comes in without a link; null: left to what the campaign is"
    )
    halves: list[Literal["items", "scale"]] = Field(
        [],
        max_length=2,
        examples=[["items"]],
        description="a random half is asked in another order; the method page tells the difference",
    )
    identity: list[Literal["phone", "openid"]] = Field(
        [],
        max_length=2,
        examples=[["phone"]],
        description="how citizens may confirm that they are one person; none: nobody is asked",
    )
    grades: GradePlaces | None = Field(
        None,
        description="how many units get each grade, locked at the opening; null: as in the scheme",
    )


class OrganiserNames(RequestModel):
    """A name; without an English one, the Chinese stands for both."""

    zh: str = Field(alias="zh-Hans", min_length=1, pattern=LINE, examples=["清水市考评办"])
    en: str = Field("", pattern=STRATUM, examples=["Qingshui Appraisal Office"])


class OrganiserInput(RequestModel):
    """Who asks; in China a site has an ICP and a police filing number."""

    problems: ClassVar = organiser.OrganiserInput.problems

    name: OrganiserNames
    phone: str = Field(pattern=LINE, examples=["0731-12345678"])
    privacy: str = Field(
        pattern=LINE, examples=["0731-12345679"], description="whom to ask about one's data"
    )
    country: str = Field("CN", pattern="^[A-Z]{2}$")
    icp: str = Field("", pattern=STRATUM, examples=["湘ICP备12345678号"])
    police: str = Field("", pattern=STRATUM, examples=["湘公网安备43010202000123号"])


class LinkCreate(RequestModel):
    """A link that vouches for an evaluator group."""

    problems: ClassVar = LinkInput.problems

    group: str = Field(pattern=r"^[a-z_]{1,16}$", examples=["deputy"])
    stratum: str = Field("", max_length=32, pattern=STRATUM)
    max_people: Annotated[int, Field(ge=1, le=MAX_PEOPLE), BeforeValidator(_whole)] | None = Field(
        None,
        description="how many people it is meant for; further ballots are marked for the check",
    )


class QuotaInput(RequestModel):
    """The most people of a quota cell who may rate a unit; an empty field does not limit it."""

    unit: str = Field(pattern=CODE)
    group: str = Field("", pattern=r"^[a-z_]{0,16}$")
    stratum: str = Field("", max_length=32, pattern=STRATUM)
    source: Literal["", "open", "invited", "personal", "verified"] = ""
    capacity: Whole = Field(ge=1, le=MAX_CAPACITY)


class QuotaListInput(RequestModel):
    """All quotas of a draft; they replace those that it had."""

    items: list[QuotaInput] = Field(min_length=1, max_length=2000)


class AppealRequest(RequestModel):
    """A request about the result of a unit or a leader, taken for them."""

    subject: str = Field(pattern=SUBJECT, examples=["FIN"])
    act: Literal["received", "late", "direct"] = Field(
        "received",
        description="a review; a late one, whose text names the cause; a leader's appeal at once",
    )
    text: str = Field(min_length=1, max_length=MAX_TEXT, pattern=GROUNDS)


class AppealFollow(RequestModel):
    """What whoever asked does next: appeal, or take the request back."""

    act: Literal["again", "withdrawn"]
    text: str = Field(min_length=1, max_length=MAX_TEXT, pattern=GROUNDS)


class AmendmentRequest(RequestModel):
    """An amendment that follows from no appeal; what has to be decided with it people prepare."""

    cause: Literal[tuple(str(it) for it in Cause if it is not Cause.FALSE)]  # type: ignore[valid-type]
    what: str = Field(
        pattern=SUBJECT,
        examples=["objective"],
        description="the finding, the investigation, the earlier year, or what is put right",
    )
    subject: str = Field("", max_length=64, pattern=STRATUM, examples=["FIN"])
    on: str = Field(
        "",
        pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2})?$",
        description="the day on which a finding was revoked or an investigation ended",
    )
    value: str = Field("", max_length=200, pattern=STRATUM, description="what is right")
    document: str = Field(min_length=1, max_length=120, pattern=LINE)
    reason: str = Field(min_length=1, max_length=MAX_TEXT, pattern=GROUNDS)
    seen: str = Field(
        "",
        max_length=64,
        pattern=STRATUM,
        description="`seen` of the answer that was looked at; empty: only look",
    )


class CloseConfirmation(RequestModel):
    """The campaign's name once more, so that no slip closes it, and why it is closed early."""

    confirm: str = Field(pattern=CAMPAIGN)
    reason: str = Field(
        "", max_length=500, description="needed before the planned end; published in the log"
    )
