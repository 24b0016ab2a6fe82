"""Files shipped with the package: questionnaires, scales and wording."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from survey_flows.load import load_questionnaire, load_scales
from survey_flows.questionnaire import Option, Questionnaire
from survey_flows.thesaurus import Thesaurus, read_thesaurus
from survey_flows.wording import Wording

SCALES = "scales.yaml"
OFFERED = "2"
"""The version of the questionnaires that new drafts take."""
VERSIONS = {"1": "catalog", "2": "catalog/version_2"}


@cache
def shipped_scales() -> dict[str, tuple[Option, ...]]:
    """Returns the rating scales by id, and ``yes_no``."""
    return load_scales(_folder("catalog").joinpath(SCALES).read_text("utf-8"), SCALES)


@cache
def shipped_questionnaires(version: str = "1") -> dict[str, Questionnaire]:
    """Returns the questionnaires of a version by id; each file of its folder has one.

    Version 1 stays for what was registered with it, and for comparison over the years.
    """
    found = [
        load_questionnaire(file.read_text("utf-8"), file.name, shipped_scales())
        for file in _files(VERSIONS[version], ".yaml")
        if file.name != SCALES
    ]
    return {questionnaire.id: questionnaire for questionnaire in found}


def offered_questionnaires() -> dict[str, Questionnaire]:
    """Returns the questionnaires that new drafts take."""
    return shipped_questionnaires(OFFERED)


def questionnaire_text(id_: str, version: str = OFFERED) -> str:
    """Returns a shipped questionnaire's YAML, as a model. Raises KeyError for an unknown id."""
    if id_ not in shipped_questionnaires(version):
        raise KeyError(id_)
    return _folder(VERSIONS[version]).joinpath(f"{id_}.yaml").read_text("utf-8")


@cache
def shipped_thesaurus() -> Thesaurus:
    """Returns the words by which citizens find units."""
    matters, pinyin, english = (
        _folder("catalog").joinpath(name).read_text("utf-8")
        for name in ("matters.txt", "pinyin.txt", "matters.en.txt")
    )
    return read_thesaurus(matters, pinyin, english)


@cache
def shipped_words() -> Wording:
    """Returns the sentences for citizens in every language that has a file."""
    return Wording(
        {
            file.name.removesuffix(".ftl"): file.read_text("utf-8")
            for file in _files("wording", ".ftl")
        }
    )


def _folder(name: str) -> Traversable:
    return files("survey_flows").joinpath(name)


def _files(folder: str, suffix: str) -> list[Traversable]:
    found = [file for file in _folder(folder).iterdir() if file.name.endswith(suffix)]
    return sorted(found, key=lambda file: file.name)
