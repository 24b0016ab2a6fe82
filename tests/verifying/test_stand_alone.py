"""The stand-alone verifier runs as a plain file, and drawn campaigns pass it."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from bot.verification import minping_verify
from bot.verification.minping_verify import Asked, read_key, verify
from tests.verifying.bad_bundles import bad_bundle
from tests.verifying.synthetic_campaign import SyntheticCampaign, drawn_campaign, small_campaign
from tests.verifying.synthetic_log import zipped
from tests.verifying.vectors import WITNESS, claims, output, small_files

FILE = Path(minping_verify.__file__)


def run(folder: Path, *arguments: str) -> tuple[int, str, str]:
    """What a stranger gets who has the file and a bundle, and nothing else of the project."""
    copied = folder / FILE.name
    copied.write_bytes(FILE.read_bytes())
    ran = subprocess.run(
        [sys.executable, "-I", "-S", "-c", START.format(site=SITE), str(copied), *arguments],
        cwd=folder,
        capture_output=True,
        check=False,
    )
    return ran.returncode, ran.stdout.decode(), ran.stderr.decode()


# Without the project's packages on the path; `cryptography` has to come from somewhere.
SITE = Path(sys.prefix) / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}/site-packages"
START = (
    "import sys, runpy; sys.path.append({site!r!s}); sys.argv = sys.argv[1:]; "
    "runpy.run_path(sys.argv[0], run_name='__main__')"
).replace("{site!r!s}", "'{site}'")


@pytest.fixture
def small() -> SyntheticCampaign:
    return small_campaign()


def test_it_imports_the_standard_library_and_cryptography() -> None:
    tree = ast.parse(FILE.read_text())
    named = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    named |= {a.name for node in ast.walk(tree) if isinstance(node, ast.Import) for a in node.names}
    packages = {str(name).partition(".")[0] for name in named}
    assert packages - sys.stdlib_module_names == {"cryptography"}


def test_the_plain_file_prints_a_line_for_each_check(
    small: SyntheticCampaign, tmp_path: Path
) -> None:
    given = ["--key", small.keys.log.written(), "--witness", WITNESS.written()]
    for name, text in claims(small).items():
        (tmp_path / name).write_text(text)
        given += [f"--{name}", text if name == "receipt" else name]
    for openings in (False, True):
        (tmp_path / "bundle.zip").write_bytes(zipped(small_files(small, openings)))
        code, said, errors = run(tmp_path, "bundle.zip", *given)
        assert (code, errors) == (0, "")
        assert said.splitlines() == output(small, openings)


def test_it_ends_with_1_when_a_check_fails(small: SyntheticCampaign, tmp_path: Path) -> None:
    made = bad_bundle("an id twice")
    (tmp_path / "bundle.zip").write_bytes(zipped(made.files))
    code, said, errors = run(tmp_path, "bundle.zip", "--key", small.keys.log.written())
    assert (code, errors) == (1, "")
    failures = [line for line in said.splitlines() if line.startswith("FAIL")]
    assert [line.split(":")[0] for line in failures] == ["FAIL  bodies"]


@pytest.mark.parametrize(
    ("content", "key"),
    [(b"no zip", "good"), (None, "good"), (b"", "log.example/minping+00000000+AAAA")],
)
def test_what_cannot_be_read_is_a_failure_and_no_traceback(
    small: SyntheticCampaign, tmp_path: Path, content: bytes | None, key: str
) -> None:
    if content is not None:
        (tmp_path / "bundle.zip").write_bytes(content)
    key = small.keys.log.written() if key == "good" else key
    code, said, errors = run(tmp_path, "bundle.zip", "--key", key)
    assert (code, errors) == (1, "")
    assert said.startswith("FAIL  ")
    assert len(said.splitlines()) == 1


def test_without_a_key_nothing_is_proven(small: SyntheticCampaign) -> None:
    failed = [o.name for o in verify(small.bundle(openings=True), Asked()) if not o.ok]
    assert failed == ["checkpoint", "signatures"]


@pytest.mark.parametrize("seed", range(6))
def test_an_honest_campaign_passes(seed: int) -> None:
    campaign = drawn_campaign(seed)
    asked = Asked([read_key(campaign.keys.log.written())], **claims(campaign))
    for openings in (False, True):
        outcomes = list(verify(campaign.bundle(openings), asked))
        assert [outcome.line() for outcome in outcomes if not outcome.ok] == []
        assert len(outcomes) == (27 if openings else 18)


def test_mangled_files_are_failures_and_no_fault(small: SyntheticCampaign) -> None:
    files, chance = small.bundle(openings=True), Random(7)
    asked = Asked([read_key(small.keys.log.written())])
    for _ in range(150):
        name = chance.choice(sorted(files.keys() - {"bundle.json"}))
        data = bytearray(files[name])
        at = chance.randrange(len(data) - 1)
        put = chance.choice((b"null", b"[]", b"-1", b"true", b"1e9", b"\xff", b'"', b""))
        data[at : at + chance.randrange(1, 30)] = put
        outcomes = list(verify({**files, name: bytes(data)}, asked))
        assert not all(outcome.ok for outcome in outcomes), (name, at, put)
