"""The thesaurus of a search: everyday words, and by fragments of names the units they mean.

Its file is `catalog/matters.txt`, whose head says how a line is written. It fits any city: a unit
is known by its name, never by its code.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

from survey_flows.simplified import simplified

DISTRICT, NONE = "@district", "@none"
_DISTRICT_NAME = re.compile(r"(?!市).+[区县市旗]")


def plain(text: str) -> str:
    """Text for comparing: compatibility forms, case, blanks, marks and old characters are equal."""
    folded = simplified(unicodedata.normalize("NFKC", text).casefold())
    return "".join(c for c in folded if c.isalnum())


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of unit: the fragments of its names, and its words with whether others come first."""

    fragments: tuple[str, ...]
    words: tuple[tuple[str, bool], ...]

    def fits(self, name: str) -> bool:
        """Whether a unit of this Chinese name is of this kind."""
        if DISTRICT in self.fragments:
            return _DISTRICT_NAME.fullmatch(name) is not None
        if any(one[0] == "-" and one[1:] in name for one in self.fragments):
            return False
        return any(one in name for one in self.fragments)


@dataclass(frozen=True, slots=True)
class Thesaurus:
    """Kinds of units in the order of their file, words of nobody's, and characters in pinyin.

    ``english`` are kinds with English words, which are compared as `in_tokens` writes them.
    """

    kinds: tuple[Kind, ...] = ()
    unrated: frozenset[str] = frozenset()
    pinyin: Mapping[str, str] = field(default_factory=dict)
    english: tuple[Kind, ...] = ()

    def sounds(self, word: str) -> tuple[str, str]:
        """The word in pinyin, and its initials; both empty when a character is not known."""
        sounds = [self.pinyin.get(character, "") for character in word]
        if not all(sounds):
            return "", ""
        return "".join(sounds), "".join(sound[0] for sound in sounds)


def in_tokens(text: str) -> str:
    """English words for comparing: in small letters and singular, with one blank between."""
    return " ".join(map(_singular, re.findall(r"[a-z0-9]+", plain_letters(text))))


def plain_letters(text: str) -> str:
    """Text in compatibility form and small letters, without apostrophes."""
    return re.sub("['’]", "", unicodedata.normalize("NFKC", text).casefold())


def _singular(word: str) -> str:
    if len(word) < 4 or word.endswith(("ss", "us", "is")) or word[-1] != "s":
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-2] if word.endswith(("ses", "xes", "ches", "shes")) else word[:-1]


def read_thesaurus(text: str, pinyin: str = "", english: str = "") -> Thesaurus:
    """Reads the thesaurus.

    Args:
        text: the lines of `catalog/matters.txt`.
        pinyin: a line for each sound: the sound, a blank, and the characters that have it.
        english: the lines of `catalog/matters.en.txt`.
    """
    kinds: list[Kind] = []
    unrated: set[str] = set()
    for line in _whole_lines(text):
        left, _, right = line.partition("=")
        words = tuple((plain(word), word.endswith("?")) for word in right.split())
        if left.strip() == NONE:
            unrated |= {word for word, _ in words}
        else:
            own = tuple((plain(one), False) for one in left.split() if one[0] not in "-@")
            kinds.append(Kind(tuple(left.split()), (*own, *words)))
    sounds = (line.split() for line in pinyin.splitlines() if line and line[0] != "#")
    table = {character: sound for sound, characters in sounds for character in characters}
    return Thesaurus(
        tuple(kinds), frozenset(unrated), table, tuple(map(_english_kind, _whole_lines(english)))
    )


def _english_kind(line: str) -> Kind:
    left, _, right = line.partition("=")
    words = (word.strip() for word in right.split(","))
    known = tuple((in_tokens(word), word.endswith("?")) for word in words if word)
    return Kind(tuple(left.split()), known)


def _whole_lines(text: str) -> list[str]:
    lines: list[str] = []
    for line in text.splitlines():
        if line.startswith(" ") and lines:
            lines[-1] += line
        elif line.strip() and not line.startswith("#"):
            lines.append(line)
    return lines
