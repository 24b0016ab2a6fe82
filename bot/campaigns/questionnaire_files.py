"""Questionnaires from the files of users: YAML, or XLSForm as .xlsx."""

from __future__ import annotations

from pathlib import Path

from bot.core.file_errors import unreadable
from bot.core.shipped_files import shipped_scales
from survey_flows.errors import BadQuestionnaire, Message, Place
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
        text = path.read_text("utf-8-sig")
    except OSError as error:
        raise BadQuestionnaire(unreadable(error, path).message, Place(file=str(path))) from error
    except UnicodeDecodeError as error:
        raise BadQuestionnaire(Message("campaign-file-not-utf8"), Place(file=str(path))) from error
    return load_questionnaire(text, path.name, shipped_scales())
