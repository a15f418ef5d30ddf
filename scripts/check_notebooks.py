"""Refuse notebook outputs that are not of the simulated study.

Answers of real people must not reach the repository inside a notebook. Only notebooks/NN_name.ipynb
may carry outputs: plain text, of the simulated study, without a path of this machine. Every other
notebook in git carries none. Called before each commit and by `make check`; without arguments it
looks at every notebook that git knows.
"""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

STUDY = "simulated"
CARRIES = re.compile(r"notebooks/\d\d_\w+\.ipynb")
HOW = "store them again with: make notebooks"
CLEAR = "clear them with: jupyter nbconvert --clear-output --inplace"
ON_THIS_MACHINE = re.compile(
    r"""(?<![\w.:/<~-]) (?: ~?/[\w.@+-]+/[\w.@+-] | [A-Za-z]:\\\w | \\\\\w+\\\w ) | file://""",
    re.VERBOSE,
)


def known_to_git(root: Path) -> list[Path]:
    asked = ["git", "-C", str(root), "ls-files", "-z", "--", "*.ipynb"]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    if done.returncode:
        # an archive without git: what it ships
        return sorted((root / "notebooks").glob("*.ipynb"))
    return [path for name in done.stdout.split("\0") if name and (path := root / name).is_file()]


def faults(path: Path, name: str) -> Iterator[str]:
    """Say what is wrong with the outputs of one notebook; `name` is its path below the root."""
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        outputs = [output for cell in cells for output in cell.get("outputs", ())]
    except (ValueError, KeyError, TypeError, AttributeError):
        yield "is no notebook that can be read."
        return
    if not outputs:
        return
    if not CARRIES.fullmatch(name):
        yield f"has outputs; only notebooks/NN_name.ipynb may: {CLEAR} {name}"
        return
    named = sorted(studies_of(cells))
    other = [study for study in named if study != STUDY]
    if other:
        yield f"has outputs of the study {other[0]!r}; they must be of {STUDY!r}: {HOW}"
    elif not named:
        yield f"has outputs, and no parameter `study` that says of what: {HOW}"
    found = {fault for output in outputs for fault in faults_of(output)}
    yield from (f"has {fault} among its outputs: {HOW}" for fault in sorted(found))


def studies_of(cells: Sequence[Any]) -> set[str]:
    """Find every study that the code names, as a parameter or in a call."""
    found = set()
    for cell in cells:
        if cell.get("cell_type") != "code":
            continue
        with suppress(SyntaxError):
            for node in ast.walk(ast.parse("".join(cell["source"]))):
                found |= _named(node)
    return found


def _named(node: ast.AST) -> set[str]:
    match node:
        case (
            ast.AnnAssign(target=ast.Name(id="study"), value=ast.Constant(value=str(study)))
            | ast.Assign(targets=[ast.Name(id="study")], value=ast.Constant(value=str(study)))
            | ast.Call(
                func=ast.Attribute(attr="open_study"), args=[ast.Constant(value=str(study)), *_]
            )
            | ast.keyword(arg="study", value=ast.Constant(value=str(study)))
        ):
            return {study}
    return set()


def faults_of(output: Any) -> Iterator[str]:
    if output.get("output_type") == "error":
        yield "an error"
        return
    data = output.get("data", {})
    for kind in data:
        if kind != "text/plain":
            yield "a picture" if kind.startswith("image/") else f"{kind}"
    told = (*data.values(), output.get("text", ""))
    for text in ("".join(map(str, part)) if isinstance(part, list) else str(part) for part in told):
        if place := ON_THIS_MACHINE.search(text):
            yield f"a path of a machine ({text[place.start() :].split()[0][:40]!r})"


def main(arguments: Sequence[str]) -> int:
    root = Path.cwd()
    paths = [Path(argument).resolve() for argument in arguments] or known_to_git(root)
    wrong = 0
    for path in paths:
        name = path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)
        for fault in faults(path, name):
            print(f"{name} {fault}", file=sys.stderr)
            wrong += 1
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
