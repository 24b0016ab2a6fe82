"""Questionnaires from the files of users: YAML, or XLSForm as .xlsx."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from bot.core.shipped_files import shipped_scales
from bot.core.text_files import read_text_file
from survey_flows.errors import BadInput, BadQuestionnaire
from survey_flows.load import load_questionnaire
from survey_flows.questionnaire import Questionnaire


def read_questionnaire(path: Path) -> Questionnaire:
    """Returns the questionnaire in ``path``.

    Raises:
        BadQuestionnaire: the file cannot be read or holds no questionnaire; names the line or cell.
    """
    if path.suffix.lower() == ".xlsx":
        from bot.campaigns.xlsform_files import load_xlsx

        return load_xlsx(path)
    try:
        text = read_text_file(path, str(path))
    except BadInput as error:
        raise BadQuestionnaire(error.message, replace(error.place, file=str(path))) from error
    return load_questionnaire(text, path.name, shipped_scales())
