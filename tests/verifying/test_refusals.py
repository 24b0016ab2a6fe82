"""The list of refusals: both verifiers refuse each crafted bundle, in a sentence.

They share no line, so that each refusal is tried with both, as files come: in a ZIP.
The signed parts are signed anew: whoever crafts holds every key.
"""

from __future__ import annotations

import io
import json
import re
import struct
import warnings
import zipfile
from base64 import b64decode, b64encode
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from bot.verification import bundle_format, minping_verify
from bot.verification.bundle_format import unpack
from bot.verification.bundle_reader import VerificationRequest
from bot.verification.verifier import verify
from survey_flows import canonical_json, signed_notes
from survey_flows.errors import BadInput
from survey_flows.signed_notes import read_key
from tests.verifying.bad_bundles import find, lost_gate, resign
from tests.verifying.real_terms import real_terms
from tests.verifying.synthetic_campaign import SyntheticCampaign, small_campaign
from tests.verifying.synthetic_log import Files, canonical, digest, zipped
from tests.verifying.vectors import PAGE, claims

KEY = small_campaign().keys.log.written()
Refused = tuple[bool, bool]
"""Whether the product's verifier refuses, and the stand-alone one."""


def refused(folder: Path, raw: bytes, said: dict[str, str] | None = None) -> Refused:
    """What both say of a ZIP; an error of any other kind ends the test, as it ends a verifier."""
    path = folder / "bundle.zip"
    path.write_bytes(raw)
    try:
        wanted = VerificationRequest([read_key(KEY)], **(said or {}))
        product = not all(one.ok for one in verify(unpack(path), wanted))
    except BadInput:
        product = True
    try:
        asked = minping_verify.Asked([minping_verify.read_key(KEY)], **(said or {}))
        found = list(minping_verify.verify(minping_verify.unpack(path), asked))
        alone = not all(one.ok for one in found)
    except minping_verify.Failed:
        alone = True
    return product, alone


def good() -> SyntheticCampaign:
    return small_campaign(terms=real_terms())


@cache
def good_files() -> Files:
    return good().bundle(openings=False)


SIGNERS = {"registration": "desk", "result": "desk", "closing": "log", "intake": "gate"}


def with_body(kind: str, change: Callable[[dict[str, Any]], object]) -> SyntheticCampaign:
    """A campaign one of whose acts says another thing, signed by who signs it."""
    campaign = good()
    act = find(campaign, kind)
    body = json.loads(act.body)
    change(body)
    resign(campaign, act, canonical(body), getattr(campaign.keys, SIGNERS[kind]))
    return campaign


@pytest.mark.parametrize("lists", [False, True], ids=["objects", "lists"])
@pytest.mark.parametrize("levels", [63, 64, 600, 3000])
def test_lists_and_objects_inside_each_other_have_one_limit(
    tmp_path: Path, levels: int, lists: bool
) -> None:
    campaign = good()
    act = find(campaign, "result")
    deep = ("[" if lists else '{"a":') * levels + "0" + ("]" if lists else "}") * levels
    text = act.body[:-1] + f',"zz":{deep}}}'
    resign(campaign, act, text, campaign.keys.desk)
    is_deep = levels + 1 > minping_verify.DEEPEST
    assert refused(tmp_path, zipped(campaign.bundle(openings=False))) == (is_deep, is_deep)


TERMS = {
    "a key twice": lambda text: text.replace("{", '{"title":{},', 1),
    "an inner key twice": lambda text: text.replace('{"', '{"a":{"b":1,"b":2},"', 1),
    "NaN": lambda text: text.replace("{", '{"zz":NaN,', 1),
    "Infinity": lambda text: text.replace("{", '{"zz":-Infinity,', 1),
    "no finite number": lambda text: text.replace("{", '{"zz":1e999,', 1),
    "a number of 5,000 digits": lambda text: text.replace("{", '{"zz":' + "9" * 5000 + ",", 1),
    "the number 2^53": lambda text: text.replace("{", '{"zz":9007199254740992,', 1),
    "half of a surrogate pair": lambda text: text.replace("{", '{"zz":"\\ud800",', 1),
    "65 levels": lambda text: text.replace("{", '{"zz":' + "[" * 65 + "]" * 65 + ",", 1),
    "a byte order mark": lambda text: "\ufeff" + text,
    "no JSON": lambda _text: "garbage",
    "no object": lambda _text: "[]",
}


