"""What was asked for, and which tasks is that?

An agency whose answers are hidden gets no page; one with too few answers for a score gets a page
with its base only. Both are named with the reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cxanalytics.errors import ParamsError, did_you_mean
from cxanalytics.formats import slugs
from cxanalytics.run import handover
from cxanalytics.run.keys import SCORES
from cxanalytics.run.parameters import declared_parameters
from cxanalytics.run.plan import PAGES, PER_AGENCY, Plan, Task
from cxanalytics.run.resolve import StudyFolder, command
from cxanalytics.run.study import headline_board, with_page
from cxanalytics.tables import Benchmark


def check_request(plan: Plan, steps: list[str], agencies: Sequence[str]) -> list[str]:
    """Refuse agencies without their notebook, and parameters that no chosen notebook declares."""
    if agencies and PER_AGENCY not in steps:
        got = ", ".join(steps)
        raise ParamsError(f"`agencies` needs {PER_AGENCY} among the notebooks; got {got}.")
    known = {
        entry.name
        for step in steps
        for entry in declared_parameters(plan.books[step])
        if entry.name not in ("study", "agency")
    }
    for name in plan.overrides:
        if name == "agency":
            raise ParamsError("`agency` is not a parameter of a run; name agencies by --agency.")
        if name == "study":
            raise ParamsError("`study` is not a parameter of a run; it is its first argument.")
        if name not in known:
            raise ParamsError(
                f"`{name}` is not declared by {', '.join(steps)}; declared are "
                f"{', '.join(sorted(known)) or 'none'}.{did_you_mean(name, known)}"
            )
    return steps


def leave_out(plan: Plan, steps: list[str], only: Sequence[str]) -> dict[str, str]:
    """Find the steps whose data the study does not have, with the reason.

    Raises
    ------
    ParamsError
        Such a step was asked for by name.
    """
    lacking = {step: reason for step in steps if (reason := plan.study.lacks(step))}
    if only and lacking:
        step, reason = next(iter(lacking.items()))
        raise ParamsError(f"{step} cannot be run for study '{plan.study.name}'. {reason}")
    return lacking


def add_missing(plan: Plan, steps: list[str], output: Path) -> list[str]:
    """Add the steps that the chosen ones need; only the simulated study runs them unasked."""
    missing = [
        step
        for step in plan.with_upstream(steps)
        if step not in steps
        and not plan.study.lacks(step)
        and handover.current(output, step).get("key") != plan.key(step)
    ]
    if missing and not plan.study.file.simulated:
        step = missing[0]
        state = "is out of date" if handover.current(output, step) else "has not been run"
        told = command(plan.study, output, "--only", step[:2])
        raise ParamsError(f"{step} {state} for study '{plan.study.name}'. Run: {told}")
    return [step for step in plan.books if step in {*steps, *missing}]


def scores_are_current(plan: Plan, output: Path) -> bool:
    """Say whether the current benchmark is the one of this plan."""
    known = SCORES in plan.books
    return known and handover.current(output, SCORES).get("key") == plan.key(SCORES)


def read_board(study: StudyFolder, output: Path) -> Benchmark:
    """Read the benchmark of the headline measure."""
    return headline_board(handover.open_run(output).load(SCORES), study.file.outcome)


def choose_agencies(board: Benchmark, agencies: Sequence[str]) -> tuple[list[str], dict[str, str]]:
    """Give the agencies with a page among those asked for, and why some have no score."""
    reasons = dict(
        zip(board.frame["key"].astype(str), board.frame["suppressed_reason"], strict=True)
    )
    names = slugs(reasons)
    asked = []
    for agency in agencies:
        found = [name for name in reasons if agency in (name, names[name])]
        found = found or [name for name in reasons if agency.casefold() == name.casefold()]
        if not found:
            raise ParamsError(
                f"`agency` must be one of the study's {len(reasons)}; got {agency!r}."
                f"{did_you_mean(agency, reasons)}"
            )
        asked += found
    chosen = asked or list(reasons)
    without = {name: str(reasons[name]) for name in sorted(chosen) if reasons[name]}
    return [name for name in with_page(board) if name in chosen], without


def page_tasks(
    plan: Plan, steps: Sequence[str], board: Benchmark, chosen: Sequence[str], output: Path
) -> list[Task]:
    """Make the tasks of the pages; an index links to the pages that will be there."""
    names = slugs(board.frame["key"].astype(str))
    page = PAGES[PER_AGENCY]
    there = {name for name in names if (output / page.format(slug=names[name])).is_file()}
    made = there | set(chosen) if PER_AGENCY in steps else there
    linked = [name for name in with_page(board) if name in made]
    tasks = []
    for step in steps:
        if step == PER_AGENCY:
            tasks += [plan.task(step, agency=name, slug=names[name]) for name in chosen]
        elif step in PAGES:
            tasks.append(plan.task(step, pages=linked))
    return tasks


def remove_stale_pages(output: Path, board: Benchmark) -> None:
    """Delete pages of agencies that are now hidden: their figures are withheld."""
    names = slugs(board.frame["key"].astype(str))
    kept = {names[name] for name in with_page(board)}
    for pattern in ("agencies/*.html", f"notebooks/{PER_AGENCY}/*.ipynb"):
        for path in output.glob(pattern):
            if path.name.split(".")[0] not in kept:
                path.unlink()
