"""The log's pages: checkpoints, proofs, receipts, and signatures of witnesses, over HTTP."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import insert, update

from bot.campaigns.choice_records import VOID
from bot.core.settings import Settings, read_settings
from bot.crypto.note_signatures import cosign, open_note, public_key, write_secret
from bot.service.composition import Service, build
from bot.storage.database import writing
from bot.storage.schema import all as tables
from bot.verification.bundle_reader import VerificationRequest
from bot.verification.verifier import verify
from bot.verification.witness import LogBehind, LogForked, Witness, WitnessClient, verified_growth
from bot.web.server import make_web
from survey_flows.errors import BadInput
from survey_flows.log_entries import act_label, numbered_name, receipt_label
from survey_flows.merkle import consistency_proof, verify_consistency
from survey_flows.signed_notes import COSIGNATURE, Checkpoint, read_key
from tests.bundles import CLOSES, DEFINITION, OPENS, SCHEME, Campaign, drawn
from tests.logs import ORIGIN, SEED, Entry, store

LOG_KEY = public_key(SEED, ORIGIN)
WITNESS = Witness("witness.example/w", bytes(31) + b"w", LOG_KEY)
NOW = 1_800_000_000


@dataclass
class Site:
    client: TestClient
    service: Service

    async def check(self, code: str, **fields: str) -> ClientResponse:
        own = {"Origin": str(self.client.make_url("/")).rstrip("/")}
        return await self.client.post(
            "/log/receipt", data={"code": code, "lang": "en", **fields}, headers=own
        )

    async def keep(self, campaign: Campaign, *sizes: int) -> None:
        row = {"year": 2026, "state": "closed", "opens_at": OPENS, "closes_at": CLOSES}
        row |= {"definition": json.dumps(DEFINITION), "scheme": SCHEME.model_dump_json()}
        async with writing(self.service.database) as connection:
            await store(connection, campaign.log, sizes)
            names = sorted({entry.campaign for entry in campaign.log.entries} - {"-"})
            rows = [{"id": name, **row} for name in names]
            await connection.execute(insert(tables.campaigns), rows)


@pytest.fixture
async def site(tmp_path: Path, valkey_url: str) -> AsyncIterator[Site]:
    settings = Settings(data=tmp_path, redis_url=valkey_url, witnesses=WITNESS.key.write())
    async with build(settings) as service, TestClient(TestServer(make_web(service))) as client:
        yield Site(client, service)


async def test_an_empty_log_has_no_checkpoint_and_no_receipts(site: Site) -> None:
    assert (await site.client.get("/log/checkpoint")).status == 404
    page = await (await site.check("ABCD EFGH 2345 67AB")).text()
    assert "Not in the log yet" in page
    assert 'value="ABCDEFGH234567AB"' in page


async def test_a_receipt_is_found_however_it_is_copied_and_its_proof_holds_for_the_bundle(
    site: Site,
) -> None:
    campaign = drawn(3)
    await site.keep(campaign)
    code = campaign.codes[5]
    label = receipt_label(campaign.name, code)
    entry = next(one for one in campaign.log.entries if one.label == label)
    for typed in (code, code.lower(), f"{code[:4]}-{code[4:8]} {code[8:12]}—{code[12:]}"):
        page = await (await site.check(typed)).text()
        assert f"Received: entry {campaign.log.entries.index(entry)} of the log" in page
        assert f"of {len(campaign.log.entries)} entries" in page
    proof = await site.check(code, **{"as": "proof"})
    assert proof.headers["Content-Disposition"].startswith("attachment; filename=")
    text = await proof.text()
    for openings in (False, True):
        checks = verify(
            campaign.bundle(openings), VerificationRequest([LOG_KEY], inclusion=text, receipt=code)
        )
        assert [check.what for check in checks if not check.ok] == []
    forged = json.loads(text) | {"position": 6}
    checks = verify(campaign.bundle(), VerificationRequest([LOG_KEY], inclusion=json.dumps(forged)))
    assert [check.what for check in checks if not check.ok] == [
        "the proof of inclusion does not hold"
    ]


async def test_the_page_of_a_receipt_says_nothing_of_the_ballot_whatever_became_of_it(
    site: Site,
) -> None:
    campaign = drawn(4)
    await site.keep(campaign)
    labels = [entry.label for entry in campaign.log.entries]
    pages = set()
    for code in campaign.codes:
        text = await (await site.check(code)).text()
        position = labels.index(receipt_label(campaign.name, code))
        pages.add(text.replace(code, "CODE").replace(f"entry {position} of", "entry N of"))
    # Counted, replaced and withdrawn ballots look the same:
    # a citizen under pressure may show a receipt and have voted again.
    assert len(pages) == 1
    assert campaign.superseded
    assert campaign.erased


async def test_who_holds_a_receipt_of_what_was_lost_is_asked_to_rate_again(site: Site) -> None:
    campaign = drawn(5)
    await site.keep(campaign)
    labels = [entry.label for entry in campaign.log.entries]
    places = {code: labels.index(receipt_label(campaign.name, code)) for code in campaign.codes}
    *_, kept, lost, last = sorted(places, key=lambda code: places[code])
    said = {"from": places[lost], "to": places[last] + 1, "positions": []}
    name = numbered_name(campaign.name, 1)
    row = {"position": len(labels), "label": act_label("loss", campaign.name, name), "form": 2}
    row |= {"kind": "loss", "campaign": campaign.name, "body": json.dumps(said)}
    async with writing(site.service.database) as connection:
        await connection.execute(insert(tables.log_entries), [row])
    for code, told in ((kept, False), (lost, True), (last, True)):
        page = await (await site.check(code)).text()
        assert f"Received: entry {places[code]} of the log" in page
        assert ("does not count. While the campaign is open, please rate again" in page) == told
        assert ("What counts is the last thing you did" in page) != told
    unknown = "A" * 16
    assert "the rating may be lost" not in await (await site.check(unknown)).text()
    async with writing(site.service.database) as connection:
        await connection.execute(update(tables.campaigns).values(state="open"))
    assert "the rating may be lost" in await (await site.check(unknown)).text()
    page = await (await site.check(unknown, lang="zh-Hans")).text()
    assert "活动截止前请重新评价" in page


async def test_what_is_no_receipt_is_told_and_kept_in_the_field(site: Site) -> None:
    response = await site.check("<b>1")
    assert response.status == 400
    page = await response.text()
    assert "This is not a receipt" in page
    assert 'value="&lt;b&gt;1"' in page
    assert (
        await site.client.post("/log/receipt", data={"code": "A" * 16})
    ).status == 403  # from another site
    assert (await site.client.get("/log/receipt?code=ABCD")).status == 405


async def test_consistency_is_proven_for_sizes_the_log_has_had(site: Site) -> None:
    campaign = drawn(5)
    await site.keep(campaign, 7)
    size = len(campaign.log.entries)
    answer = await (await site.client.get(f"/log/consistency?old=7&new={size}")).json()
    proof = [bytes.fromhex(hash_) for hash_ in answer["proof"]]
    roots = [
        open_note(campaign.log.checkpoint(part), [LOG_KEY]).checkpoint.root for part in (7, size)
    ]
    assert verify_consistency(7, size, proof, *roots)
    wrong = [
        ("", ""),
        ("1", ""),
        ("9", "3"),
        ("1", str(size + 1)),
        ("-1", "3"),
        ("1", "٣"),
        ("1", "9" * 40),
    ]
    for old, new in wrong:
        assert (await site.client.get(f"/log/consistency?old={old}&new={new}")).status == 400
    assert (await site.client.get("/log/consistency")).status == 400


async def test_a_witness_watches_the_log_and_its_signature_is_handed_on(
    site: Site, tmp_path: Path
) -> None:
    campaign = drawn(6)
    await site.keep(campaign)
    clock = iter(range(NOW, NOW + 99))
    watch = WitnessClient(
        WITNESS, str(site.client.make_url("/")), tmp_path / "state", lambda: next(clock)
    )
    assert (await watch.check_growth(site.client.session)).signed
    note = await (await site.client.get("/log/checkpoint")).text()
    assert open_note(note, [LOG_KEY, WITNESS.key]).signers == (LOG_KEY, WITNESS.key)
    assert not (await watch.check_growth(site.client.session)).signed
    checks = verify(
        campaign.bundle() | {"checkpoint.txt": note.encode()},
        VerificationRequest([LOG_KEY], [WITNESS.key]),
    )
    assert all(check.ok for check in checks)
    page = await (await site.check(campaign.codes[0])).text()
    assert "witnessed by: witness.example/w" in page


async def test_a_witness_refuses_a_log_that_was_rewritten_and_keeps_the_evidence(
    site: Site, tmp_path: Path
) -> None:
    campaign = drawn(7)
    await site.keep(campaign)
    size, state = len(campaign.log.entries), tmp_path / "state"
    watch = WitnessClient(WITNESS, str(site.client.make_url("/")), state, lambda: NOW)
    for what, seen in (
        ("two different roots", other_log(campaign, size)),
        ("does not prove", other_log(campaign, size - 2)),
    ):
        state.write_text(seen)
        with pytest.raises(LogForked, match=what):
            await watch.check_growth(site.client.session)
        assert state.read_text() == seen
        assert (tmp_path / "state.evidence").read_text() == campaign.log.checkpoint()
    note = await (await site.client.get("/log/checkpoint")).text()
    assert WITNESS.name not in note


async def test_an_older_state_of_the_log_is_no_fork(site: Site, tmp_path: Path) -> None:
    """A proxy keeps old answers, or the database's owner hides the newest note."""
    campaign = drawn(7)
    size, state = len(campaign.log.entries), tmp_path / "state"
    await site.keep(campaign, size - 2)
    watch = WitnessClient(WITNESS, str(site.client.make_url("/")), state, lambda: NOW)
    newest, notes = campaign.log.checkpoint(), tables.checkpoints
    async with writing(site.service.database) as connection:
        await connection.execute(notes.delete().where(notes.c.size == size))
    # A log that went back in earnest proves nothing of what it had, and that is no fork either.
    for seen in (newest, other_log(campaign, size + 1)):
        state.write_text(seen)
        with pytest.raises(LogBehind, match=f"an older state of the log, of {size - 2} entries"):
            await watch.check_growth(site.client.session)
        assert state.read_text() == seen
    assert not (tmp_path / "state.evidence").exists()
    proof = consistency_proof(campaign.log.subtrees(), size - 2, size)
    older = campaign.log.checkpoint(size - 2)
    with pytest.raises(LogBehind):
        verified_growth(WITNESS, newest, older, proof)
    with pytest.raises(LogForked, match="does not prove"):
        verified_growth(WITNESS, other_log(campaign, size), older, proof)


