"""Finds units by name, short name, code, pinyin, and by the matters that citizens come with.

Tiers, the best first:

0. a name, a code, or a name without its city and its kind of office
1. a word of the thesaurus, or the initials of a short name (fgw)
2. the beginning of a name
3. part of a name, or characters of it in order (发改委 in 发展和改革委员会), the fewest gaps first
4. the same without the kind of office (卫健局), or a name or a word in pinyin or its initials
5. the query holds a word or a name
6. a word holds the query
7. only if nothing else fits: pairs of characters, then single ones, that the words have too
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from survey_flows.campaign_definition import CampaignDefinition, Unit
from survey_flows.thesaurus import Kind, Thesaurus, in_tokens, plain

MOST = 8
MOST_SHORT, LONG_NAME = 14, 5
"""Words of a kind that are read as short names, at most, and the characters that are too many."""
NAMED, SURE, TOLD = 1, 4, 6
"""The last tiers of a name or a whole word of a matter, of which a unit is surely meant, and of
which nobody is told that we guess."""
_OFFICE = re.compile(
    r"(?<=..)(管理委员会|工作委员会|委员会|办公室|管理局|事务局|管理处|总队|支队|大队|中心|机关|部门|单位"
    r"|局|委|办|厅|部|处|队|站|所|科|会|署|院)$"
)
_SHORT_OFFICE = {"委员会": "委", "办公室": "办", "管理局": "局", "事务局": "局", "管理委员会": "委"}
_CITY = re.compile(r"^(中共|共青团)?(市委|市直|市)(?=..)")
_FILLERS = re.compile(
    r"请问|我想要?|我要|想要?|怎么办?|如何|哪里|去哪儿?|在哪儿?|什么|办理|办个|补办|申请|申领|咨询|查询|投诉|举报|反映|"
    r"没人管|归谁管|谁管|找谁|管不管|有关|关于|的|业务|电话|部门|单位|问题|事情|一下|了|吗|呢|啊|吧|谁|太|很|我家?|你们?"
)
_ENDING = re.compile(r"(?<=[a-z]{4})(ations?|ion|ings?|ed|ers?|ors?|ive|ment|ly|y|e)$")
_SAYING_LITTLE = re.compile(
    r"about|after|also|always|another|anything|because|been|before|being|card|city|come|does"
    r"|done|every|everything|from|gave|give|good|have|here|into|just|like|made|make|many"
    r"|more|most|much|must|never|nobody|nothing|office|only|other|over|people|please|poor"
    r"|public|rate|some|somebody|someone|something|still|take|that|their|them|then|there"
    r"|these|they|thing|this|time|told|unit|very|want|well|went|were|what|when|where|which"
    r"|will|with|without|would|year|your|local|government|department|bureau|house|home"
    r"|service"
)
Rank = tuple[int, int, int]
"""Tier, distance within it, and the unit's place in the list."""
Places = tuple[tuple[int, int], ...]
"""Places of units, with 1 where others answer for the word first."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """A unit as it is searched: all names, the one in Chinese without its city, and sounds.

    ``endings`` are its names in letters from each word on: letters begin a word or find nothing.
    """

    unit: Unit
    names: tuple[str, ...]
    core: str
    exact: frozenset[str]
    sounds: tuple[str, ...]
    endings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SearchIndex:
    """The units of a campaign, and which of them each word of the thesaurus means."""

    entries: tuple[_Entry, ...]
    words: dict[str, Places]
    """By word."""
    sounds: dict[str, tuple[str, ...]] = field(default_factory=dict)
    pairs: dict[str, Counter[int]] = field(default_factory=dict)
    """By two characters: units, with how many of their words have them side by side."""
    english: dict[str, Places] = field(default_factory=dict)
    """By English words as `in_tokens` writes them: as ``words``."""
    stems: dict[str, dict[int, int]] = field(default_factory=dict)
    """By the stems of telling English words: units, with how many of their words have it."""
    initials: dict[str, dict[int, int]] = field(default_factory=dict)
    """By initials of short names: units, with how far down its kind's words the name stands."""


