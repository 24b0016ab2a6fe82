"""Messages to people who hand something in: an id with values, and a place.

A room raises a `Message` and never words it. The words stand in Fluent, in a file
``messages.LANGUAGE.ftl`` beside the room's code, once for every language. `render` finds them by
the id, so that no sentence is ever translated from another language's sentence.

Characters that nobody sees are shown by their numbers in a text that a message quotes.

A sentence may say where something is done by the reader (`survey_flows.readers`).

A message's values are text, numbers, names from the data in both languages, other messages (the
name of a state, say) or tuples of these, which are joined as the language joins lists.

A place is data: file, sheet, row or line, column, field and subject. Its words stand in the same
way, so that a page, a program's answer and a command name it once and alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from functools import cache, lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from fluent.runtime import FluentBundle, FluentResource
from fluent.runtime.types import fluent_number

from survey_flows.base_errors import Misuse
from survey_flows.characters import visible
from survey_flows.readers import READER, reader
from survey_flows.spoken_terms import Terms, as_fluent, spoken
from survey_flows.wording import DEFAULT

ENGLISH = "en"
PACKAGES = ("survey_flows", "aggregation", "bot")
"""The packages whose rooms may have a file of messages."""
PREFIX, TERMS, SUFFIX = "messages.", "terms.", ".ftl"
ENTRY = re.compile(r"^(?=[a-zA-Z#])", re.MULTILINE)
"""Where a message or a comment begins: the lines that continue one are indented."""
ID = re.compile(r"([a-zA-Z][\w-]*) *=")


SPOKEN = 16
"""Bundles that are kept: one for each language and each way in which a year calls its terms."""


@dataclass(frozen=True, slots=True, init=False)
class Message:
    """A sentence by its id, with its values.

    Args:
        id: the message's name in ``messages.LANGUAGE.ftl``.
        values: the values of its placeholders.
    """

    id: str
    values: tuple[tuple[str, Value], ...]

    def __init__(self, id: str, /, **values: Value) -> None:  # noqa: A002 - Fluent's own word
        object.__setattr__(self, "id", id)
        object.__setattr__(self, "values", tuple(values.items()))

    def __str__(self) -> str:
        return render(self, ENGLISH)


@dataclass(frozen=True, slots=True)
class Named:
    """A name that the data has in Chinese and in English: of a unit, an indicator, a group."""

    zh: str
    en: str

    def text(self, lang: str) -> str:
        """The name in ``lang``; any language but Chinese is English."""
        return self.zh if lang.startswith("zh") else self.en


Value = str | int | Message | Named | tuple["str | int | Message | Named", ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is wrong; an empty part is one that does not apply.

    Args:
        file: a file's name, as its owner knows it.
        sheet: a workbook's sheet.
        line: a text's line; 0 when there is none.
        row: a table's row, as a spreadsheet numbers it; 0 when there is none.
        column: a table's column, by its heading.
        field: a field of a form, a request, a scheme or a questionnaire.
        subject: what the message is about: a campaign, a unit, a login.
    """

    file: str = ""
    sheet: str = ""
    line: int = 0
    row: int = 0
    column: str = ""
    field: str = ""
    subject: str | Message = ""

    def __bool__(self) -> bool:
        return any(getattr(self, part.name) for part in fields(self))

    def as_data(self) -> dict[str, str | int]:
        """The parts that apply, by name, for programs."""
        parts = {part.name: getattr(self, part.name) for part in fields(self)}
        return {k: v if isinstance(v, int) else str(v) for k, v in parts.items() if v}


NOWHERE = Place()


def render(message: Message, lang: str) -> str:
    """The sentence of ``message`` in ``lang``.

    Raises:
        Misuse: no room words it, or a placeholder has no value.
    """
    values = {name: _value(value, lang) for name, value in message.values}
    return catalogue().format(lang, message.id, values)


def render_place(place: Place, lang: str) -> str:
    """The words for a place, its widest part first; empty when nothing is known of it."""
    place = replace(place, field=_field_name(place, lang))
    found = [(part.name, getattr(place, part.name)) for part in fields(place)]
    words = [render(Message(f"place-{name}", value=value), lang) for name, value in found if value]
    return render(Message("joint-place"), lang).join(words)


def _field_name(place: Place, lang: str) -> str:
    """The words for a field that has some. A field of a file is called as it is typed there."""
    key = "field-" + place.field.replace("_", "-").replace(" ", "-")
    known = not place.file and key in catalogue()
    return render(Message(key), lang) if known else place.field


