"""Signed notes and checkpoints against published ones, and against every way to spoil them."""

from __future__ import annotations

from base64 import b64decode
from dataclasses import replace
from random import Random

import pytest

from bot.crypto.note_signatures import (
    cosign,
    open_note,
    public_key,
    sign_checkpoint,
    sign_note,
    verify_signature,
)
from survey_flows.errors import BadInput, Misuse
from survey_flows.signed_notes import (
    COSIGNATURE,
    ED25519,
    Checkpoint,
    Note,
    VerifierKey,
    read_checkpoint,
    read_key,
    read_note,
    read_signature,
)

# The example of golang.org/x/mod/sumdb/note, where the format comes from.
GO_SEED = b64decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:]
GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_TEXT = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
)
GO_SIGNATURE = (
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
)

# A checkpoint of a certificate log with its own signature (of another kind, and Ed25519)
# and those of public witnesses.
PUBLIC = """arche2025h1.staging.ct.transparency.dev
1432088532
U7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro=

— arche2025h1.staging.ct.transparency.dev zTM8sQAAAZ5W0WdjBAMARjBEAiBjW5IQf9pvsYLfQFX6hoGREPMHbdQ3urbllzalApkptQIgIpwtEroeW2BXaHAI4kJXFbon5Ch9MNL5zRNZ55lvGt0=
— arche2025h1.staging.ct.transparency.dev ui8GwCF1+kWqZrxGdhj4aX3gcw7XUlXQQabg/27lefwhUkzbC3NygNI75MdhL1bfTW9g8Ei59RA23oHP7Ry1k3ZFWwQ=
— transparency.dev/DEV:witness-little-garden 2AQqhwAAAABqEiEgzgFIqqhbUoDwjMWE6UP8nd8/KYTzwZ2rhIgcqoXHAwVkjZr4AscylP3v7sEodkRAErumC2q44vdgJY096st5BQ==
— remora.n621.de 2net5wAAAABqEiEgPlfF3V06o0Y+fHM+J5J9s27wgxxcOVSpZ/2g/KSiXCg9DEZI+aVCIobWX9sXTynk5XeU/zZ0WBxtqB0DrAWfBw==
"""  # noqa: E501
PUBLIC_LOG = (
    "arche2025h1.staging.ct.transparency.dev+ba2f06c0+AU0vHmlGCS/PdN8b2OaGmKprLI8HKM+dJ472xgFYh15f"
)
PUBLIC_WITNESS = "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2"

SEED, WITNESS = bytes(range(32)), bytes(range(1, 33))
ORIGIN = "log.example/minping"
ROOT = bytes(range(100, 132))
LOG_KEY = public_key(SEED, ORIGIN)
WITNESS_KEY = public_key(WITNESS, "witness.example/w", COSIGNATURE)
NOTE = sign_checkpoint(SEED, ORIGIN, 7, ROOT)


def test_the_example_of_the_format_is_signed_byte_for_byte() -> None:
    signed = sign_note(GO_SEED, "PeterNeumann", GO_TEXT)
    assert signed.write() == f"{GO_TEXT}\n— PeterNeumann {GO_SIGNATURE}\n"
    assert public_key(GO_SEED, "PeterNeumann").write() == GO_KEY
    assert read_note(signed.write()) == signed
    assert verify_signature(read_key(GO_KEY), signed.signatures[0], GO_TEXT)


def test_a_checkpoint_of_a_public_log_is_opened_with_its_key_and_with_a_witness_s() -> None:
    log, witness = read_key(PUBLIC_LOG), read_key(PUBLIC_WITNESS)
    opened = open_note(PUBLIC, [log, witness])
    assert opened.signers == (log, witness)
    assert opened.checkpoint.origin == "arche2025h1.staging.ct.transparency.dev"
    assert opened.checkpoint.size == 1_432_088_532
    assert opened.note.write() == PUBLIC
    assert (log.write(), witness.write()) == (PUBLIC_LOG, PUBLIC_WITNESS)
    for size in ("1432088531", "14320885320"):
        for key in (log, witness):
            with pytest.raises(BadInput, match=rf"the signature of {key.name} is false"):
                open_note(PUBLIC.replace("1432088532", size), [key])


def test_a_cosigned_checkpoint_opens_with_both_keys() -> None:
    checkpoint = read_checkpoint(read_note(NOTE).text)
    assert checkpoint == Checkpoint(ORIGIN, 7, ROOT)
    line = cosign(WITNESS, WITNESS_KEY.name, checkpoint, 1_700_000_000).line()
    assert open_note(NOTE + line, [LOG_KEY, WITNESS_KEY]).signers == (LOG_KEY, WITNESS_KEY)
    assert open_note(NOTE + line, [WITNESS_KEY]).signers == (WITNESS_KEY,)
    assert open_note(NOTE + line + line, [WITNESS_KEY]).signers == (WITNESS_KEY,)


