"""The grammar of the log's lines and of canonical JSON, to the byte."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey_flows.canonical_json import (
    MOST,
    canonical,
    canonical_by_code,
    read_canonical,
    read_canonical_object,
    read_strict,
)
from survey_flows.errors import BadInput, Misuse, Place
from survey_flows.log_entries import (
    OLDER_FORM,
    act_line,
    act_text,
    is_act_kind,
    is_campaign,
    older_line,
    read_line,
    read_signatures,
    receipt_label,
    receipt_line,
    sealed_line,
    write_signatures,
)
from survey_flows.merkle import leaf_hash
from survey_flows.signed_notes import Signature

PLACE = Place(file="log.txt", line=1)
HASH = "0123456789abcdef" * 4
CAMPAIGNS = st.from_regex(r"[a-z0-9-]{1,32}", fullmatch=True).filter(is_campaign)
KINDS = st.from_regex(r"[a-z][a-z-]{0,15}", fullmatch=True).filter(is_act_kind)
HASHES = st.binary(min_size=32, max_size=32)
TEXTS = st.text(st.characters(exclude_categories=("Cs",)))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-MOST, MOST) | TEXTS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(max_codepoint=127)), inner, max_size=4)
    ),
    max_leaves=12,
)


def test_the_vectors_of_the_contract() -> None:
    label = receipt_label("city-2026", "ABCDEFGHIJKLMN23")
    line = receipt_line("city-2026", label)
    expected = "9eab1dee46e6b99b15e79b91ad412ba2b19975a7071f5d4b137ec802a5ef6ee7"
    assert line.decode() == f"2 city-2026 receipt {expected}"
    assert leaf_hash(line).hex() == (
        "f3a656cad714be3aa21d4d91e0743c16f6e5a55d1f5823244836592a08334eb8"
    )
    older = bytes(range(64))
    assert leaf_hash(older).hex() == (
        "e4fb1329f08b46df92906ff0be9b7ab12c44eabd3eb8651e69edb27bd8a19e95"
    )
    assert read_line(older.hex(), PLACE).data == older


@given(CAMPAIGNS, KINDS, HASHES, HASHES)
def test_lines_are_read_as_they_were_written(
    campaign: str, kind: str, label: bytes, commitment: bytes
) -> None:
    found = read_line(receipt_line(campaign, label).decode(), PLACE)
    assert (found.campaign, found.kind, found.label) == (campaign, "receipt", label)
    found = read_line(sealed_line(campaign, commitment).decode(), PLACE)
    assert (found.campaign, found.kind, found.commitment) == (campaign, "sealed", commitment)
    line = act_line(campaign, kind, label, commitment)
    found = read_line(line.decode(), PLACE)
    assert (found.campaign, found.kind) == (campaign, kind)
    assert (found.label, found.commitment, found.data, found.text.encode()) == (
        label, commitment, line, line,
    )  # fmt: skip
    older = read_line(older_line(label, commitment).hex(), PLACE)
    assert (older.form, older.data) == (OLDER_FORM, label + commitment)
    assert len({len(one) == 64 for one in (line, older.data)}) == 2, "the lengths never coincide"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (f"2 year receipt {HASH}\r", "carriage return"),
        (f"2 year receipt {HASH}\n", "carriage return"),
        (f"2 yéar receipt {HASH}", "carriage return"),
        (f"2 year\u2028receipt {HASH}", "carriage return"),
        (f"2 year  receipt {HASH}", "not each after one space"),
        (f" 2 year receipt {HASH}", "not each after one space"),
        (f"2 year receipt {HASH} ", "not each after one space"),
        (f"2 year receipt {HASH.upper()}", "64 hexadecimal digits in lower case"),
        (f"2 year receipt {HASH[:-1]}", "64 hexadecimal digits in lower case"),
        (f"2 year sealed {HASH} {HASH}", "more or fewer hashes"),
        (f"2 year pause {HASH}", "more or fewer hashes"),
        (f"2 year pause {HASH} {HASH} {HASH}", "more or fewer hashes"),
        (f"2 Year receipt {HASH}", "does not name a campaign"),
        (f"2 {'a' * 33} receipt {HASH}", "does not name a campaign"),
        (f"2 - receipt {HASH}", "does not name a campaign"),
        (f"2 - sealed {HASH}", "does not name a campaign"),
        (f"2 year {'a' * 17} {HASH} {HASH}", "does not name a kind"),
        (f"2 year -pause {HASH} {HASH}", "does not name a kind"),
        (f"2 year pause2 {HASH} {HASH}", "does not name a kind"),
        ("2 year", "does not name a kind"),
        (f"3 year receipt {HASH}", "neither with the form 2"),
        (f"{HASH}{HASH}"[:-1], "neither with the form 2"),
        ((HASH * 2).upper(), "neither with the form 2"),
        ("", "neither with the form 2"),
    ],
)
def test_what_is_no_line_is_refused_by_name(text: str, fault: str) -> None:
    with pytest.raises(BadInput, match=fault):
        read_line(text, PLACE)


def test_an_older_entry_stands_after_no_line() -> None:
    with pytest.raises(BadInput, match="of form 1 stands after one of form 2"):
        read_line(HASH * 2, PLACE, late=True)


@given(VALUES)
def test_canonical_texts_are_read_and_others_of_the_same_value_refused(value: object) -> None:
    text = canonical({"value": value})
    assert read_canonical(text, PLACE) == {"value": value}
    for other in (json.dumps({"value": value}, indent=1), f"{text} ", f" {text}"):
        with pytest.raises(BadInput):
            read_canonical(other, PLACE)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('{"a":1,"a":1}', "«a» stands twice"),
        ('{"a":{"b":1,"b":2}}', "«b» stands twice"),
        ('{"a":1.0}', "«1.0» is a decimal"),
        ('{"a":1e3}', "«1e3» is a decimal"),
        ('{"a":NaN}', "«NaN» is no number"),
        ('{"a":-Infinity}', "«-Infinity» is no number"),
        ('{"a":9007199254740993}', "9007199254740993 is 2\\^53 or beyond"),
        ('{"a":9007199254740992}', "is 2\\^53 or beyond"),
        ('{"a":-9007199254740992}', "is 2\\^53 or beyond"),
        (f'{{"a":{"9" * 5000}}}', "is 2\\^53 or beyond"),
        ('{"a":"\\ud800"}', "half of a surrogate pair"),
        ('{"\\udfff":1}', "beyond ASCII"),
        ('{"é":1}', "beyond ASCII"),
        ('{"b":1,"a":1}', "not canonical"),
        ('{"a": 1}', "not canonical"),
        ('{"a":"\\u0041"}', "not canonical"),
        ('{"a":"\\/"}', "not canonical"),
        ('{"a":"\\u000A"}', "not canonical"),
        ('{"a":-0}', "not canonical"),
        ("\ufeff{}", "not JSON"),
        ("{", "not JSON"),
        ("[" * 100_000, "more than 64 lists"),
        ("[]", "no object"),
        ('"a"', "no object"),
    ],
)
def test_what_is_not_canonical_is_refused_by_name(text: str, fault: str) -> None:
    with pytest.raises(BadInput, match=fault):
        read_canonical_object(text, PLACE)


def test_the_largest_numbers_and_every_character_are_canonical() -> None:
    text = (
        '{"a":[9007199254740991,-9007199254740991,true,null],"b":"好 \u2028 \\" \\u0001 \\n 🙂 /"}'
    )
    assert canonical(read_canonical(text, PLACE)) == text


def test_units_are_sorted_by_utf_16() -> None:
    units = {"\uffee": 1, "\U0001f642": 2, "TAX": 3}
    assert canonical_by_code(units) == '{"TAX":3,"\U0001f642":2,"\uffee":1}'
    assert read_strict(canonical_by_code(units), PLACE, ascii_keys=False) == units


def test_signatures_of_an_act_are_ascending_and_each_has_one_spelling() -> None:
    one, other = (Signature(name, b"1234", bytes(64)) for name in ("log", "log/desk"))
    assert read_signatures(write_signatures([one, other]), PLACE) == (one, other)
    for wrong in ([other, one], [one, one]):
        with pytest.raises(Misuse):
            act_text("{}", wrong)
        with pytest.raises(BadInput, match="ascending by the key's name"):
            read_signatures(write_signatures(wrong), PLACE)
    written = write_signatures([one])[0]
    for changed in (
        {"raw": written["raw"][:-3] + "B=="},
        {"raw": written["raw"][:-4]},
        {"raw": written["raw"] + "\n"},
        {"key": "a b"},
        {"more": "x"},
    ):
        with pytest.raises(BadInput, match="68 bytes of base64"):
            read_signatures([written | changed], PLACE)
    with pytest.raises(BadInput, match="68 bytes of base64"):
        read_signatures({"key": "log"}, PLACE)
