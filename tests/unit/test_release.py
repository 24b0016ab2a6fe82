"""A release's papers and its check: what is missing is named, and nothing is made up."""

from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path
from shutil import copyfile

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tools"))
import release  # noqa: E402


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A tree that is ready: its version, one migration, its list, its installation, its tale."""
    versions = tmp_path / "bot/storage/migrations/versions"
    versions.mkdir(parents=True)
    (tmp_path / "changes").mkdir()
    (tmp_path / "tests/upgrade/fixtures").mkdir(parents=True)
    (tmp_path / "bot/__init__.py").write_text('__version__ = "1.2.3"\n')
    (versions / "0001_first.py").write_text("first")
    (versions.parent / "released.txt").write_text(release.listing(versions))
    kept = gzip.compress(json.dumps({"schema": "0001"}).encode())
    (tmp_path / "tests/upgrade/fixtures/1.2.3.json.gz").write_bytes(kept)
    (tmp_path / "CHANGELOG.md").write_text(f"# Log\n\n{release.UNRELEASED}\n\n## [1.2.2] - then\n")
    (tmp_path / "changes/README.md").write_text("how")
    (tmp_path / "changes/a.fixed.md").write_text("改了。\nMended.\n")
    (tmp_path / "changes/b.added.md").write_text("新增。\nNew.\nOperators: look.\n")
    copyfile(ROOT / "requirements.txt", tmp_path / "requirements.txt")
    return tmp_path


def lacking(tree: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    """What the check finds, without building a package of a tree that is none."""
    monkeypatch.setitem(release.CHECKS, "the package is built", lambda _root: "")
    code = release.check(tree, tests=False)
    said = capsys.readouterr().out
    assert (code == 0) == ("1.2.3: ready; tag it v1.2.3" in said)
    return "".join(line for line in said.splitlines() if line.startswith("no "))


def test_fragments_become_a_part_of_the_changelog_and_the_release_is_ready(
    tree: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "2 change fragments" in lacking(tree, monkeypatch, capsys)
    assert release.take_fragments(tree, "1.2.3", "2027-01-02") == 2
    assert (tree / "CHANGELOG.md").read_text() == (
        f"# Log\n\n{release.UNRELEASED}\n\n## [1.2.3] - 2027-01-02\n\n"
        "### Added\n\n- 新增。\n  New.\n  Operators: look.\n\n"
        "### Fixed\n\n- 改了。\n  Mended.\n\n\n## [1.2.2] - then\n"
    )
    assert [file.name for file in (tree / "changes").iterdir()] == ["README.md"]
    assert lacking(tree, monkeypatch, capsys) == ""


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("bot/__init__.py", '__version__ = "1.2.3.dev0"\n', "1.2.3.dev0"),
        ("bot/storage/migrations/versions/0001_first.py", "edited", "edited: 0001_first.py"),
        ("bot/storage/migrations/versions/0002_next.py", "next", "1 are not listed"),
        ("bot/storage/migrations/versions/0002_next.py", "next", "the newest is 0002"),
        ("tests/upgrade/fixtures/1.2.3.json.gz", None, "no installation of 1.2.3 is kept"),
        ("CHANGELOG.md", "# Log\n", "no part for 1.2.3"),
    ],
)
def test_what_is_missing_is_named(
    tree: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    file: str,
    text: str | None,
    said: str,
) -> None:
    release.take_fragments(tree, "1.2.3", "2027-01-02")
    if text is None:
        (tree / file).unlink()
    else:
        (tree / file).write_text(text)
    assert said in lacking(tree, monkeypatch, capsys)


def test_the_bill_of_materials_has_the_whole_lock_with_licences() -> None:
    bill, again = release.sbom(), release.sbom()
    assert bill == again, "the same release has the same one"
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    assert bill["metadata"]["component"]["version"] == release.version()
    listed = {one["name"]: one for one in bill["components"]}
    assert {name: one["version"] for name, one in listed.items()} == release.locked()
    assert len(listed) > 70
    references = [one["bom-ref"] for one in [*bill["components"], bill["metadata"]["component"]]]
    assert len(set(references)) == len(references)
    assert [name for name, one in listed.items() if not one["licenses"][0]["license"]["name"]] == []


def test_the_notices_have_every_component_and_its_texts() -> None:
    text = release.notices()
    heads = {part.split("\n")[0] for part in text.split(f"\n\n{'-' * 72}\n\n")}
    assert {f"{name} {version}" for name, version in release.locked().items()} <= heads
    for words in ("Permission is hereby granted", "Apache License", "Redistribution and use"):
        assert words in text


def test_a_component_that_is_not_installed_as_locked_is_refused(tree: Path) -> None:
    lock = tree / "requirements.txt"
    lock.write_text(lock.read_text().replace("zxcvbn==", "zxcvbn==99."))
    with pytest.raises(SystemExit, match="zxcvbn is installed as"):
        release.components(tree)
