"""The frozen definition of a campaign has one reader, and an unknown campaign one refusal."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest

from bot.campaigns.definition import FrozenDefinition, write_definition
from bot.campaigns.fraud_rules import DEFAULT_RULES
from bot.campaigns.scheme_files import shipped_scheme
from survey_flows.campaign_aim import ABOUT, ASKS, COUNTING, PILOT, Aim, check_aim
from survey_flows.campaign_definition import Unit
from survey_flows.errors import BadInput
from survey_flows.quota import QuotaCell

BOT = Path(__file__).parents[4] / "bot"
READER = "campaigns/definition.py"
STORED = {"definition", "paper", "scheme"}
"""Column names, and the key of a logged definition."""
UNIT = Unit("FIN", {"zh-Hans": "财政局"}, "window", "service", "cz")


def modules() -> dict[str, ast.Module]:
    """The modules of bot by path, without the migrations, which are never edited."""
    return {
        str(path.relative_to(BOT)): ast.parse(path.read_text())
        for path in sorted(BOT.rglob("*.py"))
        if "migrations" not in path.parts
    }


def reads_stored_text(node: ast.AST) -> bool:
    """Say whether an expression parses the stored text of a definition or a scheme."""
    if not isinstance(node, ast.Call):
        return False
    called = (
        node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    )
    if called not in ("loads", "parse_scheme", "read_scheme"):
        return False
    names = {part.attr for part in ast.walk(node) if isinstance(part, ast.Attribute)}
    keys = {part.value for part in ast.walk(node) if isinstance(part, ast.Constant)}
    return bool(STORED & (names | keys))


def test_no_module_but_the_reader_parses_a_stored_definition() -> None:
    found = {
        path for path, tree in modules().items() if any(map(reads_stored_text, ast.walk(tree)))
    }
    assert found <= {READER}


def test_no_module_but_the_reader_touches_the_stored_text() -> None:
    touching = {
        path
        for path, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr == "definition"
    }
    assert touching == {READER}


def test_one_place_refuses_an_unknown_campaign() -> None:
    places = [
        path for path in sorted(BOT.rglob("*.py")) if '"campaign-unknown"' in path.read_text()
    ]
    assert [str(path.relative_to(BOT)) for path in places] == ["campaigns/registered.py"]
    sentence = re.compile(r"there is no such campaign(;|\"|$)", re.MULTILINE)
    spoken = [path for path in BOT.rglob("*.py") if sentence.search(path.read_text())]
    worded = [
        path.parent.name for path in BOT.rglob("*.en.ftl") if sentence.search(path.read_text())
    ]
    assert (spoken, worded) == ([], ["campaigns"])


def test_a_written_definition_is_read_back() -> None:
    text = write_definition({"zh-Hans": "民评"}, [UNIT], {}, aim=Aim("pilot"))
    found = FrozenDefinition(text, shipped_scheme().model_dump_json())
    assert found.title == {"zh-Hans": "民评"}
    assert found.units == {"FIN": UNIT}
    assert (found.aim.pilot, found.seed, found.sampling) == (True, None, None)
    assert found.fraud_rules == DEFAULT_RULES
    assert found.disclosure_floor == found.scheme.min_n.publish_cell == 10


def test_parts_are_replaced_and_the_others_stay_byte_for_byte() -> None:
    text = write_definition({"zh-Hans": "民评"}, [UNIT], {})
    rows = [{"unit": "FIN", "group": "", "stratum": "", "source": "", "most": 50}]
    changed = FrozenDefinition(text).text_with(quotas=rows)
    assert changed == text[:-1] + ', "quotas": ' + json.dumps(rows) + "}"
    assert FrozenDefinition(changed).capacities == {QuotaCell("FIN"): 50}


@pytest.mark.parametrize("scheme", ["{}", '{"min_n": {}}'])
def test_the_floor_has_one_default(scheme: str) -> None:
    assert FrozenDefinition("{}", scheme).disclosure_floor == 10


def test_an_aim_keeps_the_bytes_of_what_was_logged_before_it_had_a_name() -> None:
    plain = write_definition({"zh-Hans": "民评"}, [UNIT], {})
    pilot = write_definition({"zh-Hans": "民评"}, [UNIT], {}, aim=Aim("pilot"))
    staff = write_definition({"zh-Hans": "民评"}, [UNIT], {}, aim=Aim("pilot", "leaders", "staff"))
    assert pilot == plain[:-1] + ', "trial": true}'
    assert staff == pilot[:-1] + ', "about": "leaders", "asks": "staff"}'
    read = [FrozenDefinition(text).aim for text in (plain, pilot, staff)]
    assert read == [
        Aim("counting", "units", "public"),
        Aim("pilot", "units", "public"),
        Aim("pilot", "leaders", "staff"),
    ]


@pytest.mark.parametrize("about", ABOUT)
@pytest.mark.parametrize("asks", ASKS)
def test_a_counting_campaign_asks_the_public_about_units(about: str, asks: str) -> None:
    check_aim(Aim(PILOT, about, asks))
    if (about, asks) == ("units", "public"):
        check_aim(Aim(COUNTING, about, asks))
    else:
        with pytest.raises(BadInput, match="takes from its campaigns what the public says"):
            check_aim(Aim(COUNTING, about, asks))


@pytest.mark.parametrize("aim", [Aim("trial"), Aim(PILOT, "cities"), Aim(PILOT, asks="citizens")])
def test_other_words_are_no_aim(aim: Aim) -> None:
    with pytest.raises(BadInput, match="write one of"):
        check_aim(aim)
