"""Reads rating patterns: the ballot score, the overall answer, and «don't know»."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import TYPE_CHECKING

from survey_flows.errors import BadInput, Message, Place
from survey_flows.identity_kinds import VERIFIED
from survey_flows.questionnaire import NO_ANSWER, Question, Questionnaire
from survey_flows.same_objects import remembered_of_same

if TYPE_CHECKING:
    from aggregation.scheme.evidence import EvidenceRules
    from aggregation.scheme.scheme import Scheme

OPEN = "open"
"""The source of open-link ballots, which no invitation vouches for."""
VOUCHED = "vouched"
"""Stands for every vouched source where scores know no other difference."""
INVITED = "invited"
"""The source of ballots by a code that many people use: it hangs in public or goes round."""

SHEETS, MOST_PATTERNS = 64, 20_000
"""So many questionnaires keep the meaning of so many patterns each in memory.

Scores, files and listings of a campaign all read the same patterns.
"""


def loose_channels(rules: EvidenceRules | None) -> tuple[str, ...]:
    """Returns the channels that nobody vouches for.

    By method 2 they are the open link, codes of groups and, where the rules give it a worth of its
    own, people who showed to be one person; without rules (method 1) all are as the open link.
    """
    if rules is None:
        return (OPEN,)
    return (OPEN, INVITED) if rules.verified_worth is None else (OPEN, INVITED, VERIFIED)


Points = Mapping[str, Fraction | None]
"""A scale's conversion of codes; None is missing."""


@dataclass(frozen=True, slots=True)
class PatternOutcome:
    """The meaning of one rating pattern.

    ``score`` is 0–100, or None when the ballot is not valid because fewer than half of its rated
    items were answered. ``overall`` is the code given to the overall item, of the scale ``scale``.
    ``dont_know`` holds when the overall item was answered with a code without points, or when
    neither it nor any other rated item was answered.
    """

    score: Fraction | None
    overall: str
    scale: str
    dont_know: bool


def scale_points(scheme: Scheme, scale: str) -> Points:
    """The points of each code of a scale, in the scale's order.

    Raises:
        BadInput: the scheme has no such scale.
    """
    if scale not in scheme.scales:
        message = Message("counts-scale-unknown", scale=scale, known=tuple(scheme.scales))
        raise BadInput(message, Place(field="scales"))
    options = scheme.scales[scale].options
    return {
        option.code: None if option.points is None else Fraction(option.points)
        for option in options
    }


def questionnaire_place(id_: str) -> Place:
    """The place of a problem with a whole questionnaire."""
    return Place(subject=Message("counts-questionnaire", id=id_))


class _Sheet:
    """The rated items of one questionnaire, with the scales that read their codes."""

    def __init__(self, questionnaire: Questionnaire, scheme: Scheme) -> None:
        self.id = questionnaire.id
        self.rated = questionnaire.rated
        self.points = [scale_points(scheme, q.scale or scheme.default_scale) for q in self.rated]
        self.overall = _overall(self.rated)
        lead = self.rated[self.overall or 0].scale if self.rated else None
        self.scale = lead or scheme.default_scale
        self.share = Fraction(scheme.overall_share) / 100
        self._read: dict[str, PatternOutcome] = {}

    def read(self, ratings: str) -> PatternOutcome:
        known = self._read.get(ratings)
        if known is None:
            known = self._outcome(ratings)
            if len(self._read) < MOST_PATTERNS:
                self._read[ratings] = known
        return known

    def _outcome(self, ratings: str) -> PatternOutcome:
        values = self.values(ratings)
        codes = ratings.split()
        overall = NO_ANSWER if self.overall is None else codes[self.overall]
        heard = any(value is not None for value in values)
        unknown = (
            not heard
            if self.overall is None or overall == NO_ANSWER
            else values[self.overall] is None
        )
        return PatternOutcome(self._score(values), overall, self.scale, unknown)

    def values(self, ratings: str) -> list[Fraction | None]:
        codes = ratings.split()
        if len(codes) != len(self.rated):
            message = Message("counts-pattern-length", pattern=ratings, codes=len(self.rated))
            raise BadInput(message, questionnaire_place(self.id))
        return [self._value(place, code) for place, code in enumerate(codes)]

    def _value(self, place: int, code: str) -> Fraction | None:
        if code == NO_ANSWER:
            return None
        if code not in self.points[place]:
            question = Message(
                "counts-question", questionnaire=self.id, question=self.rated[place].id
            )
            raise BadInput(Message("counts-code-unknown", code=code), Place(subject=question))
        return self.points[place][code]

    def _score(self, values: Sequence[Fraction | None]) -> Fraction | None:
        answered = sum(value is not None for value in values)
        if not answered or 2 * answered < len(values):
            return None
        if self.overall is None or len(values) == 1:
            return _mean(
                (1 if len(values) == 1 else q.weight, v)
                for q, v in zip(self.rated, values, strict=True)
            )
        overall = values[self.overall]
        rest = zip(self.rated, values, strict=True)
        dimensions = _mean(
            (q.weight, v) for place, (q, v) in enumerate(rest) if place != self.overall
        )
        if overall is None or dimensions is None:
            return dimensions if overall is None else overall
        return self.share * overall + (1 - self.share) * dimensions


