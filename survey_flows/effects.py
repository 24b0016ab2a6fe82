"""What should happen next. The engine returns these; it never does them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from survey_flows.ballot import Ballot
from survey_flows.events import RequestAction
from survey_flows.quota import QuotaCell


class Input(StrEnum):
    """What typed text means on a screen."""

    NONE = "none"
    SEARCH = "search"
    TEXT = "text"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Button:
    """A label and the data that comes back as `Pressed` (at most 64 bytes of UTF-8, Telegram's limit)."""

    label: str
    data: str


@dataclass(frozen=True, slots=True)
class Screen:
    """One thing to show, in the citizen's language: words, then rows of buttons.

    ``step`` names the place in the conversation (``unit``, ``q:overall``, ``review``, ``receipt`` …); ``progress`` is
    (this step, all steps) or None. ``selected`` is the data of the button that holds the present answer.
    """

    step: str
    lang: str
    text: str
    rows: tuple[tuple[Button, ...], ...] = ()
    input: Input = Input.NONE
    progress: tuple[int, int] | None = None
    selected: str = ""

    @property
    def shows_answers(self) -> bool:
        """Whether the citizen's answers can be read on it."""
        return self.step in ("review", "send") or bool(self.selected and self.step.startswith("q:"))


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
    """How a rating came about, for the judge: no answer is in it.

    ``seconds`` from the first question to the submission (None when that is not known), ``questions`` that were
    answered or skipped, ``stale`` buttons of other steps that were pressed, and the ``link`` the citizen came by.
    """

    seconds: int | None = None
    questions: int = 0
    stale: int = 0
    link: str = ""


@dataclass(frozen=True, slots=True)
class StoreBallot:
    """Store this ballot; it replaces an earlier one by the same person for the same unit and campaign."""

    ballot: Ballot
    timing: AnswerTiming = AnswerTiming()


@dataclass(frozen=True, slots=True)
class ErasePerson:
    """Delete this person's ballots in this campaign and what is kept of the conversation."""

    campaign: str


@dataclass(frozen=True, slots=True)
class CountPressure:
    """Count that this person was told how to rate this unit; their ballot stays as it is."""

    campaign: str
    unit: str


@dataclass(frozen=True, slots=True)
class HoldRequest:
    """Hand an office what this person wants a unit to mend; it is joined to no ballot.

    ``shared``: the unit may read it. ``day`` is the city's day in ISO form, ``due`` its end and ``at`` the present, in
    epoch seconds.
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
    """Say in ``lang`` whether the log has the receipt of this code: the sentence `receipt-in` or `receipt-not-yet`."""

    code: str
    lang: str


@dataclass(frozen=True, slots=True)
class EndConversation:
    """The conversation is over and nothing of it needs keeping."""


@dataclass(frozen=True, slots=True)
class QuotaFull:
    """No place is left for this person in these cells; whoever has one there may rate all the same."""

    campaign: str
    cells: frozenset[QuotaCell]


@dataclass(frozen=True, slots=True)
class OptOut:
    """Never invite this person again."""


@dataclass(frozen=True, slots=True)
class HandleRequestAction:
    """Do what this person asks about their follow-ups, and show them."""

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
    | OptOut
    | HandleRequestAction
)
