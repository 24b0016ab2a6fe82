"""The screens of a rating: question, where words go, review and receipt."""

from __future__ import annotations

from dataclasses import replace

from survey_flows.box import (
    COUNTED,
    DESTINATIONS,
    GOES,
    KEPT,
    TO_OFFICE,
    TO_UNIT,
    most_characters,
    personal_data,
)
from survey_flows.campaign_definition import CampaignDefinition
from survey_flows.effects import Button, Input, ReviewLine, Screen
from survey_flows.localized_names import in_language, show_end, unit_name
from survey_flows.overlays import overlay_screen
from survey_flows.questionnaire import Question, QuestionKind, Questionnaire
from survey_flows.route import CLOSED, visible_questions
from survey_flows.screen_parts import Rows, column, grouped, identity_offer
from survey_flows.session import Session, begun, is_full
from survey_flows.unit_list import units_screen

_INPUT = {QuestionKind.TEXT: Input.TEXT, QuestionKind.INTEGER: Input.NUMBER}
_EXCERPT = 200
_IN_REVIEW, _NAME_LENGTH = 20, 24
"""Most characters of words and of an item's name in the review, where each is one line."""
_PER_ROW = 4
WHERE = "receipt-where"
"""The sentence that says where to look a receipt up; the web page has another."""
NOTE = "goes-note"
"""The sentence that says what an office does with words; not every channel offers it."""


def current_screen(definition: CampaignDefinition, session: Session) -> Screen:
    """The screen of the session's place. The session must fit the definition (`fit_session`).

    In a pilot each screen says so but the questions after the first, however a citizen came there.
    """
    screen = _screen(definition, session)
    later = screen.step.startswith("q:") and (screen.progress or (0,))[0] > 1
    if later or not definition.aim.pilot:
        return screen
    return replace(screen, text=f"{screen.text}\n{definition.wording.say(session.lang, 'pilot')}")


def _screen(definition: CampaignDefinition, session: Session) -> Screen:
    if session.overlay:
        return overlay_screen(definition, session)
    if session.place == "unit":
        return units_screen(definition, session)
    if session.place == "receipt":
        return _receipt(definition, session)
    questionnaire = definition.asked(session.unit, session.order)
    if session.place == GOES:
        return _goes(definition, session, questionnaire)
    if session.place == "review":
        return _review(definition, session, questionnaire)
    return _question(definition, session, questionnaire, questionnaire.by_id[session.place[2:]])


def _label(question: Question, definition: CampaignDefinition, session: Session) -> str:
    label = in_language(question.label, session.lang, definition)
    return label.replace("{unit}", unit_name(definition, session.unit, session.lang))


def _question(
    definition: CampaignDefinition,
    session: Session,
    questionnaire: Questionnaire,
    question: Question,
) -> Screen:
    steps = visible_questions(questionnaire, session.answers)
    answer = session.answers.get(question.id, "")
    place = steps.index(question)
    words = _INPUT.get(question.kind, Input.NONE)
    return Screen(
        step=session.place,
        lang=session.lang,
        text=_question_text(definition, session, question, answer),
        rows=_options(definition, session, question)
        + _navigation(definition, session, question, first=place == 0),
        input=words,
        progress=(place + 1, len(steps) + 1),
        selected=f"{session.key}:a:{question.id}:{answer}"
        if answer and question.kind in CLOSED
        else "",
        unit=""
        if "{unit}" in in_language(question.label, session.lang, definition)
        else unit_name(definition, session.unit, session.lang),
        key=session.key if words is not Input.NONE else "",
    )


def _question_text(
    definition: CampaignDefinition, session: Session, question: Question, answer: str
) -> str:
    say, lang = definition.wording.say, session.lang
    questionnaire = definition.asked(session.unit, session.order)
    limit = most_characters(questionnaire, question)
    lines = [_label(question, definition, session)]
    if question.kind is QuestionKind.TEXT:
        lines.append(say(lang, "write", limit=limit))
    if question.kind is QuestionKind.INTEGER:
        lines.append(say(lang, "write-number"))
    if answer and question.kind not in CLOSED:
        lines += [say(lang, "now-chosen"), _excerpt(answer, _EXCERPT)]
    return "\n".join(lines)


def _options(definition: CampaignDefinition, session: Session, question: Question) -> Rows:
    lead = f"{session.key}:a:{question.id}:"
    lang = session.lang
    return tuple(
        (Button(in_language(o.label, lang, definition), lead + o.code),) for o in question.options
    )


def _navigation(
    definition: CampaignDefinition, session: Session, question: Question, *, first: bool
) -> Rows:
    say, lang, key = definition.wording.say, session.lang, session.key
    forward: tuple[Button, ...] = ()
    if question.kind is QuestionKind.NOTE:
        forward = (Button(say(lang, "read-on"), f"{key}:k:{question.id}"),)
    elif question.id in session.answers:
        forward = (Button(say(lang, "keep"), f"{key}:k:{question.id}"),)
    if question.optional and question.kind is not QuestionKind.NOTE:
        forward += (Button(say(lang, "skip"), f"{key}:s:{question.id}"),)
    away: tuple[Button, ...] = (Button(say(lang, "stop"), f"{key}:x:{question.id}"),)
    if not first:
        away = (Button(say(lang, "back"), f"{key}:b:{question.id}"), *away)
    rows = (forward, away) if forward else (away,)
    offer = identity_offer(definition, session) if first else ()
    return (*rows, *waiting_row(definition, session), *offer)


