"""``python -m tests.upgrade``: keep an installation of this version for the tests of later ones."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

from tests import servers
from tests.upgrade.stored import FOLDER, write
from tests.upgrade.town import make


def main() -> int:
    from bot import __version__

    if (FOLDER / f"{__version__}.json.gz").exists():
        print(f"there is an installation of {__version__}; what a release left is never made anew")
        return 1
    with tempfile.TemporaryDirectory() as folder, servers.valkey() as redis_url:
        file = write(asyncio.run(make(Path(folder), redis_url)))
    print(f"{file}: {file.stat().st_size} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
