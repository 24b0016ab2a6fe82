"""What strangers run first: the lock files, the set-up commands, the image and its services."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml

from bot.__main__ import make_parser
from bot.core.settings import Settings, read_settings, variable

ROOT = Path(__file__).parents[2]
PACKAGES = ("survey_flows", "aggregation", "bot")

# Put together here, so that the test does not find itself.
REGISTRIES = [
    "py" + "pi.org",
    "python" + "hosted.org",
    "npm" + "js.org",
    "debian" + ".org",
    "pkg" + ".dev",
    "ghcr" + ".io",
]


def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    )
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def dockerfile() -> list[tuple[str, str]]:
    """The instructions of the Dockerfile with their arguments, continued lines joined."""
    lines = (ROOT / "Dockerfile").read_text().replace("\\\n", " ").splitlines()
    words = [line.split(maxsplit=1) for line in lines if line.strip() and not line.startswith("#")]
    return [(word, " ".join(rest.split())) for word, rest in words]


def arguments(instruction: str) -> list[str]:
    return [rest for word, rest in dockerfile() if word == instruction]


def compose() -> dict[str, dict]:
    return yaml.safe_load((ROOT / "compose.yaml").read_text())


def pins(lock: str) -> dict[str, tuple[str, int]]:
    """Return package → (version and condition, number of hashes); joins pins per Python version."""
    found: dict[str, tuple[str, int]] = {}
    for entry in re.split(r"\n(?=\S)", (ROOT / lock).read_text().strip()):
        first, *rest = entry.replace(" \\", "").splitlines()
        name, version = first.split("==", 1)
        before, hashes = found.get(name, ("", 0))
        assert all(re.fullmatch(r"    --hash=sha256:[0-9a-f]{64}", line) for line in rest), name
        found[name] = (before + version, hashes + len(rest))
    return found


def declared(*extras: str) -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    lines = [
        *project["dependencies"],
        *(line for extra in extras for line in project["optional-dependencies"][extra]),
    ]
    return {re.sub(r"[-_.]+", "-", re.match(r"[\w.-]+", line)[0]).lower() for line in lines}


@pytest.mark.parametrize(
    ("lock", "extras"),
    [("requirements.txt", ["build"]), ("requirements-dev.txt", ["build", "dev"])],
)
def test_the_lock_holds_every_declared_package_with_hashes(lock: str, extras: list[str]) -> None:
    locked = pins(lock)
    assert declared(*extras) - locked.keys() == set()
    assert [name for name, (_, hashes) in locked.items() if not hashes] == []


def test_the_lock_of_spark_has_hashes_and_agrees_with_the_versions_of_the_tests() -> None:
    spark, tests = pins("requirements-spark.txt"), pins("requirements-dev.txt")
    extra = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"][
        "optional-dependencies"
    ]["spark"]
    assert set(extra) <= spark.keys()
    assert [name for name, (_, hashes) in spark.items() if not hashes] == []
    assert {name: tests.get(name, spark[name]) for name in spark} == spark


def test_tests_run_on_the_versions_that_the_service_runs_on() -> None:
    service, tests = pins("requirements.txt"), pins("requirements-dev.txt")
    assert {name: tests.get(name) for name in service} == service


def test_no_file_names_a_registry() -> None:
    text = {path: path.read_bytes().decode(errors="replace") for path in tracked()}
    assert [
        (str(path), host) for path, words in text.items() for host in REGISTRIES if host in words
    ] == []


def test_a_built_package_holds_every_file_of_the_three_rooms(tmp_path: Path) -> None:
    wanted = {
        path.relative_to(ROOT) for path in tracked() if path.relative_to(ROOT).parts[0] in PACKAGES
    }
    for path in [*wanted, Path("pyproject.toml"), Path("README.md")]:
        copy = tmp_path / "source" / path
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes((ROOT / path).read_bytes())
    pip = [
        sys.executable,
        "-m",
        "pip",
        "--disable-pip-version-check",
        "wheel",
        "--quiet",
        "--no-deps",
        "--no-index",
    ]
    subprocess.run(
        [*pip, "--no-build-isolation", "--wheel-dir", tmp_path, tmp_path / "source"], check=True
    )
    [wheel] = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        held = {Path(name) for name in archive.namelist()}
    assert wanted - held == set()


def set_up(folder: Path, **programs: str) -> subprocess.CompletedProcess[str]:
    """Make an environment on a machine with only ``programs``, each a given shell script."""
    for name, script in programs.items():
        program = folder / name.replace("_", ".")
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
    command = ["/bin/sh", ROOT / "tools" / "venv.sh", folder / "venv"]
    known = {"PATH": str(folder), "PYTHON": "python3.11 python3.12 python3.13 python3"}
    return subprocess.run(command, env=known, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("programs", "sentence"),
    [
        ({}, "Minping needs Python 3.11, 3.12 or 3.13"),
        ({"python3": "exit 1"}, "Minping needs Python 3.11, 3.12 or 3.13"),
        (
            {"python3_11": 'case "$2" in *ensurepip*) exit 1;; esac', "id": "echo 1000"},
            "install Debian's python3-venv",
        ),
        (
            {"python3_13": 'case "$2" in *ensurepip*) exit 1;; esac', "id": "echo 1000"},
            "python3.13 cannot make virtual environments",
        ),
    ],
)
def test_what_the_set_up_lacks_is_said_in_one_sentence(
    tmp_path: Path, programs: dict[str, str], sentence: str
) -> None:
    done = set_up(tmp_path, **programs)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert sentence in done.stderr
    assert not (tmp_path / "venv").exists()


def test_a_python_that_can_make_no_environment_is_passed_over_for_one_that_can(
    tmp_path: Path,
) -> None:
    without = 'case "$2" in *ensurepip*) exit 1;; esac'
    done = set_up(tmp_path, python3_11=without, python3_12=':> "${3:-/dev/null}"', rm=":")
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "venv").exists()


def test_every_path_that_the_image_copies_exists_and_is_sent_to_the_builder() -> None:
    sources = [
        word for line in arguments("COPY") if "--from" not in line for word in line.split()[:-1]
    ]
    sent = {
        line[1:]
        for line in (ROOT / ".dockerignore").read_text().splitlines()
        if line.startswith("!")
    }
    assert [path for path in sources if not (ROOT / path).exists()] == []
    assert set(sources) == sent


def test_the_image_installs_the_lock_and_runs_as_an_account_of_its_own() -> None:
    runs = arguments("RUN")
    assert "/opt/minping/bin/pip install --require-hashes --requirement requirements.txt" in runs
    [user] = arguments("USER")
    assert any(re.search(rf"useradd .*\b{user}\b", run) for run in runs)


def test_the_image_starts_a_command_that_exists() -> None:
    assert arguments("ENTRYPOINT") == ['["minping"]']
    assert tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"] == {
        "minping": "bot.__main__:main"
    }
    [command] = arguments("CMD")
    make_parser().parse_args(yaml.safe_load(command))


def test_the_image_sets_only_settings_that_exist() -> None:
    environment = dict(re.findall(r"(MINPING_\w+)=(\S+)", " ".join(arguments("ENV"))))
    settings = read_settings(environment)
    assert settings == Settings(data=Path("/var/lib/minping"), host="0.0.0.0", port=8080)
    assert arguments("VOLUME") == [str(settings.data)]
    assert arguments("EXPOSE") == [str(settings.port)]
    assert f"http://127.0.0.1:{settings.port}/healthz" in arguments("HEALTHCHECK")[0]


def test_the_composition_names_only_services_and_volumes_that_it_has() -> None:
    parts = compose()
    services = parts["services"]
    wanted = {name for service in services.values() for name in service.get("depends_on", {})}
    mounted = {
        volume.split(":")[0]
        for service in services.values()
        for volume in service.get("volumes", [])
    }
    assert (set(services), wanted) == ({"app", "postgres", "redis"}, {"postgres", "redis"})
    assert mounted == set(parts["volumes"])
    assert all("healthcheck" in services[name] for name in wanted)


def test_the_composed_service_runs_a_real_command_with_real_settings_on_the_port_of_the_image() -> (
    None
):
    app = compose()["services"]["app"]
    make_parser().parse_args(app["command"])
    settings = read_settings(app["environment"])
    assert re.search(r"@(\w+):5432/minping$", settings.database)[1] == "postgres"
    assert re.search(r"//(\w+):6379/0$", settings.redis_url)[1] == "redis"
    assert [port.split(":")[-1] for port in app["ports"]] == arguments("EXPOSE")
    assert app["volumes"] == [f"app:{arguments('VOLUME')[0]}"]
    asked = f"http://127.0.0.1:{arguments('EXPOSE')[0]}/readyz"
    assert asked in " ".join(app["healthcheck"]["test"])


def test_the_example_of_secrets_names_what_the_composition_and_the_settings_know() -> None:
    given = dict(
        line.split("=")
        for line in (ROOT / ".env.example").read_text().splitlines()
        if re.match(r"\w+=", line)
    )
    asked = set(re.findall(r"\$\{(\w+)", (ROOT / "compose.yaml").read_text()))
    assert asked == {name for name in given if not name.startswith("MINPING_")}
    read_settings({name: value for name, value in given.items() if name not in asked})
    assert {variable("telegram_token"), variable("public_url")} <= set(given)
    assert ROOT / compose()["services"]["app"]["env_file"] not in tracked()