def find_units(definition: CampaignDefinition, query: str) -> list[tuple[int, Unit]]:
    """The units that a query means with their tiers, the best first, at most `MOST`."""
    index = index_of(definition)
    wanted = plain(query)
    if not wanted:
        return []
    found = _ranked(index, wanted, query)
    shorter = _FILLERS.sub("", wanted)
    if shorter not in ("", wanted) and all(rank[0] > SURE for rank in found.values()):
        for place, rank in _ranked(index, shorter, shorter).items():
            _keep(found, place, rank[0], rank[1])
    best = sorted(found.items(), key=lambda one: one[1])[:MOST]
    return [(rank[0], index.entries[place].unit) for place, rank in best]


def is_named(definition: CampaignDefinition, query: str) -> bool:
    """Whether a query as a whole is a unit's name or a matter's word, and no sentence."""
    index, wanted = index_of(definition), plain(query)
    ranks = _ranked(index, wanted, query).values() if wanted else ()
    return any(rank[0] <= NAMED for rank in ranks)


def is_unrated(definition: CampaignDefinition, query: str) -> bool:
    """Whether a query names what no unit of a city answers for, such as a court."""
    wanted = plain(query)
    return any(word in wanted for word in definition.thesaurus.unrated)


def index_of(definition: CampaignDefinition) -> SearchIndex:
    """The index of a definition, made when it is first needed."""
    known = definition.search_index.get("units")
    if known is None or known[0] is not definition.units:
        known = (definition.units, _make_index(definition))
        definition.search_index["units"] = known
    index: SearchIndex = known[1]
    return index


def _make_index(definition: CampaignDefinition) -> SearchIndex:
    thesaurus = definition.thesaurus
    ratable = [
        unit
        for unit in definition.units.values()
        if unit.questionnaire in definition.questionnaires
    ]
    entries = tuple(_entry(unit) for unit in ratable)
    words = _places(thesaurus.kinds, entries)
    english = _places(thesaurus.english, entries)
    sounds: dict[str, list[str]] = {}
    for word in words:
        for sound in thesaurus.sounds(word):
            if len(sound) > 2:
                sounds.setdefault(sound, []).append(word)
    heard = {sound: tuple(own) for sound, own in sounds.items()}
    stems: dict[str, dict[int, int]] = {}
    for word, places in english.items():
        for stem in _stems(word):
            counted = stems.setdefault(stem, {})
            counted.update({place: counted.get(place, 0) + 1 for place, _ in places})
    initials = _initials(thesaurus, entries)
    return SearchIndex(entries, words, heard, _pairs(words), english, stems, initials)


def _places(kinds: Iterable[Kind], entries: tuple[_Entry, ...]) -> dict[str, Places]:
    """By word: the units of its kinds, those first that answer for it before others."""
    found: dict[str, dict[int, int]] = {}
    for kind in kinds:
        fitting = [place for place, one in enumerate(entries) if kind.fits(_chinese(one.unit))]
        for word, later in kind.words if fitting else ():
            for place in fitting:
                found.setdefault(word, {}).setdefault(place, int(later))
    return {word: tuple(sorted(own.items(), key=lambda one: one[1])) for word, own in found.items()}


