"""Choosing a unit: a paged list, and a search by any part of a name, a code or a spelling."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import replace

from survey_flows.campaign_definition import CampaignDefinition, Link, Unit
from survey_flows.effects import Button, Input, Screen
from survey_flows.identity_kinds import source_of
from survey_flows.localized_names import in_language, unit_name
from survey_flows.quota import QuotaCell, possible_groups
from survey_flows.screen_parts import identity_offer
from survey_flows.session import Session, begun
from survey_flows.unit_search import find_units

PAGE = 8
QUERY_LENGTH = 40


def ratable_units(definition: CampaignDefinition) -> list[Unit]:
    """The units that can be rated, in the definition's order."""
    return [
        unit
        for unit in definition.units.values()
        if unit.questionnaire in definition.questionnaires
    ]


def fold(text: str) -> str:
    """Text for comparing: compatibility forms, case and outer white space do not count."""
    return unicodedata.normalize("NFKC", text).casefold().strip()


def search_units(definition: CampaignDefinition, query: str) -> list[Unit]:
    """Units that a query means, the best match first (`unit_search`)."""
    return [unit for _, unit in find_units(definition, query)]


def listed_units(definition: CampaignDefinition, session: Session) -> list[Unit]:
    """The session's list: the search results, or all units when there is no search or no result."""
    return (search_units(definition, session.query) if session.query else []) or ratable_units(
        definition
    )


def units_on_page(units: Sequence[Unit], page: int) -> tuple[Sequence[Unit], int, int]:
    """The units of a page, its index after clamping, and the number of pages."""
    pages = max(1, -(-len(units) // PAGE))
    page = min(max(page, 0), pages - 1)
    return units[page * PAGE : (page + 1) * PAGE], page, pages


def full_cells(definition: CampaignDefinition, session: Session) -> frozenset[QuotaCell]:
    """The full cells that leave this rating no place; empty while some answers lead to one."""
    if not definition.quotas.full:
        return frozenset()
    link = definition.links.get(session.link) or Link("")
    questionnaire = definition.questionnaires[definition.units[session.unit].questionnaire]
    groups = possible_groups(questionnaire, session.answers, link.group)
    if groups and (link.source != "open" or link.group != "resident"):
        groups = {link.group}
    source = source_of(link.source, session.identity)
    found = [
        definition.quotas.full_for(session.unit, group, link.stratum, source) for group in groups
    ]
    return frozenset().union(*found) if all(found) else frozenset()


def _named(definition: CampaignDefinition, session: Session, code: str) -> str:
    """The unit's name, with a mark when it has no place left."""
    name = unit_name(definition, code, session.lang)
    full = full_cells(definition, replace(session, unit=code, answers={}))
    return definition.wording.say(session.lang, "unit-full-mark", unit=name) if full else name


def units_screen(definition: CampaignDefinition, session: Session) -> Screen:
    """The list of units, or of the search results."""
    say, lang, key = definition.wording.say, session.lang, session.key
    units = listed_units(definition, session)
    shown, page, pages = units_on_page(units, session.page)
    rows: list[tuple[Button, ...]] = []
    rows += (
        (Button(_named(definition, session, unit.code), f"{key}:u:{unit.code}"),) for unit in shown
    )
    turn = []
    if page > 0:
        turn.append(Button(say(lang, "page-previous"), f"{key}:p:{page - 1}"))
    if page < pages - 1:
        turn.append(Button(say(lang, "page-next"), f"{key}:p:{page + 1}"))
    if turn:
        rows.append(tuple(turn))
    if session.query:
        rows.append((Button(say(lang, "units-all"), f"{key}:all"),))
    text = _text(definition, session, len(units), page, pages)
    waiting = tuple(
        (
            Button(
                say(lang, "waiting-go", unit=unit_name(definition, code, lang)), f"{key}:g:{code}"
            ),
        )
        for code in waiting_units(definition, session)
    )
    if waiting:
        text = f"{text}\n{say(lang, 'waiting')}"
    rows += identity_offer(definition, session)
    return Screen("unit", lang, text, (*waiting, *rows), Input.SEARCH, key=key)


def waiting_units(definition: CampaignDefinition, session: Session) -> list[str]:
    """The codes of the units with a rating that waits, without those that are gone."""
    return [one.unit for one in begun(session) if definition.unit_code(one.unit) == one.unit]


def _text(
    definition: CampaignDefinition, session: Session, count: int, page: int, pages: int
) -> str:
    say, lang = definition.wording.say, session.lang
    if not count:
        return say(lang, "units-empty")
    title = in_language(definition.title, lang, definition)
    text = (
        say(lang, "units-found", count=count) if session.query else say(lang, "units", title=title)
    )
    return f"{text}\n{say(lang, 'units-page', page=page + 1, pages=pages)}" if pages > 1 else text
