"""The verifier stands alone: no database driver, Redis, web server or data frame is loaded."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from aggregation.appraisal.appraise import appraise
from bot.appraisal.public_part import public_part
from bot.appraisal.sealed_content import SealedContent
from bot.appraisal.year_bundle_format import AMENDMENTS, FORMAT, NEEDED
from bot.appraisal.year_bundle_format import YEAR as SEALED_YEAR
from bot.crypto.note_signatures import public_key
from bot.verification.bundle import pack
from bot.verification.bundle_format import MANIFEST
from survey_flows.canonical_json import canonical
from tests.bundles import drawn
from tests.logs import ORIGIN, SEED
from tests.recomputation.cities import YEAR, made_city

ROOT = Path(__file__).parents[4]
FORBIDDEN = {"sqlalchemy", "psycopg", "aiosqlite", "redis", "aiohttp", "telegram", "pandas"}
REPORT = "import sys, json; print(json.dumps(sorted({n.split('.')[0] for n in sys.modules})))"


def loaded(code: str, folder: Path) -> set[str]:
    """The packages that a fresh interpreter has loaded after some code; the code may print."""
    run = subprocess.run(
        [sys.executable, "-c", f"{code}\n{REPORT}"],
        cwd=ROOT,
        env={**os.environ, "MINPING_DATA": str(folder)},
        capture_output=True,
        text=True,
        check=True,
    )
    return set(json.loads(run.stdout.splitlines()[-1]))


@pytest.mark.parametrize("module", ["verifier", "bundle_reader", "acts", "bundle_format"])
def test_importing_the_verifier_loads_no_service(module: str, tmp_path: Path) -> None:
    assert loaded(f"import bot.verification.{module}", tmp_path) & FORBIDDEN == set()


def test_verifying_a_bundle_loads_no_service(tmp_path: Path) -> None:
    bundle = tmp_path / "bundle.zip"
    bundle.write_bytes(pack(drawn(1).bundle()))
    key = public_key(SEED, ORIGIN).write()
    arguments = ["verify", str(bundle), "--key", key]
    code = f"from bot.__main__ import main\nassert main({arguments!r}) == 0"
    assert loaded(code, tmp_path) & FORBIDDEN == set()


@pytest.mark.parametrize("module", ["year_verifier", "year_bundle_format"])
def test_importing_the_verifier_of_years_loads_no_service(module: str, tmp_path: Path) -> None:
    assert loaded(f"import bot.appraisal.{module}", tmp_path) & FORBIDDEN == set()


def test_the_command_that_verifies_a_year_loads_no_service(tmp_path: Path) -> None:
    given = made_city(1)
    content = SealedContent(YEAR, (), given, appraise(given), (), {})
    bundle = tmp_path / "year.zip"
    files = drawn(1).bundle() | {
        MANIFEST: manifest_of_year(YEAR),
        SEALED_YEAR: public_part(content).encode() + b"\n",
        AMENDMENTS: b"",
    }
    bundle.write_bytes(pack({name: files[name] for name in NEEDED}))
    key = public_key(SEED, ORIGIN).write()
    # The year is not in this log; all the same every check is made.
    arguments = ["verify-year", str(bundle), "--key", key]
    code = f"from bot.__main__ import main\nassert main({arguments!r}) == 1"
    assert loaded(code, tmp_path) & FORBIDDEN == set()


def manifest_of_year(year: int) -> bytes:
    said = {"format": FORMAT, "year": year, "origin": ORIGIN, "auditors": False}
    return canonical(said).encode() + b"\n"


def test_the_packages_above_the_verifier_import_nothing() -> None:
    for package in ("bot", "bot/verification", "bot/appraisal", "bot/records"):
        text = (ROOT / package / "__init__.py").read_text("utf-8")
        assert "import " not in text.rpartition('"""')[2], package
