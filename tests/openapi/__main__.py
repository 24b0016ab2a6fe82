"""``python -m tests.openapi``: runs schemathesis at length against the interface.

It prints what it found.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from pathlib import Path
from time import monotonic

from tests import servers
from tests.openapi.stand import LONG, run


def main() -> int:
    """Run and print; 0 when nothing was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.openapi", description=__doc__)
    parser.add_argument(
        "--examples", type=int, default=100, help="requests for each operation and kind"
    )
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    began = monotonic()
    with servers.valkey() as url, tempfile.TemporaryDirectory() as folder:
        outcome = asyncio.run(run(Path(folder), url, given.examples, LONG, given.seed))
    print(outcome.printed)
    print(
        f"{monotonic() - began:.0f} s: "
        f"{'nothing found' if outcome.code == 0 else 'something was found'}"
    )
    return outcome.code


if __name__ == "__main__":
    raise SystemExit(main())
