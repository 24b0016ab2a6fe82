"""``python -m benchmarks.verifying``: 30,000 ballots by the stand-alone verifier; goal 4.6 s."""

from __future__ import annotations

import argparse
import sys
import time
from random import Random

from bot.verification.minping_verify import Asked, read_key, verify
from tests.verifying.synthetic_campaign import PLAIN_PAPER, SyntheticCampaign, Terms
from tests.verifying.synthetic_log import Keys, SyntheticLog, zipped

BALLOTS, BATCH = 30_000, 500
GOAL_SECONDS = 4.6
SEED = 1


def closed_campaign(ballots: int) -> SyntheticCampaign:
    """A campaign in which one ballot in fifty is a re-vote and one in two hundred is erased."""
    log = SyntheticLog(Keys.by_seed("benchmark"), Random(SEED))
    log.name_keys()
    paper = PLAIN_PAPER.replace('"most":500', f'"most":{ballots}')
    paper = paper.replace('"most":400', f'"most":{ballots}')
    campaign = SyntheticCampaign(log, "year", Terms(paper))
    campaign.register()
    for number in range(ballots):
        person = number if number % 50 else max(0, number - 30)
        campaign.vote(f"person {person}", campaign.terms.units[number % 2])
        if number % BATCH == BATCH - 1:
            campaign.mix()
    for number in range(0, ballots, 200 * 13):
        campaign.erase(f"person {number + 1}")
    campaign.close()
    campaign.publish()
    return campaign


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("ballots", type=int, nargs="?", default=BALLOTS)
    ballots = parser.parse_args().ballots
    campaign = closed_campaign(ballots)
    asked = Asked([read_key(campaign.keys.log.written())])
    worst = 0.0
    for openings in (False, True):
        files = campaign.bundle(openings)
        begun = time.process_time()
        failed = [outcome.line() for outcome in verify(files, asked) if not outcome.ok]
        worst = time.process_time() - begun
        size = len(files["log.txt"])
        entries = files["log.txt"].count(b"\n")
        print(f"{'auditors' if openings else 'public'}: {worst:.2f} s of the processor, "
              f"log.txt {size / 1e6:.1f} MB, {size / entries:.0f} bytes an entry, "
              f"{size / ballots:.0f} a ballot, ZIP {len(zipped(files)) / 1e6:.1f} MB")  # fmt: skip
        if failed:
            print("\n".join(failed))
            return 1
    return 0 if worst < GOAL_SECONDS * ballots / BALLOTS else 1


if __name__ == "__main__":
    sys.exit(main())
