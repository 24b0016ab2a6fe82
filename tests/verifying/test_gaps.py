"""What is missing is said, bounded and no failure; what goes beyond it is one."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.verification.bundle_reader import VerificationRequest
from bot.verification.minping_verify import Asked, Outcome, in_print, read_key, verify
from bot.verification.verifier import verify as product_verify
from survey_flows.signed_notes import read_key as product_key
from tests.verifying.bad_bundles import by_people, lost_gate
from tests.verifying.older_logs import OlderCampaign, older_log
from tests.verifying.synthetic_campaign import SyntheticCampaign, small_campaign
from tests.verifying.synthetic_log import Act, Receipt, SigningKey, digest, signing_key


def outcomes(campaign: SyntheticCampaign, openings: bool = True) -> dict[str, Outcome]:
    asked = Asked([read_key(campaign.keys.log.written())], receipt=campaign.ballots[0].code)
    return {found.name: found for found in verify(campaign.bundle(openings), asked)}


def failures(campaign: SyntheticCampaign) -> list[str]:
    return [found.name for found in outcomes(campaign).values() if not found.ok]


def drop(campaign: SyntheticCampaign, at: int) -> None:
    gone = campaign.ballots.pop(at)
    campaign.log.items.remove(gone.entry)
    receipts = [item for item in campaign.log.items if isinstance(item, Receipt)]
    campaign.log.items.remove(next(item for item in receipts if item.code == gone.code))


# Gaps of a new campaign


@pytest.mark.parametrize(
    ("sizes", "late"), [((3, 3, 4), 0), ((3, 4, 3), 1), ((3, 4, 90), 1), ((4, 3, 3), 2)]
)
def test_an_act_that_was_kept_back_and_put_in_later_is_said(
    sizes: tuple[int, ...], late: int
) -> None:
    def lying(campaign: SyntheticCampaign) -> None:
        for at, size in enumerate(sizes):
            said = {"state": ("paused", "open")[at % 2], "at": at, "seen": size}
            campaign.log.act("pause", campaign.name, said, campaign.keys.desk)

    campaign = small_campaign(lying)
    found = outcomes(campaign)["signatures"]
    key = campaign.keys.log.written()
    assert (found.ok, f"PUT IN LATE: {late} acts" in found.finding) == (True, late > 0)
    wanted = VerificationRequest([product_key(key)])
    said = [one.what for one in product_verify(campaign.bundle(True), wanted)]
    told = "one act was PUT IN LATE" if late == 1 else f"{late} acts were PUT IN LATE"
    assert len([one for one in said if told in one]) == (late > 0)


def test_a_message_that_the_closing_calls_missing_is_said() -> None:
    def lying(campaign: SyntheticCampaign) -> None:
        drop(campaign, -1)
        campaign.extra = {"missing": 1, "unended": 0}

    found = outcomes(small_campaign(lying))
    assert [name for name, outcome in found.items() if not outcome.ok] == []
    assert "1 are missing" in found["intake"].finding
    assert "CLOSED WITH A GAP: 1 messages and 0 streams" in found["closing"].finding
    assert "1 are missing" in found["units"].finding


def test_more_ballots_than_the_closing_calls_missing_are_a_failure() -> None:
    def lying(campaign: SyntheticCampaign) -> None:
        drop(campaign, -1)
        drop(campaign, -1)
        campaign.extra = {"missing": 1, "unended": 0}

    assert failures(small_campaign(lying)) == ["intake", "units"]


def test_a_first_ballot_may_be_among_the_missing() -> None:
    def lying(campaign: SyntheticCampaign) -> None:
        first = next(
            at
            for at, ballot in enumerate(campaign.ballots)
            if (ballot.person, ballot.unit) == ("person 3", "TAX")
        )
        drop(campaign, first)
        campaign.extra = {"missing": 1, "unended": 0}

    campaign = small_campaign(lying)
    found = outcomes(campaign)
    assert failures(campaign) == []
    assert "1 have no first ballot" in found["again"].finding


def lose(campaign: SyntheticCampaign, at: int, early: bool) -> None:
    entry = campaign.ballots[at].entry
    entry.shown = False
    items = campaign.log.items
    act = campaign.log.act(
        "loss",
        campaign.name,
        {"positions": [campaign.log.position(entry)], "people": 1},
        campaign.keys.log,
    )
    if early:
        items.remove(act)
        intake = next(i for i in items if isinstance(i, Act) and i.kind == "intake")
        items.insert(items.index(intake), act)


def test_a_loss_before_the_closing_takes_ballots_out_of_its_numbers() -> None:
    campaign = small_campaign()
    lose(campaign, 7, early=True)
    closing = next(i for i in campaign.log.items if isinstance(i, Act) and i.kind == "closing")
    closing.body = closing.body.replace('"counted":10', '"counted":9')
    closing.signatures = campaign.log.signed(closing.body, campaign.keys.log)
    found = outcomes(campaign)
    assert [name for name, outcome in found.items() if not outcome.ok] == []
    assert "the texts of 1 ballots were lost" in found["closing"].finding
    assert "1 LOST" in found["complete"].finding


def restored(uncounted: int) -> SyntheticCampaign:
    """A database came back that is older than some ballots, with the counts of the gate."""

    def lying(campaign: SyntheticCampaign) -> None:
        gone = campaign.ballots[:1]
        for ballot in campaign.ballots[:uncounted]:
            campaign.intake[ballot.unit][0] -= 1
        positions = [campaign.log.position(ballot.entry) for ballot in gone]
        campaign.log.act(
            "loss", campaign.name, {"positions": positions, "people": 1}, campaign.keys.log
        )
        for ballot in gone:
            ballot.entry.shown = False

    campaign = small_campaign(lying)
    closing = next(i for i in campaign.log.items if isinstance(i, Act) and i.kind == "closing")
    closing.body = closing.body.replace('"counted":10', '"counted":9')
    closing.signatures = campaign.log.signed(closing.body, campaign.keys.log)
    campaign.cases.clear()
    items = campaign.log.items
    items[:] = [i for i in items if not isinstance(i, Act) or i.kind not in ("decision", "result")]
    campaign.publish()
    return campaign


def test_a_database_that_was_restored_forgets_as_many_counts_as_ballots() -> None:
    assert failures(restored(1)) == []
    assert "1 are not in its count" in outcomes(restored(1))["intake"].finding
    assert failures(restored(2)) == ["intake", "units"]


def test_a_loss_after_the_closing_is_said() -> None:
    campaign = small_campaign()
    lose(campaign, 7, early=False)
    found = outcomes(campaign)
    assert [name for name, outcome in found.items() if not outcome.ok] == []
    assert "1 LOST" in found["complete"].finding
    assert "lost" not in found["closing"].finding


def test_an_act_of_an_unknown_kind_is_said_and_must_be_signed() -> None:
    campaign = small_campaign()
    act = campaign.log.act("festival", campaign.name, {}, campaign.keys.desk)
    assert failures(campaign) == []
    assert "does not know: festival" in outcomes(campaign)["acts"].finding
    act.signatures = []
    assert failures(campaign) == ["signatures"]


def test_who_decides_is_said_first() -> None:
    assert "ONE PERSON ALONE DECIDES" in outcomes(small_campaign())["profile"].finding
    two = by_people(("officer", "", ["a"]), ("profile", "office", ["a"]), ("grant", "", ["b"]))
    key = read_key(small_campaign().keys.log.written())
    printed = in_print(verify(two.files, Asked([key])))
    assert all(outcome.ok for outcome in printed)
    said = "profile: office: a second person signs; one person alone appointed or granted 1 times"
    assert printed[0].line() == f"ok    {said}"


# Keys that change


def renew(campaign: SyntheticCampaign, gate: SigningKey, *old: SigningKey) -> None:
    log = campaign.log
    content = {"desk": campaign.keys.desk.written(), "gate": gate.written()}
    log.act("keys", "-", content, log.keys.log, *old, name="2")
    log.keys = type(log.keys)(log.keys.log, log.keys.desk, gate)


def test_a_gate_hands_over_to_its_next_key() -> None:
    def lying(campaign: SyntheticCampaign) -> None:
        old, new = campaign.keys.gate, signing_key("next", campaign.keys.gate.name)
        campaign.vote("somebody", "TAX")
        renew(campaign, new, old)
        campaign.vote("somebody else", "TAX")
        campaign.mix()

    campaign = small_campaign(lying)
    assert failures(campaign) == []


def test_the_old_gate_signs_no_intake_after_it_handed_over() -> None:
    def lying(campaign: SyntheticCampaign) -> None:
        old, new = campaign.keys.gate, signing_key("next", campaign.keys.gate.name)
        renew(campaign, new, old)
        campaign.log.keys = type(campaign.keys)(campaign.keys.log, campaign.keys.desk, old)

    assert failures(small_campaign(lying)) == ["signatures"]


def test_a_lost_gates_key_is_replaced_aloud_by_log_and_desk() -> None:
    def lying(campaign: SyntheticCampaign) -> None:
        lost_gate(campaign, {"city-2026": 12}, campaign.keys.desk)

    campaign = small_campaign(lying)
    found = outcomes(campaign)
    assert failures(campaign) == []
    lost = "; the gate's key was LOST and replaced by log and desk: 1"
    assert found["signatures"].finding.endswith(lost)


# Logs that began in form 1


@pytest.mark.parametrize("at", [0, 1], ids=["old", "grown"])
def test_campaigns_of_an_older_log_hold_and_say_so(at: int) -> None:
    campaign = older_log()[at]
    found = outcomes(campaign)
    assert [name for name, outcome in found.items() if not outcome.ok] == []
    assert "committed only at entry 36" in found["form"].finding
    assert "bodies nobody signed" in found["gate"].finding
    assert "form 1" in found["closing"].finding
    assert all(outcome.ok for outcome in outcomes(campaign, openings=False).values())


def changed(at: int, change: Callable[[OlderCampaign], None]) -> list[str]:
    campaign = older_log()[at]
    change(campaign)
    return failures(campaign)[:1]


def owner(campaign: OlderCampaign) -> None:
    campaign.ballots[0].entry.campaign = "city-2026"


def answer(campaign: OlderCampaign) -> None:
    entry = campaign.ballots[0].entry
    entry.content = entry.content | {"ratings": "VD VD VD"}


def hidden(campaign: OlderCampaign) -> None:
    next(i for i in campaign.log.items if isinstance(i, Act) and i.kind == "pause").shown = False


def without_format(campaign: OlderCampaign) -> None:
    campaign.log.items = [
        i for i in campaign.log.items if not isinstance(i, Act) or i.kind != "format"
    ]


def new_ballot(campaign: OlderCampaign) -> None:
    campaign.vote("late", "TAX")
    campaign.mix()


def late_older(campaign: OlderCampaign) -> None:
    campaign.older_vote("late", "TAX")


def unsigned_revote(campaign: OlderCampaign) -> None:
    one, other = [b.entry for b in campaign.ballots if "gate" in b.content and b.unit == "TAX"][:2]
    other.content["voter"] = one.content["voter"]
    other.content["again"] = one.content["again"] = False


@pytest.mark.parametrize(
    ("at", "change", "check"),
    [
        (0, owner, "form"),
        (0, hidden, "form"),
        (0, without_format, "form"),
        (0, new_ballot, "batches"),
        (0, late_older, "form"),
        (1, hidden, "form"),
        (1, answer, "form"),
        (1, unsigned_revote, "gate"),
    ],
)
def test_an_older_log_that_was_changed_fails(
    at: int, change: Callable[[OlderCampaign], None], check: str
) -> None:
    if change is answer:
        # The older entry's own commitment moves with it: a witness or an older note sees that.
        campaign = older_log()[at]
        note = campaign.log.checkpoint()
        change(campaign)
        files = campaign.bundle(openings=True)
        asked = Asked([read_key(campaign.keys.log.written())], since=note)
        assert [o.name for o in verify(files, asked) if not o.ok][:1] == ["since"]
        return
    assert changed(at, change) == [check]


def test_an_older_receipt_is_found_by_its_own_label() -> None:
    old, _ = older_log()
    assert "included as entry" in outcomes(old)["receipt"].finding
    assert digest(old.ballots[0].code) in {item.line()[:32] for item in old.log.items}
