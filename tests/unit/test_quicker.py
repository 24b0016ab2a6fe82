"""What a run of tests spares, it must not hide; what a test leaves open, it must end."""

from __future__ import annotations

import gc
from dataclasses import replace

import pytest
from sqlalchemy import text

from bot.crypto import note_signatures
from bot.crypto.note_signatures import public_key, sign_text, verify_signature
from bot.storage.database import open_database
from tests import quicker


@pytest.mark.postgres
@pytest.mark.parametrize("patience", [None, 5.0])
async def test_a_connection_that_nobody_closed_is_ended(
    postgres_url: str, patience: float | None
) -> None:
    database = open_database(postgres_url, patience)
    async with database.connect() as connection:
        await connection.execute(text("SELECT 1"))
    left = [one for one in quicker.OPENED if not one.closed]

    quicker.end_connections(postgres_url)

    assert left
    assert all(one.closed for one in left)
    # What complains while it is collected fails the test in whose time that happens.
    del connection, database
    left.clear()
    gc.collect()


def test_a_signature_that_was_checked_vouches_for_no_other_text_key_or_signature() -> None:
    seeds = bytes(32), bytes(31) + b"x"
    made = sign_text(seeds[0], "one", "text")
    keys = [replace(public_key(seed, "one"), name="one") for seed in seeds]
    other = replace(made, raw=made.raw[:-1] + bytes([made.raw[-1] ^ 1]))
    for _ in range(2):  # the second time from memory
        assert verify_signature(keys[0], made, "text")
        assert not verify_signature(keys[0], made, "texts")
        assert not verify_signature(keys[1], made, "text")
        assert not verify_signature(keys[0], other, "text")
    assert isinstance(note_signatures.Ed25519PublicKey(bytes(32)), quicker.PublicKeys)