@pytest.mark.parametrize("part", ["paper", "scheme"])
@pytest.mark.parametrize("name", TERMS)
def test_registered_texts_are_read_strictly(tmp_path: Path, name: str, part: str) -> None:
    def change(body: dict[str, Any]) -> None:
        text = body[part].replace("{", '{"title":{},', 1) if name == "a key twice" else body[part]
        body[part] = TERMS[name](text)

    files = with_body("registration", change).bundle(openings=False)
    assert refused(tmp_path, zipped(files)) == (True, True)


def listed_unit(change: Callable[[dict[str, Any]], object]) -> Callable[[dict[str, Any]], None]:
    """Another unit in the registered definition, made from the first one."""

    def register(body: dict[str, Any]) -> None:
        paper = json.loads(body["paper"])
        unit = dict(paper["units"][0])
        change(unit)
        paper["units"].append(unit)
        body["paper"] = json.dumps(paper, ensure_ascii=False)

    return register


ACTS: dict[str, tuple[str, Callable[[dict[str, Any]], object]]] = {
    "a unit twice": ("registration", listed_unit(lambda unit: unit.update(search="x"))),
    "a unit that looks like another": (
        "registration",
        listed_unit(lambda unit: unit.update(code="T\u0410X")),
    ),
    "a unit with a space of no width": (
        "registration",
        listed_unit(lambda unit: unit.update(code="TAX\u200b")),
    ),
    "opens at true": ("registration", lambda body: body.update(opens_at=True)),
    "opens before 1970": ("registration", lambda body: body.update(opens_at=-1)),
    "opens at a text": ("registration", lambda body: body.update(opens_at="5")),
    "closes at true": ("registration", lambda body: body.update(closes_at=True)),
    "accepted is a text": ("intake", lambda body: body.update(accepted="12")),
    "accepted is true": ("intake", lambda body: body.update(accepted=True)),
    "unended is true": ("closing", lambda body: body.update(unended=True)),
    "missing is a text": ("closing", lambda body: body.update(missing="0")),
}


@pytest.mark.parametrize("name", ACTS)
def test_acts_with_strange_parts_are_refused(tmp_path: Path, name: str) -> None:
    kind, change = ACTS[name]
    files = with_body(kind, change).bundle(openings=False)
    assert refused(tmp_path, zipped(files)) == (True, True)


@pytest.mark.parametrize("accepted", [[], "12", {"city-2026": True}, {"city-2026": -1}])
def test_what_a_lost_gate_accepted_is_a_number_by_campaign(
    tmp_path: Path, accepted: object
) -> None:
    def lying(campaign: SyntheticCampaign) -> None:
        lost_gate(campaign, accepted, campaign.keys.desk)  # type: ignore[arg-type]

    files = small_campaign(lying, real_terms()).bundle(openings=True)
    assert refused(tmp_path, zipped(files)) == (True, True)


TOTALS: dict[str, Callable[[bytes], bytes]] = {
    "a key twice": lambda raw: raw.replace(b"{", b'{"units":[],', 1),
    "a unit's key twice": lambda raw: raw.replace(b'"unit":', b'"unit":"TAX","unit":', 1),
    "UTF-16": lambda raw: raw.decode().encode("utf-16"),
    "a byte order mark": lambda raw: b"\xef\xbb\xbf" + raw,
    "no UTF-8": lambda raw: raw.replace(b"{", b'{"zz":"\xff",', 1),
    "an exponent": lambda raw: re.sub(rb'"scale":(\d+)', rb'"scale":\1.0e0', raw),
    "NaN": lambda raw: raw.replace(b"{", b'{"zz":NaN,', 1),
    "a number of 5,000 digits": lambda raw: raw.replace(b"{", b'{"z":' + b"9" * 5000 + b",", 1),
    "half of a surrogate pair": lambda raw: raw.replace(b"{", b'{"zz":"\\ud800",', 1),
    "100,000 lists": lambda _raw: b"[" * 100_000,
    "65 levels": lambda raw: raw.replace(b"{", b'{"z":' + b"[" * 65 + b"]" * 65 + b",", 1),
    "no JSON": lambda _raw: b"junk",
    "a list": lambda _raw: b"[]",
    "another campaign": lambda raw: raw.replace(b"city-2026", b"city-2025", 1),
    "another format": lambda raw: raw.replace(b"minping-totals/1", b"minping-totals/9", 1),
    "a unit too few": lambda raw: json.dumps(
        json.loads(raw) | {"units": json.loads(raw)["units"][1:]}
    ).encode(),
    "a unit too many": lambda raw: json.dumps(
        json.loads(raw) | {"units": json.loads(raw)["units"] * 2}
    ).encode(),
    "more behind it": lambda raw: raw + b"{}",
}