def test_signatures_by_others_are_passed_over_but_one_of_ours_is_needed() -> None:
    other = public_key(bytes(32), "other.example")
    with pytest.raises(BadInput, match=r"not signed by other\.example"):
        open_note(NOTE, [other])
    with pytest.raises(BadInput, match="not signed by any key that was given"):
        open_note(NOTE, [])
    same_name = public_key(bytes(32), ORIGIN)
    with pytest.raises(BadInput, match="not signed"):
        open_note(NOTE, [same_name])
    # A witness's key does not stand for the log's, although it is the same 32 bytes.
    with pytest.raises(BadInput, match="not signed"):
        open_note(NOTE, [public_key(SEED, ORIGIN, COSIGNATURE)])


def test_every_flipped_bit_of_a_note_is_refused() -> None:
    raw = (
        NOTE + cosign(WITNESS, WITNESS_KEY.name, Checkpoint(ORIGIN, 7, ROOT), 1_700_000_000).line()
    ).encode()
    for place in range(len(raw)):
        for bit in range(8):
            changed = raw[:place] + bytes([raw[place] ^ 1 << bit]) + raw[place + 1 :]
            try:
                opened = open_note(changed.decode(), [LOG_KEY, WITNESS_KEY])
            except (BadInput, UnicodeDecodeError):
                continue
            # Only a line that thereby became somebody else's may be passed over.
            assert opened.checkpoint == Checkpoint(ORIGIN, 7, ROOT)
            assert len(opened.signers) == 1


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "lacks an empty line"),
        (NOTE.replace("\n\n", "\n"), "lacks an empty line"),
        (NOTE[:-1], "lacks an empty line"),
        (NOTE.replace("— ", "- "), "em dash"),
        (NOTE + "\n", "lacks|em dash"),
        (NOTE.replace("\n7\n", "\r\n7\n"), "control"),
        (NOTE.replace("\n7\n", "\n07\n"), "size"),
        (NOTE.replace("\n7\n", "\n-7\n"), "size"),
        (NOTE.replace("\n7\n", "\n٧\n"), "size"),
        (NOTE.replace("\n7\n", "\n" + "9" * 5000 + "\n"), "size"),
        (NOTE.replace("\n7\n", f"\n{2**63}\n"), "size"),
        (NOTE.replace("\n7\n", "\n7\nextra\n"), "three lines"),
        (NOTE.replace(ORIGIN + "\n", "a b\n"), "origin"),
        (NOTE.replace("\n\n", "=\n\n"), "base64"),
        ("x" * 70_000, "more than 65536 characters"),
        (NOTE + f"{NOTE.splitlines()[-1]}\n" * 64, "more than 64"),
    ],
)
def test_what_is_no_checkpoint_is_refused_with_a_sentence(text: str, what: str) -> None:
    with pytest.raises(BadInput, match=what):
        open_note(text, [LOG_KEY])


def test_base64_has_one_spelling_only() -> None:
    signature = read_note(NOTE).signatures[0]
    loose = signature.line().rstrip("\n")
    with pytest.raises(BadInput, match="base64"):
        read_signature(loose[:-2] + chr(ord(loose[-2]) + 1) + "=")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "name",
        "name+00000000",
        GO_KEY.replace("c74f20a3", "c74f20a4"),
        GO_KEY.replace("c74f20a3", "C74F20A3"),
        GO_KEY.replace("PeterNeumann", "Peter Neumann"),
        GO_KEY[:-4],
        GO_KEY.replace("ARpc", "Axpc"),
    ],
)
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        read_key(text)


def test_keys_and_notes_are_read_back_as_they_were_written() -> None:
    chance = Random(1)
    for _ in range(200):
        seed = chance.randbytes(32)
        kind = chance.choice([ED25519, COSIGNATURE])
        key = public_key(seed, f"log.example/{chance.random()}", kind)
        assert read_key(key.write()) == key
        checkpoint = Checkpoint(key.name, chance.randrange(2**62), chance.randbytes(32))
        assert read_checkpoint(checkpoint.text()) == checkpoint
        note = sign_note(seed, key.name, checkpoint.text())
        cosigned = Note(
            note.text,
            (*note.signatures, cosign(seed, key.name, checkpoint, chance.randrange(2**40))),
        )
        assert read_note(cosigned.write()) == cosigned
        assert open_note(cosigned.write(), [key]).signers == (key,)


def test_a_cosignature_holds_for_its_time_only() -> None:
    checkpoint = Checkpoint(ORIGIN, 7, ROOT)
    signature = cosign(WITNESS, WITNESS_KEY.name, checkpoint, 5)
    later = replace(signature, raw=(6).to_bytes(8, "big") + signature.raw[8:])
    assert verify_signature(WITNESS_KEY, signature, checkpoint.text())
    assert not verify_signature(WITNESS_KEY, later, checkpoint.text())
    assert not verify_signature(
        WITNESS_KEY, replace(signature, raw=b"\xff" * 72), checkpoint.text()
    )
    assert not verify_signature(VerifierKey("x", ED25519, bytes(32)), signature, checkpoint.text())
    with pytest.raises(Misuse, match="such a time"):
        cosign(WITNESS, WITNESS_KEY.name, checkpoint, -1)