def _initials(thesaurus: Thesaurus, entries: tuple[_Entry, ...]) -> dict[str, dict[int, int]]:
    """The initials of the names by which units go: 发改委 is fgw.

    A short name is a unit's own without its city, or one of the first words of its kind, alone or
    with a character for its office. That of the unit's own office comes first.
    """
    found: dict[str, dict[int, int]] = {}
    for place, entry in enumerate(entries):
        office = _OFFICE.search(entry.core)
        own = _SHORT_OFFICE.get(office[0], office[0]) if office else ""
        names = [(0, entry.core)]
        for kind in thesaurus.kinds:
            if kind.fits(_chinese(entry.unit)):
                short = [word for word, later in kind.words if not later][:MOST_SHORT]
                for number, word in enumerate(one for one in short if 1 < len(one) < LONG_NAME):
                    names += [(1 + number, word), (1 + number, word + own)]
                    names += [(1 + number + MOST_SHORT, word + other) for other in "局委办"]
        for distance, name in names:
            _, sound = thesaurus.sounds(name)
            places = found.setdefault(sound, {})
            places[place] = min(distance, places.get(place, distance))
    found.pop("", None)
    return found


def _stems(text: str) -> set[str]:
    """The stems of English words that tell something: «polluted» and «pollution» are one."""
    words = (word for word in in_tokens(text).split() if not _SAYING_LITTLE.fullmatch(word))
    return {_ENDING.sub("", word) for word in words if len(word) > 3}


def _pairs(words: dict[str, Places]) -> dict[str, Counter[int]]:
    found: dict[str, Counter[int]] = {}
    for word, places in words.items():
        for at in range(len(word) - 1):
            if word[at : at + 2].isascii():
                continue
            found.setdefault(word[at : at + 2], Counter()).update(place for place, _ in places)
    return found


def _chinese(unit: Unit) -> str:
    return unit.name.get("zh-Hans") or next(iter(unit.name.values()), "")


def _entry(unit: Unit) -> _Entry:
    names = tuple(plain(name) for name in unit.name.values())
    chinese = plain(_chinese(unit))
    core = _CITY.sub("", chinese)
    extra = [plain(word) for word in unit.search.split()]
    exact = {*names, core, _OFFICE.sub("", core), plain(unit.code), *extra}
    sounds = tuple(word for word in (plain(unit.code), *extra) if word.isascii())
    endings = tuple(
        plain(name[match.start() :])
        for name in unit.name.values()
        for match in re.finditer(r"\b[A-Za-z]", name, re.ASCII)
    )
    return _Entry(unit, names, core, frozenset(exact - {""}), sounds, endings)


def _ranked(index: SearchIndex, wanted: str, query: str) -> dict[int, Rank]:
    found: dict[int, Rank] = {}
    for place, later in index.words.get(wanted, ()):
        _keep(found, place, 1, later)
    if wanted.isascii():
        _by_letters(index, wanted, in_tokens(query), found)
    pieces = [plain(piece) for piece in query.split()]
    short = _OFFICE.sub("", wanted)
    for place, entry in enumerate(index.entries):
        for tier, distance in _by_name(entry, wanted, pieces, short):
            _keep(found, place, tier, distance)
    for place, distance in _without_office(index, wanted, short):
        _keep(found, place, 4, distance)
    if wanted not in index.words and not wanted.isascii():
        _by_words(index, wanted, found)
    if not found:
        _by_characters(index, wanted, found)
    if not found:
        _by_stems(index, query, found)
    return found


def _by_letters(index: SearchIndex, wanted: str, query: str, found: dict[int, Rank]) -> None:
    """Adds units by English words, whole ones, and by the initials of short names.

    «business» is no bus: a word is compared with words, and never with their parts but the first.
    """
    for place, later in index.english.get(query, ()):
        _keep(found, place, 1, later)
    if query in index.english:
        return
    for place, distance in index.initials.get(wanted, {}).items():
        _keep(found, place, 1, distance)
    for word, places in index.english.items():
        if f" {word} " in f" {query} ":
            for place, later in places:
                _keep(found, place, 5, 3 * later - len(word))
        elif len(query) > 2 and f" {word}".find(f" {query}") >= 0:
            for place, later in places:
                _keep(found, place, 6, 3 * later + len(word) - len(query))
    for word, places in index.words.items():
        if len(wanted) > 1 and word != wanted and word.startswith(wanted):
            for place, later in places:
                _keep(found, place, 6, 3 * later + len(word) - len(wanted))


