"""A release's papers and its check: ``python tools/release.py check | sbom | notices | changelog``.

Nothing is asked of a network: components are those of the lock, as they are installed here.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
import uuid
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

from migrations import changed, listing

ROOT = Path(__file__).parents[1]
KINDS = ("security", "added", "changed", "deprecated", "removed", "fixed")
"""Kinds of change fragments, in the order in which a release tells them."""
KNOWN = {"pyrage": "MIT"}
"""Licences that a package's metadata do not name, from the file that it brings."""
UNRELEASED = "## [Unreleased]"
PIN = re.compile(r"([A-Za-z0-9._-]+)==([^ ;\\]+)(?: ; (.*?))?(?: \\)?$")
"""A line of the lock: package, version, and the systems that need it."""
NOTICE_FILES = re.compile(r"(?i)(licen[cs]e|copying|notice|authors)")
SOURCES = ("pyproject.toml", "README.md", "LICENSE", "bot", "aggregation", "survey_flows")
"""What a package is built from."""
TESTS = ("tests/upgrade", "tests/contract/test_restore_drill.py", "tests/contract/test_upgrades.py")
"""What a release has to pass beside the whole suite: older installations, and a restore."""


@dataclass(frozen=True, slots=True)
class Component:
    """A package that the service needs: its licence, and the texts that have to go with it."""

    name: str
    version: str
    licence: str
    texts: tuple[str, ...]


def version(root: Path = ROOT) -> str:
    """Returns the version that `bot/__init__.py` says."""
    found = re.search(r'^__version__ = "([^"]+)"$', (root / "bot/__init__.py").read_text(), re.M)
    return found[1] if found else ""


def locked(root: Path = ROOT) -> dict[str, str]:
    """Returns the versions of the service's lock by package, without those of other systems."""
    lines = (root / "requirements.txt").read_text("utf-8").splitlines()
    pins = map(PIN.match, lines)
    return {pin[1]: pin[2] for pin in pins if pin and _is_here(pin[3])}


def _is_here(condition: str | None) -> bool:
    from packaging.markers import Marker

    return condition is None or Marker(condition).evaluate()


def components(root: Path = ROOT) -> list[Component]:
    """Returns the components of the lock as they are installed; raises `SystemExit` otherwise."""
    found = []
    for name, wanted in sorted(locked(root).items()):
        try:
            one = distribution(name)
        except PackageNotFoundError:
            raise SystemExit(f"{name} is in the lock and not installed") from None
        if one.version != wanted:
            raise SystemExit(f"{name} is installed as {one.version}, and the lock has {wanted}")
        found.append(Component(name, wanted, _licence(one), tuple(_texts(one))))
    return found


def _licence(one: Distribution) -> str:
    data = one.metadata
    said = data.get("License-Expression") or ""
    named = [it.split(" :: ")[-1] for it in data.get_all("Classifier") or [] if "License ::" in it]
    first = (data.get("License") or "").strip().split("\n")[0]
    return said or ", ".join(named) or first or KNOWN.get(data["Name"], "")


def _texts(one: Distribution) -> Iterator[str]:
    for file in one.files or ():
        if ".dist-info" in file.parts[0] and NOTICE_FILES.search(file.name):
            yield Path(str(one.locate_file(file))).read_text("utf-8", "replace").strip()


def sbom(root: Path = ROOT) -> dict[str, Any]:
    """Returns the bill of materials after CycloneDX 1.6; the same release gives the same one."""
    listed = [
        {
            "type": "library",
            "bom-ref": f"pkg:pypi/{one.name}@{one.version}",
            "name": one.name,
            "version": one.version,
            "purl": f"pkg:pypi/{one.name}@{one.version}",
            "licenses": [{"license": {"name": one.licence}}],
        }
        for one in components(root)
    ]
    own = {"type": "application", "name": "minping", "version": version(root)}
    own |= {"bom-ref": f"pkg:pypi/minping@{version(root)}"}
    serial = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps([own, listed]))
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{serial}",
        "version": 1,
        "metadata": {"component": own},
        "components": listed,
    }


def notices(root: Path = ROOT) -> str:
    """Returns the names, licences and licence texts of everything that comes with the service."""
    parts = [
        "\n\n".join([f"{one.name} {one.version}\n{one.licence}", *one.texts])
        for one in components(root)
    ]
    return f"\n\n{'-' * 72}\n\n".join(parts) + "\n"


def fragments(root: Path = ROOT) -> list[Path]:
    """Returns the change fragments that no release has taken."""
    return sorted(file for file in (root / "changes").glob("*.md") if file.name != "README.md")


def take_fragments(root: Path, wanted: str, day: str) -> int:
    """Moves the change fragments into the changelog as a release of a day; returns their number."""
    file, found = root / "CHANGELOG.md", fragments(root)
    text, parts = file.read_text("utf-8"), [f"## [{wanted}] - {day}"]
    for kind in KINDS:
        own = [one for one in found if one.name.endswith(f".{kind}.md")]
        if own:
            parts += ["", f"### {kind.capitalize()}", ""]
            parts += [_entry(one) for one in own]
    before, head, after = text.partition(UNRELEASED)
    if not head:
        raise SystemExit(f"{file.name} has no {UNRELEASED}")
    file.write_text(f"{before}{head}\n\n" + "\n".join(parts) + "\n" + after, "utf-8")
    for one in found:
        one.unlink()
    return len(found)