def waiting_row(definition: CampaignDefinition, session: Session) -> Rows:
    """The button to the ratings that wait, where there are any and the present one can wait too."""
    waiting = begun(session)
    if not waiting or (session.answers and is_full(session)):
        return ()
    label = definition.wording.say(session.lang, "waiting-open", count=len(waiting))
    return ((Button(label, f"{session.key}:g:"),),)


def _excerpt(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _review(
    definition: CampaignDefinition, session: Session, questionnaire: Questionnaire
) -> Screen:
    say, lang, key = definition.wording.say, session.lang, session.key
    steps = visible_questions(questionnaire, session.answers)
    asked = [question for question in steps if question.kind is not QuestionKind.NOTE]
    lines = tuple(
        ReviewLine(
            _short_label(question, definition, session),
            _answer_label(definition, session, question),
            Button(say(lang, "change", number=number), f"{key}:c:{question.id}"),
        )
        for number, question in enumerate(asked, 1)
    )
    between, change = say(lang, "review-between"), [line.change for line in lines]
    return Screen(
        step="review",
        lang=lang,
        text="\n".join(
            [
                say(lang, "review", unit=unit_name(definition, session.unit, lang)),
                say(lang, "review-open"),
                "",
                *(f"{n}. {line.item}{between}{line.answer}" for n, line in enumerate(lines, 1)),
                "",
                say(lang, "review-note"),
            ]
        ),
        rows=(
            (Button(say(lang, "submit"), f"{key}:y"),),
            *(tuple(change[i : i + _PER_ROW]) for i in range(0, len(change), _PER_ROW)),
            (Button(say(lang, "stop"), f"{key}:x:"),),
        ),
        progress=(len(steps) + 1, len(steps) + 1),
        review=lines,
    )


def _short_label(question: Question, definition: CampaignDefinition, session: Session) -> str:
    if question.short:
        return in_language(question.short, session.lang, definition)
    return _excerpt(_label(question, definition, session), _NAME_LENGTH)


def _answer_label(definition: CampaignDefinition, session: Session, question: Question) -> str:
    """The answer in one line; words of the citizen's own are cut, and «change» shows them whole."""
    answer = session.answers.get(question.id, "")
    if not answer:
        return definition.wording.say(session.lang, "not-filled")
    option = question.choices.get(answer)
    if option:
        return in_language(option.label, session.lang, definition)
    words = _excerpt(" ".join(answer.split()), _IN_REVIEW)
    if not session.goes or question.kind is not QuestionKind.TEXT or not question.optional:
        return words
    return f"{words}　{definition.wording.say(session.lang, f'went-{session.goes}')}"


def _receipt(definition: CampaignDefinition, session: Session) -> Screen:
    """Confirms the ballot and never shows its answers: no rater can be made to prove them."""
    say, lang, key = definition.wording.say, session.lang, session.key
    name = unit_name(definition, session.unit, lang)
    note = say(lang, "receipt-note", where=say(lang, WHERE), date=show_end(definition, lang))
    return Screen(
        step="receipt",
        lang=lang,
        text=f"{say(lang, 'receipt', unit=name)}\n{grouped(session.receipt)}\n\n{note}",
        rows=(
            *waiting_row(definition, session),
            *column(
                [
                    Button(say(lang, "again"), f"{key}:n"),
                    Button(say(lang, "redo"), f"{key}:r"),
                    Button(say(lang, "promise-ask"), f"{key}:v"),
                    Button(say(lang, "pressured"), f"{key}:f"),
                ]
            ),
        ),
    )


def _goes(definition: CampaignDefinition, session: Session, questionnaire: Questionnaire) -> Screen:
    """Points out what looks like personal data, then asks where the words of the box go."""
    say, lang, key = definition.wording.say, session.lang, session.key
    steps = visible_questions(questionnaire, session.answers)
    box = steps[-1]
    words = session.answers[box.id]
    away = (
        Button(say(lang, "back"), f"{key}:b:{box.id}"),
        Button(say(lang, "stop"), f"{key}:x:"),
    )
    kinds = dict.fromkeys(kind for _, _, kind in personal_data(words))
    if kinds and session.goes != KEPT and session.goes not in DESTINATIONS:
        named = say(lang, "personal-between").join(say(lang, f"personal-{kind}") for kind in kinds)
        text = f"{say(lang, 'personal-ask', kinds=named)}\n→ {words}"
        rows: list[Button] = [
            Button(say(lang, "personal-hide"), f"{key}:z"),
            Button(say(lang, "personal-keep"), f"{key}:j"),
        ]
        progress = (len(steps), len(steps) + 1)
        return Screen(GOES, lang, text, (*column(rows), away), progress=progress)
    text = f"{say(lang, 'goes-ask')}\n→ {words}\n{say(lang, NOTE)}"
    unit = unit_name(definition, session.unit, lang)
    choices = {COUNTED: f"{key}:i", TO_OFFICE: f"{key}:w:office", TO_UNIT: f"{key}:w:unit"}
    rows = [Button(say(lang, f"goes-{to}"), data) for to, data in choices.items()]
    return Screen(
        GOES,
        lang,
        text,
        (*column(rows), away),
        progress=(len(steps), len(steps) + 1),
        selected=choices.get(session.goes, ""),
        unit=unit,
    )
