"""Do the pins, the conda environment and pyproject.toml name the same libraries and versions?"""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PIN = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==([^\s;]+)(?: ; ([^\\]+?))? \\\n", re.MULTILINE)
HASHES = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def read_pins(path: Path) -> dict[str, tuple[str, str, frozenset[str]]]:
    """Version, marker and hashes of each pinned library, by its canonical name."""
    text = path.read_text(encoding="utf-8")
    found = list(PIN.finditer(text))
    ends = [match.start() for match in found[1:]] + [len(text)]
    return {
        canonicalize_name(match[1]): (
            match[2],
            match[3] or "",
            frozenset(HASHES.findall(text, match.end(), end)),
        )
        for match, end in zip(found, ends, strict=True)
    }


@pytest.fixture(scope="module")
def runtime(root: Path) -> dict[str, tuple[str, str, frozenset[str]]]:
    return read_pins(root / "requirements.txt")


@pytest.fixture(scope="module")
def development(root: Path) -> dict[str, tuple[str, str, frozenset[str]]]:
    return read_pins(root / "requirements-dev.txt")


@pytest.fixture(scope="module")
def project(root: Path) -> dict[str, Any]:
    return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))


def direct(project: dict[str, Any], *extras: str) -> list[Requirement]:
    """The libraries that pyproject.toml names itself."""
    named = list(project["project"]["dependencies"])
    for extra in extras:
        named += project["project"]["optional-dependencies"][extra]
    return [Requirement(text) for text in named]


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_pins_carry_no_address_and_every_pin_has_hashes(root: Path, name: str) -> None:
    text = (root / name).read_text(encoding="utf-8")
    assert "://" not in text
    assert not re.search(r"^\s*--(?!hash=)", text, re.MULTILINE), "an option of an installer"
    lines = [line for line in text.splitlines() if line and not line.startswith(("#", " "))]
    pins = read_pins(root / name)
    assert len(pins) == len(lines)
    assert all(hashes for _, _, hashes in pins.values())


def test_development_pins_hold_the_runtime_pins_unchanged(
    runtime: dict[str, tuple[str, str, frozenset[str]]],
    development: dict[str, tuple[str, str, frozenset[str]]],
) -> None:
    assert {name: development.get(name) for name in runtime} == runtime


def test_every_direct_dependency_is_pinned_within_its_bounds(
    project: dict[str, Any],
    runtime: dict[str, tuple[str, str, frozenset[str]]],
    development: dict[str, tuple[str, str, frozenset[str]]],
) -> None:
    for needs, pins in ((direct(project, "build"), runtime), (direct(project, "dev"), development)):
        for need in needs:
            pinned, _, _ = pins[canonicalize_name(need.name)]
            assert need.specifier.contains(pinned), f"{need} is pinned to {pinned}: run `make pins`"


def test_the_tested_environment_holds_the_pinned_versions(
    project: dict[str, Any],
    development: dict[str, tuple[str, str, frozenset[str]]],
) -> None:
    for need in direct(project, "build", "dev"):
        assert version(need.name) == development[canonicalize_name(need.name)][0]


def test_conda_names_the_same_libraries_and_versions(
    root: Path,
    project: dict[str, Any],
    runtime: dict[str, tuple[str, str, frozenset[str]]],
) -> None:
    environment = yaml.safe_load((root / "environment.yml").read_text(encoding="utf-8"))
    assert environment["channels"] == ["conda-forge", "nodefaults"]
    *named, pip = environment["dependencies"]
    assert pip == {"pip": ["-e ."]}
    python, installer, *libraries = named
    assert (python, installer) == ("python=3.11", "pip")
    expected = {canonicalize_name(need.name) for need in direct(project, "build")}
    assert sorted(libraries) == sorted(f"{name}={runtime[name][0]}" for name in expected)


def test_each_dependency_has_its_reason(root: Path, project: dict[str, Any]) -> None:
    text = (root / "docs" / "dependencies.md").read_text(encoding="utf-8")
    reasons = re.findall(r"^\| `([^`]+)` \| \S", text, re.MULTILINE)
    named = [canonicalize_name(need.name) for need in direct(project, "build", "dev")]
    assert sorted(canonicalize_name(name) for name in reasons) == sorted(named)
