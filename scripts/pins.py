"""Resolve the two files of pinned versions from pyproject.toml; called by `make pins`.

Development pins are resolved first, and the runtime pins within them, so that a package in both
files has one version. The files carry hashes and no address: any index that serves the same bytes
will do. Versions already pinned stay, unless `--upgrade` is given.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
RUNTIME, DEVELOPMENT = "requirements.txt", "requirements-dev.txt"
HEADER = "# {what}, with hashes: made by `make pins` from pyproject.toml; not edited by hand\n"
COMPILE = (
    "uv pip compile pyproject.toml --universal --fork-strategy fewest --python-version 3.11 "
    "--generate-hashes --no-header --no-annotate --no-progress --quiet"
)


def resolve(name: str, what: str, *, options: list[str]) -> None:
    """Write one file of pins, with its header, once the whole of it is known to be good."""
    target = ROOT / name
    with tempfile.TemporaryDirectory() as folder:
        draft = Path(folder) / name
        if target.exists():
            draft.write_bytes(target.read_bytes())
        uv = Path(sys.executable).with_name("uv")
        command = [str(uv), *COMPILE.split()[1:], *options, "--output-file", str(draft)]
        subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        pins = draft.read_text(encoding="utf-8")
    if "://" in pins:
        raise SystemExit(f"{name} would carry an address; nothing was written")
    target.write_text(HEADER.format(what=what) + pins, encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--upgrade", action="store_true", help="take the newest versions")
    upgrade = ["--upgrade"] if parser.parse_args().upgrade else []
    resolve(DEVELOPMENT, "What the tests need", options=["--all-extras", *upgrade])
    resolve(
        RUNTIME,
        "What a run needs",
        options=["--extra", "build", "--constraints", DEVELOPMENT, *upgrade],
    )


if __name__ == "__main__":
    main()
