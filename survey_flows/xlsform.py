"""Questionnaires from XLSForm, a strict subset: anything else is refused by its cell.

survey: type (text, integer, note, select_one LIST), name, label::Language (code), required,
relevant; and two columns of ours, weight and overall. A select_one whose LIST is a rating scale
(five_dk …) is a rating, and ``yes_no`` a yes/no question; choices need not repeat those lists, and
if they do, with the same codes.

choices: list_name, name, label::Language (code), and ours, group.

settings: form_id, version, form_title (or form_title::Language (code)).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from survey_flows.conditions import parse_condition
from survey_flows.consistency import Flaw, find_flaws
from survey_flows.errors import BadInput, BadQuestionnaire, Message, Place, Problem, gathered
from survey_flows.load import LANGUAGES, Scales
from survey_flows.questionnaire import Condition, Option, Question, QuestionKind, Questionnaire
from survey_flows.text_sheet import TextSheet, read_sheet

Sheets = Mapping[str, list[list[str]]]

_SURVEY = {"type", "name", "required", "relevant", "weight", "overall"}
_CHOICES = {"list_name", "name", "group"}
_SETTINGS = {"form_id", "version", "form_title"}
_LANGUAGE = re.compile(
    r"(?P<what>label|form_title)::[^()]+\((?P<lang>[A-Za-z]{2,3}(-[A-Za-z0-9]+)*)\)"
)
_PLAIN = {"text": QuestionKind.TEXT, "integer": QuestionKind.INTEGER, "note": QuestionKind.NOTE}
_FLAGS = {"": False, "no": False, "false": False, "yes": True, "true": True}
_COLUMN = {
    "id": "name",
    "show_if": "relevant",
    "options": "type",
    "weight": "weight",
    "overall": "overall",
}


def read_xlsform(sheets: Sheets, file: str, scales: Scales) -> Questionnaire:
    """The questionnaire that a form describes.

    Args:
        sheets: the texts of the cells by sheet name, row by row, header first.
        file: the file's name, for the complaints.
        scales: the rating scales by id.

    Raises:
        BadQuestionnaire: the cell and the reason of everything that is wrong or unsupported.
    """
    form = _Form(sheets, scales)
    questionnaire = form.read()
    if not form.problems:
        form.problems += [
            Problem(flaw.message, form.where(flaw)) for flaw in find_flaws(questionnaire)
        ]
    if form.problems:
        raise gathered(form.problems, file, BadQuestionnaire)
    return questionnaire


@dataclass
class _Form:
    sheets: Sheets
    scales: Scales
    problems: list[Problem] = field(default_factory=list)

    def read(self) -> Questionnaire:
        for name in self.sheets:
            if name not in ("survey", "choices", "settings"):
                self.bad(Place(sheet=name or "-"), Message("form-sheet-unsupported"))
        self.survey = self._sheet("survey", _SURVEY)
        self.choices = self._sheet("choices", _CHOICES)
        self.settings = self._sheet("settings", _SETTINGS)
        self.languages = self._languages()
        self.lists = self._lists()
        self.lines = list(self.survey.filled())
        if not self.lines:
            self.bad(self.survey.where(1, "type"), Message("form-no-question"))
        return Questionnaire(
            id=self._setting("form_id"),
            version=self._setting("version"),
            title=self._title(),
            questions=tuple(self._question(row) for row in self.lines),
            languages=self.languages,
        )

    def bad(self, place: Place, message: Message) -> None:
        self.problems.append(Problem(message, place))

    def _sheet(self, name: str, columns: set[str]) -> TextSheet:
        what = "form_title" if name == "settings" else "label"

        def known(title: str) -> bool:
            match = _LANGUAGE.fullmatch(title)
            return title in columns or (match is not None and match["what"] == what)

        return read_sheet(name, self.sheets.get(name, []), known, self.bad)

    def _languages(self) -> tuple[str, ...]:
        found = [
            match["lang"] for title in self.survey.columns if (match := _LANGUAGE.fullmatch(title))
        ]
        if not found:
            self.bad(self.survey.where(1, "type"), Message("form-label-column-missing"))
        return tuple(sorted(found, key=lambda lang: (lang not in LANGUAGES, lang != LANGUAGES[0])))

    def _texts(self, sheet: TextSheet, row: int, what: str = "label") -> dict[str, str]:
        """The texts by language; a missing column is empty only for languages of the survey."""
        texts = {}
        for title in sheet.columns:
            match = _LANGUAGE.fullmatch(title)
            if match and match["what"] == what:
                texts[match["lang"]] = sheet.cell(row, title)
        return texts

    def _setting(self, name: str) -> str:
        row = next(self.settings.filled(), None)
        value = self.settings.cell(row, name) if row else ""
        if not value:
            message = Message("form-setting-missing", name=name)
            self.bad(self.settings.where(row or 2, name), message)
        return value

    def _title(self) -> dict[str, str]:
        row = next(self.settings.filled(), None)
        texts = self._texts(self.settings, row, "form_title") if row else {}
        return texts or dict.fromkeys(self.languages, self._setting("form_title"))

    def _lists(self) -> dict[str, list[tuple[int, Option]]]:
        lists: dict[str, list[tuple[int, Option]]] = {}
        for row in self.choices.filled():
            name = self.choices.cell(row, "list_name")
            if not name:
                self.bad(self.choices.where(row, "list_name"), Message("form-list-name-missing"))
            code, group = self.choices.cell(row, "name"), self.choices.cell(row, "group")
            option = Option(code, self._texts(self.choices, row), group or None)
            lists.setdefault(name, []).append((row, option))
        for name, options in lists.items():
            self._check_scale(name, options)
        return lists

    def _check_scale(self, name: str, options: list[tuple[int, Option]]) -> None:
        expected = [option.code for option in self.scales.get(name, ())]
        if expected and [option.code for _, option in options] != expected:
            where = self.choices.where(options[0][0], "name")
            self.bad(where, Message("form-scale-codes", scale=name, codes=tuple(expected)))

    def _question(self, row: int) -> Question:
        kind, options, scale = self._type(row)
        return Question(
            id=self.survey.cell(row, "name"),
            kind=kind,
            label=self._texts(self.survey, row),
            options=options,
            scale=scale,
            weight=self._weight(row),
            overall=self._flag(row, "overall"),
            optional=kind is not QuestionKind.NOTE and not self._flag(row, "required"),
            show_if=self._condition(row),
        )

    def _type(self, row: int) -> tuple[QuestionKind, tuple[Option, ...], str | None]:
        name, *rest = self.survey.cell(row, "type").split() or [""]
        if name in _PLAIN and not rest:
            return _PLAIN[name], (), None
        if name != "select_one" or len(rest) != 1:
            message = Message("form-type-unsupported", type=" ".join([name, *rest]))
            self.bad(self.survey.where(row, "type"), message)
            return QuestionKind.NOTE, (), None
        return self._select(row, rest[0])

    def _select(self, row: int, name: str) -> tuple[QuestionKind, tuple[Option, ...], str | None]:
        own = tuple(option for _, option in self.lists.get(name, ()))
        options = own or self.scales.get(name, ())
        if not options:
            self.bad(self.survey.where(row, "type"), Message("form-list-unknown", list=name))
        if name == "yes_no":
            return QuestionKind.YES_NO, options, None
        return (
            (QuestionKind.RATING, options, name)
            if name in self.scales
            else (QuestionKind.CHOICE, options, None)
        )

    def _weight(self, row: int) -> int:
        text = self.survey.cell(row, "weight")
        if text and not (text.isascii() and text.isdigit()):
            message = Message("form-weight-not-whole", text=text)
            self.bad(self.survey.where(row, "weight"), message)
            return 0
        return int(text or 0)

    def _flag(self, row: int, column: str) -> bool:
        text = self.survey.cell(row, column).lower()
        if text not in _FLAGS:
            message = Message("form-yes-no-cell", column=column, text=text)
            self.bad(self.survey.where(row, column), message)
        return _FLAGS.get(text, False)

    def _condition(self, row: int) -> Condition | None:
        text = self.survey.cell(row, "relevant")
        if not text:
            return None
        try:
            condition = parse_condition(text)
        except BadInput as error:
            for problem in error.problems:
                self.bad(self.survey.where(row, "relevant"), problem.message)
            return None
        if text.count("${") != len(condition.comparisons):
            message = Message("form-condition-names", text=text)
            self.bad(self.survey.where(row, "relevant"), message)
        return condition

    def where(self, flaw: Flaw) -> Place:
        """The cell that a flaw of the finished questionnaire came from."""
        if flaw.question is None:
            return self._where_form(flaw.field)
        row = self.lines[flaw.question]
        if flaw.option is None:
            return self.survey.where(row, self._column(self.survey, flaw.field))
        own = self.lists.get(self.survey.cell(row, "type").split()[-1])
        if own is None:
            return self.survey.where(row, "type")
        return self.choices.where(own[flaw.option][0], self._column(self.choices, flaw.field))

    def _where_form(self, field: str) -> Place:
        if field == "questions":
            return self.survey.where(1, "weight")
        return self.settings.where(2, {"id": "form_id", "title": "form_title"}.get(field, field))

    def _column(self, sheet: TextSheet, field: str) -> str:
        if field == "label":
            return next((title for title in sheet.columns if _LANGUAGE.fullmatch(title)), "name")
        return {"code": "name", "group": "group"}.get(field, _COLUMN.get(field, "type"))
