"""Words errors in the language of a page.

A `Message` is rendered by its id. An error that is still an English sentence is looked up by its
text in ``wording/sentences.<language>.yaml``; one that is not there is shown in English and marked.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from survey_flows.errors import BadInput, Message
from survey_flows.messages import render

HOLE = "{}"
JOINT = "; "
# What fills a hole holds no joint: else one sentence could swallow the next.
VALUE = r"((?:(?!; ).)+?)"
REST = r"(.+)"


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The sentences of one language: what each English one looks like, and its translation."""

    sentences: tuple[tuple[re.Pattern[str], str], ...]
    frames: tuple[tuple[re.Pattern[str], str], ...]
    words: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Said:
    """A text, and whether it is English because nobody has translated it."""

    text: str
    foreign: bool = False


def told(error: BadInput, lang: str) -> Said:
    """An error as a page says it: where, and what is wrong there."""
    if all(isinstance(problem.message, Message) for problem in error.problems):
        return Said(error.render(lang))
    said, where = translate(error.what, lang), translate_place(error.where, lang)
    colon = "：" if lang.startswith("zh") else ": "
    return Said(f"{where}{colon}{said.text}" if where else said.text, said.foreign)


def translate(text: str | Message, lang: str) -> Said:
    """Returns a message, or lines of English sentences, in a page's language."""
    if isinstance(text, Message):
        return Said(render(text, lang))
    catalogue = _catalogue(lang)
    if catalogue is None or not text:
        return Said(text)
    lines = [_line(line, catalogue) for line in text.split("\n")]
    return Said("\n".join(line.text for line in lines), any(line.foreign for line in lines))


def translate_place(where: str, lang: str) -> str:
    """Where something is wrong: mostly a name, which is the same in every language."""
    catalogue = _catalogue(lang)
    if catalogue is None:
        return where
    framed = _match(where, catalogue.frames, catalogue)
    return framed.text if framed else catalogue.words.get(where, where)


def _line(line: str, catalogue: Catalogue) -> Said:
    """One line: a sentence or several, alone or behind the place that it is about."""
    bare = line.strip()
    indent = line[: len(line) - len(line.lstrip())]
    parts = bare.split(JOINT)
    found = _joined(parts, catalogue) or _match(bare, catalogue.frames, catalogue)
    return Said(indent + found.text, found.foreign) if found else Said(line, bool(bare))


def _joined(parts: list[str], catalogue: Catalogue) -> Said | None:
    """Sentences one after another, the longest first: some have the joint within."""
    if not parts:
        return Said("")
    for length in range(len(parts), 0, -1):
        first = _match(JOINT.join(parts[:length]), catalogue.sentences, catalogue)
        rest = _joined(parts[length:], catalogue) if first else None
        if first and rest:
            return Said(
                "；".join(filter(None, (first.text, rest.text))), first.foreign or rest.foreign
            )
    return None


def _match(
    text: str, entries: tuple[tuple[re.Pattern[str], str], ...], catalogue: Catalogue
) -> Said | None:
    for pattern, translation in entries:
        if found := pattern.fullmatch(text):
            values = [_value(value, catalogue) for value in found.groups()]
            return Said(
                translation.format(*(value.text for value in values)),
                any(v.foreign for v in values),
            )
    return None


def _value(value: str, catalogue: Catalogue) -> Said:
    """What fills a hole: a name, a word of the catalogue, or, behind a place, a whole sentence."""
    if value in catalogue.words:
        return Said(catalogue.words[value])
    return _joined(value.split(JOINT), catalogue) or Said(value)


@cache
def _catalogue(lang: str) -> Catalogue | None:
    import yaml

    file = files("bot.web").joinpath("wording", f"sentences.{lang}.yaml")
    if not file.is_file():
        return None
    data: dict[str, Any] = yaml.safe_load(file.read_text("utf-8"))
    return Catalogue(
        _compiled(data["sentences"], VALUE), _compiled(data["frames"], REST), data["words"]
    )


def _compiled(entries: Mapping[str, str], last: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    """The entries, those with the most fixed text first."""
    ordered = sorted(entries.items(), key=lambda entry: -len(entry[0].replace(HOLE, "")))
    return tuple(
        (re.compile(_pattern(english, last)), translation) for english, translation in ordered
    )


def _pattern(english: str, last: str) -> str:
    *before, end = map(re.escape, english.split(HOLE))
    return VALUE.join(before) + last + end if before else end