@pytest.mark.parametrize("name", TOTALS)
def test_totals_are_read_in_one_way(tmp_path: Path, name: str) -> None:
    raw = good_files()["totals.json"]
    other = TOTALS[name](raw)
    assert other != raw
    files = with_body("result", lambda body: body.update(totals=digest(other).hex()))
    assert refused(tmp_path, zipped({**files.bundle(openings=False), "totals.json": other})) == (
        True, True,
    )  # fmt: skip


def said(change: Callable[[dict[str, Any]], object]) -> Callable[[str], str]:
    def write(text: str) -> str:
        proof = json.loads(text)
        change(proof)
        return json.dumps(proof)

    return write


PROOFS: dict[str, Callable[[str], str]] = {
    "capital digits": said(lambda it: it.update(proof=[one.upper() for one in it["proof"]])),
    "spaced digits": said(lambda it: it.update(proof=[f"{o[:2]} {o[2:]}" for o in it["proof"]])),
    "short digits": said(lambda it: it.update(proof=[one[:-2] for one in it["proof"]])),
    "a position that is true": said(lambda it: it.update(position=True)),
    "a position with a fraction": said(lambda it: it.update(position=float(it["position"]))),
    "a position as a text": said(lambda it: it.update(position=str(it["position"]))),
    "a fraction beside it": said(lambda it: it.update(zz=1.5)),
    "a key twice": lambda text: text.replace("{", '{"position":0,', 1),
    "NaN": lambda text: text.replace("{", '{"zz":NaN,', 1),
    "a byte order mark": lambda text: "\ufeff" + text,
    "100,000 lists": lambda _text: "[" * 100_000,
    "no object": lambda _text: "[]",
    "a line with a newline": said(lambda it: it.update(line=it["line"] + "\n")),
    "a line that is a number": said(lambda it: it.update(line=5)),
}


@pytest.mark.parametrize("name", PROOFS)
def test_a_proof_is_read_strictly(tmp_path: Path, name: str) -> None:
    given = claims(good())["inclusion"]
    raw = zipped(good_files())
    assert refused(tmp_path, raw, {"inclusion": given}) == (False, False)
    assert refused(tmp_path, raw, {"inclusion": PROOFS[name](given)}) == (True, True)


def false_signature(promise: str) -> str:
    """The line of a promise's signature, with the last byte changed."""
    line = promise.rstrip("\n").rpartition("\n")[2]
    dash, name, text = line.split(" ")
    raw = b64decode(text)
    return f"{dash} {name} {b64encode(raw[:-1] + bytes([raw[-1] ^ 1])).decode()}\n"


NOTES: dict[str, Callable[[str], str]] = {
    "a true and a false signature": lambda note: note + false_signature(note),
    "a false and a true signature": lambda note: note.replace(
        "\n\n", "\n\n" + false_signature(note)
    ),
    "the false one alone": lambda note: note.partition("\n\n")[0] + "\n\n" + false_signature(note),
    "line feeds with carriage returns": lambda note: note.replace("\n", "\r\n"),
    "more than 65,536 characters": lambda note: (
        note + "".join(f"— {'x' * 2000}{at} {b64encode(bytes(68)).decode()}\n" for at in range(40))
    ),
    "65 signatures": lambda note: (
        note + "".join(f"— x{at} {b64encode(bytes(68)).decode()}\n" for at in range(64))
    ),
    "a signature of four bytes": lambda note: note + f"— x {b64encode(bytes(4)).decode()}\n",
    "no signature": lambda note: note.partition("\n\n")[0] + "\n\n",
}


@pytest.mark.parametrize("claim", ["promise", "since"])
@pytest.mark.parametrize("name", NOTES)
def test_a_note_is_read_strictly(tmp_path: Path, name: str, claim: str) -> None:
    given = claims(good())[claim]
    raw = zipped(good_files())
    assert refused(tmp_path, raw, {claim: given}) == (False, False)
    assert refused(tmp_path, raw, {claim: NOTES[name](given)}) == (True, True)


