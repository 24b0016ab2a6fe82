"""A text nested too deep is one sentence, whatever the reader, and costs no stack."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from bot.ballots.imported.mapping import read_mapping
from bot.campaigns.scheme_files import load_scheme_file
from bot.fieldwork.audience.sampling import read_sample
from bot.verification.public_totals import read_totals
from survey_flows import yaml_depth
from survey_flows.errors import BadInput
from survey_flows.load import load_questionnaire
from survey_flows.yaml_depth import MOST_LEVELS, NestedTooDeep, SafeLoader, TextLoader

DEEP = {
    "lists": "a:\n  " + "[" * 3000 + "]" * 3000,
    "fields": "a:\n  " + "{x: " * 3000 + "}" * 3000,
    "dashes": "a:\n " + "- " * 3000,
    "JSON": '{\n"a": ' + "[" * 3000 + "]" * 3000 + "}",
    "aliases": "a:\n - &a0 []\n" + "".join(f" - &a{n} [*a{n - 1}]\n" for n in range(1, 3000)),
    "an alias to itself": "a:\n  &a [*a]",
}


def nested(levels: int) -> str:
    return "[" * levels + "]" * levels


@pytest.mark.parametrize("loader", [SafeLoader, TextLoader])
def test_as_many_levels_as_the_limit_are_taken_and_one_more_is_not(
    loader: type[SafeLoader | TextLoader],
) -> None:
    assert str(yaml.load(nested(MOST_LEVELS), loader)) == nested(MOST_LEVELS)
    with pytest.raises(NestedTooDeep):
        yaml.load(nested(MOST_LEVELS + 1), loader)


def test_an_alias_counts_as_deep_as_what_it_names() -> None:
    half = nested(MOST_LEVELS // 2)
    assert yaml.load(f"[&a {half[1:-1]}, *a]", SafeLoader)
    fits, too_deep = MOST_LEVELS - MOST_LEVELS // 2, MOST_LEVELS - MOST_LEVELS // 2 + 1
    for levels in (fits - 1, too_deep - 1):
        text = f"[&a {half}, {'[' * levels}*a{']' * levels}]"
        if levels < fits:
            assert yaml.load(text, SafeLoader)
        else:
            with pytest.raises(NestedTooDeep):
                yaml.load(text, SafeLoader)


@pytest.mark.parametrize("text", DEEP.values(), ids=DEEP)
def test_every_reader_refuses_it_with_file_line_and_one_sentence(
    text: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("deep") / "own.yaml"
    path.write_text(text)
    for read in (
        lambda: load_questionnaire(text, "own.yaml"),
        lambda: load_scheme_file(path),
        lambda: read_mapping(path),
    ):
        with pytest.raises(BadInput) as refused:
            read()
        assert refused.value.place.line >= 2
        english, chinese = (refused.value.render(lang) for lang in ("en", "zh-Hans"))
        assert english.endswith(
            "lists and fields lie more than 32 levels deep inside each other; make the file flatter"
        )
        assert chinese.endswith("列表和字段嵌套超过 32 层；请减少嵌套")
        assert "own.yaml" in english
        assert "own.yaml" in chinese


def test_json_files_of_others_nested_too_deep_are_refused_as_no_such_file() -> None:
    text = ('{"format": ' + "[" * 5000 + "]" * 5000 + "}").encode()
    with pytest.raises(BadInput, match=r"^sample\.json: this"):
        read_sample("sample.json", text)
    with pytest.raises(BadInput):
        read_totals(text)


@pytest.mark.parametrize("text", ["? [a]\n: b\n", "? {a: b}\n: c\n", "from: 2026-02-30\n"])
def test_keys_and_dates_that_cannot_be_are_refused_too(
    text: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("odd") / "own.yaml"
    path.write_text(text)
    for read in (load_scheme_file, read_mapping):
        with pytest.raises(BadInput, match=r"own\.yaml"):
            read(path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('id: "\\UFFFFFFFF"', "line 1"),
        ('id: "\\U00110000"', "line 1"),
        ('a: b\nid: "\\ud800"', "line 2: the text holds the hidden character U+D800"),
        ('a: b\n"\\0": c', "line 2: the text holds the hidden character U+0000"),
        ("- x\n" * 1_001, "the file has more than 1000 fields and values"),
    ],
    ids=["far escape", "escape behind the last", "half a pair", "control", "many"],
)
def test_what_no_text_may_hold_is_one_sentence_with_its_line(
    text: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(yaml_depth, "MOST_NODES", 1_000)
    path = tmp_path / "own.yaml"
    path.write_text(text)
    for read in (
        lambda: load_questionnaire(text, "own.yaml"),
        lambda: load_scheme_file(path),
        lambda: read_mapping(path),
    ):
        with pytest.raises(BadInput) as raised:
            read()
        assert "own.yaml" in str(raised.value)
        assert said in str(raised.value)
