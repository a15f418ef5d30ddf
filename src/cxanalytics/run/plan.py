"""What must be run, in which order, and what is already there?

A task is one notebook, or one notebook for one agency. Its key says what it is made of; where a
task with the same key has left its files untouched, it is skipped.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cxanalytics.errors import ParamsError, did_you_mean
from cxanalytics.run import handover, keys
from cxanalytics.run.parameters import declared_parameters
from cxanalytics.run.resolve import StudyFolder, expected_key, resolve

PER_AGENCY = "08_agency"
PAGES = {
    PER_AGENCY: "agencies/{slug}.html",
    "09_index": "index.html",
    "10_appendix": "appendix.html",
}
OWN_PAGES = {"01_audit": "audit.html", "03_morale": "morale.html"}
"""Pages of notebooks that fit: they need no scores, and run with the other fits."""


@dataclass(frozen=True, slots=True)
class Task:
    """One notebook to execute.

    Attributes
    ----------
    step : str
        Name of the notebook.
    notebook : Path
    key : str
    given : mapping of str to value
        Parameters to inject.
    overrides : mapping of str to value
        Those of them that come from the command line, or from the runner.
    upstream : mapping of str to str
        Keys of the steps it loads.
    agency, slug : str
        For a page of an agency.
    pages : tuple of str or None
        Agencies whose pages an index may link to; None leaves it to the notebook.
    """

    step: str
    notebook: Path
    key: str
    given: Mapping[str, Any]
    overrides: Mapping[str, Any]
    upstream: Mapping[str, str] = field(default_factory=dict)
    agency: str = ""
    slug: str = ""
    pages: tuple[str, ...] | None = None

    @property
    def name(self) -> str:
        """As printed: the step, and the agency."""
        return f"{self.step} {self.agency}".strip()

    @property
    def executed(self) -> Path:
        """The executed notebook, relative to the outputs."""
        below = Path("notebooks")
        return below / (f"{self.step}/{self.slug}.ipynb" if self.slug else f"{self.step}.ipynb")

    @property
    def page(self) -> Path | None:
        """The page, relative to the outputs; None for a notebook without one."""
        pattern = PAGES.get(self.step) or OWN_PAGES.get(self.step)
        if self.step == PER_AGENCY and not self.slug:
            return None
        return Path(pattern.format(slug=self.slug)) if pattern else None

    @property
    def target(self) -> str:
        """What it makes, for people."""
        if self.step == PER_AGENCY and not self.slug:
            return "a page for each agency"
        return str(self.page or self.executed)

    @property
    def record(self) -> Path:
        """Where it is noted that the task is done, relative to the outputs."""
        return Path(".state") / f"{self.step}{'--' if self.slug else ''}{self.slug}.json"


@dataclass(frozen=True, slots=True)
class Plan:
    """The notebooks of a study in their order, and their keys.

    Attributes
    ----------
    study : StudyFolder
    books : mapping of str to Path
        Every notebook.
    overrides : mapping of str to value
        From the command line.
    """

    study: StudyFolder
    books: Mapping[str, Path]
    overrides: Mapping[str, Any]

    def upstream(self, step: str) -> list[str]:
        """The steps that a notebook loads.

        Raises
        ------
        ParamsError
            It loads a step that does not exist, or one that is not before it.
        """
        loaded = keys.loaded_steps(self.books[step])
        if step == PER_AGENCY and keys.SCORES not in loaded:
            loaded = [*loaded, keys.SCORES]
        for name in loaded:
            if name not in self.books or name >= step:
                raise ParamsError(
                    f"{step} loads {name!r}, which is not a notebook before it."
                    f"{did_you_mean(name, self.books)}"
                )
        return loaded

    def key(self, step: str) -> str:
        """The key of a step without an agency."""
        return self.task(step).key

    def task(
        self,
        step: str,
        *,
        agency: str = "",
        slug: str = "",
        pages: Sequence[str] | None = None,
    ) -> Task:
        """Make the task of a step, or of one agency's page; `pages` are those an index links."""
        notebook = self.books[step]
        extra = {"agency": agency} if agency else {}
        overrides = {**self.overrides, **extra}
        upstream = {name: self.key(name) for name in self.upstream(step)}
        names = {entry.name for entry in declared_parameters(notebook)}
        key = expected_key(self.study, step, overrides=overrides, upstream=upstream)
        return Task(
            step=step,
            notebook=notebook,
            key=key if pages is None else keys.digest([key, *pages])[: keys.KEY_LENGTH],
            given=resolve(self.study, notebook, overrides=overrides).given,
            overrides={name: value for name, value in overrides.items() if name in names},
            upstream=upstream,
            agency=agency,
            slug=slug,
            pages=None if pages is None else tuple(pages),
        )

    def with_upstream(self, steps: Iterable[str]) -> list[str]:
        """Add every step that the given ones need; in order."""
        needed: set[str] = set()
        queue = list(steps)
        while queue:
            step = queue.pop()
            if step not in needed:
                needed.add(step)
                queue.extend(self.upstream(step))
        return [step for step in self.books if step in needed]

    def vital(self) -> set[str]:
        """The steps without which nothing can be shown: the pages of agencies rest on them."""
        pages = [step for step in (PER_AGENCY, "09_index") if step in self.books]
        return set(self.with_upstream(pages)) | set(PAGES)

    def conflicts(self, steps: Iterable[str]) -> list[str]:
        """Where study.yaml and NN_name.yaml disagree; checks every parameter on the way."""
        found = (resolve(self.study, self.books[s], overrides=self.overrides) for s in steps)
        return [text for resolved in found for text in resolved.conflicts]


def levels(plan: Plan, steps: Iterable[str]) -> list[list[str]]:
    """Group steps so that each group needs only the groups before it.

    Parameters
    ----------
    plan : Plan
    steps : iterable of str

    Returns
    -------
    list of list of str
    """
    depth: dict[str, int] = {}
    for step in sorted(steps):
        before = [depth[name] for name in plan.upstream(step) if name in depth]
        depth[step] = 1 + max(before, default=-1)
    count = 1 + max(depth.values(), default=-1)
    return [[step for step in depth if depth[step] == place] for place in range(count)]


def is_done(task: Task, output: Path) -> bool:
    """Say whether a task with this key has left its files untouched.

    Parameters
    ----------
    task : Task
    output : Path
        Of the study.

    Returns
    -------
    bool
    """
    record = handover.read_json(output / task.record)
    if record.get("key") != task.key:
        return False
    if record.get("saved") and handover.current(output, task.step).get("key") != task.key:
        return False
    return all(
        (path := output / name).is_file() and _digest(path) == digest
        for name, digest in record["files"].items()
    )


def note_done(task: Task, output: Path, *, saved: bool) -> None:
    """Note that a task is done, with the digests of its files.

    Parameters
    ----------
    task : Task
    output : Path
        Of the study.
    saved : bool
        Whether it saved results.
    """
    made = [path for path in (task.executed, task.page) if path and (output / path).is_file()]
    files = {path.as_posix(): _digest(output / path) for path in made}
    handover.write_json(output / task.record, {"key": task.key, "saved": saved, "files": files})


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
