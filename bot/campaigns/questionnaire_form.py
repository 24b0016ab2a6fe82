"""A questionnaire as the fields of a form: each a text as somebody typed it, whole or half done.

The form has rules of its own for what is no questionnaire at all, such as a weight that is no
number. Everything else is found by `survey_flows.consistency.find_flaws`, as of a file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from survey_flows.characters import clean_text
from survey_flows.consistency import Flaw, find_flaws
from survey_flows.errors import Message
from survey_flows.load import Scales
from survey_flows.questionnaire import (
    AnswerComparison,
    Condition,
    Option,
    Question,
    QuestionKind,
    Questionnaire,
)

MOST_QUESTIONS, MOST_OPTIONS, MOST_COMPARISONS = 60, 40, 9
"""What a form may hold at most; a file may hold more."""
OPERATORS = ("=", "!=", "<", "<=", ">", ">=")
YES_NO = QuestionKind.YES_NO.value
RATING = QuestionKind.RATING.value
CHOICE = QuestionKind.CHOICE.value

Get = Callable[[str], str]
"""Returns a field of the form by its name; empty where it has none."""


@dataclass(frozen=True, slots=True)
class TypedOption:
    """An option as typed; its words by language."""

    code: str = ""
    label: Mapping[str, str] = field(default_factory=dict)
    group: str = ""

    @property
    def empty(self) -> bool:
        """Whether nothing was typed: such a row is no option."""
        return not (self.code or self.group or any(self.label.values()))


@dataclass(frozen=True, slots=True)
class TypedQuestion:
    """An item as typed.

    ``lists`` says whose options stand in ``options``: a scale, ``yes_no``, or ``choice``.
    ``comparisons`` are question, operator and value.
    """

    id: str = ""
    kind: str = RATING
    label: Mapping[str, str] = field(default_factory=dict)
    short: Mapping[str, str] = field(default_factory=dict)
    scale: str = ""
    weight: str = ""
    overall: bool = False
    optional: bool = False
    options: tuple[TypedOption, ...] = ()
    lists: str = ""
    any_of: bool = False
    comparisons: tuple[tuple[str, str, str], ...] = ()
    max_length: str = ""
    minimum: str = ""
    maximum: str = ""

    @property
    def closed(self) -> bool:
        """Whether it is answered by an option."""
        return self.kind in (RATING, CHOICE, YES_NO)


@dataclass(frozen=True, slots=True)
class TypedQuestionnaire:
    """A questionnaire as typed; ``languages`` are those of the questionnaire that is changed."""

    id: str
    version: str
    title: Mapping[str, str]
    questions: tuple[TypedQuestion, ...]
    languages: tuple[str, ...]


def typed_questionnaire(questionnaire: Questionnaire) -> TypedQuestionnaire:
    """Returns a questionnaire as its form says it."""
    return TypedQuestionnaire(
        questionnaire.id,
        questionnaire.version,
        dict(questionnaire.title),
        tuple(_typed(question) for question in questionnaire.questions),
        questionnaire.languages,
    )


def _typed(question: Question) -> TypedQuestion:
    condition = question.show_if or Condition(())
    scale = question.scale or ""
    of = {QuestionKind.RATING: scale, QuestionKind.YES_NO: YES_NO, QuestionKind.CHOICE: CHOICE}
    return TypedQuestion(
        question.id,
        question.kind.value,
        dict(question.label),
        dict(question.short),
        scale,
        str(question.weight or ""),
        question.overall,
        question.optional,
        tuple(TypedOption(it.code, dict(it.label), it.group or "") for it in question.options),
        of.get(question.kind, ""),
        condition.any_of,
        tuple((it.question, it.op, it.value) for it in condition.comparisons),
        str(question.max_length) if question.kind is QuestionKind.TEXT else "",
        "" if question.minimum is None else str(question.minimum),
        "" if question.maximum is None else str(question.maximum),
    )


def read_form(get: Get, id_: str, languages: tuple[str, ...]) -> TypedQuestionnaire:
    """Returns what a form says; at most as much as `MOST_QUESTIONS` and its like allow."""
    count = _count(get("count"), MOST_QUESTIONS)
    return TypedQuestionnaire(
        id_,
        get("version"),
        _words(get, "title", languages),
        tuple(_read_question(get, f"q{at}", languages) for at in range(count)),
        languages,
    )


def _read_question(get: Get, lead: str, languages: tuple[str, ...]) -> TypedQuestion:
    options = (
        TypedOption(
            get(f"{lead}-o{at}-code"),
            _words(get, f"{lead}-o{at}-label", languages),
            get(f"{lead}-o{at}-group"),
        )
        for at in range(_count(get(f"{lead}-options"), MOST_OPTIONS))
    )
    comparisons = (
        tuple(get(f"{lead}-c{at}-{part}") for part in ("question", "op", "value"))
        for at in range(_count(get(f"{lead}-comparisons"), MOST_COMPARISONS))
    )
    return TypedQuestion(
        get(f"{lead}-id"),
        get(f"{lead}-kind"),
        _words(get, f"{lead}-label", languages),
        _words(get, f"{lead}-short", languages),
        get(f"{lead}-scale"),
        get(f"{lead}-weight"),
        get(f"{lead}-overall") == "yes",
        get(f"{lead}-optional") == "yes",
        tuple(option for option in options if not option.empty),
        get(f"{lead}-lists"),
        get(f"{lead}-any") == "yes",
        tuple((of, op, value) for of, op, value in comparisons if of or value),
        get(f"{lead}-max"),
        get(f"{lead}-minimum"),
        get(f"{lead}-maximum"),
    )


def _words(get: Get, name: str, languages: Sequence[str]) -> dict[str, str]:
    found = {lang: clean_text(get(f"{name}-{lang}")) for lang in languages}
    return {lang: words for lang, words in found.items() if words}


def _count(text: str, most: int) -> int:
    return min(int(text), most) if text.isascii() and text.isdecimal() and len(text) < 6 else 0


def rearranged(typed: TypedQuestionnaire, act: str, scales: Scales) -> TypedQuestionnaire:
    """Returns the questionnaire after a button that stores nothing; an unknown one changes nothing.

    Args:
        typed: what the form says.
        act: ``add``, or ``up``, ``down``, ``copy`` or ``drop`` with ``-`` and the item's index.
        scales: the rating scales by id.
    """
    settled = replace(typed, questions=tuple(_settled(it, scales) for it in typed.questions))
    items, (move, _, number) = list(settled.questions), act.partition("-")
    at = _count(number, len(items)) if number else len(items)
    if move == "add" and len(items) < MOST_QUESTIONS:
        scale = next((it.scale for it in items if it.overall), next(iter(scales), ""))
        items.append(_settled(TypedQuestion(_free_id(items), scale=scale), scales))
    elif at < len(items):
        if move == "drop":
            del items[at]
        elif move == "copy" and len(items) < MOST_QUESTIONS:
            items.insert(at + 1, replace(items[at], id=_free_id(items), overall=False))
        elif move == "up" and at:
            items[at - 1 : at + 1] = items[at], items[at - 1]
        elif move == "down" and at + 1 < len(items):
            items[at : at + 2] = items[at + 1], items[at]
    return replace(settled, questions=tuple(items))


def _free_id(items: Sequence[TypedQuestion]) -> str:
    taken = {it.id for it in items}
    return next(name for n in range(1, len(items) + 2) if (name := f"item_{n}") not in taken)


def _settled(question: TypedQuestion, scales: Scales) -> TypedQuestion:
    """Returns the item with the options of its kind and scale, and a code for each that has none.

    Options of a scale come with the scale; a choice begins empty, and other kinds have none.
    """
    wanted = {RATING: question.scale, YES_NO: YES_NO, CHOICE: CHOICE}.get(question.kind, "")
    options = question.options
    if wanted != question.lists or not wanted:
        shipped = scales.get(wanted, ()) if wanted != CHOICE else ()
        options = tuple(TypedOption(it.code, dict(it.label), it.group or "") for it in shipped)
    if wanted == CHOICE:
        options = _with_codes(options)
    return replace(question, options=options, lists=wanted)


def _with_codes(options: Sequence[TypedOption]) -> tuple[TypedOption, ...]:
    taken, found = {it.code for it in options}, []
    for option in options:
        number = 1
        while not option.code and f"o{number}" in taken:
            number += 1
        code = option.code or f"o{number}"
        taken.add(code)
        found.append(replace(option, code=code))
    return tuple(found)


def built(typed: TypedQuestionnaire, scales: Scales) -> tuple[Questionnaire, list[Flaw]]:
    """Returns the questionnaire that a form says, and all that is wrong with it.

    Flaws of the form itself come first. Without any, the questionnaire is a sound one.
    """
    flaws: list[Flaw] = []
    settled = [_settled(it, scales) for it in typed.questions]
    questions = [_built(it, at, settled, scales, flaws) for at, it in enumerate(settled)]
    questionnaire = Questionnaire(
        typed.id, typed.version, typed.title, tuple(questions), typed.languages
    )
    return questionnaire, flaws + list(find_flaws(questionnaire))


def _built(
    typed: TypedQuestion,
    at: int,
    all_typed: Sequence[TypedQuestion],
    scales: Scales,
    flaws: list[Flaw],
) -> Question:
    def number(name: str, default: int | None) -> int | None:
        text = str(getattr(typed, name))
        if not text:
            return default
        if text.isascii() and text.removeprefix("-").isdecimal() and len(text) < 10:
            return int(text)
        flaws.append(Flaw(Message("form-number-needed", field=name, text=text), name, at))
        return default

    known = tuple(QuestionKind)
    if typed.kind not in known:
        flaws.append(Flaw(Message("form-kind-unknown", kind=typed.kind, known=known), "kind", at))
    kind = QuestionKind(typed.kind) if typed.kind in known else QuestionKind.NOTE
    if kind is QuestionKind.RATING and typed.scale not in scales:
        names = tuple(name for name in scales if name != YES_NO)
        flaws.append(
            Flaw(Message("form-scale-unknown", scale=typed.scale, known=names), "scale", at)
        )
    rated, whole = kind is QuestionKind.RATING, kind is QuestionKind.INTEGER
    return Question(
        id=typed.id,
        kind=kind,
        label=typed.label,
        options=tuple(Option(it.code, it.label, it.group or None) for it in typed.options),
        scale=typed.scale if rated else None,
        # What another kind left in a field that is not shown is no fault of this one.
        weight=number("weight", 0) or 0 if rated else 0,
        overall=typed.overall and rated,
        optional=typed.optional and kind is not QuestionKind.NOTE,
        show_if=_condition(typed, all_typed),
        max_length=(number("max_length", 500) or 0) if kind is QuestionKind.TEXT else 500,
        minimum=number("minimum", None) if whole else None,
        maximum=number("maximum", None) if whole else None,
        short=typed.short,
    )


def _condition(typed: TypedQuestion, all_typed: Sequence[TypedQuestion]) -> Condition | None:
    """Returns the condition; an option may be named by its code or by its words."""
    if not typed.comparisons:
        return None
    by_id = {it.id: it for it in all_typed}
    return Condition(
        tuple(
            AnswerComparison(of, op if op in OPERATORS else "=", _code(by_id.get(of), value))
            for of, op, value in typed.comparisons
        ),
        typed.any_of,
    )


def _code(question: TypedQuestion | None, value: str) -> str:
    options = question.options if question is not None else ()
    if any(option.code == value for option in options):
        return value
    return next((it.code for it in options if value in it.label.values()), value)


def told_value(question: TypedQuestion | None, value: str, lang: str) -> str:
    """Returns the words of an option that a condition names by its code; else the value."""
    options = question.options if question is not None else ()
    found = next((it.label for it in options if it.code == value), {})
    return found.get(lang) or next(iter(found.values()), value)


def typed_differences(
    before: TypedQuestionnaire, after: TypedQuestionnaire
) -> Iterator[tuple[int | None, str, object, object]]:
    """Yields what two forms say otherwise: the item's index (None: of all), field, both values."""
    for name in ("version", "title"):
        if getattr(before, name) != getattr(after, name):
            yield None, name, getattr(before, name), getattr(after, name)
    kept = {it.id: it for it in before.questions}
    for at, item in enumerate(after.questions):
        old = kept.pop(item.id, None)
        if old is None:
            yield at, "label", {}, item.label
            continue
        for name in TypedQuestion.__dataclass_fields__:
            if name != "lists" and getattr(old, name) != getattr(item, name):
                yield at, name, getattr(old, name), getattr(item, name)
    for gone in kept.values():
        yield None, "label", gone.label, {}