@pytest.mark.parametrize(
    ("line", "change"),
    [(3, str.upper), (3, lambda it: f"{it[:32]} {it[32:]}"), (4, lambda it: f"0{it}")],
    ids=["capital digits", "spaced digits", "a zero before"],
)
def test_a_signed_promise_is_written_in_one_way(
    tmp_path: Path, line: int, change: Callable[[str], str]
) -> None:
    campaign = good()
    lines = claims(campaign)["promise"].partition("\n\n")[0].split("\n")
    lines[line] = change(lines[line])
    promise = campaign.keys.gate.note("\n".join(lines) + "\n")
    assert refused(tmp_path, zipped(good_files()), {"promise": promise}) == (True, True)


def packed(files: Files, method: int = zipfile.ZIP_DEFLATED, *more: tuple[str, bytes]) -> bytes:
    made = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that a name stands twice
        with zipfile.ZipFile(made, "w", method) as archive:
            for name, data in (*files.items(), *more):
                archive.writestr(name, data)
    return made.getvalue()


def damaged(method: int) -> bytes:
    raw = bytearray(packed(good_files(), method))
    begin = raw.find(b"log.txt") + 7
    for at in range(begin + 12, begin + 60):
        raw[at] ^= 0x5A
    return bytes(raw)


def bomb() -> bytes:
    """A file of 300 MB of zeros, packed to a thousandth."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in good_files().items():
            if name != "log.txt":
                archive.writestr(name, data)
        with archive.open("log.txt", "w") as file:
            for _ in range(300):
                file.write(bytes(1 << 20))
    return made.getvalue()


def told_size(size: int) -> bytes:
    raw = bytearray(packed(good_files()))
    struct.pack_into("<I", raw, raw.rfind(b"PK\x01\x02") + 24, size)
    return bytes(raw)


def of_version(version: int) -> bytes:
    raw = bytearray(packed(good_files()))
    struct.pack_into("<H", raw, raw.rfind(b"PK\x01\x02") + 6, version)
    return bytes(raw)


ZIPS: dict[str, Callable[[], bytes]] = {
    "LZMA": lambda: packed(good_files(), zipfile.ZIP_LZMA),
    "bzip2": lambda: packed(good_files(), zipfile.ZIP_BZIP2),
    "damaged LZMA": lambda: damaged(zipfile.ZIP_LZMA),
    "damaged bzip2": lambda: damaged(zipfile.ZIP_BZIP2),
    "damaged deflate": lambda: damaged(zipfile.ZIP_DEFLATED),
    "damaged and stored": lambda: damaged(zipfile.ZIP_STORED),
    "a file twice": lambda: packed(good_files(), zipfile.ZIP_DEFLATED, ("log.txt", b"x")),
    "a file elsewhere": lambda: packed(good_files(), zipfile.ZIP_DEFLATED, ("../evil", b"x")),
    "a folder": lambda: packed(good_files(), zipfile.ZIP_DEFLATED, ("d/", b"")),
    "a name in capitals": lambda: packed(good_files(), zipfile.ZIP_DEFLATED, ("LOG.TXT", b"")),
    "cut off": lambda: packed(good_files())[:-10],
    "nothing": lambda: b"",
    "a bomb": bomb,
    "a size too small": lambda: told_size(5),
    "a size too large": lambda: told_size(2**31),
    "a version of later": lambda: of_version(99),
}


@pytest.mark.parametrize("name", ZIPS)
def test_a_zip_is_read_within_limits_and_never_ends_a_verifier(tmp_path: Path, name: str) -> None:
    assert refused(tmp_path, ZIPS[name]()) == (True, True)


def test_the_good_bundle_is_refused_by_neither_stored_or_deflated(tmp_path: Path) -> None:
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        assert refused(tmp_path, packed(good_files(), method)) == (False, False)


def test_page_and_both_verifiers_have_the_same_limits() -> None:
    page = PAGE.read_text()
    assert minping_verify.DEEPEST == canonical_json.DEEPEST == 64
    assert minping_verify.MOST_NOTE == signed_notes.MOST_TEXT == 65_536
    limits = (minping_verify.MOST_BYTES, minping_verify.ROOM, minping_verify.TIMES)
    assert limits == (bundle_format.MAX_BYTES, bundle_format.ROOM, bundle_format.TIMES)
    assert minping_verify.METHODS == bundle_format.METHODS
    for said_ in ("more than 64 lists and objects", "65,536 characters", "a hundred times the"):
        assert said_ in page