@cache
def catalogue() -> Catalogue:
    """Every message of every room, by language; the files are read when the first is rendered.

    Raises:
        Misuse: two rooms give one id its words.
    """
    return Catalogue(_texts(PREFIX), _texts(TERMS))


def _texts(prefix: str) -> dict[str, str]:
    found: dict[str, list[str]] = {}
    for package in PACKAGES:
        for lang, text in _files(files(package), prefix):
            found.setdefault(lang, []).append(text)
    return {lang: "\n".join(texts) for lang, texts in found.items()}


class Catalogue:
    """Messages by language. Each is parsed when it is first rendered.

    To parse all of them takes a second, for which ``minping --help`` and a citizen whose service
    words its first refusal would have to wait. So no message may refer to another one; terms are
    there from the beginning (`survey_flows.spoken_terms`).

    Args:
        sources: Fluent text by language; `DEFAULT` must be among them.
        terms: the usual words of terms, likewise.
    """

    def __init__(self, sources: Mapping[str, str], terms: Mapping[str, str] | None = None) -> None:
        self._texts = {lang: _split(lang, sources[lang]) for lang in sources}
        self._terms = terms or {}
        self._bundle = lru_cache(maxsize=SPOKEN)(self._made_bundle)
        self._plain: dict[tuple[str, str, str], str] = {}

    def __contains__(self, key: str) -> bool:
        return key in self._texts[DEFAULT]

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that have messages, the default first."""
        return tuple(sorted(self._texts, key=lambda lang: (lang != DEFAULT, lang)))

    def format(self, lang: str, key: str, values: Mapping[str, object]) -> str:
        """Returns a message with its values; in `DEFAULT` when the language does not have it.

        Raises:
            Misuse: there is no such message, or a placeholder has no value.
        """
        if values or spoken():
            return self._formatted(lang, key, values)
        # Without values the text is always the same; tables have thousands of such labels.
        plain = (lang, key, reader())
        if plain not in self._plain:
            self._plain[plain] = self._formatted(lang, key, values)
        return self._plain[plain]

    def _formatted(self, lang: str, key: str, values: Mapping[str, object]) -> str:
        lang = lang if key in self._texts.get(lang, ()) else DEFAULT
        if key not in self._texts[lang]:
            raise Misuse(f"there is no sentence «{key}»")
        bundle = self._bundle(lang, spoken())
        if not bundle.has_message(key):
            bundle.add_resource(FluentResource(self._texts[lang][key]))
        pattern = bundle.get_message(key).value if bundle.has_message(key) else None
        if pattern is None:
            raise Misuse(f"«{key}» in {lang} is not Fluent")
        text, errors = bundle.format_pattern(pattern, {READER: reader(), **values})
        if errors:
            raise Misuse(f"sentence «{key}» in {lang}: {errors[0]}")
        return str(text)

    def _made_bundle(self, lang: str, called: Terms) -> FluentBundle:
        """Returns an empty bundle that knows the terms, as they are called."""
        bundle = FluentBundle([lang], use_isolating=False)
        bundle.add_resource(FluentResource(self._terms.get(lang, "")))
        bundle.add_resource(FluentResource(as_fluent(called, lang)), allow_overrides=True)
        return bundle


def _split(lang: str, source: str) -> dict[str, str]:
    """Returns the Fluent text of each message by its id."""
    found: dict[str, str] = {}
    for text in ENTRY.split(source):
        if name := ID.match(text):
            if name[1] in found:
                raise Misuse(f"{lang}: «{name[1]}» stands twice")
            found[name[1]] = text
    return found


def _files(folder: Traversable, prefix: str) -> Iterator[tuple[str, str]]:
    """(language, Fluent text) of each file with this prefix in a folder and below it."""
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.name.startswith(prefix) and entry.name.endswith(SUFFIX):
            lang = entry.name.removeprefix(prefix).removesuffix(SUFFIX)
            yield lang, entry.read_text("utf-8")
        elif entry.is_dir() and not entry.name.startswith(("_", ".")):
            yield from _files(entry, prefix)


def _value(value: Value, lang: str) -> object:
    if isinstance(value, tuple):
        return render(Message("joint-list"), lang).join(_text(one, lang) for one in value)
    if isinstance(value, Message | Named):
        return _text(value, lang)
    if isinstance(value, int):
        # A year or a row has no mark between its thousands; Fluent still picks the plural by it.
        return fluent_number(value, useGrouping=False)
    return visible(value)


def _text(value: str | int | Message | Named, lang: str) -> str:
    if isinstance(value, Named):
        return value.text(lang)
    return render(value, lang) if isinstance(value, Message) else visible(str(value))