def other_log(campaign: Campaign, size: int) -> str:
    """A checkpoint of another history that the log signed too."""
    case = drawn(8)
    case.log.entries = (campaign.log.entries + case.log.entries)[:size]
    case.log.entries[3] = Entry("2026", "ballot", salt=b"salt", body="{}")
    return case.log.checkpoint()


async def command(*words: str) -> tuple[int, str]:
    """Run `minping` in a process of its own; return its exit code and output."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        *words,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    out, _ = await process.communicate()
    return process.returncode or 0, out.decode()


async def test_the_command_makes_a_key_signs_and_stops_with_a_sentence_at_a_fork(
    site: Site, tmp_path: Path
) -> None:
    campaign, key, state = drawn(10), tmp_path / "w.key", tmp_path / "w.state"
    await site.keep(campaign)
    code, line = await command("witness", "--name", "witness.example/w", "--key", str(key))
    assert (code, read_key(line).kind, key.stat().st_mode & 0o777) == (0, COSIGNATURE, 0o600)
    code, again = await command("witness", "--name", "witness.example/w", "--key", str(key))
    assert code == 1
    assert "there is a key already" in again
    key.write_text(
        write_secret(WITNESS.seed, WITNESS.name)
    )  # the one whose public key the log knows
    size = len(campaign.log.entries)
    watching = [
        "witness",
        "--key",
        str(key),
        "--log",
        str(site.client.make_url("/")),
        "--log-key",
        LOG_KEY.write(),
    ]
    assert await command(*watching, "--state", str(state)) == (0, f"signed: {size} entries\n")
    assert await command(*watching, "--state", str(state)) == (0, f"nothing new: {size} entries\n")
    state.write_text(other_log(campaign, size))
    code, said = await command(*watching, "--state", str(state), "--every", "1")
    assert code == 1
    assert "the log was rewritten" in said
    assert (await command(*watching))[0] == 2


async def test_signatures_are_taken_from_known_witnesses_under_our_checkpoints_only(
    site: Site,
) -> None:
    campaign = drawn(9)
    await site.keep(campaign)
    checkpoint = open_note(campaign.log.checkpoint(), [LOG_KEY]).checkpoint
    foreign = Checkpoint(ORIGIN, checkpoint.size, bytes(32))
    stranger = bytes(32)

    async def post(seed: bytes, name: str, below: Checkpoint) -> int:
        body = f"{below.text()}\n{cosign(seed, name, below, NOW).line()}"
        return (await site.client.post("/log/cosignatures", data=body.encode())).status

    assert await post(stranger, WITNESS.name, checkpoint) == 403
    assert await post(WITNESS.seed, "somebody.else", checkpoint) == 403
    assert await post(WITNESS.seed, WITNESS.name, foreign) == 409
    assert (await site.client.post("/log/cosignatures", data=b"\xff")).status == 400
    assert (await site.client.post("/log/cosignatures", data=b"hello\n")).status == 400
    assert (await site.client.post("/log/cosignatures", data=b"x" * 20_000)).status == 413
    note = await (await site.client.get("/log/checkpoint")).text()
    assert note == campaign.log.checkpoint()
    assert await post(WITNESS.seed, WITNESS.name, checkpoint) == 200


async def test_a_witness_tells_of_a_log_that_cannot_be_reached_or_signs_with_another_key(
    site: Site, tmp_path: Path
) -> None:
    url = str(site.client.make_url("/"))
    with pytest.raises(BadInput, match="answered 404"):
        await WitnessClient(WITNESS, url, tmp_path / "s", lambda: NOW).check_growth(
            site.client.session
        )
    with pytest.raises(BadInput, match="cannot be reached"):
        await WitnessClient(
            WITNESS, "http://127.0.0.1:1", tmp_path / "s", lambda: NOW
        ).check_growth(site.client.session)
    await site.keep(drawn(1))
    stranger = Witness(WITNESS.name, WITNESS.seed, public_key(bytes(32), ORIGIN))
    with pytest.raises(BadInput, match="not signed by"):
        await WitnessClient(stranger, url, tmp_path / "s", lambda: NOW).check_growth(
            site.client.session
        )
    assert not (tmp_path / "s").exists()


def test_the_setting_takes_keys_of_witnesses_only() -> None:
    good = WITNESS.key.write()
    assert read_settings({"MINPING_WITNESSES": f"{good}  {good}"}).witnesses.split() == [good, good]
    for wrong in ("x", f"{good} x", LOG_KEY.write(), write_secret(WITNESS.seed, WITNESS.name)):
        with pytest.raises(BadInput, match="MINPING_WITNESSES"):
            read_settings({"MINPING_WITNESSES": wrong})
    assert WITNESS.key.kind == COSIGNATURE


async def test_an_address_that_asks_without_end_is_put_off(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.web.public.log_pages.MAX_PROOFS", 5)
    campaign = drawn(3)
    await site.keep(campaign)
    asked = [
        (await site.client.get("/log/consistency", params={"old": "1", "new": "2"})).status
        for _ in range(4)
    ]
    asked += [(await site.check("ABCD EFGH 2345 67AB")).status for _ in range(3)]
    assert asked == [200] * 5 + [429] * 2
    assert (await site.client.get("/log/checkpoint")).status == 200, (
        "everybody may see the newest checkpoint"
    )


async def test_a_receipt_tells_that_its_campaign_was_withdrawn_and_why(site: Site) -> None:
    campaign = drawn(5)
    await site.keep(campaign)
    plain = await (await site.check(campaign.codes[0])).text()
    assert "Withdrawn" not in plain
    async with writing(site.service.database) as connection:
        facts = {"reason": "opened by mistake", "at": NOW, "scores": False}
        await site.service.desk.order(connection, VOID, campaign.name, facts)
    for code in campaign.codes[:3]:
        page = await (await site.check(code)).text()
        assert "Withdrawn, it counts nowhere: opened by mistake" in page
        assert "Received: entry" in page
    chinese = await (await site.check(campaign.codes[0], lang="zh-Hans")).text()
    assert "已作废，不计入任何考核：opened by mistake" in chinese
