"""Questionnaires from files that people bring: YAML, or XLSForm as .xlsx."""

from __future__ import annotations

from pathlib import Path

from bot.core.shipped_files import shipped_scales
from survey_flows.errors import BadQuestionnaire
from survey_flows.load import load_questionnaire
from survey_flows.questionnaire import Questionnaire


def read_questionnaire(path: Path) -> Questionnaire:
    """The questionnaire in ``path``.

    Raises:
        BadQuestionnaire: it cannot be read or is not a questionnaire; says the line or the cell.
    """
    if path.suffix.lower() == ".xlsx":
        from bot.campaigns.xlsform_files import load_xlsx

        return load_xlsx(path)
    try:
        text = path.read_text("utf-8-sig")
    except OSError as error:
        raise BadQuestionnaire(f"the file cannot be read ({error.strerror})", str(path)) from error
    except UnicodeDecodeError as error:
        raise BadQuestionnaire("the file is not UTF-8 text; save it as UTF-8", str(path)) from error
    return load_questionnaire(text, path.name, shipped_scales())
