"""What a citizen will see of a questionnaire: each item as a screen of the conversation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice, product

from bot.core.shipped_files import shipped_words
from survey_flows.campaign_definition import CampaignDefinition, Unit
from survey_flows.effects import Screen
from survey_flows.questionnaire import Question, QuestionKind, Questionnaire
from survey_flows.route import CLOSED, visible_questions
from survey_flows.screens import current_screen
from survey_flows.session import Session

MOST_TRIES = 5000
"""The sets of answers that are tried for one that shows an item."""
UNIT = "UNIT"


@dataclass(frozen=True, slots=True)
class PreviewedItem:
    """An item on a phone; ``screen`` is None where no answers show it, so that nobody is asked."""

    screen: Screen | None
    always: bool


def preview(
    questionnaire: Questionnaire, unit: Mapping[str, str], lang: str
) -> list[PreviewedItem]:
    """Returns the screens of a sound questionnaire's items, in their order.

    Args:
        questionnaire: has no flaws (`survey_flows.consistency.find_flaws`).
        unit: the name of a unit that is rated with it, by language.
        lang: the language of the citizen.
    """
    moment = datetime(2000, 1, 1, tzinfo=UTC)
    rated = Unit(UNIT, unit, questionnaire.id, "", "")
    definition = CampaignDefinition(
        "preview",
        questionnaire.title,
        {UNIT: rated},
        {questionnaire.id: questionnaire},
        {},
        shipped_words(),
        moment,
        moment,
    )
    shown = _answers_that_show(questionnaire)
    found = []
    for question in questionnaire.questions:
        screen = None
        if question.id in shown:
            answers = shown[question.id]
            place = f"q:{question.id}"
            session = Session("000000", 0, lang, 1, unit=UNIT, answers=answers, place=place)
            screen = current_screen(definition, session)
        found.append(PreviewedItem(screen, question.show_if is None))
    return found


def _answers_that_show(questionnaire: Questionnaire) -> dict[str, dict[str, str]]:
    """Returns for each item answers to earlier ones that show it."""
    found: dict[str, dict[str, str]] = {}
    for answers in islice(_ways(questionnaire), MOST_TRIES):
        shown = [question.id for question in visible_questions(questionnaire, answers)]
        for at, name in enumerate(shown):
            if name not in found:
                kept = {it: answers[it] for it in shown[:at] if it in answers}
                found[name] = kept
        if len(found) == len(questionnaire.questions):
            break
    return found


def _ways(questionnaire: Questionnaire) -> Iterator[dict[str, str]]:
    names = questionnaire.deciding
    values = [_values(questionnaire, questionnaire.by_id[name]) for name in names]
    for way in product(*values):
        yield dict(zip(names, way, strict=True))


def _values(questionnaire: Questionnaire, question: Question) -> list[str]:
    """Returns answers among which every comparison with this item comes out both ways."""
    if question.kind in CLOSED:
        return list(question.choices)
    if question.kind is not QuestionKind.INTEGER:
        return [""]
    compared = {
        int(it.value)
        for other in questionnaire.questions
        for it in (other.show_if.comparisons if other.show_if else ())
        if it.question == question.id
    }
    return [str(n + d) for n in sorted(compared) for d in (-1, 0, 1)]