def _keep(found: dict[int, Rank], place: int, tier: int, distance: int) -> None:
    rank = (tier, distance, place)
    if place not in found or rank < found[place]:
        found[place] = rank


def _by_name(
    entry: _Entry, wanted: str, pieces: list[str], short: str
) -> Iterator[tuple[int, int]]:
    """Yields the tiers in which a unit's names fit."""
    if wanted in entry.exact:
        yield 0, 0
    if entry.core.startswith(wanted):
        yield 2, len(entry.core) - len(wanted)
    if _in_name(entry, wanted) or (len(pieces) > 1 and all(_in_name(entry, p) for p in pieces)):
        yield 3, 0
    if len(wanted) > 1 and (gaps := _gaps(entry.core, wanted)) is not None:
        yield 3, 1 + gaps
    if short != wanted and len(short) > 1:
        if entry.core.startswith(short):
            yield 4, 0
        elif (gaps := _gaps(entry.core, short)) is not None:
            yield 4, 2 + gaps
    if wanted.isascii() and len(wanted) > 1 and any(wanted in sound for sound in entry.sounds):
        yield 4, 1
    name = _OFFICE.sub("", entry.core)
    if len(name) > 1 and name in wanted:
        yield 5, -len(name) - 3


def _in_name(entry: _Entry, wanted: str) -> bool:
    """Whether a name has these signs; letters must begin a word of it."""
    if wanted.isascii():
        return any(ending.startswith(wanted) for ending in entry.endings)
    return any(wanted in name for name in entry.names)


def _gaps(name: str, wanted: str) -> int | None:
    """How far apart the characters of ``wanted`` stand in a name, in order; None if they do not.

    They may begin inside the name, which counts as three gaps more.
    """
    start = name.find(wanted[0])
    best: int | None = None
    while start >= 0:
        at, last = start, start
        for character in wanted[1:]:
            at = name.find(character, last + 1)
            if at < 0:
                return best
            last = at
        gaps = last - start + 1 - len(wanted) + (3 if start else 0)
        best = gaps if best is None else min(best, gaps)
        start = name.find(wanted[0], start + 1)
    return best


def _without_office(index: SearchIndex, wanted: str, short: str) -> Iterator[tuple[int, int]]:
    """Yields the units of a word without its kind of office, or of a word in pinyin."""
    if short != wanted:
        yield from index.words.get(short, ())
    if wanted.isascii():
        for word in index.sounds.get(wanted, ()):
            yield from index.words[word]


def _by_words(index: SearchIndex, wanted: str, found: dict[int, Rank]) -> None:
    """Adds the units whose words are in the query, or have it in them."""
    for word, places in index.words.items():
        if len(word) > 1 and word in wanted:
            for place, later in places:
                _keep(found, place, 5, 3 * later - len(word))
        elif len(wanted) > 1 and wanted in word:
            for place, later in places:
                _keep(found, place, 6, 3 * later + len(word) - len(wanted))


def _by_stems(index: SearchIndex, query: str, found: dict[int, Rank]) -> None:
    """Adds units whose English words share stems with the query, those with the most first."""
    shared: Counter[int] = Counter()
    for stem in _stems(query):
        for place, count in index.stems.get(stem, {}).items():
            shared[place] += 10 + min(count, 9)
    for place, count in shared.items():
        _keep(found, place, 7, -count)


def _by_characters(index: SearchIndex, wanted: str, found: dict[int, Rank]) -> None:
    """Adds units whose words share pairs of characters with the query, else telling characters."""
    shared: Counter[int] = Counter()
    for pair in {wanted[at : at + 2] for at in range(len(wanted) - 1)}:
        for place, count in index.pairs.get(pair, {}).items():
            shared[place] += 10 + min(count, 9)
    if not shared:
        for character in wanted:
            shared.update({place: 1 for place, _ in index.words.get(character, ())})
    for place, count in shared.items():
        _keep(found, place, 7, -count)