def _entry(file: Path) -> str:
    lines = file.read_text("utf-8").strip().splitlines()
    return "\n".join([f"- {lines[0]}", *(f"  {line}" for line in lines[1:])])


def _is_release(root: Path) -> str:
    return "" if re.fullmatch(r"\d+\.\d+\.\d+", version(root)) else version(root) or "no version"


def _changelog(root: Path) -> str:
    text = (root / "CHANGELOG.md").read_text("utf-8")
    left = len(fragments(root))
    if left:
        return f"{left} change fragments are not in CHANGELOG.md: tools/release.py changelog"
    told = f"\n## [{version(root)}] - " in text
    return "" if told else f"CHANGELOG.md has no part for {version(root)}"


def _frozen(root: Path) -> str:
    folder = root / "bot/storage/migrations"
    released, present = (folder / "released.txt").read_text("utf-8"), listing(folder / "versions")
    edited = changed(released, present)
    missing = len(present.splitlines()) - len(released.splitlines())
    said = [f"edited: {', '.join(edited)}"] if edited else []
    return "; ".join([*said, f"{missing} are not listed: tools/migrations.py"] if missing else said)


def _kept(root: Path) -> str:
    import gzip

    file = root / f"tests/upgrade/fixtures/{version(root)}.json.gz"
    if not file.exists():
        return f"no installation of {version(root)} is kept: python -m tests.upgrade"
    schema = json.loads(gzip.decompress(file.read_bytes()))["schema"]
    newest = max(one.name[:4] for one in (root / "bot/storage/migrations/versions").glob("0*.py"))
    return "" if schema == newest else f"its schema is {schema}, and the newest is {newest}"


def _licensed(root: Path) -> str:
    return ", ".join(one.name for one in components(root) if not one.licence)


def _wheel(root: Path) -> str:
    """Builds the package as an installation does, without a network, and looks into it."""
    with tempfile.TemporaryDirectory() as folder:
        source, built = Path(folder) / "source", Path(folder) / "built"
        # A build leaves files beside what it builds.
        for name in SOURCES:
            one = root / name
            (shutil.copytree if one.is_dir() else _copied)(one, source / name)
        words = ["-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
        code, said = _run([*words, "--no-index", "--wheel-dir", str(built), str(source)], root)
        if code:
            return said
        (wheel,) = built.glob("*.whl")
        if f"-{version(root)}-" not in wheel.name:
            return f"{wheel.name} is not {version(root)}"
        names = set(zipfile.ZipFile(wheel).namelist())
        wanted = {"bot/__main__.py", "bot/storage/migrations/released.txt"}
        return ", ".join(sorted(wanted - names))


def _copied(one: Path, to: Path) -> None:
    to.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(one, to)


def _run(words: list[str], root: Path) -> tuple[int, str]:
    """Runs Python with these words; returns its exit code and the last line of what it said."""
    ran = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, *words], cwd=root, capture_output=True, text=True, check=False
    )
    lines = f"{ran.stdout}\n{ran.stderr}".strip().splitlines()
    return ran.returncode, lines[-1] if lines else ""


def _tests(root: Path) -> str:
    code, said = _run(["-m", "pytest", "-q", "-p", "no:cacheprovider", *TESTS], root)
    return said if code else ""


CHECKS: dict[str, Callable[[Path], str]] = {
    "the version is one of a release": _is_release,
    "CHANGELOG.md tells of it, and no fragment is left": _changelog,
    "every migration is frozen": _frozen,
    "an installation of it is kept": _kept,
    "every component has a licence": _licensed,
    "the package is built": _wheel,
}
"""What each check asks, and what is wrong; empty where nothing is."""


def check(root: Path = ROOT, tests: bool = True) -> int:
    """Prints what a release still lacks; returns 1 where anything is missing."""
    checks = CHECKS | ({"older installations and a restore pass": _tests} if tests else {})
    wrong = 0
    for name, ask in checks.items():
        said = ask(root)
        wrong += bool(said)
        print(f"{'no ' if said else 'ok '} {name}{': ' + said if said else ''}", flush=True)
    print(f"{version(root)}: {'not ready' if wrong else 'ready; tag it v' + version(root)}")
    return 1 if wrong else 0


def main() -> int:
    """Runs one part; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python tools/release.py", description=__doc__)
    parts = parser.add_subparsers(dest="part", required=True)
    looked = parts.add_parser("check", help="what the release still lacks; exit code 1 if anything")
    looked.add_argument("--no-tests", action="store_true", help="leave out what takes minutes")
    parts.add_parser("sbom", help="print the bill of materials (CycloneDX 1.6)")
    parts.add_parser("notices", help="print the licences of all components")
    taken = parts.add_parser("changelog", help="move the change fragments into CHANGELOG.md")
    taken.add_argument("day", help="of the release, as YYYY-MM-DD")
    chosen = parser.parse_args()
    if chosen.part == "check":
        return check(tests=not chosen.no_tests)
    if chosen.part == "changelog":
        print(f"{take_fragments(ROOT, version(), chosen.day)} changes")
    elif chosen.part == "sbom":
        print(json.dumps(sbom(), indent=2))
    else:
        print(notices(), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
