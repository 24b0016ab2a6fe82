"""The vectors of docs/verifying-spec.md: made here, kept as JSON, quoted in the page."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from bot.verification import minping_verify
from bot.verification.minping_verify import Asked, in_print, read_key, verify
from tests.verifying.bad_bundles import BAD, TEXTS
from tests.verifying.synthetic_campaign import SyntheticCampaign, small_campaign
from tests.verifying.synthetic_log import (
    Act,
    Files,
    Receipt,
    SigningKey,
    act_text,
    canonical,
    consistency_path,
    digest,
    inclusion_path,
    merkle_root,
    signing_key,
)

FOLDER = Path(__file__).parent / "vectors"
PAGE = Path(__file__).parents[2] / "docs" / "verifying-spec.md"
BEGIN, END = "<!-- vectors: written by python -m tests.verifying -->", "<!-- end of vectors -->"
SEEN = 1_790_000_900
WITNESS = signing_key("minping/spec/witness", "witness.example/1", kind=4)
SENTENCE = '{"text":"好 «\\"ok\\"» \u2028 \\u0001 \\\\ \\n 🙂 é e\u0301"}'
BAD_LINES = {
    "two spaces": b"2 city-2026  sealed " + b"0" * 64,
    "a carriage return": b"2 city-2026 sealed " + b"0" * 64 + b"\r",
    "capital digits": b"2 city-2026 sealed " + b"A" * 64,
    "63 digits": b"2 city-2026 sealed " + b"0" * 63,
    "a campaign in capital letters": b"2 City-2026 sealed " + b"0" * 64,
    "a campaign of 33 letters": b"2 " + b"c" * 33 + b" sealed " + b"0" * 64,
    "a receipt with two parts": b"2 city-2026 receipt " + b"0" * 64 + b" " + b"0" * 64,
    "a sealed entry of the log": b"2 - sealed " + b"0" * 64,
    "a kind of 17 letters": b"2 - " + b"k" * 17 + b" " + b"0" * 64 + b" " + b"0" * 64,
    "a kind that begins with a hyphen": b"2 - -k " + b"0" * 64 + b" " + b"0" * 64,
    "another form": b"3 city-2026 sealed " + b"0" * 64,
    "a space at the end": b"2 city-2026 sealed " + b"0" * 64 + b" ",
    "digits that are not ASCII": b"2 city-2026 sealed " + "０".encode() * 64,
}


def leaf(line: bytes) -> bytes:
    return digest(b"\x00" + line)


def line_vectors() -> dict[str, Any]:
    receipt = Receipt("city-2026", "ABCDEFGHIJKLMN23").line()
    older = bytes(range(64))
    return {
        "good": [
            {"line": receipt.decode(), "leaf": leaf(receipt).hex()},
            {"older": older.hex(), "leaf": leaf(older).hex()},
        ],
        "bad": [{"why": why, "hex": line.hex()} for why, line in BAD_LINES.items()],
    }


def tree_vectors(lines: list[bytes]) -> dict[str, Any]:
    leaves = [leaf(line) for line in lines]
    return {
        "lines": [line.decode() for line in lines[:5]],
        "roots": {str(size): merkle_root(leaves[:size]).hex() for size in (0, 1, 2, 3, 5)},
        "inclusion of 2 in 5": [part.hex() for part in inclusion_path(2, leaves[:5])],
        "consistency of 3 and 5": [part.hex() for part in consistency_path(3, leaves[:5])],
    }


def text_vectors() -> dict[str, Any]:
    units = '{"B\U0001f642":[1,0,0,0],"Bﬁ":[2,1,0,0]}'
    body = '{"at":7,"note":"x"}'
    return {
        "good": [{"text": text, "sha256": digest(text).hex()} for text in (SENTENCE, units)],
        "bad": [{"why": why, "text": write(body)} for why, write in TEXTS.items()],
    }


def signed_vectors(campaign: SyntheticCampaign) -> dict[str, Any]:
    keys = campaign.keys
    listed = (keys.log, keys.desk, keys.gate, WITNESS)
    ballot = campaign.ballots[0]
    comment = campaign.own("comment")[0]
    withdrawal = campaign.own("withdrawal")[0]
    closing = next(i for i in campaign.log.items if isinstance(i, Act) and i.kind == "closing")
    two = campaign.log.signed(closing.body, keys.desk, keys.log)
    assert ballot.entry.aside
    return {
        "keys": {key.name: {"key": key.written(), "secret": secret_of(key)} for key in listed},
        "ballot": {
            "body": ballot.entry.body(),
            "salt": ballot.entry.salt.hex(),
            "commitment": ballot.entry.commitment().hex(),
            "aside": {"salt": ballot.entry.aside[0].hex(), "text": ballot.entry.aside[1]},
        },
        "comment": {"body": comment.body()},
        "withdrawal": {"body": withdrawal.body()},
        "act of two": {
            "signed": act_text(keys.origin, closing.body),
            "body": closing.body,
            "signatures": two,
            "commitment": digest(canonical({"body": closing.body, "signatures": two})).hex(),
        },
        "promise": campaign.promise(ballot),
    }


def secret_of(key: SigningKey) -> str:
    return key.secret.private_bytes_raw().hex()


def small_files(campaign: SyntheticCampaign, openings: bool) -> Files:
    files = campaign.bundle(openings)
    files["checkpoint.txt"] += WITNESS.cosignature(campaign.log.checkpoint_text(), SEEN).encode()
    return files


def claims(campaign: SyntheticCampaign) -> dict[str, str]:
    return {
        "since": campaign.log.checkpoint(9),
        "receipt": campaign.ballots[0].code,
        "promise": campaign.promise(campaign.ballots[0]),
        "inclusion": campaign.log.inclusion(campaign.ballots[0].entry),
    }


def output(campaign: SyntheticCampaign, openings: bool) -> list[str]:
    keys, witnesses = [read_key(campaign.keys.log.written())], [read_key(WITNESS.written())]
    asked = Asked(keys, witnesses, **claims(campaign))
    lines = [o.line() for o in in_print(verify(small_files(campaign, openings), asked))]
    return [*lines, minping_verify.NOT_CHECKED]


def small_vectors(campaign: SyntheticCampaign) -> dict[str, Any]:
    return {
        "key": campaign.keys.log.written(),
        "witness": WITNESS.written(),
        "claims": claims(campaign),
        "public": {name: data.decode() for name, data in small_files(campaign, False).items()},
        "auditors": {name: data.decode() for name, data in small_files(campaign, True).items()},
        "output": {"public": output(campaign, False), "auditors": output(campaign, True)},
    }


def bad_vectors(campaign: SyntheticCampaign) -> list[dict[str, Any]]:
    """Each bad bundle as what differs from the small one."""
    whole = {openings: campaign.bundle(openings) for openings in (False, True)}
    found = []
    for name, bad in BAD.items():
        made = bad.make()
        openings = b'"openings":true' in made.files["bundle.json"]
        base = whole[openings]
        files = {
            file: differing_lines(base.get(file, b"").decode(), data.decode())
            for file, data in made.files.items()
            if base.get(file) != data
        }
        gone = sorted(base.keys() - made.files.keys())
        found.append(
            {
                "name": name,
                "fails": bad.check,
                "of": "auditors" if openings else "public",
                "files": files,
                "without": gone,
                "claims": made.claims,
            }
        )
    return found


def differing_lines(old: str, new: str) -> dict[str, Any]:
    """The first line that differs, the first one after it that does not, and what stands there."""
    before, after = old.split("\n"), new.split("\n")
    shorter = min(len(before), len(after))
    first = next((at for at in range(shorter) if before[at] != after[at]), shorter)
    rest = shorter - first
    same = next((at for at in range(rest) if before[-1 - at] != after[-1 - at]), rest)
    return {
        "from": first,
        "to": len(before) - same,
        "lines": after[first : len(after) - same],
    }


def replaced_lines(old: str, change: dict[str, Any]) -> str:
    """The text that `differing_lines` was made from."""
    lines = old.split("\n")
    return "\n".join([*lines[: change["from"]], *change["lines"], *lines[change["to"] :]])


def bad_files(small: dict[str, Any], bad: dict[str, Any]) -> Files:
    """The files of a bad bundle, as a reader of the vectors makes them."""
    files = {name: text for name, text in small[bad["of"]].items() if name not in bad["without"]}
    for name, change in bad["files"].items():
        files[name] = replaced_lines(files.get(name, ""), change)
    return {name: text.encode() for name, text in files.items()}


def all_vectors() -> dict[str, Any]:
    """The vectors by the name of their file."""
    campaign = small_campaign()
    return {
        "lines": line_vectors(),
        "trees": tree_vectors(campaign.log.lines()),
        "texts": text_vectors(),
        "signed": signed_vectors(campaign),
        "small": small_vectors(campaign),
        "bad": bad_vectors(campaign),
    }


def written_file(found: Any) -> str:
    return json.dumps(found, ensure_ascii=False, indent=1) + "\n"


def quoted(found: dict[str, Any]) -> str:
    """The page's part, from the vectors as they are kept."""
    lines, trees, texts = found["lines"], found["trees"], found["texts"]
    signed, small = found["signed"], found["small"]
    receipt, older = lines["good"]
    parts = [
        "### Lines",
        "The receipt with the code `ABCDEFGHIJKLMN23`, an older entry, and their leaves:",
        fence(receipt["line"], receipt["leaf"], older["older"], older["leaf"]),
        "Lines that must be refused are in `lines.json`: "
        + ", ".join(bad["why"] for bad in lines["bad"])
        + ".",
        "### Trees",
        "The first five lines of the small log, the roots of 0, 1, 2, 3 and 5 entries, "
        "a proof that entry 2 is in the tree of 5, and that this one begins with the tree of 3:",
        fence(*trees["lines"]),
        fence(*(f"{size} {root}" for size, root in trees["roots"].items())),
        fence(*trees["inclusion of 2 in 5"]),
        fence(*trees["consistency of 3 and 5"]),
        "### Texts",
        "Canonical texts (the first has U+2028 and two ways of writing é; "
        "the second has keys that only UTF-16 sorts so) and their digests:",
        fence(*(part for good in texts["good"] for part in (good["text"], good["sha256"]))),
        "Texts that must be refused:",
        fence(*(f"{bad['text']}    {bad['why']}" for bad in texts["bad"])),
        "### Signatures",
        "Keys of the small log; the secret is 32 bytes, H of `minping/spec/log` and so on:",
        fence(*(part["key"] for part in signed["keys"].values())),
        "A ballot: its body, salt and commitment, salt and text of its aside:",
        fence(
            signed["ballot"]["body"],
            signed["ballot"]["salt"],
            signed["ballot"]["commitment"],
            signed["ballot"]["aside"]["salt"],
            signed["ballot"]["aside"]["text"],
        ),
        "A comment, here with its unit, and a withdrawal:",
        fence(signed["comment"]["body"], signed["withdrawal"]["body"]),
        "An act of two signers: what is signed, the signatures and the commitment:",
        fence(
            signed["act of two"]["signed"],
            canonical(signed["act of two"]["signatures"]),
            signed["act of two"]["commitment"],
        ),
        "A promise:",
        fence(signed["promise"].rstrip("\n")),
        "### The small log",
        "Twelve ballots with a re-vote, an erasure, a comment and a verdict, its checkpoint with a "
        "cosignature, and what a verifier prints of the auditors' bundle "
        "(the names before the colons are fixed, the sentences are not):",
        fence(small["auditors"]["checkpoint.txt"].rstrip("\n")),
        fence(*small["output"]["auditors"]),
        "### Bad bundles",
        "`bad.json` has what differs from the small log: in a file, lines `from` up to and without "
        "`to`, counted from 0, are replaced by `lines`; files `without` are missing. "
        "Whoever made them holds the log's key, so that checkpoint and closing are signed anew. "
        "This check must fail first:",
        "| Bundle | Check |\n|---|---|\n"
        + "\n".join(f"| {bad['name']} | {bad['fails']} |" for bad in found["bad"]),
    ]
    return "\n\n".join(wrapped(part) for part in parts)


def fence(*lines: str) -> str:
    return "```text\n" + "\n".join(lines) + "\n```"


def wrapped(part: str) -> str:
    """A paragraph in lines that a reader takes in."""
    if part.startswith(("```", "|", "#")):
        return part
    lines = [""]
    for word in part.split(" "):
        if len(lines[-1]) + len(word) > 98:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return "\n".join(lines)


def renewed(page: str, found: dict[str, Any]) -> str:
    head, _, rest = page.partition(BEGIN)
    return f"{head}{BEGIN}\n\n{quoted(found)}\n\n{END}{rest.partition(END)[2]}"


def kept() -> dict[str, Any]:
    """The vectors as the files have them."""
    return {path.stem: json.loads(path.read_text()) for path in sorted(FOLDER.glob("*.json"))}