@remembered_of_same(SHEETS)
def _sheet(questionnaire: Questionnaire, scheme: Scheme) -> _Sheet:
    """Its sheet, with the patterns that it has read for earlier readers."""
    return _Sheet(questionnaire, scheme)


def _overall(rated: Sequence[Question]) -> int | None:
    # The only rated item speaks for the whole.
    return (
        0 if len(rated) == 1 else next((place for place, q in enumerate(rated) if q.overall), None)
    )


def _mean(weighted: Iterable[tuple[int, Fraction | None]]) -> Fraction | None:
    answered = [(weight, value) for weight, value in weighted if value is not None]
    total = sum(weight for weight, _ in answered)
    if not total:
        return None
    # In whole numbers: to reduce a fraction at each step would take most of the time of a scan.
    common = lcm(*(value.denominator for _, value in answered))
    above = sum(
        weight * value.numerator * (common // value.denominator) for weight, value in answered
    )
    return Fraction(above, total * common)


class PatternReader:
    """Reads the rating patterns of known questionnaires under a scheme, each pattern once.

    Raises:
        BadInput: a questionnaire names a scale that the scheme does not have.
    """

    def __init__(self, questionnaires: Mapping[str, Questionnaire], scheme: Scheme) -> None:
        self._sheets = {
            name: _sheet(questionnaire, scheme) for name, questionnaire in questionnaires.items()
        }
        self._targets = scheme.population.targets() if scheme.population else {}
        self._vouched = {VOUCHED, *scheme.evidence.vouched} if scheme.evidence else None
        self._loose = loose_channels(scheme.evidence)
        self._places: dict[tuple[str, str], int] = {}
        self._known: dict[PatternOutcome, int] = {}
        self.outcomes: list[PatternOutcome] = []
        """Every outcome met so far."""

    @property
    def placed(self) -> bool:
        """Whether any answers are weighted to the population."""
        return bool(self._targets)

    @property
    def apart(self) -> bool:
        """Whether each loose channel is summed by itself."""
        return self._vouched is not None

    @property
    def channels(self) -> tuple[str, ...]:
        """The loose channels."""
        return self._loose

    def loose_channel(self, source: str) -> str:
        """The channel of a ballot that nobody vouches for; empty for a vouched one.

        A source that nobody knows counts with the open link, so that no name makes a new channel.
        """
        if self._vouched is None:
            return OPEN if source in (OPEN, VERIFIED) else ""
        if source in self._vouched:
            return ""
        return source if source in self._loose else OPEN

    def stratum(self, unit: str, group: str, stratum: str) -> str:
        """The stratum, or nothing where the scheme has no population figures for it."""
        target = self._targets.get((unit, group)) or self._targets.get(("", group))
        return stratum if target and target.parts(stratum) else ""

    def place(self, questionnaire: str, ratings: str) -> int:
        """The place in `outcomes` of a pattern's outcome.

        Raises:
            BadInput: an unknown questionnaire, an unknown code, too few or too many codes.
        """
        key = (questionnaire, ratings)
        if key not in self._places:
            outcome = self._sheet(questionnaire).read(ratings)
            self._places[key] = self._known.setdefault(outcome, len(self.outcomes))
            if self._places[key] == len(self.outcomes):
                self.outcomes.append(outcome)
        return self._places[key]

    def read(self, questionnaire: str, ratings: str) -> PatternOutcome:
        """The outcome of a pattern; raises as `place`."""
        return self.outcomes[self.place(questionnaire, ratings)]

    def values(self, questionnaire: str, ratings: str) -> list[Fraction | None]:
        """The points of each rated item, None for one without points; raises as `place`."""
        return self._sheet(questionnaire).values(ratings)

    def _sheet(self, questionnaire: str) -> _Sheet:
        if questionnaire not in self._sheets:
            message = Message("counts-questionnaire-unknown")
            raise BadInput(message, questionnaire_place(questionnaire))
        return self._sheets[questionnaire]
