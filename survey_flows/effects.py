"""Effects: what should happen next. The engine returns them and never performs them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from survey_flows.ballot import Ballot
from survey_flows.events import RequestAction
from survey_flows.quota import QuotaCell


class Input(StrEnum):
    """The meaning of typed text on a screen."""

    NONE = "none"
    SEARCH = "search"
    TEXT = "text"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Button:
    """A label and the data that returns as `Pressed` (at most 64 bytes of UTF-8 on Telegram)."""

    label: str
    data: str


@dataclass(frozen=True, slots=True)
class ReviewLine:
    """One item of the review: its name in few words, the answer, and the button to change it."""

    item: str
    answer: str
    change: Button


@dataclass(frozen=True, slots=True)
class OtherPerson:
    """The way in which another person begins at the same browser: a label, a link and a unit."""

    label: str
    link: str
    unit: str


@dataclass(frozen=True, slots=True)
class Screen:
    """One screen in the citizen's language: words, then rows of buttons.

    ``step`` names the place in the conversation (``unit``, ``q:overall``, ``review``, ``receipt``
    …); ``progress`` is (this step, all steps) or None. ``selected`` is the data of the button that
    holds the present answer. ``unit`` is the name of the rated unit where the text of a question
    does not say it. ``review`` has what the text and the rows of a review say, line by line.
    ``keep`` is the text of a file that the citizen may keep, and ``address`` a page for it, from
    the host or from its root on. ``other`` is how another person begins at the same browser,
    and ``key`` that of the rating which typed words are meant for.
    """

    step: str
    lang: str
    text: str
    rows: tuple[tuple[Button, ...], ...] = ()
    input: Input = Input.NONE
    progress: tuple[int, int] | None = None
    selected: str = ""
    keep: str = ""
    address: str = ""
    unit: str = ""
    review: tuple[ReviewLine, ...] = ()
    other: OtherPerson | None = None
    key: str = ""

    @property
    def in_words(self) -> str:
        """The text with the step and the unit before it, where no page shows them beside it."""
        if self.progress is None:
            return self.text
        heads = (f"{self.progress[0]}/{self.progress[1]}", self.unit)
        return f"{' · '.join(filter(None, heads))}{chr(10) if self.unit else ' · '}{self.text}"

    @property
    def shows_answers(self) -> bool:
        """Whether it has the citizen's answers or promise, which nobody may ask to see later."""
        shown = self.step in ("review", "goes") or bool(self.keep)
        return shown or bool(self.selected and self.step.startswith("q:"))


@dataclass(frozen=True, slots=True)
class ShowNotice:
    """A short notice beside the screen: a toast over a button, a line above a question."""

    text: str


@dataclass(frozen=True, slots=True)
class ShowScreen:
    """Show this screen in place of the one before."""

    screen: Screen


@dataclass(frozen=True, slots=True)
class AnswerTiming:
    """The circumstances of a rating, for the online checks; it holds no answer.

    ``seconds`` run from the first question to the submission (None when unknown). ``questions``
    were answered or skipped, ``stale`` buttons of other steps were pressed, ``link`` is the link by
    which the citizen came and ``cluster`` its key (`survey_flows.campaign_definition.Link`).
    """

    seconds: int | None = None
    questions: int = 0
    stale: int = 0
    link: str = ""
    cluster: int = 0


@dataclass(frozen=True, slots=True)
class StoreBallot:
    """Stores a ballot; it supersedes an earlier one of the same person, unit and campaign."""

    ballot: Ballot
    timing: AnswerTiming = AnswerTiming()


@dataclass(frozen=True, slots=True)
class ErasePerson:
    """Deletes this person's ballots in this campaign and the conversation."""

    campaign: str


@dataclass(frozen=True, slots=True)
class CountPressure:
    """Counts a pressure report about this unit; the person's ballot stays as it is."""

    campaign: str
    unit: str


@dataclass(frozen=True, slots=True)
class HoldRequest:
    """Hands a person's request about a unit to an office; it is joined to no ballot.

    ``shared``: the unit may read it. ``day`` is the city's day in ISO form, ``due`` its end and
    ``at`` the present, in epoch seconds.
    """

    campaign: str
    unit: str
    text: str
    shared: bool
    lang: str
    day: str
    due: int
    at: int


@dataclass(frozen=True, slots=True)
class LookUpReceipt:
    """Looks up a receipt in the log; the answer says whether it is there, or was lost."""

    code: str
    lang: str


@dataclass(frozen=True, slots=True)
class EndConversation:
    """The conversation is over and nothing of it needs keeping."""


@dataclass(frozen=True, slots=True)
class QuotaFull:
    """No quota place is left for this person in these cells; a holder of one may rate again."""

    campaign: str
    cells: frozenset[QuotaCell]


@dataclass(frozen=True, slots=True)
class RatingBegun:
    """A rating of this unit began; one who has rated it before is to be told or asked."""

    campaign: str
    unit: str


@dataclass(frozen=True, slots=True)
class SearchMissed:
    """Counts searched words that surely mean no unit of this campaign."""

    campaign: str
    words: str


@dataclass(frozen=True, slots=True)
class OptOut:
    """Never invite this person again."""


@dataclass(frozen=True, slots=True)
class OptIn:
    """This person may be invited again, from today on."""


@dataclass(frozen=True, slots=True)
class HandleRequestAction:
    """Performs an action of this person on their requests, and shows them."""

    action: RequestAction


Effect = (
    ShowNotice
    | ShowScreen
    | StoreBallot
    | ErasePerson
    | CountPressure
    | HoldRequest
    | LookUpReceipt
    | EndConversation
    | QuotaFull
    | RatingBegun
    | SearchMissed
    | OptOut
    | OptIn
    | HandleRequestAction
)
